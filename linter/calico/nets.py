"""CIDRs as Go's ``net.ParseCIDR`` and ``net.ParseIP`` read them.

Python's ``ipaddress`` also takes netmasks, host masks and scope ids, which Go does not.
Source: https://pkg.go.dev/net#ParseCIDR
"""

from __future__ import annotations

from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_DIGITS = frozenset('0123456789')
# How each number of an IPv4 address may be written: a look-up is a fifth of reading its digits.
_OCTETS = {str(number): number for number in range(256)}
_PREFIXES = {str(number): number for number in range(33)}
_HEX = frozenset('0123456789abcdefABCDEF')


class Net(NamedTuple):
    """A network: ``family`` 4 or 6 (IPv4-mapped IPv6 counts as 4), ``prefix`` None: a bare IP.

    ``masked`` says whether no host bit is set.
    """

    family: int
    address: int
    bits: int
    prefix: int | None
    masked: bool

    @property
    def network(self) -> str:
        """The text of the network with its host bits cleared."""
        prefix = self.bits if self.prefix is None else self.prefix
        shift = self.bits - prefix
        return f'{format_address(self.address >> shift << shift, self.bits)}/{prefix}'


def parse_v4(text: str) -> int | None:
    if text.count('.') != 3:
        return None
    first, second, third, fourth = text.split('.')
    try:
        return _OCTETS[first] << 24 | _OCTETS[second] << 16 | _OCTETS[third] << 8 | _OCTETS[fourth]
    except KeyError:
        return None


def prefix_of_v4(text: str) -> int | None:
    """The prefix of an IPv4 network without host bits; None: it is no such, or ``parse`` knows."""
    address, _, suffix = text.partition('/')
    value = parse_v4(address)
    prefix = _PREFIXES.get(suffix)
    if value is None or prefix is None or value & (0xFFFFFFFF >> prefix):
        return None
    return prefix


def parse_v6(text: str) -> int | None:
    if ':' not in text or text.count('::') > 1 or ':::' in text:
        return None
    head, gap, tail = text.partition('::')
    groups: list[list[int]] = []
    for side in (head, tail) if gap else (head,):
        numbers: list[int] = []
        parts = side.split(':') if side else []
        for position, part in enumerate(parts):
            if '.' in part:
                last = position == len(parts) - 1 and (side is tail or not gap)
                embedded = parse_v4(part) if last else None
                if embedded is None:
                    return None
                numbers += (embedded >> 16, embedded & 0xFFFF)
            elif not part or len(part) > 4 or not _HEX.issuperset(part):
                return None
            else:
                numbers.append(int(part, 16))
        groups.append(numbers)
    count = sum(map(len, groups))
    if gap:
        if count > 7:
            return None
        numbers = groups[0] + [0] * (8 - count) + groups[1]
    elif count != 8:
        return None
    else:
        numbers = groups[0]
    value = 0
    for number in numbers:
        value = value << 16 | number
    return value


def format_address(value: int, bits: int) -> str:
    if bits == 32:
        return '.'.join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    groups = [value >> shift & 0xFFFF for shift in range(112, -1, -16)]
    best, best_length, start = -1, 1, 0
    while start < 8:
        end = start
        while end < 8 and groups[end] == 0:
            end += 1
        if end - start > best_length:
            best, best_length = start, end - start
        start = end + 1
    if best < 0:
        return ':'.join(f'{group:x}' for group in groups)
    head = ':'.join(f'{group:x}' for group in groups[:best])
    tail = ':'.join(f'{group:x}' for group in groups[best + best_length :])
    return f'{head}::{tail}'


@remembered(4096)
def parse(text: str) -> Net | None:
    """A CIDR or a bare address; None where Go reads neither."""
    address, slash, suffix = text.partition('/')
    value, bits = parse_v4(address), 32
    if value is None:
        value, bits = parse_v6(address), 128
        if value is None:
            return None
    prefix: int | None = None
    if slash:
        if not suffix or len(suffix) > 9 or not _DIGITS.issuperset(suffix):
            return None
        prefix = int(suffix)
        if prefix > bits:
            return None
    shift = 0 if prefix is None else bits - prefix
    masked = value >> shift << shift == value
    # ParseCIDR turns an IPv4-mapped network into IPv4 once the prefix covers the mapping.
    mapped = bits == 128 and value >> 32 == 0xFFFF and (prefix is None or prefix >= 96)
    return Net(4 if bits == 32 or mapped else 6, value, bits, prefix, masked)


def unmapped(net: Net) -> Net:
    """An IPv4-mapped IPv6 network as the IPv4 network that it is to Go; others as they are."""
    if net.family == 6 or net.bits == 32:
        return net
    prefix = None if net.prefix is None else net.prefix - 96
    return net._replace(address=net.address & 0xFFFFFFFF, bits=32, prefix=prefix)


def overlap(one: Net, other: Net) -> bool:
    """Whether two networks, or addresses, have an address in common."""
    if one.family != other.family:
        return False
    one, other = unmapped(one), unmapped(other)
    prefix = min(one.bits if net.prefix is None else net.prefix for net in (one, other))
    return one.address >> (one.bits - prefix) == other.address >> (one.bits - prefix)
