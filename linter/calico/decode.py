"""From the tree to decoded values, as the lane's reader would: driven by the generated schema.

calicoctl and the API server decode into Go structs: field names in any letter case, numbers and
booleans turned into text where text is wanted, null the same as absent, unknown fields refused. A
CRD's structural schema does none of this. What does not fit becomes a ``Problem`` at its node and
decoding goes on, so that one run names every mistake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, Optional, Union

from linter.calico.schema_files import Schema, read_schema
from linter.calico.target import Lane, Version
from linter.calico.values import (
    Array,
    Container,
    Leaf,
    Object,
    Value,
)
from linter.yaml.aliases import is_merge
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)
from linter.yaml.scalars import (
    LOOKED_AT,
    BadTag,
    go_string,
    resolve,
)


class Problem(NamedTuple):
    """Something that does not fit the schema.

    ``kind``: ``unknown``, ``later`` (a field that this version does not know yet), ``case``,
    ``case-duplicate``, ``duplicate``, ``merge-override``, ``key``, ``type``, ``null-item``,
    ``missing``, ``absent`` (the document has no metadata or no spec), ``value``, ``coerced``,
    ``coerced-key``, ``bad-tag``. ``owner`` is the object in which it stands, ``name`` the
    field; ``first`` the earlier key of a duplicate.
    """

    kind: str
    owner: Union[Object, Array, None]
    name: str
    value: Optional[Value]
    key: Optional[Scalar]
    schema: Schema
    first: Optional[Scalar] = None


class Decoded:
    """A decoded document: its values, what did not fit, and its parts by type and format."""

    __slots__ = ('lane', 'problems', 'root', 'subjects', 'tagged')

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.problems: list[Problem] = []
        self.subjects: defaultdict[str, list[Value]] = defaultdict(list)
        self.tagged: list[Leaf] = []
        self.root: Optional[Object] = None

    def release(self) -> None:
        """Let the values go, which point at one another in circles; nobody may look at them now.

        Python finds circles by looking at everything there is, which takes longer than to judge
        the document.
        """
        self.problems = []
        self.subjects.clear()
        waiting: list[Value] = [] if self.root is None else [self.root]
        while waiting:
            value = waiting.pop()
            if value.__class__ is Object:
                assert isinstance(value, Object)
                waiting += value.fields.values()
                value.fields, value.nulls = {}, {}
            elif value.__class__ is Array:
                assert isinstance(value, Array)
                waiting += value.items
                value.items = []


Decode = Callable[[Decoded, Node, Optional[Scalar], Optional[Container], str, int], Optional[Value]]
"""Context, node, key, parent, name, index (-1 unless a list item) → value, None where null."""


def key_text(key: Node) -> Optional[str]:
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


def entries(node: MappingNode) -> list[tuple[Node, Node, bool]]:
    """Key, value, came-by-merge: merge keys expanded in place, as go-yaml does."""
    found: list[tuple[Node, Node, bool]] = []
    for key, value in node.entries:
        if isinstance(key, Scalar) and key.value == '<<' and is_merge(key):
            sources = value.items if isinstance(value, SequenceNode) else [value]
            for source in sources:
                if isinstance(source, MappingNode):
                    found += [(k, v, True) for k, v, _ in entries(source)]
        else:
            found.append((key, value, False))
    return found


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
            return self.int_or_string(schema, form)
        kind = schema.get('type')
        if kind is None and ('enum' in schema or 'const' in schema):
            kind = 'string'
        if kind == 'object':
            if 'properties' in schema:
                return self.object(schema, schema.get('title', ''))
            return self.map(schema)
        if kind == 'array':
            return self.array(schema)
        if kind == 'string':
            return self.string(schema)
        if kind == 'integer':
            return self.number(schema, whole=True)
        if kind == 'number':
            return self.number(schema, whole=False)
        if kind == 'boolean':
            return self.boolean(schema)
        return self.anything(schema)

    def definition(self, name: str) -> Decode:
        definition = self.schema['$defs'][name]
        if definition.get('type') != 'object' or 'properties' not in definition:
            decode = self.compile(definition)
            self.objects[name] = decode
            return decode
        built: list[Decode] = []

        def late(
            context: Decoded,
            node: Node,
            key: Optional[Scalar],
            parent: Optional[Container],
            field: str,
            index: int,
        ) -> Optional[Value]:
            return built[0](context, node, key, parent, field, index)

        self.objects[name] = late
        built.append(self.object(definition, name))
        self.objects[name] = built[0]
        return built[0]

    def available(self, schema: Schema) -> bool:
        since, until = schema.get('x-calico-since'), schema.get('x-calico-until')
        if since is not None and self.version < _version(since):
            return False
        return until is None or self.version <= _version(until)

    def object(self, schema: Schema, type: str) -> Decode:
        exact: dict[str, Decode] = {}
        later: dict[str, Schema] = {}
        for name, property in schema['properties'].items():
            if self.available(property):
                exact[name] = self.compile(property)
            else:
                later[name] = property
        folded = {name.casefold(): name for name in exact} if self.lane.folds_case else {}
        if 'apiVersion' in exact and 'kind' in exact:
            # The kind is looked up before the struct is decoded, and that look-up is exact.
            folded.pop('apiversion', None)
            folded.pop('kind', None)
        fields = _Fields(schema, exact, later, folded)
        required = fields.required
        null_items = self.lane.null_items

        def decode(
            context: Decoded,
            node: Node,
            key: Optional[Scalar],
            parent: Optional[Container],
            name: str,
            index: int,
        ) -> Optional[Value]:
            result = Object(node, key, parent, name, index, type)
            if node.__class__ is MappingNode:
                fields.fill(context, node, result)
            else:
                value = _scalar_value(context, node, key, parent, name, index, schema)
                if value is not None or index < 0:
                    return value
                if not null_items:
                    return _null_item(context, node, parent, name, index, schema)
            for wanted in required:
                if wanted not in result.fields:
                    context.problems.append(Problem('missing', result, wanted, None, None, schema))
            context.subjects[type].append(result)
            return result

        return decode

    def map(self, schema: Schema) -> Decode:
        item = self.compile(schema.get('additionalProperties') or {})

        def decode(
            context: Decoded,
            node: Node,
            key: Optional[Scalar],
            parent: Optional[Container],
            name: str,
            index: int,
        ) -> Optional[Value]:
            if not isinstance(node, MappingNode):
                return _scalar_value(context, node, key, parent, name, index, schema)
            result = Object(node, key, parent, name, index, 'map')
            seen: dict[str, tuple[Scalar, bool]] = {}
            for k, v, merged in entries(node):
                text = key_text(k)
                if text is None:
                    context.problems.append(Problem('key', result, name, None, _as_key(k), schema))
                    continue
                assert isinstance(k, Scalar)
                if text != k.value:
                    context.problems.append(Problem('coerced-key', result, text, None, k, schema))
                if text in seen:
                    _repeat(context, result, text, k, merged, seen[text], schema)
                seen[text] = (k, merged)
                value = item(context, v, k, result, text, -1)
                if value is not None:
                    result.fields[text] = value
                else:
                    result.nulls[text] = Leaf(None, v, k, result, text, -1)
            return result

        return decode

    def array(self, schema: Schema) -> Decode:
        item = self.compile(schema.get('items') or {})

        def decode(
            context: Decoded,
            node: Node,
            key: Optional[Scalar],
            parent: Optional[Container],
            name: str,
            index: int,
        ) -> Optional[Value]:
            if not isinstance(node, SequenceNode):
                return _scalar_value(context, node, key, parent, name, index, schema)
            result = Array(node, key, parent, name, index)
            items = result.items
            for position, child in enumerate(node.items):
                value = item(context, child, None, result, name, position)
                if value is not None:
                    items.append(value)
            return result

        return decode

    def string(self, schema: Schema) -> Decode:
        enum = frozenset(schema['enum']) if 'enum' in schema else None
        form = schema.get('format')
        coerces = self.lane.coerces
        null_items = self.lane.null_items

        def decode(
            context: Decoded,
            node: Node,
            key: Optional[Scalar],
            parent: Optional[Container],
            name: str,
            index: int,
        ) -> Optional[Value]:
            value: Union[str, int, float, bool, _Unresolved, None]
            # Most values by far are text by their looks: no need to ask what they might be.
            if (
                node.__class__ is Scalar
                and node.tag is None
                and (node.style or node.value[:1] not in LOOKED_AT)
            ):
                value = node.value
            else:
                value = _resolve(context, node, key, parent, name, index)
            if value is None:
                if index < 0:
                    return None
                if not null_items:
                    return _null_item(context, node, parent, name, index, schema)
                value = ''
            leaf = Leaf(value, node, key, parent, name, index)
            if value.__class__ is not str:
                if isinstance(value, _Unresolved) or not coerces:
                    return _wrong_type(context, leaf, schema)
                leaf.value = go_string(value)
                if isinstance(node, Scalar) and leaf.value != node.value:
                    context.problems.append(Problem('coerced', parent, name, leaf, key, schema))
            if enum is not None and leaf.value not in enum:
                context.problems.append(Problem('value', parent, name, leaf, key, schema))
            if form is not None:
                context.subjects[form].append(leaf)
            return leaf

        return decode

    def number(self, schema: Schema, whole: bool) -> Decode:
        low, high = schema.get('minimum'), schema.get('maximum')
        enum = frozenset(schema['enum']) if 'enum' in schema else None
        null_items = self.lane.null_items

        def decode(
            context: Decoded,
            node: Node,
            key: Optional[Scalar],
            parent: Optional[Container],
            name: str,
            index: int,
        ) -> Optional[Value]:
            value = _resolve(context, node, key, parent, name, index)
            if value is None:
                if index < 0:
                    return None
                if not null_items:
                    return _null_item(context, node, parent, name, index, schema)
                value = 0
            leaf = Leaf(value, node, key, parent, name, index)
            if whole and isinstance(value, float) and value.is_integer():
                leaf.value = value = int(value)
            if (
                isinstance(value, bool)
                or not isinstance(value, int if whole else (int, float))
                or value - value != 0
            ):  # JSON has neither infinity nor NaN
                return _wrong_type(context, leaf, schema)
            if (
                (low is not None and value < low)
                or (high is not None and value > high)
                or (enum is not None and value not in enum)
            ):
                context.problems.append(Problem('value', parent, name, leaf, key, schema))
            return leaf

        return decode

    def boolean(self, schema: Schema) -> Decode:
        def decode(
            context: Decoded,
            node: Node,
            key: Optional[Scalar],
            parent: Optional[Container],
            name: str,
            index: int,
        ) -> Optional[Value]:
            value = _resolve(context, node, key, parent, name, index)
            if value is None:
                return None
            leaf = Leaf(value, node, key, parent, name, index)
            return leaf if isinstance(value, bool) else _wrong_type(context, leaf, schema)

        return decode

    def int_or_string(self, schema: Schema, form: str) -> Decode:
        null_items = self.lane.null_items

        def decode(
            context: Decoded,
            node: Node,
            key: Optional[Scalar],
            parent: Optional[Container],
            name: str,
            index: int,
        ) -> Optional[Value]:
            value = _resolve(context, node, key, parent, name, index)
            if value is None:
                if index < 0:
                    return None
                if not null_items:
                    return _null_item(context, node, parent, name, index, schema)
                value = 0
            leaf = Leaf(value, node, key, parent, name, index)
            if isinstance(value, float) and value.is_integer():
                leaf.value = value = int(value)
            if isinstance(value, bool) or not isinstance(value, (int, str)):
                return _wrong_type(context, leaf, schema)
            context.subjects[form].append(leaf)
            return leaf

        return decode

    def anything(self, schema: Schema) -> Decode:
        def decode(
            context: Decoded,
            node: Node,
            key: Optional[Scalar],
            parent: Optional[Container],
            name: str,
            index: int,
        ) -> Optional[Value]:
            value = _resolve(context, node, key, parent, name, index)
            if value is None:
                return None
            return Leaf(value, node, key, parent, name, index, ok=False)

        return decode


class _Unresolved:
    """Stands for the value of a node that is not a scalar."""


_UNRESOLVED = _Unresolved()


def _resolve(
    context: Decoded,
    node: Node,
    key: Optional[Scalar],
    parent: Optional[Container],
    name: str,
    index: int,
) -> Union[str, int, float, bool, _Unresolved, None]:
    if not isinstance(node, Scalar):
        return _UNRESOLVED
    if node.tag is not None:
        leaf = Leaf(node.value, node, key, parent, name, index)
        context.tagged.append(leaf)
        try:
            return resolve(node)
        except BadTag:
            context.problems.append(Problem('bad-tag', parent, name, leaf, key, {}))
            return ''
    return resolve(node)


def _as_key(node: Node) -> Scalar:
    if isinstance(node, Scalar):
        return node
    return Scalar('', '', None, node.start, node.end, node.outer)


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
    context.problems.append(Problem('type', leaf.parent, leaf.name, leaf, leaf.key, schema))
    return leaf


def _null_item(
    context: Decoded,
    node: Node,
    parent: Optional[Container],
    name: str,
    index: int,
    schema: Schema,
) -> Leaf:
    leaf = Leaf(None, node, None, parent, name, index, ok=False)
    context.problems.append(Problem('null-item', parent, name, leaf, None, schema))
    return leaf


def _scalar_value(
    context: Decoded,
    node: Node,
    key: Optional[Scalar],
    parent: Optional[Container],
    name: str,
    index: int,
    schema: Schema,
) -> Optional[Value]:
    """Where a mapping or a list is wanted: None for null, else a leaf of the wrong type."""
    value = _resolve(context, node, key, parent, name, index)
    if value is None:
        return None
    return _wrong_type(context, Leaf(value, node, key, parent, name, index), schema)


def _repeat(
    context: Decoded,
    owner: Object,
    name: str,
    key: Scalar,
    merged: bool,
    first: tuple[Scalar, bool],
    schema: Schema,
) -> None:
    kind = 'merge-override' if merged or first[1] else 'duplicate'
    at, earlier = (first[0], key) if merged and not first[1] else (key, first[0])
    context.problems.append(Problem(kind, owner, name, None, at, schema, earlier))


class _Fields:
    """The fields of an object type, ready to decode."""

    __slots__ = ('exact', 'folded', 'later', 'names', 'required', 'schema')

    def __init__(
        self,
        schema: Schema,
        exact: dict[str, Decode],
        later: dict[str, Schema],
        folded: dict[str, str],
    ) -> None:
        self.schema = schema
        self.exact = exact
        self.names = frozenset(exact)
        self.later = later
        self.folded = folded
        self.required: list[str] = schema.get('required', [])

    def fill(self, context: Decoded, node: MappingNode, result: Object) -> None:
        """Decode the entries of a mapping into the fields of an object."""
        entries = node.entries
        names = {key.value for key, _ in entries}
        if len(names) == len(entries) and names <= self.names:
            exact = self.exact
            fields = result.fields
            for key, child in entries:
                name = key.value
                value = exact[name](context, child, key, result, name, -1)
                if value is not None:
                    fields[name] = value
                else:
                    result.nulls[name] = Leaf(None, child, key, result, name, -1)
        else:
            self._fill_with_care(context, node, result)

    def _fill_with_care(self, context: Decoded, node: MappingNode, result: Object) -> None:
        """The same where a key repeats, is merged, unknown, or spelt in another case."""
        seen: dict[str, tuple[Scalar, bool]] = {}
        spelt: dict[str, Scalar] = {}
        for key, child, merged in entries(node):
            text = key_text(key)
            if text is None:
                context.problems.append(Problem('key', result, '', None, _as_key(key), self.schema))
                continue
            assert isinstance(key, Scalar)
            repeated = text in seen
            if repeated:
                _repeat(context, result, text, key, merged, seen[text], self.schema)
            seen[text] = (key, merged)
            name = text if text in self.exact else self.folded.get(text.casefold(), '')
            if not name:
                if not repeated:
                    kind = 'later' if text in self.later else 'unknown'
                    stray = Leaf(None, child, key, result, text, -1, ok=False)
                    context.problems.append(
                        Problem(kind, result, text, stray, key, self.later.get(text, self.schema))
                    )
                continue
            if name != text:
                context.problems.append(Problem('case', result, name, None, key, self.schema))
            earlier = spelt.get(name)
            if earlier is not None and key_text(earlier) != text:
                context.problems.append(
                    Problem('case-duplicate', result, name, None, key, self.schema, earlier)
                )
                # Keys reach the Go decoder in byte order, and the last one stays.
                if text.encode() < (key_text(earlier) or '').encode():
                    continue
            spelt[name] = key
            value = self.exact[name](context, child, key, result, name, -1)
            if value is not None:
                result.fields[name] = value
                result.nulls.pop(name, None)
            else:
                result.fields.pop(name, None)
                result.nulls[name] = Leaf(None, child, key, result, name, -1)


def _version(text: str) -> Version:
    major, minor = text.split('.')
    return int(major), int(minor)


@cache
def decoder(api: str, kind: str, version: Version, lane: Lane) -> Decode:
    return Compiler(read_schema(api, kind), version, lane).root(kind)


def decode(node: MappingNode, api: str, kind: str, version: Version, lane: Lane) -> Decoded:
    """Decode a document of a kind that has a schema; ``api`` is ``v3`` or ``v2``."""
    context = Decoded(lane)
    root = decoder(api, kind, version, lane)(context, node, None, None, kind, -1)
    assert isinstance(root, Object)
    context.root = root
    for name in ('metadata', 'spec'):
        if name not in root.fields:
            context.problems.append(Problem('absent', root, name, root.nulls.get(name), None, {}))
    return context
