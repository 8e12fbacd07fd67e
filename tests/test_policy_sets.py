"""What is said of all packets, against the evaluator, which is asked about single ones."""

from __future__ import annotations

import pytest
from policy_worlds import Maker

from linter.policy.evaluate import END as END_OF_TIER
from linter.policy.evaluate import Verdict
from linter.policy.index import Sequence
from linter.policy.model import DIRECTIONS
from linter.policy.outcomes import outcomes
from linter.policy.point import contains
from linter.policy.semantics import Semantics
from linter.policy.space import ANY_PACKET
from linter.policy.witness import replay, scene

SEMANTICS = Semantics()


def decider(verdict: Verdict) -> tuple[str, str, int]:
    """The last word of the evaluator: what, of which policy, and which rule."""
    step = verdict.decider
    # A stage without profiles may end with a policy that passes the packet on.
    if step is None or not verdict.action or step.tier == '__PROFILE__':
        return verdict.action, '', 0
    assert step.by is not None
    return verdict.action, step.by.name, step.rule


def agree(seed: int, kind: str) -> int:
    maker = Maker(seed, hosts=kind != 'workloads')
    tiers = maker.tiers()
    policies = maker.policies(maker.random.randrange(1, 7), tiers)
    count = 0
    for direction in DIRECTIONS:
        sequence = Sequence(policies, tiers, SEMANTICS, direction, kind)
        region = ANY_PACKET._replace(own=sequence.endpoints)
        pieces = list(outcomes((region,), sequence, most=40_000))
        for _ in range(20):
            point = maker.point(sequence)
            found = scene(point, sequence)
            if found is None:
                continue
            said = decider(replay(found, sequence, policies, tiers))
            decision = sequence.decide(point)
            if decision is None:
                assert said[1] == '', (point, said)
            else:
                number = END_OF_TIER if decision.number < 0 else decision.number
                expected = decision.action.lower(), decision.entry.policy.name, number
                assert said == expected, point
            held = [piece for piece in pieces if contains(piece.box, point)]
            assert len(held) == 1, point
            assert held[0].verdict.lower() == said[0]
            assert held[0].decision == decision
            count += 1
    return count


@pytest.mark.parametrize('kind', ['workloads', 'host', 'forward', 'preDNAT'])
def test_pieces_agree_with_the_evaluator(kind: str) -> None:
    assert sum(agree(seed, kind) for seed in range(25)) > 500


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['workloads', 'host', 'forward', 'preDNAT'])
def test_pieces_agree_with_the_evaluator_at_length(kind: str) -> None:
    assert sum(agree(seed, kind) for seed in range(1000, 2000)) > 20_000
