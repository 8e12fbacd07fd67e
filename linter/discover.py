"""Which files to read: named ones always, directories by suffix and .gitignore."""

from __future__ import annotations

import os
import re
import stat
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Optional

from linter.errors import Fatal

SUFFIXES = ('.yaml', '.yml', '.json')
STDIN = '-'

# Put behind the last name of paths and patterns: see _pattern().
_END = '\0'

_KINDS = (
    (stat.S_ISFIFO, 'is a pipe, not a file; `-` reads standard input'),
    (stat.S_ISSOCK, 'is a socket, not a file'),
    (stat.S_ISCHR, 'is a device, not a file; `-` reads standard input'),
    (stat.S_ISBLK, 'is a device, not a file'),
)


class Unreadable(Exception):
    """A path that cannot be read: the run goes on without it and ends with status 2."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f'{_shown(self.path)}: {self.reason}'


class _Rule(NamedTuple):
    match: Callable[[str], Optional[object]]
    ignored: bool
    only_directories: bool


class _Rules(NamedTuple):
    """The patterns of one ignore file, last first; ``base`` is the length of its directory."""

    base: int
    patterns: tuple[_Rule, ...]

    def verdict(self, path: str, is_directory: bool) -> bool | None:
        """Ignored, explicitly not ignored, or not mentioned; the path ends with _END."""
        name = path[self.base :]
        for match, ignored, only_directories in self.patterns:
            if (is_directory or not only_directories) and match(name) is not None:
                return ignored
        return None


_Layers = tuple[_Rules, ...]


class _Directory(NamedTuple):
    """A directory to walk.

    ``prefix`` is what its entries' names are appended to, ``inside`` the same as seen from the
    top of the repository (or of the walk, outside of one).
    """

    path: str
    prefix: str
    inside: str
    layers: _Layers


def find(paths: Sequence[str], excludes: Sequence[str] = ()) -> Iterator[str | Unreadable]:
    """Every file to read, once, as a path relative to the working directory.

    A file that is named is read whatever its suffix and whatever .gitignore says; a directory
    that is named is walked even if it is ignored itself. ``excludes`` are patterns as in a
    .gitignore of the working directory, and do not concern what is named. ``-`` is passed on.
    A missing path raises Fatal before anything is yielded.
    """
    return _find([_root(path) for path in paths], excludes)


def read(path: str) -> bytes:
    """The bytes of a file that ``find`` named; raises Unreadable."""
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError as error:
        raise Unreadable(path, _reason(error)) from None


def relative(path: str) -> str:
    """The path as users know it: relative to the working directory, ``/``, no ``./``."""
    normal = os.path.normpath(_relative_to_here(path) if os.path.isabs(path) else path)
    if os.pardir in path.split(os.sep) and not _same(path, normal):
        # The parent of a symbolic link's target is not the link's own parent.
        head, tail = os.path.split(path)
        normal = _relative_to_here(os.path.join(os.path.realpath(head), tail))
    if normal == STDIN:
        return './-'
    return normal.replace(os.sep, '/') if os.sep != '/' else normal


def _relative_to_here(path: str) -> str:
    try:
        here = os.path.relpath(path)
        if here.startswith(os.pardir):
            # /tmp/x.yaml may be ./x.yaml, where /tmp is a symbolic link to /private/tmp
            head, tail = os.path.split(path)
            real = os.path.relpath(os.path.join(os.path.realpath(head), tail))
            return here if real.startswith(os.pardir) else real
    except ValueError:  # another drive
        return path
    return here


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _root(path: str) -> str | Unreadable | _Directory:
    """What a path on the command line stands for."""
    if path == STDIN:
        return path
    if not path:
        raise Fatal('an empty path was given (an unset variable in a script?)')
    if '\0' in path:
        raise Fatal(f'no such file or directory: {_shown(path)}')
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise Fatal(_missing(path)) from None
    except OSError as error:
        return Unreadable(relative(path), _reason(error))
    path = relative(path)
    if stat.S_ISDIR(mode):
        prefix = '' if path == os.curdir else path.rstrip('/') + '/'
        return _Directory(path, prefix, *_above(os.path.realpath(path)))
    for is_kind, reason in _KINDS:
        if is_kind(mode):
            return Unreadable(path, reason)
    return path


def _missing(path: str) -> str:
    shown = _shown(path)
    if os.path.islink(path):
        return f'{shown} is a symbolic link to {_shown(os.readlink(path))}, which does not exist'
    head, tail = os.path.split(path.rstrip(os.sep))
    try:
        siblings = os.listdir(head or os.curdir)
    except OSError:
        return f'no such file or directory: {shown}'
    from difflib import get_close_matches

    close = get_close_matches(tail, sorted(siblings), 1)
    hint = f'; did you mean {_shown(os.path.join(head, close[0]))}?' if close else ''
    return f'no such file or directory: {shown}{hint}'


def _find(
    roots: list[str | Unreadable | _Directory], excludes: Sequence[str]
) -> Iterator[str | Unreadable]:
    excluded = _rules(list(excludes), 0)
    seen = set()
    for root in roots:
        for found in _walk(root, excluded) if isinstance(root, _Directory) else (root,):
            path = found.path if isinstance(found, Unreadable) else found
            if path not in seen:
                seen.add(path)
                yield found


def _walk(root: _Directory, excluded: _Rules | None) -> Iterator[str | Unreadable]:
    """The files under a directory, sorted.

    Symbolic links to directories are not followed, as git does not, so there are no loops and
    nothing is met under two names; symbolic links to files are read.
    """
    # Explicit iterators, one for each level: a tree may be deeper than Python's stack.
    stack = [_entries(root, excluded, nested=False)]
    while stack:
        for found in stack[-1]:
            if isinstance(found, _Directory):
                stack.append(_entries(found, excluded, nested=True))
                break
            yield found
        else:
            stack.pop()


def _entries(
    directory: _Directory, excluded: _Rules | None, nested: bool
) -> Iterator[str | Unreadable | _Directory]:
    """The files and directories in a directory that are neither ignored nor of no interest."""
    path, prefix, inside, layers = directory
    try:
        with os.scandir(path) as entries:
            listing = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield Unreadable(path, _reason(error))
        return
    for entry in listing:
        if entry.name == '.git' and nested:
            # A submodule or a clone in a clone: what surrounds it has no say in it.
            inside, layers = '', _own_excludes(prefix + '.git')
        elif entry.name == '.gitignore' and entry.is_file(follow_symlinks=False):
            rules = _rules_of(prefix + '.gitignore', len(inside))
            layers = (*layers, rules) if rules else layers
    for entry in listing:
        name = entry.name
        is_directory = entry.is_dir(follow_symlinks=False)
        if is_directory:
            if name == '.git':
                continue
        elif not name.lower().endswith(SUFFIXES) or not _is_file(entry):
            continue
        if layers or excluded:
            if excluded and excluded.verdict(f'{prefix}{name}{_END}', is_directory):
                continue
            if layers and _is_ignored(f'{inside}{name}{_END}', is_directory, layers):
                continue
        if is_directory:
            yield _Directory(prefix + name, f'{prefix}{name}/', f'{inside}{name}/', layers)
        else:
            yield prefix + name


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a regular file, perhaps through a symbolic link; never opens it.

    A dangling link is not one: Emacs keeps its locks in ``.#policy.yaml -> user@host``.
    """
    try:
        return entry.is_file()
    except OSError:  # links in a circle
        return False


