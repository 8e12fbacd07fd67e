"""Fixes: what is edited and what is not, what a document means afterwards, how files are replaced.

A file of ``fixtures/fixes`` has beside it what ``--fix`` makes of it (``.safe``) and what
``--unsafe-fixes`` makes of that (``.unsafe``), where it makes anything. ``pytest --update``
rewrites these files, and git shows the difference.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import everything as engine
import pytest
from advice import grown
from conftest import (
    FIXTURES,
    Document,
    blocks,
    documents,
    flags_of,
    golden_cases,
    lane_target,
    some_slow,
    target,
)
from everything import conditions, fix_text
from test_styles import rewritten

from linter.calico.decode import decode
from linter.calico.lists import owned
from linter.calico.ownership import CalicoObject
from linter.calico.parsed_file import ParsedFile
from linter.calico.selector.accept import accepts
from linter.calico.target import Target
from linter.calico.values import plain
from linter.catalogue.catalogue import standard
from linter.diagnostic import Diagnostic
from linter.engine import fix as fixing
from linter.engine.check import OLD_API, check_parsed
from linter.engine.fix import (
    Fixed,
    apply,
    encoded,
)
from linter.engine.outcome import Outcome
from linter.text.edit import Edit, Fix
from linter.text.source import Source, Span
from linter.workspace import atomic_write as replacing
from linter.workspace.atomic_write import Unwritable, replace, unified_diff
from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.encoding import decode_bytes
from linter.yaml.errors import YamlError

CASES = sorted(path for path in (FIXTURES / 'fixes').iterdir() if path.suffix in ('.yaml', '.json'))
GRAVE = ('refused', 'dropped')
INDEX = re.compile(r'\[\d+\]')

POLICY = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
"""


def policy(spec: str) -> str:
    return POLICY + ''.join(f'  {line}\n' for line in spec.splitlines())


def fixed(text: str, unsafe: bool = False, where: Target = Target()) -> str:  # noqa: B008
    return fix_text('policy.yaml', text.encode(), where, unsafe=unsafe).data.decode()


def of_spec(spec: str, unsafe: bool = False) -> str:
    """The spec of a policy after its fixes."""
    text = fixed(policy(spec), unsafe)
    assert text.startswith(POLICY)
    return ''.join(line[2:] for line in text[len(POLICY) :].splitlines(keepends=True))


# ---- Golden files --------------------------------------------------------------------------------


def target_of(data: bytes) -> Target:
    return target(flags_of(data))


@pytest.mark.parametrize('path', CASES, ids=lambda path: path.name)
def test_case(path: Path, update: bool) -> None:
    data = path.read_bytes()
    done = data
    for unsafe in (False, True):
        result = fix_text(path.name, done, target_of(data), unsafe=unsafe)
        golden = path.with_suffix('.unsafe' if unsafe else '.safe')
        if update and result.data == done:
            golden.unlink(missing_ok=True)
        elif update:
            golden.write_bytes(result.data)
        assert (golden.read_bytes() if golden.exists() else done) == result.data
        assert fix_text(path.name, result.data, target_of(data), unsafe=unsafe).rounds == 0
        if path.suffix == '.json':
            json.loads(result.data)
        done = result.data


def test_goldens_have_their_cases() -> None:
    assert {path.stem for path in (FIXTURES / 'fixes').iterdir()} == {path.stem for path in CASES}


# ---- What a fixed document means -----------------------------------------------------------------


def decoded(data: bytes, where: Target) -> Iterator[tuple[int, Any]]:
    """What a reader makes of every Calico document, with the document's number."""
    text = decode_bytes(data)
    for chunk in split(text):
        try:
            root = compose(text, chunk)
        except YamlError:
            continue
        for one in owned(root) if root is not None else ():
            if isinstance(one, CalicoObject) and one.kind is not None:
                api = 'v2' if one.api == 'v2' else 'v3'
                lane = where.lane(one.api)
                root_value = decode(one.node, api, one.kind, where.version, lane).root
                assert root_value is not None
                value = plain(root_value)
                # Where these are not read as such, they are not decoded either.
                value.pop('apiVersion', None)
                value.pop('kind', None)
                yield chunk.index, value


def differences(old: Any, new: Any, path: str = '') -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            yield from differences(old.get(key), new.get(key), f'{path}.{key}'.lstrip('.'))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, pair in enumerate(zip(old, new, strict=True)):
            yield from differences(*pair, f'{path}[{number}]')
    elif old != new or type(old) is not type(new):
        yield path, old, new


WORDS = re.compile(r'[^\W_]+')
# What a selector may lose when it is spelt as Calico wants it.
OPERATORS = {'and', 'or', 'not', 'is', 'in', 'notin', 'has', 'exists', 'all'}


def words(selector: str) -> str:
    """Its labels and values in their order."""
    return ''.join(word for word in WORDS.findall(selector.lower()) if word not in OPERATORS)


# Rules whose fixes write what is there in another form, such as a list, or in another place.
REWRITING = frozenset(
    (
        'wrong-type', 'unknown-field', 'invalid-protocol', 'invalid-value', 'invalid-port',
        'invalid-cidr', 'duplicate-yaml-key', 'selector-syntax', 'port-range-dash',
    )
)  # fmt: skip
# What such a fix may add of its own: names of fields, prefix lengths, names and numbers.
OWN_WORDS = frozenset(
    re.split(
        r'\s+',
        """
    nets notnets ports notports selector namespaceselector serviceaccounts names name services
    projectcalico org type code icmp icmpv6 exact methods paths source destination protocol action
    allow deny types ingress egress all 32 128 8 4 6 in has
    """,
    )
)


def is_rewritten(text: str, new: Any) -> bool:
    """Whether a value is made of words that are in the text."""
    known = {word.lower() for word in WORDS.findall(text)} | OWN_WORDS
    return all(word.lower() in known for word in WORDS.findall(str(new)))


