"""What people and programs read: text, frames, JSON and the summary."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import outcome_of
from everything import write
from jsonschema import Draft202012Validator

from linter import report
from linter.diagnostic import Diagnostic, ObjectRef, Place
from linter.engine.outcome import Outcome
from linter.report import terminal
from linter.report._common import wants_color
from linter.report.formats import formats
from linter.report.summary import print_summary
from linter.text.edit import Edit, Fix
from linter.text.errors import Fatal
from linter.text.escape import escape, escape_line, path_of
from linter.text.source import Source, Span

ROOT = Path(__file__).resolve().parent.parent

SCHEMA = json.loads((ROOT / 'schemas' / 'diagnostics.schema.json').read_bytes())

POLICY = """\
kind: NetworkPolicy
metadata:
  name: web
spec:
  ingress:
  - acton: Allow
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def diagnostic(
    text: str = POLICY,
    mark: str = 'acton',
    path: str = 'a.yaml',
    *,
    end: int | None = None,
    severity: str = 'error',
    message: str = "unknown field 'acton'",
    hint: str | None = None,
    related: tuple[tuple[str, str], ...] = (),
    fix: Fix | None = None,
) -> Diagnostic:
    start = text.index(mark)
    return Diagnostic(
        source=Source(path, text),
        span=Span(start, start + len(mark) if end is None else end),
        rule='unknown-field',
        severity=severity,
        effect='refused',
        refused_by='calico',
        message=message,
        hint=hint,
        url='https://example.org/unknown-field',
        related=tuple(
            (Span(text.index(word), text.index(word) + len(word)), note) for word, note in related
        ),
        fix=fix,
        object=ObjectRef('projectcalico.org/v3', 'NetworkPolicy', None, 'web', 0),
        yaml_path='spec.ingress[0].acton',
        calico_version='3.31',
    )


def seen(*diagnostics: Diagnostic, templates: Sequence[str] = ('a.yaml:9',)) -> Outcome:
    return outcome_of(diagnostics, 1, 2, 1, {'templates': 1}, templates)


def written(
    *diagnostics: Diagnostic,
    fmt: str = 'text',
    color: bool = False,
    width: int = 80,
    out: io.StringIO | None = None,
) -> str:
    out = io.StringIO() if out is None else out
    write(seen(*diagnostics), fmt, out, color, width)
    return out.getvalue()


def frames(*diagnostics: Diagnostic, width: int = 80) -> str:
    return written(*diagnostics, out=Terminal(), width=width)


def as_json(*diagnostics: Diagnostic) -> Any:
    text = written(*diagnostics, fmt='json')
    value = json.loads(text)
    Draft202012Validator(SCHEMA).validate(value)
    assert text.endswith('}\n')
    return value


# --- text ---


def test_text_is_a_line_each() -> None:
    assert written(
        diagnostic(hint='write action', related=(('name', 'here'),)),
        diagnostic(severity='warning', path='./b/c.yaml', message='odd'),
    ) == (
        "a.yaml:6:5: error[unknown-field] unknown field 'acton'\n"
        'b/c.yaml:6:5: warning[unknown-field] odd\n'
    )
    assert written() == ''


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('plain, with \\ and "quotes"', 'plain, with \\ and "quotes"'),
        ('naïve 日本語 ü € 👍', 'naïve 日本語 ü € 👍'),
        ('a\nb\r\nc\td', 'a\\nb\\r\\nc\\td'),
        ('\x1b[2J\x07\x00\x7f', '\\x1b[2J\\x07\\x00\\x7f'),
        ('\x9b31m', '\\x9b31m'),
        ('\u202etxt.\u2066', '\\u202etxt.\\u2066'),
        ('a\u2028b\u200bc\xa0d\ufeff', 'a\\u2028b\\u200bc\\xa0d\\ufeff'),
        ('\udcff\udc80', '\\xff\\x80'),
        ('\ud83d', '\\ud83d'),
        ('\U000e0041', '\\U000e0041'),
        ('::error::x', '::error::x'),
        ('', ''),
    ],
)
def test_nothing_can_repaint_a_log(text: str, shown: str) -> None:
    assert escape(text) == shown
    assert written(diagnostic(message=text, path=f'd/{text}.yaml')) == (
        f'd/{shown}.yaml:6:5: error[unknown-field] {shown}\n'
    )
    framed = frames(diagnostic(message=text, path=f'd/{text}.yaml'))
    assert framed.startswith(f'error[unknown-field]: {shown}\n --> d/{shown}.yaml:6:5\n')


