"""Traffic in words: ``TCP to port 5432 from pods with app == 'api' to pods of namespace shop``."""

from __future__ import annotations

from collections.abc import Iterable

from linter.calico.nets import format_address
from linter.policy.label_values import Values
from linter.policy.model import EGRESS
from linter.policy.point import ORCHESTRATOR, Point
from linter.policy.ranges import Ranges
from linter.policy.read import PROTOCOL_NUMBERS
from linter.policy.selector_sets import NAMESPACE_KEY, NAMESPACE_PREFIX, Cubes
from linter.policy.space import (
    ALL_ADDRESSES,
    ALL_NUMBERS,
    ALL_PROTOCOLS,
    FIRST_V6,
    KNOWN,
    LINES,
    V4,
    V6,
    Box,
    Condition,
)
from linter.text.suggest import listing

_NAMES = {number: name for name, number in PROTOCOL_NUMBERS.items()}
_FAMILIES = {V4: 'IPv4', V6: 'IPv6'}
_MOST = 3
"""So many parts of a list are named; the rest is counted."""


def flow(box: Box, direction: str, pods: bool = True) -> str:
    """The packets of a box, as seen from the endpoints that a policy selects.

    ``pods``: these are pods; else host endpoints.
    """
    what = _kinds(box)
    own_line, peer_line = box.destination, box.source
    if direction == EGRESS:
        own_line, peer_line = peer_line, own_line
    own = _side(box.own, own_line, box.family, 'pods' if pods else 'host endpoints')
    peer = _side(box.peer, peer_line, box.family, 'endpoints')
    source, destination = (own, peer) if direction == EGRESS else (peer, own)
    text = f'{what} from {source} to {destination}'
    conditions = [_condition(condition) for condition in sorted(box.conditions)]
    return ', '.join([text, *filter(None, conditions)])


def packet(point: Point) -> str:
    """``TCP from 198.51.100.1 to 192.0.2.1, port 443``."""
    source, destination = _address(point.source), _address(point.destination)
    what = _NAMES.get(point.protocol, f'protocol {point.protocol}')
    text = f'{what} from {source} to {destination}'
    if point.protocol in (1, 58):
        return f'{text}, type {point.icmp >> 8} code {point.icmp & 255}'
    if point.protocol in (6, 17, 132, 136):
        return f'{text}, port {point.destination_port}'
    return text


def selector(cubes: Cubes) -> str:
    """The text of a selector for labels; ``''`` for all of them."""
    texts = [
        ' && '.join(part for key in sorted(cube) for part in _conditions(key, cube[key]))
        for cube in cubes
    ]
    if not all(texts):
        return ''
    return texts[0] if len(texts) == 1 else ' || '.join(f'({text})' for text in _few(texts))


def _kinds(box: Box) -> str:
    protocols = 'any protocol'
    if box.protocol != ALL_PROTOCOLS:
        rest = _numbers_outside(box.protocol, 255)
        if 0 < len(rest) <= _MOST:
            protocols = f'every protocol but {listing([_name(n) for n in rest], "and")}'
        else:
            names = [_range(low, high, _name) for low, high in box.protocol]
            protocols = listing(_few(names), 'or')
    if box.family in _FAMILIES and not (
        _is_cut(box.source, box.family) or _is_cut(box.destination, box.family)
    ):
        protocols = f'{_FAMILIES[box.family]} {protocols}'
    if box.icmp != ALL_NUMBERS:
        protocols += f' of {_messages(box.icmp)}'
    if box.source_port != ALL_NUMBERS:
        protocols += f' from {_ports(box.source_port)}'
    if box.destination_port != ALL_NUMBERS:
        protocols += f' to {_ports(box.destination_port)}'
    return protocols


def _name(number: int) -> str:
    return _NAMES.get(number, f'protocol {number}')


def _is_cut(line: Ranges, family: int) -> bool:
    return line not in (ALL_ADDRESSES, LINES[family])


def _range(low: int, high: int, name: object = str) -> str:
    show = name if callable(name) else str
    return str(show(low)) if low == high else f'{show(low)} to {show(high)}'


def _ports(ports: Ranges) -> str:
    rest = _numbers_outside(ports, 65535)
    if 0 < len(rest) <= _MOST and len(ports) > 1:
        return f'any port but {listing([str(n) for n in rest], "and")}'
    if len(ports) == 1 and ports[0][0] == ports[0][1]:
        return f'port {ports[0][0]}'
    return f'port {listing(_few([_range(low, high) for low, high in ports]), "or")}'


