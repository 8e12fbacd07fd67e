"""Every regular expression of the package takes linear time, on whatever text.

They are found in the source, so that none can be forgotten: each call of ``re`` or ``lazy``, and
each ``match`` or ``search`` with a pattern written in place.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ambiguity import pump
from conftest import ROOT

from linter.calico.selector import accept, hint_value, walk
from linter.yaml import pure_reader

PACKAGE = ROOT / 'linter'
SEARCHES = ('finditer', 'findall', 'search', 'split', 'sub', 'subn')
MATCHES = ('fullmatch', 'match')
OURS = ('lazy_regex.py', 'pages.py')
"""What compiles the patterns of others, and what reads the docstrings of rules alone."""

PARSED = {path: ast.parse(path.read_text('utf-8')) for path in sorted(PACKAGE.rglob('*.py'))}


class Found(NamedTuple):
    """A pattern, where it is written, and whether it is tried at every place of a text."""

    where: str
    pattern: re.Pattern[Any]
    searched: bool


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def names_searched() -> set[tuple[Path | None, str]]:
    """The names by which some method tries every place of a text; private ones by module."""
    found: set[tuple[Path | None, str]] = set()
    for path, tree in PARSED.items():
        for call in calls(tree):
            if isinstance(call.func, ast.Attribute) and call.func.attr in SEARCHES:
                for node in (call.func.value, *call.args[:1]):
                    name = getattr(node, 'id', None) or getattr(node, 'attr', '')
                    if name:
                        found.add((path if name.startswith('_') else None, name))
    return found


def is_searched(name: str, path: Path, names: set[tuple[Path | None, str]]) -> bool:
    return (path if name.startswith('_') else None, name) in names


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
    )


def written() -> Iterator[Found]:
    """Every pattern that stands in the source."""
    by_name = names_searched()
    for path, tree in PARSED.items():
        name = '.'.join(path.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__')
        names = {
            id(node.value): target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in calls(tree):
            func = call.func
            method = func.attr if isinstance(func, ast.Attribute) else getattr(func, 'id', '')
            owner = func.value if isinstance(func, ast.Attribute) else None
            of_re = isinstance(owner, ast.Name) and owner.id == 're'
            is_made = (of_re and method == 'compile') or (owner is None and method == 'lazy')
            is_used = of_re and method in (*SEARCHES, *MATCHES)
            in_place = method in ('search', *MATCHES) and call.args and is_text(call.args[0])
            if not (is_made or is_used or in_place) or path.name in OURS:
                continue
            where = f'{path.relative_to(ROOT)}:{call.lineno}'
            module = vars(importlib.import_module(name))
            pattern, *rest = call.args
            flags: Any = 0
            for argument in (*rest[len(rest) - is_made :], *(one.value for one in call.keywords)):
                if is_made:
                    flags = evaluated(argument, module, where)
            try:
                text = evaluated(pattern, module, where)
            except NameError:
                UNKNOWN.append(f'{path.relative_to(PACKAGE)}: {ast.unparse(pattern)[:40]}')
                continue
            searched = method in SEARCHES or (
                is_made and is_searched(names.get(id(call), ''), path, by_name)
            )
            if isinstance(text, re.Pattern):
                yield Found(where, text, searched)
            elif isinstance(text, (str, bytes)):
                yield Found(where, re.compile(text, flags), searched)


def evaluated(node: ast.expr, module: dict[str, Any], where: str) -> Any:
    return eval(compile(ast.Expression(node), where, 'eval'), {'re': re, **module})


def made() -> Iterator[Found]:
    """Those that are put together by a function."""
    for shape, value in hint_value.WHOLE_VALUES.items():
        yield Found(f'WHOLE_VALUES {shape}', re.compile(value.pattern), False)
    for text, _ in pure_reader._WORDS:
        yield Found(f'pure_reader {text}', re.compile(text, re.DOTALL), False)
    for dialect in (accept.V3, accept.V3_LENIENT, accept.V2):
        yield Found(f'accept.condition({dialect})', accept.pattern(dialect), False)
        for name, token in walk._patterns(dialect).items():
            yield Found(f'walk {name} ({dialect})', re.compile(token.pattern), False)


UNKNOWN: list[str] = []
ALL = [*written(), *made()]


@pytest.mark.parametrize('found', ALL, ids=lambda found: f'{found.where}')
def test_a_pattern_is_linear(found: Found) -> None:
    word = pump(found.pattern, found.searched)
    if word is not None:
        steps = [word.steps(found.pattern, times, found.searched) for times in (8, 16, 32)]
        pytest.fail(
            f'{found.where}: {found.pattern.pattern!r} takes {steps} steps '
            f'for {word.word!r} times 8, 16 and 32 ({word.loops})'
        )


def test_all_are_found() -> None:
    """What no constant says is one of these, and looked at where it is put together."""
    assert len(ALL) > 200
    assert sorted(UNKNOWN) == [
        # accept.pattern(dialect)
        "calico/selector/accept.py: f'\\n        ([!( \\\\t]*)\\n        (?: has",
        # hint_value.WHOLE_VALUES
        "calico/selector/hint_value.py: pattern.replace('Q', q)",
        # Place.match, whose callers are looked at
        'calico/selector/place.py: pattern',
        # walk._patterns(dialect)
        'calico/selector/walk.py: text',
        # a line break and so many blanks
        "quick/records.py: f'\\\\n(?={indent}[^ #-])'",
        # those of ignore files, which hold no choice open: test_ignore
        'workspace/patterns.py: glob.regex()',
        # pure_reader._WORDS
        'yaml/pure_reader.py: pattern',
    ]


@pytest.mark.parametrize(
    ('pattern', 'searched'),
    [
        ('a*a*b', False), ('(?:a*)*b', False), ('(a|a)*b', False), ('(a|aa)*b', False),
        ('a*b', True), (r'\{\{.*?\}\}', True), (r'(?:[\s\x85]|#.*)*:', False),
        (r'(?:\r\n?|\n)*%', False), ('(?:x(?=.*y))*', False), (r'(?i:a*A*)b', False),
        (r'(?:[^"]|"")*"', True), ('([ab])(?:\\1|a)*c', False),
    ],
)  # fmt: skip
def test_what_is_not_linear_is_told(pattern: str, searched: bool) -> None:
    compiled = re.compile(pattern)
    word = pump(compiled, searched)
    assert word is not None
    few, many = (word.steps(compiled, times, searched) for times in (8, 32))
    assert many > 8 * few


@pytest.mark.parametrize(
    ('pattern', 'searched'),
    [
        ('[ab]*a', False), ('a*b', False), ('#.*', True), (r'a{1,512}(?!a)\s*b', False),
        (r'[ ]*(?:-[ ]+)*x', False), ('(?:[^:]|:(?! ))*', False), ('[^"]*"', False),
        (r'(?:[ \t]|#[^\n]*\n)*:', False), ('(?:a|b)*c', False), ('(?<!a)a+', True),
    ],
)  # fmt: skip
def test_what_is_linear_passes(pattern: str, searched: bool) -> None:
    assert pump(re.compile(pattern), searched) is None
