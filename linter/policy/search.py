"""The search for a packet that reaches a rule past the policies before it.

One packet is asked for that no known cover takes, and is tried. Either it reaches the rule, which
lives then, or whatever takes it is one more cover. When no packet is left the rule is dead, and
that is proved once more without the assumption that an address belongs to one object.
"""

from __future__ import annotations

from itertools import combinations

from linter.policy.dead_rule import POLICY, ROOT, TIER
from linter.policy.effort import Exhausted, TooComplex
from linter.policy.index import END, LOG, PASS, Decision, Entry, Sequence
from linter.policy.model import NetworkSet
from linter.policy.outcomes import asked, outcomes
from linter.policy.point import Point, contains, pick
from linter.policy.proof import Cover, is_proved, taken_by
from linter.policy.space import Boxes, covered, meet, meet_labels, subtract

MOST_COVERS = 48


class Search:
    """Looks for a packet that reaches a rule of one class of traffic."""

    def __init__(
        self,
        sequence: Sequence,
        entry: Entry,
        number: int,
        scope: str,
        sets: tuple[NetworkSet, ...] | None,
    ) -> None:
        self.sets = sets
        self.sequence = sequence
        self.entry = entry
        self.number = number
        self.scope = scope
        self.reached: Point | None = None
        # What became of the packets that were tried, as far as that is known.
        self.tried: set[str] = set()
        self.since = 0
        if scope == POLICY:
            self.since = entry.rank
        elif scope == TIER:
            self.since = sequence.first_of(entry.tier)
        own = meet_labels(entry.own, sequence.endpoints)
        self.own = own
        self.target: Boxes = entry.traffic(number).exact(own) if own else ()
        if not sequence.tiers[entry.tier].default_action:
            # A tier that is not in view may be defined elsewhere, with an order.
            self.target = ()

    def covers(self) -> list[Cover] | None:
        """The fewest covers that leave nothing of the rule; None: it lives."""
        remaining = self.target
        found: list[Cover] = []
        while remaining:
            point = pick(remaining[0], self.sequence.own_is_source)
            if len(found) >= MOST_COVERS or not contains(remaining[0], point):
                raise TooComplex
            decision = self.sequence.decide(point, self.entry, self.number, self.since)
            if decision is None or self._is_own(decision):
                self.reached = point
                return None
            boxes = taken_by(decision, self.entry, self.sequence, remaining)
            left = subtract(remaining, boxes)
            if left == remaining:
                raise TooComplex
            found.append(Cover(decision, boxes))
            if self.scope != ROOT or decision.action != PASS:
                self.tried.add(decision.action)
            remaining = left
        for chosen in (self._fewest(found), found):
            if is_proved(self.entry, self.number, self.own, chosen, self.sequence, self.sets):
                return chosen
        raise TooComplex

    def _is_own(self, decision: Decision) -> bool:
        return decision.entry is self.entry and decision.number == self.number

    def _fewest(self, found: list[Cover]) -> list[Cover]:
        # Each took only what was left when it was found; here it has to take all that it can.
        whole = [
            cover._replace(boxes=taken_by(cover.decision, self.entry, self.sequence, self.target))
            for cover in found
        ]
        for count in (1, 2) if len(whole) <= 8 else (1,):
            for some in combinations(whole, count):
                if covered(self.target, (box for cover in some for box in cover.boxes)):
                    return list(some)
        kept = list(whole)
        for cover in reversed(whole):
            fewer = [one for one in kept if one is not cover]
            if covered(self.target, (box for one in fewer for box in one.boxes)):
                kept = fewer
        return kept

    def _last(self, decision: Decision) -> int:
        """The rank of the last policy that is asked before a decision is made."""
        if decision.number != END:
            return decision.entry.rank
        return self.sequence.of_tier(decision.entry.tier)[-1].rank

    def verdicts(self, covers: list[Cover]) -> set[str]:
        """What becomes of the packets that the rule would match."""
        sequence = self.sequence
        # Behind the last of the covers no packet is left.
        last = max((self._last(cover.decision) for cover in covers), default=-1)
        entries = [
            entry
            for entry in asked(self.target, sequence, last)
            if entry.rank >= self.since
            and (self.scope == ROOT or entry.tier == self.entry.tier)
            and (self.scope != POLICY or entry is self.entry)
        ]
        try:
            if self.scope != ROOT:
                # Each packet is decided by a rule that may match it, before any tier ends.
                entries, actions = self._deciding(entries)
                if len(actions) == 1:
                    return actions
            pieces = list(outcomes(self.target, sequence, entries, most=800))
        except Exhausted:
            raise
        except TooComplex:
            return {cover.decision.action for cover in covers}
        return {
            PASS if piece.decision is None and self.scope != ROOT else piece.verdict or PASS
            for piece in pieces
        }

    def _deciding(self, entries: list[Entry]) -> tuple[list[Entry], set[str]]:
        """The policies that may decide packets of the rule before it is asked, and how."""
        found: list[Entry] = []
        actions: set[str] = set()
        for entry in entries:
            taking = {
                rule.action
                for number, rule in enumerate(entry.rules)
                if rule.action != LOG
                and (entry is not self.entry or number < self.number)
                and self._may_take(entry, number)
            }
            if taking:
                found.append(entry)
                actions |= taking
        return found, actions

    def _may_take(self, entry: Entry, number: int) -> bool:
        """Whether a rule may match packets of this one; conditions are let pass."""
        return any(
            meet(part, box._replace(conditions=part.conditions)) is not None
            for box in entry.boxes(number)
            for part in self.target
        )


def place_of(cover: Cover) -> tuple[int, bool, int, int]:
    """When a cover is asked: the end of a tier after all of its rules."""
    by = cover.decision
    return by.entry.tier, by.number == END, by.entry.rank, by.number