@pytest.mark.parametrize('fmt', ['text', 'json'])
@pytest.mark.parametrize('encoding', ['ascii', 'cp1252', 'utf-8', 'UTF8', 'utf-16'])
@pytest.mark.parametrize('color', [False, True])
def test_no_encoding_ends_the_run(fmt: str, encoding: str, color: bool) -> None:
    binary = io.BytesIO()
    out = io.TextIOWrapper(binary, encoding=encoding, newline='')
    one = diagnostic('x: 日本 WRONG\n', 'WRONG', 'é\udcff.yaml', message='日本 \ud800')
    write(seen(one), fmt, out, color, 80)
    out.flush()
    text = binary.getvalue().decode(encoding)
    if fmt == 'json':
        assert json.loads(text)['diagnostics'][0]['path'] == 'é\udcff.yaml'
        assert json.loads(text)['diagnostics'][0]['message'] == '日本 \ud800'
    else:
        assert ('日本' in text) == (encoding.lower()[:3] == 'utf')
        assert '\\xff.yaml:1:' in text


@pytest.mark.parametrize(
    ('path', 'shown'),
    [
        ('a.yaml', 'a.yaml'),
        ('./a.yaml', 'a.yaml'),
        ('././/a.yaml', 'a.yaml'),
        ('../a.yaml', '../a.yaml'),
        ('.hidden/a.yaml', '.hidden/a.yaml'),
        ('/abs/a.yaml', '/abs/a.yaml'),
        ('<stdin>', '<stdin>'),
    ],
)
def test_paths(path: str, shown: str) -> None:
    assert path_of(path) == shown
    assert as_json(diagnostic(path=path))['diagnostics'][0]['path'] == shown


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        ('##[error]x', '# #[error]x'),
        ('a ##vso[task.complete]', 'a # #vso[task.complete]'),
        ('###teamcity[x]', '## #teamcity[x]'),
        ('::error::x', '::error::x'),
        ('## [x] # #[y]', '## [x] # #[y]'),
    ],
)
def test_nothing_in_a_line_is_a_command(text: str, shown: str) -> None:
    one = diagnostic(f'{text}: acton', 'acton', message=text, hint=text)
    assert escape(text) == shown
    assert written(one) == f'a.yaml:1:{len(text) + 3}: error[unknown-field] {shown}\n'
    framed = frames(one)
    assert f': {shown}\n' in framed
    assert f'1 | {shown}: acton\n' in framed
    row, carets = framed.splitlines()[3:5]
    assert row.index('acton') == carets.index('^')
    said = written(one, fmt='json')
    assert json.loads(said)['diagnostics'][0]['message'] == text
    assert not re.search(r'##\w*\[', said)


@pytest.mark.parametrize(
    ('path', 'shown'),
    [
        ('::error::x.yaml', './::error::x.yaml'),
        ('  ::error::x.yaml', './  ::error::x.yaml'),
        ('./::x.yaml', './::x.yaml'),
        ('a::x.yaml', 'a::x.yaml'),
    ],
)
def test_no_line_starts_as_a_command(path: str, shown: str) -> None:
    one = diagnostic(path=path, related=(('name', 'here'),))
    assert written(one).startswith(f'{shown}:6:5: ')
    assert f' --> {shown}:6:5\n' in frames(one)
    said = io.StringIO()
    print_summary(seen(templates=[f'{path}:9']), {}, said)
    assert said.getvalue().splitlines()[-1] == f'  {shown}:9'
    assert json.loads(written(one, fmt='json'))['diagnostics'][0]['path'] == path_of(path)


def test_a_line_of_its_own_is_no_command() -> None:
    assert escape_line('  ::error::a::b\x1b') == '  : :error::a::b\\x1b'
    assert escape_line('a ::error::') == 'a ::error::'


# --- frames ---


def test_a_frame() -> None:
    assert (
        frames(
            diagnostic(
                hint="write 'action'",
                related=(('kind', 'in this policy'), ('spec', 'in its spec')),
                fix=write_action(),
            )
        )
        == """\
error[unknown-field]: unknown field 'acton'
 --> a.yaml:6:5
  |
1 | kind: NetworkPolicy
  | ---- in this policy
...
4 | spec:
  | ---- in its spec
5 |   ingress:
6 |   - acton: Allow
  |     ^^^^^ Calico 3.31 refuses this
  |
  = hint: write 'action'
  = fix (safe: --fix): Write action
6 -   - acton: Allow
6 +   - action: Allow
  = help: calico-lint explain unknown-field

"""
    )


def test_places_in_other_files_have_their_lines() -> None:
    other = Source('b/other.yaml', 'kind: Tier\nmetadata:\n  name: a\n')
    places = (
        Place(other, Span(23, 30), 'it is named here'),
        Place(Source('c.yaml', '\n' * 99 + 'x: y'), Span(99, 100), 'and here'),
    )
    one = diagnostic()._replace(elsewhere=places)
    assert frames(one).splitlines()[3:] == [
        '  5 |   ingress:',
        '  6 |   - acton: Allow',
        '    |     ^^^^^ Calico 3.31 refuses this',
        '   ::: b/other.yaml:3:3',
        '    |',
        '  3 |   name: a',
        '    |   ------- it is named here',
        '   ::: c.yaml:100:1',
        '    |',
        '100 | x: y',
        '    | - and here',
        '    |',
        '    = help: calico-lint explain unknown-field',
        '',
    ]


def write_action(applicability: str = 'safe') -> Fix:
    at = POLICY.index('acton')
    return Fix('Write action', applicability, (Edit(Span(at, at + 5), 'action'),))


