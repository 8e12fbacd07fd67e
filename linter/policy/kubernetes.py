"""Kubernetes' own kinds, read from the tree: its NetworkPolicy becomes Calico's, as Calico does it.

Source: libcalico-go/lib/backend/k8s/conversion/conversion.go. Kubernetes refuses what is not
here of the right shape; so of such a document nothing is made.
"""

from __future__ import annotations

import sys

from linter.calico.ownership import field, text_of
from linter.calico.placeholders import placeholders
from linter.calico.selector.accept import accepts
from linter.policy.kubernetes_fields import (
    Misshapen,
    items_of,
    labels_of,
    mapping_of,
    number_of,
    pairs_of,
    protocol_of,
    text_in,
    value_of,
)
from linter.policy.kubernetes_services import service_of, slice_of
from linter.policy.model import (
    ANYTHING,
    DEFAULT_TIER,
    DIRECTIONS,
    EGRESS,
    INGRESS,
    KUBERNETES_NETWORK_POLICY,
    Entity,
    Namespace,
    Net,
    Place,
    Policy,
    Port,
    Protocol,
    Record,
    Rule,
    Service,
    ServiceAccount,
    Unusable,
    Workload,
    Written,
    WrittenPeer,
    WrittenPort,
    WrittenRule,
    packed,
)
from linter.policy.read import net_of, port_of
from linter.text.source import Source
from linter.yaml.nodes import MappingNode, Node, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

KINDS = {
    'NetworkPolicy': 'networking.k8s.io/v1',
    'Namespace': 'v1',
    'ServiceAccount': 'v1',
    'Service': 'v1',
    'EndpointSlice': 'discovery.k8s.io/v1',
}
"""The kinds that are read, and their API."""

WORKLOADS = {
    'Pod': 'v1',
    'Deployment': 'apps/v1',
    'StatefulSet': 'apps/v1',
    'DaemonSet': 'apps/v1',
    'ReplicaSet': 'apps/v1',
    'Job': 'batch/v1',
    'CronJob': 'batch/v1',
}
"""The kinds of which pods are made, and their API."""

_ON_PODS = "projectcalico.org/orchestrator == 'k8s'"
_ORDER = 1000.0
_OPERATORS = {
    'In': '{} in {{ {} }}',
    'NotIn': '{} not in {{ {} }}',
    'Exists': 'has({})',
    'DoesNotExist': '! has({})',
}


def kind_of(node: Node) -> str | None:
    """The kind of a document that is one of ``KINDS``."""
    if not isinstance(node, MappingNode):
        return None
    kind = text_of(field(node, 'kind'))
    return kind if KINDS.get(kind) == text_of(field(node, 'apiVersion')) else None


def members(root: Node) -> list[Node]:
    """What a document holds: itself, or the items of a List or of a sequence."""
    if isinstance(root, SequenceNode):
        return root.items
    if isinstance(root, MappingNode) and text_of(field(root, 'kind')).endswith('List'):
        items = field(root, 'items')
        if items is not None and isinstance(items[1], SequenceNode):
            return items[1].items
    return [root]


def objects(root: Node) -> list[MappingNode]:
    """The objects of ``KINDS`` in a document."""
    nodes = members(root)
    return [one for one in nodes if isinstance(one, MappingNode) and kind_of(one) is not None]


def summarise(source: Source, node: MappingNode, kind: str) -> Record | Unusable:
    """The summary of a document of one of ``KINDS``."""
    name, namespace, place = _identity(source, node)
    text = source.text
    if placeholders(text, node) or '{{' in text[node.start : node.end]:
        why = 'has a placeholder, which is filled in later'
        return Unusable(kind, namespace, name, 'placeholder', why, place)
    try:
        if not name or "'" in (namespace or ''):
            raise Misshapen
        if kind == 'NetworkPolicy':
            found = policy(source, node, KUBERNETES_NETWORK_POLICY, 'api')
            if found is None:
                raise Misshapen
            return found
        if kind == 'Namespace':
            return Namespace(name, labels_of(node), place)
        # What names no namespace goes into `default` only if nobody says otherwise.
        if namespace is None:
            why = 'names no namespace'
            return Unusable(kind, namespace, name, 'namespace', why, place)
        if kind == 'ServiceAccount':
            return ServiceAccount(namespace, name, labels_of(node), place)
        if kind == 'Service':
            try:
                return service_of(node, namespace, name, place)
            except Misshapen:
                # That there is one is enough for most who ask.
                return Service(namespace, name, place)
        return slice_of(node, namespace, place)
    except Misshapen:
        why = 'is not what Kubernetes reads'
        return Unusable(kind, namespace, name, 'refused', why, place)


