"""What becomes of all packets of a box: pieces of it, each with the verdict and who gives it.

This walks through all policies that can be asked, so it is for boxes that few policies are asked
about: one namespace, one claim. Every address belongs to one object at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.policy.effort import TooComplex, spend
from linter.policy.index import ALLOW, DENY, END, LOG, PASS, WORKLOADS, Decision, Entry, Sequence
from linter.policy.label_values import Values
from linter.policy.order import FORWARD, PRE_DNAT, UNTRACKED
from linter.policy.selector_sets import KUBERNETES, NAMESPACE_KEY, Cube, Cubes
from linter.policy.space import Box, Boxes, meet, meet_labels, negated, without

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

MOST_PIECES = 4000
UNDECIDED = ''
"""No policy has decided, and the class of traffic has no profiles."""


class Outcome(NamedTuple):
    """A piece of the traffic. ``decision`` None: no policy decides, but the profile does."""

    box: Box
    verdict: str
    decision: Decision | None


def default_verdict(sequence: Sequence) -> str:
    """What happens where no policy decides: a pod's profile allows, a host endpoint has none."""
    if sequence.kind in (FORWARD, PRE_DNAT, UNTRACKED):
        return UNDECIDED
    return ALLOW if sequence.kind == WORKLOADS else DENY


class _Work:
    """The pieces made so far, of which there may not be too many."""

    def __init__(self, most: int) -> None:
        self.left = most

    def spend(self, count: int = 1) -> None:
        self.left -= count
        if self.left < 0:
            raise TooComplex


def outcomes(
    region: Boxes,
    sequence: Sequence,
    entries: Iterable[Entry] | None = None,
    most: int = MOST_PIECES,
) -> Iterator[Outcome]:
    """The pieces of the region; raises ``TooComplex`` where there are too many of them.

    ``entries`` are the policies that can select any of it, in order; None: they are looked for.
    """
    if entries is None:
        entries = asked(region, sequence)
    work = _Work(most)
    tiers: dict[int, list[Entry]] = {}
    for entry in entries:
        tiers.setdefault(entry.tier, []).append(entry)
    pending = list(region)
    for tier, members in tiers.items():
        if not pending:
            return
        following: list[Box] = []
        for found in _tier(pending, sequence, tier, members, work):
            if isinstance(found, Box):
                following.append(found)
            else:
                yield found
        pending = following
    verdict = default_verdict(sequence)
    for box in pending:
        yield Outcome(box, verdict, None)


def _tier(
    pending: list[Box], sequence: Sequence, tier: int, members: list[Entry], work: _Work
) -> Iterator[Outcome | Box]:
    """What a tier decides; boxes are left to the next one."""
    waiting = pending
    inside: list[tuple[Box, Entry]] = []
    for entry in members:
        unselected: list[Box] = []
        for box in waiting:
            own = meet_labels(box.own, entry.own)
            if not own:
                unselected.append(box)
                continue
            inside.append((box._replace(own=own), entry))
            rest = KUBERNETES.subtract(box.own, entry.own)
            if rest:
                work.spend()
                unselected.append(box._replace(own=rest))
        waiting = unselected
        for number, rule in enumerate(entry.rules):
            if not inside:
                break
            if rule.action == LOG:
                continue
            remaining: list[tuple[Box, Entry]] = []
            for box, first in inside:
                rest_of_box = [box]
                for other in entry.boxes(number):
                    left: list[Box] = []
                    for part in rest_of_box:
                        taken, kept = _split(part, other)
                        work.spend(len(taken) + len(kept))
                        left += kept
                        for piece in taken:
                            if rule.action == PASS:
                                yield piece
                            else:
                                decision = Decision(entry, number, rule.action)
                                yield Outcome(piece, rule.action, decision)
                    rest_of_box = left
                remaining += [(part, first) for part in rest_of_box]
            inside = remaining
    end = sequence.end_of(tier)
    for box, first in inside:
        yield box if end == PASS else Outcome(box, end, Decision(first, END, end))
    yield from waiting


def _split(box: Box, other: Box) -> tuple[list[Box], list[Box]]:
    """What of a box is in the other, and what is not, whether the other's conditions hold or not.

    Those of which the box does not say whether they hold are gone through one by one, for the
    packets to which they make a difference.
    """
    open_ = sorted(other.conditions - box.conditions)
    if any(negated(condition) in box.conditions for condition in open_):
        return [], [box]
    other = other._replace(conditions=box.conditions)
    common = meet(box, other)
    if common is None:
        return [], [box]
    kept = list(without(box, other))
    for condition in open_:
        kept.append(common._replace(conditions=common.conditions | {negated(condition)}))
        common = common._replace(conditions=common.conditions | {condition})
    return [common], kept


def asked(region: Boxes, sequence: Sequence, last: int | None = None) -> list[Entry]:
    """The policies that select any endpoint of the region, in order, up to the rank ``last``."""
    found = []
    entries = _looked_up(region, sequence, len(sequence.entries) if last is None else last)
    spend(1 + len(entries) // 2)
    for entry in entries:
        if any(meet_labels(box.own, entry.own) for box in region):
            found.append(entry)
    return found


def _looked_up(region: Boxes, sequence: Sequence, last: int) -> list[Entry]:
    namespaces: set[str | None] = {None}
    for box in region:
        for cube in box.own:
            pinned = pinned_namespaces(cube)
            if pinned is None:
                return sequence.entries[: last + 1]
            namespaces |= pinned
    return sequence.of_namespaces(namespaces, last)


def pinned_namespaces(cube: Cube) -> frozenset[str] | None:
    """The namespaces of which a cube is; empty for none at all, None for any."""
    values = cube.get(NAMESPACE_KEY)
    return None if values is None or values.inside is None else values.inside


def by_namespace(own: Cubes, sequence: Sequence) -> Iterator[Cubes]:
    """The labels of endpoints, cut by the namespaces that policies name, and the others at last.

    Policies of one namespace ask nothing of endpoints of another, so each cut meets few.
    """
    names = sequence.namespaces
    for name in names:
        cut = meet_labels(own, in_namespaces(frozenset((name,))))
        if cut:
            yield cut
    rest = meet_labels(own, not_in_namespaces(frozenset(names)))
    if rest:
        yield rest


def in_namespaces(names: frozenset[str]) -> Cubes:
    """The labels of what is in one of these namespaces."""
    return ({NAMESPACE_KEY: Values(False, names)},)


def not_in_namespaces(names: frozenset[str]) -> Cubes:
    """The labels of what is in another namespace, or in none."""
    return ({NAMESPACE_KEY: Values(True, None, names)},)
