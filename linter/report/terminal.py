"""For people at a terminal: findings with the line they are in, pages of rules, a bar for waiting.

The only module to import rich.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from itertools import pairwise
from typing import NamedTuple, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from linter.diagnostic import Diagnostic
from linter.report._common import headline
from linter.text.escape import (
    COMMANDS,
    emit,
    escape,
    escape_path,
    is_utf8,
)
from linter.text.source import Source, Span

_STYLES = {'error': 'bold red', 'warning': 'bold yellow', 'info': 'bold cyan'}
_QUIET = 'blue'
_TAB = 4
_EMOJI_STYLE = '\ufe0f'
_CUT = '...'
_NARROWEST = 40


def write(
    diagnostics: Iterable[Diagnostic], out: TextIO, color: bool, width: int | None = None
) -> None:
    """Write a frame for each diagnostic.

    Whatever comes from outside goes into Text objects, which know no markup, and is escaped.
    """
    console = _console(out, color, width)
    frames = _Frames(max(console.width, _NARROWEST), _shower(out))
    for diagnostic in diagnostics:
        # soft_wrap: the terminal wraps, so that what is copied from it has no line breaks
        console.print(frames.render(diagnostic), soft_wrap=True)


def _console(out: TextIO, color: bool, width: int | None) -> Console:
    return Console(
        file=out,
        force_terminal=color,
        no_color=not color,
        # The 8 colours that everybody's theme has chosen: where colour is forced, TERM says
        # nothing about the reader.
        color_system='standard' if color else None,
        width=width,
    )


_LINK = re.compile(r'\[([^\[\]]*)\]\([^()]*\)')
_WIDEST = 100
# Rich sets code on black, whatever the terminal's own background is.
_PAGE_STYLES = {'markdown.code': 'cyan', 'markdown.code_block': 'none', 'markdown.h1': 'bold'}


def write_page(page: str, url: str, out: TextIO, color: bool, width: int | None = None) -> None:
    """Write a rule's page, and where to read it with its links, which a terminal only clutters.

    The page is ours: nothing in it comes from the files that are checked.
    """
    from rich.markdown import Markdown
    from rich.theme import Theme

    said = StringIO()
    console = _console(said, color, width)
    console.width = min(console.width, _WIDEST)
    console.push_theme(Theme(_PAGE_STYLES))
    # The theme of the 8 colours; and no OSC 8 sequences, whatever the terminal says it can do.
    text = _LINK.sub(r'\1', page)
    console.print(Markdown(text, code_theme='ansi_dark', hyperlinks=False))
    console.print(Text(f'\n{url}', style=_QUIET), soft_wrap=True)
    shown = '\n'.join(line.rstrip(' ') for line in said.getvalue().split('\n'))
    emit(out, shown if is_utf8(out) else shown.replace('•', '*'))


_LINE_STYLES = {
    'bad': 'bold red',
    'deny': 'red',
    'good': 'green',
    'allow': 'green',
    'pass': 'yellow',
    'quiet': _QUIET,
    'title': 'bold',
}
Styled = Sequence[tuple[str, str]]
"""Pieces of a line, each with the word for its style: ``bad``, ``quiet``, ``title``, ``allow``…"""


def write_lines(
    lines: Iterable[Styled], out: TextIO, color: bool, width: int | None = None
) -> None:
    """Write lines of styled pieces, escaped like everything from outside."""
    console, show = _console(out, color, width), _shower(out)
    for line in lines:
        console.print(_styled(line, show), soft_wrap=True)


def write_checks(
    blocks: Iterable[tuple[bool, str, Iterable[Styled]]],
    out: TextIO,
    color: bool,
    width: int | None = None,
) -> None:
    """A green dot for what has passed, a red frame with lines in it for what has not."""
    from rich import box
    from rich.panel import Panel

    console, show = _console(out, color, width), _shower(out)
    border = box.ROUNDED if is_utf8(out) else box.ASCII
    dot = '●' if is_utf8(out) else '*'
    for passed, title, lines in blocks:
        if passed:
            console.print(Text.assemble((dot, 'green'), f' {show(title)}'), soft_wrap=True)
            continue
        body = Text('\n').join(_styled(line, show) for line in lines)
        heading = Text(show(title), 'bold red')
        console.print(
            Panel(body, box=border, title=heading, title_align='left', border_style='red')
        )


def _styled(line: Styled, show: Callable[[str], str]) -> Text:
    text = Text()
    for style, piece in line:
        text.append(show(piece), _LINE_STYLES.get(style, ''))
    return text


class Bar:
    """A progress bar that is drawn when told to, and gone when closed.

    It redirects no stream: nothing else may be written in between.
    """

    def __init__(self, out: TextIO, color: bool) -> None:
        # Long runs alone need it, and frames need no bar.
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._progress = Progress(
            TextColumn('calico-lint:'),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn('files'),
            console=Console(
                file=out, no_color=not color, color_system='standard' if color else None
            ),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task('', total=None)

    def show(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)
        self._progress.start()
        self._progress.refresh()

    def close(self) -> None:
        self._progress.stop()


def _shower(out: TextIO) -> Callable[[str], str]:
    """A function that makes a text visible, and possible in the output's encoding."""
    encoding = out.encoding
    if is_utf8(out):
        return escape
    return lambda text: escape(text).encode(encoding, 'backslashreplace').decode(encoding)


