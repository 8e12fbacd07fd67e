"""``path:line:column: severity[rule] message``, one line for each diagnostic, always.

So that grep, editors and problem matchers can rely on it; hints are in the terminal's frames and
in JSON.
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.diagnostic import Diagnostic
from linter.report._common import Summary, headline
from linter.text.escape import emit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def write(diagnostics: Iterable[Diagnostic], summary: Summary, out: TextIO) -> None:
    for diagnostic in diagnostics:
        place, severity, rule, message = headline(diagnostic)
        emit(out, f'{place}: {severity}[{rule}] {message}\n')
