"""Summaries of documents: what of a policy matters to its meaning, without its tree.

The records are immutable, hold nothing but numbers, texts and tuples, and can be pickled. A text
that is empty means what an absent field means, as it does in Calico's Go structs. Offsets count
code points of the file, lines count from 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from linter.policy.as_written import Written
else:
    from linter.text.records import NamedTuple

INGRESS = 'ingress'
EGRESS = 'egress'
DIRECTIONS = (INGRESS, EGRESS)

DEFAULT_TIER = 'default'

NETWORK_POLICY = 'NetworkPolicy'
GLOBAL_NETWORK_POLICY = 'GlobalNetworkPolicy'
KUBERNETES_NETWORK_POLICY = 'KubernetesNetworkPolicy'
"""What Calico calls a NetworkPolicy of networking.k8s.io/v1."""

Port = tuple[int, int] | str
"""A range of port numbers, both ends included, or the name of a port."""

Protocol = int | str
"""A number, or a name as v3 spells it: ``ICMP`` means more (IPv4) than 1 does."""

Labels = tuple[tuple[str, str], ...]
"""Labels, sorted by key."""


class Net(NamedTuple):
    """A network: ``family`` is 4 or 6, ``first`` and ``last`` are its addresses as numbers."""

    family: int
    first: int
    last: int


class Place(NamedTuple):
    """Where something is written: a file, the line and the offsets of what names it."""

    path: str
    line: int
    start: int
    end: int


PARTS = (
    'selector', 'namespaceSelector', 'serviceAccountSelector', 'types', 'order', 'tier',
    'protocol', 'notProtocol', 'icmp', 'notICMP',
    *(
        f'{side}.{field}'
        for side in ('source', 'destination')
        for field in (
            'selector', 'notSelector', 'namespaceSelector', 'serviceAccounts', 'nets', 'notNets',
            'ports', 'notPorts', 'services',
        )
    ),
)  # fmt: skip
"""The fields of a policy or a rule whose places a summary keeps.

A part of a Kubernetes NetworkPolicy has Calico's name for what it is turned into.
"""

_NUMBERS = {name: number for number, name in enumerate(PARTS)}
_PART = Struct('<BII')


def packed(parts: Iterable[tuple[str, int, int]]) -> bytes:
    """Names of parts with their offsets, as a record keeps them: nine bytes each."""
    return b''.join([_PART.pack(_NUMBERS[name], start, end) for name, start, end in parts])


def unpacked(parts: bytes) -> dict[str, tuple[int, int]]:
    """The offsets of parts by their names."""
    return {PARTS[number]: (start, end) for number, start, end in _PART.iter_unpack(parts)}


class Entity(NamedTuple):
    """One side of a rule. Selectors are texts as they are written; ``''`` is absent.

    ``service_accounts`` are the names of ``serviceAccounts``. ``service`` is (namespace, name); its
    namespace is ``''`` where the rule has none.
    """

    selector: str = ''
    not_selector: str = ''
    namespace_selector: str = ''
    service_accounts: tuple[str, ...] = ()
    service_account_selector: str = ''
    nets: tuple[Net, ...] = ()
    not_nets: tuple[Net, ...] = ()
    ports: tuple[Port, ...] = ()
    not_ports: tuple[Port, ...] = ()
    service: tuple[str, str] | None = None


ANYTHING = Entity()
"""The side of a rule that says nothing about it."""


class Rule(NamedTuple):
    """A rule. ``action`` is ``Allow``, ``Deny``, ``Log`` or ``Pass``.

    ``icmp`` and ``not_icmp`` are (type, code), each None where the rule has none. ``http``: the
    rule matches HTTP, which only the application layer sees and nothing here judges. ``parts`` are
    ``packed``.
    """

    action: str
    source: Entity = ANYTHING
    destination: Entity = ANYTHING
    protocol: Protocol | None = None
    not_protocol: Protocol | None = None
    ip_version: int | None = None
    icmp: tuple[int | None, int | None] | None = None
    not_icmp: tuple[int | None, int | None] | None = None
    http: bool = False
    line: int = 0
    start: int = 0
    end: int = 0
    parts: bytes = b''

    def part(self, name: str) -> tuple[int, int]:
        """The offsets of a part; those of the rule where it has no such part."""
        return unpacked(self.parts).get(name) or (self.start, self.end)

    @property
    def bare(self) -> Rule:
        """The rule without its place, so that two that say the same are equal."""
        return self._replace(line=0, start=0, end=0, parts=b'')


class Policy(NamedTuple):
    """A policy of Calico's or Kubernetes', staged or not.

    ``kind`` is that of the document, of a Kubernetes policy ``KubernetesNetworkPolicy``.
    ``namespace`` is ``''`` of a global policy and None where the document names none: it is
    unknown then, and not ``default``. ``order`` None comes after every number. ``directions`` are
    those that it governs, with what Calico fills in where ``types`` is missing. ``lane`` is how it
    reaches the datastore: ``api``, ``native`` or ``raw``. ``written`` is what a policy of
    Kubernetes says itself.
    """

    kind: str
    namespace: str | None
    name: str
    tier: str
    order: float | None
    staged: bool
    directions: tuple[str, ...]
    selector: str
    namespace_selector: str
    service_account_selector: str
    apply_on_forward: bool
    pre_dnat: bool
    do_not_track: bool
    ingress: tuple[Rule, ...]
    egress: tuple[Rule, ...]
    lane: str
    place: Place
    parts: bytes = b''
    written: Written | None = None

    @property
    def is_global(self) -> bool:
        return self.namespace == ''

    @property
    def shown(self) -> str:
        """``NetworkPolicy shop/db``, ``GlobalNetworkPolicy db``."""
        kind = 'Kubernetes NetworkPolicy' if self.kind == KUBERNETES_NETWORK_POLICY else self.kind
        if self.namespace is None:
            return f'{kind} ?/{self.name}'
        return f'{kind} {self.namespace}/{self.name}' if self.namespace else f'{kind} {self.name}'

    @property
    def identity(self) -> tuple[str, str | None, str]:
        return self.kind, self.namespace, self.name

    def rules(self, direction: str) -> tuple[Rule, ...]:
        return self.ingress if direction == INGRESS else self.egress

    def part(self, name: str) -> tuple[int, int]:
        """The offsets of a part; those of the policy where it has no such part."""
        return unpacked(self.parts).get(name) or (self.place.start, self.place.end)


class NetworkSet(NamedTuple):
    """A NetworkSet or GlobalNetworkSet; ``namespace`` as in ``Policy``."""

    kind: str
    namespace: str | None
    name: str
    labels: Labels
    nets: tuple[Net, ...]
    place: Place


class Tier(NamedTuple):
    """A tier; ``order`` None comes after every number. ``place`` None: Calico makes it itself."""

    name: str
    order: float | None
    default_action: str
    place: Place | None = None


class NamedPort(NamedTuple):
    """A port of an endpoint; ``protocol`` as in a rule."""

    name: str
    protocol: Protocol
    port: int


class HostEndpoint(NamedTuple):
    """A host endpoint; ``ips`` are its ``expectedIPs``."""

    name: str
    node: str
    interface: str
    ips: tuple[Net, ...]
    labels: Labels
    profiles: tuple[str, ...]
    ports: tuple[NamedPort, ...]
    place: Place


class Profile(NamedTuple):
    """A profile; ``labels`` are its ``labelsToApply``."""

    name: str
    labels: Labels
    ingress: tuple[Rule, ...]
    egress: tuple[Rule, ...]
    place: Place | None = None

    def rules(self, direction: str) -> tuple[Rule, ...]:
        return self.ingress if direction == INGRESS else self.egress


class Namespace(NamedTuple):
    """A namespace of Kubernetes, with the labels that it gives itself."""

    name: str
    labels: Labels
    place: Place | None = None


class ServiceAccount(NamedTuple):
    """A service account of Kubernetes."""

    namespace: str
    name: str
    labels: Labels
    place: Place | None = None


class ServicePort(NamedTuple):
    """A port of a service; ``target`` is the number or name of the pods' port."""

    protocol: str
    port: int
    target: int | str
    node_port: int | None


