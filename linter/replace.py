"""Puts a new file in an old one's place: all of it or nothing, and nothing if in doubt."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile


class Unwritable(Exception):
    """A file that stays as it is: the run goes on, and ends with status 2."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        shown = self.path if self.path.isprintable() else repr(self.path)
        return f'{shown}: not changed, for {self.reason}'


def replace(path: str, before: bytes, after: bytes) -> None:
    """Write a file that holds ``before``; raises Unwritable, and then it holds what it held.

    The new file has the old one's mode, owner, group and extended attributes as far as may be. A
    symbolic link stays one, and what it points to is replaced.
    """
    try:
        real = os.path.realpath(path, strict=True)
        _replace(path, real, before, after)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unwritable(path, f'{reason[:1].lower()}{reason[1:]}') from None


def _replace(path: str, real: str, before: bytes, after: bytes) -> None:
    old = os.lstat(real)
    if not stat.S_ISREG(old.st_mode):
        raise Unwritable(path, 'it is not a regular file')
    if not old.st_mode & 0o222 or not os.access(real, os.W_OK):
        raise Unwritable(path, 'it is write-protected')
    if old.st_nlink > 1:
        raise Unwritable(path, 'it has another name (a hard link), which would be left behind')
    with open(real, 'rb') as file:
        if not os.path.samestat(os.fstat(file.fileno()), old) or file.read() != before:
            raise Unwritable(path, 'it changed since it was read')
    folder, name = os.path.split(real)
    handle, temporary = tempfile.mkstemp('.tmp', f'.{name[:100]}.', folder)
    try:
        with open(handle, 'wb') as file:
            file.write(after)
            file.flush()
            _keep(temporary, file.fileno(), real, old)
            os.fsync(file.fileno())
        now = os.lstat(real)
        if not os.path.samestat(now, old) or _stamp(now) != _stamp(old):
            raise Unwritable(path, 'it changed since it was read')
        os.replace(temporary, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync(folder)


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
    # Last, since a new owner takes some bits of the mode away.
    os.chmod(temporary, stat.S_IMODE(old.st_mode))


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
