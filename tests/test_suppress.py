"""Suppressions: which findings they hide, what is wrong with them, and how they are written.

Beside each file of ``fixtures/suppressions`` stand what is found in it (``.out``), its text after
all fixes (``.fixed``, where there are any) and after a comment was added for everything that is
still reported (``.added``). ``pytest --update`` rewrites them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import everything as check
import pytest
from conftest import (
    FIXTURES,
    Document,
    by_folder,
    check_in_parts,
    documents,
    golden_cases,
    some_slow,
)
from everything import conditions
from test_styles import Writer

from linter.calico.parsed_file import ParsedFile, parse_text
from linter.calico.target import Target
from linter.calico.templates import is_template
from linter.catalogue.catalogue import standard
from linter.diagnostic import Diagnostic, Finding
from linter.engine.check import check_parts
from linter.engine.fix import encoded
from linter.engine.outcome import FileFindings
from linter.suppress import find as suppress
from linter.suppress import model
from linter.suppress.add import Added, add_ignore
from linter.suppress.apply import Applied, apply
from linter.suppress.model import RULES
from linter.text.source import Source, Span
from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.encoding import decode_bytes
from linter.yaml.errors import YamlError
from linter.yaml.nodes import MappingNode, Node, Scalar

FOLDER = FIXTURES / 'suppressions'
CASES = sorted(path for path in FOLDER.iterdir() if path.suffix in ('.yaml', '.json'))
KNOWN = frozenset(standard().ids())

POLICY = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role = 'web'
  types: [Ingress]
  ingress:
    - action: allow
      protocol: TCP
"""


def found_in(*texts: str, path: str = 'policy.yaml', target: Target | None = None) -> FileFindings:
    """Everything that is found in a text, or in the parts of one, suppressed or not."""
    parts = [text.encode() for text in texts]
    outcome = check_parts(path, parts, conditions(target or Target()))
    assert not outcome.errors, outcome.errors
    return outcome.found[0] if outcome.found else FileFindings(path)


def lint(
    text: str,
    path: str = 'policy.yaml',
    target: Target | None = None,
    require_reason: bool = False,
) -> Applied:
    file = found_in(text, path=path, target=target)
    return apply(
        file.diagnostics,
        file.suppressions,
        require_reason=require_reason,
        is_whole=file.is_whole,
    )


def fixed(text: str, findings: Iterable[tuple[Source, Finding]]) -> str:
    """The text after every fix that does not overlap one before it."""
    parts = []
    end = 0
    for edit in sorted(edit for _, one in findings if one.fix for edit in one.fix.edits):
        if edit.span.start >= end:
            parts += (text[end : edit.span.start], edit.text)
            end = edit.span.end
    return ''.join((*parts, text[end:]))


def fully_fixed(text: str, path: str = 'policy.yaml') -> str:
    for _ in range(10):
        after = fixed(text, lint(text, path).extra)
        if after == text:
            return text
        text = after
    raise AssertionError('the fixes do not come to an end')


def added(text: str, reason: str = '', path: str = 'policy.yaml') -> Added:
    applied = lint(text, path)
    return add_ignore(parse_text(Source(path, text)), applied.kept, reason)


def place(source: Source, span: Span) -> str:
    line, column = source.position(span.start)
    return f'{line}:{column}'


def shown(applied: Applied) -> str:
    lines = [f'{place(one.source, one.span)} reported {one.rule}' for one in applied.kept]
    lines += [
        f'{place(one.source, one.span)} suppressed {one.rule} '
        f'({suppression.scope}, {place(suppression.source, suppression.span)}: '
        f'{suppression.reason or "no reason"})'
        for one, suppression in applied.suppressed
    ]
    lines += [f'hidden {one.fact} ({by.scope})' for one, by in applied.hidden]
    for source, one in applied.extra:
        hint = f' ({one.hint})' if one.hint else ''
        rule = RULES[one.fact]
        lines.append(f'{place(source, one.span)} warning[{rule}] {one.message}{hint}')
        if one.fix:
            lines.append(f'    {one.fix.applicability} fix: {one.fix.title}')
    return ''.join(f'{line}\n' for line in lines)


