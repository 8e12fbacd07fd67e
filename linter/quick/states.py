"""The states of a document that is being read, and what one leads to: made once, and remembered.

A state is where in a document one is, and what matters of all that came before: the collections
that are open, each with its indentation and the facts seen. It is a table from the text of a line
to the state behind it. So a line that came before, in the same place of whatever document, is one
look-up. Two documents are in the same state if nothing that matters tells them apart.
"""

from __future__ import annotations

from linter.quick.nodes import NONE, Fields, Items, Leaf, under

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from linter.quick.nodes import Entries, Facts, Node

    Collection = Fields | Entries | Items

MOST_LINES = 20_000
"""So many lines are remembered, at some 200 bytes each; then all is forgotten."""


class Ask(Exception):
    """The document is one for the engine."""


class State(dict[str, 'State']):
    """What every line leads to. ``node`` is the innermost open collection, at ``indent``.

    ``name`` is the field of the parent that it is the value of; ``wait`` the field whose value is
    to come on the next lines; ``block`` the block scalar that is being read, as far as it is.
    ``ways`` lead on by the beginning of a line, up to its value: for lines that are new.
    """

    __slots__ = (
        'block', 'end', 'indent', 'left', 'machine', 'name', 'node', 'parent', 'seen', 'wait',
        'ways',
    )  # fmt: skip

    def __init__(
        self,
        machine: States,
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
        self.ways: dict[str, Way] = {}

    __hash__ = object.__hash__  # type: ignore[assignment]  # a state is only ever itself

    def __eq__(self, other: object) -> bool:
        return self is other

    def __missing__(self, line: str) -> State:
        machine = self.machine
        # What a line begins with has been looked at more often than all of it.
        head, sign, written = line.partition(': ')
        if not sign:
            head, sign, written = line.partition('- ')
            head += sign
        way = self.ways.get(head)
        if way is None or not sign:
            after = machine.step(self, line)
        else:
            after = machine.value(way, written) if line.isprintable() else DEAD
        machine.remembered += 1
        if machine.remembered > MOST_LINES:
            machine.forget()
        self[line] = after
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


class Way:
    """What is known of a line before its value is looked at.

    ``state`` is the one with the collection that holds the value, ``name`` its key there (``-``: it
    is an item), ``node`` what it may be. ``behind`` are the states that it led to, by its facts.
    """

    __slots__ = ('behind', 'is_item', 'name', 'node', 'state', 'take')

    def __init__(self, state: State, name: str, node: Node, is_item: bool = False) -> None:
        self.state = state
        self.is_item = is_item
        self.name = name
        self.node = node
        self.take: Callable[[str, str], Facts | None] | None = (
            node.take if isinstance(node, Leaf) else None
        )
        self.behind: dict[Facts, State] = {}


class States:
    """The states of the documents of one kind, for one target."""

    def __init__(self, root: Fields) -> None:
        self.root = root
        self.states: dict[object, State] = {}
        # By a state, a field and what its value comes to: the state with the field.
        self.filled: dict[tuple[State, str, Facts], State] = {}
        self.forget()

    def step(self, state: State, line: str) -> State:
        """What a line does."""
        raise NotImplementedError

    def value(self, way: Way, written: str) -> State:
        """What it does of which the beginning is known."""
        raise NotImplementedError

    def forget(self) -> None:
        """Begin anew; a document that is being read goes on, and its lines are looked at again."""
        for state in self.states.values():
            state.clear()  # they lead to one another in circles
            state.ways.clear()
        self.states.clear()
        self.filled.clear()
        self.remembered = 0
        self.start = self.state(None, '', self.root, 0, NONE)

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

    def fill(self, state: State, name: str, facts: Facts) -> State:
        """One more field, with the facts of its value."""
        key = state, name, facts
        found = self.filled.get(key)
        if found is None:
            found = self.filled[key] = self.with_(state, state.seen | under(name, facts))
        return found

    def null(self, state: State, name: str) -> State:
        if not isinstance(state.node, Fields):
            return DEAD
        return self.with_(state, state.seen | {f'~{name}'})

    def empty(self, state: State) -> State:
        """The value that was waited for does not come."""
        return self.null(self.with_(state, state.seen), state.wait)
