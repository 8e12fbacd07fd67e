"""From a rule to the boxes of traffic that it matches.

Source: ``linter.policy.match``, which asks the same of a single packet.
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.policy import ranges
from linter.policy.effective import Sides, entity_selectors
from linter.policy.model import INGRESS, Entity, Net, Port, Rule
from linter.policy.ranges import Ranges
from linter.policy.read import number_of
from linter.policy.selector_sets import EVERYTHING, Cubes, selected
from linter.policy.semantics import Semantics
from linter.policy.space import (
    ALL_ADDRESSES,
    ALL_NUMBERS,
    ALL_PROTOCOLS,
    BOTH,
    FIRST_V6,
    KNOWN_PEER,
    LINES,
    V4,
    V6,
    Box,
    Boxes,
    Condition,
    known,
    meet_labels,
    outside,
    possible,
    unselected,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

SOURCE = 'source'
DESTINATION = 'destination'
_ICMP, _ICMPV6 = 1, 58
_FAMILY_OF = {'ICMP': V4, 'ICMPv6': V6}
# The protocols that a set of a named port can have; in a rule without one of them it has TCP.
_NAMED = frozenset((17, 132))
_TCP = 6
_NO_CONDITIONS: frozenset[Condition] = frozenset()


class Traffic(NamedTuple):
    """What a rule matches, but for what its policy selects.

    ``boxes`` say nothing of the labels of the own side. Those have to be in ``own``, and one
    object that has the own address in ``shared``. ``negatives``: what no object with an address
    may match.
    """

    boxes: Boxes
    own: Cubes = EVERYTHING
    shared: Cubes = EVERYTHING
    negatives: frozenset[Condition] = _NO_CONDITIONS

    def exact(self, endpoints: Cubes) -> Boxes:
        """The traffic of the endpoints, if every address belongs to one object at most."""
        own = meet_labels(meet_labels(endpoints, self.own), self.shared)
        return tuple(box._replace(own=own) for box in self.boxes) if own else ()

    def at_most(self, endpoints: Cubes) -> Boxes:
        """All that it may match, with what is then sure of other objects as conditions."""
        own = meet_labels(endpoints, self.own)
        return tuple(
            box._replace(own=own, shared=self.shared, conditions=box.conditions | self.negatives)
            for box in self.boxes
            if own
        )

    def at_least(self, endpoints: Cubes) -> Boxes:
        """What it matches however many objects an address belongs to."""
        found = self.at_most(endpoints)
        if self.shared != EVERYTHING:
            # The endpoint itself is one of the objects that have its address.
            found += tuple(
                box._replace(shared=EVERYTHING, conditions=box.conditions | self.negatives)
                for box in self.exact(endpoints)
            )
        return found

    @property
    def is_simple(self) -> bool:
        """Whether it is the same however many objects an address belongs to."""
        return not self.negatives and self.shared == EVERYTHING


def traffic(
    rule: Rule, namespace: str | None, direction: str, semantics: Semantics
) -> Traffic | None:
    """What a rule of a policy in a namespace matches; None where HTTP has a say in it.

    Raises ``TooComplex`` for selectors that are.
    """
    if rule.http:
        return None
    family = _families(rule, semantics)
    if not family or rule.protocol in semantics.unknown_protocols:
        return Traffic(())
    protocol = ALL_PROTOCOLS
    if rule.protocol is not None:
        protocol = _only(number_of(rule.protocol))
    if rule.not_protocol is not None and rule.not_protocol not in semantics.unknown_protocols:
        protocol = ranges.subtract(protocol, _only(number_of(rule.not_protocol)))
    base = Box(family, protocol)
    if rule.source.nets or rule.source.not_nets:
        base = base._replace(source=_addresses(rule.source, family))
    if rule.destination.nets or rule.destination.not_nets:
        base = base._replace(destination=_addresses(rule.destination, family))
    found = possible(base) if base.protocol and base.source and base.destination else None
    boxes = [] if found is None else [found]
    if rule.icmp is not None or rule.not_icmp is not None:
        boxes = _icmp(boxes, rule, semantics)
    sides = {
        SOURCE: entity_selectors(rule.source, namespace),
        DESTINATION: entity_selectors(rule.destination, namespace),
    }
    for side, entity in ((SOURCE, rule.source), (DESTINATION, rule.destination)):
        if entity.ports or entity.not_ports:
            boxes = _ports(boxes, side, entity, sides[side], rule, semantics)
        if entity.service is not None:
            boxes = _service(boxes, side, entity.service)
    own, peer = (DESTINATION, SOURCE) if direction == INGRESS else (SOURCE, DESTINATION)
    return _labelled(boxes, sides, own, peer)


def _labelled(boxes: list[Box], sides: dict[str, Sides], own: str, peer: str) -> Traffic:
    there, here = sides[peer], sides[own]
    if there.positive or there.negative:
        labels = known(there.positive) if there.positive else outside(there.negative)
        if there.positive and there.negative:
            labels = meet_labels(labels, outside(there.negative))
        boxes = [box._replace(peer=labels) for box in boxes] if labels else []
    else:
        # What has a port of that name is an endpoint that Calico knows.
        boxes = [
            box._replace(peer=KNOWN_PEER)
            if any(condition[:2] == ('port', peer) for condition in box.conditions)
            else box
            for box in boxes
        ]
    negatives = frozenset(
        ('no', side, sides[side].negative) for side in (own, peer) if sides[side].negative
    )
    return Traffic(
        tuple(boxes),
        unselected(here.negative) if here.negative else EVERYTHING,
        selected(here.positive) if here.positive else EVERYTHING,
        negatives,
    )


def _only(number: int) -> Ranges:
    return ((number, number),)


def _families(rule: Rule, semantics: Semantics) -> int:
    """The families for which there is such a rule at all."""
    family = {4: V4, 6: V6}.get(rule.ip_version or 0, BOTH)
    if isinstance(rule.protocol, str):
        family &= _FAMILY_OF.get(rule.protocol, BOTH)
    for side in (rule.source, rule.destination):
        for nets in (side.nets, side.not_nets):
            if nets:
                family &= _family_of(nets)
    return family


def _family_of(nets: Iterable[Net]) -> int:
    family = 0
    for net in nets:
        family |= V4 if net.family == 4 else V6
    return family


def on_line(net: Net) -> tuple[int, int]:
    """The addresses of a network on the line of all addresses."""
    start = 0 if net.family == 4 else FIRST_V6
    return start + net.first, start + net.last


def _addresses(entity: Entity, family: int) -> Ranges:
    found = LINES[family]
    if entity.nets:
        found = ranges.intersect(found, ranges.union(map(on_line, entity.nets)))
    if entity.not_nets:
        found = ranges.subtract(found, ranges.union(map(on_line, entity.not_nets)))
    return ALL_ADDRESSES if found == LINES[BOTH] else found


def _icmp(boxes: list[Box], rule: Rule, semantics: Semantics) -> list[Box]:
    messages = ALL_NUMBERS
    if rule.icmp is not None:
        messages = _messages(rule.icmp)
    if rule.not_icmp is not None:
        messages = ranges.subtract(messages, _messages(rule.not_icmp))
    found = []
    for box in boxes:
        # iptables asks for the ICMP of the family; eBPF looks at the two bytes alone.
        for family, protocol in ((V4, _ICMP), (V6, _ICMPV6)):
            wanted = _only(protocol)
            if semantics.is_ebpf:
                family = BOTH
            both = ranges.intersect(box.protocol, wanted)
            if both and messages and box.family & family:
                found.append(box._replace(family=box.family & family, protocol=both, icmp=messages))
    return found


def _messages(icmp: tuple[int | None, int | None]) -> Ranges:
    kind, code = icmp
    if kind is None:
        return ALL_NUMBERS if code is None else tuple((n * 256 + code,) * 2 for n in range(256))
    if code is None:
        return ((kind * 256, kind * 256 + 255),)
    return _only(kind * 256 + code)


def _ports(
    boxes: list[Box],
    side: str,
    entity: Entity,
    sides: Sides,
    rule: Rule,
    semantics: Semantics,
) -> list[Box]:
    protocol = _TCP if rule.protocol is None else number_of(rule.protocol)
    protocol = protocol if protocol in _NAMED else _TCP
    is_kept = semantics.port_protocols is None or protocol in semantics.port_protocols
    numbers = _numbers(entity.ports) if entity.ports else ALL_NUMBERS
    excluded = _numbers(entity.not_ports)
    named = _named(entity.ports, side, protocol, sides) if is_kept else []
    unnamed = _named(entity.not_ports, side, protocol, sides) if is_kept else []
    without = frozenset(('not', *condition) for condition in unnamed)
    numbers = ranges.subtract(numbers, excluded)
    rest = ranges.subtract(ALL_NUMBERS, excluded)
    found = []
    for box in boxes:
        conditions = box.conditions | without
        if numbers:
            found.append(_with_ports(box, side, numbers, conditions))
        for condition in named:
            found.append(_with_ports(box, side, rest, conditions | {condition}))
    return found


def _with_ports(box: Box, side: str, ports: Ranges, conditions: frozenset[Condition]) -> Box:
    if side == SOURCE:
        return box._replace(source_port=ports, conditions=conditions)
    return box._replace(destination_port=ports, conditions=conditions)


def _numbers(ports: tuple[Port, ...]) -> Ranges:
    return ranges.union(port for port in ports if not isinstance(port, str))


def _named(ports: tuple[Port, ...], side: str, protocol: int, sides: Sides) -> list[Condition]:
    return [
        ('port', side, port, str(protocol), sides.positive)
        for port in ports
        if isinstance(port, str)
    ]


def _service(boxes: list[Box], side: str, service: tuple[str, str]) -> list[Box]:
    if not service[0]:
        # Felix looks for a service in no namespace, and finds none.
        return []
    condition = ('service', side, *service)
    return [box._replace(conditions=box.conditions | {condition}) for box in boxes]
