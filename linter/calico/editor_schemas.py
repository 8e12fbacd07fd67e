"""Schemas as editors and other programs take them: standard keywords alone, and one for all kinds.

Our own are annotated with facts, versions and formats that only we know; a strict validator
refuses what it does not know. What a pattern can catch of a format becomes a pattern.
"""

from __future__ import annotations

from typing import Any

from linter.calico.kinds import API_VERSIONS, OTHER_KINDS

Json = dict[str, Any]

DIALECT = 'https://json-schema.org/draft/2020-12/schema'

_V4 = r'(?:[0-9]{1,3}\.){3}[0-9]{1,3}'
_V6 = r'[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*'
_NETWORK = rf'^(?:{_V4}/0*(?:[0-9]|[12][0-9]|3[0-2])|{_V6}/[0-9]{{1,3}})$'
_ADDRESS_OR_NETWORK = rf'^(?:|{_V4}(?:/0*(?:[0-9]|[12][0-9]|3[0-2]))?|{_V6}(?:/[0-9]{{1,3}})?)$'
PATTERNS = {
    # A rule wants a network; a set takes an address, too.
    'calico-cidr': _NETWORK,
    'calico-net': _ADDRESS_OR_NETWORK,
    'calico-pool-cidr': _NETWORK,
    'ip': rf'^(?:{_V4}|{_V6})$',
    # A range has a colon, and what looks like another sort of range is no name of a port.
    'calico-port': r'^(?![0-9]+(?:-|\.\.)[0-9]+$)(?:[0-9]+:[0-9]+|[A-Za-z0-9_.-]{1,128})$',
}
"""What a text of a format looks like, as far as a pattern can say."""


def plain(schema: Json, api: str = 'v3') -> Json:
    """A schema without what only we know; in v2 a port such as 80-90 is a name."""
    patterns = PATTERNS if api == 'v3' else {}
    made: Json = _plain(schema, patterns)
    return made


def _plain(node: Any, patterns: dict[str, str], is_schema: bool = True) -> Any:
    if isinstance(node, list):
        return [_plain(item, patterns) for item in node]
    if not isinstance(node, dict):
        return node
    if not is_schema:
        return {name: _plain(value, patterns) for name, value in node.items()}
    made: Json = {}
    for key, value in node.items():
        if key.startswith('x-') or key == 'format':
            continue
        made[key] = _plain(value, patterns, key not in ('properties', '$defs'))
    pattern = patterns.get(node.get('format', ''))
    if pattern is not None:
        _patterned(made, pattern)
    if node.get('format') == 'date-time':
        made['format'] = 'date-time'
    return made


def _patterned(made: Json, pattern: str) -> None:
    for choice in (made, *made.get('anyOf', ())):
        if choice.get('type') == 'string' and 'pattern' not in choice:
            choice['pattern'] = pattern


def all_kinds(schemas: dict[str, Json], api: str) -> Json:
    """One schema for files that hold several kinds: each is judged by its own, others by none."""
    version = API_VERSIONS[api]
    definitions: Json = {}
    choices = []
    for kind, schema in schemas.items():
        made = plain(schema)
        own = made.pop('$defs', {})
        for key in ('$schema', '$id'):
            made.pop(key, None)
        definitions[kind] = _renamed(made, kind)
        definitions |= {f'{kind}.{name}': _renamed(value, kind) for name, value in own.items()}
        choices.append(
            {'if': _is(version, kind), 'then': {'$ref': f'#/$defs/{kind}'}},
        )
    known = sorted({*schemas, *(f'{kind}List' for kind in schemas), *OTHER_KINDS})
    choices.append({'if': _is(version), 'then': {
        'type': 'object', 'properties': {'kind': {'type': 'string', 'enum': known}},
        'required': ['kind'],
    }})  # fmt: skip
    return {
        '$schema': DIALECT,
        '$id': f'urn:calico-lint:{api}:all',
        'title': 'Calico resources',
        'description': f'Every kind of {version} that calico-lint checks. Others pass.',
        'type': 'object',
        'properties': {
            'apiVersion': {'type': 'string', 'description': 'The version of the API.'},
            'kind': {'type': 'string', 'description': 'The kind of the resource.'},
        },
        'allOf': choices,
        '$defs': definitions,
    }


def _is(version: str, kind: str | None = None) -> Json:
    wanted: Json = {'apiVersion': {'type': 'string', 'const': version}}
    if kind is not None:
        wanted['kind'] = {'type': 'string', 'const': kind}
    return {'type': 'object', 'properties': wanted, 'required': list(wanted)}


def _renamed(node: Any, kind: str) -> Any:
    """References to a kind's own definitions, which many kinds have under the same name."""
    if isinstance(node, list):
        return [_renamed(item, kind) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value.replace('#/$defs/', f'#/$defs/{kind}.')
        if key == '$ref' and isinstance(value, str)
        else _renamed(value, kind)
        for key, value in node.items()
    }
