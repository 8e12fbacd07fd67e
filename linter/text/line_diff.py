"""The lines that differ between a text and an edited copy of it, in linear time.

``difflib`` looks for the longest common part of all lines with all lines, which takes minutes where
thousands of them are alike. An edited copy is in step with its text nearly everywhere; where it is
not, the nearest place is looked for from which both go on alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

_CONTEXT = 3
# As many lines as must agree until two texts are in step again, and as many as are looked at.
_ALIKE = 3
_AHEAD = 400

Change = tuple[int, int, int, int]
"""Start and end in the old lines, start and end in the new ones."""


def changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """What was replaced by what, in order."""
    last = min(len(old), len(new))
    tail = 0
    while tail < last and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    ends = len(old) - tail, len(new) - tail
    at, to = 0, 0
    while at < ends[0] or to < ends[1]:
        if at < ends[0] and to < ends[1] and old[at] == new[to]:
            at, to = at + 1, to + 1
            continue
        following = _in_step(old, new, at, to, ends)
        yield at, following[0], to, following[1]
        at, to = following


def _in_step(
    old: Sequence[str], new: Sequence[str], at: int, to: int, ends: tuple[int, int]
) -> tuple[int, int]:
    """The nearest place behind another one where both texts go on alike."""
    for steps in range(1, _AHEAD):
        # Lines in pairs first: most edits change what a line holds.
        for gone in _from_the_middle(steps):
            here, there = at + gone, to + steps - gone
            if here > ends[0] or there > ends[1]:
                continue
            if (here, there) == ends:
                return ends
            # As many lines as there were agree soon; else it takes some to be sure.
            enough = 1 if 2 * gone == steps else _ALIKE
            alike = old[here : min(here + enough, ends[0])]
            if alike and alike == new[there : min(there + enough, ends[1])]:
                return here, there
    return ends


@cache
def _from_the_middle(steps: int) -> tuple[int, ...]:
    return tuple(sorted(range(steps + 1), key=lambda gone: abs(2 * gone - steps)))


def hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """The body of a unified diff, line by line; lines keep their ends."""
    group: list[Change] = []
    for change in changes(old, new):
        if group and change[0] - group[-1][1] > 2 * _CONTEXT:
            yield from _hunk(old, new, group)
            group = []
        group.append(change)
    if group:
        yield from _hunk(old, new, group)


def _hunk(old: Sequence[str], new: Sequence[str], group: Sequence[Change]) -> Iterator[str]:
    lead = min(_CONTEXT, group[0][0])
    trail = min(_CONTEXT, len(old) - group[-1][1])
    begin, end = group[0][0] - lead, group[-1][1] + trail
    first, last = group[0][2] - lead, group[-1][3] + trail
    yield f'@@ -{_range(begin, end)} +{_range(first, last)} @@\n'
    at = begin
    for start, stop, to, until in group:
        yield from (f' {line}' for line in old[at:start])
        yield from (f'-{line}' for line in old[start:stop])
        yield from (f'+{line}' for line in new[to:until])
        at = stop
    yield from (f' {line}' for line in old[at:end])


def _range(start: int, end: int) -> str:
    """Lines as a hunk names them: counted from 1, and the line before where there are none."""
    if end - start == 1:
        return str(start + 1)
    return f'{start + (end > start)},{end - start}'
