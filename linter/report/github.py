"""GitHub workflow commands: annotations on the lines of a pull request.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands. A step shows ten
annotations of each severity and drops the rest without a word: https://github.com/actions/toolkit/
blob/main/docs/problem-matchers.md#limitations. So the gravest come first, the others are listed in
the log, and the last annotation says how many they are.
"""

from __future__ import annotations

from typing import TextIO

from linter.diagnostic import SEVERITIES, Diagnostic
from linter.engine.outcome import Outcome
from linter.report._common import headline
from linter.report._encode import ordered
from linter.text.escape import emit, escape, path_of

_COMMANDS = {'error': 'error', 'warning': 'warning', 'info': 'notice'}
_SHOWN = 10


def write(outcome: Outcome, out: TextIO) -> None:
    found = ordered(outcome.diagnostics)
    by_severity = {
        severity: [one for one in found if one.severity == severity] for severity in SEVERITIES
    }
    caps = dict.fromkeys(SEVERITIES, _SHOWN)
    if any(len(some) > _SHOWN for some in by_severity.values()):
        # The line that counts the rest is a notice too, and has to be among the first ten.
        caps['info'] -= 1
    for severity, some in by_severity.items():
        for diagnostic in some[: caps[severity]]:
            emit(out, f'{_annotation(diagnostic)}\n')
    rest = [one for severity, some in by_severity.items() for one in some[caps[severity] :]]
    if rest:
        noun = 'finding' if len(rest) == 1 else 'findings'
        emit(out, f'::group::calico-lint: {len(rest)} more {noun}\n')
        for diagnostic in rest:
            emit(out, f'{_log_line(diagnostic)}\n')
        emit(out, '::endgroup::\n')
        emit(
            out,
            f'::notice title=calico-lint::{len(rest)} more {noun}, '
            'which GitHub would not show here, in the log of this step\n',
        )


def _annotation(diagnostic: Diagnostic) -> str:
    source, span = diagnostic.source, diagnostic.span
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    place: dict[str, object] = {
        'file': escape(path_of(source.path)),
        'line': line,
        'endLine': end_line,
    }
    if line == end_line:
        # Of a place in several lines, GitHub wants no columns.
        place['col'], place['endColumn'] = column, end_column
    place['title'] = f'calico-lint ({diagnostic.rule})'
    message = escape(diagnostic.message)
    if diagnostic.hint:
        message += f'\n{escape(diagnostic.hint)}'
    properties = ','.join(f'{name}={_property(str(value))}' for name, value in place.items())
    return f'::{_COMMANDS[diagnostic.severity]} {properties}::{_data(message)}'


def _data(text: str) -> str:
    return text.replace('%', '%25').replace('\r', '%0D').replace('\n', '%0A')


def _property(text: str) -> str:
    return _data(text).replace(':', '%3A').replace(',', '%2C')


def _log_line(diagnostic: Diagnostic) -> str:
    """A line that is no command: it does not start with ``::``, whatever its path is."""
    place, severity, rule, message = headline(diagnostic)
    return f'- {place}: {severity}[{rule}] {message}'
