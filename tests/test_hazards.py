"""Rules about what a policy means: when they are asked, what they keep quiet about, profiles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import everything as check
import pytest
from command import Ran, inside
from conftest import FIXTURES, blocks, documents, golden_cases, some_slow
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linter.calico.selector.accept import V3, V3_LENIENT, matches
from linter.calico.selector.meaning import All, parse
from linter.calico.target import Target
from linter.catalogue.catalogue import PROFILES, standard
from linter.engine import judge
from linter.policy.conjunction import conditions_of
from linter.policy.effective import prefixed
from linter.policy.gate import labels_of
from linter.policy.selector_sets import KUBERNETES

RULES = standard().rules()


def inputs(step: int) -> Iterator[bytes]:
    """Every fixture, every example of every page, each of so many labelled documents."""
    for path in golden_cases():
        yield path.read_bytes()
    for rule in RULES.values():
        for block in blocks(rule):
            yield block.text.encode()
    for document in documents()[::step]:
        yield document.text.encode('utf-8', 'surrogatepass')


@pytest.fixture
def open_gate(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A gate that is open while the list holds True."""
    is_open = [False]
    asked = judge.may_speak
    monkeypatch.setattr(judge, 'may_speak', lambda document: is_open[0] or asked(document))
    monkeypatch.setenv('CALICO_LINT_QUICK', '0')
    return is_open


@pytest.mark.parametrize('dataplane', ['iptables', 'ebpf'])
@pytest.mark.parametrize('step', some_slow([5, 1], 5))
def test_a_closed_gate_hides_nothing(open_gate: list[bool], step: int, dataplane: str) -> None:
    """What the gate calls meaningless is not found with the gate open, either."""
    closed = 0
    where = Target(dataplane=dataplane)
    for data in inputs(step):
        open_gate[0] = False
        usual = check.check('x.yaml', data, where)
        open_gate[0] = True
        forced = check.check('x.yaml', data, where)
        assert usual.errors == forced.errors == []
        said = [
            [(one.rule, one.span, one.message) for one in found.diagnostics]
            for found in (usual, forced)
        ]
        assert said[0] == said[1], data.decode(errors='replace')
        closed += 1
    assert closed > 1000


KEYS = st.sampled_from(
    (
        'a',
        'b',
        'c',
        'x/y',
        'in',
        'has',
        'not',
        'all',
        'projectcalico.org/name',
        'kubernetes.io/metadata.name',
    )
)
LITERALS = st.sampled_from(("'v'", "'w'", "''", "'a b'", '"v"', "'-'"))
CONDITIONS = st.one_of(
    st.builds('{} == {}'.format, KEYS, LITERALS),
    st.builds('{} != {}'.format, KEYS, LITERALS),
    st.builds('has({})'.format, KEYS),
    st.builds('!has({})'.format, KEYS),
    st.builds('{} in {{{}}}'.format, KEYS, LITERALS),
    st.builds('{} not in {{{}, {}}}'.format, KEYS, LITERALS, LITERALS),
    st.builds('{} starts with {}'.format, KEYS, LITERALS),
    st.just('all()'),
    st.builds('{} in {{ }}'.format, KEYS),
)
SELECTORS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds('{} && {}'.format, inner, inner),
        st.builds('({} || {})'.format, inner, inner),
        st.builds('!({})'.format, inner),
    ),
    max_leaves=5,
)


@settings(max_examples=400)
@given(SELECTORS, st.booleans())
def test_labels_that_are_known_say_neither_always_nor_never(text: str, of_others: bool) -> None:
    tree = parse(text)
    if tree is None or labels_of(text, of_others) is None or text == 'all()':
        return
    if of_others:
        tree = prefixed(tree, 'pcns.')
    assert KUBERNETES.satisfiable(tree) is not False
    assert KUBERNETES.implies(All((0, 0)), tree) is not True


@given(st.text(alphabet="ab '()!&|={},\t\nhasintco", max_size=40))
def test_whatever_is_no_selector_is_looked_at_and_left(text: str) -> None:
    labels_of(text)
    labels_of(f"a == 'x' && a != 'y' || {text}")


@st.composite
def broken_selectors(draw: st.DrawFn) -> str:
    """A selector in which a few tokens are lost, doubled or in a wrong place."""
    tokens = re.findall(
        r"""'[^']*'|"[^"]*"|&&|\|\||[!=]=|[(){},!]|[^\s(){},!='"]+""", draw(SELECTORS)
    )
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(tokens)))
        piece = draw(
            st.sampled_from(('', '(', ')', '((', '))', ')(', '!', '&&', '||', 'has(', 'a'))
        )
        tokens[at : at + draw(st.integers(0, 1))] = [piece]
    return draw(st.sampled_from((' ', '  '))).join(tokens)


