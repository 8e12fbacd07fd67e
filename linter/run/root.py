"""What the policies of a root mean together: the rules of the subject ``root``, at a run's end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from linter.calico.parsed_file import ParsedDocument
from linter.calico.prefilter import NOT_CALICO
from linter.catalogue.catalogue import Catalogue
from linter.catalogue.rule import Check
from linter.diagnostic import Diagnostic
from linter.engine.check import check_parts
from linter.engine.outcome import Outcome
from linter.engine.summaries import semantics_of
from linter.policy.effort import (
    FOR_ROOT,
    Effort,
    TooComplex,
    for_policies,
    within,
)
from linter.policy.kubernetes import kind_of
from linter.policy.model import NetworkSet, Policy, Record, Unusable
from linter.policy.view import MOST_POLICIES, External, RootFinding, RootView, doubles, has_doubles
from linter.run.one_file import check, conditions_of, settle
from linter.run.root_findings import RootFindings
from linter.run.sources import Sources
from linter.workspace import discover
from linter.workspace.lookup import NAME
from linter.workspace.options import Options
from linter.workspace.roots import is_marked
from linter.yaml.nodes import MappingNode

Records = list[Record | Unusable]
_KUSTOMIZATIONS = ('kustomization.yaml', 'kustomization.yml', 'Kustomization')


class _Root(NamedTuple):
    """The folder of a root. ``is_named``: the configuration says that it is one."""

    folder: str
    is_closed: bool = False
    is_named: bool = False


class _Unit(NamedTuple):
    """The records of one cluster; the rest as in ``RootView``."""

    records: Records
    is_closed: bool = False
    is_named: bool = False
    are_variants: bool = False


def judge(outcome: Outcome, options: Options) -> None:
    """Add what the rules of a root find to the findings of the files."""
    around = Outcome()
    if options.context is not None and (outcome.records or outcome.kubernetes):
        # A run that met nothing of Calico's need not look any further.
        around = _context(options.context, outcome, options)
    records = (*outcome.records, *around.records)
    is_wanted = any(not isinstance(record, Unusable) for record in records)
    if is_wanted or (outcome.kubernetes and _reads_kubernetes(outcome.kubernetes[0], options)):
        _Run(outcome, options, around=around).run()
    outcome.records = []


def _reads_kubernetes(path: str, options: Options) -> bool:
    """Whether policies of Kubernetes' own are to be looked at where none of Calico's is in view."""
    home = options.lookup().home_of(path)
    return home is not None and home.config.kubernetes


def _context(folder: str, outcome: Outcome, options: Options) -> Outcome:
    """What the files of a folder mean that were not to be checked."""
    named = set(outcome.paths)
    found = Outcome()
    for entry in discover.find((folder,), options.lookup().is_excluded):
        if isinstance(entry, str) and entry not in named:
            check(entry, options, found)
    return found


def alone(path: str, data: bytes, options: Options, is_closed: bool = False) -> list[Diagnostic]:
    """What is found in a file that is a root by itself, whatever its path holds.

    The options have a ``context``, so that what the documents mean is noted.
    """
    outcome = check_parts(path, [data], conditions_of(path, options))
    outcome.kubernetes.append(path)
    run = _Run(outcome, options, {path: data})
    folder = os.path.dirname(os.path.abspath(path))
    run.roots[folder] = _Root(folder, is_closed, is_closed)
    run.run()
    settle(outcome, options)
    assert not outcome.errors, outcome.errors
    return outcome.diagnostics


class _Run:
    """One run's look at its roots."""

    def __init__(
        self,
        outcome: Outcome,
        options: Options,
        texts: dict[str, bytes] | None = None,
        around: Outcome | None = None,
    ) -> None:
        self.outcome = outcome
        self.options = options
        self.lookup = options.lookup()
        self.sources = Sources(texts)
        self.around = around or Outcome()
        named = None if around is None or options.context is None else set(outcome.paths)
        self.findings = RootFindings(outcome, options, self.sources, self.around, named)
        self.checked = [
            os.path.abspath(path)
            for path in (*options.paths, *([options.context] if options.context else ()))
            if os.path.isdir(path)
        ]
        self.roots: dict[str, _Root | None] = {}
        self._kustomized: dict[str, str | None] = {}
        self._broken: set[str] = set()
        self._is_spent = False
        self._placeless = {*outcome.placeless, *self.around.placeless}

    def run(self) -> None:
        catalogues: dict[int, Catalogue] = {}
        groups: dict[tuple[_Root, object], Records] = {}
        for record in [*self.outcome.records, *self.around.records, *self._kubernetes()]:
            path = _path(record)
            root = self.root_of(path)
            if root is None:
                continue
            settings = self.lookup.settings_for(path)
            catalogue = conditions_of(path, self.options).catalogue
            catalogues.setdefault(id(catalogue), catalogue)
            key = settings.target.version, settings.dataplane
            groups.setdefault((root, key), []).append(record)
        for file in self.outcome.found:
            file.is_in_root = self.root_of(file.path) is not None
        checks = {
            rule: one
            for catalogue in catalogues.values()
            for rule, one in catalogue.checks('root', '', '')
        }
        if not checks:
            return
        number = len(self.outcome.found)
        for (root, _), records in groups.items():
            for unit in self._units(root, records):
                self._judge(unit, checks)
        if len(self.outcome.found) != number:
            places = {path: at for at, path in enumerate(self.outcome.paths)}
            self.outcome.found.sort(key=lambda file: places.get(file.path, len(places)))

    def root_of(self, path: str) -> _Root | None:
        """The root in which a file is, if it is in any."""
        folder = os.path.dirname(os.path.abspath(path))
        if folder not in self.roots:
            self.roots[folder] = self._find_root(path, folder)
        return self.roots[folder]

    def _find_root(self, path: str, folder: str) -> _Root | None:
        home = self.lookup.home_of(path)
        named: list[_Root] = []
        for one in home.config.roots if home is not None else ():
            assert home is not None
            base = os.path.normpath(os.path.join(home.folder, one.path))
            if _is_below(folder, base):
                named.append(_Root(base, one.is_closed, True))
        if named:
            return max(named, key=lambda one: len(one.folder))
        found = [
            _Root(base)
            for base in self.checked
            if _is_below(folder, base) and is_marked(base, self.lookup)
        ]
        return min(found, key=lambda one: len(one.folder), default=None)

    def _kubernetes(self) -> Iterator[Record | Unusable]:
        """Kubernetes' own policies of the roots, and what else of its the rules ask for."""
        from linter.policy import kubernetes

        others = {*self.outcome.others, *self.around.others}
        checked = set(self.outcome.kubernetes)
        for path in (
            *self.outcome.kubernetes,
            *self.around.kubernetes,
            *self.outcome.others,
            *self.around.others,
        ):
            place = self.root_of(path)
            if place is None:
                continue
            around = self.lookup.surroundings_of(path)
            if around.is_patch:
                continue
            wanted = self.lookup.reads(path)
            # What nobody has made is known of closed roots alone.
            reads_workloads = place.is_closed and 'Workload' in wanted
            if path in others and not reads_workloads and 'Service' not in wanted:
                continue
            is_moved = around.sets_namespace or around.namespace is not None
            for document in (one for part in self.sources.parts(path) for one in part.documents):
                root = document.root
                if root is None:
                    continue
                if reads_workloads:
                    made = kubernetes.workload(document.source, root)
                    if made is not None:
                        yield made._replace(namespace=None) if is_moved else made
                        continue
                nodes = kubernetes.objects(root)
                if path in checked:
                    self._count(nodes, document)
                for node in nodes:
                    kind = kubernetes.kind_of(node)
                    if kind is None or kind not in wanted:
                        continue
                    record = kubernetes.summarise(document.source, node, kind)
                    if is_moved and isinstance(record, (Policy, NetworkSet, Unusable)):
                        record = record._replace(namespace=None)
                    elif is_moved:
                        continue
                    yield record

    def _count(self, nodes: list[MappingNode], document: ParsedDocument) -> None:
        """Policies of Kubernetes' own are checked here, and were counted as other people's."""
        count = sum(kind_of(node) == 'NetworkPolicy' for node in nodes)
        skipped = self.outcome.skipped.get(NOT_CALICO, 0)
        if not count or not skipped or any(True for _ in document.objects):
            return
        self.outcome.checked += count
        self.outcome.skipped[NOT_CALICO] = skipped - 1
        if skipped == 1:
            del self.outcome.skipped[NOT_CALICO]

    def _units(self, root: _Root, records: Records) -> Iterator[_Unit]:
        """The records of one cluster each: what occurs twice is of two, or is there by mistake.

        Where one folder holds variants of the same objects, its repository is a collection of
        samples or tests, and no folder of it is taken for a cluster.
        """
        if root.is_named or not has_doubles(records):
            yield _Unit(records, root.is_closed, root.is_named)
            return
        groups: dict[str | None, Records] = {}
        for record in records:
            groups.setdefault(self._kustomization_of(_path(record), root.folder), []).append(record)
        units: list[Records] = []
        for some in groups.values():
            if not has_doubles(some):
                units.append(some)
                continue
            folders: dict[str, Records] = {}
            for record in some:
                folders.setdefault(os.path.dirname(_path(record)), []).append(record)
            units += folders.values()
        is_collection = any(map(_are_variants, units))
        for unit in units:
            yield _Unit(unit, are_variants=is_collection)

    def _kustomization_of(self, path: str, top: str) -> str | None:
        """The nearest folder with a kustomization, from a file's up to that of the root."""
        folder = os.path.dirname(os.path.abspath(path))
        passed = []
        found: str | None = None
        while _is_below(folder, top):
            if folder in self._kustomized:
                found = self._kustomized[folder]
                break
            passed.append(folder)
            if any(
                self.lookup.files.exists(os.path.join(folder, name)) for name in _KUSTOMIZATIONS
            ):
                found = folder
                break
            folder = os.path.dirname(folder)
        for one in passed:
            self._kustomized[one] = found
        return found

    def _view(self, unit: _Unit) -> RootView:
        settings = self.lookup.settings_for(_path(unit.records[0]))
        external = External(
            settings.tiers,
            settings.namespaces,
            settings.labels,
            settings.sets,
            settings.service_accounts,
        )
        return RootView(
            unit.records,
            semantics_of(settings.target.version, settings.dataplane),
            unit.is_closed,
            external,
            unit.is_named,
            unit.are_variants,
        )

    def _judge(self, unit: _Unit, checks: Mapping[str, Check]) -> None:
        view = self._view(unit)
        if len(view.policies) > MOST_POLICIES:
            self.outcome.notes.append(
                f'{len(view.policies)} policies are too many to be looked at together, so what '
                f'needs that is not looked for: name smaller roots under roots: in {NAME}'
            )
            return
        found, is_spent = self._ask(view, checks)
        if is_spent and not self._is_spent:
            self._is_spent = True
            self.outcome.notes.append(
                f'what {len(view.policies)} policies mean together was not looked at to the end, '
                f'as it would take too long: name smaller roots under roots: in {NAME}'
            )
        while paths := self._placeless.intersection(_paths(found)):
            # Most documents have no part in any finding, and were read without places.
            unit = unit._replace(records=self._with_places(unit.records, paths))
            again = checks if is_spent else {rule: checks[rule] for rule in found}
            found, _ = self._ask(self._view(unit), again)
        for findings in found.values():
            for finding in findings:
                self.findings.add(finding)

    def _ask(
        self, view: RootView, checks: Mapping[str, Check]
    ) -> tuple[dict[str, list[RootFinding]], bool]:
        """What each rule finds that finds anything; whether there was too much to reckon."""
        found: dict[str, list[RootFinding]] = {}
        effort = _effort(view)
        with within(effort):
            for rule, ask in checks.items():
                try:
                    for finding in ask(view):
                        found.setdefault(rule, []).append(finding)
                except TooComplex:
                    continue
                except MemoryError:
                    raise
                except Exception as error:
                    self._broke(rule, error)
        return found, effort.left <= 0

    def _with_places(self, records: Records, paths: set[str]) -> Records:
        """The same records, those of some files with their places."""
        self._placeless -= paths
        read: dict[str, Iterator[Record | Unusable]] = {}
        for path in paths:
            try:
                parts = discover.read(path)
                read[path] = iter(
                    check_parts(path, parts, conditions_of(path, self.options)).records
                )
            except discover.Unreadable:
                read[path] = iter(())
        return [
            next(read[_path(one)], one) if _path(one) in read and _is_placeless(one) else one
            for one in records
        ]

    def _broke(self, rule: str, error: Exception) -> None:
        if rule in self._broken:
            return
        self._broken.add(rule)
        import traceback

        self.outcome.errors.append(
            f'rule {rule} broke, which is a bug of calico-lint:\n'
            f'{"".join(traceback.format_exception(error))}'
        )


def _paths(found: Mapping[str, list[RootFinding]]) -> set[str]:
    """The files in which findings have a place."""
    return {
        place.path
        for findings in found.values()
        for finding in findings
        for place in (finding.place, *(place for place, _ in finding.elsewhere))
    }


def _is_placeless(record: Record | Unusable) -> bool:
    return record.place is not None and record.place.end == 0


def _effort(view: RootView) -> Effort:
    return Effort(FOR_ROOT + for_policies(view.policies))


def _are_variants(records: Records) -> bool:
    """Whether one object is defined in several files."""
    return any(len({_path(record) for record in group}) > 1 for group in doubles(records))


def _path(record: Record | Unusable) -> str:
    place = record.place
    assert place is not None
    return place.path


def _is_below(folder: str, base: str) -> bool:
    return folder == base or folder.startswith(os.path.join(base, ''))
