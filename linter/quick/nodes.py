"""What may stand where, out of the generated schema: the tables that the automaton walks along.

A node answers for a value: the **facts** that matter further up, as a set of words, or None: ask
the engine. The schema says which fields there are, of which types, with which values, since when;
``texts`` and ``conditions`` say the rest.
"""

from __future__ import annotations

from linter.calico.target import read_version
from linter.quick.conditions import CONDITIONS
from linter.quick.formats import FORMATS
from linter.quick.rule_conditions import DOES, joined
from linter.quick.scalars import Pairs
from linter.quick.texts import KEYS, TEXTS, as_text, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from linter.calico.target import Target
    from linter.quick.scalars import Scalar, Value

    Schema = dict[str, Any]
    Facts = frozenset[str]
    Node: TypeAlias = 'Leaf | Fields | Entries | Items'

NONE: Facts = frozenset()
NULLS = frozenset(('~', 'null', 'Null', 'NULL'))


class World:
    """What every node of a document's tables knows: its kind, and what the target minds."""

    __slots__ = ('definitions', 'is_namespaced', 'kind', 'made', 'minds', 'target', 'undecided')

    def __init__(
        self,
        kind: str,
        is_namespaced: bool,
        target: Target,
        schema: Schema,
        minds: Callable[..., bool],
        undecided: Callable[[str], bool],
    ) -> None:
        self.kind = kind
        self.is_namespaced = is_namespaced
        self.target = target
        self.definitions: dict[str, Schema] = schema.get('$defs', {})
        self.made: dict[str, Node | None] = {}
        self.minds = minds
        """Whether the target minds a fact; where it does not, the condition exports ``?fact``."""
        self.undecided = undecided
        """Whether some rule looks at a subject in a way that nothing here knows."""


def is_null(scalar: Scalar) -> bool:
    return scalar[0] in NULLS and not scalar[1]


class Leaf:
    """A scalar. ``take`` answers for its text and style; ``is_free``: any text will do.

    ``is_text``: a number or boolean that is written there becomes text.
    """

    __slots__ = ('is_free', 'is_text', 'take')

    def __init__(
        self,
        take: Callable[[str, str], Facts | None],
        is_text: bool = True,
        is_free: bool = False,
    ) -> None:
        self.take = take
        self.is_free = is_free
        self.is_text = is_text

    def judge(self, value: Value) -> Facts | None:
        return self.take(*value) if isinstance(value, tuple) else None


class Fields:
    """An object of the schema."""

    __slots__ = ('_nodes', '_properties', '_required', '_world', 'close_', 'type')

    def __init__(self, schema: Schema, type: str, world: World) -> None:
        self.type = type
        self._world = world
        self._properties: dict[str, Schema] = schema['properties']
        self._required: list[str] = schema.get('required', [])
        self._nodes: dict[str, Node | None] = {}
        self.close_ = CONDITIONS.get(type)

    def field(self, name: str) -> Node | None:
        """What stands under a key; None: nothing that is known here."""
        try:
            return self._nodes[name]
        except KeyError:
            pass
        property = self._properties.get(name)
        node = None
        if property is not None and available(property, self._world.target):
            node = compile(property, self.type, name, self._world)
        self._nodes[name] = node
        return node

    def judge(self, value: Value) -> Facts | None:
        if not isinstance(value, Pairs):
            return None
        seen = NONE
        for key, inner in value.entries:
            name = key[0]
            node = self.field(name)
            if node is None or name in seen or f'~{name}' in seen:
                return None
            if isinstance(inner, tuple) and is_null(inner):
                seen |= {f'~{name}'}
                continue
            facts = node.judge(inner)
            if facts is None:
                return None
            seen |= under(name, facts)
        return self.close(seen)

    def close(self, seen: Facts) -> Facts | None:
        """The facts about the object as a whole, once its fields are seen."""
        for name in self._required:
            if name not in seen:
                return None
        return seen if self.close_ is None else self.close_(seen, self._world)


