"""Field tables of the reference pages -> one JSON Schema per kind; and all other generators.

    python -m tools.generate [--check]

The tables in `spec/` are written in the language of Calico's own reference pages (columns Field,
Description, Accepted Values, Schema, Default), so that a page can be held beside its original:
https://docs.tigera.io/calico/latest/reference/resources/networkpolicy
Two columns are ours: Versions (`3.29+`, `up to 3.31`, `3.27-3.31`; empty = always) and Fact (the
row of the linter's facts that says which lane and version mind a wrong value).

The set of cell shapes is closed. A cell of no known shape stops the generator with file, line and
the text, because guessing would turn a typo into a schema that accepts everything.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tools.messages import BadTable

HERE = Path(__file__).resolve().parent.parent / 'schemas'
DIALECT = 'https://json-schema.org/draft/2020-12/schema'
EPOCHS = ('v2', 'v3')

Json = dict[str, Any]

BASE = ('Field', 'Description', 'Accepted Values', 'Schema', 'Default')
EXTENSIONS = ('Versions', 'Fact')
FIELD_LAYOUTS = {
    BASE,
    ('Field', 'Description', 'Accepted Values', 'Schema'),
    ('Field', 'Description', 'Schema', 'Default'),
    ('Field', 'Description', 'Schema'),
}
# Tables for the reader alone. They are listed, too: an unlisted one may be a field table with a
# misspelt header, whose fields would silently vanish from the schema.
PROSE_LAYOUTS = {
    ('Ingress Rules Present', 'Egress Rules Present', '`Types` value'),
    ('Syntax', 'Meaning'),
    ('Expression', 'Meaning'),
    ('Syntax', 'Example', 'Description'),
    ('Datastore type', 'Create/Delete', 'Update', 'Get/List', 'Notes'),
}
ERRATA_LAYOUT = ('Object.Field', 'Column', 'Page says', 'Override', 'Reason')
NO_ROW, REMOVED = '(no row)', '(removed)'


class PageError(BadTable):
    """A page that the generator refuses, with the place."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f'{path.name}:{line}: {message}')


class Line(NamedTuple):
    path: Path
    number: int
    text: str


class Row(NamedTuple):
    path: Path
    line: int
    cells: dict[str, str | None]  # None: the row is shorter than the header

    def get(self, column: str) -> str:
        return self.cells.get(column) or ''

    def error(self, message: str) -> PageError:
        return PageError(self.path, self.line, message)


class Table(NamedTuple):
    page: str  # where its references start from; an included table has another path
    path: Path
    line: int
    heading: str
    intro: str
    columns: tuple[str, ...]
    rows: list[Row]

    @property
    def is_fields(self) -> bool:
        return self.columns[0] == 'Field'

    def error(self, message: str) -> PageError:
        return PageError(self.path, self.line, message)


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


# ---------------------------------------------------------------------------------------------
# Markdown: lines, headings, tables


# Jekyll (2017 to 2022) and MDX (since 2023) spell "put that file here" differently.
LIQUID = re.compile(r'^\s*\{%\s*include\s+(?:\{\{\s*page\.version\s*\}\}/)?(\S+)\s*%\}\s*$')
MDX_IMPORT = re.compile(r"""^import\s+(\w+)\s+from\s+['"](?:.*/)?([\w.-]+\.mdx?)['"];?\s*$""")
MDX_USE = re.compile(r'^\s*<(\w+)\s*/>\s*$')
HEADING = re.compile(r'^#{1,6}\s+(.*?)\s*#*\s*$')
LINK = re.compile(r'\[([^\]]*)\]\([^)]*\)')
FENCE = re.compile(r'^\s*(```|~~~)')


