"""A packet that a rule matches and that none of some others does: cheap, and never wrong.

What is nowhere asked for is what the packet has: an address, a port, a protocol, a label that
nobody names. What the rule asks for itself is tried at its ends, and beside what the others ask.
"""

from __future__ import annotations

from linter.calico import nets, ports, protocols
from linter.calico.values import Leaf, Object
from linter.policy.formula import NAME, NEW, formula_of
from linter.policy.gate import CALICO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linter.policy.formula import Formula, Labels

    Range = tuple[int, int]
    Net = tuple[int, int, int]

SIDES = ('source', 'destination')
_NUMBERS = {'TCP': 6, 'UDP': 17, 'ICMP': 1, 'ICMPv6': 58, 'SCTP': 132, 'UDPLite': 136}
_FAMILIES = {'ICMP': 4, 'ICMPv6': 6}
_UNUSED = (253, 254, 252, 251)
"""Protocols for experiments, which nobody names."""
_ADDRESSES = {4: 0x08080404, 6: 0x26064700 << 96}
_LAST = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
_MOST_TRIALS = 300
_MOST_OF_SIDE = 24
_MOST_PARTS = 400
"""So many networks and ports are tried, of the rule and the others together."""
_OF_PEERS = ('selector', 'notSelector', 'namespaceSelector', 'serviceAccounts')


class Side:
    """What a rule asks of the source or the destination."""

    __slots__ = ('entity', 'named', 'nets', 'not_nets', 'not_ports', 'ports', 'service')

    def __init__(self, entity: Object | None) -> None:
        self.entity = entity
        self.nets = _nets(entity, 'nets')
        self.not_nets = _nets(entity, 'notNets')
        self.ports, self.named = _ports(entity, 'ports')
        self.not_ports, _ = _ports(entity, 'notPorts')
        service = None if entity is None else entity.object('services')
        self.service = None
        if service is not None:
            self.service = service.text('namespace'), service.text('name')

    def text(self, name: str) -> str:
        return '' if self.entity is None else self.entity.text(name)

    def has(self, name: str) -> bool:
        return self.entity is not None and name in self.entity.fields

    @property
    def may_be_labelled(self) -> bool:
        """Whether it may ask something of the labels behind the address."""
        return any(map(self.has, _OF_PEERS))

    @property
    def is_labelled(self) -> bool:
        """Whether it surely wants an object of Calico's behind the address."""
        accounts = None if self.entity is None else self.entity.object('serviceAccounts')
        return bool(self.text('selector').strip() or self.text('namespaceSelector').strip()) or (
            accounts is not None
            and (bool(accounts.text('selector').strip()) or bool(accounts.items('names')))
        )

    def addresses(self, family: int, others: Sequence[Side]) -> list[int]:
        """Addresses of a family that it takes, at its ends and beside those of others."""
        found: list[int] = []
        last = _LAST[family]
        if self.nets:
            found = [end for net in self.nets if net[0] == family for end in net[1:]]
        else:
            found = [_ADDRESSES[family], 1, last - 1]
        for other in others:
            for net in (*other.nets, *other.not_nets):
                if net[0] == family:
                    found += net[1] - 1, net[2] + 1, net[1]
        found += [
            end for net in self.not_nets if net[0] == family for end in (net[2] + 1, net[1] - 1)
        ]
        return [
            address
            for address in dict.fromkeys(found)
            if 0 <= address <= last
            and (not self.nets or _in_nets(self.nets, family, address))
            and not _in_nets(self.not_nets, family, address)
        ][:_MOST_OF_SIDE]

    def numbers(self, others: Sequence[Side]) -> list[int]:
        """Ports that it takes; -1: one that only a name is known of."""
        if self.named and not self.ports:
            return [-1]
        found = [end for range in self.ports for end in range] or [1, 64999]
        for other in others:
            for low, high in (*other.ports, *other.not_ports):
                found += high + 1, low - 1, low
        found += [number for low, high in self.not_ports for number in (high + 1, low - 1)]
        return [
            number
            for number in dict.fromkeys(found)
            if 1 <= number <= 65535
            and (not self.ports or _in_ranges(self.ports, number))
            and not _in_ranges(self.not_ports, number)
        ][:_MOST_OF_SIDE]

    def misses(self, family: int, address: int, port: int) -> bool:
        """Whether it surely does not take an address and a port."""
        if self.nets and not _in_nets(self.nets, family, address):
            return True
        if _in_nets(self.not_nets, family, address):
            return True
        if port == -1:
            return False
        has_ports = bool(self.ports or self.named)
        return _in_ranges(self.not_ports, port) or (has_ports and not _in_ranges(self.ports, port))


