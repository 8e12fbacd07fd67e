"""What each kind of run imports: start-up time as something that a test can hold steady.

Milliseconds are measured in ``bench/`` and asserted nowhere.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

from linter.text import finder

ROOT = Path(__file__).resolve().parent.parent

# What opens connections. Not urllib.parse, which comes with pathlib, nor _socket, which
# typing_extensions looks at for the sake of a type.
NETWORK = frozenset((
    '_ssl', 'aiohttp', 'asyncio', 'ftplib', 'http', 'http.client', 'httpx', 'requests', 'smtplib',
    'socket', 'socketserver', 'ssl', 'urllib.request', 'urllib3', 'xmlrpc',
))  # fmt: skip
LIBRARIES = frozenset(('jsonschema', 'lark', 'rich', 'ruamel', 'yaml'))
# Slow to import, and easily imported by accident.
SLOW = frozenset((
    'argparse', 'ast', 'dataclasses', 'difflib', 'inspect', 'ipaddress', 'logging',
    'multiprocessing', 'pathlib', 'pickle', 'subprocess', 'tempfile', 'unittest', 'uuid',
))  # fmt: skip

CLEAN = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  order: 100
  selector: app == 'web' && tier in {'front', 'back'} || !has(tier)
  types: [Ingress, Egress]
  ingress:
    - action: Allow
      protocol: TCP
      source:
        selector: role == 'client'
        namespaceSelector: kubernetes.io/metadata.name == 'shop'
      destination:
        ports: [80, '8080:8090']
  egress:
    - action: Allow
      destination:
        nets: [10.0.0.0/8]
"""

# As clean, and written in a way that only a parser reads.
ANCHORED = CLEAN.replace('order: 100', 'order: &order 100')

FOREIGN = """\
apiVersion: v1
kind: Service
metadata:
  name: web
"""

# Prints what was imported to a file: standard output and error are the command's own.
RUN = """\
import sys
before = set(sys.modules)
sys.argv[:2] = ['calico-lint']
out = sys.argv.pop(1)
from linter.__main__ import run
try:
    status = run()
except SystemExit as error:
    status = error.code
with open(out, 'w') as file:
    file.write('\\n'.join(sorted(set(sys.modules) - before)))
raise SystemExit(status)
"""


