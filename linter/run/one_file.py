"""One file after another: what to do, what came of it."""

from __future__ import annotations

import sys

from linter.calico.prefilter import NOT_CALICO, documents_in, may_be_calico
from linter.text.errors import Fatal
from linter.workspace import discover
from linter.workspace.settings import Lookup

STDIN_NAME = '<stdin>'
"""What standard input is called where nothing says what it is."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from linter.diagnostic import Diagnostic
    from linter.engine.result import Result
    from linter.suppress.model import Suppression
    from linter.workspace.settings import Overrides, Settings


class Options:
    """What the command line asks for.

    ``overrides`` are the settings that it gives itself; ``jobs`` is how many processes may share
    the work; 1 means that nothing is shared. ``suppress`` False: what suppressions hide
    is reported, too. ``fail_on`` is the lowest severity that makes the exit status 1, or ``never``;
    ``require_policies``: so does a run that checked nothing. ``baseline`` is the file whose
    findings are known; ``write_baseline``: it is written, too, with new ones only where
    ``allow_growth`` says so. ``statistics``: text is the counts of each rule; ``quiet``: no summary
    and no progress; ``color`` is ``always``, ``never`` or ``auto``.
    """

    __slots__ = (
        'allow_growth', 'baseline', 'color', 'fail_on', 'jobs', 'overrides', 'paths', 'quiet',
        'require_policies', 'statistics', 'stdin_filename', 'suppress', 'write_baseline',
    )  # fmt: skip

    def __init__(
        self,
        paths: Sequence[str] = ('.',),
        overrides: Overrides | None = None,
        stdin_filename: str | None = None,
        jobs: int = 1,
        suppress: bool = True,
        fail_on: str = 'warning',
        require_policies: bool = False,
        baseline: str | None = None,
        write_baseline: bool = False,
        allow_growth: bool = False,
        statistics: bool = False,
        quiet: bool = False,
        color: str = 'auto',
    ) -> None:
        self.paths = paths
        self.overrides = overrides
        self.stdin_filename = stdin_filename
        self.jobs = jobs
        self.suppress = suppress
        self.fail_on = fail_on
        self.require_policies = require_policies
        self.baseline = baseline
        self.write_baseline = write_baseline
        self.allow_growth = allow_growth
        self.statistics = statistics
        self.quiet = quiet
        self.color = color

    def lookup(self) -> Lookup:
        """The settings of the files of a run; what standard input is called is named, too."""
        name = self.stdin_filename
        return Lookup(self.overrides, self.paths if name is None else (*self.paths, name))

    def stdin_path(self) -> str:
        """The path of what is read from standard input."""
        name = self.stdin_filename
        return discover.relative(name) if name else STDIN_NAME


class Outcome:
    """What a run found. ``errors``: files that could not be checked, and rules that broke.

    ``mistakes`` are those in configuration files, by the file. ``suppressed`` are the findings that
    are not reported, and what hides them; ``known`` those that are not since the baseline has them,
    None where there is no baseline. ``paths`` are the files of the whole run, excluded ones too.
    ``progress`` is called with the number of files that are done.
    """

    __slots__ = (
        'checked', 'diagnostics', 'documents', 'errors', 'files', 'known', 'mistakes', 'paths',
        'progress', 'skipped', 'suppressed', 'templates',
    )  # fmt: skip

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.files = 0
        self.documents = 0
        self.checked = 0
        self.skipped: dict[str, int] = {}
        self.templates: list[str] = []
        self.errors: list[str] = []
        self.suppressed: list[tuple[Diagnostic, Suppression]] = []
        self.known: list[Diagnostic] | None = None
        self.mistakes: dict[str, list[Diagnostic]] = {}
        self.paths: list[str] = []
        self.progress: Callable[[int], None] | None = None

    def skip(self, reason: str, count: int) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + count

    def add(self, other: Outcome) -> None:
        """What another run found, behind what this one found."""
        self.diagnostics += other.diagnostics
        self.files += other.files
        self.documents += other.documents
        self.checked += other.checked
        self.templates += other.templates
        self.errors += other.errors
        self.suppressed += other.suppressed
        self.mistakes |= other.mistakes
        for reason, count in other.skipped.items():
            self.skip(reason, count)
        self.tell()

    def tell(self) -> None:
        """Tell whoever is waiting how far it is."""
        if self.progress is not None:
            self.progress(self.files)


def check(
    entry: str | discover.Unreadable, options: Options, lookup: Lookup, outcome: Outcome
) -> None:
    """Check one file that ``discover.find`` named; whatever goes wrong with it stays with it."""
    if isinstance(entry, discover.Unreadable):
        outcome.errors.append(str(entry))
        return
    try:
        if entry == discover.STDIN:
            path = options.stdin_path()
            if not (options.stdin_filename and lookup.is_excluded(path)):
                settings = lookup.settings_for(path)
                check_parts(path, standard_input(path), settings, options, outcome)
        elif not lookup.is_excluded(entry):
            check_parts(entry, discover.read(entry), lookup.settings_for(entry), options, outcome)
    except Fatal:
        raise
    except Exception as error:
        outcome.errors.append(trouble(entry, error))


def trouble(path: str, error: Exception) -> str:
    """Why nothing came of a file, of an exception in hand; a run goes on with the next one."""
    if isinstance(error, discover.Unreadable):
        return str(error)
    if isinstance(error, MemoryError):
        # What it took is free again, and the next file may be smaller.
        return str(discover.Unreadable(path, 'there is not enough memory for it'))
    import traceback

    reason = f'this is a bug of calico-lint:\n{traceback.format_exc()}'
    return str(discover.Unreadable(path, reason))


def standard_input(path: str) -> Iterator[bytes]:
    """What it holds, in parts; raises Unreadable."""
    stream = sys.stdin
    if stream is None:
        raise discover.Unreadable(path, 'standard input is closed')
    try:
        yield from discover.parts(stream.buffer)
    except OSError as error:
        reason = f'standard input cannot be read: {error.strerror or error}'
        raise discover.Unreadable(path, reason) from None


def check_parts(
    path: str, parts: Iterator[bytes], settings: Settings, options: Options, outcome: Outcome
) -> None:
    """Check a file of which these are the parts, whatever its path holds now."""
    first = next(parts)
    second = next(parts, None)
    outcome.files += 1
    if second is None and not may_be_calico(first):
        # Nearly every file ends here, before the engine is even imported.
        count = documents_in(first)
        outcome.documents += count
        outcome.skip(NOT_CALICO, count)
        return
    from itertools import chain

    from linter.engine import check as engine

    result = engine.check_parts(
        path,
        chain((first,) if second is None else (first, second), parts),
        settings.target,
        options.suppress,
        settings.require_reason,
    )
    outcome.errors += result.errors
    outcome.documents += result.documents
    outcome.checked += result.checked
    outcome.templates += result.templates
    for reason, count in result.skipped.items():
        outcome.skip(reason, count)
    outcome.diagnostics += wanted(result.diagnostics, path, settings)
    hide(outcome, result, path, settings)


def hide(outcome: Outcome, result: Result, path: str, settings: Settings) -> None:
    """Keep what suppressions of a file hide, as far as anybody wanted to know of it."""
    for diagnostic, suppression in result.suppressed:
        for one in wanted((diagnostic,), path, settings):
            outcome.suppressed.append((one, suppression))


def wanted(
    diagnostics: Iterable[Diagnostic],
    path: str,
    settings: Settings,
) -> Iterator[Diagnostic]:
    """Without what the user deselected, and what a kustomization takes care of."""
    for diagnostic in diagnostics:
        if not settings.wants(diagnostic.rule):
            continue
        if diagnostic.rule == 'namespace-missing':
            from linter.workspace.kustomize import sets_namespace

            if sets_namespace(path):
                continue
        severity = settings.severity.get(diagnostic.rule)
        yield diagnostic if severity is None else diagnostic._replace(severity=severity)
