"""Decoded values: what the target makes of the tree, each with the node it came from."""

from __future__ import annotations

from collections.abc import Iterator

from linter.text.source import Span
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Value:
    """Common part: ``key`` is the key under which the value stands (None for list items)."""

    __slots__ = ('index', 'key', 'name', 'node', 'parent')

    def __init__(self, node: Node, slot: Slot) -> None:
        self.node = node
        self.key, self.parent, self.name, self.index = slot

    @property
    def span(self) -> Span:
        """The value's own token; of a value that was left empty, its key."""
        node = self.node
        if node.start == node.end and self.key is not None:
            return Span(self.key.start, self.key.end)
        return Span(node.start, node.end)

    @property
    def key_span(self) -> Span:
        """The key's token; of a list item, its first token; of the document, its first key."""
        if self.key is not None:
            return Span(self.key.start, self.key.end)
        if isinstance(self.node, MappingNode) and self.node.entries:
            first = self.node.entries[0][0]
            return Span(first.start, first.end)
        return self.span

    @property
    def yaml_path(self) -> str:
        """Where the value stands in its document: ``spec.ingress[0].action``."""
        steps: list[str] = []
        value: Value | None = self
        while value is not None and value.parent is not None:
            if value.index >= 0:
                steps.append(f'[{value.index}]')
            else:
                steps.append('.' + value.name)
            value = value.parent
        return ''.join(reversed(steps)).lstrip('.')


class Leaf(Value):
    """A scalar: ``value`` is a str, int, float or bool, or None where nothing fits the type."""

    __slots__ = ('ok', 'value')

    def __init__(
        self,
        value: Any,
        node: Node,
        slot: Slot,
        ok: bool = True,
    ) -> None:
        self.value = value
        self.node = node
        self.key, self.parent, self.name, self.index = slot
        self.ok = ok

    @property
    def text(self) -> str:
        """The value where it is text, else ``''``."""
        return self.value if isinstance(self.value, str) else ''

    @property
    def scalar(self) -> Scalar:
        assert isinstance(self.node, Scalar)
        return self.node


class Object(Value):
    """A mapping: ``fields`` by the schema's spelling; those that are null stand in ``nulls``.

    ``type`` is the name of the object in the spec tables (``Rule``, ``EntityRule``, …), the
    kind for the document itself, or ``map`` for labels and the like.
    """

    __slots__ = ('fields', 'nulls', 'type')

    def __init__(
        self,
        node: Node,
        slot: Slot,
        type: str,
    ) -> None:
        self.node = node
        self.key, self.parent, self.name, self.index = slot
        self.type = type
        self.fields: dict[str, Value] = {}
        self.nulls: dict[str, Leaf] = {}

    def leaf(self, name: str) -> Leaf | None:
        """The field as a well-typed scalar, or None."""
        value = self.fields.get(name)
        return value if isinstance(value, Leaf) and value.ok else None

    def object(self, name: str) -> Object | None:
        value = self.fields.get(name)
        return value if isinstance(value, Object) else None

    def items(self, name: str) -> list[Value]:
        """The items of a list field; empty where it is absent or not a list."""
        value = self.fields.get(name)
        return value.items if isinstance(value, Array) else []

    def leaves(self, name: str) -> Iterator[Leaf]:
        """The well-typed scalar items of a list field."""
        for item in self.items(name):
            if isinstance(item, Leaf) and item.ok:
                yield item

    def text(self, name: str) -> str:
        """The field as text; ``''`` where it is absent or of another type."""
        value = self.fields.get(name)
        return value.text if isinstance(value, Leaf) and value.ok else ''

    def up(self, type: str) -> Object | None:
        """The nearest enclosing object of a type."""
        at: Value | None = self.parent
        while at is not None:
            if isinstance(at, Object) and at.type == type:
                return at
            at = at.parent
        return None


class Array(Value):
    """A list."""

    __slots__ = ('items',)

    def __init__(self, node: Node, slot: Slot) -> None:
        self.node = node
        self.key, self.parent, self.name, self.index = slot
        self.items: list[Value] = []


Container = Object | Array
Slot = tuple[Scalar | None, Container | None, str, int]
"""Where a value stands: its key (None for list items and the document), the object or list that it
stands in, the name of the field, and its index (-1 unless a list item)."""


def plain(value: Value) -> Any:
    """The value as JSON data."""
    if isinstance(value, Leaf):
        return value.value
    if isinstance(value, Array):
        return [plain(item) for item in value.items]
    assert isinstance(value, Object)
    return {name: plain(field) for name, field in value.fields.items()}
