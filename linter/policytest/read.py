"""From the text of a file to its tests: names are looked up, addresses and protocols are read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from linter.calico.values import Leaf, Object, Value
from linter.policy.cluster import Endpoint
from linter.policy.match import ICMP, ICMPV6, Packet
from linter.policy.model import (
    EGRESS,
    INGRESS,
    Labels,
    NamedPort,
    Namespace,
    Net,
    ServiceAccount,
)
from linter.policy.read import address_of, number_of
from linter.policytest.book import Book
from linter.policytest.fields import icmp_of, protocol_of
from linter.policytest.fit import Fit, read_source
from linter.policytest.model import Case, CaseFile, Mistakes, Named
from linter.policytest.read_claims import claim_of
from linter.text.source import Source
from linter.text.suggest import quoted

SOURCE_PORT = 40000
"""The source port where a test names none: one that no rule is likely to mean."""

_WITH_PORTS = frozenset((6, 17, 132, 136))
_ECHO = {ICMP: (8, 0), ICMPV6: (128, 0)}
_FAMILY_OF = {ICMP: 4, ICMPV6: 6}


def read(path: str) -> CaseFile:
    """Read a file of tests; raises Mistakes with all that cannot be followed."""
    return parse(read_source(path))


def parse(source: Source) -> CaseFile:
    """The text of a file of tests."""
    return _Reader(source).read()


def one(words: dict[str, object], endpoints: Iterable[Endpoint]) -> Case:
    """A test from the words of a command line; raises Mistakes, whose places mean nothing."""
    whole = {'version': 1, 'policies': ['.'], 'tests': [{'verdict': 'allow', **words}]}
    reader = _Reader(Source('', json.dumps(whole)))
    for endpoint in endpoints:
        reader.book.add(endpoint)
    return reader.read().tests[0]


class _Side:
    """An end of a connection: an endpoint or nobody known, and its addresses."""

    def __init__(self, endpoint: Endpoint | None, ips: tuple[Net, ...]) -> None:
        self.endpoint = endpoint
        self.ips = ips


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.fit = Fit(source)
        self.book = Book()

    def read(self) -> CaseFile:
        root = self.fit.read()
        namespaces = self.namespaces(root)
        accounts = self.accounts(root)
        endpoints = [
            endpoint
            for item in root.items('endpoints')
            if isinstance(item, Object) and (endpoint := self.endpoint(item)) is not None
        ]
        cases = [
            case
            for item in root.items('tests')
            if isinstance(item, Object) and (case := self.case(item)) is not None
        ]
        claims = [
            claim
            for item in root.items('claims')
            if isinstance(item, Object) and (claim := claim_of(item, self.fit)) is not None
        ]
        patterns = [self.named(leaf) for leaf in root.leaves('policies')]
        if self.fit.mistakes:
            raise Mistakes(self.fit.mistakes)
        return CaseFile(
            self.source.path,
            tuple(patterns),
            tuple(namespaces),
            tuple(accounts),
            tuple(endpoints),
            tuple(cases),
            tuple(claims),
        )

    def named(self, leaf: Leaf) -> Named:
        line, column = self.source.position(leaf.span.start)
        return Named(leaf.text, line, column)

    def wrong(self, value: Value, message: str) -> None:
        self.fit.wrong(value, message)

    def line(self, value: Value) -> int:
        return self.fit.line(value)

    # The cluster

    def namespaces(self, root: Object) -> list[Namespace]:
        found = root.object('namespaces')
        return [Namespace(name, labels) for name, labels in _labelled(found)]

    def accounts(self, root: Object) -> list[ServiceAccount]:
        found = root.object('serviceAccounts')
        accounts = []
        for full, labels in _labelled(found):
            namespace, slash, name = full.partition('/')
            if not slash or not namespace or not name or '/' in name:
                value = (found.fields.get(full) or found.nulls.get(full)) if found else None
                at = value.key_span.start if value is not None else 0
                message = f'a service account is written NAMESPACE/NAME, not {quoted(full)}'
                self.fit.say(at, message)
                continue
            accounts.append(ServiceAccount(namespace, name, labels))
        return accounts

    def endpoint(self, item: Object) -> Endpoint | None:
        name = item.text('name')
        if not name:
            return None
        is_host = item.text('kind') == 'host'
        namespace, interface = item.text('namespace'), item.text('interface')
        at = item.fields['name']
        if is_host:
            for field in ('namespace', 'serviceAccount'):
                if field in item.fields:
                    self.wrong(item.fields[field], f'a host endpoint has no {field}: remove it')
            if not interface:
                self.wrong(at, f'the host endpoint {name} has no interface: add interface: eth0')
            elif interface in self.book.interfaces:
                other = self.book.interfaces[interface].name
                message = f'{other} has the interface {interface} already: there is one host'
                self.wrong(item.fields['interface'], message)
        else:
            if 'interface' in item.fields:
                message = 'a pod has no interface here: remove it, or add kind: host'
                self.wrong(item.fields['interface'], message)
            if not namespace:
                message = f'the endpoint {name} has no namespace: add one, or kind: host'
                self.wrong(at, message)
        ips = self.addresses(item, 'ips')
        profiles = item.fields.get('profiles')
        endpoint = Endpoint(
            name,
            '' if is_host else namespace,
            tuple(ips),
            _labels(item.object('labels')),
            '' if is_host else item.text('serviceAccount'),
            tuple(self.ports(item)),
            None if profiles is None else tuple(leaf.text for leaf in item.leaves('profiles')),
            (interface or '?') if is_host else '',
        )
        if endpoint.shown in self.book.by_name:
            self.wrong(at, f'there are two endpoints {endpoint.shown}: give one another name')
        for net, leaf in zip(ips, item.leaves('ips'), strict=False):
            other_one = self.book.by_address.get((net.family, net.first))
            if other_one is not None:
                self.wrong(leaf, f'{other_one.shown} has the address {leaf.text} already')
        self.book.add(endpoint)
        return endpoint

    def addresses(self, item: Object, field: str) -> list[Net]:
        found = []
        for leaf in item.leaves(field):
            net = address_of(leaf.text)
            if net is None:
                advice = ', without a prefix' if '/' in leaf.text else ''
                self.wrong(leaf, f'{quoted(leaf.text)} is not an address: write one{advice}')
                continue
            found.append(net)
        return found

    def ports(self, item: Object) -> list[NamedPort]:
        found = []
        for port in item.items('ports'):
            if isinstance(port, Object):
                protocol = protocol_of(port, self.fit)
                number = port.leaf('port')
                if protocol is not None and number is not None:
                    found.append(NamedPort(port.text('name'), protocol, number.value))
        return found

    # Tests

    def case(self, item: Object) -> Case | None:
        source, destination = self.side(item, 'from'), self.side(item, 'to')
        protocol = protocol_of(item, self.fit)
        if source is None or destination is None or protocol is None or not item.text('verdict'):
            return None
        number = number_of(protocol)
        packet = self.packet(item, source, destination, number)
        if packet is None:
            return None
        direction = item.text('direction') or 'both'
        for name, side, word in ((EGRESS, source, 'from'), (INGRESS, destination, 'to')):
            if direction == name and side.endpoint is None:
                message = f'nobody judges the {name} of an address outside: name an endpoint'
                self.wrong(item.fields[word], message)
        interfaces = (
            self.interface(item, 'in', source, destination),
            self.interface(item, 'out', destination, source),
        )
        by = item.leaf('by')
        port = item.leaf('port')
        shown = f'{protocol} {port.value}' if port is not None else str(protocol)
        name = item.text('name') or f'{item.text("from")} to {item.text("to")}, {shown}'
        return Case(
            name,
            self.line(item),
            source.endpoint,
            destination.endpoint,
            packet,
            item.text('verdict'),
            direction,
            None if by is None else self.named(by),
            interfaces,
        )

    def side(self, item: Object, field: str) -> _Side | None:
        leaf = item.leaf(field)
        if leaf is None:
            return None
        endpoint = self.book.by_name.get(leaf.text)
        if endpoint is not None:
            return _Side(endpoint, endpoint.ips)
        net = address_of(leaf.text)
        if net is None:
            self.wrong(leaf, self.book.unknown(leaf.text))
            return None
        return _Side(self.book.by_address.get((net.family, net.first)), (net,))

    def packet(
        self, item: Object, source: _Side, destination: _Side, protocol: int
    ) -> Packet | None:
        family = _FAMILY_OF.get(protocol)
        pair = _pair(source.ips, destination.ips, family)
        if pair is None:
            # ICMP of the other family is a strange packet, but one.
            pair = _pair(source.ips, destination.ips, None)
        if pair is None:
            if source.ips and destination.ips:
                message = f'{item.text("from")} and {item.text("to")} have no IP family in common'
                self.wrong(item.fields['to'], message)
            return None
        port, source_port, icmp = item.leaf('port'), item.leaf('sourcePort'), item.object('icmp')
        has_ports = protocol in _WITH_PORTS
        if has_ports and port is None and 'port' not in item.fields:
            self.wrong(item, 'this test has no port: add port: 443, for example')
            return None
        for field in ('port', 'sourcePort'):
            if field in item.fields and not has_ports:
                self.wrong(item.fields[field], f'this protocol has no ports: remove {field}')
        kind = None
        if protocol in _ECHO:
            kind = icmp_of(icmp) or _ECHO[protocol]
        elif icmp is not None:
            self.wrong(icmp, 'icmp goes with protocol: ICMP or ICMPv6')
        return Packet(
            (pair[0].family, pair[0].first),
            (pair[1].family, pair[1].first),
            protocol,
            (SOURCE_PORT if source_port is None else source_port.value) if has_ports else 0,
            port.value if has_ports and port is not None else 0,
            kind,
        )

    def interface(self, item: Object, field: str, side: _Side, other: _Side) -> str | None:
        """The interface by which an address outside is reached; a host's own if it is the other."""
        leaf = item.leaf(field)
        if leaf is not None:
            if side.endpoint is not None:
                word = 'from' if field == 'in' else 'to'
                message = f'{field} is for an address outside, and {word} is an endpoint: remove it'
                self.wrong(leaf, message)
            # One that no host endpoint has is fine: then nobody is asked there.
            return leaf.text
        if side.endpoint is None and other.endpoint is not None and other.endpoint.is_host:
            return other.endpoint.interface
        return None


def _pair(one: Iterable[Net], other: Iterable[Net], family: int | None) -> tuple[Net, Net] | None:
    """The first addresses of one family, in the order of the sender's."""
    others = list(other)
    for net in one:
        for peer in others:
            if net.family == peer.family and family in (None, net.family):
                return net, peer
    return None


def _labels(found: Object | None) -> Labels:
    if found is None:
        return ()
    return tuple(
        sorted((key, value.text) for key, value in found.fields.items() if isinstance(value, Leaf))
    )


def _labelled(found: Object | None) -> list[tuple[str, Labels]]:
    """Names with their labels; a name may stand there without any."""
    if found is None:
        return []
    some = [
        (name, _labels(value if isinstance(value, Object) else None))
        for name, value in found.fields.items()
    ]
    return some + [(name, ()) for name in found.nulls]
