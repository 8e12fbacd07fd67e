"""Which files to read: named ones always, directories by suffix and .gitignore."""

from __future__ import annotations

import os

from linter.text.errors import Fatal, shown_path
from linter.workspace.files import DISK, FILE, FOLDER, LINK, NOT_FILES, NOTHING, PIPE, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from typing: importing that would double the time that a run without policies takes.
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from linter.workspace.files import Files, Opened
    from linter.workspace.gitignore import Layers

SUFFIXES = ('.yaml', '.yml', '.json')
WITH_MARKDOWN = (*SUFFIXES, '.md', '.markdown')
STDIN = '-'

PART = 1 << 20
"""Bytes read at once; most files are smaller. What is made of a part takes 25 times its size."""
_SMALL = 1 << 16
_LF, _CR = b'\n\r'
# Blanks, and a byte order mark.
_AROUND = b' \t\r\n\xef\xbb\xbf'
# All that YAML 1.1 takes for one.
_LINE_ENDS = (b'\n', b'\r', b'\xc2\x85', b'\xe2\x80\xa8', b'\xe2\x80\xa9')

STREAMS = ('/dev/', '/proc/')
"""Where the system keeps the pipes of a process; a shell writes ``<(command)`` as one of them."""
_PATIENCE = 5.0
"""Seconds until somebody must have begun to write into a pipe that has a name."""
_MADE_UP = (*STREAMS, '/sys/')


