"""What came of tests and claims, as text, JSON, JUnit and annotations on GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple, TextIO

from linter.policytest.coverage import Coverage
from linter.policytest.run import Result
from linter.policytest.say import Shown
from linter.report._encode import clean
from linter.text.escape import emit, escape, escape_path, is_utf8, path_of

FORMATS = ('text', 'json', 'junit', 'github')

_XML = str.maketrans({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;'})
_SHOWN = 10


class ClaimResult(NamedTuple):
    """What came of a claim. ``passed`` None: it could be neither proved nor broken.

    ``flow`` is the traffic that breaks it in words, ``packet`` one packet of it, ``reason`` the
    sentence about who decides it; of one that holds all are ``''``.
    """

    file: str
    line: int
    name: str
    passed: bool | None
    expected: str
    direction: str
    flow: str
    packet: str
    reason: str
    by: str | None
    steps: tuple[Shown, ...]

    @property
    def summary(self) -> str:
        if self.passed is None:
            what = _WORDS[self.expected]
            return f'whether all of it is {what} could not be found out: {self.reason}'
        return f'not all of it is {_WORDS[self.expected]}: {self.reason}'


_WORDS = {'allow': 'allowed', 'deny': 'denied'}


Checked = Result | ClaimResult


class Report(NamedTuple):
    """A run."""

    results: tuple[Result, ...]
    claims: tuple[ClaimResult, ...]
    coverage: Coverage | None = None

    @property
    def every(self) -> list[Checked]:
        """The tests, then the claims."""
        return [*self.results, *self.claims]

    @property
    def failed(self) -> int:
        return sum(not one.passed for one in self.every)


def write(report: Report, fmt: str, out: TextIO, color: bool, width: int | None = None) -> None:
    """Write a run in a format; text becomes frames on a terminal."""
    if fmt == 'json':
        _write_json(report, out)
    elif fmt == 'junit':
        _write_junit(report, out)
    elif fmt == 'github':
        _write_github(report, out)
    elif color or out.isatty():
        from linter.report.terminal import write_checks

        write_checks(_blocks(report), out, color, width)
        _write_end(report, out)
    else:
        _write_text(report, out)


def _blocks(report: Report) -> Iterable[tuple[bool, str, list[list[tuple[str, str]]]]]:
    """For the terminal: whether it passed, what it is about, and lines with their style."""
    for one in report.every:
        lines = [] if one.passed else _lines_of(one)
        yield bool(one.passed), _title(one), [[line] for line in lines]


def _lines_of(one: Checked) -> list[tuple[str, str]]:
    return _lines(one) if isinstance(one, Result) else _claim_lines(one)


def _title(one: Checked) -> str:
    if one.passed:
        return one.name
    return f'{path_of(one.file)}:{one.line}: {one.name}'


def _lines(result: Result) -> list[tuple[str, str]]:
    """What there is to say about a test that failed, with the style of each line."""
    lines = [('bad', result.short), ('quiet', result.connection)]
    for line in result.lines:
        lines.append(('plain', f'{line.heading}: {line.sentence}'))
        lines += table(line.steps)
    return lines


def table(steps: tuple[Shown, ...]) -> list[tuple[str, str]]:
    """The steps of a verdict, aligned: tier, policy and rule, action, place."""
    rows = [
        (
            step.tier,
            f'{step.policy}[{"end" if step.rule is None else step.rule}]',
            step.action,
            path_of(step.place),
        )
        for step in steps
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(3)] if rows else []
    lines = []
    for row in rows:
        cells = [f'{cell:{size}}' for cell, size in zip(row, widths, strict=False)]
        lines.append((row[2], f'  {"  ".join([*cells, row[3]])}'))
    return lines


def _claim_lines(claim: ClaimResult) -> list[tuple[str, str]]:
    lines = [('bad', claim.summary)]
    if claim.flow:
        lines.append(('plain', claim.flow))
    if claim.packet:
        lines.append(('quiet', f'for example {claim.packet}'))
    return lines + table(claim.steps)


def _write_text(report: Report, out: TextIO) -> None:
    for one in report.every:
        _write_one(one, out)
    _write_end(report, out)


def _write_one(one: Checked, out: TextIO) -> None:
    if one.passed:
        emit(out, f'ok    {escape(one.name)}\n')
        return
    emit(out, f'FAIL  {escape_path(one.file)}:{one.line}: {escape(one.name)}\n')
    for _, line in _lines_of(one):
        emit(out, f'      {escape(line)}'.rstrip() + '\n')


def _write_end(report: Report, out: TextIO) -> None:
    if report.coverage is not None:
        for line in report.coverage.lines():
            emit(out, f'{escape(line)}\n')
    counts = []
    for word, total, bad in (
        ('test', len(report.results), sum(not one.passed for one in report.results)),
        ('claim', len(report.claims), sum(one.passed is False for one in report.claims)),
    ):
        if total:
            noun = word if total == 1 else f'{word}s'
            counts.append(f'{total} {noun}: {total - bad} passed, {bad} failed')
    undecided = sum(one.passed is None for one in report.claims)
    if undecided:
        counts[-1] = (
            f'{len(report.claims)} claims: '
            f'{sum(one.passed is True for one in report.claims)} passed, '
            f'{sum(one.passed is False for one in report.claims)} failed, '
            f'{undecided} could not be decided'
        )
    emit(out, f'{"; ".join(counts) or "there are no tests"}\n')


def _write_json(report: Report, out: TextIO) -> None:
    tests = [
        {
            'file': path_of(one.file),
            'line': one.line,
            'name': one.name,
            'passed': one.passed,
            'expected': one.expected,
            'verdict': one.verdict,
            'by': one.by,
            'message': None if one.passed else one.summary,
            'steps': [_step(step) for step in one.steps],
        }
        for one in report.results
    ]
    claims = [
        {
            'file': path_of(one.file),
            'line': one.line,
            'name': one.name,
            'passed': one.passed,
            'expected': one.expected,
            'direction': one.direction,
            'by': one.by,
            'flow': one.flow or None,
            'packet': one.packet or None,
            'message': None if one.passed else one.summary,
            'steps': [_step(step) for step in one.steps],
        }
        for one in report.claims
    ]
    summary: dict[str, object] = {
        'tests': len(tests),
        'claims': len(claims),
        'passed': sum(bool(one.passed) for one in report.every),
        'failed': report.failed,
    }
    whole: dict[str, object] = {'version': 1, 'tests': tests, 'claims': claims}
    if report.coverage is not None:
        whole['coverage'] = report.coverage.as_json()
    whole['summary'] = summary
    # Nothing in a name may act on a terminal or break a reader: ASCII is the safe way to say it.
    out.write(json.dumps(whole, indent=1) + '\n')


def _step(step: Shown) -> dict[str, object]:
    found = step.as_json()
    if step.path is not None:
        found['path'] = path_of(step.path)
    return found


def _write_junit(report: Report, out: TextIO) -> None:
    every = report.every
    by_file: dict[str, list[Checked]] = {}
    for one in every:
        by_file.setdefault(path_of(one.file), []).append(one)
    suites = []
    for path, some in by_file.items():
        cases = ''.join(_case(one) for one in some)
        bad = sum(not one.passed for one in some)
        counts = f'tests="{len(some)}" failures="{bad}" errors="0" skipped="0" time="0"'
        suites.append(f'<testsuite name="{_xml(path)}" {counts}>\n{cases}</testsuite>\n')
    counts = f'tests="{len(every)}" failures="{report.failed}" errors="0" time="0"'
    text = (
        '<?xml version="1.0"?>\n'
        f'<testsuites name="calico-lint test" {counts}>\n{"".join(suites)}</testsuites>\n'
    )
    if not is_utf8(out):
        text = text.encode('ascii', 'xmlcharrefreplace').decode('ascii')
    out.write(text)


def _case(one: Checked) -> str:
    path = _xml(path_of(one.file))
    opened = (
        f'<testcase classname="{path}" name="{_xml(one.name)}" file="{path}" line="{one.line}" '
        'time="0"'
    )
    if one.passed:
        return f'{opened}/>\n'
    text = '\n'.join(escape(line) for _, line in _lines_of(one))
    body = text.translate(_XML).replace('&#10;', '\n')
    return (
        f'{opened}>\n<failure message="{_xml(one.summary)}" type="failure">{body}</failure>\n'
        '</testcase>\n'
    )


def _xml(text: str) -> str:
    return escape(text).translate(_XML)


def _data(text: str) -> str:
    return text.replace('%', '%25').replace('\r', '%0D').replace('\n', '%0A')


def _write_github(report: Report, out: TextIO) -> None:
    """Annotations for what failed: GitHub shows ten of a step, the rest stands in its log."""
    bad = [one for one in report.every if not one.passed]
    for one in bad[:_SHOWN]:
        message = _data(escape(f'{one.name}: {one.summary}'))
        file = _data(clean(path_of(one.file))).replace(':', '%3A').replace(',', '%2C')
        place = f'file={file},line={one.line},title=calico-lint test'
        emit(out, f'::error {place}::{message}\n')
    for one in bad[_SHOWN:]:
        place = f'{escape_path(one.file)}:{one.line}'
        emit(out, f'{place}: {escape(one.name)}: {escape(one.summary)}\n')
    _write_end(report, out)
