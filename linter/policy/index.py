"""The policies that an endpoint asks, in their order, found by the endpoint's labels.

A ``Sequence`` holds the policies of one direction and one class of traffic. What it says of one
packet, ``Sequence.decide``, holds where every address belongs to one object at most.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge

from linter.calico.selector.meaning import evaluate
from linter.policy.buckets import Met, buckets_of, may_meet
from linter.policy.effective import policy_selector, read
from linter.policy.effort import TooComplex, spend
from linter.policy.model import EGRESS, Policy, Tier
from linter.policy.order import NORMAL, PRE_DNAT, UNTRACKED, is_of_class, ordered
from linter.policy.point import HOSTS, PODS, Point, contains, takes
from linter.policy.rule_boxes import Traffic, traffic
from linter.policy.selector_sets import (
    EVERYTHING,
    KUBERNETES,
    NAMESPACE_KEY,
    Cubes,
    selected,
)
from linter.policy.semantics import Semantics
from linter.policy.space import Boxes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from linter.policy.buckets import Bucket
else:
    from linter.text.records import NamedTuple

WORKLOADS = 'workloads'
HOST = 'host'
"""Whose normal traffic it is: a pod's, or that of a host endpoint."""

ALLOW, DENY, PASS, LOG = 'Allow', 'Deny', 'Pass', 'Log'
END = -1
"""The number of the rule where none has matched: the end of a tier."""


class Entry:
    """A policy in a sequence: its place, whom it selects and what its rules match."""

    __slots__ = (
        '_boxes',
        '_own',
        '_traffic',
        'buckets',
        'owner',
        'policy',
        'rank',
        'rules',
        'tier',
    )

    def __init__(self, owner: Sequence, policy: Policy, rank: int, tier: int) -> None:
        self.owner = owner
        self.policy = policy
        self.rank = rank
        self.tier = tier
        self.rules = policy.rules(owner.direction)
        self.buckets: set[Bucket] = set()
        self._own: Cubes | None = None
        self._traffic: dict[int, Traffic | None] = {}
        self._boxes: dict[int, Boxes] = {}

    @property
    def own(self) -> Cubes:
        """The labels of the endpoints that it selects; raises ``TooComplex``."""
        if self._own is None:
            text = policy_selector(self.policy)
            self._own = selected(text) if text else EVERYTHING
        return self._own

    def selects(self, labels: Mapping[str, str]) -> bool:
        try:
            return takes(self.own, labels)
        except TooComplex:
            return evaluate(read(policy_selector(self.policy)), KUBERNETES.completed(labels))

    def traffic(self, number: int) -> Traffic:
        """What a rule matches; raises ``TooComplex``, and so where HTTP has a say in it."""
        if number not in self._traffic:
            rule, owner = self.rules[number], self.owner
            self._traffic[number] = traffic(
                rule, self.policy.namespace, owner.direction, owner.semantics
            )
        found = self._traffic[number]
        if found is None:
            raise TooComplex
        return found

    def boxes(self, number: int) -> Boxes:
        """The same as boxes, if every address belongs to one object at most."""
        found = self._boxes.get(number)
        if found is None:
            found = self._boxes[number] = self.traffic(number).exact(self.own)
        return found


def _rank(entry: Entry) -> int:
    return entry.rank


class Decision(NamedTuple):
    """Who decides, and how: a rule, or the end of a tier (``END``), of which the entry is the first
    policy that selects the endpoint."""

    entry: Entry
    number: int
    action: str


MOST_MET = 100
"""Policies of a namespace that are looked at one by one."""

_Members = dict[str | None, dict[str | None, list['Entry']]]
_NO_MEMBERS: _Members = {}


