"""The summary of a policy straight from its lines, where nearly everybody writes them so.

The documents are surely clean already. People write policies from templates, so most of their rules
and fields have been met before, in a policy with another name; those are summarised once, by their
text. What is not written in blocks, key by key, is for ``linter.quick.values``.
"""

from __future__ import annotations

import re

from linter.calico.placeholders import may_hold
from linter.calico.values import Object
from linter.policy.model import (
    ANYTHING,
    DEFAULT_TIER,
    DIRECTIONS,
    EGRESS,
    INGRESS,
    NetworkSet,
    Place,
    Policy,
    Rule,
    packed,
)
from linter.policy.parts import (
    ACTIONS,
    SPELT,
    Unreasonable,
    entity_of,
    flag_of,
    is_joinable,
    protocol_in,
    rules_of,
    selector_of,
)
from linter.policy.read import net_of
from linter.policy.summarise import POLICY_PARTS, directions_of
from linter.quick.nodes import NULLS, Fields, Items
from linter.quick.scalars import plain, quoted
from linter.quick.values import MAPPING, Reading
from linter.text.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from linter.policy.model import Protocol
    from linter.policy.parts import Parts

MOST = 5000
"""So many texts are remembered, of rules and of fields; then all are forgotten."""

_SELECTORS = frozenset(('selector', 'namespaceSelector', 'serviceAccountSelector'))
_FLAGS = frozenset(('applyOnForward', 'preDNAT', 'doNotTrack'))
_PARTS_OF_RULE = frozenset(('action', 'protocol', 'source', 'destination'))
_NO_RULES: tuple[Rule, ...] = ()


