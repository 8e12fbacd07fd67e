"""Traffic as sets: boxes with one axis for each thing that a rule can ask of a packet.

A packet is seen from the endpoint that a policy governs, its *own* side; the other one is the
*peer*. An address of the peer may be unknown to Calico, or belong to one object (an endpoint or a
network set) whose labels a selector sees.

What a rule asks of things that are not in view (members of a named port, addresses of a service,
objects that share an address) is a *condition*: a fact with a name, of which nothing is known but
that it holds where a rule that asks for it matches.
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.calico.selector.meaning import Not
from linter.policy import ranges
from linter.policy.effort import TooComplex, priced, spend
from linter.policy.label_values import ABSENT, PRESENT
from linter.policy.ranges import Ranges
from linter.policy.selector_sets import EVERYTHING, KUBERNETES, Cubes, selected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple
else:
    from linter.text.records import NamedTuple

V4, V6 = 1, 2
BOTH = V4 | V6
MOST_BOXES = 512

ALL_PROTOCOLS: Ranges = ((0, 255),)
ALL_NUMBERS: Ranges = ((0, 65535),)
"""Ports, and ICMP messages: 256 times the type, and the code."""
FIRST_V6 = 1 << 32
"""IPv6 addresses come after those of IPv4 on one line."""
ALL_ADDRESSES: Ranges = ((0, FIRST_V6 + (1 << 128) - 1),)
LINES: dict[int, Ranges] = {
    0: (),
    V4: ((0, FIRST_V6 - 1),),
    V6: ((FIRST_V6, ALL_ADDRESSES[0][1]),),
    BOTH: ALL_ADDRESSES,
}

KNOWN = '\0known'
"""A label that stands for: Calico knows an object with this address."""
UNKNOWN_PEER: Cubes = ({KNOWN: ABSENT},)
KNOWN_PEER: Cubes = ({KNOWN: PRESENT},)

Condition = tuple[str, ...]
"""Its kind, the side of the packet that it is about, and what tells it from others.

