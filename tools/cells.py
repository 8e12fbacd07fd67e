"""The cells of a field table, read: what a row says about its field, as JSON Schema.

The set of cell shapes is closed. A cell of no known shape stops the generator with file, line and
the text, because guessing would turn a typo into a schema that accepts everything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from tools.pages import Json, Row, plain, slug


class Ref(NamedTuple):
    """`[EndpointPorts](hostendpoint.md#endpointport)`: the anchor decides, the text is a plural."""

    page: str
    anchor: str
    text: str


class Values(NamedTuple):
    """What an Accepted Values cell says."""

    enum: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    low: int | None = None
    high: int | None = None
    format: str | None = None
    pattern: str | None = None
    const: str | None = None

    def __bool__(self) -> bool:
        return self != Values()


PRIMITIVES = {
    'string': 'string',
    'float': 'number',
    'integer': 'integer',
    'int': 'integer',
    'boolean': 'boolean',
}
REF = re.compile(r'\[([^\]]+)\]\(([\w./-]*)#([\w-]+)\)')
# Not `date`, not `duration`: Kubernetes' timestamps are the only times in these objects.
NAMED: dict[str, Json] = {
    'map': {'type': 'object'},
    'map of string to string': {'type': 'object', 'additionalProperties': {'type': 'string'}},
    'map of string key to string values': {
        'type': 'object',
        'additionalProperties': {'type': 'string'},
    },
    'list': {'type': 'array'},
    'list of strings': {'type': 'array', 'items': {'type': 'string'}},
    'list of cidrs': {'type': 'array', 'items': {'type': 'string', 'format': 'calico-cidr'}},
    'cidr': {'type': 'string', 'format': 'calico-cidr'},
    'string | integer': {
        'anyOf': [{'type': 'integer'}, {'type': 'string'}],
        'format': 'int-or-string',
    },
    'IEEE 802 MAC-48, EUI-48, or EUI-64': {'type': 'string', 'format': 'mac'},
    'time': {'type': 'string', 'format': 'date-time'},
    'any': {},
}
# Anchors that name a grammar instead of an object.
GRAMMARS: dict[str, Json] = {
    'selector': {'type': 'string', 'format': 'calico-selector'},
    'selectors': {'type': 'string', 'format': 'calico-selector'},
    'ports': {
        'anyOf': [{'type': 'integer', 'minimum': 1, 'maximum': 65535}, {'type': 'string'}],
        'format': 'calico-port',
    },
    'supported-kinds': {'type': 'string'},
}


def schema_cell(row: Row) -> Json | Ref | list[Ref]:
    """A Schema cell: a type, a reference, or a list of references."""
    text = row.get('Schema')
    if text in PRIMITIVES:
        return {'type': PRIMITIVES[text]}
    named = text[0].lower() + text[1:] if text.startswith('List') else text
    if named in NAMED:
        return json.loads(json.dumps(NAMED[named]))  # type: ignore[no-any-return]
    listed = re.match(r'[Ll]ist of ', text)
    link = REF.fullmatch(text[listed.end() :] if listed else text)
    if link is not None:
        ref = Ref(link[2], link[3], link[1])
        if ref.anchor in GRAMMARS and not ref.page:
            grammar: Json = json.loads(json.dumps(GRAMMARS[ref.anchor]))
            return {'type': 'array', 'items': grammar} if listed else grammar
        return [ref] if listed else ref
    if re.fullmatch(r'[A-Z]\w*', text):
        return Ref('', slug(text), text)  # the 3.32 pages lost the link of HTTPMatch
    raise row.error(f'unknown shape in Schema: {text!r}')


PROSE_FORMATS = (
    (r'Valid selector', 'calico-selector'),
    (r'A valid IP address|Valid IPv4 or IPv6 address(es)?', 'ip'),
    (r'List of valid IPv4 or IPv6 CIDRs', 'calico-cidr'),
    (r'List of valid IPv4 CIDRs or list of valid IPv6 CIDRs( \(.*\))?', 'calico-cidr'),
    (r'Valid IPv4 or IPv6 CIDRs, for example "[^"]*"', 'calico-net'),
    (r'Valid IPv4 or IPv6 CIDRs or addresses', 'calico-net'),
    (r'A valid IPv4 or IPv6 pool CIDR', 'calico-pool-cidr'),
)
CODE = r'`[\w./-]+`'
CODE_ITEM = rf'(?:{CODE}\s*-\s*{CODE}|{CODE})'
BARE_ITEM = r'(?:integer )?\d+-\d+|[a-z][a-z0-9]*'
CHARSET = re.compile(
    r'(Alphanumeric string|Lower-case alphanumeric) with optional '
    r'((?:`[._/-]`(?:, or |, | or )?)+)\.?'
)


def accepted_cell(row: Row) -> Values:
    text = row.get('Accepted Values')
    if not text:
        return Values()
    for pattern, name in PROSE_FORMATS:
        if re.fullmatch(pattern, text):
            return Values(format=name)
    if re.fullmatch(r'[a-z.]+/v\d\w*', text):
        return Values(const=text)
    if (charset := CHARSET.fullmatch(text)) is not None:
        letters = 'a-z0-9' if charset[1].startswith('Lower') else 'A-Za-z0-9'
        listed = re.findall(r'`(.)`', charset[2])
        # A hyphen means itself only at the end of a bracket expression.
        extra = ''.join(c for c in './_' if c in listed) + '-' * ('-' in listed)
        return Values(pattern=f'^[{letters}{extra}]+$')
    if (prose := re.fullmatch(r'Can be integer (\d+)-(\d+)', text)) is not None:
        return listed_values(row, [f'{prose[1]}-{prose[2]}'])
    if re.fullmatch(rf'{CODE_ITEM}(?:, {CODE_ITEM})*', text):
        return listed_values(row, text.replace('`', '').split(', '))
    bare = text[:-1] if text.endswith('.') else text
    parts = bare.split(', ')
    if all(re.fullmatch(BARE_ITEM, part) for part in parts) and (
        len(parts) > 1 or re.fullmatch(r'\d+-\d+', bare)
    ):
        return listed_values(row, [part.removeprefix('integer ') for part in parts])
    raise row.error(f'unknown shape in Accepted Values: {text!r}')


def listed_values(row: Row, parts: Sequence[str]) -> Values:
    words: list[str] = []
    numbers: list[int] = []
    low: int | None = None
    high: int | None = None
    for part in parts:
        if (span := re.fullmatch(r'(\d+)\s*-\s*(\d+)', part)) is not None:
            if low is not None:
                raise row.error('two ranges in one Accepted Values cell')
            low, high = int(span[1]), int(span[2])
            if low > high:
                raise row.error(f'a range that ends before it starts: {part}')
        elif part.isdigit():
            numbers.append(int(part))
        else:
            words.append(part)
    return Values(enum=tuple(words), numbers=tuple(numbers), low=low, high=high)


def default_cell(row: Row, schema: Json) -> Json:
    text = row.get('Default')
    if not text or re.fullmatch(r'`nil`(?: \(.*\))?', text):
        return {}
    # "Depends on presence of ingress/egress rules\*": computed, the linter's code knows it.
    if re.fullmatch(r'Depends on .*\\\*', text):
        return {}
    quoted = re.fullmatch(r'"([^"]*)"|`([^`]*)`|(\w+\(\))|(true|false)', text)
    if quoted is None:
        raise row.error(f'unknown shape in Default: {text!r}')
    word = next(group for group in quoted.groups() if group is not None)
    kind = schema.get('type')
    value: object = word
    if kind == 'boolean' and word in ('true', 'false'):
        value = word == 'true'
    elif kind in ('integer', 'number') and re.fullmatch(r'-?\d+', word):
        value = int(word)
    elif kind not in ('string', 'object'):  # the v2 page calls the string "default" a map
        raise row.error(f'the default {text} does not fit {row.get("Schema")}')
    if 'enum' in schema and value not in schema['enum']:
        raise row.error(f'the default {text} is not an accepted value')
    return {'default': value}


def version_cell(row: Row) -> Json:
    text = row.get('Versions')
    if not text:
        return {}
    number = r'(\d+\.\d+)'
    if (since := re.fullmatch(rf'{number}\+', text)) is not None:
        return {'x-calico-since': since[1]}
    if (until := re.fullmatch(rf'up to {number}', text)) is not None:
        return {'x-calico-until': until[1]}
    if (span := re.fullmatch(rf'{number}-{number}', text)) is not None:
        return {'x-calico-since': span[1], 'x-calico-until': span[2]}
    raise row.error(f'unknown shape in Versions: {text!r}')


def fact_cell(row: Row, node: Json) -> Json:
    text = row.get('Fact')
    if not text:
        return {}
    if re.fullmatch(r'[a-z0-9]+(-[a-z0-9]+)*', text) is None:
        raise row.error(f'unknown shape in Fact: {text!r}')
    if not node.keys() & {'enum', 'format', 'minimum', 'pattern'}:
        raise row.error(f'{text} has no values to govern')
    return {'x-calico-fact': text}


def field_cell(row: Row) -> tuple[str, bool]:
    """The name, and whether it is deprecated: `tags (deprecated)`, `doNotTrack\\*\\*`."""
    text = re.sub(r'\\?\*', '', row.get('Field')).strip().strip('`')
    found = re.fullmatch(r'([A-Za-z][A-Za-z0-9-]*)(?:\s+\((deprecated)\))?', text)
    if found is None:
        raise row.error(f'unknown shape in Field: {row.get("Field")!r}')
    return found[1], found[2] is not None


def digits(values: Values) -> str:
    """A protocol number may be quoted, with leading zeros: Calico reads "006" as 6."""
    if values.low is None:
        return f'^0*({"|".join(map(str, values.numbers))})$'
    return '^0*([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$'


def constrain(row: Row, schema: Json, values: Values) -> Json:
    """The Schema cell's type narrowed by the Accepted Values cell."""
    if not values:
        return schema
    kind = schema.get('type')
    if schema.get('format') == 'int-or-string':
        if (values.low, values.high) not in ((1, 255), (None, None)) or not values.enum:
            raise row.error('the only union with values is a protocol: names and 1-255')
        number: Json = {'type': 'integer', 'minimum': values.low, 'maximum': values.high}
        if values.low is None:
            number = {'enum': list(values.numbers)}
        text = {'type': 'string', 'pattern': digits(values)}
        branches = [{'enum': list(values.enum)}, number, text]
        if not values.numbers and values.low is None:
            branches = branches[:1]
        return {'anyOf': branches, 'format': 'calico-protocol'}
    if kind == 'array':
        # "List of strings" with words: they are what an *item* may be.
        schema['items'] = constrain(row, schema.get('items') or {'type': 'string'}, values)
        return schema
    if kind == 'boolean':
        if values.enum not in (('true',), ('true', 'false')):
            raise row.error(f'a boolean cannot be {row.get("Accepted Values")}')
        return schema
    if kind == 'string' and not values.numbers and values.low is None:
        if values.enum:
            return {**schema, 'enum': list(values.enum)}
        if values.const is not None:
            return {**schema, 'const': values.const}
        if values.pattern is not None:
            return {**schema, 'pattern': values.pattern}
        return {**schema, 'format': values.format}
    if kind == 'string' and values.enum and values.low is not None:
        # The v2 page types a protocol as string and lists numbers: the literal reading.
        return {
            'anyOf': [{'enum': list(values.enum)}, {'type': 'string', 'pattern': digits(values)}],
            'format': 'calico-protocol',
        }
    if kind == 'integer' and values.numbers and not values.enum and values.low is None:
        return {'type': 'integer', 'enum': list(values.numbers)}
    if kind == 'integer' and values.low is not None and not values.enum and not values.numbers:
        return {'type': 'integer', 'minimum': values.low, 'maximum': values.high}
    raise row.error(f'{row.get("Schema")} cannot be {row.get("Accepted Values")!r}')


class Field(NamedTuple):
    name: str
    schema: Json
    required: bool
    ref: Ref | None


def read_field(row: Row) -> Field:
    name, deprecated = field_cell(row)
    cell = schema_cell(row)
    values = accepted_cell(row)
    ref: Ref | None = None
    if isinstance(cell, dict):
        schema = constrain(row, cell, values)
        if name == 'kind' and row.get('Schema').startswith('[kind]') and 'enum' in schema:
            schema = {'type': 'string', 'const': schema['enum'][0]}
    else:
        if values:
            raise row.error(f'{row.get("Schema")} cannot be {row.get("Accepted Values")!r}')
        ref = cell if isinstance(cell, Ref) else cell[0]
        schema = {} if isinstance(cell, Ref) else {'type': 'array', 'items': {}}
    description = plain(row.get('Description'))
    # The fact belongs to the node that has the values, which in a list is the item.
    node = schema.get('items', schema)
    node.update(fact_cell(row, node))
    if description:
        schema['description'] = description
    schema.update(default_cell(row, schema))
    if deprecated:
        schema['deprecated'] = True
    schema.update(version_cell(row))
    return Field(name, schema, bool(re.search(r'\bRequired\.', description)), ref)
