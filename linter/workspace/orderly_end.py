"""An end in order where the system asks for one: what is open is closed, and then it ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

SIGNALS = tuple(getattr(signal, name) for name in ('SIGTERM', 'SIGHUP') if hasattr(signal, name))
"""Those that ask a process to end: a cancelled job in CI, a terminal that is closed."""


class _Ended(BaseException):
    """The process is to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    raise _Ended(number)


@contextmanager
def orderly_end() -> Iterator[None]:
    """While this lasts, a signal runs every ``finally`` before the process ends of it.

    Signals that somebody else handles or ignores stay as they are; so does all in a thread.
    """
    replaced = []
    try:
        for number in SIGNALS:
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, _end)
                replaced.append(number)
    except ValueError:  # only the first thread may
        pass
    ended = None
    try:
        yield
    except _Ended as error:
        ended = error
    finally:
        for number in replaced:
            signal.signal(number, signal.SIG_DFL)
    if ended is not None:
        os.kill(os.getpid(), ended.number)
        raise ended
