"""What is wrong with a policy by itself, and policies that only their names put in order."""

from __future__ import annotations

import pytest
from policy_worlds import Maker, net

from linter.policy.covers import Root, dead_in_policy
from linter.policy.dead_rule import ROOT
from linter.policy.model import (
    DIRECTIONS,
    GLOBAL_NETWORK_POLICY,
    NETWORK_POLICY,
    Entity,
    Place,
    Policy,
    Rule,
    Tier,
)
from linter.policy.rule_checks import (
    Contradiction,
    clash,
    contradictions,
    duplicates,
    never_matches,
    own_side_disjoint,
    tautologies,
)
from linter.policy.semantics import EBPF, IPTABLES, Semantics
from linter.policy.ties import ties
from linter.policy.witness import replay

SEMANTICS = Semantics()


def policy(
    *ingress: Rule,
    name: str = 'p',
    namespace: str | None = 'shop',
    selector: str = 'all()',
    order: float | None = None,
    egress: tuple[Rule, ...] = (),
    namespace_selector: str = '',
    tier: str = 'default',
) -> Policy:
    return Policy(
        GLOBAL_NETWORK_POLICY if namespace == '' else NETWORK_POLICY,
        namespace,
        name,
        tier,
        order,
        False,
        DIRECTIONS if egress else ('ingress',),
        selector,
        namespace_selector,
        '',
        False,
        False,
        False,
        ingress,
        egress,
        'api',
        Place('p.yaml', 1, 0, 0),
    )


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ("app == 'a' && has(env) && app == 'b'", ('app == "a"', 'app == "b"')),
        ("app == 'not legal' && has(env)", ('app == "not legal"',)),
        ("a in {'x', 'y'} && (a == 'z' || !has(a))", ('a in {"x", "y"}', '(a == "z" || !has(a))')),
        ("app == 'a'", ()),
    ],
)  # fmt: skip
def test_a_clash(text: str, expected: tuple[str, ...]) -> None:
    assert clash(text) == expected


def test_contradictions() -> None:
    one = policy(
        Rule('Allow', Entity(selector="app == 'a' && app == 'b'")),
        Rule('Allow', Entity(not_selector='all()')),
        Rule('Allow', Entity(selector="app == 'a'", not_selector="app in {'a', 'b'}")),
        Rule('Allow', Entity(selector=f"{NAMESPACE} == 'ops'")),
        Rule('Allow', Entity(selector="app == 'a'")),
        selector="app == 'a'",
    )
    found = list(contradictions(one))
    assert [(each.spot.field, each.spot.number, each.alone) for each in found] == [
        ('source.selector', 0, True),
        ('source.notSelector', 1, False),
        ('source.selector', 2, False),
        ('source.selector', 3, False),
    ]
    assert found[0].clash == ('app == "a"', 'app == "b"')


NAMESPACE = 'projectcalico.org/namespace'


def test_a_policy_that_selects_nothing() -> None:
    assert [one.alone for one in contradictions(policy(selector="a == 'x' && !has(a)"))] == [True]
    other = policy(selector=f"{NAMESPACE} == 'ops'")
    assert [(one.spot.field, one.alone) for one in contradictions(other)] == [('selector', False)]
    # Which namespace it will be in is not known.
    assert list(contradictions(other._replace(namespace=None))) == []


def test_contradictions_of_random_policies_are_true() -> None:
    count = 0
    for seed in range(60):
        maker = Maker(seed)
        for one in maker.policies(6, []):
            for found in contradictions(one):
                assert isinstance(found, Contradiction)
                count += 1
    assert count


def test_tautologies() -> None:
    one = policy(
        Rule('Allow', Entity(selector="app != 'a' || app == 'a'")),
        Rule('Allow', Entity(selector='all()', namespace_selector="has(team) || team != 'x'")),
        Rule('Allow', Entity(selector='has(app)')),
        selector='has(app) || !has(app)',
    )
    assert [found.spot.field for found in tautologies(one)] == [
        'selector',
        'source.selector',
        'source.namespaceSelector',
    ]


