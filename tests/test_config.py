"""The configuration file: its schema, its mistakes, and which settings it gives to which file.

``fixtures/config`` has a file for each kind of mistake, and beside it in ``.txt`` what is printed
about it; ``pytest --update`` rewrites those.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import FIXTURES, printed
from everything import Options
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from linter.calico.target import VERSIONS, Target, version_text
from linter.catalogue.catalogue import standard
from linter.diagnostic import Diagnostic
from linter.text.errors import Fatal
from linter.workspace import config
from linter.workspace.config_terms import names
from linter.workspace.config_text import STARTER, init
from linter.workspace.discover import find
from linter.workspace.files import Disk
from linter.workspace.lookup import MISNAMED, NAME, Lookup
from linter.workspace.show_settings import show_settings
from tools import generate_config, pages

ROOT = Path(__file__).resolve().parent.parent
SCHEMA: dict[str, Any] = json.loads(
    (ROOT / 'schemas' / 'config.schema.json').read_text(encoding='utf-8')
)
CASES = sorted((FIXTURES / 'config').glob('*.yaml'))
CLEAN = {'full', 'empty', 'comments', 'marker'}

# The schema --------------------------------------------------------------------------------------


def test_schema_is_fresh() -> None:
    assert generate_config.main(['--check']) == 0


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA['$defs'].keys() == set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(SCHEMA)))


def test_schema_knows_every_rule_and_group() -> None:
    rules = {rule.id for rule in standard().rules().values()} - {config.RULE}
    groups = SCHEMA['$defs']['RuleOrGroup']['x-calico-lint-groups']
    assert sorted(rules) == sorted(rule for members in groups.values() for rule in members)
    assert not rules & groups.keys(), 'a group cannot be called like a rule'
    assert set(SCHEMA['$defs']['RuleOrGroup']['enum']) == rules | groups.keys()
    assert names('invalid-port') == {'invalid-port'}
    assert names('ports') == set(groups['ports'])
    assert names('nothing') is None


@pytest.mark.parametrize('version', [version_text(version) for version in VERSIONS])
def test_schema_takes_versions_with_and_without_quotes(version: str) -> None:
    for text in (version, f'"{version}"', f'v{version}', f'{version}.4'):
        assert schema_errors(f'calico-version: {text}') == []
        assert mistakes(f'calico-version: {text}') == []


def test_what_editors_offer_for_a_version_is_text() -> None:
    """Of the number 3.30, YAML leaves 3.3, which is no version."""
    offered = [one for part in SCHEMA['$defs']['Version']['anyOf'] for one in part.get('enum', ())]
    assert offered == [version_text(version) for version in VERSIONS]
    assert '3.30' in offered
    assert mistakes('calico-version: 3.3') != []


@pytest.mark.parametrize(
    ('cell', 'message'),
    [
        ('list of ruls | |', 'unknown shape in Schema'),
        ('[Nowhere](#nowhere) | |', 'no object #nowhere'),
        ('boolean | `maybe` |', 'does not fit'),
    ],
)
def test_a_malformed_table_stops_the_generator(tmp_path: Path, cell: str, message: str) -> None:
    page = tmp_path / 'config.md'
    head = '| Field | Description | Accepted Values | Schema | Default |\n|---|---|---|---|---|\n'
    page.write_text(f'## Config\n\n{head}| a | Something. | | {cell}\n', encoding='utf-8')
    with pytest.raises(pages.PageError, match=message):
        generate_config.render(page)


# Mistakes ----------------------------------------------------------------------------------------


def read(text: str | bytes, folder: Path) -> config.Config:
    path = folder / NAME
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return config.read(str(path))


def mistakes(text: str) -> list[Diagnostic]:
    """What the reader has against a text."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return read(text, Path(folder)).diagnostics


def schema_errors(text: str) -> list[str]:
    data = yaml.safe_load(text)
    if data is None:
        return []
    # An empty key is as good as none.
    if isinstance(data, dict):
        data = {key: value for key, value in data.items() if value is not None or key not in TOP}
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(data)]


