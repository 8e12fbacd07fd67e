"""Turns ``spec/facts.md`` and ``spec/outcomes.md`` into ``facts.json``.

Usage: ``python -m tools.generate_facts [--check]``. A row that does not hold together (an unknown
lane, outcome or version, a repeated or unreachable row) stops with its file and line.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from linter.calico.kinds import KINDS
from linter.calico.target import NATIVE_SINCE, VERSIONS, Version, version_text
from linter.catalogue.library import Library
from linter.diagnostic import SEVERITIES
from tools.messages import BadTable, place, unknown
from tools.output import write

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
    'ebpf': ['ebpf'],
    'nftables': ['nftables'],
}
EFFECTS = {'refused', 'dropped', 'ignored', 'hazard', ''}
REFUSERS = {'calico', 'kubernetes', 'calicoctl', ''}
RANGE = re.compile(r'(?:(3\.\d+)\+|(3\.\d+)?-(3\.\d+)|)\Z')
FACT = re.compile(r'[a-z0-9]+(-[a-z0-9]+)*')
WAYS = {
    'api': ('api with etcdv3', 'api with kubernetes'),
    'kdd': ('api with kubernetes',),
    'native': ('native',),
    'raw': ('raw',),
    'v2': ('v2', 'v2 with kubernetes'),
    'v2-kdd': ('v2 with kubernetes',),
    'ebpf': ('api on ebpf', 'native on ebpf', 'raw on ebpf'),
    'nftables': ('api on nftables', 'native on nftables', 'raw on nftables'),
}
"""What can be asked for, by the lanes that hold for it."""


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
                    raise BadTable(
                        f'{place(path, number)}: this row has {len(cells)} cells under '
                        f'{len(header)} heads: write {len(header)}'
                    )
                yield Row(number, dict(zip(header, cells, strict=True)))


def outcomes(path: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line, row in tables(path):
        where = place(path, line)
        for head, known in (
            ('Effect', EFFECTS),
            ('Severity', set(SEVERITIES)),
            ('Refused by', REFUSERS),
            ('Unreadable', {'yes', ''}),
            ('Confidence', {'proved', 'fact', 'likely'} if row['Effect'] == 'hazard' else {''}),
        ):
            if row[head] not in known:
                raise BadTable(f'{where}: {unknown(head.lower(), row[head], known - {""})}')
        if row['Outcome'] in found:
            raise BadTable(f'{where}: the outcome {row["Outcome"]} stands there twice: keep one')
        found[row['Outcome']] = row
    return found


def facts(directory: str = SPEC) -> list[dict[str, Any]]:
    """The rows of the fact table, with their outcome written out; raises BadTable."""
    known = outcomes(os.path.join(directory, 'outcomes.md'))
    rules = {name.replace('_', '-') for name in Library().names()}
    path = os.path.join(directory, 'facts.md')
    rows: list[dict[str, Any]] = []
    met: dict[str, list[tuple[int, set[_Case]]]] = {}
    for line, row in tables(path):
        where = place(path, line)
        since, until = versions(where, row['Versions'])
        lanes: list[str] = []
        for word in row['Lanes'].split(', '):
            if word not in LANES:
                raise BadTable(f'{where}: {unknown("lane", word, LANES)}')
            lanes += LANES[word]
        if row['Outcome'] not in known:
            raise BadTable(f'{where}: {unknown("outcome", row["Outcome"], known)}')
        if row['Rule'] not in rules:
            raise BadTable(f'{where}: {unknown("rule", row["Rule"], rules)}')
        if not FACT.fullmatch(row['Fact']):
            raise BadTable(
                f'{where}: {row["Fact"]!r} is no name of a fact: write words in lower case with '
                'dashes between them'
            )
        kinds = row['Kinds'].split(', ') if row['Kinds'] else None
        for kind in kinds or ():
            if kind not in KINDS:
                raise BadTable(f'{where}: {unknown("kind", kind, KINDS)}')
        cases = set(_cases(kinds, lanes, since, until))
        _check_reach(where, row['Fact'], cases, met.setdefault(row['Fact'], []))
        met[row['Fact']].append((line, cases))
        outcome = known[row['Outcome']]
        found: dict[str, Any] = {
            'fact': row['Fact'],
            'rule': row['Rule'],
            'kinds': kinds,
            'lanes': lanes,
            'since': since and version_text(since),
            'until': until and version_text(until),
            'effect': outcome['Effect'] or None,
            'severity': outcome['Severity'],
            'refused_by': outcome['Refused by'] or None,
            'consequence': outcome['Consequence'] or None,
            'confidence': outcome['Confidence'] or None,
            'source': spelt_out(row['Source']),
        }
        if outcome['Unreadable']:
            found['unreadable'] = True
        rows.append(found)
    return rows


_Case = tuple[str, str, Version]
"""A kind, a way into the cluster and a version: where a row may be the one that holds."""


def _cases(
    kinds: Sequence[str] | None,
    lanes: Sequence[str],
    since: Version | None,
    until: Version | None,
) -> Iterator[_Case]:
    ways = {way for lane in lanes for way in WAYS[lane]}
    for kind in kinds or (*KINDS, 'List'):
        first = KINDS[kind].since if kind in KINDS else None
        for version in VERSIONS:
            if any(
                (
                    since is not None and version < since,
                    until is not None and version > until,
                    # What is wrong with a kind before it exists is only that it does not.
                    kinds is not None and first is not None and version < first,
                )
            ):
                continue
            for way in ways:
                if not way.startswith('native') or version >= NATIVE_SINCE:
                    yield kind, way, version


def _check_reach(
    where: str, fact: str, cases: set[_Case], before: Sequence[tuple[int, set[_Case]]]
) -> None:
    """Raise BadTable for a row that never holds: a row before it does, or no target is such."""
    if not cases:
        raise BadTable(f'{where}: no target is in these lanes and versions: correct one of them')
    taken = {case for _, earlier in before for case in earlier}
    if cases <= taken:
        line = next(line for line, earlier in before if earlier & cases)
        raise BadTable(
            f'{where}: this row of {fact} is never reached, since line {line} holds first: put it '
            'before that line, or remove it'
        )


def versions(where: str, text: str) -> tuple[Version | None, Version | None]:
    """The first and the last version of a range; BadTable where it is none."""
    match = RANGE.match(text)
    if match is None:
        raise BadTable(
            f'{where}: {text!r} is no range of versions: write 3.29+, -3.31, 3.29-3.31 or nothing'
        )
    found: list[Version | None] = []
    names = [version_text(version) for version in VERSIONS]
    for word in (match[1] or match[2], match[3]):
        if word is not None and word not in names:
            raise BadTable(f'{where}: {unknown("version", word, names)}')
        found.append(None if word is None else VERSIONS[names.index(word)])
    since, until = found
    if since is not None and until is not None and since > until:
        raise BadTable(f'{where}: {text} ends before it begins: write the lower version first')
    return since, until


def render(rows: list[dict[str, Any]]) -> str:
    """A line for each row, its fact in front: ``linter.catalogue.facts`` reads them one by one."""
    lines = ',\n'.join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'[\n{lines}\n]\n'


def main(argv: Sequence[str] | None = None) -> int:
    """Write ``facts.json``, or with ``--check`` say whether it is current (exit status 1)."""
    return write(OUTPUT, lambda: render(facts()), 'generate_facts', argv)


if __name__ == '__main__':
    raise SystemExit(main())
