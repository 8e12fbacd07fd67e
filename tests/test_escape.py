"""What a checked repository says never acts on a terminal or a log, in whatever output it appears.

The same hostile text stands in every field that anything prints: names, keys, values, paths,
reasons, ids, baseline entries, the configuration, and file names.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from command import HEAD, assert_harmless, inside, run_inside
from conftest import some_slow

from linter.report.formats import formats
from linter.text.escape import escape, escape_json, escape_line
from linter.workspace.config import NAME


def quoted(text: str) -> str:
    """A text in double quotes, as YAML escapes it."""
    return '"' + ''.join(f'\\U{ord(char):08x}' for char in text) + '"'


EVIL = (
    '\x1b[2J\u061c\U000e0001\u202e\u2028\x85\u200b\ufeff\xad\x9b##[error]x ##vso[task] '
    '##teamcity[a] @everyone GH-1 ' + 'c0ffee' * 7 + ' `b` <img> [l](http://x) $x$\n::error::y'
)
QUOTED = quoted(EVIL)
POLICY = (
    HEAD.replace('name: a', f'name: {QUOTED}').replace('namespace: b', f'namespace: {QUOTED}')
    + f"""\
  selector: {quoted('a == ' + EVIL)}
  order: {QUOTED}
  types: [{QUOTED}]
  {QUOTED}: 1
  {QUOTED}: 2
  ingress:
  - action: {QUOTED}
    protocol: {QUOTED}
    source: {{nets: [{QUOTED}], ports: [{QUOTED}], selector: {QUOTED}, {QUOTED}: 1}}
    http: {{methods: [{QUOTED}], paths: [{{exact: {QUOTED}}}]}}
    metadata: {{annotations: {{{QUOTED}: {QUOTED}}}}}
---
apiVersion: {QUOTED}
kind: GlobalNetworkPolicy
metadata: {{name: a, labels: {{{QUOTED}: {QUOTED}}}, annotations: {{calico-lint/ignore: {QUOTED}}}}}
---
apiVersion: projectcalico.org/v3
kind: {QUOTED}
--- {EVIL.partition(chr(0x85))[0]}
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {{name: "a\\u2028"}} # calico-lint: ignore[{EVIL[:9]}, x\u202e] ##[error] \u202e
spec: {{order: *{EVIL[7:9]}
"""
)
CONFIGURATION = f"""\
calico-version: {QUOTED}
select: [{QUOTED}]
severity: {{{QUOTED}: error}}
{QUOTED}: 1
per-path:
- paths: [{QUOTED}]
  ignore: [{QUOTED}]
"""
BASELINE = {
    'version': 1,
    'findings': [
        {'path': f'gone-{number}.yaml', 'rule': rule, 'object': None, 'yaml_path': None,
         'content': EVIL, 'count': 1}
        for number, rule in enumerate((EVIL, '::error file=p.yaml,line=1::x', ' ##[error]x'))
    ] + [
        {'path': EVIL, 'rule': EVIL, 'yaml_path': EVIL, 'content': EVIL, 'count': 2,
         'object': {'group': EVIL, 'kind': EVIL, 'namespace': EVIL, 'name': EVIL}},
        {'path': '::error::z', 'rule': 'value-case', 'yaml_path': None, 'content': '', 'count': 1,
         'object': None},
    ],
}  # fmt: skip
NAMES = (
    '::error::x.yaml', ' ::error::x.yaml', '##[error].yaml', '\x1b[2J.yaml', 'a\n::error::y.yaml',
    '\u202e\u061c\U000e0001.yaml', '`@everyone` GH-1.yaml', '%0A::error::.yaml',
)  # fmt: skip


def lay(here: Path) -> None:
    (here / '.git').mkdir()
    for name in NAMES:
        try:
            (here / name).write_text(POLICY, encoding='utf-8', newline='')
        except OSError:
            continue
    (here / 'p.yaml').write_text(POLICY, encoding='utf-8', newline='')


@pytest.mark.parametrize('output', formats())
def test_hostile_text_in_every_field(here: Path, output: str) -> None:
    lay(here)
    out, err, status = run('--output-format', output, '.')
    if output == 'github':
        # Its own commands, and none that a file brought along.
        out = re.sub(
            '^::(?:error|warning|notice|group|endgroup)[^:]*::', '', out, flags=re.MULTILINE
        )
    assert_harmless((out + err).encode())
    assert status == 1
    if output == 'markdown':
        inert = re.sub(r'(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\]\(https:[^)]*\)', '', out)
        for word in ('@everyone', 'GH-1', 'c0ffee', '://', '<img'):
            assert word not in inert


def test_colours_are_all_that_acts_on_a_terminal(here: Path) -> None:
    lay(here)
    out, err, _ = run('--color', 'always', '.')
    assert '\x1b[1;31m' in out
    assert_harmless(re.sub('\x1b\\[[0-9;]*m', '', out + err).encode())


def run(*arguments: str) -> tuple[str, str, int]:
    """The command, whose output is not looked at yet."""
    ran = run_inside('check', *arguments)
    return ran.out.decode(), ran.err.decode(), ran.status


@pytest.mark.parametrize(
    'arguments',
    [
        ('--statistics',), ('--fix', '--unsafe-fixes'), ('--add-ignore', EVIL), ('--show-files',),
        ('--baseline', 'b.json'), ('--write-baseline', 'b.json', '--allow-growth'),
        ('--write-baseline', 'b.json'), ('--no-ignore',), ('--show-settings',),
    ],
    ids=' '.join,
)  # fmt: skip
def test_hostile_text_in_what_else_is_said(here: Path, arguments: tuple[str, ...]) -> None:
    lay(here)
    (here / 'b.json').write_text(json.dumps(BASELINE), encoding='utf-8')
    inside('check', *arguments, '.')
    (here / NAME).write_text(CONFIGURATION, encoding='utf-8')
    inside('check', *arguments, '.')


@pytest.mark.parametrize('step', some_slow([97, 1], 97))
def test_all_that_does_not_print_is_escaped(step: int) -> None:
    every = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    odd = ''.join(
        char
        for char in every
        if unicodedata.category(char)[0] in 'CZ' and char != ' '
        # Most are not assigned, or are for private use, and they are alike.
        if ord(char) % step == 0 or unicodedata.category(char) not in ('Cn', 'Co')
    )
    assert escape(odd).isprintable()
    assert json.loads(escape_json('"\udcff"')) == '\udcff'
    assert escape_json(odd).isprintable()
    assert json.loads(escape_json(json.dumps(odd, ensure_ascii=False))) == odd
    assert json.loads(escape_json(json.dumps(EVIL))) == EVIL
    assert not escape_line(' ::error::').lstrip().startswith('::')
