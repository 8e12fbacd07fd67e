"""Writes suppressions into a file: a comment for every finding that can have one."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from linter.calico.parsed_file import ParsedDocument, ParsedFile
from linter.diagnostic import Diagnostic
from linter.suppress.annotate import annotate
from linter.suppress.comment import comments, exact, ids_in
from linter.suppress.model import OWN_RULES
from linter.text.source import line_break
from linter.yaml.documents import DocumentSlice
from linter.yaml.layout import MARKER, SPACES, DocumentLines

# The bytes are not what they should be, so the text cannot be written back.
_UNWRITABLE = 'yaml-encoding'
_NEVER = ('what is said of suppressions is not suppressed', 'the file is not UTF-8')


class Added(NamedTuple):
    """The new text, and the findings for which nothing can be written, with the reasons."""

    text: str
    left: list[tuple[Diagnostic, str]]


class _Place(NamedTuple):
    """The end of a line, or where the line starts above which a comment is to stand alone."""

    offset: int
    is_alone: bool
    page: DocumentLines


def add_ignore(parsed: ParsedFile, diagnostics: Iterable[Diagnostic], reason: str = '') -> Added:
    """Suppress these findings where they are.

    A comment goes to the end of the finding's line, behind what stands there, or into the brackets
    of a suppression that is there already. Of a scalar of several lines that is the line where it
    ends, of a block scalar its first. In a document that does not parse, or is empty, it stands
    alone at the top. In JSON it is an annotation of the object. Nothing else of the text changes.
    """
    text = parsed.source.text
    reason = ' '.join(''.join(c if c.isprintable() else ' ' for c in reason).split())
    left: list[tuple[Diagnostic, str]] = []
    wanted: dict[int, tuple[_Place, list[str]]] = {}
    in_json: dict[int, tuple[ParsedDocument, list[Diagnostic]]] = {}
    is_json: dict[int, bool] = {}
    for diagnostic in diagnostics:
        if diagnostic.rule in OWN_RULES or diagnostic.rule == _UNWRITABLE:
            left.append((diagnostic, _NEVER[diagnostic.rule == _UNWRITABLE]))
            continue
        document = _document(parsed, diagnostic)
        if document is not None and document.index not in is_json:
            is_json[document.index] = _is_json(text, document.slice)
        if document is not None and is_json[document.index]:
            in_json.setdefault(document.index, (document, []))[1].append(diagnostic)
            continue
        place = _place(parsed, diagnostic)
        if place is None:
            left.append((diagnostic, 'no line there takes a comment'))
            continue
        _, rules = wanted.setdefault(place.offset, (place, []))
        if diagnostic.rule not in rules:
            rules.append(diagnostic.rule)
    insertions = [
        insertion
        for place, rules in wanted.values()
        for insertion in _insertions(place, rules, reason)
    ]
    for document, some in in_json.values():
        annotated = annotate(document, some, reason)
        insertions += annotated.insertions
        left += annotated.left
    parts: list[str] = []
    end = 0
    for at, words in sorted(insertions, key=lambda insertion: insertion[0]):
        parts += (text[end:at], words)
        end = at
    return Added(''.join((*parts, text[end:])), left)


def _document(parsed: ParsedFile, diagnostic: Diagnostic) -> ParsedDocument | None:
    """The document that a finding is in, or behind whose ``---`` it stands."""
    documents, start = parsed.documents, diagnostic.span.start
    if not documents:
        return None
    return documents[min(bisect_left(documents, start, key=_end), len(documents) - 1)]


def _place(parsed: ParsedFile, diagnostic: Diagnostic) -> _Place | None:
    source = parsed.source
    start = diagnostic.span.start
    document = _document(parsed, diagnostic)
    if document is None or source.path.lower().endswith('.json'):
        return None
    extent = document.slice
    if start < extent.start:
        # Behind a `---`: lost text, at the end of which there may be anything.
        page = DocumentLines(source, extent, None)
        return _Place(page.end_of(page.line(start)), False, page)
    page = document.lines
    if page.root is None:
        return _top(page)
    line = page.line(start)
    if start >= page.root.end:
        return _Place(page.end_of(line), False, page)
    number = page.comment_line(line)
    return None if number is None else _Place(page.end_of(number), False, page)


def _end(document: ParsedDocument) -> int:
    return document.slice.end


def _is_json(text: str, extent: DocumentSlice) -> bool:
    """Whether a document is JSON, which a comment would spoil."""
    found = MARKER.match(text, extent.start, extent.end)
    part = text[extent.start if found is None else found.end() : extent.end].lstrip(SPACES)
    if not part.startswith(('{', '[')):
        return False
    try:
        json.JSONDecoder().raw_decode(part)
    except (ValueError, RecursionError):
        return False
    return True


def _top(page: DocumentLines) -> _Place | None:
    """The top of a document, below its ``---``."""
    text, extent = page.source.text, page.extent
    start = extent.start
    while start < extent.end and text[start] == '\ufeff':
        start += 1
    marker = MARKER.match(text, start)
    if marker is not None:
        line = page.line(start)
        rest = text[marker.end() : page.end_of(line)].strip(SPACES)
        start = page.next_of(line)
        if start > len(text) or (rest and not rest.startswith('#')):
            return None
    elif text.startswith('---', start):
        # On the first line of a file this is text, and on any other one it would cut the file.
        return None
    return _Place(start, True, page)


def _insertions(place: _Place, rules: list[str], reason: str) -> list[tuple[int, str]]:
    """What to write where, in order."""
    page, text = place.page, place.page.source.text
    line = page.line(place.offset)
    begin, end = page.start_of(line), page.end_of(line)
    for comment in comments(page, begin, end):
        found = exact(text, comment)
        if found is None or found['word'] != 'ignore' or comment.is_alone != place.is_alone:
            continue
        ids = ids_in(found['ids'])
        missing = [rule for rule in rules if rule not in ids]
        more = ', '.join(missing)
        if missing and ids:
            more = f', {more}'
        insertions = [(found.end('ids'), more)]
        if reason and not text[found.end() : comment.end].strip():
            insertions.append((found.end(), f' {reason}'))
        return insertions
    words = f'# calico-lint: ignore[{", ".join(rules)}]'
    if reason:
        words += f' {reason}'
    if place.is_alone:
        return [(place.offset, f'{words}{line_break(text)}')]
    blanks = len(text[begin:end]) - len(text[begin:end].rstrip(' \t'))
    return [(end, ' ' * max(0, 2 - blanks) + words)]
