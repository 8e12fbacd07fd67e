"""Which files to read: named ones always, directories by suffix and .gitignore."""

from __future__ import annotations

import os
import stat

from linter.text.errors import Fatal, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from typing: importing that would double the time that a run without policies takes.
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from linter.workspace.gitignore import Layers, Rules

SUFFIXES = ('.yaml', '.yml', '.json')
STDIN = '-'

PART = 1 << 20
"""Bytes read at once; most files are smaller. What is made of a part takes 25 times its size."""
_SMALL = 1 << 16
_READ = os.O_RDONLY | getattr(os, 'O_BINARY', 0)
_LF, _CR = b'\n\r'
# Blanks, and a byte order mark.
_AROUND = b' \t\r\n\xef\xbb\xbf'
# All that YAML 1.1 takes for one.
_LINE_ENDS = (b'\n', b'\r', b'\xc2\x85', b'\xe2\x80\xa8', b'\xe2\x80\xa9')

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
        return f'{shown_path(self.path)}: {self.reason}'


class _Directory:
    """A directory to walk.

    ``prefix`` is what its entries' names are appended to, ``inside`` the same as seen from the
    top of the repository (or of the walk, outside of one).
    """

    __slots__ = ('inside', 'layers', 'path', 'prefix')

    def __init__(self, path: str, prefix: str, inside: str, layers: Layers) -> None:
        self.path = path
        self.prefix = prefix
        self.inside = inside
        self.layers = layers


def find(paths: Sequence[str], excludes: Sequence[str] = ()) -> Iterator[str | Unreadable]:
    """Every file to read, once, as a path relative to the working directory.

    A file that is named is read whatever its suffix and whatever .gitignore says; a directory
    that is named is walked even if it is ignored itself. ``excludes`` are patterns as in a
    .gitignore of the working directory, and do not concern what is named. ``-`` is passed on.
    A missing path raises Fatal before anything is yielded.
    """
    return _find([_root(path) for path in paths], excludes)


