"""What is made of documents, and of which nothing is made."""

from __future__ import annotations

import pytest

from linter.calico.parsed_file import parse_text
from linter.calico.target import Target
from linter.policy.effective import entity_selectors, policy_selector
from linter.policy.load import records
from linter.policy.model import (
    EndpointSlice,
    HostEndpoint,
    Net,
    NetworkSet,
    Policy,
    Pool,
    Profile,
    Record,
    Tier,
    Unusable,
)
from linter.policy.read import net_of, show_net
from linter.policy.semantics import Semantics
from linter.text.source import Source

HEAD = 'apiVersion: projectcalico.org/v3\nkind: {}\nmetadata: {{name: a{}}}\nspec: {}\n'


def read(text: str, admission: str = 'api') -> list[Record | Unusable]:
    target = Target((3, 33), admission)
    return list(records(parse_text(Source('p.yaml', text)), target, Semantics(target.version)))


def np(spec: str, namespace: str = ', namespace: shop') -> str:
    return HEAD.format('NetworkPolicy', namespace, spec)


def gnp(spec: str) -> str:
    return HEAD.format('GlobalNetworkPolicy', '', spec)


def policy(text: str, admission: str = 'api') -> Policy:
    (found,) = read(text, admission)
    assert isinstance(found, Policy), found
    return found


def unusable(text: str) -> Unusable:
    (found,) = read(text)
    assert isinstance(found, Unusable), found
    return found


def test_places() -> None:
    text = np("{selector: a == 'b', ingress: [{action: Allow, protocol: TCP}]}")
    found = policy(text)
    assert found.place.line == 3
    assert text[found.place.start : found.place.end] == 'a'
    start, end = found.part('selector')
    assert text[start:end] == "a == 'b'"
    (rule,) = found.ingress
    start, end = rule.part('protocol')
    assert (rule.line, text[start:end]) == (4, 'TCP')
    assert rule.part('source.nets') == (rule.start, rule.end)


@pytest.mark.parametrize(
    ('spec', 'api', 'raw'),
    [
        ('{}', ('ingress',), ('ingress', 'egress')),
        ('{ingress: [{action: Allow}]}', ('ingress',), ('ingress', 'egress')),
        ('{egress: [{action: Allow}]}', ('egress',), ('ingress', 'egress')),
        (
            '{ingress: [{action: Allow}], egress: [{action: Allow}]}',
            ('ingress', 'egress'),
            ('ingress', 'egress'),
        ),
        ('{types: [Egress]}', ('egress',), ('egress',)),
    ],
)
def test_types(spec: str, api: tuple[str, ...], raw: tuple[str, ...]) -> None:
    assert policy(np(spec)).directions == api
    assert policy(np(spec), 'raw').directions == raw


@pytest.mark.parametrize(
    ('spec', 'selector'),
    [
        ('{}', ''),
        ('{selector: all()}', 'all()'),
        (
            '{selector: all(), namespaceSelector: all()}',
            '(has(projectcalico.org/namespace)) && (has(projectcalico.org/namespace))',
        ),
        (
            "{namespaceSelector: team == 'a'}",
            'pcns.team == "a"',
        ),
        (
            "{selector: x == 'all()', serviceAccountSelector: role == 'b'}",
            '(x == \'has(projectcalico.org/serviceaccount)\') && (pcsa.role == "b")',
        ),
    ],
)
def test_what_a_global_policy_selects(spec: str, selector: str) -> None:
    assert policy_selector(policy(gnp(spec))) == selector


@pytest.mark.parametrize(
    ('source', 'positive', 'negative'),
    [
        ('{}', '', ''),
        ("{selector: a == 'b'}", "(projectcalico.org/namespace == 'shop') && (a == 'b')", ''),
        (
            "{notSelector: a == 'b'}",
            "(projectcalico.org/namespace == 'shop') && (!(a == 'b'))",
            '',
        ),
        ('{namespaceSelector: all()}', 'has(projectcalico.org/namespace)', ''),
        ('{namespaceSelector: global()}', '!has(projectcalico.org/namespace)', ''),
        (
            '{serviceAccounts: {names: [x, z]}}',
            "(projectcalico.org/namespace == 'shop') && "
            "(projectcalico.org/serviceaccount in {'x', 'z'})",
            '',
        ),
        ('{serviceAccounts: {}}', '', ''),
    ],
)
def test_what_a_rule_selects(source: str, positive: str, negative: str) -> None:
    found = policy(np(f'{{ingress: [{{action: Allow, source: {source}}}]}}'))
    assert entity_selectors(found.ingress[0].source, 'shop') == (positive, negative)


def test_a_negation_alone_in_a_global_policy() -> None:
    found = policy(gnp("{ingress: [{action: Allow, source: {notSelector: a == 'b'}}]}"))
    assert entity_selectors(found.ingress[0].source, '') == ('', "a == 'b'")


