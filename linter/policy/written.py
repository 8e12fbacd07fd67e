"""Kubernetes' NetworkPolicies as they are written: which rules and peers take in which others."""

from __future__ import annotations

from linter.policy.model import Net, Port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.policy.as_written import WrittenPort, WrittenRule

_LAST = 65535


def ports_within(inner: WrittenRule, outer: WrittenRule) -> bool:
    """Whether a rule surely allows every port that another one allows."""
    if not outer.ports:
        return True
    return bool(inner.ports) and all(
        any(_is_port_within(one, other) for other in outer.ports) for one in inner.ports
    )


def _is_port_within(one: WrittenPort, other: WrittenPort) -> bool:
    if (one.protocol or 'TCP') != (other.protocol or 'TCP'):
        return False
    return _is_range_within(one.port, other.port)


def _is_range_within(one: Port | None, other: Port | None) -> bool:
    if other is None or one == other:
        return True
    if one is None:
        return other == (1, _LAST)
    if isinstance(one, str) or isinstance(other, str):
        return False
    return other[0] <= one[0] and one[1] <= other[1]


def is_net_within(one: Net, other: Net) -> bool:
    """Whether a network is a part of another one, or the whole of it."""
    return one.family == other.family and other.first <= one.first and one.last <= other.last


def overlap(one: Net, other: Net) -> bool:
    """Whether two networks have an address in common."""
    return one.family == other.family and one.first <= other.last and other.first <= one.last
