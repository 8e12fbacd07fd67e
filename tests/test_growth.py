"""Four times as much takes at most five times as many steps, whatever grows.

The shapes are those of ``bench/growth.py``, which measures them large and in seconds. Here they are
small, and steps are lines of the package that are run: the same on every machine. What a regular
expression or another built-in function does is no step; ``test_patterns`` looks at the former.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from conftest import ROOT, some_slow

from bench.growth import SHAPES, Shape, forget

PACKAGE = f'{ROOT}/linter/'
SIZE = 1500


def steps(shape: Shape, size: int) -> int:
    """How many lines of the package are run for a file of a size."""
    data = shape.data(size)
    count = 0

    def line(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == 'line'
        return line

    def call(frame: FrameType, event: str, argument: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(PACKAGE) else None

    forget()
    before = sys.gettrace()
    sys.settrace(call)
    try:
        shape.run(data)
    finally:
        sys.settrace(before)
    return count


# Those that count longest; each has its like among the others.
LONG = (
    'aliases of a long list of different nets',
    'aliases of a long list of ports',
    'bad selectors of 4 kB',
    'selectors with fifteen mistakes at the end',
)


@pytest.mark.parametrize('name', some_slow(SHAPES, *(SHAPES.keys() - LONG)))
def test_four_times_as_much_takes_five_times_as_long(name: str) -> None:
    shape = SHAPES[name]
    shape.run(shape.data(SIZE))  # what is imported is no growth
    if shape.unfolds or shape.is_budgeted:
        shape.run(shape.data(4 * SIZE))  # only the seconds count, which the benchmark measures
        return
    few, many = steps(shape, SIZE), steps(shape, 4 * SIZE)
    if many > 5 * few + 1000:
        many = steps(shape, 4 * SIZE)  # neither is what the larger one alone imports
    assert many <= 5 * few + 1000, f'{few} steps, then {many}'
