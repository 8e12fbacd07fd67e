"""Services and EndpointSlices of Kubernetes, read from the tree."""

from __future__ import annotations

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
from linter.policy.model import EndpointSlice, Net, Place, Protocol, Service, ServicePort
from linter.policy.read import net_of, port_of
from linter.yaml.nodes import MappingNode


def service_of(node: MappingNode, namespace: str, name: str, place: Place) -> Service:
    spec = value_of(node, 'spec')
    if spec is None:
        return Service(namespace, name, place)
    spec = mapping_of(spec)
    selector = value_of(spec, 'selector')
    ports: list[ServicePort] = []
    for item in items_of(value_of(spec, 'ports')):
        entry = mapping_of(item)
        number, target, outside = (
            value_of(entry, key) for key in ('port', 'targetPort', 'nodePort')
        )
        if number is None:
            raise Misshapen
        port = number_of(number)
        found = port if target is None else port_of(text_in(target))
        if isinstance(found, tuple):
            found = found[0]
        if found is None:
            raise Misshapen
        node_port = None if outside is None else number_of(outside)
        ports.append(ServicePort(protocol_of(entry), port, found, node_port))
    own = _nets(spec, 'clusterIP', 'clusterIPs')
    others = _nets(spec, 'loadBalancerIP', 'externalIPs')
    labels = () if selector is None else tuple(pairs_of(mapping_of(selector)))
    return Service(namespace, name, place, labels, tuple(ports), (*own, *others), own)


def _nets(spec: MappingNode, one: str, several: str) -> tuple[Net, ...]:
    """The addresses in a field, and in a list of them."""
    texts = (text_in(value_of(spec, one)), *map(text_in, items_of(value_of(spec, several))))
    found = (net_of(text) for text in texts if text and '/' not in text)
    return tuple(dict.fromkeys(net for net in found if net is not None))


def slice_of(node: MappingNode, namespace: str, place: Place) -> EndpointSlice:
    service = dict(labels_of(node)).get('kubernetes.io/service-name', '')
    ips: list[Net] = []
    for item in items_of(value_of(node, 'endpoints')):
        for address in items_of(value_of(mapping_of(item), 'addresses')):
            net = net_of(text_in(address))
            if net is not None:  # an FQDN
                ips.append(net)
    ports: list[tuple[Protocol, int]] = []
    for item in items_of(value_of(node, 'ports')):
        entry = mapping_of(item)
        number = value_of(entry, 'port')
        if number is not None:
            ports.append((protocol_of(entry), number_of(number)))
    return EndpointSlice(namespace, service, tuple(ips), tuple(ports), place)