def rules(diagnostics: Iterable[Diagnostic]) -> list[str]:
    return [one.rule for one in diagnostics]


def messages(applied: Applied) -> list[str]:
    return [one.message for _, one in applied.extra]


def compare(golden: Path, text: str | None, update: bool) -> None:
    data = b'' if text is None else text.encode()
    if update and data:
        golden.write_bytes(data)
    elif update:
        golden.unlink(missing_ok=True)
    assert data == (golden.read_bytes() if golden.exists() else b'')


@pytest.mark.parametrize('path', CASES, ids=lambda path: path.name)
def test_case(path: Path, update: bool) -> None:
    text = decode_bytes(path.read_bytes())
    applied = lint(text, path.name)
    compare(path.with_suffix('.out'), shown(applied), update)
    after = fully_fixed(text, path.name)
    compare(path.with_suffix('.fixed'), None if after == text else after, update)
    result = added(text, 'for now', path.name)
    compare(path.with_suffix('.added'), None if result.text == text else result.text, update)


def values(node: Node | None) -> object:
    """What a document says, without places."""
    if node is None or isinstance(node, Scalar):
        return node and (node.tag, node.style, node.value)
    if isinstance(node, MappingNode):
        return [(values(key), values(value)) for key, value in node.entries]
    return [values(item) for item in node.items]


def roots(text: str) -> list[object]:
    found = []
    for chunk in split(text):
        try:
            found.append(values(compose(text, chunk)))
        except YamlError as error:
            found.append(str(error))
    return found


@pytest.mark.parametrize('path', CASES, ids=lambda path: path.name)
def test_fixes_of_comments_change_no_value(path: Path) -> None:
    text = decode_bytes(path.read_bytes())
    safe = [
        (source, one)
        for source, one in lint(text, path.name).extra
        if one.fix and one.fix.applicability == 'safe' and one.fix.title.startswith('Remove')
    ]
    assert roots(fixed(text, safe)) == roots(text)


COMMENT = re.compile(r'# calico-lint: ignore\[[^\]\n\r]*\] for now')


_PAIR = r'"calico-lint/ignore": "[a-z0-9; -]+: for now"'
ANNOTATED = re.compile(rf'"annotations": {{{_PAIR}}}(?:,\s*)?|{_PAIR}(?:,\s*)?')


def check_added(text: str, path: str = 'policy.yaml', target: Target | None = None) -> list[str]:
    """Add a comment for everything: nothing is left, all are used, the rest is as it was."""
    before = lint(text, path, target)
    result = add_ignore(parse_text(Source(path, text)), before.kept, 'for now')
    after = lint(result.text, path, target, require_reason=True)
    left = [one.rule for one, _ in result.left]
    assert rules(after.kept) == left, result.text
    assert len(after.suppressed) == len(before.kept) + len(before.suppressed) - len(after.kept)
    assert after.extra == [], result.text
    if ANNOTATED.search(result.text):
        # In JSON it is an annotation; the blanks around it are those of its neighbours.
        assert ''.join(ANNOTATED.sub('', result.text).split()) == ''.join(text.split())
        return left
    lines = [COMMENT.sub('', line) for line in result.text.splitlines(True)]
    old = [line for line in text.splitlines(True) if line.strip()]
    for new, line in zip((line for line in lines if line.strip()), old, strict=True):
        body = line.rstrip('\r\n')
        assert new.startswith(body)
        assert new[len(body) :].lstrip(' ') == line[len(body) :]
    return left


ENDINGS = ['\n', '\r\n', '\r']


@pytest.mark.parametrize('ending', ENDINGS)
def test_added_to_some_labelled_documents(ending: str) -> None:
    assert left_in(documents()[4 * ENDINGS.index(ending) :: 12], ending) < 10


@pytest.mark.slow
@pytest.mark.parametrize('ending', ENDINGS)
def test_added_to_labelled_documents(ending: str) -> None:
    assert left_in(documents()[::4], ending) < 10


def left_in(chosen: Iterable[Document], ending: str) -> int:
    """How many findings of these documents have no suppression when all could be added."""
    return sum(len(check_added(one.text.replace('\n', ending))) for one in chosen)


