"""Whether a rule matches a packet, as Felix renders it for iptables or for eBPF.

Source: felix/calc/rule_scanner.go (selectors, named ports, services), felix/calc/rule_convert.go
(families), felix/rules/policy.go (``FilterRuleToIPVersion``, ``CalculateRuleMatch``),
felix/bpf/polprog.
"""

from __future__ import annotations

from linter.policy.cluster import Address, Cluster, Query
from linter.policy.effective import entity_selectors
from linter.policy.model import Entity, Net, Port, Protocol, Rule
from linter.policy.read import number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

ICMP = 1
ICMPV6 = 58
_ICMP_OF = {4: ICMP, 6: ICMPV6}
# The protocols that named ports can have; without one of them a rule means TCP.
_NAMED = frozenset((17, 132))
_TCP = 6
_FAMILY_OF = {'ICMP': 4, 'ICMPv6': 6}
_FAMILIES = (4, 6)


class Packet(NamedTuple):
    """The first packet of a flow. Ports are 0 where the protocol has none.

    ``icmp`` is (type, code) of an ICMP packet, of either family.
    """

    source: Address
    destination: Address
    protocol: int
    source_port: int = 0
    destination_port: int = 0
    icmp: tuple[int, int] | None = None


class _Side:
    """What a rule asks of one side of a packet."""

    __slots__ = (
        'cluster', 'named', 'negative', 'not_named', 'not_ports', 'ports', 'positive', 'service',
        'with_ports',
    )  # fmt: skip

    def __init__(self, entity: Entity, namespace: str | None, cluster: Cluster) -> None:
        self.cluster = cluster
        sides = entity_selectors(entity, namespace)
        self.positive: Query | None = None
        self.negative: Query | None = None
        if sides.positive:
            self.positive = cluster.query(sides.positive)
        if sides.negative:
            self.negative = cluster.query(sides.negative)
        self.ports = _numbers(entity.ports)
        self.named = _names(entity.ports)
        self.not_ports = _numbers(entity.not_ports)
        self.not_named = _names(entity.not_ports)
        self.with_ports = bool(entity.ports)
        self.service = entity.service

    def takes_port(self, address: Address, port: int, protocol: int) -> bool:
        if self.with_ports and not (
            _within(port, self.ports)
            or (self.named and self._has_port(address, port, protocol, self.named))
        ):
            return False
        if self.not_ports and _within(port, self.not_ports):
            return False
        return not (self.not_named and self._has_port(address, port, protocol, self.not_named))

    def _has_port(self, address: Address, port: int, protocol: int, names: tuple[str, ...]) -> bool:
        """Whether an endpoint that the positive selector matches has a port of such a name."""
        kept = self.cluster.semantics.port_protocols
        if kept is not None and protocol not in kept:
            return False
        for thing in self.cluster.at(address):
            if thing.ports and (self.positive is None or self.positive.selects(thing)):
                for name in names:
                    if (name, protocol, port) in thing.ports:
                        return True
        return False

    def takes_labels(self, address: Address) -> bool:
        # With named ports alone, they have been looked for among what the selector matches.
        if self.positive is not None and (self.ports or not self.named):
            for thing in self.cluster.at(address):
                if self.positive.selects(thing):
                    break
            else:
                return False
        if self.negative is not None:
            for thing in self.cluster.at(address):
                if self.negative.selects(thing):
                    return False
        return True


