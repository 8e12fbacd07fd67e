"""JUnit XML: a test case for each file, which fails for errors and warnings.

A case has one ``failure`` with all its findings, since most readers show no second one. What is
only worth knowing goes to ``system-out``, as it does not fail the run either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from linter.diagnostic import SEVERITIES, Diagnostic
from linter.engine.outcome import Outcome
from linter.report._common import headline
from linter.report._encode import ordered
from linter.text.escape import escape, is_utf8, path_of

_XML = str.maketrans({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;'})


def write(outcome: Outcome, out: TextIO) -> None:
    """The files without findings are one case together: a clean run has tested something."""
    by_file: dict[str, list[Diagnostic]] = {}
    for diagnostic in ordered(outcome.diagnostics):
        by_file.setdefault(path_of(diagnostic.source.path), []).append(diagnostic)
    cases = [_case(path, by_file[path]) for path in sorted(by_file)]
    others = outcome.files - len(by_file)
    if others > 0:
        noun = 'file' if others == 1 else 'files'
        cases.append(_open(f'{others} {noun} without findings') + '/>\n')
    failures = sum('<failure' in case for case in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    text = (
        # Without an encoding, XML is UTF-8, or UTF-16 if it says so itself.
        '<?xml version="1.0"?>\n'
        f'<testsuites name="calico-lint" {counts} time="0">\n'
        f'<testsuite name="calico-lint" {counts} skipped="0" time="0">\n'
        f'{"".join(cases)}</testsuite>\n</testsuites>\n'
    )
    if not is_utf8(out):
        text = text.encode('ascii', 'xmlcharrefreplace').decode('ascii')
    out.write(text)


def _case(path: str, diagnostics: Sequence[Diagnostic]) -> str:
    opened = _open(escape(path), escape(path))
    failed = [one for one in diagnostics if one.severity != 'info']
    notes = [one for one in diagnostics if one.severity == 'info']
    parts = []
    if failed:
        gravest = min(failed, key=lambda one: SEVERITIES.index(one.severity))
        message = escape(gravest.message)
        if len(failed) > 1:
            message += f' (and {len(failed) - 1} more)'
        attributes = f'message="{_xml(message)}" type="{gravest.severity}"'
        parts.append(f'<failure {attributes}>{_lines(failed)}</failure>\n')
    if notes:
        parts.append(f'<system-out>{_lines(notes)}</system-out>\n')
    if not parts:
        return f'{opened}/>\n'
    return f'{opened}>\n{"".join(parts)}</testcase>\n'


def _open(name: str, path: str | None = None) -> str:
    file = '' if path is None else f' file="{_xml(path)}"'
    return f'<testcase classname="calico-lint" name="{_xml(name)}"{file} time="0"'


def _lines(diagnostics: Iterable[Diagnostic]) -> str:
    lines = []
    for diagnostic in diagnostics:
        place, severity, rule, message = headline(diagnostic)
        lines.append(f'{place}: {severity}[{rule}] {message}')
        if diagnostic.hint:
            lines.append(f'  hint: {escape(diagnostic.hint)}')
    return _xml('\n'.join(lines)).replace('&#10;', '\n')


def _xml(text: str) -> str:
    return text.translate(_XML)