@pytest.mark.parametrize(
    ('effect', 'refused_by', 'label'),
    [
        ('refused', 'calico', 'Calico 3.31 refuses this'),
        ('refused', 'kubernetes', 'Kubernetes refuses this'),
        ('refused', 'calicoctl', 'calicoctl refuses this'),
        ('dropped', None, 'Calico 3.31 accepts this and does not enforce it'),
        ('ignored', None, 'Calico 3.31 ignores this'),
        ('hazard', None, 'this works, but probably not as meant'),
        (None, None, ''),
    ],
)
def test_the_label_is_what_comes_of_it(
    effect: str | None, refused_by: str | None, label: str
) -> None:
    one = diagnostic()._replace(effect=effect, refused_by=refused_by)
    assert f'  |     ^^^^^ {label}'.rstrip() in frames(one).splitlines()


def test_the_label_names_no_version_where_none_was_asked() -> None:
    v2 = ObjectRef('projectcalico.org/v2', 'NetworkPolicy', None, 'web', 0)
    assert '^ projectcalico.org/v2 does not allow this\n' in frames(
        diagnostic()._replace(object=v2)
    )
    assert '^ no cluster serves this\n' in frames(diagnostic()._replace(fact='legacy-v1'))
    assert '^ Calico refuses this\n' in frames(diagnostic()._replace(calico_version=''))


@pytest.mark.parametrize(
    ('applicability', 'advice'),
    [
        ('safe', 'safe: --fix'),
        ('narrowing', 'unsafe: --unsafe-fixes'),
        ('unsafe', 'unsafe: --unsafe-fixes'),
    ],
)
def test_a_fix_says_how_to_have_it_applied(applicability: str, advice: str) -> None:
    shown = frames(diagnostic(fix=write_action(applicability)))
    assert f'  = fix ({advice}): Write action\n6 -   - acton: Allow\n' in shown


def fixed(text: str, *edits: tuple[str, str], width: int = 80) -> list[str]:
    """The lines about a fix that puts one text in the place of another, as often as given."""
    found = tuple(
        Edit(Span(text.index(old), text.index(old) + len(old)), new) for old, new in edits
    )
    one = diagnostic(text, text[:1], fix=Fix('Do', 'safe', found))
    lines = frames(one, width=width).splitlines()
    return lines[lines.index(next(line for line in lines if '= fix' in line)) + 1 : -2]


def test_a_fix_is_shown_as_the_lines_that_change() -> None:
    text = 'a: 1\nb: 2\nc: 3\nd: 4\n'
    assert fixed(text, ('2', '3')) == ['2 - b: 2', '2 + b: 3']
    assert fixed(text, ('b: 2\n', '')) == ['2 - b: 2']
    assert fixed(text, ('c: 3', 'c: 3\nx: 0')) == ['4 + x: 0']
    assert fixed(text, ('a: 1', 'a: 1\nx: 0'), ('d: 4', 'd: 5')) == [
        '2 + x: 0', '4 - d: 4', '5 + d: 5',
    ]  # fmt: skip
    assert fixed(text, ('b', 'B'), ('2', '3')) == ['2 - b: 2', '2 + B: 3']
    assert fixed('a: 1\r\nb: 2\r\n', ('2', '3')) == ['2 - b: 2', '2 + b: 3']
    assert fixed('a: 1', ('1', '2')) == ['1 - a: 1', '1 + a: 2']
    assert fixed('a:\t1', ('1', '\x1b')) == ['1 - a:  1', '1 + a:  \\x1b']


def test_a_long_fix_is_shown_in_part() -> None:
    text = ''.join(f'k{number:02}: 0\n' for number in range(30))
    edits = [(f'k{number:02}: 0', f'k{number:02}: 1') for number in range(0, 30, 2)]
    lines = fixed(text, *edits)
    assert lines[:2] == [' 1 - k00: 0', ' 1 + k00: 1']
    assert lines[-1] == '   ... 18 more lines: see --diff'
    assert len(lines) == 13
    lines = fixed(text, (text, text.replace('0\n', '1\n')))
    assert lines[-1] == '  ... 48 more lines: see --diff'


def test_a_fix_in_a_long_line_is_in_view() -> None:
    old, new = fixed('x ' * 300 + 'WRONG' + ' y' * 300, ('WRONG', 'RIGHT'), width=60)
    assert 'WRONG' in old
    assert 'RIGHT' in new
    assert len(old) <= 60
    assert old.startswith('1 - ... x x')
    assert old.endswith(' y...')


def frame(text: str, mark: str, *, end: int | None = None, width: int = 80) -> list[str]:
    """The lines of the frame, without what is around it, gutter and trailing space."""
    one = diagnostic(text, mark, end=end)._replace(effect=None, refused_by=None)
    lines = frames(one, width=width).splitlines()
    first = next(number for number, line in enumerate(lines) if line.endswith(' |'))
    return [line[line.index('|') + 2 :].rstrip() for line in lines[first + 1 : -3]]


