"""Random policies, and packets to try them with."""

from __future__ import annotations

import random
from typing import NamedTuple

from linter.policy.cluster import Endpoint
from linter.policy.index import Sequence
from linter.policy.match import Packet
from linter.policy.model import (
    ANYTHING,
    DIRECTIONS,
    GLOBAL_NETWORK_POLICY,
    INGRESS,
    KUBERNETES_NETWORK_POLICY,
    NETWORK_POLICY,
    Entity,
    NamedPort,
    Namespace,
    Net,
    NetworkSet,
    Place,
    Policy,
    Port,
    Record,
    Rule,
    ServiceAccount,
    Tier,
)
from linter.policy.point import KNOWN, ORCHESTRATOR, Point
from linter.policy.read import net_of
from linter.policy.selector_sets import ACCOUNT_KEY, NAMESPACE_KEY
from linter.policy.space import FIRST_V6, V4, V6

NOWHERE = Place('random.yaml', 1, 0, 0)
NAMESPACES = ('shop', 'ops')
SELECTORS = (
    "app == 'a'",
    "app != 'a'",
    "app in {'a', 'b'}",
    'has(app)',
    '!has(app)',
    'all()',
    "env starts with 'p'",
    "!(env contains 'ro')",
    "app == 'b' || env == 'prod'",
    "app == 'a' && env != 'dev'",
    "projectcalico.org/namespace == 'shop'",
)
OF_NAMESPACES = (
    "team == 'a'",
    'has(team)',
    "team != 'a'",
    'all()',
    'global()',
    "projectcalico.org/name == 'ops'",
)
NETS_4 = ('10.0.0.0/8', '10.0.1.0/24', '192.0.2.0/24', '0.0.0.0/0', '198.51.100.0/25')
NETS_6 = ('2001:db8::/32', '2001:db8:0:64::/64', 'fd00::/8')


def net(text: str) -> Net:
    found = net_of(text)
    assert found is not None
    return found


