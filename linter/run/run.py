"""A run: files in, diagnostics and a summary out."""

from __future__ import annotations

import os

from linter.diagnostic import SEVERITIES
from linter.engine.outcome import Outcome
from linter.run.one_file import check, settle
from linter.text.errors import Fatal
from linter.workspace import discover
from linter.workspace.options import Options

WORTH_SHARING = 300
"""After so many policies the rest may be shared among processes, if there is as much of it."""

FAILING = {
    'never': (),
    **{lowest: SEVERITIES[: number + 1] for number, lowest in enumerate(SEVERITIES)},
}
"""The severities that make a run fail, by the lowest of them."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linter.diagnostic import Diagnostic

__all__ = ['FAILING', 'Outcome', 'cores', 'counts', 'run', 'status']


def run(options: Options, progress: Callable[[int, int], None] | None = None) -> Outcome:
    """Check every file; one that cannot be read, or a rule that breaks, does not stop the rest.

    ``progress`` is called now and then with the number of files that are done, and that of all.
    """
    outcome = Outcome()
    lookup = options.lookup()
    entries = _noted(
        discover.find(options.paths, lookup.is_excluded, suffixes=options.suffixes()),
        options,
        outcome,
    )
    number = 0
    if progress is not None:
        every = list(entries)
        number = len(every)
        entries = iter(every)

    def report_progress(done: int) -> None:
        if progress is not None:
            progress(done, number)

    for entry in entries:
        check(entry, options, outcome)
        report_progress(outcome.files)
        if options.jobs > 1 and outcome.checked >= WORTH_SHARING:
            # So far it was cheaper alone; from here on it may not be.
            rest = list(entries)
            if len(rest) >= WORTH_SHARING and discover.STDIN not in rest:
                from linter.run.parallel import share

                try:
                    share(rest, options, outcome, report_progress)
                except OSError as error:
                    reason = error.strerror or str(error)
                    raise Fatal(f'no further processes: {reason}; write --jobs 1') from None
                break
            for entry in rest:
                check(entry, options, outcome)
                report_progress(outcome.files)
    if outcome.records or outcome.kubernetes:
        from linter.run.root import judge

        judge(outcome, options)
    settle(outcome, options)
    if lookup.has_configurations or outcome.passed:
        from linter.run.notes import notes

        outcome.notes += notes(outcome, options)
    outcome.mistakes |= lookup.mistakes
    # They come first: with a mistake there, all the rest may not be what was asked for.
    outcome.diagnostics[:0] = [one for found in outcome.mistakes.values() for one in found]
    return outcome


def _noted(
    entries: Iterator[str | discover.Unreadable], options: Options, outcome: Outcome
) -> Iterator[str | discover.Unreadable]:
    """The entries, noted in the outcome, without the baseline: it quotes what it is to hide."""
    baseline = None if options.baseline is None else discover.relative(options.baseline)
    for entry in entries:
        if isinstance(entry, str):
            if entry == baseline:
                continue
            outcome.paths.append(options.stdin_path() if entry == discover.STDIN else entry)
        yield entry


def status(outcome: Outcome, fail_on: str | None = None) -> int:
    """The exit status: 2 if something could not be checked, 1 for what fails, else 0."""
    if outcome.errors:
        return 2
    failing = FAILING[fail_on or 'warning']
    return int(any(diagnostic.severity in failing for diagnostic in outcome.diagnostics))


def counts(diagnostics: Iterable[Diagnostic]) -> dict[str, int]:
    """How many diagnostics of each severity there are."""
    found = dict.fromkeys(SEVERITIES, 0)
    for diagnostic in diagnostics:
        found[diagnostic.severity] += 1
    return found


def cores() -> int:
    """How many processes can run at once."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