@settings(max_examples=300)
@example("a noglobal(t in {'x'} &has(a)  ||a not in {'x'}", True)
@example("a == 'x') && a != 'y'", False)
@example("(a == 'x' && a != 'y'", False)
@given(broken_selectors(), st.booleans())
def test_a_broken_selector_ends(text: str, of_others: bool) -> None:
    labels_of(text, of_others)


@pytest.mark.slow
@settings(max_examples=1500)
@given(broken_selectors(), st.booleans())
def test_a_broken_selector_ends_at_length(text: str, of_others: bool) -> None:
    labels_of(text, of_others)


@settings(max_examples=300)
@example("a == 'x && b == 'y'", False)
@example("a == 'x && b'", False)
@example("a in {'x' && b == 'y'}", False)
@example("(a == 'x') || (b == 'y')", False)
@example("(a == 'x' && b == 'y')", False)
@example("(a == 'x' || has(a)) && has(b)", False)
@example('(has(a) || !has(a)) && has(b)', False)
@example("a == 'x' && has(b) || has(c)", False)
@example("projectcalico.org/name == 'x' && !has(b)", True)
@given(st.one_of(SELECTORS, broken_selectors()), st.booleans())
def test_conditions_that_are_joined_are_a_selector(text: str, of_others: bool) -> None:
    is_a_selector_if_joined(text, of_others)


@pytest.mark.slow
@settings(max_examples=1500)
@given(st.one_of(SELECTORS, broken_selectors()), st.booleans())
def test_conditions_that_are_joined_are_a_selector_at_length(text: str, of_others: bool) -> None:
    is_a_selector_if_joined(text, of_others)


def is_a_selector_if_joined(text: str, of_others: bool) -> None:
    found = conditions_of(text, of_others)
    if found is not None:
        assert matches(text, V3)
        assert matches(text, V3_LENIENT)
        tree = parse(text)
        assert tree is not None
        if of_others:
            tree = prefixed(tree, 'pcns.')
        assert KUBERNETES.satisfiable(tree) is not False
        assert KUBERNETES.implies(All((0, 0)), tree) is not True


@pytest.mark.parametrize(
    ('text', 'labels'),
    [
        ("app == 'web' && !has(tier) && b in {'x','y'}", ('app', 'b', 'tier')),
        ("(!has(b) || b starts with 'x') && a in {'y', 'xz'}", ('a', 'b')),
        ("a == 'x' && a != 'y'", None),
        ("a == 'x' && (has(b) || !has(b))", None),
        ("a == 'x' || b == 'y'", ('a', 'b')),
        ('a == "x" || has(b) && c in {\'x\', "y"}', ('a', 'b', 'c')),
        ("a == 'x' || a == 'y'", ('a',)),
        ("a != 'x' || a != 'x'", None),
        ("a starts with 'x' || a != 'xy'", None),
        ("has(a) && a != 'x'", None),
        ("has(a) || a == 'x'", ('a',)),
        ('a == "it\'s"', None),
        ("a == 'x && b'", None),
        ("a == 'x' && b == ''", ('a', 'b')),
        ("a == 'x' && b contains ''", None),
        ("a == 'x' && all()", None),
        ('', None),
    ],
)
def test_conditions_that_are_joined(text: str, labels: object) -> None:
    assert conditions_of(text) == labels


@settings(max_examples=300)
@given(broken_selectors(), st.sampled_from(('selector', 'namespaceSelector')))
def test_a_policy_with_a_broken_selector_is_judged(text: str, field: str) -> None:
    policy = {
        'apiVersion': 'projectcalico.org/v3',
        'kind': 'GlobalNetworkPolicy',
        'metadata': {'name': 'a'},
        'spec': {field: text, 'ingress': [{'action': 'Deny', 'source': {field: text}}]},
    }
    found = check.check('p.yaml', json.dumps(policy).encode(), Target())
    assert found.errors == []
    if parse(text) is None:
        assert any(one.effect == 'refused' for one in found.diagnostics), text


