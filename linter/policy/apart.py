"""Rules that surely share no packet, by what is written: cheap, and never wrong when it says so.

Most rules of a repository ask for one label of their peer, one protocol and a few ports, so that no
other policy's rules can take all their packets. What is said here holds for the packets of a peer
that has that one label alone and is in no network set.
"""

from __future__ import annotations

from functools import lru_cache

from linter.policy.gate import CALICO
from linter.policy.model import INGRESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.policy.model import Entity, Port, Rule

_KEY = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-')
_WITH_PORTS = frozenset(('TCP', 'UDP', 'SCTP'))


def are_apart(one: Rule, other: Rule, direction: str) -> bool:
    """Whether the rules of a direction share no packet; False: don't know.

    If so of each of several others, one packet is in none of them.
    """
    if one.protocol in _WITH_PORTS and other.protocol in _WITH_PORTS:
        if one.protocol != other.protocol:
            return True
        if _differ(one.destination.ports, other.destination.ports):
            return True
    is_in = direction == INGRESS
    return _ask_for_others(one.source, other.source, is_in) or _ask_for_others(
        one.destination, other.destination, not is_in
    )


def _differ(ports: tuple[Port, ...], others: tuple[Port, ...]) -> bool:
    if not ports or not others:
        return False
    for port in ports:
        if isinstance(port, str):
            return False
        for other in others:
            if isinstance(other, str) or (port[0] <= other[1] and other[0] <= port[1]):
                return False
    return True


def _ask_for_others(one: Entity, other: Entity, is_peer: bool) -> bool:
    """Whether two sides ask for two values of one label, or a peer for two labels.

    The policy's own side has the labels for which the policy asks, too.
    """
    if not one.selector or not other.selector or one.selector == other.selector:
        return False
    label, another = _label_of(one.selector), _label_of(other.selector)
    if label is None or another is None or label == another:
        return False
    return is_peer or label[0] == another[0]


def _label_of(text: str) -> tuple[str, str] | None:
    """The one label that a selector asks for."""
    found = first_label(text)
    return found[:2] if found is not None and not found[2] else None


@lru_cache(maxsize=4096)
def first_label(text: str) -> tuple[str, str, str] | None:
    """The label and its one value that a selector asks for first, and what else it asks for.

    None: it does not begin so, or the label is one of Calico's.
    """
    key, equals, rest = text.partition('==')
    key, rest = key.rstrip(' '), rest.lstrip(' ')
    if (
        not key
        or not equals
        or rest[:1] not in ("'", '"')
        or not _KEY.issuperset(key)
        or CALICO in key
    ):
        return None
    value, _, rest = rest[1:].partition(rest[0])
    return key, value, rest
