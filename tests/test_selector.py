"""The selector package against Calico's own verdicts, and the quick reader against the grammar."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import some_slow
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Transformer
from lark.exceptions import UnexpectedInput

from linter.calico.selector import grammar, walk
from linter.calico.selector.accept import (
    V2,
    V3,
    V3_LENIENT,
    Mistake,
    accepts,
    explain,
)
from linter.calico.selector.explainer import LONG, apply, locate
from linter.calico.selector.grammar import parser
from linter.calico.selector.hints import HINTS
from linter.calico.selector.meaning import (
    All,
    And,
    Compare,
    Has,
    Member,
    Not,
    Or,
    Selector,
    canonical,
    evaluate,
    parse,
)
from linter.calico.selector.place import Place

ORACLE = Path(__file__).parent.parent / 'fixtures' / 'oracle'
DIALECTS = (V3, V3_LENIENT, V2)


def labelled(name: str) -> list[dict[str, Any]]:
    with gzip.open(ORACLE / name, 'rt', encoding='utf-8') as file:
        return [json.loads(line) for line in file]


HANDMADE = labelled('selectors.jsonl.gz')
GENERATED = labelled('selectors-generated.jsonl.gz')
VECTORS_V2 = json.loads((ORACLE / 'selectors-v2.json').read_text('utf-8'))
TEXTS = [case['selector'] for case in HANDMADE + GENERATED] + [case['in'] for case in VECTORS_V2]


# Calico's verdicts


def test_all_labels_are_there() -> None:
    assert (len(HANDMADE), len(GENERATED), len(VECTORS_V2)) == (303, 1500, 59)


@pytest.mark.parametrize('case', HANDMADE, ids=lambda case: ascii(case['selector'])[:40])
def test_handmade(case: dict[str, Any]) -> None:
    selector = parse(case['selector'])
    assert (selector is not None) == (case['verdict'] == 'accept')
    if selector is not None:
        assert canonical(selector) == case['canonical']
    lenient = parse(case['selector'], V3_LENIENT)
    assert (lenient is not None) == (case['verdict_le_v3.29'] == 'accept')


def test_generated() -> None:
    wrong = []
    for case in GENERATED:
        selector = parse(case['selector'])
        answer = canonical(selector) if selector is not None else None
        if answer != case.get('canonical'):
            wrong.append((case['selector'], answer))
    assert wrong == []


def test_evaluate() -> None:
    wrong = []
    for case in GENERATED:
        selector = parse(case['selector'])
        for trial in case.get('evaluate', ()):
            assert selector is not None
            if evaluate(selector, trial['labels']) is not trial['match']:
                wrong.append((case['selector'], trial))
    assert wrong == []


@pytest.mark.parametrize('case', VECTORS_V2, ids=lambda case: case['in'])
def test_v2(case: dict[str, Any]) -> None:
    assert (parse(case['in'], V2) is not None) == (case['error'] is None)


# The tree


def test_tree() -> None:
    text = "a == 'b' && (!has(c) || d not in {'f', 'e', 'f'})"
    assert parse(text) == And(
        (
            Compare('a', '==', 'b', (0, 8)),
            Or((Not(Has('c', (14, 20))), Member('d', ('e', 'f'), True, (24, 48)))),
        )
    )
    assert parse(' ') == All((0, 1))


@pytest.mark.parametrize(
    ('text', 'spans'),
    [
        ("!( a == 'b' )", ["a == 'b'"]),
        ('((has( a )))||all( )\t&& !!global()', ['has( a )', 'all( )', 'global()']),
        ("\ta starts \t with'x' && in in { 'a', }  ", ["a starts \t with'x'", "in in { 'a', }"]),
    ],
)
def test_spans(text: str, spans: list[str]) -> None:
    leaves = []
    todo = [parse(text)]
    while todo:
        node = todo.pop(0)
        if isinstance(node, (And, Or)):
            todo += node.operands
        elif isinstance(node, Not):
            todo.append(node.operand)
        else:
            assert node is not None
            leaves.append(text[slice(*node.span)])
    assert leaves == spans


@pytest.mark.parametrize(
    ('text', 'labels', 'selected'),
    [
        ("a != 'b'", {}, True),
        ("a not in {'b'}", {}, True),
        ("a == ''", {}, False),
        ("a == ''", {'a': ''}, True),
        ("a contains ''", {}, False),
        ("a contains ''", {'a': ''}, True),
        ('a in {}', {'a': 'b'}, False),
        ('a not in {}', {'a': 'b'}, True),
        ("a == 'b' && c == 'd' || has(e)", {'a': 'b', 'e': ''}, True),
        ("a == 'b' && (c == 'd' || has(e))", {'e': ''}, False),
        ('!(has(a) || has(b)) && !has(c)', {}, True),
        ('!(has(a) || has(b)) && !has(c)', {'b': ''}, False),
    ],
)
def test_meaning(text: str, labels: dict[str, str], selected: bool) -> None:
    selector = parse(text)
    assert selector is not None
    assert evaluate(selector, labels) is selected


def test_same_form_whatever_way_it_is_written() -> None:
    forms = {
        canonical(selector)
        for text in ("a in {'b','c'}", 'a  in{"c", "b", "b",}', "((!!a in { 'c','b' }))")
        if (selector := parse(text)) is not None
    }
    assert forms == {'a in {"b", "c"}'}


# The quick reader and the grammar are the same


class Canonical(Transformer):  # type: ignore[type-arg]
    """What Calico prints, from Lark's tree."""

    def start(self, children: list[str]) -> str:
        return children[0] if children else 'all()'

    def either(self, children: list[str]) -> str:
        return f'({" || ".join(children)})'

    def both(self, children: list[str]) -> str:
        return f'({" && ".join(children)})'

    def negation(self, children: list[str]) -> str:
        *signs, condition = children
        return '!' * (len(signs) % 2) + condition

    def has(self, children: list[str]) -> str:
        return f'has({children[0]})'

    def everything(self, _: list[str]) -> str:
        return 'all()'

    def anywhere(self, _: list[str]) -> str:
        return 'global()'

    def compare(self, children: list[str]) -> str:
        key, operator, value = children
        operator = re.sub(r'(starts|ends)\s*with', r'\1 with', operator)
        return f'{key} {operator} {self.quoted(value[1:-1])}'

    def member(self, children: list[str]) -> str:
        key, operator, *values = children
        items = ', '.join(self.quoted(value) for value in sorted({v[1:-1] for v in values}))
        return f'{key} {"in" if operator == "in" else "not in"} {{{items}}}'

    @staticmethod
    def quoted(value: str) -> str:
        return f"'{value}'" if '"' in value else f'"{value}"'


