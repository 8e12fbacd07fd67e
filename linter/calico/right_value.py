"""What to write where a value is of another type than its field."""

from __future__ import annotations

from linter.calico import ports, protocols, rewrite
from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.lost_dash import RULE_KEYS, fix_of_mapping
from linter.calico.lost_hash import lost_comment
from linter.calico.rendered import (
    LONGEST,
    Data,
    as_nets,
    as_paths,
    as_ports,
    as_selector,
    as_types,
    pieces,
    port_items,
    rendered,
    texts,
    written,
)
from linter.calico.repair import context_of
from linter.calico.traffic import icmp_type
from linter.calico.values import Array, Leaf, Object
from linter.text.edit import Edit, Fix
from linter.text.source import Span
from linter.text.suggest import listing
from linter.yaml.edit import SAFE, UNSAFE
from linter.yaml.nodes import MappingNode, Scalar, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Advice = tuple[str, Fix | None]
"""A half sentence, and what puts it into effect."""

_ENTITY_KEYS = frozenset(
    ('selector', 'notSelector', 'namespaceSelector', 'nets', 'notNets', 'serviceAccounts')
)


def right_value(problem: Problem, document: Document) -> Advice | None:
    """What to write instead of a value of the wrong type; None where nothing is known of it."""
    leaf = problem.value
    if not isinstance(leaf, Leaf):
        return None
    schema = problem.schema
    form = schema.get('format')
    kind = schema.get('type')
    if form == 'calico-selector':
        return _selector(leaf, document)
    if form in ('calico-port', 'int-or-string'):
        return _port(leaf, document)
    if form == 'calico-protocol':
        return _protocol(leaf, document)
    if kind == 'array':
        return _list(leaf, document, schema)
    if kind == 'object':
        return _mapping(leaf, document, schema)
    if kind in ('integer', 'number'):
        return _number(leaf, document)
    if isinstance(leaf.node, MappingNode):
        return _stray_mapping(leaf, document)
    return _inner_list(leaf, document) if kind == 'string' else None


def _write(
    leaf: Leaf, document: Document, data: Data | None, applicability: str = UNSAFE
) -> Advice | None:
    """Write data in the place of a value."""
    if data is None:
        return None
    context = context_of(leaf)
    text = written(data, context.quote, flow=context.flow)
    shown = written(data, flow=False)
    if text is None or shown is None or len(shown) > LONGEST:
        return None
    node, source = leaf.node, document.source.text
    fix = None
    end = rewrite.end_of(source, node)
    if (
        node.start < end
        and node.outer == node.start
        and not rewrite.has_more(source[node.start : end])
    ):
        fix = Fix(f'Write {shown}', applicability, (Edit(Span(node.start, end), text),))
    return f'write {shown}', fix


def _selector(leaf: Leaf, document: Document) -> Advice | None:
    node = leaf.node
    if isinstance(node, MappingNode):
        if not node.entries:
            if leaf.name == 'notSelector':
                return 'write the selector that is meant', None
            found = _write(leaf, document, 'all()')
            if found is None:
                return None
            return f"it is Kubernetes' way to say all, so {found[0]}", found[1]
        return _write(leaf, document, as_selector(node))
    if isinstance(node, SequenceNode):
        if len(node.items) == 1:
            return _write(leaf, document, as_selector(node.items[0]))
        if node.items:
            return (
                'write one selector, its parts joined with && for all of them or || for any',
                None,
            )
    return None


def _port(leaf: Leaf, document: Document) -> Advice | None:
    node = leaf.node
    found = port_items(node) if not isinstance(leaf.value, bool) else None
    if found is not None and len(found) == 1:
        said, entity = protocol_of_port(leaf), leaf.parent.parent if leaf.parent else None
        traffic = entity.up('Rule') if isinstance(entity, Object) else None
        if said is not None and traffic is not None:
            protocol = traffic.leaf('protocol')
            port = written(found[0], flow=False)
            if protocol is None and 'protocol' not in traffic.fields:
                return f'write {port}, and protocol: {said} in the rule', None
            if protocol is None or protocols.parse(protocol.value, document.api).name != said:
                return f'write {port}, in a rule of its own with protocol: {said}', None
        return _write(leaf, document, found[0])
    return _stray_mapping(leaf, document)


