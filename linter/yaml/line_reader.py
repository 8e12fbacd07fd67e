"""Plain documents to trees, line by line: the quickest reader, which answers only where it is sure.

Most documents are block YAML whose every line stands for itself: a key, a value, an item. What a
line says is worked out once and remembered, so that a tree costs little more than its nodes, and
libyaml need not even be loaded. Whatever is not plain here (anchors, tags, most texts over several
lines, tabs, mistakes) is for the readers of ``compose``, with which every tree made here agrees to
the last offset: ``tests/test_line_reader.py`` holds that.
"""

from __future__ import annotations

from linter.yaml.line_values import Line, Unsure, understood
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from linter.yaml.line_values import Flow

_DEEPEST = 50
"""Collections in one another; others count to more, and say where it is too many."""
_MOST_LINES = 4096
"""So many lines are remembered: repositories repeat theirs."""
_BELOW = frozenset(('|', '|-', '>', '>-'))
"""How a text on the lines below is announced."""


class _Lines(dict[str, 'Line | None']):
    """Lines and what they say."""

    __slots__ = ()

    def __missing__(self, line: str) -> Line | None:
        said = understood(line)
        if len(self) >= _MOST_LINES:
            self.clear()
        self[line] = said
        return said


_known = _Lines()


def read(part: str, base: int) -> Node | None:
    """The tree of a document that is plain, offsets counted from ``base``; None: ask another."""
    line_end = '\r\n' if '\r' in part else '\n'
    lines = part.split(line_end)
    # The marker of a file's first document is its own.
    begin = 1 if lines[0].rstrip(' ') == '---' else 0
    try:
        return _tree(lines, begin, base, len(line_end))
    except Unsure:
        return None


def _tree(lines: list[str], begin: int, base: int, width: int) -> Node:
    """Lines to nodes: one loop with few calls, because every document with a finding comes here.

    ``top`` is the innermost collection that goes on, ``level`` its indent, ``outer`` the others;
    ``waiting`` the key whose value is still to come, ``end`` where the last value ended.
    """
    at = base + sum(len(line) + width for line in lines[:begin])
    outer: list[tuple[Any, int]] = []
    root: Node | None = None
    top: Any = None
    level = -1
    waiting: Scalar | None = None
    end = at
    number = begin
    while number < len(lines):
        line = lines[number]
        number += 1
        said = _known[line]
        if said is None:
            at += len(line) + width
            continue
        dash, indent = said.dash, said.indent
        column = indent if dash < 0 else dash
        if waiting is not None and (column < level or (column == level and dash < 0)):
            end = _nothing(top, waiting)
            waiting = None
        while column < level or (column == level and dash < 0 and top.__class__ is SequenceNode):
            top.end = end
            if not outer:
                raise Unsure
            top, level = outer.pop()
        if column > level or (dash >= 0 and top.__class__ is MappingNode):
            # A collection begins, which is the root or the value of a key.
            kind = SequenceNode if dash >= 0 else MappingNode
            node = kind(False, None, at + column, at + column)
            if root is None:
                root = node
            elif waiting is None or len(outer) > _DEEPEST:
                raise Unsure
            else:
                top.entries.append((waiting, node))
                outer.append((top, level))
                waiting = None
            top, level = node, column
        if dash >= 0 and said.key is not None:
            node = MappingNode(False, None, at + indent, at + indent)
            top.items.append(node)
            outer.append((top, level))
            top, level = node, indent
        key: Scalar | None = None
        if said.key is not None:
            text, style, start, stop = said.key
            key = Scalar(text, style, None, start + at, stop + at, start + at)
        value: Node | None = None
        if said.leaf is not None:
            text, style, start, stop = said.leaf
            if style in _BELOW:
                text, rows = _text_below(lines, number, indent, style)
                stop = len(line) + sum(len(row) + width for row in lines[number : number + rows])
                value = Scalar(text, style[0], None, start + at, stop + at, start + at)
                number += rows
                at += stop - len(line)
            else:
                value = Scalar(text, style, None, start + at, stop + at, start + at)
            end = value.end
        elif said.flow is not None:
            value = _grown(said.flow, at)
            end = value.end
        if key is None:
            top.items.append(value)
        elif value is None:
            waiting = key
        else:
            top.entries.append((key, value))
        at += len(line) + width
    if root is None:
        raise Unsure
    if waiting is not None:
        end = _nothing(top, waiting)
    top.end = end
    for node, _ in outer:
        node.end = end
    return root


def _nothing(top: MappingNode, key: Scalar) -> int:
    """Give a key the value that is not there, right behind its colon."""
    at = key.end + 1
    top.entries.append((key, Scalar('', '', None, at, at, at)))
    return at


def _text_below(lines: list[str], number: int, parent: int, style: str) -> tuple[str, int]:
    """The text in the lines that are deeper than its key, and how many they are."""
    first = lines[number] if number < len(lines) else ''
    indent = len(first) - len(first.lstrip(' '))
    if indent <= parent or indent == len(first):
        raise Unsure
    margin = first[:indent]
    rows: list[str] = []
    taken = 0
    for line in lines[number:]:
        row = line[indent:]
        if line[:indent] != margin:
            if line.strip(' '):
                break
        elif not row.isprintable() or not row.strip(' ') or (style[0] == '>' and row[0] == ' '):
            raise Unsure
        else:
            taken = len(rows) + 1
        rows.append(row)
    del rows[taken:]
    # Where a line is empty, or the last one has no end, how it is read takes more to say.
    if style[0] == '>':
        if '' in rows:
            raise Unsure
        text = ' '.join(rows)
    else:
        text = '\n'.join(rows)
    if style[-1] != '-':
        if number + taken >= len(lines):
            raise Unsure
        text += '\n'
    return text, taken


def _grown(flow: Flow, at: int) -> Node:
    """The nodes of a collection in flow style on a line that starts there."""
    items, opening, start, end = flow
    nodes: list[Any] = []
    for item in items:
        text, style, begin, stop = item
        if isinstance(text, list):
            nodes.append(_grown((text, style, begin, stop), at))
        else:
            nodes.append(Scalar(text, style, None, begin + at, stop + at, begin + at))
    if opening == '[':
        sequence = SequenceNode(True, None, start + at, start + at)
        sequence.items = nodes
        sequence.end = end + at
        return sequence
    mapping = MappingNode(True, None, start + at, start + at)
    mapping.entries = list(zip(nodes[::2], nodes[1::2], strict=True))
    mapping.end = end + at
    return mapping
