"""Dead rules: no packet may ever prove one alive, and what is alive has a packet to show."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest
from policy_worlds import Maker, packet, world
from scenarios import scenarios
from test_policy_checks import policy as policy_of

from linter.calico.parsed_file import parse_text
from linter.calico.target import Target
from linter.policy.cluster import Cluster
from linter.policy.covers import Root
from linter.policy.dead_rule import POLICY, ROOT, TIER, DeadRule
from linter.policy.effective import NAME
from linter.policy.effort import TooComplex
from linter.policy.evaluate import Evaluator, Verdict
from linter.policy.load import records
from linter.policy.model import DIRECTIONS, INGRESS, Entity, NetworkSet, Policy, Rule, Tier
from linter.policy.semantics import Semantics
from linter.policy.witness import replay, scene
from linter.text.source import Source

SEMANTICS = Semantics()


def tried(policies: list[Policy], dead: DeadRule) -> list[Policy]:
    """The policies, with a verdict in the place of a rule that only logs."""
    found = []
    for policy in policies:
        if policy.identity == dead.policy.identity and dead.rule.action == 'Log':
            rules = list(policy.rules(dead.direction))
            rules[dead.number] = rules[dead.number]._replace(action='Deny')
            if dead.direction == INGRESS:
                policy = policy._replace(ingress=tuple(rules))
            else:
                policy = policy._replace(egress=tuple(rules))
        found.append(policy)
    return found


def decides(verdict: Verdict, dead: DeadRule) -> bool:
    return any(
        step.by is not None
        and isinstance(step.by, Policy)
        and step.by.identity == dead.policy.identity
        and step.rule == dead.number
        for step in verdict.steps
    )


def scoped(policies: list[Policy], dead: DeadRule) -> list[Policy]:
    """What the claim rests on."""
    if dead.rests_on == ROOT:
        return policies
    return [
        policy
        for policy in policies
        if policy.tier == dead.policy.tier
        and (dead.rests_on == TIER or policy.identity == dead.policy.identity)
    ]


def try_claims(seed: int, scope: str, hosts: bool) -> tuple[int, int]:
    maker = Maker(seed, hosts)
    tiers = maker.tiers()
    policies = maker.policies(maker.random.randrange(2, 9), tiers)
    about = world(maker)
    root = Root(policies, tiers, SEMANTICS, about.sets)
    report = root.dead_rules(scope)
    for dead in report.dead:
        chosen = tried(scoped(policies, dead), dead)
        cluster = Cluster([*chosen, *tiers, *about.records], about.endpoints, SEMANTICS)
        evaluator = Evaluator(cluster)
        for _ in range(150):
            endpoint = maker.random.choice(about.endpoints)
            one = packet(maker, endpoint, about.endpoints, dead.direction)
            verdicts = [evaluator.pod(endpoint, dead.direction, one)]
            if endpoint.is_host:
                verdicts.append(evaluator._forward(endpoint, dead.direction, one))
            assert not any(decides(verdict, dead) for verdict in verdicts), (dead, one)
    return len(report.dead), report.rules


@pytest.mark.parametrize('hosts', [False, True])
@pytest.mark.parametrize('scope', [POLICY, TIER, ROOT])
def test_no_packet_reaches_a_dead_rule(scope: str, hosts: bool) -> None:
    found = [try_claims(seed, scope, hosts) for seed in range(40)]
    assert sum(dead for dead, _ in found) > 5


@pytest.mark.slow
@pytest.mark.parametrize('hosts', [False, True])
@pytest.mark.parametrize('scope', [POLICY, TIER, ROOT])
def test_no_packet_reaches_a_dead_rule_at_length(scope: str, hosts: bool) -> None:
    found = [try_claims(seed, scope, hosts) for seed in range(5000, 6000)]
    assert sum(dead for dead, _ in found) > 100


def same_of_others(seed: int, scope: str, hosts: bool) -> int:
    maker = Maker(seed, hosts)
    tiers = maker.tiers()
    policies = maker.policies(maker.random.randrange(2, 9), tiers)
    root = Root(policies, tiers, SEMANTICS)
    every = [one for one in root.dead_rules(scope).dead if one.rests_on != POLICY]
    some = root.dead_rules(scope, of_others=True).dead
    assert [one for one in some if one.rests_on != POLICY] == every
    return len(every)


@pytest.mark.parametrize('scope', [POLICY, TIER, ROOT])
def test_what_becomes_of_packets_that_were_tried_becomes_of_some(scope: str) -> None:
    kinds: Counter[frozenset[str]] = Counter()
    for seed in range(60):
        maker = Maker(seed)
        tiers = maker.tiers()
        root = Root(maker.policies(6, tiers), tiers, SEMANTICS)
        for dead in root.dead_rules(scope).dead:
            assert dead.verdicts.some <= dead.verdicts.all
            kinds[dead.verdicts.all] += 1
    assert len(kinds) > 1


def test_what_becomes_of_packets_is_said_in_full() -> None:
    """One of two rules before it takes some packets, though the second would take all of them."""
    web = Rule('Deny', protocol='TCP', destination=Entity(ports=((80, 80),)))
    first = policy_of(web, Rule('Allow', protocol='TCP'), name='a', namespace='', order=1)
    for late, expected in (
        (Rule('Deny', protocol='TCP'), {'Allow', 'Deny'}),
        (web, {'Deny'}),
        (Rule('Deny', protocol='TCP', destination=Entity(ports=((443, 443),))), {'Allow'}),
    ):
        root = Root([first, policy_of(late, name='b', namespace='', order=2)], [], SEMANTICS)
        (dead,) = root.dead_rules(TIER).dead
        assert dead.verdicts.all == expected
        assert dead.severity == ('info' if expected == {'Deny'} else 'warning')


@pytest.mark.parametrize('scope', [TIER, ROOT])
def test_what_is_asked_first_is_dead_for_no_other_policy(scope: str) -> None:
    found = [same_of_others(seed, scope, bool(seed % 2)) for seed in range(150)]
    assert sum(found) > 3


SELECTORS = [
    '', "app == 'a'", "app == 'b'", "role == 'x'", "feed == 'f'", 'has(app)', '!has(app)',
    "app == 'a' && role == 'x'", "app == 'a' || role == 'x'", "app != 'a'",
]  # fmt: skip
PORTS = [(), (), ((80, 80),), ((443, 443),), ((1, 100),)]
NAMESPACES = ['', '', 'all()', f'has({NAME})', f"{NAME} == 'shop'"]


def templated(pick: Random, number: int) -> Policy:
    """A policy as people write them from templates: few labels, and often a last rule that passes
    everything on."""
    rules = []
    for _ in range(pick.randrange(1, 4)):
        protocol = pick.choice((None, 'TCP', 'UDP'))
        action = pick.choice(('Allow', 'Allow', 'Deny', 'Pass', 'Log'))
        sides = [
            Entity(selector=pick.choice(SELECTORS), namespace_selector=pick.choice(NAMESPACES))
            for _ in range(2)
        ]
        ports = pick.choice(PORTS) if protocol else ()
        rules.append(Rule(action, sides[0], sides[1]._replace(ports=ports), protocol))
    if pick.random() < 0.5:
        rules.append(Rule('Pass'))
    is_global = pick.random() < 0.4
    made = policy_of(*rules, name=f'p{number}', namespace='' if is_global else 'shop')
    return made._replace(
        tier=pick.choice(('first', 'second', 'default', 'default')),
        order=float(pick.randrange(4)),
        selector=pick.choice(SELECTORS),
        namespace_selector=pick.choice(NAMESPACES) if is_global else '',
    )


def same_of_templates(seed: int, scope: str) -> int:
    pick = Random(seed)
    policies = [templated(pick, number) for number in range(pick.randrange(2, 7))]
    tiers = [Tier('first', 1, 'Deny'), Tier('second', 2, pick.choice(('Deny', 'Pass')))]
    root = Root(policies, tiers, SEMANTICS)
    every = [one for one in root.dead_rules(scope).dead if one.rests_on != POLICY]
    some = root.dead_rules(scope, of_others=True).dead
    assert [one for one in some if one.rests_on != POLICY] == every
    return len(every)


@pytest.mark.parametrize('scope', [TIER, ROOT])
def test_what_is_apart_from_others_is_dead_for_none_of_them(scope: str) -> None:
    assert sum(same_of_templates(seed, scope) for seed in range(150)) > 20


@pytest.mark.slow
@pytest.mark.parametrize('scope', [TIER, ROOT])
def test_what_is_apart_from_others_is_dead_for_none_of_them_at_length(scope: str) -> None:
    assert sum(same_of_templates(seed, scope) for seed in range(1000, 4000)) > 400


@pytest.mark.parametrize('scope', [TIER, ROOT])
@pytest.mark.parametrize('side', ['source', 'destination'])
def test_an_endpoint_has_the_labels_for_which_its_policy_asks(scope: str, side: str) -> None:
    """A peer may have one label alone; what the policy selects has those of the policy, too."""
    other, one = (
        Rule(action, **{side: Entity(selector=text)})
        for action, text in (('Deny', "role == 'x'"), ('Allow', "app == 'a'"))
    )
    policies = [
        policy_of(rule, name=f'p{number}', order=number, selector="role == 'x'")
        for number, rule in enumerate((other, one))
    ]
    dead = Root(policies, [], SEMANTICS).dead_rules(scope, of_others=True).dead
    assert [found.policy.name for found in dead] == ([] if side == 'source' else ['p1'])


def replay_witnesses(seed: int) -> int:
    maker = Maker(seed)
    tiers = maker.tiers()
    policies = maker.policies(maker.random.randrange(2, 7), tiers)
    root = Root(policies, tiers, SEMANTICS)
    count = 0
    for policy in root.policies:
        for direction in DIRECTIONS:
            for number, rule in enumerate(policy.rules(direction)):
                if rule.action == 'Log' or direction not in policy.directions:
                    continue
                try:
                    found = root.reaching(policy, direction, number)
                except TooComplex:
                    continue
                if found is None:
                    continue
                shown = scene(*found)
                if shown is None:
                    continue
                verdict = replay(shown, found[1], policies, tiers)
                assert any(step.by is policy and step.rule == number for step in verdict.steps), (
                    found
                )
                count += 1
    return count


def test_what_is_alive_has_a_packet_to_show() -> None:
    assert sum(replay_witnesses(seed) for seed in range(40)) > 150


@pytest.mark.slow
def test_what_is_alive_has_a_packet_to_show_at_length() -> None:
    assert sum(replay_witnesses(seed) for seed in range(7000, 8000)) > 5000


def labelled(name: str, step: int) -> tuple[int, int]:
    """Tries the claims on what Calico's own code said of requests; counts claims and traces."""
    claims = traces = 0
    for scenario in islice(scenarios(name), 0, None, step):
        target = Target((3, 33), scenario.get('lane', 'api'))
        semantics = Semantics((3, 33))
        parsed = parse_text(Source('s.yaml', scenario['resources']))
        found = list(records(parsed, target, semantics))
        root = Root(
            [record for record in found if isinstance(record, Policy)],
            [record for record in found if isinstance(record, Tier)],
            semantics,
            [record for record in found if isinstance(record, NetworkSet)],
        )
        dead = {
            (
                one.direction,
                f'{one.policy.kind} {one.policy.namespace}/{one.policy.name} '
                f'tier={one.policy.tier} rule={one.number}',
            )
            for one in root.dead_rules().dead
        }
        claims += len(dead)
        for result in scenario['results']:
            stages = [(key, result[key]) for key in DIRECTIONS if result.get(key)]
            for stage in result.get('host', ()):
                direction = 'egress' if 'egress' in stage['stage'] else 'ingress'
                stages.append((direction, stage))
            for direction, stage in stages:
                traces += 1
                for step_of in stage['trace']:
                    who = step_of.rpartition(' ')[0]
                    assert (direction, who) not in dead, (scenario['id'], who)
    return claims, traces


@pytest.mark.parametrize('name', ['scenarios', 'scenarios2'])
def test_labelled_clusters(name: str) -> None:
    claims, traces = labelled(name, 12)
    assert claims > 40
    assert traces > 1000


@pytest.mark.slow
@pytest.mark.parametrize('name', ['scenarios', 'scenarios2', 'scenarios-minimal'])
def test_all_labelled_clusters(name: str) -> None:
    claims, _ = labelled(name, 1)
    assert claims >= 8
