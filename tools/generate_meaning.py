"""Turns ``spec/meaning.md`` into ``meaning.json``.

Usage: ``python -m tools.generate_meaning [--check]``. A row that does not hold together (an unknown
lane or version) stops with its file and line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

from linter.calico.target import Version, version_text
from tools.generate_facts import HERE, LANES, SPEC, tables, versions
from tools.messages import BadTable, place, unknown
from tools.output import write

OUTPUT = os.path.join(HERE, 'meaning.json')


def rows(directory: str = SPEC) -> list[dict[str, Any]]:
    """The rows of all tables, in their order."""
    path = os.path.join(directory, 'meaning.md')
    found: list[dict[str, Any]] = []
    for line, row in tables(path):
        where = place(path, line)
        since, until = versions(where, row['Versions'])
        lanes: list[str] = []
        for word in row['Lanes'].split(', ') if row['Lanes'] else ():
            if word not in LANES:
                raise BadTable(f'{where}: {unknown("lane", word, LANES)}')
            lanes += LANES[word]
        found.append(
            {
                'fact': row['Fact'],
                'value': row['Value'],
                'lanes': lanes or None,
                'since': _text(since),
                'until': _text(until),
                'source': row['Source'],
            }
        )
    return found


def _text(version: Version | None) -> str | None:
    return None if version is None else version_text(version)


def render(found: list[dict[str, Any]]) -> str:
    lines = ',\n'.join(json.dumps(row, ensure_ascii=False) for row in found)
    return f'[\n{lines}\n]\n'


def main(argv: Sequence[str] | None = None) -> int:
    """Write ``meaning.json``, or with ``--check`` say whether it is current (exit status 1)."""
    return write(OUTPUT, lambda: render(rows()), 'generate_meaning', argv)


if __name__ == '__main__':
    raise SystemExit(main())
