"""Selectors that are conditions joined by ``&&``, as most are: each condition is looked at alone.

A repository has few conditions but for the values in them, and asks few labels. So what a condition
without its values comes to is remembered, and of a selector that nobody has seen yet hardly more
than the values are looked at.
"""

from __future__ import annotations

from linter.calico.selector.plain import is_plain
from linter.policy.formula import ALL, NAME, formula_of, may_be
from linter.text.start import remembered_of_text


def conditions_of(text: str, of_others: bool = False) -> tuple[str, ...] | None:
    """The labels that a selector asks which Calico surely takes; None: look more closely.

    No two conditions ask the same label, and each holds with some value and does not with another:
    so does the selector. ``of_others``: the labels are those of a namespace or a service account.
    """
    if '"' in text or '\n' in text or '\0' in text:
        return None
    keys: list[str] = []
    for part in text.split(' && '):
        if part[:1] == '(':
            # One pair of parentheses in another is not looked at pair by pair: there may be many.
            is_group = part[-1] == ')' and part[1:2] != '('
            labels = _group(part[1:-1], of_others) if is_group else None
            if labels is None:
                return None
            keys += labels
            continue
        # Whoever splits within a literal leaves parts that have a quote too many.
        pieces = part.split("'")
        shape = _shape("'".join(pieces[::2]), of_others) if len(pieces) % 2 else None
        if shape is None:
            return None
        key, may_be_empty = shape
        for value in pieces[1::2]:
            if not may_be(value, key) or not (value or may_be_empty):
                return None
        keys.append(key)
    # What has a label of a namespace is in one, and that has a name.
    if len(keys) > 1 and (NAME in keys or len(set(keys)) < len(keys)):
        return None
    keys.sort()
    return tuple(keys)


@remembered_of_text(4096)
def _shape(code: str, of_others: bool) -> tuple[str, bool] | None:
    """The label of a condition of which the literals are single quotes, and may one be empty?"""
    text = code.replace("'", "'x'")
    formula = formula_of(text, of_others) if is_plain(text) else None
    if formula is None or len(formula.terms) != 1:
        return None
    key, operator, _ = formula.terms[0]
    if key == ALL or not formula.is_plain:
        return None
    return key, operator in ('in', 'notin')


@remembered_of_text(4096)
def _group(text: str, of_others: bool) -> tuple[str, ...] | None:
    """The labels that are asked between parentheses."""
    # Imported lazily: it asks this module.
    from linter.policy.gate import labels_of

    labels = labels_of(text, of_others) if is_plain(text) else None
    return labels if labels and ALL not in labels else None
