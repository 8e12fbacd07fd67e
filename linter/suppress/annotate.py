"""Writes a suppression where there are no comments: into the annotations of an object in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from linter.calico.ownership import CalicoObject, field
from linter.calico.parsed_file import ParsedDocument
from linter.diagnostic import Diagnostic
from linter.suppress.annotation import ANNOTATION, entries_of
from linter.yaml.nodes import MappingNode, Scalar

NO_OBJECT = 'JSON has no comments, and this is in no object that could have an annotation'
_NO_METADATA = 'JSON has no comments, and the object has no metadata for an annotation'
_ODD = 'JSON has no comments, and its annotations are written in a way that leaves no room'


class Annotated(NamedTuple):
    """What to insert where, and the findings that got nothing, with the reason."""

    insertions: list[tuple[int, str]]
    left: list[tuple[Diagnostic, str]]


def annotate(document: ParsedDocument, diagnostics: Iterable[Diagnostic], reason: str) -> Annotated:
    """Suppress findings of a document by annotations of the objects that they are in."""
    text = document.source.text
    wanted: dict[int, tuple[CalicoObject, list[Diagnostic]]] = {}
    done = Annotated([], [])
    for diagnostic in diagnostics:
        owner = _owner(document, diagnostic)
        if owner is None:
            done.left.append((diagnostic, NO_OBJECT))
        else:
            wanted.setdefault(id(owner.node), (owner, []))[1].append(diagnostic)
    for owner, some in wanted.values():
        rules = list(dict.fromkeys(one.rule for one in some))
        found = _insertion(text, owner.node, rules, reason)
        if isinstance(found, str):
            done.left.extend((one, found) for one in some)
        elif found[1]:
            done.insertions.append(found)
    return done


def _owner(document: ParsedDocument, diagnostic: Diagnostic) -> CalicoObject | None:
    at = diagnostic.span.start
    for one in document.objects:
        if isinstance(one, CalicoObject) and one.node.start <= at < one.node.end:
            return one
    return None


def _insertion(
    text: str, node: MappingNode, rules: list[str], reason: str
) -> tuple[int, str] | str:
    """Where to insert what, or why nothing can be."""
    metadata = field(node, 'metadata')
    if metadata is None or not isinstance(metadata[1], MappingNode):
        return _NO_METADATA
    entry = field(metadata[1], 'annotations')
    if entry is None:
        pair = f'{json.dumps(ANNOTATION)}: {_quoted(_words(rules, reason))}'
        return _first_entry(text, metadata[1], f'"annotations": {{{pair}}}')
    if not isinstance(entry[1], MappingNode):
        return _ODD
    own = field(entry[1], ANNOTATION)
    if own is None:
        pair = f'{json.dumps(ANNOTATION)}: {_quoted(_words(rules, reason))}'
        return _first_entry(text, entry[1], pair)
    value = own[1]
    if not isinstance(value, Scalar) or value.style != '"':
        return _ODD
    there = {one.id for one in entries_of(value, rules)}
    missing = [rule for rule in rules if rule not in there]
    if not missing:
        return value.end - 1, ''
    joint = '; ' if value.value.strip() else ''
    return value.end - 1, joint + _quoted(_words(missing, reason))[1:-1]


def _words(rules: list[str], reason: str) -> str:
    listed = '; '.join(rules)
    return f'{listed}: {reason}' if reason else listed


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=not words.isprintable())


def _first_entry(text: str, mapping: MappingNode, pair: str) -> tuple[int, str] | str:
    """A new entry before all others, laid out as the first of them is."""
    if not mapping.flow or not text.startswith('{', mapping.start):
        return _ODD
    at = mapping.start + 1
    if not mapping.entries:
        return at, pair
    gap = text[at : mapping.entries[0][0].start]
    if gap.strip():
        return _ODD
    return at, f'{gap}{pair},' if gap else f'{pair}, '
