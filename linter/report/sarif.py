"""SARIF 2.1.0, for GitHub code scanning and every viewer of the standard.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
and https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support. All
rules are described, also those that found nothing: a viewer can tell what was looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TextIO
from urllib.parse import quote

from linter import __version__
from linter.catalogue.catalogue import Catalogue
from linter.catalogue.facts import Row
from linter.catalogue.pages import page
from linter.catalogue.rule import Rule
from linter.diagnostic import SEVERITIES, Diagnostic, ObjectRef, url_of
from linter.engine.outcome import Outcome
from linter.report._encode import clean, dump, ordered
from linter.report._fingerprint import fingerprints
from linter.text.edit import Fix
from linter.text.escape import escape, path_of
from linter.text.source import Source, Span

_SCHEMA = (
    'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
)
_HOME = 'https://github.com/calico-lint/calico-lint'
_LEVELS = {'error': 'error', 'warning': 'warning', 'info': 'note'}
# GitHub's own words for a rule's severity.
_PROBLEMS = {'error': 'error', 'warning': 'warning', 'info': 'recommendation'}
_LONGEST = 1024
_LINK = re.compile(r'\[([^\[\]]*)\](?=\()')


class Suppressed(NamedTuple):
    """A finding that is not to be reported: ``kind`` is ``inSource`` or ``external``."""

    diagnostic: Diagnostic
    kind: str
    justification: str | None = None


def write(outcome: Outcome, out: TextIO, catalogue: Catalogue | None = None) -> None:
    """Where anything is suppressed, every result says whether it is.

    Where there is a baseline, every result says whether it is new, too; what is suppressed from
    outside the file is not.
    """
    hidden = {one.diagnostic: one for one in _suppressed(outcome)}
    found = ordered([*outcome.diagnostics, *hidden])
    rules = _rules(found, catalogue)
    index = {descriptor['id']: place for place, descriptor in enumerate(rules)}
    results = []
    for diagnostic, fingerprint in zip(found, fingerprints(found), strict=True):
        result = _result(diagnostic, index[diagnostic.rule], fingerprint)
        if hidden:
            # Where one result has the property, all must: empty is "not suppressed".
            result['suppressions'] = _suppressions(hidden.get(diagnostic))
        if outcome.known is not None:
            one = hidden.get(diagnostic)
            is_known = one is not None and one.kind == 'external'
            result['baselineState'] = 'unchanged' if is_known else 'new'
        results.append(result)
    driver = {
        'name': 'calico-lint',
        'version': __version__,
        'semanticVersion': __version__,
        'informationUri': _HOME,
    }
    run = {'columnKind': 'unicodeCodePoints', 'newlineSequences': ['\r\n', '\n', '\r']}
    out.write(
        f'{{"$schema": {dump(_SCHEMA, out)}, "version": "2.1.0", "runs": [\n'
        f'{{{_inside(run, out)}, "tool": {{"driver": {{{_inside(driver, out)}, '
        f'"rules": {_lines(rules, out)}}}}}, "results": {_lines(results, out)}}}]}}\n'
    )


def _inside(value: Mapping[str, object], out: TextIO) -> str:
    return dump(value, out)[1:-1]


def _lines(values: Iterable[Mapping[str, object]], out: TextIO) -> str:
    """An array with a line for each item: a report can be read and compared."""
    return '[' + ','.join(f'\n{dump(value, out)}' for value in values) + ']'


# --- rules ---


def _rules(
    diagnostics: Iterable[Diagnostic], catalogue: Catalogue | None
) -> list[dict[str, object]]:
    """All rules of a catalogue, and whatever else has found something."""
    known = {} if catalogue is None else catalogue.rules()
    found = [_descriptor(known[id], catalogue) for id in sorted(known)] if catalogue else []
    strange = {one.rule: one.url for one in diagnostics if one.rule not in known}
    for id in sorted(strange):
        url = strange[id]
        found.append({'id': id} if url is None else {'id': id, 'helpUri': url})
    return found


def _descriptor(rule: Rule, catalogue: Catalogue) -> dict[str, object]:
    rows = catalogue.rows_of(rule.id)
    severities = {row.severity for row in rows} or {'error'}
    gravest = min(severities, key=SEVERITIES.index)
    summary = _plain(rule.summary)
    return {
        'id': rule.id,
        'name': ''.join(part.capitalize() for part in rule.id.split('-')),
        'shortDescription': {'text': summary},
        'fullDescription': {'text': _full(rule.doc) or summary},
        'help': {'text': rule.doc.strip(), 'markdown': page(rule, catalogue)},
        'helpUri': url_of(rule.id),
        'defaultConfiguration': {'level': _LEVELS[gravest]},
        'properties': {
            'tags': [rule.group],
            'precision': _precision(rows),
            'problem.severity': _PROBLEMS[gravest],
        },
    }


def _precision(rows: Iterable[Row]) -> str:
    """What Calico's own code refuses, or a witness proves, is certain."""
    found = {row.confidence or 'proved' for row in rows}
    return 'medium' if 'likely' in found else 'high' if 'fact' in found else 'very-high'