@pytest.mark.parametrize('line', ['---x', '---`', '---[', '\ufeff---x'])
def test_what_only_looks_like_a_marker_stays_on_the_first_line(line: str) -> None:
    """Anywhere else it would cut the file in two."""
    text = f'{line}\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
    assert lint(text).kept
    assert added(text).text == text


@pytest.mark.parametrize('part', some_slow(range(5), 0))
def test_added_in_every_style(part: int) -> None:
    pool = documents('generated')
    for seed in range(part, 150, 5):
        writer = Writer(seed)
        for document in pool[seed::150]:
            try:
                texts = [
                    writer.document(root)
                    for chunk in split(document.text)
                    if (root := compose(document.text, chunk)) is not None
                ]
            except YamlError:
                continue
            text = '---\n'.join(texts)
            if check_added(text):
                assert writer.as_json, text


@by_folder(golden_cases())
def test_added_to_golden_cases(paths: list[Path]) -> None:
    for path in paths:
        try:
            text = decode_bytes(path.read_bytes())
        except ValueError:
            continue
        if any(is_template(text, chunk) for chunk in split(text)):
            continue
        applied = lint(text, path.name)
        if applied.suppressed or applied.extra:
            continue
        left = check_added(text, path.name)
        is_odd = path.suffix == '.json' or text.lstrip().startswith(('{', '[', '---', '#'))
        assert not left or is_odd, path


@pytest.mark.parametrize(
    'target', [Target((3, 26)), Target((3, 33), 'native')], ids=['3.26', 'native']
)
def test_added_for_other_targets(target: Target) -> None:
    for document in documents('handmade')[::3]:
        check_added(document.text, target=target)


def test_added_goes_into_the_brackets() -> None:
    text = POLICY.replace("'web'\n", "'web'  # calico-lint: ignore[invalid-port] mine\n").replace(
        'allow\n', 'allow # calico-lint: ignore[]\n'
    )
    applied = lint(text)
    result = add_ignore(parse_text(Source('policy.yaml', text)), applied.kept, 'for now')
    assert "'web'  # calico-lint: ignore[invalid-port, selector-syntax] mine\n" in result.text
    assert 'allow # calico-lint: ignore[value-case] for now\n' in result.text


def test_added_stands_behind_another_comment() -> None:
    text = POLICY.replace('allow\n', 'allow # why\t\n')
    assert 'allow # why\t # calico-lint: ignore[value-case]\n' in added(text).text


def test_added_twice_changes_nothing() -> None:
    once = added(POLICY).text
    assert added(once).text == once


def test_several_ids_share_a_comment() -> None:
    text = POLICY.replace('action: allow', 'action: allow\n      protocol: tcp, x: {y')
    assert 'yaml-syntax' in added(text).text.splitlines()[0]
    flow = '{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: A}, x: 1}\n'
    assert added(flow).text == (
        flow[:-1] + '  # calico-lint: ignore[name-invalid, unknown-field]\n'
    )


HEAD = '{"apiVersion": "projectcalico.org/v3", "kind": "Tier", '


@pytest.mark.parametrize('path', ['tier.json', 'tier.yaml'])
@pytest.mark.parametrize(('old', 'new'), [
    ('"metadata": {"name": "A b"}}',
     '"metadata": {"annotations": {"calico-lint/ignore": "name-invalid: for now"}, '
     '"name": "A b"}}'),
    ('"metadata": {"name": "A b", "annotations": {}}, "spec": {"order": "x"}}',
     '"metadata": {"name": "A b", "annotations": {"calico-lint/ignore": '
     '"name-invalid; wrong-type: for now"}}, "spec": {"order": "x"}}'),
    ('"metadata": {"name": "A b", "annotations": {"a": "b"}}}',
     '"metadata": {"name": "A b", "annotations": {"calico-lint/ignore": '
     '"name-invalid: for now", "a": "b"}}}'),
    ('\n"metadata": {\n    "name": "A b"\n  }\n}\n',
     '\n"metadata": {\n    "annotations": {"calico-lint/ignore": "name-invalid: for now"},\n'
     '    "name": "A b"\n  }\n}\n'),
    ('"metadata": {"name": "A b", "annotations": {"calico-lint/ignore": "name-invalid: mine"}}, '
     '"spec": {"order": "x"}}',
     '"metadata": {"name": "A b", "annotations": {"calico-lint/ignore": "name-invalid: mine; '
     'wrong-type: for now"}}, "spec": {"order": "x"}}'),
])  # fmt: skip
def test_in_json_it_is_an_annotation(old: str, new: str, path: str) -> None:
    result = added(HEAD + old, 'for now', path)
    assert result == Added(HEAD + new, [])
    applied = lint(result.text, path)
    assert (applied.kept, applied.extra) == ([], [])


