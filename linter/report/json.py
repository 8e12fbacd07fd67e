"""JSON, version 1: one object, described by schemas/diagnostics.schema.json.

Each diagnostic is on a line of its own, for grep and for readable diffs of reports under version
control.
"""

from __future__ import annotations

import json

from linter.diagnostic import SEVERITIES, Diagnostic, ObjectRef
from linter.engine.outcome import Outcome
from linter.text.edit import Fix
from linter.text.escape import escape_json, is_utf8, path_of
from linter.text.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def write(outcome: Outcome, out: TextIO) -> None:
    by_severity = dict.fromkeys(SEVERITIES, 0)
    ascii_only = not is_utf8(out)
    out.write('{"version": 1, "diagnostics": [')
    separator = '\n'
    for diagnostic in outcome.diagnostics:
        by_severity[diagnostic.severity] += 1
        out.write(separator + _dump(_diagnostic(diagnostic), ascii_only))
        separator = ',\n'
    last = {
        'files': outcome.files,
        'documents': outcome.documents,
        'checked': outcome.checked,
        'skipped': outcome.skipped,
        'by_severity': by_severity,
    }
    end = '' if separator == '\n' else '\n'
    out.write(f'{end}], "summary": {_dump(last, ascii_only)}}}\n')


def _dump(value: object, ascii_only: bool) -> str:
    return escape_json(json.dumps(value, ensure_ascii=ascii_only))


def _diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
    source = diagnostic.source
    path = path_of(source.path)
    return {
        'path': path,
        **_place(source, diagnostic.span),
        'rule': diagnostic.rule,
        'severity': diagnostic.severity,
        'effect': diagnostic.effect,
        'refused_by': diagnostic.refused_by,
        'confidence': diagnostic.confidence,
        'message': diagnostic.message,
        'hint': diagnostic.hint,
        'url': diagnostic.url,
        'related': [
            {
                'path': path_of(place.source.path),
                **_place(place.source, place.span),
                'message': place.message,
            }
            for place in diagnostic.places
        ],
        'fix': _fix(source, diagnostic.fix),
        'object': _object(diagnostic.object),
        'yaml_path': diagnostic.yaml_path,
    }


def _place(source: Source, span: Span) -> dict[str, int]:
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {'line': line, 'column': column, 'end_line': end_line, 'end_column': end_column}


def _fix(source: Source, fix: Fix | None) -> dict[str, object] | None:
    if fix is None:
        return None
    return {
        'title': fix.title,
        'applicability': fix.applicability,
        'edits': [{**_place(source, edit.span), 'text': edit.text} for edit in fix.edits],
    }


def _object(reference: ObjectRef | None) -> dict[str, object] | None:
    return None if reference is None else reference._asdict()
