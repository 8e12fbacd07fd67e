"""Reference pages as Markdown: lines with their places, headings, tables, rows.

The tables in `spec/` are written in the language of Calico's own reference pages (columns Field,
Description, Accepted Values, Schema, Default), so that a page can be held beside its original:
https://docs.tigera.io/calico/latest/reference/resources/networkpolicy
Two columns are ours: Versions (`3.29+`, `up to 3.31`, `3.27-3.31`; empty = always) and Fact (the
row of the linter's facts that says which lane and version mind a wrong value).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tools.messages import BadTable

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
