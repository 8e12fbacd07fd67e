"""GitLab code quality: one array of Code Climate issues, for ``artifacts:reports:codequality``.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from typing import TextIO

from linter.diagnostic import Diagnostic
from linter.engine.outcome import Outcome
from linter.report._encode import clean, dump, ordered
from linter.report._fingerprint import fingerprints
from linter.text.escape import escape, path_of

_SEVERITIES = {'error': 'major', 'warning': 'minor', 'info': 'info'}


def write(outcome: Outcome, out: TextIO) -> None:
    found = ordered(outcome.diagnostics)
    lines = [
        dump(_issue(diagnostic, fingerprint), out)
        for diagnostic, fingerprint in zip(found, fingerprints(found), strict=True)
    ]
    out.write('[\n' + ',\n'.join(lines) + '\n]\n' if lines else '[]\n')


def _issue(diagnostic: Diagnostic, fingerprint: str) -> dict[str, object]:
    source, span = diagnostic.source, diagnostic.span
    description = f'{diagnostic.rule}: {escape(diagnostic.message)}'
    if diagnostic.hint:
        description += f' ({escape(diagnostic.hint)})'
    return {
        'type': 'issue',
        'check_name': diagnostic.rule,
        'description': description,
        'categories': ['Bug Risk'],
        'severity': _SEVERITIES[diagnostic.severity],
        'fingerprint': fingerprint,
        'location': {
            'path': clean(path_of(source.path)),
            'lines': {'begin': source.position(span.start)[0], 'end': source.position(span.end)[0]},
        },
    }
