"""The lines of a source that a finding is about, marked, and what to do about it beneath them.

Pieces of text with the name of a style; ``terminal`` paints them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from linter.diagnostic import Diagnostic
from linter.report._changes import Change, changes
from linter.report.pieces import QUIET, STYLES, Line, Piece
from linter.text.escape import COMMANDS, escape_path
from linter.text.source import Source, Span

_TAB = 4
_EMOJI_STYLE = '\ufe0f'
_CUT = '...'
# A line is cut between words where a gap is this near.
_NEAR = 24
# What stands beside the carets needs this much room, or else it goes below.
_BESIDE = 24
_FIX_LINES = 12

ADVICE = {
    'safe': 'safe: --fix',
    'narrowing': 'unsafe: --unsafe-fixes',
    'unsafe': 'unsafe: --unsafe-fixes',
}
"""How to have a fix applied, by its applicability."""


class Look(NamedTuple):
    """What the page looks like: its width in columns, how texts are made visible, and measured."""

    width: int
    show: Callable[[str], str]
    width_of: Callable[[str], int]


class _Cell(NamedTuple):
    """A character as shown, and the column of the terminal, from 0, where it starts."""

    shown: str
    at: int


class _Mark(NamedTuple):
    """A part of a line to underline with a sign; ``label`` says what is there."""

    source: Source
    span: Span
    sign: str
    style: str
    label: str

    @property
    def row(self) -> int:
        return self.source.position(self.span.start)[0]


class _View(NamedTuple):
    """The part of a long line that is in view: characters to look at, and columns to show."""

    skip: int
    stop: int
    left: int
    start: int
    end: int


def label(diagnostic: Diagnostic) -> str:
    """What comes of it, in a few words, to stand beside the place."""
    calico = f'Calico {diagnostic.calico_version}' if diagnostic.calico_version else 'Calico'
    api = diagnostic.object.api_version if diagnostic.object is not None else None
    if diagnostic.fact == 'legacy-v1':
        return 'no cluster serves this'
    if diagnostic.effect == 'refused':
        if diagnostic.refused_by == 'kubernetes':
            return 'Kubernetes refuses this'
        if diagnostic.refused_by == 'calicoctl':
            return 'calicoctl refuses this'
        if api == 'projectcalico.org/v2':
            return 'projectcalico.org/v2 does not allow this'
        return f'{calico} refuses this'
    return {
        'dropped': f'{calico} accepts this and does not enforce it',
        'ignored': f'{calico} ignores this',
        'hazard': 'this works, but probably not as meant',
    }.get(diagnostic.effect or '', '')


def wrapped(text: str, first: int, rest: int, width_of: Callable[[str], int]) -> list[str]:
    """A text in lines, broken between words: ``first`` columns for the first one, then ``rest``.

    A word that is wider than its line stays whole.
    """
    lines: list[str] = []
    line, used, room = '', -1, first
    for word in text.split(' '):
        size = width_of(word)
        if used >= 0 and used + 1 + size > room:
            lines.append(line)
            line, used, room = word, size, rest
        else:
            line = f'{line} {word}' if used >= 0 else word
            used += 1 + size
    return [*lines, line]


class Frame:
    """One finding, laid out."""

    def __init__(self, diagnostic: Diagnostic, look: Look) -> None:
        self.diagnostic = diagnostic
        self.style = STYLES[diagnostic.severity]
        self.look = look
        self.source = diagnostic.source
        self.marks = self._marks()
        self.changes = changes(self.source, diagnostic.fix, _FIX_LINES) if diagnostic.fix else []
        rows = [mark.row + 1 for mark in self.marks]
        rows += (one.source.position(one.span.start)[0] for one in diagnostic.elsewhere)
        shift = 0
        for change in self.changes:
            rows += (change.row + len(change.old), change.row + shift + len(change.new))
            shift += change.shift
        self.margin = len(str(max(rows)))

    def lines(self) -> Iterator[Line]:
        """The frame from its headline to the line that says where to read on."""
        yield from self._headline()
        yield from self._code()
        yield from self._notes()

    def _headline(self) -> Iterator[Line]:
        one, look = self.diagnostic, self.look
        head = f'{one.severity}[{one.rule}]'
        first, *more = wrapped(
            look.show(one.message), look.width - len(head) - 2, look.width - 4, look.width_of
        )
        yield [Piece(head, self.style), Piece(f': {first}', 'bold')]
        yield from ([Piece(f'    {text}', 'bold')] for text in more)
        row, column = self.source.position(one.span.start)
        place = f'{escape_path(self.source.path, look.show)}:{row}:{column}'
        yield [Piece(f'{"":{self.margin}}--> ', QUIET), Piece(place)]

    def _marks(self) -> list[_Mark]:
        one = self.diagnostic
        marks = [_Mark(self.source, one.span, '^', self.style, label(one))]
        marks += (_Mark(self.source, span, '-', QUIET, note) for span, note in one.related)
        return sorted(marks, key=_place)

    def _code(self) -> Iterator[Line]:
        """Every marked line once, in their order, and those around the main one."""
        main = next(mark for mark in self.marks if mark.sign == '^')
        near = {row for row in (main.row - 1, main.row + 1) if self.source.line(row).strip()}
        yield self._gutter()
        yield from self._lines(self.marks, main, near)
        others: dict[str, list[_Mark]] = {}
        for place in self.diagnostic.elsewhere:
            mark = _Mark(place.source, place.span, '-', QUIET, place.message)
            others.setdefault(place.source.path, []).append(mark)
        for path, marks in others.items():
            row, column = marks[0].source.position(marks[0].span.start)
            shown = f'{escape_path(path, self.look.show)}:{row}:{column}'
            yield [Piece(f'{"":{self.margin}}::: ', QUIET), Piece(shown)]
            yield self._gutter()
            yield from self._lines(sorted(marks, key=_place), marks[0], set())
        yield self._gutter()

    def _lines(self, marks: list[_Mark], main: _Mark, near: set[int]) -> Iterator[Line]:
        """The marked lines of one file, with what is near; the others as ``main`` is seen."""
        before = None
        for number in sorted({mark.row for mark in marks} | near):
            if before is not None and number == before + 2:
                yield self._row(main.source, before + 1, self._view(main))
            elif before is not None and number > before + 2:
                yield [Piece(_CUT, QUIET)]
            before = number
            here = [mark for mark in marks if mark.row == number]
            yield self._row(main.source, number, self._view(here[0] if here else main))
            for mark in here:
                yield from self._underline(mark, self._view(here[0]))

    def _gutter(self, number: int | None = None) -> Line:
        shown = '' if number is None else str(number)
        return [Piece(f'{shown:>{self.margin}} |', QUIET)]

    def _row(self, source: Source, number: int, view: _View) -> Line:
        text = source.line(number)
        line = _crop(self._cells(text[view.skip : view.stop]), view, self._room, len(text))
        return [*self._gutter(number), Piece(f' {line}' if line else '')]

    @property
    def _room(self) -> int:
        return self.look.width - self.margin - len(' | ')

    def _view(self, mark: _Mark) -> _View:
        """What to show of a line so that its mark is in view.

        A span that goes on in further lines is marked to the end of its first one. An empty span
        is one sign, which may stand behind the line.
        """
        row, column = mark.source.position(mark.span.start)
        end_row, end_column = mark.source.position(mark.span.end)
        # A JSON file may be a single line: cut off beforehand what cannot come into view.
        skip = max(0, column - 1 - 2 * self.look.width)
        stop = column - 1 + 2 * self.look.width
        cells = self._cells(mark.source.line(row)[skip:stop])
        first = min(column - 1 - skip, len(cells) - 1)
        last = min(end_column - 1 - skip, len(cells) - 1) if end_row == row else len(cells) - 1
        start = cells[first].at
        end = max(cells[last].at, start + 1)
        left = _left(start, end, max(cells[-1].at, end), self._room)
        return _View(skip, stop, left, start, end)

    def _underline(self, mark: _Mark, shared: _View) -> Iterator[Line]:
        """The signs under a line that is seen through ``shared``, and what they mean."""
        own = self._view(mark)
        room = self._room
        if own.skip == shared.skip:
            start, end = own.start - shared.left, min(own.end - shared.left, room)
        else:
            start, end = room, room  # far off in the same long line
        text = self.look.show(mark.label)
        if not 0 <= start < room:
            # It is not in view; what is there can still be said.
            start, signs = 0, ''
        else:
            signs = mark.sign * max(1, end - start)
        at = start + len(signs) + 1
        below: list[str] = []
        if not text or self.look.width_of(text) <= room - at:
            beside = text
        elif room - at >= _BESIDE:
            beside, *below = wrapped(text, room - at, room - at, self.look.width_of)
        else:
            beside, at = '', max(0, min(start, room - max(_BESIDE, room // 2)))
            below = wrapped(text, room - at, room - at, self.look.width_of)
        shown = f'{signs} {beside}' if signs and beside else signs or beside
        if shown:
            yield [*self._gutter(), Piece(' ' * (start + 1)), Piece(shown, mark.style)]
        for line in below:
            yield [*self._gutter(), Piece(' ' * (at + 1)), Piece(line, mark.style)]

    def _notes(self) -> Iterator[Line]:
        one = self.diagnostic
        if one.origin:
            yield from self._note('from', one.origin)
        if one.hint:
            yield from self._note('hint', one.hint)
        if one.fix is not None and one.fix.edits:
            yield from self._note(f'fix ({ADVICE[one.fix.applicability]})', one.fix.title)
            yield from self._fix()
        if one.url is not None:
            yield [
                Piece(f'{"":{self.margin}} = ', QUIET),
                Piece('help: ', 'bold'),
                Piece(f'calico-lint explain {one.rule}', '', one.url),
            ]

    def _note(self, name: str, text: str) -> Iterator[Line]:
        room = self._room - len(name) - 2
        first, *more = wrapped(self.look.show(text), room, self._room - 2, self.look.width_of)
        yield [
            Piece(f'{"":{self.margin}} = ', QUIET),
            Piece(f'{name}: ', 'bold'),
            Piece(first),
        ]
        for line in more:
            yield [Piece(f'{"":{self.margin + 5}}{line}')]

    def _fix(self) -> Iterator[Line]:
        shift = 0
        for change in self.changes:
            view = self._changed(change)
            for sign, style, texts, first in (
                ('-', 'red', change.old, change.row),
                ('+', 'green', change.new, change.row + shift),
            ):
                for number, text in enumerate(texts, first):
                    cells = self._cells(text[view.skip : view.stop])
                    line = _crop(cells, view, self._room, len(text))
                    yield [
                        Piece(f'{number:>{self.margin}} ', QUIET),
                        Piece(f'{sign} {line}'.rstrip(), style),
                    ]
            shift += change.shift
        more = _size(changes(self.source, self.diagnostic.fix)) - _size(self.changes)
        if more:
            yield [Piece(f'{"":{self.margin}} {_CUT} {more} more lines: see --diff', QUIET)]

    def _changed(self, change: Change) -> _View:
        """What to show of lines that change: where they begin to differ."""
        old, new = (change.old or change.new)[0], (change.new or change.old)[0]
        same = 0
        for one, other in zip(old, new, strict=False):
            if one != other:
                break
            same += 1
        skip = max(0, same - 2 * self.look.width)
        stop = same + 2 * self.look.width
        cells = self._cells(old[skip:stop])
        start = cells[min(same - skip, len(cells) - 1)].at
        longest = max(self._cells(text[skip:stop])[-1].at for text in (*change.old, *change.new))
        left = _left(start, start + 1, longest, self._room)
        return _View(skip, stop, left, start, start + 1)

    def _cells(self, line: str) -> list[_Cell]:
        """The characters of a line, and an empty one for its end."""
        cells: list[_Cell] = []
        at = 0
        for index, char in enumerate(line):
            if char == '\t':
                shown = ' ' * (_TAB - at % _TAB)
            elif char == '#' and line.startswith(COMMANDS, index):
                shown = '# '  # as escape() has it
            else:
                shown = self.look.show(char)
            cells.append(_Cell(shown, at))
            at += self.look.width_of(shown)
            if char == _EMOJI_STYLE and len(cells) > 1:
                # It widens the character before it, and is nothing by itself.
                at = cells[-2].at + self.look.width_of(cells[-2].shown + shown)
        return [*cells, _Cell('', at)]


def _place(mark: _Mark) -> tuple[int, bool, Span]:
    return mark.row, mark.sign == '-', mark.span


def _size(changed: Iterable[Change]) -> int:
    return sum(len(change.old) + len(change.new) for change in changed)


def _left(start: int, end: int, total: int, room: int) -> int:
    """The first column in view, of a line of which only ``room`` columns fit."""
    if total <= room or end <= room - len(_CUT):
        return 0
    left = start - room // 3
    if end - start <= room - 2 * len(_CUT):
        left = max(left, end + len(_CUT) - room)
    return max(0, min(left, total - room))


def _crop(cells: Sequence[_Cell], view: _View, room: int, size: int) -> str:
    """What is in view of a line of ``size`` characters, cut between words where one is near."""
    low, high = view.left, view.left + room
    head = tail = ''
    if view.skip > 0 or view.left > 0:
        low, head = low + len(_CUT), _CUT
    if size > view.stop or cells[-1].at > high:
        high, tail = high - len(_CUT), _CUT
    inside = [
        cell for cell, following in pairwise(cells) if low <= cell.at and following.at <= high
    ]
    if tail:
        ends = [number for number, cell in enumerate(inside) if cell.shown.isspace()]
        cut = max((number for number in ends if inside[number].at >= view.end), default=None)
        if cut is not None and len(inside) - cut <= _NEAR:
            inside = inside[:cut]
    if head:
        starts = [number for number, cell in enumerate(inside) if cell.shown.isspace()]
        cut = min((number for number in starts if inside[number].at < view.start), default=None)
        if cut is not None and cut < _NEAR:
            inside = inside[cut:]
    if not inside:
        return head + tail
    return f'{head}{" " * (inside[0].at - low)}{"".join(cell.shown for cell in inside)}{tail}'
