"""A run: files in, diagnostics and a summary out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Optional

from linter import discover, engine, kustomize
from linter.diagnostic import Diagnostic
from linter.target import Target


class Options(NamedTuple):
    """What the command line asks for. ``select`` empty: every rule."""

    paths: Sequence[str] = ('.',)
    target: Target = Target()
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    stdin_filename: Optional[str] = None


class Outcome(NamedTuple):
    """What a run found. ``errors``: files that could not be read, and rules that broke."""

    diagnostics: list[Diagnostic]
    files: int
    documents: int
    checked: int
    skipped: dict[str, int]
    templates: tuple[str, ...]
    errors: list[str]


def run(options: Options) -> Outcome:
    """Check every file; one that cannot be read, or a rule that breaks, does not stop the rest."""
    diagnostics: list[Diagnostic] = []
    errors: list[str] = []
    skipped: dict[str, int] = {}
    templates: list[str] = []
    files = documents = checked = 0
    for entry in discover.find(options.paths):
        if isinstance(entry, discover.Unreadable):
            errors.append(str(entry))
            continue
        try:
            if entry == '-':
                path, data = options.stdin_filename or '<stdin>', sys.stdin.buffer.read()
                if options.stdin_filename is not None:
                    path = discover.relative(path)
            else:
                path, data = entry, discover.read(entry)
        except discover.Unreadable as error:
            errors.append(str(error))
            continue
        files += 1
        result = engine.check(path, data, options.target)
        errors += result.errors
        documents += result.documents
        checked += result.checked
        templates += result.templates
        for reason, count in result.skipped.items():
            skipped[reason] = skipped.get(reason, 0) + count
        diagnostics += wanted(result.diagnostics, path, options)
    return Outcome(diagnostics, files, documents, checked, skipped, tuple(templates), errors)


def wanted(
    diagnostics: Iterable[Diagnostic],
    path: str,
    options: Options,
) -> Iterable[Diagnostic]:
    """Without what the user deselected, and what a kustomization takes care of."""
    for diagnostic in diagnostics:
        if options.select and diagnostic.rule not in options.select:
            continue
        if diagnostic.rule in options.ignore:
            continue
        if diagnostic.rule == 'namespace-missing' and kustomize.sets_namespace(path):
            continue
        yield diagnostic


def status(outcome: Outcome) -> int:
    """The exit status: 2 if something could not be checked, 1 for errors and warnings, else 0."""
    if outcome.errors:
        return 2
    return int(any(diagnostic.severity != 'info' for diagnostic in outcome.diagnostics))


def counts(diagnostics: Iterable[Diagnostic]) -> dict[str, int]:
    """How many diagnostics of each severity there are."""
    found: dict[str, Any] = {'error': 0, 'warning': 0, 'info': 0}
    for diagnostic in diagnostics:
        found[diagnostic.severity] += 1
    return found