def expand(path: Path, includes: Path, seen: tuple[Path, ...] = ()) -> Iterator[Line]:
    """The lines of a page, its front matter and comments gone, its includes in place."""
    lines = path.read_text(encoding='utf-8').splitlines()
    start = 0
    if lines and lines[0].strip() == '---':
        try:
            start = lines.index('---', 1) + 1
        except ValueError:
            raise PageError(path, 1, 'front matter without an end') from None
    components: dict[str, str] = {}
    comment = False
    for number, text in enumerate(lines[start:], start + 1):
        if comment or text.lstrip().startswith('<!--'):
            comment = '-->' not in text
            continue
        if (found := MDX_IMPORT.match(text)) is not None:
            components[found[1]] = found[2]
            continue
        name = None
        if (found := LIQUID.match(text)) is not None:
            name = found[1]
        elif (found := MDX_USE.match(text)) is not None:
            name = components.get(found[1])
            if name is None:
                raise PageError(path, number, f'<{found[1]} /> is not imported')
        if name is None:
            yield Line(path, number, text)
            continue
        target = includes / name
        if not target.is_file():
            raise PageError(path, number, f'no such include: {name}')
        if target in (*seen, path):
            raise PageError(path, number, f'{name} includes itself')
        yield from expand(target, includes, (*seen, path))


def plain(text: str) -> str:
    """Markdown prose as text: links and the product's placeholders replaced, spaces collapsed."""
    text = re.sub(r'\{\{\s*site\.prodname\s*\}\}|\$\[prodname\]', 'Calico', text)
    text = LINK.sub(r'\1', text).replace('\\*', '').replace('<br>', ' ').replace('`', '')
    return ' '.join(text.split())


def slug(heading: str) -> str:
    return re.sub(r'[^\w-]', '', heading.lower().replace(' ', '-'))


def split_row(text: str) -> list[str]:
    # The pages of 2017-12-04 forgot to escape the pipe of their only union.
    text = re.sub(r'\bstring\|integer\b', r'string \\| integer', text.strip())
    cells = [cell.strip().replace('\\|', '|') for cell in re.split(r'(?<!\\)\|', text)]
    # A trailing pipe is optional in the old pages, hence only an empty last cell is dropped.
    return cells[1:-1] if cells[-1] == '' and len(cells) > 2 else cells[1:]


def unquoted(text: str) -> str:
    """The types table of every page stands in a block quote (`>|`, `> |`, ` |`)."""
    return re.sub(r'^\s*(?:>\s*)*', '', text)


def read_tables(path: Path, includes: Path | None = None) -> list[Table]:
    lines = list(expand(path, includes or path.parent))
    tables: list[Table] = []
    heading = path.stem.lstrip('_')  # an include has no heading of its own
    intro: list[str] = []
    fenced = False
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if FENCE.match(line.text):
            fenced = not fenced
        if fenced:
            continue
        if (found := HEADING.match(line.text)) is not None:
            heading, intro = plain(found[1]), []
            continue
        if not unquoted(line.text).startswith('|'):
            if not FENCE.match(line.text):
                intro.append(line.text)
            continue
        block = [line]
        while at < len(lines) and unquoted(lines[at].text).startswith('|'):
            block.append(lines[at])
            at += 1
        paragraph = '\n'.join(intro).strip().split('\n\n')[0]
        tables.append(read_table(path.stem, heading, plain(paragraph), block))
    return tables


def read_table(page: str, heading: str, intro: str, block: Sequence[Line]) -> Table:
    head = block[0]
    columns = tuple(split_row(unquoted(head.text)))
    base = tuple(column for column in columns if column not in EXTENSIONS)
    known = base in FIELD_LAYOUTS or base in PROSE_LAYOUTS or base == ERRATA_LAYOUT
    if not known or columns != base + tuple(e for e in EXTENSIONS if e in columns):
        raise PageError(head.path, head.number, f'unknown columns: {" | ".join(columns)}')
    if len(block) < 2 or not re.fullmatch(r'[|:\s-]*-[|:\s-]*', unquoted(block[1].text)):
        raise PageError(head.path, head.number, 'no delimiter row (|---|) under the header')
    rows = []
    for line in block[2:]:
        cells: list[str | None] = [*split_row(unquoted(line.text))]
        if len(cells) > len(columns):
            message = f'{len(cells)} cells under {len(columns)} columns'
            raise PageError(line.path, line.number, message)
        cells += [None] * (len(columns) - len(cells))
        rows.append(Row(line.path, line.number, dict(zip(columns, cells, strict=True))))
    return Table(page, head.path, head.number, heading, intro, columns, rows)