def _numbers(ports: tuple[Port, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(port for port in ports if not isinstance(port, str))


def _names(ports: tuple[Port, ...]) -> tuple[str, ...]:
    return tuple(port for port in ports if isinstance(port, str))


def _within(port: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= port <= high for low, high in ranges)


_Nets = tuple[tuple[int, int], ...]


class Matcher:
    """A rule of a policy in a namespace (``''``: a global one or a profile), ready to match."""

    __slots__ = (
        'by_family', 'destination', 'is_ebpf', 'named_protocol', 'never', 'not_protocol',
        'protocol', 'rule', 'source',
    )  # fmt: skip

    def __init__(self, rule: Rule, namespace: str | None, cluster: Cluster) -> None:
        semantics = cluster.semantics
        self.rule = rule
        self.is_ebpf = semantics.is_ebpf
        self.source = _Side(rule.source, namespace, cluster)
        self.destination = _Side(rule.destination, namespace, cluster)
        self.protocol = None if rule.protocol is None else number_of(rule.protocol)
        self.named_protocol = self.protocol if self.protocol in _NAMED else _TCP
        self.not_protocol: int | None = None
        if rule.not_protocol is not None and rule.not_protocol not in semantics.unknown_protocols:
            self.not_protocol = number_of(rule.not_protocol)
        self.never = rule.protocol in semantics.unknown_protocols
        self.by_family = {
            family: found
            for family in _FAMILIES
            if (found := _nets_of(rule, family, rule.protocol)) is not None
        }

    def matches(self, packet: Packet) -> bool:
        """Whether the rule matches, HTTP aside."""
        nets = self.by_family.get(packet.source[0])
        protocol = packet.protocol
        if (
            nets is None
            or self.never
            or (self.protocol is not None and self.protocol != protocol)
            or self.not_protocol == protocol
        ):
            return False
        rule, source, destination = self.rule, self.source, self.destination
        if (rule.icmp is not None or rule.not_icmp is not None) and not self._icmp(packet):
            return False
        if (destination.with_ports or destination.not_ports or destination.not_named) and not (
            destination.takes_port(packet.destination, packet.destination_port, self.named_protocol)
        ):
            return False
        if (source.with_ports or source.not_ports or source.not_named) and not (
            source.takes_port(packet.source, packet.source_port, self.named_protocol)
        ):
            return False
        for number, wanted, unwanted in (
            (packet.source[1], nets[0], nets[1]),
            (packet.destination[1], nets[2], nets[3]),
        ):
            if (wanted and not _within(number, wanted)) or (unwanted and _within(number, unwanted)):
                return False
        return (
            source.takes_labels(packet.source)
            and destination.takes_labels(packet.destination)
            and self._services(packet)
        )

    def _services(self, packet: Packet) -> bool:
        service = self.source.service
        if service is not None and packet.source not in self.source.cluster.members(service):
            return False
        service = self.destination.service
        if service is None:
            return True
        wanted = packet.destination, packet.protocol, packet.destination_port
        return wanted in self.destination.cluster.targets(service)

    def _icmp(self, packet: Packet) -> bool:
        if packet.icmp is None:
            return False
        # iptables asks for the ICMP of the family; eBPF looks at the two bytes alone.
        if not self.is_ebpf and packet.protocol != _ICMP_OF[packet.source[0]]:
            return False
        wanted, unwanted = self.rule.icmp, self.rule.not_icmp
        if wanted is not None and not _is_icmp(packet.icmp, wanted):
            return False
        return unwanted is None or not _is_icmp(packet.icmp, unwanted)


def _is_icmp(icmp: tuple[int, int], wanted: tuple[int | None, int | None]) -> bool:
    kind, code = wanted
    return (kind is None or icmp[0] == kind) and (code is None or icmp[1] == code)


def _nets_of(
    rule: Rule, family: int, protocol: Protocol | None
) -> tuple[_Nets, _Nets, _Nets, _Nets] | None:
    """The networks of a family, or None where there is no such rule for that family.

    That is so where the rule or its protocol names the other one, or where one of its lists has
    networks of the other family only.
    """
    if rule.ip_version not in (None, family):
        return None
    if isinstance(protocol, str) and _FAMILY_OF.get(protocol, family) != family:
        return None
    kept: list[_Nets] = []
    for nets in (
        rule.source.nets,
        rule.source.not_nets,
        rule.destination.nets,
        rule.destination.not_nets,
    ):
        of_family = _of_family(nets, family)
        if nets and not of_family:
            return None
        kept.append(of_family)
    return kept[0], kept[1], kept[2], kept[3]


def _of_family(nets: tuple[Net, ...], family: int) -> _Nets:
    return tuple((net.first, net.last) for net in nets if net.family == family)