def test_own_side_disjoint() -> None:
    one = policy(
        Rule('Allow', destination=Entity(selector="app == 'b'")),
        Rule('Allow', destination=Entity(selector="app == 'a'")),
        Rule('Allow', destination=Entity(namespace_selector="projectcalico.org/name == 'ops'")),
        selector="app == 'a'",
    )
    assert [(found.number, found.field) for found in own_side_disjoint(one)] == [
        (0, 'destination.selector'),
        (2, 'destination.namespaceSelector'),
    ]


@pytest.mark.parametrize(
    ('rule', 'expected'),
    [
        (Rule('Deny', destination=Entity(service=('', 'db'))), 'service'),
        (Rule('Deny', destination=Entity(service=('shop', 'db'))), None),
        (Rule('Deny', Entity(nets=(net('10.0.0.0/8'),)), protocol='ICMPv6'), 'family'),
        (Rule('Deny', Entity(nets=(net('fd00::/8'),)), protocol='ICMPv6'), None),
        (Rule('Deny', Entity(nets=(net('fd00::/8'),)), ip_version=4), 'family'),
        (
            Rule('Deny', Entity(nets=(net('10.1.0.0/16'),), not_nets=(net('10.0.0.0/8'),))),
            'nets',
        ),
        (
            Rule('Deny', Entity(ports=((80, 90),), not_ports=((1, 100),)), protocol='TCP'),
            'ports',
        ),
        (Rule('Deny', Entity(nets=(net('10.0.0.0/8'),)), Entity(nets=(net('::/0'),))), 'family'),
    ],
)
def test_never_matches(rule: Rule, expected: str | None) -> None:
    assert never_matches(policy(rule), 'ingress', 0, SEMANTICS) == expected


def test_never_matches_on_ebpf() -> None:
    one = policy(Rule('Deny', protocol='ICMPv6'))
    for dataplane, expected in ((IPTABLES, None), (EBPF, 'dataplane')):
        semantics = Semantics(dataplane=dataplane)
        assert never_matches(one, 'ingress', 0, semantics) == expected


def test_duplicates() -> None:
    tcp = Rule('Allow', protocol='TCP', line=3, start=4, end=5)
    other = Rule('Allow', protocol='UDP')
    found = list(duplicates(policy(tcp, other, tcp._replace(line=9, start=90, end=99))))
    assert [(one.first, one.number) for one in found] == [(0, 2)]


ANY_TCP = Rule('Allow', protocol='TCP')
DENY = Rule('Deny')


def dead(*rules: Rule) -> list[tuple[int, str, list[int]]]:
    report = dead_in_policy(policy(*rules), SEMANTICS)
    assert not report.given_up
    return [(one.number, one.severity, [by.number for by in one.takers]) for one in report.dead]


def port(action: str, low: int, high: int) -> Rule:
    return Rule(action, destination=Entity(ports=((low, high),)), protocol='TCP')


@pytest.mark.parametrize(
    ('rules', 'expected'),
    [
        ((DENY, ANY_TCP), [(1, 'warning', [0])]),
        ((ANY_TCP, DENY), []),
        ((Rule('Allow'), DENY), [(1, 'info', [0])]),
        ((Rule('Allow'), port('Deny', 22, 22)), [(1, 'warning', [0])]),
        ((ANY_TCP, port('Allow', 80, 80)), [(1, 'info', [0])]),
        ((port('Allow', 1, 90), port('Allow', 50, 200), port('Allow', 80, 99)), [(2, 'info', [1])]),
        (
            (port('Allow', 1, 90), port('Deny', 91, 200), port('Allow', 80, 99)),
            [(2, 'info', [0, 1])],
        ),
        # Port 0 is a port, too.
        ((port('Allow', 1, 65535), ANY_TCP), []),
        ((Rule('Log'), DENY, Rule('Log')), [(2, 'info', [1])]),
        ((Rule('Pass'), port('Deny', 22, 22)), [(1, 'warning', [0])]),
        (
            (Rule('Allow', ip_version=4), Rule('Allow', ip_version=6), ANY_TCP),
            [(2, 'info', [0, 1])],
        ),
        (
            (
                Rule('Deny', Entity(nets=(net('0.0.0.0/1'), net('128.0.0.0/1')))),
                Rule('Allow', Entity(nets=(net('10.0.0.0/8'),))),
            ),
            [(1, 'warning', [0])],
        ),
        # Which addresses a service has is not known.
        ((Rule('Allow', destination=Entity(service=('a', 'b'))), ANY_TCP), []),
    ],
)  # fmt: skip
def test_shadowed_rules(
    rules: tuple[Rule, ...], expected: list[tuple[int, str, list[int]]]
) -> None:
    assert dead(*rules) == expected