class Entries:
    """A mapping with keys of the user's own: labels, annotations."""

    __slots__ = ('accepts_key', 'item')

    def __init__(self, item: Leaf, accepts_key: Callable[[str], bool]) -> None:
        self.item = item
        self.accepts_key = accepts_key

    def field(self, name: str) -> Leaf | None:
        return self.item if self.accepts_key(name) else None

    def judge(self, value: Value) -> Facts | None:
        if not isinstance(value, Pairs):
            return None
        seen: set[str] = set()
        for key, inner in value.entries:
            name = key[0]
            if name in seen or as_text(*key, True) is None or not self.accepts_key(name):
                return None
            seen.add(name)
            if self.item.judge(inner) is None:
                return None
        return NONE

    def close(self, seen: Facts) -> Facts | None:
        return NONE


class Items:
    """A list. ``words``: its items are words of a few, which must not repeat.

    Of other scalars the facts are too few to tell whether one repeats or there are too many: for
    that the reader looks at the lines. ``unasked`` are the facts that stay here.
    """

    __slots__ = ('item', 'unasked', 'words')

    def __init__(self, item: Node, words: bool, unasked: Facts) -> None:
        self.item = item
        self.words = words
        self.unasked = unasked

    def judge(self, value: Value) -> Facts | None:
        if not isinstance(value, list):
            return None
        if len(value) > 20 or (len(value) > 1 and _repeats(value)):
            return None
        seen = NONE
        for inner in value:
            facts = self.item.judge(inner)
            if facts is None or (isinstance(inner, tuple) and is_null(inner)):
                return None
            seen = joined(seen, facts - self.unasked)
        return self.close(seen | {'item'} if value else seen)

    def add(self, seen: Facts, facts: Facts) -> Facts | None:
        """The facts of the list with one more item that stands on a line of its own."""
        if not self.unasked.isdisjoint(facts):
            facts -= self.unasked
        if 'item' not in seen:
            return facts | {'item'}
        if self.words:
            return None if facts <= seen else seen | facts
        return joined(seen, facts)

    def close(self, seen: Facts) -> Facts | None:
        return seen if DOES.isdisjoint(seen) else seen - DOES


def _repeats(values: list[Value]) -> bool:
    texts = [value[0] for value in values if isinstance(value, tuple)]
    return len(set(texts)) != len(texts)


_under: dict[tuple[str, Facts], Facts] = {}


def under(name: str, facts: Facts) -> Facts:
    """The facts of a field, as the object has them that it stands in."""
    key = name, facts
    found = _under.get(key)
    if found is None:
        made = (
            fact if fact[0] == '?' else name + fact if fact[0] in '=#' else f'{name}.{fact}'
            for fact in facts
        )
        if len(_under) > 10_000:
            _under.clear()
        found = _under[key] = frozenset((name, *made))
    return found


def available(schema: Schema, target: Target) -> bool:
    since, until = schema.get('x-calico-since'), schema.get('x-calico-until')
    return (since is None or target.version >= read_version(since)) and (
        until is None or target.version <= read_version(until)
    )


def compile(schema: Schema, owner: str, name: str, world: World) -> Node | None:
    """The node of a field of an object, or of the items of a list that is one."""
    ref = schema.get('$ref')
    if ref is not None:
        type = ref.rsplit('/', 1)[1]
        if type not in world.made:
            # A rule may hold of what leads back here, but no object of Calico's holds itself.
            world.made[type] = None
            world.made[type] = _object(world.definitions[type], type, world)
        return world.made[type]
    kind = schema.get('type')
    if kind is None and ('enum' in schema or 'const' in schema):
        kind = 'string'
    if kind == 'object':
        if 'properties' in schema:
            return _object(schema, schema.get('title', ''), world)
        return _entries(schema, owner, name, world)
    if kind == 'array':
        inner = schema.get('items') or {}
        item = compile(inner, owner, name, world)
        if item is None or isinstance(item, (Items, Entries)):
            return None
        unasked = UNASKED.get(name, NONE) if owner == 'Spec' else NONE
        if world.is_namespaced and unasked:
            unasked |= _OF_HOSTS
        return Items(item, 'enum' in inner or (owner, name) in WORDS, unasked)
    form = schema.get('format')
    text = TEXTS.get((owner, name))
    if form is not None and world.undecided(form):
        return None
    if text is not None:
        return _text(text, world)
    if form is None:
        return _scalar(schema, kind, name, world)
    special = FORMATS.get(form)
    if special is None:
        return None

    place = PLACES.get((owner, name), name)

    def take(text: str, style: str) -> Facts | None:
        return special(text, style, place, world)

    return Leaf(take, is_text=form not in NUMBERS)


