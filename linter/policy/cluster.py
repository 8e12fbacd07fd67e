"""A cluster as selectors see it: endpoints, network sets, services, and the policies on them.

Everything is looked up through an index, so that the time for a question hardly depends on how many
endpoints, sets and policies there are.
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.calico.selector.meaning import Selector, evaluate
from linter.policy.effective import (
    ACCOUNT_PREFIX,
    METADATA_NAME,
    NAME,
    NAMESPACE,
    NAMESPACE_PREFIX,
    ORCHESTRATOR,
    SERVICE_ACCOUNT,
    policy_selector,
    read,
)
from linter.policy.handles import Handled
from linter.policy.model import (
    EndpointSlice,
    Labels,
    NamedPort,
    Namespace,
    Net,
    NetworkSet,
    Policy,
    Profile,
    Record,
    Rule,
    ServiceAccount,
    Tier,
)
from linter.policy.order import NORMAL, Group, all_tiers, is_of_class, policy_key, tier_key
from linter.policy.read import number_of
from linter.policy.semantics import Semantics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

NAMESPACE_PROFILE = 'kns.'
ACCOUNT_PROFILE = 'ksa.'
"""How the profiles are called that Calico makes of namespaces and service accounts."""

Address = tuple[int, int]
"""A family, 4 or 6, and an address of it."""


class Endpoint(NamedTuple):
    """A pod, or where ``interface`` is given an interface of the host.

    ``profiles`` None: those of its namespace and service account; of a host endpoint none.
    """

    name: str
    namespace: str
    ips: tuple[Net, ...]
    labels: Labels = ()
    service_account: str = ''
    ports: tuple[NamedPort, ...] = ()
    profiles: tuple[str, ...] | None = None
    interface: str = ''

    @property
    def is_host(self) -> bool:
        return bool(self.interface)

    @property
    def shown(self) -> str:
        return f'{self.namespace}/{self.name}' if self.namespace else self.name

    @property
    def profile_names(self) -> tuple[str, ...]:
        if self.profiles is not None:
            return self.profiles
        if self.is_host:
            return ()
        own: tuple[str, ...] = (f'{NAMESPACE_PROFILE}{self.namespace}',)
        if self.service_account:
            own += (f'{ACCOUNT_PROFILE}{self.namespace}.{self.service_account}',)
        return own


class Thing:
    """What has labels and addresses: an endpoint or a network set.

    ``ports`` are (name, protocol number, port).
    """

    __slots__ = ('endpoint', 'labels', 'ports')

    def __init__(
        self,
        labels: dict[str, str],
        ports: frozenset[tuple[str, int, int]] = frozenset(),
        endpoint: Endpoint | None = None,
    ) -> None:
        self.labels = labels
        self.ports = ports
        self.endpoint = endpoint


class Query:
    """A selector with the things that it was already asked about."""

    __slots__ = ('known', 'selector')

    def __init__(self, selector: Selector) -> None:
        self.selector = selector
        self.known: dict[int, bool] = {}

    def selects(self, thing: Thing) -> bool:
        answer = self.known.get(id(thing))
        if answer is None:
            answer = self.known[id(thing)] = evaluate(self.selector, thing.labels)
        return answer


class Governed(NamedTuple):
    """A policy that governs an endpoint, and its place among all policies."""

    tier: tuple[bool, float, bytes]
    rank: tuple[float, bytes]
    policy: Policy


class Cluster:
    """Policies, sets, tiers, profiles, services, and the endpoints that they are about.

    Of records with one identity the last one counts. ``thing_of`` says what an endpoint is to
    selectors; endpoints of one name and namespace are told apart by nobody.
    """

    def __init__(
        self,
        records: Iterable[Record],
        endpoints: Iterable[Endpoint] = (),
        semantics: Semantics | None = None,
    ) -> None:
        self.semantics = Semantics() if semantics is None else semantics
        self.policies: list[Policy] = []
        self.profiles: dict[str, Profile] = {}
        self.services: dict[tuple[str, str], list[EndpointSlice]] = {}
        tiers: list[Tier] = []
        sets: list[NetworkSet] = []
        self._profile_labels: dict[str, Labels] = {}
        for record in records:
            if isinstance(record, Policy):
                self.policies.append(record)
            elif isinstance(record, NetworkSet):
                sets.append(record)
            elif isinstance(record, Tier):
                tiers.append(record)
            elif isinstance(record, Profile):
                self.profiles[record.name] = record
                self._profile_labels[record.name] = record.labels
            elif isinstance(record, Namespace):
                self._add_namespace(record)
            elif isinstance(record, ServiceAccount):
                self._add_account(record)
            elif isinstance(record, EndpointSlice):
                self.services.setdefault((record.namespace, record.service), []).append(record)
        self.tiers = all_tiers(tiers, self.semantics)
        self._queries: dict[str, Query] = {}
        self._handled = Handled(self.policies)
        self._governing: dict[frozenset[tuple[str, str]], list[Governed]] = {}
        self._groups: dict[tuple[int, str, str], tuple[Group, ...]] = {}
        self._addresses: dict[Address, list[Thing]] = {}
        self._prefixes: dict[tuple[int, int], dict[int, list[Thing]]] = {}
        self._found: dict[Address, tuple[Thing, ...]] = {}
        self._members: dict[tuple[str, str], frozenset[Address]] = {}
        self._targets: dict[tuple[str, str], frozenset[tuple[Address, int, int]]] = {}
        self.endpoints: list[Endpoint] = []
        self._things: dict[Endpoint, Thing] = {}
        self.interfaces: dict[str, Endpoint] = {}
        self.owners: dict[Address, Endpoint] = {}
        for endpoint in endpoints:
            self._add_endpoint(endpoint)
        for one in sets:
            self._add_set(one)

    def _add_namespace(self, namespace: Namespace) -> None:
        name = f'{NAMESPACE_PROFILE}{namespace.name}'
        labels = {NAMESPACE_PREFIX + key: value for key, value in namespace.labels}
        # The API server gives every namespace this label.
        labels[NAMESPACE_PREFIX + METADATA_NAME] = namespace.name
        labels[NAMESPACE_PREFIX + NAME] = namespace.name
        allow = (Rule('Allow'),)
        self.profiles[name] = Profile(name, (), allow, allow)
        self._profile_labels[name] = tuple(labels.items())

    def _add_account(self, account: ServiceAccount) -> None:
        name = f'{ACCOUNT_PROFILE}{account.namespace}.{account.name}'
        labels = {ACCOUNT_PREFIX + key: value for key, value in account.labels}
        labels[ACCOUNT_PREFIX + NAME] = account.name
        self.profiles[name] = Profile(name, (), (), ())
        self._profile_labels[name] = tuple(labels.items())

    def _inherited(self, profiles: Iterable[str]) -> dict[str, str]:
        labels: dict[str, str] = {}
        for name in profiles:
            for key, value in self._profile_labels.get(name, ()):
                labels.setdefault(key, value)
        return labels

    def _add_endpoint(self, endpoint: Endpoint) -> None:
        labels = self._inherited(endpoint.profile_names)
        labels.update(endpoint.labels)
        if not endpoint.is_host:
            labels[NAMESPACE] = endpoint.namespace
            labels[ORCHESTRATOR] = 'k8s'
            if endpoint.service_account:
                labels[SERVICE_ACCOUNT] = endpoint.service_account
        ports = frozenset(
            (port.name, number_of(port.protocol), port.port) for port in endpoint.ports
        )
        thing = Thing(labels, ports, endpoint)
        self.endpoints.append(endpoint)
        self._things[endpoint] = thing
        if endpoint.is_host:
            self.interfaces[endpoint.interface] = endpoint
        for net in endpoint.ips:
            address = net.family, net.first
            self._addresses.setdefault(address, []).append(thing)
            self.owners.setdefault(address, endpoint)

    def _add_set(self, one: NetworkSet) -> None:
        labels: dict[str, str] = {}
        if one.namespace:
            labels = self._inherited((f'{NAMESPACE_PROFILE}{one.namespace}',))
            labels[NAMESPACE] = one.namespace
        labels.update(one.labels)
        thing = Thing(labels)
        for net in one.nets:
            size = (net.last - net.first).bit_length()
            self._prefixes.setdefault((net.family, size), {}).setdefault(net.first, []).append(
                thing
            )

    def at(self, address: Address) -> tuple[Thing, ...]:
        """Whatever has the address; nothing where Calico does not know it."""
        found = self._found.get(address)
        if found is None:
            things = list(self._addresses.get(address, ()))
            family, number = address
            for (other, size), nets in self._prefixes.items():
                if other == family:
                    things += nets.get(number >> size << size, ())
            found = self._found[address] = tuple(things)
        return found

    def thing_of(self, endpoint: Endpoint) -> Thing:
        return self._things[endpoint]

    def query(self, text: str) -> Query:
        """A selector that Felix has put together, with its answers so far."""
        found = self._queries.get(text)
        if found is None:
            found = self._queries[text] = Query(read(text))
        return found

    def members(self, service: tuple[str, str]) -> frozenset[Address]:
        """The addresses of a service."""
        found = self._members.get(service)
        if found is None:
            found = self._members[service] = frozenset(
                (net.family, net.first) for one in self.services.get(service, ()) for net in one.ips
            )
        return found

    def targets(self, service: tuple[str, str]) -> frozenset[tuple[Address, int, int]]:
        """The addresses, protocols and ports of a service, without what the dataplane drops."""
        found = self._targets.get(service)
        if found is None:
            kept = self.semantics.port_protocols
            found = self._targets[service] = frozenset(
                ((net.family, net.first), number_of(protocol), port)
                for one in self.services.get(service, ())
                for net in one.ips
                for protocol, port in one.ports
                if kept is None or number_of(protocol) in kept
            )
        return found

    def governing(self, endpoint: Endpoint) -> list[Governed]:
        """The policies that select an endpoint, staged ones too, in the order of evaluation."""
        thing = self._things[endpoint]
        # Pods that look alike are governed alike.
        key = frozenset(thing.labels.items())
        found = self._governing.get(key)
        if found is None:
            found = []
            seen: set[int] = set()
            for policy in self._handled.candidates(endpoint.namespace, thing.labels):
                if id(policy) in seen:
                    continue
                seen.add(id(policy))
                text = policy_selector(policy)
                if text and not evaluate(read(text), thing.labels):
                    continue
                tier = self.tiers.get(policy.tier)
                rank = tier_key(tier or Tier(policy.tier, None, ''), tier is not None)
                found.append(Governed(rank, policy_key(policy, self.semantics), policy))
            found.sort(key=_sort_key)
            self._governing[key] = found
        return found

    def groups(self, endpoint: Endpoint, direction: str, of: str = NORMAL) -> tuple[Group, ...]:
        """The tiers, with their policies in force, that an endpoint asks in a direction.

        Tiers without a policy in force for that direction do not count.
        """
        key = id(self._things[endpoint]), direction, of
        found = self._groups.get(key)
        if found is None:
            found = self._groups[key] = self.sequence(endpoint, direction, of)
        return found

    def is_governed(self, endpoint: Endpoint, of: str) -> bool:
        """Whether there is any policy of a class, in either direction and be it staged."""
        return any(is_of_class(one.policy, of) for one in self.governing(endpoint))

    def sequence(
        self, endpoint: Endpoint, direction: str, of: str = NORMAL, staged: bool = False
    ) -> tuple[Group, ...]:
        """The same, on request with the staged policies."""
        by_tier: dict[str, list[Policy]] = {}
        for one in self.governing(endpoint):
            policy = one.policy
            if (
                direction in policy.directions
                and (staged or not policy.staged)
                and is_of_class(policy, of)
            ):
                by_tier.setdefault(policy.tier, []).append(policy)
        return tuple(
            Group(self.tiers.get(name) or Tier(name, None, ''), tuple(policies))
            for name, policies in by_tier.items()
        )


def _sort_key(one: Governed) -> tuple[tuple[bool, float, bytes], tuple[float, bytes]]:
    return one.tier, one.rank