def is_promised(rule: str, old: Any, new: Any, text: str = '') -> bool:
    """Whether the fix of a rule may turn one value into the other."""
    if rule in REWRITING and text and is_rewritten(text, new):
        return True
    if rule == 'unknown-field' and old == {} and new is None:
        return True  # nothing but the key was in it
    if rule == 'raw-crd-apiversion':
        # Read as v3 from now on: a number may be text, and fields match in any letter case.
        # What isolates both directions as it is has to say so.
        is_types = old in (None, []) and new in (['Ingress'], ['Ingress', 'Egress'])
        return old is None or is_types or (isinstance(new, str) and not isinstance(old, str))
    if old is None:
        # A field that was not read, and now is; a selector that was a tag.
        return rule in ('unknown-field', 'field-case', 'yaml-tag-swallows-value')
    if rule == 'duplicate-item':
        return list(dict.fromkeys(map(str.lower, old))) == list(map(str.lower, new))
    if rule == 'label-value-type':
        return isinstance(new, str)
    if not isinstance(old, str):
        return False
    if rule == 'value-case':
        return bool(old.lower() == new.lower())
    if rule == 'port-range-dash':
        return [*map(int, re.findall(r'\d+', old))] == [*map(int, new.split(':'))]
    if rule == 'bare-ip-in-nets':
        return bool(new in (f'{old}/32', f'{old}/128'))
    if rule == 'cidr-host-bits' and new.endswith(('/32', '/128')):
        return bool(new.partition('/')[0] == old.partition('/')[0])
    if rule in ('cidr-host-bits', 'ip-pool-fields'):
        return ipaddress.ip_network(old, strict=False) == ipaddress.ip_network(new)
    if rule == 'wrong-type':
        return bool(old == str(new).lower() or float(old) == new)
    if rule in ('selector-syntax', 'invalid-nsselector-fails-open'):
        old = re.sub('#.*', '', old)
        return words(old) == words(new) and (old != old.rstrip('\n') or accepts(new))
    if rule == 'yaml-tag-swallows-value':
        return bool(old in new.replace(' ', '') and new.startswith('!'))
    return False


WEIGHED = frozenset(('unknown-field', 'wrong-type', 'protocol', 'cidr', 'duplicate-key'))
"""The facts whose fixes write whole entries anew, so that what limits a rule may be lost."""


def verify(data: bytes, where: Target, unsafe: bool) -> Fixed:
    """Fix a file, and see that it keeps every promise."""
    result = fix_text('policy.yaml', data, where, unsafe=unsafe)
    if not result.rounds:
        assert result.data is data
        return result
    assert unsafe or {one.fix.applicability for one in result.applied if one.fix} == {'safe'}
    again = fix_text('policy.yaml', result.data, where, unsafe=unsafe)
    assert again.data is result.data, 'a second run changes something'
    assert new_findings(data, result.data, where) == Counter()
    # What a document of another API becomes is for test_migrate.py to say; what no one could read
    # before is not compared either.
    left_out = {
        one.object.document_index for one in result.applied if one.object and one.fact in OLD_API
    } | {
        found.object.document_index
        for found in result.before.diagnostics
        if found.object is not None and found.fact in ('yaml-syntax', 'stray-text')
    }
    old, new = (
        [one for one in decoded(content, where) if one[0] not in left_out]
        for content in (data, result.data)
    )
    if any('---' in edit.text for one in result.applied if one.fix for edit in one.fix.edits):
        # Documents are told apart: the last of each counted until now, and stays as it is.
        assert unsafe
        contents = [content for _, content in new]
        assert all(content in contents for _, content in old)
        return result
    assert len(old) == len(new)
    for (number, before), (_, after) in zip(old, new, strict=True):
        for path, one, other in differences(before, after):
            rules = {
                found.rule
                for found in result.applied
                if found.object is None or found.object.document_index == number
                # What is reached through several aliases is found and fixed once.
                if is_part(path, place_of(found)) or b'*' in data
            }
            assert any(is_promised(rule, one, other, decode_bytes(data)) for rule in rules), (
                path,
                one,
                other,
                rules,
            )
    if all(one.fact in WEIGHED for one in result.applied):
        assert grown(decode_bytes(data), decode_bytes(result.data)) is None
    return result


def place_of(found: Diagnostic) -> str | None:
    """The value that a fix changes; of a misspelt key's all in its mapping."""
    if found.rule == 'unknown-field' and found.yaml_path is not None:
        rule = re.match(r'spec\.(?:in|e)gress\[\d+\]', found.yaml_path)
        return rule[0] if rule is not None else found.yaml_path.rpartition('.')[0]
    return found.yaml_path


def is_part(path: str, of: str | None) -> bool:
    """Whether a value is at a place or in it; indices and letter case aside."""
    one, other = (INDEX.sub('', place).lower() for place in (path, of or path))
    return one.startswith(other)


def new_findings(before: bytes, after: bytes, where: Target) -> Counter[tuple[str, str]]:
    found = []
    for data in (after, before):
        diagnostics = engine.check('policy.yaml', data, where).diagnostics
        found.append(
            Counter(
                (one.fact, INDEX.sub('', one.yaml_path or ''))
                for one in diagnostics
                if one.effect in GRAVE
            )
        )
    return found[0] - found[1]


LANE = 'api-3.32'


@pytest.mark.parametrize('unsafe', [False, True], ids=['safe', 'unsafe'])
def test_some_labelled_documents(unsafe: bool) -> None:
    labelled(LANE, documents()[int(unsafe) :: 4], unsafe)


@pytest.mark.slow
@pytest.mark.parametrize('unsafe', [False, True], ids=['safe', 'unsafe'])
@pytest.mark.parametrize('lane', [LANE, 'api-3.28', 'crd3-3.33', 'crd1-3.31'])
def test_labelled_documents(lane: str, unsafe: bool) -> None:
    rounds = labelled(lane, documents(), unsafe)
    # Where a document is dropped or ignored, rather than refused, only unsafe fixes mend it.
    assert rounds[1] > (300 if unsafe or lane.startswith('api') else 200)


