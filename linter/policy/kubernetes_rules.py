"""The rules of Kubernetes' NetworkPolicies as Calico's: peers, ports and label selectors.

Source: libcalico-go/lib/backend/k8s/conversion/conversion.go.
"""

from __future__ import annotations

import sys

from linter.calico.selector.accept import accepts
from linter.policy.kubernetes_fields import (
    Misshapen,
    items_of,
    mapping_of,
    number_of,
    pairs_of,
    protocol_of,
    text_in,
    value_of,
)
from linter.policy.model import ANYTHING, INGRESS, Entity, Net, Port, Protocol, Rule, packed
from linter.policy.read import net_of, port_of
from linter.text.source import Source
from linter.yaml.nodes import MappingNode, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_ON_PODS = "projectcalico.org/orchestrator == 'k8s'"
_OPERATORS = {
    'In': '{} in {{ {} }}',
    'NotIn': '{} not in {{ {} }}',
    'Exists': 'has({})',
    'DoesNotExist': '! has({})',
}


class _Peer(NamedTuple):
    entity: Entity
    node: Node | None


def rules_of(source: Source, spec: MappingNode, direction: str, side: str) -> tuple[Rule, ...]:
    """The rules of a direction: one of Calico's for each peer and protocol."""
    found: list[Rule] = []
    for item in items_of(value_of(spec, direction)):
        rule = mapping_of(item)
        peers = [_Peer(peer_of(mapping_of(one)), one) for one in items_of(value_of(rule, side))]
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


def peer_of(peer: MappingNode) -> Entity:
    """What a peer matches."""
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
        selector = ' && '.join(conditions_of(mapping_of(namespaces))) or 'all()'
    return Entity(
        selector=sys.intern(pods_of(value_of(peer, 'podSelector'))),
        namespace_selector=sys.intern(selector),
    )


def pods_of(selector: Node | None) -> str:
    """The selector of pods with the labels that a label selector asks for."""
    conditions = [] if selector is None else conditions_of(mapping_of(selector))
    return ' && '.join([_ON_PODS, *conditions])


def conditions_of(selector: MappingNode) -> list[str]:
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
