"""Selectors as sets, against brute force, against the evaluator and against Calico's answers."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.calico.selector.meaning import Selector, evaluate, parse
from linter.policy import label_values
from linter.policy.effort import TooComplex
from linter.policy.label_values import LABEL, Pattern, shortest
from linter.policy.selector_sets import KUBERNETES, Universe, selected

ORACLE = Path(__file__).resolve().parent.parent / 'fixtures' / 'oracle'
NAME = 'pcns.projectcalico.org/name'
METADATA_NAME = 'pcns.kubernetes.io/metadata.name'
NAMESPACE = 'projectcalico.org/namespace'
ACCOUNT = 'projectcalico.org/serviceaccount'


def read(text: str) -> Selector:
    selector = parse(text)
    assert selector is not None, text
    return selector


def implies(one: str, other: str, universe: Universe = KUBERNETES) -> bool | None:
    return universe.implies(read(one), read(other))


def disjoint(one: str, other: str) -> bool | None:
    return KUBERNETES.disjoint(read(one), read(other))


KEYS = ('a', 'b')
VALUES = ('', 'x', 'y', 'xy', 'yx', 'x-y', '-')
PIECES = ('', 'x', 'y', 'xy', 'x-', '-y', 'yy', '-')
keys = st.sampled_from(KEYS)
values = st.sampled_from(VALUES)


@st.composite
def leaves(draw: st.DrawFn, keys: st.SearchStrategy[str] = keys) -> str:
    key = draw(keys)
    form = draw(st.sampled_from(['has', 'in', 'text', 'compare', 'compare', 'all']))
    if form == 'has':
        return f'has({key})'
    if form == 'all':
        return draw(st.sampled_from(['all()', 'global()']))
    if form == 'in':
        items = ', '.join(f"'{value}'" for value in draw(st.lists(values, max_size=3)))
        return f'{key} {draw(st.sampled_from(["in", "not in"]))} {{{items}}}'
    if form == 'text':
        operator = draw(st.sampled_from(['contains', 'starts with', 'ends with']))
        return f"{key} {operator} '{draw(st.sampled_from(PIECES))}'"
    return f"{key} {draw(st.sampled_from(['==', '!=']))} '{draw(values)}'"


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda items: f'({" && ".join(items)})'),
        several.map(lambda items: f'({" || ".join(items)})'),
        parts.map(lambda item: f'!{item}'),
    )


selectors = st.recursive(leaves(), joined, max_leaves=6)

# All legal values of up to three characters of x, y, z and -, and none.
TEXTS: list[str | None] = [None]
for length in range(4):
    TEXTS += filter(LABEL.takes, map(''.join, itertools.product('xyz-', repeat=length)))
WORLDS = [
    {key: value for key, value in zip(KEYS, pair, strict=True) if value is not None}
    for pair in itertools.product(TEXTS, repeat=2)
]


def check(one: str, other: str, worlds: list[dict[str, str]], universe: Universe) -> None:
    """What is answered yes holds in every world; what is answered no has a witness."""
    first, second = read(one), read(other)
    found = universe.subtract(universe.cubes(first), universe.cubes(second))
    if found:
        for cube in found:
            labels = universe.labels(cube)
            assert evaluate(first, labels), labels
            assert not evaluate(second, labels), labels
    else:
        for world in worlds:
            assert not evaluate(first, world) or evaluate(second, world), world
    assert universe.implies(first, second) is (not found)
    both = universe.all_of((universe.cubes(first), universe.cubes(second)))
    for cube in both:
        labels = universe.labels(cube)
        assert evaluate(first, labels), labels
        assert evaluate(second, labels), labels
    if not both:
        assert not any(evaluate(first, world) and evaluate(second, world) for world in worlds)
    labels = universe.witness(first)
    if labels is None:
        assert universe.satisfiable(first) is False
        assert not any(evaluate(first, world) for world in worlds)
    else:
        assert evaluate(first, labels)
        fewest = min((len(world) for world in worlds if evaluate(first, world)), default=9)
        assert len(labels) <= fewest


@settings(max_examples=100, deadline=None)
@given(selectors, selectors)
def test_sets_agree_with_brute_force(one: str, other: str) -> None:
    check(one, other, WORLDS, KUBERNETES)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(selectors, selectors)
def test_sets_agree_with_brute_force_at_length(one: str, other: str) -> None:
    check(one, other, WORLDS, KUBERNETES)


system = st.recursive(
    leaves(
        st.sampled_from([NAME, METADATA_NAME, NAMESPACE, 'pcns.a', ACCOUNT, 'pcsa.b', 'pcsa.a'])
    ),
    joined,
    max_leaves=5,
)


def _system_worlds(profiled: bool) -> list[dict[str, str]]:
    worlds = []
    few = (None, 'x', 'y')
    for namespace, account, a, b, kns, ksa in itertools.product(
        (None, 'x', 'y', 'xy'), few, few, few, (True, False), (True, False)
    ):
        labels = {}
        if namespace:
            labels[NAMESPACE] = namespace
            if profiled or kns:
                labels |= {NAME: namespace, METADATA_NAME: namespace}
                labels |= {'pcns.a': a} if a else {}
        if account:
            labels[ACCOUNT] = account
            if profiled or ksa:
                labels['pcsa.projectcalico.org/name'] = account
                labels |= {'pcsa.a': b} if b else {}
        worlds.append(labels)
    return worlds


@pytest.mark.parametrize('profiled', [True, False])
@settings(max_examples=150, deadline=None)
@given(one=system, other=system)
def test_labels_of_profiles_agree_with_brute_force(one: str, other: str, profiled: bool) -> None:
    check(one, other, _system_worlds(profiled), Universe(profiled=profiled))


def test_calicos_own_evaluations() -> None:
    # Their labels are not legal ones, and nothing is known of them.
    universe = Universe(legal=False, profiled=False)
    count = 0
    text = gzip.decompress((ORACLE / 'selectors-generated.jsonl.gz').read_bytes())
    for case in map(json.loads, text.splitlines()):
        for tried in case.get('evaluate') or ():
            selector = read(case['selector'])
            try:
                cubes = universe.cubes(selector)
            except TooComplex:
                continue
            taken = any(
                all(values.takes(tried['labels'].get(key)) for key, values in cube.items())
                for cube in cubes
            )
            assert taken is tried['match'], case['selector']
            count += 1
    assert count > 2000


@pytest.mark.parametrize(
    ('one', 'other', 'expected'),
    [
        ("a == 'x'", 'has(a)', True),
        ("a != 'x'", 'has(a)', False),
        ("a not in {'x', 'y'}", "a != 'x'", True),
        ("a in {'x', 'y'}", "a == 'x' || a == 'y'", True),
        ("a starts with 'prod-'", "a contains 'prod'", True),
        ("a contains 'prod' && a ends with '-eu'", "a contains 'od'", True),
        ("a contains 'prod'", "a starts with 'prod'", False),
        ('all()', "has(a) || a != 'x'", True),
        # A label ends with a letter or a digit, so this one has more.
        ("a starts with 'x-'", "a != 'x-'", True),
        ("a starts with 'x-'", "a contains '-' && !(a ends with '-')", True),
        # Sixty-three characters are the most.
        (f"a contains '{'x' * 63}'", f"a == '{'x' * 63}'", True),
        (f"a contains '{'x' * 62}' && a starts with 'y'", f"a == 'y{'x' * 62}'", True),
        ("pcns.team == 'a'", f'has({NAMESPACE})', True),
        (f"{NAME} == 'x'", f"{NAMESPACE} == 'x'", True),
        (f"{NAMESPACE} == 'x'", f"{METADATA_NAME} == 'x'", True),
        (f'!has({NAMESPACE})', '!has(pcns.team)', True),
        ("pcsa.role == 'x'", f'has({ACCOUNT})', True),
    ],
)
def test_implies(one: str, other: str, expected: bool) -> None:
    assert implies(one, other) is expected


def test_without_its_profile_an_endpoint_has_no_labels_of_its_namespace() -> None:
    assert implies(f"{NAMESPACE} == 'x'", f"{NAME} == 'x'", Universe(profiled=False)) is False
    assert implies(f"{NAME} == 'x'", f"{NAMESPACE} == 'x'", Universe(profiled=False)) is True


@pytest.mark.parametrize(
    ('selector', 'expected'),
    [
        ("a == 'x' && a == 'y'", False),
        ("a == 'x' && !has(a)", False),
        ("a == 'x' && a != 'x'", False),
        ("a in {} || a == 'not legal'", False),
        ("a == '-x'", False),
        (f"{NAMESPACE} == 'Prod'", False),
        (f"{NAMESPACE} == 'x' && {NAME} == 'y'", False),
        ("a/b/c == 'x'", False),
        ("a/b/c != 'x'", True),
        ("a starts with 'x' && a ends with 'y' && a not in {'xy', 'xxy'}", True),
        (f"a contains '{'x' * 40}' && a contains '{'y' * 40}'", False),
        ("a starts with 'xy' && !(a contains 'y')", False),
        ('!all()', False),
        ('', True),
    ],
)
def test_satisfiable(selector: str, expected: bool) -> None:
    assert KUBERNETES.satisfiable(read(selector)) is expected


def test_disjoint_and_equivalent() -> None:
    assert disjoint("a == 'x'", "a starts with 'y'") is True
    assert disjoint("a != 'x'", "a != 'y'") is False
    assert KUBERNETES.equivalent(read("!(a == 'x')"), read("a != 'x'")) is True
    assert KUBERNETES.equivalent(read("a == 'x' && b == 'y'"), read("a == 'x'")) is False


def test_what_is_a_witness() -> None:
    assert KUBERNETES.witness(read("a != 'x'")) == {}
    assert KUBERNETES.witness(read("a starts with 'web-' && b in {'yy', 'x'}")) == {
        'a': 'web-x',
        'b': 'x',
    }
    assert KUBERNETES.witness(read("pcns.team == 'a'")) == {
        NAMESPACE: 'x',
        NAME: 'x',
        METADATA_NAME: 'x',
        'pcns.team': 'a',
    }


@pytest.mark.parametrize(
    ('number', 'lengths'), [(20, [4]), pytest.param(70, [4, 5], marks=pytest.mark.slow)]
)
def test_the_shortest_value_beside_many(number: int, lengths: list[int]) -> None:
    patterns = frozenset([Pattern('ends with', '-eu', True)])
    found: set[str] = set()
    for _ in range(number):
        value = shortest(LABEL, frozenset(found), patterns)
        assert value is not None
        assert value.endswith('-eu')
        found.add(value)
    assert len(found) == number
    assert sorted(set(map(len, found))) == lengths
    assert sum(len(value) == 4 for value in found) == min(number, 62)


def test_deep_and_long_selectors() -> None:
    deep = '(' * 5000 + "a == 'x'" + ')' * 5000
    assert implies(deep, 'has(a)') is True
    assert implies('!(' * 5000 + "a == 'x'" + ')' * 5000, 'has(a)') is True
    long = ' || '.join(f"a == 'v{number}'" for number in range(3000))
    assert implies(long, "a starts with 'v'") is True


def test_past_the_bound_it_does_not_know() -> None:
    many = ' && '.join(f'(has(a{number}) || has(b{number}))' for number in range(12))
    assert KUBERNETES.satisfiable(read(many)) is None
    assert implies(many, 'has(a1)') is None
    with pytest.raises(TooComplex):
        selected(many)


def test_an_automaton_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_values, 'MOST_STATES', 50)
    pieces = ' && '.join(f"a contains 'q{letter}qq{letter}'" for letter in 'abcdefgh')
    assert KUBERNETES.satisfiable(read(pieces)) is None
