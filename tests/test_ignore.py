"""Patterns as in a .gitignore: what git says of them, in time that does not explode."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from linter.workspace.patterns import Rules, by_bytes, parse, rules

PIECES = (
    'a', 'b', 'ab', '*', '**', '***', '/', '/**', '**/', '/**/', '?', '[ab]', '[!a]', '[^b]',
    '[a-c]', '[b-a]', '[]a]', '[!]]', '[a\\]b]', '[[:alpha:]]', '[![:space:]-]', '[[:nothing:]]',
    '[[:', '[a-', '[[a]', '\\', '\\*', '\\/', ']', '-', ' ', '!', '#', '.', 'é', '[é]', '\u20ac',
)  # fmt: skip
NAMES = ('a', 'b', 'ab', 'ba', 'aab', 'abab', 'a*', '*', 'é', '-', '[', ']', 'a b', '!a', '.a',
         '#b', '\\', '\u20ac')  # fmt: skip

LINES = st.lists(st.lists(st.sampled_from(PIECES), max_size=7).map(''.join), min_size=1, max_size=4)
PATHS = st.lists(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map('/'.join), min_size=1, max_size=40
)


@pytest.fixture(scope='module')
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which('git'):
        pytest.skip('needs git')
    folder = tmp_path_factory.mktemp('repository')
    subprocess.run(('git', 'init', '-q', '.'), check=True, cwd=folder, env=environment())
    return folder


def environment() -> dict[str, str]:
    # In a hook of git's, these name the repository that is being committed to.
    kept = {name: value for name, value in os.environ.items() if not name.startswith('GIT_')}
    return {**kept, 'GIT_CONFIG_GLOBAL': os.devnull, 'GIT_CONFIG_NOSYSTEM': '1'}


def ignored_by_git(repository: Path, lines: list[str], paths: list[str]) -> set[str]:
    (repository / '.gitignore').write_text('\n'.join(lines), encoding='utf-8', newline='')
    git = subprocess.run(
        ('git', 'check-ignore', '--no-index', '-z', '--stdin'), cwd=repository, env=environment(),
        input=b'\0'.join(path.encode() for path in paths), capture_output=True,
    )  # fmt: skip
    assert git.returncode in (0, 1), git.stderr
    return set(git.stdout.decode().split('\0')) - {''}


def is_ignored(found: Rules | None, path: str) -> bool:
    return found is not None and found.covers(path)


@settings(
    max_examples=300, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(LINES, PATHS)
@example(['a**/b'], ['ab', 'a/b', 'ax/y/b', 'a/x/b', 'b'])
@example(['a**\\/b', '/b**'], ['ab', 'a/b', 'a/x/b', 'b/a', 'bb'])
@example(['a/**', '!a/b'], ['a', 'a/b', 'a/c'])
@example(['**/a*b/**/b'], ['ab/b', 'x/aab/a/b', 'aab', 'b/ab/a/a/b'])
@example(['?', '[é]'], ['é', 'a', '\u20ac'])
@example(['a \\ ', 'b\\\\ ', '*\\'], ['a  ', 'a', 'b\\', 'b'])
def test_git_says_the_same(repository: Path, lines: list[str], paths: list[str]) -> None:
    found = rules(lines)
    ours = {path for path in paths if is_ignored(found, path)}
    assert ours == ignored_by_git(repository, lines, paths)


@pytest.mark.parametrize(
    'pattern',
    [
        '*a' * 30 + 'b',
        '/' + '*a' * 30 + 'b',
        'x/' + '*[ab]' * 30 + '[!a]',
        '**/a/' * 30 + 'b',
        '**/*a*a/' * 20 + 'b',
        'a**/' * 30 + '*' * 3000 + 'b',
        '*?' * 60 + 'b',
    ],
)
def test_no_pattern_tries_everything(pattern: str) -> None:
    """Each of these takes longer than anybody waits where every ``*`` tries every place."""
    found = rules([pattern])
    for path in ('a' * 250, 'x/' + 'a' * 250, 'a/' * 120 + 'a', 'a/' * 120 + 'c'):
        is_ignored(found, path)
    assert is_ignored(rules([pattern, 'a*']), 'aaa')


def test_many_patterns_are_found_by_their_ends() -> None:
    """None of them is asked about a text that has another end."""
    lines = [f'generated-{number}-*.yaml' for number in range(1000)]
    lines += [f'*-{number}.gen.yaml' for number in range(1000)]
    lines += [f'apps/{number}/**/x?.yaml' for number in range(1000)]
    lines += [f'exact-{number}.yaml' for number in range(1000)]
    lines += [f'*part-{number}-*' for number in range(1000)]
    found = rules(lines)
    assert found is not None
    asked = []
    for pattern in found.patterns:
        kept = pattern.match
        if kept is not None:
            pattern.match = lambda text, kept=kept: asked.append(text) or kept(text)  # type: ignore[misc]
    assert found.verdict('apps/7/b/x1.yaml', False)
    assert found.verdict('a/generated-7-b.yaml', False)
    assert found.verdict('a/b-7.gen.yaml', False)
    assert found.verdict('exact-7.yaml', False)
    assert found.verdict('a/x-part-7-x.yaml', False)
    assert found.verdict('apps/x/policy.yaml', False) is None
    assert len(asked) <= 3


def test_a_pattern_that_matches_nothing_is_none() -> None:
    for line in (
        '',
        '#a',
        '!',
        '/',
        '!/',
        '   ',
        '\r',
        'a\\',
        '[a',
        '[!-.]*\\',
        '[[:nothing:]]',
        '[/]',
    ):
        assert parse(line) is None, line
    for line in ('[!-.]*', '[!])]', '[^][]', '\\#', '\\!', 'a\\ '):
        assert parse(line) is not None, line


def test_half_of_a_surrogate_pair_is_no_name() -> None:
    assert by_bytes('\udcff') == '\xff'
    assert is_ignored(rules(['\ud800', 'b']), 'a') is False