TOP = SCHEMA['properties']


@pytest.mark.parametrize('reader', ['auto', 'pure'])
@pytest.mark.parametrize('path', CASES, ids=lambda path: path.stem)
def test_mistakes(path: Path, reader: str, update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv('CALICO_LINT_YAML', reader)
    found = config.read(path.name).diagnostics
    golden = path.with_suffix('.txt')
    text = printed(found)
    if update and text:
        golden.write_text(text, encoding='utf-8', newline='\n')
    expected = golden.read_text(encoding='utf-8') if golden.exists() else ''
    assert text.splitlines() == expected.splitlines()
    assert (path.stem in CLEAN) == (found == [])
    assert golden.exists() == (found != [])
    for one in found:
        assert (one.rule, one.severity, one.effect, one.refused_by) == (
            'invalid-configuration',
            'error',
            None,
            None,
        )
        assert 0 <= one.span.start <= one.span.end <= len(one.source.text)


def test_fact_table_says_the_same() -> None:
    for row in standard().facts.rows():
        if row.rule == config.RULE:
            assert (row.fact, row.severity, row.effect) == (config.FACT, 'error', None)


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in (FIXTURES / 'config').glob('*.txt')} == {
        path.stem for path in CASES
    } - CLEAN


# About these the schema has nothing to say, or something else.
BEYOND_THE_SCHEMA = {
    'bom-crlf': False,
    'latin1': None,
    'native': True,
    'native-inherited': True,
    'star': None,
    'syntax': None,
    'rest': None,
    'two-documents': None,
    'tags': None,
    'patterns': None,
}


@pytest.mark.parametrize('path', CASES, ids=lambda path: path.stem)
def test_reader_and_schema_agree(path: Path) -> None:
    fits = BEYOND_THE_SCHEMA.get(path.stem, path.stem in CLEAN)
    if fits is None:
        return
    text = path.read_text(encoding='utf-8-sig')
    assert (schema_errors(text) == []) == fits


RULES = st.sampled_from(['invalid-port', 'ports', 'types', 'type', '', 'configuration'])
JUNK: st.SearchStrategy[Any] = st.one_of(
    st.booleans(), st.integers(-2, 9), st.text('ab-/', max_size=3), st.just([]), st.just({})
)
LISTS = st.lists(RULES | JUNK, max_size=3)
SEVERITIES = st.dictionaries(RULES, st.sampled_from(['error', 'info', 'off', False, 1]), max_size=2)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    'calico-version': st.sampled_from([3.32, 3.3, '3.30', 'v3.33.1', 3.34, '3.34', 3, True, 'x']),
    'admission': st.sampled_from(['api', 'Api', 'native', 1]),
    'datastore': st.sampled_from(['kubernetes', 'etcdv3', 'etcd']),
    'dataplane': st.sampled_from(['iptables', 'nftables', 'ebpf', 'bpf']),
    'select': LISTS,
    'ignore': LISTS,
    'severity': SEVERITIES,
    'require-reason': st.booleans() | JUNK,
    'exclude': st.lists(st.sampled_from(['a/', '*.yaml', '!b', 1, False]), max_size=2),
    'paths': st.lists(st.sampled_from(['a/', '*.yaml', '!b', 1, False]), max_size=2),
    'tiers': st.lists(st.sampled_from(['a', 'a-1', 'A', '-a', 'a.b', 1]), max_size=2),
    'junk': JUNK,
}


