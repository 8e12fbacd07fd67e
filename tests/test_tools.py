"""What a generator says of a bad table or rule: one sentence, at its place, with the right word."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from linter.catalogue.catalogue import standard
from linter.catalogue.library import FOLDER
from tools import check_rules, generate, generate_facts
from tools.messages import BadTable

OUTCOMES = """\
| Outcome | Effect | Severity | Refused by | Consequence | Unreadable | Confidence |
|---|---|---|---|---|---|---|
| refused | refused | error | calico | | | |
"""
HEAD = """\
| Fact | Rule | Kinds | Lanes | Versions | Outcome | Source |
|---|---|---|---|---|---|---|
"""
GOOD = '| port-text | invalid-port | | api | | refused | |\n'


def complaint(tmp_path: Path, rows: str, outcomes: str = OUTCOMES) -> str:
    (tmp_path / 'outcomes.md').write_text(outcomes, encoding='utf-8')
    (tmp_path / 'facts.md').write_text(HEAD + rows, encoding='utf-8')
    with pytest.raises(BadTable) as stop:
        generate_facts.facts(str(tmp_path))
    return str(stop.value).removeprefix(f'{tmp_path.as_posix()}/')


@pytest.mark.parametrize(
    ('row', 'said'),
    [
        (
            '| port-text | invalid-prt | | api | | refused | |',
            "facts.md:3: there is no rule 'invalid-prt': did you mean invalid-port?",
        ),
        (
            '| port-text | invalid-port | NetworkPolicie | api | | refused | |',
            "facts.md:3: there is no kind 'NetworkPolicie': did you mean NetworkPolicy?",
        ),
        (
            '| port-text | invalid-port | | apii | | refused | |',
            "facts.md:3: there is no lane 'apii': did you mean api?",
        ),
        (
            '| port-text | invalid-port | | api | 3.99+ | refused | |',
            "facts.md:3: there is no version '3.99': did you mean",
        ),
        (
            '| port-text | invalid-port | | api | 3.30 | refused | |',
            "facts.md:3: '3.30' is no range of versions: write 3.29+, ",
        ),
        (
            '| port-text | invalid-port | | api | 3.31-3.29 | refused | |',
            'facts.md:3: 3.31-3.29 ends before it begins',
        ),
        (
            '| port-text | invalid-port | | api | | refusd | |',
            "facts.md:3: there is no outcome 'refusd': did you mean refused?",
        ),
        (
            '| Port text | invalid-port | | api | | refused | |',
            "facts.md:3: 'Port text' is no name of a fact",
        ),
        (GOOD + GOOD, 'facts.md:4: this row of port-text is never reached, since line 3 holds'),
        (
            GOOD + '| port-text | invalid-port | Tier | all | 3.30+ | refused | |\n' * 2,
            'facts.md:5: this row of port-text is never reached, since line 3 holds first',
        ),
        (
            '| port-text | invalid-port | Tier | api | -3.28 | refused | |',
            'facts.md:3: no target is in these lanes and versions',
        ),
        ('| port-text | invalid-port |', 'facts.md:3: this row has 2 cells under 7 heads'),
    ],
)
def test_a_bad_row_of_facts(tmp_path: Path, row: str, said: str) -> None:
    assert complaint(tmp_path, row).startswith(said)


def test_a_bad_outcome(tmp_path: Path) -> None:
    bad = OUTCOMES.replace('| error |', '| eror |')
    assert complaint(tmp_path, GOOD, bad) == (
        "outcomes.md:3: there is no severity 'eror': did you mean error?"
    )
    twice = OUTCOMES + OUTCOMES.splitlines()[-1]
    assert 'the outcome refused stands there twice' in complaint(tmp_path, GOOD, twice)


def test_a_later_row_that_is_reached_is_good(tmp_path: Path) -> None:
    (tmp_path / 'outcomes.md').write_text(OUTCOMES, encoding='utf-8')
    rows = '| port-text | invalid-port | Tier | api | | refused | |\n' + GOOD
    (tmp_path / 'facts.md').write_text(HEAD + rows, encoding='utf-8')
    assert len(generate_facts.facts(str(tmp_path))) == 2


FACTS = frozenset(row.fact for row in standard().facts.rows())
RULED = frozenset(standard().ids())


@pytest.mark.parametrize(
    ('old', 'new', 'said'),
    [
        ("GROUP = 'nets'", "GROUP = 'netz'", "there is no group 'netz': did you mean nets?"),
        ("GROUP = 'nets'", "GROUP = 'quality'", "there is no group 'quality': there are "),
        ("GROUP = 'nets'\n", '', 'the rule is in no group'),
        ("@rule('Rule')", "@rule('Rul')", "there is no subject 'Rul': did you mean Rule?"),
        ("'nets-of-both-families'", "'nets-of-both'", "there is no fact 'nets-of-both'"),
        ('def check(', 'def 1check(', 'invalid'),
        (
            'check(traffic: Object, document: Document)',
            'check(traffic: Object)',
            'check(traffic) is called with other arguments: write check(value, document)',
        ),
        ('```yaml good', '```yaml bad', 'the page has no good example: write one'),
    ],
)
def test_a_bad_rule(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = Path(FOLDER, 'mixed_ip_family.py').read_text(encoding='utf-8')
    assert old in text
    (tmp_path / 'mixed_ip_family.py').write_text(text.replace(old, new), encoding='utf-8')
    with pytest.raises(BadTable, match=r'mixed_ip_family\.py:\d+: ') as stop:
        check_rules.check(FACTS, RULED, str(tmp_path))
    assert said in str(stop.value)


def test_a_rule_without_a_row(tmp_path: Path) -> None:
    shutil.copy(Path(FOLDER, 'mixed_ip_family.py'), tmp_path / 'brand_new.py')
    with pytest.raises(BadTable, match=r'no row of schemas/spec/facts\.md names this rule'):
        check_rules.check(FACTS, RULED, str(tmp_path))


def test_one_command_says_that_all_is_current() -> None:
    assert generate.main(['--check']) == 0
