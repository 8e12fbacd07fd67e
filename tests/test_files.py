"""The seam through which files are seen: the disk, and what stands in for it."""

from __future__ import annotations

import ast
import errno
import io
import os
from pathlib import Path

import pytest
from everything import Options

from linter.workspace import config, files
from linter.workspace.discover import Unreadable, find, read
from linter.workspace.files import DISK, FILE, FOLDER, NOTHING, read_whole
from linter.workspace.kustomize import Kustomizations
from linter.workspace.lookup import Lookup

ROOT = Path(__file__).resolve().parent.parent

# Who asks the disk itself, and what for.
ASK = {
    'linter.workspace.files': 'everything',
    'linter.workspace.atomic_write': 'to write',
    'linter.workspace.config_text': 'to write',
    'linter.workspace.config_terms': 'for the schema that is installed',
}
DISK_CALLS = frozenset((
    'access', 'exists', 'getmtime', 'getsize', 'glob', 'isdir', 'isfile', 'islink', 'iterdir',
    'lexists', 'listdir', 'lstat', 'open', 'read_bytes', 'read_text', 'scandir', 'stat', 'walk',
))  # fmt: skip


def test_nobody_else_asks_the_disk() -> None:
    for path in (ROOT / 'linter' / 'workspace').glob('*.py'):
        module = f'linter.workspace.{path.stem}'
        called = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(path.read_text(encoding='utf-8')))
            if isinstance(node, ast.Call)
        }
        asked = {
            name
            for name in called
            if name == 'open' or name.startswith(('os.', 'Path', 'pathlib'))
            if name.rpartition('.')[2] in DISK_CALLS
        }
        assert not asked or module in ASK, f'{module}: {asked}'


class Tree:
    """Files in memory, as a git tree or the buffers of an editor would be."""

    def __init__(self, root: str, held: dict[str, str]) -> None:
        self.root = root
        self.held = {os.path.join(root, name): text.encode() for name, text in held.items()}

    def _whole(self, path: str) -> str:
        return os.path.normpath(os.path.join(self.root, path))

    def exists(self, path: str) -> bool:
        return self.kind(path) != NOTHING

    def kind(self, path: str) -> str:
        path = self._whole(path)
        if path in self.held:
            return FILE
        return FOLDER if any(one.startswith(path + '/') for one in self.held) else NOTHING

    def is_link(self, path: str) -> bool:
        return False

    def list(self, path: str) -> list[tuple[str, str]]:
        start = self._whole(path) + '/'
        names = {one[len(start) :].split('/')[0] for one in self.held if one.startswith(start)}
        return sorted((name, self.kind(start + name)) for name in names)

    def open(self, path: str) -> files.Opened:
        try:
            return io.BytesIO(self.held[self._whole(path)])
        except KeyError:
            raise OSError(errno.ENOENT, 'no such file') from None

    def open_pipe(self, path: str, patience: float) -> files.Opened:
        return self.open(path)

    def real(self, path: str) -> str:
        return self._whole(path)


def test_files_need_not_be_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tree = Tree(str(tmp_path), {
        '.git/HEAD': '',
        '.git/info/exclude': '/secret.yaml\n',
        '.gitignore': 'build/\n',
        '.calico-lint.yaml': 'exclude: [vendor/]\nper-path: [{paths: [apps/], ignore: [ports]}]\n',
        'a.yaml': 'a: 1\n',
        'secret.yaml': '',
        'build/b.yaml': '',
        'vendor/deep/c.yaml': '',
        'apps/kustomization.yaml': 'namespace: shop\n',
        'apps/d.yaml': 'd: 1\n' * 20_000,
    })  # fmt: skip
    lookup = Lookup(Options(['.']), tree)
    found = list(find(['.'], lookup.is_excluded, tree))
    assert found == ['.calico-lint.yaml', 'a.yaml', 'apps/d.yaml', 'apps/kustomization.yaml']
    assert b''.join(read('apps/d.yaml', tree)) == b'd: 1\n' * 20_000
    with pytest.raises(Unreadable, match='no such file'):
        read('gone.yaml', tree)
    assert not lookup.settings_for('apps/d.yaml').wants('invalid-port')
    assert lookup.surroundings_of('apps/d.yaml').sets_namespace
    assert not lookup.surroundings_of('a.yaml').sets_namespace
    assert not list(tmp_path.iterdir())


def test_a_run_remembers_nothing_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not Options().lookup().surroundings_of('a.yaml').sets_namespace
    Path('kustomization.yaml').write_text('namespace: shop\n')
    assert Options().lookup().surroundings_of('a.yaml').sets_namespace


posix = pytest.mark.skipif(os.name != 'posix', reason='POSIX kinds of files')


@posix
@pytest.mark.parametrize('name', ['pipe', 'link', 'device', 'made-up', 'folder', 'large'])
def test_only_a_regular_file_of_a_sane_size_is_read(tmp_path: Path, name: str) -> None:
    """git can store every one of these links; none of them makes anybody wait or eat memory."""
    path = tmp_path / 'kustomization.yaml'
    if name == 'pipe':
        os.mkfifo(path)
    elif name == 'link':
        os.mkfifo(tmp_path / 'pipe')
        path.symlink_to('pipe')
    elif name == 'device':
        path.symlink_to('/dev/zero')
    elif name == 'made-up':
        if not os.path.exists('/proc/self/pagemap'):
            pytest.skip('no such file system')
        path.symlink_to('/proc/self/pagemap')
    elif name == 'folder':
        path.mkdir()
    else:
        path.write_bytes(b'a' * (files.SMALL_FILE + 1))
    with pytest.raises(OSError):  # noqa: PT011
        read_whole(DISK, str(path), files.SMALL_FILE)
    assert not Kustomizations(DISK).around(str(tmp_path / 'a.yaml')).sets_namespace
    (found,) = config.read(str(path)).diagnostics
    assert found.rule == config.RULE


def test_a_file_of_exactly_the_size_is_read(tmp_path: Path) -> None:
    (tmp_path / 'a').write_bytes(b'a' * 100_000)
    assert len(read_whole(DISK, str(tmp_path / 'a'), 100_000)) == 100_000
    with pytest.raises(OSError, match='MB'):
        read_whole(DISK, str(tmp_path / 'a'), 99_999)
