"""Finds a format by its name and writes with it; a format is loaded on demand."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from linter.text.errors import Fatal
from linter.text.escape import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from linter.catalogue.catalogue import Catalogue
    from linter.engine.outcome import Outcome

DESCRIBING = frozenset(('sarif',))
"""The formats that describe every rule that there is."""

# Modules that are not formats themselves.
_HELPERS = frozenset(
    ('formats', 'frame', 'origin', 'pieces', 'progress', 'statistics', 'summary', 'terminal')
)


def write(
    outcome: Outcome,
    fmt: str,
    out: TextIO,
    color: bool = False,
    width: int | None = None,
    root: str | None = None,
    catalogue: Catalogue | None = None,
) -> None:
    """Write what came of a run in a format.

    Text becomes code frames where a person reads it: on a terminal, or where colour is forced.
    ``statistics`` is what takes the place of text where only numbers are asked for, and no format
    of its own. ``color`` and ``width`` concern frames alone; a width of None is the terminal's.
    ``root`` is the folder from which the formats for CI systems name files; None: the working
    directory. ``catalogue`` has the rules that a format describes, beside what they found.
    """
    if root is not None:
        from linter.report import _root

        if fmt in _root.FORMATS:
            outcome = _root.from_root(outcome, root)
    if fmt == 'text' and (color or out.isatty()):
        from linter.report import terminal

        terminal.write(outcome.diagnostics, out, color, width)
        return
    if fmt == 'statistics':
        from linter.report import statistics

        statistics.write(outcome.diagnostics, out, color)
        return
    if fmt in DESCRIBING and catalogue is not None:
        _module(fmt).write(outcome, out, catalogue)
        return
    _module(fmt).write(outcome, out)


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
