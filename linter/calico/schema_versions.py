"""The schema of one Calico version, out of the schema that holds them all."""

from __future__ import annotations

import copy
from typing import Any

from linter.calico.target import Version, read_version

Json = dict[str, Any]


def available(node: Json, version: Version) -> bool:
    """Does this version know the field (or, for a whole schema, the kind)?"""
    since, until = node.get('x-calico-since'), node.get('x-calico-until')
    return (since is None or read_version(since) <= version) and (
        until is None or version <= read_version(until)
    )


def for_version(schema: Json, version: Version) -> Json:
    """A copy without the fields that this version does not have, and without their objects.

    A kind that the version does not know has no such schema: ValueError.
    """
    if not available(schema, version):
        number = '.'.join(map(str, version))
        raise ValueError(f'Calico {number} has no kind {schema["title"]}')
    made = copy.deepcopy(schema)
    for node in (made, *made.get('$defs', {}).values()):
        properties = node.get('properties', {})
        for name in [n for n, field in properties.items() if not available(field, version)]:
            del properties[name]
            if name in node.get('required', ()):
                node['required'].remove(name)
    definitions = made.get('$defs', {})
    used: set[str] = set()
    todo = [{key: value for key, value in made.items() if key != '$defs'}]
    while todo:
        for name in references(todo.pop()) - used:
            used.add(name)
            todo.append(definitions[name])
    for name in definitions.keys() - used:
        del definitions[name]
    return made


def references(node: object) -> set[str]:
    """The definitions that a part of a schema names."""
    if isinstance(node, dict):
        found: set[str] = set()
        for key, value in node.items():
            if key == '$ref' and isinstance(value, str):
                found.add(value.removeprefix('#/$defs/'))
            else:
                found |= references(value)
        return found
    if isinstance(node, list):
        return set().union(*(references(item) for item in node))
    return set()
