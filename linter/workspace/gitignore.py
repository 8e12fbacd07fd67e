"""What git ignores, as far as its files say so. The only owner of pathspec."""

from __future__ import annotations

import os
import re
import stat
import warnings
from collections.abc import Callable
from typing import NamedTuple, Optional

# Put behind the last name of paths and patterns: see _pattern().
END = '\0'


_NEGATED = re.compile(r'((?<!\\)(?:\\\\)*)\[\^(?!/)')


class _Rule(NamedTuple):
    match: Callable[[str], Optional[object]]
    ignored: bool
    only_directories: bool


class Rules(NamedTuple):
    """The patterns of one ignore file, last first; ``base`` is the length of its directory."""

    base: int
    patterns: tuple[_Rule, ...]

    def verdict(self, path: str, is_directory: bool) -> bool | None:
        """Ignored, explicitly not ignored, or not mentioned; the path ends with END."""
        name = path[self.base :]
        for match, ignored, only_directories in self.patterns:
            if (is_directory or not only_directories) and match(name) is not None:
                return ignored
        return None


Layers = tuple[Rules, ...]


def is_ignored(path: str, is_directory: bool, layers: Layers) -> bool:
    """The nearest ignore file that mentions the path decides: gitignore(5), PATTERN FORMAT."""
    for rules in reversed(layers):
        verdict = rules.verdict(path, is_directory)
        if verdict is not None:
            return verdict
    return False


def above(root: str) -> tuple[str, Layers]:
    """Where a directory lies in its repository, and the ignore rules that come from above it.

    What core.excludesFile names is left out: the outcome shall not depend on whose machine it is.
    """
    top = root
    while not os.path.lexists(os.path.join(top, '.git')):
        parent = os.path.dirname(top)
        if parent == top:
            return '', ()
        top = parent
    layers = list(own_excludes(os.path.join(top, '.git')))
    inside = ''
    for name in os.path.relpath(root, top).split(os.sep) if root != top else ():
        path = os.path.join(top, inside, '.gitignore')
        try:
            regular = stat.S_ISREG(os.lstat(path).st_mode)
        except OSError:
            regular = False
        found = rules_of(path, len(inside)) if regular else None
        if found:
            layers.append(found)
        inside += name + '/'
    return inside, tuple(layers)


def own_excludes(git: str) -> Layers:
    """The rules in .git/info/exclude; ``.git`` is a file in submodules and worktrees.

    https://git-scm.com/docs/gitrepository-layout
    """
    if os.path.isfile(git):
        link = _text_of(git).strip()
        if not link.startswith('gitdir: '):
            return ()
        git = os.path.join(os.path.dirname(git), link[8:])
    common = os.path.join(git, 'commondir')
    if os.path.isfile(common):
        git = os.path.join(git, _text_of(common).strip())
    path = os.path.join(git, 'info', 'exclude')
    found = rules_of(path, 0) if os.path.isfile(path) else None
    return (found,) if found else ()


def _text_of(path: str) -> str:
    """The text of one of git's own files, '' if it cannot be read: git only warns, too."""
    try:
        with open(path, 'rb') as file:
            return os.fsdecode(file.read().removeprefix(b'\xef\xbb\xbf'))
    except OSError:
        return ''


def rules_of(path: str, base: int) -> Rules | None:
    return rules(_text_of(path).split('\n'), base)


def rules(lines: list[str], base: int) -> Rules | None:
    """The rules of some lines of an ignore file, or None if they hold none."""
    patterns = [pattern for pattern in map(_pattern, lines) if pattern]
    if not patterns:
        return None
    from pathspec import GitIgnoreSpec

    compiled = []
    with warnings.catch_warnings():
        # `[[:alpha:]]`, which pathspec hands to re as it is
        warnings.simplefilter('ignore', FutureWarning)
        for pattern, only_directories in patterns:
            try:
                spec = GitIgnoreSpec.from_lines([pattern])
            except (ValueError, re.error):  # git passes over what is no pattern, too
                continue
            for one in spec.patterns:
                if one.include is not None:
                    match = _within_names(one.match_file, getattr(one, 'regex', None))
                    compiled.append(_Rule(match, one.include, only_directories))
    return Rules(base, tuple(reversed(compiled)))


def _within_names(
    match: Callable[[str], Optional[object]], regex: Optional[re.Pattern[str]]
) -> Callable[[str], Optional[object]]:
    """Keep `[!a]` from matching a slash, which it never does for git."""
    if regex is None or not _NEGATED.search(regex.pattern.replace('[^/', '')):
        return match
    return re.compile(_NEGATED.sub(r'\1[^/', regex.pattern)).search


def _pattern(line: str) -> tuple[str, bool] | None:
    """A line of an ignore file as a pattern for marked paths, and whether files are exempt.

    pathspec answers whether a path *or a directory above it* matches, which is one question too
    many where directories are judged before what is in them, as git does: with ``/*`` and
    ``!/keep/``, ``keep/a.yaml`` matches the first pattern only by way of ``keep``. And it lets
    ``keep/**`` match ``keep/`` itself. So the end of every path is marked, and the end of every
    pattern demands the mark; then a match is a match of the whole path.
    """
    line = line.removesuffix('\r')
    if line.startswith('#'):
        return None
    line = re.sub(r'(?<!\\)((?:\\\\)*) +$', r'\1', line)
    # To git three asterisks are two; to pathspec they are as good as one.
    line = re.sub(r'(?<!\\)((?:\\\\)*)\*{3,}', r'\1**', line)
    only_directories = line.endswith('/')
    line = line.removesuffix('/')
    if not line.strip('!/') or re.search(r'(?<!\\)(?:\\\\)*\\$', line):
        return None
    if line.endswith('/**') or line in ('**', '!**'):
        line += '/*'
    return line + END, only_directories
