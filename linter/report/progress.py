"""How far a long run is, on standard error, where a person waits for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from linter.report.terminal import Bar

PATIENCE = 1.0
"""Seconds before a bar appears: a run that is over by then needs none."""

INTERVAL = 0.1
"""Seconds between two drawings, at least."""


def is_welcome(out: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether there is somebody to look at it, and a terminal that can take it back."""
    return out.isatty() and environ.get('TERM') != 'dumb' and not environ.get('CI')


class Progress:
    """Draws when it is called, from no thread of its own: a run forks. ``close`` takes it away.

    ``color`` False: no colours.
    """

    def __init__(self, out: TextIO, color: bool) -> None:
        self._out = out
        self._color = color
        self._next = monotonic() + PATIENCE
        self._bar: Bar | None = None

    def __call__(self, done: int, total: int) -> None:
        """So many files of so many are done."""
        now = monotonic()
        if now < self._next:
            return
        self._next = now + INTERVAL
        if self._bar is None:
            from linter.report.terminal import Bar

            self._bar = Bar(self._out, self._color)
        self._bar.show(done, total)

    def close(self) -> None:
        """Leave the terminal as if nothing had been drawn."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
