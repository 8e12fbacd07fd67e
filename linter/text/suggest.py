"""Near misses: which word was meant."""

from __future__ import annotations

from linter.text.escape import printable
from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def distance(one: str, other: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap neighbours) from one word to the other, or limit + 1."""
    far = limit + 1
    if abs(len(one) - len(other)) > limit:
        return far
    before: list[int] = []
    row = [min(j, far) for j in range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        # More than `limit` away from the diagonal there are more edits than that.
        previous, row = row, [far] * (len(other) + 1)
        row[0] = min(i, far)
        for j in range(max(1, i - limit), min(len(other), i + limit) + 1):
            b = other[j - 1]
            row[j] = min(row[j - 1] + 1, previous[j] + 1, previous[j - 1] + (a != b), far)
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) == far:
            return far
        before = previous
    return row[-1]


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was probably meant, letter case aside; None where none is near."""
    return None if len(word) > 64 else _nearest(word, tuple(candidates))


# A file may repeat its mistakes as often as it has room.
@remembered(4096)
def _nearest(word: str, candidates: tuple[str, ...]) -> str | None:
    folded = word.casefold()
    letters = frozenset(folded)
    limit = 1 if len(word) < 5 else 2
    best: str | None = None
    best_distance = limit + 1
    for candidate, other, others in _folded(candidates):
        # Each letter that the other word does not have takes an edit.
        if (
            abs(len(other) - len(folded)) > limit
            or len(letters - others) > limit
            or len(others - letters) > limit
        ):
            continue
        edits = distance(folded, other, limit)
        if edits < best_distance:
            best, best_distance = candidate, edits
    return best


@remembered(64)
def _folded(candidates: tuple[str, ...]) -> list[tuple[str, str, frozenset[str]]]:
    folded = [(one, one.casefold()) for one in candidates]
    return [(one, other, frozenset(other)) for one, other in folded]


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
    return f"'{printable(text)}'"
