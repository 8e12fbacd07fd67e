"""What aliases and merge keys unfold to, counted and not expanded."""

from __future__ import annotations

from linter.yaml.nodes import (
    Node,
    Scalar,
    children,
)

_MERGE_TAG = 'tag:yaml.org,2002:merge'


# More nodes than this are as good as infinitely many.
_MANY = 1 << 40


def is_merge(key: Node) -> bool:
    """Whether a key is the merge key ``<<``, which go-yaml wants plain or tagged as such."""
    return (
        key.__class__ is Scalar
        and key.value == '<<'
        and (not key.style if key.tag is None else key.tag in ('!', _MERGE_TAG))
    )


def excessive_aliasing(node: Node) -> Node | None:
    """The node at whose expansion go-yaml gives up on a document, or None.

    It counts the nodes it decodes, and refuses when too large a share of them are reached through
    aliases: 99% up to 400,000 nodes, 10% from 4,000,000. Here nothing is expanded: within one
    alias the share only grows, so it is enough to look where an alias ends.
    https://github.com/go-yaml/yaml/blob/v2.4.0/decode.go#L275
    """
    order, sizes = expanded_sizes(node)
    decoded, aliased = 1, 0
    for one, is_alias in order:
        decoded += 1
        if is_alias:
            decoded = min(_MANY, decoded + sizes[id(one)])
            aliased = min(_MANY, aliased + sizes[id(one)])
        if aliased > 100 and decoded > 1000:
            share = 0.99 - 0.89 * (min(max(decoded, 400_000), 4_000_000) - 400_000) / 3_600_000
            if aliased / decoded > share:
                return one
    return None


def expanded_sizes(root: Node) -> tuple[list[tuple[Node, bool]], dict[int, int]]:
    """The nodes in document order, each with whether an alias leads there; and their sizes.

    A size is how many nodes there are when every alias is written out, up to a bound, by the id of
    the node. It counts as go-yaml decodes: an alias costs one step more than its anchor.
    """
    order: list[tuple[Node, bool]] = []
    sizes: dict[int, int] = {}
    extra: dict[int, int] = {}
    todo: list[tuple[Node, Node | None, bool]] = [(root, None, False)]
    while todo:
        node, parent, complete = todo.pop()
        if complete:
            size = 1 + extra[id(node)] + sum(sizes[id(child)] for child in children(node))
            sizes[id(node)] = min(_MANY, size)
            continue
        # Anchors come before their aliases, so that who is met again is met through an alias.
        is_alias = id(node) in extra
        order.append((node, is_alias))
        if not is_alias:
            extra[id(node)] = 0
            todo.append((node, parent, True))
            todo.extend((child, node, False) for child in reversed(children(node)))
        elif parent is not None:
            extra[id(parent)] += 1
    return order, sizes
