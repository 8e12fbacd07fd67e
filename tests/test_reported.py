"""Mistakes from public reports: what was to be said of each, and what is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from command import inside
from conftest import FIXTURES

FILE = FIXTURES / 'oracle' / 'reported.jsonl'
ROWS = [json.loads(line) for line in FILE.read_text(encoding='utf-8').splitlines()]
# A line of the output: the place in the file, severity and rule.
_LINE = re.compile(r'case\.yaml:(\d+):(\d+): (\w+)\[([\w-]+)\] ')


def said(here: Path, row: dict[str, Any]) -> list[str]:
    """What is said of a case, in the profile that says most."""
    for name, text in row['files'].items():
        (here / name).write_text(text, encoding='utf-8')
    options = ['--profile', 'security', '--output-format', 'concise', '-q', *row['args']]
    return inside('check', *options, '.').lines


@pytest.mark.parametrize('row', ROWS, ids=lambda row: str(row['id']))
def test_what_is_said(here: Path, row: dict[str, Any], update: bool) -> None:
    lines = said(here, row)
    if update:
        row['said'] = lines
        FILE.write_text(
            ''.join(json.dumps(one, ensure_ascii=False) + '\n' for one in ROWS), encoding='utf-8'
        )
    assert lines == row['said']


@pytest.mark.parametrize('row', ROWS, ids=lambda row: str(row['id']))
def test_what_is_wanted_is_said(row: dict[str, Any]) -> None:
    """Each place that Calico refuses, drops or ignores is named, to the character."""
    found = [_LINE.match(line) for line in row['said']]
    places = {(int(one[1]), int(one[2])) for one in found if one is not None}
    assert {(line, column) for line, column in row['want']} <= places