def by_grammar(text: str, dialect: str) -> str | None:
    try:
        tree = parser(dialect).parse(text)
    except UnexpectedInput:
        return None
    form: str = Canonical().transform(tree)
    return form


def agree(text: str, dialect: str) -> None:
    selector = parse(text, dialect)
    assert accepts(text, dialect) == (selector is not None)
    form = canonical(selector) if selector is not None else None
    assert form == by_grammar(text, dialect), ascii(text)


@pytest.mark.parametrize('dialect', DIALECTS)
def test_grammar_on_the_labelled(dialect: str) -> None:
    for text in TEXTS:
        if len(text) < 2000:
            agree(text, dialect)


# Letters and words at which the three dialects part, or a label and an operator.
PIECES = [
    *'(){},!=&|\'" \t\n\f\r\\#:ai_-./é\u00a0“', '&&', '||', '==', '!=', 'has(', 'all(', 'global(',
    'has', 'all', 'in', 'not', 'not in', 'notin', 'not\nin', 'in-', 'in_', 'inx', 'notin.',
    'contains', 'starts', 'with', 'starts with', 'ends with', 'startswith', "'b'", '"c"', '{}',
    "{'b', 'c'}", "a == 'b'", 'has(a)', 'all()', 'global( )', 'x' * 512, 'x' * 513,
]  # fmt: skip
pieces = st.lists(st.sampled_from(PIECES), max_size=12).map(''.join)
blanks = st.sampled_from(['', ' ', '\t ', '\n'])
keys = st.sampled_from(['a', 'in', 'in-x', 'inx', 'not', 'has', 'all', '-', 'x/y.z', 'contains'])
values = st.sampled_from(["'b'", '"c"', "''", '"it\'s"', "'é && \"'"])
word = st.sampled_from(['contains', 'starts with', 'endswith', 'starts\nwith', '==', '!='])
member = st.sampled_from(['in', 'notin', 'not in', 'not \n in'])
condition = st.one_of(
    st.tuples(st.just('has('), blanks, keys, blanks, st.just(')')),
    st.tuples(st.sampled_from(['all(', 'global(']), blanks, st.just(')')),
    st.tuples(keys, blanks, word, blanks, values),
    st.tuples(keys, blanks, member, blanks, st.just('{'), st.lists(values).map(','.join),
              st.sampled_from(['', ',']), blanks, st.just('}')),
).map(''.join)  # fmt: skip
selectors = st.recursive(
    condition,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(['!', '! ', '!!']), inner).map(''.join),
        st.tuples(st.just('('), blanks, inner, st.just(')')).map(''.join),
        st.tuples(inner, blanks, st.sampled_from(['&&', '||']), blanks, inner).map(''.join),
    ),
    max_leaves=6,
)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    text = draw(selectors | st.sampled_from(TEXTS))
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(pieces) + text[at + draw(st.integers(0, 3)) :]


