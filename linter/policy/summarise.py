"""From a decoded document to its summary, or to the reason why nothing may be made of it.

A summary is what Calico makes of a document that it takes. So a document that is refused, or of
which it is not known what it will be in the cluster (a placeholder, a field that nobody knows), has
none: whatever were said of it might be wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Optional, Union

from linter.calico.decode import Problem
from linter.calico.document import Document
from linter.calico.kinds import ENTERPRISE_FIELDS, KINDS
from linter.calico.selector.accept import LETTER, LONGEST_LABEL, accepts
from linter.calico.values import Leaf, Object
from linter.policy import kubernetes
from linter.policy.effective import NAMESPACE_PREFIX
from linter.policy.model import (
    ANYTHING,
    DEFAULT_TIER,
    DIRECTIONS,
    EGRESS,
    INGRESS,
    Entity,
    HostEndpoint,
    Labels,
    NamedPort,
    Net,
    NetworkSet,
    Place,
    Policy,
    Port,
    Profile,
    Protocol,
    Record,
    Rule,
    Tier,
    Unusable,
    packed,
)
from linter.policy.read import net_of, port_of, protocol_of
from linter.policy.semantics import Semantics
from linter.text.lazy_regex import lazy
from linter.text.source import Source

# What does not fit the schema, and leaves no doubt about what Calico makes of it all the same.
_HARMLESS = frozenset(('coerced', 'coerced-key', 'case', 'merge-override', 'absent'))
_SPELT = sys.intern
_Parts = list[tuple[str, int, int]]


_LONG = LONGEST_LABEL - len(NAMESPACE_PREFIX)
_LONG_LABEL = lazy(rf'{LETTER}{{{_LONG + 1}}}')


class _Stop(Exception):
    """A document may not be reasoned from: the reason, and the rest of a sentence."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(reason, why)
        self.reason = reason
        self.why = why


def summarise(
    document: Document, semantics: Semantics, refused: Optional[str] = None
) -> Union[Record, Unusable, None]:
    """The summary of a document of Calico's; None of a kind that says nothing about traffic.

    ``refused`` is why Calico does not take it, where a rule has found that it does not.
    """
    make = _MAKERS.get(document.kind)
    if make is None:
        return None
    metadata = document.metadata
    name = metadata.text('name') if metadata is not None else ''
    namespace: Optional[str] = ''
    if KINDS[document.kind].namespaced:
        namespace = (metadata.text('namespace') if metadata is not None else '') or None
    place = _place(document, metadata)
    try:
        if refused is not None:
            raise _Stop('refused', refused)
        for problem in document.problems:
            _look_at(problem)
        _look_for_placeholders(document)
        if not name:
            raise _Stop('refused', 'has no name')
        if "'" in (namespace or ''):
            raise _Stop('refused', 'has a namespace that is none')
        return make(document, semantics, _SPELT(name), namespace, place)
    except _Stop as stop:
        return Unusable(document.kind, namespace, name, stop.reason, stop.why, place)


def _place(document: Document, metadata: Optional[Object]) -> Place:
    name = metadata.fields.get('name') if metadata is not None else None
    span = (name or document.root).span if name is not None else document.root.key_span
    return place_of(document.source, span.start, span.end)


def place_of(source: Source, start: int, end: int) -> Place:
    return Place(source.path, source.position(start)[0], start, end)


def _look_at(problem: Problem) -> None:
    if problem.kind in _HARMLESS:
        return
    if problem.kind in ('unknown', 'later'):
        if problem.name in ENTERPRISE_FIELDS:
            raise _Stop(
                'enterprise-field', f'has the field {problem.name}, which is not open-source Calico'
            )
        raise _Stop('unknown-field', f'has the field {problem.name}, which Calico does not know')
    raise _Stop('refused', 'is not what Calico reads')


def _look_for_placeholders(document: Document) -> None:
    text = document.source.text
    node = document.node
    # Most documents have none of the characters with which one begins.
    for mark in ('${', '{{', '{%', '<'):
        if text.find(mark, node.start, node.end) != -1:
            break
    else:
        return
    from linter.calico.templates import placeholders

    if next(iter(placeholders(text, node)), None) is not None:
        raise _Stop('placeholder', 'has a placeholder, which is filled in later')


