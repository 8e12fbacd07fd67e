"""Which of two policies of a tier is asked first, and for what packets that makes a difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linter.policy import ranges
from linter.policy.covers import Root
from linter.policy.dead_rule import asks_nothing
from linter.policy.effort import Exhausted, TooComplex, spend
from linter.policy.index import ALLOW, DENY, LOG, PASS, WORKLOADS, Entry, Sequence
from linter.policy.model import DEFAULT_TIER, DIRECTIONS, Policy, Rule
from linter.policy.point import Point, contains, pick
from linter.policy.selecting import selects_all_of
from linter.policy.space import ANY_PACKET, V4, Box, Boxes, covered, meet, meet_labels, subtract
from linter.policy.ties import way_to_peers
from linter.policy.witness import replay, scene

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_MOST_TRIES = 4
_MOST_PAIRS = 20_000


class Beaten(NamedTuple):
    """A rule of the ``later`` policy that comes too late for a packet; ``earlier`` decides it, or
    would have by the end of the tier."""

    later: Policy
    direction: str
    number: int
    earlier: Policy
    point: Point

    @property
    def rule(self) -> Rule:
        return self.later.rules(self.direction)[self.number]


class Undone(NamedTuple):
    """A rule of the tier default for everything, because of which the end of a policy of Kubernetes
    is not reached. ``is_before``: it comes before that policy, too."""

    policy: Policy
    direction: str
    number: int
    kubernetes: Policy
    point: Point
    is_before: bool

    @property
    def rule(self) -> Rule:
        return self.policy.rules(self.direction)[self.number]


def undoing_kubernetes(root: Root) -> Iterator[Undone]:
    """Rules that allow or pass on everything, so that policies of Kubernetes do not deny the rest.

    Those are asked before it or after it; what they deny is denied at the end of the tier.
    """
    for sequence, entry, before, after in _beside_kubernetes(root, _takes_the_rest):
        number = next(at for at, one in enumerate(entry.rules) if _takes_the_rest(one))
        for other in (*before, *after):
            point = _let_through(root, sequence, other, entry, number)
            if point is not None:
                yield Undone(
                    entry.policy, sequence.direction, number, other.policy, point, other in after
                )
                break


def denies_behind(root: Root) -> Iterator[Beaten]:
    """Rules that deny what a policy of Kubernetes has allowed, for all pods that it selects."""
    for sequence, later, before, _ in _beside_kubernetes(root, _denies_some):
        for number, one in enumerate(later.rules):
            if not _denies_some(one):
                continue
            for earlier in before:
                point = _allowed_before(root, sequence, earlier, later, number)
                if point is not None:
                    yield Beaten(later.policy, sequence.direction, number, earlier.policy, point)
                    break


def unordered(root: Root) -> Iterator[Beaten]:
    """Rules of policies without order of which one with an order decides some packets otherwise."""
    for direction in DIRECTIONS:
        sequence = root.sequence(direction, WORKLOADS)
        count = 0
        by_tier: dict[int, list[Entry]] = {}
        for entry in sequence.entries:
            if entry.policy.written is None:
                by_tier.setdefault(entry.tier, []).append(entry)
        for members in by_tier.values():
            first = [entry for entry in members if entry.policy.order is not None]
            for later in members:
                if later.policy.order is not None:
                    continue
                found = None
                for earlier in first:
                    if not _may_meet(earlier.policy, later.policy):
                        continue
                    count += 1
                    if count > _MOST_PAIRS:
                        return
                    found = _contradicted(root, sequence, earlier, later)
                    if found is not None:
                        yield found
                        break


def _takes_the_rest(rule: Rule) -> bool:
    return rule.action in (ALLOW, PASS) and asks_nothing(rule)


def _denies_some(rule: Rule) -> bool:
    return rule.action == DENY and not asks_nothing(rule)


def _beside_kubernetes(
    root: Root, is_wanted: Callable[[Rule], bool]
) -> Iterator[tuple[Sequence, Entry, list[Entry], list[Entry]]]:
    """Calico's policies of the default tier that have a wanted rule, and those of Kubernetes that
    are asked before them, and after them, and whose pods they all select."""
    for direction in DIRECTIONS:
        sequence = root.sequence(direction, WORKLOADS)
        members = [one for one in sequence.entries if one.policy.tier == DEFAULT_TIER]
        everywhere = [one for one in members if one.policy.written is not None]
        by_namespace: dict[str | None, list[Entry]] = {}
        for one in everywhere:
            by_namespace.setdefault(one.policy.namespace, []).append(one)
        pairs = 0
        for entry in members if everywhere else ():
            policy = entry.policy
            if policy.written is not None or not any(map(is_wanted, entry.rules)):
                continue
            before: list[Entry] = []
            after: list[Entry] = []
            for one in by_namespace.get(policy.namespace, ()) if policy.namespace else everywhere:
                pairs += 1
                spend(1)
                if pairs > _MOST_PAIRS:
                    return
                if selects_all_of(policy, one.policy):
                    (before if one.rank < entry.rank else after).append(one)
            if before or after:
                yield sequence, entry, before, after


def _may_meet(one: Policy, other: Policy) -> bool:
    return not one.namespace or not other.namespace or one.namespace == other.namespace


def _own(sequence: Sequence, *entries: Entry) -> Box | None:
    own = sequence.endpoints
    for entry in entries:
        own = meet_labels(own, entry.own)
    return ANY_PACKET._replace(own=own) if own else None


def _earlier_rules(entry: Entry, number: int) -> Boxes:
    return tuple(
        box for at in range(number) if entry.rules[at].action != LOG for box in entry.boxes(at)
    )


def _let_through(
    root: Root, sequence: Sequence, earlier: Entry, later: Entry, number: int
) -> Point | None:
    """A packet that no rule of the first policy matches, and that the later one allows."""
    try:
        whole = _own(sequence, earlier, later)
        if whole is None:
            return None
        taken = _earlier_rules(earlier, len(earlier.rules)) + _earlier_rules(later, number)
        pieces = sorted(subtract((whole,), taken), key=_oddness)
        for box in pieces[:_MOST_TRIES]:
            point = _decided(root, sequence, box, later.policy, number)
            if point is not None:
                return point
    except Exhausted:
        raise
    except TooComplex:
        pass
    return None


def _oddness(box: Box) -> tuple[bool, bool]:
    """What a reader knows best comes first: TCP, and IPv4."""
    return not ranges.contains(box.protocol, 6), not box.family & V4


def _allowed_before(
    root: Root, sequence: Sequence, earlier: Entry, later: Entry, number: int
) -> Point | None:
    """A packet that the later policy denies, if the first one allows all such packets."""
    try:
        whole = _own(sequence, earlier, later)
        if whole is None:
            return None
        met = [meet(box, whole) for box in later.boxes(number)]
        target = tuple(box for box in met if box is not None)
        allowed = _earlier_rules(earlier, len(earlier.rules))
        if not target or not covered(target, allowed):
            return None
        for box in subtract(target, _earlier_rules(later, number))[:_MOST_TRIES]:
            point = _decided(root, sequence, box, earlier.policy, None)
            if point is not None:
                return point
    except Exhausted:
        raise
    except TooComplex:
        pass
    return None


def _contradicted(root: Root, sequence: Sequence, earlier: Entry, later: Entry) -> Beaten | None:
    if not (
        selects_all_of(earlier.policy, later.policy) or selects_all_of(later.policy, earlier.policy)
    ):
        return None
    try:
        whole = _own(sequence, earlier, later)
        if whole is None:
            return None
        for number, rule in enumerate(later.rules):
            # An Allow behind a Deny is how people write it.
            if rule.action != DENY or asks_nothing(rule):
                continue
            for at, other in enumerate(earlier.rules):
                if other.action in (LOG, DENY) or not _are_alike(sequence, rule, other):
                    continue
                taken = _earlier_rules(earlier, at) + _earlier_rules(later, number)
                for one in later.boxes(number):
                    for box in earlier.boxes(at):
                        both = meet(one, box)
                        both = None if both is None else meet(both, whole)
                        if both is None:
                            continue
                        for piece in subtract((both,), taken)[:_MOST_TRIES]:
                            point = _decided(root, sequence, piece, earlier.policy, at)
                            if point is not None:
                                return Beaten(
                                    later.policy, sequence.direction, number, earlier.policy, point
                                )
    except Exhausted:
        raise
    except TooComplex:
        pass
    return None


def _are_alike(sequence: Sequence, one: Rule, other: Rule) -> bool:
    """Whether both look for their peers in the same way, or one of them takes all.

    That somebody has an address of one and the labels of the other is only thought up.
    """
    ways = [way_to_peers(sequence.direction, rule) for rule in (one, other)]
    return '' in ways or ways[0] == ways[1] == 'nets'


def _decided(
    root: Root, sequence: Sequence, box: Box, by: Policy, number: int | None
) -> Point | None:
    """A packet of a box, if the evaluator says that a policy decides it, and by which rule.

    A rule that passes it on decides where all that comes behind allows it.
    """
    point = pick(box, sequence.own_is_source)
    shown = scene(point, sequence) if contains(box, point) else None
    if shown is None:
        return None
    # Each of the policies is asked.
    spend(2 * len(root.policies))
    verdict = replay(shown, sequence, root.policies, root.tiers)
    step = verdict.decider
    if verdict.action == 'allow' and number is not None:
        step = next((one for one in verdict.steps if one.by is by), step)
    if verdict.unknown is not None or step is None or step.by is not by:
        return None
    return point if number is None or step.rule == number else None
