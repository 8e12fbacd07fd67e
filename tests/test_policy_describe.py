"""Traffic in words."""

from __future__ import annotations

import pytest
from policy_worlds import net

from linter.calico.selector.meaning import parse
from linter.policy.describe import flow, packet, selector
from linter.policy.model import ANYTHING, EGRESS, INGRESS, Entity, Rule
from linter.policy.point import PODS, pick
from linter.policy.rule_boxes import traffic
from linter.policy.selector_sets import KUBERNETES, selected
from linter.policy.semantics import Semantics
from linter.policy.space import meet_labels


def said(rule: Rule, own: str = 'all()', direction: str = INGRESS, namespace: str = '') -> str:
    found = traffic(rule, namespace, direction, Semantics())
    assert found is not None
    (box,) = found.exact(meet_labels(PODS, selected(own)))
    return flow(box, direction)


@pytest.mark.parametrize(
    ('rule', 'own', 'expected'),
    [
        (Rule('Allow'), 'all()', 'any protocol from anywhere to pods'),
        (
            Rule('Allow', Entity(selector="app == 'api'"), Entity(ports=((5432, 5432),)), 'TCP'),
            "app == 'db' && projectcalico.org/namespace == 'shop'",
            "TCP to port 5432 from endpoints with app == 'api' "
            "to pods with app == 'db' in namespace shop",
        ),
        (
            Rule('Deny', Entity(nets=(net('10.0.0.0/8'),)), not_protocol='UDP'),
            'has(app)',
            'every protocol but UDP from 10.0.0.0/8 to pods with has(app)',
        ),
        (
            Rule('Deny', Entity(not_selector="env in {'a', 'b'}"), protocol='ICMP', icmp=(8, None)),
            'all()',
            'IPv4 ICMP of type 8 from addresses that Calico does not know or '
            "endpoints with env not in {'a', 'b'} to pods",
        ),
        (
            Rule('Allow', destination=Entity(ports=('http',)), protocol='TCP'),
            'all()',
            "TCP from anywhere to pods, where the destination's port is its port http",
        ),
        (
            Rule('Allow', Entity(namespace_selector="team != 'a'"), ANYTHING, 'TCP'),
            "env starts with 'p'",
            "TCP from endpoints with namespace team != 'a' to pods with env starts with 'p'",
        ),
    ],
)
def test_a_flow(rule: Rule, own: str, expected: str) -> None:
    assert said(rule, own) == expected


def test_the_other_direction() -> None:
    rule = Rule('Allow', destination=Entity(nets=(net('10.1.2.0/23'), net('10.9.9.9'))))
    assert said(rule, direction=EGRESS) == 'any protocol from pods to 10.1.2.0/23 or 10.9.9.9'


def test_a_packet() -> None:
    found = traffic(Rule('Allow', protocol='TCP'), '', INGRESS, Semantics())
    assert found is not None
    point = pick(found.exact(PODS)[0], own_is_source=False)
    assert packet(point) == 'TCP from 198.51.100.1 to 192.0.2.1, port 443'


@pytest.mark.parametrize(
    'text',
    [
        "app == 'a'",
        "app in {'a', 'b'} && env != 'x'",
        "has(app) && app not in {'a', 'b'} && !has(env)",
        "(app == 'a') || (env contains 'b')",
        "!(app starts with 'a') && app ends with 'b'",
    ],
)
def test_the_words_for_labels_mean_the_same(text: str) -> None:
    cubes = selected(text)
    read: object | None = parse(selector(cubes))
    assert read is not None
    again = parse(selector(cubes))
    original = parse(text)
    assert again is not None
    assert original is not None
    assert KUBERNETES.equivalent(again, original) is True
