"""What may be reckoned has a bound that grows with the file: past it nothing is claimed."""

from __future__ import annotations

from pathlib import Path

import everything as check
import pytest
from policy_worlds import Maker
from test_policy_checks import policy

from bench.growth import SHAPES, forget
from linter.calico.target import Target
from linter.cli.main import main
from linter.policy import effort
from linter.policy.covers import Root
from linter.policy.dead_rule import POLICY, ROOT
from linter.policy.effort import Effort, Exhausted, TooComplex, priced, spend, within
from linter.policy.model import Rule
from linter.policy.selector_sets import selected
from linter.policy.semantics import Semantics
from linter.policy.ties import ties

SEMANTICS = Semantics()
BUDGETED = [name for name, shape in SHAPES.items() if shape.is_budgeted]
SIZE = 20_000
ROOMS = ('label_values', 'point', 'ranges', 'selector_sets', 'space')
SOME = ' && '.join(f"(has(a{number}) || b{number} != 'x')" for number in range(6))


@pytest.mark.parametrize('name', BUDGETED)
def test_a_file_costs_no_more_than_its_budget(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget of a third ends after a third, and says some of what the whole one says."""
    data = SHAPES[name].data(SIZE)
    steps = 0

    def counted(count: int) -> None:
        nonlocal steps
        steps += count
        spend(count)

    for room in ROOMS:
        monkeypatch.setattr(f'linter.policy.{room}.spend', counted)
    found = []
    for share in (3, 1):
        monkeypatch.setattr(effort, 'FOR_FILE', 100_000 // share)
        monkeypatch.setattr(effort, 'FOR_BYTE', 3 // share)
        forget()
        steps = 0
        said = check.check('x.yaml', data, Target()).diagnostics
        # What is remembered is reckoned to its end, whatever is left.
        assert steps <= effort.FOR_FILE + effort.FOR_BYTE * len(data) + 100_000
        found.append({(one.rule, one.span, one.message) for one in said})
    assert found[0] <= found[1]


@pytest.mark.parametrize('name', BUDGETED)
def test_what_was_asked_before_changes_no_answer(name: str) -> None:
    data = SHAPES[name].data(SIZE)
    forget()
    first = check.check('x.yaml', data, Target()).diagnostics
    again = check.check('x.yaml', data, Target()).diagnostics
    assert [(one.rule, one.span) for one in first] == [(one.rule, one.span) for one in again]


def test_an_effort_is_shared_and_counts_outside() -> None:
    outer, inner = Effort(10), Effort(4)
    with within(outer):
        spend(3)
        with within(inner):
            spend(2)
        assert inner.left == 2
        with pytest.raises(Exhausted), within(inner):
            spend(3)
        spend(1)
    assert outer.left == 1
    with pytest.raises(Exhausted), within(outer):
        spend(2)
    spend(1 << 40)  # outside there is no limit


def test_a_remembered_answer_has_its_price_each_time() -> None:
    asked = []

    @priced(8, lambda text: 100)
    def cost(text: str) -> str:
        asked.append(text)
        spend(len(text))
        return text

    one = Effort(12)
    with within(one):
        assert cost('abcde') == cost('abcde') == 'abcde'
        with pytest.raises(Exhausted):
            cost('abcde')
    assert asked == ['abcde']
    for _ in range(2):
        with pytest.raises(TooComplex):
            cost('x' * 101)
    assert len(asked) == 2


@pytest.mark.parametrize('seed', range(40))
def test_equal_rules_are_dead_alike(seed: int) -> None:
    """What is said of a rule that repeats a dead one is what would be found out of it."""
    maker = Maker(seed)
    tiers = maker.tiers()
    policies = [
        one._replace(ingress=one.ingress * 2, egress=one.egress * 2)
        for one in maker.policies(5, tiers)
    ]
    root = Root(policies, tiers, SEMANTICS)
    for dead in root.dead_rules(ROOT).dead:
        assert root.dead_rule(dead.policy, dead.direction, dead.number, ROOT) == dead


def test_without_effort_nothing_is_claimed() -> None:
    anything = Rule('Deny'), Rule('Allow')
    one = policy(*anything, name='a', namespace='', order=1)
    other = policy(*reversed(anything), name='b', namespace='', order=1)
    root = Root([one, other], [], SEMANTICS)
    with within(Effort(0)):
        report = root.dead_rules(POLICY)
        assert (report.dead, report.given_up) == ((), 4)
        assert ties(root).ties == ()


def test_a_long_search_for_a_value_ends() -> None:
    many = ' && '.join(f"!(a contains '{chr(97 + n)}{chr(98 + n)}{n}')" for n in range(12))
    with pytest.raises(TooComplex):
        selected(f"{many} && a starts with 'x' && !(a ends with 'x')")


def test_a_claim_about_too_many_cases_is_not_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its steps are counted, as far as the budget goes."""
    steps = 0

    def counted(count: int) -> None:
        nonlocal steps
        steps += count
        spend(count)

    for room in ROOMS:
        monkeypatch.setattr(f'linter.policy.{room}.spend', counted)
    monkeypatch.chdir(tmp_path)
    policies = []
    for number in range(60):
        some = SOME.replace('(a', f'({"cdefghij"[number % 8]}')
        policies.append(
            'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
            f'metadata: {{name: p{number}, namespace: shop}}\nspec:\n  order: {number}\n'
            f'  selector: {SOME}\n  ingress:\n'
            f'  - {{action: Allow, source: {{selector: "{some}"}}}}\n'
        )
    Path('p.yaml').write_text('---\n'.join(policies), encoding='utf-8')
    Path('t.yaml').write_text(
        'version: 1\npolicies: [p.yaml]\nclaims:\n'
        f'- {{name: c, to: {{selector: "{SOME}", namespace: shop}}, '
        f'from: {{notSelector: "{SOME}"}}, verdict: deny}}\n',
        encoding='utf-8',
    )
    assert main(['test', 't.yaml']) == 1
    assert 'too many cases' in capsys.readouterr().out
    assert steps < effort.FOR_CLAIMS + 60 * (effort.FOR_POLICY + effort.FOR_RULE) + 200_000
