"""What stands behind a key or a dash, where it all stands on that one line.

A scalar is a ``(text, style)`` as in the tree; a flow list is a Python list; a flow mapping is a
``Pairs``. Whatever might be read in two ways, by one YAML reader or another, is ``None``: ask the
engine.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Scalar = tuple[str, str]
    Value: TypeAlias = 'Scalar | list[Value] | Pairs'

DEEPEST = 8
"""How many brackets of a flow value may be open at once."""

# A plain scalar starts with none of YAML's indicators. A sign is for numbers.
_PLAIN_START = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./(~$+^;=')
# Nothing that ends or splits a plain scalar in brackets for any reader: a colon only within a word.
_BARE_START = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./(~')
_BARE = _BARE_START | frozenset('=\'"!&|)<>+*-')
_BEHIND_COLON = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/')


class Pairs:
    """The entries of a flow mapping, in their order."""

    __slots__ = ('entries',)

    def __init__(self) -> None:
        self.entries: list[tuple[Scalar, Value]] = []


def quoted(written: str) -> Scalar | None:
    """A scalar in quotes, with nothing but a comment behind it."""
    end = _quote_end(written, 0)
    if end == -1 or not _is_rest(written, end + 1):
        return None
    return _within(written, 0, end)


def _quote_end(written: str, start: int) -> int:
    """The closing quote of the one at a place; -1: there is none, or escapes that say more."""
    quote = written[start]
    end = written.find(quote, start + 1)
    if quote == "'":
        while end != -1 and written[end + 1 : end + 2] == "'":
            end = written.find("'", end + 2)
        return end
    at = written.find('\\', start + 1)
    while at != -1 and at < end:
        if written[at + 1 : at + 2] not in ('"', '\\'):
            return -1
        end = written.find('"', at + 2)
        at = written.find('\\', at + 2)
    return end


def _within(written: str, start: int, end: int) -> Scalar:
    """What stands between two quotes, its escapes read."""
    text, quote = written[start + 1 : end], written[start]
    if quote == "'":
        return text.replace("''", "'"), quote
    if '\\' in text:
        text = '\\'.join(part.replace('\\"', '"') for part in text.split('\\\\'))
    return text, quote


def _is_rest(written: str, at: int) -> bool:
    """Whether nothing is left but blanks and a comment."""
    rest = written[at:].lstrip(' ')
    return not rest or (rest[0] == '#' and written[at] == ' ')


def plain(written: str) -> Scalar | None:
    """A scalar without quotes, and a comment perhaps."""
    first = written[0]
    if first not in _PLAIN_START and not (first == '-' and written[1:2].isdigit()):
        return None
    at = written.find(' #')
    text = (written if at == -1 else written[:at]).rstrip(' ')
    if ': ' in text or text[-1] == ':':
        return None
    return text, ''


def flow(written: str) -> Value | None:
    """A list or mapping in brackets that ends on its line."""
    holders: list[list[Value] | Pairs] = []
    keys: list[Scalar | None] = []
    key: Scalar | None = None
    at = 0
    is_filled = False  # whether a value stands here, so that only a comma or a bracket may follow
    while True:
        while written[at : at + 1] == ' ':
            at += 1
        sign = written[at : at + 1]
        if sign == ',':
            if not is_filled:
                return None
            is_filled = False
            at += 1
            continue
        value: Value
        if sign == ']' or sign == '}':
            value = holders.pop()
            content = value.entries if isinstance(value, Pairs) else value
            # A comma at the end is for the engine, and so is a key without a value.
            if (sign == '}') is not isinstance(value, Pairs) or key is not None:
                return None
            if content and not is_filled:
                return None
            key = keys.pop()
            at += 1
            if not holders:
                return value if _is_rest(written, at) else None
        elif is_filled:
            return None
        elif sign == '[' or sign == '{':
            is_odd = holders and isinstance(holders[-1], Pairs) and key is None
            if is_odd or len(holders) == DEEPEST:
                return None
            holders.append([] if sign == '[' else Pairs())
            keys.append(key)
            key = None
            at += 1
            continue
        else:
            found = _word(written, at)
            if found is None:
                return None
            value, at = found
            if written[at : at + 2] == ': ':
                if key is not None or not isinstance(holders[-1], Pairs):
                    return None
                key = value
                at += 2
                continue
        holder = holders[-1]
        if not isinstance(holder, Pairs):
            holder.append(value)
        elif key is None:
            return None
        else:
            holder.entries.append((key, value))
        key = None
        is_filled = True


def _word(written: str, at: int) -> tuple[Scalar, int] | None:
    """A scalar in brackets, and where it ends."""
    first = written[at : at + 1]
    if first == '"' or first == "'":
        end = _quote_end(written, at)
        return None if end == -1 else (_within(written, at, end), end + 1)
    if first in _BARE_START and (found := _simple_word(written, at)) != -1:
        return (written[at:found], ''), found
    begin = at
    if first == '-' and written[at + 1 : at + 2].isdigit():
        at += 1
    elif first not in _BARE_START:
        return None
    while True:
        char = written[at : at + 1]
        if char == ':':
            if written[at + 1 : at + 2] not in _BEHIND_COLON:
                break
        elif char == ' ':
            if written[at:].lstrip(' ')[:1] in ('#', ':'):
                break
        elif char not in _BARE:
            break
        at += 1
    return (written[begin:at].rstrip(' '), ''), at


def _simple_word(written: str, at: int) -> int:
    """Where a scalar in brackets ends that is one word before what ends it; -1: look closely."""
    end = len(written)
    for sign in (',', '}', ']', ':'):
        found = written.find(sign, at, end)
        if found != -1:
            end = found
    is_within = written[end : end + 1] == ':' and written[end + 1 : end + 2] != ' '
    return end if not is_within and _BARE.issuperset(written[at:end]) else -1