class Asked:
    """What a rule asks of a packet. ``is_odd``: too much to say which ones it takes."""

    __slots__ = (
        'families', 'http', 'icmp', 'is_odd', 'not_protocol', 'protocol', 'sides',
    )  # fmt: skip

    def __init__(self, rule: Object) -> None:
        fields = rule.fields
        self.http = 'http' in fields
        self.is_odd = 'notICMP' in fields or ('protocol' in fields and 'notProtocol' in fields)
        self.families = {4, 6}
        version = rule.leaf('ipVersion')
        if version is not None:
            self.families &= {version.value}
        self.protocol = self._protocol(rule.leaf('protocol'))
        self.not_protocol = self._protocol(rule.leaf('notProtocol'), is_not=True)
        self.icmp = None
        icmp = rule.object('icmp')
        if icmp is not None:
            kind = icmp.leaf('type')
            self.icmp = None if kind is None else kind.value
            self.is_odd = self.is_odd or kind is None or self.protocol not in (1, 58)
        self.sides = tuple(Side(rule.object(side)) for side in SIDES)
        for side in self.sides:
            for group in (side.nets, side.not_nets):
                if group:
                    self.families &= {net[0] for net in group}

    @property
    def size(self) -> int:
        """How many networks and ports it names."""
        return sum(
            len(side.nets) + len(side.not_nets) + len(side.ports) + len(side.not_ports)
            for side in self.sides
        )

    def _protocol(self, leaf: Leaf | None, is_not: bool = False) -> int | None:
        if leaf is None:
            return None
        protocol = protocols.parse(leaf.value, 'v3')
        if protocol.problem is not None:
            self.is_odd = True
            return None
        if protocol.written != 'name':
            return int(leaf.value)
        name = protocol.name or ''
        if name in _FAMILIES and not is_not:
            self.families &= {_FAMILIES[name]}
        return _NUMBERS[name]


def _nets(entity: Object | None, name: str) -> list[Net]:
    found = []
    for leaf in () if entity is None else entity.leaves(name):
        net = nets.parse(leaf.text)
        if net is not None:
            address, bits = net.address, net.bits
            prefix = bits if net.prefix is None else net.prefix
            if net.family == 4 and bits == 128:
                address, bits, prefix = address & 0xFFFFFFFF, 32, prefix - 96
            rest = bits - prefix
            first = address >> rest << rest
            found.append((net.family, first, first | ((1 << rest) - 1)))
    return found


def _ports(entity: Object | None, name: str) -> tuple[list[Range], bool]:
    found, is_named = [], False
    for leaf in () if entity is None else entity.leaves(name):
        port = ports.parse(leaf.value)
        if port.name is not None:
            is_named = True
        else:
            found.append((port.low, port.high))
    return found, is_named


def _in_nets(groups: Iterable[Net], family: int, address: int) -> bool:
    return any(net[0] == family and net[1] <= address <= net[2] for net in groups)


def _in_ranges(ranges: Iterable[Range], number: int) -> bool:
    return any(low <= number <= high for low, high in ranges)


def is_left(rule: Object, others: Sequence[Object], own: str, namespace: str | None) -> bool:
    """Whether a rule surely matches a packet that none of the others matches.

    ``own`` is the side of the endpoint of the policy; ``namespace`` ``''``: the policy is global.
    """
    asked = Asked(rule)
    if asked.is_odd:
        return False
    if asked.http:
        # Of what HTTP decides nothing is ever claimed.
        return True
    left = [one for one in map(Asked, others) if not one.http]
    if sum(one.size for one in (asked, *left)) > _MOST_PARTS:
        return False
    protocol = asked.protocol
    if protocol is None and not asked.sides[0].named and not asked.sides[1].named:
        used = {asked.not_protocol, *(one.protocol for one in left)}
        protocol = next((number for number in _UNUSED if number not in used), None)
    if asked.icmp is not None:
        # iptables asks for the ICMP of the family.
        asked.families &= {4 if protocol == 1 else 6}
    at = SIDES.index('destination' if own == 'source' else 'source')
    peer = _Peer(asked.sides[at], namespace)
    left = [
        one
        for one in left
        if not _has_other_protocol(one, asked, protocol)
        and not _has_other_service(one, asked)
        and not peer.is_missed_by(one.sides[at])
    ]
    return any(
        all(
            family not in one.families
            or one.sides[0].misses(family, source, source_port)
            or one.sides[1].misses(family, destination, destination_port)
            for one in left
        )
        for family, source, destination, source_port, destination_port in _packets(asked, left)
    )


