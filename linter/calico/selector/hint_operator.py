"""Mistakes where an operator should come, because a label stands before it."""

from __future__ import annotations

import re

from linter.calico.selector.accept import (
    LETTER,
    LITERAL,
    V2,
    Mistake,
)
from linter.calico.selector.hint_word import (
    negation,
    newer,
    no_patterns,
    operator_of,
    operator_without_label,
)
from linter.calico.selector.place import (
    EVERYTHING,
    NUMBER_OR_BOOLEAN,
    VALUE,
    WORD,
    Place,
    code,
    end_of,
    expected,
    mistake,
    quoted,
    start_of,
)
from linter.text.suggest import nearest


def not_word(place: Place) -> Mistake | None:
    label = place.last
    if label.lower() != 'not' or not place.match(rf'\(|{LETTER}'):
        return None
    start = start_of(label)
    return mistake(
        'word-operator',
        start,
        end_of(label),
        f'{code(label)} is not an operator: write `!`',
        edits=((start, place.at, '!'),),
        write='!',
    )


def has_word(place: Place) -> Mistake | None:
    """``has a``."""
    word = WORD.match(place.text, place.at)
    if place.last.lower() != 'has' or word is None:
        return None
    right = f'has({word[0]})'
    return mistake(
        'has-without-parentheses',
        place.at,
        word.end(),
        f'`has` takes its label in parentheses: write {code(right)}',
        edits=((start_of(place.last), word.end(), right),),
        write=right,
    )


def _not_everything(name: str, start: int, end: int) -> Mistake:
    return mistake(
        'not-all',
        start,
        start + len(name),
        f'{code(name)} means nothing to Calico: what selects everything is `all()`',
        edits=((start, end, 'all()'),),
        write='all()',
        safe=False,
    )


def call(place: Place) -> Mistake | None:
    """``all ()``, ``HAS(a)``, ``any()``: a label name with a parenthesis behind it."""
    if place.char != '(':
        return None
    name, start, end = place.last, start_of(place.last), end_of(place.last)
    lower = name.lower()
    closed = place.match(rf'\([ \t]*(?:({LETTER}+)[ \t]*)?\)')
    if lower == 'global' and place.dialect == V2:
        return newer(start, end, 'global()')
    if lower in ('has', 'all', 'global'):
        right = f'{lower}({closed[1] or ""})' if closed else f'{lower}('
        if name == lower:
            return mistake(
                'blank-before-parenthesis',
                end,
                place.at,
                f'no space may stand between {code(name)} and its parenthesis: write {code(right)}',
                edits=((end, place.at, ''),),
                write=right,
            )
        return mistake(
            'wrong-case',
            start,
            end,
            f'{code(name)} must be in small letters: write {code(right)}',
            edits=((start, place.at, lower),),
            write=right,
        )
    if lower in EVERYTHING and closed and not closed[1]:
        return _not_everything(name, start, closed.end())
    known = ['has', 'all'] if place.dialect == V2 else ['has', 'all', 'global']
    near = ['has'] if 'exist' in lower else [nearest(lower, known)]
    if not near[0] and operator_of(lower):
        return operator_without_label(name, start)
    return mistake(
        'unknown-function',
        start,
        end,
        f'Calico has no {code(f"{name}()")}: '
        + (
            f'did you mean {code(f"{near[0]}()")}?'
            if near[0]
            else f'write {" or ".join(code(f"{word}()") for word in known)}'
        ),
    )


def bare_label(place: Place) -> Mistake | None:
    """A label of which nothing is said: for Kubernetes, that it must be there."""
    if not place.match(rf'&&|\|\||[),;]|(?i:and|or)(?!{LETTER})|\Z'):
        return None
    name, start, end = place.last, start_of(place.last), end_of(place.last)
    lower = name.lower()
    if lower == 'global' and place.dialect == V2:
        return newer(start, end, 'global()')
    if lower in ('all', 'global'):
        return mistake(
            'all-without-parentheses',
            start,
            end,
            f'{code(name)} without parentheses is a label name: write {code(f"{lower}()")}',
            edits=((start, end, f'{lower}()'),),
            write=f'{lower}()',
        )
    if lower in EVERYTHING:
        return _not_everything(name, start, end)
    if lower == 'has':
        return mistake(
            'has-without-parentheses',
            start,
            end,
            f'{code(name)} needs a label name in parentheses: write `has(label)`',
        )
    if NUMBER_OR_BOOLEAN.fullmatch(name):
        right = f"label == '{name}'"
        return mistake(
            'not-a-condition',
            start,
            end,
            f'{code(name)} is not a condition: write one, such as {code(right)}',
            'what selects everything is `all()`',
        )
    if operator_of(lower) and len(place.before) == 1:
        return operator_without_label(name, start)
    return mistake(
        'kubernetes-form',
        start,
        end,
        f'{code(name)} alone is not a condition: write {code(f"has({name})")} '
        'to ask whether the label exists, or compare it with a value',
        edits=((start, end, f'has({name})'),),
        write=f'has({name})',
        safe=False,
    )


