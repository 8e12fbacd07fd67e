"""Files that mean harm, or are merely strange: a bounded answer, never a traceback.

``fixtures/hostile`` holds what is small; what is huge is made here. Nothing asserts a time: what is
not linear runs into ``command.LIMIT``. ``test_hostile_run.py`` is about paths, streams and signals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import everything as check
import pytest
from command import BAD, CLEAN, HEAD, call
from conftest import FIXTURES, check_in_parts, documents, some_slow
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from linter.calico.target import Target
from linter.diagnostic import Diagnostic
from linter.engine.outcome import Outcome
from linter.text.source import Span
from linter.workspace import discover
from linter.yaml.documents import DocumentSlice, split
from linter.yaml.encoding import BadEncoding, decode_bytes

HOSTILE = FIXTURES / 'hostile'
EXPECTED = HOSTILE / 'expected.txt'
FILES = sorted(path for path in HOSTILE.iterdir() if path != EXPECTED)


# --- What a file may hold ---------------------------------------------------------------------


def places(diagnostics: Sequence[Diagnostic]) -> str:
    return ', '.join(
        f'{":".join(map(str, found.source.position(found.span.start)))} {found.rule}'
        for found in diagnostics
    )


def expectations() -> dict[str, str]:
    pairs = (line.partition(': ') for line in EXPECTED.read_text('utf-8').splitlines())
    return {name: text for name, _, text in pairs}


def readers() -> list[str]:
    """The YAML readers that are installed."""
    try:
        import yaml._yaml  # noqa: F401
    except ImportError:
        return ['pure']
    return ['libyaml', 'pure']


@pytest.fixture(params=readers())
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv('CALICO_LINT_YAML', request.param)
    return str(request.param)


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.name)
def test_a_hostile_file(path: Path, reader: str) -> None:
    data = path.read_bytes()
    result = check.check(path.name, data, Target())
    assert_sound(data, result)
    assert places(result.diagnostics) == expectations()[path.name]


def test_expectations(update: bool) -> None:
    if update:
        EXPECTED.write_text(
            ''.join(
                f'{path.name}: '
                f'{places(check.check(path.name, path.read_bytes(), Target()).diagnostics)}\n'
                for path in FILES
            ),
            encoding='utf-8',
        )
    assert list(expectations()) == [path.name for path in FILES]


@pytest.mark.parametrize('output', ['text', 'json'])
def test_hostile_files_in_one_run(here: Path, output: str) -> None:
    ran = call(here, 'check', '--output-format', output, str(HOSTILE))
    assert ran.status == 1
    for path in FILES:
        found = bool(expectations()[path.name])
        assert (f'/{path.name}'.encode() in ran.out) == found, path.name


@pytest.mark.parametrize('lane', ['native', 'raw', 'v2'])
@pytest.mark.parametrize('path', FILES, ids=lambda path: path.name)
def test_a_hostile_file_in_another_lane(path: Path, lane: str) -> None:
    data = path.read_bytes()
    if lane == 'raw':
        data = data.replace(b'projectcalico.org/v3', b'crd.projectcalico.org/v1')
    if lane == 'v2':
        data = data.replace(b'projectcalico.org/v3', b'projectcalico.org/v2')
    target = Target((3, 33), 'native') if lane == 'native' else Target((3, 26))
    assert_sound(data, check.check(path.name, data, target))


def rules_block(*lines: str) -> str:
    return HEAD + '  ingress:\n' + ''.join(f'    {line}\n' for line in lines)


def nets(lines: Iterator[str]) -> str:
    return rules_block('- action: Allow', '  source:', '    nets:') + ''.join(
        f'          - {line}\n' for line in lines
    )


def selector(text: str) -> str:
    return f'{HEAD}  selector: "{text}"\n'


N = 100_000
# So large that an answer that is not linear takes minutes.
HUGE: dict[str, tuple[Callable[[], str], str]] = {
    # name: (text, rules that are found)
    'nested flow lists': (lambda: HEAD + '  nets: ' + '[' * N + ']' * N, 'yaml-too-deep'),
    'nested flow lists, open': (lambda: HEAD + '  nets: ' + '[' * N, 'yaml-too-deep'),
    'nested flow mappings': (lambda: HEAD + '  x: ' + '{a: ' * N + '}' * N, 'yaml-too-deep'),
    'nested flow mappings, open': (lambda: HEAD + '  x: ' + '{a: ' * N, 'yaml-too-deep'),
    'nested block lists': (lambda: HEAD + '  x:\n    ' + '- ' * N + 'a\n', 'yaml-too-deep'),
    'nested block mappings': (
        lambda: CLEAN + ''.join(f'{" " * depth}a:\n' for depth in range(2, 3000)), 'yaml-too-deep',
    ),
    'nested explicit keys': (lambda: HEAD + '  x:\n    ' + '? ' * N + 'a\n', 'yaml-too-deep'),
    'nested JSON': (
        lambda: '{"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy", "spec": '
        + '{"a":' * N + '1' + '}' * N + '}', 'yaml-too-deep',
    ),
    'a long scalar': (lambda: selector('a' * 10 * N), 'selector-syntax'),
    'a long scalar that never ends': (
        lambda: HEAD + '  selector: "a' + '\n   b' * N, 'yaml-syntax',
    ),
    'a long block scalar': (
        lambda: HEAD + '  selector: |\n' + "    a == 'b' &&\n" * (N // 2) + '    c = d\n',
        'selector-syntax',
    ),
    'a long key': (lambda: f'{HEAD}  ? {"k" * 10 * N}\n  : 1\n', 'unknown-field'),
    'a long quoted key': (lambda: f'"{"k" * 10 * N}": 1\n{CLEAN}', 'yaml-syntax'),
    'a long name': (lambda: CLEAN.replace('name: a', f'name: {"a." * 5 * N}a'), 'name-invalid'),
    'a long number': (lambda: f'{HEAD}  order: {"9" * 10 * N}\n', 'wrong-type'),
    'a long sexagesimal number': (lambda: f'{HEAD}  order: 1{":59" * N}\n', 'wrong-type'),
    'a long network': (lambda: nets(iter(["'" + '1.' * N + "'", "'" + ':' * N + "'"])),
                       'invalid-cidr'),
    'a long port': (
        lambda: rules_block('- action: Allow', '  protocol: TCP', '  destination:',
                            f'    ports: [{"9" * N}, "{"9" * N}:{"8" * N}"]'), 'invalid-port',
    ),
    'a list of a million items': (lambda: f'{HEAD}  x: [{"a, " * 10 * N}]\n', 'unknown-field'),
    'a long comment': (lambda: CLEAN + '#' * 10 * N, ''),
    'many networks': (
        lambda: nets(f'10.{i >> 16}.{i >> 8 & 255}.{i & 255}/32' for i in range(N)), '',
    ),
    'many wrong networks': (lambda: nets(f'10.{i}.0.0/8' for i in range(1000, 1000 + N // 5)),
                            'invalid-cidr'),
    'many equal networks': (lambda: nets('10.0.0.0/8' for _ in range(N // 5)), 'duplicate-item'),
    'many rules with a misspelt field': (
        lambda: rules_block(*['- acton: Allow'] * (N // 5)), 'unknown-field',
    ),
    'many rules as in Kubernetes': (
        lambda: rules_block(*['- {from: [], action: Allow}'] * (N // 5)), 'k8s-fields-in-calico',
    ),
    'many wrong types': (lambda: HEAD + '  types:\n' + '    - Ingres\n' * (N // 10),
                         'duplicate-item invalid-value'),
    'many unknown fields': (
        lambda: HEAD + ''.join(f'  field{i}: 1\n' for i in range(N // 5)), 'unknown-field',
    ),
    'many times the same field': (lambda: HEAD + '  order: 1\n' * (N // 5), 'duplicate-yaml-key'),
    'many labels': (
        lambda: CLEAN.replace(
            'spec:', '  labels:\n' + ''.join(f'    k{i}: v\n' for i in range(N // 2)) + 'spec:'),
        '',
    ),
    'many aliases': (lambda: HEAD + '  x:\n   - &a x\n' + '   - *a\n' * N, 'unknown-field'),
    'a chain of aliases': (
        lambda: HEAD + '  x:\n   - &a0 x\n' + ''.join(
            f'   - &a{i + 1} [*a{i}]\n' for i in range(N // 2)), 'yaml-alias-bomb',
    ),
    'a chain of merges': (
        lambda: HEAD + '  x:\n   - &a0 {x: 1}\n' + ''.join(
            f'   - &a{i + 1} {{<<: *a{i}}}\n' for i in range(N // 5)), 'yaml-alias-bomb',
    ),
    'deep parentheses': (lambda: selector('(' * N + 'all()' + ')' * N), ''),
    'deep parentheses, open': (lambda: selector('(' * N), 'selector-syntax'),
    'deep parentheses around nonsense': (lambda: selector('(' * N + 'a' + ')' * N),
                                         'template-placeholder'),
    'deep negations': (lambda: selector('!' * N + 'all()'), ''),
    'many terms': (lambda: selector("a == 'b' || " * N + 'all()'), 'selector-tautology'),
    'many terms and a mistake': (lambda: selector("a == 'b' && " * N + 'a'), 'selector-syntax'),
    'many values in a set': (
        lambda: selector(f'a in {{{", ".join(f"{chr(39)}v{i}{chr(39)}" for i in range(N))}}}'), '',
    ),
    'a set that never ends': (lambda: selector("a in {" + "'v', " * N), 'selector-syntax'),
    'many escapes': (lambda: selector('\\x41' * N), 'selector-syntax'),
    'many colons': (lambda: HEAD + '  x: ' + ': ' * N, 'yaml-syntax'),
    'many placeholders': (lambda: selector('${a} ' * N), 'template-placeholder'),
    'many placeholders in many rules': (
        lambda: rules_block(*['- {acton: Allow, source: {selector: "${x}"}}'] * (N // 20)),
        'template-placeholder unknown-field',
    ),
    'many template braces in a comment': (lambda: HEAD + '  x: [ # ' + '{{ ' * N, 'yaml-syntax'),
    'many comments with template braces': (
        lambda: HEAD + '  x: [\n' + '# {{\n' * N, 'yaml-syntax',
    ),
    'many documents': (lambda: f'{CLEAN}---\n' * 5000, ''),
    'many documents of nothing': (lambda: '---\n' * (N // 5) + CLEAN, 'empty-document'),
    'many documents that do not parse': (
        lambda: f'{HEAD}  a: b: c\n---\n' * (N // 20), 'yaml-syntax',
    ),
    'many carriage returns': (
        lambda: (f'{CLEAN}---\n' * 2000 + CLEAN).replace('\n', '\r') + '\r' * N, '',
    ),
    'many items of a List': (
        lambda: 'apiVersion: v1\nkind: List\nitems:\n'
        + '- {apiVersion: projectcalico.org/v3, kind: NetworkPolicy}\n' * (N // 10),
        'list-kind name-missing',
    ),
    'control characters': (lambda: HEAD + '  x: ' + '\x1b[2J\x07' * N, 'yaml-syntax'),
    'NUL': (lambda: HEAD + '\0' * N, 'yaml-syntax'),
}  # fmt: skip


def run_huge(here: Path, expected: str, **more: str) -> dict[str, list[str]]:
    """Check all huge files with this outcome in one process; the lines for each of them."""
    names = [name for name, (_, rules) in HUGE.items() if rules == expected]
    for name in names:
        (here / f'{name}.yaml').write_text(HUGE[name][0](), encoding='utf-8', newline='')
    lines: dict[str, list[str]] = {name: [] for name in names}
    for line in call(here, 'check', '--jobs', '1', '.', **more).lines:
        lines[line.partition('.yaml:')[0]].append(line)
    return lines


@pytest.mark.parametrize(
    'expected',
    some_slow(
        dict.fromkeys(rules for _, rules in HUGE.values()),
        *('invalid-port', 'name-invalid', 'wrong-type', 'yaml-alias-bomb'),
    ),
)
def test_huge_files(here: Path, expected: str) -> None:
    for name, lines in run_huge(here, expected).items():
        rules = {match[1] for line in lines if (match := re.search(r' \w+\[([\w-]+)\] ', line))}
        assert rules == set(expected.split()), name
        if expected.startswith('yaml-'):
            assert len(lines) <= max(1, HUGE[name][0]().count('\n---')), name


def test_nesting_stops_the_pure_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('CALICO_LINT_YAML', 'pure')
    for name in ('nested JSON', 'nested explicit keys'):
        found = check.check('x.yaml', HUGE[name][0]().encode(), Target()).diagnostics
        assert [one.rule for one in found] == ['yaml-too-deep'], name


@pytest.mark.slow
def test_all_nesting_stops_the_pure_parser(here: Path) -> None:
    found = run_huge(here, 'yaml-too-deep', CALICO_LINT_YAML='pure')
    assert {name: len(lines) for name, lines in found.items()} == dict.fromkeys(found, 1)


@pytest.mark.parametrize('byte', [b'\0', b'\xff', b'\x80'], ids=repr)
def test_a_megabyte_of_nothing(here: Path, byte: bytes) -> None:
    (here / 'x.yaml').write_bytes(HEAD.encode() + byte * 1_000_000)
    assert call(here, 'check', 'x.yaml').status == 1


@pytest.mark.parametrize(
    'text',
    [
        f'---\n---\n{BAD}---\n---\n---\n{BAD}',
        f'{BAD}---\r\n---\r\n{BAD}---\r---\n{BAD}',
        f'{BAD}---\n# x\n%TAG ! a\n---\n{BAD}',
        f'{BAD}---\nx: \udcff\n---\n{BAD}---\n{BAD}# \udcff\n',
    ],
)
def test_a_file_is_cut_where_its_documents_are(text: str) -> None:
    data = text.encode('utf-8', 'surrogateescape')
    whole = check.check('x.yaml', data, Target())
    assert whole.diagnostics
    for size in range(1, len(data), 7):
        parts = check_in_parts('x.yaml', discover.parts(BytesIO(data), size), Target())
        assert seen(parts) == seen(whole)
        assert counted(parts) == counted(whole)


def counted(outcome: Outcome) -> tuple[object, ...]:
    return (
        outcome.documents,
        outcome.checked,
        outcome.skipped,
        outcome.templates,
        outcome.errors,
    )


def seen(result: Outcome) -> list[tuple[object, ...]]:
    """What a report would say, without the offsets, which are those of a part."""
    return [
        (*found.source.position(found.span.start), *found.source.position(found.span.end),
         found.rule, found.message, found.object)
        for found in result.diagnostics
    ]  # fmt: skip


# --- Anything at all --------------------------------------------------------------------------


def assert_sound(data: bytes, result: Outcome) -> None:
    """Every place that a result names is one of the file, and of the finding's own document."""
    assert not result.errors, result.errors
    has_documents = True
    try:
        text = decode_bytes(data)
    except BadEncoding as error:
        text = error.text
        has_documents = error.has_documents
    chunks = {0: DocumentSlice(0, 0, len(text))}
    if has_documents:
        chunks = {chunk.index: chunk for chunk in split(text)}
    order = [(found.span.start, found.span.end) for found in result.diagnostics]
    assert order == sorted(order)
    for found in result.diagnostics:
        assert found.source.text == text
        spans = [found.span, *(span for span, _ in found.related)]
        edits = [] if found.fix is None else [edit.span for edit in found.fix.edits]
        # The fix of raw documents is one for the whole file.
        anywhere = edits if found.rule == 'raw-crd-apiversion' else []
        for span in (*spans, *edits):
            assert 0 <= span.start <= span.end <= len(text), found
            if found.object is not None and span not in anywhere:
                chunk = chunks[found.object.document_index]
                # The line of its `---` is a document's own, too.
                first = text.rfind('\n', 0, max(chunk.start - 1, 0)) + 1
                assert first <= span.start <= span.end <= chunk.end, found
            assert_place(found, span, text)


