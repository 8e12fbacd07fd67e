"""A packet of a box, tried in a cluster that is made for it.

Whatever is found with boxes is shown to the evaluator, which knows nothing of boxes, before it is
said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from linter.policy.cluster import Address, Cluster, Endpoint
from linter.policy.evaluate import Evaluator, Verdict
from linter.policy.handles import Handled
from linter.policy.index import HOST, WORKLOADS, Sequence
from linter.policy.match import Packet
from linter.policy.model import (
    EndpointSlice,
    Labels,
    NamedPort,
    Namespace,
    Net,
    NetworkSet,
    Place,
    Policy,
    Record,
    ServiceAccount,
    Tier,
)
from linter.policy.order import FORWARD, PRE_DNAT, UNTRACKED
from linter.policy.point import ORCHESTRATOR, Point, is_possible
from linter.policy.selector_sets import (
    ACCOUNT_KEY,
    ACCOUNT_PREFIX,
    NAMESPACE_KEY,
    NAMESPACE_PREFIX,
)
from linter.policy.semantics import Semantics
from linter.policy.space import FIRST_V6, KNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_NOWHERE = Place('', 0, 0, 0)
_SYSTEM = frozenset((NAMESPACE_KEY, ACCOUNT_KEY, ORCHESTRATOR, KNOWN))
_NAME = 'kubernetes.io/metadata.name'


class Scene(NamedTuple):
    """The cluster of a packet, policies aside: ``endpoint`` is the own side."""

    endpoint: Endpoint
    packet: Packet
    endpoints: tuple[Endpoint, ...]
    records: tuple[Record, ...]


def scene(point: Point, sequence: Sequence) -> Scene | None:
    """The cluster in which a packet is what it is taken for; None: there is no such cluster."""
    if not is_possible(point):
        return None
    own_is_source = sequence.own_is_source
    side, other = ('source', 'destination') if own_is_source else ('destination', 'source')
    records: list[Record] = []
    own = _endpoint('own', side, point, point.own, sequence.kind != WORKLOADS)
    endpoints = [own]
    objects = [point.own]
    if point.peer is not None:
        objects.append(point.peer)
        has_port = any(condition[:2] == ('port', other) for condition in point.conditions)
        if ORCHESTRATOR in point.peer and NAMESPACE_KEY in point.peer:
            endpoints.append(_endpoint('peer', other, point, point.peer, False))
        elif has_port:
            # Only an endpoint has ports, and this one is no pod.
            if NAMESPACE_KEY in point.peer or ACCOUNT_KEY in point.peer:
                return None
            endpoints.append(_endpoint('peer', other, point, point.peer, True))
        else:
            records.append(_set(other, point))
    records += _owners(objects)
    for condition in sorted(point.conditions):
        if condition[0] == 'service':
            records.append(_slice(condition[1], condition[2], condition[3], point))
    icmp = divmod(point.icmp, 256) if point.protocol in (1, 58) else None
    packet = Packet(
        _address(point.source),
        _address(point.destination),
        point.protocol,
        point.source_port,
        point.destination_port,
        icmp,
    )
    return Scene(own, packet, tuple(endpoints), tuple(records))


def _address(on_line: int) -> Address:
    return (4, on_line) if on_line < FIRST_V6 else (6, on_line - FIRST_V6)


def _net(side: str, point: Point) -> Net:
    family, number = _address(point.source if side == 'source' else point.destination)
    return Net(family, number, number)


def _plain(labels: Iterable[tuple[str, str]]) -> Labels:
    return tuple(
        sorted(
            (key, value)
            for key, value in labels
            if key not in _SYSTEM and not key.startswith((NAMESPACE_PREFIX, ACCOUNT_PREFIX))
        )
    )


def _endpoint(
    name: str, side: str, point: Point, labels: Mapping[str, str], is_host: bool
) -> Endpoint:
    number = point.source_port if side == 'source' else point.destination_port
    ports = tuple(
        NamedPort(condition[2], int(condition[3]), number)
        for condition in sorted(point.conditions)
        if condition[:2] == ('port', side)
    )
    return Endpoint(
        name,
        '' if is_host else labels[NAMESPACE_KEY],
        (_net(side, point),),
        _plain(labels.items()),
        '' if is_host else labels.get(ACCOUNT_KEY, ''),
        ports,
        interface=f'{name}0' if is_host else '',
    )


def _set(side: str, point: Point) -> NetworkSet:
    assert point.peer is not None
    namespace = point.peer.get(NAMESPACE_KEY, '')
    labels = point.peer.items()
    kind = 'NetworkSet' if namespace else 'GlobalNetworkSet'
    # What an account would give, nothing but a label of the set itself can.
    plain = tuple(
        sorted(
            (key, value)
            for key, value in labels
            if key not in (NAMESPACE_KEY, KNOWN) and not key.startswith(NAMESPACE_PREFIX)
        )
    )
    return NetworkSet(kind, namespace, 'peer', plain, (_net(side, point),), _NOWHERE)


def _owners(objects: Iterable[Mapping[str, str]]) -> list[Record]:
    """The namespaces and service accounts of both sides."""
    namespaces: dict[str, dict[str, str]] = {}
    accounts: dict[tuple[str, str], dict[str, str]] = {}
    for labels in objects:
        namespace = labels.get(NAMESPACE_KEY)
        if namespace is None:
            continue
        of_namespace = namespaces.setdefault(namespace, {_NAME: namespace})
        account = labels.get(ACCOUNT_KEY)
        of_account = accounts.setdefault((namespace, account), {}) if account else {}
        for key, value in labels.items():
            if key.startswith(NAMESPACE_PREFIX):
                of_namespace[key[len(NAMESPACE_PREFIX) :]] = value
            elif key.startswith(ACCOUNT_PREFIX):
                of_account[key[len(ACCOUNT_PREFIX) :]] = value
    found: list[Record] = [
        Namespace(name, tuple(sorted(labels.items()))) for name, labels in namespaces.items()
    ]
    found += [
        ServiceAccount(namespace, name, tuple(sorted(labels.items())))
        for (namespace, name), labels in accounts.items()
    ]
    return found


def _slice(side: str, namespace: str, service: str, point: Point) -> EndpointSlice:
    port = point.protocol, point.destination_port
    return EndpointSlice(namespace, service, (_net(side, point),), (port,))


def asked(found: Scene, policies: Handled, semantics: Semantics) -> list[Policy]:
    """The policies that may govern the endpoint of a packet."""
    own = found.endpoint
    labels = Cluster(found.records, found.endpoints, semantics).thing_of(own).labels
    return list({id(one): one for one in policies.candidates(own.namespace, labels)}.values())


def replay(
    found: Scene, sequence: Sequence, policies: Iterable[Policy], tiers: Iterable[Tier]
) -> Verdict:
    """What the evaluator says of the packet with these policies."""
    namespace = found.endpoint.namespace
    # Policies of other namespaces select nothing here.
    near = [policy for policy in policies if policy.namespace in ('', namespace)]
    records: list[Record] = [*near, *tiers, *found.records]
    evaluator = Evaluator(Cluster(records, found.endpoints, sequence.semantics))
    direction = sequence.direction
    if sequence.kind in (WORKLOADS, HOST):
        return evaluator.pod(found.endpoint, direction, found.packet)
    if sequence.kind == FORWARD:
        verdict = evaluator._forward(found.endpoint, direction, found.packet)
    else:
        assert sequence.kind in (PRE_DNAT, UNTRACKED)
        early = evaluator._early(
            found.endpoint, direction, found.packet, sequence.kind, sequence.kind
        )
        verdict = early or Verdict(found.endpoint, sequence.kind, '')
    # Where nobody is asked, the evaluator says "allow", and means "go on".
    return verdict if verdict.steps else verdict._replace(action='')
