"""Puts a new file in an old one's place: all of it or nothing, and nothing if in doubt."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO

from linter.text.errors import shown_path
from linter.text.line_diff import hunks
from linter.workspace.files import DISK, read_whole, reason
from linter.workspace.orderly_end import orderly_end


class Unwritable(Exception):
    """A file that stays as it is: the run goes on, and ends with status 2."""

    def __init__(self, path: str, reason: str, what: str = 'changed') -> None:
        super().__init__(path, reason, what)
        self.path = path
        self.reason = reason
        self.what = what

    def __str__(self) -> str:
        return f'{shown_path(self.path)}: not {self.what}: {self.reason}'


def replace(path: str, before: bytes, after: bytes) -> None:
    """Write a file that holds ``before``; raises Unwritable, and then it holds what it held.

    The new file has the old one's mode, owner, group and extended attributes as far as may be. A
    symbolic link stays one, and what it points to is replaced.
    """
    try:
        real = os.path.realpath(path, strict=True)
        _replace(path, real, before, after)
    except OSError as error:
        raise Unwritable(path, reason(error)) from None


def create(path: str, data: bytes) -> None:
    """Write a file that does not exist; raises Unwritable, and then there is none.

    A symbolic link is something that exists, also where it points to nothing.
    """
    if os.path.islink(path):
        raise Unwritable(path, 'it is a link', 'written')
    real = os.path.realpath(path)
    try:
        # Not for its owner alone, as a temporary file is: a new file has the usual mode.
        with _temporary(real, 0o666) as (temporary, file):
            _fill(file, data)
            if os.path.lexists(real):
                raise Unwritable(path, 'somebody else wrote it meanwhile', 'written')
            os.replace(temporary, real)
        _sync(os.path.dirname(real))
    except OSError as error:
        raise Unwritable(path, reason(error), 'written') from None


@contextmanager
def _temporary(real: str, mode: int) -> Iterator[tuple[str, FileIO]]:
    """A new file beside another one, and its name; gone at the end, unless it was renamed."""
    folder, name = os.path.split(real)
    # A name has 255 bytes at most; a character may have four.
    short = os.fsdecode(os.fsencode(name)[:150])
    with orderly_end():
        number = 0
        while True:
            temporary = os.path.join(folder, f'.{short}.{os.getpid()}.{number}.tmp')
            number += 1
            file = None
            try:
                file = open(os.open(temporary, _NEW, mode), 'wb', buffering=0)  # noqa: SIM115
                yield temporary, file
                return
            except FileExistsError:
                # Somebody else's, or left behind by a process that was killed.
                if file is not None or number == _TRIES:
                    raise
            finally:
                if file is not None:
                    file.close()
                    with contextlib.suppress(OSError):
                        os.unlink(temporary)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, 'O_BINARY', 0)
_TRIES = 100


def _fill(file: FileIO, data: bytes) -> None:
    """Write all of a file, and close it: Windows renames no open one."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
    os.fsync(file.fileno())
    file.close()


def _replace(path: str, real: str, before: bytes, after: bytes) -> None:
    old = os.lstat(real)
    if not stat.S_ISREG(old.st_mode):
        raise Unwritable(path, 'it is not a regular file')
    if not old.st_mode & 0o222 or not os.access(real, os.W_OK):
        raise Unwritable(path, 'it is write-protected')
    if old.st_nlink > 1:
        raise Unwritable(path, 'it has another name (a hard link), which would be left behind')
    if old.st_size != len(before) or read_whole(DISK, real, len(before)) != before:
        raise Unwritable(path, 'it changed since it was read')
    with _temporary(real, 0o600) as (temporary, file):
        _keep(temporary, file.fileno(), real, old)
        _fill(file, after)
        # Last, since writing takes some bits of the mode away, as a new owner does.
        os.chmod(temporary, stat.S_IMODE(old.st_mode))
        now = os.lstat(real)
        if not os.path.samestat(now, old) or _stamp(now) != _stamp(old):
            raise Unwritable(path, 'it changed since it was read')
        os.replace(temporary, real)
    _sync(os.path.dirname(real))


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size


def _keep(temporary: str, handle: int, real: str, old: os.stat_result) -> None:
    """Give the new file what the old one has besides its content."""
    if sys.platform != 'win32':
        for owner, group in ((old.st_uid, old.st_gid), (-1, old.st_gid)):
            try:
                os.fchown(handle, owner, group)
            except OSError:
                continue
            break
    if sys.platform == 'linux':
        for name in _attributes(real):
            with contextlib.suppress(OSError):
                os.setxattr(temporary, name, os.getxattr(real, name))


if sys.platform == 'linux':

    def _attributes(real: str) -> list[str]:
        try:
            return os.listxattr(real)
        except OSError:
            return []


def _sync(folder: str) -> None:
    """Make sure that the new name survives a crash, where a folder can be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_LINE = re.compile(r'[^\n]+\n?|\n')
_LEFT = '\\ No newline at end of file\n'


def unified_diff(path: str, before: bytes, after: bytes) -> str:
    """The change as ``git apply`` and ``patch -p1`` take it; ``''`` where there is none.

    A line ends at LF alone, and other line ends are part of it. What is not UTF-8 becomes lone
    surrogates, so that ``errors='surrogateescape'`` gives the bytes back.
    """
    if before == after:
        return ''
    old, new = (_LINE.findall(data.decode('utf-8', 'surrogateescape')) for data in (before, after))
    return ''.join(_lines(path, hunks(old, new)))


def _lines(path: str, diff: Iterator[str]) -> Iterator[str]:
    yield f'--- {_name("a", path)}\n'
    yield f'+++ {_name("b", path)}\n'
    for line in diff:
        yield line
        if not line.endswith('\n'):
            yield '\n' + _LEFT


_ESCAPES = {'\\': '\\\\', '"': '\\"', '\t': '\\t', '\n': '\\n', '\r': '\\r'}


def _name(side: str, path: str) -> str:
    """A path as git writes it into a diff: in quotes where it has odd characters in it."""
    name = f'{side}/{path.replace(os.sep, "/").lstrip("/")}'
    if not any(char in _ESCAPES or not char.isprintable() for char in name):
        # A tab ends a name that has blanks in it.
        return f'{name}\t' if ' ' in name else name
    escaped = ''.join(
        _ESCAPES.get(char)
        or (char if char.isprintable() else ''.join(f'\\{b:03o}' for b in os.fsencode(char)))
        for char in name
    )
    return f'"{escaped}"'
