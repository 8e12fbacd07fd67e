"""One packet of a box, and the cluster in which it is that packet."""

from __future__ import annotations

from collections.abc import Mapping

from linter.policy import ranges
from linter.policy.effort import spend
from linter.policy.label_values import Values, intersect
from linter.policy.ranges import Ranges
from linter.policy.selector_sets import (
    ACCOUNT_KEY,
    ACCOUNT_PREFIX,
    KUBERNETES,
    NAMESPACE_KEY,
    NAMESPACE_PREFIX,
    Cube,
    Cubes,
    selected,
)
from linter.policy.space import ALL_ADDRESSES, FIRST_V6, KNOWN, V4, V6, Box, Condition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

ORCHESTRATOR = 'projectcalico.org/orchestrator'
PODS: Cubes = (
    {
        NAMESPACE_KEY: Values(False, None),
        ORCHESTRATOR: Values(False, frozenset(('k8s',))),
    },
)
"""The labels that every pod has in Kubernetes."""
HOSTS: Cubes = (
    {
        NAMESPACE_KEY: Values(True, frozenset()),
        ACCOUNT_KEY: Values(True, frozenset()),
    },
)
"""The labels that no host endpoint has."""

# Documentation networks: https://www.rfc-editor.org/rfc/rfc5737, rfc3849.
_OWN = {V4: 0xC0000201, V6: FIRST_V6 + (0x20010DB8 << 96) + 1}
_PEER = {V4: 0xC6336401, V6: FIRST_V6 + (0x20010DB8 << 96) + 0x64 * 2**64 + 1}
_CLIENT_PORT = 40000
_PREFERRED_PORTS = (443, 8080, 5432)
_WITH_PORTS = frozenset((6, 17, 132, 136))
_WITH_ICMP = frozenset((1, 58))


class Point(NamedTuple):
    """A packet, and what is known of its two sides. ``peer`` None: Calico does not know it.

    ``own_side`` is ``source`` or ``destination``: where the endpoint is that is asked.
    ``icmp`` is 256 times the type, and the code. The labels are those that decide: of the names
    under which a profile repeats the name of a namespace or account they have only the one.
    """

    family: int
    protocol: int
    icmp: int
    source_port: int
    destination_port: int
    source: int
    destination: int
    own: Mapping[str, str]
    peer: Mapping[str, str] | None
    own_side: str
    conditions: frozenset[Condition]


def takes(cubes: Cubes, labels: Mapping[str, str]) -> bool:
    """Whether a set of labels has these."""
    spend(len(cubes))
    for cube in cubes:
        for key, values in cube.items():
            if not values.takes(labels.get(key)):
                break
        else:
            return True
    return False


def contains(box: Box, point: Point) -> bool:
    """Whether the packet is in the box, if every address belongs to one object at most."""
    spend(5)
    peer: Mapping[str, str] = point.peer or {}
    return (
        bool(box.family & point.family)
        and ranges.contains(box.protocol, point.protocol)
        and ranges.contains(box.destination_port, point.destination_port)
        and ranges.contains(box.icmp, point.icmp)
        and ranges.contains(box.source_port, point.source_port)
        and ranges.contains(box.source, point.source)
        and ranges.contains(box.destination, point.destination)
        and all(_holds(condition, point) for condition in box.conditions)
        and takes(box.own, point.own)
        and takes(box.shared, point.own)
        and takes(box.peer, peer)
    )


def _holds(condition: Condition, point: Point) -> bool:
    """Whether a condition holds; one of which nothing was said does not."""
    if condition[0] == 'not':
        return not _holds(condition[1:], point)
    if condition[0] != 'port':
        return condition in point.conditions
    if not any(other[:4] == condition[:4] for other in point.conditions):
        return False
    labels = point.own if condition[1] == point.own_side else point.peer
    return labels is not None and (not condition[4] or takes(selected(condition[4]), labels))


