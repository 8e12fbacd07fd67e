"""Sharing the files of a long run among processes, with the output of a single one.

Forks and pipes, since ``multiprocessing`` imports ``socket``, and nothing here opens connections.
A fork starts at once and has the rules loaded; this process has one thread, so it is safe. Where
there is no fork (Windows), nothing is shared.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
from _thread import start_new_thread
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

from linter.engine.outcome import Outcome
from linter.run.one_file import check
from linter.workspace.discover import Unreadable
from linter.workspace.options import Options
from linter.workspace.orderly_end import SIGNALS, orderly_end

BATCH = 64
"""Files for a process at a time: enough to be worth a message, few enough to end together."""

# The numbers of the batches wait in a pipe, and have to fit into it: the smallest holds 4096 bytes.
_MOST_BATCHES = 1000
_NUMBER = 4

Entry = str | Unreadable


def _silent(_done: int) -> None:
    """Nobody is waiting."""


class _Elsewhere(Exception):
    """The traceback of an exception in another process."""


class _Worker:
    """A process that takes batches; ``pipe`` is where its outcomes arrive."""

    __slots__ = ('data', 'pid', 'pipe')

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid = pid
        self.pipe = pipe
        self.data = bytearray()


def share(
    entries: Sequence[Entry],
    options: Options,
    outcome: Outcome,
    report_progress: Callable[[int], None] = _silent,
) -> None:
    """Check the files, in their order, as ``one_file.check`` would one by one.

    What a process that died had in hand is named among the errors of the outcome. However this
    process ends, the others do not outlive it.
    """
    with orderly_end():
        _share(entries, options, outcome, report_progress)


def _share(
    entries: Sequence[Entry],
    options: Options,
    outcome: Outcome,
    report_progress: Callable[[int], None],
) -> None:
    size = max(BATCH, -(-len(entries) // _MOST_BATCHES))
    batches = [entries[start : start + size] for start in range(0, len(entries), size)]
    workers, life = _start(batches, options)
    if not workers:
        for entry in entries:
            check(entry, options, outcome)
            report_progress(outcome.files)
        outcome.mistakes |= options.lookup().mistakes
        return
    options.lookup().is_shared = True
    arrived: dict[int, bytes] = {}
    deaths: list[str] = []
    at = 0
    try:
        for number, message in _messages(workers, deaths):
            arrived[number] = message
            while at in arrived:
                outcome.add(_read(arrived.pop(at)))
                report_progress(outcome.files)
                at += 1
        for number in range(at, len(batches)):
            if number in arrived:
                outcome.add(_read(arrived[number]))
                report_progress(outcome.files)
            else:
                outcome.errors.append(_unchecked(batches[number], deaths))
    finally:
        # None is left, unless something was raised here: Ctrl-C, or what another process raised.
        for worker in workers:
            os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)
            os.close(worker.pipe)
        os.close(life)


def _start(batches: Sequence[Sequence[Entry]], options: Options) -> tuple[list[_Worker], int]:
    """As many processes as are wanted and can be had, and the end of a pipe: they live as long.

    Nothing is ever written into it, and no other process has this end; the kernel closes it, too,
    when this process is killed.
    """
    workers: list[_Worker] = []
    if not hasattr(os, 'fork'):
        return workers, -1
    opened: list[int] = []
    try:
        opened += os.pipe()
        opened += os.pipe()
    except OSError:  # no more descriptors
        for descriptor in opened:
            os.close(descriptor)
        return workers, -1
    todo, fill, alive, life = opened
    os.write(fill, b''.join(number.to_bytes(_NUMBER, 'big') for number in range(len(batches))))
    os.close(fill)
    # What is not written yet would be written by each of them.
    sys.stdout.flush()
    sys.stderr.flush()
    for _ in range(min(options.jobs, len(batches))):
        pipe: tuple[int, ...] = ()
        try:
            pipe = results, out = os.pipe()
            pid = os.fork()
        except OSError:  # no more processes: those that are there do it, or this one alone
            for descriptor in pipe:
                os.close(descriptor)
            break
        if not pid:
            for descriptor in (life, results, *(worker.pipe for worker in workers)):
                os.close(descriptor)
            start_new_thread(_end_with_parent, (alive,))
            _work(todo, out, batches, options)
        # Only the process itself keeps its end, so that the other end notices when it dies.
        os.close(out)
        workers.append(_Worker(pid, results))
    os.close(todo)
    os.close(alive)
    if not workers:
        os.close(life)
    return workers, life


def _end_with_parent(alive: int) -> None:
    """Wait, in a thread, until the process that started this one is gone, whatever became of it."""
    os.read(alive, 1)
    os._exit(1)


def _work(todo: int, out: int, batches: Sequence[Sequence[Entry]], options: Options) -> NoReturn:
    """The life of a process that takes batches until there are no more."""
    status = 1
    try:
        # Ctrl-C reaches every process; the first one has the word.
        for sign in (signal.SIGINT, *SIGNALS):
            if signal.getsignal(sign) != signal.SIG_IGN:
                signal.signal(sign, signal.SIG_DFL)
        while number := os.read(todo, _NUMBER):
            batch = batches[int.from_bytes(number, 'big')]
            try:
                message = pickle.dumps(_check(batch, options))
            except Exception as error:
                message = _raised(error)
            _write(out, number + len(message).to_bytes(8, 'big') + message)
        status = 0
    except BrokenPipeError:
        pass  # nobody waits for the results any more
    except Exception:
        import traceback

        traceback.print_exc()
    finally:
        # Not by way of the interpreter's end, which would write what the first process has open.
        os._exit(status)


def _check(entries: Sequence[Entry], options: Options) -> Outcome:
    part = Outcome()
    for entry in entries:
        check(entry, options, part)
    part.mistakes |= options.lookup().mistakes
    return part


def _raised(error: Exception) -> bytes:
    import traceback

    where = _Elsewhere(''.join(traceback.format_exception(error)))
    try:
        message = pickle.dumps((error, where))
        pickle.loads(message)
    except Exception:
        # It cannot be sent as it is; what it says can.
        message = pickle.dumps((RuntimeError(f'{type(error).__name__}: {error}'), where))
    return message


def _write(pipe: int, message: bytes) -> None:
    view = memoryview(message)
    while view:
        view = view[os.write(pipe, view) :]


def _messages(workers: list[_Worker], deaths: list[str]) -> Iterator[tuple[int, bytes]]:
    """Numbers of batches, and what came of them, as they arrive, until every process has ended.

    Those that ended are taken out of ``workers``, and ``deaths`` says how if it was too early.
    """
    by_pipe = {worker.pipe: worker for worker in workers}
    # Not select.select, which knows the first 1,024 descriptors of a process alone.
    poll = select.poll()
    for pipe in by_pipe:
        poll.register(pipe, select.POLLIN)
    while by_pipe:
        for pipe, _ in poll.poll():
            worker = by_pipe[pipe]
            data = worker.data
            more = os.read(pipe, 1 << 16)
            data += more
            while len(data) >= _NUMBER + 8:
                end = _NUMBER + 8 + int.from_bytes(data[_NUMBER : _NUMBER + 8], 'big')
                if len(data) < end:
                    break
                number, message = (
                    int.from_bytes(data[:_NUMBER], 'big'),
                    bytes(data[_NUMBER + 8 : end]),
                )
                del data[:end]
                yield number, message
            if not more:
                poll.unregister(pipe)
                os.close(pipe)
                workers.remove(worker)
                del by_pipe[pipe]
                code = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
                if code:
                    deaths.append(f'signal {-code}' if code < 0 else f'exit status {code}')


def _read(message: bytes) -> Outcome:
    result = pickle.loads(message)
    if isinstance(result, Outcome):
        return result
    error, where = result
    raise error from where


def _unchecked(entries: Sequence[Entry], deaths: Sequence[str]) -> str:
    first, last = (
        entry.path if isinstance(entry, Unreadable) else entry
        for entry in (entries[0], entries[-1])
    )
    how = ', '.join(dict.fromkeys(deaths)) or 'without a word'
    return (
        f'{first} to {last}: {len(entries)} files were not checked, because the process that had '
        f'them in hand ended early ({how}): run it again with --jobs 1'
    )
