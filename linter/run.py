"""A run: files in, diagnostics and a summary out."""

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
    """What the command line asks for; no ``select``: every rule, no ``target``: the default."""

    __slots__ = ('ignore', 'paths', 'select', 'stdin_filename', 'target')

    def __init__(
        self,
        paths: Sequence[str] = ('.',),
        target: Target | None = None,
        select: frozenset[str] = frozenset(),
        ignore: frozenset[str] = frozenset(),
        stdin_filename: str | None = None,
    ) -> None:
        self.paths = paths
        self.target = target
        self.select = select
        self.ignore = ignore
        self.stdin_filename = stdin_filename


class Outcome:
    """What a run found. ``errors``: files that could not be read, and rules that broke."""

    __slots__ = ('checked', 'diagnostics', 'documents', 'errors', 'files', 'skipped', 'templates')

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


def run(options: Options) -> Outcome:
    """Check every file; one that cannot be read, or a rule that breaks, does not stop the rest."""
    outcome = Outcome()
    for path, data in files(options, outcome.errors):
        outcome.files += 1
        if not may_be_calico(data):
            # Nearly every file ends here, before the engine is even imported.
            count = documents_in(data)
            outcome.documents += count
            outcome.skip(NOT_CALICO, count)
            continue
        from linter import engine
        from linter.target import Target

        result = engine.check(path, data, options.target or Target())
        outcome.errors += result.errors
        outcome.documents += result.documents
        outcome.checked += result.checked
        outcome.templates += result.templates
        for reason, count in result.skipped.items():
            outcome.skip(reason, count)
        outcome.diagnostics += wanted(result.diagnostics, path, options)
    return outcome


def files(options: Options, errors: list[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every file; what cannot be read goes to ``errors``."""
    for entry in discover.find(options.paths):
        if isinstance(entry, discover.Unreadable):
            errors.append(str(entry))
        elif entry == discover.STDIN:
            name = options.stdin_filename
            yield discover.relative(name) if name else '<stdin>', sys.stdin.buffer.read()
        else:
            try:
                data = discover.read(entry)
            except discover.Unreadable as error:
                errors.append(str(error))
            else:
                yield entry, data


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


def status(outcome: Outcome) -> int:
    """The exit status: 2 if something could not be checked, 1 for errors and warnings, else 0."""
    if outcome.errors:
        return 2
    return int(any(diagnostic.severity != 'info' for diagnostic in outcome.diagnostics))


def counts(diagnostics: Iterable[Diagnostic]) -> dict[str, int]:
    """How many diagnostics of each severity there are."""
    found = {'error': 0, 'warning': 0, 'info': 0}
    for diagnostic in diagnostics:
        found[diagnostic.severity] += 1
    return found
