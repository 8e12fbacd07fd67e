"""A claim about every packet of some traffic, as ``calico-lint test`` reads it from a file."""

from __future__ import annotations

from typing import NamedTuple, Optional

from linter.policy.match import Packet
from linter.policy.model import Rule


class Claim(NamedTuple):
    """All traffic that the rule matches gets this verdict in this direction.

    ``rule`` is one of a global policy, so its selectors reach every namespace; its action means
    nothing. The side that is asked (``destination`` for ingress, ``source`` for egress) is that of
    the pods whose policies are asked; the other side is anybody. ``verdict`` is ``allow`` or
    ``deny``.
    """

    name: str
    direction: str
    rule: Rule
    verdict: str


class Counterexample(NamedTuple):
    """Traffic that breaks a claim: the labels of both sides and a packet.

    ``asked`` are the labels of the endpoint whose policies are asked, ``peer`` those of the other
    side, or None where Calico does not know that address. ``decider`` is (tier, policy's identity,
    rule or -1), None where a profile decides.
    """

    asked: dict[str, str]
    peer: Optional[dict[str, str]]
    packet: Packet
    verdict: str