@pytest.mark.parametrize(('text', 'why'), [
    ('{"apiVersion": "projectcalico.org/v3", "kind": "Tier"}', 'the object has no metadata'),
    ('{"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": 1}', 'has no metadata'),
    (HEAD + '"metadata": {"name": "A b", "annotations": []}}', 'leaves no room'),
    ('{"apiVersion": "projectcalico.org/v3", "kind": "List", "items": []}', 'in no object'),
])  # fmt: skip
def test_or_it_is_said_why_not(text: str, why: str) -> None:
    result = added(text, 'why', 'a.json')
    assert result.text == text
    assert result.left
    assert all(why in reason for _, reason in result.left)


def test_items_of_a_list_have_their_own_annotations() -> None:
    item = '{"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": "A b"}}'
    text = f'[{item}, {item.replace("A b", "c")}, {item}]'
    result = added(text, 'why', 'a.json')
    assert result.text.count('calico-lint/ignore') == 2
    assert [one['metadata']['name'] for one in json.loads(result.text)] == ['A b', 'c', 'A b']
    assert lint(result.text, 'a.json').kept == []


def test_findings_about_suppressions_cannot_be_suppressed_in_place() -> None:
    about = found_in(POLICY).diagnostics[0]._replace(rule='unused-suppression')
    source = about.source
    why = 'what is said of suppressions is not suppressed'
    assert add_ignore(parse_text(source), [about]) == Added(POLICY, [(about, why)])


@pytest.mark.parametrize(
    'reason', ['two\nlines', '\x07bell', '  blanks  ', 'a # b', 'ünïcode 😀', '#1', '\ud800']
)
def test_any_reason_makes_a_comment(reason: str) -> None:
    result = added(POLICY, reason)
    assert result.text.count('\n') == POLICY.count('\n')
    applied = lint(result.text)
    assert (applied.kept, applied.extra) == ([], [])


def test_text_is_encoded_as_it_was() -> None:
    text = 'é😀\r\n'
    for codec in ('utf-8', 'utf-8-sig', 'utf-16'):
        data = text.encode(codec)
        assert encoded(decode_bytes(data), data) == data
    data = b'\xfe\xff' + text.encode('utf-16-be')
    assert encoded(decode_bytes(data), data) == data


def test_no_look_without_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    def find(parsed: ParsedFile, *_: object, **__: object) -> list[model.Suppression]:
        looks.append(parsed.source.text)
        return []

    monkeypatch.setattr(suppress, 'find', find)
    texts = [POLICY, f'{POLICY}# calico-lint: ignore\n', f'{POLICY}# Calico-Lint: ignore\n']
    for text in texts:
        check.check('x.yaml', text.encode(), Target())
    assert looks == texts[1:]


def test_a_reason_may_be_required() -> None:
    text = POLICY.replace("'web'\n", "'web'  # calico-lint: ignore[selector-syntax]\n").replace(
        'allow\n', 'allow # calico-lint: ignore[value-case]: because\n'
    )
    assert lint(text).extra == []
    applied = lint(text, require_reason=True)
    assert [(one.fact, one.span) for _, one in applied.extra] == [
        ('suppression-reason', Span(text.index('calico-lint:'), text.index(']\n') + 1))
    ]
    assert [by.reason for _, by in applied.suppressed] == ['', 'because']


