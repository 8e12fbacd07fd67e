"""Mistakes in and behind values and sets."""

from __future__ import annotations

import re

from linter.calico.selector.accept import LITERAL, V2, Mistake
from linter.calico.selector.place import (
    BARE,
    NUMBER_OR_BOOLEAN,
    VALUE,
    Edits,
    Place,
    code,
    end_of,
    in_braces,
    mistake,
    quoted,
    start_of,
    unclosed,
)
from linter.text.lazy_regex import lazy


def no_value(place: Place) -> Mistake | None:
    if not place.match(r'&&|\|\||[)\]},;]|\Z'):
        return None
    label, operator = place.before[-2:]
    value = '{…}' if place.slot == 'set' else "'…'"
    return mistake(
        'missing-value',
        start_of(operator),
        end_of(operator),
        f'there is no value after {code(operator)}: write {code(f"{label} {operator} {value}")}',
    )


def more_equals(place: Place) -> Mistake | None:
    if place.char != '=':
        return None
    operator, end = place.last, place.at + 1
    kind = 'triple-equals' if operator == '==' and place.touching else 'extra-operator'
    return mistake(
        kind,
        place.at,
        end,
        f'this `=` is one too many: write {code(operator)}',
        edits=((end_of(operator), end, ''),),
        write=str(operator),
    )


def set_as_value(place: Place) -> Mistake | None:
    if place.char != '{' or place.text.startswith('{{', place.at):
        return None
    label, operator = place.before[-2:]
    items = place.match(r'\{([^{}]*)\}')
    right = {'EQ': 'in', 'NE': 'not in'}.get(operator.type)
    if right is None:
        return mistake(
            'set-as-value',
            place.at,
            place.at + 1,
            f'{code(operator)} takes one value and no set: '
            'write a condition for each value and join them with `||`',
        )
    start = start_of(operator)
    glue = ' ' if start == end_of(label) else ''
    shown = f'{label} {right} {in_braces(items[1] if items else "…")}'
    return mistake(
        'set-as-value',
        place.at,
        place.at + 1,
        f'{code(operator)} takes one value and no set: write {code(shown)}',
        edits=((start, end_of(operator), glue + right),),
        write=shown,
    )


def bracketed_value(place: Place) -> Mistake | None:
    inside = place.match(rf'[(\[][ \t]*({VALUE})[ \t]*[)\]]')
    if place.char not in ('(', '['):
        return None
    label, operator = place.before[-2:]
    value = quoted(inside[1] if inside else '…')
    right = f'{label} {operator} {value}'
    new = f' {value}' if place.touching else value
    return mistake(
        'bracketed-value',
        place.at,
        place.at + 1,
        f'a value takes no brackets: write {code(right)}',
        edits=((place.at, inside.end(), new),) if inside else (),
        write=right,
    )


def escaped_quotes(place: Place) -> Mistake | None:
    r"""``a == \'b\'``."""
    found = place.match(r"""\\(['"])([^'"\\]*)\\\1""")
    if found is None:
        return None
    right = f'{found[1]}{found[2]}{found[1]}'
    return mistake(
        'backslash',
        place.at,
        place.at + 1,
        f'a backslash escapes nothing in a selector: write {code(right)}',
        edits=((place.at, found.end(), right),),
        write=right,
    )


def negated_value(place: Place) -> Mistake | None:
    found = place.match(rf'![ \t]*({VALUE})')
    label, operator = place.before[-2:]
    if found is None or operator != '==':
        return None
    right = f'{label} != {quoted(found[1])}'
    return mistake(
        'negated-value',
        place.at,
        place.at + 1,
        f'`!` cannot stand before a value: write {code(right)}',
        edits=((start_of(operator), end_of(operator), '!='), (place.at, found.start(1), '')),
        write=right,
    )