def workload(source: Source, node: Node) -> Workload | None:
    """What a document of one of ``WORKLOADS`` makes; None of others, and where it is not known."""
    if not isinstance(node, MappingNode):
        return None
    kind = text_of(field(node, 'kind'))
    if WORKLOADS.get(kind, ' ') != text_of(field(node, 'apiVersion')):
        return None
    if placeholders(source.text, node) or '{{' in source.text[node.start : node.end]:
        return None
    name, namespace, place = _identity(source, node)
    try:
        at: MappingNode = node
        path = '' if kind == 'Pod' else 'spec template'
        if kind == 'CronJob':
            path = 'spec jobTemplate spec template'
        for key in path.split():
            at = mapping_of(value_of(at, key))
        return Workload(namespace, name, labels_of(at), place)
    except Misshapen:
        return None


def _identity(source: Source, node: MappingNode) -> tuple[str, str | None, Place]:
    metadata = field(node, 'metadata')
    found = metadata[1] if metadata is not None else None
    name = namespace = None
    if isinstance(found, MappingNode):
        name = field(found, 'name')
        namespace = field(found, 'namespace')
    at = name[1] if name is not None else node.entries[0][0] if node.entries else node
    place = Place(source.path, source.position(at.start)[0], at.start, at.end)
    return sys.intern(text_of(name)), sys.intern(text_of(namespace)) or None, place


def policy(source: Source, node: MappingNode, kind: str, lane: str) -> Policy | None:
    """A NetworkPolicy of Kubernetes, or a staged one, as a policy of Calico's.

    None where it is not of the shape that Kubernetes wants.
    """
    name, namespace, place = _identity(source, node)
    try:
        spec = mapping_of(value_of(node, 'spec'))
        rules = {
            direction: _rules(source, spec, direction, side)
            for direction, side in ((INGRESS, 'from'), (EGRESS, 'to'))
        }
        types = {text_in(item).lower() for item in items_of(value_of(spec, 'policyTypes'))}
        if not types:
            # The API server fills these in.
            types = {INGRESS, EGRESS} if rules[EGRESS] else {INGRESS}
        parts: list[tuple[str, int, int]] = []
        selector = value_of(spec, 'podSelector')
        if selector is not None:
            parts.append(('selector', selector.start, selector.end))
        return Policy(
            kind,
            namespace,
            name,
            DEFAULT_TIER,
            _ORDER,
            kind.startswith('Staged'),
            tuple(direction for direction in DIRECTIONS if direction in types),
            sys.intern(_pods(selector)),
            '',
            '',
            False,
            False,
            False,
            rules[INGRESS],
            rules[EGRESS],
            lane,
            place,
            packed(parts),
            _written(source, spec),
        )
    except Misshapen:
        return None


def _written(source: Source, spec: MappingNode) -> Written:
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
        text = None if found is None else ' && '.join(_conditions(mapping_of(found)))
        selectors.append(text)
    block = _peer(peer) if value_of(peer, 'ipBlock') is not None else ANYTHING
    return WrittenPeer(
        selectors[0],
        selectors[1],
        block.nets[0] if block.nets else None,
        block.not_nets,
        peer.entries[0][0].start if peer.entries else node.start,
        node.end,
    )


def _written_port(node: Node) -> WrittenPort:
    entry = mapping_of(node)
    number, last = value_of(entry, 'port'), value_of(entry, 'endPort')
    port = None if number is None else port_of(text_in(number))
    if last is not None and isinstance(port, tuple):
        port = port[0], number_of(last)
    at = node if number is None else number
    return WrittenPort(text_in(value_of(entry, 'protocol')), port, at.start, at.end)


class _Peer(NamedTuple):
    entity: Entity
    node: Node | None