def test_http_is_not_judged() -> None:
    report = dead_in_policy(
        policy(Rule('Allow', http=True), ANY_TCP, port('Allow', 1, 9)), SEMANTICS
    )
    assert [(one.number, one.takers[0].number) for one in report.dead] == [(2, 1)]
    assert report.given_up == 1


def test_a_not_selector_says_something_of_all_objects_of_an_address() -> None:
    def entity(text: str) -> Entity:
        return Entity(not_selector=text)

    def found(first: str, second: str) -> int:
        one = policy(Rule('Deny', entity(first)), Rule('Allow', entity(second)), namespace='')
        return len(dead_in_policy(one, SEMANTICS).dead)

    assert found("app == 'a'", "app == 'a'") == 1
    assert found("app == 'a'", 'has(app)') == 1
    assert found('has(app)', "app == 'a'") == 0


def test_dead_behind_a_tier() -> None:
    first = policy(DENY, name='deny', namespace='', tier='security', selector="app == 'db'")
    second = policy(ANY_TCP, name='allow', selector="app == 'db'")
    third = policy(ANY_TCP, name='web', selector="app == 'web'")
    tiers = [Tier('security', 10.0, 'Deny')]
    (found,) = Root([first, second, third], tiers, SEMANTICS, ()).dead_rules().dead
    assert (found.policy, found.rests_on, found.severity) == (second, ROOT, 'warning')
    assert [taker.policy for taker in found.takers] == [first]
    # What the end of a tier takes counts as well.
    (found,) = Root([first._replace(ingress=()), second], tiers, SEMANTICS, ()).dead_rules().dead
    assert found.takers[0].is_end
    # A rule that passes it on lets the packet live.
    passing = first._replace(ingress=(Rule('Pass', protocol='TCP'), DENY))
    assert Root([passing, second], tiers, SEMANTICS, ()).dead_rules().dead == ()


def test_one_identity_twice_is_not_reasoned_from() -> None:
    one = policy(DENY, ANY_TCP)
    assert Root([one, one], [], SEMANTICS).dead_rules() == ((), 0, 0)


def test_ties() -> None:
    allow = policy(ANY_TCP, name='b', order=10)
    deny = policy(DENY, name='a', order=10)
    root = Root([allow, deny], [], SEMANTICS)
    (tie,) = ties(root).ties
    assert (tie.first, tie.second) == (deny, allow)
    assert (tie.now.verdict, tie.otherwise.verdict) == ('Deny', 'Allow')
    sequence = root.sequence(tie.direction, tie.kind)
    assert replay(tie.scene, sequence, root.policies, root.tiers).action == 'deny'


@pytest.mark.parametrize(
    'others',
    [
        [policy(ANY_TCP, name='b', order=20)],
        [policy(ANY_TCP, name='b', order=10, selector="app == 'x'")],
        [policy(DENY, name='b', order=10)],
        [policy(ANY_TCP, name='b', order=10, namespace='ops')],
        # Nothing gets there.
        [policy(ANY_TCP, name='b', order=10), policy(DENY, name='c', order=1)],
    ],
)
def test_no_tie(others: list[Policy]) -> None:
    one = policy(DENY, name='a', order=10, selector="app == 'a'")
    assert ties(Root([one, *others], [], SEMANTICS)).ties == ()