def unquoted_value(place: Place) -> Mistake | None:
    value = place.match(BARE)
    if value is None:
        return None
    label, operator = place.before[-2:]
    hint = None
    if '*' in value[0]:
        hint = '`*` is no wildcard in a selector'
        if place.dialect != V2:
            hint += ': see `starts with`, `ends with` and `contains`'
    elif NUMBER_OR_BOOLEAN.fullmatch(value[0]):
        hint = 'the value of a label is text, also where it looks like a number or a boolean'
    right = quoted(value[0])
    return mistake(
        'unquoted-value',
        place.at,
        value.end(),
        f'the value {code(value[0])} must be in quotes: '
        f'write {code(f"{label} {operator} {right}")}',
        hint,
        edits=((place.at, value.end(), right),),
        write=right,
    )


def wrong_brackets(place: Place) -> Mistake | None:
    """``a in (…)``, which is Kubernetes', and ``a in […]``, which is YAML's."""
    if place.char not in ('(', '['):
        return None
    label, operator = place.before[-2:]
    inside = place.match(rf"""[(\[]((?:{LITERAL}|[^'"()\[\]{{}}])*)[)\]]""")
    edits: Edits = ()
    if inside:
        edits = (place.at, place.at + 1, '{'), (inside.end() - 1, inside.end(), '}')
    right = f'{label} {operator} {in_braces(inside[1] if inside else "…")}'
    return mistake(
        'kubernetes-form' if place.char == '(' else 'wrong-brackets',
        place.at,
        place.at + 1,
        f'a set is written in braces: write {code(right)}',
        edits=edits,
        write=right,
    )


def set_without_braces(place: Place) -> Mistake | None:
    items = place.match(rf'{VALUE}(?:[ \t]*,[ \t]*{VALUE})*')
    if items is None:
        return None
    label, operator = place.before[-2:]
    right = f'{label} {operator} {in_braces(items[0])}'
    glue = ' ' if place.touching else ''
    return mistake(
        'set-without-braces',
        place.at,
        items.end(),
        f'a set is written in braces: write {code(right)}',
        edits=((place.at, place.at, f'{glue}{{'), (items.end(), items.end(), '}')),
        write=right,
    )


# Inside a set


def set_not_closed(place: Place) -> Mistake | None:
    """The selector ends, goes on, or closes with the wrong bracket inside a set."""
    at = place.at
    if place.char in (')', ']'):
        return mistake(
            'wrong-brackets',
            at,
            at + 1,
            f'the set opens with `{{` and closes with {code(place.char)}: write `}}`',
            edits=((at, at + 1, '}'),),
            write='}',
        )
    if not place.match(r'&&|\|\||\Z'):
        return None
    brace = next(token for token in reversed(place.before) if token.type == '_LBRACE')
    end = end_of(place.last)
    # Nobody means the empty set, which matches nothing.
    edits: Edits = ((end, end, '}'),) if place.last.type != '_LBRACE' else ()
    return unclosed('{', start_of(brace), edits=edits, write='}')


def extra_comma(place: Place) -> Mistake | None:
    if place.char != ',':
        return None
    return mistake(
        'extra-comma',
        place.at,
        place.at + 1,
        'there is no value before this comma: write one, or remove the comma',
        edits=((place.at, place.at + 1, ''),),
        safe=place.last.type == '_COMMA' or place.match(rf'[ \t,]*{VALUE}') is not None,
    )


def unquoted_items(place: Place) -> Mistake | None:
    first = place.match(BARE)
    if first is None:
        return None
    # All of them at once: a set of a hundred bare words is one mistake.
    edits = []
    item = re.compile(rf'({BARE})|{LITERAL}|[ \t,]+')
    at = place.at
    while found := item.match(place.text, at):
        if found[1]:
            edits.append((at, found.end(), quoted(found[1])))
        at = found.end()
    right = in_braces(place.text[place.at : at].rstrip(' \t'))
    if place.last.type != '_LBRACE':
        right = quoted(first[0])
    return mistake(
        'unquoted-value',
        place.at,
        first.end(),
        f'the value {code(first[0])} must be in quotes: write {code(right)}',
        edits=tuple(edits),
        write=right,
    )


