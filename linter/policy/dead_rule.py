"""A rule that no packet reaches, and what takes the packets."""

from __future__ import annotations

from linter.policy.index import DENY, END, LOG
from linter.policy.model import Policy, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

POLICY = 'policy'
TIER = 'tier'
ROOT = 'root'
"""What a claim rests on: the policy alone, its tier, or all tiers.

Nothing that is added to a cluster can undo the first two. A rule that passes packets on, added to
an earlier tier, can undo the third, so that is for roots that are known as a whole.
"""

WARNING = 'warning'
INFO = 'info'


class Taker(NamedTuple):
    """What takes packets from a dead rule: a rule, or the end of a tier (``END``), of which the
    policy is the first that selects the endpoint."""

    policy: Policy
    number: int
    action: str

    @property
    def is_end(self) -> bool:
        return self.number == END


class Verdicts:
    """What becomes of the packets of a dead rule: ``Allow``, ``Deny``, and ``Pass`` where they
    leave the tier and no more is known.

    ``some`` are verdicts of packets that were tried. To know ``all`` of them may cost as much as to
    find out that the rule is dead, so they are reckoned when somebody asks.
    """

    __slots__ = ('_all', '_reckon', 'some')

    def __init__(self, some: frozenset[str], reckon: Callable[[], frozenset[str]]) -> None:
        self.some = some
        self._reckon = reckon
        self._all: frozenset[str] | None = None

    @property
    def all(self) -> frozenset[str]:
        if self._all is None:
            self._all = self._reckon()
        return self._all

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Verdicts) and self.all == other.all

    def __hash__(self) -> int:
        return hash(self.all)


class DeadRule(NamedTuple):
    """A rule that no packet reaches.

    ``takers`` are the fewest that together take all its packets, in the order in which they are
    asked. ``rests_on`` is ``policy``, ``tier`` or ``root``.
    """

    policy: Policy
    direction: str
    number: int
    takers: tuple[Taker, ...]
    verdicts: Verdicts
    rests_on: str

    @property
    def rule(self) -> Rule:
        return self.policy.rules(self.direction)[self.number]

    @property
    def severity(self) -> str:
        """``warning`` where a verdict is turned round, ``info`` where the rule only is too many."""
        action, verdicts = self.rule.action, self.verdicts
        is_saved = bool(verdicts.some - {DENY})
        if action == DENY:
            turned = not self.is_final_deny and (is_saved or bool(verdicts.all - {DENY}))
        else:
            turned = action != LOG and not is_saved and verdicts.all == {DENY}
        return WARNING if turned else INFO

    @property
    def is_final_deny(self) -> bool:
        """Whether it is the last rule and denies everything, as people write it to be sure."""
        rule = self.rule
        return (
            rule.action == DENY
            and self.number == len(self.policy.rules(self.direction)) - 1
            and asks_nothing(rule)
        )


class Report(NamedTuple):
    """``given_up``: of how many rules it is not known, because that would have cost too much."""

    dead: tuple[DeadRule, ...]
    given_up: int
    rules: int


def asks_nothing(rule: Rule) -> bool:
    """Whether a rule matches every packet."""
    return rule.bare == Rule(rule.action)
