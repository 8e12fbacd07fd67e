"""Writes the pages of the rules, their index, and the generated parts of the other pages.

Usage: ``python -m tools.generate_docs [--check]``. ``docs/rules`` is generated as a whole. In the
other pages under ``docs`` what stands between ``<!-- generated: NAME -->`` and
``<!-- /generated -->`` is: tables out of the code and the spec, and the output of real runs. Their
input is the block below ``<!-- file: PATH -->`` in the same page.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from pathlib import Path

from linter.calico.target import (
    DEFAULT_VERSION,
    RELEASES,
    VERSIONS,
    Target,
    version_text,
)
from linter.catalogue import page_places, pages
from linter.cli import explain
from linter.engine import check
from linter.report import terminal
from linter.text.suggest import listing
from linter.workspace.config_text import STARTER
from tools.catalogue import catalogue
from tools.generate_config import SPEC
from tools.pages import Row, Table, read_tables

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / 'docs'

_BLOCK = re.compile(
    r'^(<!-- generated: (\S+) -->\n).*?^(<!-- /generated -->)$', re.MULTILINE | re.DOTALL
)
_FILE = re.compile(r'^<!-- file: (\S+) -->\n```yaml[^\n]*\n(.*?)^```$', re.MULTILINE | re.DOTALL)


class File(str):
    """The text of an example file; ``path`` is where it is said to lie."""

    path: str


# --- the rules ---


def rule_pages() -> Iterator[tuple[str, str]]:
    """Name and text of every page under ``docs/rules``."""
    for rule in catalogue().rules().values():
        yield f'{rule.id}.md', f'{explain.page(rule, "..")}\n'
    yield 'README.md', f'{rule_index()}\n'


def rule_index() -> str:
    """The rules by group."""
    parts = [
        '# Rules',
        '`calico-lint explain RULE` shows a page in the terminal, `calico-lint rules` the list, '
        'and `calico-lint rules --output-format json` all of it for programs. Severity and '
        '[effect](../targets.md#effects) may differ with the Calico version and the way into the '
        'cluster: the page of each rule says how. Rules and groups can be selected and ignored '
        'in the [configuration](../configuration.md).',
    ]
    for group, rules in pages.by_group(catalogue()).items():
        lines = [
            '| rule | what it reports | severity | effect | fix |',
            '| --- | --- | --- | --- | --- |',
        ]
        for rule in rules:
            rows = catalogue().rows_of(rule.id)
            cells = (
                f'[{rule.id}]({rule.id}.md)',
                rule.summary,
                ', '.join(pages.severities(rows)),
                ', '.join(page_places.effects(rows)) or '–',
                ', '.join(explain.fixable(rule)) or '–',
            )
            lines.append(f'| {" | ".join(cells)} |')
        parts += [f'## {group}', pages.GROUPS[group], '\n'.join(lines)]
    return '\n\n'.join(parts)


# --- parts of pages ---


def output(name: str, file: File) -> str:
    """What a real run prints about the file of the page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file, encoding='utf-8')
        environment = {
            **os.environ,
            'PYTHONPATH': str(ROOT),
            'PYTHONIOENCODING': 'utf-8',
            'NO_COLOR': '1',
        }
        done = subprocess.run(
            [sys.executable, '-m', 'linter', 'check', file.path, '--output-format', name],
            cwd=folder, env=environment, capture_output=True, encoding='utf-8', check=False,
        )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def frames(file: File) -> str:
    """What a terminal of 80 columns shows about the file of the page."""
    out = StringIO()
    found = check.check(file.path, file.encode(), Target(), catalogue()).diagnostics
    terminal.write(found, out, color=False, width=80)
    return out.getvalue()


def sarif_result(file: File) -> str:
    """The first result of the SARIF file, laid out for reading."""
    log = json.loads(output('sarif', file))
    return json.dumps(log['runs'][0]['results'][0], indent=2, ensure_ascii=False) + '\n'


def fenced(language: str, text: str) -> str:
    text = text.rstrip('\n')
    return f'```{language}\n{text}\n```\n'


def config_tables() -> str:
    """Every key of the configuration file."""
    return '\n'.join(_config_table(table) for table in read_tables(SPEC) if table.is_fields)


