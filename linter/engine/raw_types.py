"""What a raw policy needs beside another apiVersion to mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linter.calico import rewrite
from linter.calico.document import Document
from linter.calico.kinds import API_VERSIONS
from linter.calico.values import Array
from linter.diagnostic import Diagnostic
from linter.text.edit import Edit, Fix
from linter.text.source import Span
from linter.yaml.nodes import MappingNode


def raw_types(document: Document) -> tuple[Edit, ...]:
    """What a raw policy without ``types`` needs to govern the same directions as a v3 policy.

    Nothing fills them in for the raw one, and Felix then isolates both directions; for v3 the API
    server fills in what the rules suggest. https://github.com/projectcalico/calico/issues/12863
    """
    spec = document.spec
    if spec is None or not document.is_policy or spec.text('stagedAction') == 'Delete':
        return ()
    node = spec.node
    if not isinstance(node, MappingNode) or not node.entries:
        return ()
    pre = spec.leaf('preDNAT')
    words = 'Ingress' if pre is not None and pre.value is True else 'Ingress, Egress'
    key = node.entries[0][0]
    is_json = node.flow and key.style == '"'
    if is_json:
        words = ', '.join(f'"{word}"' for word in words.split(', '))
    types = spec.fields.get('types')
    if isinstance(types, Array):
        there = types.node
        if types.items or isinstance(there, MappingNode) or there.outer != there.start:
            return ()
        return (Edit(Span(there.start, there.end), f'[{words}]'),)
    if types is not None or 'types' in spec.nulls:
        return ()
    name = '"types"' if is_json else 'types'
    return (rewrite.before(document.source.text, node, key, f'{name}: [{words}]'),)


def with_raw_fix(diagnostics: Iterable[Diagnostic], edits: Sequence[Edit]) -> list[Diagnostic]:
    """The one finding about the raw API gets the fix of all documents of the file."""
    title = f'Write {API_VERSIONS["v3"]}, which Calico checks'
    if any('types' in edit.text for edit in edits):
        title += ', and the types that apply today'
    fix = Fix(title, 'unsafe', tuple(dict.fromkeys(edits)))
    return [one._replace(fix=fix) if one.fact == 'raw-crd' else one for one in diagnostics]
