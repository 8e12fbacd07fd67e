"""Rules that surely share no packet, by what is written: cheap, and never wrong when it says so.

Most rules of a repository ask for one label of their peer, one protocol and a few ports, so that no
other policy's rules can take all their packets. What is said here holds for the packets of a peer
that has that one label and is in no network set.
"""

from __future__ import annotations

import re
from functools import lru_cache

from linter.policy.gate import CALICO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.policy.model import Entity, Port, Rule

LABEL = re.compile(r"""([A-Za-z0-9][\w./-]*) ?== ?(?:'([^']*)'|"([^"]*)")""")
"""A selector, or the beginning of one, that asks for one value of a label."""

_WITH_PORTS = frozenset(('TCP', 'UDP', 'SCTP'))


def are_apart(one: Rule, other: Rule) -> bool:
    """Whether the rules share no packet; False: don't know.

    If so of each of several others, one packet is in none of them.
    """
    if one.protocol in _WITH_PORTS and other.protocol in _WITH_PORTS:
        if one.protocol != other.protocol:
            return True
        if _differ(one.destination.ports, other.destination.ports):
            return True
    return _ask_for_others(one.source, other.source) or _ask_for_others(
        one.destination, other.destination
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


def _ask_for_others(one: Entity, other: Entity) -> bool:
    """Whether two sides ask for two values of one label."""
    if not one.selector or not other.selector or one.selector == other.selector:
        return False
    label, another = _label_of(one.selector), _label_of(other.selector)
    return label is not None and another is not None and label[0] == another[0] and label != another


@lru_cache(maxsize=4096)
def _label_of(text: str) -> tuple[str, str] | None:
    """The one label that a selector asks for."""
    found = LABEL.fullmatch(text)
    if found is None or CALICO in text:
        return None
    return found[1], found[2] or found[3] or ''
