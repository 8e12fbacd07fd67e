"""Calico's label selectors: read them, print them as Calico does, try them on labels.

``parse`` answers for every selector of every file, so it is one regular expression and a stack
and imports nothing; only a selector that it cannot read is worth the seventy milliseconds of
Lark, and goes to ``explain``. ``selector.lark`` is the specification; a test holds the two
against each other. Nothing here recurses, for a selector may be nested as deep as it is long.

https://docs.tigera.io/calico/latest/reference/resources/networkpolicy#selector
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple, Optional, Union

# Calico wrote its tokenizer anew for 3.30. The regular expressions that it replaced took a line
# break for a blank inside has( ), all( ), global( ), `not in`, `starts with` and `ends with`.
# https://github.com/projectcalico/calico/blob/master/libcalico-go/lib/selector/tokenizer/tokenizer.go
V3 = 'v3'
V3_LENIENT = 'v3-before-3.30'
# No contains, starts with, ends with or global(), and `in` is an operator wherever a label starts.
V2 = 'v2'

LONGEST_LABEL = 512


class All(NamedTuple):
    span: tuple[int, int]


class Global(NamedTuple):
    span: tuple[int, int]


class Has(NamedTuple):
    key: str
    span: tuple[int, int]


class Compare(NamedTuple):
    """``operator`` is ``==``, ``!=``, ``contains``, ``starts with`` or ``ends with``."""

    key: str
    operator: str
    value: str
    span: tuple[int, int]


class Member(NamedTuple):
    """``key in {…}`` and ``key not in {…}``; ``values`` are sorted and each is there once."""

    key: str
    values: tuple[str, ...]
    negated: bool
    span: tuple[int, int]


class Not(NamedTuple):
    operand: Selector


class And(NamedTuple):
    operands: tuple[Selector, ...]


class Or(NamedTuple):
    operands: tuple[Selector, ...]


# These are tuples and compare as such: And(x) == Or(x). Compare what `canonical` prints.
Selector = Union[All, Global, Has, Compare, Member, Not, And, Or]


class Mistake(NamedTuple):
    """Why Calico refuses a selector; offsets count code points of the selector's text.

    ``edits`` (start, end, replacement) repair all of it, not this mistake alone, or are empty.
    ``kind`` names the mistake for programs. The edits never touch a line break: that is a matter
    of how the YAML is written.
    """

    start: int
    end: int
    message: str
    hint: Optional[str]
    edits: tuple[tuple[int, int, str], ...]
    applicability: Optional[str]
    fix_title: Optional[str]
    kind: str


class Stop(NamedTuple):
    """Where the quick reader gave up.

    ``reason`` is ``condition``: in the one that begins at ``offset``, with ``depth`` parentheses
    open and the condition before it at ``last``; or ``unclosed`` or ``stray``: at a parenthesis.
    """

    reason: str
    offset: int
    depth: int = 0
    last: tuple[int, int] = (0, 0)


LETTER = '[A-Za-z0-9_./-]'
LITERAL = '(?:"[^"]*"|\'[^\']*\')'
# How a v2 label may not begin, `not\s*in\b|in\b` in Go, whose \b and \s know ASCII only.
# https://github.com/projectcalico/libcalico-go/blob/master/lib/selector/tokenizer/tokenizer.go
_V2_RESERVED = r'(?!(?:not[ \t\n\f\r]*)?in(?![A-Za-z0-9_]))'

_OPERATORS = {'=': '==', '!': '!=', 'c': 'contains', 's': 'starts with', 'e': 'ends with'}


@cache
def _condition(dialect: str) -> Callable[[str, int], Optional[re.Match[str]]]:
    """Match one condition with all signs before it, and what closes and joins it after it."""
    inner = r'[ \t]*' if dialect == V3 else r'[ \t\n\f\r]*'
    if dialect == V2:
        words, operators, reserved = 'all', '==|!=', _V2_RESERVED
    else:
        words, reserved = 'all|global', ''
        operators = f'==|!=|contains|starts{inner}with|ends{inner}with'
    label = f'{LETTER}{{1,{LONGEST_LABEL}}}'
    # No two neighbours match the same character, but for the label, where the lookahead
    # ends the matter; so the time is linear in the text.
    pattern = rf"""
        ([!( \t]*)
        (?: has\({inner}({label}){inner}\)
        |   ({words})\({inner}\)
        |   {reserved}({label})(?!{LETTER})[ \t]*
            (?: ({operators})[ \t]*({LITERAL})
            |   (in|not{inner}in)[ \t]*
                \{{[ \t]*((?:{LITERAL}[ \t]*(?:,[ \t]*{LITERAL}[ \t]*)*(?:,[ \t]*)?)?)\}}
            )
        )
        ([) \t]*)
        (&&|\|\||\Z)
    """
    return re.compile(pattern, re.VERBOSE).match


def _all_of(operands: list[Selector]) -> Selector:
    return operands[0] if len(operands) == 1 else And(tuple(operands))


def _any_of(operands: list[Selector]) -> Selector:
    return operands[0] if len(operands) == 1 else Or(tuple(operands))


def scan(text: str, dialect: str = V3) -> Selector | Stop:
    """The quick reader itself; ``parse`` without the cache, and with the place of the failure."""
    if not text.strip(' \t'):
        return All((0, len(text)))
    condition = _condition(dialect)
    node: Selector
    stack: list[tuple[int, bool, list[Selector], list[Selector]]] = []
    negated = False
    conjunction: list[Selector] = []
    disjunction: list[Selector] = []
    at, span = 0, (0, 0)
    while True:
        found = condition(text, at)
        if found is None:
            return Stop('condition', at, len(stack), span)
        signs, has, word, key, operator, literal, member, items, closing, joint = found.groups()
        if '(' in signs or '!' in signs:
            for offset, sign in enumerate(signs, at):
                if sign == '!':
                    negated = not negated
                elif sign == '(':
                    stack.append((offset, negated, conjunction, disjunction))
                    negated, conjunction, disjunction = False, [], []
        span = found.end(1), found.start(9)
        if operator:
            node = Compare(key, _OPERATORS[operator[0]], literal[1:-1], span)
        elif has:
            node = Has(has, span)
        elif member:
            values = {value[1:-1] for value in re.findall(LITERAL, items)}
            node = Member(key, tuple(sorted(values)), member != 'in', span)
        elif word == 'all':
            node = All(span)
        else:
            node = Global(span)
        if negated:
            node, negated = Not(node), False
        conjunction.append(node)
        if ')' in closing:
            for offset, sign in enumerate(closing, span[1]):
                if sign == ')':
                    if not stack:
                        return Stop('stray', offset)
                    disjunction.append(_all_of(conjunction))
                    node = _any_of(disjunction)
                    _, negated, conjunction, disjunction = stack.pop()
                    conjunction.append(Not(node) if negated else node)
                    negated = False
        if joint == '||':
            disjunction.append(_all_of(conjunction))
            conjunction = []
        elif not joint:
            break
        at = found.end()
    if stack:
        return Stop('unclosed', stack[-1][0])
    disjunction.append(_all_of(conjunction))
    return _any_of(disjunction)


def _accepts(text: str, dialect: str) -> bool:
    if not text.strip(' \t'):
        return True
    condition = _condition(dialect)
    at = depth = 0
    while True:
        found = condition(text, at)
        if found is None:
            return False
        signs, closing, joint = found.group(1, 9, 10)
        if '(' in signs:
            depth += signs.count('(')
        if ')' in closing:
            depth -= closing.count(')')
            if depth < 0:
                return False
        if not joint:
            return depth == 0
        at = found.end()


# Repositories repeat their selectors, but not the very long ones.
_accepted = lru_cache(maxsize=1024)(_accepts)
_remembered = lru_cache(maxsize=1024)(scan)


def accepts(text: str, dialect: str = V3) -> bool:
    """Whether Calico takes the selector: whether ``parse`` makes something of it, but sooner."""
    return _accepted(text, dialect) if len(text) <= 1024 else _accepts(text, dialect)


def parse(text: str, dialect: str = V3) -> Selector | None:
    """What the selector means, or None where Calico refuses it; ``''`` is ``all()``."""
    found = _remembered(text, dialect) if len(text) <= 1024 else scan(text, dialect)
    return None if isinstance(found, Stop) else found


def explain(text: str, dialect: str = V3) -> Mistake:
    """Why ``parse`` says None."""
    from linter.selector import explainer  # and with it Lark

    return explainer.explain(text, dialect)


def _quoted(value: str) -> str:
    return f"'{value}'" if '"' in value else f'"{value}"'


def canonical(selector: Selector) -> str:
    """The selector as Calico prints it: two with the same canonical form are the same."""
    out: list[str] = []
    todo: list[Selector | str] = [selector]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            out.append(node)
        elif isinstance(node, Compare):
            out.append(f'{node.key} {node.operator} {_quoted(node.value)}')
        elif isinstance(node, Has):
            out.append(f'has({node.key})')
        elif isinstance(node, Member):
            operator = 'not in' if node.negated else 'in'
            out.append(f'{node.key} {operator} {{{", ".join(map(_quoted, node.values))}}}')
        elif isinstance(node, Not):
            todo += node.operand, '!'
        elif isinstance(node, (And, Or)):
            joint = ' && ' if isinstance(node, And) else ' || '
            todo.append(')')
            for operand in reversed(node.operands):
                todo += operand, joint
            todo[-1] = '('
        else:
            out.append('all()' if isinstance(node, All) else 'global()')
    return ''.join(out)


def _holds(leaf: All | Global | Has | Compare | Member, labels: Mapping[str, str]) -> bool:
    if isinstance(leaf, (All, Global)):
        return True
    value = labels.get(leaf.key)
    if isinstance(leaf, Has):
        return value is not None
    if isinstance(leaf, Member):
        # Without the label, `not in` and `!=` hold: a surprise to many, and Calico's meaning.
        return (value in leaf.values) is not leaf.negated
    if leaf.operator == '!=':
        return value != leaf.value
    if value is None:
        return False
    if leaf.operator == '==':
        return value == leaf.value
    if leaf.operator == 'contains':
        return leaf.value in value
    if leaf.operator == 'starts with':
        return value.startswith(leaf.value)
    return value.endswith(leaf.value)


def evaluate(selector: Selector, labels: Mapping[str, str]) -> bool:
    """Whether something with these labels is selected; ``global()`` is as true as ``all()``."""
    # A frame is None for `!`, else what decides the junction early and what is left of it.
    frames: list[tuple[bool, Iterator[Selector]] | None] = []
    node = selector
    while True:
        if isinstance(node, Not):
            frames.append(None)
            node = node.operand
            continue
        if isinstance(node, (And, Or)):
            rest = iter(node.operands)
            frames.append((isinstance(node, Or), rest))
            node = next(rest)
            continue
        value = _holds(node, labels)
        while frames:
            frame = frames[-1]
            if frame is None:
                value = not value
            elif value is not frame[0]:
                following = next(frame[1], None)
                if following is not None:
                    node = following
                    break
            frames.pop()
        else:
            return value