def labelled(lane: str, chosen: Sequence[Document], unsafe: bool) -> Counter[int]:
    """Fix these documents; how many of them took how many rounds."""
    where = lane_target(lane)
    count, rounds, rules = 0, Counter[int](), Counter[str]()
    for document in chosen:
        if lane not in document.labels:
            continue
        try:
            result = verify(document.in_lane(lane), where, unsafe)
        except AssertionError as error:
            raise AssertionError(f'{document.id}: {error}\n{document.text}') from None
        count += 1
        rounds[result.rounds] += 1
        rules.update(one.rule for one in result.applied)
    print(f'\n{lane}: {count - rounds[0]} of {count} documents fixed, rounds {dict(rounds)}')
    print(dict(rules.most_common()))
    assert count > rounds[0]
    assert max(rounds) <= 3
    return rounds


@pytest.mark.parametrize('step', some_slow([5, 1], 5))
def test_what_calico_refused_for_a_safe_fix_alone_is_accepted(step: int) -> None:
    """A document whose only mistakes are fixed is one that the same code accepts."""
    cured = 0
    for document in documents()[::step]:
        result = fix_text('policy.yaml', document.text.encode(), Target())
        if result.rounds and not any(one.effect in GRAVE for one in result.after.diagnostics):
            cured += document.is_refused('api-3.32')
    assert cured > 250 // step


@pytest.mark.parametrize('unsafe', some_slow([False, True], True), ids=['safe', 'unsafe'])
def test_every_other_fixture_and_example(unsafe: bool) -> None:
    cases = [*golden_cases(), *(FIXTURES / 'gitops').rglob('*.y*ml')]
    inputs = [(path.read_bytes(), target_of(path.read_bytes())) for path in cases]
    for rule in standard().rules().values():
        examples = (block.example for block in blocks(rule) if block.example.file is None)
        inputs += ((one.text.encode(), target(one.options)) for one in examples)
    for data, where in inputs:
        try:
            decode_bytes(data)
        except ValueError:
            assert fix_text('policy.yaml', data, where, unsafe=unsafe).data is data
        else:
            verify(data, where, unsafe)


@pytest.mark.parametrize('unsafe', [False, True], ids=['safe', 'unsafe'])
@pytest.mark.parametrize(('where', 'step'), [
    (Target(), 8),
    pytest.param(Target(), 2, marks=pytest.mark.slow),
    pytest.param(Target((3, 33), 'native'), 2, marks=pytest.mark.slow),
], ids=['some', 'api', 'native'])  # fmt: skip
def test_another_style_is_fixed_alike(where: Target, step: int, unsafe: bool) -> None:
    """A document and the same in another style mean the same when both are fixed."""
    compared = json_seen = feeds_seen = 0
    for number, document in enumerate(documents()[::step]):
        result = fix_text('policy.yaml', document.text.encode(), where, unsafe=unsafe)
        if not result.rounds:
            continue
        expected = [*decoded(result.data, where)]
        for seed in range(3):
            other = rewritten(document.text, number * 10 + seed)
            if other is None:
                continue
            data = fix_text('policy.yaml', other.encode(), where, unsafe=unsafe).data
            assert [*decoded(data, where)] == expected, f'{document.id}\n{other}\n{data.decode()}'
            compared += 1
            if is_json(other):
                json_seen += 1
                assert is_json(data.decode())
            if '\r\n' in other:
                feeds_seen += 1
                assert not re.search(r'\r(?!\n)|(?<!\r)\n', data.decode())
    assert compared > 700 // step
    assert json_seen > 60 // step
    assert feeds_seen > 100 // step


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


# ---- One round -----------------------------------------------------------------------------------


def diagnostic(*edits: tuple[int, int, str], applicability: str = 'safe') -> Diagnostic:
    made = tuple(Edit(Span(start, end), text) for start, end, text in edits)
    return Diagnostic(
        Source('x', ''), Span(0, 0), 'rule', 'error', None, None, '', None, None, (),
        Fix('title', applicability, made), None, None,
    )  # fmt: skip


@pytest.mark.parametrize(('first', 'second', 'text', 'skips'), [
    ([(0, 1, 'A')], [(1, 2, 'B')], 'ABcdef', False),
    ([(0, 2, 'A')], [(1, 3, 'B')], 'Acdef', True),
    ([(1, 3, '')], [(2, 2, 'B')], 'adef', True),
    ([(1, 3, '')], [(3, 3, 'B')], 'adef', True),
    ([(2, 2, 'A')], [(2, 2, 'B')], 'abAcdef', True),
    ([(2, 2, 'A')], [(3, 3, 'B')], 'abAcBdef', False),
    ([(4, 5, 'E')], [(0, 1, 'A'), (4, 5, 'X')], 'abcdEf', True),
    ([(4, 5, 'E')], [(3, 4, 'D'), (0, 1, 'A')], 'AbcDEf', False),
    ([], [(0, 1, 'A')], 'Abcdef', False),
    ([(0, 0, '1')], [(6, 6, '2')], '1abcdef2', False),
])  # fmt: skip
def test_edits_do_not_overlap(first: Any, second: Any, text: str, skips: bool) -> None:
    one, other = diagnostic(*first), diagnostic(*second)
    result = apply('abcdef', [one, other], unsafe=False)
    assert result.text == text
    assert (result.skipped == [other]) is skips
    assert (other in result.applied) is not skips


@pytest.mark.parametrize('edits', [[(0, 2, ''), (1, 3, '')], [(2, 1, '')], [(0, 7, '')]])
def test_impossible_edits_are_skipped(edits: Any) -> None:
    one = diagnostic(*edits)
    assert apply('abcdef', [one], unsafe=True) == ('abcdef', [], [one])


@pytest.mark.parametrize('applicability', ['safe', 'narrowing', 'unsafe'])
def test_applicability(applicability: str) -> None:
    one = diagnostic((0, 1, 'A'), applicability=applicability)
    assert apply('a', [one], unsafe=True).text == 'A'
    assert apply('a', [one], unsafe=False).text == ('A' if applicability == 'safe' else 'a')


