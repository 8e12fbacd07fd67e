"""The quick reader mirrors conditions of rules: where a rule changes, its mirror is looked at.

``spec/mirrors.txt`` has a digest of each rule that ``linter/quick`` mirrors: of its code without
words, and of its rows of the fact table. Where one differs, the rule may have become stricter than
its mirror, and a document in which it finds something would be called clean.
"""

from __future__ import annotations

import ast
import hashlib
from importlib import import_module
from pathlib import Path

from conftest import ROOT

from linter.catalogue.facts import known_facts
from linter.quick.conditions import MIRRORED

QUICK = ROOT / 'linter' / 'quick'
DIGESTS = Path(__file__).parent / 'spec' / 'mirrors.txt'
MODULES = sorted({module for modules in MIRRORED.values() for module in modules})
LONGEST_WORD = 16
"""A text with a blank in it that is longer is said to somebody, and decides nothing."""


def decided(node: object) -> object:
    """A piece of code without what it says: alike for every version of Python that parses it."""
    if isinstance(node, list):
        return [decided(one) for one in node if not _is_docstring(one)]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return '' if ' ' in node.value and len(node.value) > LONGEST_WORD else node.value
    if isinstance(node, ast.JoinedStr):
        return [decided(one) for one in node.values if isinstance(one, ast.FormattedValue)]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [(name, decided(value)) for name, value in ast.iter_fields(node) if value]
    return type(node).__name__, fields


def _is_docstring(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def digest(source: str, rows: object) -> str:
    """What a rule decides, in a few characters: the same whatever it says and is commented with."""
    text = f'{decided(ast.parse(source))}{rows}'
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def digest_of(module: str) -> str:
    """The digest of a rule as it is."""
    also: tuple[str, ...] = getattr(import_module(f'linter.rules.{module}'), 'ALSO', ())
    names = (module.replace('_', '-'), *also)
    rows = [
        (row.fact, row.kinds, row.lanes, row.since, row.until)
        for row in known_facts().rows()
        if row.rule in names
    ]
    path = ROOT / 'linter' / 'rules' / f'{module}.py'
    return digest(path.read_text(encoding='utf-8'), rows)


def mirrors(module: str) -> list[str]:
    """The functions of the quick reader that say that they mirror a rule."""
    return [
        f'{path.name}: {node.name}'
        for path in sorted(QUICK.glob('*.py'))
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8')))
        if isinstance(node, ast.FunctionDef)
        and module.replace('_', '-') in (ast.get_docstring(node) or '')
    ]


def test_a_rule_that_is_mirrored_is_as_it_was(update: bool) -> None:
    found = {module: digest_of(module) for module in MODULES}
    if update:
        lines = [f'{module} {code}\n' for module, code in found.items()]
        DIGESTS.write_text(''.join(lines), encoding='utf-8')
    known = dict(line.split() for line in DIGESTS.read_text(encoding='utf-8').splitlines())
    changed = [
        f'the rule {module.replace("_", "-")}, or one of its facts, is not what the quick reader '
        f'mirrored ({", ".join(mirrors(module)) or "in the tables of its fields"}): see that the '
        'mirror is as strict as the rule is now, or take the rule out of MIRRORED in '
        'linter/quick, and run pytest tests/test_mirrors.py --update'
        for module in MODULES
        if known.get(module) != found[module]
    ]
    assert not changed, '\n'.join(changed)
    assert known.keys() == found.keys()


RULE = '''"""What it is about."""

@rule('Rule')
def check(value, document):
    """It says so."""
    if 'ports' in value.fields and value.text('action') not in ('Allow', 'Log'):
        yield Finding('a-fact', value.span, f'{value.name} has ports, and does nothing with them')
'''


def test_what_a_rule_says_is_no_matter() -> None:
    for old, new in (
        ('What it is', 'What this is'),
        ('It says so.', 'It does not.'),
        ('does nothing with them', 'is none the wiser'),
        ('    if', '    # Only there.\n    if'),
    ):
        assert old in RULE
        assert digest(RULE.replace(old, new), []) == digest(RULE, [])


def test_what_a_rule_looks_at_is() -> None:
    for old, new in (
        ("'ports' in", "'nets' in"),
        ("('Allow', 'Log')", "('Allow',)"),
        ("'Rule')", "'EntityRule')"),
        (' and ', ' or '),
    ):
        assert old in RULE
        assert digest(RULE.replace(old, new, 1), []) != digest(RULE, [])
    assert digest(RULE, [('a-fact', None, ('api',), None, None)]) != digest(RULE, [])
