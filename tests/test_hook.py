"""The hooks of .pre-commit-hooks.yaml, run by the real pre-commit in a real git repository."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / '.pre-commit-hooks.yaml').read_text())

CLEAN = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role == 'web'
  types: [Ingress]
"""
BROKEN = CLEAN.replace('==', '=')
FOREIGN = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n'


def git(*arguments: str, cwd: Path) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith('GIT_')},
        'GIT_AUTHOR_NAME': 'a',
        'GIT_AUTHOR_EMAIL': 'a@example.com',
        'GIT_COMMITTER_NAME': 'a',
        'GIT_COMMITTER_EMAIL': 'a@example.com',
        'GIT_CONFIG_GLOBAL': os.devnull,
    }
    return subprocess.run(
        ('git', *arguments), cwd=cwd, env=environment, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope='module')
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that offers the hooks, as a tag of this one would: our files, committed."""
    repository = tmp_path_factory.mktemp('hooks')
    listed = git('ls-files', '--cached', '--others', '--exclude-standard', cwd=ROOT)
    for name in listed.splitlines():
        if name.startswith(('fixtures/', 'tests/', 'bench/')) or not (ROOT / name).is_file():
            continue
        target = repository / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    git('init', '-q', '-b', 'main', cwd=repository)
    git('add', '-A', cwd=repository)
    git('commit', '-qm', 'release', cwd=repository)
    git('tag', 'v0.1.0', cwd=repository)
    return repository


@pytest.fixture
def users(tmp_path: Path, hooks: Path) -> Path:
    """A user's repository with the hooks configured."""
    (tmp_path / '.pre-commit-config.yaml').write_text(
        f'repos:\n- repo: {hooks}\n  rev: v0.1.0\n  hooks:\n'
        '  - id: calico-lint\n  - id: calico-lint-all\n  - id: calico-lint-fix\n'
        '  - id: calico-lint-test\n'
    )
    git('init', '-q', '-b', 'main', cwd=tmp_path)
    return tmp_path