@pytest.mark.parametrize(
    ('text', 'mark', 'expected'),
    [
        ('a: WRONG\n', 'WRONG', ['a: WRONG', '   ^^^^^']),
        ('\n\nWRONG', 'WRONG', ['WRONG', '^^^^^']),
        ('日本: WRONG', 'WRONG', ['日本: WRONG', '      ^^^^^']),
        ('a: 日本', '日本', ['a: 日本', '   ^^^^']),
        ('\ta:\tWRONG', 'WRONG', ['    a:  WRONG', '        ^^^^^']),
        ('日\tWRONG', 'WRONG', ['日  WRONG', '    ^^^^^']),
        ('a\tb', '\t', ['a   b', ' ^^^']),
        ('e\u0301: WRONG', 'WRONG', ['e\u0301: WRONG', '   ^^^^^']),
        ('\x1b[0m WRONG', 'WRONG', ['\\x1b[0m WRONG', '        ^^^^^']),
        ('a\u202e\x1b', '\u202e', ['a\\u202e\\x1b', ' ^^^^^^']),
        ('a: [bold]WRONG[/]', 'WRONG', ['a: [bold]WRONG[/]', '         ^^^^^']),
        ('a: :smile: WRONG', 'WRONG', ['a: :smile: WRONG', '           ^^^^^']),
        (
            'a\x0bb\x85c\u2028d: WRONG',
            'WRONG',
            [
                'a\\x0bb\\x85c\\u2028d: WRONG',
                '                    ^^^^^',
            ],
        ),
        ('one\r\ntwo: WRONG\r\nthree', 'WRONG', ['one', 'two: WRONG', '     ^^^^^', 'three']),
        ('one\rtwo: WRONG\rthree', 'WRONG', ['one', 'two: WRONG', '     ^^^^^', 'three']),
    ],
)
def test_the_underline_is_under_the_span(text: str, mark: str, expected: list[str]) -> None:
    assert frame(text, mark) == expected


def test_an_emoji_is_as_wide_as_rich_says() -> None:
    from rich.cells import cell_len

    heart = '\u2764\ufe0f'  # 1 cell in older versions of rich, 2 in newer
    line, carets = frame(f'{heart}: WRONG', 'WRONG')
    assert (line, carets.index('^')) == (f'{heart}: WRONG', cell_len(heart) + 2)


def test_spans_of_no_and_of_many_lines() -> None:
    assert frame('a: |\n  b\n  c\n', '|', end=9) == ['a: |', '   ^', '  b']
    assert frame('a:\n  b: x y\n  c: z\n', 'b: x', end=17) == [
        'a:', '  b: x y', '  ^^^^^^', '  c: z',
    ]  # fmt: skip
    assert frame('a: b', 'b', end=3) == ['a: b', '   ^']
    assert frame('a: b\n', '\n') == ['a: b', '    ^'], 'the end of a line'
    assert frame('a: b', '', end=0) == ['a: b', '^']
    one = diagnostic('acton\n')._replace(effect=None)
    end = frames(one._replace(span=Span(6, 6))).splitlines()
    assert end[3:6] == ['1 | acton', '2 |', '  | ^'], 'the end of the file'
    empty = frames(Diagnostic(Source('a.yaml', ''), Span(0, 0), *one[2:])).splitlines()
    assert empty[3:5] == ['1 |', '  | ^']


def test_gutters_are_as_wide_as_the_widest() -> None:
    text = 'first\n' + '\n' * 97 + 'x\nacton\n'
    one = diagnostic(text, related=(('first', 'here'),), hint='do')
    assert frames(one).splitlines()[1:] == [
        '   --> a.yaml:100:1',
        '    |',
        '  1 | first',
        '    | ----- here',
        '...',
        ' 99 | x',
        '100 | acton',
        '    | ^^^^^ Calico 3.31 refuses this',
        '    |',
        '    = hint: do',
        '    = help: calico-lint explain unknown-field',
        '',
    ]


def test_places_in_one_line_have_a_row_each() -> None:
    one = diagnostic('a: acton, b\n', related=(('a', 'one'), ('b', 'two')))
    assert frames(one).splitlines()[3:8] == [
        '1 | a: acton, b',
        '  |    ^^^^^ Calico 3.31 refuses this',
        '  | - one',
        '  |           - two',
        '  |',
    ]
    far = 'acton ' + 'x ' * 400 + 'there'
    lines = frames(diagnostic(far, related=(('there', 'what is not in view'),))).splitlines()
    assert lines[5] == '  | what is not in view'


def test_a_long_label_goes_below_the_place() -> None:
    note = 'the other one, of which more is to be said than there is room for beside it'
    one = diagnostic(POLICY, related=(('name', note),))
    assert frames(one, width=60).splitlines()[3:7] == [
        '3 |   name: web',
        '  |   ---- the other one, of which more is to be said than',
        '  |        there is room for beside it',
        '4 | spec:',
    ]
    text = f'{"x" * 40} acton'
    lines = frames(diagnostic(text), width=60).splitlines()
    assert lines[3:7] == [
        f'1 | {text}',
        f'  | {" " * 41}^^^^^',
        f'  | {" " * 28}Calico 3.31 refuses this',
        '  |',
    ]


