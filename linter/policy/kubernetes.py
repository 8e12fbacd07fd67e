"""Kubernetes' own kinds, read from the tree: its NetworkPolicy becomes Calico's, as Calico does it.

Source: libcalico-go/lib/backend/k8s/conversion/conversion.go. Kubernetes refuses what is not
here of the right shape; so of such a document nothing is made.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from linter.calico.ownership import field, text_of
from linter.calico.placeholders import placeholders
from linter.calico.selector.accept import accepts
from linter.policy.model import (
    ANYTHING,
    DEFAULT_TIER,
    DIRECTIONS,
    EGRESS,
    INGRESS,
    KUBERNETES_NETWORK_POLICY,
    EndpointSlice,
    Entity,
    Labels,
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
    ServicePort,
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
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from linter.yaml.scalars import BadTag, go_string, resolve

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


class _Misshapen(Exception):
    """Not what Kubernetes reads."""


def kind_of(node: Node) -> str | None:
    """The kind of a document that is one of ``KINDS``."""
    if not isinstance(node, MappingNode):
        return None
    kind = text_of(field(node, 'kind'))
    return kind if KINDS.get(kind) == text_of(field(node, 'apiVersion')) else None


def objects(root: Node) -> list[MappingNode]:
    """The objects of ``KINDS`` in a document: itself, or items of a List or of a sequence."""
    nodes: list[Node] = [root]
    if isinstance(root, SequenceNode):
        nodes = root.items
    elif isinstance(root, MappingNode) and text_of(field(root, 'kind')).endswith('List'):
        items = field(root, 'items')
        if items is not None and isinstance(items[1], SequenceNode):
            nodes = items[1].items
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
            raise _Misshapen
        if kind == 'NetworkPolicy':
            found = policy(source, node, KUBERNETES_NETWORK_POLICY, 'api')
            if found is None:
                raise _Misshapen
            return found
        if kind == 'Namespace':
            return Namespace(name, _labels(node), place)
        # What names no namespace goes into `default` only if nobody says otherwise.
        if namespace is None:
            why = 'names no namespace'
            return Unusable(kind, namespace, name, 'namespace', why, place)
        if kind == 'ServiceAccount':
            return ServiceAccount(namespace, name, _labels(node), place)
        if kind == 'Service':
            try:
                return _service(node, namespace, name, place)
            except _Misshapen:
                # That there is one is enough for most who ask.
                return Service(namespace, name, place)
        return _slice(node, namespace, place)
    except _Misshapen:
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
            at = _mapping(_get(at, key))
        return Workload(namespace, name, _labels(at), place)
    except _Misshapen:
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
        spec = _mapping(_get(node, 'spec'))
        rules = {
            direction: _rules(source, spec, direction, side)
            for direction, side in ((INGRESS, 'from'), (EGRESS, 'to'))
        }
        types = {_text(item).lower() for item in _items(_get(spec, 'policyTypes'))}
        if not types:
            # The API server fills these in.
            types = {INGRESS, EGRESS} if rules[EGRESS] else {INGRESS}
        parts: list[tuple[str, int, int]] = []
        selector = _get(spec, 'podSelector')
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
    except _Misshapen:
        return None


def _written(source: Source, spec: MappingNode) -> Written:
    rules: dict[str, tuple[WrittenRule, ...] | None] = {}
    for direction, side in ((INGRESS, 'from'), (EGRESS, 'to')):
        found = _get(spec, direction)
        rules[direction] = None
        if found is not None:
            rules[direction] = tuple(_written_rule(source, item, side) for item in _items(found))
    key = field(spec, EGRESS)
    return Written(
        bool(_items(_get(spec, 'policyTypes'))),
        rules[INGRESS],
        rules[EGRESS],
        None if key is None else (key[0].start, key[0].end),
    )


def _written_rule(source: Source, node: Node, side: str) -> WrittenRule:
    rule = _mapping(node)
    peers = _get(rule, side)
    is_empty = isinstance(peers, SequenceNode) and not peers.items
    start = rule.entries[0][0].start if rule.entries else node.start
    return WrittenRule(
        tuple(_written_peer(item) for item in _items(peers)),
        tuple(_written_port(item) for item in _items(_get(rule, 'ports'))),
        (peers.start, peers.end) if is_empty and peers is not None else None,
        source.position(start)[0],
        start,
        node.end,
    )


def _written_peer(node: Node) -> WrittenPeer:
    peer = _mapping(node)
    selectors: list[str | None] = []
    for name in ('namespaceSelector', 'podSelector'):
        found = _get(peer, name)
        text = None if found is None else ' && '.join(_conditions(_mapping(found)))
        selectors.append(text)
    block = _peer(peer) if _get(peer, 'ipBlock') is not None else ANYTHING
    return WrittenPeer(
        selectors[0],
        selectors[1],
        block.nets[0] if block.nets else None,
        block.not_nets,
        peer.entries[0][0].start if peer.entries else node.start,
        node.end,
    )


def _written_port(node: Node) -> WrittenPort:
    entry = _mapping(node)
    number, last = _get(entry, 'port'), _get(entry, 'endPort')
    port = None if number is None else port_of(_text(number))
    if last is not None and isinstance(port, tuple):
        port = port[0], _port(last)
    at = node if number is None else number
    return WrittenPort(_text(_get(entry, 'protocol')), port, at.start, at.end)


class _Peer(NamedTuple):
    entity: Entity
    node: Node | None


def _rules(source: Source, spec: MappingNode, direction: str, side: str) -> tuple[Rule, ...]:
    found: list[Rule] = []
    for item in _items(_get(spec, direction)):
        rule = _mapping(item)
        peers = [_Peer(_peer(_mapping(one)), one) for one in _items(_get(rule, side))]
        ports = _get(rule, 'ports')
        groups = _groups(_items(ports))
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
        entry = _mapping(item)
        protocol = _protocol(entry)
        number = _get(entry, 'port')
        if number is None:
            groups[protocol] = None
            continue
        port = port_of(_text(number))
        if port is None:
            raise _Misshapen
        last = _get(entry, 'endPort')
        if last is not None:
            end = _port(last)
            if isinstance(port, str) or end < port[0]:
                raise _Misshapen
            port = port[0], end
        known = groups.setdefault(protocol, [])
        if known is not None:
            known.append(port)
    return {protocol: tuple(known or ()) for protocol, known in groups.items()}


def _peer(peer: MappingNode) -> Entity:
    block = _get(peer, 'ipBlock')
    if block is not None:
        net = net_of(_text(_get(_mapping(block), 'cidr')))
        if net is None:
            raise _Misshapen
        excepted: list[Net] = []
        for item in _items(_get(_mapping(block), 'except')):
            other = net_of(_text(item))
            if other is None:
                raise _Misshapen
            excepted.append(other)
        return Entity(nets=(net,), not_nets=tuple(excepted))
    namespaces = _get(peer, 'namespaceSelector')
    selector = ''
    if namespaces is not None:
        selector = ' && '.join(_conditions(_mapping(namespaces))) or 'all()'
    return Entity(
        selector=sys.intern(_pods(_get(peer, 'podSelector'))),
        namespace_selector=sys.intern(selector),
    )


def _pods(selector: Node | None) -> str:
    conditions = [] if selector is None else _conditions(_mapping(selector))
    return ' && '.join([_ON_PODS, *conditions])


def _conditions(selector: MappingNode) -> list[str]:
    """The conditions of a label selector, in the order in which Calico writes them."""
    found: list[str] = []
    labels = _get(selector, 'matchLabels')
    if labels is not None:
        found += [f"{key} == '{value}'" for key, value in _pairs(_mapping(labels))]
    for item in _items(_get(selector, 'matchExpressions')):
        condition = _mapping(item)
        key, operator = _text(_get(condition, 'key')), _text(_get(condition, 'operator'))
        values = "', '".join(_text(value) for value in _items(_get(condition, 'values')))
        if operator not in _OPERATORS or not key:
            raise _Misshapen
        found.append(_OPERATORS[operator].format(key, f"'{values}'"))
    # What Kubernetes takes for labels, a selector of Calico's can say; what it refuses, may not.
    if found and not accepts(' && '.join(found)):
        raise _Misshapen
    return found


def _service(node: MappingNode, namespace: str, name: str, place: Place) -> Service:
    spec = _get(node, 'spec')
    if spec is None:
        return Service(namespace, name, place)
    spec = _mapping(spec)
    selector = _get(spec, 'selector')
    ports: list[ServicePort] = []
    for item in _items(_get(spec, 'ports')):
        entry = _mapping(item)
        number, target, outside = (_get(entry, key) for key in ('port', 'targetPort', 'nodePort'))
        if number is None:
            raise _Misshapen
        port = _port(number)
        found = port if target is None else port_of(_text(target))
        if isinstance(found, tuple):
            found = found[0]
        if found is None:
            raise _Misshapen
        node_port = None if outside is None else _port(outside)
        ports.append(ServicePort(_protocol(entry), port, found, node_port))
    ips: list[Net] = []
    for text in (
        _text(_get(spec, 'clusterIP')),
        _text(_get(spec, 'loadBalancerIP')),
        *(_text(item) for item in _items(_get(spec, 'externalIPs'))),
    ):
        net = net_of(text) if text and '/' not in text else None
        if net is not None:
            ips.append(net)
    labels = () if selector is None else tuple(_pairs(_mapping(selector)))
    return Service(namespace, name, place, labels, tuple(ports), tuple(ips))


def _slice(node: MappingNode, namespace: str, place: Place) -> EndpointSlice:
    service = dict(_labels(node)).get('kubernetes.io/service-name', '')
    ips: list[Net] = []
    for item in _items(_get(node, 'endpoints')):
        for address in _items(_get(_mapping(item), 'addresses')):
            net = net_of(_text(address))
            if net is not None:  # an FQDN
                ips.append(net)
    ports: list[tuple[Protocol, int]] = []
    for item in _items(_get(node, 'ports')):
        entry = _mapping(item)
        number = _get(entry, 'port')
        if number is not None:
            ports.append((_protocol(entry), _port(number)))
    return EndpointSlice(namespace, service, tuple(ips), tuple(ports), place)


def _protocol(entry: MappingNode) -> str:
    protocol = sys.intern(_text(_get(entry, 'protocol')) or 'TCP')
    if protocol not in ('TCP', 'UDP', 'SCTP'):
        raise _Misshapen
    return protocol


def _port(node: Node) -> int:
    port = port_of(_text(node))
    if port is None or isinstance(port, str) or port[0] != port[1]:
        raise _Misshapen
    return port[0]


def _get(node: MappingNode, name: str) -> Node | None:
    """A field that is there and not null."""
    found = field(node, name)
    if found is None:
        return None
    value = found[1]
    if isinstance(value, Scalar) and not value.style and value.tag is None:
        return None if resolve(value) is None else value
    return value


def _mapping(node: Node | None) -> MappingNode:
    if not isinstance(node, MappingNode):
        raise _Misshapen
    return node


def _items(node: Node | None) -> list[Node]:
    if node is None:
        return []
    if not isinstance(node, SequenceNode):
        raise _Misshapen
    return node.items


def _text(node: Node | None) -> str:
    if node is None:
        return ''
    if not isinstance(node, Scalar):
        raise _Misshapen
    try:
        value = resolve(node)
    except BadTag:
        raise _Misshapen from None
    return value if isinstance(value, str) else go_string(value)


def _pairs(node: MappingNode) -> list[tuple[str, str]]:
    pairs = {
        sys.intern(key.value): sys.intern(_text(value))
        for key, value in node.entries
        if isinstance(key, Scalar)
    }
    return sorted(pairs.items())


def _labels(node: MappingNode) -> Labels:
    metadata = field(node, 'metadata')
    if metadata is None or not isinstance(metadata[1], MappingNode):
        return ()
    labels = field(metadata[1], 'labels')
    if labels is None or not isinstance(labels[1], MappingNode):
        return ()
    return tuple(_pairs(labels[1]))