class Summaries:
    """Makes the summaries of policies of one kind, for one lane; ``fills_in`` types or not."""

    def __init__(
        self, kind: str, is_namespaced: bool, spec: Fields, lane: str, fills_in: bool
    ) -> None:
        self.kind = kind
        self.is_namespaced = is_namespaced
        self.lane = lane
        self._fills_in = fills_in
        self._is_staged = kind.startswith('Staged')
        self._spec = spec
        self._source = Source('', '')
        self._rules: dict[str, Rule] = {}
        self._fields: dict[str, tuple[str, Any]] = {}
        self._blocks: dict[str, tuple[str, Any, bytes]] = {}
        self._parts: dict[tuple[str, ...], bytes] = {}
        self._splits: dict[str, re.Pattern[str]] = {}

    def policy(self, text: str, path: str) -> Policy | None:
        """The summary of a clean document; None: it is written in another way, or has none."""
        if may_hold(text):
            return None
        head, _, body = text.partition('\nspec:\n')
        body = body.rstrip()
        indent = body[: len(body) - len(body.lstrip(' '))]
        if not indent or body[len(indent)] in '\n#' or _OUTSIDE.search(body) is not None:
            return None
        found: dict[str, Any] = {}
        try:
            names = self._names(head)
            for block in self._split(indent).split(body):
                name, value = self._field(block, len(indent))
                found[name] = value
        except (Unreasonable, _Otherwise):
            return None
        get = found.get
        ingress, egress = get(INGRESS, _NO_RULES), get(EGRESS, _NO_RULES)
        return Policy(
            self.kind,
            names[1],
            SPELT(names[0]),
            get('tier') or DEFAULT_TIER,
            get('order'),
            self._is_staged,
            get('types') or directions_of(set(), ingress, egress, self._fills_in),
            get('selector', ''),
            get('namespaceSelector', ''),
            get('serviceAccountSelector', ''),
            get('applyOnForward', False),
            get('preDNAT', False),
            get('doNotTrack', False),
            ingress,
            egress,
            self.lane,
            Place(path, 1, 0, 0),
            self._packed(tuple(found)),
            None,
        )

    def _names(self, head: str) -> tuple[str, str | None]:
        """The name and the namespace of a document, by what stands before its ``spec``."""
        _, key, rest = head.partition('\nmetadata:\n')
        usual = _NAMES.match(rest)
        if usual is not None and usual[3] == (usual[1] if self.is_namespaced else None):
            name, namespace = usual[2], usual[4] or ''
            if name not in NULLS and namespace not in NULLS:
                return name, namespace
        name, namespace = '', None if self.is_namespaced else ''
        indent = 0
        for deep, line in _telling(rest if key else ''):
            indent = indent or deep
            if deep != indent:
                continue
            if line.startswith('name:', indent):
                name = _text(line[indent + 5 :])
            elif line.startswith('namespace:', indent):
                if not self.is_namespaced:
                    raise _Otherwise
                namespace = _text(line[indent + 10 :])
                if name:
                    break  # nothing else matters
            elif line[indent] in '"\'':
                raise _Otherwise
        if not name or (namespace == '' and self.is_namespaced) or "'" in (namespace or ''):
            raise _Otherwise
        return name, namespace

    def _split(self, indent: str) -> re.Pattern[str]:
        """What stands between two keys, or two items, that are indented so."""
        found = self._splits.get(indent)
        if found is None:
            found = self._splits[indent] = re.compile(rf'\n(?={indent}[^ #-])')
        return found

    def _field(self, block: str, indent: int) -> tuple[str, Any]:
        """A field of a ``spec``, and what a summary has of it."""
        found = self._fields.get(block)
        if found is not None:
            return found
        name, _, written = block[indent:].partition(':')
        if name in DIRECTIONS and written[:1] == '\n':
            return name, self._list_of_rules(name, written[1:], indent)
        if name in _SELECTORS and '\n' not in written:
            text = _text(written)
            if text and not is_joinable(text):
                raise _Otherwise
            return name, SPELT(text)
        spec = self._read(block.split('\n'), indent)
        if name not in spec.fields:
            raise _Otherwise
        if len(self._fields) > MOST:
            self._fields.clear()
        made = self._fields[block] = name, self._made(spec, name)
        return made

    def _made(self, spec: Object, name: str) -> Any:
        if name in DIRECTIONS:
            return rules_of(self._source, spec, name)
        if name in _SELECTORS:
            return selector_of(spec, name)
        if name in _FLAGS:
            return flag_of(spec, name)
        if name == 'types':
            types = {leaf.text.lower() for leaf in spec.leaves(name)}
            return directions_of(types, (), (), self._fills_in) if types else ()
        if name == 'order':
            order = spec.leaf(name)
            return None if order is None else float(order.value)
        return SPELT(spec.text(name)) if name == 'tier' else None

    def _list_of_rules(self, direction: str, block: str, indent: int) -> tuple[Rule, ...]:
        deep = len(block) - len(block.lstrip(' '))
        if block[deep : deep + 2] != '- ' or deep < indent:
            raise _Otherwise
        found = []
        known = self._rules
        dash = f'\n{block[:deep]}- '
        for item in block[deep + 2 :].split(dash):
            rule = known.get(item)
            if rule is None:
                rule = self._rule(item, deep + 2)
            if rule is None:
                lines = f'{" " * indent}{direction}:\n{" " * deep}- {item}'.split('\n')
                spec = self._read(lines, indent)
                made = rules_of(self._source, spec, direction)
                if len(made) != 1:
                    raise _Otherwise
                rule = made[0]
            if len(known) > MOST:
                known.clear()
            known[item] = rule
            found.append(rule)
        return tuple(found)

    def _rule(self, item: str, indent: int) -> Rule | None:
        """A rule from what is known of its parts; None: there is more in it than most have."""
        action = ''
        protocol: Protocol | None = None
        source = destination = ANYTHING
        parts = [b'', b'', b'']
        for block in self._split(' ' * indent).split(item):
            known = self._blocks.get(block)
            if known is None:
                known = self._part_of_rule(block, indent)
            if known is None:
                return None
            name, value, places = known
            if name == 'action':
                action = value
            elif name == 'protocol':
                protocol, parts[0] = value, places
            elif name == 'source':
                source, parts[1] = value, places
            else:
                destination, parts[2] = value, places
        if not action:
            return None
        return Rule(
            action, source, destination, protocol, None, None, None, None, False, 1, 0, 0,
            b''.join(parts),
        )  # fmt: skip

    def _part_of_rule(self, block: str, indent: int) -> tuple[str, Any, bytes] | None:
        name = block.lstrip(' ').partition(':')[0]
        if name not in _PARTS_OF_RULE:
            return None
        lines = block.split('\n')
        lines[0] = ' ' * indent + lines[0].lstrip(' ')
        rules = self._spec.field(INGRESS)
        assert isinstance(rules, Items)
        assert isinstance(rules.item, Fields)
        rule = self._read(lines, indent, rules.item)
        parts: Parts = []
        value: Any = None
        if name == 'action':
            value = SPELT(rule.text(name))
            if value not in ACTIONS:
                return None
        elif name == 'protocol':
            value = protocol_in(rule, name, parts)
        else:
            side = rule.object(name)
            if side is None:
                return None
            value = entity_of(side, name, parts)
        if value is None:
            return None
        if len(self._blocks) > MOST:
            self._blocks.clear()
        found = self._blocks[block] = name, value, packed(parts)
        return found

    def _read(self, lines: list[str], indent: int, node: Fields | None = None) -> Object:
        """The fields that some lines of a ``spec`` hold, or of another object."""
        node = node or self._spec
        root = Object(MAPPING, (None, None, node.type, -1), node.type)
        reading = Reading(root, node, indent)
        for line in lines:
            reading.line(line)
        reading.end_block()
        return reading.root

    def _packed(self, fields: tuple[str, ...]) -> bytes:
        found = self._parts.get(fields)
        if found is None:
            parts = [(part, 0, 0) for part in POLICY_PARTS if part in fields]
            found = self._parts[fields] = packed(parts)
        return found


