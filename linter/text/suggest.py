"""Near misses: which word was meant."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Optional


def distance(one: str, other: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) from one word to the other, or limit + 1."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row = row, [i] + [0] * len(other)
        for j, b in enumerate(other, 1):
            row[j] = min(row[j - 1] + 1, previous[j] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > limit:
            return limit + 1
        before = previous
    return row[-1]


def nearest(word: str, candidates: Iterable[str]) -> Optional[str]:
    """The candidate that was probably meant, letter case aside; None where none is near."""
    if len(word) > 64:
        return None
    folded = word.casefold()
    limit = 1 if len(word) < 5 else 2
    best: Optional[str] = None
    best_distance = limit + 1
    for candidate in candidates:
        edits = distance(folded, candidate.casefold(), limit)
        if edits < best_distance:
            best, best_distance = candidate, edits
    return best


def listing(words: Iterable[str], last: str = 'or') -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    items = list(words)
    if len(items) < 2:
        return ''.join(items)
    return f'{", ".join(items[:-1])} {last} {items[-1]}'


def quoted(text: str, most: int = 60) -> str:
    """User text for a message: in quotes, shortened, control characters escaped."""
    if len(text) > most:
        text = text[: most - 1] + '…'
    shown = ''.join(c if c.isprintable() else c.encode('unicode_escape').decode() for c in text)
    return f"'{shown}'"