def test_a_reason_of_an_annotation() -> None:
    note = '  annotations:\n    calico-lint/ignore: "{}"\nspec'
    for value, lacking in (
        ('selector-syntax; value-case', 2),
        ('selector-syntax; value-case: because', 0),
        ('selector-syntax: because; value-case', 1),
        ('selector-syntax, value-case: because; of that; too', 0),
    ):
        applied = lint(POLICY.replace('spec', note.format(value)), require_reason=True)
        assert [one.fact for _, one in applied.extra] == ['suppression-reason'] * lacking, value
        assert len(applied.suppressed) == 2


def test_what_is_unused_needs_no_reason() -> None:
    text = POLICY.replace('TCP\n', 'TCP # calico-lint: ignore[value-case]\n')
    applied = lint(text, require_reason=True)
    assert [one.fact for _, one in applied.extra] == ['suppression-unused']


def test_where_the_nearest_finding_is() -> None:
    text = POLICY.replace('TCP\n', 'TCP # calico-lint: ignore[value-case]\n')
    assert [one.hint for _, one in lint(text).extra] == ['one starts on line 10']


def test_there_is_no_word_for_every_rule() -> None:
    [(_, found)] = lint(POLICY.replace('TCP\n', 'TCP # calico-lint: ignore[all]\n')).extra
    assert found.message.startswith('all is no rule, and there is no word for every rule: ')
    assert found.fix is not None
    assert found.fix.applicability == 'unsafe'


def test_nothing_is_unused_where_not_all_was_judged() -> None:
    text = '# calico-lint: ignore-file[invalid-port]\n' + POLICY.replace(
        'TCP\n', 'TCP # calico-lint: ignore[invalid-port, invalid-prot]\n'
    )
    parsed = parse_text(Source('policy.yaml', text))
    diagnostics = found_in(text).diagnostics
    suppressions = suppress.find(parsed, standard(), partial=[0])
    applied = apply(diagnostics, suppressions, is_whole=False)
    assert messages(applied) == ["there is no rule 'invalid-prot': write invalid-port"]
    suppressions = suppress.find(parsed, standard())
    assert len(apply(diagnostics, suppressions).extra) == 3


def test_what_another_target_minds_is_not_unused() -> None:
    text = POLICY.replace('TCP\n', 'TCP # calico-lint: ignore[ports-without-protocol]\n')
    file = found_in(text)
    source = file.suppressions[0].source
    dormant = [('ports-without-protocol', source, text.index('protocol'))]
    assert apply(file.diagnostics, file.suppressions, dormant=dormant).extra == []
    dormant = [('ports-without-protocol', source, 0)]
    assert len(apply(file.diagnostics, file.suppressions, dormant=dormant).extra) == 1


def test_what_is_not_looked_for_is_not_unused() -> None:
    text = POLICY.replace('TCP\n', 'TCP # calico-lint: ignore[ports-without-protocol]\n')
    file = found_in(text)
    other = standard().selecting(frozenset(), frozenset(('ports-without-protocol',)))
    assert apply(file.diagnostics, file.suppressions, runs=other.runs).extra == []


def test_the_narrowest_suppression_is_named_and_all_are_used() -> None:
    text = (
        '# calico-lint: ignore-file[value-case] file\n# calico-lint: ignore[value-case] document\n'
    ) + POLICY.replace(
        '    - action: allow',
        (
            '    # calico-lint: ignore[value-case] node\n'
            '    - action: allow # calico-lint: ignore[value-case] line'
        ),
    )
    applied = lint(text)
    assert [by.reason for _, by in applied.suppressed] == ['line']
    assert applied.extra == []


def test_parts_of_a_large_file() -> None:
    marked = POLICY.replace('allow\n', 'allow # calico-lint: ignore[value-case]\n')
    file = found_in(
        '# calico-lint: ignore-file[selector-syntax]\n' + marked + '# calico-lint: ignore[x]',
        '\n---\n' + POLICY,
        '\n---\n' + marked + '# calico-lint: ignore[name-invalid]\n',
    )
    applied = apply(file.diagnostics, file.suppressions)
    assert [(one.rule, one.source.position(one.span.start)[0]) for one in applied.kept] == [
        ('value-case', 24)
    ]
    assert len(applied.suppressed) == 5
    assert [place(source, one.span) for source, one in applied.extra] == ['39:23']


