"""What v3 refuses in a document that was brought over, said at its place in the old text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from linter.calico.decode import decode
from linter.calico.document import Document
from linter.calico.kinds import API_VERSIONS
from linter.calico.lists import owned
from linter.calico.ownership import CalicoObject, classify
from linter.calico.parsed_file import ParsedDocument
from linter.calico.target import Target
from linter.catalogue.catalogue import Catalogue
from linter.diagnostic import Finding
from linter.migrate.edit_plan import BY_HAND
from linter.migrate.entries import entries
from linter.text.edit import Edit
from linter.text.source import Source, Span, line_start
from linter.yaml.documents import DocumentSlice
from linter.yaml.nodes import MappingNode, walk

_GRAVE = ('refused', 'dropped')


def refused(
    text: str,
    extent: DocumentSlice,
    node: MappingNode,
    kind: str,
    edits: Sequence[Edit],
    target: Target,
    catalogue: Catalogue,
) -> Iterator[tuple[Span, str]]:
    """What is refused or dropped in a document, or a list, in its extent after the edits.

    ``kind`` is that of an item of a list that leaves it to the list.
    """
    found = _alone(text, node, edits) or _whole(text, extent, node, edits)
    if found is None:
        yield Span(node.start, node.start), BY_HAND
        return
    source, root, back = found
    is_item = 'kind' not in entries(root)
    for one in (classify(root, API_VERSIONS['v3'], kind),) if is_item else owned(root):
        if not isinstance(one, CalicoObject):
            continue
        findings = list(one.findings)
        if one.kind is not None:
            findings += _judged(source, one.node, one.kind, target, catalogue)
        lane = target.lane(one.api).name
        for finding in findings:
            row = catalogue.facts.find(finding.fact, one.kind, lane, target)
            if row is not None and row.effect in _GRAVE:
                message = finding.message
                yield back(finding.span), message + (f': {finding.hint}' if finding.hint else '')


class _Back:
    """From places of the new text to those of the old one; both may begin somewhere inside."""

    def __init__(self, edits: Iterable[Edit], begin: int, pad: int) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.olds: list[Span] = []
        shift = pad - begin
        self.first = shift
        for span, new in edits:
            self.starts.append(span.start + shift)
            self.ends.append(span.start + shift + len(new))
            self.olds.append(span)
            shift += len(new) - (span.end - span.start)

    def __call__(self, span: Span) -> Span:
        start, end = self.offset(span.start), self.offset(span.end)
        return Span(start, max(start, end))

    def offset(self, new: int) -> int:
        at = bisect_right(self.starts, new) - 1
        if at < 0:
            return new - self.first
        if new < self.ends[at]:
            return self.olds[at].start
        return new - self.ends[at] + self.olds[at].end


_Found = tuple[Source, MappingNode, _Back]


def _alone(text: str, node: MappingNode, edits: Sequence[Edit]) -> _Found | None:
    """The document cut out of its file, which is quick; not where it has aliases to outside."""
    end = node.end
    if not node.flow:
        end = next((at for at in range(end, len(text)) if text[at] in '\r\n'), len(text))
        end += len(text[end : end + 2]) if text.startswith('\r\n', end) else end < len(text)
    if edits and not node.start <= edits[0].span.start <= edits[-1].span.end <= end:
        return None
    pad = ' ' * (node.start - line_start(text, node.start))
    piece = pad + edited(text, edits, node.start, end)
    source = Source('', piece)
    root = ParsedDocument(source, DocumentSlice(0, 0, len(piece))).root
    if not isinstance(root, MappingNode):
        return None
    return source, root, _Back(edits, node.start, len(pad))


def _whole(
    text: str, extent: DocumentSlice, node: MappingNode, edits: Sequence[Edit]
) -> _Found | None:
    piece = edited(text, edits, extent.start, extent.end)
    source = Source('', piece)
    root = ParsedDocument(source, DocumentSlice(0, 0, len(piece))).root
    back = _Back(edits, extent.start, 0)
    for one in walk(root):
        if isinstance(one, MappingNode) and back.offset(one.start) == node.start:
            return source, one, back
    return None


def edited(text: str, edits: Sequence[Edit], start: int, end: int) -> str:
    """A part of the text after the edits, all of which are in it."""
    parts: list[str] = []
    at = start
    for span, new in edits:
        parts += (text[at : span.start], new)
        at = span.end
    return ''.join((*parts, text[at:end]))


def _judged(
    source: Source, node: MappingNode, kind: str, target: Target, catalogue: Catalogue
) -> Iterator[Finding]:
    """Every finding of every rule, as the engine asks for them."""
    decoded = decode(node, 'v3', kind, target.version, target.lane('v3'))
    document = Document(source, node, 'v3', kind, decoded)
    for checks, values in catalogue.asks(document):
        for value in values:
            for _, check in checks:
                yield from check(value, document)
