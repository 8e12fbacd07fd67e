"""Which files are read: what is named, what is found, and what git would not have."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linter.text.errors import Fatal
from linter.workspace import discover
from linter.workspace.discover import (
    Unreadable,
    find,
    parts,
    read,
    relative,
)
from linter.yaml.documents import split

ROOT = Path(__file__).resolve().parent.parent

posix = pytest.mark.skipif(os.name != 'posix', reason='POSIX file names and kinds')
unprivileged = pytest.mark.skipif(
    os.name != 'posix' or os.geteuid() == 0, reason='root may read everything'
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # One level down, so that there can be something outside.
    (tmp_path / 'here').mkdir()
    monkeypatch.chdir(tmp_path / 'here')
    return tmp_path / 'here'


def make(base: Path, *files: str) -> None:
    for name in files:
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def ignore(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    (path / '.gitignore' if path.is_dir() else path).write_bytes(text.encode())


def found(*paths: str) -> list[str]:
    result = list(find(paths or ('.',)))
    assert not [one for one in result if isinstance(one, Unreadable)]
    return [str(one) for one in result]


def found_or_unreadable() -> list[str]:
    return [one.path if isinstance(one, Unreadable) else one for one in find(['.'])]


def test_a_directory_is_walked_by_suffix_in_order(here: Path) -> None:
    make(here, 'b.yml', 'a.yaml', 'c.json', 'd.txt', 'yaml', 'e.yaml.bak', 'z/a.yaml', 'b/x.yaml')
    make(here, 'UPPER.YAML', '.hidden.yaml', '.github/w.yml')
    assert found() == [
        '.github/w.yml',
        '.hidden.yaml',
        'UPPER.YAML',
        'a.yaml',
        'b/x.yaml',
        'b.yml',
        'c.json',
        'z/a.yaml',
    ]


def test_git_directories_are_not_walked(here: Path) -> None:
    make(here, '.git/a.yaml', 'sub/.git/a.yaml', 'a.git/a.yaml')
    assert found() == ['a.git/a.yaml']


def test_a_directory_may_be_named_like_a_file(here: Path) -> None:
    make(here, 'x.yaml/y.yaml', 'x.yaml/z.json/a.yml')
    assert found() == found('x.yaml') == ['x.yaml/y.yaml', 'x.yaml/z.json/a.yml']


@pytest.mark.parametrize(
    ('given', 'expected'),
    [
        ('a.yaml', 'a.yaml'),
        ('./a.yaml', 'a.yaml'),
        ('.//sub///b.yaml', 'sub/b.yaml'),
        ('sub/./b.yaml', 'sub/b.yaml'),
        ('sub/../a.yaml', 'a.yaml'),
        ('../here/a.yaml', 'a.yaml'),
        ('noext', 'noext'),
        ('./-rf', '-rf'),
        ('-rf', '-rf'),
        ('./-', './-'),
        ('-', '-'),
    ],
)
def test_a_named_file_is_yielded_as_users_know_it(here: Path, given: str, expected: str) -> None:
    make(here, 'a.yaml', 'sub/b.yaml', 'noext', '-rf', '-')
    assert found(given) == [expected]


@pytest.mark.parametrize(
    ('given', 'expected'),
    [
        ('sub', ['sub/b.yaml', 'sub/deep/c.yaml']),
        ('./sub/', ['sub/b.yaml', 'sub/deep/c.yaml']),
        ('sub//deep', ['sub/deep/c.yaml']),
        ('sub/..', ['a.yaml', 'sub/b.yaml', 'sub/deep/c.yaml']),
        ('../here/sub/deep', ['sub/deep/c.yaml']),
    ],
)
def test_so_are_the_files_of_a_directory(here: Path, given: str, expected: list[str]) -> None:
    make(here, 'a.yaml', 'sub/b.yaml', 'sub/deep/c.yaml')
    assert found(given) == expected


def test_a_way_round_is_no_other_name(here: Path) -> None:
    (here / 'x.yaml').touch()
    (here.parent / 'y.yaml').touch()
    paths = [f'../{here.name}/x.yaml', 'x.yaml', str(here / 'x.yaml'), f'../{here.name}']
    assert list(find([*paths, '../y.yaml'])) == ['x.yaml', '../y.yaml']


def test_absolute_paths_become_relative(here: Path) -> None:
    make(here, 'a/b.yaml')
    make(here.parent, 'other/c.yaml')
    assert found(str(here)) == ['a/b.yaml']
    assert found(str(here / 'a' / 'b.yaml')) == ['a/b.yaml']
    assert found(str(here.parent / 'other')) == ['../other/c.yaml']


def test_nothing_is_yielded_twice(here: Path) -> None:
    make(here, 'a.yaml', 'b/c.yaml')
    assert found('b/c.yaml', '.', './a.yaml', 'b', str(here)) == ['b/c.yaml', 'a.yaml']
    assert found('-', '-') == ['-']


@posix
@pytest.mark.parametrize(
    'name', [b'a\nb.yaml', b'\xff\xfe.yaml', b'\x1b[31m.yaml', 'é 日本.yaml'.encode(), b'-v.yaml']
)
def test_odd_names_survive(here: Path, name: bytes) -> None:
    try:
        Path(os.fsdecode(name)).write_bytes(name)
    except OSError:
        pytest.skip('not a name on this file system')
    for path in found(), found(os.fsdecode(name)), found(os.path.abspath(os.fsdecode(name))):
        assert [os.fsencode(one) for one in path] == [name]
        assert b''.join(read(path[0])) == name


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        ('nope/x.yaml', 'no such file or directory: nope/x.yaml'),
        ('plicies', 'no such file or directory: plicies; did you mean policies?'),
        (
            'policies/wep.yaml',
            'no such file or directory: policies/wep.yaml; did you mean policies/web.yaml?',
        ),
        (
            'policies/web.yaml/',
            'no such file or directory: policies/web.yaml/; did you mean policies/web.yaml?',
        ),
        ('policies/web.yaml/x', 'no such file or directory: policies/web.yaml/x'),
        ('', 'an empty path was given (an unset variable in a script?)'),
        ('a\0b', "no such file or directory: 'a\\x00b'"),
        ('a\nb', "no such file or directory: 'a\\nb'"),
    ],
)
def test_a_missing_path_is_fatal_at_once(here: Path, given: str, message: str) -> None:
    make(here, 'policies/web.yaml')
    with pytest.raises(Fatal) as excinfo:
        find(['policies', given])
    assert str(excinfo.value) == message


@posix
def test_a_dangling_link_is_fatal_if_named_and_passed_over_if_found(here: Path) -> None:
    (here / 'a.yaml').symlink_to('gone.yaml')
    with pytest.raises(Fatal) as excinfo:
        find(['a.yaml'])
    assert str(excinfo.value) == 'a.yaml is a symbolic link to gone.yaml, which does not exist'
    make(here, 'b.yaml')
    (here / '.#b.yaml').symlink_to('me@host.1234:5678')  # a lock of Emacs
    assert found() == ['b.yaml']


@posix
def test_what_is_no_file_is_never_opened(here: Path) -> None:
    make(here, 'a.yaml')
    os.mkfifo('fifo.yaml')
    with socket.socket(socket.AF_UNIX) as server:
        server.bind('socket.yaml')
        (here / 'device.yaml').symlink_to('/dev/null')
        (here / 'piped.yaml').symlink_to('fifo.yaml')
        os.mkfifo('.gitignore')
        assert found() == ['a.yaml']
        named = ['a.yaml', 'socket.yaml', './device.yaml', 'piped.yaml']
        file, sock, device, piped = find(named)
    assert file == 'a.yaml'
    assert [str(one) for one in (sock, device, piped)] == [
        'socket.yaml: is a socket, not a file',
        'device.yaml: is a device, not a file; `-` reads standard input',
        'piped.yaml: is a pipe, not a file; `-` reads standard input',
    ]
    assert isinstance(piped, Unreadable)
    assert (piped.path, piped.reason[:9]) == ('piped.yaml', 'is a pipe')


@posix
def test_links_to_files_are_read_and_links_to_directories_not_followed(here: Path) -> None:
    make(here, 'real/a.yaml')
    make(here.parent, 'outside/b.yaml', 'outside/c.txt')
    (here / 'real' / 'loop').symlink_to('..')
    (here / 'self.yaml').symlink_to('self.yaml')
    (here / 'again').symlink_to('real')
    (here / 'again.yaml').symlink_to('real')
    (here / 'link.yaml').symlink_to('../outside/c.txt')
    assert found() == ['link.yaml', 'real/a.yaml']
    assert found('again') == ['again/a.yaml'], 'but the one that is named'
    (here / 'out').symlink_to('../outside')
    assert found('out') == ['out/b.yaml']


@posix
def test_the_parent_of_a_link_is_its_targets(here: Path) -> None:
    make(here, 'x.yaml')
    make(here.parent, 'other/x.yaml', 'other/dir/y.yaml')
    (here / 'link').symlink_to('../other/dir')
    assert found('link/../x.yaml') == ['../other/x.yaml']
    assert found('link/..') == ['../other/dir/y.yaml', '../other/x.yaml']
    assert found(str(here / 'link' / '..' / 'x.yaml')) == ['../other/x.yaml']


@posix
def test_an_absolute_path_through_a_link_to_here_is_below_here(here: Path) -> None:
    make(here, 'x.yaml')
    (here.parent / 'alias').symlink_to(here)
    assert relative(str(here.parent / 'alias' / 'x.yaml')) == 'x.yaml'


@contextmanager
def descend(name: str, depth: int) -> Iterator[None]:
    """Make directories in one another, and take them away: shutil.rmtree recurses until 3.13."""
    made = 0
    top = os.getcwd()
    try:
        for _ in range(depth):
            os.mkdir(name)
            os.chdir(name)
            made += 1
        Path('deepest.yaml').touch()
        os.chdir(top)
        yield
    finally:
        os.chdir(top)
        for _ in range(made):
            os.chdir(name)
        Path('deepest.yaml').unlink(missing_ok=True)
        for _ in range(made):
            os.chdir('..')
            os.rmdir(name)


@posix
def test_a_tree_may_be_deeper_than_the_stack(here: Path) -> None:
    depth = sys.getrecursionlimit() + 200
    with descend('d', depth):
        # Where a path may have 1,024 bytes only, the walk ends early, but in order.
        path = found_or_unreadable()[0]
        assert path in ('d/' * depth + 'deepest.yaml', 'd/' * (len(path) // 2) + 'd')


@posix
def test_a_path_that_is_too_long_does_not_end_the_walk(here: Path) -> None:
    make(here, 'a.yaml', 'z.yaml')
    with descend('d' * 200, 30):
        first, middle, last = found_or_unreadable()
    assert (first, last) == ('a.yaml', 'z.yaml')
    assert set(middle) == {'d', '/'}


def test_a_directory_that_cannot_be_listed_is_said(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(here, 'a.yaml', 'locked/b.yaml', 'z.yaml')
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path == 'locked':
            raise PermissionError(13, 'Permission denied')
        return scandir(path)

    monkeypatch.setattr(os, 'scandir', refuse)
    before, locked, after = find(['.', 'locked'])
    assert (before, str(locked), after) == ('a.yaml', 'locked: permission denied', 'z.yaml')


@unprivileged
def test_permissions(here: Path) -> None:
    make(here, 'a.yaml', 'locked/b.yaml')
    (here / 'a.yaml').chmod(0)
    (here / 'locked').chmod(0)
    try:
        assert [str(one) for one in find(['.'])] == ['a.yaml', 'locked: permission denied']
        assert [str(one) for one in find(['locked/b.yaml'])] == ['locked/b.yaml: permission denied']
        with pytest.raises(Unreadable, match='permission denied'):
            list(read('a.yaml'))
    finally:
        (here / 'locked').chmod(0o700)


@pytest.mark.parametrize(
    ('path', 'reason'), [('gone.yaml', 'no such file or directory'), ('sub', 'is a directory')]
)
@posix
def test_read_says_what_is_wrong(here: Path, path: str, reason: str) -> None:
    (here / 'sub').mkdir()
    with pytest.raises(Unreadable) as excinfo:
        list(read(path))
    assert (excinfo.value.path, excinfo.value.reason) == (path, reason)


def test_read_gives_bytes(here: Path) -> None:
    (here / 'a.yaml').write_bytes(b'\xff\r\n\0')
    assert list(read('a.yaml')) == [b'\xff\r\n\0']


FILES = ('a.yaml', 'b.yml', 'build/a.yaml', 'build/keep.yaml', 'sub/a.yaml', 'sub/build/c.yaml')


@pytest.mark.parametrize(
    ('text', 'ignored'),
    [
        ('', ()),
        ('# a.yaml\n\n   \n', ()),
        ('a.yaml', ('a.yaml', 'build/a.yaml', 'sub/a.yaml')),
        ('/a.yaml\n', ('a.yaml',)),
        ('/a.yaml\r\n/b.yml\r\n', ('a.yaml', 'b.yml')),
        ('\ufeff/a.yaml\n', ('a.yaml',)),
        ('/a.yaml   \n', ('a.yaml',)),
        ('a.yaml/\n', ()),
        ('build\n', ('build/a.yaml', 'build/keep.yaml', 'sub/build/c.yaml')),
        ('build/\n', ('build/a.yaml', 'build/keep.yaml', 'sub/build/c.yaml')),
        ('/build/\n', ('build/a.yaml', 'build/keep.yaml')),
        ('sub/build\n', ('sub/build/c.yaml',)),
        ('sub/*.yaml\n', ('sub/a.yaml',)),
        ('sub/**/*.yaml\n', ('sub/a.yaml', 'sub/build/c.yaml')),
        ('**/build/*\n', ('build/a.yaml', 'build/keep.yaml', 'sub/build/c.yaml')),
        ('***/build/c*\nsub/***\n', ('sub/a.yaml', 'sub/build/c.yaml')),
        ('*[!c]a.yaml\nsub[^c]*.yaml\n/[!b].y*\n', ('a.yaml',)),
        ('\\***.yaml\nb***d/k***.yaml\n', ('build/keep.yaml',)),
        ('*\n!*/\n!*.yml\n', tuple(file for file in FILES if file != 'b.yml')),
        ('/*\n!/build/\n', ('a.yaml', 'b.yml', 'sub/a.yaml', 'sub/build/c.yaml')),
        # An ignored directory is not looked into, so nothing in it can be taken back ...
        ('build/\n!build/keep.yaml\n', ('build/a.yaml', 'build/keep.yaml', 'sub/build/c.yaml')),
        # ... but here only what is in it is ignored.
        ('build/*\n!build/keep.yaml\n', ('build/a.yaml',)),
        ('build/**\n!build/keep.yaml\n', ('build/a.yaml',)),
        # A directory that is taken back does not take back what is in it.
        ('*.yml\na.yaml\n!build\n', ('a.yaml', 'b.yml', 'build/a.yaml', 'sub/a.yaml')),
        ('a.yaml\n!a.yaml\n', ()),
        ('!a.yaml\na.yaml\n', ('a.yaml', 'build/a.yaml', 'sub/a.yaml')),
        ('[ab].y*ml\n', ('a.yaml', 'b.yml', 'build/a.yaml', 'sub/a.yaml')),
        ('!\n/\n[a-\na.yaml\\\n[[:alpha:]].yml\n', ('b.yml',)),
        ('[[:digit:]].yml\n[[:nothing:]]*\n', ()),
    ],
)
def test_gitignore(here: Path, text: str, ignored: tuple[str, ...]) -> None:
    make(here, *FILES)
    ignore(here, text)
    assert sorted(found()) == sorted(set(FILES) - set(ignored))


@pytest.mark.skipif(not shutil.which('git'), reason='needs git')
@pytest.mark.parametrize('info', ['', 'sub/\n', '*.yml\n'])
@pytest.mark.parametrize('nested', ['', '!a.yaml\n', 'build/**\n', '/build/\n!/build/\n', '*\n'])
@pytest.mark.parametrize(
    'top',
    [
        '*.yaml\n',
        'build\n',
        'build/*\n',
        '/*\n!/sub/\n',
        'sub/**\n!sub/build/\n',
        '***/b***d/*\n',
        '*[!x]a.yaml\n',
    ],
)
def test_git_itself_agrees(here: Path, top: str, nested: str, info: str) -> None:
    # In a hook of git's, these name the repository that is being committed to.
    env = {name: value for name, value in os.environ.items() if not name.startswith('GIT_')}
    subprocess.run(('git', 'init', '-q', '.'), check=True, env=env)
    make(here, *FILES, '.git/info/exclude')
    ignore(here, top)
    ignore(here / 'sub', nested)
    (here / '.git' / 'info' / 'exclude').write_text(info)
    git = subprocess.run(
        ('git', '-c', f'core.excludesFile={os.devnull}', 'ls-files', '-oz', '--exclude-standard'),
        check=True,
        capture_output=True,
        text=True,
        env=env,
    )
    listed = [file for file in git.stdout.split('\0') if file.endswith(discover.SUFFIXES)]
    assert sorted(found()) == sorted(listed)


def test_the_nearest_gitignore_decides(here: Path) -> None:
    make(here, *FILES)
    ignore(here, '*.yaml\n')
    ignore(here / 'sub', '!a.yaml\n')
    assert found() == ['b.yml', 'sub/a.yaml']


def test_gitignores_above_count_up_to_the_top_of_the_repository(here: Path) -> None:
    make(here.parent, 'here/.git/HEAD', 'here/sub/deep/a.yaml', 'here/sub/deep/b.yaml')
    make(here.parent, 'here/sub/deep/c.yaml', 'here/sub/deep/d.yaml')
    ignore(here.parent, 'd.yaml\n')
    ignore(here, '/sub/deep/a.yaml\n')
    ignore(here / 'sub', 'deep/b.yaml\n')
    (here / '.git' / 'info').mkdir()
    (here / '.git' / 'info' / 'exclude').write_text('/sub/deep/c.yaml\n')
    expected = ['sub/deep/d.yaml']
    assert found() == found('sub') == found('sub/deep') == found(str(here / 'sub')) == expected
    os.chdir('sub/deep')
    assert found() == ['d.yaml']
    assert found('..') == ['../deep/d.yaml']


def test_without_a_repository_only_what_is_walked_counts(here: Path) -> None:
    make(here, 'sub/a.yaml', 'sub/b.yaml')
    ignore(here, 'a.yaml\n')
    ignore(here / 'sub', 'b.yaml\n')
    assert found('sub') == ['sub/a.yaml']
    assert found() == []


def test_what_is_named_is_not_ignored(here: Path) -> None:
    make(here, 'a.yaml', 'build/b.yaml', 'build/c.yaml', '.git/HEAD')
    ignore(here, 'build/\n*.yaml\n!c.yaml\n')
    assert found('a.yaml', 'build/b.yaml') == ['a.yaml', 'build/b.yaml']
    assert found('build') == ['build/c.yaml'], 'the directory is, what it holds is judged'


@pytest.mark.parametrize('git', ['directory', 'file', 'worktree'])
def test_a_repository_in_a_repository_has_rules_of_its_own(here: Path, git: str) -> None:
    make(here, '.git/HEAD', 'a.yaml', 'module/a.yaml', 'module/b.yaml', 'module/c.yaml')
    ignore(here, 'a.yaml\n')
    ignore(here / 'module', 'b.yaml\n')
    info = here / 'module' / '.git' / 'info'
    if git != 'directory':
        info = here / '.git' / 'modules' / 'module' / 'info'
        make(here, 'module/.git')
        (here / 'module' / '.git').write_text('gitdir: ../.git/modules/module\n')
    if git == 'worktree':
        make(here, '.git/modules/module/commondir')
        (here / '.git' / 'modules' / 'module' / 'commondir').write_text('../../common\n')
        info = here / '.git' / 'common' / 'info'
    info.mkdir(parents=True)
    (info / 'exclude').write_text('c.yaml\n')
    assert found() == ['module/a.yaml']
    assert found('module') == ['module/a.yaml']


@posix
def test_a_gitignore_that_is_a_link_does_not_count(here: Path) -> None:
    # https://git-scm.com/docs/gitignore: "Git does not follow symbolic links"
    make(here, 'a.yaml', '.git/HEAD', 'sub/a.yaml')
    (here / 'rules').write_text('a.yaml\n')
    (here / '.gitignore').symlink_to('rules')
    assert found() == ['a.yaml', 'sub/a.yaml']
    assert found('sub') == ['sub/a.yaml']


@posix
def test_patterns_are_bytes_as_names_are(here: Path) -> None:
    make(here, 'ok.yaml')
    try:
        Path(os.fsdecode(b'\xff.yaml')).touch()
    except OSError:
        pytest.skip('not a name on this file system')
    (here / '.gitignore').write_bytes(b'/\xff.yaml\n')
    assert found() == ['ok.yaml']


def loaded(here: Path) -> set[str]:
    code = (
        'import sys; before = set(sys.modules)\n'
        'from linter.workspace.discover import find; print(list(find(["."])), file=sys.stderr)\n'
        'print(*set(sys.modules) - before)'
    )
    run = subprocess.run(
        (sys.executable, '-c', code),
        check=True,
        capture_output=True,
        text=True,
        cwd=here,
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
    )
    assert 'a.yaml' in run.stderr
    return {module.partition('.')[0] for module in run.stdout.split()}


def test_nothing_heavy_is_imported(here: Path) -> None:
    make(here, 'a.yaml', '.git/info/exclude')
    ignore(here, '# nothing here\n*.log\n')
    modules = loaded(here)
    assert 'linter' in modules
    assert not modules & {'re', 'pathlib', 'dataclasses', 'difflib', 'rich', 'ruamel', 'typing'}


@pytest.mark.parametrize('size', [1, 3, 7, 20, 1000])
@pytest.mark.parametrize('end', [b'\n', b'\r\n'])
def test_a_large_file_is_cut_before_markers_only(size: int, end: bytes) -> None:
    documents = [b'a: 1', b'--- # two', b'b: "---"', b'', b'---', b'c: 3']
    data = end.join(documents)
    found = list(parts(io.BytesIO(data), size))
    assert b''.join(found) == data
    assert all(part.startswith(end + b'---') for part in found[1:])
    assert not any(part.endswith(b'\r') for part in found)


STREAMS = st.lists(
    st.sampled_from(
        (
            '---',
            '---',
            '\n',
            '\n',
            '\r\n',
            '\r',
            '%',
            '%YAML 1.1',
            'a: 1',
            '# c',
            ' ',
            '\x85',
            '\u2028',
        )
    ),
    max_size=30,
).map(''.join)


@settings(max_examples=1000, deadline=None, database=None)
@given(STREAMS, st.integers(1, 40), st.booleans())
@example('a: 1\n---\n---\nb: 2\n', 5, False)
@example('a: 1\r\n---\r\n---\r\nb: 2\r\n', 5, False)
@example('# c\n%YAML 1.1\n---\na: 1\n---\nb: 2\n', 5, True)
@example('a: 1\n---\n%YAML 1.1\n---\na: 1\n---\nb: 2\n', 5, False)
def test_a_large_file_is_cut_only_where_documents_end(text: str, size: int, bom: bool) -> None:
    mark = b'\xef\xbb\xbf' if bom else b''
    data = mark + text.encode()
    found = list(parts(io.BytesIO(data), size))
    assert b''.join(found) == data
    ends = {chunk.end for chunk in split(text)}
    at = 0
    for part in found[:-1]:
        at += len(part)
        before = len(data[len(mark) : at].decode())
        assert before + text.startswith('\r\n', before) in ends


def test_a_bundle_is_cut_into_parts_of_about_the_size_that_is_asked_for() -> None:
    document = b'---\na: 100%\nb: |\n  - % -\n'
    found = list(parts(io.BytesIO(document * 1000), 200))
    assert max(map(len, found)) < 200 + 2 * len(document)


def test_utf_16_is_not_cut() -> None:
    data = 'a: 1\n---\nb: 2\n'.encode('utf-16')
    assert list(parts(io.BytesIO(data), 4)) == [data]


@pytest.mark.parametrize('end', ['\n', '\r\n'])
@pytest.mark.parametrize(
    'between', ['', '# why\n', '\n', '---\n', '# what\n\n  # Calico-Lint: x\n']
)
def test_a_suppression_stays_with_the_document_below_it(between: str, end: str) -> None:
    comment = '# calico-lint: ignore[value-case] it is about what is below ---\n'
    for before in ('a: 1\n---\n', '\ufeff', ''):
        stays_whole(f'{before}{comment}{between}---\nb: 2\n'.replace('\n', end).encode())


def stays_whole(data: bytes) -> None:
    for size in range(1, len(data)):
        found = list(parts(io.BytesIO(data), size))
        assert b''.join(found) == data
        assert not any(b'b: 2' in part and b'# calico-lint' not in part for part in found)
