"""Sharing the files of a long run among processes, with the output of a single one."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator, Sequence

from linter.discover import Unreadable
from linter.work import Options, Outcome, check

BATCH = 64
"""Files for a process at a time: enough to be worth a message, few enough to end together."""

Entry = str | Unreadable


def share(entries: Sequence[Entry], options: Options, outcome: Outcome) -> None:
    """Check the files, in their order, as ``work.check`` would one by one."""
    # A fork starts at once and has the rules loaded; elsewhere than on Linux it is not safe.
    method = 'fork' if sys.platform == 'linux' else 'spawn'
    with multiprocessing.get_context(method).Pool(options.jobs, _start, (options,)) as pool:
        for part in pool.imap(_check, _batches(entries)):
            outcome.add(part)


_options = Options()
_lookup = _options.lookup()


def _start(options: Options) -> None:
    global _options, _lookup
    _options, _lookup = options, options.lookup()
    # Ctrl-C reaches every process of the terminal: let the first one alone speak of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _batches(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(entries), BATCH):
        yield entries[start : start + BATCH]


def _check(entries: Sequence[Entry]) -> Outcome:
    part = Outcome()
    for entry in entries:
        check(entry, _options, _lookup, part)
    part.mistakes |= _lookup.mistakes
    return part