@pytest.mark.parametrize('width', [40, 80, 200])
@pytest.mark.parametrize(
    'text',
    [
        'x' * 300 + 'WRONG' + 'y' * 300,
        'x' * 300 + 'WRONG',
        'WRONG' + 'y' * 300,
        'xx WRONG' + 'y' * 300,
        'x' * 37 + 'WRONG yyy',
        'x' * 70 + 'WRONG' + 'y' * 3,
        '日' * 300 + 'WRONG' + '本' * 300,
        '日' * 301 + ' WRONG ' + '本' * 300,
        '\t' * 50 + 'WRONG' + '\x1b' * 50,
        'e\u0301' * 900 + 'WRONG' + 'e\u0301' * 900,
        '{"a": 1, ' * 30000 + 'WRONG' + '}' * 30000,
    ],
)
def test_long_lines_are_seen_through_a_window(text: str, width: int) -> None:
    from rich.cells import cell_len

    line, carets, below = frame(f'{text}\n{text}\n', 'WRONG', width=width)
    assert cell_len(line) <= width - 4
    assert 'WRONG' in line
    assert cell_len(line[: line.index('WRONG')]) == carets.index('^')
    assert carets.strip() == '^^^^^'
    # The lines around it are seen through the same window.
    assert below == line


def test_a_long_line_is_cut_between_words() -> None:
    text = 'selector: ' + ' && '.join(f"label-{number} == 'value'" for number in range(20))
    line, carets = frame(text, 'label-10', width=80)
    head, tail = line[: carets.index('^')], line[carets.index('^') :]
    assert head.startswith('... ')
    assert set(head[4:].split()) <= {'label-9', '==', "'value'", '&&'}
    assert tail.endswith('...')
    assert set(tail[:-3].split()) <= {'label-10', 'label-11', '==', "'value'", '&&'}


def test_a_long_span_is_seen_from_its_start() -> None:
    line, carets = frame('a: ' + 'x' * 30 + ' [' + 'WRONG' * 100 + ']', 'WRONG' * 100, width=60)
    assert line.startswith('...')
    assert line[carets.index('^') :].startswith('WRONGWRONG')
    assert line.endswith('...')
    assert len(carets) == len(line) == 56


@pytest.mark.parametrize('width', [40, 80, 120])
def test_no_word_is_cut_at_the_edge(width: int) -> None:
    message = ' '.join(['wonderful', 'a  b', 'words'] * 12)
    path = 'p/' * 70 + 'a.yaml'
    one = diagnostic(message=message, hint=message, path=path, related=(('name', message),))
    lines = frames(one, width=width).splitlines()
    assert lines[0].startswith('error[unknown-field]: wonderful a')
    assert f' --> {path}:6:5' in lines, 'a path is to be copied'
    assert all(len(line) <= width for line in lines if path not in line and '= help' not in line)
    words = [word for line in lines for word in line.split()]
    assert words.count('wonderful') == words.count('words') == 36


def test_markup_is_text_everywhere() -> None:
    nasty = '[red]x[/red] [link=https://example.org]y[/] :warning: [/]'
    shown = written(
        diagnostic(
            f'{nasty}: acton',
            path=f'{nasty}.yaml',
            message=nasty,
            hint=nasty,
            related=((nasty, nasty),),
        ),
        color=True,
        width=200,
    )
    plain = re.sub('\x1b\\[[0-9;]*m', '', shown)
    assert plain.count(nasty) == 5
    assert '\x1b]8' not in shown


@pytest.mark.parametrize(
    ('severity', 'code'), [('error', '1;31'), ('warning', '1;33'), ('info', '1;36')]
)
def test_colours(severity: str, code: str) -> None:
    shown = written(diagnostic(severity=severity, fix=write_action()), color=True)
    assert "\x1b[1m: unknown field 'acton'\x1b[0m" in shown
    assert '\x1b[31m-   - acton: Allow\x1b[0m' in shown
    assert '\x1b[32m+   - action: Allow\x1b[0m' in shown
    assert f'\x1b[{code}m{severity}[unknown-field]\x1b[0m' in shown
    assert f'\x1b[{code}m^^^^^ Calico 3.31 refuses this\x1b[0m' in shown
    assert re.sub('\x1b\\[[0-9;]*m', '', shown) == frames(
        diagnostic(severity=severity, fix=write_action())
    )


def test_a_rule_leads_to_its_page_where_the_terminal_has_links() -> None:
    out = Terminal()
    terminal.write([diagnostic()], out, color=True, width=80, links=True)
    link = re.search('\x1b]8;[^;]*;(.*?)\x1b\\\\(.*?)\x1b]8;;', out.getvalue())
    assert link is not None
    assert link.groups() == (
        'https://example.org/unknown-field',
        'calico-lint explain unknown-field',
    )
    bare = Terminal()
    terminal.write([diagnostic()], bare, color=False, width=80, links=True)
    assert '\x1b' not in bare.getvalue()


