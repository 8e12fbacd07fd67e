"""Decoding of scalars: what each type of the schema takes, and what becomes of the rest."""

from __future__ import annotations

from linter.calico.decoded import Decode, Decoded, Problem
from linter.calico.schema_files import Schema
from linter.calico.target import Lane
from linter.calico.values import Leaf, Slot, Value
from linter.yaml.aliases import is_merge
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from linter.yaml.scalars import LOOKED_AT, BadTag, go_string, resolve


class _Unresolved:
    """Stands for the value of a node that is not a scalar."""


_UNRESOLVED = _Unresolved()
_Read = str | int | float | bool | _Unresolved | None
_INT64 = range(-(1 << 63), 1 << 63)


def string(schema: Schema, lane: Lane) -> Decode:
    enum = frozenset(schema['enum']) if 'enum' in schema else None
    form = schema.get('format')
    coerces = lane.coerces
    null_items = lane.null_items

    def decode(context: Decoded, node: Node, slot: Slot) -> Value | None:
        value: _Read
        # Most values by far are text by their looks: no need to ask what they might be.
        if (
            node.__class__ is Scalar
            and node.tag is None
            and (node.style or node.value[:1] not in LOOKED_AT)
        ):
            value = node.value
        else:
            value = _resolve(context, node, slot)
        if value is None:
            if slot[3] < 0:
                return None
            if not null_items:
                return null_item(context, node, slot, schema)
            value = ''
        leaf = Leaf(value, node, slot)
        if value.__class__ is not str:
            if isinstance(value, _Unresolved) or not coerces:
                return _wrong_type(context, leaf, schema)
            leaf.value = go_string(value)
            if isinstance(value, float) and value - value != 0:
                # The text is made of what JSON holds, and that is not this number.
                leaf.ok = False
                context.problems.append(_problem('infinite', leaf, schema))
            elif isinstance(node, Scalar) and leaf.value != node.value:
                context.problems.append(_problem('coerced', leaf, schema))
        if enum is not None and leaf.value not in enum:
            context.problems.append(_problem('value', leaf, schema))
        if form is not None and leaf.ok:
            context.subjects[form].append(leaf)
        return leaf

    return decode


def number(schema: Schema, lane: Lane, whole: bool) -> Decode:
    low, high = schema.get('minimum'), schema.get('maximum')
    enum = frozenset(schema['enum']) if 'enum' in schema else None
    null_items = lane.null_items

    def decode(context: Decoded, node: Node, slot: Slot) -> Value | None:
        value = _resolve(context, node, slot)
        if value is None:
            if slot[3] < 0:
                return None
            if not null_items:
                return null_item(context, node, slot, schema)
            value = 0
        leaf = Leaf(value, node, slot)
        if whole and isinstance(value, float) and value.is_integer():
            leaf.value = value = int(value)
        if (
            isinstance(value, bool)
            or not isinstance(value, int if whole else (int, float))
            or value - value != 0  # JSON has neither infinity nor NaN
            or (whole and value not in _INT64)
        ):
            return _wrong_type(context, leaf, schema)
        if (
            (low is not None and value < low)
            or (high is not None and value > high)
            or (enum is not None and value not in enum)
        ):
            context.problems.append(_problem('value', leaf, schema))
        return leaf

    return decode


def boolean(schema: Schema) -> Decode:
    def decode(context: Decoded, node: Node, slot: Slot) -> Value | None:
        value = _resolve(context, node, slot)
        if value is None:
            return None
        leaf = Leaf(value, node, slot)
        return leaf if isinstance(value, bool) else _wrong_type(context, leaf, schema)

    return decode


