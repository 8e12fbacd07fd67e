"""Mistakes where a condition should come."""

from __future__ import annotations

import re

from linter.calico.selector.accept import (
    LETTER,
    LITERAL,
    LONGEST_LABEL,
    V2,
    Mistake,
    accepts,
)
from linter.calico.selector.hint_anywhere import stray
from linter.calico.selector.place import (
    WORD,
    Edits,
    Place,
    code,
    dangling,
    end_of,
    mistake,
    start_of,
    unclosed,
)


def quoted_twice(place: Place) -> Mistake | None:
    at, text = place.at, place.text.rstrip(' \t')
    inside, end = text[at + 1 : -1], len(text)
    if place.before or place.char not in ('"', "'") or text[-1] != place.char:
        return None
    if not inside.strip(' \t') or not accepts(inside, place.dialect):
        return None
    return mistake(
        'quoted-twice',
        at,
        at + 1,
        f'the quotes around the whole selector are part of it: write {code(inside)}',
        'YAML takes one pair of quotes off, and this is the second',
        edits=((at, at + 1, ''), (end - 1, end, '')),
        write=inside,
    )


def no_condition(place: Place) -> Mistake | None:
    """The selector, or what is in parentheses, ends or goes on where a condition should come."""
    at, before = place.at, place.before
    sign = place.match(r'&&|\|\||\)|\Z')
    if sign is None:
        return None
    if before and before[-1].type in ('_AND', '_OR', 'NOT'):
        if before[-1] == sign[0]:
            return mistake(
                'dangling-operator',
                at,
                at + 2,
                f'{code(sign[0])} is here twice: remove one, or write a condition between them',
                edits=((end_of(place.last), at + 2, ''),),
                safe=False,
            )
        return dangling(place.last, start_of(place.last))
    if not sign[0]:
        return unclosed('(', start_of(place.last))
    if sign[0] != ')':
        return dangling(sign[0], at)
    if not before:
        return stray(place)
    return mistake(
        'empty-parentheses',
        at,
        at + 1,
        'there is nothing in these parentheses: write a condition, or remove them',
        'what selects everything is `all()`',
    )


def no_label(place: Place) -> Mistake | None:
    """An operator, a value or a set where the label should be."""
    at, text = place.at, place.text
    known = next((token for token in reversed(place.before) if token.type == 'KEY'), None)
    label = known or 'label'
    operator = place.match(r'==|!=|=')
    if operator:
        right = f'{label} {operator[0]} …'
        return mistake(
            'missing-label',
            at,
            operator.end(),
            f'{code(operator[0])} needs a label name before it: write {code(right)}',
            edits=((at, at, f'{known} '),) if known else (),
            write=right,
            safe=False,
        )
    if place.char == '{':
        return mistake(
            'missing-label',
            at,
            at + 1,
            'this set is compared with no label: write `label in {…}`',
        )
    value = place.match(LITERAL)
    if value is None:
        return None
    name = value[0][1:-1]
    if re.compile(r'[ \t]*(?:==?|!=|in\b|not|contains|starts|ends)').match(text, value.end()):
        fits = WORD.fullmatch(name) is not None
        return mistake(
            'quoted-label',
            at,
            value.end(),
            'a label name takes no quotes' + (f': write {code(name)}' if fits else ''),
            edits=((at, value.end(), name),) if fits else (),
            write=name,
        )
    hint = None
    edits: Edits = ()
    if known and [token.type for token in place.before[-3:-1]] == ['EQ', 'STRING']:
        edits = ((at, at, f'{label} == '),)
        if place.last.type == '_OR':
            hint = f'shorter is {code(f"{label} in {{{place.before[-2]}, {value[0]}}}")}'
    right = f'{label} == {value[0]}'
    return mistake(
        'value-without-label',
        at,
        value.end(),
        f'the value {code(value[0])} is compared with no label: write {code(right)}',
        hint,
        edits=edits,
        write=right,
        safe=hint is not None,
    )


def asterisk(place: Place) -> Mistake | None:
    if place.char != '*' or WORD.match(place.text, place.at + 1):
        return None
    return mistake(
        'not-all',
        place.at,
        place.at + 1,
        '`*` means nothing in a selector: what selects everything is `all()`',
        edits=((place.at, place.at + 1, 'all()'),),
        write='all()',
        safe=False,
    )


def long_label(place: Place) -> Mistake | None:
    word = WORD.match(place.text, place.at)
    if word is None or len(word[0]) <= LONGEST_LABEL:
        return None
    return mistake(
        'label-too-long',
        place.at,
        word.end(),
        f'this label name has {len(word[0])} bytes, and Calico takes at most {LONGEST_LABEL}',
    )


def reserved(place: Place) -> Mistake | None:
    word = place.match(rf'((?:not[ \t]*)?in)(?![A-Za-z0-9_]){LETTER}*')
    if word is None or place.dialect != V2:
        return None
    return mistake(
        'reserved-label',
        place.at,
        word.end(),
        f'{code(word[0])} cannot be a label name in a v2 selector, '
        f'which takes {"it" if word[0] == word[1] else code(word[1])} for the operator',
    )