def test_empty_documents_in_a_part_of_their_own() -> None:
    comment = '# calico-lint: ignore[empty-document] on purpose\n'
    parts = (comment, f'\n---\n{POLICY}', f'\n---\n{comment}')
    cut, whole = (
        check_in_parts('x.yaml', (part.encode() for part in some), Target())
        for some in (parts, (''.join(parts),))
    )
    assert rules(cut.diagnostics) == rules(whole.diagnostics) == ['selector-syntax', 'value-case']
    assert len(cut.suppressed) == len(whole.suppressed) == 2


@pytest.mark.parametrize('reader', ['libyaml', 'pure'])
def test_both_readers_agree(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('CALICO_LINT_YAML', reader)
    for path in CASES:
        text = decode_bytes(path.read_bytes())
        golden = path.with_suffix('.out').read_text(encoding='utf-8')
        assert shown(lint(text, path.name)) == golden


def test_a_byte_order_mark_in_the_stream() -> None:
    text = POLICY + '---\n\ufeff# calico-lint: ignore[value-case, selector-syntax]\n' + POLICY
    applied = lint(text)
    assert rules(applied.kept) == ['selector-syntax', 'value-case']
    assert rules(applied.suppressed[n][0] for n in (0, 1)) == ['selector-syntax', 'value-case']
    assert applied.extra == []


def test_letters_that_grow_in_lower_case() -> None:
    text = '# İİİİİİİİ\n' + POLICY.replace('allow', 'allow # calico-lint: ignore[value-case]')
    assert rules(lint(text).kept) == ['selector-syntax']


@pytest.mark.parametrize('filling', ['#', ' ', '# ', ' #', 'a#', '[', 'a,', 'a ', '-', '; ', ': '])
def test_long_comments_cost_little(filling: str) -> None:
    for form in (
        '# calico-lint: ignore[value-case] {}',
        '# calico-lint: ignor[{}',
        '#{}calico-lint',
    ):
        text = form.format(filling * 20_000)
        lint(POLICY.replace('allow', f'allow {text}') + text + '\n\n')
    note = f'  annotations:\n    calico-lint/ignore: "value-case{filling * 20_000}"\n  namespace'
    lint(POLICY.replace('  namespace', note))


def test_many_suppressions() -> None:
    item = '    - action: allow # calico-lint: ignore[value-case, invalid-port] x\n'
    applied = lint(POLICY + item * 3000)
    assert (len(applied.kept), len(applied.suppressed)) == (2, 3000)
    assert len(applied.extra) == 3000


def test_blank_lines_that_a_comment_keeps_from_a_scalar() -> None:
    text = POLICY.replace(
        '  namespace',
        '  annotations:\n    x: |+\n      y\n\n  # calico-lint: ignore[x]\n\n  namespace',
    )
    fixes = [one.fix for _, one in lint(text.replace('[x]', '[name-invalid]')).extra]
    assert [fix.applicability for fix in fixes if fix] == ['unsafe']


@pytest.mark.parametrize(
    ('written', 'is_fixed'),
    [
        ('calico-lint/ignore: name-invalid', True),
        ('calico-lint/ignore: "name-invalid: issue #7"', True),
        ('calico-lint/ignore: |\n      name-invalid: issue #7', True),
        ('calico-lint/ignore: name-invalid  # why', False),
        ('calico-lint/ignore: >-  # why\n      name-invalid', False),
        ('calico-lint/ignore:  # why\n      name-invalid', False),
        ('# why\n    calico-lint/ignore: name-invalid', False),
    ],
)
def test_an_annotation_is_not_removed_with_somebodys_comment(written: str, is_fixed: bool) -> None:
    text = POLICY.replace('  namespace', f'  annotations:\n    {written}\n  namespace')
    (fix,) = [one.fix for _, one in lint(text).extra]
    assert (fix is not None) == is_fixed


def test_other_peoples_documents_are_left_alone() -> None:
    foreign = 'kind: A # calico-lint: ignore[no-such-rule]\n# calico-lint: ignor\nb: 1\n'
    assert lint(foreign + '---\n' + POLICY.replace("= 'web'", "== 'web'")).extra == []
