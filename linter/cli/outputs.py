"""Where the outputs of a run go: formats and files, and which files are never written."""

from __future__ import annotations

import os

from linter.text.errors import Fatal, shown_path
from linter.workspace.discover import STREAMS, SUFFIXES
from linter.workspace.files import DISK, FILE, NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from linter.workspace.options import Options

    Output = tuple[str, str | None]

# How a report of each format begins that has the suffix of a checked file.
_REPORTS = (
    b'{"version": 1, "diagnostics": [',
    b'{"$schema": "https://docs.oasis-open.org/sarif/',
    b'{"source": {"name": "calico-lint"',
    b'[\n{"type": "issue", "check_name": "',
    b'[]\n',
)


# What a run reads that is never checked itself.
_READ = ('.gitignore', 'Kustomization')


def outputs(options: Options) -> list[Output]:
    """The formats that were asked for, each with its file or None; Fatal where one cannot be.

    No output is written over what the run reads, nor over what a link leads to: a repository may
    hold a link to anywhere.
    """
    found = [_output(word) for word in options.formats] or [('text', None)]
    files = [None if file is None else DISK.real(file) for _, file in found]
    if files.count(None) > 1:
        raise Fatal('only one output format can go to standard output: write FORMAT:FILE')
    for (_, file), path in zip(found, files, strict=True):
        if file is None or path is None:
            continue
        if files.count(path) > 1:
            raise Fatal(f'only one output format can go to {shown_path(file)}')
        what = _obstacle(file, path, options)
        if what:
            raise Fatal(f'{shown_path(file)} {what}: name another file')
    if options.statistics:
        found = [('statistics' if name == 'text' else name, file) for name, file in found]
    return found


def open_output(file: str) -> TextIO:
    """The file of an output, emptied; raises OSError."""
    if file.startswith(STREAMS):
        return open(file, 'w', encoding='utf-8', newline='\n')
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, 'O_NOFOLLOW', 0)
    return open(os.open(file, flags, 0o666), 'w', encoding='utf-8', newline='\n')


def _obstacle(file: str, path: str, options: Options) -> str:
    """Why a file is not to be written, as the end of a sentence; '' where it may be."""
    if file.startswith(STREAMS):
        return ''
    if '\0' in file:
        return 'is no name of a file'
    if path in {DISK.real(one) for one in options.paths}:
        return 'is to be checked, and not to be written'
    if _is_link(file):
        return 'is a link, or lies behind one'
    if os.path.basename(path) == '.calico-lint.yaml' or _is(path, options.config):
        return 'is a configuration, and not to be written'
    if _is(path, options.baseline):
        return 'is the baseline, and not to be written'
    try:
        kind = DISK.kind(file)
    except OSError:
        return ''
    if kind == NOTHING:
        return ''
    if kind != FILE:
        return 'is no file'
    if os.stat(file).st_nlink > 1:
        return 'has another name (a hard link), under which it would change, too'
    if _is_report(file):
        return ''
    if file.lower().endswith(options.suffixes()) and _is_searched(path, options):
        return 'is to be checked, and not to be written'
    if file.lower().endswith(SUFFIXES):
        # Whatever it is, somebody wrote it; a kustomization leads to such files, and a context.
        return 'is there already, and is no report'
    if os.path.basename(path) in _READ or '.git' in path.split(os.sep):
        return 'is read by git or kustomize, and not to be written'
    return ''


def _is(path: str, other: str | None) -> bool:
    return other is not None and DISK.real(other) == path


def _is_link(file: str) -> bool:
    """Whether a file, or a folder on the way to it from here, is a symbolic link."""
    if os.path.isabs(file):
        return DISK.is_link(file)
    steps = os.path.normpath(file).split(os.sep)
    return any(DISK.is_link(os.path.join(*steps[:number])) for number in range(1, len(steps) + 1))


def _is_searched(path: str, options: Options) -> bool:
    """Whether a file lies below a folder that is to be checked."""
    folders = (os.path.join(DISK.real(one), '') for one in options.paths if os.path.isdir(one))
    return any(path.startswith(folder) for folder in folders)


def _is_report(file: str) -> bool:
    """Whether a file is the report of an earlier run, or empty."""
    try:
        opened = DISK.open(file)
        try:
            head = opened.read(100)
        finally:
            opened.close()
    except OSError:
        return False
    return not head or head.startswith(_REPORTS)


def _output(word: str) -> Output:
    """FORMAT or FORMAT:FILE; Fatal for a format that does not exist."""
    name, colon, file = word.partition(':')
    if colon and not file:
        raise Fatal(f'{word!r} names no file: write {name} or {name}:FILE')
    if name != 'text':
        from linter.report.formats import require

        require(name)
    return name, file or None
