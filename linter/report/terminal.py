"""For people at a terminal: findings with the line they are in, pages of rules, a bar for waiting.

The only module to import rich.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from linter.diagnostic import Diagnostic
from linter.report.frame import Frame, Look
from linter.report.pieces import QUIET, Line, Piece
from linter.text.escape import emit, escape, is_utf8

_NARROWEST = 40


def write(
    diagnostics: Iterable[Diagnostic],
    out: TextIO,
    color: bool,
    width: int | None = None,
    links: bool | None = None,
) -> None:
    """Write a frame for each diagnostic.

    ``links``: names of rules lead to their pages; None: where the terminal is known to do that.
    """
    console = _console(out, color, width)
    look = Look(max(console.width, _NARROWEST), _shower(out), cell_len)
    has_links = color and (takes_links(out) if links is None else links)
    for diagnostic in diagnostics:
        _print([*Frame(diagnostic, look).lines(), []], console, has_links)


def write_pieces(lines: Iterable[Line], out: TextIO, color: bool) -> None:
    """Write lines whose texts are harmless, in the styles of their pieces."""
    show = _shower(out)
    console = _console(out, color)
    for line in lines:
        _print([[piece._replace(text=show(piece.text)) for piece in line]], console, False)


def write_diff(diff: str, out: TextIO, color: bool) -> None:
    """Write a unified diff for people; what is to be applied is written as it is instead."""
    # A tab is none of the characters that repaint a terminal, and indents what programs print.
    lines = (line.expandtabs(_TAB) for line in diff.removesuffix('\n').split('\n'))
    write_pieces(([Piece(line, _style_of(line))] for line in lines), out, color)


_TAB = 8


def _style_of(line: str) -> str:
    if line.startswith(('--- ', '+++ ', 'diff ')):
        return 'bold'
    return {'-': 'red', '+': 'green', '@': 'cyan'}.get(line[:1], '')


def _print(lines: Iterable[Line], console: Console, has_links: bool) -> None:
    """Whatever comes from outside goes into Text objects, which know no markup."""
    text = Text()
    for line in lines:
        if text:
            text.append('\n')
        for piece in line:
            style = Style.parse(piece.style)
            if piece.link is not None and has_links:
                style += Style(link=piece.link)
            text.append(piece.text, style)
    # soft_wrap: a path that is wider than the terminal stays whole, so that it can be copied.
    console.print(text, soft_wrap=True)


_LINKING = ('alacritty', 'foot', 'ghostty', 'kitty', 'wezterm')


def takes_links(out: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a terminal is known to make hyperlinks (OSC 8) of what others may print as noise.

    FORCE_HYPERLINK decides where it is set, as for other programs: ls, npm, cargo.
    """
    forced = environ.get('FORCE_HYPERLINK')
    if forced:
        return forced != '0'
    if not out.isatty() or environ.get('CI'):
        return False
    vte = environ.get('VTE_VERSION', '')
    return (
        any(name in environ.get('TERM', '').lower() for name in _LINKING)
        or environ.get('TERM_PROGRAM') in ('ghostty', 'Hyper', 'iTerm.app', 'vscode', 'WezTerm')
        or any(environ.get(name) for name in ('DOMTERM', 'KONSOLE_VERSION', 'WT_SESSION'))
        # Older ones crash: https://bugzilla.gnome.org/show_bug.cgi?id=790056
        or (vte.isdigit() and int(vte) > 5000)
    )


def _console(out: TextIO, color: bool, width: int | None = None) -> Console:
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
    console.print(Text(f'\n{url}', style=QUIET), soft_wrap=True)
    shown = '\n'.join(line.rstrip(' ') for line in said.getvalue().split('\n'))
    emit(out, shown if is_utf8(out) else shown.replace('•', '*'))


_LINE_STYLES = {
    'bad': 'bold red',
    'deny': 'red',
    'good': 'green',
    'allow': 'green',
    'pass': 'yellow',
    'quiet': QUIET,
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