def _config_table(table: Table) -> str:
    heading = 'Keys' if table.heading == 'Config' else table.heading
    lines = [
        f'### {heading}\n',
        f'{table.intro}\n',
        '| key | meaning | value | default |',
        '| --- | --- | --- | --- |',
        *map(_config_row, table.rows),
    ]
    return '\n'.join(lines) + '\n'


def _config_row(row: Row) -> str:
    value = row.get('Accepted Values').replace('`, `', '` or `') or row.get('Schema')
    return f'| `{row.get("Field")}` | {row.get("Description")} | {value} | {row.get("Default")} |'


def hooks() -> str:
    """The hooks that pre-commit finds."""
    import yaml

    lines = ['| hook | what it does | command |', '| --- | --- | --- |']
    for hook in yaml.safe_load((ROOT / '.pre-commit-hooks.yaml').read_text(encoding='utf-8')):
        lines.append(f'| `{hook["id"]}` | {hook["description"]} | `{hook["entry"]}` |')
    return '\n'.join(lines) + '\n'


def lanes() -> str:
    """The lanes with the words that the rules' pages use for them."""
    lines = ['| name | documents go through |', '| --- | --- |']
    lines += [
        f'| `{lane}` | {listing(words, "and")} |' for lane, words in page_places.LANES.items()
    ]
    return '\n'.join(lines) + '\n'


def versions() -> str:
    first, last = version_text(VERSIONS[0]), version_text(VERSIONS[-1])
    lines = [
        f'Calico {first} to {last}; {version_text(DEFAULT_VERSION)} where nothing is said.',
        '',
        '| version | facts from | state |',
        '| --- | --- | --- |',
    ]
    for version, release in RELEASES.items():
        state = 'released' if release.is_out else 'pre-release: it may still change'
        lines.append(f'| {version_text(version)} | {release.source} | {state} |')
    return '\n'.join(lines) + '\n'


def groups() -> str:
    """The groups with the numbers of their rules."""
    lines = ['| group | what it is about | rules |', '| --- | --- | --- |']
    for group, rules in pages.by_group(catalogue()).items():
        lines.append(
            f'| [{group}](rules/README.md#{group}) | {pages.GROUPS[group]} | {len(rules)} |'
        )
    return '\n'.join(lines) + '\n'


PARTS: dict[str, Callable[[File], str]] = {
    'terminal': lambda file: fenced('text', frames(file)),
    'text': lambda file: fenced('text', output('text', file)),
    'concise': lambda file: fenced('text', output('concise', file)),
    'json': lambda file: fenced('json', output('json', file)),
    'sarif-result': lambda file: fenced('json', sarif_result(file)),
    'github': lambda file: fenced('text', output('github', file)),
    'gitlab': lambda file: fenced('json', output('gitlab', file)),
    'junit': lambda file: fenced('xml', output('junit', file)),
    'rdjson': lambda file: fenced('json', output('rdjson', file)),
    'markdown': lambda file: fenced('markdown', output('markdown', file)),
    'config': lambda file: config_tables(),
    'starter': lambda file: fenced('yaml', STARTER),
    'hooks': lambda file: hooks(),
    'lanes': lambda file: lanes(),
    'versions': lambda file: versions(),
    'groups': lambda file: groups(),
}


def filled(text: str) -> str:
    """A page with its generated parts anew."""
    file = File()
    file.path = ''
    found = _FILE.search(text)
    if found:
        file = File(found[2])
        file.path = found[1]
    return _BLOCK.sub(lambda match: f'{match[1]}\n{PARTS[match[2]](file)}\n{match[3]}', text)


def render() -> dict[Path, str]:
    """The text of every page that is generated, as a whole or in parts."""
    made = {DOCS / 'rules' / name: text for name, text in rule_pages()}
    for path in sorted(DOCS.glob('*.md')):
        made[path] = filled(path.read_text(encoding='utf-8'))
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Write the pages, or with ``--check`` say whether they are current (exit status 1)."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    made = render()
    stray = [path for path in sorted((DOCS / 'rules').glob('*.md')) if path not in made]
    stale = [
        path
        for path, text in made.items()
        if not path.is_file() or path.read_text(encoding='utf-8') != text
    ]
    if '--check' in arguments:
        for path in (*stale, *stray):
            name = path.relative_to(ROOT)
            print(f'{name} is stale: run python -m tools.generate_docs', file=sys.stderr)
        return 1 if stale or stray else 0
    for path in stray:
        path.unlink()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding='utf-8', newline='\n')
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
