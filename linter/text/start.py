"""Parts of the standard library without what they bring along, for runs that need no more.

``import json`` compiles regular expressions, and ``import functools`` brings ``collections``:
together a quarter of the time of a run that has nothing to say. The C functions behind both stand
on their own. Where they are not (another Python than CPython), the real modules take their place.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec('P')
    R = TypeVar('R')


class _Plain:
    """How ``json.loads`` reads where nobody asks for anything else."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def read_json(text: str) -> Any:
    """The value of a JSON text of ours; a file of somebody else's is for ``json`` to refuse."""
    try:
        from _json import make_scanner
    except ImportError:
        from json import loads

        return loads(text)
    value, _ = make_scanner(_Plain)(text, 0)  # type: ignore[arg-type]
    return value


def remembered(most: int | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """``functools.lru_cache``: remember what a function returned for its last arguments."""
    try:
        from _functools import _lru_cache_wrapper  # type: ignore[import-not-found]
    except ImportError:
        from functools import lru_cache

        return lru_cache(most)  # type: ignore[return-value]

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        wrapped: Callable[P, R] = _lru_cache_wrapper(function, most, False, tuple)
        wrapped.__doc__ = function.__doc__
        wrapped.__module__ = function.__module__
        wrapped.__wrapped__ = function  # type: ignore[attr-defined]
        return wrapped

    return decorate


LONGEST = 1024
"""Repositories repeat their selectors, but not the very long ones, which would fill the memory."""


def remembered_of_text(most: int) -> Callable[[Callable[[str, bool], R]], Callable[..., R]]:
    """As ``remembered``, of a text and whether something holds; nothing of a long text is kept."""

    def decorate(function: Callable[[str, bool], R]) -> Callable[..., R]:
        known = remembered(most)(function)

        def answer(text: str, flag: bool = False) -> R:
            return known(text, flag) if len(text) <= LONGEST else function(text, flag)

        answer.__doc__ = function.__doc__
        return answer

    return decorate