def _is_ignored(path: str, is_directory: bool, layers: _Layers) -> bool:
    """The nearest ignore file that mentions the path decides: gitignore(5), PATTERN FORMAT."""
    for rules in reversed(layers):
        verdict = rules.verdict(path, is_directory)
        if verdict is not None:
            return verdict
    return False


def _above(root: str) -> tuple[str, _Layers]:
    """Where a directory lies in its repository, and the ignore rules that come from above it.

    What core.excludesFile names is left out: the outcome shall not depend on whose machine it is.
    """
    top = root
    while not os.path.lexists(os.path.join(top, '.git')):
        parent = os.path.dirname(top)
        if parent == top:
            return '', ()
        top = parent
    layers = list(_own_excludes(os.path.join(top, '.git')))
    inside = ''
    for name in os.path.relpath(root, top).split(os.sep) if root != top else ():
        path = os.path.join(top, inside, '.gitignore')
        try:
            regular = stat.S_ISREG(os.lstat(path).st_mode)
        except OSError:
            regular = False
        rules = _rules_of(path, len(inside)) if regular else None
        if rules:
            layers.append(rules)
        inside += name + '/'
    return inside, tuple(layers)


def _own_excludes(git: str) -> _Layers:
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
    rules = _rules_of(path, 0) if os.path.isfile(path) else None
    return (rules,) if rules else ()


def _text_of(path: str) -> str:
    """The text of one of git's own files, '' if it cannot be read: git only warns, too."""
    try:
        with open(path, 'rb') as file:
            return os.fsdecode(file.read().removeprefix(b'\xef\xbb\xbf'))
    except OSError:
        return ''


def _rules_of(path: str, base: int) -> _Rules | None:
    return _rules(_text_of(path).split('\n'), base)


def _rules(lines: list[str], base: int) -> _Rules | None:
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
                    compiled.append(_Rule(one.match_file, one.include, only_directories))
    return _Rules(base, tuple(reversed(compiled)))


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
    only_directories = line.endswith('/')
    line = line.removesuffix('/')
    if not line.strip('!/') or re.search(r'(?<!\\)(?:\\\\)*\\$', line):
        return None
    if line.endswith('/**') or line in ('**', '!**'):
        line += '/*'
    return line + _END, only_directories


def _reason(error: OSError) -> str:
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def _shown(path: str) -> str:
    return path if path.isprintable() else repr(path)
