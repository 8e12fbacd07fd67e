"""The subjects that a rule may name: what checks are called for. For tools and tests alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linter.calico.kinds import KINDS, V2_KINDS
from linter.calico.schema_files import read_schema

PROBLEMS = (
    'absent', 'bad-tag', 'case', 'case-duplicate', 'coerced', 'coerced-key', 'duplicate',
    'infinite', 'key', 'later', 'merge', 'merge-override', 'missing', 'null-item', 'type',
    'unknown', 'value',
)  # fmt: skip
"""The kinds of what does not fit a schema: see ``Problem``."""


def subjects() -> frozenset[str]:
    """The names of every part of a document that a check can be called for."""
    found = {'document', 'policy', 'root', 'tagged', *(f'problem:{kind}' for kind in PROBLEMS)}
    for api, kinds in (('v3', KINDS), ('v2', V2_KINDS)):
        for kind in kinds:
            found.update(_named(read_schema(api, kind)))
    return frozenset(found)


def _named(schema: Any) -> Iterator[str]:
    """The objects and formats of a schema."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield from node.get('$defs', ())
            if isinstance(node.get('format'), str):
                yield node['format']
            waiting += node.values()