class Sequence:
    """The enforced policies of a direction and class, in the order in which they are asked.

    ``kind`` is ``workloads``, ``host``, or another class of a host endpoint (``linter.policy.order
    .CLASSES``). Policies of a tier that nobody has defined come last, as Felix has it.
    """

    def __init__(
        self,
        policies: Iterable[Policy],
        tiers: Iterable[Tier],
        semantics: Semantics,
        direction: str,
        kind: str = WORKLOADS,
    ) -> None:
        self.semantics = semantics
        self.direction = direction
        self.kind = kind
        of = NORMAL if kind in (WORKLOADS, HOST) else kind
        chosen = [
            policy
            for policy in policies
            if direction in policy.directions
            and not policy.staged
            and (kind == WORKLOADS or policy.namespace == '')
            and is_of_class(policy, of)
        ]
        self.tiers: list[Tier] = []
        self._starts: list[int] = []
        self.entries: list[Entry] = []
        for group in ordered(chosen, tiers, semantics):
            self._starts.append(len(self.entries))
            for policy in group.policies:
                self.entries.append(Entry(self, policy, len(self.entries), len(self.tiers)))
            self.tiers.append(group.tier)
        self._starts.append(len(self.entries))
        self._entries = {entry.policy.identity: entry for entry in self.entries}
        self._buckets: dict[Bucket, list[Entry]] = {}
        self._by_namespace: dict[str | None, list[Entry]] = {}
        for entry in self.entries:
            entry.buckets = found = buckets_of(entry)
            for bucket in found:
                self._buckets.setdefault(bucket, []).append(entry)
            for name in {bucket[0] for bucket in found} if len(found) != 1 else (bucket[0],):
                self._by_namespace.setdefault(name, []).append(entry)
        self._passing: dict[int, dict[str | None, _Members]] = {}

    @property
    def own_is_source(self) -> bool:
        return self.direction == EGRESS

    @property
    def endpoints(self) -> Cubes:
        """The labels of whatever asks these policies."""
        return PODS if self.kind == WORKLOADS else HOSTS

    @property
    def has_ends(self) -> bool:
        """Whether the end of a tier decides."""
        return self.kind not in (PRE_DNAT, UNTRACKED)

    def end_of(self, tier: int) -> str:
        """What the end of a tier does."""
        if not self.has_ends or self.tiers[tier].default_action == PASS:
            return PASS
        return DENY

    def passing(self, tier: int, own: Cubes) -> Iterator[Entry]:
        """The policies of a tier that pass packets on, in no order.

        Those that cannot select an endpoint with such labels are left out where that is quickly
        found, and some come twice.
        """
        found = self._passing.get(tier)
        if found is None:
            found = self._passing[tier] = {}
            for entry in self.of_tier(tier):
                if any(rule.action == PASS for rule in entry.rules):
                    for namespace, key, literal in buckets_of(entry):
                        groups = found.setdefault(namespace, {})
                        groups.setdefault(key, {}).setdefault(literal, []).append(entry)
        for cube in own:
            values = cube.get(NAMESPACE_KEY)
            if values is None or values.inside is None:
                names: Iterable[str | None] = found
            else:
                names = (None, *values.inside)
            for name in names:
                for key, members in found.get(name, _NO_MEMBERS).items():
                    asked = None if key is None else cube.get(key)
                    if asked is None or asked.inside is None:
                        for entries in members.values():
                            yield from entries
                    else:
                        for literal in (*asked.inside, None):
                            yield from members.get(literal, ())

    def later(self, in_tier: bool) -> Iterator[Entry]:
        """The policies before which another one, of their tier or of any, may select an endpoint
        that they select; of all others it is sure that none does."""
        met, tier = Met(), 0
        for entry in self.entries:
            if in_tier and entry.tier != tier:
                met, tier = Met(), entry.tier
            if met.may_meet(entry.buckets):
                yield entry
            met.add(entry.buckets)

    def met_before(self, entry: Entry, tier: int) -> list[Entry] | None:
        """The policies of a tier before it that may select an endpoint that it selects.

        None: there are many, or any may be so.
        """
        found: list[Entry] = []
        for name in {None, *(bucket[0] for bucket in entry.buckets)}:
            others = self._by_namespace.get(name, ())
            if len(others) > MOST_MET:
                return None
            spend(len(others))
            for other in others:
                if other.rank >= entry.rank:
                    break
                if other.tier == tier and (
                    other.buckets == entry.buckets or may_meet(entry.buckets, other.buckets)
                ):
                    found.append(other)
        return found

    def candidates(self, labels: Mapping[str, str], since: int = 0) -> Iterator[Entry]:
        """All that may select an endpoint with these labels, in order, from the rank ``since`` on.

        One after the other: most packets are decided by one of the first, and there may be many.
        """
        found: list[list[Entry]] = []
        buckets = self._buckets
        own = labels.get(NAMESPACE_KEY)
        scopes: tuple[str | None, ...] = (None,) if own is None else (None, own)
        for namespace in scopes:
            keys: list[Bucket] = [(namespace, None, None)]
            for key, value in labels.items():
                keys += (namespace, key, value), (namespace, key, None)
            found += [buckets[bucket] for bucket in keys if bucket in buckets]
        if since:
            found = [some[bisect_left(some, since, key=_rank) :] for some in found]
        if len(found) == 1:
            yield from found[0]
            return
        rank = -1
        for entry in merge(*found, key=_rank):
            if entry.rank != rank:
                yield entry
            rank = entry.rank

    def entry_of(self, policy: Policy) -> Entry:
        """The entry of a policy; raises KeyError where it is not in this sequence."""
        return self._entries[policy.identity]

    def first_of(self, tier: int) -> int:
        """The rank of the first policy of a tier."""
        return self._starts[tier]

    def of_tier(self, tier: int) -> list[Entry]:
        """The policies of a tier, in order."""
        return self.entries[self._starts[tier] : self._starts[tier + 1]]

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that the selectors of policies name, sorted."""
        return tuple(sorted(name for name in self._by_namespace if name is not None))

    def of_namespaces(self, names: Iterable[str | None], last: int | None = None) -> list[Entry]:
        """The policies for endpoints of these namespaces, in order; None: those for any.

        ``last`` is the rank after which they do not matter.
        """
        ranks: set[int] = set()
        for name in names:
            for entry in self._by_namespace.get(name, ()):
                if last is not None and entry.rank > last:
                    break
                ranks.add(entry.rank)
        return [self.entries[rank] for rank in sorted(ranks)]

    def decide(
        self,
        point: Point,
        target: Entry | None = None,
        number: int = 0,
        since: int = 0,
    ) -> Decision | None:
        """Who decides a packet, or None: nobody, and profiles are asked.

        With a target, who keeps the packet from one of its rules; that may be a rule that passes
        it on in the same tier. If it reaches the rule, the rule itself. ``since`` is the rank of
        the first policy that is asked.
        """
        tier, first, is_passed = -1, None, False
        for entry in self.candidates(point.own, since):
            if target is not None and entry.rank > target.rank:
                break
            if entry.tier != tier:
                if first is not None and not is_passed and self.end_of(tier) == DENY:
                    return Decision(first, END, DENY)
                tier, first, is_passed = entry.tier, None, False
            if is_passed or not entry.selects(point.own):
                continue
            if first is None:
                first = entry
            spend(2 + 10 * len(entry.rules))
            for index, rule in enumerate(entry.rules):
                if entry is target and index == number:
                    return Decision(entry, index, rule.action)
                # What only HTTP decides may match or not: nothing is taken for certain.
                if rule.action == LOG or rule.http or not self._matches(entry, index, point):
                    continue
                if rule.action != PASS or (target is not None and target.tier == tier):
                    return Decision(entry, index, rule.action)
                is_passed = True
                break
        if first is not None and not is_passed and self.end_of(tier) == DENY:
            return Decision(first, END, DENY)
        return None

    @staticmethod
    def _matches(entry: Entry, number: int, point: Point) -> bool:
        return any(contains(box, point) for box in entry.boxes(number))
