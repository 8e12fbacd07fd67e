"""The difference of two states, against the evaluator in both of them."""

from __future__ import annotations

import pytest
from policy_worlds import Maker

from linter.policy.covers import Root
from linter.policy.difference import Difference, difference
from linter.policy.index import Sequence
from linter.policy.model import DIRECTIONS, Policy, Tier
from linter.policy.point import Point, contains, pick
from linter.policy.semantics import Semantics
from linter.policy.witness import replay, scene

SEMANTICS = Semantics()
KINDS = ('workloads', 'host', 'forward', 'preDNAT')


def mutate(
    maker: Maker, policies: list[Policy], tiers: list[Tier]
) -> tuple[list[Policy], list[Tier]]:
    """A change such as people make: a rule more or less, another order, a policy gone."""
    policies, tiers = list(policies), list(tiers)
    for _ in range(maker.random.choice((1, 1, 2))):
        at = maker.random.randrange(len(policies)) if policies else 0
        what = maker.pick('add', 'remove', 'order', 'rule', 'rule', 'rule', 'selector', 'tier')
        if what == 'add' or not policies:
            policies.append(maker.policy(100 + at, tiers))
        elif what == 'remove':
            del policies[at]
        elif what == 'order':
            policies[at] = policies[at]._replace(order=maker.random.choice((None, 5.0, 25.0)))
        elif what == 'selector':
            policies[at] = policies[at]._replace(selector=maker.policy(0, tiers).selector)
        elif what == 'tier' and tiers:
            one = maker.random.randrange(len(tiers))
            tiers[one] = tiers[one]._replace(order=15.0, default_action=maker.pick('Deny', 'Pass'))
        else:
            policies[at] = with_other_rules(maker, policies[at])
    return policies, tiers


def with_other_rules(maker: Maker, policy: Policy) -> Policy:
    direction = maker.random.choice(policy.directions)
    rules = list(policy.rules(direction))
    if rules and maker.maybe(0.4):
        del rules[maker.random.randrange(len(rules))]
    else:
        rules.insert(maker.random.randrange(len(rules) + 1), maker.rule(direction))
    if direction == 'ingress':
        return policy._replace(ingress=tuple(rules))
    return policy._replace(egress=tuple(rules))


def points(maker: Maker, found: Difference, sequence: Sequence) -> list[Point]:
    """Packets at random, and some of what is said to change."""
    some = [maker.point(sequence) for _ in range(20)]
    for change in found.changes:
        if (change.direction, change.kind) == (sequence.direction, sequence.kind):
            some += [pick(box, sequence.own_is_source) for box in change.boxes[:5]]
    return some


def compare(seed: int, kind: str) -> tuple[int, int]:
    maker = Maker(seed, hosts=kind != 'workloads')
    tiers = maker.tiers()
    policies = maker.policies(maker.random.randrange(1, 7), tiers)
    others, other_tiers = mutate(maker, policies, tiers)
    before = Root(policies, tiers, SEMANTICS)
    after = Root(others, other_tiers, SEMANTICS)
    found = difference(before, after)
    assert not found.given_up
    count = 0
    for direction in DIRECTIONS:
        sequence = before.sequence(direction, kind)
        for point in points(maker, found, sequence):
            shown = scene(point, sequence)
            if shown is None:
                continue
            words = [
                replay(shown, root.sequence(direction, kind), some, ordered).action
                for root, some, ordered in (
                    (before, policies, tiers),
                    (after, others, other_tiers),
                )
            ]
            said = list(words)
            if kind == 'forward':
                words = [word or 'allow' for word in words]
            held = [
                change
                for change in found.changes
                if (change.direction, change.kind) == (direction, kind)
                and is_about(change.namespaces, point, found, kind)
                and any(contains(box, in_first(point, change.namespaces)) for box in change.boxes)
            ]
            assert len(held) == (words[0] != words[1]), (point, words)
            if held:
                assert [held[0].before.verdict.lower(), held[0].after.verdict.lower()] == said
            count += 1
    return count, len(found.changes)


NAMESPACE = 'projectcalico.org/namespace'


def is_about(namespaces: tuple[str, ...], point: Point, found: Difference, kind: str) -> bool:
    return not namespaces or point.own.get(NAMESPACE) in namespaces


def in_first(point: Point, namespaces: tuple[str, ...]) -> Point:
    """The packet, for an endpoint of the one namespace that stands for those like it."""
    own = point.own.get(NAMESPACE)
    if len(namespaces) < 2 or own == namespaces[0]:
        return point
    names = {own: namespaces[0], namespaces[0]: own}
    peer = point.peer
    if peer is not None and peer.get(NAMESPACE) in names:
        peer = {**peer, NAMESPACE: names[peer[NAMESPACE]] or ''}
    return point._replace(own={**point.own, NAMESPACE: namespaces[0]}, peer=peer)


@pytest.mark.parametrize('kind', KINDS)
def test_nothing_is_missed_and_nothing_made_up(kind: str) -> None:
    results = [compare(seed, kind) for seed in range(60)]
    assert sum(changes for _, changes in results) > 50


@pytest.mark.slow
@pytest.mark.parametrize('kind', KINDS)
def test_nothing_is_missed_and_nothing_made_up_at_length(kind: str) -> None:
    results = [compare(seed, kind) for seed in range(3000, 4000)]
    assert sum(changes for _, changes in results) > 1000


def test_the_same_is_no_difference() -> None:
    maker = Maker(1)
    tiers = maker.tiers()
    policies = maker.policies(8, tiers)
    one = Root(policies, tiers, SEMANTICS)
    other = Root(list(reversed(policies)), tiers, SEMANTICS)
    assert difference(one, other) == Difference((), 0, 0)
