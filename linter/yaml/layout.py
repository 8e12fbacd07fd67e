"""Where nodes, lines and scalars of a document are: what a comment can stand beside."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from linter.text.lazy_regex import lazy
from linter.text.source import Source, Span
from linter.yaml.breaks import BLANKS
from linter.yaml.documents import DocumentSlice, is_empty
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
    walk,
)

SPACES = BLANKS + '\ufeff'
MARKER = lazy('\ufeff*---(?=\\s|\\Z)')
"""A ``---`` with which a document starts."""

_BLANK_LINE = lazy(r' *[\r\n]')


class DocumentLines:
    """What stands where in a document: scalars, nodes, and lines that scalars join.

    Without a root nothing is known of it but its text.
    """

    def __init__(self, source: Source, extent: DocumentSlice, root: Node | None) -> None:
        self.source = source
        self.extent = extent
        self.root = root
        self.is_empty = root is None and is_empty(source.text, extent)
        # Where a node starts and where it ends; entries and items of block style in `blocks`,
        # to the end of their last line.
        self.nodes: dict[int, int] = {}
        self.blocks: dict[int, int] = {}
        self.whole: set[int] = set()
        # Where block scalars end that keep the blank lines after them.
        self.keeps: list[int] = []
        # Where the next thing stands that is no comment, for lines that were asked for.
        self._content: dict[int, int | None] = {}
        # Of lines that scalars join, by the first: those that a comment can stand on.
        self._free: dict[int, list[int]] = {}
        self._masks: list[tuple[int, int, bool]] = []
        self._joined: list[tuple[int, int]] = []
        if root is not None:
            self._walk(root)
            self._masks.sort()
            self.keeps.sort()
            self._join()
            if isinstance(root, MappingNode):
                self.whole = {root.start, root.outer}

    def _walk(self, root: Node) -> None:
        for node in walk(root):
            self.nodes.setdefault(node.outer, node.end)
            if isinstance(node, Scalar):
                self._scalar(node)
            elif isinstance(node, MappingNode):
                for key, value in node.entries:
                    # What an alias stands for was written elsewhere, and earlier.
                    if node.start <= key.outer < node.end:
                        end = max(key.end, value.end)
                        if node.flow:
                            self.nodes[key.outer] = end
                        else:
                            self.blocks[key.outer] = self.after(end)
            elif not node.flow and node.items:
                self._items(node)

    def _scalar(self, node: Scalar) -> None:
        start = node.start
        is_block = node.style in ('|', '>')
        first, last = self.line(start), self.line(max(start, node.end - 1))
        if last > first:
            self._joined.append((first, last))
        if is_block:
            # A comment may follow the header.
            start = min(self.end_of(first), node.end)
            if '+' in self.source.text[node.start : node.start + 3]:
                self.keeps.append(node.end)
        if node.end > start:
            self._masks.append((start, node.end, is_block))

    def _items(self, node: SequenceNode) -> None:
        """The dashes of a list: those below its first."""
        text = self.source.text
        column = node.start - self.start_of(self.line(node.start))
        dashes = [node.start]
        for line in range(self.line(node.start) + 1, self.line(node.end - 1) + 1):
            at = self.start_of(line) + column
            before = text[at - column : at]
            if text[at : at + 1] == '-' and not before.strip(' ') and self._is_dash(at):
                dashes.append(at)
        for at, end in zip(dashes, [*dashes[1:], self.after(node.end)], strict=True):
            self.blocks[at] = end

    def _is_dash(self, at: int) -> bool:
        return self.source.text[at + 1 : at + 2] in ('', *SPACES)

    def _join(self) -> None:
        joined: list[tuple[int, int]] = []
        for first, last in sorted(self._joined):
            if joined and first <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(last, joined[-1][1])
            else:
                joined.append((first, last))
        self._joined = joined

    def line(self, offset: int) -> int:
        """The line of an offset, from 0."""
        return bisect_right(self.source.line_starts, offset) - 1

    def start_of(self, line: int) -> int:
        return self.source.line_starts[line]

    def next_of(self, line: int) -> int:
        """Where the next line starts; beyond the text where there is none."""
        starts = self.source.line_starts
        return starts[line + 1] if line + 1 < len(starts) else len(self.source.text) + 1

    def end_of(self, line: int) -> int:
        """Where a line's text ends."""
        text = self.source.text
        begin, end = self.start_of(line), min(self.next_of(line), len(text))
        while end > begin and text[end - 1] in '\r\n':
            end -= 1
        return end

    def after(self, end: int) -> int:
        """Where the line after a node's last one starts."""
        return self.next_of(self.line(max(0, end - 1)))

    def is_masked(self, offset: int) -> bool:
        """Whether a character belongs to a scalar."""
        at = bisect_right(self._masks, (offset, len(self.source.text) + 1, True)) - 1
        return at >= 0 and offset < self._masks[at][1]

    def takes_comment(self, line: int) -> bool:
        """Whether what is appended to a line is outside of scalars."""
        end = self.end_of(line)
        at = bisect_right(self._masks, (end, -1, False)) - 1
        if at < 0:
            return True
        _, last, is_block = self._masks[at]
        return end > last or (end == last and not is_block)

    def lines(self, line: int) -> tuple[int, int]:
        """The lines that scalars join with a line, first and last."""
        at = bisect_right(self._joined, (line, len(self.source.text))) - 1
        if at >= 0 and line <= self._joined[at][1]:
            return self._joined[at]
        return line, line

    def comment_line(self, line: int) -> int | None:
        """The line on which a comment about a line can stand, of those joined with it."""
        first, last = self.lines(line)
        if first not in self._free:
            self._free[first] = [one for one in range(first, last + 1) if self.takes_comment(one)]
        free = self._free[first]
        if not free:
            return None
        at = bisect_left(free, line)
        return free[at] if at < len(free) else free[0]

    def holds_back(self, line: int) -> bool:
        """Whether the blank lines after a line would belong to a scalar if it were not there."""
        begin, following = self.start_of(line), self.next_of(line)
        number = bisect_right(self.keeps, begin)
        before = self.keeps[number - 1] if number else None
        if before is None or _BLANK_LINE.match(self.source.text, following) is None:
            return False
        at = self.content(self.line(before) + 1)
        return at is None or at >= following

    def content(self, line: int) -> int | None:
        """Where the next thing stands, from a line on, that is no comment; None at the end."""
        passed: list[int] = []
        while line not in self._content:
            passed.append(line)
            found, following = self._look(line)
            if following is None:
                self._content[line] = found
                break
            line = following
        found = self._content[line]
        for one in passed:
            self._content[one] = found
        return found

    def _look(self, line: int) -> tuple[int | None, int | None]:
        """What is the first thing from a line on, or behind which line to look on."""
        text, starts = self.source.text, self.source.line_starts
        if line >= len(starts) or starts[line] > self.extent.end:
            return None, None
        at, following = starts[line], self.next_of(line)
        while at < self.extent.end and text[at] in SPACES:
            at += 1
            # A run of blank lines is looked through once.
            if at == following < self.extent.end:
                return None, line + 1
        if at >= self.extent.end:
            return None, None
        return (at, None) if text[at] != '#' else (None, self.line(at) + 1)

    def first(self) -> int:
        """The line with which the document starts, behind a ``---`` of its own."""
        line = self.line(self.extent.start)
        text = self.source.text
        return line + 1 if MARKER.match(text, self.extent.start, self.extent.end) else line

    def reach_above(self, line: int, column: int) -> tuple[str, Span] | None:
        """What a comment that is alone on a line stands above; None: the document's end."""
        at = self.content(line + 1)
        text = self.source.text
        if at is None:
            return None
        whole = Span(self.extent.start, self.next_of(self.line(self.extent.end)))
        if self.root is None or at >= self.root.end:
            if self.root is None and at == self.content(self.first()):
                return 'document', whole
            if text.startswith('...', at):
                return 'node', Span(at, at)
            return 'node', Span(at, self.after(at + 1))
        start = at
        if text[at] == '?' and self._is_dash(at):
            at += 1
            while text[at : at + 1] in (' ', '	'):
                at += 1
        if start in self.whole or at in self.whole:
            end: int | None = whole.end
        else:
            end = self.blocks.get(at, self.blocks.get(start))
        if end is not None:
            if column > self._content_column(start):
                end = start
            elif start in self.whole or at in self.whole:
                return 'document', whole
        else:
            end = self.nodes.get(at, start)
        return 'node', Span(start, end)

    def _content_column(self, at: int) -> int:
        """The column of what stands behind the dashes at an offset."""
        text = self.source.text
        begin = self.start_of(self.line(at))
        least = at
        while text[at : at + 1] in ('-', '?') and self._is_dash(at):
            least, at = at + 2, at + 1
            while text[at : at + 1] in (' ', '	'):
                at += 1
        return max(least, at) - begin
