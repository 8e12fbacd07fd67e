"""The fact table: fresh, complete, and without a row that nothing reaches."""

from __future__ import annotations

import re

from conftest import FIXTURES, LANES, Lanes, blocks, check_file, golden_cases

from linter import facts
from linter.rule import load
from schemas import generate_facts, generate_index

ID = re.compile(r'[RF]-\d+')


def test_tables_are_fresh() -> None:
    assert generate_facts.main(['--check']) == 0
    assert generate_index.main(['--check']) == 0


def test_every_fact_of_the_specification_has_its_row() -> None:
    """``fixtures/facts/ids.txt``: an id a line, with the reason behind it where it has no row."""
    lines = (FIXTURES / 'facts' / 'ids.txt').read_text(encoding='utf-8').splitlines()
    entries = dict(
        [*line.split(None, 1), ''][:2] for line in lines if line and not line.startswith('#')
    )
    assert all(ID.fullmatch(name) for name in entries)
    named = {
        found[0]
        for _, row in generate_facts.tables(f'{generate_facts.SPEC}/facts.md')
        for found in (ID.match(row['Fact']), ID.match(row['Outcome']))
        if found
    }
    assert {name for name, reason in entries.items() if not reason} == named
    assert named <= entries.keys()


def test_every_row_is_reached(lanes: Lanes) -> None:
    """Some example, case or labelled document has a finding that rests on it."""
    for rule in load().values():
        for block in blocks(rule):
            block.check()
    for path in golden_cases():
        check_file(path)
    for lane in sorted(LANES, key=lambda lane: (lane[-4:] not in ('3.32', '3.28', '3.31'), lane)):
        if set(facts.load().rows()) <= lanes.rows:
            break
        lanes.refused(lane)
    missing = [
        f'{row.fact}: {row.kinds} {row.lanes} {row.since}–{row.until}'
        for row in facts.load().rows()
        if row not in lanes.rows
        # tests/test_config.py, tests/test_suppress.py
        and row.rule not in ('invalid-configuration', 'suppression-without-reason')
    ]
    assert missing == []