def assert_place(found: Diagnostic, span: Span, text: str) -> None:
    """Line and column, counted once more in the plainest of ways."""
    for offset in (span.start, span.end):
        line, column = found.source.position(offset)
        before = text[:offset]
        if before.endswith('\r') and text[offset : offset + 1] == '\n':
            continue  # between the two halves of a line end
        lines = re.split(r'\r\n|\r|\n', before)
        assert (line, column) == (len(lines), len(lines[-1]) + 1), found


def check_anything(data: bytes, target: Target = Target()) -> None:  # noqa: B008
    result = check.check('x.yaml', data, target)
    assert_sound(data, result)
    again = check.check('x.yaml', data, target)
    assert seen(again) == seen(result)


TARGETS = st.builds(
    Target,
    st.sampled_from([(3, minor) for minor in range(26, 34)]),
    st.just('api'),
    st.sampled_from([None, 'kubernetes', 'etcdv3']),
) | st.sampled_from([Target((3, 32), 'native'), Target((3, 33), 'native')])

TOKENS = st.sampled_from([
    *'{}[]:,#"\'|>&*!%@`?-\n\r\t ', ': ', '- ', '\n  ', '\n---\n', '...\n', '---', '&a ', '*a',
    '<<: ', '!!str ', '!!binary ', '%YAML 1.2\n', '\r\n', '\ufeff', '\x85', '\u2028', '\0', '\x1b',
    '\ud800', '"\\ud800"', '"\\/"', 'null', '~', 'NO', '0o17', '1:30', '1e3', '.inf', '${X}',
    '{{ x }}', '{% x', 'all()', 'has(', 'global()', ' in {', ' && ', ' || ', '!', '10.0.0.0/8',
    '::/0', '-1', '80:90', 'apiVersion: ', 'kind: ', 'projectcalico.org/v3', 'projectcalico.org/v2',
    'crd.projectcalico.org/v1', 'List', 'NetworkPolicy', 'HostEndpoint', 'Tier', 'v1',
    'items:\n- ',
])  # fmt: skip
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1), st.integers(0, 30),
        st.just('') | TOKENS | st.text(max_size=5) | st.sampled_from([BAD, CLEAN]),
    ),
    max_size=6,
)  # fmt: skip
SETTINGS = settings(
    max_examples=100, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


def edited(text: str, edits: Sequence[tuple[float, int, str]]) -> bytes:
    """A text in which pieces have been cut out and others put in."""
    for where, length, new in edits:
        at = int(where * len(text))
        text = text[:at] + new + text[at + length :]
    return text.encode('utf-8', 'surrogatepass')


@SETTINGS
@given(st.text() | st.lists(TOKENS, max_size=40).map(''.join), TARGETS)
def test_any_text(text: str, target: Target) -> None:
    data = text.encode('utf-8', 'surrogatepass')
    check_anything(data, target)
    check_anything(HEAD.encode() + data, target)


@SETTINGS
@given(st.binary(), st.sampled_from(['utf-8', 'utf-16', 'utf-32', 'utf-16-be', 'latin-1']))
def test_any_bytes(data: bytes, encoding: str) -> None:
    check_anything(data)
    check_anything(HEAD.encode(encoding) + data)


@SETTINGS
@given(st.data(), EDITS, TARGETS)
def test_any_mutation(reader: str, data: st.DataObject, edits: Any, target: Target) -> None:
    document = data.draw(st.sampled_from(documents()))
    check_anything(edited(document.text, edits), target)


@SETTINGS
@given(st.lists(TOKENS | st.text(max_size=4), max_size=25).map(''.join))
@example('(' * 300)
@example("a in {'b', ")
def test_any_selector(text: str) -> None:
    line = text.replace("'", "''").replace('\n', ' ').replace('\r', ' ')
    check_anything(f"{HEAD}  selector: '{line}'\n".encode('utf-8', 'surrogatepass'))
    block = ''.join(f'    {part}\n' for part in text.splitlines())
    check_anything(f'{HEAD}  selector: |\n{block}'.encode('utf-8', 'surrogatepass'))


@settings(SETTINGS, max_examples=50)
@given(st.data(), EDITS, st.integers(1, 2000))
def test_any_cut_of_a_stream(data: st.DataObject, edits: Any, size: int) -> None:
    texts = data.draw(st.lists(st.sampled_from(documents()), max_size=5))
    stream = edited('\n---\n'.join(document.text for document in texts), edits)
    whole = check_in_parts('x.yaml', (stream,), Target())
    parts = check_in_parts('x.yaml', discover.parts(BytesIO(stream), size), Target())
    assert seen(parts) == seen(whole)
    assert counted(parts) == counted(whole)
