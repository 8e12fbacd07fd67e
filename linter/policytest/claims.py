"""Claims about every packet: whether they hold for the policies, and what breaks them.

The traffic of a claim is cut into pieces by what the policies ask of it, and a piece with another
verdict breaks it: one packet of that piece is then tried on the policies themselves, so that
nothing is reported that the evaluator has not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.policy import describe
from linter.policy.claim import Claim
from linter.policy.effort import (
    FOR_CLAIM,
    FOR_CLAIMS,
    Effort,
    TooComplex,
    for_policies,
    spend,
    within,
)
from linter.policy.evaluate import Verdict
from linter.policy.index import Sequence
from linter.policy.known import labels_of_namespaces, split, split_peers
from linter.policy.model import Namespace, Policy, Tier
from linter.policy.outcomes import by_namespace, outcomes
from linter.policy.point import Point, contains, pick
from linter.policy.rule_boxes import traffic
from linter.policy.selector_sets import NAMESPACE_KEY
from linter.policy.semantics import Semantics
from linter.policy.space import KNOWN, Box, Boxes, meet_labels
from linter.policy.witness import Scene, replay, scene
from linter.policytest import say
from linter.policytest.model import CaseFile, ClaimCase
from linter.policytest.policies import Loaded
from linter.policytest.report import ClaimResult

_VERDICTS = {'Allow': 'allow', 'Deny': 'deny'}
_HIDDEN = frozenset((KNOWN, NAMESPACE_KEY, 'projectcalico.org/orchestrator'))
_TRIES = 200
_MOST_PIECES = 20_000


class Found(NamedTuple):
    """Traffic that breaks a claim, and what the evaluator says of it."""

    box: Box
    point: Point
    scene: Scene
    verdict: Verdict


class Prover:
    """Tries claims on one set of policies."""

    def __init__(self, loaded: Loaded, semantics: Semantics) -> None:
        self.semantics = semantics
        self.policies: list[Policy] = list(loaded.policies)
        self.tiers = [record for record in loaded.records if isinstance(record, Tier)]
        self._sequences: dict[str, Sequence] = {}
        self._effort = Effort(FOR_CLAIMS + for_policies(self.policies))

    def sequence(self, direction: str) -> Sequence:
        found = self._sequences.get(direction)
        if found is None:
            found = Sequence(self.policies, self.tiers, self.semantics, direction)
            self._sequences[direction] = found
        return found

    def results(self, case_file: CaseFile) -> list[ClaimResult]:
        """What comes of the claims of a file."""
        return [
            self.result(case_file.path, case, case_file.namespaces) for case in case_file.claims
        ]

    def result(
        self, path: str, case: ClaimCase, namespaces: tuple[Namespace, ...] = ()
    ) -> ClaimResult:
        claim = case.claim
        blank = ClaimResult(
            path, case.line, claim.name, True, claim.verdict, claim.direction, '', '', '', None, ()
        )
        self._effort.left += FOR_CLAIM
        try:
            with within(self._effort):
                found = self.counterexample(claim, namespaces)
        except TooComplex:
            why = 'there are too many cases to go through; name a namespace, or a port'
            return blank._replace(passed=None, reason=why)
        if found is None:
            return blank
        verdict, packet = found.verdict, found.scene.packet
        sentence = say.sentence(verdict, packet).replace(verdict.endpoint.shown, 'it')
        return blank._replace(
            passed=False,
            flow=describe.flow(found.box, claim.direction),
            packet=_example(found),
            reason=sentence,
            by=say.decider(verdict.decider),
            steps=tuple(say.shown(step) for step in verdict.steps),
        )

    def counterexample(self, claim: Claim, namespaces: tuple[Namespace, ...] = ()) -> Found | None:
        """Traffic of a claim that has another verdict; None: there is none.

        ``namespaces`` are those whose labels are known; others may have any.
        Raises ``TooComplex`` where that could not be found out.
        """
        sequence = self.sequence(claim.direction)
        tries = 0
        for box in self._broken(claim, sequence, namespaces):
            tries += 1
            if tries > _TRIES:
                break
            spend(len(self.policies))
            point = pick(box, sequence.own_is_source)
            found = scene(point, sequence) if contains(box, point) else None
            if found is None:
                continue
            verdict = replay(found, sequence, self.policies, self.tiers)
            if verdict.unknown is None and verdict.action != claim.verdict:
                return Found(box, point, found, verdict)
        if tries:
            # There are pieces that seem to break it, and of none a packet was found that does.
            raise TooComplex
        return None

    def _broken(
        self, claim: Claim, sequence: Sequence, namespaces: tuple[Namespace, ...]
    ) -> Iterator[Box]:
        """The pieces of the claim's traffic whose verdict is another one."""
        asked = traffic(claim.rule, '', claim.direction, self.semantics)
        assert asked is not None
        region = asked.exact(sequence.endpoints)
        if namespaces:
            labels = labels_of_namespaces(self.policies, (claim.rule,))
            own_side, peers = split(namespaces, labels), split_peers(namespaces, labels)
            region = tuple(
                box._replace(own=meet_labels(box.own, own_side), peer=meet_labels(box.peer, peers))
                for box in region
            )
            region = tuple(box for box in region if box.own and box.peer)
        for own in by_namespace(region[0].own, sequence) if region else ():
            part: Boxes = tuple(box._replace(own=own) for box in region)
            for outcome in outcomes(part, sequence, most=_MOST_PIECES):
                if _VERDICTS[outcome.verdict] != claim.verdict:
                    yield outcome.box


def _example(found: Found) -> str:
    """``TCP 80 from 8.8.8.8 to a pod of namespace shop with app=db (192.0.2.1)``."""
    point, packet = found.point, found.scene.packet
    own, peer = _pod(point.own), 'an address that Calico does not know'
    if point.peer is not None:
        if NAMESPACE_KEY in point.peer:
            peer = _pod(point.peer)
        else:
            peer = f'an address with the labels {_labels(point.peer) or "of nothing"}'
    source, destination = (own, peer) if point.own_side == 'source' else (peer, own)
    return (
        f'{say.traffic(packet)} from {source} ({say.address(packet.source)}) '
        f'to {destination} ({say.address(packet.destination)})'
    )


def _pod(labels: object) -> str:
    assert isinstance(labels, dict)
    shown = _labels(labels)
    return f'a pod of namespace {labels[NAMESPACE_KEY]}{f" with {shown}" if shown else ""}'


def _labels(labels: object) -> str:
    assert isinstance(labels, dict)
    return ', '.join(
        f'{key}={value}' for key, value in sorted(labels.items()) if key not in _HIDDEN
    )
