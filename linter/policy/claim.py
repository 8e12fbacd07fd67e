"""A claim about every packet of some traffic, as ``calico-lint test`` reads it from a file."""

from __future__ import annotations

from linter.policy.model import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


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
