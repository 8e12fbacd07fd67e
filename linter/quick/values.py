"""The decoded values of a document that is surely clean, without a tree and without places.

They are what ``calico.decode`` makes of it, but that every value stands at the start of the file,
and that the text of a block scalar that may be anything (an annotation) is left out.
"""

from __future__ import annotations

from linter.calico.decoded import Decoded
from linter.calico.values import Array, Leaf, Object
from linter.quick.nodes import NULLS, Entries, Fields, Items
from linter.quick.nodes import Leaf as LeafNode
from linter.quick.scalars import Pairs, flow, plain, quoted
from linter.quick.texts import number
from linter.yaml.nodes import MappingNode, Scalar, SequenceNode
from linter.yaml.scalars import plain_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.calico.target import Lane
    from linter.calico.values import Container
    from linter.calico.values import Value as Decoding
    from linter.quick.nodes import Node
    from linter.quick.scalars import Value

_SCALAR = Scalar('', '', None, 0, 0, 0)
_SEQUENCE = SequenceNode(False, None, 0, 0)
MAPPING = MappingNode(False, None, 0, 0)
"""The node of every mapping: it stands nowhere."""


class _Open:
    """A collection whose entries are being read; ``wait`` is the field that is to come below."""

    __slots__ = ('indent', 'node', 'value', 'wait')

    def __init__(self, indent: int, node: Fields | Entries | Items, value: Container) -> None:
        self.indent = indent
        self.node = node
        self.value = value
        self.wait: str | None = None


def decoded(lines: list[str], kind: str, root: Fields, lane: Lane) -> Decoded:
    """The values of a document whose lines the automaton took."""
    reader = Reading(Object(MAPPING, (None, None, kind, -1), kind), root)
    for line in lines:
        reader.line(line)
    reader.end_block()
    context = Decoded(lane)
    context.root = reader.root
    return context


class Reading:
    """Reads an object's fields, indented so, line after line; they have been judged already."""

    def __init__(self, root: Object, node: Fields, indent: int = 0) -> None:
        self.root = root
        self.open = [_Open(indent, node, root)]
        self.block: list[str] | None = None
        self.joint = ''

    def line(self, line: str) -> None:
        body = line.lstrip(' ')
        indent = len(line) - len(body)
        if self.block is not None:
            if not body or indent > self.open[-1].indent:
                if body:
                    self.block.append(body)
                return
            self.end_block()
        if not body or body[0] == '#':
            return
        is_item = body[:2] == '- ' or body == '-'
        while True:
            top = self.open[-1]
            if top.wait is not None:
                node = _below(top)
                if isinstance(node, Items) and is_item:
                    opens = indent >= top.indent
                else:
                    opens = indent > top.indent
                name, top.wait = top.wait, None
                if not opens:
                    self.put(top, name, '~')
                    continue
                if isinstance(node, LeafNode) or body[0] in '[{':
                    self.put(top, name, body)
                    return
                self.begin(top, name, node, indent)
            elif indent == top.indent and is_item is isinstance(top.node, Items):
                break
            else:
                self.open.pop()
        top = self.open[-1]
        if is_item:
            self.item(top, body[2:].lstrip(' '), len(line))
        else:
            self.entry(top, body)

    def item(self, top: _Open, written: str, end: int) -> None:
        node = _below(top)
        if not written or written[0] == '#':
            top.wait = ''
        elif isinstance(node, LeafNode) or written[0] == '{':
            self.put(top, '', written)
        else:
            self.begin(top, '', node, end - len(written))
            self.entry(self.open[-1], written)

    def entry(self, top: _Open, body: str) -> None:
        if body[0] in '"\'':
            end = body.find(body[0], 1)
            name, written = body[1:end], body[end + 2 :].strip(' ')
        else:
            name, _, written = body.partition(':')
            written = written.strip(' ')
        if not written or written[0] == '#':
            top.wait = name
        elif written[0] in '|>':
            self.block = []
            self.joint = ' ' if written[0] == '>' else '\n'
            top.wait = name
        else:
            self.put(top, name, written)

    def end_block(self) -> None:
        if self.block is not None:
            top = self.open[-1]
            name, top.wait = top.wait or '', None
            node = _below(top, name)
            is_free = isinstance(node, LeafNode) and node.is_free
            text = '' if is_free else self.joint.join(self.block)
            self.block = None
            _put(top.value, name, _made(node, (text, '|'), name, top.value, -1))

    def begin(self, top: _Open, name: str, node: Node | None, indent: int) -> None:
        assert node is not None
        assert not isinstance(node, LeafNode)
        value = _empty(node, name, top.value)
        _put(top.value, name, value)
        self.open.append(_Open(indent, node, value))

    def put(self, top: _Open, name: str, written: str) -> None:
        node = _below(top, name)
        value: Value | None
        if written[0] in '[{' and not isinstance(node, LeafNode):
            value = flow(written)
        else:
            value = quoted(written) if written[0] in '"\'' else plain(written)
        assert value is not None
        _put(top.value, name, _made(node, value, name, top.value, -1))


def _below(top: _Open, name: str | None = None) -> Node | None:
    if isinstance(top.node, Items):
        return top.node.item
    return top.node.field(name if name is not None else top.wait or '')


def _empty(node: Node, name: str, parent: Container) -> Container:
    index = len(parent.items) if isinstance(parent, Array) else -1
    if isinstance(parent, Array):
        name = parent.name
    if isinstance(node, Items):
        return Array(_SEQUENCE, (None, parent, name, index))
    return Object(MAPPING, (None, parent, name, index), getattr(node, 'type', 'map'))


def _put(parent: Container, name: str, value: Decoding) -> None:
    if isinstance(parent, Array):
        parent.items.append(value)
    elif isinstance(value, Leaf) and value.value is None:
        parent.nulls[name] = value
    else:
        parent.fields[name] = value


def _made(node: Node | None, value: Value, name: str, parent: Container, index: int) -> Decoding:
    """The decoded value of what stands behind a key or a dash."""
    if isinstance(parent, Array):
        name, index = parent.name, len(parent.items)
    if isinstance(value, tuple):
        text, style = value
        if style or (isinstance(node, LeafNode) and node.is_text and text not in NULLS):
            return Leaf(text, _SCALAR, (None, parent, name, index))
        found = number(text, style)
        plainly = plain_value(text) if found is None else found
        return Leaf(plainly, _SCALAR, (None, parent, name, index))
    assert node is not None
    made = _empty(node, name, parent)
    if isinstance(value, Pairs):
        assert isinstance(node, (Fields, Entries))
        for (key, _), inner in value.entries:
            _put(made, key, _made(node.field(key), inner, key, made, -1))
    else:
        assert isinstance(node, Items)
        for inner in value:
            _put(made, '', _made(node.item, inner, '', made, -1))
    return made
