"""Does calico-lint keep its promises on what nobody would write? For long runs outside the tests.

    python bench/fuzz.py --seconds 60
    python bench/fuzz.py --seconds 600 --seed 7 --only loader,scan
    python bench/fuzz.py --seed 7 --only loader --number 1234      one input again, with traceback

Policies and selectors of fixtures/ are changed at random, and every part of PARTS looks at them in
turn. An input is made from the seed, the part and a number alone, so that a failure can be had
again; of each kind of failure the smallest input is printed. Exit status 1 where something broke.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# This checkout, whatever is installed.
sys.path.insert(0, ROOT)

import fuzz_checks as checks  # noqa: E402
from fuzz_inputs import growing, hostile, meant, nudged, policy, selector, settings  # noqa: E402

Random = random.Random
PARTS: dict[str, tuple[Callable[[Random], bytes], Callable[[bytes, Random], None]]] = {
    'loader': (policy, checks.read_twice),
    'scan': (policy, checks.looked_at),
    'quick': (nudged, checks.surely_clean),
    'rules': (meant, checks.surely_clean),
    'selectors': (selector, checks.explained),
    'runs': (policy, checks.judged),
    'configuration': (settings, checks.configured),
    'fixes': (policy, checks.fixed),
    'baseline': (policy, checks.known),
    'command': (policy, checks.commanded),
    'silence': (policy, checks.heard),
    'growth': (growing, checks.grown),
    'fields': (hostile, checks.harmless),
}


def failure(part: str, data: bytes, key: str) -> tuple[str, str] | None:
    """What kind of failure an input leads to, and its traceback."""
    try:
        PARTS[part][1](data, Random(key))
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        words = str(error).strip().splitlines() or ['']
        place = f'{os.path.relpath(frame.filename, ROOT)}:{frame.lineno}'
        kind = f'{type(error).__name__} at {place}: {words[-1][:100]}'
        return kind, traceback.format_exc()
    return None


def smallest(part: str, data: bytes, key: str, kind: str, seconds: float = 20) -> bytes:
    """An input that fails alike, and of which nothing can be left out."""
    end = time.monotonic() + seconds
    size = len(data) // 2
    while size:
        at = 0
        while at < len(data) and time.monotonic() < end:
            less = data[:at] + data[at + size :]
            found = failure(part, less, key)
            if found is not None and found[0] == kind:
                data = less
            else:
                at += size
        size //= 2
    return data


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n')[0])
    parser.add_argument('--seconds', type=float, default=60)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--only', metavar='PARTS', default=','.join(PARTS))
    parser.add_argument('--number', type=int, help='only this input')
    arguments = parser.parse_args()
    parts = arguments.only.split(',')
    counts: Counter[str] = Counter()
    seen: dict[str, int] = {}
    end = time.monotonic() + arguments.seconds
    number = arguments.number or 0
    while time.monotonic() < end:
        for part in parts:
            key = f'{arguments.seed} {part} {number}'
            data = PARTS[part][0](Random(key))
            counts[part] += 1
            found = failure(part, data, key)
            if found is None:
                continue
            kind, trace = found
            kind = re.sub(r'/tmp/\S+', '…', kind)
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] == 1:
                print(f'{part} {number}: {kind}\n  {smallest(part, data, key, found[0])!r}')
                print(trace if arguments.number is not None else '', end='', flush=True)
        number += 1
        if arguments.number is not None:
            break
    print(', '.join(f'{part}: {count} inputs' for part, count in counts.items()))
    for kind, times in seen.items():
        print(f'{times} times {kind}')
    return 1 if seen else 0


if __name__ == '__main__':
    sys.exit(main())
