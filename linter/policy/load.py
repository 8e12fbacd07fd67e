"""From the text of a file to the summaries of its documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.calico.decode import decode
from linter.calico.document import Document
from linter.calico.lists import ListFinding
from linter.calico.ownership import CalicoObject
from linter.calico.parsed_file import TEMPLATE, ParsedDocument, ParsedFile
from linter.calico.target import Target
from linter.policy import kubernetes
from linter.policy.model import Place, Record, Unusable
from linter.policy.parts import place_of
from linter.policy.semantics import Semantics
from linter.policy.summarise import summarise
from linter.text.source import Source
from linter.yaml.documents import is_empty
from linter.yaml.errors import YamlError
from linter.yaml.nodes import MappingNode, Node

_NONE: Mapping[int, str] = {}


def records(
    parsed: ParsedFile, target: Target, semantics: Semantics, refused: Mapping[int, str] = _NONE
) -> Iterator[Record | Unusable]:
    """The summaries of what a file holds of Calico's and Kubernetes' kinds, in its order.

    ``refused`` says of documents, by their number from 0, why Calico does not take them. What is
    of another kind is passed over; what cannot be read comes as Unusable.
    """
    for document in parsed.documents:
        if is_empty(document.source.text, document.slice):
            continue
        root, error = document.read()
        if error is not None:
            unusable = _unread(document, error)
            if unusable is not None:
                yield unusable
        elif root is not None:
            yield from _documents(document, root, target, semantics, refused.get(document.index))


def _documents(
    document: ParsedDocument,
    root: Node,
    target: Target,
    semantics: Semantics,
    refused: str | None,
) -> Iterator[Record | Unusable]:
    source = document.source
    for one in kubernetes.objects(root):
        yield kubernetes.summarise(source, one, kubernetes.kind_of(one) or '')
        if one is root:
            return
    for result in document.objects:
        if isinstance(result, ListFinding):
            continue
        found = _calico(source, result, target, semantics, refused)
        if found is not None:
            yield found


def _calico(
    source: Source, one: CalicoObject, target: Target, semantics: Semantics, refused: str | None
) -> Record | Unusable | None:
    if one.kind is None:
        if one.skipped == 'other Calico kinds':
            return None
        why = refused or 'is not of a kind that Calico has now'
        return Unusable('document', '', '', 'kind', why, _place(source, one.node))
    if one.api == 'v2':
        why = 'is of projectcalico.org/v2, which no cluster serves'
        return Unusable(one.kind, '', '', 'kind', why, _place(source, one.node))
    if one.findings:
        why = f'is not what Calico takes: {one.findings[0].message}'
        return Unusable(one.kind, '', '', 'kind', why, _place(source, one.node))
    lane = target.lane(one.api)
    decoded = decode(one.node, 'v3', one.kind, target.version, lane)
    document = Document(source, one.node, 'v3', one.kind, decoded)
    return summarise(document, semantics, refused)


def _unread(document: ParsedDocument, error: YamlError) -> Unusable | None:
    """What is no YAML, but Calico's by the looks of it."""
    if document.apparent_api is None:
        return None
    if document.whose == TEMPLATE:
        reason, why = 'template', 'is a template: render it first'
    else:
        reason, why = 'refused', f'is no YAML: {error.message}'
    place = place_of(document.source, error.offset, error.offset + 1)
    return Unusable('document', '', '', reason, why, place)


def _place(source: Source, node: MappingNode) -> Place:
    at = node.entries[0][0] if node.entries else node
    return place_of(source, at.start, at.end)