mutated = mutations()


@settings(max_examples=400, deadline=None)
@given(pieces | selectors | mutated, st.sampled_from(DIALECTS))
def test_grammar_on_anything(text: str, dialect: str) -> None:
    agree(text, dialect)


# Where a selector goes wrong is found without Lark, which says the same


def picture(place: Place | None) -> object:
    if place is None:
        return None
    seen = [(token.type, str(token), token.start_pos) for token in place.before]
    return place.at, place.slot, seen


@pytest.mark.parametrize('dialect', DIALECTS)
def test_the_labelled_go_wrong_where_the_grammar_says(dialect: str) -> None:
    for text in TEXTS:
        if len(text) < 2000:
            assert picture(walk.locate(text, dialect)) == picture(grammar.locate(text, dialect))


@settings(max_examples=250, deadline=None)
@given(pieces | selectors | mutated, st.sampled_from(DIALECTS))
def test_anything_goes_wrong_where_the_grammar_says(text: str, dialect: str) -> None:
    assert picture(walk.locate(text, dialect)) == picture(grammar.locate(text, dialect))


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(pieces | selectors | mutated, st.sampled_from(DIALECTS))
def test_anything_goes_wrong_where_the_grammar_says_at_length(text: str, dialect: str) -> None:
    assert picture(walk.locate(text, dialect)) == picture(grammar.locate(text, dialect))


# Mistakes: the selector, where it goes wrong, how the mistake is called, and the selector repaired