def read(path: str) -> Iterator[bytes]:
    """The bytes of a file that ``find`` named, in parts if it is large; raises Unreadable."""
    try:
        # Python's own file objects cost more than most files have to say.
        descriptor = os.open(path, _READ)
        try:
            data = os.read(descriptor, _SMALL)
            is_whole = len(data) < _SMALL and not os.read(descriptor, 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unreadable(path, _reason(error)) from None
    return iter((data,)) if is_whole else _read_large(path)


def _read_large(path: str) -> Iterator[bytes]:
    try:
        with open(path, 'rb') as file:
            yield from parts(file)
    except OSError as error:
        raise Unreadable(path, _reason(error)) from None


def parts(file: BinaryIO, size: int = PART) -> Iterator[bytes]:
    """A stream cut into parts, each but the first beginning with the line end before a ``---``.

    So a bundle of many documents never is in memory as a whole. Every cut is one that
    ``loader.split`` makes as well, and so no document is cut in two; not every such cut is made.
    """
    # One buffer that grows, looked at from where the last look ended: adding to bytes, and
    # searching them from the end, takes quadratic time for one large document.
    waiting = bytearray(file.read(size))
    if waiting.startswith((b'\xff\xfe', b'\xfe\xff', b'\0\0\xfe\xff')):
        waiting += file.read()  # UTF-16 and UTF-32 have other line ends
        yield bytes(waiting)
        return
    looked = 0
    marker = -1  # the last one before what is looked at; -1: the beginning of the stream
    while more := file.read(size):
        cut = 0
        while (at := _next_marker(waiting, looked)) != -1:
            looked = at + 4
            is_feed = waiting[at] == _LF
            if is_feed and at and waiting[at - 1] == _CR:
                at -= 1
            # A part that ended with a lone carriage return might look like half a line end.
            if (
                is_feed
                and at
                and waiting[at - 1] != _CR
                and _ends_document(waiting, marker, at)
                and not _looks_ahead(waiting, marker, at)
            ):
                cut = at
            marker = at
        looked = max(looked, len(waiting) - 4)
        if cut:
            yield bytes(memoryview(waiting)[:cut])
            del waiting[:cut]
            looked -= cut
            marker -= cut
        waiting += more
    yield bytes(waiting)


def _next_marker(data: bytearray, start: int) -> int:
    """The next line end before a ``---``, or -1."""
    feed = data.find(b'\n---', start)
    bare = data.find(b'\r---', start, len(data) if feed == -1 else feed)
    return feed if bare == -1 else bare


def _ends_document(data: bytearray, marker: int, at: int) -> bool:
    """Whether a marker surely ends a document, given the marker before it.

    It does not end a document that starts with a directive, nor right behind another marker, where
    it is the first line of the next document. What looks like a directive is enough to say no.
    """
    if marker >= 0 and data.find(b'\n', marker + 4, at) == data.find(b'\r', marker + 4, at) == -1:
        return False
    begin = max(marker, 0)
    if data.find(b'%', begin, at) == -1:
        return True
    if marker < 0 and data[:4].removeprefix(b'\xef\xbb\xbf').startswith(b'%'):
        return False
    return all(data.find(end + b'%', begin, at) == -1 for end in _LINE_ENDS)


def _looks_ahead(data: bytearray, marker: int, at: int) -> bool:
    """Whether one of the comments right before a marker may be for the document behind it.

    See linter.suppress: it has to be in the same part.
    """
    end = at
    while end > max(marker, 0):
        begin = data.rfind(b'\n', max(marker, 0), end) + 1
        line = data[begin:end].strip(_AROUND)
        if line and line[:1] != b'#':
            return False
        if b'calico-lint' in line.lower():
            return True
        end = begin - 1
    return False


def relative(path: str) -> str:
    """The path as users know it: relative to the working directory, ``/``, no ``./``."""
    # One file has one name, also where ../here/x.yaml leads back.
    outside = os.path.isabs(path) or path.startswith(os.pardir)
    normal = os.path.normpath(_relative_to_here(path) if outside else path)
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
        raise Fatal(f'no such file or directory: {shown_path(path)}')
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise Fatal(_missing(path)) from None
    except OSError as error:
        return Unreadable(relative(path), _reason(error))
    path = relative(path)
    if stat.S_ISDIR(mode):
        prefix = '' if path == os.curdir else path.rstrip('/') + '/'
        from linter.workspace.gitignore import above

        return _Directory(path, prefix, *above(os.path.realpath(path)))
    for is_kind, reason in _KINDS:
        if is_kind(mode):
            return Unreadable(path, reason)
    return path


def _missing(path: str) -> str:
    shown = shown_path(path)
    if os.path.islink(path):
        return (
            f'{shown} is a symbolic link to {shown_path(os.readlink(path))}, which does not exist'
        )
    head, tail = os.path.split(path.rstrip(os.sep))
    try:
        siblings = os.listdir(head or os.curdir)
    except OSError:
        return f'no such file or directory: {shown}'
    from difflib import get_close_matches

    close = get_close_matches(tail, sorted(siblings), 1)
    hint = f'; did you mean {shown_path(os.path.join(head, close[0]))}?' if close else ''
    return f'no such file or directory: {shown}{hint}'


def _find(
    roots: list[str | Unreadable | _Directory], excludes: Sequence[str]
) -> Iterator[str | Unreadable]:
    excluded = None
    if excludes:
        from linter.workspace.gitignore import rules

        excluded = rules(list(excludes), 0)
    seen = set()
    for root in roots:
        for found in _walk(root, excluded) if isinstance(root, _Directory) else (root,):
            path = found.path if isinstance(found, Unreadable) else found
            if path not in seen:
                seen.add(path)
                yield found


def _walk(root: _Directory, excluded: Rules | None) -> Iterator[str | Unreadable]:
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
    directory: _Directory, excluded: Rules | None, nested: bool
) -> Iterator[str | Unreadable | _Directory]:
    """The files and directories in a directory that are neither ignored nor of no interest."""
    from linter.workspace.gitignore import (
        END,
        is_ignored,
        own_excludes,
        rules_of,
    )

    path, prefix = directory.path, directory.prefix
    inside, layers = directory.inside, directory.layers
    try:
        with os.scandir(path) as entries:
            listing = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield Unreadable(path, _reason(error))
        return
    for entry in listing:
        if entry.name == '.git' and nested:
            # A submodule or a clone in a clone: what surrounds it has no say in it.
            inside, layers = '', own_excludes(prefix + '.git')
        elif entry.name == '.gitignore' and entry.is_file(follow_symlinks=False):
            rules = rules_of(prefix + '.gitignore', len(inside))
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
            if excluded and excluded.verdict(f'{prefix}{name}{END}', is_directory):
                continue
            if layers and is_ignored(f'{inside}{name}{END}', is_directory, layers):
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


def _reason(error: OSError) -> str:
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]
