"""One file after another: what to do, what came of it."""

from __future__ import annotations

import sys

from linter import discover
from linter.scan import NOT_CALICO, documents_in, may_be_calico

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linter.diagnostic import Diagnostic
    from linter.target import Target


class Options:
    """What the command line asks for; no ``select``: every rule, no ``target``: the default.

    ``jobs`` is how many processes may share the work; 1 means that nothing is shared.
    """

    __slots__ = ('ignore', 'jobs', 'paths', 'select', 'stdin_filename', 'target')

    def __init__(
        self,
        paths: Sequence[str] = ('.',),
        target: Target | None = None,
        select: frozenset[str] = frozenset(),
        ignore: frozenset[str] = frozenset(),
        stdin_filename: str | None = None,
        jobs: int = 1,
    ) -> None:
        self.paths = paths
        self.target = target
        self.select = select
        self.ignore = ignore
        self.stdin_filename = stdin_filename
        self.jobs = jobs


class Outcome:
    """What a run found. ``errors``: files that could not be read, and rules that broke."""

    __slots__ = (
        'checked', 'diagnostics', 'documents', 'errors', 'files', 'skipped', 'templates',
    )  # fmt: skip

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.files = 0
        self.documents = 0
        self.checked = 0
        self.skipped: dict[str, int] = {}
        self.templates: list[str] = []
        self.errors: list[str] = []

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
        for reason, count in other.skipped.items():
            self.skip(reason, count)


def check(entry: str | discover.Unreadable, options: Options, outcome: Outcome) -> None:
    """Check one file that ``discover.find`` named."""
    if isinstance(entry, discover.Unreadable):
        outcome.errors.append(str(entry))
        return
    try:
        if entry == discover.STDIN:
            name = options.stdin_filename
            path = discover.relative(name) if name else '<stdin>'
            _check(path, discover.parts(sys.stdin.buffer), options, outcome)
        else:
            _check(entry, discover.read(entry), options, outcome)
    except discover.Unreadable as error:
        outcome.errors.append(str(error))


def _check(path: str, parts: Iterator[bytes], options: Options, outcome: Outcome) -> None:
    first = next(parts)
    outcome.files += 1
    if len(first) < discover.PART and not may_be_calico(first):
        # Nearly every file ends here, before the engine is even imported.
        count = documents_in(first)
        outcome.documents += count
        outcome.skip(NOT_CALICO, count)
        return
    from itertools import chain

    from linter import engine
    from linter.target import Target

    result = engine.check_parts(path, chain((first,), parts), options.target or Target())
    outcome.errors += result.errors
    outcome.documents += result.documents
    outcome.checked += result.checked
    outcome.templates += result.templates
    for reason, count in result.skipped.items():
        outcome.skip(reason, count)
    outcome.diagnostics += wanted(result.diagnostics, path, options)


def wanted(
    diagnostics: Iterable[Diagnostic],
    path: str,
    options: Options,
) -> Iterator[Diagnostic]:
    """Without what the user deselected, and what a kustomization takes care of."""
    for diagnostic in diagnostics:
        if options.select and diagnostic.rule not in options.select:
            continue
        if diagnostic.rule in options.ignore:
            continue
        if diagnostic.rule == 'namespace-missing':
            from linter.kustomize import sets_namespace

            if sets_namespace(path):
                continue
        yield diagnostic
