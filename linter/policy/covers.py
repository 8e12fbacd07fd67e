"""Rules that no packet ever reaches, and what keeps the packets from them.

Most rules are alive by what is written; for the others a packet is looked for that reaches them
(``linter.policy.search``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial

from linter.policy.apart import are_apart
from linter.policy.dead_rule import (
    POLICY,
    ROOT,
    TIER,
    DeadRule,
    Report,
    Taker,
    Verdicts,
    asks_nothing,
)
from linter.policy.effective import NAME
from linter.policy.effort import Exhausted, TooComplex, spend
from linter.policy.index import (
    DENY,
    HOST,
    LOG,
    MOST_MET,
    PASS,
    WORKLOADS,
    Entry,
    Sequence,
)
from linter.policy.model import DIRECTIONS, NetworkSet, Policy, Rule, Tier
from linter.policy.order import FORWARD, PRE_DNAT, UNTRACKED
from linter.policy.semantics import Semantics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.policy.handles import Handled
    from linter.policy.point import Point
    from linter.policy.proof import Cover
    from linter.policy.search import Search

_OF_PODS = (WORKLOADS,)
_ALL = ('', 'all()')


def classes(policy: Policy) -> tuple[str, ...]:
    """The classes of traffic about which a policy is asked."""
    if policy.namespace != '':
        return _OF_PODS
    if policy.do_not_track:
        return (UNTRACKED,)
    if policy.pre_dnat:
        return (PRE_DNAT,)
    return (WORKLOADS, HOST, FORWARD) if policy.apply_on_forward else (WORKLOADS, HOST)


def once(policies: Iterable[Policy]) -> list[Policy]:
    """The policies in force whose identity occurs once, and whose namespace is known."""
    known = [policy for policy in policies if not policy.staged and policy.namespace is not None]
    count = Counter(policy.identity for policy in known)
    if len(count) == len(known):
        return known
    return [policy for policy in known if count[policy.identity] == 1]


class Root:
    """The policies of one cluster, to be asked for dead rules.

    Policies whose identity occurs twice, staged ones and those of no known namespace are left out.
    ``sets`` are all network sets of the cluster; None: which there are is not known.
    """

    def __init__(
        self,
        policies: Iterable[Policy],
        tiers: Iterable[Tier],
        semantics: Semantics,
        sets: Iterable[NetworkSet] | None = None,
    ) -> None:
        self.policies = once(policies)
        self.tiers = tuple(tiers)
        self.semantics = semantics
        self.sets = None if sets is None else tuple(sets)
        # In the order of the policies that belong to them.
        self.classes = tuple(
            dict.fromkeys(
                kind
                for policy in self.policies
                for kind in (_OF_PODS if policy.namespace != '' else classes(policy))
            )
        )
        self._sequences: dict[tuple[str, str], Sequence] = {}
        self._handled: Handled | None = None

    @property
    def handled(self) -> Handled:
        """The policies, to be looked up by labels."""
        if self._handled is None:
            # Imported lazily: only what is replayed is looked up so.
            from linter.policy.handles import Handled

            self._handled = Handled(self.policies)
        return self._handled

    def sequence(self, direction: str, kind: str) -> Sequence:
        """The policies of a direction and class, in order."""
        found = self._sequences.get((direction, kind))
        if found is None:
            found = Sequence(self.policies, self.tiers, self.semantics, direction, kind)
            self._sequences[direction, kind] = found
        return found

    def dead_rules(self, scope: str = ROOT, of_others: bool = False) -> Report:
        """All dead rules; ``scope`` is the most that a claim may rest on.

        ``of_others``: only those matter that are dead because of other policies.
        """
        dead: list[DeadRule] = []
        given_up = count = 0
        for direction in DIRECTIONS:
            later = self._later(direction, scope) if of_others else None
            for policy in self.policies:
                if direction not in policy.directions:
                    continue
                if later is not None and id(policy) not in later:
                    continue
                seen: dict[Rule, DeadRule] = {}
                others = None
                if of_others and scope != POLICY:
                    others = self._met(policy, direction, scope)
                for number, rule in enumerate(policy.rules(direction)):
                    count += 1
                    if others is not None and all(
                        are_apart(rule, other, direction) for other in others
                    ):
                        continue
                    bare = rule.bare
                    if bare in seen:
                        # What takes all packets of a rule takes those of an equal one after it.
                        dead.append(seen[bare]._replace(number=number))
                        continue
                    try:
                        found = self.dead_rule(policy, direction, number, scope)
                    except TooComplex:
                        given_up += 1
                        continue
                    if found is not None:
                        dead.append(found)
                        if found.rests_on == POLICY:
                            seen[bare] = found
        return Report(tuple(dead), given_up, count)

    def _met(self, policy: Policy, direction: str, scope: str) -> list[Rule] | None:
        """The rules that may take packets from those of a policy, of the policies before it.

        None: there may be others, or packets that none of them takes may not come so far.
        """
        if policy.namespace == '' and (scope == ROOT or WORKLOADS not in classes(policy)):
            return None  # what an earlier tier passes on of a host is not known
        sequence = self.sequence(direction, WORKLOADS)
        own = sequence.entry_of(policy)
        found: list[Rule] = []
        for tier in (own.tier,) if scope == TIER else range(own.tier + 1):
            met = sequence.met_before(own, tier)
            if met is None:
                return None
            is_own = tier == own.tier
            if not is_own and not _passes_on(sequence, tier, met):
                return None
            # What an earlier tier passes on comes here.
            passed = (LOG,) if is_own else (LOG, PASS)
            found += [rule for entry in met for rule in entry.rules if rule.action not in passed]
        if len(found) > MOST_MET:
            return None
        spend(len(found) * len(policy.rules(direction)))
        return found

    def _later(self, direction: str, scope: str) -> set[int]:
        """The policies before which others may be asked about the same endpoint, by identity."""
        return {
            id(entry.policy)
            for kind in self.classes
            for entry in self.sequence(direction, kind).later(scope != ROOT)
        }

    def dead_rule(
        self, policy: Policy, direction: str, number: int, scope: str = ROOT
    ) -> DeadRule | None:
        """Whether a rule is dead, for the nearest reason; raises ``TooComplex``: don't know."""
        scopes = {POLICY: (POLICY,), TIER: (TIER, POLICY), ROOT: (ROOT, TIER, POLICY)}[scope]
        nearest: DeadRule | None = None
        trouble: TooComplex | None = None
        for one in scopes:
            try:
                found = self._dead(policy, direction, number, one)
            except Exhausted:
                raise
            except TooComplex as error:
                # A smaller scope has fewer policies in it.
                trouble = error
                continue
            if found is None:
                # What reaches the rule past more policies also reaches it past fewer.
                break
            nearest = found
        if nearest is None and trouble is not None:
            raise trouble
        return nearest

    def reaching(
        self, policy: Policy, direction: str, number: int
    ) -> tuple[Point, Sequence] | None:
        """A packet that reaches a rule, and the policies that it has passed; None: none is known.

        Raises ``TooComplex``.
        """
        # Imported lazily: most rules are alive by what is written.
        from linter.policy.search import Search

        for kind in classes(policy):
            sequence = self.sequence(direction, kind)
            search = Search(sequence, sequence.entry_of(policy), number, ROOT, self.sets)
            if search.target and search.covers() is None:
                assert search.reached is not None
                return search.reached, sequence
        return None

    def _dead(self, policy: Policy, direction: str, number: int, scope: str) -> DeadRule | None:
        # Imported lazily, as above.
        from linter.policy.search import Search, place_of

        takers: dict[object, Taker] = {}
        searches: list[tuple[Search, list[Cover]]] = []
        for kind in classes(policy):
            sequence = self.sequence(direction, kind)
            search = Search(sequence, sequence.entry_of(policy), number, scope, self.sets)
            if not search.target:
                continue
            covers = search.covers()
            if covers is None:
                return None
            searches.append((search, covers))
            for cover in sorted(covers, key=place_of):
                by = cover.decision
                key = by.entry.policy.identity, by.number
                takers.setdefault(key, Taker(by.entry.policy, by.number, by.action))
        if not searches:
            return None
        some = frozenset(verdict for search, _ in searches for verdict in search.tried)
        verdicts = Verdicts(some, partial(_verdicts, searches))
        return DeadRule(policy, direction, number, tuple(takers.values()), verdicts, scope)


