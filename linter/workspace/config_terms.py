"""The generated schema of the configuration file, and the names that it knows."""

from __future__ import annotations

import json
from functools import cache

from linter.calico.schema_files import Schema, schema_path


def names(word: str) -> frozenset[str] | None:
    """The rules that an id or the name of a group stands for, or None."""
    known = rules_and_groups()
    if word in known['x-calico-lint-groups']:
        return frozenset(known['x-calico-lint-groups'][word])
    return frozenset((word,)) if word in known['enum'] else None


@cache
def schema() -> Schema:
    """The schema, which comes with the package and never changes."""
    with open(schema_path('config.schema.json'), encoding='utf-8') as file:
        found: Schema = json.load(file)
    return found


def rules_and_groups() -> Schema:
    """The part of it that lists the rules and groups."""
    found: Schema = schema()['$defs']['RuleOrGroup']
    return found
