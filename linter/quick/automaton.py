"""Line after line of a document, along the tables: what a line does that is new in its place."""

from __future__ import annotations

from linter.quick.nodes import NONE, NULLS, Entries, Items, Leaf, is_null
from linter.quick.scalars import flow, plain, quoted
from linter.quick.states import DEAD, Ask, State, States, Way
from linter.quick.texts import as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.quick.nodes import Facts, Node
    from linter.quick.scalars import Value
    from linter.quick.states import Block

LONGEST_BLOCK = 30
"""Lines of a block scalar that is worth reading here."""


class Machine(States):
    """The states of the documents of one kind, and what a line does."""

    def finish(self, state: State) -> Facts:
        """The facts of the document that ends here; raises Ask."""
        if state is DEAD:
            raise Ask
        if state.end is None:
            at: State | None = state
            while at is not None and at is not DEAD:
                if at.block is not None:
                    at = self.end_block(at)
                elif at.wait:
                    at = self.empty(at)
                elif at.parent is None:
                    state.end = at.node.close(at.seen)
                    break
                else:
                    at = self.leave(at)
            if state.end is None:
                raise Ask
        return state.end

    # What a line does. Each returns DEAD for whatever is not certain.

    def step(self, state: State, line: str) -> State:
        origin = state
        body = line.lstrip(' ')
        if not line.isprintable():
            return DEAD
        indent = len(line) - len(body)
        if state.block is not None:
            if not body:
                return self.blank_in_block(state, indent)
            if indent > state.indent:
                return self.in_block(state, line, indent)
            state = self.end_block(state)
        if not body or body[0] == '#':
            return state
        is_item = body[:2] == '- ' or body == '-'
        while state is not DEAD:
            if state.wait:
                node = self.awaited(state)
                if isinstance(node, Items):
                    opens = is_item and indent >= state.indent
                else:
                    opens = not is_item and indent > state.indent
                if opens and (isinstance(node, Leaf) or body[0] in '[{'):
                    return self.below(state, node, body)
                if opens:
                    assert not isinstance(node, Leaf)
                    name = '' if isinstance(state.node, Items) else state.wait
                    state = self.state(self.with_(state, state.seen), name, node, indent, NONE)
                    break
                if isinstance(node, Items) and body[0] == '[' and indent > state.indent:
                    return self.below(state, node, body)
                state = self.empty(state)
            elif indent == state.indent and is_item == isinstance(state.node, Items):
                break
            elif indent > state.indent:
                return DEAD
            else:
                state = self.leave(state)
        if state is DEAD:
            return DEAD
        if is_item:
            return self.item(state, body[2:].lstrip(' '), origin, line)
        return self.entry(state, body, origin, line)

    def awaited(self, state: State) -> Node:
        """What is to stand below a key or a dash."""
        if isinstance(state.node, Items):
            return state.node.item
        node = state.node.field(state.wait)
        assert node is not None
        return node

    def item(self, state: State, written: str, origin: State, line: str) -> State:
        """A dash, and what stands behind it."""
        assert isinstance(state.node, Items)
        if not written or written[0] == '#':
            return self.with_(state, state.seen, wait='-')
        node = state.node.item
        if isinstance(node, Leaf):
            way = Way(state, '-', node, is_item=True)
            origin.ways[line[: len(line) - len(line.lstrip(' ')) + 2]] = way
            return self.value(way, written)
        if written[0] == '{':
            value = flow(written)
            facts = None if value is None else node.judge(value)
            return DEAD if facts is None else self.add(state, facts)
        # A mapping whose first entry stands on the line of the dash.
        below = self.state(state, '', node, len(line) - len(written), NONE)
        return self.entry(below, written, origin, line)

    def entry(self, state: State, body: str, origin: State, line: str) -> State:
        """A key, and what stands behind it on its line."""
        holder = state.node
        assert not isinstance(holder, Items)
        if body[0] in '"\'':
            end = body.find(body[0], 1)
            name, rest = body[1:end], body[end + 1 :]
            if end == -1 or '\\' in name or rest[:1] != ':':
                return DEAD
            rest = rest[1:]
        else:
            name, colon, rest = body.partition(':')
            if not colon or (isinstance(holder, Entries) and not is_plain_key(name)):
                return DEAD
        if rest and rest[0] != ' ':
            return DEAD
        node = holder.field(name)
        if node is None or name in state.seen or f'~{name}' in state.seen:
            return DEAD
        way = Way(state, name, node)
        head = line[: len(line) - len(rest) - 1]
        if rest and ': ' not in head:
            origin.ways[head] = way
        return self.value(way, rest)

    def value(self, way: Way, written: str) -> State:
        """What stands behind a key or a dash."""
        written = written.strip(' ')
        state = way.state
        if not written or written[0] == '#':
            return self.with_(state, state.seen, wait=way.name)
        first = written[0]
        if way.take is not None:
            if first in '"\'':
                text = quoted(written)
            elif first in '|>' and not way.is_item:
                return self.begin_block(state, way.name, way.node, written)
            else:
                text = plain(written)
            if text is None:
                return DEAD
            if not text[1] and text[0] in NULLS:
                return DEAD if way.is_item else self.null(state, way.name)
            facts = way.take(*text)
        elif first in '[{':
            value = flow(written)
            facts = None if value is None else way.node.judge(value)
        elif written in NULLS:
            return self.null(state, way.name)
        else:
            return DEAD
        if facts is None:
            return DEAD
        after = way.behind.get(facts)
        if after is None:
            after = self.add(state, facts) if way.is_item else self.fill(state, way.name, facts)
            way.behind[facts] = after
        return after

    def below(self, state: State, node: Node, written: str) -> State:
        """A scalar, or a list or mapping in brackets, on the line below its key or dash."""
        value: Value | None = scalar(written) if isinstance(node, Leaf) else flow(written)
        if value is None or (isinstance(value, tuple) and is_null(value)):
            return DEAD
        facts = node.judge(value)
        if facts is None:
            return DEAD
        if isinstance(state.node, Items):
            # Whoever looks whether items repeat looks for them behind their dashes.
            is_seen = state.node.words or not isinstance(node, Leaf)
            return self.add(state, facts) if is_seen else DEAD
        return self.fill(state, state.wait, facts)

    # Block scalars.

    def begin_block(self, state: State, name: str, node: Node, written: str) -> State:
        header = written.split(' ', 1)
        rest = header[1].lstrip(' ') if len(header) == 2 else ''
        # What is not free text must not end in a line break.
        if not isinstance(node, Leaf) or (rest and rest[0] != '#'):
            return DEAD
        is_free = node.is_free
        if header[0] not in ('|-', '>-') and not (is_free and header[0] in ('|', '>')):
            return DEAD
        style = '' if is_free else header[0][0]
        block = name, style, 0, False, ()
        return self.state(
            state.parent, state.name, state.node, state.indent, state.seen, block=block
        )

    def blank_in_block(self, state: State, indent: int) -> State:
        assert state.block is not None
        name, style, deep, _, lines = state.block
        if not deep or (style and indent > deep):
            return DEAD
        return self.block(state, (name, style, deep, True, lines))

    def in_block(self, state: State, line: str, indent: int) -> State:
        assert state.block is not None
        name, style, deep, was_blank, lines = state.block
        if deep and indent < deep:
            return DEAD
        if not style:
            return self.block(state, (name, style, deep or indent, False, lines))
        if was_blank or (deep and indent > deep) or len(lines) == LONGEST_BLOCK:
            return DEAD
        return self.block(state, (name, style, indent, False, (*lines, line[indent:])))

    def block(self, state: State, block: Block) -> State:
        return self.state(
            state.parent, state.name, state.node, state.indent, state.seen, block=block
        )

    def end_block(self, state: State) -> State:
        assert state.block is not None
        assert not isinstance(state.node, Items)
        name, style, deep, _, lines = state.block
        node = state.node.field(name)
        if not deep or not isinstance(node, Leaf):
            return DEAD
        facts = NONE
        if style:
            text = (' ' if style == '>' else '\n').join(lines)
            found = node.take(text, style)
            if found is None:
                return DEAD
            facts = found
        return self.fill(state, name, facts)


def scalar(written: str) -> tuple[str, str] | None:
    """A scalar on one line."""
    return quoted(written) if written[0] in '"\'' else plain(written)


def is_plain_key(name: str) -> bool:
    """Whether a key without quotes is the text that it looks like."""
    return (
        name[:1].isalnum()
        and ' #' not in name
        and name[-1] != ' '
        and as_text(name, '', True) is not None
    )