def _policy(
    document: Document, semantics: Semantics, name: str, namespace: Optional[str], place: Place
) -> Policy:
    spec = document.spec
    lane = document.decoded.lane.name
    if spec is None:
        spec = Object(document.node, None, None, 'spec', -1, 'Spec')
    fields = spec.fields
    order = spec.leaf('order')
    source = document.source
    rules: dict[str, tuple[Rule, ...]] = {}
    for direction in DIRECTIONS:
        rules[direction] = _rules(source, spec, direction) if direction in fields else ()
    if 'types' in fields:
        types = {leaf.text.lower() for leaf in spec.leaves('types')}
    else:
        types = set()
    parts: _Parts = []
    for field in _POLICY_PARTS:
        value = fields.get(field)
        if value is not None:
            node = value.node
            parts.append((field, node.start, node.end))
    return Policy(
        document.kind,
        namespace,
        name,
        _SPELT(spec.text('tier') or DEFAULT_TIER),
        None if order is None else float(order.value),
        document.kind.startswith('Staged'),
        directions_of(types, rules[INGRESS], rules[EGRESS], semantics.fills_in_types(lane)),
        _selector(spec, 'selector'),
        _selector(spec, 'namespaceSelector'),
        _selector(spec, 'serviceAccountSelector'),
        _flag(spec, 'applyOnForward'),
        _flag(spec, 'preDNAT'),
        _flag(spec, 'doNotTrack'),
        rules[INGRESS],
        rules[EGRESS],
        lane,
        place,
        packed(parts),
    )


_POLICY_PARTS = (
    'selector',
    'namespaceSelector',
    'serviceAccountSelector',
    'types',
    'order',
    'tier',
)


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


def _rules(source: Source, owner: Object, direction: str) -> tuple[Rule, ...]:
    found = []
    for item in owner.items(direction):
        if not isinstance(item, Object):
            raise _Stop('refused', 'has a rule that is none')
        found.append(_rule(source, item))
    return tuple(found)


def _rule(source: Source, rule: Object) -> Rule:
    fields = rule.fields
    action = rule.text('action')
    if action not in _ACTIONS:
        raise _Stop('refused', 'has a rule without an action that Calico knows')
    parts: _Parts = []
    protocol = not_protocol = None
    if 'protocol' in fields:
        protocol = _protocol(rule, 'protocol', parts)
    if 'notProtocol' in fields:
        not_protocol = _protocol(rule, 'notProtocol', parts)
    sides = []
    for side in ('source', 'destination'):
        value = fields.get(side)
        if value is None:
            sides.append(ANYTHING)
        elif isinstance(value, Object):
            sides.append(_entity(value, side, parts))
        else:
            raise _Stop('refused', f'has a {side} that is no mapping')
    version = rule.leaf('ipVersion')
    icmp = _icmp(rule, 'icmp', parts) if 'icmp' in fields else None
    not_icmp = _icmp(rule, 'notICMP', parts) if 'notICMP' in fields else None
    node = rule.node
    start = rule.key_span.start
    return Rule(
        _SPELT(action),
        sides[0],
        sides[1],
        protocol,
        not_protocol,
        None if version is None else int(version.value),
        icmp,
        not_icmp,
        'http' in fields,
        source.position(start)[0],
        start,
        node.end,
        packed(parts),
    )


_ACTIONS = frozenset(('Allow', 'Deny', 'Log', 'Pass'))


def _protocol(rule: Object, field: str, parts: _Parts) -> Optional[Protocol]:
    leaf = rule.leaf(field)
    if leaf is None:
        return None
    found = protocol_of(leaf.value)
    if found is None:
        raise _Stop('refused', f'has a {field} that Calico does not know')
    parts.append((field, leaf.node.start, leaf.node.end))
    return found


def _icmp(rule: Object, field: str, parts: _Parts) -> Optional[tuple[Optional[int], Optional[int]]]:
    match = rule.object(field)
    if match is None:
        return None
    parts.append((field, match.node.start, match.node.end))
    kind, code = match.leaf('type'), match.leaf('code')
    return None if kind is None else kind.value, None if code is None else code.value


_SELECTORS = (
    ('selector', 'source.selector', 'destination.selector'),
    ('notSelector', 'source.notSelector', 'destination.notSelector'),
    ('namespaceSelector', 'source.namespaceSelector', 'destination.namespaceSelector'),
)
_LISTS = (
    ('nets', 'source.nets', 'destination.nets'),
    ('notNets', 'source.notNets', 'destination.notNets'),
)
_PORTS = (
    ('ports', 'source.ports', 'destination.ports'),
    ('notPorts', 'source.notPorts', 'destination.notPorts'),
)


