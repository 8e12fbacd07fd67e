"""Selectors that are conditions joined by ``&&``, as most are: each condition is looked at alone.

A repository has few conditions but for the values in them, and asks few labels. So what a condition
without its values comes to is remembered, and of a selector that nobody has seen yet hardly more
than the values are looked at.
"""

from __future__ import annotations

from linter.calico.selector.plain import is_plain
from linter.policy.formula import ALL, NAME, formula_of, literals_of, may_be
from linter.text.start import remembered_of_text

_SAMPLE = 'x{}x'
"""Values that any label may have, of which none is in another, nor in what a formula tries."""
_MOST_COMPARED = 8


def conditions_of(text: str, of_others: bool = False) -> tuple[str, ...] | None:
    """The labels that a selector asks which Calico surely takes; None: look more closely.

    No two conditions ask the same label, and each holds with some value and does not with another:
    so does the selector. ``of_others``: the labels are those of a namespace or a service account.
    """
    if '\n' in text or '\0' in text:
        return None
    found = literals_of(text)
    if found is None:
        return None
    code, values = found
    at = 0
    keys: tuple[str, ...] = ()
    for part in code.split(' && '):
        shape = _shape(part, of_others)
        if shape is None:
            return None
        labels, slots, is_free = shape
        keys = keys + labels if keys else labels
        if not is_free and len(slots) > 1 and _are_related(values[at : at + len(slots)]):
            return None
        for key, may_be_empty in slots:
            value = values[at]
            at += 1
            if not may_be(value, key) or not (value or may_be_empty):
                return None
    # What has a label of a namespace is in one, and that has a name.
    if len(keys) > 1 and (NAME in keys or len(set(keys)) < len(keys)):
        return None
    return tuple(sorted(keys))


def _are_related(values: tuple[str, ...]) -> bool:
    """Whether one value may be in another."""
    if len(values) > _MOST_COMPARED:
        return True
    return any(
        one in other
        for at, one in enumerate(values)
        for behind, other in enumerate(values)
        if at != behind
    )


Shape = tuple[tuple[str, ...], tuple[tuple[str, bool], ...], bool]
"""The labels that are asked; for each value its label, and whether it may be empty; and whether the
values may be any: each label is asked once."""


@remembered_of_text(4096)
def _shape(code: str, of_others: bool) -> Shape | None:
    """What a condition, or several that belong together, come to of which the literals are quotes.

    What holds for sample values holds for all that are in no other.
    """
    pieces = code.split("'")
    text = pieces[0] + ''.join(
        f"'{_SAMPLE.format(number)}'{piece}" for number, piece in enumerate(pieces[1:])
    )
    formula = formula_of(text, of_others) if is_plain(text) else None
    if formula is None:
        return None
    is_free = formula.is_plain
    labels = {term[0] for term in formula.terms}
    if ALL in labels or (NAME in labels and len(labels) > 1):
        return None
    if not is_free and not formula.varies():
        return None
    slots = tuple(
        (key, is_free and operator in ('in', 'notin'))
        for key, operator, values in formula.terms
        for _ in values
    )
    return tuple(labels), slots, is_free
