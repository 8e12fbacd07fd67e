"""What a change of policies does to traffic: every piece of it whose verdict is another one.

Only packets that a changed rule matches, or whose endpoint a changed policy selects, can get
another verdict. They are cut by namespace, and namespaces whose policies look alike are looked at
once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from linter.policy.covers import Root, classes
from linter.policy.effort import TooComplex
from linter.policy.index import ALLOW, END, Decision, Entry
from linter.policy.model import DIRECTIONS, Policy
from linter.policy.order import FORWARD
from linter.policy.outcomes import asked, in_namespaces, not_in_namespaces, outcomes
from linter.policy.point import Point, contains, pick
from linter.policy.space import ANY_PACKET, Box, Boxes, meet, meet_labels, subtract
from linter.policy.witness import Scene, replay, scene

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

MOST_TRIES = 12


class Side(NamedTuple):
    """A verdict and who gives it. ``policy`` None: no policy, but the profile or nobody.

    ``verdict`` is ``Allow``, ``Deny``, or ``''``: left to what comes next.
    """

    verdict: str
    policy: Policy | None = None
    number: int = END

    def says(self, verdict: str) -> bool:
        """Whether the evaluator's word is the same."""
        return self.verdict.lower() == verdict


class Change(NamedTuple):
    """Traffic that gets another verdict, from the same two deciders.

    ``kind`` is the class of traffic (``linter.policy.index``). ``namespaces`` are those of the
    endpoints; empty: those that no policy names, or none. ``point`` is a packet of it, and
    ``scene`` the cluster in which the evaluator has confirmed both verdicts.
    """

    direction: str
    kind: str
    namespaces: tuple[str, ...]
    before: Side
    after: Side
    boxes: Boxes
    point: Point
    scene: Scene


class Difference(NamedTuple):
    """``given_up``: how many namespaces would have cost too much; ``unconfirmed``: how many groups
    of pieces have no packet that the evaluator confirms, and so were left out."""

    changes: tuple[Change, ...]
    given_up: int
    unconfirmed: int


class _Counts:
    __slots__ = ('given_up', 'unconfirmed')

    def __init__(self) -> None:
        self.given_up = self.unconfirmed = 0


def difference(before: Root, after: Root) -> Difference:
    """All that another state of the policies does to traffic."""
    counts = _Counts()
    changes: list[Change] = []
    kinds = dict.fromkeys(
        kind for root in (before, after) for policy in root.policies for kind in classes(policy)
    )
    for direction in DIRECTIONS:
        for kind in kinds:
            pair = _Pair(before, after, direction, kind, counts)
            try:
                changes += pair.changes()
            except TooComplex:
                counts.given_up += 1
    return Difference(tuple(changes), counts.given_up, counts.unconfirmed)


