"""Decoding of mappings: repeated keys, merged keys, and fields in another letter case."""

from __future__ import annotations

from linter.calico import ports, protocols
from linter.calico.decode_scalars import (
    as_key,
    check_json,
    check_merge,
    key_text,
    null_item,
    other_type,
)
from linter.calico.decoded import Decode, Decoded, Problem
from linter.calico.ownership import is_null
from linter.calico.schema_files import Schema
from linter.calico.target import Lane
from linter.calico.values import Leaf, Object, Slot, Value
from linter.yaml.aliases import is_merge
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

# What a Go decoder refuses in a value that is overwritten later; all else is judged only of the
# value that stays.
_WHILE_DECODING = frozenset(('type', 'unknown', 'later', 'key', 'merge', 'infinite', 'bad-tag'))


class _Entry(NamedTuple):
    """An entry of a mapping: its key as text, and whether a merge key brought it in."""

    text: str
    key: Scalar
    value: Node
    merged: bool


def entries(node: MappingNode) -> list[tuple[Node, Node, bool]]:
    """Key, value, came-by-merge: merge keys expanded in place, as go-yaml does.

    Of several mappings that are merged at once the first one counts, so it comes last.
    """
    found: list[tuple[Node, Node, bool]] = []
    for key, value in node.entries:
        if is_merge(key):
            sources = value.items if isinstance(value, SequenceNode) else [value]
            for source in reversed(sources):
                if isinstance(source, MappingNode):
                    found += [(k, v, True) for k, v, _ in entries(source)]
        else:
            found.append((key, value, False))
    return found


def _read(context: Decoded, node: MappingNode, result: Object, schema: Schema) -> list[_Entry]:
    """The entries that count, in the order of their keys: of repeated keys the last one."""
    last: dict[str, _Entry] = {}
    for merge, sources in node.entries:
        if is_merge(merge):
            check_merge(context, sources, (merge, result, '<<', -1))
    for key, child, merged in entries(node):
        text = key_text(key)
        if text is None:
            context.problems.append(Problem('key', result, '', None, as_key(key), schema))
            continue
        assert isinstance(key, Scalar)
        first = last.get(text)
        if first is not None:
            kind = 'merge-override' if merged or first.merged else 'duplicate'
            at, other = (first.key, key) if merged and not first.merged else (key, first.key)
            context.problems.append(Problem(kind, result, text, None, at, schema, other))
        last[text] = _Entry(text, key, child, merged)
    return list(last.values())


def map(schema: Schema, item: Decode) -> Decode:
    """A mapping with keys of the user's own, such as labels."""

    def decode(context: Decoded, node: Node, slot: Slot) -> Value | None:
        if not isinstance(node, MappingNode):
            return other_type(context, node, slot, schema)
        result = Object(node, slot, 'map')
        for text, key, child, _ in _read(context, node, result, schema):
            if text != key.value:
                context.problems.append(Problem('coerced-key', result, text, None, key, schema))
            value = item(context, child, (key, result, text, -1))
            if value is not None:
                result.fields[text] = value
            else:
                result.nulls[text] = Leaf(None, child, (key, result, text, -1))
        return result

    return decode


