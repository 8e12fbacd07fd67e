"""Words on standard error, and output that nobody reads any more."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def drop(stream: TextIO) -> None:
    """Keep the interpreter's own flush of what could not be written quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def broke() -> int:
    """Say that the exception in hand is a bug; Python's own status for it is that of findings."""
    import traceback

    complain(f'this is a bug of calico-lint:\n{traceback.format_exc()}')
    return 2


def complain(message: str) -> None:
    """Say what is wrong, or was done, on standard error."""
    say(f'calico-lint: {message}')


def say(text: str) -> None:
    """Write lines to standard error; whatever they quote, they are no more than lines."""
    from linter.text.escape import emit, escape_line

    for line in text.splitlines():
        try:
            emit(sys.stderr, f'{escape_line(line)}\n')
        except OSError:
            # Nobody is left to be told; the exit status still says it.
            drop(sys.stderr)
            return