def _packets(asked: Asked, others: list[Asked]) -> Iterator[tuple[int, int, int, int, int]]:
    count = 0
    beside = [[one.sides[at] for one in others] for at in (0, 1)]
    ports = [side.numbers(beside[at]) for at, side in enumerate(asked.sides)]
    for family in sorted(asked.families):
        sides = [side.addresses(family, beside[at]) for at, side in enumerate(asked.sides)]
        for source in sides[0]:
            for destination in sides[1]:
                for source_port in ports[0]:
                    for destination_port in ports[1]:
                        count += 1
                        if count > _MOST_TRIALS:
                            return
                        yield family, source, destination, source_port, destination_port


def _has_other_protocol(one: Asked, asked: Asked, protocol: int | None) -> bool:
    if protocol is None or one.is_odd:
        return False
    if one.protocol is not None and one.protocol != protocol:
        return True
    if one.not_protocol == protocol:
        return True
    # A message of another type, or one of a type that nobody asks for.
    return one.icmp is not None and one.icmp != asked.icmp and one.protocol == asked.protocol


def _has_other_service(one: Asked, asked: Asked) -> bool:
    return any(
        its.service is not None and its.service != ours.service
        for its, ours in zip(one.sides, asked.sides, strict=True)
    )


class _Peer:
    """Who is at the other side of a packet: nobody that Calico knows, or what has some labels.

    ``labels`` and those ``of_namespace`` are None where they are not known, and nothing may be made
    of them. What has none of a namespace is in no namespace.
    """

    __slots__ = ('is_known', 'labels', 'of_namespace')

    def __init__(self, side: Side, namespace: str | None) -> None:
        self.is_known = side.named or side.may_be_labelled
        self.labels: Labels | None = None
        self.of_namespace: Labels | None = None
        if not self.is_known or side.named or side.has('serviceAccounts'):
            return
        text = side.text('selector')
        selector = _plain(text) if text else None
        labels = {} if not text else None if selector is None else selector.example()
        if labels is not None and side.text('notSelector'):
            without = _plain(side.text('notSelector'))
            if without is None or without.holds(labels) is not False:
                labels = None
        self.labels = labels
        text = side.text('namespaceSelector')
        if not text and namespace:
            self.of_namespace = {NAME: namespace}
        elif any(CALICO in side.text(name) for name in ('selector', 'notSelector')):
            pass  # those may say in which namespace it is
        elif not text:
            self.of_namespace = None if namespace is None else {}
        elif text == 'all()':
            self.of_namespace = {NAME: NEW}
        elif 'global(' not in text:
            formula = formula_of(text, True)
            found = None if formula is None else formula.example()
            if formula is not None and found == {} and formula.holds({NAME: NEW}):
                found = {NAME: NEW}
            self.of_namespace = found

    def is_missed_by(self, other: Side) -> bool:
        """Whether a rule that asks this of its peer surely does not match."""
        if not self.is_known:
            return other.is_labelled
        if self.labels is not None and other.text('selector'):
            selector = _plain(other.text('selector'))
            if selector is not None and selector.holds(self.labels) is False:
                return True
        text = other.text('namespaceSelector')
        if self.of_namespace is None or not text:
            return False
        if text == 'all()':
            return not self.of_namespace
        if text == 'global()':
            return bool(self.of_namespace)
        formula = formula_of(text, True)
        return formula is not None and formula.holds(self.of_namespace) is False


def _plain(text: str) -> Formula | None:
    """The formula of a selector that asks for no label of Calico's own."""
    return None if CALICO in text or 'global(' in text else formula_of(text)