@pytest.mark.parametrize(
    ('environ', 'expected'),
    [
        ({}, False),
        ({'TERM': 'xterm-256color'}, False),
        ({'TERM': 'xterm-kitty'}, True),
        ({'TERM_PROGRAM': 'iTerm.app'}, True),
        ({'TERM_PROGRAM': 'Apple_Terminal'}, False),
        ({'WT_SESSION': 'x'}, True),
        ({'VTE_VERSION': '7600'}, True),
        ({'VTE_VERSION': '4600'}, False),
        ({'VTE_VERSION': '7600', 'CI': 'true'}, False),
        ({'CI': 'true', 'FORCE_HYPERLINK': '1'}, True),
        ({'TERM': 'xterm-kitty', 'FORCE_HYPERLINK': '0'}, False),
    ],
)
def test_takes_links(environ: dict[str, str], expected: bool) -> None:
    assert terminal.takes_links(Terminal(), environ) is expected
    if 'FORCE_HYPERLINK' not in environ:
        assert not terminal.takes_links(io.StringIO(), environ)


def test_statistics_in_colour() -> None:
    shown = written(diagnostic(fix=write_action()), fmt='statistics', color=True)
    assert shown == '\x1b[1m1  \x1b[0m\x1b[1;31merror  \x1b[0m  [*]  unknown-field\n'
    assert written(diagnostic(), fmt='statistics') == '1  error    [ ]  unknown-field\n'


def test_a_difference_in_colour() -> None:
    out = Terminal()
    diff = '--- a/a.yaml\n+++ b/a.yaml\n@@ -1 +1 @@\n-a:\t1\x1b[2J\n+a: 2\n b: [red]\n'
    terminal.write_diff(diff, out, color=True)
    assert out.getvalue() == (
        '\x1b[1m--- a/a.yaml\x1b[0m\n\x1b[1m+++ b/a.yaml\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n'
        '\x1b[31m-a:     1\\x1b[2J\x1b[0m\n\x1b[32m+a: 2\x1b[0m\n b: [red]\n'
    )


def test_colour_is_what_the_caller_says(monkeypatch: pytest.MonkeyPatch) -> None:
    colored = written(diagnostic(), color=True)
    for name, value in (('NO_COLOR', '1'), ('TERM', 'dumb'), ('COLUMNS', '30')):
        monkeypatch.setenv(name, value)
    assert written(diagnostic(), color=True) == colored
    monkeypatch.delenv('NO_COLOR')
    monkeypatch.setenv('FORCE_COLOR', '1')
    assert '\x1b' not in frames(diagnostic())
    assert written(diagnostic()).count('\n') == 1


@pytest.mark.parametrize('tty', [False, True])
@pytest.mark.parametrize(
    ('environ', 'expected'),
    [
        ({}, None),
        ({'NO_COLOR': ''}, None),
        ({'NO_COLOR': '0'}, False),
        ({'NO_COLOR': '1', 'FORCE_COLOR': '1'}, False),
        ({'FORCE_COLOR': ''}, None),
        ({'FORCE_COLOR': '1'}, True),
        ({'FORCE_COLOR': '3', 'TERM': 'dumb'}, True),
        ({'FORCE_COLOR': '0'}, False),
        ({'TERM': 'dumb'}, False),
        ({'TERM': 'xterm'}, None),
    ],
)
def test_wants_color(environ: dict[str, str], expected: bool | None, tty: bool) -> None:
    out = Terminal() if tty else io.StringIO()
    assert wants_color(out, environ) is (tty if expected is None else expected)


# --- JSON ---


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_json_says_everything() -> None:
    at = POLICY.index('acton')
    fix = Fix("write 'action'", 'safe', (Edit(Span(at, at + 5), 'action'),))
    value = as_json(diagnostic(hint="write 'action'", related=(('kind', 'here'),), fix=fix))
    assert value == {
        'version': 1,
        'diagnostics': [
            {
                'path': 'a.yaml',
                'line': 6,
                'column': 5,
                'end_line': 6,
                'end_column': 10,
                'rule': 'unknown-field',
                'severity': 'error',
                'effect': 'refused',
                'refused_by': 'calico',
                'confidence': None,
                'message': "unknown field 'acton'",
                'hint': "write 'action'",
                'url': 'https://example.org/unknown-field',
                'related': [
                    {
                        'path': 'a.yaml',
                        'line': 1,
                        'column': 1,
                        'end_line': 1,
                        'end_column': 5,
                        'message': 'here',
                    }
                ],
                'fix': {
                    'title': "write 'action'",
                    'applicability': 'safe',
                    'edits': [
                        {
                            'line': 6,
                            'column': 5,
                            'end_line': 6,
                            'end_column': 10,
                            'text': 'action',
                        }
                    ],
                },
                'object': {
                    'api_version': 'projectcalico.org/v3',
                    'kind': 'NetworkPolicy',
                    'namespace': None,
                    'name': 'web',
                    'document_index': 0,
                },
                'yaml_path': 'spec.ingress[0].acton',
            }
        ],
        'summary': {
            'files': 1,
            'documents': 2,
            'checked': 1,
            'skipped': {'templates': 1},
            'by_severity': {'error': 1, 'warning': 0, 'info': 0},
        },
    }


