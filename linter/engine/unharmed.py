"""The proof that an edit did no harm: what it did not touch reads as before."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from linter.calico.parsed_file import ParsedDocument, ParsedFile
from linter.diagnostic import Diagnostic
from linter.engine.outcome import Outcome
from linter.text.edit import Edit, Fix
from linter.yaml.edit import SAFE
from linter.yaml.nodes import Scalar, walk


def is_applicable(fix: Fix | None, unsafe: bool) -> bool:
    """Whether a fix is to be applied at all."""
    return fix is not None and bool(fix.edits) and (unsafe or fix.applicability == SAFE)


def is_unclear(
    result: Outcome, unreadable: frozenset[str], candidates: Iterable[Diagnostic] = ()
) -> bool:
    """Whether a file is better left alone: a rule broke on it, or part of it cannot be read.

    ``unreadable`` are the facts that say so. A suppression hides that, but it helps nobody to read
    it; only a fix to be applied does.
    """
    fixable = {(one.fact, one.span) for one in candidates}
    every = [*result.diagnostics, *(one for one, _ in result.suppressed)]
    return bool(result.errors) or any(
        one.fact in unreadable and (one.fact, one.span) not in fixable for one in every
    )


def harm_done(
    before: Outcome,
    after: Outcome,
    unreadable: frozenset[str],
    is_forgiven: Callable[[Diagnostic], bool] | None = None,
) -> list[Diagnostic]:
    """What is refused or dropped that was not.

    ``is_forgiven`` says what need not be counted, since it can be fixed in turn. A document that
    could not be read was refused as a whole, so that nothing in it is worse: a fact that is
    ``unreadable`` holds of it.
    """
    unread = {_identity(one)[2] for one in before.diagnostics if one.fact in unreadable}
    old = Counter(_identity(one) for one in before.diagnostics if one.effect in _GRAVE)
    places = {(_identity(one), one.yaml_path) for one in before.diagnostics}
    new: dict[tuple[str, str, int], list[Diagnostic]] = {}
    for one in after.diagnostics:
        if one.effect in _GRAVE and _identity(one)[2] not in unread:
            new.setdefault(_identity(one), []).append(one)
    harm: list[Diagnostic] = []
    for identity, found in new.items():
        excess = len(found) - old[identity]
        if excess > 0:
            harm += [one for one in found if (identity, one.yaml_path) not in places] or found[
                -excess:
            ]
    return harm if is_forgiven is None else [one for one in harm if not is_forgiven(one)]


def suspects(fixes: list[Diagnostic], harm: Iterable[Diagnostic]) -> tuple[set[int], set[int]]:
    """The fixes whose very text harm is done to, and those nearest to where it is done else."""
    places: list[tuple[int, int, int]] = []
    holders: dict[tuple[int, str], set[int]] = {}
    shift = _Shift(edit for one in fixes if one.fix is not None for edit in one.fix.edits)
    for one in fixes:
        for span, text in () if one.fix is None else one.fix.edits:
            start = shift.moved(span.start, left=True)
            places.append((start, start + len(text), id(one)))
        for holder in _holders(one.yaml_path or ''):
            holders.setdefault((_identity(one)[2], holder), set()).add(id(one))
    places.sort()
    guilty: set[int] = set()
    near: set[int] = set()
    for one in harm:
        at = bisect_left(places, (one.span.end, 0, 0)) - 1
        if at >= 0 and places[at][1] > one.span.start:
            guilty.add(places[at][2])
            continue
        number = _identity(one)[2]
        keys = [(number, holder) for holder in _holders(one.yaml_path or '')]
        near |= next((holders[key] for key in keys if key in holders), set())
    return guilty, near - guilty


def _holders(path: str) -> Iterator[str]:
    """A path, and the paths of what it is in, up to an item of a list."""
    while '[' in path:
        yield path
        path = path[: max(path.rfind('.'), path.rfind('['))]


_GRAVE = ('refused', 'dropped')


_INDEX = re.compile(r'\[[0-9]+\]')


def _identity(diagnostic: Diagnostic) -> tuple[str, str, int]:
    """What stays of a finding when list items before it go."""
    number = diagnostic.object.document_index if diagnostic.object is not None else -1
    return diagnostic.fact, _INDEX.sub('[]', diagnostic.yaml_path or ''), number


def reads_alike(before: ParsedFile, after: ParsedFile, edits: Sequence[Edit]) -> bool:
    """Whether the documents parse that did, and all that no edit touched is read as it was."""
    shift = _Shift(edits)
    old, new = before.documents, after.documents
    if len(new) < len(old):
        return False
    ends = [document.slice.end for document in new]
    for document in old:
        extent = document.slice
        if not shift.touches(extent.start, extent.end):
            continue
        found: dict[tuple[int, int], Scalar] = {}
        start, end = shift.moved(extent.start, left=True), shift.moved(extent.end)
        for number in range(bisect_left(ends, start), len(new)):
            other = new[number]
            if other.slice.start > end:
                break
            scalars = _scalars(other)
            if scalars is None:
                return False
            found.update(((one.start, one.end), one) for one in scalars)
        for one in _scalars(document) or ():
            if shift.touches(one.outer, one.end):
                continue
            other_one = found.get((shift.moved(one.start), shift.moved(one.end)))
            if other_one is None or (one.value, one.style, one.tag) != (
                other_one.value,
                other_one.style,
                other_one.tag,
            ):
                return False
        if _is_json(before.source.text[extent.start : extent.end]) and not _is_json(
            after.source.text[start:end]
        ):
            return False
    return True


class _Shift:
    """Where offsets go when edits are made."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self.edits = sorted(edits, key=lambda edit: edit.span)
        self.starts = [edit.span.start for edit in self.edits]
        self.ends = [edit.span.end for edit in self.edits]
        self.sums = [0]
        for span, text in self.edits:
            self.sums.append(self.sums[-1] + len(text) - (span.end - span.start))

    def touches(self, start: int, end: int) -> bool:
        """Whether an edit changes something between two offsets, or stands beside it."""
        # They are in order and do not overlap, so the last one that starts early enough decides.
        at = bisect_right(self.starts, end) - 1
        return at >= 0 and start <= self.ends[at]

    def moved(self, offset: int, left: bool = False) -> int:
        """The new offset; what is inserted right there is behind it only if ``left``."""
        number = bisect_right(self.ends, offset)
        while left and number and self.edits[number - 1].span == (offset, offset):
            number -= 1
        return offset + self.sums[number]


def _scalars(document: ParsedDocument) -> list[Scalar] | None:
    """The scalars of a document that are not empty; None where it does not parse."""
    root, error = document.read()
    if error is not None:
        return None
    return [one for one in walk(root) if isinstance(one, Scalar) and one.start < one.end]


def _is_json(text: str) -> bool:
    text = text.strip()
    if not text.startswith(('{', '[')):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
