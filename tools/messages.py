"""How a generator says what is wrong with a table or a rule: one sentence, at its place."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from linter.text.suggest import listing, nearest, quoted

ROOT = Path(__file__).resolve().parent.parent


class BadTable(Exception):
    """A table or rule that does not hold together; the text names file and line."""


def place(path: str | os.PathLike[str], line: int) -> str:
    """``schemas/spec/facts.md:12``, from the root of the repository where it lies there."""
    where = Path(path)
    if where.is_absolute() and where.is_relative_to(ROOT):
        where = where.relative_to(ROOT)
    return f'{where.as_posix()}:{line}'


def unknown(
    what: str, word: str, known: Collection[str], otherwise: str = 'see the other rows'
) -> str:
    """``there is no lane 'rav': did you mean raw?``; ``otherwise`` where nothing is like it."""
    near = nearest(word, sorted(known))
    if near is not None:
        advice = f'did you mean {near}?'
    elif len(known) <= 12:
        advice = f'write {listing(sorted(known))}'
    else:
        advice = otherwise
    return f'there is no {what} {quoted(word)}: {advice}'
