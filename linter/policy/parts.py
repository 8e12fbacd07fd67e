"""The parts of a summary: rules, their sides, and the values in them, from decoded ones."""

from __future__ import annotations

import sys

from linter.calico.selector.accept import LETTER, LONGEST_LABEL, accepts
from linter.calico.values import Leaf, Object
from linter.policy.effective import NAMESPACE_PREFIX
from linter.policy.model import (
    ANYTHING,
    Entity,
    Labels,
    Net,
    Place,
    Port,
    Protocol,
    Rule,
    packed,
)
from linter.policy.read import net_of, port_of, protocol_of
from linter.text.lazy_regex import lazy
from linter.text.source import Source

SPELT = sys.intern
Parts = list[tuple[str, int, int]]

_LONG = LONGEST_LABEL - len(NAMESPACE_PREFIX)
_LONG_LABEL = lazy(rf'{LETTER}{{{_LONG + 1}}}')


class Unreasonable(Exception):
    """A document may not be reasoned from: the reason, and the rest of a sentence."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(reason, why)
        self.reason = reason
        self.why = why


def place_of(source: Source, start: int, end: int) -> Place:
    """The place of two offsets of a source."""
    return Place(source.path, source.position(start)[0], start, end)


def rules_of(source: Source, owner: Object, direction: str) -> tuple[Rule, ...]:
    """The rules of a direction; raises Unreasonable, as all of these do."""
    found = []
    for item in owner.items(direction):
        if not isinstance(item, Object):
            raise Unreasonable('refused', 'has a rule that is none')
        found.append(_rule(source, item))
    return tuple(found)


def _rule(source: Source, rule: Object) -> Rule:
    fields = rule.fields
    action = rule.text('action')
    if action not in ACTIONS:
        raise Unreasonable('refused', 'has a rule without an action that Calico knows')
    parts: Parts = []
    protocol = not_protocol = None
    if 'protocol' in fields:
        protocol = protocol_in(rule, 'protocol', parts)
    if 'notProtocol' in fields:
        not_protocol = protocol_in(rule, 'notProtocol', parts)
    sides = []
    for side in ('source', 'destination'):
        value = fields.get(side)
        if value is None:
            sides.append(ANYTHING)
        elif isinstance(value, Object):
            sides.append(entity_of(value, side, parts))
        else:
            raise Unreasonable('refused', f'has a {side} that is no mapping')
    version = rule.leaf('ipVersion')
    icmp = _icmp(rule, 'icmp', parts) if 'icmp' in fields else None
    not_icmp = _icmp(rule, 'notICMP', parts) if 'notICMP' in fields else None
    node = rule.node
    start = rule.key_span.start
    return Rule(
        SPELT(action),
        sides[0],
        sides[1],
        protocol,
        not_protocol,
        None if version is None else int(version.value),
        icmp,
        not_icmp,
        'http' in fields,
        source.position(start)[0],
        start,
        node.end,
        packed(parts),
    )


ACTIONS = frozenset(('Allow', 'Deny', 'Log', 'Pass'))


def protocol_in(rule: Object, field: str, parts: Parts) -> Protocol | None:
    """The protocol in a field of a rule, and where it is, in ``parts``."""
    leaf = rule.leaf(field)
    if leaf is None:
        return None
    found = protocol_of(leaf.value)
    if found is None:
        raise Unreasonable('refused', f'has a {field} that Calico does not know')
    parts.append((field, leaf.node.start, leaf.node.end))
    return found


def _icmp(rule: Object, field: str, parts: Parts) -> tuple[int | None, int | None] | None:
    match = rule.object(field)
    if match is None:
        return None
    parts.append((field, match.node.start, match.node.end))
    kind, code = match.leaf('type'), match.leaf('code')
    return None if kind is None else kind.value, None if code is None else code.value


_SELECTORS = (
    ('selector', 'source.selector', 'destination.selector'),
    ('notSelector', 'source.notSelector', 'destination.notSelector'),
    ('namespaceSelector', 'source.namespaceSelector', 'destination.namespaceSelector'),
)
_LISTS = (
    ('nets', 'source.nets', 'destination.nets'),
    ('notNets', 'source.notNets', 'destination.notNets'),
)
_PORTS = (
    ('ports', 'source.ports', 'destination.ports'),
    ('notPorts', 'source.notPorts', 'destination.notPorts'),
)


def entity_of(entity: Object, side: str, parts: Parts) -> Entity:
    """A side of a rule, and where its fields are, in ``parts``."""
    fields = entity.fields
    if not fields:
        return ANYTHING
    which = 1 if side == 'source' else 2
    selectors = ['', '', '']
    for at, names in enumerate(_SELECTORS):
        value = fields.get(names[0])
        if value is not None:
            selectors[at] = selector_of(entity, names[0])
            parts.append((names[which], value.node.start, value.node.end))
    networks: list[tuple[Net, ...]] = [(), ()]
    for at, names in enumerate(_LISTS):
        value = fields.get(names[0])
        if value is not None:
            networks[at] = nets_of(entity, names[0])
            parts.append((names[which], value.node.start, value.node.end))
    ports: list[tuple[Port, ...]] = [(), ()]
    for at, names in enumerate(_PORTS):
        value = fields.get(names[0])
        if value is not None:
            ports[at] = ports_of(entity, names[0])
            parts.append((names[which], value.node.start, value.node.end))
    accounts: tuple[str, ...] = ()
    account_selector = ''
    if 'serviceAccounts' in fields:
        match = entity.object('serviceAccounts')
        if match is not None:
            accounts = tuple(SPELT(leaf.text) for leaf in match.leaves('names'))
            if any("'" in name for name in accounts):
                raise Unreasonable('refused', 'names a service account that can be none')
            account_selector = selector_of(match, 'selector')
            parts.append((f'{side}.serviceAccounts', match.node.start, match.node.end))
    service = None
    if 'services' in fields:
        match = entity.object('services')
        if match is not None and match.text('name'):
            service = SPELT(match.text('namespace')), SPELT(match.text('name'))
            parts.append((f'{side}.services', match.node.start, match.node.end))
    return Entity(
        selectors[0],
        selectors[1],
        selectors[2],
        accounts,
        account_selector,
        networks[0],
        networks[1],
        ports[0],
        ports[1],
        service,
    )


def is_joinable(text: str) -> bool:
    """Whether Calico still reads a selector once it has joined it to others, with a prefix."""
    return not text.isspace() and (len(text) <= _LONG or not _LONG_LABEL.search(text))


def selector_of(owner: Object, field: str) -> str:
    """The text of a selector; ``''`` where there is none."""
    leaf = owner.leaf(field)
    if leaf is None:
        return ''
    text = leaf.text
    if text and not accepts(text):
        raise Unreasonable('refused', f'has a {field} that Calico does not read')
    if text and not is_joinable(text):
        raise Unreasonable('refused', f'has a {field} that Felix does not read')
    return SPELT(text)


def flag_of(owner: Object, field: str) -> bool:
    """Whether a field is true."""
    leaf = owner.leaf(field)
    return leaf is not None and leaf.value is True


def nets_of(owner: Object, field: str) -> tuple[Net, ...]:
    """The networks of a list."""
    found = []
    for leaf in owner.leaves(field):
        net = net_of(leaf.text)
        if net is None:
            raise Unreasonable('refused', f'has {leaf.text} in {field}, which is no network')
        found.append(net)
    return tuple(found)


def ports_of(owner: Object, field: str) -> tuple[Port, ...]:
    """The ports of a list."""
    found = []
    for leaf in owner.leaves(field):
        port = port_of(leaf.value)
        if port is None:
            raise Unreasonable('refused', f'has {leaf.value} in {field}, which is no port')
        found.append(port)
    return tuple(found)


def labels_of(owner: Object | None, field: str) -> Labels:
    """The labels of a map, sorted."""
    found = owner.object(field) if owner is not None else None
    if found is None:
        return ()
    pairs = [
        (SPELT(key), SPELT(value.text))
        for key, value in found.fields.items()
        if isinstance(value, Leaf)
    ]
    return tuple(sorted(pairs))