def protocol_of_port(leaf: Leaf) -> str | None:
    """The protocol that a port says itself, as Kubernetes' do: ``{port: 53, protocol: UDP}``."""
    if isinstance(leaf.node, MappingNode):
        for key, value in leaf.node.entries:
            if key.value.lower() == 'protocol' and isinstance(value, Scalar) and value.value:
                return protocols.parse(value.value, 'v3').name or value.value
    return None


def _inner_list(leaf: Leaf, document: Document) -> Advice | None:
    """A list among the items of a list of texts: its brackets, or its dash, are too many."""
    node, array = leaf.node, leaf.parent
    if not isinstance(node, SequenceNode) or not node.items:
        return None
    if leaf.name == 'action' and leaf.index < 0:
        words = texts(node)
        if words is None or len(words) == 1:
            return _write(leaf, document, words[0] if words else None)
        return f'write a rule for each of {listing(words, "and")}', None
    if not isinstance(array, Array):
        return None
    found = as_nets(node) if array.name in ('nets', 'notNets') else texts(node)
    if not isinstance(found, list):
        return None
    if len(found) == 1:
        return _write(leaf, document, found[0])
    return 'write each of its items as an item of the outer list', None


def _stray_mapping(leaf: Leaf, document: Document) -> Advice | None:
    """A mapping among the items of a list of texts: what is in it belongs elsewhere."""
    node, array = leaf.node, leaf.parent
    if not isinstance(node, MappingNode) or not node.entries or not isinstance(array, Array):
        return None
    keys = [key.value for key, _ in node.entries]
    if array.name == 'types' and RULE_KEYS & set(keys):
        return _rules_under_types(array), None
    entity = array.parent
    if not isinstance(entity, Object) or entity.type != 'EntityRule':
        return None
    if _ENTITY_KEYS & set(keys):
        traffic = entity.parent.parent if entity.parent is not None else None
        side = 'destination' if traffic is not None and traffic.name == 'egress' else 'source'
        word = listing(keys, 'and')
        return f'write {word} under {side}, not among the {array.name}', None
    if array.name in ('nets', 'notNets'):
        found = as_nets(node)
        return _write(
            leaf, document, found[0] if isinstance(found, list) and len(found) == 1 else None
        )
    return None


def _rules_under_types(types: Array) -> str:
    spec = types.parent
    there = spec.fields if isinstance(spec, Object) else {}
    named = {item.text for item in types.items if isinstance(item, Leaf) and item.ok}
    missing = [name for name in ('ingress', 'egress') if name not in there]
    wanted = [name for name in missing if not named or name.capitalize() in named] or missing
    return f'write {listing([f"{name}:" for name in wanted] or ["ingress:"])} above the rule'


def _protocol(leaf: Leaf, document: Document) -> Advice | None:
    node = leaf.node
    if isinstance(node, MappingNode):
        values = {key.value.lower(): value for key, value in node.entries}
        for name in ('strval', 'name', 'protocol', 'numval', 'number'):
            value = values.get(name)
            if isinstance(value, Scalar) and value.value:
                number = int(value.value) if value.value.isdigit() else value.value
                if protocols.parse(number, document.api).problem is None:
                    return _write(leaf, document, number)
    elif isinstance(node, SequenceNode):
        found = texts(node)
        if found is not None and len(found) == 1:
            return _write(leaf, document, found[0])
        if found is not None:
            return f'write a rule for each of {listing(found, "and")}', None
    return None


