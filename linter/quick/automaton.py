"""Line after line of a document, along the tables: a machine whose states are made when needed.

A state is where in a document one is, and what matters of all that came before: the collections
that are open, each with its indentation and the facts seen. It is a table from the text of a line
to the state behind it. So a line that came before, in the same place of whatever document, is one
look-up. Two documents are in the same state if nothing that matters tells them apart.
"""

from __future__ import annotations

from linter.quick.nodes import NONE, NULLS, Entries, Fields, Items, Leaf, is_null, under
from linter.quick.scalars import flow, plain, quoted
from linter.quick.texts import as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.quick.nodes import Facts, Node
    from linter.quick.scalars import Value

    Collection = Fields | Entries | Items

MOST_STATES = 20_000
"""So many lines are remembered, at some 200 bytes each; then all is forgotten."""
LONGEST_BLOCK = 30
"""Lines of a block scalar that is worth reading here."""


class Ask(Exception):
    """The document is one for the engine."""


class State(dict[str, 'State']):
    """What every line leads to. ``node`` is the innermost open collection, at ``indent``.

    ``name`` is the field of the parent that it is the value of; ``wait`` the field whose value is
    to come on the next lines; ``block`` the block scalar that is being read, as far as it is.
    """

    __slots__ = (
        'block', 'end', 'indent', 'left', 'machine', 'name', 'node', 'parent', 'seen', 'wait',
    )  # fmt: skip

    def __init__(
        self,
        machine: Machine,
        parent: State | None,
        name: str,
        node: Collection,
        indent: int,
        seen: Facts,
        wait: str,
        block: Block | None,
    ) -> None:
        self.machine = machine
        self.parent = parent
        self.name = name
        self.node = node
        self.indent = indent
        self.seen = seen
        self.wait = wait
        self.block = block
        self.end: Facts | None = None
        self.left: State | None = None

    __hash__ = object.__hash__  # type: ignore[assignment]  # a state is only ever itself

    def __eq__(self, other: object) -> bool:
        return self is other

    def __missing__(self, line: str) -> State:
        after = self.machine.step(self, line)
        self.machine.remember(self, line, after)
        return after


class _Dead(State):
    """Where a document is one for the engine, whatever follows."""

    __slots__ = ()

    def __init__(self) -> None:
        pass

    def __missing__(self, line: str) -> State:
        raise Ask


DEAD = _Dead()

Block = tuple[str, str, int, bool, tuple[str, ...]]
"""Field, ``|`` or ``>``, indentation (0: not known yet), whether a line was blank, lines."""


class Machine:
    """The states of the documents of one kind, for one target."""

    def __init__(self, root: Fields) -> None:
        self.root = root
        self.states: dict[object, State] = {}
        # By a state, a field and what its value comes to: the state with the field.
        self.filled: dict[tuple[State, str, Facts], State] = {}
        self.forget()

    def forget(self) -> None:
        """Begin anew; a document that is being read goes on, and its lines are looked at again."""
        for state in self.states.values():
            state.clear()  # they lead to one another in circles
        self.states.clear()
        self.filled.clear()
        self.remembered = 0
        self.start = self.state(None, '', self.root, 0, NONE)

    def remember(self, state: State, line: str, after: State) -> None:
        self.remembered += 1
        if self.remembered > MOST_STATES:
            self.forget()
        state[line] = after

    def state(
        self,
        parent: State | None,
        name: str,
        node: Collection,
        indent: int,
        seen: Facts,
        wait: str = '',
        block: Block | None = None,
    ) -> State:
        """The only state that is so."""
        key = parent, name, node, indent, seen, wait, block
        found = self.states.get(key)
        if found is None:
            found = self.states[key] = State(self, parent, name, node, indent, seen, wait, block)
        return found

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
            return self.item(state, body[2:].lstrip(' '), len(line))
        return self.entry(state, body)

    def awaited(self, state: State) -> Node:
        """What is to stand below a key or a dash."""
        if isinstance(state.node, Items):
            return state.node.item
        node = state.node.field(state.wait)
        assert node is not None
        return node

    def item(self, state: State, written: str, end: int) -> State:
        """A dash, and what stands behind it on the line that ends at a column."""
        assert isinstance(state.node, Items)
        if not written or written[0] == '#':
            return self.with_(state, state.seen, wait='-')
        node = state.node.item
        if isinstance(node, Leaf):
            text = quoted(written) if written[0] in '"\'' else plain(written)
            if text is None or (text[0] in NULLS and not text[1]):
                return DEAD
            facts = node.take(text[0], text[1])
            return DEAD if facts is None else self.add(state, facts)
        if written[0] == '{':
            value = flow(written)
            facts = None if value is None else node.judge(value)
            return DEAD if facts is None else self.add(state, facts)
        # A mapping whose first entry stands on the line of the dash.
        below = self.state(state, '', node, end - len(written), NONE)
        return self.entry(below, written)

    def entry(self, state: State, body: str) -> State:
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
        seen = state.seen
        if node is None or name in seen or f'~{name}' in seen:
            return DEAD
        written = rest.strip(' ')
        if not written or written[0] == '#':
            return self.with_(state, seen, wait=name)
        first = written[0]
        if first in '|>':
            return self.begin_block(state, name, node, written)
        if isinstance(node, Leaf):
            # Most lines end here, so nothing is called that need not be.
            text = quoted(written) if first in '"\'' else plain(written)
            if text is None:
                return DEAD
            if text[0] in NULLS and not text[1]:
                return self.null(state, name)
            facts = node.take(text[0], text[1])
            return DEAD if facts is None else self.fill(state, name, facts)
        value: Value | None
        if first in '[{':
            value = flow(written)
        elif written in NULLS:
            return self.null(state, name)
        else:
            return DEAD
        facts = None if value is None else node.judge(value)
        return DEAD if facts is None else self.fill(state, name, facts)

    def fill(self, state: State, name: str, facts: Facts) -> State:
        """One more field, with the facts of its value."""
        key = state, name, facts
        found = self.filled.get(key)
        if found is None:
            found = self.filled[key] = self.with_(state, state.seen | under(name, facts))
        return found

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

    def null(self, state: State, name: str) -> State:
        if not isinstance(state.node, Fields):
            return DEAD
        return self.with_(state, state.seen | {f'~{name}'})

    def empty(self, state: State) -> State:
        """The value that was waited for does not come."""
        return self.null(self.with_(state, state.seen), state.wait)

    def with_(self, state: State, seen: Facts, wait: str = '') -> State:
        return self.state(state.parent, state.name, state.node, state.indent, seen, wait)

    def leave(self, state: State) -> State:
        """Close a collection."""
        if state.left is None:
            parent = state.parent
            facts = state.node.close(state.seen)
            if parent is None or facts is None:
                state.left = DEAD
            elif isinstance(parent.node, Items):
                state.left = self.add(parent, facts)
            else:
                state.left = self.fill(parent, state.name, facts)
        return state.left

    def add(self, state: State, facts: Facts) -> State:
        """One more item of a list."""
        assert isinstance(state.node, Items)
        key = state, '-', facts
        found = self.filled.get(key)
        if found is None:
            seen = state.node.add(state.seen, facts)
            found = self.filled[key] = DEAD if seen is None else self.with_(state, seen)
        return found

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