def pick(box: Box, own_is_source: bool) -> Point:
    """A packet of a box: IPv4, TCP, a usual port, unknown to Calico, where there is a choice."""
    family = V4 if box.family & V4 else V6
    protocol = _first(box.protocol, (6, 17))
    ports = {}
    for side, wanted, preferred in (
        ('source', box.source_port, (_CLIENT_PORT,)),
        ('destination', box.destination_port, _PREFERRED_PORTS),
    ):
        ports[side] = _first(wanted, preferred if protocol in _WITH_PORTS else (0,))
    icmp = _first(box.icmp, (8 * 256,) if protocol in _WITH_ICMP else (0,))
    own_line, peer_line = box.source, box.destination
    if not own_is_source:
        own_line, peer_line = peer_line, own_line
    own = _address(own_line, family, _OWN[family], None)
    peer = _address(peer_line, family, _PEER[family], own)
    if own == peer:
        own = _address(own_line, family, _OWN[family], peer)
    source, destination = (own, peer) if own_is_source else (peer, own)
    own_labels = _labels(box.own[0])
    peer_labels = _peer(box.peer, own_labels.get(NAMESPACE_KEY))
    if peer_labels is not None and NAMESPACE_KEY in own_labels:
        _share(own_labels, peer_labels)
    return Point(
        family,
        protocol,
        icmp,
        ports['source'],
        ports['destination'],
        source,
        destination,
        own_labels,
        peer_labels,
        'source' if own_is_source else 'destination',
        box.conditions,
    )


def _first(wanted: Ranges, preferred: tuple[int, ...]) -> int:
    return next((n for n in preferred if ranges.contains(wanted, n)), wanted[0][0])


def _address(wanted: Ranges, family: int, preferred: int, other: int | None) -> int:
    if wanted == ALL_ADDRESSES:
        return preferred
    for low, high in wanted:
        if (low < FIRST_V6) is (family == V4):
            if low <= preferred <= high and preferred != other:
                return preferred
            # The first address of a network is seldom that of a machine.
            for number in (low + 1, low):
                if number <= high and number != other:
                    return number
    return next(low for low, _ in wanted if (low < FIRST_V6) is (family == V4))


def _labels(cube: Cube) -> dict[str, str]:
    """The fewest labels of a cube, in its own keys."""
    labels = KUBERNETES.labels(cube)
    return {key: value for key, value in labels.items() if key in cube}


def _peer(cubes: Cubes, own_namespace: str | None) -> dict[str, str] | None:
    """The labels of a known peer, of another namespace where there is a choice."""
    cube = cubes[0]
    known = cube.get(KNOWN)
    if known is None or known.absent:
        return None
    namespace, orchestrator = cube.get(NAMESPACE_KEY), cube.get(ORCHESTRATOR)
    if namespace is not None and own_namespace is not None and not namespace.absent:
        domain = KUBERNETES.domain(NAMESPACE_KEY)
        other = Values(False, None, frozenset((own_namespace,)))
        elsewhere = intersect(domain, namespace, other)
        if not elsewhere.is_empty:
            cube = {**cube, NAMESPACE_KEY: elsewhere}
    labels = _labels(cube)
    labels[KNOWN] = ''
    if ACCOUNT_KEY in labels and namespace is None:
        labels[NAMESPACE_KEY] = 'y' if own_namespace == 'x' else 'x'
    is_pod = NAMESPACE_KEY in labels
    if is_pod and (orchestrator is None or orchestrator.takes('k8s')):
        labels[ORCHESTRATOR] = 'k8s'
    return labels


def _share(own: dict[str, str], peer: dict[str, str]) -> None:
    """Give both sides of one namespace its labels, and those of one account."""
    if own[NAMESPACE_KEY] != peer.get(NAMESPACE_KEY):
        return
    prefixes = [NAMESPACE_PREFIX]
    if ACCOUNT_KEY in own and own[ACCOUNT_KEY] == peer.get(ACCOUNT_KEY):
        prefixes.append(ACCOUNT_PREFIX)
    for one, other in ((own, peer), (peer, own)):
        for key, value in list(one.items()):
            if key.startswith(tuple(prefixes)):
                other.setdefault(key, value)


def is_possible(point: Point) -> bool:
    """Whether one cluster can hold both sides: one namespace has the same labels on both."""
    own, peer = point.own, point.peer
    if point.source == point.destination:
        return False
    if peer is None or NAMESPACE_KEY not in own:
        return True
    of_own, of_peer = dict(own), dict(peer)
    _share(of_own, of_peer)
    if of_own != own or of_peer != peer:
        return False
    return own[NAMESPACE_KEY] != peer.get(NAMESPACE_KEY) or all(
        peer.get(key, value) == value
        for key, value in own.items()
        if key.startswith(NAMESPACE_PREFIX)
        or (key.startswith(ACCOUNT_PREFIX) and own.get(ACCOUNT_KEY) == peer.get(ACCOUNT_KEY))
    )