def _rules(source: Source, spec: MappingNode, direction: str, side: str) -> tuple[Rule, ...]:
    found: list[Rule] = []
    for item in items_of(value_of(spec, direction)):
        rule = mapping_of(item)
        peers = [_Peer(_peer(mapping_of(one)), one) for one in items_of(value_of(rule, side))]
        ports = value_of(rule, 'ports')
        groups = _groups(items_of(ports))
        for protocol in sorted(groups):
            for peer in peers or (_Peer(ANYTHING, None),):
                found.append(
                    _rule(source, item, peer, ports, protocol, groups[protocol], direction)
                )
    return tuple(found)


def _rule(
    source: Source,
    rule: Node,
    peer: _Peer,
    ports: Node | None,
    protocol: str,
    numbers: tuple[Port, ...],
    direction: str,
) -> Rule:
    other = 'source' if direction == INGRESS else 'destination'
    parts: list[tuple[str, int, int]] = []
    if peer.node is not None:
        name = 'nets' if peer.entity.nets else 'selector'
        parts.append((f'{other}.{name}', peer.node.start, peer.node.end))
    if ports is not None and protocol:
        parts.append(('protocol', ports.start, ports.end))
        if numbers:
            parts.append(('destination.ports', ports.start, ports.end))
    if direction == INGRESS:
        sides = peer.entity, Entity(ports=numbers) if numbers else ANYTHING
    else:
        sides = ANYTHING, peer.entity._replace(ports=numbers)
    at = rule if peer.node is None else peer.node
    known: Protocol | None = protocol or None
    return Rule(
        'Allow',
        sides[0],
        sides[1],
        known,
        line=source.position(at.start)[0],
        start=at.start,
        end=at.end,
        parts=packed(parts),
    )


def _groups(ports: list[Node]) -> dict[str, tuple[Port, ...]]:
    """The ports by protocol, of which each makes a rule; no ports of one: all of them."""
    if not ports:
        return {'': ()}
    groups: dict[str, list[Port] | None] = {}
    for item in ports:
        entry = mapping_of(item)
        protocol = protocol_of(entry)
        number = value_of(entry, 'port')
        if number is None:
            groups[protocol] = None
            continue
        port = port_of(text_in(number))
        if port is None:
            raise Misshapen
        last = value_of(entry, 'endPort')
        if last is not None:
            end = number_of(last)
            if isinstance(port, str) or end < port[0]:
                raise Misshapen
            port = port[0], end
        known = groups.setdefault(protocol, [])
        if known is not None:
            known.append(port)
    return {protocol: tuple(known or ()) for protocol, known in groups.items()}


def _peer(peer: MappingNode) -> Entity:
    block = value_of(peer, 'ipBlock')
    if block is not None:
        net = net_of(text_in(value_of(mapping_of(block), 'cidr')))
        if net is None:
            raise Misshapen
        excepted: list[Net] = []
        for item in items_of(value_of(mapping_of(block), 'except')):
            other = net_of(text_in(item))
            if other is None:
                raise Misshapen
            excepted.append(other)
        return Entity(nets=(net,), not_nets=tuple(excepted))
    namespaces = value_of(peer, 'namespaceSelector')
    selector = ''
    if namespaces is not None:
        selector = ' && '.join(_conditions(mapping_of(namespaces))) or 'all()'
    return Entity(
        selector=sys.intern(_pods(value_of(peer, 'podSelector'))),
        namespace_selector=sys.intern(selector),
    )


def _pods(selector: Node | None) -> str:
    conditions = [] if selector is None else _conditions(mapping_of(selector))
    return ' && '.join([_ON_PODS, *conditions])


def _conditions(selector: MappingNode) -> list[str]:
    """The conditions of a label selector, in the order in which Calico writes them."""
    found: list[str] = []
    labels = value_of(selector, 'matchLabels')
    if labels is not None:
        found += [f"{key} == '{value}'" for key, value in pairs_of(mapping_of(labels))]
    for item in items_of(value_of(selector, 'matchExpressions')):
        condition = mapping_of(item)
        key, operator = (
            text_in(value_of(condition, 'key')),
            text_in(value_of(condition, 'operator')),
        )
        values = "', '".join(text_in(value) for value in items_of(value_of(condition, 'values')))
        if operator not in _OPERATORS or not key:
            raise Misshapen
        found.append(_OPERATORS[operator].format(key, f"'{values}'"))
    # What Kubernetes takes for labels, a selector of Calico's can say; what it refuses, may not.
    if found and not accepts(' && '.join(found)):
        raise Misshapen
    return found
