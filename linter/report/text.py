"""``path:line:column: severity[rule] message``, one line for each diagnostic, always.

So that grep, editors and problem matchers can rely on it; hints are in the terminal's frames and
in JSON.
"""

from __future__ import annotations

from linter.engine.outcome import Outcome
from linter.report._common import headline
from linter.text.escape import emit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def write(outcome: Outcome, out: TextIO) -> None:
    for diagnostic in outcome.diagnostics:
        place, severity, rule, message = headline(diagnostic)
        emit(out, f'{place}: {severity}[{rule}] {message}\n')
