"""The fields of Kubernetes' own objects, read from the tree; Misshapen is what it refuses."""

from __future__ import annotations

import sys

from linter.calico.ownership import field
from linter.policy.model import Labels
from linter.policy.read import port_of
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from linter.yaml.scalars import BadTag, go_string, resolve


class Misshapen(Exception):
    """Not what Kubernetes reads."""


def protocol_of(entry: MappingNode) -> str:
    protocol = sys.intern(text_in(value_of(entry, 'protocol')) or 'TCP')
    if protocol not in ('TCP', 'UDP', 'SCTP'):
        raise Misshapen
    return protocol


def number_of(node: Node) -> int:
    port = port_of(text_in(node))
    if port is None or isinstance(port, str) or port[0] != port[1]:
        raise Misshapen
    return port[0]


def value_of(node: MappingNode, name: str) -> Node | None:
    """A field that is there and not null."""
    found = field(node, name)
    if found is None:
        return None
    value = found[1]
    if isinstance(value, Scalar) and not value.style and value.tag is None:
        return None if resolve(value) is None else value
    return value


def mapping_of(node: Node | None) -> MappingNode:
    if not isinstance(node, MappingNode):
        raise Misshapen
    return node


def items_of(node: Node | None) -> list[Node]:
    if node is None:
        return []
    if not isinstance(node, SequenceNode):
        raise Misshapen
    return node.items


def text_in(node: Node | None) -> str:
    if node is None:
        return ''
    if not isinstance(node, Scalar):
        raise Misshapen
    try:
        value = resolve(node)
    except BadTag:
        raise Misshapen from None
    return value if isinstance(value, str) else go_string(value)


def pairs_of(node: MappingNode) -> list[tuple[str, str]]:
    pairs = {
        sys.intern(key.value): sys.intern(text_in(value))
        for key, value in node.entries
        if isinstance(key, Scalar)
    }
    return sorted(pairs.items())


def labels_of(node: MappingNode) -> Labels:
    metadata = field(node, 'metadata')
    if metadata is None or not isinstance(metadata[1], MappingNode):
        return ()
    labels = field(metadata[1], 'labels')
    if labels is None or not isinstance(labels[1], MappingNode):
        return ()
    return tuple(pairs_of(labels[1]))
