"""What git ignores, as far as the files of a repository say so."""

from __future__ import annotations

import os

from linter.workspace.files import FILE, FOLDER, read_whole
from linter.workspace.patterns import by_bytes, rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.workspace.files import Files
    from linter.workspace.patterns import Rules

    Layers = tuple[Rules, ...]

_LARGEST = 100 << 20
"""Bytes; of a larger file git takes no notice either (PATTERN_MAX_FILE_SIZE in its dir.c)."""


def is_ignored(path: str, is_folder: bool, layers: Layers) -> bool:
    """The nearest ignore file that mentions the path decides: gitignore(5), PATTERN FORMAT."""
    for layer in reversed(layers):
        verdict = layer.verdict(path, is_folder)
        if verdict is not None:
            return verdict
    return False


def above(files: Files, root: str) -> tuple[str, Layers]:
    """Where a folder lies in its repository, and the ignore rules that come from above it.

    What core.excludesFile names is left out: the outcome shall not depend on whose machine it is.
    """
    top = root
    while not files.exists(os.path.join(top, '.git')):
        parent = os.path.dirname(top)
        if parent == top:
            return '', ()
        top = parent
    layers = list(own_excludes(files, os.path.join(top, '.git')))
    inside = ''
    folder = top
    for name in os.path.relpath(root, top).split(os.sep) if root != top else ():
        path = os.path.join(folder, '.gitignore')
        # git does not follow a link here.
        found = None if files.is_link(path) else rules_of(files, path, len(inside))
        if found:
            layers.append(found)
        inside += by_bytes(name) + '/'
        folder = os.path.join(folder, name)
    return inside, tuple(layers)


def own_excludes(files: Files, git: str) -> Layers:
    """The rules in .git/info/exclude; ``.git`` is a file in submodules and worktrees.

    https://git-scm.com/docs/gitrepository-layout
    """
    if _kind(files, git) != FOLDER:
        link = _text_of(files, git).strip()
        if not link.startswith('gitdir: '):
            return ()
        git = os.path.join(os.path.dirname(git), link[8:])
    common = _text_of(files, os.path.join(git, 'commondir')).strip()
    if common:
        git = os.path.join(git, common)
    found = rules_of(files, os.path.join(git, 'info', 'exclude'), 0)
    return (found,) if found else ()


def rules_of(files: Files, path: str, base: int) -> Rules | None:
    """The rules in an ignore file, None where there is none; ``base``: see Rules."""
    text = _text_of(files, path)
    return rules(text.split('\n'), base) if text else None


def _kind(files: Files, path: str) -> str:
    try:
        return files.kind(path)
    except (OSError, ValueError):
        return FILE


def _text_of(files: Files, path: str) -> str:
    """The text of one of git's own files, '' if it cannot be read: git only warns, too."""
    try:
        return os.fsdecode(read_whole(files, path, _LARGEST).removeprefix(b'\xef\xbb\xbf'))
    except (OSError, ValueError):  # ValueError: a NUL in the path that a file names
        return ''