def sign(place: Place) -> Mistake | None:
    """``=``, ``<>``, ``=~``, ``:`` and the like in the place of an operator."""
    at, label, text = place.at, place.last, place.text
    found = place.match(r'=[ \t]+=|![ \t]+=|=~|!~|=<|=>|<>|<=|>=|=!|:=|[<>~=:]')
    if found is None:
        return None
    sign, end = found[0], found.end()
    if sign == '=':
        return mistake(
            'single-equals',
            at,
            end,
            'a single `=` is not an operator: write `==`',
            edits=((at, end, '=='),),
            write='==',
        )
    if sign[-1] == '=' and sign[1:-1].strip(' \t') == '' and sign[1:-1]:
        right = sign[0] + sign[-1]
        return mistake(
            'split-operator',
            at,
            end,
            f'no space may stand inside an operator: write {code(right)}',
            edits=((at, end, right),),
            write=right,
        )
    if sign in ('<>', '=!', ':='):
        right = '==' if sign == ':=' else '!='
        return mistake(
            'unknown-operator',
            at,
            end,
            f'Calico has no {code(sign)}: write {code(right)}',
            edits=((at, end, right),),
            write=right,
        )
    if sign == ':':
        value = re.compile(rf'[ \t]*({VALUE})').match(text, end)
        compared = re.compile(r'[ \t]*(?:[=!:]|in\b|not\b|contains|starts|ends)')
        if value is None or compared.match(text, value.end()):
            return None  # the colon is part of what should be a label name
        right = f'{label} == {quoted(value[1])}'
        return mistake(
            'kubernetes-form',
            at,
            end,
            f'`:` is not an operator: write {code(right)}',
            edits=((end_of(label), value.start(1), ' == '),),
            write=right,
            safe=False,
        )
    if '~' in sign:
        return no_patterns(place, end)
    return mistake(
        'unknown-operator',
        at,
        end,
        f'Calico has no {code(sign)}, because label values are text: write {expected(place)}',
    )


def exclamation_mark(place: Place) -> Mistake | None:
    """``a !in {…}``, ``a !contains '…'``."""
    found = place.match(r'![ \t]*(in(?=[ \t{])|contains|starts[ \t]*with|ends[ \t]*with)')
    if found is None:
        return None
    if found[1] != 'in':
        return negation(place, found[1], found.end())
    return mistake(
        'word-operator',
        place.at,
        found.end(),
        '`!in` is not an operator: write `not in`',
        edits=((place.at, found.end(), 'not in'),),
        write='not in',
    )


def no_operator(place: Place) -> Mistake | None:
    at, label = place.at, place.last
    start = start_of(label)
    value = place.match(LITERAL)
    if (value or place.char == '{') and operator_of(label):
        return operator_without_label(label, start)
    if value:
        right = f'{label} == {value[0]}'
        return mistake(
            'missing-operator',
            at,
            value.end(),
            f'there is no operator between the label and the value: write {code(right)}',
            edits=((start, at, f'{label} == '),),
            write=right,
            safe=False,
        )
    if place.char == '{':
        glued = re.fullmatch('(.+?)(not)?in', label)
        right = f'{label} in '
        if glued:
            right = f'{glued[1]} {"not in" if glued[2] else "in"} '
        return mistake(
            'missing-operator',
            at,
            at + 1,
            f'there is no operator between the label and the set: write {code(f"{right}{{…}}")}',
            edits=((start, at, right),),
            write=f'{right}{{…}}',
            safe=False,
        )
    word = WORD.match(place.text, at)
    if word is None:
        return None
    return mistake(
        'unknown-operator',
        at,
        word.end(),
        f'an operator must follow the label {code(label)}, not {code(word[0])}: '
        f'write {expected(place)}',
    )
