"""Finds a format by its name and writes with it; a format is loaded on demand."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from linter.report._common import Summary
from linter.text.errors import Fatal
from linter.text.escape import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from linter.diagnostic import Diagnostic
    from linter.suppress.model import Suppression


# Modules that are not formats themselves.
_HELPERS = frozenset(
    ('formats', 'frame', 'origin', 'pieces', 'progress', 'statistics', 'summary', 'terminal')
)


def write(
    diagnostics: Iterable[Diagnostic],
    summary: Summary,
    fmt: str,
    out: TextIO,
    color: bool,
    width: int | None = None,
    suppressed: Iterable[tuple[Diagnostic, Suppression]] = (),
    known: Iterable[Diagnostic] | None = None,
    root: str | None = None,
) -> None:
    """Write diagnostics in a format.

    Text becomes code frames where a person reads it: on a terminal, or where colour is forced.
    ``statistics`` is what takes the place of text where only numbers are asked for, and no format
    of its own. ``color`` and ``width`` concern frames alone; a width of None is the terminal's.
    ``suppressed`` are findings that are not reported, and so are ``known`` ones, which the
    baseline has; None: there is no baseline. SARIF lists both as suppressed. ``root`` is the
    folder from which the formats for CI systems name files; None: the working directory.
    """
    if root is not None:
        from linter.report import _root

        if fmt in _root.FORMATS:
            diagnostics = _root.from_root(diagnostics, root)
            known = None if known is None else _root.from_root(known, root)
            suppressed = list(suppressed)
            hides = [suppression for _, suppression in suppressed]
            hidden_ones = _root.from_root((one for one, _ in suppressed), root)
            suppressed = zip(hidden_ones, hides, strict=True)
    if fmt == 'text' and (color or out.isatty()):
        from linter.report import terminal

        terminal.write(diagnostics, out, color, width)
        return
    if fmt == 'statistics':
        from linter.report import statistics

        statistics.write(diagnostics, out, color)
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
    qualified = f'linter.report.{name}'
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

    from linter import report

    names = sorted(module.name for module in iter_modules(report.__path__))
    return tuple(
        name.replace('_', '-')
        for name in names
        if name not in _HELPERS and not name.startswith('_')
    )


def _unknown(fmt: str) -> str:
    from linter.text.suggest import listing, nearest

    near = nearest(fmt, formats())
    advice = f'did you mean {near}?' if near else f'there are {listing(formats(), "and")}'
    return f'there is no output format {escape(repr(fmt))}: {advice}'