@pytest.mark.parametrize(
    ('text', 'labels'),
    [
        ("app == 'web' && tier in {'a', 'b'} || !has(x)", ('app', 'tier', 'x')),
        ('', ()),
        ('all()', ()),
        ("a == 'x' && a == 'y'", None),
        ("a == 'x' || a == 'y'", ('a',)),
        ("has(a) && a not in {'x', 'y'}", ('a',)),
        ("!(has(a) && !(a != 'x'))", ('a',)),
        ('has(a) || !has(a)', None),
        ("a != 'x' || a != 'y'", None),
        ("a == 'x y'", None),
        ('a in {}', None),
        ("all() && a == 'x'", ('a', 'all()')),
        ("!all() && a == 'x'", None),
        ("projectcalico.org/namespace == 'x'", ('projectcalico.org/namespace',)),
        ("projectcalico.org/namespace == 'X'", None),
        ("projectcalico.org/name == 'x'", None),
        ("pcns.a == 'x'", None),
        ("a == 'x' && b == \"it's\"", None),
        ("a == 'x' || b == \"it's\"", ('a', 'b')),
        ("(!has(a) || a starts with 'x') && a in {'y', 'xz'}", ('a',)),
        ("(!has(a) || a starts with 'x') && a in {'y', 'z'}", None),
        ("a != 'x' && b in {'x', 'y'} && has(a)", ('a', 'b')),
        ("a not in {'x y'}", None),
        ("a contains ''", ('a',)),
    ],
)
def test_labels_of_a_selector(text: str, labels: object) -> None:
    assert labels_of(text) == labels


@pytest.mark.parametrize(
    ('text', 'is_known'),
    [
        ("projectcalico.org/name == 'x'", True),
        ("projectcalico.org/name != 'x'", True),
        ("kubernetes.io/metadata.name not in {'x'}", True),
        ('!has(projectcalico.org/name)', False),
        ('!has(kubernetes.io/metadata.name)', False),
        ("!(projectcalico.org/name contains '')", False),
        ("!has(projectcalico.org/name) && a == 'x'", False),
        ("a == 'x' || !has(projectcalico.org/name)", True),
    ],
)
def test_every_namespace_has_a_name(text: str, is_known: bool) -> None:
    assert (labels_of(text, True) is not None) is is_known


BROAD = """\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: all
spec:
  selector: all()
  types: [Ingress]
  ingress:
  - action: Log
"""


def rules_found(ran: Ran) -> set[str]:
    return {line.partition('[')[2].partition(']')[0] for line in ran.lines if '[' in line}


def test_a_profile_adds_its_rules(here: Path) -> None:
    (here / 'p.yaml').write_text(BROAD, encoding='utf-8')
    found = {
        profile: rules_found(inside('check', '--profile', profile, '-q', 'p.yaml'))
        for profile in PROFILES
    }
    assert found == {
        'default': set(),
        'strict': {'log-without-verdict'},
        'security': {'gnp-selects-everything'},
    }


def test_a_rule_that_is_named_runs_in_any_profile(here: Path) -> None:
    (here / 'p.yaml').write_text(BROAD, encoding='utf-8')
    found = inside('check', '--select', 'log-without-verdict', '-q', 'p.yaml')
    assert rules_found(found) == {'log-without-verdict'}


def test_the_configuration_names_profile_and_dataplane(here: Path) -> None:
    (here / '.calico-lint.yaml').write_text(
        'profile: strict\nper-path:\n- paths: [audited/]\n  profile: security\n', encoding='utf-8'
    )
    (here / 'audited').mkdir()
    for name in ('p.yaml', 'audited/p.yaml'):
        (here / name).write_text(BROAD, encoding='utf-8')
    assert rules_found(inside('check', '-q', 'p.yaml')) == {'log-without-verdict'}
    assert rules_found(inside('check', '-q', 'audited/p.yaml')) == {'gnp-selects-everything'}
    shown = inside('check', '--show-settings', 'audited/p.yaml').lines
    assert any(line.startswith('profile: security  # ') for line in shown)


def test_groups_of_profiles_are_the_profiles() -> None:
    for rule in RULES.values():
        if rule.group in ('root', 'kubernetes'):
            continue  # what is seen in a root, in whichever profile
        if rule.profile != 'default':
            assert rule.group == rule.profile, rule.id
        else:
            assert rule.group not in PROFILES, rule.id


def test_every_hazard_of_the_default_profile_says_how_sure_it_is() -> None:
    for row in standard().facts.rows():
        assert (row.confidence is not None) is (row.effect == 'hazard'), row.fact


def test_what_is_refused_is_not_reasoned_from() -> None:
    text = BROAD.replace('all()', "a == 'x' && a == 'y'").replace('Log', 'log')
    found = check.check('p.yaml', text.encode(), Target()).diagnostics
    assert {one.rule for one in found} == {'value-case'}


def test_clean_fixtures_of_hazards_are_there() -> None:
    assert len(list((FIXTURES / 'clean' / 'hazards').glob('*.yaml'))) >= 8
