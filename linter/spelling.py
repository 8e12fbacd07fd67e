"""Repairs of a single token."""

from __future__ import annotations

from typing import Any, Optional

from linter.diagnostic import Edit, Fix
from linter.tree import Scalar
from linter.values import Leaf


def right_case(text: str, schema: dict[str, Any]) -> Optional[str]:
    """The accepted value that differs from the text only in letter case."""
    return next(
        (
            value
            for value in schema.get('enum', ())
            if isinstance(value, str) and value.lower() == text.lower()
        ),
        None,
    )


def write(leaf: Leaf, right: str) -> Fix:
    """Replace a scalar's text, keeping its quotes; safe, since no other form is right."""
    node = leaf.node
    quote = node.style if isinstance(node, Scalar) and node.style in ('"', "'") else ''
    return Fix(f'Write {right}', 'safe', (Edit(leaf.span, f'{quote}{right}{quote}'),))
