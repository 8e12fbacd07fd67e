"""What Kubernetes' NetworkPolicies say of themselves, for the rules about how they are written."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from linter.calico.ownership import field
from linter.policy.as_written import Written, WrittenPeer, WrittenPort, WrittenRule
from linter.policy.kubernetes_fields import items_of, mapping_of, number_of, text_in, value_of
from linter.policy.kubernetes_rules import conditions_of, peer_of
from linter.policy.model import ANYTHING, EGRESS, INGRESS
from linter.policy.read import port_of
from linter.text.source import Source
from linter.yaml.nodes import MappingNode, Node, SequenceNode


def written_of(source: Source, spec: MappingNode) -> Written:
    """The rules of a policy as they are written, and where."""
    rules: dict[str, tuple[WrittenRule, ...] | None] = {}
    for direction, side in ((INGRESS, 'from'), (EGRESS, 'to')):
        found = value_of(spec, direction)
        rules[direction] = None
        if found is not None:
            rules[direction] = tuple(_written_rule(source, item, side) for item in items_of(found))
    key = field(spec, EGRESS)
    return Written(
        bool(items_of(value_of(spec, 'policyTypes'))),
        rules[INGRESS],
        rules[EGRESS],
        None if key is None else (key[0].start, key[0].end),
    )


def _written_rule(source: Source, node: Node, side: str) -> WrittenRule:
    rule = mapping_of(node)
    peers = value_of(rule, side)
    is_empty = isinstance(peers, SequenceNode) and not peers.items
    start = rule.entries[0][0].start if rule.entries else node.start
    return WrittenRule(
        tuple(_written_peer(item) for item in items_of(peers)),
        tuple(_written_port(item) for item in items_of(value_of(rule, 'ports'))),
        (peers.start, peers.end) if is_empty and peers is not None else None,
        source.position(start)[0],
        start,
        node.end,
    )


def _written_peer(node: Node) -> WrittenPeer:
    peer = mapping_of(node)
    selectors: list[str | None] = []
    for name in ('namespaceSelector', 'podSelector'):
        found = value_of(peer, name)
        text = None if found is None else ' && '.join(conditions_of(mapping_of(found)))
        selectors.append(text)
    block = peer_of(peer) if value_of(peer, 'ipBlock') is not None else ANYTHING
    return WrittenPeer(
        selectors[0],
        selectors[1],
        block.nets[0] if block.nets else None,
        block.not_nets,
        peer.entries[0][0].start if peer.entries else node.start,
        node.end,
        tuple(_labels(value_of(peer, 'namespaceSelector'))),
    )


def _labels(selector: Node | None) -> Iterator[tuple[str, int, int]]:
    """The keys of labels that a selector asks for, and their places."""
    if selector is None:
        return
    words = value_of(mapping_of(selector), 'matchLabels')
    keys: list[Node] = [] if words is None else [key for key, _ in mapping_of(words).entries]
    for item in items_of(value_of(mapping_of(selector), 'matchExpressions')):
        key = value_of(mapping_of(item), 'key')
        keys += [] if key is None else [key]
    for key in keys:
        yield sys.intern(text_in(key)), key.start, key.end


def _written_port(node: Node) -> WrittenPort:
    entry = mapping_of(node)
    number, last = value_of(entry, 'port'), value_of(entry, 'endPort')
    port = None if number is None else port_of(text_in(number))
    if last is not None and isinstance(port, tuple):
        port = port[0], number_of(last)
    at = node if number is None else number
    return WrittenPort(text_in(value_of(entry, 'protocol')), port, at.start, at.end)
