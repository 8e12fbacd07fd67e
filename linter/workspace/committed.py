"""What git holds of files: as they were before the change that is about to be committed."""

from __future__ import annotations

import os
import shutil

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FROM = 'PRE_COMMIT_FROM_REF'
"""Where pre-commit says what the files are compared with, if not with the last commit.
https://pre-commit.com/#pre-commit-run"""
TO = 'PRE_COMMIT_TO_REF'
"""Where it says what is compared. It names the files that changed since the two had one history."""
HOOK = 'PRE_COMMIT'
"""What it sets for each of its hooks."""
_LONGEST = 30
"""Seconds that git may take."""


def committed(paths: Sequence[str]) -> dict[str, bytes | None] | None:
    """The text of each file before the change, None of one that there was not.

    None altogether where git does not say: it is not here, or this is no repository.
    """
    before = _before()
    if '\n' in before:
        return None
    # git takes a name for each line, from the working directory on.
    named = [path for path in paths if '\n' not in path]
    names = [f'{before}:./{os.path.relpath(path).replace(os.sep, "/")}' for path in named]
    answer = _git(('cat-file', '--batch'), b''.join(os.fsencode(name) + b'\n' for name in names))
    if answer is None:
        return None
    return {**dict.fromkeys(paths), **dict(zip(named, _objects(answer), strict=False))}


def names_in(folder: str) -> list[str]:
    """The files that a folder and those below it had before the change; none where nobody knows."""
    inner = os.path.relpath(folder).replace(os.sep, '/')
    words = () if inner == '.' else (f'{inner}/',)
    answer = _git(('ls-tree', '-r', '-z', '--name-only', _before(), '--', *words))
    return [os.fsdecode(name) for name in (answer or b'').split(b'\0') if name]


def untracked_in(folder: str) -> list[str]:
    """The files of a folder and those below it that are in no commit and are not going to be."""
    inner = os.path.relpath(folder).replace(os.sep, '/')
    answer = _git(('ls-files', '-z', '--others', '--exclude-standard', '--', inner))
    return [os.fsdecode(name) for name in (answer or b'').split(b'\0') if name]


def is_hook() -> bool:
    """Whether pre-commit has started this."""
    return bool(os.environ.get(HOOK))


def _before() -> str:
    first, last = os.environ.get(FROM), os.environ.get(TO)
    if not first:
        return 'HEAD'
    shared = _git(('merge-base', '--', first, last)) if last else None
    return first if shared is None else os.fsdecode(shared).strip()


def _git(words: Sequence[str], said: bytes = b'') -> bytes | None:
    """What git answers; None where it is not here, or fails."""
    # Imported lazily: few runs ask.
    import subprocess

    git = shutil.which('git')
    # Where the working directory is searched for programs, it is the checked repository's.
    if git is None or not os.path.isabs(git):
        return None
    try:
        return subprocess.run(
            (git, *words),
            input=said,
            capture_output=True,
            check=True,
            timeout=_LONGEST,
            # What a partial clone lacks stays where it is.
            env={**os.environ, 'GIT_NO_LAZY_FETCH': '1'},
        ).stdout
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _objects(answer: bytes) -> list[bytes | None]:
    """What ``git cat-file --batch`` says of each name: a head line and the text, or one line."""
    found: list[bytes | None] = []
    at = 0
    while at < len(answer):
        end = answer.index(b'\n', at)
        words = answer[at:end].split(b' ')
        at = end + 1
        if words[-1] == b'missing' or not words[-1].isdigit():
            found.append(None)
            continue
        size = int(words[-1])
        found.append(answer[at : at + size] if words[-2] == b'blob' else None)
        at += size + 1
    return found