class _Pair:
    """Both states of the policies of one direction and class."""

    def __init__(
        self, before: Root, after: Root, direction: str, kind: str, counts: _Counts
    ) -> None:
        self.roots = before, after
        self.old = before.sequence(direction, kind)
        self.new = after.sequence(direction, kind)
        self.direction = direction
        self.kind = kind
        self.counts = counts

    def changes(self) -> Iterator[Change]:
        touched = list(self._touched())
        if not touched:
            return
        own = self.old.endpoints
        names = sorted({*self.old.namespaces, *self.new.namespaces})
        alike: dict[object, list[str]] = {}
        for name in names:
            alike.setdefault(self._look(name), []).append(name)
        cuts = [(tuple(some), in_namespaces(frozenset(some[:1]))) for some in alike.values()]
        cuts.append(((), not_in_namespaces(frozenset(names))))
        for some, labels in cuts:
            cut = meet_labels(own, labels)
            if not cut:
                continue
            try:
                whole = ANY_PACKET._replace(own=cut)
                region = _apart(box for one in touched if (box := meet(one, whole)) is not None)
                if region:
                    yield from self._of(region, some)
            except TooComplex:
                self.counts.given_up += len(some) or 1

    def _touched(self) -> Iterator[Box]:
        """All packets that can have another verdict."""
        old = {entry.policy.identity: entry for entry in self.old.entries}
        new = {entry.policy.identity: entry for entry in self.new.entries}
        kept = [entry for entry in self.new.entries if entry.policy.identity in old]
        steady = _rising([old[entry.policy.identity].rank for entry in kept])
        moved = {entry.rank for at, entry in enumerate(kept) if at not in steady}
        for identity, entry in old.items():
            if identity not in new:
                yield ANY_PACKET._replace(own=entry.own)
        for identity, entry in new.items():
            other = old.get(identity)
            if other is None:
                yield ANY_PACKET._replace(own=entry.own)
            elif entry.rank in moved or self._is_asked_otherwise(other, entry):
                yield ANY_PACKET._replace(own=other.own)
                yield ANY_PACKET._replace(own=entry.own)
            else:
                yield from _changed_rules(other, entry)

    def _is_asked_otherwise(self, one: Entry, other: Entry) -> bool:
        ends = self.old.end_of(one.tier), self.new.end_of(other.tier)
        names = self.old.tiers[one.tier].name, self.new.tiers[other.tier].name
        return ends[0] != ends[1] or names[0] != names[1] or one.own != other.own

    def _look(self, name: str) -> object:
        """What makes two namespaces the same for all policies, apart from their names."""
        looks: list[object] = []
        for sequence in (self.old, self.new):
            for entry in sequence.of_namespaces((name,)):
                policy = entry.policy
                rules = tuple(rule.bare for rule in entry.rules)
                mentions = f"'{name}'", f'"{name}"'
                text = f'{policy.selector} {policy.namespace_selector} {rules}'
                if policy.is_global or any(mention in text for mention in mentions):
                    return name
                looks.append(
                    (
                        policy.kind,
                        policy.name,
                        policy.tier,
                        policy.order,
                        policy.selector,
                        policy.service_account_selector,
                        rules,
                    )
                )
            looks.append(None)
        return tuple(looks)

    def _of(self, region: Boxes, namespaces: tuple[str, ...]) -> Iterator[Change]:
        groups: dict[object, list[Box]] = {}
        sides: dict[object, tuple[Side, Side]] = {}
        old, new = asked(region, self.old), asked(region, self.new)
        count = 0
        for piece in outcomes(region, self.old, old):
            for other in outcomes((piece.box,), self.new, new):
                count += 1
                if count > 20_000:
                    raise TooComplex
                before = _side(piece.verdict, piece.decision)
                after = _side(other.verdict, other.decision)
                if self._is_same(before.verdict, after.verdict):
                    continue
                deciders = _key(before), _key(after)
                groups.setdefault(deciders, []).append(other.box)
                sides[deciders] = before, after
        for key, boxes in groups.items():
            before, after = sides[key]
            found = self._witness(boxes, before, after)
            if found is None:
                self.counts.unconfirmed += 1
                continue
            yield Change(self.direction, self.kind, namespaces, before, after, tuple(boxes), *found)

    def _is_same(self, before: str, after: str) -> bool:
        if self.kind == FORWARD:
            return (before or ALLOW) == (after or ALLOW)
        return before == after

    def _witness(
        self, boxes: Iterable[Box], before: Side, after: Side
    ) -> tuple[Point, Scene] | None:
        """A packet of which the evaluator says the same in both states."""
        tries = 0
        for box in boxes:
            tries += 1
            if tries > MOST_TRIES:
                return None
            point = pick(box, self.old.own_is_source)
            shown = scene(point, self.old) if contains(box, point) else None
            if shown is None:
                continue
            words = [
                replay(shown, sequence, root.policies, root.tiers).action
                for sequence, root in zip((self.old, self.new), self.roots, strict=True)
            ]
            if before.says(words[0]) and after.says(words[1]):
                return point, shown
        return None


def _apart(boxes: Iterable[Box]) -> Boxes:
    """The same packets in boxes that do not overlap."""
    found: Boxes = ()
    for box in boxes:
        found += subtract((box,), found)
    return found


def _changed_rules(old: Entry, new: Entry) -> Iterator[Box]:
    """What the rules match that are not the same at the beginning or at the end."""
    one, other = tuple(rule.bare for rule in old.rules), tuple(rule.bare for rule in new.rules)
    if one == other:
        return
    first = 0
    while first < min(len(one), len(other)) and one[first] == other[first]:
        first += 1
    last = 0
    while last < min(len(one), len(other)) - first and one[-1 - last] == other[-1 - last]:
        last += 1
    for entry, rules in ((old, one), (new, other)):
        for number in range(first, len(rules) - last):
            # Whether a condition holds is for the pieces to say.
            try:
                boxes = entry.boxes(number)
            except TooComplex:
                yield ANY_PACKET._replace(own=entry.own)
                continue
            for box in boxes:
                yield box._replace(conditions=frozenset())


def _rising(numbers: list[int]) -> set[int]:
    """The positions of a longest subsequence that rises."""
    tails: list[int] = []
    positions: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        index = bisect_left(tails, number)
        before.append(positions[index - 1] if index else -1)
        tails[index : index + 1] = [number]
        positions[index : index + 1] = [at]
    found = set()
    at = positions[-1] if positions else -1
    while at >= 0:
        found.add(at)
        at = before[at]
    return found


def _side(verdict: str, decision: Decision | None) -> Side:
    if decision is None:
        return Side(verdict)
    return Side(verdict, decision.entry.policy, decision.number)


def _key(side: Side) -> tuple[object, ...]:
    return side.verdict, side.policy and side.policy.identity, side.number
