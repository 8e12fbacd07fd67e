"""Imports point down, each heavy library has one owner, and no rule knows another."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Bottom first. A module imports from its own room and from those below. CONTRIBUTING.md says what
# each is for.
ROOMS = (
    'text', 'diagnostic', 'yaml', 'calico', 'policy', 'catalogue', 'quick', 'rules', 'suppress',
    'migrate', 'workspace', 'engine', 'report', 'policytest', 'run', 'cli', '__main__',
)  # fmt: skip
LEVELS = {name: level for level, name in enumerate(ROOMS)}

OWNERS = {
    'yaml': 'linter.yaml.libyaml_reader',
    'ruamel': 'linter.yaml.pure_reader',
    'lark': 'linter.calico.selector.grammar',
    'jsonschema': 'linter.calico.json_schema',
    'rich': 'linter.report.terminal',
}


class Import(NamedTuple):
    """``now``: at import time, not when a function is called."""

    name: str
    now: bool


def _imports(tree: ast.AST, now: bool = True) -> Iterator[Import]:
    """What a module imports, what is for type checkers alone left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, now) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, 'relative import'
            assert node.module is not None
            yield Import(node.module, now)
            yield from (Import(f'{node.module}.{alias.name}', now) for alias in node.names)
        elif isinstance(node, ast.If) and 'TYPE_CHECKING' in ast.unparse(node.test):
            yield from (found for child in node.orelse for found in _imports(child, now))
        else:
            inside = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _imports(node, now and not inside)


def _modules() -> dict[str, list[Import]]:
    found = {}
    for path in sorted((ROOT / 'linter').rglob('*.py')):
        name = '.'.join(path.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__')
        found[name] = list(_imports(ast.parse(path.read_text(encoding='utf-8'))))
    return found


MODULES = _modules()


def _part(module: str) -> str:
    """The module or package directly under ``linter``; '' for ``linter`` itself."""
    return [*module.split('.'), ''][1]


@pytest.mark.parametrize('room', ['', *ROOMS])
def test_imports_point_down(room: str) -> None:
    for module in MODULES:
        if _part(module) == room:
            points_down(module)


def points_down(module: str) -> None:
    part = _part(module)
    if not part:
        assert MODULES[module] == [], 'importing linter must cost nothing'
        return
    assert part in LEVELS, f'{module} stands in no room of ROOMS'
    for other in {found.name for found in MODULES[module]} & MODULES.keys() - {'linter', module}:
        assert LEVELS[_part(other)] <= LEVELS[part], f'{module} imports {other}'
        if part == 'rules':
            assert _part(other) != part, f'a rule imports another: {other}'


def test_a_room_says_what_it_is_for_and_holds_nothing_else() -> None:
    for path in (ROOT / 'linter').rglob('__init__.py'):
        tree = ast.parse(path.read_text(encoding='utf-8'))
        if path.parent.name == 'linter':
            continue
        assert ast.get_docstring(tree), f'{path.parent.name} does not say what it is for'
        assert len(tree.body) == 1, f'{path.parent.name}/__init__.py holds more than its docstring'


def test_rooms_are_what_exists() -> None:
    assert LEVELS.keys() == {_part(module) for module in MODULES} - {''}


def test_every_package_is_installed() -> None:
    files = (ROOT / 'linter').rglob('__init__.py')
    packages = {'.'.join(path.parent.relative_to(ROOT).parts) for path in files}
    text = (ROOT / 'pyproject.toml').read_text(encoding='utf-8')
    listed = text.partition('\npackages = [')[2].partition(']')[0]
    assert {name.strip(' "\n') for name in listed.split(',')} - {''} == {
        *packages,
        'linter.schemas',
    }


def test_no_cycle_at_import_time() -> None:
    graph = {
        module: {found.name for found in imports if found.now} & MODULES.keys() - {module}
        for module, imports in MODULES.items()
    }
    assert set(TopologicalSorter(graph).static_order()) == MODULES.keys()


def test_one_module_parses() -> None:
    parsing = {'linter.yaml.documents.split', 'linter.yaml.compose.compose'}
    parsers = {
        module
        for module, imports in MODULES.items()
        if _part(module) != 'yaml' and parsing & {found.name for found in imports}
    }
    assert parsers == {'linter.calico.parsed_file'}


def test_one_module_makes_the_catalogue() -> None:
    """Whoever else needs rules or facts is handed them."""
    making = 'linter.catalogue.catalogue.standard'
    makers = {
        module for module, imports in MODULES.items() if making in {found.name for found in imports}
    }
    assert makers == {'linter.cli.catalogue'}


@pytest.mark.parametrize('library', OWNERS)
def test_a_heavy_library_has_one_owner(library: str) -> None:
    users = {
        module
        for module, imports in MODULES.items()
        if any(found.name.split('.')[0] == library for found in imports)
    }
    assert users == {OWNERS[library]} - {''}


def test_nothing_else_is_imported() -> None:
    roots = {found.name.split('.')[0] for imports in MODULES.values() for found in imports}
    assert roots - set(sys.stdlib_module_names) <= {'linter', *OWNERS}
