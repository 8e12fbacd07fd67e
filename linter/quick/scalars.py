"""What stands behind a key or a dash, where it all stands on that one line.

A scalar is a ``(text, style)`` as in the tree; a flow list is a Python list; a flow mapping is a
``Pairs``. Whatever might be read in two ways, by one YAML reader or another, is ``None``: ask the
engine.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, Union

    Scalar = tuple[str, str]
    Value = Union[Scalar, list['Value'], 'Pairs']

DEEPEST = 8
"""How many brackets of a flow value may be open at once."""

# A plain scalar starts with none of YAML's indicators. A sign is for numbers.
_PLAIN_START = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./(~$+^;=')
_QUOTED = re.compile(r"""(?:'((?:[^']|'')*)'|"((?:[^"\\]|\\["\\])*)")[ ]*(?:[ ]#.*)?\Z""")
# Nothing that ends or splits a plain scalar in a list or mapping for any reader: a colon only
# within a word, and no comment.
_FLOW = re.compile(
    r"""[ ]*(?:([\[\]{},])|'((?:[^']|'')*)'|"((?:[^"\\]|\\["\\])*)"|"""
    r"""([A-Za-z0-9_./(~](?:[A-Za-z0-9_./='"!&|()<>+*~-]|:(?=[A-Za-z0-9:/])|[ ](?![ ]*[#:]))*)"""
    r""")(:[ ])?"""
)
_REST = re.compile(r'[ ]*(?:[ ]#.*)?\Z')


class Pairs:
    """The entries of a flow mapping, in their order."""

    __slots__ = ('entries',)

    def __init__(self) -> None:
        self.entries: list[tuple[Scalar, Value]] = []


def quoted(written: str) -> Optional[Scalar]:
    """A scalar in quotes, with nothing but a comment behind it."""
    found = _QUOTED.match(written)
    if found is None:
        return None
    single, double = found.groups()
    return (single.replace("''", "'"), "'") if single is not None else (_unescaped(double), '"')


def _unescaped(text: str) -> str:
    """Of the escapes the two that are only a backslash more."""
    if '\\' not in text:
        return text
    return '\\'.join(part.replace('\\"', '"') for part in text.split('\\\\'))


def plain(written: str) -> Optional[Scalar]:
    """A scalar without quotes, and a comment perhaps."""
    first = written[0]
    if first not in _PLAIN_START and not (first == '-' and written[1:2].isdigit()):
        return None
    at = written.find(' #')
    text = (written if at == -1 else written[:at]).rstrip(' ')
    if ': ' in text or text[-1] == ':':
        return None
    return text, ''


def flow(written: str) -> Optional[Value]:
    """A list or mapping in brackets that ends on its line."""
    holders: list[Union[list[Value], Pairs]] = []
    keys: list[Optional[Scalar]] = []
    key: Optional[Scalar] = None
    at = 0
    is_filled = False  # whether a value stands here, so that only a comma or a bracket may follow
    while True:
        found = _FLOW.match(written, at)
        if found is None:
            return None
        at = found.end()
        sign, single, double, bare, colon = found.groups()
        value: Value
        if sign is None:
            if is_filled:
                return None
            value = _scalar(single, double, bare)
            if colon:
                if key is not None or not isinstance(holders[-1], Pairs):
                    return None
                key = value
                continue
        elif colon:
            return None
        elif sign in '[{':
            is_odd = holders and isinstance(holders[-1], Pairs) and key is None
            if is_filled or is_odd or len(holders) == DEEPEST:
                return None
            holders.append([] if sign == '[' else Pairs())
            keys.append(key)
            key = None
            continue
        elif sign == ',':
            if not is_filled:
                return None
            is_filled = False
            continue
        else:
            closed = holders.pop()
            content = closed.entries if isinstance(closed, Pairs) else closed
            # A comma at the end is for the engine, and so is a key without a value.
            if (sign == '}') is not isinstance(closed, Pairs) or key is not None:
                return None
            if content and not is_filled:
                return None
            key = keys.pop()
            value = closed
            if not holders:
                return value if _REST.match(written, at) else None
        holder = holders[-1]
        if not isinstance(holder, Pairs):
            holder.append(value)
        elif key is None:
            return None
        else:
            holder.entries.append((key, value))
        key = None
        is_filled = True


def _scalar(single: Optional[str], double: Optional[str], bare: str) -> Scalar:
    if single is not None:
        return single.replace("''", "'"), "'"
    if double is not None:
        return _unescaped(double), '"'
    return bare.rstrip(' '), ''
