"""Which labels a selector asks, and where."""

from __future__ import annotations

from collections.abc import Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from linter.calico.selector.meaning import Selector
else:
    from linter.text.records import NamedTuple


class Condition(NamedTuple):
    """A condition on a label: ``values`` are the literals that it names, none for ``has()``.

    ``start`` and ``end`` are the offsets of the condition in the selector. ``is_positive``: the
    label has to be there for it to hold.
    """

    key: str
    values: tuple[str, ...]
    start: int
    end: int
    is_positive: bool


def conditions(text: str) -> Iterator[Condition]:
    """The conditions of a selector, none where Calico refuses it."""
    # Imported lazily: most selectors have nothing that is worth taking apart.
    from linter.calico.selector.meaning import And, Compare, Has, Member, Not, Or, parse

    found = parse(text)
    todo: list[tuple[Selector, bool]] = [] if found is None else [(found, True)]
    while todo:
        node, holds = todo.pop()
        if isinstance(node, Not):
            todo.append((node.operand, not holds))
        elif isinstance(node, (And, Or)):
            todo += ((operand, holds) for operand in reversed(node.operands))
        elif isinstance(node, Has):
            yield Condition(node.key, (), *node.span, holds)
        elif isinstance(node, Compare):
            is_positive = (node.operator != '!=') is holds
            yield Condition(node.key, (node.value,), *node.span, is_positive)
        elif isinstance(node, Member):
            yield Condition(node.key, node.values, *node.span, node.negated is not holds)


def fits_unlabelled(text: str) -> bool:
    """Whether a selector fits what has no label at all, and is not written ``all()``."""
    from linter.calico.selector.meaning import All, Global, evaluate, parse

    found = parse(text)
    return (
        found is not None
        and not isinstance(found, (All, Global))
        and 'all()' not in text.replace(' ', '')
        and evaluate(found, {})
    )
