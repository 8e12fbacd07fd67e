"""The fact table: fresh, complete, and without a row that nothing reaches."""

from __future__ import annotations

import re

import pytest
from conftest import (
    FIXTURES,
    LANES,
    Lanes,
    blocks,
    check_file,
    disagreements,
    golden_cases,
    lane_target,
)
from everything import FACTS, Options

from linter.catalogue.catalogue import standard
from linter.run.run import run
from tools import generate_facts, generate_index

NUMBER = re.compile(r'[RF]-\d+')


def test_tables_are_fresh() -> None:
    assert generate_facts.main(['--check']) == 0
    assert generate_index.main(['--check']) == 0


def test_every_fact_of_the_specification_has_its_row() -> None:
    """``fixtures/facts/ids.txt``: a number a line, with its facts, or why there is none."""
    lines = (FIXTURES / 'facts' / 'ids.txt').read_text(encoding='utf-8').splitlines()
    entries = dict(line.split(': ', 1) for line in lines if line and not line.startswith('#'))
    assert all(NUMBER.fullmatch(number) for number in entries)
    named = {
        name
        for _, row in generate_facts.tables(f'{generate_facts.SPEC}/facts.md')
        for name in (row['Fact'], row['Outcome'])
    }
    stated = {
        name for said in entries.values() if ' row: ' not in f' {said}' for name in said.split()
    }
    assert stated <= named


# tests/test_config.py, tests/test_suppress.py, tests/test_kustomize.py
ELSEWHERE = ('invalid-configuration', 'suppression-without-reason')


def found_in_fixtures(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check every example, case, disagreement and root."""
    for rule in standard().rules().values():
        for block in blocks(rule):
            block.check()
    for path in golden_cases():
        check_file(path)
    for rows in disagreements().values():
        for case in rows:
            lanes.check(case['yaml'].encode(), lane_target(case['lane']))
    for folder in (FIXTURES / 'roots').glob('*/*/'):
        if folder.is_dir():
            monkeypatch.chdir(folder)
            run(Options())


def test_every_fact_is_found(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some example or case has a finding that names it."""
    found_in_fixtures(lanes, monkeypatch)
    facts = {row.fact for row in standard().facts.rows() if row.rule not in ELSEWHERE}
    assert facts - {row.fact for row in FACTS.stamped} <= {'namespace-by-kustomize'}


@pytest.mark.slow
def test_every_row_is_reached(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some example, case or labelled document has a finding that rests on it."""
    found_in_fixtures(lanes, monkeypatch)
    for lane in sorted(LANES, key=lambda lane: (lane[-4:] not in ('3.32', '3.28', '3.31'), lane)):
        if set(standard().facts.rows()) <= FACTS.stamped:
            break
        lanes.refused(lane)
    missing = [
        f'{row.fact}: {row.kinds} {row.lanes} {row.since}–{row.until}'
        for row in standard().facts.rows()
        if row not in FACTS.stamped
        and row.rule not in ELSEWHERE
        and row.fact != 'namespace-by-kustomize'
    ]
    assert missing == []