@pytest.fixture(scope='module', autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An own cache, so that the hook's environment is really built from this tree."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('PRE_COMMIT_HOME', str(tmp_path_factory.mktemp('cache')))
        yield


def pre_commit(repository: Path, hook: str, *words: str) -> tuple[int, str]:
    git('add', '-A', cwd=repository)
    done = subprocess.run(
        (sys.executable, '-m', 'pre_commit', 'run', hook, *words),
        cwd=repository,
        capture_output=True,
        text=True,
        env={**os.environ, 'NO_COLOR': '1', 'PRE_COMMIT_COLOR': 'never'},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize('hook', ['calico-lint', 'calico-lint-all'])
def test_a_clean_policy_passes(users: Path, hook: str) -> None:
    (users / 'policy.yaml').write_text(CLEAN)
    status, output = pre_commit(users, hook)
    assert status == 0, output
    assert 'Passed' in output


@pytest.mark.parametrize('hook', ['calico-lint', 'calico-lint-all'])
def test_a_broken_policy_fails_with_its_place(users: Path, hook: str) -> None:
    (users / 'apps').mkdir()
    (users / 'apps' / 'policy.yaml').write_text(BROKEN)
    (users / 'service.yaml').write_text(FOREIGN)
    status, output = pre_commit(users, hook)
    assert status == 1, output
    assert 'apps/policy.yaml:7:18: error[selector-syntax]' in output


def test_the_hook_that_fixes_fails_once(users: Path) -> None:
    """pre-commit fails a commit in which a hook changed a file, and the user looks at it."""
    (users / 'policy.yaml').write_text(BROKEN + '  order: 1  # mine\n')
    status, output = pre_commit(users, 'calico-lint-fix')
    assert status == 1, output
    assert 'files were modified by this hook' in output
    assert 'policy.yaml: 1 fix applied (1 selector-syntax)' in output
    assert (users / 'policy.yaml').read_text() == CLEAN + '  order: 1  # mine\n'
    status, output = pre_commit(users, 'calico-lint-fix')
    assert status == 0, output


def test_a_file_that_is_called_like_an_option_does_not_pass_for_one(users: Path) -> None:
    """The arguments of the user stand between the entry and the files."""
    path = users / '.pre-commit-config.yaml'
    path.write_text(path.read_text() + "    args: [--calico-version, '3.31']\n")
    (users / 'policy.yaml').write_text(BROKEN)
    (users / '--exit-zero.yaml').write_text(CLEAN)
    (users / '--write-baseline=b.json').write_text('{}')
    for hook in ('calico-lint', 'calico-lint-fix'):
        status, output = pre_commit(users, hook)
        assert status == 1, output
        assert not (users / 'b.json').exists()


def test_only_what_is_staged_is_reported(users: Path) -> None:
    (users / 'policy.yaml').write_text(BROKEN)
    git('add', '-A', cwd=users)
    git('commit', '-qm', 'before the hook', cwd=users)
    (users / 'other.yaml').write_text(CLEAN)
    assert pre_commit(users, 'calico-lint')[0] == 0
    assert pre_commit(users, 'calico-lint-all')[0] == 1


def test_a_commit_without_manifests_does_not_run_the_hook(users: Path) -> None:
    (users / 'README.md').write_text('# Shop\n')
    git('add', '-A', cwd=users)
    git('commit', '-qm', 'configuration', cwd=users)
    (users / 'README.md').write_text('# The shop\n')
    status, output = pre_commit(users, 'calico-lint')
    assert status == 0, output
    assert 'Skipped' in output


def test_what_fills_several_lines_is_told_once(users: Path) -> None:
    """pre-commit starts a process for each 128 kB of names."""

    def write(number: int, role: str, action: str, net: str) -> None:
        text = CLEAN.replace('name: web', f'name: p{number}').replace("'web'", f"'{role}'")
        rule = f'{{action: {action}, source: {{nets: [{net}]}}}}'
        path = users / f'{number:03}-{"x" * 200}.yaml'
        path.write_text(f'{text}  order: {number}\n  ingress:\n  - {rule}\n')

    write(0, 'web', 'Allow', '10.0.0.0/8')
    write(799, 'web', 'Deny', '10.9.0.0/16')
    for number in range(1, 799):
        write(number, f'r{number}', 'Allow', f'11.{number // 250}.{number % 250}.0/24')
    for words in ((), ('--all-files',)):
        status, output = pre_commit(users, 'calico-lint', *words)
        assert status == 1, output
        assert output.count('calico-lint: ') > 1
        assert output.count('dead-rule') == 1, output
        git('commit', '-qm', 'policies', '--allow-empty', cwd=users)


def test_a_commit_that_only_deletes_starts_what_always_runs(users: Path) -> None:
    """One Deny less makes another one dead that was denied already."""
    rules = {'web': (10, 'Allow', '10.0.0.0/8'), 'lab': (20, 'Deny', '10.9.0.0/16')}
    rules |= {'first': (5, 'Deny', '10.9.0.0/16')}
    for name, (order, action, net) in rules.items():
        rule = f'{{action: {action}, source: {{nets: [{net}]}}}}'
        text = CLEAN.replace('name: web', f'name: {name}')
        (users / f'{name}.yaml').write_text(f'{text}  order: {order}\n  ingress:\n  - {rule}\n')
    assert pre_commit(users, 'calico-lint-all')[0] == 0
    git('commit', '-qm', 'policies', cwd=users)
    git('rm', '-q', 'first.yaml', cwd=users)
    for hook in ('calico-lint', 'calico-lint-all'):
        status, output = pre_commit(users, hook)
        assert status == 0, output
        assert 'Skipped' in output
    config = users / '.pre-commit-config.yaml'
    text = config.read_text().replace(
        'calico-lint-all\n', 'calico-lint-all\n    always_run: true\n'
    )
    config.write_text(text)
    git('add', '-A', cwd=users)
    git('commit', '-qm', 'hooks', '--', config.name, cwd=users)
    status, output = pre_commit(users, 'calico-lint-all')
    assert status == 1, output
    assert 'lab.yaml:11:6: warning[dead-rule]' in output


def test_a_commit_without_calico_files_says_nothing(users: Path) -> None:
    (users / 'service.yaml').write_text(FOREIGN)
    status, output = pre_commit(users, 'calico-lint')
    assert status == 0, output
    assert 'Passed' in output


TESTS = """\
version: 1
policies: [policy.yaml]
endpoints:
- {name: web, namespace: shop, ips: [10.0.0.1], labels: {role: web}}
tests:
- {from: 8.8.8.8, to: shop/web, port: 80, verdict: deny}
"""


def test_the_hook_that_tests(users: Path) -> None:
    (users / 'policy.yaml').write_text(CLEAN)
    (users / 'policy-tests.yaml').write_text(TESTS)
    status, output = pre_commit(users, 'calico-lint-test')
    assert status == 0, output
    (users / 'policy.yaml').write_text(CLEAN + '  ingress: [{action: Allow}]\n')
    status, output = pre_commit(users, 'calico-lint-test')
    assert status == 1, output
    assert 'FAIL  policy-tests.yaml:6: 8.8.8.8 to shop/web, TCP 80' in output


@pytest.mark.parametrize('hook', HOOKS, ids=lambda hook: str(hook['id']))
def test_the_entries_name_commands_and_options_that_exist(
    hook: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / 'service.yaml').write_text(FOREIGN)
    (tmp_path / 'policy.yaml').write_text(CLEAN)
    (tmp_path / 'policy-tests.yaml').write_text(TESTS)
    command, *arguments = hook['entry'].split()
    assert command == 'calico-lint'
    names = ['service.yaml'] if hook.get('pass_filenames', True) else []
    done = subprocess.run(
        (sys.executable, '-m', 'linter', *arguments, *names),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