def no_comma(place: Place) -> Mistake | None:
    other = place.match(r"""(?:[;:]|\|\|?)(?=[ \t]*['"])""")
    if other:
        return mistake(
            'missing-comma',
            place.at,
            other.end(),
            f'{code(other[0])} does not separate the values of a set: write a comma',
            edits=((place.at, other.end(), ','),),
            write=',',
        )
    if not place.match(VALUE):
        return None
    end = end_of(place.last)
    return mistake(
        'missing-comma',
        place.at,
        place.at + 1,
        f'there is no comma between two values: write {code(f"{place.last},")}',
        edits=((end, end, ','),),
        write=f'{place.last},',
    )


# Behind a value


def swallowed(place: Place) -> Mistake | None:
    """``a == 'b && c == 'd'``: a quote was forgotten, and the string ran up to the next one."""
    if not place.touching or place.last.type != 'STRING':
        return None
    if not re.search(r'[\s=,{(]\Z|&&|\|\|', place.last[1:-1]):
        return None
    start = start_of(place.last)
    return mistake(
        'unterminated-string',
        start,
        start + 1,
        f'the quote {place.last[0]} that opens here is closed only before '
        f'{code(place.text[place.at : place.at + 10])}: close it after its value',
    )


WHOLE_VALUES = {
    (shape, q): lazy(pattern.replace('Q', q))
    for q in ('"', "'")
    for shape, pattern in (
        ('escaped', r'Q((?:[^Q\\]|\\.)*)Q'),
        ('wrapped', r'QQ([^Q]*)QQ'),
        ('doubled', r'Q((?:[^Q]|QQ)*)Q'),
        ('inside', r'Q([^Q]*Q[^Q\s&|,)}][^Q=&|]*)Q(?=[ \t]*(?:[&|,)}]|\Z))'),
    )
}
"""Values with a quote in them, as somebody wrote them who thought that it could stand there."""


def quote_in_value(place: Place) -> Mistake | None:
    r"""``'it\'s'``, ``'it''s'``, ``'it's'``: what ends a string without being meant to."""
    if not place.touching or place.last.type != 'STRING':
        return None
    literal, start = place.last, start_of(place.last)
    q = literal[0]
    other = '"' if q == "'" else "'"
    if literal[-2] == '\\' and len(literal) > 2:
        kind, shape, at = 'backslash', 'escaped', place.at - 2
        what = 'a backslash escapes nothing in a selector'
    elif literal == q * 2:
        kind, shape, at = 'doubled-quote', 'wrapped', start
        what = f'two {q} do not make one quote in a selector'
    elif place.char == q:
        kind, shape, at = 'doubled-quote', 'doubled', place.at - 1
        what = f'a doubled {q} does not stand for one in a selector'
    else:
        kind, shape, at = 'quote-in-value', 'inside', place.at - 1
        what = f'this {q} ends the value'
    whole = WHOLE_VALUES[shape, q].match(place.text, start)
    if whole is None and kind == 'quote-in-value':
        return None
    value = whole[1] if whole else q + other
    if kind == 'backslash':
        value = re.sub(r'\\(.)', r'\1', value)
    elif kind == 'doubled-quote':
        value = value.replace(q * 2, q)
    if whole is None or (q in value and other in value):
        return mistake(
            kind,
            at,
            at + 1,
            f'{what}: write the value without it',
            'a value that holds both kinds of quotes cannot be written in a selector',
        )
    right = f'{other}{value}{other}' if q in value else f'{q}{value}{q}'
    return mistake(
        kind,
        at,
        at + 1,
        f'{what}: write {code(right)}',
        edits=((start, whole.end(), right),),
        write=right,
        # A value that looks like conditions may be two values and what joins them.
        safe=not re.search('&&|[|][|]|==|!=', value),
    )
