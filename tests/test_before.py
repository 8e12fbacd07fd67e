"""What a change makes of rules elsewhere: said once, with the change that makes it so."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES
from everything import Options

from linter.run.run import run
from linter.workspace.committed import FROM, HOOK, TO, committed

Git = Callable[..., None]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository without a policy, in the working directory; what is returned runs git there."""
    for name in [name for name in os.environ if name.startswith(('GIT_', 'PRE_COMMIT'))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv('GIT_CONFIG_GLOBAL', os.devnull)
    monkeypatch.setenv('GIT_CONFIG_NOSYSTEM', '1')
    monkeypatch.chdir(tmp_path)

    def git(*words: str) -> None:
        named = ('-c', 'user.name=A', '-c', 'user.email=a@example.org')
        subprocess.run(('git', *named, *words), check=True, capture_output=True)

    git('init', '-q')
    Path('.calico-lint.yaml').write_text('{}\n')
    shutil.copy(FIXTURES / 'roots/dead-rule/bad/lab.yaml', 'lab.yaml')
    Path('office.yaml').write_text(policy('192.168.0.0/16'))
    git('add', '.')
    git('commit', '-qm', 'one')
    return git


def policy(net: str, more: str = '') -> str:
    return f"""\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {{name: office, namespace: shop{more}}}
spec:
  order: 10
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {{action: Allow, source: {{nets: [{net}]}}}}
"""


def said(path: str = 'office.yaml') -> list[str]:
    return [one.rule for one in run(Options((path,), context='.')).diagnostics]


def test_a_change_that_makes_a_rule_dead_is_told(repository: Git) -> None:
    assert said() == []
    Path('office.yaml').write_text(policy('10.0.0.0/8'))
    assert said() == ['dead-rule']
    repository('add', '.')
    assert said() == ['dead-rule']


def test_what_was_dead_before_is_not_told_again(repository: Git) -> None:
    Path('office.yaml').write_text(policy('10.0.0.0/8'))
    repository('commit', '-qam', 'two')
    Path('office.yaml').write_text(policy('10.0.0.0/8', ', labels: {a: b}'))
    assert said() == []
    # The rule that suffers has another cause in the same file now, and is as dead as it was.
    Path('office.yaml').write_text(policy('10.8.0.0/13'))
    assert said() == []


@pytest.mark.parametrize('folder', ['', 'deep/'])
def test_a_file_with_another_name_says_nothing_new(repository: Git, folder: str) -> None:
    Path('cause.yaml').write_text(policy('10.0.0.0/8').replace('office', 'cause'))
    Path('deep').mkdir()
    repository('add', '.')
    repository('commit', '-qm', 'two')
    repository('mv', 'cause.yaml', f'{folder}other.yaml')
    assert said(f'{folder}other.yaml') == []
    # From where the context is above, and from where it has another name.
    os.chdir('deep')
    name = os.path.relpath(f'../{folder}other.yaml')
    assert [one.rule for one in run(Options((name,), context='..')).diagnostics] == []
    os.chdir('..')
    assert [
        one.rule for one in run(Options((f'{folder}other.yaml',), context=os.getcwd())).diagnostics
    ] == []
    text = Path(f'{folder}other.yaml').read_text()
    Path(f'{folder}other.yaml').write_text(text.replace('order: 10', 'order: 5'))
    assert said(f'{folder}other.yaml') == []


def test_what_a_file_that_is_gone_held_is_known(repository: Git) -> None:
    # What it denied is denied again behind it.
    text = policy('10.9.0.0/16').replace('order: 10', 'order: 5').replace('Allow', 'Deny')
    Path('gone.yaml').write_text(text.replace('name: office', 'name: gone'))
    Path('office.yaml').write_text(policy('10.0.0.0/8'))
    repository('add', '.')
    repository('commit', '-qm', 'two')
    Path('office.yaml').write_text(policy('10.0.0.0/8', ', labels: {a: b}'))
    repository('add', '.')
    assert said() == []
    repository('rm', '-q', 'gone.yaml')
    assert said() == ['dead-rule']


def test_files_as_they_are_committed_are_told_of(repository: Git) -> None:
    Path('office.yaml').write_text(policy('10.0.0.0/8'))
    repository('commit', '-qam', 'two')
    assert said() == ['dead-rule']
    # As git writes it for Windows, where it holds the other line ends.
    Path('office.yaml').write_bytes(policy('10.0.0.0/8').replace('\n', '\r\n').encode())
    assert said() == ['dead-rule']


def test_a_new_file_has_made_it_so(repository: Git) -> None:
    repository('rm', '-q', '--cached', 'office.yaml')
    repository('commit', '-qm', 'two')
    Path('office.yaml').write_text(policy('10.0.0.0/8'))
    assert said() == ['dead-rule']


def test_a_range_of_commits_is_compared_with_its_beginning(
    repository: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path('office.yaml').write_text(policy('10.0.0.0/8'))
    repository('commit', '-qam', 'two')
    Path('office.yaml').write_text(policy('10.0.0.0/8', ', labels: {a: b}'))
    repository('commit', '-qam', 'three')
    monkeypatch.setenv(FROM, 'HEAD~1')
    assert said() == []
    monkeypatch.setenv(FROM, 'HEAD~2')
    assert said() == ['dead-rule']
    monkeypatch.setenv(FROM, '0' * 40)
    assert said() == ['dead-rule']


def test_a_range_begins_where_its_ends_have_one_history(
    repository: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository('checkout', '-q', '-b', 'topic')
    Path('office.yaml').write_text(policy('10.0.0.0/8'))
    repository('commit', '-qam', 'two')
    repository('checkout', '-q', '-b', 'other', 'HEAD~1')
    # What others did in the meantime is nothing that this change did.
    Path('office.yaml').write_text(policy('10.0.0.0/9'))
    lab = Path('lab.yaml').read_text()
    Path('lab.yaml').write_text(f'# Other\n{lab}')
    repository('commit', '-qam', 'three')
    repository('checkout', '-q', 'topic')
    monkeypatch.setenv(FROM, 'other')
    assert said() == []
    monkeypatch.setenv(TO, 'HEAD')
    assert said() == ['dead-rule']
    monkeypatch.setenv(HOOK, '1')
    assert said() == ['dead-rule']


def test_what_another_process_of_the_hook_is_given_is_told_there(
    repository: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOOK, '1')
    lab = Path('lab.yaml').read_text()
    Path('office.yaml').write_text(policy('10.0.0.0/8'))
    assert said() == ['dead-rule']
    Path('lab.yaml').write_text(f'# It changes, too.\n{lab}')
    assert said() == []
    assert said('lab.yaml') == ['dead-rule']
    # Files are asked for of which none has changed.
    repository('commit', '-qam', 'two')
    assert said() == []
    assert said('lab.yaml') == ['dead-rule']


@pytest.mark.parametrize('folder', ['', 'new folder/'])
def test_a_file_that_is_in_no_commit_does_nothing_to_one(
    repository: Git, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    if folder:
        Path(folder).mkdir()
    Path(f'{folder}draft.yaml').write_text(policy('10.0.0.0/8').replace('office', 'draft'))
    lab = Path('lab.yaml').read_text()
    Path('lab.yaml').write_text(f'# It changes.\n{lab}')
    repository('add', 'lab.yaml')
    assert said('lab.yaml') == ['dead-rule']
    monkeypatch.setenv(HOOK, '1')
    assert said('lab.yaml') == []
    Path('office.yaml').write_text(policy('10.0.0.0/9'))
    repository('add', 'office.yaml')
    assert said('lab.yaml') == ['dead-rule']
    Path('office.yaml').write_text(policy('192.168.0.0/16'))
    repository('add', '.')
    assert said('lab.yaml') == ['dead-rule']


def test_without_a_repository_or_a_git_it_is_told(
    repository: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path('office.yaml').write_text(policy('10.0.0.0/8'))
    repository('commit', '-qam', 'two')
    Path('office.yaml').write_text(policy('10.0.0.0/8', ', labels: {a: b}'))
    monkeypatch.setenv('PATH', '.')
    assert committed(['office.yaml']) is None
    assert said() == ['dead-rule']


def test_what_git_holds_of_files(repository: Git) -> None:
    Path('deep').mkdir()
    Path('deep/ä b.yaml').write_bytes(b'a\n\nblob 3\n')
    Path('link').symlink_to('deep')
    repository('add', '.')
    repository('commit', '-qm', 'two')
    Path('deep/ä b.yaml').write_bytes(b'other')
    names = ['none.yaml', 'deep/ä b.yaml', 'deep', 'two\nlines', os.path.abspath('deep/ä b.yaml')]
    assert committed(names) == {
        'none.yaml': None,
        'deep/ä b.yaml': b'a\n\nblob 3\n',
        'deep': None,
        'two\nlines': None,
        os.path.abspath('deep/ä b.yaml'): b'a\n\nblob 3\n',
    }
    os.chdir('deep')
    assert committed(['ä b.yaml', '../link']) == {'ä b.yaml': b'a\n\nblob 3\n', '../link': b'deep'}
