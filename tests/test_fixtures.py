"""Golden files: a document, and beside it in ``.out`` what is printed about it.

A file of ``fixtures/clean`` without an ``.out`` reports nothing, one with it infos at most. The
first line of a file may hold options: ``# flags: --calico-version 3.31``. ``pytest --update``
rewrites the ``.out`` files, and git shows the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import FIXTURES, check_file, golden_cases, printed
from everything import Options

from linter.catalogue.catalogue import standard
from linter.run import run

CASES = golden_cases()
OUTPUTS = sorted((FIXTURES / 'cases').rglob('*.out'))


def name_of(path: Path) -> str:
    return str(path.relative_to(FIXTURES))


def compare(golden: Path, text: str, update: bool) -> None:
    if update and text:
        golden.write_text(text, encoding='utf-8', newline='\n')
    elif update:
        golden.unlink(missing_ok=True)
    expected = golden.read_text(encoding='utf-8') if golden.exists() else ''
    assert text.splitlines() == expected.splitlines()


@pytest.mark.parametrize('path', CASES, ids=name_of)
def test_case(path: Path, update: bool) -> None:
    text = printed(check_file(path))
    compare(path.with_suffix('.out'), text, update)
    if path.is_relative_to(FIXTURES / 'clean'):
        assert all(re.match(r'\S+ info\[', line) for line in text.splitlines()), text


def test_every_case_is_filed_under_its_rule() -> None:
    texts = {golden: golden.read_text(encoding='utf-8') for golden in OUTPUTS}
    assert [name_of(path) for path in OUTPUTS if f'[{path.parent.name}] ' not in texts[path]] == []


def test_every_rule_has_a_case(update: bool) -> None:
    # tests/test_config.py, tests/test_suppress.py
    elsewhere = {'invalid-configuration', 'suppression-without-reason'}
    # tests/test_roots.py
    elsewhere |= {rule for rule in standard().ids() if standard().is_of_root(rule)}
    # A golden file that is only now written was not there when these tests were gathered.
    cases = [path for path in CASES if path.is_relative_to(FIXTURES / 'cases')]
    found = {path.parent.name for path in (cases if update else OUTPUTS)}
    assert found == set(standard().rules()) - elsewhere


def test_no_case_is_forgotten() -> None:
    outputs = {path.with_suffix('.out') for path in CASES}
    assert len(outputs) == len(CASES), 'two inputs share a golden file'
    assert set(FIXTURES.glob('c*/**/*.out')) <= outputs
    assert len(CASES) >= 120


def test_gitops_repository(update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole repository, as ``calico-lint check .`` prints it."""
    monkeypatch.chdir(FIXTURES / 'gitops')
    outcome = run.run(Options())
    assert outcome.errors == []
    assert run.status(outcome) == 1
    compare(FIXTURES / 'gitops.out', printed(outcome.diagnostics).replace(os.sep, '/'), update)
