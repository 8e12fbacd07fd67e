"""The lines that differ: right for any two texts, and as difflib has them for edited ones."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from linter.text.line_diff import changes, hunks

LINES = st.lists(st.sampled_from(['a\n', 'b\n', 'c\n', '\n']), max_size=30)


@given(LINES, LINES)
def test_the_changes_make_the_new_text_of_the_old_one(old: list[str], new: list[str]) -> None:
    made: list[str] = []
    at = 0
    for start, end, to, until in changes(old, new):
        assert at <= start <= end
        made += old[at:start] + new[to:until]
        at = end
    assert made + old[at:] == new


@given(st.lists(st.integers(0, 200), unique=True, max_size=5))
def test_edited_lines_are_shown_as_difflib_shows_them(edited: list[int]) -> None:
    old = [f'line {number}\n' for number in range(200)]
    new = [f'new {number}\n' if number in edited else line for number, line in enumerate(old)]
    assert list(hunks(old, new)) == list(difflib.unified_diff(old, new))[2:]


def test_lines_that_come_and_go() -> None:
    old = [f'{number}\n' for number in range(40)]
    for new in (old[:5] + old[9:], old[:5] + ['x\n'] * 7 + old[5:], old[3:], [*old, 'x\n'], []):
        assert list(hunks(old, new)) == list(difflib.unified_diff(old, new))[2:]
        assert list(hunks(new, old)) == list(difflib.unified_diff(new, old))[2:]


def test_thousands_of_lines_alike() -> None:
    old = ['- action: allow\n', '  protocol: TCP\n'] * 20_000
    new = [line.replace('allow', 'Allow') for line in old]
    assert len(list(changes(old, new))) == 20_000