def _full(doc: str) -> str:
    """The paragraphs before the first example, as many as have room."""
    text = ''
    for paragraph in doc.partition('```')[0].strip().split('\n\n'):
        longer = f'{text} {_plain(" ".join(paragraph.split()))}'.strip()
        if len(longer) > _LONGEST:
            break
        text = longer
    return text


def _plain(markdown: str) -> str:
    return markdown.replace('`', '')


# --- results ---


def _result(diagnostic: Diagnostic, index: object, fingerprint: str) -> dict[str, object]:
    source = diagnostic.source
    location: dict[str, object] = {'physicalLocation': _physical(source, diagnostic.span)}
    name = _logical_name(diagnostic.object, diagnostic.yaml_path)
    if name:
        location['logicalLocations'] = [{'fullyQualifiedName': name}]
    result: dict[str, object] = {
        'ruleId': diagnostic.rule,
        'ruleIndex': index,
        'level': _LEVELS[diagnostic.severity],
        'message': {'text': _message(diagnostic)},
        'locations': [location],
        'partialFingerprints': {'calicoLint/v1': fingerprint},
    }
    if diagnostic.places:
        result['relatedLocations'] = [
            {
                'id': number,
                'message': {'text': _unlinked(escape(place.message))},
                'physicalLocation': _physical(place.source, place.span),
            }
            for number, place in enumerate(diagnostic.places, 1)
        ]
    if diagnostic.fix is not None and diagnostic.fix.edits:
        result['fixes'] = [_fix(source, diagnostic.fix)]
    properties = {
        'effect': diagnostic.effect,
        'refusedBy': diagnostic.refused_by,
        'confidence': diagnostic.confidence,
    }
    properties = {name: value for name, value in properties.items() if value is not None}
    if properties:
        result['properties'] = properties
    return result


def _message(diagnostic: Diagnostic) -> str:
    """The message, the hint, and a link to each related place: GitHub shows them by no other way.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/ section 3.11.6.
    """
    lines = [_unlinked(escape(diagnostic.message))]
    if diagnostic.hint:
        lines.append(_unlinked(escape(diagnostic.hint)))
    for number, place in enumerate(diagnostic.places, 1):
        label = re.sub(r'[\\\[\]]', r'\\\g<0>', escape(place.message))
        lines.append(f'[{label}]({number})')
    return '\n'.join(lines)


def _unlinked(text: str) -> str:
    """A quoted ``[a](b)`` is no link of ours."""
    return _LINK.sub(r'\\[\1\\]', text)


def _logical_name(reference: ObjectRef | None, yaml_path: str | None) -> str:
    parts = []
    if reference is not None:
        parts = [part for part in (reference.kind, reference.namespace, reference.name) if part]
    return escape('/'.join(parts) + (f'#{yaml_path}' if yaml_path else ''))


def _physical(source: Source, span: Span) -> dict[str, object]:
    return {'artifactLocation': {'uri': _uri(source.path)}, 'region': _region(source, span)}


def _region(source: Source, span: Span) -> dict[str, int]:
    """All four numbers: without an end column a region goes on to the end of its line.

    The end is exclusive; where it is the start, the region is the place before that character.
    """
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {
        'startLine': line,
        'startColumn': column,
        'endLine': end_line,
        'endColumn': end_column,
    }


def _uri(path: str) -> str:
    """A relative reference, percent-encoded; ``file:`` for what lies outside on its own root."""
    shown = path_of(path)
    try:
        data = shown.encode('utf-8', 'surrogateescape')
    except UnicodeEncodeError:
        data = shown.encode('utf-8', 'surrogatepass')
    if re.match('[A-Za-z]:/', shown):
        return f'file:///{shown[0]}:{quote(data[2:])}'
    return f'file://{quote(data)}' if shown.startswith('/') else quote(data)


def _fix(source: Source, fix: Fix) -> dict[str, object]:
    replacements = []
    for edit in sorted(fix.edits):
        replacement: dict[str, object] = {'deletedRegion': _region(source, edit.span)}
        if edit.text:
            replacement['insertedContent'] = {'text': clean(edit.text)}
        replacements.append(replacement)
    return {
        'description': {'text': _unlinked(escape(fix.title))},
        'artifactChanges': [
            {'artifactLocation': {'uri': _uri(source.path)}, 'replacements': replacements}
        ],
        'properties': {'applicability': fix.applicability},
    }


def _suppressed(outcome: Outcome) -> Iterator[Suppressed]:
    for one, suppression in outcome.suppressed:
        yield Suppressed(one, 'inSource', suppression.reason or None)
    for one in outcome.known or ():
        yield Suppressed(one, 'external', 'baseline')


def _suppressions(suppressed: Suppressed | None) -> list[dict[str, str]]:
    if suppressed is None:
        return []
    suppression = {'kind': suppressed.kind, 'status': 'accepted'}
    if suppressed.justification:
        suppression['justification'] = escape(suppressed.justification)
    return [suppression]
