"""The proof of a safe fix by meaning: what Calico accepted decodes to the same policy as before.

A document of which something was refused never came to the cluster, and is free to become
something. Of all others the decoded objects are compared, in the spelling in which Felix takes
them: words in any letter case, a bare address as the network that it is, a list that is a set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from linter.calico.decode import decode
from linter.calico.ownership import CalicoObject
from linter.calico.parsed_file import ParsedDocument, ParsedFile
from linter.calico.target import Target
from linter.calico.values import Array, Leaf, Object, Value
from linter.engine.outcome import Outcome

_SETS = frozenset(('types', 'nets', 'notNets'))
_WORDS = frozenset(('action', 'types', 'protocol', 'notProtocol'))


def means_alike(before: ParsedFile, result: Outcome, after: ParsedFile, target: Target) -> bool:
    """Whether every document that ``result`` finds not refused means the same afterwards."""
    found = [*result.diagnostics, *(one for one, _ in result.suppressed)]
    refused = {one.object.document_index for one in found if one.effect == 'refused' and one.object}
    others = {document.index: document for document in after.documents}
    return all(
        document.index in refused
        or (
            document.index in others
            and list(_meanings(document, target)) == list(_meanings(others[document.index], target))
        )
        for document in before.documents
    )


def _meanings(document: ParsedDocument, target: Target) -> Iterator[Any]:
    for one in document.objects:
        if isinstance(one, CalicoObject) and one.kind is not None:
            api = 'v2' if one.api == 'v2' else 'v3'
            decoded = decode(one.node, api, one.kind, target.version, target.lane(one.api))
            if decoded.root is not None:
                yield one.kind, _meaning(decoded.root)


def _meaning(value: Value) -> Any:
    if isinstance(value, Object):
        fields = {name: _meaning(field) for name, field in value.fields.items()}
        return {name: field for name, field in fields.items() if field not in (None, {}, '')}
    if isinstance(value, Array):
        items = [_meaning(item) for item in value.items]
        return sorted(dict.fromkeys(map(str, items))) if value.name in _SETS else items
    assert isinstance(value, Leaf)
    text = value.value
    if isinstance(text, str):
        if value.name in ('nets', 'notNets') and '/' not in text:
            return f'{text}/{128 if ":" in text else 32}'
        if value.name in _WORDS:
            return text.lower()
    return text