class Workshop:
    """A directory to run the command in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
        return name

    def modules(self, *arguments: str, status: int = 0) -> set[str]:
        """The modules that a run of the command imports."""
        out = self.folder / 'modules.txt'
        result = subprocess.run(
            [sys.executable, '-c', f'import sys; sys.path.insert(0, {str(ROOT)!r})\n{RUN}', '-',
             str(out), *arguments],
            cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert result.returncode == status, result.stdout + result.stderr
        names = set(out.read_text(encoding='utf-8').split('\n'))
        assert not names & NETWORK
        return names


def tops(names: set[str]) -> set[str]:
    """The top-level names: ``lark`` for ``lark.lexer``."""
    return {name.partition('.')[0] for name in names}


def ours(names: set[str]) -> set[str]:
    return {name for name in names if name.partition('.')[0] == 'linter'}


def rules(names: set[str]) -> set[str]:
    return {name for name in names if name.startswith('linter.rules.')}


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    # Not tmp_path itself: the place where `modules` writes must not be walked.
    (tmp_path / 'work').mkdir()
    return Workshop(tmp_path / 'work')


@pytest.mark.parametrize('option', ['--version', '-V'])
def test_the_version_costs_nothing(workshop: Workshop, option: str) -> None:
    names = workshop.modules(option)
    assert ours(names) == {'linter', 'linter.__main__'}
    assert not tops(names) & (LIBRARIES | SLOW | {'re', 'typing'})


def test_a_file_without_calico_documents(workshop: Workshop) -> None:
    workshop.write('foreign.yaml', FOREIGN)
    names = workshop.modules('check', 'foreign.yaml')
    assert not tops(names) & (LIBRARIES | SLOW | {'collections', 'enum', 'json', 're', 'typing'})
    assert 'linter.engine.check' not in names


def test_a_named_file_that_is_not_yaml(workshop: Workshop) -> None:
    workshop.write('README', 'Nothing to see here.\n')
    names = workshop.modules('check', 'README')
    assert not tops(names) & (LIBRARIES | SLOW | {'json', 're', 'typing'})


def test_a_directory_without_calico_documents(workshop: Workshop) -> None:
    workshop.write('tree/a.yaml', FOREIGN)
    workshop.write('tree/b/c.yml', FOREIGN)
    names = workshop.modules('check', 'tree')
    assert not tops(names) & (LIBRARIES | SLOW | {'json'})
    assert 'linter.engine.check' not in names


def test_a_gitignore_needs_no_library(workshop: Workshop) -> None:
    workshop.write('tree/.gitignore', 'build/\n*.log\n**/cache*/x\n')
    workshop.write('tree/a.yaml', FOREIGN)
    names = workshop.modules('check', 'tree')
    assert not tops(names) & (LIBRARIES | SLOW | {'json'})


def test_a_clean_policy(workshop: Workshop) -> None:
    workshop.write('clean.yaml', CLEAN)
    names = workshop.modules('check', 'clean.yaml')
    assert not tops(names) & (LIBRARIES | SLOW)
    assert not names & {'linter.run.baseline', 'linter.suppress.find', 'linter.engine.check'}
    assert not rules(names)
    # Half of the time to start would be theirs.
    assert not tops(names) & {'collections', 'enum', 'functools', 'json', 're', 'typing'}


def test_with_nothing_to_fix_a_run_that_fixes_is_like_any_other(workshop: Workshop) -> None:
    workshop.write('clean.yaml', CLEAN)
    workshop.write('foreign.yaml', FOREIGN)
    for name in ('clean.yaml', 'foreign.yaml'):
        plain = workshop.modules('check', name)
        assert workshop.modules('check', '--fix', '--force-exclude', name) == plain


def test_a_policy_is_read_by_one_parser(workshop: Workshop) -> None:
    pytest.importorskip('yaml._yaml')
    workshop.write('clean.yaml', ANCHORED)
    names = workshop.modules('check', 'clean.yaml')
    assert 'linter.yaml.libyaml_reader' in names
    # Of PyYAML no more than its extension needs.
    assert not names & {'yaml', 'yaml.scanner', 'yaml.constructor', 'datetime', 'base64'}
    assert not tops(names) & {'ruamel'}
    assert 'linter.yaml.pure_reader' not in names


def test_a_root_loads_only_the_rules_for_what_is_in_view(workshop: Workshop) -> None:
    workshop.write('.calico-lint.yaml', 'roots:\n- path: .\n')
    workshop.write('clean.yaml', CLEAN)
    loaded = rules(workshop.modules('check', '.'))
    assert 'linter.rules.tier_undefined' in loaded
    asleep = 'dead_rule', 'knp_peer_dash', 'service_cidr_in_nets', 'networkset_unusable'
    assert not loaded & {f'linter.rules.{name}' for name in asleep}


def test_a_policy_loads_only_the_rules_of_its_subjects(workshop: Workshop) -> None:
    workshop.write('clean.yaml', ANCHORED)
    loaded = rules(workshop.modules('check', 'clean.yaml'))
    every = {
        f'linter.rules.{path.stem}'
        for path in (ROOT / 'linter' / 'rules').glob('*.py')
        if not path.stem.startswith('_')
    }
    unneeded = {
        'host_endpoint_fields', 'http_match_misuse', 'ip_pool_fields', 'sknp_conversion',
        'unknown_field', 'wrong_type',
    }  # fmt: skip
    assert not loaded & {f'linter.rules.{name}' for name in unneeded}
    assert len(loaded) < 0.6 * len(every)


def test_only_old_documents_need_the_migration(workshop: Workshop) -> None:
    bad = CLEAN.replace('order: 100', 'order: first')
    workshop.write('bad.yaml', f'{bad}---\n{FOREIGN}')
    assert not {
        name for name in workshop.modules('check', 'bad.yaml', status=1) if 'migrate' in name
    }
    workshop.write('old.yaml', CLEAN.replace('/v3', '/v2'))
    names = workshop.modules('check', 'old.yaml', status=1)
    assert 'linter.migrate' in names
    assert not tops(names) & (SLOW | {'lark', 'rich'})


def test_what_a_clean_selector_means_is_not_asked(workshop: Workshop) -> None:
    workshop.write('clean.yaml', CLEAN)
    names = workshop.modules('check', 'clean.yaml')
    assert 'linter.calico.selector.meaning' not in names


def test_a_bad_selector_needs_no_lark(workshop: Workshop) -> None:
    workshop.write('bad.yaml', CLEAN.replace("app == 'web'", "app = 'web'"))
    names = workshop.modules('check', 'bad.yaml', status=1)
    assert 'linter.calico.selector.walk' in names
    assert not tops(names) & {'lark', 'jsonschema', 'rich', 'argparse'}


def test_an_unknown_field_needs_no_library(workshop: Workshop) -> None:
    workshop.write('bad.yaml', CLEAN.replace('order:', 'orders:'))
    names = workshop.modules('check', 'bad.yaml', status=1)
    assert not tops(names) & {'lark', 'rich', 'argparse'}


@pytest.mark.parametrize(
    ('old', 'new'),
    [('order: 100', 'order: first'), ('[Ingress, Egress]', '[Inside]'), ('web\n', 'Web\n')],
)
def test_other_findings_need_no_lark(workshop: Workshop, old: str, new: str) -> None:
    workshop.write('bad.yaml', CLEAN.replace(old, new, 1))
    names = workshop.modules('check', 'bad.yaml', status=1)
    assert not tops(names) & {'lark', 'rich', 'argparse'}


def test_a_syntax_error_needs_nothing_but_the_parser(workshop: Workshop) -> None:
    workshop.write('bad.yaml', CLEAN + '    - {action: [Deny}\n')
    names = workshop.modules('check', 'bad.yaml', status=1)
    assert tops(names) & LIBRARIES <= {'yaml', 'ruamel'}
    assert not rules(names)


@pytest.mark.parametrize('spelling', [('--output-format', 'json'), ('--output-format=json',)])
def test_json_needs_no_rich(workshop: Workshop, spelling: tuple[str, ...]) -> None:
    workshop.write('bad.yaml', CLEAN.replace('order: 100', 'order: first'))
    names = workshop.modules('check', *spelling, 'bad.yaml', status=1)
    assert not tops(names) & {'lark', 'rich'}


def test_text_that_no_terminal_shows_needs_no_rich(workshop: Workshop) -> None:
    workshop.write('bad.yaml', CLEAN.replace("app == 'web'", "app = 'web'"))
    assert 'rich' not in tops(workshop.modules('check', 'bad.yaml', status=1))


@pytest.mark.parametrize('arguments', [('rules',), ('schema', 'NetworkPolicy')])
def test_talk_needs_no_parser(workshop: Workshop, arguments: tuple[str, ...]) -> None:
    names = workshop.modules(*arguments)
    assert not tops(names) & LIBRARIES


def test_a_page_that_no_terminal_shows_needs_no_rich(workshop: Workshop) -> None:
    names = workshop.modules('explain', 'unknown-field')
    assert tops(names) & LIBRARIES <= {'yaml', 'ruamel'}


@pytest.mark.parametrize('arguments', [('--help',), ('check', '--help')])
def test_help_needs_no_rules(workshop: Workshop, arguments: tuple[str, ...]) -> None:
    names = workshop.modules(*arguments)
    assert not tops(names) & LIBRARIES
    assert not rules(names)


def test_many_findings_in_many_formats_reach_for_no_network(workshop: Workshop) -> None:
    """NETWORK is asserted for every run; this one is as varied as a run can be."""
    bad = CLEAN.replace("app == 'web'", "app = 'web'").replace('order: 100', 'order: first')
    workshop.write('tree/.gitignore', 'build/\n')
    workshop.write('tree/bad.yaml', f'{bad}---\n{CLEAN}---\n{FOREIGN}')
    workshop.write('tree/kustomization.yaml', 'namespace: shop\n')
    workshop.write('tree/worse.yaml', CLEAN + '    - {action: [Deny}\n')
    workshop.modules('check', '--output-format', 'json', 'tree', status=1)


def test_every_module_is_found_where_python_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, 'meta_path', list(sys.meta_path))
    before = len(sys.meta_path)
    finder.install()
    finder.install()
    assert len(sys.meta_path) == before + 1
    count = 0
    for path in (ROOT / 'linter').rglob('*.py'):
        if path.name == '__init__.py':
            path = path.parent
        if path == ROOT / 'linter':
            continue  # by which ours is found
        name = '.'.join(path.relative_to(ROOT).with_suffix('').parts)
        expected = PathFinder.find_spec(name, [str(path.parent)])
        found = sys.meta_path[0].find_spec(name, None)
        assert expected is not None
        assert found is not None
        for attribute in (
            'name', 'origin', 'cached', 'has_location', 'parent', 'submodule_search_locations'
        ):  # fmt: skip
            assert getattr(found, attribute) == getattr(expected, attribute), name
        assert type(found.loader) is type(expected.loader)
        count += 1
    assert count > 300
    for name in ('linter.nothing', 'linterer.text', 'json'):
        assert sys.meta_path[0].find_spec(name, None) is None