MISTAKES: list[tuple[str, int, str, str | None]] = [
    # operators of other languages
    ("a = 'b'", 2, 'single-equals', "a == 'b'"),
    ("a='b'", 1, 'single-equals', "a=='b'"),
    ('app = web && tier = db', 4, 'single-equals', "app == 'web' && tier == 'db'"),
    ("a === 'b'", 4, 'triple-equals', "a == 'b'"),
    ("a == = 'b'", 5, 'extra-operator', "a == 'b'"),
    ("a = = 'b'", 2, 'split-operator', "a == 'b'"),
    ("a ! = 'b'", 2, 'split-operator', "a != 'b'"),
    ("a <> 'b'", 2, 'unknown-operator', "a != 'b'"),
    ("a >= '5'", 2, 'unknown-operator', None),
    ("a =~ 'b.*'", 2, 'unknown-operator', None),
    ("a matches 'b'", 2, 'unknown-operator', None),
    ("a like 'b'", 2, 'unknown-operator', None),
    ("a b 'c'", 2, 'unknown-operator', None),
    ('bad bad', 4, 'unknown-operator', None),
    ("a == 'b' & has(c)", 9, 'single-ampersand', "a == 'b' && has(c)"),
    ("a == 'b' | has(c)", 9, 'single-bar', "a == 'b' || has(c)"),
    ("a == 'b' &&& has(c)", 11, 'extra-operator', "a == 'b' && has(c)"),
    ("a == 'b' and has(c)", 9, 'word-operator', "a == 'b' && has(c)"),
    ("a == 'b' AND has(c)", 9, 'word-operator', "a == 'b' && has(c)"),
    ("a == 'b' or has(c)", 9, 'word-operator', "a == 'b' || has(c)"),
    ("a == 'b' OR NOT has(c)", 9, 'word-operator', "a == 'b' || !has(c)"),
    ('not has(a)', 0, 'word-operator', '!has(a)'),
    ("NOT (a == 'b')", 0, 'word-operator', "!(a == 'b')"),
    ("a is 'b'", 2, 'word-operator', "a == 'b'"),
    ("a not == 'b'", 2, 'word-operator', "a != 'b'"),
    ("a not 'b'", 2, 'word-operator', "a != 'b'"),
    ("a !in {'b'}", 2, 'word-operator', "a not in {'b'}"),
    ("a not_in {'b'}", 2, 'word-operator', "a not in {'b'}"),
    ("a IN {'b'}", 2, 'wrong-case', "a in {'b'}"),
    ("a NOT IN {'b'}", 2, 'wrong-case', "a not in {'b'}"),
    ("a Contains 'b'", 2, 'wrong-case', "a contains 'b'"),
    ("a startsWith 'b'", 2, 'word-operator', "a starts with 'b'"),
    ("a ends-with 'b'", 2, 'word-operator', "a ends with 'b'"),
    ("a not contains 'b'", 2, 'word-operator', "!a contains 'b'"),
    ("a !contains 'b'", 2, 'word-operator', "!a contains 'b'"),
    ('a exists', 2, 'word-operator', 'has(a)'),
    ('a does not exist && has(b)', 2, 'word-operator', '!has(a) && has(b)'),
    ("a 'b'", 2, 'missing-operator', "a == 'b'"),
    ("a {'b'}", 2, 'missing-operator', "a in {'b'}"),
    ("anotin{'b'}", 6, 'missing-operator', "a not in {'b'}"),
    # values and quotes
    ('a == b', 5, 'unquoted-value', "a == 'b'"),
    ('a!=b', 3, 'unquoted-value', "a!='b'"),
    ('a == 1', 5, 'unquoted-value', "a == '1'"),
    ('a == true && has(b)', 5, 'unquoted-value', "a == 'true' && has(b)"),
    ('a == é', 5, 'unquoted-value', "a == 'é'"),
    ('a == web-*', 5, 'unquoted-value', "a == 'web-*'"),
    ('a ends with b', 12, 'unquoted-value', "a ends with 'b'"),
    ('a == hello world', 5, 'unquoted-value', None),
    ('a == “b”', 5, 'curly-quotes', 'a == "b"'),
    ('a == ‘b c’', 5, 'curly-quotes', "a == 'b c'"),
    ('a in {“b”, “c”}', 6, 'curly-quotes', 'a in {"b", "c"}'),
    ('has(“a”)', 4, 'curly-quotes', 'has(a)'),
    ('a == `b`', 5, 'curly-quotes', "a == 'b'"),
    ("a == 'b’", 7, 'curly-quotes', "a == 'b'"),
    ('a == “b', 5, 'curly-quotes', None),
    ('a == "it\'s', 5, 'unterminated-string', None),
    ("a == 'b", 5, 'unterminated-string', "a == 'b'"),
    ("a in {'b, 'c'}", 6, 'unterminated-string', None),
    ("a == 'b && c == 'd'", 5, 'unterminated-string', None),
    ('a == \'b"', 5, 'unterminated-string', "a == 'b'"),
    ("a == 'it\\'s'", 8, 'backslash', 'a == "it\'s"'),
    ('a == \\"b\\"', 5, 'backslash', 'a == "b"'),
    ("a == 'it''s'", 8, 'doubled-quote', 'a == "it\'s"'),
    ("a == ''b''", 5, 'doubled-quote', "a == 'b'"),
    ("a == 'it''s \"'", 8, 'doubled-quote', None),
    ("a == 'it's'", 8, 'quote-in-value', 'a == "it\'s"'),
    ("'a == \"b\"'", 0, 'quoted-twice', 'a == "b"'),
    ("'a' == 'b'", 0, 'quoted-label', "a == 'b'"),
    ("'b'", 0, 'value-without-label', None),
    ("a == 'b' || 'c'", 12, 'value-without-label', "a == 'b' || a == 'c'"),
    ("a == 'b', 'c'", 8, 'comma', "a in {'b', 'c'}"),
    ("a == !'b'", 5, 'negated-value', "a != 'b'"),
    ("a == ('b')", 5, 'bracketed-value', "a == 'b'"),
    ("a contains('b')", 10, 'bracketed-value', "a contains 'b'"),
    ("a == {'b', 'c'}", 5, 'set-as-value', "a in {'b', 'c'}"),
    ("a!={'b'}", 3, 'set-as-value', "a not in{'b'}"),
    ("a contains {'b'}", 11, 'set-as-value', None),
    ('label == {', 9, 'set-as-value', None),
    ('a ==', 2, 'missing-value', None),
    ("a == && b == 'c'", 2, 'missing-value', None),
    ('a not in', 2, 'missing-value', None),
    ("== 'b'", 0, 'missing-label', None),
    ("a == 'b' && != 'c'", 12, 'missing-label', "a == 'b' && a != 'c'"),
    ("in {'a'}", 0, 'missing-label', None),
    ("{'a'}", 0, 'missing-label', None),
    ('contains(a, b)', 0, 'missing-label', None),
    # sets
    ("a in ('b', 'c')", 5, 'kubernetes-form', "a in {'b', 'c'}"),
    ('a in (b', 5, 'kubernetes-form', None),
    ("a in ['b']", 5, 'wrong-brackets', "a in {'b'}"),
    ("a in {'b'] && has(c)", 9, 'wrong-brackets', "a in {'b'} && has(c)"),
    ('a in {b}', 6, 'unquoted-value', "a in {'b'}"),
    ('a in {b, 1, c-d}', 6, 'unquoted-value', "a in {'b', '1', 'c-d'}"),
    ("a in 'b'", 5, 'set-without-braces', "a in {'b'}"),
    ('a notin b, c', 8, 'set-without-braces', "a notin {'b', 'c'}"),
    ("a in {'b' 'c'}", 10, 'missing-comma', "a in {'b', 'c'}"),
    ("a in {'b'; 'c'}", 9, 'missing-comma', "a in {'b', 'c'}"),
    ("a in {,'b'}", 6, 'extra-comma', "a in {'b'}"),
    ("a in {'b',,'c'}", 10, 'extra-comma', "a in {'b','c'}"),
    ("a in {'b'", 5, 'unclosed', "a in {'b'}"),
    ("a in {'b' && has(c)", 5, 'unclosed', "a in {'b'} && has(c)"),
    ('a in {', 5, 'unclosed', None),
    ("a in {'b'}}", 10, 'stray-bracket', "a in {'b'}"),
    # all() and has()
    ('all', 0, 'all-without-parentheses', 'all()'),
    ('has(a) && Global', 10, 'all-without-parentheses', 'has(a) && global()'),
    ('all ()', 3, 'blank-before-parenthesis', 'all()'),
    ('has (a)', 3, 'blank-before-parenthesis', 'has(a)'),
    ('ALL()', 0, 'wrong-case', 'all()'),
    ('!HAS(a)', 1, 'wrong-case', '!has(a)'),
    ('any', 0, 'not-all', 'all()'),
    ('any()', 0, 'not-all', 'all()'),
    ('*', 0, 'not-all', 'all()'),
    ('true', 0, 'not-a-condition', None),
    ('5', 0, 'not-a-condition', None),
    ('al()', 0, 'unknown-function', None),
    ('exists(a)', 0, 'unknown-function', None),
    ('all(x)', 4, 'all-with-argument', None),
    ("all() == 'b'", 6, 'all-compared', None),
    ("has('a')", 4, 'quoted-label', 'has(a)'),
    ('has()', 4, 'missing-label', None),
    ('has', 0, 'has-without-parentheses', None),
    ('!has a', 5, 'has-without-parentheses', '!has(a)'),
    ('has(a b)', 6, 'has-with-several', None),
    ('has(a, b)', 5, 'has-with-several', 'has(a) && has(b)'),
    ('has(a = b)', 6, 'has-with-condition', "a == 'b'"),
    ('has(has(a))', 7, 'has-with-condition', None),
    ("has(a) == 'true'", 7, 'has-compared', "a == 'true'"),
    ('has(a', 3, 'unclosed', 'has(a)'),
    ('has(a && has(b)', 3, 'unclosed', 'has(a) && has(b)'),
    ('has(', 3, 'unclosed', None),
    ('all(', 3, 'unclosed', 'all()'),
    # Kubernetes' label selectors
    ('a', 0, 'kubernetes-form', 'has(a)'),
    ('!a', 1, 'kubernetes-form', '!has(a)'),
    ("a && b == 'c'", 0, 'kubernetes-form', "has(a) && b == 'c'"),
    ('a: b', 1, 'kubernetes-form', "a == 'b'"),
    ('a=b,c=d', 1, 'kubernetes-form', "a == 'b' && c == 'd'"),
    ('a,!b', 0, 'kubernetes-form', 'has(a) && !has(b)'),
    ('a == b, c notin (d,e)', 5, 'kubernetes-form', "a == 'b' && c not in {'d', 'e'}"),
    # what joins and what holds together
    ("a == 'b' &&", 9, 'dangling-operator', None),
    ("a == 'b' || ", 9, 'dangling-operator', None),
    ("|| a == 'b'", 0, 'dangling-operator', None),
    ("a == 'b' && (c == 'd' || )", 22, 'dangling-operator', None),
    ('has(a) && && has(b)', 10, 'dangling-operator', 'has(a) && has(b)'),
    ('has(a) && || has(b)', 7, 'dangling-operator', None),
    ('!', 0, 'dangling-operator', None),
    ("a == 'b' has(c)", 9, 'missing-operator', None),
    ('has(a) !has(b)', 7, 'missing-operator', None),
    ("a == 'b', has(c)", 8, 'comma', "a == 'b' && has(c)"),
    ("a == 'b'; has(c)", 8, 'comma', "a == 'b' && has(c)"),
    ("(a == 'b'", 0, 'unclosed', "(a == 'b')"),
    ("has(c) && ((a == 'b') || has(d)", 10, 'unclosed', "has(c) && ((a == 'b') || has(d))"),
    ("a == 'b' && (", 12, 'unclosed', None),
    ("a == 'b')", 8, 'stray-parenthesis', "a == 'b'"),
    (')', 0, 'stray-parenthesis', None),
    ('()', 1, 'empty-parentheses', None),
    # what does not belong there
    ("a == 'b' # c", 9, 'comment', "a == 'b'"),
    ("a == 'b' // c", 9, 'comment', "a == 'b'"),
    ('# c', 0, 'comment', None),
    ("a == 'b'\n", 8, 'trailing-newline', None),
    ("a == 'b' \r\n\n", 9, 'trailing-newline', None),
    ("a = 'b'\n", 2, 'single-equals', None),
    ('a\n', 0, 'kubernetes-form', None),
    ('\n', 0, 'trailing-newline', None),
    ("\na == 'b'", 0, 'newline', None),
    ("a == 'b'\n&& has(c)\n", 8, 'newline', None),
    ("a not\nin {'b'}", 5, 'newline', None),
    ('has(\na)', 4, 'newline', None),
    ("a\u00a0== 'b'", 1, 'odd-blank', "a == 'b'"),
    ("a == 'b'\u3000&& has(c)", 8, 'odd-blank', "a == 'b' && has(c)"),
    ("ro\u200ble == 'b'", 2, 'odd-blank', "role == 'b'"),
    ("\ufeffa == 'b'", 0, 'odd-blank', "a == 'b'"),
    ("é == 'b'", 0, 'label-character', None),
    ("rôle == 'b'", 1, 'label-character', None),
    ("a@b == 'c'", 1, 'label-character', None),
    ("a:b == 'c'", 1, 'label-character', None),
    ('has(a:b)', 5, 'label-character', None),
    ("a['b'] == 'c'", 1, 'label-character', None),
    (f"{'x' * 513} == 'b'", 0, 'label-too-long', None),
    (f"has({'x' * 513})", 4, 'label-too-long', None),
    ('%', 0, 'unexpected', None),
    ("a == 'b' + c", 9, 'unexpected', None),
]  # fmt: skip