def _entity(entity: Object, side: str, parts: _Parts) -> Entity:
    fields = entity.fields
    if not fields:
        return ANYTHING
    which = 1 if side == 'source' else 2
    selectors = ['', '', '']
    for at, names in enumerate(_SELECTORS):
        value = fields.get(names[0])
        if value is not None:
            selectors[at] = _selector(entity, names[0])
            parts.append((names[which], value.node.start, value.node.end))
    networks: list[tuple[Net, ...]] = [(), ()]
    for at, names in enumerate(_LISTS):
        value = fields.get(names[0])
        if value is not None:
            networks[at] = _nets(entity, names[0])
            parts.append((names[which], value.node.start, value.node.end))
    ports: list[tuple[Port, ...]] = [(), ()]
    for at, names in enumerate(_PORTS):
        value = fields.get(names[0])
        if value is not None:
            ports[at] = _ports(entity, names[0])
            parts.append((names[which], value.node.start, value.node.end))
    accounts: tuple[str, ...] = ()
    account_selector = ''
    if 'serviceAccounts' in fields:
        match = entity.object('serviceAccounts')
        if match is not None:
            accounts = tuple(_SPELT(leaf.text) for leaf in match.leaves('names'))
            if any("'" in name for name in accounts):
                raise _Stop('refused', 'names a service account that can be none')
            account_selector = _selector(match, 'selector')
            parts.append((f'{side}.serviceAccounts', match.node.start, match.node.end))
    service = None
    if 'services' in fields:
        match = entity.object('services')
        if match is not None and match.text('name'):
            service = _SPELT(match.text('namespace')), _SPELT(match.text('name'))
            parts.append((f'{side}.services', match.node.start, match.node.end))
    return Entity(
        selectors[0],
        selectors[1],
        selectors[2],
        accounts,
        account_selector,
        networks[0],
        networks[1],
        ports[0],
        ports[1],
        service,
    )


def _selector(owner: Object, field: str) -> str:
    leaf = owner.leaf(field)
    if leaf is None:
        return ''
    text = leaf.text
    if text and not accepts(text):
        raise _Stop('refused', f'has a {field} that Calico does not read')
    if text and (text.isspace() or (len(text) > _LONG and _LONG_LABEL.search(text))):
        # Alone Calico reads these, but not once it has joined them to others.
        raise _Stop('refused', f'has a {field} that Felix does not read')
    return _SPELT(text)


def _flag(owner: Object, field: str) -> bool:
    leaf = owner.leaf(field)
    return leaf is not None and leaf.value is True


def _nets(owner: Object, field: str) -> tuple[Net, ...]:
    found = []
    for leaf in owner.leaves(field):
        net = net_of(leaf.text)
        if net is None:
            raise _Stop('refused', f'has {leaf.text} in {field}, which is no network')
        found.append(net)
    return tuple(found)


def _ports(owner: Object, field: str) -> tuple[Port, ...]:
    found = []
    for leaf in owner.leaves(field):
        port = port_of(leaf.value)
        if port is None:
            raise _Stop('refused', f'has {leaf.value} in {field}, which is no port')
        found.append(port)
    return tuple(found)


def _labels(owner: Optional[Object], field: str) -> Labels:
    found = owner.object(field) if owner is not None else None
    if found is None:
        return ()
    pairs = [
        (_SPELT(key), _SPELT(value.text))
        for key, value in found.fields.items()
        if isinstance(value, Leaf)
    ]
    return tuple(sorted(pairs))


def _network_set(
    document: Document, semantics: Semantics, name: str, namespace: Optional[str], place: Place
) -> NetworkSet:
    spec = document.spec
    found = _nets(spec, 'nets') if spec is not None else ()
    return NetworkSet(
        document.kind, namespace, name, _labels(document.metadata, 'labels'), found, place
    )


def _tier(
    document: Document, semantics: Semantics, name: str, namespace: Optional[str], place: Place
) -> Tier:
    spec = document.spec
    order = spec.leaf('order') if spec is not None else None
    filled_in = semantics.tier_order(document.decoded.lane.name)
    action = spec.text('defaultAction') if spec is not None else ''
    return Tier(name, filled_in if order is None else float(order.value), action or 'Deny', place)


def _host_endpoint(
    document: Document, semantics: Semantics, name: str, namespace: Optional[str], place: Place
) -> HostEndpoint:
    spec = document.spec
    ports: list[NamedPort] = []
    if spec is None:
        return HostEndpoint(name, '', '', (), _labels(document.metadata, 'labels'), (), (), place)
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
        _nets(spec, 'expectedIPs'),
        _labels(document.metadata, 'labels'),
        tuple(leaf.text for leaf in spec.leaves('profiles')),
        tuple(ports),
        place,
    )


def _profile(
    document: Document, semantics: Semantics, name: str, namespace: Optional[str], place: Place
) -> Profile:
    spec = document.spec
    if spec is None:
        return Profile(name, (), (), (), place)
    source = document.source
    return Profile(
        name,
        _labels(spec, 'labelsToApply'),
        _rules(source, spec, INGRESS),
        _rules(source, spec, EGRESS),
        place,
    )


def _kubernetes(
    document: Document, semantics: Semantics, name: str, namespace: Optional[str], place: Place
) -> Policy:
    lane = document.decoded.lane.name
    policy = kubernetes.policy(document.source, document.node, document.kind, lane)
    if policy is None:
        raise _Stop('refused', 'is not what Kubernetes reads')
    return policy


_Maker = Callable[[Document, Semantics, str, Optional[str], Place], Record]
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
}