def _passes_on(sequence: Sequence, tier: int, met: list[Entry]) -> bool:
    """Whether what no rule of these policies of a tier decides surely comes to the next tier.

    ``met`` are all that may select a pod. Most tiers that pass anything on have a rule for that in
    each policy, or in one for all pods.
    """
    if sequence.end_of(tier) == PASS:
        return True
    passing = [
        entry.policy
        for entry in met
        if any(rule.action == PASS and asks_nothing(rule) for rule in entry.rules)
    ]
    return len(passing) == len(met) or any(
        one.namespace == ''
        and one.selector in _ALL
        and one.namespace_selector in (*_ALL, f'has({NAME})')
        and not one.service_account_selector
        for one in passing
    )


def _verdicts(searches: list[tuple[Search, list[Cover]]]) -> frozenset[str]:
    """What becomes of the packets of a dead rule, of each class of traffic."""
    return frozenset(one for search, covers in searches for one in search.verdicts(covers))


def dead_in_policy(policy: Policy, semantics: Semantics) -> Report:
    """The rules of a policy that others of the same policy leave nothing to."""
    namespace = '?' if policy.namespace is None else policy.namespace
    alone = policy._replace(staged=False, namespace=namespace)
    tier = Tier(policy.tier, None, DENY)
    report = Root([alone], [tier], semantics).dead_rules(POLICY)
    dead = tuple(
        one._replace(
            policy=policy, takers=tuple(taker._replace(policy=policy) for taker in one.takers)
        )
        for one in report.dead
    )
    return report._replace(dead=dead)
