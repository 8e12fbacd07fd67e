"""Repairs: which characters to write instead of which, in whatever style a document is written.

Quotes, anchors, tags and comments around what is replaced stay. Where the new text cannot be
plain it gets quotes: double ones in a document that is all in flow style, which may be JSON. A
repair that cannot be written down with certainty is None.
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.text.edit import Edit, Fix
from linter.text.lazy_regex import lazy
from linter.text.source import LINE_END, Span, line_end, line_start
from linter.yaml.breaks import BREAKS
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)
from linter.yaml.scalars import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class Context(NamedTuple):
    """Whether a scalar stands inside ``[…]`` or ``{…}``, and what quotes a plain one would get."""

    flow: bool
    quote: str


def quotes_for(root: Node) -> str:
    """The quotes to write in a document where there are none."""
    return "'" if isinstance(root, Scalar) or not root.flow else '"'


SAFE = 'safe'
UNSAFE = 'unsafe'


def written(
    text: str,
    node: Scalar,
    context: Context,
    right: str,
    *,
    quoted: bool = False,
) -> tuple[Edit, ...] | None:
    """The edits that give a scalar another value."""
    if node.style in ('|', '>'):
        body = node.value.rstrip('\n')
        edits = None
        if body == node.value:
            edits = edited(text, node, context, ((0, len(body), right),))
        if edits is not None:
            return edits
        if not has_bare_header(text, node):
            return None  # a comment follows the header
    quote = node.style if node.style in ('"', "'") else ''
    if not quote and (quoted or not is_plain(right, context.flow)):
        quote = context.quote
    new = in_quotes(right, quote) if quote else right
    return (Edit(Span(node.start, node.end), new),)


def has_bare_header(text: str, node: Scalar) -> bool:
    """Whether nothing stands behind the sign with which a block begins, such as a comment."""
    return _BARE_HEADER.match(text, node.start) is not None


_BARE_HEADER = lazy(r'[|>][0-9+-]*[ \t]*(?=[\r\n])')


def write_word(
    node: Scalar,
    right: str,
    applicability: str = SAFE,
    *,
    title: str | None = None,
) -> Fix:
    """Replace a key, or another scalar, by a text that needs no quotes, keeping those it has."""
    quote = node.style if node.style in ('"', "'") else ''
    edit = Edit(Span(node.start, node.end), f'{quote}{right}{quote}')
    return Fix(title or f'Write {right}', applicability, (edit,))


_UNPLAIN = (': ', ':\t', ' #', '\t#')
_UNPRINTABLE = lazy(r'[^ -~\x85\xa0-\ud7ff\ue000-\U0010ffff]')


def is_plain(text: str, flow: bool) -> bool:
    """Whether a text can be written without quotes, and is read as that text."""
    if not text or text[0] in '!&*|>\'"%@`#{}[],?: \t' or text[-1] in ': \t':
        return False
    if any(mark in text for mark in _UNPLAIN):
        return False
    if not (text.isascii() and text.isprintable()) and _UNPRINTABLE.search(text):
        return False
    if text[0] == '-' and (flow or text[1:2] in ('', ' ', '\t')):
        return False
    if text in ('=', '<<') or text.startswith(('---', '...')):
        return False
    if flow and any(char in text for char in ',[]{}?'):
        return False
    return isinstance(resolve(Scalar(text, '', None, 0, len(text), 0)), str)


def edited(
    text: str,
    node: Scalar,
    context: Context,
    edits: Iterable[tuple[int, int, str]],
) -> tuple[Edit, ...] | None:
    """The same for any scalar."""
    changes = sorted(edits, key=lambda edit: edit[:2])
    if not changes:
        return None
    from linter.yaml.positions import as_written, pieces

    spans = pieces(text, node)
    if spans is None or changes[-1][1] > len(spans) or changes[-1][1] > len(node.value):
        return None
    value = _replaced(node.value, changes)
    style = node.style
    start, end = node.start, node.end
    found: list[Edit] = []
    if not style and not is_plain(value, context.flow):
        style = context.quote
        if style in value:
            other = '"' if style == "'" else "'"
            style = other if other not in value and '\\' not in value else style
        found += (Edit(Span(start, start), style), Edit(Span(end, end), style))
        found += _escaped_rest(node.value, spans, changes, style)
    for begin, stop, new in changes:
        found.append(Edit(_place(text, node, spans, begin, stop), _escaped(new, style)))
    found.sort(key=lambda edit: edit.span)
    result = _merged(found)
    # Only the scalar itself is read again, however long the text around it is.
    part = text[start : end + 1]
    after = _replaced(part, [(span.start - start, span.end - start, new) for span, new in result])
    scalar = Scalar(value, style, None, 0, end - start + len(after) - len(part), 0)
    is_right = as_written(after, scalar) is not None or pieces(after, scalar) is not None
    return result if is_right else None


def _replaced(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, new in changes:
        parts += (text[at:start], new)
        at = end
    return ''.join((*parts, text[at:]))


def _escaped(text: str, style: str) -> str:
    """A text as it is written inside quotes."""
    if style == '"':
        return text.replace('\\', '\\\\').replace('"', '\\"')
    return text.replace("'", "''") if style == "'" else text


def in_quotes(text: str, quote: str) -> str:
    """A text on one line in quotes; in double ones where the others would have to be doubled."""
    if quote == "'" and "'" in text and '"' not in text and '\\' not in text:
        quote = '"'
    return f'{quote}{_escaped(text, quote)}{quote}'


def _escaped_rest(
    value: str,
    spans: list[Span],
    changes: list[tuple[int, int, str]],
    style: str,
) -> list[Edit]:
    """What plain characters that stay become inside quotes."""
    stays = [True] * len(value)
    for start, end, _ in changes:
        stays[start:end] = [False] * (end - start)
    return [
        Edit(span, _escaped(char, style))
        for char, span, kept in zip(value, spans, stays, strict=False)
        if kept and _escaped(char, style) != char
    ]


def _place(text: str, node: Scalar, spans: list[Span], start: int, end: int) -> Span:
    if end > start:
        return Span(spans[start].start, spans[end - 1].end)
    before = spans[start - 1] if start else None
    if before is not None and text[before.start] not in BREAKS:
        at = before.end
    elif start < len(spans):
        at = spans[start].start
    else:
        at = node.start + (1 if node.style else 0)
    return Span(at, at)


def _merged(edits: list[Edit]) -> tuple[Edit, ...]:
    """Edits in order, those that touch made one."""
    merged: list[Edit] = []
    for edit in edits:
        if merged and edit.span.start <= merged[-1].span.end:
            last = merged[-1]
            span = Span(last.span.start, max(last.span.end, edit.span.end))
            merged[-1] = Edit(span, last.text + edit.text)
        else:
            merged.append(edit)
    return tuple(merged)


_GAP = lazy(r'[ \t\r\n]*,[ \t\r\n]*')
_DASH = lazy(r'[ ]*-[ \t]+\Z')


def item_span(text: str, node: SequenceNode, index: int) -> Span | None:
    """What to remove for an item, not the first, to be gone."""
    if index == 0:
        return None
    before, item = node.items[index - 1], node.items[index]
    # What an alias stands for was written elsewhere.
    if not max(node.start, before.end) <= item.outer <= item.end <= node.end:
        return None
    if '&' in text[item.outer : item.start]:
        return None
    if node.flow:
        gap = text[before.end : item.outer]
        return Span(before.end, item.end) if _GAP.fullmatch(gap) else None
    begin = line_start(text, item.outer)
    if before.end > begin or not _DASH.match(text[begin : item.outer]):
        return None
    return _lines_span(text, text.index('-', begin), item.end)


def _lines_span(text: str, start: int, end: int) -> Span | None:
    """The lines of a block entry or item, which is first on its line; a comment behind it stays."""
    begin, stop = line_start(text, start), line_end(text, end)
    rest = text[end:stop]
    if any(char in text[begin:stop] for char in BREAKS[2:]):
        return None
    if rest.lstrip(' \t').startswith('#'):
        return Span(start, stop - len(rest.lstrip(' \t')))
    if rest.strip(' \t'):
        return None
    found = LINE_END.match(text, stop)
    if found is not None:
        return Span(begin, found.end())
    return Span(begin - (2 if text.startswith('\r\n', begin - 2) else 1), stop)


def entry_spans(text: str, node: MappingNode, indices: Iterable[int]) -> list[Span] | None:
    """What to remove for entries of a mapping to be gone, of which others stay."""
    gone = set(indices)
    if len(gone) == len(node.entries):
        return None
    ends: list[int] = []
    at = node.start
    for key, value in node.entries:
        end = max(key.end, value.end)
        if key.outer < at or value.outer < key.end or end > node.end:
            return None
        at = end
        ends.append(end)
    spans: list[Span] = []
    for index in sorted(gone):
        key = node.entries[index][0]
        if _ANCHORED.search(text, key.outer, ends[index]):
            return None
        following = node.entries[index + 1][0].outer if index + 1 < len(ends) else None
        begin = line_start(text, key.outer)
        if node.flow:
            is_last = gone.issuperset(range(index, len(ends)))
            before = ends[index - 1] if index else None
            if is_last and before is not None:
                span: Span | None = Span(before, ends[index])
            else:
                span = None if following is None else Span(key.outer, following)
        elif text[begin : key.outer].strip(' '):
            # The first key behind a dash: the next one takes its place.
            span = None if following is None else Span(key.outer, following)
        else:
            span = _lines_span(text, key.outer, ends[index])
            spans += () if span is None else (span,)
            if span is None:
                return None
            continue
        if span is None or '#' in text[span.start : span.end]:
            return None
        spans.append(span)
    return spans


_ANCHORED = lazy(r'(?<![^\s,\[{:-])&[^\s&]')


def chomped(text: str, node: Scalar) -> Edit:
    """Let a block end without a line break; its indentation and a comment behind it stay."""
    at = node.start + 1
    sign = next((i for i in (at, at + 1) if text[i : i + 1] == '+'), None)
    return Edit(Span(at, at) if sign is None else Span(sign, sign + 1), '-')
