"""The generated schemas and fact table: where their files lie, and reading them."""

from __future__ import annotations

import os

from linter.text.start import read_json, remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Schema = dict[str, 'Any']

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def schema_path(*names: str) -> str:
    """A file of the schemas folder: inside the package when installed, beside it in a checkout."""
    inside = os.path.join(_PACKAGE, 'schemas', *names)
    if os.path.exists(inside):
        return inside
    return os.path.join(os.path.dirname(_PACKAGE), 'schemas', *names)


@remembered()
def read_schema(api: str, kind: str) -> Schema:
    """The generated schema of a kind, with all that is noted in it; FileNotFoundError: none."""
    path = schema_path('annotated', api, f'{kind.lower()}.schema.json')
    with open(path, encoding='utf-8') as file:
        schema: Schema = read_json(file.read())
    return schema