def one_of(*keys: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the keys, each mostly with a value of its own."""
    return st.fixed_dictionaries(
        {}, optional={key: st.one_of(VALUES[key], VALUES[key], JUNK) for key in keys}
    )


ENTRIES = one_of('paths', 'calico-version', 'datastore', 'select', 'ignore', 'severity', 'exclude')
CONFIGS = st.builds(
    lambda top, more: {**top, **more},
    one_of('calico-version', 'datastore', 'select', 'ignore', 'severity', 'exclude',
           'require-reason', 'junk'),
    st.fixed_dictionaries({}, optional={
        'per-path': st.lists(ENTRIES, max_size=2),
        'external': one_of('tiers', 'junk'),
    }),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(CONFIGS)
def test_reader_and_schema_agree_on_anything(data: dict[str, Any]) -> None:
    # A string "3.3" and a number 3.30 are told apart by the reader alone, and JSON has but one.
    text = json.dumps(data)
    if '3.3,' in text or '3.3}' in text or '"a/b' in text:
        text = text.replace('3.3,', '3.30,').replace('3.3}', '3.30}')
    found = [one.message for one in mistakes(text)]
    about_patterns = [m for m in found if 'not a pattern' in m or 'matches nothing' in m]
    if found == about_patterns:
        assert schema_errors(text) == []
    else:
        assert schema_errors(text) != [], found


def test_a_mistake_leaves_the_rest_in_force(tmp_path: Path) -> None:
    text = 'calico-version: 3.31\nadmission: nativ\nexclude: [./a, b/]\nignore: [ports, prts]\n'
    found = read(text + 'per-path:\n- paths: [../x]\n  ignore: [nets]\n', tmp_path)
    assert len(found.diagnostics) == 4
    (top,) = found.layers
    assert (top.version, top.admission) == ((3, 31), None)
    assert top.ignore == names('ports')
    assert found.patterns == ('b/',)
    assert top.lines.keys() >= {'calico-version', 'ignore'}
    assert 'admission' not in top.lines


@pytest.mark.parametrize(
    'text',
    ['a: [b', 'a: 1\n b: 2', b'\xff\xfea', '- a', 'word', '&a [*a]', '- 1\n---\n- 2', '%YAML 1.2'],
)
def test_a_file_that_cannot_be_read_sets_nothing(text: str | bytes, tmp_path: Path) -> None:
    found = read(text, tmp_path)
    assert found.diagnostics
    assert found.layers == (config.NOTHING,)


def test_a_path_that_is_no_file(tmp_path: Path) -> None:
    for make in (
        lambda path: path.mkdir(),
        lambda path: path.symlink_to('nowhere'),
        lambda path: os.mkfifo(path),
    ):
        path = tmp_path / 'config'
        make(path)
        (found,) = config.read(str(path)).diagnostics
        assert found.source.position(found.span.start) == (1, 1)
        path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.skipif(os.name == 'nt' or os.geteuid() == 0, reason='root reads everything')
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.touch(mode=0)
    (found,) = config.read(str(path)).diagnostics
    assert 'permission denied' in found.message


# Which file counts -------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, as the working directory."""
    root = tmp_path / 'repository'
    (root / '.git').mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')


def test_no_configuration(repository: Path) -> None:
    found = Options().lookup().settings_for('a/b.yaml')
    assert found.target == Target()
    assert found.source is None
    assert found.wants('invalid-port')
    assert not found.require_reason
    assert (found.severity, found.tiers, found.namespaces) == ({}, frozenset(), frozenset())
    assert not Options().lookup().is_excluded('a/b.yaml')


def test_the_nearest_counts_alone(repository: Path) -> None:
    write(repository, {
        NAME: 'calico-version: 3.31\nrequire-reason: true\n',
        f'a/{NAME}': 'ignore: [ports]\n',
        'a/b/c/x.yaml': '',
    })  # fmt: skip
    lookup = Options().lookup()
    assert lookup.settings_for('x.yaml').target.version == (3, 31)
    assert lookup.settings_for('b/x.yaml').require_reason
    for path in ('a/x.yaml', 'a/b/c/x.yaml', 'a/b/x.yaml', str(repository / 'a/b/x.yaml')):
        found = lookup.settings_for(path)
        assert found.target == Target()
        assert not found.require_reason
        assert not found.wants('invalid-port')
        assert found.source == f'a/{NAME}'


def test_the_search_ends_with_the_repository(repository: Path) -> None:
    write(repository.parent, {NAME: 'calico-version: 3.26\n', 'outside/x.yaml': ''})
    write(repository, {'module/.git': 'gitdir: elsewhere\n'})
    lookup = Options().lookup()
    assert lookup.settings_for('x.yaml').source is None
    assert lookup.settings_for('../outside/x.yaml').source == f'../{NAME}'
    write(repository, {NAME: 'calico-version: 3.27\n'})
    lookup = Options().lookup()
    assert lookup.settings_for('x.yaml').source == NAME
    assert lookup.settings_for('module/x.yaml').source is None


def test_from_a_folder_inside(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository, {NAME: 'exclude: [/a/b/]\nexlude: []\n', 'a/b/x.yaml': ''})
    monkeypatch.chdir(repository / 'a')
    lookup = Options().lookup()
    assert lookup.is_excluded('b/x.yaml')
    assert not lookup.is_excluded('x.yaml')
    assert lookup.mistakes.keys() == {f'../{NAME}'}


def test_the_suffix_is_yaml(repository: Path) -> None:
    write(repository, {MISNAMED: 'calico-version: 3.31\n'})
    lookup = Options().lookup()
    assert lookup.settings_for('a/x.yaml').target == Target()
    assert lookup.settings_for('b/x.yaml').target == Target()
    ((found,),) = lookup.mistakes.values()
    assert found.source.path == MISNAMED
    write(repository, {NAME: ''})
    lookup = Options().lookup()
    assert lookup.settings_for('a/x.yaml').source == NAME
    assert lookup.mistakes == {}


def test_names_agree() -> None:
    assert NAME == config.NAME


def test_each_file_is_read_once_and_each_folder_looked_up_once(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository, {NAME: 'exlude: []\nper-path: [{paths: [x1*], ignore: [ports]}]\n'})
    asked: list[str] = []
    exists = os.path.lexists
    monkeypatch.setattr(os.path, 'lexists', lambda path: asked.append(path) or exists(path))
    reads: list[str] = []
    reading = config.read
    monkeypatch.setattr(config, 'read', lambda *of: reads.append(of[0]) or reading(*of))
    lookup = Options().lookup()
    for number in range(10_000):
        lookup.settings_for(f'a/b/x{number}.yaml')
        lookup.is_excluded(f'a/b/x{number}.yaml')
    assert len(asked) <= 3 * 3
    lookup.settings_for('a/x.yaml')
    lookup.settings_for('c/x.yaml')
    assert len(asked) <= 4 * 3
    assert len(reads) == 1
    assert [len(found) for found in lookup.mistakes.values()] == [1]
    assert lookup.settings_for('a/b/x1.yaml') is lookup.settings_for('c/x12.yaml')


def test_without_a_configuration_nothing_is_imported(repository: Path) -> None:
    code = (
        'import __future__, errno, os, stat, sys; before = set(sys.modules)\n'
        'from linter.workspace.options import Options\n'
        'lookup = Options(catalogue=dict).lookup()\n'
        'assert lookup.settings_for("a/b.yaml").source is None\n'
        'assert not lookup.is_excluded("a/b.yaml")\n'
        'print(*sorted(set(sys.modules) - before))\n'
    )
    done = subprocess.run(
        [sys.executable, '-S', '-c', code],
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == {
        'linter',
        'linter.text',
        'linter.text.errors',
        'linter.workspace',
        'linter.workspace.files',
        'linter.workspace.lookup',
        'linter.workspace.options',
        'linter.workspace.settings',
    }


# Layers ------------------------------------------------------------------------------------------

LAYERED = """\
calico-version: 3.31
select: [ports, types, nets]
ignore: [invalid-port]
severity: {ports: info, invalid-port: error}
per-path:
- paths: [prod/]
  calico-version: 3.33
  ignore: [types-omitted]
  severity: {types: warning}
- paths: ['*-native.yaml']
  admission: native
  calico-version: 3.32
  severity: {invalid-port: warning}
- paths: [prod/strict/]
  select: [fields]
  datastore: etcdv3
"""


def test_layers(repository: Path) -> None:
    write(repository, {NAME: LAYERED})
    lookup = Options().lookup()

    found = lookup.settings_for('x.yaml')
    assert found.target == Target((3, 31), 'api', None)
    assert found.wants('port-range-dash')
    assert not found.wants('invalid-port')
    assert not found.wants('unknown-field')
    assert found.severity['port-range-dash'] == 'info'
    assert found.severity['invalid-port'] == 'error'
    assert 'types-omitted' not in found.severity

    found = lookup.settings_for('a/prod/x.yaml')
    assert found.target == Target((3, 33), 'api', None)
    assert not found.wants('types-omitted')
    assert not found.wants('invalid-port')
    assert found.severity['types-omitted'] == 'warning'

    found = lookup.settings_for('prod/x-native.yaml')
    assert found.target == Target((3, 32), 'native', None)
    assert found.severity['invalid-port'] == 'warning'
    assert found.severity['port-range-dash'] == 'info'

    found = lookup.settings_for('prod/strict/x.yaml')
    assert found.target == Target((3, 33), 'api', 'etcdv3')
    assert found.wants('unknown-field')
    assert not found.wants('types-omitted')
    assert found.ignore == frozenset()
    assert lookup.mistakes == {}


def test_patterns_are_those_of_gitignore(repository: Path) -> None:
    write(repository, {NAME: 'per-path: [{paths: ["/*", "!/prod/"], ignore: [ports]}]'})
    lookup = Options().lookup()
    ignores = {
        path: not lookup.settings_for(path).wants('invalid-port')
        for path in ('x.yaml', 'test/x.yaml', 'test/prod/x.yaml', 'prod/x.yaml', 'prod/a/x.yaml')
    }
    assert ignores == {
        'x.yaml': True,
        'test/x.yaml': True,
        'test/prod/x.yaml': True,
        'prod/x.yaml': False,
        'prod/a/x.yaml': False,
    }


def test_the_command_line_beats_the_file(repository: Path) -> None:
    write(repository, {NAME: LAYERED})
    ports = names('ports') or frozenset()

    found = (
        Options(version=(3, 30), admission='api', datastore='etcdv3')
        .lookup()
        .settings_for('prod/x.yaml')
    )
    assert found.target == Target((3, 30), 'api', 'etcdv3')
    assert not found.wants('invalid-port')

    # What is selected there is reported, whatever the file ignores.
    found = Options(select=ports).lookup().settings_for('x.yaml')
    assert found.wants('invalid-port')
    assert not found.wants('types-omitted')
    found = (
        Options(select=ports, ignore=frozenset({'invalid-port'})).lookup().settings_for('x.yaml')
    )
    assert not found.wants('invalid-port')

    # What is ignored there is ignored, too.
    found = Options(ignore=frozenset({'icmp-fields'})).lookup().settings_for('x.yaml')
    assert not found.wants('icmp-fields')
    assert not found.wants('invalid-port')
    assert found.wants('port-range-dash')


def test_a_target_that_does_not_exist(repository: Path) -> None:
    write(repository, {NAME: 'admission: native\n'})
    found = Options(version=(3, 31)).lookup().settings_for('x.yaml')
    with pytest.raises(Fatal, match=rf'{NAME}: Calico 3\.31 has no native'):
        _ = found.target
    assert Options(version=(3, 31), admission='api').lookup().settings_for(
        'x.yaml'
    ).target.version == (3, 31)


def test_external_and_reason(repository: Path) -> None:
    write(repository, {
        NAME: 'external: {tiers: [a], namespaces: [b, c]}\nrequire-reason: true\n'
    })  # fmt: skip
    found = Options().lookup().settings_for('x.yaml')
    assert (found.tiers, found.namespaces) == ({'a'}, {'b', 'c'})
    assert found.require_reason


# Excludes ----------------------------------------------------------------------------------------

EXCLUDES = 'exclude: [vendor/, "*.tpl.yaml", "!keep.tpl.yaml", /top/deep/]\n'


@pytest.mark.parametrize(
    ('path', 'paths', 'excluded', 'forced'),
    [
        ('x.yaml', ['.'], False, False),
        ('vendor/x.yaml', ['.'], True, True),
        ('a/vendor/b/x.yaml', ['.'], True, True),
        ('vendor.yaml', ['.'], False, False),
        ('a/x.tpl.yaml', ['.'], True, True),
        ('a/keep.tpl.yaml', ['.'], False, False),
        ('vendor/keep.tpl.yaml', ['.'], True, True),
        ('top/deep/x.yaml', ['.'], True, True),
        ('a/top/deep/x.yaml', ['.'], False, False),
        # A file that is named
        ('vendor/x.yaml', ['vendor/x.yaml'], False, True),
        ('vendor/x.yaml', ['./vendor/../vendor/x.yaml'], False, True),
        ('vendor/x.yaml', ['vendor/y.yaml'], True, True),
        # A folder that is named, and what is excluded below it
        ('vendor/x.yaml', ['vendor'], False, True),
        ('vendor/a/x.yaml', ['vendor/'], False, True),
        ('vendor/a/x.yaml', ['.', 'vendor/a'], False, True),
        ('vendor/vendor/x.yaml', ['vendor'], True, True),
        ('vendor/a/x.tpl.yaml', ['vendor'], True, True),
        ('vendor/a/keep.tpl.yaml', ['vendor'], False, True),
        ('top/deep/x.yaml', ['top'], True, True),
        ('top/deep/x.yaml', ['top/deep'], False, True),
        ('vendor/x.yaml', ['..'], True, True),
        ('x.yaml', ['x.yaml'], False, False),
    ],
)
def test_excludes(
    repository: Path, path: str, paths: list[str], excluded: bool, forced: bool
) -> None:
    write(repository, {NAME: EXCLUDES, 'vendor/x.yaml': ''})
    assert Options(paths).lookup().is_excluded(path) is excluded
    assert Options(paths, force_exclude=True).lookup().is_excluded(path) is forced
    absolute = [str(repository / one) for one in paths]
    assert Options(absolute).lookup().is_excluded(path) is excluded
    assert Options().lookup().is_excluded(path) is forced


def test_a_named_folder_above_the_configuration(repository: Path) -> None:
    write(repository, {f'a/{NAME}': EXCLUDES})
    assert Options(['.']).lookup().is_excluded('a/vendor/x.yaml')
    assert not Options(['a/vendor']).lookup().is_excluded('a/vendor/x.yaml')
    assert not Options(['.']).lookup().is_excluded('vendor/x.yaml')


class Seen(Disk):
    """The disk, and which folders of it were listed."""

    __slots__ = ('listed',)

    def __init__(self) -> None:
        self.listed: list[str] = []

    def list(self, path: str) -> list[tuple[str, str]]:
        self.listed.append(path)
        return super().list(path)


def test_an_excluded_folder_is_not_looked_into(repository: Path) -> None:
    write(repository, {
        NAME: 'exclude: [vendor/, "!vendor/keep/", "*/gen/"]\n',
        'vendor/a/b/x.yaml': '', 'vendor/keep/x.yaml': '', 'a/gen/x/x.yaml': '', 'a/x.yaml': '',
    })  # fmt: skip
    disk = Seen()
    lookup = Lookup(Options(['.']), disk)
    assert list(find(['.'], lookup.is_excluded, disk)) == ['.calico-lint.yaml', 'a/x.yaml']
    assert disk.listed == ['.', 'a']
    disk = Seen()
    lookup = Lookup(Options(['vendor']), disk)
    assert list(find(['vendor'], lookup.is_excluded, disk)) == [
        'vendor/a/b/x.yaml',
        'vendor/keep/x.yaml',
    ]


def test_a_configuration_in_an_excluded_folder_takes_nothing_back(repository: Path) -> None:
    """Neither where the folder is walked nor where a hook names its files."""
    write(repository, {
        NAME: 'exclude: [vendor/]\n', f'vendor/lib/{NAME}': 'exclude: [c/]\n',
        'vendor/lib/x.yaml': '', 'vendor/module/.git': '', f'vendor/module/{NAME}': '',
    })  # fmt: skip
    lookup = Options(['.']).lookup()
    assert lookup.is_excluded('vendor/lib/x.yaml')
    assert lookup.is_excluded('vendor/lib/')
    assert lookup.settings_for('vendor/lib/x.yaml').source == f'vendor/lib/{NAME}'
    named = ['vendor/lib/x.yaml']
    assert not Options(named).lookup().is_excluded(named[0])
    assert Options(named, force_exclude=True).lookup().is_excluded(named[0])
    assert not Options(['vendor/lib']).lookup().is_excluded('vendor/lib/x.yaml')
    assert Options(['vendor/lib']).lookup().is_excluded('vendor/lib/c/x.yaml')
    # Another repository is another matter.
    assert not lookup.is_excluded('vendor/module/x.yaml')


def test_exclude_of_the_command_line(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository, {NAME: 'exclude: [/a/]\n', 'a/x.yaml': '', 'b/x.yaml': '', 'b/c/x.yaml': ''})
    lookup = Options(['.'], exclude=('c/', '/b/x.yaml')).lookup()
    excluded = [path for path in ('a/x.yaml', 'b/x.yaml', 'b/c/x.yaml') if lookup.is_excluded(path)]
    assert excluded == ['a/x.yaml', 'b/x.yaml', 'b/c/x.yaml']
    assert not Options(['b/c/x.yaml'], exclude=('c/',)).lookup().is_excluded('b/c/x.yaml')
    assert (
        Options(['b/c/x.yaml'], exclude=('c/',), force_exclude=True)
        .lookup()
        .is_excluded('b/c/x.yaml')
    )
    # Its patterns are seen from the working directory.
    monkeypatch.chdir(repository / 'b')
    assert Options(['.'], exclude=('/c/',)).lookup().is_excluded('c/x.yaml')


def test_one_named_configuration_counts_alone(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository, {
        NAME: 'calico-version: "3.30"\n', f'a/{NAME}': 'ignore: [ports]\n',
        'ci/strict.yaml': 'calico-version: "3.31"\nexclude: [/a/b/]\nexlude: []\n',
    })  # fmt: skip
    lookup = Options(['.'], config='ci/strict.yaml').lookup()
    for path in ('x.yaml', 'a/x.yaml', '../outside/x.yaml'):
        assert lookup.settings_for(path).target.version == (3, 31)
        assert lookup.settings_for(path).wants('invalid-port')
    # Its patterns are seen from the working directory, wherever the file lies.
    assert lookup.is_excluded('a/b/x.yaml')
    assert lookup.mistakes.keys() == {'ci/strict.yaml'}
    with pytest.raises(Fatal, match=r'there is no configuration nowhere\.yaml'):
        Options(config='nowhere.yaml').lookup()
    lookup = Options(['.'], no_config=True).lookup()
    assert lookup.settings_for('a/x.yaml') is lookup.default
    assert lookup.run_config() is None


def test_the_dot_is_part_of_the_name(repository: Path) -> None:
    write(
        repository, {'calico-lint.yaml': 'ignore: [ports]\n', 'a/calico-lint.yaml': 'ignore: []\n'}
    )
    lookup = Options().lookup()
    assert lookup.settings_for('a/x.yaml').wants('invalid-port')
    ((found,),) = lookup.mistakes.values()
    assert found.source.path == 'calico-lint.yaml'
    # A workflow that runs the linter is called so, too.
    write(repository, {'calico-lint.yaml': 'name: lint\non: push\njobs: {}\n'})
    lookup = Options().lookup()
    lookup.settings_for('x.yaml')
    assert not lookup.mistakes


def test_many_entries_are_asked_once_a_file(repository: Path) -> None:
    entries = '\n'.join(
        f'- {{paths: [apps/{number}/, "*-{number}"], ignore: [ports]}}' for number in range(300)
    )
    write(repository, {NAME: f'per-path:\n{entries}\n'})
    lookup = Options().lookup()
    asked: list[str] = []
    lookup.settings_for('x.yaml')
    (home,) = lookup.homes()
    assert home.config.paths is not None
    for pattern in home.config.paths.patterns:
        assert pattern.match is None
    kept = type(home.config.paths).who_matches
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            type(home.config.paths),
            'who_matches',
            lambda self, path, is_folder: asked.append(path) or kept(self, path, is_folder),
        )
        for number in range(1000):
            found = lookup.settings_for(f'apps/{number}/x.yaml')
            assert found.wants('invalid-port') == (number >= 300)
    # Two folders and the file.
    assert len(asked) == 3000


# Showing and starting ----------------------------------------------------------------------------


def test_show_settings(repository: Path) -> None:
    write(repository, {NAME: LAYERED + EXCLUDES + 'external: {tiers: [a]}\nexternl: {}\n'})
    options = Options(ignore=frozenset({'host-bits'}))
    shown = show_settings('prod/strict/x.yaml', options)
    assert shown == (
        '# prod/strict/x.yaml\n'
        '# configuration: .calico-lint.yaml\n'
        '# mistakes in it: 1, named by calico-lint check\n'
        'calico-version: 3.33  # .calico-lint.yaml:7\n'
        'admission: api  # default\n'
        'datastore: etcdv3  # .calico-lint.yaml:16\n'
        'edition: open-source  # default\n'
        'dataplane: iptables  # default\n'
        'profile: default  # default\n'
        f'select: [{", ".join(sorted(names("fields") or ()))}]  # .calico-lint.yaml:15\n'
        'ignore: [host-bits]  # the command line\n'
        f'severity: {shown.split("severity: ")[1].splitlines()[0]}\n'
        'exclude: [vendor/, *.tpl.yaml, !keep.tpl.yaml, /top/deep/]  # .calico-lint.yaml:17\n'
        'roots: []  # default\n'
        'external: {tiers: [a], namespaces: []}  # .calico-lint.yaml:18\n'
        'baseline: none  # default\n'
        'fail-on: warning  # default\n'
        'require-reason: false  # default\n'
        'embedded: false  # default\n'
        'kubernetes: false  # default\n'
    )
    assert '# .calico-lint.yaml:4 and .calico-lint.yaml:9\n' in shown
    assert '# excluded' not in shown
    assert '# excluded' in show_settings('vendor/x.yaml', Options())
    (repository / 'vendor').mkdir()
    assert '# excluded' in show_settings('vendor', Options())
    assert '# excluded' not in show_settings('.', Options())
    shown = show_settings('../x.yaml', Options())
    assert f'# configuration: no {NAME}' in shown
    assert 'select: those of the profile  # default' in shown


def test_show_settings_covers_every_key(repository: Path) -> None:
    keys = re.findall(r'^([\w-]+): ', show_settings('x.yaml', Options()), re.MULTILINE)
    assert keys == [key for key in TOP if key != 'per-path']


def uncommented(text: str) -> str:
    """The starter with every setting in force: prose has a space after its sign."""
    return re.sub(r'^#(?! \S)(?=.)', '', text, flags=re.MULTILINE)


def test_starter_changes_nothing(repository: Path) -> None:
    text = init('.')
    assert (repository / NAME).read_text(encoding='utf-8') == text
    lookup = Options().lookup()
    assert lookup.settings_for('x.yaml').target == Target()
    assert lookup.settings_for('x.yaml').wants('types-omitted')
    assert lookup.mistakes == {}
    with pytest.raises(Fatal, match='exists already'):
        init('.')
    with pytest.raises(Fatal, match='cannot be written'):
        init('nowhere')


def test_starter_is_valid_when_it_is_in_force() -> None:
    text = uncommented(STARTER)
    assert mistakes(text) == []
    assert schema_errors(text) == []
    data = yaml.safe_load(text)
    assert list(data) == list(TOP)
    assert all(value for value in data.values())
    for line in STARTER.splitlines():
        assert len(line) <= 100 or 'http' in line