class Fields:
    """The fields of an object type, ready to decode."""

    __slots__ = (
        'definitions', 'exact', 'folded', 'lane', 'later', 'names', 'required', 'schema', 'type',
    )  # fmt: skip

    def __init__(
        self,
        schema: Schema,
        type: str,
        exact: dict[str, Decode],
        later: dict[str, Schema],
        lane: Lane,
        definitions: Schema,
    ) -> None:
        self.schema = schema
        self.definitions = definitions
        self.type = type
        self.exact = exact
        self.names = frozenset(exact)
        self.later = later
        self.lane = lane
        self.folded = {name.casefold(): name for name in exact} if lane.folds_case else {}
        self.required: list[str] = schema.get('required', [])

    def decode(self, context: Decoded, node: Node, slot: Slot) -> Value | None:
        result = Object(node, slot, self.type)
        if node.__class__ is MappingNode:
            self.fill(context, node, result)
        else:
            value = other_type(context, node, slot, self.schema)
            if value is not None or slot[3] < 0:
                return value
            if not self.lane.null_items:
                return null_item(context, node, slot, self.schema)
        for wanted in self.required:
            if wanted not in result.fields:
                context.problems.append(Problem('missing', result, wanted, None, None, self.schema))
        context.subjects[self.type].append(result)
        return result

    def fill(self, context: Decoded, node: MappingNode, result: Object) -> None:
        """Decode the entries of a mapping into the fields of an object."""
        entries = node.entries
        names = {key.value for key, _ in entries}
        if len(names) == len(entries):
            strange = names - self.names
            if not strange or all(self._is_plainly_unknown(key, strange) for key, _ in entries):
                if strange:
                    for key, child in entries:
                        if key.value in strange:
                            self._stray(context, result, key.value, key, child)
                    entries = [entry for entry in entries if entry[0].value not in strange]
                exact = self.exact
                fields = result.fields
                for key, child in entries:
                    name = key.value
                    value = exact[name](context, child, (key, result, name, -1))
                    if value is not None:
                        fields[name] = value
                    else:
                        result.nulls[name] = Leaf(None, child, (key, result, name, -1))
                return
        self._fill_with_care(context, node, result)

    def _is_plainly_unknown(self, key: Scalar, strange: set[str]) -> bool:
        """Whether a key is a field, or nothing that could be one, whatever is beside it."""
        text = key.value
        if key.tag is not None:
            return False
        return text not in strange or (
            text.casefold() not in self.folded and key_text(key) == text and not is_merge(key)
        )

    def _fill_with_care(self, context: Decoded, node: MappingNode, result: Object) -> None:
        """The same where a key repeats, is merged, unknown, or spelt in another case."""
        spelt: dict[str, list[_Entry]] = {}
        found = _read(context, node, result, self.schema)
        texts = {entry.text for entry in found}
        for entry in found:
            name = self._name(entry.text, texts)
            if name is not None:
                spelt.setdefault(name, []).append(entry)
                continue
            self._stray(context, result, entry.text, entry.key, entry.value)
        for name, variants in spelt.items():
            self._field(context, result, name, variants)

    def _stray(self, context: Decoded, result: Object, text: str, key: Scalar, child: Node) -> None:
        """Note a key that is no field, or none yet."""
        kind = 'later' if text in self.later else 'unknown'
        slot: Slot = (key, result, text, -1)
        stray = Leaf(None, child, slot, ok=False)
        schema = self.later.get(text, self.schema)
        context.problems.append(Problem(kind, result, text, stray, key, schema))
        check_json(context, child, slot)

    def _name(self, text: str, texts: set[str]) -> str | None:
        """The field that a key names."""
        if text in self.exact:
            return text
        name = self.folded.get(text.casefold())
        if name in ('apiVersion', 'kind') and 'apiVersion' in self.exact and name not in texts:
            # The kind is looked up before the struct is decoded, and that look-up is exact.
            return None
        return name

    def _field(self, context: Decoded, result: Object, name: str, variants: list[_Entry]) -> None:
        """Decode a field from its key, or from several that differ in letter case."""
        for entry in variants:
            if entry.text != name:
                context.problems.append(Problem('case', result, name, None, entry.key, self.schema))
        for entry in variants[1:]:
            context.problems.append(
                Problem(
                    'case-duplicate', result, name, None, entry.key, self.schema, variants[0].key
                )
            )
        # Keys reach the Go decoder in byte order, and the last one stays.
        variants.sort(key=lambda entry: _bytes(entry.text))
        last = variants[-1]
        for entry in variants[:-1]:
            self._overwritten(context, result, name, entry)
        if len(variants) > 1:
            values = [entry.value for entry in variants]
            schema = self.schema['properties'][name]
            overlay = _Overlay(self.definitions, self.lane.folds_case)
            last = last._replace(value=overlay.of(values, name, schema))
        value = self.exact[name](context, last.value, (last.key, result, name, -1))
        if value is not None:
            result.fields[name] = value
        else:
            result.nulls[name] = Leaf(None, last.value, (last.key, result, name, -1))

    def _overwritten(self, context: Decoded, result: Object, name: str, entry: _Entry) -> None:
        """Decode a value that another one overwrites: for what cannot be decoded only."""
        aside = Decoded(context.lane)
        self.exact[name](aside, entry.value, (entry.key, result, name, -1))
        context.problems += [one for one in aside.problems if one.kind in _WHILE_DECODING]
        for form, values in aside.subjects.items():
            context.subjects[form] += [
                value for value in values if isinstance(value, Leaf) and _cannot_be(form, value)
            ]


