"""A file's text, and where its lines are."""

from __future__ import annotations

from bisect import bisect_right

from linter.text.lazy_regex import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

LINE_END = lazy(r'\r\n?|\n')
"""Where a line ends for people; what breaks lines in YAML is more, see linter.yaml.breaks."""


class Span(NamedTuple):
    """Half-open range of offsets into a source text, in code points."""

    start: int
    end: int


class Source:
    """The text of one file; offsets are code points, lines and columns count from 1.

    A line ends at LF, CRLF or CR and nowhere else: not at NEL, U+2028 or form feed,
    which YAML parsers and ``str.splitlines`` break at but editors and git do not. ``first_line`` is
    the number of the text's first line where the text is a part of its file.
    """

    __slots__ = ('_starts', 'first_line', 'path', 'text')

    def __init__(self, path: str, text: str, first_line: int = 1) -> None:
        self.path = path
        self.text = text
        self.first_line = first_line
        self._starts: list[int] | None = None

    def renamed(self, path: str) -> Source:
        """The same text under another path."""
        other = Source(path, self.text, self.first_line)
        other._starts = self._starts
        return other

    @property
    def line_starts(self) -> list[int]:
        """Offset of the first character of every line."""
        if self._starts is None:
            starts = [0]
            text = self.text
            if '\r' in text and text.count('\r') != text.count('\r\n'):
                starts += (found.end() for found in LINE_END.finditer(text))
            else:
                at = 0
                for line in text.split('\n'):
                    at += len(line) + 1
                    starts.append(at)
                del starts[-1]
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1; a tab counts one) of an offset."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line + self.first_line - 1, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its line end; '' of one that is not there."""
        starts = self.line_starts
        number -= self.first_line - 1
        if not 1 <= number <= len(starts):
            return ''
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip('\r\n')


def overlap(one: Span, other: Span) -> bool:
    """Whether edits of two spans touch; an insertion (an empty span) touches what it stands by."""
    if one.start < one.end and other.start < other.end:
        return one.start < other.end and other.start < one.end
    return one.start <= other.end and other.start <= one.end


def line_break(text: str) -> str:
    """How lines end in a text, by its first one."""
    found = LINE_END.search(text)
    return '\n' if found is None else found[0]


def line_start(text: str, offset: int) -> int:
    """Where the line of an offset starts, found without a look at all that is before it."""
    while offset > 0:
        begin = max(0, offset - 1024)
        at = max(text.rfind('\n', begin, offset), text.rfind('\r', begin, offset))
        if at != -1:
            return at + 1
        offset = begin
    return 0


def line_end(text: str, offset: int) -> int:
    """Where the text of a line ends."""
    found = LINE_END.search(text, offset)
    return len(text) if found is None else found.start()
