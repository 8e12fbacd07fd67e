"""Writes ``config.schema.json``, the schema of the configuration file, from ``spec/config.md``.

Usage: ``python -m tools.generate_config [--check]``. The versions, and the rules with their
groups, come from the linter itself, so this runs anew when a rule is added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from linter.calico.target import VERSIONS, version_text
from linter.diagnostic import SEVERITIES
from tools.catalogue import catalogue
from tools.cells import accepted_cell, default_cell, field_cell
from tools.generate_schemas import DIALECT, HERE
from tools.output import write
from tools.pages import Json, Row, Table, plain, read_tables, slug

SPEC = HERE / 'spec' / 'config.md'
OUTPUT = HERE / 'config.schema.json'

# Mistakes in the configuration are reported whatever it says.
ALWAYS = 'configuration'

_RULE: Json = {'$ref': '#/$defs/RuleOrGroup'}
_PATTERN: Json = {'type': 'string', 'format': 'gitignore-pattern'}
_NAME: Json = {'type': 'string', 'pattern': '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'maxLength': 63}
SHAPES: dict[str, Json] = {
    'string': {'type': 'string'},
    'boolean': {'type': 'boolean'},
    'version': {'$ref': '#/$defs/Version'},
    'list of rules': {'type': 'array', 'items': _RULE},
    'list of patterns': {'type': 'array', 'items': _PATTERN},
    'list of strings': {'type': 'array', 'items': {'type': 'string'}},
    'list of names': {'type': 'array', 'items': {**_NAME, 'format': 'dns-label'}},
    'map of rules to severities': {
        'type': 'object',
        'propertyNames': _RULE,
        'additionalProperties': {'$ref': '#/$defs/Severity'},
    },
}
# Lists that do the opposite of what they look like, or nothing, when they are empty.
NOT_EMPTY = ('select', 'paths')


def shape(row: Row, tables: dict[str, Table]) -> Json:
    """What a Schema cell stands for."""
    text = row.get('Schema')
    if text in SHAPES:
        made: Json = json.loads(json.dumps(SHAPES[text]))
        return made
    link = re.fullmatch(r'(list of )?\[\w+\]\(#([\w-]+)\)', text)
    if link is None:
        raise row.error(f'unknown shape in Schema: {text!r}')
    if link[2] not in tables:
        raise row.error(f'no object #{link[2]}')
    target: Json = {'$ref': f'#/$defs/{tables[link[2]].heading}'}
    return {'type': 'array', 'items': target} if link[1] else target


def object_schema(table: Table, tables: dict[str, Table]) -> Json:
    """The schema of one table."""
    properties: Json = {}
    required: list[str] = []
    for row in table.rows:
        name, _ = field_cell(row)
        if name in properties:
            raise row.error(f'{table.heading}.{name} stands in two rows')
        made = shape(row, tables)
        values = accepted_cell(row)
        if values:
            if made != SHAPES['string'] or not values.enum:
                raise row.error(f'{row.get("Schema")} cannot be {row.get("Accepted Values")!r}')
            made['enum'] = list(values.enum)
        if name in NOT_EMPTY:
            made['minItems'] = 1
        made['description'] = plain(row.get('Description'))
        # A version is text or a number: as the default it is text.
        made.update(default_cell(row, made if 'type' in made else {'type': 'string'}))
        properties[name] = made
        if made['description'].endswith('Required.'):
            required.append(name)
    result: Json = {'title': table.heading, 'description': table.intro, 'type': 'object'}
    result |= {'properties': properties, 'additionalProperties': False}
    if required:
        result['required'] = required
    return result


def version_schema() -> Json:
    """A version as users write it: ``3.32``, which YAML takes for a number, or ``v3.32.1``.

    What an editor offers is text: of the number 3.30 it would leave 3.3.
    """
    minors = '|'.join(str(minor) for _, minor in VERSIONS)
    known = [version_text(version) for version in VERSIONS]
    return {
        'anyOf': [
            {'type': 'string', 'enum': known},
            {'type': 'number', 'minimum': float(known[0]), 'maximum': float(known[-1])},
            {'type': 'string', 'pattern': rf'^[vV]?{VERSIONS[0][0]}\.({minors})(\.[0-9]+)?$'},
        ]
    }


def groups() -> dict[str, list[str]]:
    """The rules of each group that can be selected or ignored."""
    found: dict[str, list[str]] = {}
    for rule in catalogue().rules().values():
        if rule.group != ALWAYS:
            found.setdefault(rule.group, []).append(rule.id)
    return {group: sorted(found[group]) for group in sorted(found)}


def render(spec: Path = SPEC) -> str:
    """The text of the schema; raises PageError."""
    tables = {slug(table.heading): table for table in read_tables(spec) if table.is_fields}
    head: Json = {'$schema': DIALECT, '$id': 'urn:calico-lint:config'}
    body = object_schema(tables['config'], tables)
    known = groups()
    definitions = {
        table.heading: object_schema(table, tables)
        for name, table in tables.items()
        if name != 'config'
    }
    definitions['Version'] = version_schema()
    definitions['Severity'] = {'type': 'string', 'enum': list(SEVERITIES)}
    definitions['RuleOrGroup'] = {
        'type': 'string',
        'enum': [*sorted(rule for rules in known.values() for rule in rules), *known],
        'x-calico-lint-groups': known,
    }
    schema = {**head, **body, '$defs': dict(sorted(definitions.items()))}
    return json.dumps(schema, indent=2, ensure_ascii=False) + '\n'


def main(argv: Sequence[str] | None = None) -> int:
    """Write the schema, or with ``--check`` say whether it is current (exit status 1)."""
    return write(OUTPUT, render, 'generate_config', argv)


if __name__ == '__main__':
    raise SystemExit(main())
