"""What a line of a plain document says: a key, an item, a value, a collection in flow style.

Places are columns; ``line_reader`` makes nodes of all this. Anything that another line may have a
say in, or that two parsers of YAML read in two ways, raises ``Unsure``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Flow = tuple[list['Leaf | Flow'], str, int, int]
    """A collection in flow style: items, or keys and values in turn; its bracket, its columns."""

Leaf = tuple[str, str, int, int]
"""A scalar: its text, its style and its columns."""

_LETTERS = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_')
_OF_KEYS = _LETTERS | frozenset('./-')
_FIRST = _LETTERS | frozenset('./(+~$^=;')
"""How a plain scalar starts that nothing but its line decides of."""
_LONGEST = 1000
"""Characters of a line; a key may have 1024."""
_DEEPEST = 20
"""Brackets in one another."""


class Unsure(Exception):
    """This is for another reader."""


class Line:
    """What a line says.

    ``indent``: where its key begins, or its item; ``dash``: where the dash before that is, -1
    without one. A text on the lines below has the style ``|`` or ``>``, with ``-`` behind it where
    it has no line end of its own.
    """

    __slots__ = ('dash', 'flow', 'indent', 'key', 'leaf')

    def __init__(
        self, indent: int, dash: int, key: Leaf | None, leaf: Leaf | None, flow: Flow | None
    ) -> None:
        self.indent = indent
        self.dash = dash
        self.key = key
        self.leaf = leaf
        self.flow = flow


def understood(line: str) -> Line | None:
    """What a line says, None of a blank one and of a comment; raises Unsure."""
    body = line.lstrip(' ')
    if not body:
        return None
    size = len(line)
    # What does not print may break a line, or be refused.
    if size > _LONGEST or not line.isprintable():
        raise Unsure
    if body[0] == '#':
        return None
    dash = -1
    if body[:2] == '- ':
        dash = size - len(body)
        body = body[2:].lstrip(' ')
    elif body[:3] in ('---', '...') and size == len(body):
        raise Unsure
    indent = size - len(body)
    key = _key(body, indent)
    if key is not None:
        body = body[key[3] - indent + 1 :].lstrip(' ')
    elif dash < 0:
        raise Unsure
    at = size - len(body)
    first = body[:1]
    if first in _FIRST:
        return Line(indent, dash, key, _plain(body, at), None)
    if first in ('', '#'):
        if key is None:
            raise Unsure  # a dash alone
        return Line(indent, dash, key, None, None)
    leaf: Leaf | None = None
    flow: Flow | None = None
    if first in '[{':
        flow = _flow(line, at, 1)
        end = flow[3]
    else:
        leaf = _header(line, at) if key is not None and first in '|>' else _leaf(line, at)
        end = leaf[3]
    if end < size and (line[end] != ' ' or line[end:].lstrip(' ')[:1] not in ('', '#')):
        raise Unsure
    return Line(indent, dash, key, leaf, flow)


def _next(line: str, at: int) -> int:
    """Where the blanks end that begin here."""
    while line[at : at + 1] == ' ':
        at += 1
    return at


def _key(body: str, at: int) -> Leaf | None:
    """The key that a part of a line begins with; nothing but a blank is behind its colon."""
    first = body[:1]
    if first in _LETTERS:
        end = body.find(':')
        key = body[:end]
        if end == -1 or not _OF_KEYS.issuperset(key) or body[end + 1 : end + 2] not in ('', ' '):
            return None  # a text, maybe with a colon in it
        return key, '', at, at + end
    if first in ('"', "'"):
        end = body.find(first, 1) + 1
        key = body[1 : end - 1]
        if end and body[end : end + 1] == ':' and body[end + 1 : end + 2] in ('', ' '):
            if not key or '\\' in key:
                raise Unsure
            return key, first, at, at + end
    return None


def _plain(body: str, at: int) -> Leaf:
    """A plain scalar that goes on to the end of its line, or to a comment."""
    text = body.partition(' #')[0].rstrip(' ')
    if ': ' in text or text[-1] == ':':
        raise Unsure
    return text, '', at, at + len(text)


def _leaf(line: str, at: int, in_flow: bool = False) -> Leaf:
    first = line[at]
    if first in ('"', "'"):
        return _quoted(line, at)
    if first not in _FIRST and (first != '-' or line[at + 1 : at + 2] not in _LETTERS):
        raise Unsure
    if not in_flow:
        return _plain(line[at:], at)
    text = line[at:]
    for sign in ',]}[{':
        text = text.partition(sign)[0]
    text = text.rstrip(' ')
    # A question mark and a colon mean to some parsers what they do not mean to others.
    if '?' in text or '#' in text or any(part[:1] not in _LETTERS for part in text.split(':')[1:]):
        raise Unsure
    return text, '', at, at + len(text)


def _quoted(line: str, at: int) -> Leaf:
    quote = line[at]
    end = line.find(quote, at + 1)
    if quote == "'":
        while end != -1 and line[end + 1 : end + 2] == quote:
            end = line.find(quote, end + 2)
        text = line[at + 1 : end].replace("''", "'")
    else:
        while end != -1 and line[end - 1] == '\\':
            end = line.find(quote, end + 1)
        text = line[at + 1 : end]
        if text.count('\\') != text.count('\\"'):
            raise Unsure
        text = text.replace('\\"', '"')
    if end == -1:
        raise Unsure
    return text, quote, at, end + 1


def _header(line: str, at: int) -> Leaf:
    """The sign of a text on the lines below."""
    end = at + 1 + (line[at + 1 : at + 2] == '-')
    return '', line[at:end], at, end


def _flow(line: str, begin: int, depth: int) -> Flow:
    opening = line[begin]
    closing = ']' if opening == '[' else '}'
    items: list[Leaf | Flow] = []
    at = _next(line, begin + 1)
    if depth > _DEEPEST:
        raise Unsure
    while line[at : at + 1] != closing:
        if items:
            if line[at : at + 1] != ',':
                raise Unsure
            at = _next(line, at + 1)
        if opening == '{':
            key = _key(line[at:], at)
            if key is None or line[key[3] + 1 : key[3] + 2] != ' ':
                raise Unsure
            items.append(key)
            at = _next(line, key[3] + 1)
        if at >= len(line):
            raise Unsure
        item = _flow(line, at, depth + 1) if line[at] in '[{' else _leaf(line, at, in_flow=True)
        items.append(item)
        at = _next(line, item[3])
    return items, opening, begin, at + 1