def test_many_edits_are_quick() -> None:
    text = 'ab' * 20_000
    found = [diagnostic((at, at + 1, 'x')) for at in range(0, len(text), 2)]
    assert apply(text, found, unsafe=False).text == 'xb' * 20_000


# ---- All rounds ----------------------------------------------------------------------------------


def test_a_fix_that_reveals_a_mistake_is_dropped() -> None:
    text = policy(
        'types: [ingress]\ningress:\n- action: Allow\n  source: {nets: [10.0.0.0/8, "::1"]}'
    )
    result = fix_text('policy.yaml', text.encode(), Target())
    assert result.data.decode() == text.replace('[ingress]', '[Ingress]')
    assert [one.rule for one in result.dropped] == ['bare-ip-in-nets']
    assert 'bare-ip-in-nets' in [one.rule for one in result.remaining]


def test_what_a_fix_reveals_is_fixed_too() -> None:
    """The second type is a duplicate only when both are spelt alike."""
    assert of_spec('types:\n- ingress\n- INGRESS') == 'types:\n- Ingress\n'


def test_only_what_is_wanted_is_fixed() -> None:
    text = policy('types: [ingress]\nselector: a = "b"')
    result = fix_text(
        'policy.yaml', text.encode(), Target(),
        asked_for=lambda found: [one for one in found if one.rule == 'selector-syntax'],
    )  # fmt: skip
    assert result.data.decode() == text.replace('=', '==')
    assert result.remaining == []
    assert [one.rule for one in result.after.diagnostics] == ['value-case']


def _plain(parsed: ParsedFile) -> Outcome:
    return check_parsed(parsed, conditions(Target()))


def _with(
    outcome: Outcome, diagnostics: Sequence[Diagnostic], errors: Sequence[str] = ()
) -> Outcome:
    outcome.diagnostics, outcome.errors = list(diagnostics), list(errors)
    return outcome


def test_a_fix_may_not_change_what_else_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a rule's edits are: the rest of the document stays as it is read."""
    text = policy('types: [ingress]\nselector: all()').encode()

    def check(edit: Edit) -> Any:
        def run(parsed: ParsedFile) -> Outcome:
            result = _plain(parsed)
            return _with(result, [
                one._replace(fix=Fix('', 'safe', (edit,))) for one in result.diagnostics
            ])  # fmt: skip

        return run

    place = text.index(b'ingress')
    for span, new in (
        (Span(place, place + 7), 'Ingress #'),
        (Span(place, place + 7), '"Ingress'),
        (Span(place, place + 7), "Ingress]\n  'selector':\n   {? 'x': y} #"),
        (Span(place, place + 8), 'Ingress'),
        (Span(place, place + 7), '\ud800'),
        (Span(place, place + 7), 'Ingress]\n---\nx: [y'),
        (Span(0, place), ''),
    ):
        result = fix_text('x', text, Target(), check=check(Edit(span, new)))
        assert result.data is text, new
        assert len(result.dropped) == 1
    good = fix_text('x', text, Target(), check=check(Edit(Span(place, place + 7), 'Ingress')))
    assert good.data == text.replace(b'[ingress]', b'[Ingress]')


def test_fixes_that_undo_each_other_are_left_alone() -> None:
    text = policy('types: [Ingress]\nselector: all()').encode()

    def check(parsed: ParsedFile) -> Outcome:
        result = _plain(parsed)
        now = parsed.source.text
        at = now.index('selector: ') + 10
        new = 'has(x)' if now[at:].startswith('all') else 'all()'
        end = now.index(')', at) + 1
        return _with(result, [diagnostic((at, end, new))])

    assert fix_text('x', text, Target(), check=check).data is text


class Counting:
    """A check that counts how often it is called."""

    calls = 0

    def __call__(self, parsed: ParsedFile) -> Outcome:
        self.calls += 1
        return _plain(parsed)


HARMFUL = '- action: Allow\n  source: {nets: [10.0.0.0/8, "::1"]}\n'
HARMFUL_FIRST = '- action: Allow\n  source: {nets: ["::1", 10.0.0.0/8]}\n'
GOOD = '- action: allow\n'


