"""The entries of a mapping as the decoder finds them: in any letter case, and by merge keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.text.source import Span
from linter.yaml.aliases import is_merge
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
    children,
)
from linter.yaml.scalars import (
    BadTag,
    Value,
    go_string,
    resolve,
)

_DEEPEST_MERGE = 20


class Entry(NamedTuple):
    """An entry of a mapping, and the mapping in which it is written."""

    key: Scalar
    value: Node
    owner: MappingNode
    number: int

    @property
    def is_null(self) -> bool:
        return isinstance(self.value, Scalar) and value_of(self.value) is None

    @property
    def is_blank(self) -> bool:
        """Whether it is empty as text, or nothing at all."""
        return isinstance(self.value, Scalar) and not string(self.value).strip()

    @property
    def span(self) -> Span:
        """All of it, where its value is not an alias."""
        return Span(self.key.start, max(self.key.end, self.value.end))

    def is_(self, wanted: bool) -> bool:
        return isinstance(self.value, Scalar) and value_of(self.value) is wanted


def entries(node: MappingNode, depth: int = 0) -> dict[str, Entry]:
    """The entries by their names in lower case; of duplicates the last one counts."""
    found: dict[str, Entry] = {}
    merged: dict[str, Entry] = {}
    for number, (key, value) in enumerate(node.entries):
        if not isinstance(key, Scalar):
            continue
        if is_merge(key):
            for one in value.items if isinstance(value, SequenceNode) else [value]:
                if isinstance(one, MappingNode) and depth < _DEEPEST_MERGE:
                    merged = {**entries(one, depth + 1), **merged}
        else:
            found[key.value.lower()] = Entry(key, value, node, number)
    return {**merged, **found}


def mapping(entry: Entry | None) -> MappingNode | None:
    return entry.value if entry is not None and isinstance(entry.value, MappingNode) else None


def sequence(entry: Entry | None) -> SequenceNode | None:
    return entry.value if entry is not None and isinstance(entry.value, SequenceNode) else None


def scalar(entry: Entry | None) -> Scalar | None:
    return entry.value if entry is not None and isinstance(entry.value, Scalar) else None


def text_in(found: dict[str, Entry], name: str) -> str:
    node = scalar(found.get(name))
    return '' if node is None else string(node)


def value_of(node: Scalar) -> Value:
    try:
        return resolve(node)
    except BadTag:
        return node.value


def string(node: Scalar) -> str:
    """What a field for text holds: numbers and booleans became text in the old APIs too."""
    value = value_of(node)
    if value is None:
        return ''
    return value if isinstance(value, str) else go_string(value)


def references(root: Node) -> dict[int, int]:
    """On how many ways each node is reached, by its identity: aliases are the same node again."""
    order: list[Node] = []
    seen = {id(root)}
    waiting: list[tuple[Node, Iterator[Node]]] = [(root, iter(children(root)))]
    while waiting:
        node, rest = waiting[-1]
        following = next(rest, None)
        if following is None:
            order.append(node)
            waiting.pop()
        elif id(following) not in seen:
            seen.add(id(following))
            waiting.append((following, iter(children(following))))
    counts = dict.fromkeys(map(id, order), 0)
    counts[id(root)] = 1
    for node in reversed(order):
        for child in children(node):
            counts[id(child)] += counts[id(node)]
    return counts