def _cannot_be(form: str, leaf: Leaf) -> bool:
    """Whether a value of a format is refused by the type's own decoder."""
    if form == 'calico-port':
        return ports.parse(leaf.value).problem == 'decode'
    if form == 'calico-protocol':
        return protocols.parse(leaf.value, 'v3').problem == 'decode'
    return form == 'date-time'


# Text that Go keeps behind a pointer, so that null takes it away.
_POINTERS = frozenset(('defaultAction', 'assignmentMode'))
# Structs that are no pointers.
_STRUCTS = frozenset(('spec', 'metadata', 'source', 'destination'))


class _Overlay:
    """What stays when values are decoded one over the other, as Go does into one variable.

    Of structs and of lists of structs the fields of all stay, by their names in any letter case;
    null takes away what is behind a pointer, and else changes nothing.
    """

    def __init__(self, definitions: Schema, folds_case: bool) -> None:
        self.definitions = definitions
        self.folds_case = folds_case

    def of(self, values: list[Node], name: str, schema: Schema) -> Node:
        """The value of a field that has had these, the last one at last."""
        if len(values) == 1:
            return values[0]
        if '$ref' in schema:
            schema = self.definitions.get(schema['$ref'].rsplit('/', 1)[1], {})
        kind = schema.get('type')
        is_kept = (
            kind in ('string', 'boolean') and 'format' not in schema and name not in _POINTERS
        ) or (name in _STRUCTS and 'properties' in schema)
        if is_kept:
            values = [one for one in values if not _is_nothing(one)] or values[-1:]
        last = values[-1]
        if isinstance(last, SequenceNode) and kind == 'array':
            return self._list(values, last, name, schema.get('items') or {})
        return self._object(values, last, schema) if isinstance(last, MappingNode) else last

    def _object(self, values: list[Node], last: MappingNode, schema: Schema) -> Node:
        properties: dict[str, Schema] = schema.get('properties', {})
        names = {name.casefold(): name for name in properties} if self.folds_case else {}
        keys: dict[str, Node] = {}
        kept: dict[str, list[Node]] = {}
        for value in values:
            if not isinstance(value, MappingNode):
                keys, kept = {}, {}
                continue
            # Of one key twice in a mapping the last one counts alone.
            inside = {key_text(key) or '': (key, one) for key, one, _ in entries(value)}
            for text in sorted(inside, key=_bytes):
                key, one = inside[text]
                name = names.get(text.casefold(), text)
                keys[name] = key
                kept.setdefault(name, []).append(one)
        result = MappingNode(last.flow, last.tag, last.start, last.outer)
        result.end = last.end
        item = schema.get('additionalProperties') or {}
        result.entries = [
            (as_key(key), self.of(kept[name], name, properties.get(name, item)))
            for name, key in keys.items()
        ]
        return result

    def _list(self, values: list[Node], last: SequenceNode, name: str, item: Schema) -> Node:
        kept: list[list[Node]] = []
        for value in values:
            if not isinstance(value, SequenceNode) or not value.items:
                kept = []
                continue
            kept += [[] for _ in range(len(value.items) - len(kept))]
            for some, one in zip(kept, value.items, strict=False):
                some.append(one)
        result = SequenceNode(last.flow, last.tag, last.start, last.outer)
        result.end = last.end
        result.items = [self.of(some, '', item) for some in kept[: len(last.items)]]
        return result


def _bytes(text: str) -> bytes:
    return text.encode('utf-8', 'surrogatepass')


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and is_null(node)