def int_or_string(schema: Schema, lane: Lane, form: str) -> Decode:
    null_items = lane.null_items
    # A CRD takes a number beyond 64 bits for no integer; elsewhere its own decoder refuses it.
    is_bounded = lane.prunes

    def decode(context: Decoded, node: Node, slot: Slot) -> Value | None:
        value = _resolve(context, node, slot)
        if value is None:
            if slot[3] < 0:
                return None
            if not null_items:
                return null_item(context, node, slot, schema)
            value = 0
        leaf = Leaf(value, node, slot)
        if isinstance(value, float) and value.is_integer():
            leaf.value = value = int(value)
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, str))
            or (is_bounded and isinstance(value, int) and value not in _INT64)
        ):
            return _wrong_type(context, leaf, schema)
        context.subjects[form].append(leaf)
        return leaf

    return decode


def anything(context: Decoded, node: Node, slot: Slot) -> Value | None:
    """A value of no type of its own, which is only converted to JSON."""
    check_json(context, node, slot)
    value = _resolve(context, node, slot)
    if value is None:
        return None
    return Leaf(value, node, slot, ok=False)


def other_type(context: Decoded, node: Node, slot: Slot, schema: Schema) -> Value | None:
    """Where a mapping or a list is wanted: None for null, else a leaf of the wrong type."""
    value = _resolve(context, node, slot)
    if value is None:
        return None
    return _wrong_type(context, Leaf(value, node, slot), schema)


def null_item(context: Decoded, node: Node, slot: Slot, schema: Schema) -> Leaf:
    leaf = Leaf(None, node, slot, ok=False)
    context.problems.append(_problem('null-item', leaf, schema))
    return leaf


def check_json(context: Decoded, root: Node, slot: Slot) -> None:
    """What cannot become JSON in a part of the document that no schema reads."""
    waiting = [root]
    seen = context.free
    while waiting:
        node = waiting.pop()
        if node.__class__ is Scalar:
            value = _resolve(context, node, slot)
            if isinstance(value, float) and value - value != 0:
                leaf = Leaf(go_string(value), node, slot, ok=False)
                context.problems.append(_problem('infinite', leaf, {}))
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, SequenceNode):
                waiting += node.items
            elif isinstance(node, MappingNode):
                for key, child in node.entries:
                    if is_merge(key):
                        check_merge(context, child, slot)
                    elif key_text(key) is None:
                        context.problems.append(
                            Problem('key', None, slot[2], None, as_key(key), {})
                        )
                    waiting.append(child)


def check_merge(context: Decoded, value: Node, slot: Slot) -> None:
    """Note what a merge key would merge that is no mapping."""
    for source in value.items if isinstance(value, SequenceNode) else (value,):
        if not isinstance(source, MappingNode):
            leaf = Leaf(None, source, slot, ok=False)
            context.problems.append(_problem('merge', leaf, {}))


def key_text(key: Node) -> str | None:
    """A mapping key as JSON wants it, or None where it cannot be one (null, list, mapping)."""
    if not isinstance(key, Scalar):
        return None
    try:
        value = resolve(key)
    except BadTag:
        return None
    if value is None:
        return None
    return value if isinstance(value, str) else go_string(value)


def as_key(node: Node) -> Scalar:
    if isinstance(node, Scalar):
        return node
    return Scalar('', '', None, node.start, node.end, node.outer)


def _problem(kind: str, leaf: Leaf, schema: Schema) -> Problem:
    return Problem(kind, leaf.parent, leaf.name, leaf, leaf.key, schema)


def _resolve(context: Decoded, node: Node, slot: Slot) -> _Read:
    if not isinstance(node, Scalar):
        return _UNRESOLVED
    if node.tag is None:
        return resolve(node)
    leaf = Leaf(node.value, node, slot)
    context.tagged.append(leaf)
    try:
        return resolve(node)
    except BadTag:
        context.problems.append(_problem('bad-tag', leaf, {}))
        return ''


def _wrong_type(context: Decoded, leaf: Leaf, schema: Schema) -> Leaf:
    leaf.ok = False
    last = context.problems[-1] if context.problems else None
    if (
        last is not None
        and last.kind == 'bad-tag'
        and last.value is not None
        and last.value.node is leaf.node
    ):
        return leaf  # a tag that cannot hold is the one mistake here
    context.problems.append(_problem('type', leaf, schema))
    return leaf
