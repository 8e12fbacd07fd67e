"""All the policies of a root as the rules see them that look at more than one file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from linter.policy.covers import Root
from linter.policy.dead_rule import POLICY, ROOT, TIER, WARNING, DeadRule
from linter.policy.model import (
    DIRECTIONS,
    KUBERNETES_NETWORK_POLICY,
    FailsafePorts,
    HostEndpoint,
    HostMaker,
    Namespace,
    NetworkSet,
    Place,
    Policy,
    Pool,
    Profile,
    Record,
    Service,
    Tier,
    Unusable,
    Workload,
)
from linter.policy.semantics import Semantics
from linter.policy.ties import Tie, ties

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple, TypeVar

    from linter.policy.as_written import WrittenRule

    R = TypeVar('R', bound=Record | Unusable)
else:
    from linter.text.records import NamedTuple

MOST_POLICIES = 20_000
"""So many policies of a root are looked at together."""

_BESIDE = frozenset(('IPPool', 'Service'))
"""Kinds that decide about no packet."""


class RootFinding(NamedTuple):
    """What a rule of a root has found.

    It stands in the document at ``place``, of this ``kind``, from ``start`` to ``end``;
    ``elsewhere`` are related places, in whatever file. ``token`` is a text by which the place is
    found more exactly: where it stands from there on, or, if it is a key with its colon, from the
    name of the object on.
    """

    fact: str
    kind: str
    place: Place
    start: int
    end: int
    message: str
    hint: str | None = None
    elsewhere: tuple[tuple[Place, str], ...] = ()
    token: str = ''


class External(NamedTuple):
    """What a cluster has although no file defines it."""

    tiers: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    service_accounts: frozenset[str] = frozenset()


NOTHING = External()


class RootView:
    """The records of one cluster, as far as they may be reasoned from.

    ``written`` are all of Calico's policies, ``policies`` those whose identity occurs once;
    ``kubernetes`` are the policies that are written as Kubernetes wants them, staged ones too;
    ``doubles`` are the groups of records that have one identity. ``namespaces`` are read where
    there is a NetworkSet, and a rule asks for them. ``hosts`` are host endpoints and what makes
    them. ``is_closed``: the cluster has nothing but what is here and in ``external``. ``is_named``:
    the configuration says that all of it is of one cluster. ``are_variants``: files define the same
    objects, and are no cluster.
    """

    def __init__(
        self,
        records: Iterable[Record | Unusable],
        semantics: Semantics,
        is_closed: bool = False,
        external: External = NOTHING,
        is_named: bool = False,
        are_variants: bool = False,
    ) -> None:
        self.records = tuple(records)
        self.semantics = semantics
        self.is_closed = is_closed
        self.external = external
        self.is_named = is_named
        self.are_variants = are_variants
        self._by_type: dict[type, list[Any]] = {}
        for record in self.records:
            self._by_type.setdefault(type(record), []).append(record)
        self.unusable = self._of(Unusable)
        self.doubles = doubles(self.records)
        self._several = {identity_of(record) for group in self.doubles for record in group}
        policies = self._of(Policy)
        self.written = [one for one in policies if one.kind != KUBERNETES_NETWORK_POLICY]
        self.kubernetes = [one for one in policies if one.written is not None]
        self.policies = self._single(Policy)
        self.tiers = self._single(Tier)
        self.sets = self._single(NetworkSet)
        self.endpoints = self._single(HostEndpoint)
        self.makers = self._of(HostMaker)
        self.failsafes = self._of(FailsafePorts)
        self.hosts = (*self.endpoints, *self.makers)
        self.pools = self._of(Pool)
        self.profiles = self._of(Profile)
        self.namespaces = self._of(Namespace)
        self.workloads = self._of(Workload)
        self.services = self._of(Service)
        self._root: Root | None = None
        self._dead: list[DeadRule] | None = None
        self._ties: list[Tie] | None = None

    def with_places(self, records: Sequence[Record | Unusable]) -> RootView:
        """The view of the same records in their order, more of which have places now.

        What they mean together is the same, and is not reckoned again.
        """
        view = RootView(
            records,
            self.semantics,
            self.is_closed,
            self.external,
            self.is_named,
            self.are_variants,
        )
        pairs = zip(self.records, view.records, strict=True)
        placed = {id(old): new for old, new in pairs if isinstance(new, Policy)}

        def now(policy: Policy) -> Policy:
            return placed.get(id(policy), policy)

        if self._ties is not None:
            view._ties = [
                tie._replace(first=now(tie.first), second=now(tie.second)) for tie in self._ties
            ]
        if self._dead is not None:
            view._dead = [
                dead._replace(
                    policy=now(dead.policy),
                    takers=tuple(one._replace(policy=now(one.policy)) for one in dead.takers),
                )
                for dead in self._dead
            ]
        return view

    def written_rules(self) -> Iterator[tuple[Policy, str, tuple[WrittenRule, ...]]]:
        """Each of Kubernetes' own policies with each direction, and its rules as written."""
        for policy in self.kubernetes:
            assert policy.written is not None
            for direction in DIRECTIONS:
                yield policy, direction, policy.written.rules(direction)

    def _single(self, kind: type[R]) -> list[R]:
        """Those whose identity occurs once, unless nothing is of one cluster."""
        if self.are_variants:
            return []
        every = self._of(kind)
        if not self._several:
            return every
        return [one for one in every if identity_of(one) not in self._several]

    def _of(self, kind: type[R]) -> list[R]:
        return self._by_type.get(kind, [])

    @property
    def is_whole(self) -> bool:
        """Whether every policy of the cluster is here, and may be reasoned from."""
        return (
            self.is_closed
            and not self.doubles
            and all(one.kind in _BESIDE for one in self.unusable)
        )

    def may_lack(self, *kinds: str) -> bool:
        """Whether of an object of these kinds not all is known, or not even that it is there: it
        may be in a document that cannot be read."""
        return any(one.kind in kinds or one.kind == 'document' for one in self.unusable)

    @property
    def copies(self) -> list[list[Record | Unusable]]:
        """The doubles, and what one file defines twice without a namespace, whichever it gets."""
        groups: dict[tuple[str, str, str], list[Record | Unusable]] = {}
        for record in self.records:
            if isinstance(record, (Policy, NetworkSet)) and record.namespace is None:
                key = record.place.path, record.kind, record.name
                groups.setdefault(key, []).append(record)
        return [*self.doubles, *(one for (*_, name), one in groups.items() if name and one[1:])]

    @property
    def tier_names(self) -> frozenset[str]:
        """The tiers that are known to be there, whether or not they may be reasoned from."""
        built_in = (tier.name for tier in self.semantics.tiers)
        defined = (one.name for one in self._of(Tier))
        broken = (one.name for one in self.unusable if one.kind == 'Tier')
        return frozenset((*built_in, *defined, *broken, *self.external.tiers)) - {''}

    @property
    def root(self) -> Root:
        """What takes packets from whom."""
        if self._root is None:
            are_known = self.is_whole and not self.external.sets
            sets = self.sets if are_known else None
            self._root = Root(self.policies, self.tiers, self.semantics, sets)
        return self._root

    @property
    def ties(self) -> list[Tie]:
        """Policies of Calico's between which a name decides, and that it makes a difference to."""
        if self._ties is None:
            defined = self.tier_names - self.external.tiers
            self._ties = [
                tie
                for tie in ties(self.root).ties
                # Kubernetes' own all have one order, which nobody can change.
                if KUBERNETES_NETWORK_POLICY not in (tie.first.kind, tie.second.kind)
                and tie.first.tier in defined
            ]
        return self._ties

    @property
    def dead(self) -> list[DeadRule]:
        """The rules that no packet reaches because of other policies.

        Left out are those of Kubernetes' own policies, and those that are dead because of a name:
        see ``ties``.
        """
        if self._dead is None:
            tied = {(id(tie.first), id(tie.second)) for tie in self.ties}
            self._dead = [
                dead
                for dead in self.root.dead_rules(
                    ROOT if self.is_whole else TIER, of_others=True
                ).dead
                if dead.rests_on != POLICY
                and dead.policy.kind != KUBERNETES_NETWORK_POLICY
                and not any((id(one.policy), id(dead.policy)) in tied for one in dead.takers)
            ]
        return self._dead

    @property
    def turned(self) -> list[DeadRule]:
        """Those of the dead rules whose traffic meets the opposite of what they say."""
        return [one for one in self.dead if one.severity == WARNING]


Identity = tuple[str, str | None, str]


def identity_of(record: Record | Unusable) -> Identity | None:
    """What a cluster has but one of; None where that is not known."""
    if isinstance(record, Policy):  # which most are
        namespace = record.namespace
        return None if namespace is None or not record.name else record.identity
    if not isinstance(record, (NetworkSet, Tier, HostEndpoint, Unusable)):
        return None
    kind = getattr(record, 'kind', type(record).__name__)
    namespace = getattr(record, 'namespace', '')
    return None if namespace is None or not record.name else (kind, namespace, record.name)


def doubles(records: Iterable[Record | Unusable]) -> list[list[Record | Unusable]]:
    """The groups of records that have one identity, in the order of the first of each."""
    records = list(records)
    if not has_doubles(records):
        return []
    groups: dict[Identity, list[Record | Unusable]] = {}
    for record in records:
        identity = identity_of(record)
        if identity is not None:
            groups.setdefault(identity, []).append(record)
    return [group for group in groups.values() if len(group) > 1]


def has_doubles(records: Iterable[Record | Unusable]) -> bool:
    """Whether an identity occurs twice."""
    known = [identity for identity in map(identity_of, records) if identity is not None]
    return len(set(known)) < len(known)
