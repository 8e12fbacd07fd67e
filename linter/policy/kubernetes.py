"""Kubernetes' own kinds, read from the tree: its NetworkPolicy becomes Calico's, as Calico does it.

Source: libcalico-go/lib/backend/k8s/conversion/conversion.go. Kubernetes refuses what is not
here of the right shape; so of such a document nothing is made.
"""

from __future__ import annotations

import sys

from linter.calico.ownership import field, text_of
from linter.calico.placeholders import placeholders
from linter.policy.kubernetes_fields import (
    Misshapen,
    items_of,
    labels_of,
    mapping_of,
    text_in,
    value_of,
)
from linter.policy.kubernetes_rules import pods_of, rules_of
from linter.policy.kubernetes_services import service_of, slice_of
from linter.policy.kubernetes_written import written_of
from linter.policy.model import (
    DEFAULT_TIER,
    DIRECTIONS,
    EGRESS,
    INGRESS,
    KUBERNETES_NETWORK_POLICY,
    Namespace,
    Place,
    Policy,
    Record,
    Service,
    ServiceAccount,
    Unusable,
    Workload,
    packed,
)
from linter.text.source import Source
from linter.yaml.nodes import MappingNode, Node, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass
else:
    pass

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

_ORDER = 1000.0


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
    """What a document of one of ``WORKLOADS`` makes; None of others, and where it is not known.

    What is filled in later may be anywhere in it, and in its labels, too.
    """
    if not isinstance(node, MappingNode):
        return None
    kind = text_of(field(node, 'kind'))
    if WORKLOADS.get(kind, ' ') != text_of(field(node, 'apiVersion')):
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
            direction: rules_of(source, spec, direction, side)
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
            sys.intern(pods_of(selector)),
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
            written_of(source, spec),
        )
    except Misshapen:
        return None
