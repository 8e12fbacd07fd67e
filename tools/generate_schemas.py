"""Field tables of the reference pages -> one JSON Schema per kind."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.cells import Ref, field_cell, read_field
from tools.pages import ERRATA_LAYOUT, Json, PageError, Row, Table, read_tables, slug

HERE = Path(__file__).resolve().parent.parent / 'schemas'
DIALECT = 'https://json-schema.org/draft/2020-12/schema'
EPOCHS = ('v2', 'v3')
NO_ROW, REMOVED = '(no row)', '(removed)'


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


# Errata: where a page is wrong, its table stays as it is and the correction stands beside it.


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