def test_json_says_null_where_there_is_nothing() -> None:
    bare = Diagnostic(
        Source('<stdin>', ''),
        Span(0, 0),
        'a-rule',
        'info',
        None,
        None,
        'm',
        None,
        None,
        (),
        None,
        None,
        None,
    )
    (one,) = as_json(bare)['diagnostics']
    assert set(one) == set(as_json(diagnostic())['diagnostics'][0])
    assert {key for key, value in one.items() if value is None} == {
        'effect',
        'refused_by',
        'confidence',
        'hint',
        'url',
        'fix',
        'object',
        'yaml_path',
    }
    assert one['related'] == []


def test_json_counts() -> None:
    severities = ['error', 'info', 'error', 'warning', 'error']
    value = as_json(*(diagnostic(severity=severity) for severity in severities))
    assert value['summary']['by_severity'] == {'error': 3, 'warning': 1, 'info': 1}
    assert as_json()['diagnostics'] == []


@pytest.mark.parametrize(
    'text',
    ['a\nb\tc\x00\x1b', '"\\', '日本 é', '\x7f\x9b', '\u2028\u202e\ufeff', '\udcff', '👍', '</a>'],
)
def test_json_keeps_every_string(text: str) -> None:
    one = diagnostic(message=text, hint=text, path=f'{text}.yaml')
    (value,) = as_json(one)['diagnostics']
    assert (value['message'], value['hint'], value['path']) == (text, text, f'{text}.yaml')
    raw = written(one, fmt='json')
    assert all(char == '\n' or char.isprintable() for char in raw)
    assert raw.count('\n') == 3, 'a line each'
    raw.encode()


def test_columns_are_code_points_and_ends_exclusive() -> None:
    (one,) = as_json(diagnostic('a: 👍\u0301\tacton\r\nb', 'acton\r\nb'))['diagnostics']
    assert [one[key] for key in ('line', 'column', 'end_line', 'end_column')] == [1, 7, 2, 2]


@pytest.mark.parametrize(
    ('where', 'change'),
    [
        ((), {'version': 2}),
        ((), {'extra': 1}),
        (('diagnostics', 0), {'severity': 'fatal'}),
        (('diagnostics', 0), {'effect': 'gone'}),
        (('diagnostics', 0), {'refused_by': 'helm'}),
        (('diagnostics', 0), {'path': './a.yaml'}),
        (('diagnostics', 0), {'line': 0}),
        (('diagnostics', 0), {'column': None}),
        (('diagnostics', 0), {'rule': 'Unknown_Field'}),
        (('diagnostics', 0), {'related': None}),
        (('diagnostics', 0), {'fix': {}}),
        (('diagnostics', 0), {'code': 'X1'}),
        (('diagnostics', 0, 'object'), {'document_index': -1}),
        (('summary',), {'by_severity': {'error': 1}}),
        (('summary',), {'skipped': {'templates': 'many'}}),
    ],
)
def test_the_schema_refuses(where: tuple[str | int, ...], change: dict[str, object]) -> None:
    value = as_json(diagnostic())
    part = value
    for key in where:
        part = part[key]
    part.update(change)
    assert not Draft202012Validator(SCHEMA).is_valid(value)


@pytest.mark.parametrize(
    'part', ['', 'diagnostics', 'summary', 'object', 'fix', 'related', 'edits']
)
def test_the_schema_demands_every_key(part: str) -> None:
    def full() -> Any:
        fix = Fix('t', 'unsafe', (Edit(Span(0, 0), ''),))
        return as_json(diagnostic(related=(('kind', 'here'),), fix=fix))

    def pick(value: Any) -> Any:
        one = value['diagnostics'][0]
        return {
            '': value,
            'diagnostics': one,
            'summary': value['summary'],
            'object': one['object'],
            'fix': one['fix'],
            'related': one['related'][0],
            'edits': one['fix']['edits'][0],
        }[part]

    for key in pick(full()):
        value = full()
        del pick(value)[key]
        assert not Draft202012Validator(SCHEMA).is_valid(value), key


# --- formats ---


def test_formats_are_the_modules() -> None:
    assert {'json', 'text'} <= set(formats())
    assert not {'terminal', 'summary'} & set(formats())


def test_a_new_format_is_a_new_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'two_lines.py').write_text(
        'def write(outcome, out):\n'
        '    for one in outcome.diagnostics: out.write(f"{one.rule}\\n{outcome.files}\\n")\n'
    )
    (tmp_path / 'broken.py').write_text('import nowhere_to_be_found\n')
    monkeypatch.setattr(report, '__path__', [*report.__path__, str(tmp_path)])
    assert 'two-lines' in formats()
    assert written(diagnostic(), fmt='two-lines', out=Terminal()) == 'unknown-field\n1\n'
    with pytest.raises(ModuleNotFoundError, match='nowhere_to_be_found'):
        written(fmt='broken')
    for name in ('two_lines', 'broken'):
        sys.modules.pop(f'linter.report.{name}', None)
        if isinstance(getattr(report, name, None), ModuleType):
            delattr(report, name)


