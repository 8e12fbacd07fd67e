"""A fix as the lines that it takes away and those that it writes."""

from __future__ import annotations

from typing import NamedTuple

from linter.text.edit import Edit, Fix
from linter.text.source import Source


class Change(NamedTuple):
    """Lines from ``row`` on that others take the place of; ``shift``: how far the rest moves."""

    row: int
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def shift(self) -> int:
        return len(self.new) - len(self.old)


def changes(source: Source, fix: Fix | None, most: int | None = None) -> list[Change]:
    """What a fix changes, by line, in the order of the lines.

    ``most`` lines or fewer: what comes after those is left out.
    """
    found: list[Change] = []
    room = most
    for edits in _neighbours(source, sorted(fix.edits) if fix is not None else []):
        change = _change(source, edits)
        if not change.old and not change.new:
            continue
        if room is not None:
            room -= len(change.old) + len(change.new)
            if room < 0 and found:
                break
            if room < 0:
                # Better the beginning of it than nothing.
                half = max(1, (most or 0) // 2)
                change = Change(change.row, change.old[:half], change.new[:half])
                return [change]
        found.append(change)
    return found


def _neighbours(source: Source, edits: list[Edit]) -> list[list[Edit]]:
    """The edits in groups of those that share a line."""
    groups: list[list[Edit]] = []
    last = 0
    for edit in edits:
        first = source.position(edit.span.start)[0]
        if groups and first <= last:
            groups[-1].append(edit)
        else:
            groups.append([edit])
        last = max(last, source.position(edit.span.end)[0])
    return groups


def _change(source: Source, edits: list[Edit]) -> Change:
    row, column = source.position(edits[0].span.start)
    begin = edits[0].span.start - column + 1
    last = source.position(edits[-1].span.end)[0]
    starts = source.line_starts
    behind = last - source.first_line + 1
    end = starts[behind] if behind < len(starts) else len(source.text)
    parts: list[str] = []
    at = begin
    for edit in edits:
        parts += (source.text[at : edit.span.start], edit.text)
        at = edit.span.end
    new = _lines(''.join((*parts, source.text[at:end])))
    old = _lines(source.text[begin:end])
    while old and new and old[0] == new[0]:
        del old[0], new[0]
        row += 1
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return Change(row, tuple(old), tuple(new))


def _lines(text: str) -> list[str]:
    """Lines as Source has them, without their ends."""
    text = text.replace('\r\n', '\n').replace('\r', '\n')
    return text.removesuffix('\n').split('\n') if text else []