def _text(accepts: Callable[[str, World], Facts | None], world: World) -> Leaf:
    coerces = world.target.admission == 'api'

    def take(text: str, style: str) -> Facts | None:
        return None if as_text(text, style, coerces) is None else accepts(text, world)

    return Leaf(take)


UNASKED = {
    'ingress': frozenset(('source.selects', 'source.services', 'http')),
    'egress': frozenset(('destination.selects', 'destination.services')),
}
"""What nobody asks of the rules of a direction."""
_OF_HOSTS = frozenset(('tracked', 'failsafe'))
PLACES = {('Spec', 'selector'): 'own', ('ServiceAccountMatch', 'selector'): 'accounts'}
"""Selectors that have a name in common, and are not alike."""
_ECHO_4, _ECHO_6 = frozenset(('echo4',)), frozenset(('echo6',))
ECHOES: dict[int | float, Facts] = {8: _ECHO_4, 0: _ECHO_4, 128: _ECHO_6, 129: _ECHO_6}
"""Types of ICMP that mean something in one family only."""
NUMBERS = frozenset(('calico-port', 'calico-protocol', 'int-or-string'))
WORDS = frozenset((('Spec', 'policyTypes'),))


def _object(schema: Schema, type: str, world: World) -> Fields | None:
    return None if world.undecided(type) else Fields(schema, type, world)


def _entries(schema: Schema, owner: str, name: str, world: World) -> Entries | None:
    item = schema.get('additionalProperties') or {}
    if item.get('type') != 'string' or 'format' in item or 'enum' in item:
        return None
    accepts_key, accepts_value, is_free = KEYS.get((owner, name)) or KEYS['', '']
    coerces = world.target.admission == 'api'

    def take(text: str, style: str) -> Facts | None:
        value = as_text(text, style, coerces)
        return None if value is None or not accepts_value(value) else NONE

    return Entries(Leaf(take, is_free=is_free), accepts_key)


def _scalar(schema: Schema, kind: str | None, name: str, world: World) -> Leaf | None:
    values = schema.get('enum') or ([schema['const']] if 'const' in schema else None)
    if kind == 'string':
        if values is not None:
            facts = {value: frozenset((f'={value}',)) for value in values}

            def word(text: str, style: str) -> Facts | None:
                return facts.get(text)

            # No word of the schema's is a number or a boolean to YAML.
            return Leaf(word) if all(as_text(value, '', False) for value in values) else None
        coerces = world.target.admission == 'api'

        def free(text: str, style: str) -> Facts | None:
            return None if as_text(text, style, coerces) is None else NONE

        return Leaf(free)
    if kind in ('integer', 'number'):
        low, high = schema.get('minimum'), schema.get('maximum')

        def within(text: str, style: str) -> Facts | None:
            value = number(text, style)
            if value is None or (kind == 'integer' and not isinstance(value, int)):
                return None
            if (low is not None and value < low) or (high is not None and value > high):
                return None
            if values is not None:
                return frozenset((f'={value}',)) if value in values else None
            return ECHOES.get(value, NONE) if name == 'type' else NONE

        return Leaf(within, is_text=False)
    if kind == 'boolean':

        def boolean(text: str, style: str) -> Facts | None:
            if style or text not in ('true', 'false'):
                return None
            return frozenset((f'={text}',))

        return Leaf(boolean, is_text=False)
    return None