def _messages(icmp: Ranges) -> str:
    texts = []
    for low, high in icmp:
        if low & 255 == 0 and high & 255 == 255:
            texts.append(f'type {_range(low >> 8, high >> 8)}')
        else:
            texts.append(f'type {low >> 8} code {low & 255}')
    return listing(_few(texts), 'or')


def _numbers_outside(ranges: Ranges, last: int) -> list[int]:
    """The numbers that are in none of the ranges, if there are few; else an empty list."""
    missing: list[int] = []
    at = 0
    for low, high in (*ranges, (last + 1, last + 1)):
        if low - at > _MOST:
            return []
        missing += range(at, low)
        at = high + 1
    return missing


def _side(cubes: Cubes, line: Ranges, family: int, things: str) -> str:
    """One side: who it is by labels, and at which addresses."""
    where = '' if not _is_cut(line, family) else f'{_networks(line)}'
    known = [cube for cube in cubes if KNOWN not in cube or not cube[KNOWN].absent]
    if len(known) == len(cubes):
        who = _who(cubes, things)
        if cubes == ({},) and things == 'endpoints':
            return where or 'anywhere'
        return f'{who} at {where}' if where else who
    if not known:
        return f'addresses that Calico does not know{f" in {where}" if where else ""}'
    text = f'addresses that Calico does not know or {_who(tuple(known), things)}'
    return f'{text} in {where}' if where else text


def _who(cubes: Cubes, things: str) -> str:
    texts: list[str] = []
    for cube in cubes:
        labels = {key: value for key, value in cube.items() if key != NAMESPACE_KEY}
        namespace = cube.get(NAMESPACE_KEY)
        text = selector((labels,))
        text = f'{things} with {text}' if text else things
        names = None if namespace is None or namespace.absent else namespace.inside
        if names:
            text += f' in namespace {listing(_few(sorted(names)), "or")}'
        elif namespace is not None and namespace.outside:
            text += f' not in namespace {listing(_few(sorted(namespace.outside)), "or")}'
        elif namespace is not None and not namespace.absent and things != 'pods':
            text += ' in a namespace'
        if text not in texts:
            texts.append(text)
    return listing(_few(texts), 'or')


def _conditions(key: str, values: Values) -> list[str]:
    """The conditions that a label's values are, in the language of selectors."""
    if key in (KNOWN, ORCHESTRATOR):
        return []
    if key.startswith(NAMESPACE_PREFIX):
        key = f'namespace {key[len(NAMESPACE_PREFIX) :]}'
    if values.inside is not None:
        if not values.inside:
            return [f'!has({key})']
        items = [f"'{value}'" for value in sorted(values.inside)]
        text = f'{key} == {items[0]}'
        if len(items) > 1:
            text = f'{key} in {{{", ".join(_few(items))}}}'
        return [f'({text} || !has({key}))' if values.absent else text]
    found = []
    if values.outside:
        items = [f"'{value}'" for value in sorted(values.outside)]
        found.append(
            f'{key} != {items[0]}'
            if len(items) == 1
            else f'{key} not in {{{", ".join(_few(items))}}}'
        )
    for pattern in sorted(values.patterns):
        text = f"{key} {pattern.operator} '{pattern.text}'"
        if not pattern.holds:
            text = f'!({text})'
        elif values.absent:
            text = f'({text} || !has({key}))'
        found.append(text)
    if not values.absent and not any(p.holds for p in values.patterns):
        found.insert(0, f'has({key})')
    return found


def _condition(condition: Condition) -> str | None:
    kind = condition[0]
    if kind == 'not':
        inner = _condition(condition[1:])
        return None if inner is None else inner.replace(' is ', ' is not ', 1)
    if kind == 'port':
        return f"where the {condition[1]}'s port is its port {condition[2]}"
    if kind == 'service':
        return f'where the {condition[1]} is in service {condition[2]}/{condition[3]}'
    return None


def _few(texts: Iterable[str]) -> list[str]:
    found = list(texts)
    if len(found) <= _MOST + 1:
        return found
    return [*found[:_MOST], f'{len(found) - _MOST} more']


def _address(on_line: int) -> str:
    if on_line < FIRST_V6:
        return format_address(on_line, 32)
    return format_address(on_line - FIRST_V6, 128)


def _networks(line: Ranges) -> str:
    texts: list[str] = []
    for low, high in line:
        while low <= high and len(texts) < 1000:
            start, bits = (0, 32) if low < FIRST_V6 else (FIRST_V6, 128)
            first = low - start
            # The largest network that begins here and does not go too far.
            size = (first & -first).bit_length() - 1 if first else bits
            while low + (1 << size) - 1 > high:
                size -= 1
            text = format_address(first, bits)
            texts.append(text if not size else f'{text}/{bits - size}')
            low += 1 << size
    return listing(_few(texts), 'or')
