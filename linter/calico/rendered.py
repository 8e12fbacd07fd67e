"""Values written anew: what a value of another system becomes as the value of Calico's field.

Everything is written on one line. None means that nobody can say for sure, so that a message names
the field alone.
"""

from __future__ import annotations

from linter.calico import names, nets, ports
from linter.calico.selector.accept import accepts
from linter.text.lazy_regex import lazy
from linter.yaml.edit import in_quotes, is_plain
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from linter.yaml.scalars import BadTag, resolve

Data = str | int | Scalar | list['Data'] | dict[str, 'Data']
"""What is to be written: a scalar node stands for itself, as it was written."""

LONGEST = 100
"""A value of more characters is not shown in a message."""


def written(data: Data, quote: str = "'", *, flow: bool = True) -> str | None:
    """Data as YAML; ``flow``: it is going to stand inside brackets or braces.

    With ``"`` as the quote everything is as JSON has it, keys included.
    """
    if isinstance(data, list):
        items = [written(item, quote) for item in data]
        return None if None in items else f'[{", ".join(map(str, items))}]'
    if isinstance(data, dict):
        pairs = [(key, written(value, quote)) for key, value in data.items()]
        if any(value is None for _, value in pairs):
            return None
        mark = '"' if quote == '"' else ''
        shown = ', '.join(f'{mark}{key}{mark}: {value}' for key, value in pairs)
        return f'{{{shown}}}'
    if isinstance(data, int):
        return str(data)
    text = data if isinstance(data, str) else data.value
    if not text.isprintable():
        return None
    if isinstance(data, Scalar) and not data.style and not isinstance(_resolved(data), str):
        return text
    if quote == '"' and flow:
        return in_quotes(text, quote)
    if is_plain(text, flow) and not _RANGE.match(text):
        return text
    return in_quotes(text, '"' if "'" in text and '"' not in text and '\\' not in text else "'")


_ACTIONS = {
    'accept': 'Allow',
    'allow': 'Allow',
    'allowed': 'Allow',
    'permit': 'Allow',
    'block': 'Deny',
    'denied': 'Deny',
    'deny': 'Deny',
    'drop': 'Deny',
    'reject': 'Deny',
    'log': 'Log',
    'next-tier': 'Pass',
    'pass': 'Pass',
}
# YAML 1.1 reads some of them as numbers in base 60.
_RANGE = lazy(r'[0-9]+:[0-9]+\Z')


def data_of(node: Node) -> Data | None:
    """A node as it is; None where it is deeper than two levels, or tagged."""
    return _data(node, 3)


def _data(node: Node, depth: int) -> Data | None:
    if node.tag is not None or not depth:
        return None
    if isinstance(node, Scalar):
        return node
    if isinstance(node, SequenceNode):
        items = [_data(item, depth - 1) for item in node.items]
        return None if None in items else [item for item in items if item is not None]
    found: dict[str, Data] = {}
    for key, value in node.entries:
        data = _data(value, depth - 1)
        if data is None or key.value in found or key.value == '<<':
            return None
        found[key.value] = data
    return found


def _resolved(node: Scalar) -> str | int | float | bool | None:
    try:
        return resolve(node)
    except BadTag:
        return node.value


def texts(node: Node) -> list[str] | None:
    """The texts of a scalar, or of a list of scalars."""
    if isinstance(node, Scalar):
        return [node.value] if node.value else None
    if isinstance(node, SequenceNode) and node.items:
        found = [item.value for item in node.items if isinstance(item, Scalar) and item.value]
        return found if len(found) == len(node.items) else None
    return None


_BETWEEN = lazy(r'\s+(?:,\s*)?|,\s*')


def pieces(node: Node) -> list[str] | None:
    """The same, where a text may be several with commas or blanks between them."""
    found = texts(node)
    if found is None:
        return None
    return [piece for text in found for piece in _BETWEEN.split(text.strip('[] \t\r\n')) if piece]


