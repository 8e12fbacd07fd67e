"""The texts of files once more, for findings that are made when all files are done with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from linter.calico.ownership import CalicoObject
from linter.calico.parsed_file import ParsedFile, parse_bytes
from linter.engine.outcome import FileFindings
from linter.policy.kubernetes import kind_of, objects
from linter.policy.model import Place
from linter.text.source import Source
from linter.workspace import discover
from linter.yaml.nodes import MappingNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class Owner(NamedTuple):
    """The object at a place: its node, the number of its document, its API and kind.

    ``is_ours``: it is one of Calico's, and not of Kubernetes' own.
    """

    node: MappingNode
    number: int
    api: str
    kind: str
    is_ours: bool


class Sources:
    """Reads files again, each once, and finds in them what summaries say of places.

    Where findings or suppressions of a file hold its text already, that is the one that is used:
    a suppression is about the text in which it was found.
    """

    def __init__(self, texts: dict[str, bytes] | None = None) -> None:
        self._texts = texts or {}
        self._files: dict[str, list[ParsedFile]] = {}

    def parts(self, path: str) -> list[ParsedFile]:
        """The parts of a file; none where it is gone."""
        parts = self._files.get(path)
        if parts is None:
            try:
                text = self._texts.get(path)
                read = discover.read(path) if text is None else iter((text,))
                parts = list(_parts(path, read))
            except discover.Unreadable:
                parts = []
            self._files[path] = parts
        return parts

    def part(self, place: Place) -> ParsedFile | None:
        """The part of a file in which something is; None where it is gone."""
        found: ParsedFile | None = None
        for part in self.parts(place.path):
            if found is None or part.source.first_line < place.line:
                found = part
        if found is None or place.end > len(found.source.text):
            return None
        return found

    def source(self, place: Place, file: FileFindings | None = None) -> Source | None:
        """The text in which something is; None where it is gone."""
        part = self.part(place)
        if part is None:
            return None
        return known(part.source, file)

    def owner(self, place: Place, start: int) -> Owner | None:
        """The object at an offset."""
        part = self.part(place)
        document = None if part is None else part.at(start)
        if document is None:
            return None
        for one in document.objects:
            if isinstance(one, CalicoObject) and one.node.start <= start < max(
                one.node.end, one.node.start + 1
            ):
                return Owner(one.node, document.index, one.api, one.kind or '', True)
        root = document.root
        for node in () if root is None else objects(root):
            if node is root or node.start <= start < max(node.end, node.start + 1):
                return Owner(node, document.index, 'v3', kind_of(node) or '', False)
        return None


def _parts(path: str, read: Iterator[bytes]) -> list[ParsedFile]:
    found: list[ParsedFile] = []
    line, index = 1, 0
    waiting = list(read)
    for number, data in enumerate(waiting):
        parsed = parse_bytes(
            path,
            data,
            line,
            first_index=index,
            continued=number > 0,
            last=number == len(waiting) - 1,
        )
        found.append(parsed)
        line += data.count(b'\n') + data.count(b'\r') - data.count(b'\r\n')
        index += len(parsed.documents)
    return found


def known(source: Source, file: FileFindings | None) -> Source:
    """The text of a part as findings or suppressions of the file hold it already."""
    if file is None:
        return source
    # One after the other: there may be many, and the first one nearly always is it.
    for one in chain(
        (suppression.source for suppression in file.suppressions),
        (diagnostic.source for diagnostic in file.diagnostics),
    ):
        if one.first_line == source.first_line and one.text == source.text:
            return one
    return source
