"""Every rule's page: its examples, its facts, and the place where they meet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Block, Lanes, blocks

from linter.catalogue.catalogue import standard
from linter.catalogue.library import Library

RULES = standard().rules()
EXAMPLES = [block for rule in RULES.values() for block in blocks(rule)]
# What they are about cannot be written down in a docstring.
WITHOUT_EXAMPLES = {
    'yaml-encoding', 'yaml-too-deep',
}  # fmt: skip
# Remarks on a document as a whole: an info of theirs may stand beside any other finding.
REMARKS = {'legacy-api', 'sexagesimal-port-range', 'unsupported-operation'}


def name_of(block: Block) -> str:
    return f'{block.rule}-{block.word}'


@pytest.mark.parametrize('rule', RULES.values(), ids=RULES)
def test_page_starts_with_one_sentence(rule) -> None:
    first, blank, *_ = (rule.doc + '\n\n').split('\n')
    assert re.fullmatch(r'[A-Z`].*[^.]\.', first), first
    assert '. ' not in first.replace('e.g. ', '')
    assert blank == ''
    assert len(first) <= 100


@pytest.mark.parametrize('block', [b for b in EXAMPLES if b.word == 'bad'], ids=name_of)
def test_bad_example_reports_this_rule_alone(block: Block) -> None:
    found = block.check()
    assert [one.rule for one in found if one.rule not in REMARKS - {block.rule}] == [block.rule]


@pytest.mark.parametrize('block', [b for b in EXAMPLES if b.word == 'good'], ids=name_of)
def test_good_example_is_silent(block: Block) -> None:
    found = block.check()
    assert [one for one in found if one.severity != 'info' or one.rule == block.rule] == []


def test_examples_are_of_both_kinds() -> None:
    words = {rule: {b.word for b in EXAMPLES if b.rule == rule} for rule in RULES}
    assert {word for found in words.values() for word in found} == {'bad', 'good'}
    assert {rule for rule, found in words.items() if found != {'bad', 'good'}} == WITHOUT_EXAMPLES


def test_no_fence_is_missed() -> None:
    fences = sum(len(re.findall('^```yaml', rule.doc, re.MULTILINE)) for rule in RULES.values())
    assert fences == len(EXAMPLES)


def test_rows_and_rules_know_each_other() -> None:
    assert {row.rule for row in standard().facts.rows()} == set(RULES)


def test_findings_rest_on_rows_of_their_rule(lanes: Lanes) -> None:
    """The rule in a diagnostic is the one that the row of its fact names.

    ``test_oracle.py`` asks the same of all labelled documents.
    """
    for block in EXAMPLES:
        lanes.see(block.check())


def test_rules_may_be_there_without_their_sources(tmp_path: Path) -> None:
    for name in ('both.py', 'both.pyc', 'compiled.pyc', '_shared.pyc', 'notes.txt', '__pycache__'):
        (tmp_path / name).touch()
    assert Library(str(tmp_path)).names() == ['both', 'compiled']