class Unreadable(Exception):
    """A path that cannot be read: the run goes on without it and ends with status 2."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f'{shown_path(self.path)}: {self.reason}'


class Pipe(str):
    """The path of a pipe that was named on the command line: it is read, and can be but once."""

    __slots__ = ()


class _Directory:
    """A directory to walk.

    ``prefix`` is what its entries' names are appended to, ``inside`` the same as seen from the
    top of the repository (or of the walk, outside of one), by bytes.
    """

    __slots__ = ('inside', 'layers', 'path', 'prefix')

    def __init__(self, path: str, prefix: str, inside: str, layers: Layers) -> None:
        self.path = path
        self.prefix = prefix
        self.inside = inside
        self.layers = layers


def find(
    paths: Sequence[str],
    is_excluded: Callable[[str], bool] | None = None,
    files: Files = DISK,
    suffixes: tuple[str, ...] = SUFFIXES,
) -> Iterator[str | Unreadable]:
    """Every file to read, once, as a path relative to the working directory.

    A file that is named is read whatever its suffix and whatever .gitignore says; a directory
    that is named is walked even if it is ignored itself. ``is_excluded`` is asked about each
    directory that is met, as a path with a slash at its end, and what is excluded is not looked
    into; files are for the caller to leave out. In directories ``suffixes`` say what is read. ``-``
    is passed on. A missing path raises Fatal before anything is yielded.
    """
    return _find([_root(path, files) for path in paths], is_excluded, files, suffixes)


def read(path: str, files: Files = DISK) -> Iterator[bytes]:
    """The bytes of a file that ``find`` named, in parts if it is large; raises Unreadable."""
    opened = None
    try:
        if isinstance(path, Pipe):
            patience = 0 if path.startswith(STREAMS) else _PATIENCE
            return _read_large(path, files.open_pipe(path, patience), b'')
        opened = files.open(path)
        data = opened.read(_SMALL)
        if len(data) < _SMALL:
            more = opened.read(_SMALL)
            if not more:
                opened.close()
                return iter((data,))
            data += more
    except OSError as error:
        if opened is not None:
            opened.close()
        raise Unreadable(path, reason(error)) from None
    return _read_large(path, opened, data)


def _read_large(path: str, opened: Opened, data: bytes) -> Iterator[bytes]:
    try:
        yield from parts(opened, PART, data)
    except OSError as error:
        raise Unreadable(path, reason(error)) from None
    finally:
        opened.close()


def parts(file: Opened, size: int = PART, begun: bytes = b'') -> Iterator[bytes]:
    """A stream cut into parts, each but the first beginning with the line end before a ``---``.

    ``begun`` is what was read of it already.
    So a bundle of many documents never is in memory as a whole. Every cut is one that
    ``loader.split`` makes as well, and so no document is cut in two; not every such cut is made.
    """
    # One buffer that grows, looked at from where the last look ended: adding to bytes, and
    # searching them from the end, takes quadratic time for one large document.
    waiting = bytearray(begun)
    while len(waiting) < 4 and (more := file.read(size)):
        waiting += more
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


def _root(path: str, files: Files) -> str | Unreadable | _Directory:
    """What a path on the command line stands for."""
    if path == STDIN:
        return path
    if not path:
        raise Fatal('an empty path was given (an unset variable in a script?)')
    if '\0' in path:
        raise Fatal(f'no such file or directory: {shown_path(path)}')
    try:
        kind = files.kind(path)
    except OSError as error:
        return Unreadable(relative(path), reason(error))
    if kind == NOTHING:
        raise Fatal(_missing(path, files))
    if kind == PIPE and (path.startswith(STREAMS) or not files.is_link(path)):
        # A link to a pipe is another matter: a repository may hold one, and the run would wait.
        return Pipe(path if path.startswith(STREAMS) else relative(path))
    if kind == FILE and files.is_link(path) and files.real(path).startswith(_MADE_UP):
        return Unreadable(relative(path), 'is a link to what is no file on a disk')
    path = relative(path)
    if kind == FOLDER:
        prefix = '' if path == os.curdir else path.rstrip('/') + '/'
        from linter.workspace.gitignore import above

        return _Directory(path, prefix, *above(files, files.real(path)))
    return path if kind == FILE else Unreadable(path, NOT_FILES[kind])


def _missing(path: str, files: Files) -> str:
    shown = shown_path(path)
    if files.is_link(path):
        return (
            f'{shown} is a symbolic link to {shown_path(os.readlink(path))}, which does not exist'
        )
    head, tail = os.path.split(path.rstrip(os.sep))
    try:
        siblings = [name for name, _ in files.list(head or os.curdir)]
    except OSError:
        return f'no such file or directory: {shown}'
    from linter.text.suggest import nearest

    close = nearest(tail, siblings)
    hint = f'; did you mean {shown_path(os.path.join(head, close))}?' if close else ''
    return f'no such file or directory: {shown}{hint}'


def _find(
    roots: list[str | Unreadable | _Directory],
    is_excluded: Callable[[str], bool] | None,
    files: Files,
    suffixes: tuple[str, ...],
) -> Iterator[str | Unreadable]:
    seen = set()
    for root in roots:
        inside: Iterable[str | Unreadable]
        if isinstance(root, _Directory):
            inside = _walk(root, is_excluded, files, suffixes)
        else:
            inside = (root,)
        for found in inside:
            path = found.path if isinstance(found, Unreadable) else found
            if path not in seen:
                seen.add(path)
                yield found


def _walk(
    root: _Directory,
    is_excluded: Callable[[str], bool] | None,
    files: Files,
    suffixes: tuple[str, ...],
) -> Iterator[str | Unreadable]:
    """The files under a directory, sorted.

    Symbolic links to directories are not followed, as git does not, so there are no loops and
    nothing is met under two names; symbolic links to files are read.
    """
    # Explicit iterators, one for each level: a tree may be deeper than Python's stack.
    stack = [_entries(root, files, suffixes, nested=False)]
    while stack:
        for found in stack[-1]:
            if isinstance(found, _Directory):
                if is_excluded is None or not is_excluded(found.prefix):
                    stack.append(_entries(found, files, suffixes, nested=True))
                    break
            else:
                yield found
        else:
            stack.pop()


def _entries(
    directory: _Directory, files: Files, suffixes: tuple[str, ...], nested: bool
) -> Iterator[str | Unreadable | _Directory]:
    """The files and directories in a directory that are neither ignored nor of no interest."""
    from linter.workspace.gitignore import is_ignored, own_excludes, rules_of
    from linter.workspace.patterns import by_bytes

    path, prefix = directory.path, directory.prefix
    inside, layers = directory.inside, directory.layers
    try:
        entries = files.list(path)
    except OSError as error:
        yield Unreadable(path, reason(error))
        return
    for name, kind in entries:
        if name == '.git' and nested:
            # A submodule or a clone in a clone: what surrounds it has no say in it.
            inside, layers = '', own_excludes(files, prefix + '.git')
        elif name == '.gitignore' and kind == FILE:
            rules = rules_of(files, prefix + '.gitignore', len(inside))
            layers = (*layers, rules) if rules else layers
    for name, kind in entries:
        is_folder = kind == FOLDER
        if is_folder:
            if name == '.git':
                continue
        elif not name.lower().endswith(suffixes) or not (
            kind == FILE or (kind == LINK and _leads_to_file(prefix + name, files))
        ):
            continue
        if layers and is_ignored(inside + by_bytes(name), is_folder, layers):
            continue
        if is_folder:
            seen = f'{inside}{by_bytes(name)}/'
            yield _Directory(prefix + name, f'{prefix}{name}/', seen, layers)
        else:
            yield prefix + name


def _leads_to_file(path: str, files: Files) -> bool:
    """Whether a symbolic link leads to a regular file; never opens it.

    A dangling link does not: Emacs keeps its locks in ``.#policy.yaml -> user@host``. Nor does one
    to what the system makes up while it is read, and which may have no end.
    """
    try:
        return files.kind(path) == FILE and not files.real(path).startswith(_MADE_UP)
    except OSError:  # links in a circle
        return False
