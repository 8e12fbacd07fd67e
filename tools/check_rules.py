"""Whether every rule names a group, subjects, kinds and facts that exist; a sentence where not.

``python -m tools.generate`` runs it before anything is made of the rules.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from linter.calico.kinds import KINDS
from linter.catalogue.library import FOLDER, Library
from linter.catalogue.pages import GROUPS, read
from linter.catalogue.subjects import subjects
from linter.text.suggest import listing
from tools.messages import BadTable, place, unknown

_MAKERS = ('finding_at', 'finding_at_key', 'Finding', 'RootFinding')
"""The functions whose first argument is a fact."""

SUBJECTS = 'linter/catalogue/rule.py lists them'


def check(facts: frozenset[str], ruled: frozenset[str], folder: str = FOLDER) -> None:
    """Raise BadTable for the first thing that is wrong with a rule.

    ``facts`` are the names of all facts, ``ruled`` the ids of the rules that have any.
    """
    known = subjects()
    for name in Library(folder).names():
        path = os.path.join(folder, f'{name}.py')
        with open(path, encoding='utf-8') as file:
            text = file.read()
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            raise BadTable(f'{place(path, error.lineno or 1)}: {error.msg}') from None
        doc = ast.get_docstring(tree)
        if not doc:
            raise BadTable(f'{place(path, 1)}: the rule has no page: write it as the docstring')
        examples = {example.word for example in read(doc).examples}
        if examples and examples != {'bad', 'good'}:
            lacking = listing_of({'bad', 'good'} - examples)
            raise BadTable(f'{place(path, 1)}: the page has no {lacking} example: write one')
        _check_group(path, tree)
        for line, subject, kinds in _subjects(tree):
            if subject not in known:
                raise BadTable(
                    f'{place(path, line)}: {unknown("subject", subject, known, SUBJECTS)}'
                )
            for kind in kinds:
                if kind not in KINDS and kind != 'v2':
                    raise BadTable(f'{place(path, line)}: {unknown("kind", kind, KINDS)}')
        _check_parameters(path, tree)
        for line, fact in _facts(tree):
            if fact not in facts:
                raise BadTable(
                    f'{place(path, line)}: {unknown("fact", fact, facts, "add its row")} '
                    '(facts are rows of schemas/spec/facts.md)'
                )
        if name.replace('_', '-') not in ruled:
            raise BadTable(
                f'{place(path, 1)}: no row of schemas/spec/facts.md names this rule: add the row '
                'of its fact'
            )


def listing_of(words: set[str]) -> str:
    return ' and no '.join(sorted(words))


def _check_group(path: str, tree: ast.Module) -> None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == 'GROUP' for one in node.targets
        ):
            group = node.value.value if isinstance(node.value, ast.Constant) else ''
            if group not in GROUPS:
                there_are = f'there are {listing(sorted(GROUPS), "and")}'
                raise BadTable(
                    f'{place(path, node.lineno)}: {unknown("group", str(group), GROUPS, there_are)}'
                )
            return
    raise BadTable(f"{place(path, 1)}: the rule is in no group: write GROUP = 'fields', say")


def _check_parameters(path: str, tree: ast.Module) -> None:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.args.vararg is not None:
            continue
        subjects = {subject for _, subject, _ in _subjects(ast.Module([node], []))}
        names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
        if subjects and len(names) != (1 if subjects == {'root'} else 2):
            wanted = 'view' if subjects == {'root'} else 'value, document'
            raise BadTable(
                f'{place(path, node.lineno)}: {node.name}({", ".join(names)}) is called with other '
                f'arguments: write {node.name}({wanted})'
            )


def _subjects(tree: ast.Module) -> Iterator[tuple[int, str, list[str]]]:
    """What ``@rule`` is given: lines, subjects, and the kinds that are written out."""
    for node in ast.walk(tree):
        for call in getattr(node, 'decorator_list', ()):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id == 'rule'
            ):
                kinds = [
                    one.value
                    for keyword in call.keywords
                    for one in ast.walk(keyword.value)
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]
                for one in call.args:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.lineno, one.value, kinds


def _facts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The facts that are written out where a finding is made, with their lines."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _MAKERS
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.lineno, node.args[0].value