@pytest.mark.parametrize(
    'fmt', ['yaml', 'terminal', 'summary', '', '..json', 'json.decoder', '__init__', 'a b', '\x1b']
)
def test_an_unknown_format_is_fatal(fmt: str) -> None:
    with pytest.raises(Fatal) as excinfo:
        written(fmt=fmt)
    assert str(excinfo.value).startswith(f'there is no output format {escape(repr(fmt))}: ')
    assert 'json' in str(excinfo.value)


@pytest.mark.parametrize('fmt', ['text', 'json'])
def test_reports_for_programs_import_nothing_heavy(fmt: str) -> None:
    code = (
        'import sys; before = set(sys.modules)\n'
        'from linter.engine.outcome import Outcome\nfrom linter.report.formats import write\n'
        'from linter.diagnostic import Diagnostic\n'
        'from linter.text.source import Source, Span\n'
        'one = Diagnostic(Source("a.yaml", "x"), Span(0, 1), "r", "error", None, None, "m", None,\n'
        '    None, (), None, None, None)\n'
        'outcome = Outcome()\n'
        'outcome.diagnostics.append(one)\n'
        'outcome.files = outcome.documents = outcome.checked = 1\n'
        f'write(outcome, {fmt!r}, sys.stderr)\n'
        'from linter.report.summary import print_summary\n'
        'print_summary(outcome, {"error": 1}, sys.stderr)\n'
        'print(*set(sys.modules) - before)'
    )
    run = subprocess.run(
        (sys.executable, '-c', code),
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
    )
    assert '1 error in 1 file' in run.stderr
    modules = {module.partition('.')[0] for module in run.stdout.split()}
    assert 'linter' in modules
    assert not modules & {'rich', 'jsonschema', 'pkgutil', 'pathlib', 'dataclasses', 'shutil'}


# --- summary ---


def said(outcome: Outcome, **counts: int) -> str:
    out = io.StringIO()
    print_summary(outcome, counts, out)
    return out.getvalue()


@pytest.mark.parametrize(
    ('outcome', 'counts', 'expected'),
    [
        (
            outcome_of(
                (), 14, 37, 12, {"not Calico's": 20, 'other Calico kinds': 3, 'templates': 2}
            ),
            {'error': 2, 'warning': 1, 'info': 0},
            "2 errors, 1 warning in 14 files (37 documents, 12 checked; skipped: 20 not Calico's, "
            '3 other Calico kinds, 2 templates)',
        ),
        (
            outcome_of((), 1, 3, 1, {"not Calico's": 1, 'other Calico kinds': 1, 'templates': 0}),
            {'error': 1, 'info': 2},
            "1 error, 2 info in 1 file (3 documents, 1 checked; skipped: 1 not Calico's, "
            '1 other Calico kind)',
        ),
        (outcome_of((), 2, 2, 2), {}, 'no findings in 2 files (2 documents, 2 checked)'),
        (
            outcome_of((), 3, 5, 0, {"not Calico's": 4, 'templates': 1}),
            {},
            "nothing to check in 3 files (5 documents; skipped: 4 not Calico's, 1 template)",
        ),
        (
            outcome_of((), 1, 0, 0, {}),
            {'error': 1},
            '1 error, nothing to check in 1 file (0 documents)',
        ),
        (outcome_of((), 0, 0, 0), {}, 'nothing to check: there is no file to read'),
        (
            outcome_of((), 1, 2, 1, {'v1 API': 1}),
            {'warning': 2},
            '2 warnings in 1 file (2 documents, 1 checked; skipped: 1 v1 API)',
        ),
    ],
)
def test_the_summary_is_a_sentence(outcome: Outcome, counts: dict[str, int], expected: str) -> None:
    assert said(outcome, **counts) == f'calico-lint: {expected}\n'


def test_templates_are_listed() -> None:
    assert said(outcome_of((), 1, 2, 1, {'templates': 1}, ('c/a\x1b.yaml:7',))) == (
        'calico-lint: no findings in 1 file (2 documents, 1 checked; skipped: 1 template)\n'
        'skipped as templates, which only parse once they are rendered:\n'
        '  c/a\\x1b.yaml:7\n'
    )


@pytest.mark.parametrize(
    ('number', 'more'), [(10, ''), (11, '  and 1 more\n'), (99, '  and 89 more\n')]
)
def test_but_not_all_of_them(number: int, more: str) -> None:
    places = tuple(f'a.yaml:{line}' for line in range(1, number + 1))
    text = said(outcome_of((), 1, number, 0, {'templates': number}, places))
    assert text.count('  a.yaml:') == 10
    assert text.endswith(more or 'a.yaml:10\n')