class Maker:
    """Makes policies of a seed. ``plain``: without what not one packet alone can show."""

    def __init__(self, seed: int, hosts: bool = False) -> None:
        self.random = random.Random(seed)
        self.hosts = hosts

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def ports(self) -> tuple[Port, ...]:
        choices: list[Port] = [(80, 80), (443, 443), (1, 1024), (8000, 9000), (0, 65535), 'http']
        return tuple(self.random.sample(choices, self.random.choice((1, 1, 2))))

    def nets(self) -> tuple[Net, ...]:
        families = self.random.choice((NETS_4, NETS_4, NETS_6, NETS_4 + NETS_6))
        return tuple(map(net, self.random.sample(families, self.random.choice((1, 1, 2)))))

    def entity(self, with_ports: bool, is_own: bool) -> Entity:
        found = ANYTHING
        if self.maybe(0.15 if is_own else 0.5):
            found = found._replace(selector=self.pick(*SELECTORS))
        if self.maybe(0.05 if is_own else 0.2):
            found = found._replace(not_selector=self.pick(*SELECTORS))
        if not is_own and self.maybe(0.2):
            found = found._replace(namespace_selector=self.pick(*OF_NAMESPACES))
        if not is_own and self.maybe(0.07):
            found = found._replace(service_accounts=(self.pick('api', 'web'),))
        if self.maybe(0.07 if is_own else 0.2):
            found = found._replace(nets=self.nets())
        if self.maybe(0.1):
            found = found._replace(not_nets=self.nets())
        if with_ports and self.maybe(0.7 if is_own else 0.15):
            found = found._replace(ports=self.ports())
        elif with_ports and self.maybe(0.2):
            found = found._replace(not_ports=self.ports())
        return found

    def rule(self, direction: str) -> Rule:
        protocol: str | int | None = self.random.choice(
            (None, None, 'TCP', 'TCP', 'TCP', 'UDP', 'SCTP', 'ICMP', 'ICMPv6', 1, 47)
        )
        with_ports = protocol in ('TCP', 'UDP', 'SCTP')
        own = self.entity(with_ports, True)
        peer = self.entity(with_ports, False)
        source, destination = (peer, own) if direction == INGRESS else (own, peer)
        action = self.pick('Allow', 'Allow', 'Allow', 'Deny', 'Deny', 'Pass', 'Log')
        rule = Rule(action, source, destination, protocol)
        if protocol in ('ICMP', 'ICMPv6', 1) and self.maybe(0.6):
            icmp = self.random.choice(((8, None), (8, 0), (0, None)))
            rule = rule._replace(**{self.pick('icmp', 'not_icmp'): icmp})
        if protocol is None and self.maybe(0.2):
            rule = rule._replace(not_protocol=self.random.choice(('TCP', 17)))
        if self.maybe(0.05):
            rule = rule._replace(ip_version=self.random.choice((4, 6)))
        return rule

    def policy(self, number: int, tiers: list[Tier]) -> Policy:
        kind = self.pick(
            NETWORK_POLICY,
            NETWORK_POLICY,
            GLOBAL_NETWORK_POLICY,
            GLOBAL_NETWORK_POLICY,
            KUBERNETES_NETWORK_POLICY,
        )
        is_global = kind == GLOBAL_NETWORK_POLICY
        directions = self.random.choice((DIRECTIONS, ('ingress',), ('egress',)))
        rules = {
            direction: tuple(self.rule(direction) for _ in range(self.random.randrange(4)))
            for direction in directions
        }
        tier = self.random.choice([tier.name for tier in tiers] + ['default'] * 2)
        order: float | None = self.random.choice((None, 10.0, 20.0, 20.0, 30.0, 1000.0))
        selector = self.pick(*SELECTORS, 'all()', 'all()', "app == 'a'", "app == 'b'")
        if kind == KUBERNETES_NETWORK_POLICY:
            tier, order = 'default', 1000.0
            selector = (
                f"projectcalico.org/orchestrator == 'k8s' && {self.pick('has(app)', 'all()')}"
            )
            rules = {
                name: tuple(one._replace(action='Allow') for one in some)
                for name, some in rules.items()
            }
        forward = is_global and self.hosts and self.maybe(0.4)
        return Policy(
            kind,
            '' if is_global else self.pick(*NAMESPACES),
            f'p{number}',
            tier,
            order,
            self.maybe(0.03),
            directions,
            selector,
            self.pick(*OF_NAMESPACES) if is_global and self.maybe(0.3) else '',
            "role == 'x'" if self.maybe(0.05) else '',
            forward,
            forward and self.maybe(0.2) and directions == ('ingress',),
            False,
            rules.get('ingress', ()),
            rules.get('egress', ()),
            'api',
            NOWHERE,
        )

    def tiers(self) -> list[Tier]:
        found = []
        for name in ('security', 'platform')[: self.random.randrange(3)]:
            order = self.random.choice((None, 10.0, 20.0, 2e6))
            found.append(Tier(name, order, self.pick('Deny', 'Deny', 'Pass')))
        return found

    def policies(self, count: int, tiers: list[Tier]) -> list[Policy]:
        return [self.policy(number, tiers) for number in range(count)]

    def labels(self) -> dict[str, str]:
        labels = {}
        if self.maybe(0.75):
            labels['app'] = self.pick('a', 'b', 'c')
        if self.maybe(0.5):
            labels['env'] = self.pick('prod', 'dev', 'p')
        return labels

    def pod(self) -> dict[str, str]:
        labels = self.labels()
        namespace = labels[NAMESPACE_KEY] = self.pick(*NAMESPACES, 'lab')
        labels[ORCHESTRATOR] = 'k8s'
        if self.maybe(0.4):
            labels[ACCOUNT_KEY] = self.pick('api', 'web')
            if labels[ACCOUNT_KEY] == 'api':
                labels['pcsa.role'] = 'x'
        if namespace != 'lab':
            labels['pcns.team'] = 'a' if namespace == 'shop' else 'b'
        return labels

    def address(self, family: int) -> int:
        if family == V4:
            texts = ('10.0.1.', '10.0.2.', '192.0.2.', '198.51.100.', '203.0.113.')
        else:
            texts = ('2001:db8::', '2001:db8:0:64::', 'fd00::', '2002::')
        found = net(f'{self.pick(*texts)}{self.random.randrange(1, 200)}')
        return found.first + (0 if family == V4 else FIRST_V6)

    def point(self, sequence: Sequence) -> Point:
        """A packet for the endpoints of a sequence."""
        family = V4 if self.maybe(0.7) else V6
        protocol = self.random.choice((6, 6, 6, 17, 132, 1, 58, 47))
        with_ports = protocol in (6, 17, 132)
        icmp = self.random.choice((8 * 256, 8 * 256 + 1, 0, 3 * 256)) if protocol in (1, 58) else 0
        own, peer = self.address(family), self.address(family)
        while own == peer:
            peer = self.address(family)
        source, destination = (own, peer) if sequence.own_is_source else (peer, own)
        labels: dict[str, str] | None = None
        if self.maybe(0.7):
            labels = self.pod() if self.maybe(0.7) else self.labels()
            labels[KNOWN] = ''
        conditions = []
        port = self.random.choice((80, 443, 8080, 5000, 0)) if with_ports else 0
        is_pod = sequence.kind == 'workloads'
        for side, is_own in (('destination', not sequence.own_is_source),):
            if with_ports and self.maybe(0.3) and is_own and is_pod:
                conditions.append(('port', side, 'http', str(protocol), ''))
        return Point(
            family,
            protocol,
            icmp,
            40000 if with_ports else 0,
            port,
            source,
            destination,
            self.pod() if is_pod else self.labels(),
            labels,
            'source' if sequence.own_is_source else 'destination',
            frozenset(conditions),
        )