MISTAKES_V2: list[tuple[str, int, str, str | None]] = [
    ("a contains 'b'", 2, 'v3-operator', None),
    ("a starts with 'b'", 2, 'v3-operator', None),
    ("has(a) && b endsWith 'c'", 12, 'v3-operator', None),
    ('global()', 0, 'v3-operator', None),
    ("in == 'x'", 0, 'reserved-label', None),
    ("has(a) && in-zone == 'x'", 10, 'reserved-label', None),
    ("notin == 'y'", 0, 'reserved-label', None),
    ("a = 'b'", 2, 'single-equals', "a == 'b'"),
    ("a matches 'b'", 2, 'unknown-operator', None),
]
TABLE = [(V3, *case) for case in MISTAKES] + [(V2, *case) for case in MISTAKES_V2]


def check(text: str, dialect: str) -> Mistake:
    """What holds for every mistake."""
    mistake = explain(text, dialect)
    assert 0 <= mistake.start <= mistake.end <= len(text)
    assert mistake.start < len(text)
    for sentence in (mistake.message, mistake.hint or 'nothing'):
        assert not sentence[0].isupper() or sentence.startswith(('Calico', 'YAML'))
        assert sentence[-1] != '.'
        assert sentence.isprintable()
        words = set(re.findall(r'\w+', re.sub('`[^`]*`', '', sentence)))
        assert not words & {terminal.name for terminal in parser(dialect).terminals}
    assert bool(mistake.edits) == (mistake.applicability is not None)
    assert bool(mistake.edits) == bool(mistake.fix_title)
    assert mistake.applicability in ('safe', 'unsafe', None)
    if mistake.edits:
        repaired = apply(text, mistake.edits)
        assert parse(repaired, dialect) is not None
        assert repaired.strip()
        assert list(mistake.edits) == sorted(mistake.edits)
    return mistake


