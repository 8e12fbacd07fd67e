"""Which rules decided no test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from linter.policy.model import Policy
from linter.policytest.say import full_name


class Undecided(NamedTuple):
    """A rule that decided no test; ``rule`` counts from 0."""

    policy: str
    direction: str
    rule: int
    path: str
    line: int


class Coverage(NamedTuple):
    """``rules`` counts those that can decide: of enforced policies, in a direction they govern."""

    rules: int
    undecided: tuple[Undecided, ...]

    def lines(self) -> Iterable[str]:
        decided = self.rules - len(self.undecided)
        noun = 'rule' if self.rules == 1 else 'rules'
        yield f'{decided} of {self.rules} {noun} decided a test'
        for one in self.undecided:
            yield (
                f'{one.path}:{one.line}: {one.direction} rule {one.rule} of '
                f'{one.policy} decided no test'
            )

    def as_json(self) -> dict[str, object]:
        return {
            'rules': self.rules,
            'decided': self.rules - len(self.undecided),
            'undecided': [one._asdict() for one in self.undecided],
        }


def coverage(policies: Iterable[Policy], deciders: set[tuple[int, str, int]]) -> Coverage:
    """``deciders`` are (id of the policy, direction, rule) of all steps of all tests."""
    count = 0
    undecided: list[Undecided] = []
    for policy in policies:
        if policy.staged:
            continue
        for direction in policy.directions:
            for number, rule in enumerate(policy.rules(direction)):
                if rule.action == 'Log':
                    continue
                count += 1
                if (id(policy), direction, number) not in deciders:
                    place = policy.place
                    line = rule.line or place.line
                    undecided.append(
                        Undecided(full_name(policy), direction, number, place.path, line)
                    )
    return Coverage(count, tuple(undecided))