class World(NamedTuple):
    """What is in a cluster beside policies."""

    records: list[Record]
    endpoints: list[Endpoint]
    sets: list[NetworkSet]


def world(maker: Maker) -> World:
    """Pods, host endpoints and network sets, of which some share their addresses."""
    records: list[Record] = [
        Namespace('shop', (('kubernetes.io/metadata.name', 'shop'), ('team', 'a'))),
        Namespace('ops', (('kubernetes.io/metadata.name', 'ops'), ('team', 'b'))),
        Namespace('lab', (('kubernetes.io/metadata.name', 'lab'),)),
        ServiceAccount('shop', 'api', (('role', 'x'),)),
        ServiceAccount('ops', 'web', ()),
    ]
    endpoints = []
    for number in range(8):
        ips = (
            net(f'{maker.pick("10.0.1.", "10.0.2.", "198.51.100.")}{number + 1}'),
            net(f'{maker.pick("2001:db8::", "2001:db8:0:64::", "fd00::")}{number + 1}'),
        )
        labels = tuple(sorted(maker.labels().items()))
        ports = []
        if maker.maybe(0.5):
            port = maker.random.choice((80, 443, 8080))
            ports.append(NamedPort('http', maker.pick('TCP', 'UDP', 'SCTP'), port))
        if number < 6:
            namespace = maker.pick('shop', 'ops', 'lab')
            account = {'shop': 'api', 'ops': 'web'}.get(namespace, '')
            account = account if maker.maybe(0.5) else ''
            endpoints.append(Endpoint(f'e{number}', namespace, ips, labels, account, tuple(ports)))
        else:
            endpoints.append(
                Endpoint(f'h{number}', '', ips, labels, '', tuple(ports), (), f'eth{number}')
            )
    sets = []
    for number in range(maker.random.randrange(4)):
        nets = [net('10.0.1.0/24'), net('198.51.100.0/25'), endpoints[number].ips[0]]
        nets += [endpoints[number].ips[1], net('2001:db8::/64'), net('203.0.113.0/24')]
        namespace = maker.pick('', '', 'shop')
        sets.append(
            NetworkSet(
                'NetworkSet' if namespace else 'GlobalNetworkSet',
                namespace,
                f's{number}',
                tuple(sorted(maker.labels().items())),
                tuple(maker.random.sample(nets, 2)),
                NOWHERE,
            )
        )
    return World(records + sets, endpoints, sets)


def packet(maker: Maker, endpoint: Endpoint, others: list[Endpoint], direction: str) -> Packet:
    """A packet to or from an endpoint."""
    at = maker.random.randrange(2)
    family = endpoint.ips[at].family
    own = family, endpoint.ips[at].first
    if maker.maybe(0.6):
        peer = family, maker.random.choice(others).ips[at].first
    else:
        on_line = maker.address(V4 if family == 4 else V6)
        peer = family, on_line if family == 4 else on_line - FIRST_V6
    protocol = maker.random.choice((6, 6, 6, 17, 132, 1, 58, 47))
    with_ports = protocol in (6, 17, 132)
    icmp = maker.random.choice(((8, 0), (8, 1), (0, 0))) if protocol in (1, 58) else None
    port = maker.random.choice((80, 443, 8080, 8500, 5000, 0)) if with_ports else 0
    source, destination = (peer, own) if direction == INGRESS else (own, peer)
    return Packet(source, destination, protocol, 40000 if with_ports else 0, port, icmp)