def as_nets(node: Node, is_set: bool = False) -> Data | None:
    """Networks as a list; ``is_set``: where bare addresses are networks too."""
    if isinstance(node, MappingNode):
        values = {key.value: value for key, value in node.entries}
        if set(values) == {'cidr'}:
            return as_nets(values['cidr'], is_set)
        return None
    found = pieces(node)
    if not found:
        return None
    result: list[Data] = []
    for text in found:
        net = nets.parse(text)
        if net is None or not net.masked:
            return None
        result.append(text if is_set or net.prefix is not None else f'{text}/{net.bits}')
    return result


def as_ports(node: Node) -> Data | None:
    """Ports as a list: numbers, ranges with a colon, names."""
    nodes = node.items if isinstance(node, SequenceNode) else [node]
    result: list[Data] = []
    for item in nodes:
        found = port_items(item)
        if found is None:
            return None
        result += found
    return result or None


_ENDS = (
    ('min', 'max'),
    ('minport', 'maxport'),
    ('start', 'end'),
    ('from', 'to'),
    ('first', 'last'),
    ('port', 'endport'),
    ('low', 'high'),
    ('fromport', 'toport'),
    ('startport', 'endport'),
)


def port_items(node: Node) -> list[Data] | None:
    """What one item of a list of ports stands for: a port, a range, or several of them."""
    if isinstance(node, MappingNode):
        return _port_mapping(node)
    if not isinstance(node, Scalar) or node.tag is not None:
        return None
    text = node.value.strip()
    limits = ports.as_range(text)
    if limits is not None:
        return [_range(*limits)] if min(limits) > 0 and max(limits) < 65536 else None
    found: list[Data] = []
    for piece in _BETWEEN.split(text.strip('[]')):
        inner = ports.as_range(piece)
        if inner is not None:
            piece = f'{min(inner)}:{max(inner)}'
        if not piece or ports.parse(piece).problem is not None:
            return None
        found.append(int(piece) if piece.isdigit() else piece)
    return found


def _port_mapping(node: MappingNode) -> list[Data] | None:
    values: dict[str, str] = {}
    for key, value in node.entries:
        if not isinstance(value, Scalar):
            return None
        if value.value and value.value != '0':
            values[key.value.casefold()] = value.value
    values.pop('protocol', None)
    name = values.pop('portname', None) or values.pop('name', None)
    if not values and name is not None and ports.parse(name).problem is None:
        return [name]
    for low, high in _ENDS:
        if low in values and set(values) <= {low, high}:
            first, last = values[low], values.get(high, values[low])
            if first.isdigit() and last.isdigit() and 0 < int(first) <= int(last) < 65536:
                return [_range(int(first), int(last))]
    if len(values) == 1:
        (only,) = values.values()
        if set(values) <= {'port', 'number'} and ports.parse(only).problem is None:
            return [int(only) if only.isdigit() else only]
    return None


def _range(first: int, last: int) -> Data:
    first, last = min(first, last), max(first, last)
    return first if first == last else f'{first}:{last}'


def as_selector(node: Node) -> str | None:
    """Labels, a label selector of Kubernetes or a selector, as a selector."""
    if isinstance(node, Scalar):
        text = node.value.rstrip('\n')
        return text if text.strip() and accepts(text) and _is_text(node) else None
    if not isinstance(node, MappingNode):
        return None
    if not node.entries:
        return 'all()'
    values = {key.value: value for key, value in node.entries}
    terms: list[str] = []
    labels = values.pop('matchLabels', None)
    expressions = values.pop('matchExpressions', None)
    if labels is None and expressions is None:
        labels, values = node, {}
    if values:
        return None
    if labels is not None:
        if not isinstance(labels, MappingNode):
            return None
        for key, value in labels.entries:
            if not isinstance(value, Scalar):
                return None
            terms.append(f'{key.value} == {_literal(value.value)}')
    if expressions is not None:
        if not isinstance(expressions, SequenceNode):
            return None
        for expression in expressions.items:
            term = _expression(expression)
            if term is None:
                return None
            terms.append(term)
    found = ' && '.join(terms) or 'all()'
    return found if accepts(found) else None


