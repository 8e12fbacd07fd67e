"""Turns ``spec/words.md``, the words of other systems, into ``words.json``.

Usage: ``python -m tools.generate_words [--check]``. A row that does not hold together (an unknown
place or value, a word that is written twice or is a field of its place, a field that does not
exist) stops with its file and line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from linter.calico.words import PLACES, VALUES, folded
from tools.generate_facts import HERE, SPEC, tables
from tools.messages import BadTable, place, unknown
from tools.output import write

OUTPUT = os.path.join(HERE, 'words.json')

Words = dict[str, dict[str, list[str]]]


def _schema(kind: str) -> dict[str, Any]:
    with open(os.path.join(HERE, 'v3', f'{kind.lower()}.schema.json'), encoding='utf-8') as file:
        schema: dict[str, Any] = json.load(file)
    return schema


def _fields(place: str) -> set[str]:
    """The fields that every object of a place has."""
    type, kinds = PLACES[place]
    found: list[set[str]] = []
    for kind in kinds:
        definitions = _schema(kind)['$defs']
        if type in definitions:
            found.append(set(definitions[type]['properties']))
        elif type == 'Document':
            found.append(set(_schema(kind)['properties']) - {'status'})
        elif type == 'Spec':
            reference = _schema(kind)['properties']['spec']
            found.append(set(reference['properties']))
    return set.intersection(*found)


def _steps(place: str, path: str) -> Iterator[tuple[str, str]]:
    """Each step of a path with the place at which it is a field; a place that is not known ends it.

    Raises KeyError where a step leads nowhere.
    """
    inner = {
        'source': 'entity',
        'destination': 'entity',
        'icmp': 'icmp',
        'notICMP': 'icmp',
        'http': 'http',
        'serviceAccounts': 'service accounts',
        'services': 'service',
        'metadata': 'metadata',
    }
    outer = {'entity': 'rule', 'service accounts': 'entity'}
    at = place
    if path.startswith('/metadata.'):
        at, path = 'metadata', path.removeprefix('/metadata.')
    while path.startswith('../'):
        at, path = outer[at], path[3:]
    for step in path.replace('side', 'source').split('.'):
        yield at, step
        at = inner.get(step, '')


def words(path: str = os.path.join(SPEC, 'words.md')) -> Words:
    """By place and folded word: the field to write, what becomes of the value, and the advice."""
    found: Words = {}
    for line, row in tables(path):
        where = place(path, line)
        at, write, value, advice = row['Place'], row['Write'], row['Value'], row['Advice']
        if at not in PLACES:
            raise BadTable(f'{where}: {unknown("place", at, PLACES)}')
        if bool(write) != bool(value) or bool(write) == bool(advice):
            raise BadTable(
                f'{where}: a row has a field and a value, or an advice: write one of the two'
            )
        if value and value not in VALUES and not value.startswith('='):
            raise BadTable(f'{where}: {unknown("value", value, VALUES)}')
        fields = _fields(at)
        try:
            for holder, step in _steps(at, write) if write else ():
                if holder and step not in _fields(holder):
                    raise BadTable(f'{where}: {unknown("field", step, _fields(holder))}')
        except KeyError:
            raise BadTable(f'{where}: nothing is above a {at}: write a field of its own') from None
        entries = found.setdefault(at, {})
        for word in row['Words'].split(', '):
            if word in fields:
                raise BadTable(f'{where}: {word!r} is a field of a {at}: take it out')
            if folded(word) in entries:
                raise BadTable(f'{where}: {word!r} is there already: take it out')
            entries[folded(word)] = [write, value, advice]
    return found


def render(table: Words) -> str:
    places = [
        f'{json.dumps(place)}: {{\n'
        + ',\n'.join(f'{json.dumps(word)}: {json.dumps(row)}' for word, row in entries.items())
        + '\n}'
        for place, entries in table.items()
    ]
    return '{\n' + ',\n'.join(places) + '\n}\n'


def main(argv: Sequence[str] | None = None) -> int:
    """Write ``words.json``, or with ``--check`` say whether it is current (exit status 1)."""
    return write(OUTPUT, lambda: render(words()), 'generate_words', argv)


if __name__ == '__main__':
    raise SystemExit(main())
