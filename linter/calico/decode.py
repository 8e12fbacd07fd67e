"""From the tree to decoded values, as the lane's reader would: driven by the generated schema.

calicoctl and the API server decode into Go structs: field names in any letter case, numbers and
booleans turned into text where text is wanted, null the same as absent, unknown fields refused. A
CRD's structural schema does none of this. What does not fit becomes a ``Problem`` at its node and
decoding goes on, so that one run names every mistake.
"""

from __future__ import annotations

from linter.calico import decode_objects, decode_scalars
from linter.calico.decoded import Decode, Decoded, Problem
from linter.calico.schema_files import Schema, read_schema
from linter.calico.target import Lane, Version, read_version
from linter.calico.values import Array, Object, Slot, Value
from linter.text.start import remembered
from linter.yaml.nodes import MappingNode, Node, SequenceNode


class Compiler:
    """Compiles one schema file for one version and lane into nested decode functions."""

    def __init__(self, schema: Schema, version: Version, lane: Lane) -> None:
        self.schema = schema
        self.version = version
        self.lane = lane
        self.objects: dict[str, Decode] = {}

    def root(self, kind: str) -> Decode:
        return self.object(self.schema, kind)

    def compile(self, schema: Schema) -> Decode:
        ref = schema.get('$ref')
        if ref is not None:
            name = ref.rsplit('/', 1)[1]
            known = self.objects.get(name)
            return known if known is not None else self.definition(name)
        form = schema.get('format')
        if form in ('calico-port', 'calico-protocol', 'int-or-string'):
            return decode_scalars.int_or_string(schema, self.lane, form)
        kind = schema.get('type')
        if kind is None and ('enum' in schema or 'const' in schema):
            kind = 'string'
        if kind == 'object':
            if 'properties' in schema:
                return self.object(schema, schema.get('title', ''))
            item = self.compile(schema.get('additionalProperties') or {})
            return decode_objects.map(schema, item)
        if kind == 'array':
            return self.array(schema)
        if kind == 'string':
            return decode_scalars.string(schema, self.lane)
        if kind == 'integer':
            return decode_scalars.number(schema, self.lane, whole=True)
        if kind == 'number':
            return decode_scalars.number(schema, self.lane, whole=False)
        if kind == 'boolean':
            return decode_scalars.boolean(schema)
        return decode_scalars.anything

    def definition(self, name: str) -> Decode:
        definition = self.schema['$defs'][name]
        if definition.get('type') != 'object' or 'properties' not in definition:
            decode = self.compile(definition)
            self.objects[name] = decode
            return decode
        built: list[Decode] = []

        def late(context: Decoded, node: Node, slot: Slot) -> Value | None:
            return built[0](context, node, slot)

        self.objects[name] = late
        built.append(self.object(definition, name))
        self.objects[name] = built[0]
        return built[0]

    def available(self, schema: Schema) -> bool:
        since, until = schema.get('x-calico-since'), schema.get('x-calico-until')
        if since is not None and self.version < read_version(since):
            return False
        return until is None or self.version <= read_version(until)

    def object(self, schema: Schema, type: str) -> Decode:
        exact: dict[str, Decode] = {}
        later: dict[str, Schema] = {}
        for name, property in schema['properties'].items():
            if self.available(property):
                exact[name] = self.compile(property)
            else:
                later[name] = property
        definitions = self.schema.get('$defs', {})
        fields = decode_objects.Fields(schema, type, exact, later, self.lane, definitions)
        return fields.decode

    def array(self, schema: Schema) -> Decode:
        item = self.compile(schema.get('items') or {})

        def decode(context: Decoded, node: Node, slot: Slot) -> Value | None:
            if not isinstance(node, SequenceNode):
                return decode_scalars.other_type(context, node, slot, schema)
            result = Array(node, slot)
            items = result.items
            for position, child in enumerate(node.items):
                value = item(context, child, (None, result, slot[2], position))
                if value is not None:
                    items.append(value)
            return result

        return decode


@remembered()
def decoder(api: str, kind: str, version: Version, lane: Lane) -> Decode:
    return Compiler(read_schema(api, kind), version, lane).root(kind)


def decode(node: MappingNode, api: str, kind: str, version: Version, lane: Lane) -> Decoded:
    """Decode a document of a kind that has a schema; ``api`` is ``v3`` or ``v2``."""
    context = Decoded(lane)
    root = decoder(api, kind, version, lane)(context, node, (None, None, kind, -1))
    assert isinstance(root, Object)
    context.root = root
    for name in ('metadata', 'spec'):
        if name not in root.fields:
            context.problems.append(Problem('absent', root, name, root.nulls.get(name), None, {}))
    return context