@pytest.mark.parametrize(('spec', 'calls'), [
    ((HARMFUL + GOOD * 5) * 200, 8),
    # The harm is found at the second item, which no fix changes.
    ((HARMFUL_FIRST + GOOD) * 20, 120),
    # Each harm shows only when the one before it is gone.
    pytest.param(
        GOOD + HARMFUL.replace('"::1"', ', '.join(f'"::{n}"' for n in range(1, 999))), 300,
        marks=pytest.mark.slow,
    ),
])  # fmt: skip
def test_many_harmful_fixes_are_found_soon(spec: str, calls: int) -> None:
    check = Counting()
    text = policy('types: [Ingress]\ningress:\n' + spec)
    result = fix_text('policy.yaml', text.encode(), Target(), check=check)
    assert result.data.decode() == text.replace('allow', 'Allow')
    assert check.calls < calls


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in which the harmful fixes cannot be told apart in time keeps them all."""
    monkeypatch.setattr(fixing, 'PATIENCE', 1000)
    text = policy('types: [Ingress]\ningress:\n' + HARMFUL_FIRST * 200)
    check = Counting()
    assert fix_text('policy.yaml', text.encode(), Target(), check=check).data.decode() == text
    assert check.calls < 8


@pytest.mark.parametrize('count', some_slow([100, 3000], 100))
def test_many_aliases_and_items_are_quick(count: int) -> None:
    text = policy(
        'types: [Ingress]\ningress:\n- action: Allow\n  source: {nets: ['
        + '10.0.0.0/8, ' * count + ']}\n'
        + ''.join(f'- action: &a{n} allow\n- action: *a{n}\n' for n in range(count))
    )  # fmt: skip
    result = fix_text('policy.yaml', text.encode(), Target())
    assert len(result.applied) == 2 * count - 1


def test_no_more_than_ten_rounds() -> None:
    text = policy('types: [Ingress]\nselector: all()').encode()

    def check(parsed: ParsedFile) -> Outcome:
        result = _plain(parsed)
        return _with(result, [diagnostic((0, 0, '#\n'))])

    assert fix_text('x', text, Target(), check=check).data == b'#\n' * 10 + text


def test_json_stays_json() -> None:
    data = json.dumps({
        'apiVersion': 'projectcalico.org/v3', 'kind': 'NetworkPolicy',
        'metadata': {'name': 'web', 'namespace': 'shop'},
        'spec': {'types': ['ingress'], 'order': '1'},
    }).encode()  # fmt: skip

    def check(parsed: ParsedFile) -> Outcome:
        result = _plain(parsed)
        return _with(result, [
            one._replace(fix=Fix('', 'safe', (Edit(one.span, "'Ingress'"),)))
            if one.rule == 'value-case' else one
            for one in result.diagnostics
        ])  # fmt: skip

    assert fix_text('x', data, Target(), check=check).data == data.replace(b'"1"', b'1')
    assert fix_text('x', data, Target()).data == data.replace(b'"1"', b'1').replace(b'"in', b'"In')


@pytest.mark.parametrize('tail', [
    b'---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nspec: {\n',
    b'---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nspec: \xff\n',
    b'---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nspec: ' + b'[' * 1000,
])  # fmt: skip
def test_a_file_that_is_unclear_is_not_touched(tail: bytes) -> None:
    data = policy('types: [ingress]').encode()
    assert fix_text('x', data + tail, Target(), unsafe=True).data.startswith(data)
    assert fix_text('x', data, Target()).data != data


def test_a_suppression_makes_nothing_clear() -> None:
    data = policy('types: [ingress]').encode() + (
        b'# calico-lint: ignore-file[yaml-syntax]\n---\n' + POLICY.encode() + b'  types: [\n'
    )
    result = fix_text('x', data, Target(), unsafe=True)
    assert result.is_unclear
    assert result.data is data


@pytest.mark.parametrize(('written', 'right'), [
    ("!has(a) && b == 'c'  # why", "\"!has(a) && b == 'c'\"  # why"),
    ('!has(a) || has(b)', "'!has(a) || has(b)'"),
    ("!has(a) &&\tb == \"it's\"", "'!has(a) &&\tb == \"it''s\"'"),
    ("!has(a) && b = 'c'", None),
    ("!has(a)\n  && b == 'c'", None),
])  # fmt: skip
def test_a_selector_without_which_a_document_cannot_be_read(
    written: str, right: str | None
) -> None:
    spec = 'serviceAccountSelector: {}\ntypes: [{}]\norder: x\nselector: {}'
    before = policy(spec.format(written, 'ingress', written))
    result = fix_text('x', before.encode(), Target())
    if right is None:
        assert result.data.decode() == before
    else:
        assert result.data.decode() == policy(spec.format(right, 'Ingress', right))
        assert [one.rule for one in result.remaining] == ['wrong-type']
    only = fix_text(
        'x', before.encode(), Target(),
        asked_for=lambda found: [one for one in found if one.rule != 'yaml-syntax'],
    )  # fmt: skip
    assert only.data.decode() == before


def test_a_file_on_which_a_rule_breaks_is_not_touched() -> None:
    data = policy('types: [ingress]').encode()

    def check(parsed: ParsedFile) -> Outcome:
        return _with(_plain(parsed), [], ['a bug'])

    assert fix_text('x', data, Target(), check=check).data is data


# ---- Bytes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(('mark', 'codec'), [
    (b'', 'utf-8'),
    (b'\xef\xbb\xbf', 'utf-8'),
    (b'\xff\xfe', 'utf-16-le'),
    (b'\xfe\xff', 'utf-16-be'),
])  # fmt: skip
@pytest.mark.parametrize('line_end', ['\n', '\r\n', '\r'])
def test_encoding_and_line_ends_stay(mark: bytes, codec: str, line_end: str) -> None:
    text = policy('types: [ingress] # é😀\nselector: |\n  a = "é"\ningress: \n- action: allow')
    text = text.replace('\n', line_end)
    right = (
        text.replace('[ingress]', '[Ingress]').replace('a =', 'a ==').replace('|', '|-')
        .replace('allow', 'Allow')
    )  # fmt: skip
    data = mark + text.encode(codec)
    assert encoded(text, data) == data
    assert fix_text('x', data, Target()).data == mark + right.encode(codec)


def test_a_text_that_cannot_be_written_back_is_not_touched() -> None:
    # A lone surrogate is no UTF-16, and what stands for it would be written in its place.
    data = b'\xff\xfe' + policy('types: [ingress]').encode('utf-16-le') + b'\x00\xd8'
    assert fix_text('x', data, Target(), unsafe=True).data is data


@pytest.mark.parametrize('spec', [
    'types: [Ingress]\t# a tab\x0b',
    'types: [Ingress] # é \x85  # \u2028  # more',
])  # fmt: skip
def test_odd_characters_stay(spec: str) -> None:
    text = policy(f'{spec}\nselector: \'a = "\u2029"\'').replace('\x0b', '')
    assert fixed(text) == text.replace('a =', 'a ==')


# ---- Repairs in every style ----------------------------------------------------------------------


@pytest.mark.parametrize(('written', 'right'), [
    # Words.
    ('types: [ingress]', 'types: [Ingress]'),
    ('"types": ["ingress"]', '"types": ["Ingress"]'),
    ("types: ['\\u0069ngress']", None),
    ('types: ["\\u0069ngress"]', 'types: ["Ingress"]'),
    ('types: [!!str ingress, &a egress]', 'types: [!!str Ingress, &a Egress]'),
    ('types:\n- |-  # why\n  ingress', 'types:\n- |-  # why\n  Ingress'),
    ('types:\n- >-\n   ingress\n\n- Egress', 'types:\n- >-\n   Ingress\n\n- Egress'),
    ('Types: [Ingress]', 'types: [Ingress]'),
    ('? "Types"\n: [Ingress]', '? "types"\n: [Ingress]'),
    ('"\\u0054ypes": [Ingress]', '"types": [Ingress]'),
    ('? |-\n  Types\n: [Ingress]', '? types\n: [Ingress]'),
    # Numbers and booleans.
    ('order: "10"', 'order: 10'),
    ("order: '1.5'", 'order: 1.5'),
    ('order: >-\n  10', 'order: 10'),
    ('order: |-  # why\n  10', None),
    ("order: '010'", None),
    ("order: ' 10'", None),
    ("order: '0x10'", None),
    ("order: '1_000'", None),
    ("order: 'nan'", None),
    ("order: ''", None),
    # Items that are there twice.
    ('types: [Ingress, Ingress]', 'types: [Ingress]'),
    ('types: [ Ingress ,Ingress , ]', 'types: [ Ingress , ]'),
    ('types: [Ingress, Egress, "Ingress"]', 'types: [Ingress, Egress]'),
    ('types: [Ingress, # why\n  Ingress]', None),
    ('types: [Ingress,\n  Ingress # why\n  ]', 'types: [Ingress # why\n  ]'),
    ('types: [Ingress, &a Ingress]', None),
    ('types: [&a Ingress, *a]', None),
    ('types:\n- Ingress\n- Ingress\nselector: all()', 'types:\n- Ingress\nselector: all()'),
    ('types:\n- Ingress\n\n# why\n- Ingress', 'types:\n- Ingress\n\n# why'),
    ('types:\n-   Ingress\n-   Ingress   # why', 'types:\n-   Ingress\n# why'),
    ('types:\n- Ingress\n-\n  Ingress', None),
    ('types:\n- Ingress\n- >-\n  Ingress\n- Egress', 'types:\n- Ingress\n- Egress'),
    ('types:\n- Ingress\n- !!str Ingress', 'types:\n- Ingress'),
    # Blocks that end in a line break.
    ('selector: |\n  all()', 'selector: |-\n  all()'),
    ('selector: >+ # why\n  all()', 'selector: >- # why\n  all()'),
    ('selector: |2\n    all()', 'selector: |-2\n    all()'),
    ('selector: |2+\n    all()', 'selector: |2-\n    all()'),
    ('selector: |+2\n    all()', 'selector: |-2\n    all()'),
    ('selector: "all()\\n"', 'selector: "all()"'),
    ('selector: "all()\\n\\\n  \\n"', 'selector: "all()"'),
    # Selectors.
    ('selector: a = "b"', 'selector: a == "b"'),
    ("selector: 'a = ''b'''", "selector: 'a == ''b'''"),
    ('selector: "a = \\"b\\""', 'selector: "a == \\"b\\""'),
    ('selector: "a == \\"b\\" and c in (\\"d\\")"', 'selector: "a == \\"b\\" && c in {\\"d\\"}"'),
    ("selector: 'a == “b”'", "selector: 'a == \"b\"'"),
    ('selector: "a == “b”"', 'selector: "a == \\"b\\""'),
    ("selector: 'a == ‘b’'", "selector: 'a == ''b'''"),
    ("selector: a == 'b'\n  and c = 'd'", "selector: a == 'b'\n  && c == 'd'"),
    ("selector: >-\n  a == 'b'\n  and c = 'd'", "selector: >-\n  a == 'b'\n  && c == 'd'"),
    ("selector: |\n  has(a", 'selector: |-\n  has(a)'),
    ('selector: >-\n  has(a\n\ntypes: [Ingress]', 'selector: >-\n  has(a)\n\ntypes: [Ingress]'),
    ('selector: "has(a"', 'selector: "has(a)"'),
    ('selector: "\\n"', 'selector: ""'),
    ('selector: "has(a\n  \\\n  "', 'selector: "has(a)\n  \\\n  "'),
    ('selector: has(a', 'selector: has(a)'),
    ('selector: has(a # why', 'selector: has(a) # why'),
    ('selector: not has(a)', "selector: '!has(a)'"),
    ("selector: not a == 'b'", "selector: \"!a == 'b'\""),
    ("selector: not a == 'b' # why", "selector: \"!a == 'b'\" # why"),
    ("selector: not a == '\"'\n  && b == 'c'", "selector: '!a == ''\"''\n  && b == ''c'''"),
    ("selector: not a == '\\'", "selector: '!a == ''\\'''"),
    ("selector: &s a = 'b'", "selector: &s a == 'b'"),
    # Tags.
    ('selector: !!str a = "b"', 'selector: !!str a == "b"'),
])  # fmt: skip
def test_spec(written: str, right: str | None) -> None:
    assert of_spec(written) == (written if right is None else right) + '\n'


@pytest.mark.parametrize(('written', 'right'), [
    ('ports: [80-90]', "ports: ['80:90']"),
    ('ports: ["80-90"]', 'ports: ["80:90"]'),
    ("ports: ['80..90', 80–90, 80 - 90]", "ports: ['80:90', '80:90', '80:90']"),
    ('ports:\n- 080-0090', "ports:\n- '80:90'"),
    ('ports:\n- >-\n  80-90', 'ports:\n- >-\n  80:90'),
    ('ports:\n- |\n  80-90', "ports:\n- '80:90'"),
    ('ports:\n- | # why\n  80-90', None),
    ('ports: [90-80, 80 90, 80/90, 0-9]', None),
    ('ports: [22:23]', "ports: ['22:23']"),
    ('{ports: [22:23]}', "{ports: ['22:23']}"),
    ('nets: [10.0.0.1]', 'nets: [10.0.0.1/32]'),
    ("nets: ['::1', fd00::2]", "nets: ['::1/128', fd00::2/128]"),
    ('nets:\n- ::1', "nets:\n- '::1/128'"),
    ('nets: [10.1.2.3/8]', None),
    ("nets: ['::ffff:10.0.0.1']", None),
    ('selector: a in (b)', "selector: a in {'b'}"),
    ('{selector: a in (b)}', "{selector: \"a in {'b'}\"}"),
    ("{selector: 'a in (b)'}", "{selector: 'a in {''b''}'}"),
])  # fmt: skip
def test_destination(written: str, right: str | None) -> None:
    def spec(destination: str) -> str:
        lines = ''.join(f'\n    {line}' for line in destination.splitlines())
        return (
            f'types: [Ingress]\ningress:\n- action: Allow\n  protocol: TCP\n  destination:{lines}\n'
        )

    assert of_spec(spec(written)) == spec(written if right is None else right)


@pytest.mark.parametrize(('written', 'right'), [
    ('selector: !has(a)', "selector: '!has(a)'"),
    ('selector: !has(a) # why', "selector: '!has(a)' # why"),
    ('selector: ! has(a)', "selector: '! has(a)'"),
    ("selector: ! a == 'b'", "selector: \"! a == 'b'\""),
    ('selector:\n  !has(a)', "selector:\n  '!has(a)'"),
    ('selector: &a !has(a)', None),
    ('selector: !has(a) &a', None),
    ('selector: !has', None),
    ("selector: ! 'has(a)'", None),
    ("selector: 'all() # why'", "selector: 'all()'"),
    ("selector: |-\n  all() # why", 'selector: |-\n  all()'),
    ("selector: >-\n  all() # why\n  && has(a)", None),
    ('selector: a, b', 'selector: has(a) && has(b)'),
    ("selector: a == 'b'' && c == ''d'", 'selector: a == "b\' && c == \'d"'),
    ('slector: has(a)', 'selector: has(a)'),
    ('"slector": has(a)', '"selector": has(a)'),
])  # fmt: skip
def test_unsafe_fixes(written: str, right: str | None) -> None:
    assert of_spec(written) == written + '\n'
    assert of_spec(written, unsafe=True) == (written if right is None else right) + '\n'


@pytest.mark.parametrize(('written', 'right'), [
    ('apiVersion: projectcalico.org/V3', 'apiVersion: projectcalico.org/v3'),
    ('"apiversion": "projectcalico.org/v3"', '"apiVersion": "projectcalico.org/v3"'),
    ("kind: 'networkpolicy'", "kind: 'NetworkPolicy'"),
    ('kind: np # short', 'kind: NetworkPolicy # short'),
    ("'Kind': NetworkPolicy", "'kind': NetworkPolicy"),
    ('kind: NetworkPolcy', None),
])  # fmt: skip
def test_head(written: str, right: str | None) -> None:
    def head(line: str) -> str:
        other = 'kind: NetworkPolicy' if 'ersion' in line else 'apiVersion: projectcalico.org/v3'
        return f'{line}\n{other}\nmetadata: {{name: web, namespace: shop}}\nspec: {{order: 1}}\n'

    assert fixed(head(written)) == head(written if right is None else right)


def test_host_bits_of_a_pool() -> None:
    text = (
        'apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: a}\n'
        'spec: {cidr: "10.1.2.3/16"}  # the pods\n'
    )
    assert fixed(text) == text
    assert fixed(text, unsafe=True) == text.replace('2.3', '0.0')


def test_a_guess_at_a_kind_is_unsafe() -> None:
    text = policy('types: [Ingress]').replace('NetworkPolicy', 'NetworkPolcy')
    assert fixed(text) == text
    assert fixed(text, unsafe=True) == policy('types: [Ingress]')


# ---- Anchors -------------------------------------------------------------------------------------


def test_an_anchor_whose_uses_are_alike_is_fixed() -> None:
    text = (
        'types: [Ingress]\ningress:\n- action: &a allow\n  source: &s {nets: [10.0.0.1]}\n'
        '- action: *a\n  destination: *s\n- &r\n  action: *a\n- <<: *r\n  protocol: tcp'
    )
    right = text.replace('&a allow', '&a Allow').replace('.1]', '.1/32]').replace('tcp', 'TCP')
    assert of_spec(text) == right + '\n'


def test_an_anchor_whose_uses_differ_is_not_fixed_safely() -> None:
    text = policy('types: [Ingress]\ningress:\n- action: *a').replace(
        'shop}', 'shop, labels: {action: &a allow}}'
    )
    assert fixed(text) == text
    assert fixed(text, unsafe=True) == text.replace('&a allow', '&a Allow')


# ---- Files ---------------------------------------------------------------------------------------


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.endswith('.tmp'))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / 'policy.yaml'
    path.write_bytes(b'old')
    return path


@pytest.mark.skipif(os.name == 'nt', reason='modes')
@pytest.mark.parametrize('mode', [0o644, 0o600, 0o755, 0o664, 0o4750])
def test_mode_and_owner_stay(file: Path, mode: int) -> None:
    if os.geteuid() == 0:
        os.chown(file, 12, 34)
    file.chmod(mode)
    before = file.stat()
    replace(str(file), b'old', b'new')
    after = file.stat()
    assert file.read_bytes() == b'new'
    assert stat.S_IMODE(after.st_mode) == mode
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino
    assert leftovers(file.parent) == []


@pytest.mark.skipif(os.name == 'nt', reason='links')
def test_links_stay(file: Path) -> None:
    folder = file.parent / 'folder'
    folder.mkdir()
    link, second = folder / 'link.yaml', folder / 'second.yaml'
    link.symlink_to('../policy.yaml')
    second.symlink_to(link.name)
    (file.parent / 'alias').symlink_to(folder)
    replace(str(file.parent / 'alias' / 'second.yaml'), b'old', b'new')
    assert os.readlink(link) == '../policy.yaml'
    assert os.readlink(second) == 'link.yaml'
    assert not file.is_symlink()
    assert file.read_bytes() == b'new'


@pytest.mark.skipif(os.name == 'nt', reason='files of other kinds')
@pytest.mark.parametrize(('how', 'reason'), [
    ('changed', 'it changed since it was read'),
    ('gone', 'no such file or directory'),
    ('protected', 'it is write-protected'),
    ('twice', 'it has another name (a hard link), which would be left behind'),
    ('pipe', 'it is not a regular file'),
    ('folder', 'it is not a regular file'),
    ('dangling', 'no such file or directory'),
])  # fmt: skip
def test_what_is_unclear_is_not_touched(file: Path, how: str, reason: str) -> None:
    if how == 'changed':
        file.write_bytes(b'odd')
    elif how == 'protected':
        file.chmod(0o444)
    elif how == 'twice':
        os.link(file, file.with_name('other.yaml'))
    else:
        file.unlink()
    if how == 'pipe':
        os.mkfifo(file)
    elif how == 'folder':
        file.mkdir()
    elif how == 'dangling':
        file.symlink_to('nowhere')
    with pytest.raises(Unwritable) as caught:
        replace(str(file), b'old', b'new')
    assert caught.value.reason == reason
    assert str(caught.value) == f'{file}: not changed: {reason}'
    assert leftovers(file.parent) == []
    if file.is_file():
        assert file.read_bytes() == (b'odd' if how == 'changed' else b'old')


@pytest.mark.parametrize('broken', ['replace', 'fsync', 'chmod'])
def test_an_error_leaves_the_old_file(
    file: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(replacing.os, broken, fail)
    with pytest.raises(Unwritable, match='not changed: no space left on device'):
        replace(str(file), b'old', b'new')
    monkeypatch.undo()
    assert file.read_bytes() == b'old'
    assert leftovers(file.parent) == []


def test_a_change_at_the_last_moment_is_seen(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def meddle(handle: int) -> None:
        sync(handle)
        file.write_bytes(b'own')

    monkeypatch.setattr(replacing.os, 'fsync', meddle)
    with pytest.raises(Unwritable, match='it changed since it was read'):
        replace(str(file), b'old', b'new')
    monkeypatch.undo()
    assert file.read_bytes() == b'own'
    assert leftovers(file.parent) == []


# ---- Differences ---------------------------------------------------------------------------------


def test_diff() -> None:
    assert unified_diff('a/b.yaml', b'one\ntwo\n', b'one\n2\n') == (
        '--- a/a/b.yaml\n+++ b/a/b.yaml\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n'
    )
    assert unified_diff('x', b'one', b'one') == ''
    assert unified_diff('x', b'one', b'two\n').endswith(
        '-one\n\\ No newline at end of file\n+two\n'
    )


BYTES = [
    (b'one\ntwo\nthree\n', b'one\n2\nthree\n'),
    (b'one\r\ntwo\r\n', b'one\r\n2\r\n'),
    (b'one\rtwo\r', b'one\r2\r'),
    (b'one\ntwo', b'one\n2'),
    (b'one\ntwo', b'one\ntwo\n'),
    (b'\xef\xbb\xbfone\n', b'\xef\xbb\xbf1\n'),
    ('é\x0c\u2028ü\x85\n'.encode(), 'é\x0c\u20282\x85\n'.encode()),
    (b'\xff\nb\n', b'\xff\nc\n'),
    (b''.join(b'%d\n' % n for n in range(99)), b''.join(b'%d\n' % (n % 40) for n in range(99))),
]


@pytest.mark.parametrize('tool', ['git apply', 'patch -p1 --binary'])
@pytest.mark.parametrize(('before', 'after'), BYTES)
@pytest.mark.parametrize('name', ['policy.yaml', 'a folder/ü "x"\t.yaml', 'a b.yaml'])
def test_diff_can_be_applied(
    tool: str, before: bytes, after: bytes, name: str, tmp_path: Path
) -> None:
    program = tool.split()[0]
    if shutil.which(program) is None:
        pytest.skip(f'{program} is not there')
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(before)
    diff = unified_diff(name, before, after).encode('utf-8', 'surrogateescape')
    environment = {**os.environ, 'GIT_CEILING_DIRECTORIES': str(tmp_path.parent)}
    subprocess.run(tool.split(), input=diff, cwd=tmp_path, check=True, env=environment)
    assert path.read_bytes() == after


# However the process is asked to end, no file is left beside the one that was being written.
ENDING = """\
import os, signal, sys
from linter.workspace import atomic_write
fsync = os.fsync
def end(handle):
    fsync(handle)
    os.kill(os.getpid(), getattr(signal, sys.argv[1]))
