"""The YAML tree: nodes that know where they were written.

Nodes are what the parser saw, before any opinion about types: a scalar is its text and its
style, a mapping keeps duplicate keys and merge keys as entries. An alias is the very node of its
anchor, so a place reached through an alias is the place of the anchor.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Scalar:
    """A scalar: ``value`` is its text after unescaping and folding.

    ``start``/``end`` are the token itself (quotes or block indicator included, tag and anchor
    not), as offsets into the source text; ``outer`` is where its tag or anchor starts.
    ``style`` is ``''`` for plain, ``"'"``, ``'"'``, ``'|'`` or ``'>'``.
    ``tag`` is the tag as go-yaml sees it (``'!!str'`` is ``'tag:yaml.org,2002:str'``, ``!x`` is
    ``'!x'``, the non-specific tag is ``'!'``) or None where none was written.
    """

    __slots__ = ('end', 'outer', 'start', 'style', 'tag', 'value')

    def __init__(
        self,
        value: str,
        style: str,
        tag: str | None,
        start: int,
        end: int,
        outer: int,
    ) -> None:
        self.value = value
        self.style = style
        self.tag = tag
        self.start = start
        self.end = end
        self.outer = outer


class MappingNode:
    """A mapping: ``entries`` in source order, duplicates kept; ``start`` is its first token.

    Every key is a scalar: a document with another one is refused before anybody sees it.
    """

    __slots__ = ('end', 'entries', 'flow', 'outer', 'start', 'tag')

    def __init__(self, flow: bool, tag: str | None, start: int, outer: int) -> None:
        self.entries: list[tuple[Scalar, Node]] = []
        self.flow = flow
        self.tag = tag
        self.start = start
        self.end = start
        self.outer = outer


class SequenceNode:
    """A sequence: ``items`` in source order; ``start`` is its first token (``-`` or ``[``)."""

    __slots__ = ('end', 'flow', 'items', 'outer', 'start', 'tag')

    def __init__(self, flow: bool, tag: str | None, start: int, outer: int) -> None:
        self.items: list[Node] = []
        self.flow = flow
        self.tag = tag
        self.start = start
        self.end = start
        self.outer = outer


Node = Scalar | MappingNode | SequenceNode


def children(node: Node) -> list[Node]:
    """What is right in a node: keys and values, or items, in source order."""
    if isinstance(node, MappingNode):
        return [child for entry in node.entries for child in entry]
    return node.items if isinstance(node, SequenceNode) else []


def walk(root: Node | None) -> Iterator[Node]:
    """A node and all that is in it, each once however many aliases lead there; holders first."""
    waiting: list[Node] = [] if root is None else [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting += children(node)
