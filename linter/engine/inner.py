"""Documents inside another one: what is found in their text, told at its place in the file."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from linter.calico.embedded import Inner, objects_in, objects_in_values, patches_in
from linter.calico.lists import ListFinding, owned
from linter.calico.ownership import CalicoObject
from linter.calico.parsed_file import ParsedDocument, parse_text
from linter.calico.patches import PatchTarget, is_for_calico, is_json_patch, json_patched
from linter.calico.prefilter import may_hold_calico
from linter.calico.surroundings import Surroundings
from linter.diagnostic import Diagnostic
from linter.engine.conditions import Conditions
from linter.engine.judge import Judge
from linter.engine.settle import settled
from linter.text.edit import Edit, Fix
from linter.text.source import Source, Span
from linter.yaml.breaks import BREAKS
from linter.yaml.nodes import MappingNode, Scalar, SequenceNode
from linter.yaml.positions import offsets_in_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.engine.check import FileCheck
    from linter.engine.summaries import Summaries


class InnerText(NamedTuple):
    """The text of documents inside a file, and where each of its characters is there.

    ``is_exact``: what is written here may be written there.
    """

    text: str
    offset: Callable[[int], int]
    is_exact: bool


def may_have(document: ParsedDocument, conditions: Conditions) -> bool:
    """Whether it is worth looking into a document that is not Calico's."""
    part = document.source.text[document.slice.start : document.slice.end]
    if conditions.surroundings.patch_target is not None:
        return True
    if not (conditions.embedded or 'patch' in part):
        return False
    return may_hold_calico(part.encode('utf-8', 'surrogatepass'))


def inner_of(document: ParsedDocument, conditions: Conditions) -> list[Inner]:
    """What there is to judge in it."""
    root = document.root
    if root is None:
        return []
    target = conditions.surroundings.patch_target
    if target is not None and is_json_patch(root):
        assert isinstance(root, SequenceNode)
        return [Inner('', operations=root, is_patch=True, target=target)]
    found = patches_in(root)
    return [*found, *objects_in(root)] if conditions.embedded else found


def judge(file: FileCheck, document: ParsedDocument) -> None:
    """Judge what of Calico's is inside a document of somebody else's."""
    for inner in inner_of(document, file.conditions):
        sets_namespace = file.conditions.surroundings.sets_namespace
        surroundings = Surroundings(sets_namespace, inner.is_patch)
        judge = Judge(file.stamp, file.file, file.outcome, surroundings)
        judge.share(file.judge)
        if inner.is_patch and file.judge.summaries is not None:
            _note(inner, document.source, file.judge.summaries)
        objects = list(inner.objects)
        if inner.operations is not None and inner.target is not None:
            objects += _changed(inner.operations, inner.target)
        for one in objects:
            if not isinstance(one, ListFinding):
                judge.object(document.source, one, document.index)
        text = text_of(document.source, inner)
        if text is not None:
            whole = inner.text if inner.is_base64 else None
            judge_text(
                file, document.source, text, document.index, surroundings, inner.target, whole
            )


def _note(inner: Inner, source: Source, summaries: Summaries) -> None:
    """Note what a patch changes, whether or not it is of one of Calico's kinds that it is."""
    if inner.target is not None or inner.text is None:
        nodes = [one.node for one in inner.objects if not isinstance(one, ListFinding)]
        for node in nodes:
            summaries.patch(source, node, inner.target)
        if not nodes:
            summaries.patch(source, None, inner.target)
        return
    for document in parse_text(Source(source.path, inner.text.value)).documents:
        if isinstance(document.root, MappingNode):
            summaries.patch(source, document.root, None)


def _changed(operations: SequenceNode, target: PatchTarget) -> Iterator[CalicoObject | ListFinding]:
    """What each operation of a JSON patch writes, as an object that has nothing else."""
    if is_for_calico(operations, target):
        for node in json_patched(operations, target):
            yield from owned(node)


def judge_text(
    file: FileCheck,
    source: Source,
    text: InnerText,
    index: int,
    surroundings: Surroundings,
    target: PatchTarget | None = None,
    whole: Scalar | None = None,
) -> None:
    """Judge the documents of a text in the file; ``whole`` is where, if no closer can be said.

    ``target`` is what they are for if they turn out to be a list of operations.
    """
    conditions = file.conditions._replace(surroundings=surroundings, embedded=False)
    within = file.within(conditions)
    parsed = parse_text(Source(file.path, text.text))
    operations = None if target is None else parsed.documents[0].root
    if target is not None and is_json_patch(operations):
        assert isinstance(operations, SequenceNode)
        for one in _changed(operations, target):
            if not isinstance(one, ListFinding):
                within.judge.object(parsed.source, one, 0)
        within.find_suppressions(parsed, set(), more=False)
        within.ours += 1
    else:
        within.parsed(parsed, last=True)
        if file.conditions.embedded:
            for document in parsed.documents:
                for one in objects_in_values(document.root):
                    if not isinstance(one, ListFinding):
                        within.judge.object(parsed.source, one, 0)
    came = settled(within.finish(), conditions)
    span = None if whole is None else Span(whole.start, whole.end)
    file.file.diagnostics += placed(came.diagnostics, source, text, index, span)
    hidden = [one for one, _ in came.suppressed]
    reasons = (suppression for _, suppression in came.suppressed)
    told = placed(hidden, source, text, index, span)
    file.outcome.suppressed += zip(told, reasons, strict=True)
    file.outcome.checked += came.checked
    file.outcome.errors += came.errors


def text_of(source: Source, inner: Inner) -> InnerText | None:
    """The text that a scalar holds; None where it is none."""
    scalar = inner.text
    if scalar is None:
        return None
    if not inner.is_base64:
        return InnerText(scalar.value, offsets_in_source(source.text, scalar), scalar.style == '|')
    text = _decoded(scalar)
    return None if text is None else InnerText(text, lambda _: scalar.start, False)


def _decoded(scalar: Scalar) -> str | None:
    try:
        data = base64.b64decode(''.join(scalar.value.split()), validate=True)
        return data.decode() if may_hold_calico(data) else None
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def placed(
    found: Iterable[Diagnostic], source: Source, inner: InnerText, index: int, whole: Span | None
) -> Iterator[Diagnostic]:
    """What was found in a text, at its places in the source; ``whole``: all of it there."""
    for one in found:
        reference = one.object
        yield one._replace(
            source=source,
            span=whole or _span(one.span, inner),
            related=tuple((whole or _span(span, inner), note) for span, note in one.related),
            fix=None if whole or not inner.is_exact else _fix(one.fix, one.source.text, inner),
            object=None if reference is None else reference._replace(document_index=index),
        )


def _span(span: Span, inner: InnerText) -> Span:
    start = inner.offset(span.start)
    if span.end <= span.start:
        return Span(start, start)
    return Span(start, max(start, inner.offset(span.end - 1)) + 1)


def _fix(fix: Fix | None, text: str, inner: InnerText) -> Fix | None:
    """A fix in the file, where none of its edits takes or makes a line break."""
    if fix is None:
        return None
    edits: list[Edit] = []
    for edit in fix.edits:
        span = _span(edit.span, inner)
        old = text[edit.span.start : edit.span.end]
        if any(char in BREAKS for char in old + edit.text) or span.end - span.start != len(old):
            return None
        edits.append(Edit(span, edit.text))
    return fix._replace(edits=tuple(edits))