@pytest.mark.parametrize(('dialect', 'text', 'start', 'kind', 'repaired'), TABLE)
def test_mistake(dialect: str, text: str, start: int, kind: str, repaired: str | None) -> None:
    mistake = check(text, dialect)
    assert (mistake.start, mistake.kind) == (start, kind)
    assert (apply(text, mistake.edits) if mistake.edits else None) == repaired


def test_every_hint_is_heard() -> None:
    heard = set()
    for dialect, text, *_ in TABLE:
        place = locate(text, dialect)
        assert place is not None
        heard.add(next((hint for hint in HINTS[place.slot] if hint(place)), None))
    assert [hint for hints in HINTS.values() for hint in hints if hint not in heard] == []


@pytest.mark.parametrize('dialect', DIALECTS)
def test_every_refused_selector_is_explained(dialect: str) -> None:
    for text in TEXTS:
        if parse(text, dialect) is None:
            check(text, dialect)


@settings(max_examples=300, deadline=None)
@given(pieces | mutated, st.sampled_from(DIALECTS))
def test_anything_is_explained(text: str, dialect: str) -> None:
    if parse(text, dialect) is None:
        check(text, dialect)


@pytest.mark.parametrize('text', ['', "a == 'b'", 'has(in)'])
def test_nothing_to_explain(text: str) -> None:
    with pytest.raises(ValueError, match='no mistake'):
        explain(text)


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ("a = 'b'", 'a single `=` is not an operator: write `==`'),
        ('app == web', "the value `web` must be in quotes: write `app == 'web'`"),
        ("a == 'b' and has(c)", '`and` is not an operator: write `&&`'),
        ('a=b,c=d', "this is the syntax of a Kubernetes label selector: "
                    "write `a == 'b' && c == 'd'`"),
        ("(a == 'b'", 'the `(` that opens here is never closed: write the `)`'),
        ("a == 'b'\n", 'the selector ends in a line break, which Calico refuses: '
                       'begin the block with `|-` or `>-`, not with `|` or `>`'),
    ],
)  # fmt: skip
def test_message(text: str, message: str) -> None:
    assert explain(text).message == message


