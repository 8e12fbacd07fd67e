"""Output: one module for each format, named like it, found by name and loaded on demand.

A format is a module of this package with ``write(diagnostics, summary, out)``. Nothing has to be
registered: the file is the change.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import ModuleType
from typing import NamedTuple, TextIO

from linter.diagnostic import Diagnostic
from linter.errors import Fatal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.suppress import Suppression

SEVERITIES = ('error', 'warning', 'info')

COMMANDS = ('##[', '##vso[', '##teamcity[')
"""What makes a line of a log a command, wherever it stands in it."""

COMMAND_START = r'#(?=#(?:vso|teamcity)?\[)'
"""A pattern for their first character, which JSON can write in another way."""

# Modules that are not formats themselves.
_HELPERS = frozenset({'progress', 'statistics', 'summary', 'terminal'})


class Summary(NamedTuple):
    """What a run has seen; ``templates`` are the ``path:line`` of documents left out as such.

    ``known`` counts the findings that are not reported since the baseline has them.
    """

    files: int
    documents: int
    checked: int
    skipped: dict[str, int]
    templates: tuple[str, ...]
    known: int = 0


def write(
    diagnostics: Iterable[Diagnostic],
    summary: Summary,
    fmt: str,
    out: TextIO,
    color: bool,
    width: int | None = None,
    suppressed: Iterable[tuple[Diagnostic, Suppression]] = (),
    known: Iterable[Diagnostic] | None = None,
) -> None:
    """Write diagnostics in a format.

    Text becomes code frames where a person reads it: on a terminal, or where colour is forced.
    ``statistics`` is what takes the place of text where only numbers are asked for, and no format
    of its own. ``color`` and ``width`` concern frames alone; a width of None is the terminal's.
    ``suppressed`` are findings that are not reported, and so are ``known`` ones, which the
    baseline has; None: there is no baseline. SARIF lists both as suppressed.
    """
    if fmt == 'text' and (color or out.isatty()):
        from linter.report import terminal

        terminal.write(diagnostics, out, color, width)
        return
    if fmt == 'statistics':
        from linter.report import statistics

        statistics.write(diagnostics, out)
        return
    if fmt == 'sarif':
        from linter.report import sarif

        hidden = [
            sarif.Suppressed(diagnostic, 'inSource', suppression.reason or None)
            for diagnostic, suppression in suppressed
        ]
        hidden += [sarif.Suppressed(one, 'external', 'baseline') for one in known or ()]
        # Where nothing is hidden, nothing needs to say so.
        sarif.write(diagnostics, summary, out, hidden or None, known is not None)
        return
    _module(fmt).write(diagnostics, summary, out)


def require(fmt: str) -> None:
    """Fatal where there is no such format: better said before the run than after it."""
    _module(fmt)


def _module(fmt: str) -> ModuleType:
    name = fmt.replace('-', '_')
    if not name.isidentifier() or name.startswith('_') or name in _HELPERS:
        raise Fatal(_unknown(fmt))
    qualified = f'{__name__}.{name}'
    try:
        module = import_module(qualified)
    except ModuleNotFoundError as error:
        if error.name != qualified:
            raise
        raise Fatal(_unknown(fmt)) from None
    return module


def formats() -> tuple[str, ...]:
    """The names of all formats; imports none of them."""
    from pkgutil import iter_modules

    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(
        name.replace('_', '-')
        for name in names
        if name not in _HELPERS and not name.startswith('_')
    )


def _unknown(fmt: str) -> str:
    from linter.words import listing, nearest

    near = nearest(fmt, formats())
    advice = f'did you mean {near}?' if near else f'there are {listing(formats(), "and")}'
    return f'there is no output format {escape(repr(fmt))}: {advice}'


def wants_color(out: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether to use colour: https://no-color.org, https://force-color.org, TERM, a terminal.

    NO_COLOR comes first where both are set, as in Python itself since 3.13.
    """
    if environ.get('NO_COLOR'):
        return False
    forced = environ.get('FORCE_COLOR')
    if forced:
        return forced not in ('0', 'false')
    return environ.get('TERM') != 'dumb' and out.isatty()


def escape(text: str) -> str:
    r"""Make visible what does not print: ``\n``, ``\x1b``, ``\u202e``, a stray byte as ``\xff``.

    Messages quote policies and paths, and neither may repaint a terminal or a CI log, start a
    line of its own there, or reorder what is seen: https://trojansource.codes. A byte of a path
    that is no UTF-8 arrives as a surrogate (PEP 383).

    What a CI system would take for a command, wherever it stands in a line of the log, gets a
    blank: ``# #[``. That is ``##[`` on GitHub, ``##vso[`` on Azure, ``##teamcity[`` on TeamCity.
    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
    https://www.jetbrains.com/help/teamcity/service-messages.html
    """
    if not text.isprintable():
        text = ''.join(char if char.isprintable() else _visible(char) for char in text)
    if '##' in text:
        for command in COMMANDS:
            text = text.replace(command, f'# {command[1:]}')
    return text


def escape_line(text: str) -> str:
    """A line of the log that is no command as a whole: GitHub's start with ``::`` after blanks."""
    text = escape(text)
    return text.replace('::', ': :', 1) if text.lstrip().startswith('::') else text


def escape_path(path: str, show: Callable[[str], str] = escape) -> str:
    """A path as a line of the log may start with it, and still a path: see ``escape_line``."""
    shown = show(path_of(path))
    return f'./{shown}' if shown.lstrip().startswith('::') else shown


def _visible(char: str) -> str:
    if '\udc80' <= char <= '\udcff':
        return f'\\x{ord(char) - 0xDC00:02x}'
    return char.encode('unicode_escape').decode('ascii')


def is_utf8(out: TextIO) -> bool:
    """Whether the output can hold every character; what is no file, as io.StringIO, can."""
    encoding = out.encoding or 'utf-8'
    return encoding.lower().replace('-', '').replace('_', '') in ('utf8', 'utf8sig')


def emit(out: TextIO, text: str) -> None:
    """Write text even where the output's encoding lacks a character: escaped, not a crash."""
    try:
        out.write(text)
    except UnicodeEncodeError:
        encoding = out.encoding or 'ascii'
        out.write(text.encode(encoding, 'backslashreplace').decode(encoding))


def path_of(path: str) -> str:
    """A path as every format shows it: with ``/``, without ``./``."""
    if os.sep != '/':
        path = path.replace(os.sep, '/')
    while path.startswith('./'):
        path = path[2:].lstrip('/')
    return path


def headline(
    diagnostic: Diagnostic, show: Callable[[str], str] = escape
) -> tuple[str, str, str, str]:
    """The parts of ``path:line:column: severity[rule] message``: place, severity, rule, message."""
    line, column = diagnostic.source.position(diagnostic.span.start)
    place = f'{escape_path(diagnostic.source.path, show)}:{line}:{column}'
    return place, diagnostic.severity, diagnostic.rule, show(diagnostic.message)