atomic_write.os.fsync = end
if sys.argv[2] == 'replace':
    atomic_write.replace('policy.yaml', b'old', b'new')
else:
    atomic_write.create('new.yaml', b'new')
"""


@pytest.mark.skipif(os.name != 'posix', reason='signals of POSIX')
@pytest.mark.parametrize('sign', ['SIGTERM', 'SIGHUP'])
@pytest.mark.parametrize('how', ['replace', 'create'])
def test_an_end_in_the_middle_leaves_nothing_behind(file: Path, how: str, sign: str) -> None:
    done = subprocess.run(
        [sys.executable, '-c', ENDING, sign, how], cwd=file.parent, capture_output=True,
        env={**os.environ, 'PYTHONPATH': str(FIXTURES.parent)},
    )  # fmt: skip
    assert done.returncode == -getattr(signal, sign), done.stderr
    assert done.stderr == b''
    assert leftovers(file.parent) == []
    assert file.read_bytes() == b'old'
    assert not (file.parent / 'new.yaml').exists()


def test_what_others_left_behind_is_no_obstacle(file: Path) -> None:
    (file.parent / f'.{file.name}.{os.getpid()}.0.tmp').write_bytes(b'theirs')
    replace(str(file), b'old', b'new')
    assert file.read_bytes() == b'new'
    assert [path.read_bytes() for path in file.parent.glob('.*.tmp')] == [b'theirs']


@pytest.mark.parametrize('name', ['x' * 250 + '.yaml', '€' * 80 + '.yaml', 'é' * 120 + '.yaml'])
def test_a_long_name_leaves_room_for_another(tmp_path: Path, name: str) -> None:
    """Names are counted in bytes, 255 of them."""
    path = tmp_path / name
    path.write_bytes(b'old')
    replace(str(path), b'old', b'new')
    assert path.read_bytes() == b'new'
    assert len(list(tmp_path.iterdir())) == 1