def test_what_is_only_a_guess_is_not_safe() -> None:
    for text in ('role', 'a, has(b)', '*', "a is 'b'", "a == 'b')", "(a == 'b' && has(c)"):
        assert explain(text).applicability == 'unsafe', text
    for text in ("a = 'b'", 'a == b', 'all', "a == 'b' and has(c)", 'a=b,c=d', "(a == 'b'"):
        assert explain(text).applicability == 'safe', text


# Very long selectors

MANY = 100_000


@pytest.mark.parametrize(
    'text',
    [
        '(' * MANY + 'has(a)' + ')' * MANY,
        '!(' * MANY + 'has(a)' + ')' * MANY,
        pytest.param('(has(a) || ' * MANY + 'has(b)' + ')' * MANY, marks=pytest.mark.slow),
        ' && '.join(["a == 'b'"] * MANY),
        '!' * MANY + 'has(a)',
        'a in {' + "'b', " * MANY + '}',
        f"a == '{'x' * MANY}'",
    ],
    ids=['parentheses', 'negations', 'nested', 'conditions', 'signs', 'set', 'value'],
)
def test_long(text: str) -> None:
    selector = parse(text)
    assert selector is not None
    assert parse(canonical(selector)) is not None
    assert evaluate(selector, {'a': 'b'}) in (True, False)


