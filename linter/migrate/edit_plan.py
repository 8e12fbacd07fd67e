"""The edits of one migration: written down one by one, and in the end possible together or not.

What cannot be written with certainty becomes an obstacle, and of a migration with obstacles
nothing is written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from linter.calico.placeholders import Hole
from linter.migrate.entries import Entry, value_of
from linter.text.edit import Edit
from linter.text.source import Span, line_break, line_end, line_start
from linter.yaml.edit import (
    Context,
    chomped,
    edited,
    entry_spans,
    has_bare_header,
    in_quotes,
    is_plain,
    item_span,
    quotes_for,
    written,
)
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)

BY_HAND = 'how this is written leaves no room for a change: write it for v3 by hand'
_TEXT_TAGS = (None, '!', 'tag:yaml.org,2002:str')


class Obstacle(NamedTuple):
    """What stands in the way: where, why, and the text about which nothing more need be said."""

    span: Span
    message: str
    covers: Span


class EditPlan:
    """``holes`` are the places that a template engine fills in, which nobody can convert."""

    def __init__(self, text: str, root: MappingNode, holes: Iterable[Hole]) -> None:
        self.text = text
        self.root = root
        self.quote = quotes_for(root)
        self.holes = {hole.span.start for hole in holes}
        self.obstacles: list[Obstacle] = []
        self.reached: Counter[int] = Counter()
        # On how many of the ways to a scalar it changed or went, and a mapping or list how.
        self.settled: Counter[int] = Counter()
        self.altered: Counter[tuple[int, str]] = Counter()
        self.changed: dict[int, Node] = {}
        self.changes: dict[Span, str] = {}
        self.inserted: dict[int, dict[str, str]] = {}
        # By the offset of what is inserted, where it was written before.
        self.origins: dict[int, Span] = {}
        self.gone: dict[int, tuple[MappingNode, dict[int, Entry]]] = {}
        self.items_gone: dict[int, tuple[SequenceNode, set[int]]] = {}

    @property
    def is_json(self) -> bool:
        return self.quote == '"'

    def say(self, place: Node, message: str, covers: Span | None = None) -> None:
        span = Span(place.start, place.end)
        self.obstacles.append(Obstacle(span, message, covers or span))

    def reach(self, node: Node) -> None:
        """Count one way on which a node was come by as what it is changed for."""
        self.reached[id(node)] += 1

    def settle(self, node: Node) -> None:
        """Count one of these ways on which it is no longer what it was."""
        self.settled[id(node)] += 1

    def _alter(self, node: Node, how: str) -> None:
        self.altered[id(node), how] += 1

    # ---- Values ----------------------------------------------------------------------------------

    def write(self, node: Scalar, right: str, owner: Node) -> None:
        """Give a scalar another value."""
        self.settle(node)
        self._edit(node, lambda: self._written(node, right, self._context(owner)))

    def _written(self, node: Scalar, right: str, context: Context) -> tuple[Edit, ...] | None:
        if node.style in ('|', '>'):
            return written(self.text, node, context, right)
        quote = node.style
        # Text where a number was: in JSON it cannot do without quotes.
        is_number = self.is_json and not isinstance(value_of(node), str)
        if not quote and (is_number or not is_plain(right, context.flow)):
            quote = context.quote
        new = in_quotes(right, quote) if quote else right
        return (Edit(Span(node.start, node.end), new),)

    def edit(self, node: Scalar, edits: Iterable[tuple[int, int, str]], owner: Node) -> None:
        """Change parts of a scalar's value."""
        parts = list(edits)
        self.settle(node)
        self._edit(node, lambda: edited(self.text, node, self._context(owner), parts))

    def chomp(self, node: Scalar) -> None:
        """Let a block end without a line break, be it edited besides or not."""
        self._edit(node, lambda: (chomped(self.text, node),))

    def token(self, node: Scalar, right: str) -> None:
        """Replace a scalar by one without quotes, or by something else that YAML reads."""
        self.settle(node)
        is_block = node.style in ('|', '>') and not has_bare_header(self.text, node)
        if is_block or node.tag is not None or node.outer != node.start:
            self.say(node, BY_HAND)
        else:
            self._edit(node, lambda: (Edit(Span(node.start, node.end), right),))

    def _edit(self, node: Scalar, make: Callable[[], tuple[Edit, ...] | None]) -> None:
        if node.start in self.holes:
            self.say(node, 'this is filled in later: migrate the document that comes of it')
            return
        made = make() if node.tag in _TEXT_TAGS else None
        if made is None:
            self.say(node, BY_HAND)
            return
        for span, text in made:
            self._change(node, span, text)

    def _change(self, node: Node, span: Span, text: str) -> None:
        if self.changes.setdefault(span, text) != text:
            self.say(node, 'aliases put this in places that v3 spells differently: write it out')
        self.changed[id(node)] = node

    def _context(self, owner: Node) -> Context:
        flow = not isinstance(owner, Scalar) and owner.flow
        return Context(flow or self.root.flow, self.quote)

    def shown(self, value: str, owner: MappingNode) -> str:
        """A text as it is written for a new entry."""
        if not self.is_json and is_plain(value, self._context(owner).flow):
            return value
        return in_quotes(value, self.quote)

    # ---- Entries and items -----------------------------------------------------------------------

    def rename(self, entry: Entry, right: str) -> None:
        key = entry.key
        quote = key.style if key.style in ('"', "'") else ''
        self._alter(entry.owner, f'{entry.number} is {right}')
        self._change(entry.owner, Span(key.start, key.end), f'{quote}{right}{quote}')

    def insert(self, beside: Entry, name: str, value: str) -> None:
        """Write a new entry behind another, or before one that ends on another line."""
        key, node, text = beside.key, beside.value, self.text
        quote = key.style if key.style in ('"', "'") else ''
        new = f'{quote}{name}{quote}: {value}'
        begin = line_start(text, key.outer)
        lead = text[begin : key.outer]
        end = line_end(text, key.end)
        if beside.owner.flow:
            at, new = (node.end, f', {new}') if node.outer >= key.end else (-1, '')
        elif not re.fullmatch(r'[ ]*(?:-[ ]+)*', lead):
            at = -1
        elif node.end <= end and getattr(node, 'style', '') not in ('|', '>'):
            at, new = end, f'{line_break(text)}{" " * len(lead)}{new}'
        else:
            at, new = key.outer, f'{new}{line_break(text)}{" " * len(lead)}'
        if at < 0:
            self.say(key, BY_HAND)
            return
        self._alter(beside.owner, f'has {name}')
        self.changed[id(beside.owner)] = beside.owner
        self.inserted.setdefault(at, {})[name] = new

    def append(
        self, entry: Entry, node: SequenceNode, item: str, behind: int | None, origin: Node
    ) -> None:
        """Write one more item behind the one of a number; ``origin`` is where it comes from."""
        text = self.text
        new = ''
        if behind is None:
            at = text.find('[', node.start, node.end) + 1 if node.flow else 0
        else:
            last = node.items[behind]
            inside = node.start <= last.outer <= last.end <= node.end
            begin = line_start(text, node.start)
            if not inside:
                at = 0
            elif node.flow:
                at, new = last.end, ', '
            else:
                at = line_end(text, last.end)
                new = f'{line_break(text)}{" " * (node.start - begin)}- '
        if not at:
            self.say(entry.key, BY_HAND)
            return
        first = node.items[0] if node.items else None
        quote = first.style if isinstance(first, Scalar) and first.style in ('"', "'") else ''
        if not quote and (self.is_json or not is_plain(item, node.flow)):
            quote = self.quote
        self._alter(node, f'has {item}')
        self.changed[id(node)] = node
        self.origins[at] = Span(origin.start, origin.end)
        self.inserted.setdefault(at, {})[item] = f'{new}{quote}{item}{quote}'

    def drop(self, entry: Entry | None) -> None:
        if entry is not None:
            self.settle(entry.value)
            self._alter(entry.owner, f'{entry.number} is gone')
            found = self.gone.setdefault(id(entry.owner), (entry.owner, {}))
            found[1][entry.number] = entry

    def drop_item(self, node: SequenceNode, number: int) -> None:
        self.settle(node.items[number])
        self.items_gone.setdefault(id(node), (node, set()))[1].add(number)

    # ---- All together ----------------------------------------------------------------------------

    def edits(self, ways: dict[int, int] | None) -> tuple[Edit, ...]:
        """The edits in order; obstacles are added where they are not possible.

        ``ways``: on how many ways every node is reached, None where there are no aliases.
        """
        self._remove()
        if ways is not None:
            self._see_aliases(ways)
        for at, texts in self.inserted.items():
            span = Span(at, at)
            self.changes[span] = self.changes.get(span, '') + ''.join(texts.values())
        found: list[Edit] = []
        for span, text in sorted(self.changes.items()):
            if found and span.start < found[-1].span.end:
                self.obstacles.append(Obstacle(span, BY_HAND, span))
            else:
                found.append(Edit(span, text))
        return tuple(found)

    def _remove(self) -> None:
        removed: dict[Span, MappingNode] = {}
        for owner, gone in self.gone.values():
            spans = entry_spans(self.text, owner, gone)
            if spans is None:
                for entry in gone.values():
                    message = f'v3 has no place for {entry.key.value}: remove it by hand'
                    self.say(entry.key, message, entry.span)
            removed.update(dict.fromkeys(spans or (), owner))
        # What was changed in there goes with it.
        starts = sorted(removed)
        for span in [*self.changes]:
            at = bisect_right(starts, (span.start, len(self.text))) - 1
            if at >= 0 and span.start < span.end <= starts[at].end:
                del self.changes[span]
        for span, owner in removed.items():
            self._change(owner, span, '')
        for sequence, numbers in self.items_gone.values():
            for number in sorted(numbers):
                item = item_span(self.text, sequence, number)
                if item is None:
                    self.say(sequence.items[number], 'this is there twice: remove one of them')
                else:
                    self._change(sequence, item, '')

    def _see_aliases(self, ways: dict[int, int]) -> None:
        """What is changed must be changed for everything that refers to it, and alike."""
        uneven = {node for (node, _), times in self.altered.items() if times < self.reached[node]}
        for identity, node in self.changed.items():
            reached = self.reached[identity]
            if isinstance(node, Scalar) and self.settled[identity] < reached:
                uneven.add(identity)
            if ways.get(identity, 0) != reached or identity in uneven:
                self.say(
                    node, 'an alias refers to this for something that stays as it is: write it out'
                )
