"""How much may be reckoned before the answer is "don't know".

Whether a packet is left for a rule, or a label for a selector, can cost far more than the file is
long. So whatever is done over and over counts its steps here, about a microsecond each. Where a
limit is set and used up, ``Exhausted`` ends whatever was asked. Steps are counted, and no time, so
that the same file has the same answer on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ParamSpec, TypeVar

    from linter.policy.model import Policy

    P = ParamSpec('P')
    R = TypeVar('R')


class TooComplex(Exception):
    """An exact answer costs more than it may: the answer is "don't know"."""


class Exhausted(TooComplex):
    """Nothing more may be reckoned, whatever it is."""


class Effort:
    """The steps that several questions have together."""

    __slots__ = ('left',)

    def __init__(self, steps: int) -> None:
        self.left = steps


_UNLIMITED = sys.maxsize
_left = _UNLIMITED


def spend(steps: int) -> None:
    """Count steps; raises ``Exhausted`` where none are left."""
    global _left
    _left -= steps
    if _left < 0:
        raise Exhausted


@contextmanager
def within(effort: Effort) -> Iterator[None]:
    """What is reckoned inside may use these steps, and counts outside, too."""
    global _left
    outside = _left
    start = _left = min(outside, effort.left)
    try:
        yield
    finally:
        used = start - _left
        effort.left -= used
        _left = outside - used


FOR_FILE = 100_000
FOR_BYTE = 2
"""The steps for what the policies of a file mean, each by itself: to begin with, and a byte."""
FOR_ROOT = 400_000
FOR_POLICY = 1_500
FOR_RULE = 200
"""The same for all policies of a root together: to begin with, a policy, and a rule of one."""
FOR_CLAIMS = 1_000_000
FOR_CLAIM = 3_000
"""The same for the claims about some policies: to begin with, and a claim, beside the policies."""


def for_policies(policies: Collection[Policy]) -> int:
    """The steps that policies are worth."""
    rules = sum(len(policy.ingress) + len(policy.egress) for policy in policies)
    return FOR_POLICY * len(policies) + FOR_RULE * rules


def priced(maxsize: int, most: Callable[P, int]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember what a function returned for its last arguments, or that it is too complex.

    What it cost counts each time, so that no answer depends on what was asked before. ``most`` says
    of the arguments how many steps they are worth.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @lru_cache(maxsize=maxsize)
        def first(*args: P.args, **kwargs: P.kwargs) -> tuple[list[R], int]:
            global _left
            outside = _left
            start = _left = most(*args, **kwargs)
            try:
                found = [function(*args, **kwargs)]
            except TooComplex:
                found = []
            finally:
                used = start - _left
                _left = outside
            return found, used

        @wraps(function)
        def again(*args: P.args, **kwargs: P.kwargs) -> R:
            if _left <= 0:
                raise Exhausted
            found, used = first(*args, **kwargs)  # type: ignore[arg-type]
            spend(used)
            if not found:
                raise TooComplex
            return found[0]

        again.cache_clear = first.cache_clear  # type: ignore[attr-defined]
        return again

    return decorate
