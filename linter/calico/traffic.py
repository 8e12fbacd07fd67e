"""Parts of a traffic rule that several lint rules look at."""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import nets, protocols
from linter.calico.kinds import ICMP_TYPES, ICMPV6_TYPES
from linter.calico.values import Array, Container, Leaf, Object

LISTS = ('nets', 'notNets')


def networks(traffic: Object) -> Iterator[tuple[Leaf, nets.Net]]:
    """The CIDRs of a rule that parse, in source order, with the scalars that hold them."""
    leaves: list[Leaf] = []
    for side in ('source', 'destination'):
        entity = traffic.object(side)
        if entity is None:
            continue
        for name in LISTS:
            if name in entity.fields:
                leaves += entity.leaves(name)
    if len(leaves) > 1:
        # Neither their order nor an alias's place is that of the source.
        leaves.sort(key=lambda leaf: leaf.node.start)
    for leaf in leaves:
        net = nets.parse(leaf.text)
        if net is not None and net.prefix is not None:
            yield leaf, net


def icmp_type(text: str, traffic: Container | None) -> int | None:
    """The number of an ICMP type from its number or its name, under the protocol of a rule."""
    name = text.strip().lower().replace('_', '-').replace(' ', '-')
    if name.isdigit():
        return int(name) if len(name) < 4 and int(name) < 255 else None
    leaf = traffic.leaf('protocol') if isinstance(traffic, Object) else None
    protocol = protocols.parse(leaf.value, 'v3').name if leaf is not None else None
    return (ICMPV6_TYPES if protocol == 'ICMPv6' else ICMP_TYPES).get(name)


def types_of(spec: Object) -> str:
    """The directions that a policy without ``types`` governs, as Calico's API fills them in.

    https://github.com/projectcalico/calico/blob/v3.32.1/api/pkg/defaults/networkpolicy.go
    """
    egress = spec.fields.get('egress')
    has_egress = isinstance(egress, Array) and bool(egress.items)
    ingress = spec.fields.get('ingress')
    has_ingress = isinstance(ingress, Array) and bool(ingress.items)
    if has_egress and not has_ingress:
        return 'Egress'
    return 'Ingress, Egress' if has_egress else 'Ingress'


def direction_lists(spec: Object) -> Iterator[tuple[Array, list[Object]]]:
    """The lists of rules that are there, ``ingress`` and ``egress``, with the rules in them."""
    for direction in ('ingress', 'egress'):
        rules = spec.fields.get(direction)
        if isinstance(rules, Array):
            yield rules, [item for item in rules.items if isinstance(item, Object)]