def _expression(node: Node) -> str | None:
    if not isinstance(node, MappingNode):
        return None
    values = {key.value: value for key, value in node.entries}
    key, operator = values.get('key'), values.get('operator')
    if not isinstance(key, Scalar) or not isinstance(operator, Scalar):
        return None
    given = values.get('values')
    items = given.items if isinstance(given, SequenceNode) else []
    literals = [_literal(item.value) for item in items if isinstance(item, Scalar)]
    if operator.value == 'Exists':
        return f'has({key.value})'
    if operator.value == 'DoesNotExist':
        return f'!has({key.value})'
    if operator.value in ('In', 'NotIn') and literals and len(literals) == len(items):
        word = 'in' if operator.value == 'In' else 'not in'
        return f'{key.value} {word} {{{", ".join(literals)}}}'
    return None


def _literal(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _is_text(node: Scalar) -> bool:
    return bool(node.style) or isinstance(_resolved(node), str)


def as_namespace(node: Node) -> str | None:
    """The names of namespaces as a selector."""
    found = pieces(node)
    if not found or not all(names.LABEL.match(name) for name in found):
        return None
    if len(found) == 1:
        return f"projectcalico.org/name == '{found[0]}'"
    return f'projectcalico.org/name in {{{", ".join(map(_literal, found))}}}'


def as_names(node: Node) -> Data | None:
    """A list of names."""
    found = pieces(node)
    return None if not found else list(found)


def as_types(node: Node) -> Data | None:
    """Directions as policies have them."""
    found = pieces(node)
    if not found:
        return None
    result: list[Data] = []
    for word in found:
        meant = {
            'ingress': ['Ingress'],
            'inbound': ['Ingress'],
            'in': ['Ingress'],
            'egress': ['Egress'],
            'outbound': ['Egress'],
            'out': ['Egress'],
            'both': ['Ingress', 'Egress'],
        }.get(word.lower())
        if meant is None:
            return None
        result += (one for one in meant if one not in result)
    return result


_PATH = lazy(r'/[A-Za-z0-9_./~%:@-]*\Z')


def as_paths(node: Node) -> Data | None:
    """HTTP paths, each as a whole."""
    found = texts(node)
    if found is None or not all(_PATH.match(text) for text in found):
        return None
    return [{'exact': text} for text in found]


def rendered(node: Node, how: str) -> Data | None:
    """What becomes of a value: ``how`` is one of ``linter.calico.words.VALUES``."""
    if how.startswith('='):
        return how[1:]
    if how == 'same':
        return data_of(node)
    if how == 'item':
        data = data_of(node)
        return data if data is None or isinstance(data, list) else [data]
    if how in ('accounts', 'service') and isinstance(node, MappingNode):
        return data_of(node)
    if how == 'accounts':
        accounts = as_names(node)
        return None if accounts is None else {'names': accounts}
    if how == 'service':
        if isinstance(node, Scalar) and names.LABEL.match(node.value):
            return {'name': node.value}
        return None
    if how in ('protocol', 'one'):
        found = pieces(node)
        return None if found is None or len(found) != 1 else found[0]
    if how == 'action':
        return _ACTIONS.get(node.value.lower()) if isinstance(node, Scalar) else None
    if how == 'family':
        text = node.value.lower().removeprefix('ip').lstrip('v') if isinstance(node, Scalar) else ''
        return int(text) if text in ('4', '6') else None
    if how == 'path' and isinstance(node, SequenceNode):
        items = [item for item in node.items if isinstance(item, MappingNode)]
        if len(items) == len(node.items):
            return data_of(node)
    return {
        'nets': as_nets,
        'ports': as_ports,
        'selector': as_selector,
        'namespace': as_namespace,
        'names': as_names,
        'types': as_types,
        'path': as_paths,
    }[how](node)
