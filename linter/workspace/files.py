"""The files that a run sees: list, read, exists. Nothing else here asks the disk.

``DISK`` is what a command sees. A git tree and the unsaved buffers of an editor are the same to
whoever is handed a ``Files``.
"""

from __future__ import annotations

import errno
import os
import stat

FILE = 'file'
FOLDER = 'folder'
LINK = 'link'
PIPE = 'pipe'
SOCKET = 'socket'
DEVICE = 'device'
NOTHING = ''

SMALL_FILE = 1 << 20
"""Bytes of a file that people write by hand, such as a configuration or a kustomization."""

NOT_FILES = {
    FOLDER: 'is a directory',
    PIPE: 'is a pipe, not a file; `-` reads standard input',
    SOCKET: 'is a socket, not a file',
    DEVICE: 'is a device, not a file; `-` reads standard input',
}
"""Why what is no file is not read, by what it is."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not imported where it runs: typing would double the time of a run without policies.
    from typing import Protocol

    class Opened(Protocol):
        """The bytes of a file, from its beginning; what ``open`` and ``io.BytesIO`` give, too."""

        def read(self, size: int = -1, /) -> bytes: ...

        def close(self) -> None: ...

    class Files(Protocol):
        """Where files come from. Every method but ``exists`` raises OSError."""

        def exists(self, path: str) -> bool:
            """Whether there is such a name, be it a link to nothing."""

        def kind(self, path: str) -> str:
            """What a name stands for, links followed: FILE, FOLDER … or NOTHING."""

        def is_link(self, path: str) -> bool:
            """Whether a name is a symbolic link."""

        def list(self, path: str) -> list[tuple[str, str]]:
            """The names in a folder, sorted, each with what it is: a link is a LINK."""

        def open(self, path: str) -> Opened:
            """A regular file; OSError where it is none, whatever its name was a moment ago."""

        def open_pipe(self, path: str, patience: float) -> Opened:
            """A pipe that somebody named on purpose; OSError where nobody writes into it.

            ``patience``: after so many seconds without a writer nobody does.
            """

        def real(self, path: str) -> str:
            """The absolute path without symbolic links."""


# Opening must not wait for the writer of a pipe, nor make a terminal the one of this process.
_READ = (
    os.O_RDONLY
    | getattr(os, 'O_BINARY', 0)
    | getattr(os, 'O_NONBLOCK', 0)
    | getattr(os, 'O_NOCTTY', 0)
)
_BUFFER = 1 << 16
_PAUSE = 0.02


class _OnDisk:
    """An open regular file. Python's own file objects cost more than most files have to say."""

    __slots__ = ('_descriptor', '_is_empty', '_left')

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._is_empty = not size
        self._left = size or -1

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            parts = []
            while part := self.read(_BUFFER):
                parts.append(part)
            return b''.join(parts)
        if not self._left:
            return b''  # all that there was when it was opened, and asking again takes time
        data = os.read(self._descriptor, size)
        self._left -= len(data)
        if data and self._is_empty:
            # Those in /proc and /sys are made while they are read, and some of them never end.
            raise OSError(errno.EINVAL, 'is not a file on a disk: it claims to be empty')
        return data

    def close(self) -> None:
        os.close(self._descriptor)


class _Stream:
    """An open pipe, of which the beginning was read already."""

    __slots__ = ('_begun', '_descriptor')

    def __init__(self, descriptor: int, begun: bytes) -> None:
        self._descriptor = descriptor
        self._begun = begun

    def read(self, size: int = -1, /) -> bytes:
        # As much as was asked for: a writer hands over little at a time.
        parts = [self._begun]
        left = size - len(self._begun)
        self._begun = b''
        while size < 0 or left > 0:
            part = os.read(self._descriptor, _BUFFER if size < 0 else left)
            if not part:
                break
            parts.append(part)
            left -= len(part)
        return b''.join(parts)

    def close(self) -> None:
        os.close(self._descriptor)


def _first(descriptor: int, patience: float) -> bytes:
    """The first bytes of a pipe that does not block; b'' where its writer has nothing yet."""
    import time

    end = time.monotonic() + patience
    while True:
        try:
            data = os.read(descriptor, 1)
        except BlockingIOError:
            return b''
        if data or not patience:
            return data
        if time.monotonic() > end:
            raise OSError(errno.EINVAL, 'is a pipe into which nobody writes')
        time.sleep(_PAUSE)


class Disk:
    """The file system, as the working directory sees it."""

    __slots__ = ()

    def exists(self, path: str) -> bool:
        return os.path.lexists(path)

    def kind(self, path: str) -> str:
        try:
            return _kind(os.stat(path).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return NOTHING

    def is_link(self, path: str) -> bool:
        return os.path.islink(path)

    def list(self, path: str) -> list[tuple[str, str]]:
        with os.scandir(path) as entries:
            return sorted((entry.name, _kind_of(entry)) for entry in entries)

    def open(self, path: str) -> Opened:
        descriptor = os.open(path, _READ)
        try:
            status = os.fstat(descriptor)
            kind = _kind(status.st_mode)
            if kind != FILE:
                raise OSError(errno.EINVAL, NOT_FILES[kind])
        except BaseException:
            os.close(descriptor)
            raise
        return _OnDisk(descriptor, status.st_size)

    def open_pipe(self, path: str, patience: float) -> Opened:
        descriptor = os.open(path, _READ)
        try:
            if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, 'is no pipe any more')
            begun = _first(descriptor, patience)
            os.set_blocking(descriptor, True)
        except BaseException:
            os.close(descriptor)
            raise
        return _Stream(descriptor, begun)

    def real(self, path: str) -> str:
        return os.path.realpath(path)


DISK = Disk()


def read_whole(files: Files, path: str, limit: int) -> bytes:
    """All bytes of a regular file; OSError for any other, and for one of more than ``limit``."""
    opened = files.open(path)
    try:
        parts = []
        left = limit
        while part := opened.read(min(left + 1, _BUFFER)):
            left -= len(part)
            if left < 0:
                raise OSError(errno.EFBIG, f'has more than {limit >> 20} MB')
            parts.append(part)
    finally:
        opened.close()
    return b''.join(parts)


def reason(error: OSError) -> str:
    """What the system says is wrong, as the end of a sentence."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return FILE
    if stat.S_ISDIR(mode):
        return FOLDER
    if stat.S_ISFIFO(mode):
        return PIPE
    return SOCKET if stat.S_ISSOCK(mode) else DEVICE


def _kind_of(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return LINK
    if entry.is_dir(follow_symlinks=False):
        return FOLDER
    # Pipes, sockets and devices are alike to whoever looks for files; nothing asks the disk again.
    return FILE if entry.is_file(follow_symlinks=False) else DEVICE


def is_file(path: str, files: Files = DISK) -> bool:
    """Whether a name stands for a regular file; one that cannot be looked at does not."""
    try:
        return files.kind(path) == FILE
    except (OSError, ValueError):
        return False


def is_folder(path: str, files: Files = DISK) -> bool:
    """Whether a name stands for a folder; one that cannot be looked at does not."""
    try:
        return files.kind(path) == FOLDER
    except (OSError, ValueError):
        return False
