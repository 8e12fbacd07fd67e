"""What the formats for other programs share: JSON that any parser takes, byte columns, one edit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple, TextIO

from linter.diagnostic import Diagnostic
from linter.text.edit import Fix
from linter.text.escape import (
    escape,
    escape_json,
    is_utf8,
    path_of,
)
from linter.text.source import Source, Span

_SURROGATE = re.compile('[\ud800-\udfff]')


def dump(value: object, out: TextIO) -> str:
    """JSON in one line, in characters that the output can hold."""
    return escape_json(json.dumps(value, ensure_ascii=not is_utf8(out)))


def clean(text: str) -> str:
    r"""Without lone surrogates, at which strict JSON parsers stop; a stray byte becomes ``\xff``.

    Everything else stays what it is, for paths and replacements, which have to be exact.
    """
    return _SURROGATE.sub(lambda match: escape(match[0]), text)


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By path and place, so that the same findings always make the same report."""
    return sorted(
        diagnostics,
        key=lambda one: (path_of(one.source.path), one.span, one.rule, one.message),
    )


def byte_position(source: Source, offset: int) -> tuple[int, int]:
    """Line and column, the column in bytes of UTF-8 (both from 1)."""
    line, column = source.position(offset)
    before = source.text[offset - column + 1 : offset]
    return line, len(before.encode('utf-8', 'surrogatepass')) + 1


class Replacement(NamedTuple):
    """The text that takes the place of a span."""

    span: Span
    text: str


def merged(source: Source, fix: Fix) -> Replacement:
    """All edits of a fix as one, with what stands between them: half a fix is none."""
    edits = sorted(fix.edits)
    start, at = edits[0].span.start, edits[0].span.start
    parts = []
    for edit in edits:
        parts += [source.text[at : edit.span.start], edit.text]
        at = edit.span.end
    return Replacement(Span(start, at), ''.join(parts))
