"""The run in a sentence, for people; it belongs on standard error, and the caller says when."""

from __future__ import annotations

from linter.diagnostic import SEVERITIES
from linter.text.escape import emit, escape, escape_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from linter.engine.outcome import Outcome

_V2 = 'of projectcalico.org/v2 that'
# A reason for leaving documents out is a phrase that goes after a number; these bend for one.
_ONE = {
    'other Calico kinds': 'other Calico kind',
    f'kinds {_V2} are not judged': f'kind {_V2} is not judged',
    'templates': 'template',
}
_TEMPLATES_SHOWN = 10
_NONE: Mapping[str, int] = {}
_HOOK = 'the hook calico-lint-fix'


def print_summary(
    outcome: Outcome,
    counts: Mapping[str, int],
    out: TextIO,
    fixable: Mapping[str, int] = _NONE,
    *,
    configuration: Mapping[str, int] = _NONE,
    is_dry: bool = False,
    is_hook: bool = False,
) -> None:
    """``calico-lint: 2 errors in 14 files (37 documents, 12 checked; skipped: 2 templates)``.

    ``counts`` are the findings of each severity, ``configuration`` those in configuration files,
    which are no files that were checked; ``fixable`` those with a fix by its applicability.
    ``is_dry``: they are what a change that was only shown would leave. ``is_hook``: pre-commit
    runs, whose users pass no options.
    """
    emit(out, f'calico-lint: {"would leave " if is_dry else ""}')
    if any(configuration.values()):
        emit(out, f'{_found(configuration)} in the configuration; ')
    emit(out, f'{sentence(outcome, counts)}\n')
    safe, more = fixable.get('safe', 0), sum(fixable.values()) - fixable.get('safe', 0)
    ways = [f'{safe} with {_HOOK if is_hook else "--fix"}'] if safe else []
    if more:
        rest = '--unsafe-fixes'
        if is_hook:
            rest = 'its args: [--unsafe-fixes]' if safe else f'{_HOOK} and args: [--unsafe-fixes]'
        ways.append(f'{more}{" more" if safe else ""} with {rest}')
    if ways:
        emit(out, f'fixable: {", ".join(ways)}\n')
    shown = outcome.templates[:_TEMPLATES_SHOWN]
    if shown:
        emit(out, 'skipped as templates, which only parse once they are rendered:\n')
    for place in shown:
        emit(out, f'  {escape_path(place)}\n')
    if len(outcome.templates) > len(shown):
        emit(out, f'  and {len(outcome.templates) - len(shown)} more\n')


def _found(counts: Mapping[str, int]) -> str:
    return ', '.join(
        _count(counts[severity], severity, severity if severity == 'info' else f'{severity}s')
        for severity in SEVERITIES
        if counts.get(severity)
    )


def sentence(outcome: Outcome, counts: Mapping[str, int]) -> str:
    """``2 errors in 14 files (37 documents, 12 checked; skipped: 2 templates)``."""
    found = _found(counts)
    if not outcome.files:
        return found or 'nothing to check: there is no file to read'
    skipped = ', '.join(
        _count(number, _ONE.get(reason, reason), reason)
        for reason, number in outcome.skipped.items()
        if number
    )
    documents = _count(outcome.documents, 'document', 'documents')
    if outcome.checked:
        seen = f'{documents}, {outcome.checked} checked'
    else:
        found = f'{found}, nothing to check' if found else 'nothing to check'
        seen = documents
    if skipped:
        seen += f'; skipped: {skipped}'
    files = _count(outcome.files, 'file', 'files')
    known = f'; {len(outcome.known)} in the baseline' if outcome.known else ''
    return f'{found or "no findings"} in {files} ({escape(seen)}){known}'


def _count(number: int, one: str, many: str) -> str:
    return f'{number} {one if number == 1 else many}'
