"""What a selector means: read it, print it as Calico does, try it on labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from linter.calico.selector.accept import LITERAL, LONGEST_LABEL, V3, condition
from linter.calico.selector.plain import LETTERS
from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple, TypeVar

    T = TypeVar('T')
else:
    from linter.text.records import NamedTuple


def _key(selector: object) -> tuple[object, ...]:
    """What a tree says, flat: types, operands and values in order, and no places."""
    key: list[object] = []
    todo: list[object] = [selector]
    while todo:
        node = todo.pop()
        key.append(node.__class__)
        if isinstance(node, Not):
            todo.append(node.operand)
        elif isinstance(node, (And, Or)):
            key.append(len(node.operands))
            todo += node.operands
        elif isinstance(node, tuple):
            # The last field of a leaf is its place.
            key += tuple.__getitem__(node, slice(0, -1))
    return tuple(key)


def _is_same(one: object, other: object) -> bool:
    return one.__class__ is other.__class__ and _key(one) == _key(other)


def _is_other(one: object, other: object) -> bool:
    return not _is_same(one, other)


def _hash_of(one: object) -> int:
    return hash(_key(one))


def _compared(cls: type[T]) -> type[T]:
    """A kind of node; as a plain tuple it would equal other kinds with the same fields."""
    for name, method in (('__eq__', _is_same), ('__ne__', _is_other), ('__hash__', _hash_of)):
        setattr(cls, name, method)
    return cls


# Nodes are equal where they have the same type and say the same, wherever they stand. Neither
# comparing nor hashing recurses, since a selector may be nested as deep as it is long.


@_compared
class All(NamedTuple):
    span: tuple[int, int]


@_compared
class Global(NamedTuple):
    span: tuple[int, int]


@_compared
class Has(NamedTuple):
    key: str
    span: tuple[int, int]


@_compared
class Compare(NamedTuple):
    """``operator`` is ``==``, ``!=``, ``contains``, ``starts with`` or ``ends with``."""

    key: str
    operator: str
    value: str
    span: tuple[int, int]


@_compared
class Member(NamedTuple):
    """``key in {…}`` and ``key not in {…}``; ``values`` are sorted and each is there once."""

    key: str
    values: tuple[str, ...]
    negated: bool
    span: tuple[int, int]


@_compared
class Not(NamedTuple):
    operand: Selector


@_compared
class And(NamedTuple):
    operands: tuple[Selector, ...]


@_compared
class Or(NamedTuple):
    operands: tuple[Selector, ...]


Selector = All | Global | Has | Compare | Member | Not | And | Or


class Stop(NamedTuple):
    """Where the quick reader gave up.

    ``reason`` is ``condition``: in the one that begins at ``offset``, with ``depth`` parentheses
    open and the condition before it at ``last``; or ``unclosed`` or ``stray``: at a parenthesis.
    """

    reason: str
    offset: int
    depth: int = 0
    last: tuple[int, int] = (0, 0)


_OPERATORS = {'=': '==', '!': '!=', 'c': 'contains', 's': 'starts with', 'e': 'ends with'}


def _all_of(operands: list[Selector]) -> Selector:
    return operands[0] if len(operands) == 1 else And(tuple(operands))


def _any_of(operands: list[Selector]) -> Selector:
    return operands[0] if len(operands) == 1 else Or(tuple(operands))


def _simple(text: str) -> Selector | None:
    """What most selectors are: ``key == 'value'`` and ``has(key)``, or some of them, each in
    parentheses or not, with ``&&`` between them. None: read it in another way.

    Compiling the expression of ``accept`` takes longer than to read a hundred of these.
    """
    found: list[Selector] = []
    at = 0
    for part in text.split(' && '):
        start, inner = at, part
        if part[:1] == '(' and part[-1:] == ')':
            start, inner = at + 1, part[1:-1]
        span = start, start + len(inner)
        key, equals, literal = inner.partition(' == ')
        if not equals and key[:4] == 'has(' and key[-1] == ')':
            key = key[4:-1]
        # The first quote that closes the literal has to be its end.
        elif literal[:1] not in ("'", '"') or literal.find(literal[0], 1) != len(literal) - 1:
            return None
        if not key or not LETTERS.issuperset(key) or len(key) > LONGEST_LABEL:
            return None
        found.append(Compare(key, '==', literal[1:-1], span) if equals else Has(key, span))
        at += len(part) + 4
    return _all_of(found)


def scan(text: str, dialect: str = V3) -> Selector | Stop:
    """The quick reader itself; ``parse`` without the cache, and with the place of the failure."""
    if not text.strip(' \t'):
        return All((0, len(text)))
    simple = _simple(text) if dialect == V3 else None
    if simple is not None:
        return simple
    match = condition(dialect)
    node: Selector
    stack: list[tuple[int, bool, list[Selector], list[Selector]]] = []
    negated = False
    conjunction: list[Selector] = []
    disjunction: list[Selector] = []
    at, span = 0, (0, 0)
    while True:
        found = match(text, at)
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


_remembered = remembered(1024)(scan)


def parse(text: str, dialect: str = V3) -> Selector | None:
    """What the selector means, or None where Calico refuses it; ``''`` is ``all()``."""
    # Repositories repeat their selectors, but not the very long ones.
    found = _remembered(text, dialect) if len(text) <= 1024 else scan(text, dialect)
    return None if isinstance(found, Stop) else found


def _quoted(value: str) -> str:
    return f"'{value}'" if '"' in value else f'"{value}"'


def canonical(selector: Selector, prefix: str = '') -> str:
    """The selector as Calico prints it: two with the same canonical form are the same.

    ``prefix`` is written before every label, as Calico does for those of a namespace.
    """
    out: list[str] = []
    todo: list[Selector | str] = [selector]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            out.append(node)
        elif isinstance(node, Compare):
            out.append(f'{prefix}{node.key} {node.operator} {_quoted(node.value)}')
        elif isinstance(node, Has):
            out.append(f'has({prefix}{node.key})')
        elif isinstance(node, Member):
            operator = 'not in' if node.negated else 'in'
            out.append(f'{prefix}{node.key} {operator} {{{", ".join(map(_quoted, node.values))}}}')
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
