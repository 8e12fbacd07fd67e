"""What several formats share: severities, whether there is colour, the parts of a headline."""

from __future__ import annotations

import os

from linter.text.escape import escape, escape_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from linter.diagnostic import Diagnostic


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


def headline(
    diagnostic: Diagnostic, show: Callable[[str], str] = escape
) -> tuple[str, str, str, str]:
    """The parts of ``path:line:column: severity[rule] message``: place, severity, rule, message."""
    line, column = diagnostic.source.position(diagnostic.span.start)
    place = f'{escape_path(diagnostic.source.path, show)}:{line}:{column}'
    message = diagnostic.message
    if diagnostic.origin:
        message = f'{message} ({diagnostic.origin})'
    return place, diagnostic.severity, diagnostic.rule, show(message)
