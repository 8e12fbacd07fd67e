"""Operators that are written as words, and labels that are missing before them."""

from __future__ import annotations

import re

from linter.calico.selector.accept import (
    LETTER,
    V2,
    Mistake,
)
from linter.calico.selector.place import (
    Place,
    code,
    mistake,
    start_of,
)
from linter.text.lazy_regex import lazy


def newer(start: int, end: int, name: str) -> Mistake:
    """An operator of v3 in a selector of v2."""
    return mistake(
        'v3-operator',
        start,
        end,
        f'{code(name)} came with v3: a v2 selector has only '
        '`==`, `!=`, `in`, `not in`, `has()` and `all()`',
    )


def operator_without_label(name: str, at: int) -> Mistake:
    """An operator where a label has to stand."""
    return mistake(
        'missing-label',
        at,
        at + len(name),
        f'there is no label name before the operator {code(name)}: write {code(f"label {name} …")}',
    )


def no_patterns(place: Place, end: int) -> Mistake:
    return mistake(
        'unknown-operator',
        place.at,
        end,
        f'Calico has no {code(place.text[place.at : end])} and no patterns: write '
        + ('`==` or `in`' if place.dialect == V2 else '`contains`, `starts with` or `ends with`'),
    )


# By their letters alone, as people know them from other places.
_OPERATORS = {
    'in': 'in', 'isin': 'in', 'oneof': 'in', 'inside': 'in', 'within': 'in',
    'notin': 'not in', 'isnotin': 'not in', 'nin': 'not in',
    'contains': 'contains', 'contain': 'contains', 'includes': 'contains', 'has': 'contains',
    'startswith': 'starts with', 'startwith': 'starts with', 'starts': 'starts with',
    'beginswith': 'starts with', 'begins': 'starts with', 'hasprefix': 'starts with',
    'endswith': 'ends with', 'endwith': 'ends with', 'ends': 'ends with',
    'hassuffix': 'ends with',
    'is': '==', 'eq': '==', 'equals': '==', 'equal': '==', 'equalto': '==', 'isequalto': '==',
    'isnot': '!=', 'ne': '!=', 'neq': '!=', 'notequals': '!=', 'notequal': '!=', 'not': '!=',
    'matches': '~', 'match': '~', 'like': '~', 'regex': '~', 'regexp': '~', 'glob': '~',
    'exists': 'exists', 'exist': 'exists', 'isset': 'exists',
    'notexists': '!exists', 'doesnotexist': '!exists', 'notset': '!exists',
    'notcontains': '!contains', 'doesnotcontain': '!contains', 'notcontain': '!contains',
}  # fmt: skip


# Of three words, of two, of one.
_PHRASES = (
    lazy(rf'{LETTER}{{1,99}}[ \t]+{LETTER}{{1,99}}[ \t]+{LETTER}{{1,99}}'),
    lazy(rf'{LETTER}{{1,99}}[ \t]+{LETTER}{{1,99}}'),
    lazy(rf'{LETTER}{{1,99}}'),
)


def operator_of(phrase: str) -> str | None:
    return _OPERATORS.get(re.sub('[-_ \t]', '', phrase.lower()))


def word_operator(place: Place) -> Mistake | None:
    """``IN``, ``startsWith``, ``is``, ``matches``, ``exists``: words for an operator."""
    at, label = place.at, place.last
    start = start_of(label)
    for phrase_of in _PHRASES:
        found = phrase_of.match(place.text, at)
        operator = operator_of(found[0]) if found else None
        if found and operator:
            break
    else:
        return None
    phrase, end = found[0], found.end()
    if place.dialect == V2 and operator.lstrip('!') in ('contains', 'starts with', 'ends with'):
        return newer(at, end, phrase)
    if operator == '~':
        return no_patterns(place, end)
    if operator[-6:] == 'exists':
        right = f'{operator[:-6]}has({label})'
        return mistake(
            'word-operator',
            at,
            end,
            f'{code(phrase)} is not an operator: write {code(right)}',
            edits=((start, end, right),),
            write=right,
        )
    if operator == '!contains':
        return negation(place, 'contains', end)
    if phrase.lower() == 'not':
        equals = re.compile(r'[ \t]*==?').match(place.text, end)
        end = equals.end() if equals else end
    same = operator.replace(' ', '') == re.sub('[-_ \t]', '', phrase.lower())
    return mistake(
        'wrong-case' if phrase.lower() == operator else 'word-operator',
        at,
        end,
        f'{code(phrase)} is not an operator: write {code(operator)}',
        edits=((at, end, operator),),
        write=operator,
        safe=same,
    )


def negation(place: Place, operator: str, end: int) -> Mistake:
    right = f'!{place.last} {operator}'
    return mistake(
        'word-operator',
        place.at,
        end,
        f'only `in` is negated after the label: write {code(f"{right} …")}',
        edits=((start_of(place.last), end, right),),
        write=f'{right} …',
        safe=False,
    )