class _Cell(NamedTuple):
    """A character as shown, and the column of the terminal, from 0, where it starts."""

    shown: str
    at: int


class _Frames:
    def __init__(self, width: int, show: Callable[[str], str]) -> None:
        self.width = width
        self.show = show

    def render(self, diagnostic: Diagnostic) -> Text:
        """The headline, the frame, the hint and the related places."""
        source, span = diagnostic.source, diagnostic.span
        style = _STYLES[diagnostic.severity]
        place, severity, rule, message = headline(diagnostic, self.show)
        related = [(*source.position(span.start), span, note) for span, note in diagnostic.related]
        rows = [source.position(span.start)[0], *(row for row, *_ in related)]
        margin = len(str(max(rows)))
        text = Text()
        text.append(f'{place}: ', 'bold')
        text.append(f'{severity}[{rule}]', style)
        text.append(f' {message}\n')
        self._frame(text, source, span, style, margin, above=1)
        if diagnostic.hint:
            text.append(f'{"":{margin}} hint: ', 'bold')
            text.append(f'{self.show(diagnostic.hint)}\n')
        path = escape_path(source.path, self.show)
        for row, column, where, note in related:
            text.append(f'{"":{margin}} {path}:{row}:{column}: {self.show(note)}\n')
            self._frame(text, source, where, _QUIET, margin, above=0)
        return text

    def _frame(
        self, text: Text, source: Source, span: Span, style: str, margin: int, above: int
    ) -> None:
        """Append the line of a span, underlined, and the lines above it.

        A span that goes on in further lines is underlined to the end of its first one. An empty
        span is one caret, which may stand behind the line.
        """
        row, column = source.position(span.start)
        end_row, end_column = source.position(span.end)
        line = source.line(row)
        # A JSON file may be a single line: cut off beforehand what cannot come into view.
        skip = max(0, column - 1 - 2 * self.width)
        stop = column - 1 + 2 * self.width
        cells = self._cells(line[skip:stop])
        first = min(column - 1 - skip, len(cells) - 1)
        last = min(end_column - 1 - skip, len(cells) - 1) if end_row == row else len(cells) - 1
        start = cells[first].at
        end = max(cells[last].at, start + 1)
        room = self.width - margin - len(' | ')
        left = _left(start, end, max(cells[-1].at, end), room)
        for number in range(max(1, row - above), row + 1):
            shown = source.line(number)
            text.append(f'{number:>{margin}} | ', _QUIET)
            text.append(
                _crop(self._cells(shown[skip:stop]), left, room, skip > 0, len(shown) > stop)
            )
            text.append('\n')
        text.append(f'{"":{margin}} | ', _QUIET)
        text.append(' ' * (start - left))
        text.append('^' * (min(end, left + room) - start), style)
        text.append('\n')

    def _cells(self, line: str) -> list[_Cell]:
        """The characters of a line, and an empty one for its end."""
        cells = []
        at = 0
        for index, char in enumerate(line):
            if char == '\t':
                shown = ' ' * (_TAB - at % _TAB)
            elif char == '#' and line.startswith(COMMANDS, index):
                shown = '# '  # as escape() has it
            else:
                shown = self.show(char)
            cells.append(_Cell(shown, at))
            at += cell_len(shown)
            if char == _EMOJI_STYLE and len(cells) > 1:
                # It widens the character before it, and is nothing by itself.
                at = cells[-2].at + cell_len(cells[-2].shown + shown)
        return [*cells, _Cell('', at)]


def _left(start: int, end: int, total: int, room: int) -> int:
    """The first column in view, of a line of which only ``room`` columns fit."""
    if total <= room or end <= room - len(_CUT):
        return 0
    left = start - room // 3
    if end - start <= room - 2 * len(_CUT):
        left = max(left, end + len(_CUT) - room)
    return max(0, min(left, total - room))


def _crop(cells: list[_Cell], left: int, room: int, before: bool, after: bool) -> str:
    """What is in view; ``before`` and ``after`` tell of more than the cells at hand."""
    low, high = left, left + room
    head = tail = ''
    if before or left > 0:
        low, head = low + len(_CUT), _CUT
    if after or cells[-1].at > high:
        high, tail = high - len(_CUT), _CUT
    shown: list[str] = []
    for cell, following in pairwise(cells):
        if low <= cell.at and following.at <= high:
            if not shown:
                shown.append(' ' * (cell.at - low))
            shown.append(cell.shown)
    return f'{head}{"".join(shown)}{tail}'
