"""Ids and reasons in the annotation of an object, and how to take them out."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from linter.text.edit import Edit, Fix
from linter.text.source import Source, Span, line_end
from linter.text.suggest import nearest
from linter.yaml.documents import DocumentSlice
from linter.yaml.layout import DocumentLines
from linter.yaml.nodes import MappingNode, Node, Scalar, walk
from linter.yaml.positions import pieces

ANNOTATION = 'calico-lint/ignore'

_ID = re.compile(r'[^\s,]+')
_PIECE = re.compile(r'\s*(?P<ids>[^\s:,]+(?:\s*,\s*[^\s:,]+)*)\s*(?P<reason>:.*)?\Z', re.DOTALL)


class Entry(NamedTuple):
    """An id of an annotation; offsets into its value. ``own_end`` is where its own reason ends."""

    id: str
    start: int
    end: int
    own_end: int
    reason: str


def entries_of(scalar: Scalar, known: Collection[str]) -> list[Entry]:
    """``a; b: reason``: a reason is also that of the ids before it that have none."""
    value = scalar.value
    entries: list[Entry] = []
    # Which entries have a reason of their own; an entry's ends where a piece does.
    has_reason = False
    begin = 0
    for piece in value.split(';'):
        found = _PIECE.match(piece)
        end = begin + len(piece.rstrip())
        is_prose = found is None or (
            found['reason'] is None and found['ids'] not in known and not _is_near(found, known)
        )
        if has_reason and is_prose:
            # A semicolon in a reason.
            if piece.strip():
                entries[-1] = entries[-1]._replace(own_end=end)
        elif found is None:
            word = piece.strip()
            if word:
                at = begin + piece.index(word)
                entries.append(Entry(word, at, at + len(word), at + len(word), ''))
        else:
            for id in _ID.finditer(piece, found.start('ids'), found.end('ids')):
                start, stop = begin + id.start(), begin + id.end()
                entries.append(Entry(id[0], start, stop, stop, ''))
            has_reason = bool((found['reason'] or '').lstrip(':').strip())
            if has_reason:
                entries[-1] = entries[-1]._replace(own_end=end)
        begin += len(piece) + 1
    reason = ''
    for number in range(len(entries) - 1, -1, -1):
        entry = entries[number]
        if entry.own_end > entry.end:
            reason = value[entry.end : entry.own_end].strip().lstrip(':').strip()
        entries[number] = entry._replace(reason=reason)
    return entries


def _is_near(found: re.Match[str], known: Collection[str]) -> bool:
    return any(
        word[0] in known or nearest(word[0], known) is not None
        for word in _ID.finditer(found['ids'])
    )


class Written:
    """A value, and where each character of it is written."""

    def __init__(self, text: str, scalar: Scalar) -> None:
        self.text = text
        self.value = scalar.value
        self.spans = pieces(text, scalar) or []

    def spot(self, start: int, end: int) -> Span | None:
        """Where a part of the value is written, if it is written just so."""
        if start >= len(self.spans):
            return None
        at = self.spans[start].start
        part = self.value[start:end]
        return Span(at, at + len(part)) if self.text.startswith(part, at) else None


def without_entry(written: Written, entries: list[Entry], number: int) -> Fix | None:
    """Take one of several ids out of an annotation; a reason it shares stays."""
    entry = entries[number]
    if number == 0:
        span = written.spot(entry.start, entries[1].start)
    else:
        before = entries[number - 1]
        if before.own_end > before.end:
            span = written.spot(before.own_end, entry.own_end)
        else:
            span = written.spot(before.end, entry.end)
    return None if span is None else Fix(f'Remove {entry.id}', 'unsafe', (Edit(span, ''),))


def without_annotation(
    source: Source, metadata: MappingNode, held: MappingNode, number: int
) -> Fix | None:
    """Take the whole annotation out, and ``annotations`` with the last one."""
    mapping = held
    if len(held.entries) == 1:
        mapping = metadata
        number = next(n for n, (_, value) in enumerate(metadata.entries) if value is held)
    span = _entry_span(source, mapping, number)
    if span is None:
        return None
    # The live object loses the annotation.
    return Fix(f'Remove {ANNOTATION}', 'unsafe', (Edit(span, ''),))


def _entry_span(source: Source, mapping: MappingNode, number: int) -> Span | None:
    """What to remove for an entry to be gone; None where somebody's comment would go, too."""
    span = _span(source, mapping, number)
    if span is None or _has_comment(source.text, span, *mapping.entries[number]):
        return None
    return span


def _has_comment(text: str, span: Span, *nodes: Node) -> bool:
    """Whether there is a comment in a part of a text, outside of the scalars of these nodes."""
    at = span.start
    inside = [one for node in nodes for one in walk(node) if isinstance(one, Scalar)]
    for scalar in sorted(inside, key=lambda one: one.start):
        start = scalar.start
        if scalar.style in ('|', '>'):
            start = line_end(text, start)  # a comment may follow the sign
        if '#' in text[at:start]:
            return True
        at = max(at, scalar.end)
    return '#' in text[at : span.end]


def _span(source: Source, mapping: MappingNode, number: int) -> Span | None:
    text = source.text
    key, value = mapping.entries[number]
    end = max(key.end, value.end)
    if value.start < key.end or re.search(r'[&*]', text[key.outer : end]):
        return None
    following = mapping.entries[number + 1][0] if number + 1 < len(mapping.entries) else None
    if following is not None and following.outer < end:
        return None
    if mapping.flow:
        if following is not None:
            return Span(key.outer, following.outer)
        if number == 0:
            return None
        before = max(node.end for node in mapping.entries[number - 1])
        ahead = mapping.entries[number - 1][1]
        return None if ahead.start < mapping.start else Span(before, end)
    page = DocumentLines(source, DocumentSlice(0, 0, 0), None)
    begin = page.start_of(page.line(key.outer))
    if text[begin : key.outer].strip(' '):
        return None if following is None else Span(key.outer, following.outer)
    return Span(begin, min(page.after(end), len(text)))
