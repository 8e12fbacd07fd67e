"""reviewdog's diagnostic format, with the fixes as suggestions.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf: columns count bytes of UTF-8.
"""

from __future__ import annotations

from typing import TextIO

from linter.diagnostic import Diagnostic
from linter.engine.outcome import Outcome
from linter.report._encode import (
    byte_position,
    clean,
    dump,
    merged,
    ordered,
)
from linter.text.escape import escape, path_of
from linter.text.source import Source, Span

_SEVERITIES = {'error': 'ERROR', 'warning': 'WARNING', 'info': 'INFO'}
_SOURCE = {'name': 'calico-lint', 'url': 'https://github.com/calico-lint/calico-lint'}


def write(outcome: Outcome, out: TextIO) -> None:
    lines = [dump(_diagnostic(diagnostic), out) for diagnostic in ordered(outcome.diagnostics)]
    body = '[\n' + ',\n'.join(lines) + '\n]' if lines else '[]'
    out.write(f'{{"source": {dump(_SOURCE, out)}, "diagnostics": {body}}}\n')


def _diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
    source = diagnostic.source
    message = escape(diagnostic.message)
    if diagnostic.hint:
        message += f'\n{escape(diagnostic.hint)}'
    code = {'value': diagnostic.rule}
    if diagnostic.url is not None:
        code['url'] = diagnostic.url
    found: dict[str, object] = {
        'message': message,
        'location': _location(source, diagnostic.span),
        'severity': _SEVERITIES[diagnostic.severity],
        'code': code,
    }
    if diagnostic.fix is not None and diagnostic.fix.edits:
        replacement = merged(source, diagnostic.fix)
        found['suggestions'] = [
            {'range': _range(source, replacement.span), 'text': clean(replacement.text)}
        ]
    if diagnostic.places:
        found['related_locations'] = [
            {'message': escape(one.message), 'location': _location(one.source, one.span)}
            for one in diagnostic.places
        ]
    return found


def _location(source: Source, span: Span) -> dict[str, object]:
    return {'path': clean(path_of(source.path)), 'range': _range(source, span)}


def _range(source: Source, span: Span) -> dict[str, dict[str, int]]:
    places = {}
    for name, offset in (('start', span.start), ('end', span.end)):
        line, column = byte_position(source, offset)
        places[name] = {'line': line, 'column': column}
    return places