def long_mistakes(many: int) -> list[tuple[str, int, str]]:
    """Selectors in which something is there many times: where each goes wrong, and how."""
    return [
        ('(' * many, many - 1, 'unclosed'),
        ('(' * many + 'all()' + ')' * (many - 1), 0, 'unclosed'),
        ('(' * many + 'all()' + ')' * (many + 1), 2 * many + 5, 'stray-parenthesis'),
        ('(' * many + "a = 'b'" + ')' * many, many + 2, 'single-equals'),
        ('!' * many, many - 1, 'dangling-operator'),
        ("a == 'b' && " * many + 'c == d', 12 * many + 5, 'unquoted-value'),
        ("a == 'b' && " * many, 12 * many - 3, 'dangling-operator'),
        ("a == 'b' && " * many + "c == 'd' and has(e)", 12 * many + 9, 'word-operator'),
        ("a == 'b' && " * many + "c == 'd'\n", 12 * many + 8, 'trailing-newline'),
        ('has(a) && b in {' + "'c', " * many + 'd}', 5 * many + 16, 'unquoted-value'),
        ('has(a) && b in {' + "'c', " * many, 15, 'unclosed'),
        (f"a == '{'x' * many}", 5, 'unterminated-string'),
        ('x' * many, 0, 'label-too-long'),
        ('a' + ' ' * many + "= 'b'", many + 1, 'single-equals'),
        ('\n' * many, 0, 'trailing-newline'),
        ('a in {' + 'b, ' * many + '}', 6, 'unquoted-value'),
    ]


@pytest.mark.parametrize('many', some_slow([1000, MANY], 1000))
def test_long_mistake(many: int) -> None:
    for text, start, kind in long_mistakes(many):
        mistake = check(text, V3)
        assert (mistake.start, mistake.kind) == (start, kind), text[:50]


@pytest.mark.parametrize(('dialect', 'text', 'start', 'kind', 'repaired'), TABLE)
def test_the_same_mistake_far_away(
    dialect: str, text: str, start: int, kind: str, repaired: str | None
) -> None:
    """Behind many good conditions Lark reads less of the selector, and finds the same."""
    before = "x == 'y' && " * (LONG // 12 + 1)
    # These are what they are by standing at the beginning, or alone.
    if kind in ('quoted-twice', 'trailing-newline', 'kubernetes-form') or text[0] in '|\n)#*':
        return
    mistake = check(before + text, dialect)
    assert mistake.start - len(before) == start
    assert mistake.kind == kind


# Imports


def test_lark_waits_for_readers_that_do_not_agree() -> None:
    program = (
        'import sys, linter.calico.selector.accept as s\n'
        "assert s.accepts('has(a)') and not s.accepts('has a')\n"
        "assert not {'lark', 'linter.calico.selector.explainer', 'inspect'} & set(sys.modules)\n"
        "assert s.explain('has a').kind and 'lark' not in sys.modules\n"
        'from linter.calico.selector import explainer\n'
        "assert explainer.locate('has(a)', s.V3) is None and 'lark' in sys.modules\n"
    )
    subprocess.run([sys.executable, '-c', program], check=True, cwd=Path(__file__).parent.parent)


def tree(text: str) -> Selector:
    found = parse(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ('one', 'other'),
    [
        ("a == 'x' && b == 'y'", "a == 'x' || b == 'y'"),
        ('all()', 'global()'),
        ('has(a)', '!has(a)'),
        ("a == 'x'", "a != 'x'"),
        ("a in {'x'}", "a not in {'x'}"),
        ("!(a == 'x' && b == 'y')", "!a == 'x' && b == 'y'"),
    ],
)
def test_trees_that_mean_opposite_things_differ(one: str, other: str) -> None:
    assert tree(one) != tree(other)
    assert len({tree(one), tree(other)}) == 2


@pytest.mark.parametrize(
    ('one', 'other'),
    [
        ("a=='x'&&b=='y'", "  (a == 'x')  &&  (b == 'y') "),
        ("a in {'y', 'x', 'x'}", "a in {'x','y'}"),
        ('!!has(a)', 'has( a )'),
    ],
)
def test_where_a_condition_stands_does_not_count(one: str, other: str) -> None:
    assert tree(one) == tree(other)
    assert hash(tree(one)) == hash(tree(other))


def test_deep_trees_compare() -> None:
    deep = '!(has(a) || ' * 3000 + 'has(b)' + ')' * 3000
    assert tree(deep) == tree(deep.replace('||', ' || '))
    assert hash(tree(deep)) != hash(tree(deep.replace('has(b)', 'has(c)')))
