"""Turns ``spec/facts.md`` and ``spec/outcomes.md`` into ``facts.json``.

Usage: ``python -m tools.generate_facts [--check]``. A row that does not hold together (an unknown
lane, outcome or version, a repeated or unreachable row) stops with its file and line.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'schemas')
SPEC = os.path.join(HERE, 'spec')
OUTPUT = os.path.join(HERE, 'facts.json')

LANES = {
    'api': ['api'],
    'native': ['native'],
    'raw': ['raw'],
    'v2': ['v2'],
    'crd': ['native', 'raw'],
    'all': ['api', 'native', 'raw'],
    'kdd': ['kdd'],
    'v2-kdd': ['v2-kdd'],
}
EFFECTS = {'refused', 'dropped', 'ignored', 'hazard', ''}
SEVERITIES = {'error', 'warning', 'info'}
REFUSERS = {'calico', 'kubernetes', 'calicoctl', ''}
VERSIONS = re.compile(r'(?:(3\.\d+)\+|(3\.\d+)?-(3\.\d+)|)\Z')


_API = 'api/pkg/apis/projectcalico/v3'
_VALIDATOR = 'libcalico-go/lib/validator/v3/validator.go'
SOURCES = {
    'V': _VALIDATOR,
    'V32': f'{_VALIDATOR} at v3.32.1',
    'PC': f'{_API}/policy_common.go',
    'NP': f'{_API}/networkpolicy.go',
    'GNP': f'{_API}/globalnetworkpolicy.go',
    'SNP': f'{_API}/stagednetworkpolicy.go',
    'SKNP': f'{_API}/stagedkubernetesnetworkpolicy.go',
    'TIER': f'{_API}/tier.go',
    'RM': 'calicoctl/calicoctl/resourcemgr/resourcemgr.go',
    'CR': 'calicoctl/calicoctl/commands/common/resources.go',
    'VF': 'felix/calc/validation_filter.go',
    'UP': 'libcalico-go/lib/backend/syncersv1/updateprocessors',
}
"""The shorthand of the column Source, spelt out: paths in projectcalico/calico."""

_SHORTHAND = re.compile(
    rf'(?<![\w/.-])({"|".join(sorted(SOURCES, reverse=True))})(?![\w.])(:[\d,-]*\d)?'
)


def spelt_out(source: str) -> str:
    """A Source cell without shorthand: line numbers stand before the tag."""

    def path(match: re.Match[str]) -> str:
        name, at, tag = SOURCES[match[1]].partition(' at ')
        return f'{name}{match[2] or ""}{at}{tag}'

    return _SHORTHAND.sub(path, source)


class BadTable(Exception):
    """A table that does not hold together; the text names file and line."""


class Row(NamedTuple):
    line: int
    cells: dict[str, str]


def tables(path: str) -> Iterator[Row]:
    """The rows of all tables of a Markdown file, as header → cell."""
    header: list[str] = []
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            if not line.startswith('|'):
                header = []
                continue
            cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
            if not header:
                header = cells
            elif not all(re.fullmatch(r':?-+:?', cell) for cell in cells):
                if len(cells) != len(header):
                    raise BadTable(f'{path}:{number}: {len(cells)} cells under {len(header)} heads')
                yield Row(number, dict(zip(header, cells, strict=True)))


def outcomes(path: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line, row in tables(path):
        if (
            row['Effect'] not in EFFECTS
            or row['Severity'] not in SEVERITIES
            or row['Refused by'] not in REFUSERS
            or row['Outcome'] in found
        ):
            raise BadTable(f'{path}:{line}: bad outcome {row["Outcome"]!r}')
        found[row['Outcome']] = row
    return found


def facts(directory: str = SPEC) -> list[dict[str, Any]]:
    """The rows of the fact table, with their outcome written out."""
    known = outcomes(os.path.join(directory, 'outcomes.md'))
    path = os.path.join(directory, 'facts.md')
    rows: list[dict[str, Any]] = []
    for line, row in tables(path):
        where = f'{path}:{line}'
        match = VERSIONS.match(row['Versions'])
        if match is None:
            raise BadTable(f'{where}: versions {row["Versions"]!r}')
        lanes: list[str] = []
        for word in row['Lanes'].split(', '):
            if word not in LANES:
                raise BadTable(f'{where}: lane {word!r}')
            lanes += LANES[word]
        if row['Outcome'] not in known:
            raise BadTable(f'{where}: outcome {row["Outcome"]!r}')
        outcome = known[row['Outcome']]
        rows.append(
            {
                'fact': row['Fact'],
                'rule': row['Rule'],
                'kinds': row['Kinds'].split(', ') if row['Kinds'] else None,
                'lanes': lanes,
                'since': match[1] or match[2],
                'until': match[3],
                'effect': outcome['Effect'] or None,
                'severity': outcome['Severity'],
                'refused_by': outcome['Refused by'] or None,
                'consequence': outcome['Consequence'] or None,
                'source': spelt_out(row['Source']),
            }
        )
    return rows


def render(rows: list[dict[str, Any]]) -> str:
    lines = ',\n'.join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'[\n{lines}\n]\n'


def main(argv: Sequence[str] | None = None) -> int:
    """Write ``facts.json``, or with ``--check`` say whether it is current (exit status 1)."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    text = render(facts())
    if '--check' in arguments:
        with open(OUTPUT, encoding='utf-8') as file:
            if file.read() == text:
                return 0
        print('schemas/facts.json is stale: run python -m tools.generate_facts', file=sys.stderr)
        return 1
    with open(OUTPUT, 'w', encoding='utf-8') as file:
        file.write(text)
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
