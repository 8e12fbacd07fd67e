"""What an anchor names for uses that differ: an edit of it would change all of them."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from linter.calico.parsed_file import ParsedDocument, ParsedFile
from linter.diagnostic import Diagnostic
from linter.text.source import Span, overlap
from linter.yaml.aliases import is_merge
from linter.yaml.edit import UNSAFE
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)


def demoted(parsed: ParsedFile, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings in a file, fixes of anchors for uses that differ made unsafe.

    A value that stands once as a protocol and once as a label cannot be repaired for both.
    """
    shared = _merged(span for document in parsed.documents for span in _shared(document))

    def judged(diagnostic: Diagnostic) -> Diagnostic:
        fix = diagnostic.fix
        if fix is None or not any(_touches(edit.span, shared) for edit in fix.edits):
            return diagnostic
        return diagnostic._replace(fix=fix._replace(applicability=UNSAFE))

    return [judged(diagnostic) for diagnostic in found]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch made one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _touches(span: Span, merged: list[Span]) -> bool:
    at = bisect_right(merged, (span.end, sys.maxsize))
    return any(overlap(span, one) for one in merged[max(0, at - 2) : at])


_ALIKE = {'source': 'entity', 'destination': 'entity', 'ingress': 'rules', 'egress': 'rules'}


def _shared(document: ParsedDocument) -> Iterator[Span]:
    """The nodes that aliases put in places of different kinds."""
    extent = document.slice
    if document.source.text.find('*', extent.start, extent.end) == -1:
        return
    root = document.root
    if root is None:
        return
    roles: dict[int, set[str]] = {}
    nodes: dict[int, Node] = {}
    waiting: list[tuple[Node, str]] = [(root, '')]
    while waiting:
        node, role = waiting.pop()
        is_known = id(node) in nodes
        nodes[id(node)] = node
        roles.setdefault(id(node), set()).add(role)
        if is_known:
            continue
        if isinstance(node, SequenceNode):
            waiting += ((item, f'{role}[]') for item in node.items)
        elif isinstance(node, MappingNode):
            for key, value in node.entries:
                waiting.append((key, f'{role}?'))
                if isinstance(key, Scalar) and is_merge(key):
                    values = value.items if isinstance(value, SequenceNode) else [value]
                    waiting += ((item, role) for item in values)
                else:
                    name = key.value if isinstance(key, Scalar) else ''
                    name = name.lower().removeprefix('not')
                    waiting.append((value, f'{role}.{_ALIKE.get(name, name)}'))
    for identity, found in roles.items():
        if len(found) > 1:
            node = nodes[identity]
            yield Span(node.outer, node.end)
