"""Values of policies as numbers: networks, ports, protocols."""

from __future__ import annotations

from functools import lru_cache

from linter.calico import nets, ports, protocols
from linter.policy.model import Net, Port, Protocol

PROTOCOL_NUMBERS = {'TCP': 6, 'UDP': 17, 'ICMP': 1, 'ICMPv6': 58, 'SCTP': 132, 'UDPLite': 136}


def number_of(protocol: Protocol) -> int:
    """The number of a protocol of a rule."""
    return protocol if isinstance(protocol, int) else PROTOCOL_NUMBERS[protocol]


@lru_cache(maxsize=4096)
def net_of(text: str) -> Net | None:
    """A CIDR or an address, host bits cleared; None where Go reads neither."""
    net = nets.parse(text)
    if net is None:
        return None
    address, bits = net.address, net.bits
    prefix = bits if net.prefix is None else net.prefix
    if net.family == 4 and bits == 128:
        # IPv4 written as IPv6, which Go takes for IPv4.
        address, bits, prefix = address & 0xFFFFFFFF, 32, prefix - 96
    rest = bits - prefix
    first = address >> rest << rest
    return Net(net.family, first, first | ((1 << rest) - 1))


@lru_cache(maxsize=4096)
def address_of(text: str) -> Net | None:
    """A single address, without a prefix; None for anything else."""
    net = net_of(text) if '/' not in text else None
    return net if net is not None and net.first == net.last else None


@lru_cache(maxsize=4096)
def port_of(value: int | str) -> Port | None:
    """A port of a rule, or None where Calico reads none."""
    port = ports.parse(value)
    if port.problem == 'decode':
        return None
    return port.name if port.name is not None else (port.low, port.high)


@lru_cache(maxsize=256)
def protocol_of(value: int | str) -> Protocol | None:
    """A protocol of a rule, or None where Calico reads none."""
    parsed = protocols.parse(value, 'v3')
    if parsed.problem is not None:
        return None
    if parsed.written == 'name':
        return parsed.name
    return int(value)


def show_net(net: Net) -> str:
    """``10.0.0.0/8``, and an address alone without its prefix."""
    bits = 32 if net.family == 4 else 128
    text = nets.format_address(net.first, bits)
    rest = (net.last - net.first).bit_length()
    return f'{text}/{bits - rest}' if rest else text
