"""From a decoded document to its summary, or to the reason why nothing may be made of it.

A summary is what Calico makes of a document that it takes. So a document that is refused, or of
which it is not known what it will be in the cluster (a placeholder, a field that nobody knows), has
none: whatever were said of it might be wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.kinds import ENTERPRISE_FIELDS, KINDS
from linter.calico.placeholders import placeholders
from linter.calico.values import Object
from linter.policy.model import (
    DEFAULT_TIER,
    DIRECTIONS,
    EGRESS,
    INGRESS,
    HostEndpoint,
    NamedPort,
    NetworkSet,
    Place,
    Policy,
    Pool,
    Profile,
    Record,
    Rule,
    Tier,
    Unusable,
    packed,
)
from linter.policy.parts import (
    SPELT,
    Parts,
    Unreasonable,
    flag_of,
    labels_of,
    nets_of,
    place_of,
    rules_of,
    selector_of,
)
from linter.policy.read import net_of, protocol_of
from linter.policy.semantics import Semantics

# What does not fit the schema, and leaves no doubt about what Calico makes of it all the same.
_HARMLESS = frozenset(('coerced', 'coerced-key', 'case', 'merge-override', 'absent'))


def summarise(
    document: Document, semantics: Semantics, refused: str | None = None
) -> Record | Unusable | None:
    """The summary of a document of Calico's; None of a kind that says nothing about traffic.

    ``refused`` is why Calico does not take it, where a rule has found that it does not.
    """
    make = _MAKERS.get(document.kind)
    if make is None:
        return None
    metadata = document.metadata
    name = metadata.text('name') if metadata is not None else ''
    namespace: str | None = ''
    if KINDS[document.kind].namespaced:
        namespace = (metadata.text('namespace') if metadata is not None else '') or None
    place = _place(document, metadata)
    try:
        if refused is not None:
            raise Unreasonable('refused', refused)
        for problem in document.problems:
            _look_at(problem)
        _look_for_placeholders(document)
        if not name:
            raise Unreasonable('refused', 'has no name')
        if "'" in (namespace or ''):
            raise Unreasonable('refused', 'has a namespace that is none')
        return make(document, semantics, SPELT(name), namespace, place)
    except Unreasonable as stop:
        return Unusable(document.kind, namespace, name, stop.reason, stop.why, place)


def _place(document: Document, metadata: Object | None) -> Place:
    name = metadata.fields.get('name') if metadata is not None else None
    span = (name or document.root).span if name is not None else document.root.key_span
    return place_of(document.source, span.start, span.end)


def _look_at(problem: Problem) -> None:
    if problem.kind in _HARMLESS:
        return
    if problem.kind in ('unknown', 'later'):
        reason, what = 'unknown-field', 'Calico does not know'
        if problem.name in ENTERPRISE_FIELDS:
            reason, what = 'enterprise-field', 'is not open-source Calico'
        raise Unreasonable(reason, f'has the field {problem.name}, which {what}')
    raise Unreasonable('refused', 'is not what Calico reads')


def _look_for_placeholders(document: Document) -> None:
    text = document.source.text
    node = document.node
    if placeholders(text, node):
        raise Unreasonable('placeholder', 'has a placeholder, which is filled in later')


def _policy(
    document: Document, semantics: Semantics, name: str, namespace: str | None, place: Place
) -> Policy:
    spec = document.spec
    lane = document.decoded.lane.name
    if spec is None:
        spec = Object(document.node, (None, None, 'spec', -1), 'Spec')
    fields = spec.fields
    order = spec.leaf('order')
    source = document.source
    rules: dict[str, tuple[Rule, ...]] = {}
    for direction in DIRECTIONS:
        rules[direction] = rules_of(source, spec, direction) if direction in fields else ()
    if 'types' in fields:
        types = {leaf.text.lower() for leaf in spec.leaves('types')}
    else:
        types = set()
    parts: Parts = []
    for field in POLICY_PARTS:
        value = fields.get(field)
        if value is not None:
            node = value.node
            parts.append((field, node.start, node.end))
    return Policy(
        document.kind,
        namespace,
        name,
        SPELT(spec.text('tier') or DEFAULT_TIER),
        None if order is None else float(order.value),
        document.kind.startswith('Staged'),
        directions_of(types, rules[INGRESS], rules[EGRESS], semantics.fills_in_types(lane)),
        selector_of(spec, 'selector'),
        selector_of(spec, 'namespaceSelector'),
        selector_of(spec, 'serviceAccountSelector'),
        flag_of(spec, 'applyOnForward'),
        flag_of(spec, 'preDNAT'),
        flag_of(spec, 'doNotTrack'),
        rules[INGRESS],
        rules[EGRESS],
        lane,
        place,
        packed(parts),
    )


POLICY_PARTS = (
    'selector',
    'namespaceSelector',
    'serviceAccountSelector',
    'types',
    'order',
    'tier',
)
"""The fields of a policy whose places its summary keeps, in this order."""


def directions_of(
    types: set[str], ingress: tuple[Rule, ...], egress: tuple[Rule, ...], filled_in: bool
) -> tuple[str, ...]:
    """The directions that a policy governs.

    Without ``types`` Felix takes both; where they are ``filled_in`` before they are stored, ingress
    unless there are only egress rules, egress if there are egress rules. A policy that is stored
    with an empty list gets the same. Source: libcalico-go/lib/clientv3/networkpolicy.go
    ``defaultPolicyTypesField``, felix/calc/policy_sorter.go ``ExtractPolicyMetadata``.
    """
    if types:
        return tuple(direction for direction in DIRECTIONS if direction in types)
    if not filled_in:
        return DIRECTIONS
    if not egress:
        return (INGRESS,)
    return DIRECTIONS if ingress else (EGRESS,)


def _network_set(
    document: Document, semantics: Semantics, name: str, namespace: str | None, place: Place
) -> NetworkSet:
    spec = document.spec
    found = nets_of(spec, 'nets') if spec is not None else ()
    return NetworkSet(
        document.kind, namespace, name, labels_of(document.metadata, 'labels'), found, place
    )


def _tier(
    document: Document, semantics: Semantics, name: str, namespace: str | None, place: Place
) -> Tier:
    spec = document.spec
    order = spec.leaf('order') if spec is not None else None
    filled_in = semantics.tier_order(document.decoded.lane.name)
    action = spec.text('defaultAction') if spec is not None else ''
    return Tier(name, filled_in if order is None else float(order.value), action or 'Deny', place)


def _host_endpoint(
    document: Document, semantics: Semantics, name: str, namespace: str | None, place: Place
) -> HostEndpoint:
    spec = document.spec
    ports: list[NamedPort] = []
    if spec is None:
        return HostEndpoint(name, '', '', (), labels_of(document.metadata, 'labels'), (), (), place)
    for item in spec.items('ports'):
        if isinstance(item, Object):
            protocol, port = item.leaf('protocol'), item.leaf('port')
            known = protocol_of(protocol.value) if protocol is not None else None
            if known is not None and port is not None:
                ports.append(NamedPort(item.text('name'), known, int(port.value)))
    return HostEndpoint(
        name,
        spec.text('node'),
        spec.text('interfaceName'),
        nets_of(spec, 'expectedIPs'),
        labels_of(document.metadata, 'labels'),
        tuple(leaf.text for leaf in spec.leaves('profiles')),
        tuple(ports),
        place,
    )


def _profile(
    document: Document, semantics: Semantics, name: str, namespace: str | None, place: Place
) -> Profile:
    spec = document.spec
    if spec is None:
        return Profile(name, (), (), (), place)
    source = document.source
    return Profile(
        name,
        labels_of(spec, 'labelsToApply'),
        rules_of(source, spec, INGRESS),
        rules_of(source, spec, EGRESS),
        place,
    )


def _kubernetes(
    document: Document, semantics: Semantics, name: str, namespace: str | None, place: Place
) -> Policy:
    # Imported lazily: hardly anybody stages these.
    from linter.policy import kubernetes

    lane = document.decoded.lane.name
    policy = kubernetes.policy(document.source, document.node, document.kind, lane)
    if policy is None:
        raise Unreasonable('refused', 'is not what Kubernetes reads')
    return policy


def _pool(
    document: Document, semantics: Semantics, name: str, namespace: str | None, place: Place
) -> Pool:
    spec = document.spec
    net = net_of(spec.text('cidr')) if spec is not None else None
    if spec is None or net is None:
        raise Unreasonable('refused', 'has no network that Calico reads')
    uses = [leaf.text for leaf in spec.leaves('allowedUses')]
    return Pool(name, net, not uses or 'Workload' in uses, place)


_Maker = Callable[[Document, Semantics, str, str | None, Place], Record]
_MAKERS: dict[str, _Maker] = {
    'NetworkPolicy': _policy,
    'GlobalNetworkPolicy': _policy,
    'StagedNetworkPolicy': _policy,
    'StagedGlobalNetworkPolicy': _policy,
    'StagedKubernetesNetworkPolicy': _kubernetes,
    'NetworkSet': _network_set,
    'GlobalNetworkSet': _network_set,
    'Tier': _tier,
    'HostEndpoint': _host_endpoint,
    'Profile': _profile,
    'IPPool': _pool,
}