# ---------------------------------------------------------------------------------------------
# Cells


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


# ---------------------------------------------------------------------------------------------
# Objects


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


class Book:
    """The pages of one epoch; a reference may lead from one to another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages: dict[str, dict[str, Table]] = {}
        self.errata = read_errata(folder / 'errata.md')
        for name, rows in self.errata.items():
            if not (folder / f'{name}.md').is_file():
                raise rows[0].error(f'errata of a page that does not exist: {name}')

    def page(self, name: str) -> dict[str, Table]:
        if name not in self.pages:
            tables: dict[str, Table] = {}
            for table in read_tables(self.folder / f'{name}.md'):
                if not table.is_fields:
                    continue
                if slug(table.heading) in tables:
                    raise table.error(f'a second field table under {table.heading}')
                tables[slug(table.heading)] = table
            correct(tables, self.errata.get(name, []))
            self.pages[name] = tables
        return self.pages[name]

    def kinds(self) -> Iterator[str]:
        """The pages with an object of their own name that has a `kind`; the others are shared."""
        for path in sorted(self.folder.glob('*.md')):
            root = self.page(path.stem).get(path.stem)
            if root is not None and any('[kind]' in row.get('Schema') for row in root.rows):
                yield path.stem

    def find(self, table: Table, row: Row, ref: Ref) -> tuple[str, Table]:
        page = re.sub(r'\.mdx?$', '', ref.page) or table.page
        if ref.page and not (self.folder / f'{page}.md').is_file():
            raise row.error(f'no such page: {ref.page}')
        found = self.page(page).get(ref.anchor)
        if found is None:
            raise row.error(f'no object #{ref.anchor} on {page}.md')
        return page, found

    def schema(self, kind: str) -> Json:
        """The self-contained schema of one kind."""
        root = self.page(kind)[kind]
        definitions: dict[str, Json] = {}
        origin: dict[str, Table] = {}
        todo = [root]
        body: Json = {}
        while todo:
            table = todo.pop()
            properties: Json = {}
            required: list[str] = []
            for row in table.rows:
                field = read_field(row)
                if field.name in properties:
                    raise row.error(f'{table.heading}.{field.name} stands in two rows')
                if field.ref is not None:
                    _, target = self.find(table, row, field.ref)
                    name = target.heading
                    if origin.setdefault(name, target) is not target:
                        raise row.error(f'two objects are called {name}')
                    if name not in definitions:
                        definitions[name] = {}
                        todo.append(target)
                    link = {'$ref': f'#/$defs/{name}'}
                    if field.schema.get('type') == 'array':
                        field.schema['items'] = link
                    else:
                        properties[field.name] = {**link, **field.schema}
                properties.setdefault(field.name, field.schema)
                if field.required:
                    required.append(field.name)
            made: Json = {'title': table.heading}
            if table.intro:
                made['description'] = table.intro
            made |= {'type': 'object', 'properties': properties, 'additionalProperties': False}
            if required:
                made['required'] = required
            if table is root:
                body = made
            else:
                definitions[table.heading] = made
        # The version of the kind itself is that of its `kind` row.
        for key in ('x-calico-since', 'x-calico-until'):
            if key in body['properties'].get('kind', {}):
                body[key] = body['properties']['kind'].pop(key)
        head: Json = {'$schema': DIALECT, '$id': f'urn:calico-lint:{self.folder.name}:{kind}'}
        return {**head, **body, '$defs': dict(sorted(definitions.items()))}


# ---------------------------------------------------------------------------------------------
# Errata: where a page is wrong, its table stays as it is and the correction stands beside it


def read_errata(path: Path) -> dict[str, list[Row]]:
    if not path.is_file():
        return {}
    errata: dict[str, list[Row]] = {}
    for table in read_tables(path):
        if table.columns == ERRATA_LAYOUT:
            errata.setdefault(table.heading, []).extend(table.rows)
    return errata


def correct(tables: dict[str, Table], errata: Sequence[Row]) -> None:
    for erratum in errata:
        place = erratum.get('Object.Field')
        column = erratum.get('Column')
        said, override = (
            re.sub(r'^\(empty\)$', '', erratum.get(name)) for name in ('Page says', 'Override')
        )
        heading, _, field = place.partition('.')
        table = tables.get(slug(heading))
        if table is None or not field:
            raise erratum.error(f'no such object: {place}')
        if column not in table.columns:
            raise erratum.error(f'no such column: {column}')
        row = next((row for row in table.rows if field_cell(row)[0] == field), None)
        if said == NO_ROW:
            if row is None:
                row = Row(erratum.path, erratum.line, {'Field': field})
                table.rows.append(row)
            elif row.path != erratum.path:
                raise erratum.error(f'{place} has a row')
        elif row is None:
            raise erratum.error(f'{place} has no row')
        elif row.get(column) != said:
            # The page has changed under its erratum: look again, perhaps it is not needed now.
            raise erratum.error(f'{place} says {row.get(column)!r}, not {said!r}')
        if override == REMOVED:
            table.rows.remove(row)
        else:
            row.cells[column] = override


# ---------------------------------------------------------------------------------------------
# Command


def generate(folder: Path) -> dict[str, str]:
    """Path under schemas/ -> text, for every kind of an epoch, annotated and for editors."""
    from linter.calico.editor_schemas import all_kinds, plain

    book = Book(folder)
    epoch = folder.name
    schemas = {kind: book.schema(kind) for kind in book.kinds()}
    made = {f'annotated/{epoch}/{kind}.schema.json': schema for kind, schema in schemas.items()}
    made |= {
        f'{epoch}/{kind}.schema.json': plain(schema, epoch) for kind, schema in schemas.items()
    }
    if epoch == 'v3':
        titles = {schema['title']: schema for schema in schemas.values()}
        made[f'{epoch}/all.schema.json'] = all_kinds(titles, epoch)
    return {
        name: json.dumps(schema, indent=2, ensure_ascii=False) + '\n'
        for name, schema in made.items()
    }


def write_schemas(check: bool) -> int:
    """Write the schemas of all kinds, or say which are stale (exit status 1)."""
    stale = []
    for epoch in EPOCHS:
        spec = HERE / 'spec' / epoch
        if not spec.is_dir():  # an installed package has the schemas alone: nothing to do, or undo
            print(f'no field tables: {spec}', file=sys.stderr)
            return 1
        try:
            made = generate(spec)
        except PageError as error:
            print(error, file=sys.stderr)
            return 1
        for folder in (f'annotated/{epoch}', epoch):
            (HERE / folder).mkdir(parents=True, exist_ok=True)
            for path in sorted((HERE / folder).glob('*.json')):
                if f'{folder}/{path.name}' not in made:
                    stale.append(f'{folder}/{path.name}')
                    if not check:
                        path.unlink()
        for name, text in made.items():
            path = HERE / name
            if not path.is_file() or path.read_text(encoding='utf-8') != text:
                stale.append(name)
                if not check:
                    path.write_text(text, encoding='utf-8', newline='\n')
    for name in stale:
        print(f'schemas/{name}: {"stale, run python -m tools.generate" if check else "written"}')
    return 1 if check and stale else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run every generator in the order in which they need one another; stop at the first fault."""
    parser = argparse.ArgumentParser(
        prog='python -m tools.generate',
        description='Make schemas, facts, words, the index of rules, the schema of the '
        'configuration and the docs from the tables and the rules.',
    )
    parser.add_argument('--check', action='store_true', help='write nothing, exit 1 if stale')
    words = ['--check'] if parser.parse_args(argv).check else []
    # Imported one after another: each reads what those before it have written.
    from tools import generate_facts, generate_words

    if write_schemas(bool(words)) or generate_facts.main(words) or generate_words.main(words):
        return 1
    from tools import check_rules

    try:
        rows = generate_facts.facts()
        check_rules.check(
            frozenset(row['fact'] for row in rows), frozenset(row['rule'] for row in rows)
        )
    except BadTable as error:
        print(error, file=sys.stderr)
        return 1
    from tools import generate_config, generate_docs, generate_index

    return generate_index.main(words) or generate_config.main(words) or generate_docs.main(words)


if __name__ == '__main__':
    sys.exit(main())
