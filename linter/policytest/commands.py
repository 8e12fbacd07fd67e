"""The commands ``test``, ``order`` and ``explain-flow``: options in, what to write out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TextIO

from linter.calico.target import Target
from linter.catalogue.catalogue import Catalogue
from linter.policy.cluster import Endpoint
from linter.policy.model import DIRECTIONS, Policy
from linter.policy.semantics import EBPF, IPTABLES, Semantics
from linter.policytest import flow, order_table, policies, starter
from linter.policytest import report as reports
from linter.policytest.claims import Prover
from linter.policytest.coverage import coverage
from linter.policytest.model import CaseFile, Mistake, Mistakes
from linter.policytest.policies import Loaded, Loader
from linter.policytest.read import read
from linter.policytest.run import Result, Runner
from linter.text.errors import Fatal


class World(NamedTuple):
    """Which Calico reads the policies."""

    target: Target
    catalogue: Catalogue
    dataplane: str = IPTABLES

    @property
    def semantics(self) -> Semantics:
        dataplane = EBPF if self.dataplane == EBPF else IPTABLES
        return Semantics(self.target.version, dataplane)


class Output(NamedTuple):
    """Where what is found goes, and how."""

    fmt: str
    out: TextIO
    color: bool


def run_tests(
    paths: Sequence[str], world: World, output: Output, with_coverage: bool = False
) -> int:
    """Run files of tests; 0: all passed, 1: one did not. Raises Mistakes."""
    semantics = world.semantics
    loader = Loader(world.target, world.catalogue, semantics)
    files: list[CaseFile] = []
    mistakes: list[Mistake] = []
    for path in paths:
        try:
            files.append(read(path))
        except Mistakes as error:
            mistakes += error.found
    results: list[Result] = []
    claims: list[reports.ClaimResult] = []
    deciders: set[tuple[int, str, int]] = set()
    known: dict[int, Policy] = {}
    provers: dict[tuple[str, ...], Prover] = {}
    for one in files:
        try:
            named = tuple(policies.files_of(one))
            loaded = loader.load(named)
            policies.require_usable(loaded)
            runner = Runner(one, loaded, semantics)
            results += runner.run()
        except Mistakes as error:
            mistakes += error.found
            continue
        if one.claims:
            prover = provers.get(named) or Prover(loaded, semantics)
            provers[named] = prover
            claims += prover.results(one)
        deciders |= runner.deciders
        known.update((id(policy), policy) for policy in loaded.policies)
    if mistakes:
        raise Mistakes(mistakes)
    covered = coverage(known.values(), deciders) if with_coverage else None
    report = reports.Report(tuple(results), tuple(claims), covered)
    reports.write(report, output.fmt, output.out, output.color)
    return 1 if report.failed else 0


def init(folder: str, world: World) -> tuple[str, list[str]]:
    """Write an example for the policies of a folder: where it is, and what was left out."""
    if not os.path.isdir(folder):
        raise Fatal(f'{folder} is not a folder')
    loaded, notes = _loaded((folder,), world)
    return starter.write(folder, loaded, world.semantics), notes


def order(
    paths: Sequence[str],
    world: World,
    output: Output,
    endpoint: Endpoint | None = None,
    directions: Sequence[str] = DIRECTIONS,
) -> list[str]:
    """Write in which order policies are asked, and return what was left out."""
    loaded, notes = _loaded(paths, world)
    found = order_table.sequences(loaded, world.semantics, endpoint, directions)
    if output.fmt == 'json':
        order_table.write_json(found, output.out)
    else:
        order_table.write_text(found, output.out, output.color)
    return notes


def explain_flow(
    words: dict[str, object],
    endpoints: Iterable[Endpoint],
    paths: Sequence[str],
    tests: str | None,
    world: World,
    output: Output,
) -> list[str]:
    """Write what becomes of a connection, and return what was left out. Raises Mistakes."""
    semantics = world.semantics
    notes: list[str] = []
    case_file = CaseFile('', (), (), (), tuple(endpoints), (), ())
    if tests is not None:
        case_file = read(tests)
        loaded = Loader(world.target, world.catalogue, semantics).load(policies.files_of(case_file))
        policies.require_usable(loaded)
    else:
        loaded, notes = _loaded(paths, world)
    if tests is not None:
        case_file = case_file._replace(endpoints=(*case_file.endpoints, *endpoints))
    case = flow.case_of(words, case_file.endpoints)
    result = Runner(case_file, loaded, semantics).result(case)
    flow.write(result, output.fmt, output.out, output.color)
    return notes


def _loaded(paths: Sequence[str], world: World) -> tuple[Loaded, list[str]]:
    """What some files and folders hold, and sentences about what was left out of it."""
    loaded = Loader(world.target, world.catalogue, world.semantics).load(policies.files_in(paths))
    notes = [
        f'{one.place.path}:{one.place.line}: left out: {policies.shown(one)} {one.why}'
        for one in loaded.unusable
    ]
    for first, second in loaded.doubles:
        place, other = getattr(second, 'place', None), getattr(first, 'place', None)
        if place is not None and other is not None:
            notes.append(
                f'{place.path}:{place.line}: {policies.shown_record(second)} is in '
                f'{other.path}:{other.line}, too: a cluster has but one'
            )
    return loaded, notes