def network_set(kind: str, is_namespaced: bool, text: str, path: str) -> NetworkSet | None:
    """The summary of a clean network set; None: it is written in another way than most are."""
    head, _, body = text.partition('\nspec:\n')
    first, *items = body.rstrip().split('\n')
    _, _, metadata = head.partition('\nmetadata:\n')
    if first.strip(' ') != 'nets:' or not items or may_hold(text):
        return None
    dash = items[0][: items[0].find('- ') + 2]
    try:
        own, labels = _metadata(metadata)
        namespace = own.get('namespace') if is_namespaced else ''
        nets = [net_of(_text(item[len(dash) :])) for item in items if item.startswith(dash)]
    except _Otherwise:
        return None
    if dash.strip(' ') != '-' or len(nets) < len(items) or 'name' not in own or None in nets:
        return None
    if "'" in (namespace or ''):
        return None
    return NetworkSet(
        kind,
        namespace or None if is_namespaced else '',
        SPELT(own['name']),
        tuple(sorted(labels.items())),
        tuple(net for net in nets if net is not None),
        Place(path, 1, 0, 0),
    )


def _telling(block: str) -> Iterator[tuple[int, str]]:
    """The lines of a block that are neither blank nor comments, each with its indentation."""
    for line in block.split('\n'):
        deep = len(line) - len(line.lstrip(' '))
        if line[deep : deep + 1] in ('', '#'):
            continue
        if not deep:
            return  # another key of the document
        yield deep, line


def _metadata(block: str) -> tuple[dict[str, str], dict[str, str]]:
    """The name and namespace of an object, and its labels; raises _Otherwise."""
    own: dict[str, str] = {}
    labels: dict[str, str] = {}
    indent = 0
    owner = ''
    for deep, line in _telling(block):
        indent = indent or deep
        key, _, written = line[deep:].partition(':')
        if deep == indent:
            owner = key
            if key in ('name', 'namespace'):
                own[key] = _text(written)
            elif key[0] in '"\'' or (key == 'labels' and written.strip(' ')):
                raise _Otherwise
        elif owner == 'labels':
            if key[0] in '"\'':
                raise _Otherwise
            labels[SPELT(key)] = SPELT(_text(written))
    return own, labels


class _Otherwise(Exception):
    """A policy is written in another way than most are."""


# Where the name comes first, and then the namespace, there is nothing else to look for.
_NAMES = re.compile(r'( +)name: ([a-z0-9.-]+)(?:\n( +)namespace: ([a-z0-9-]+))?(?:\n|\Z)')
_OUTSIDE = re.compile(r'\n[^ \n#]')


def _text(written: str) -> str:
    """The text behind a key, on its line; raises _Otherwise."""
    written = written.strip(' ')
    if written.replace('-', '').isalnum() and written[0] != '-' and written not in NULLS:
        return written  # as most names are
    if not written or written[0] in '|>[{&*!#':
        raise _Otherwise
    found = quoted(written) if written[0] in '"\'' else plain(written)
    if found is None or (not found[1] and found[0] in NULLS):
        raise _Otherwise
    return found[0]
