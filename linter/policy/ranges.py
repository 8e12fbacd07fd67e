"""Sets of whole numbers as ranges: sorted, apart from each other, both ends included."""

from __future__ import annotations

from collections.abc import Iterable

from linter.policy.effort import spend

Ranges = tuple[tuple[int, int], ...]


def union(parts: Iterable[tuple[int, int]]) -> Ranges:
    """The numbers in any of the ranges, which may overlap and come in any order."""
    found: list[tuple[int, int]] = []
    ordered = sorted(parts)
    spend(1 + len(ordered) // 4)
    for low, high in ordered:
        if found and low <= found[-1][1] + 1:
            if high > found[-1][1]:
                found[-1] = found[-1][0], high
        else:
            found.append((low, high))
    return tuple(found)


def intersect(one: Ranges, other: Ranges) -> Ranges:
    if one == other:
        return one
    spend(1 + (len(one) + len(other)) // 3)
    found = []
    at = beside = 0
    while at < len(one) and beside < len(other):
        low = max(one[at][0], other[beside][0])
        high = min(one[at][1], other[beside][1])
        if low <= high:
            found.append((low, high))
        if one[at][1] < other[beside][1]:
            at += 1
        else:
            beside += 1
    return tuple(found)


def subtract(one: Ranges, other: Ranges) -> Ranges:
    if one == other:
        return ()
    spend(1 + (len(one) + len(other)) // 3)
    found = []
    beside = 0
    for low, high in one:
        while beside < len(other) and other[beside][1] < low:
            beside += 1
        following = beside
        while following < len(other) and other[following][0] <= high:
            if other[following][0] > low:
                found.append((low, other[following][0] - 1))
            low = other[following][1] + 1
            following += 1
        if low <= high:
            found.append((low, high))
    return tuple(found)


def contains(ranges: Ranges, number: int) -> bool:
    spend(len(ranges) // 8)
    return any(low <= number <= high for low, high in ranges)
