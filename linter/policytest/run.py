"""Runs tests and claims on the policies that they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from linter.policy.cluster import Cluster, Endpoint
from linter.policy.evaluate import Evaluator, Step, Way
from linter.policy.model import (
    EGRESS,
    INGRESS,
    Namespace,
    NetworkSet,
    Policy,
    Record,
    ServiceAccount,
)
from linter.policy.semantics import Semantics
from linter.policytest import say
from linter.policytest.model import Case, CaseFile, Mistake, Mistakes, Named
from linter.policytest.policies import Loaded
from linter.text.suggest import nearest, quoted

_BY = re.compile(r'(?P<tier>[^/\[\]]+)/(?P<name>[^\[\]]+)\[(?P<rule>\d+|end)\]\Z')


class Line(NamedTuple):
    """Something said on the way: whose verdict, the sentence, and the steps of it."""

    heading: str
    sentence: str
    steps: tuple[say.Shown, ...]


class Result(NamedTuple):
    """What came of a test. ``by`` and ``expected_by`` are as in the file."""

    file: str
    line: int
    name: str
    passed: bool
    expected: str
    verdict: str
    by: str | None
    expected_by: str | None
    lines: tuple[Line, ...]
    connection: str

    @property
    def steps(self) -> list[say.Shown]:
        return [step for line in self.lines for step in line.steps]

    @property
    def reason(self) -> str:
        """The sentence that says who decided it."""
        if not self.lines:
            return 'nothing judges it'
        deciding = [line for line in self.lines if line.sentence.startswith(_word(self.verdict))]
        if deciding:
            return deciding[0 if self.verdict == 'deny' else -1].sentence
        return self.lines[-1].sentence

    @property
    def short(self) -> str:
        """What is wrong with it, without saying why."""
        if self.verdict != self.expected:
            return f'expected {self.expected}, but it is {_word(self.verdict)}'
        return f'expected to be decided by {self.expected_by}, but it is by {self.by}'

    @property
    def summary(self) -> str:
        """What is wrong with it, in a sentence."""
        if self.verdict != self.expected:
            return f'expected {self.expected}, but it is {self.reason}'
        return f'{self.short}: {self.reason}'


def _word(verdict: str) -> str:
    return {'allow': 'allowed', 'deny': 'denied'}.get(verdict, 'not known')


def cluster_of(case_file: CaseFile, loaded: Loaded, semantics: Semantics) -> Cluster:
    """The cluster of a file: its own namespaces and accounts count more than documents."""
    records: list[Record] = list(implied(case_file.endpoints, loaded.records))
    records += loaded.records
    records += case_file.namespaces
    records += case_file.accounts
    return Cluster(records, case_file.endpoints, semantics)


def implied(endpoints: Iterable[Endpoint], records: Iterable[Record]) -> Iterable[Record]:
    """The namespaces and service accounts that must be there, without labels."""
    names = {one.namespace for one in endpoints if not one.is_host}
    names |= {one.namespace for one in records if isinstance(one, NetworkSet) and one.namespace}
    for name in sorted(names):
        yield Namespace(name, ())
    accounts = {(one.namespace, one.service_account) for one in endpoints if one.service_account}
    for namespace, account in sorted(accounts):
        yield ServiceAccount(namespace, account, ())


class Runner:
    """Runs the tests of one file; raises Mistakes where one names a policy that is not there."""

    def __init__(self, case_file: CaseFile, loaded: Loaded, semantics: Semantics) -> None:
        self.file = case_file
        self.cluster = cluster_of(case_file, loaded, semantics)
        self.evaluator = Evaluator(self.cluster)
        self.deciders: set[tuple[int, str, int]] = set()
        self._policies: dict[str, Policy] | None = None

    def run(self) -> list[Result]:
        mistakes = [
            mistake
            for case in self.file.tests
            if case.by is not None and (mistake := self.wrong_by(case.by)) is not None
        ]
        if mistakes:
            raise Mistakes(mistakes)
        return [self.result(case) for case in self.file.tests]

    def wrong_by(self, by: Named) -> Mistake | None:
        """Why nobody can be called what a test says, or None."""
        message = self._wrong_by(by.text)
        return None if message is None else Mistake(self.file.path, by.line, by.column, message)

    def _wrong_by(self, text: str) -> str | None:
        if text == 'profile':
            return None
        match = _BY.match(text)
        if match is None:
            return (
                f'{quoted(text)} names nobody who decides: write profile, or '
                'TIER/KIND/NAMESPACE/NAME[RULE] with a number from 0 or end'
            )
        if self._policies is None:
            self._policies = {
                f'{policy.tier}/{say.full_name(policy)}': policy for policy in self.cluster.policies
            }
        name = f'{match["tier"]}/{match["name"]}'
        policy = self._policies.get(name)
        if policy is None:
            near = nearest(name, self._policies) or _same_name(name, self._policies)
            advice = f'did you mean {near}?' if near else 'see calico-lint order'
            return f'there is no policy {quoted(name)}: {advice}'
        rule = match['rule']
        most = max(len(policy.ingress), len(policy.egress))
        if rule != 'end' and int(rule) >= most:
            return f'{policy.shown} has no rule {rule}: they count from 0, and it has {most}'
        if policy.staged:
            return f'{policy.shown} is staged, and decides nothing'
        return None

    def result(self, case: Case) -> Result:
        way = self.way(case)
        lines = tuple(
            Line(
                say.heading(verdict),
                say.sentence(verdict, case.packet),
                tuple(say.shown(step) for step in verdict.steps),
            )
            for verdict in way.verdicts
        )
        for verdict in way.verdicts:
            for step in verdict.steps:
                self._decided(step)
        if not way.verdicts or (way.to_host and way.verdicts[-1].action != 'deny'):
            lines += (Line('the way', say.why_not_asked(way), ()),)
        verdict_word = say.UNDECIDED if way.allow is None else 'allow' if way.allow else 'deny'
        last = say.decisive(way)
        by = say.decider(last.decider) if last is not None else None
        wanted = None if case.by is None else case.by.text
        connection = (
            f'{say.who(case.source, case.packet.source)} to '
            f'{say.who(case.destination, case.packet.destination)}, {say.traffic(case.packet)}'
        )
        return Result(
            self.file.path,
            case.line,
            case.name,
            verdict_word == case.verdict and wanted in (None, by),
            case.verdict,
            verdict_word,
            by,
            wanted,
            lines,
            connection,
        )

    def _decided(self, step: Step) -> None:
        if isinstance(step.by, Policy):
            self.deciders.add((id(step.by), step.direction, step.rule))

    def way(self, case: Case) -> Way:
        """The way of a test's packet, or the part of it that is asked for."""
        if case.direction == EGRESS and case.source is not None and not case.source.is_host:
            verdict = self.evaluator.pod(case.source, EGRESS, case.packet)
        elif (
            case.direction == INGRESS
            and case.destination is not None
            and not case.destination.is_host
        ):
            verdict = self.evaluator.pod(case.destination, INGRESS, case.packet)
        else:
            # Of a host endpoint, all that is asked lies in one direction.
            return self.evaluator.way(case.packet, *case.interfaces)
        allow = None if verdict.unknown is not None else verdict.action == 'allow'
        return Way(allow, (verdict,))


def _same_name(name: str, known: Iterable[str]) -> str | None:
    """A policy of that name in another tier, namespace or of another kind."""
    last = name.rsplit('/', 1)[1]
    return next((one for one in known if one.rsplit('/', 1)[1] == last), None)
