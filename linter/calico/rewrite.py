"""Edits of whole entries of mappings: written anew in place, or moved elsewhere.

What cannot be moved without loss (comments inside it, anchors, aliases, merges) is left alone: then
there are no edits.
"""

from __future__ import annotations

from itertools import pairwise

from linter.text.edit import Edit
from linter.text.lazy_regex import lazy
from linter.text.source import Span, line_start
from linter.yaml.edit import entry_spans
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode

_PLAIN_GAP = lazy(r'[ \t]*:[ \t\r\n]*\Z')
_ANCHOR = lazy(r'(?:\A|[\s,\[{:-])[&*][^\s&]')
_LINES = lazy(r'\r\n?|\n')


def entry_index(node: MappingNode, key: Scalar) -> int | None:
    """Which entry a key is; None where it came by a merge."""
    return next((i for i, (one, _) in enumerate(node.entries) if one is key), None)


def end_of(text: str, node: Node) -> int:
    """Where the text of a node ends, without the blanks and line breaks behind it."""
    while not isinstance(node, Scalar) and not node.flow:
        if isinstance(node, SequenceNode):
            if not node.items:
                break
            node = node.items[-1]
        else:
            key, value = node.entries[-1]
            node = value if value.end > key.end else key
    end = node.end
    while end > node.start and text[end - 1] in ' \t\r\n':
        end -= 1
    return end


def is_clear(text: str, node: MappingNode, index: int) -> bool:
    """Whether an entry holds nothing but its key and value, so that it can be written anew."""
    key, value = node.entries[index]
    if value.outer < key.end or value.end > node.end or value.outer != value.start:
        return False
    last = end_of(text, value)
    between = text[key.end : value.start] if value.start > key.end else ':'
    if value.start > key.end and _PLAIN_GAP.match(between) is None:
        return False
    inside = text[key.end : last]
    return not has_more(inside)


def has_more(inside: str) -> bool:
    """Whether a piece of text holds a comment, an anchor or an alias, which would be lost."""
    return '#' in inside or _ANCHOR.search(inside) is not None


def in_place(text: str, node: MappingNode, index: int, entry: str) -> tuple[Edit, ...] | None:
    """Write an entry anew where it stands."""
    if not is_clear(text, node, index):
        return None
    key, value = node.entries[index]
    return (Edit(Span(key.outer, max(key.end, end_of(text, value))), entry),)


def before(text: str, node: MappingNode, key: Scalar, entry: str) -> Edit:
    """Put an entry before another one of a mapping."""
    if node.flow:
        return Edit(Span(key.outer, key.outer), f'{entry}, ')
    indent = ' ' * (key.outer - line_start(text, key.outer))
    return Edit(Span(key.outer, key.outer), f'{entry}{line_break(text)}{indent}')


def line_break(text: str) -> str:
    """How lines end in a text."""
    found = _LINES.search(text)
    return '\n' if found is None else found[0]


def moved(
    text: str, node: MappingNode, index: int, into: MappingNode, key: Scalar, entry: str
) -> tuple[Edit, ...] | None:
    """Take an entry out of one mapping and put one before a key of another mapping."""
    if not is_clear(text, node, index):
        return None
    gone = entry_spans(text, node, [index])
    if gone is None:
        return None
    edits = [before(text, into, key, entry), *(Edit(span, '') for span in gone)]
    edits.sort(key=lambda edit: edit.span)
    if any(one.span.end > other.span.start for one, other in pairwise(edits)):
        return None
    return tuple(edits)


def indented(text: str, start: int, end: int, first: str, rest: str) -> tuple[Edit, ...]:
    """Put text before what starts a line at ``start``, and before every further line up to an end.

    Lines that are empty stay so.
    """
    edits = [Edit(Span(start, start), first)]
    for found in _LINES.finditer(text, start, end):
        at = found.end()
        if at < end and text[at] not in '\r\n':
            edits.append(Edit(Span(at, at), rest))
    return tuple(edits)