class Service(NamedTuple):
    """A service of Kubernetes. What it stands for in a cluster is in its EndpointSlices.

    ``selector`` are the labels of its pods, ``ips`` the addresses that are its own, of which
    ``cluster_ips`` are known within the cluster alone.
    """

    namespace: str
    name: str
    place: Place | None = None
    selector: Labels = ()
    ports: tuple[ServicePort, ...] = ()
    ips: tuple[Net, ...] = ()
    cluster_ips: tuple[Net, ...] = ()


class Workload(NamedTuple):
    """What pods are made of: their labels. ``namespace`` None: the file names none."""

    namespace: str | None
    name: str
    labels: Labels
    place: Place


class Pool(NamedTuple):
    """An IPPool: a network whose addresses are given out, to pods where ``for_pods`` says so."""

    name: str
    net: Net
    for_pods: bool
    place: Place


class HostMaker(NamedTuple):
    """A KubeControllersConfiguration by which every node gets a host endpoint, with its labels."""

    place: Place


class FailsafePorts(NamedTuple):
    """A FelixConfiguration that says which ports are failsafe in these directions."""

    directions: tuple[str, ...]
    place: Place


class EndpointSlice(NamedTuple):
    """Addresses of a service, and the (protocol, number) of its ports that have a number."""

    namespace: str
    service: str
    ips: tuple[Net, ...]
    ports: tuple[tuple[Protocol, int], ...]
    place: Place | None = None


Record = (
    Policy
    | NetworkSet
    | Tier
    | HostEndpoint
    | Profile
    | Namespace
    | ServiceAccount
    | Service
    | EndpointSlice
    | Pool
    | Workload
    | HostMaker
    | FailsafePorts
)


PATCH = 'patch'
"""Why an object is not reasoned from that a patch changes, and the patch itself."""


class Unusable(NamedTuple):
    """A document that may not be reasoned from.

    ``reason`` is a word for programs: ``refused``, ``unknown-field``, ``enterprise-field``,
    ``placeholder``, ``template``, ``patch``, ``kind``; ``why`` is the rest of a sentence that
    begins with the document.
    """

    kind: str
    namespace: str | None
    name: str
    reason: str
    why: str
    place: Place