``port``: the object there has a named port (its name, the protocol, the selector asked of it), with
the number of the packet. ``service``: the address is one of a service. ``no``: no object with the
address matches a selector. Before any of these, ``not``: it does not hold.
"""

_NO_CONDITIONS: frozenset[Condition] = frozenset()


class Box(NamedTuple):
    """Packets: each axis by itself, and all of them together.

    ``family``: bits ``V4`` and ``V6``. ``own``: the labels of the endpoint; ``peer``: those of the
    other side's object, with ``KNOWN``; ``shared``: those of any one object that has the
    endpoint's address, which is the endpoint itself unless an address belongs to several.
    """

    family: int = BOTH
    protocol: Ranges = ALL_PROTOCOLS
    icmp: Ranges = ALL_NUMBERS
    source_port: Ranges = ALL_NUMBERS
    destination_port: Ranges = ALL_NUMBERS
    source: Ranges = ALL_ADDRESSES
    destination: Ranges = ALL_ADDRESSES
    own: Cubes = EVERYTHING
    peer: Cubes = EVERYTHING
    shared: Cubes = EVERYTHING
    conditions: frozenset[Condition] = _NO_CONDITIONS


Boxes = tuple[Box, ...]
ANY_PACKET = Box()

_FAMILY = 0
_RANGES = range(1, 7)
_SOURCE, _DESTINATION = 5, 6
_LABELS = range(7, 10)


def negated(condition: Condition) -> Condition:
    return condition[1:] if condition[0] == 'not' else ('not', *condition)


def _worth(selector: str) -> int:
    return 10_000 + 50 * len(selector)


@priced(1 << 14, _worth)
def known(selector: str) -> Cubes:
    """Peers of which Calico knows an object that the selector takes."""
    return tuple({KNOWN: PRESENT, **cube} for cube in selected(selector))


@priced(1 << 12, _worth)
def outside(selector: str) -> Cubes:
    """Peers that Calico does not know, or that the selector does not take."""
    return (*UNKNOWN_PEER, *({KNOWN: PRESENT, **cube} for cube in unselected(selector)))


@priced(1 << 12, _worth)
def unselected(selector: str) -> Cubes:
    """The labels that the text of a selector does not take."""
    from linter.policy.effective import read

    return KUBERNETES.cubes(Not(read(selector)))


def meet_labels(one: Cubes, other: Cubes) -> Cubes:
    """What is in both sets of labels; raises ``TooComplex``."""
    if one in (EVERYTHING, other):
        return other
    if other == EVERYTHING:
        return one
    if len(one) * len(other) == 1:
        cube = KUBERNETES.meet(one[0], other[0])
        return () if cube is None else (cube,)
    return KUBERNETES.all_of((one, other))


def meet(one: Box, other: Box) -> Box | None:
    """The packets in both boxes, or None; raises ``TooComplex``."""
    spend(4)
    axes: list[Any] = list(one)
    others: tuple[Any, ...] = other
    axes[_FAMILY] &= others[_FAMILY]
    if not axes[_FAMILY]:
        return None
    for axis in _RANGES:
        if axes[axis] != others[axis]:
            axes[axis] = ranges.intersect(axes[axis], others[axis])
            if not axes[axis]:
                return None
    for axis in _LABELS:
        axes[axis] = meet_labels(axes[axis], others[axis])
        if not axes[axis]:
            return None
    axes[10] = one.conditions | other.conditions
    return possible(Box(*axes))


def possible(box: Box) -> Box | None:
    """The box without packets from one family to the other, or None if that leaves nothing."""
    family, source, destination = box.family, box.source, box.destination
    if source == ALL_ADDRESSES and destination == ALL_ADDRESSES:
        return box
    if source != ALL_ADDRESSES:
        source = ranges.intersect(source, LINES[family])
        family = _families(source)
    if destination != ALL_ADDRESSES:
        destination = ranges.intersect(destination, LINES[family])
        if source != ALL_ADDRESSES and _families(destination) != family:
            source = ranges.intersect(source, LINES[_families(destination)])
        family = _families(destination)
    if not family or not source:
        return None
    return box._replace(family=family, source=source, destination=destination)


def _families(addresses: Ranges) -> int:
    if not addresses:
        return 0
    first = V4 if addresses[0][0] < FIRST_V6 else 0
    return first | (V6 if addresses[-1][1] >= FIRST_V6 else 0)


def without(one: Box, other: Box) -> Boxes:
    """The packets of the first box that are not in the second, in boxes that do not overlap.

    All but the second's conditions: where the first does not ask for them, too, it is not known
    whether a packet is in the second, and none is taken away.
    """
    if not other.conditions <= one.conditions:
        return (one,)
    spend(8)
    pieces: list[Box] = []
    inside: list[Any] = list(one)
    wanted: tuple[Any, ...] = other
    rest: Any
    both: Any
    for axis in range(10):
        have, want = inside[axis], wanted[axis]
        if axis == _FAMILY:
            both, rest = have & want, have & ~want
        elif have == want:
            continue
        elif axis < 7:
            if want in (ALL_ADDRESSES, ALL_NUMBERS):
                continue
            both, rest = ranges.intersect(have, want), ranges.subtract(have, want)
        else:
            if want == EVERYTHING:
                continue
            both = meet_labels(have, want)
            rest = KUBERNETES.subtract(have, want) if both else have
        if not both:
            return (one,)
        if rest:
            piece = possible(Box(*inside)._replace(**{Box._fields[axis]: rest}))
            if piece is not None:
                pieces.append(piece)
        inside[axis] = both
    return tuple(pieces) if possible(Box(*inside)) is not None else (one,)


def subtract(boxes: Boxes, others: Iterable[Box], most: int = MOST_BOXES) -> Boxes:
    """The packets of the first boxes that are in none of the others; raises ``TooComplex``."""
    for other in others:
        if not boxes:
            break
        boxes = tuple(piece for box in boxes for piece in without(box, other))
        if len(boxes) > most:
            raise TooComplex
    return boxes


def covered(boxes: Boxes, others: Iterable[Box]) -> bool:
    """Whether every packet of the first boxes is in one of the others; raises ``TooComplex``."""
    return not subtract(boxes, others)
