"""Policies between which only their names decide, and packets for which that makes a difference."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import combinations, product
from math import inf, nextafter
from operator import itemgetter

from linter.policy.covers import Root
from linter.policy.effort import Exhausted, TooComplex, spend
from linter.policy.index import LOG, Entry, Sequence
from linter.policy.model import DIRECTIONS, EGRESS, Entity, Policy, Rule
from linter.policy.point import ORCHESTRATOR, Point, contains, pick
from linter.policy.selector_sets import NAMESPACE_KEY, selected
from linter.policy.space import ANY_PACKET, Box, Boxes, meet, meet_labels, subtract

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from linter.policy.difference import Side
    from linter.policy.evaluate import Verdict
    from linter.policy.witness import Scene
else:
    from linter.text.records import NamedTuple

MOST_TRIES = 4


class Tie(NamedTuple):
    """Two policies of one tier and order, the first of which is asked first because of its name.

    ``now`` is what becomes of the packet, ``otherwise`` what would if the second came first.
    ``is_thought_up``: it has an address that one rule names and labels that the other asks for, or
    labels of which each asks for others, and no packet was found that asks for less.
    """

    first: Policy
    second: Policy
    direction: str
    kind: str
    now: Side
    otherwise: Side
    point: Point
    scene: Scene
    is_thought_up: bool


class Ties(NamedTuple):
    """``given_up``: of how many pairs it is not known whether their order matters; one stands for
    all that there was no effort left for."""

    ties: tuple[Tie, ...]
    given_up: int


def ties(root: Root) -> Ties:
    """The pairs of policies whose order makes a difference, and that nothing but a name orders.

    Each pair comes once, for the first direction and class in which that is so.
    """
    found: dict[tuple[object, object], Tie] = {}
    given_up = 0
    try:
        for sequence, one, other in _all_pairs(root):
            key = one.policy.identity, other.policy.identity
            if key in found:
                continue
            try:
                tie = _tie(root, sequence, one, other)
            except TooComplex:
                given_up += 1
                continue
            if tie is not None:
                found[key] = tie
    except Exhausted:
        given_up += 1
    return Ties(tuple(found.values()), given_up)


def _all_pairs(root: Root) -> Iterator[tuple[Sequence, Entry, Entry]]:
    for direction in DIRECTIONS:
        for kind in root.classes:
            sequence = root.sequence(direction, kind)
            for one, other in _pairs(sequence):
                yield sequence, one, other


def _pairs(sequence: Sequence) -> Iterator[tuple[Entry, Entry]]:
    """Policies of one tier and order that can select one endpoint and do not say the same."""
    groups: dict[tuple[int, float | None], list[Entry]] = {}
    for entry in sequence.entries:
        groups.setdefault((entry.tier, entry.policy.order), []).append(entry)
    for members in groups.values():
        if len(members) == 1:
            continue
        by_namespace: dict[str | None, list[Entry]] = {}
        for entry in members:
            by_namespace.setdefault(entry.policy.namespace or None, []).append(entry)
        everywhere = by_namespace.pop(None, [])
        yield from _conflicting(combinations(everywhere, 2))
        for some in by_namespace.values():
            yield from _conflicting(combinations(some, 2))
            for one in everywhere:
                for other in some:
                    pair = (one, other) if one.rank < other.rank else (other, one)
                    yield from _conflicting((pair,))


def _conflicting(pairs: Iterable[tuple[Entry, Entry]]) -> Iterator[tuple[Entry, Entry]]:
    for one, other in pairs:
        spend(2 + len(one.rules) + len(other.rules))
        actions = {rule.action for entry in (one, other) for rule in entry.rules} - {LOG}
        # Where all rules of both say the same, so does whichever comes first.
        if len(actions) < 2 or not one.rules or not other.rules:
            continue
        try:
            if not meet_labels(meet_labels(one.own, other.own), one.owner.endpoints):
                continue
        except Exhausted:
            raise
        except TooComplex:
            pass
        yield one, other


def _tie(root: Root, sequence: Sequence, one: Entry, other: Entry) -> Tie | None:
    # Imported lazily: most policies have an order of their own.
    from linter.policy.witness import asked, replay, scene

    for box, is_thought_up in _contested(one, other, sequence):
        point = pick(box, sequence.own_is_source)
        shown = scene(point, sequence) if contains(box, point) else None
        if shown is None:
            continue
        policies = asked(shown, root.handled, sequence.semantics)
        # Each of the policies is asked, in both orders.
        spend(100 + 30 * len(policies))
        turned = _turned(policies, other.policy)
        now = replay(shown, sequence, policies, root.tiers)
        otherwise = replay(shown, sequence, turned, root.tiers)
        if now.unknown is otherwise.unknown is None and now.action != otherwise.action:
            return Tie(
                one.policy,
                other.policy,
                sequence.direction,
                sequence.kind,
                _side(now),
                _side(otherwise),
                point,
                shown,
                is_thought_up,
            )
    return None


def _contested(one: Entry, other: Entry, sequence: Sequence) -> Iterator[tuple[Box, bool]]:
    """Packets of which each policy would say something else, some of each pair of rules.

    Those that are thought up come last.
    """
    whole = ANY_PACKET._replace(own=sequence.endpoints)
    found = [
        (_are_unlike(sequence.direction, rule, another), at, beside)
        for at, rule in enumerate(one.rules)
        for beside, another in enumerate(other.rules)
        if rule.action != another.action and LOG not in (rule.action, another.action)
    ]
    found.sort(key=itemgetter(0))
    for is_thought_up, at, beside in found:
        pairs = product(one.boxes(at), other.boxes(beside))
        met = [meet(*pair) for pair in pairs]
        within = [meet(box, whole) for box in met if box is not None]
        earlier = _before(one, at) + _before(other, beside)
        left = subtract(tuple(box for box in within if box is not None), earlier)
        for box in left[:MOST_TRIES]:
            yield box, is_thought_up


def _are_unlike(direction: str, one: Rule, other: Rule) -> bool:
    """Whether one of them names addresses of its peers and the other labels, or each of them labels
    that the other one does not ask for."""
    ways = {way_to_peers(direction, rule) for rule in (one, other)}
    if ways != {'labels'}:
        return ways == {'nets', 'labels'}
    asked = [asked_for(_peers(direction, rule).selector) for rule in (one, other)]
    return all(asked) and not asked[0] & asked[1]


def asked_for(text: str) -> frozenset[str]:
    """The labels that whatever a selector selects has, but for those that every pod has."""
    try:
        cubes = selected(text) if text else ()
    except Exhausted:
        raise
    except TooComplex:
        return frozenset()
    keys = [frozenset(key for key, values in cube.items() if not values.absent) for cube in cubes]
    common = frozenset.intersection(*keys) if keys else frozenset()
    return common - {NAMESPACE_KEY, ORCHESTRATOR}


def _peers(direction: str, rule: Rule) -> Entity:
    return rule.destination if direction == EGRESS else rule.source


def way_to_peers(direction: str, rule: Rule) -> str:
    """How a rule looks for its peers: by ``nets``, by ``labels``, or ``''`` for all of them."""
    side = _peers(direction, rule)
    if side.nets or side.not_nets:
        return 'nets'
    return '' if side._replace(ports=(), not_ports=()) == Entity() else 'labels'


def _before(entry: Entry, number: int) -> Boxes:
    """What earlier rules of a policy decide."""
    return tuple(
        box for at in range(number) if entry.rules[at].action != LOG for box in entry.boxes(at)
    )


def _turned(policies: Iterable[Policy], second: Policy) -> list[Policy]:
    """The policies, the second just before all that have its order."""
    order = sys.float_info.max if second.order is None else nextafter(second.order, -inf)
    return [policy._replace(order=order) if policy is second else policy for policy in policies]


def _side(verdict: Verdict) -> Side:
    # Imported lazily, as above.
    from linter.policy.difference import Side

    step = verdict.decider
    word = verdict.action.capitalize()
    if step is None or not isinstance(step.by, Policy):
        return Side(word)
    return Side(word, step.by, step.rule)