def test_a_missing_namespace_is_unknown() -> None:
    found = policy(np('{}', ''))
    assert found.namespace is None
    assert found.shown == 'NetworkPolicy ?/a'


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        (np('{selektor: all()}'), 'unknown-field'),
        (np('{egress: [{action: Allow, destination: {domains: [a.b]}}]}'), 'enterprise-field'),
        (np('{selector: a = 1}'), 'refused'),
        (np('{selector: "a == \'${NAME}\'"}'), 'placeholder'),
        (np('{ingress: [{action: allow}]}'), 'refused'),
        (np('{ingress: [{action: Allow, protocol: tpc}]}'), 'refused'),
        (np('{ingress: [{action: Allow, source: {nets: [1.2.3]}}]}'), 'refused'),
        (np('{ingress: {}}'), 'refused'),
        (np("{selector: ' '}"), 'refused'),
        (np(f'{{serviceAccountSelector: has({"a" * 510})}}'), 'refused'),
        (
            np('{ingress: [{action: Allow, source: {serviceAccounts: {names: ["it\'s"]}}}]}'),
            'refused',
        ),
        (np('{}', ', namespace: "it\'s"'), 'refused'),
        (
            'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n'
            'metadata: {name: a, namespace: b}\n'
            'spec: {podSelector: {matchExpressions: [{key: a b, operator: Exists}]}}\n',
            'refused',
        ),
        (
            'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n'
            'metadata: {name: a, namespace: b}\nports: [{port: 80, protocol: FOO}]\n',
            'refused',
        ),
        ('{{ if }}\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n', 'template'),
        ('apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\na: [\n', 'refused'),
        (np('{}').replace('NetworkPolicy', 'NetwrkPolicy'), 'kind'),
        (
            'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: 1\n',
            'refused',
        ),
    ],
)
def test_of_which_nothing_is_made(text: str, reason: str) -> None:
    assert unusable(text).reason == reason


def test_a_kubernetes_policy() -> None:
    found = policy("""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {b: '1', a: x}}
  ingress:
  - from:
    - podSelector: {matchExpressions: [{key: k, operator: NotIn, values: [v, w]}]}
      namespaceSelector: {}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports:
    - {port: 80, endPort: 90}
    - {port: http, protocol: TCP}
    - {port: 53, protocol: UDP}
    - {protocol: SCTP}
    - {port: 1, protocol: SCTP}
""")
    assert (found.kind, found.tier, found.order) == ('KubernetesNetworkPolicy', 'default', 1000)
    assert found.directions == ('ingress',)
    assert found.selector == "projectcalico.org/orchestrator == 'k8s' && a == 'x' && b == '1'"
    rules = [
        (rule.protocol, rule.destination.ports, bool(rule.source.nets)) for rule in found.ingress
    ]
    tcp = ((80, 90), 'http')
    assert rules == [
        ('SCTP', (), False),
        ('SCTP', (), True),
        ('TCP', tcp, False),
        ('TCP', tcp, True),
        ('UDP', ((53, 53),), False),
        ('UDP', ((53, 53),), True),
    ]
    source = found.ingress[0].source
    assert source.namespace_selector == 'all()'
    assert source.selector.endswith("&& k not in { 'v', 'w' }")
    assert [rule.line for rule in found.ingress[:2]] == [8, 10]


def test_the_other_kinds() -> None:
    found = read("""\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: set, labels: {b: '1', a: x}}
spec: {nets: [10.1.2.3/8, '::1']}
---
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: sec}
spec: {defaultAction: Pass}
---
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: host, labels: {role: worker}}
spec: {node: n, interfaceName: eth0, expectedIPs: [192.0.2.1], profiles: [p]}
---
apiVersion: projectcalico.org/v3
kind: Profile
metadata: {name: p}
spec: {labelsToApply: {k: v}, egress: [{action: Allow}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: s, namespace: shop, labels: {kubernetes.io/service-name: db}}
endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.2]}]
ports: [{port: 5432}, {protocol: UDP, port: 53}, {name: none}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pool}
spec: {cidr: 10.0.0.0/16}
""")
    one, tier, host, profile, slices, pool = found
    assert isinstance(one, NetworkSet)
    assert one.labels == (('a', 'x'), ('b', '1'))
    assert [show_net(net) for net in one.nets] == ['10.0.0.0/8', '::1']
    assert isinstance(tier, Tier)
    assert (tier.order, tier.default_action) == (1000000, 'Pass')
    assert isinstance(host, HostEndpoint)
    assert (host.interface, host.profiles) == ('eth0', ('p',))
    assert isinstance(profile, Profile)
    assert (profile.labels, len(profile.egress)) == ((('k', 'v'),), 1)
    assert isinstance(slices, EndpointSlice)
    assert slices.ports == (('TCP', 5432), ('UDP', 53))
    assert isinstance(pool, Pool)
    assert show_net(pool.net) == '10.0.0.0/16'


def test_networks() -> None:
    assert net_of('10.1.2.3/8') == Net(4, 10 << 24, (11 << 24) - 1)
    assert net_of('::ffff:10.0.0.0/104') == Net(4, 10 << 24, (11 << 24) - 1)
    assert net_of('10.0.0') is None
