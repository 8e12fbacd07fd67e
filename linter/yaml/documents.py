"""Cuts a stream into documents, where calicoctl and kubectl cut it."""

from __future__ import annotations

from collections.abc import Iterator

from linter.text.lazy_regex import lazy
from linter.text.source import LINE_END
from linter.yaml.breaks import BLANKS, BREAKS, COMMENT
from linter.yaml.nodes import (
    Node,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class DocumentSlice(NamedTuple):
    """One document of a stream: its place in the source text, and its number from 0."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody wants here
    start: int
    end: int


DIRECTIVE = lazy(rf'(?:[ \t]*(?:#[^{BREAKS}]*)?[{BREAKS}])*%')


AFTER = lazy(rf'(?:[{BLANKS}]|{COMMENT}|\.\.\.(?!\S))*')


_BLANK = lazy(rf'(?:---(?!\S))?(?:[{BLANKS}]|{COMMENT})*')


def split(text: str) -> Iterator[DocumentSlice]:
    """The documents of a stream, cut where calicoctl and kubectl cut it.

    That is at every line that starts with ``---``, whatever follows on it: the rest of that line
    is lost. Only on the very first line the marker is left to the YAML parser. Unlike them, this
    also cuts after a lone carriage return, and leaves a directive with the document it is for.
    https://github.com/projectcalico/calico/blob/v3.32.1/calicoctl/calicoctl/util/yaml/separator.go
    """
    index = start = 0
    joined = False
    feed, bare = text.find('\n---'), text.find('\r---')
    while feed != -1 or bare != -1:
        mark = feed if bare == -1 or -1 < feed < bare else bare
        found = LINE_END.search(text, mark + 4)
        at = len(text) if found is None else found.end()
        if -1 < feed < at:
            feed = text.find('\n---', at)
        if -1 < bare < at:
            bare = text.find('\r---', at)
        if not joined and DIRECTIVE.match(text, start, mark):
            joined = True
            continue
        yield DocumentSlice(index, start, mark)
        index += 1
        start = at
        joined = False
    if start < len(text) or index == 0:
        yield DocumentSlice(index, start, len(text))


def is_empty(text: str, extent: DocumentSlice) -> bool:
    """Whether a document holds blanks and comments only (and the first line's marker)."""
    found = _BLANK.match(text, extent.start, extent.end)
    return found is not None and found.end() == extent.end


def _is_comment(line: str) -> bool:
    """Whether a line has a comment and nothing else; what does not print might end it."""
    body = line.strip(' ')
    return not body or (body[0] == '#' and body.isprintable())


def unread(text: str, extent: DocumentSlice, root: Node | None) -> int | None:
    """Where text starts that no parser of Calico ever sees, or None.

    go-yaml reads one document of an extent and leaves the rest alone: what follows ``...``, or a
    second JSON object.
    """
    found = _BLANK.match(text, extent.start, extent.end) if root is None else None
    at = extent.start if root is None else root.end
    if found is not None:
        at = found.end()
    rest = text[at : extent.end].strip(' \t\r\n')
    if not rest or (rest[0] == '#' and all(map(_is_comment, rest.split('\n')))):
        return None
    found = AFTER.match(text, at, extent.end)
    end = at if found is None else found.end()
    return end if end < extent.end else None