def _list(leaf: Leaf, document: Document, schema: dict[str, Any]) -> Advice | None:
    node = leaf.node
    items = schema.get('items', {})
    if isinstance(node, MappingNode) and ('$ref' in items or items.get('type') == 'object'):
        what = {'ingress': 'rule', 'egress': 'rule', 'paths': 'path', 'ports': 'port'}.get(
            leaf.name, 'item'
        )
        return f'put `- ` before the first key of each {what}', fix_of_mapping(document, node)
    name = leaf.name
    data: Data | None = None
    if name in ('nets', 'notNets'):
        data = as_nets(node, is_set=document.kind.endswith('Set'))
    elif name in ('ports', 'notPorts'):
        data = as_ports(node)
    elif name in ('types', 'policyTypes'):
        data = as_types(node)
    elif name == 'paths':
        data = as_paths(node)
    elif isinstance(node, Scalar):
        found = pieces(node)
        data = None if not found else list(found)
    if data is not None:
        is_one = isinstance(data, list) and len(data) == 1
        return _write(leaf, document, data, SAFE if is_one and isinstance(node, Scalar) else UNSAFE)
    if name in ('nets', 'notNets'):
        return 'write a list of CIDRs, each on a line of its own that begins with `- `', None
    return 'write a list, each item on a line of its own that begins with `- `', None


def _mapping(leaf: Leaf, document: Document, schema: dict[str, Any]) -> Advice | None:
    node = leaf.node
    type = schema.get('title', '')
    if isinstance(node, SequenceNode) and node.items and isinstance(node.items[0], MappingNode):
        if len(node.items) == 1:
            return 'take away the `- ` before its first key', None
        if leaf.name in ('source', 'destination'):
            return 'write a rule for each of its items', None
        return None
    if type == 'EntityRule':
        return _write(leaf, document, _entity(leaf, document))
    if type == 'ServiceAccountMatch':
        found = pieces(node)
        return _write(leaf, document, None if not found else {'names': list(found)})
    if type == 'ServiceMatch' and isinstance(node, Scalar) and document.is_namespaced:
        return _write(leaf, document, {'name': node.value})
    if type == 'ICMP' and isinstance(node, Scalar):
        number = icmp_type(node.value, leaf.parent)
        return _write(leaf, document, None if number is None else {'type': number})
    if type == 'HTTPPath':
        paths = as_paths(node)
        return _write(
            leaf, document, paths[0] if isinstance(paths, list) and len(paths) == 1 else None
        )
    if type == '' and leaf.name in ('labels', 'annotations'):
        pairs = [piece.partition('=') for piece in pieces(node) or ()]
        if pairs and all(key and value for key, _, value in pairs):
            return _write(leaf, document, {key: value for key, _, value in pairs})
        return 'write each as a key and a value, such as app: web', None
    if type == 'EndpointPort':
        return 'give it a name, a protocol and a port', None
    if type == 'Rule':
        return 'write the fields of a rule, action first', None
    if leaf.name in ('spec', 'metadata'):
        return 'write its fields below it, indented', None
    return None


def _entity(leaf: Leaf, document: Document) -> Data | None:
    """What one text says about a source or destination."""
    node = leaf.node
    found = as_nets(node)
    if found is not None:
        return {'nets': found}
    words = texts(node)
    if words is not None and all(ports.parse(_port_value(word)).is_number for word in words):
        numbers = as_ports(node)
        if numbers is not None:
            return {'ports': numbers}
    selector = as_selector(node)
    return None if selector is None else {'selector': selector}


def _port_value(text: str) -> int | str:
    return int(text) if text.isdigit() and len(text) < 9 else text


def _number(leaf: Leaf, document: Document) -> Advice | None:
    node = leaf.node
    parent = leaf.parent
    if not isinstance(node, Scalar):
        if isinstance(node, SequenceNode) and len(node.items) > 1:
            return 'write a rule for each of them', None
        return None
    lost = lost_comment(leaf, _is_number)
    if lost is not None:
        return lost.advice, lost.fix
    if leaf.name == 'ipVersion' and not _is_number(node.value):
        return _write(leaf, document, rendered(node, 'family'))
    if isinstance(parent, Object) and parent.type == 'ICMP' and leaf.name == 'type':
        number = icmp_type(node.value, parent.parent)
        if number is not None:
            return _write(leaf, document, number)
    return None


def _is_number(text: str) -> bool:
    return text.lstrip('-').replace('.', '', 1).isdigit()
