"""Mistakes in the parentheses of has(), all() and global(), and where a joint should come."""

from __future__ import annotations

from linter.calico.selector.accept import LETTER, LITERAL, Mistake
from linter.calico.selector.place import (
    VALUE,
    WORD,
    Place,
    code,
    end_of,
    mistake,
    quoted,
    start_of,
    unclosed,
)


def call_not_closed(place: Place) -> Mistake | None:
    if not place.match(r'&&|\|\||\Z'):
        return None
    label = place.last if place.last.type == 'LABEL' else ''
    opener = place.before[-2] if label else place.last
    name = opener[: opener.index('(')]
    opening = start_of(opener) + len(name)
    end = end_of(place.last)
    if name == 'has' and not label:
        return mistake(
            'unclosed',
            opening,
            opening + 1,
            'the `(` that opens here is never closed: write `has(label)`',
        )
    return unclosed('(', opening, edits=((end, end, ')'),), write=f'{name}({label})')


def not_a_label(place: Place) -> Mistake | None:
    at = place.at
    if place.char == ')':
        return mistake(
            'missing-label', at, at + 1, '`has()` needs a label name: write `has(label)`'
        )
    quoted = place.match(LITERAL)
    if quoted is None:
        return None
    name = quoted[0][1:-1]
    fits = WORD.fullmatch(name) is not None
    return mistake(
        'quoted-label',
        at,
        quoted.end(),
        'a label name takes no quotes' + (f': write {code(f"has({name})")}' if fits else ''),
        edits=((at, quoted.end(), name),) if fits else (),
        write=f'has({name})',
    )


def more_in_has(place: Place) -> Mistake | None:
    if place.last.type != 'LABEL':
        return None
    at, label = place.at, place.last
    start = start_of(place.before[-2])
    several = place.match(rf'(?:[ \t]*,[ \t]*{LETTER}+)+[ \t]*\)')
    if several:
        names = [label, *WORD.findall(several[0])]
        right = ' && '.join(f'has({name})' for name in names)
        return mistake(
            'has-with-several',
            at,
            at + 1,
            f'`has()` takes one label name: write {code(right)}',
            edits=((start, several.end(), right),),
            write=right,
            safe=False,
        )
    compared = place.match(
        rf'(==?|!=|contains|starts[ \t]*with|ends[ \t]*with|(?:not[ \t]*)?in)[ \t]*'
        rf'({VALUE}|\{{[^{{}}]*\}})[ \t]*\)'
    )
    if compared:
        operator, value = compared.groups()
        right = f'{label} {"==" if operator == "=" else operator} '
        right += value if value[0] == '{' else quoted(value)
        return mistake(
            'has-with-condition',
            at,
            at + 1,
            f'`has()` takes a label name and no condition: write {code(right)}',
            edits=((start, compared.end(), right),),
            write=right,
            safe=False,
        )
    if place.match(r'[(=!{]'):
        return mistake(
            'has-with-condition',
            at,
            at + 1,
            f'`has()` takes a label name and no condition: close it after {code(label)}',
        )
    if not place.match(f',|{LETTER}'):
        return None
    return mistake(
        'has-with-several',
        at,
        at + 1,
        f'`has()` takes one label name: close it after {code(label)}',
    )


def more_in_all(place: Place) -> Mistake | None:
    if place.last.type == 'LABEL':
        return None
    name = place.last[: place.last.index('(')]
    return mistake(
        'all-with-argument',
        place.at,
        place.at + 1,
        f'nothing goes into the parentheses of {code(f"{name}()")}: remove it, '
        'or write a condition instead',
    )


# A joint or the end should come, because a condition stands before it


def open_parenthesis(place: Place) -> Mistake | None:
    if place.char:
        return None
    opened: list[int] = []
    for index, token in enumerate(place.before):
        if token.type == '_LPAR':
            opened.append(index)
        elif token.type == '_RPAR':
            opened.pop()
    # Where several conditions follow, it may have to close before the last one.
    joined = any(token.type in ('_AND', '_OR') for token in place.before[opened[0] :])
    opening, end = start_of(place.before[opened[-1]]), end_of(place.last)
    closing = ')' * len(opened)
    return unclosed('(', opening, edits=((end, end, closing),), write=closing, safe=not joined)


def and_or(place: Place) -> Mistake | None:
    word = place.match(rf'(?i:and|or)(?!{LETTER})')
    if word is None:
        return None
    right = '&&' if word[0].lower() == 'and' else '||'
    return mistake(
        'word-operator',
        place.at,
        word.end(),
        f'{code(word[0])} is not an operator: write {code(right)}',
        edits=((place.at, word.end(), right),),
        write=right,
    )


def separator(place: Place) -> Mistake | None:
    if place.char not in (',', ';'):
        return None
    at, before = place.at, place.before
    listed = place.match(rf'(?:[ \t]*,[ \t]*{LITERAL})+')
    if listed and [token.type for token in before[-3:]] == ['KEY', 'EQ', 'STRING']:
        label, first = before[-3], before[-1]
        right = f'{label} in {{{first}{listed[0]}}}'
        return mistake(
            'comma',
            at,
            at + 1,
            f'`==` takes one value: write {code(right)}',
            edits=((start_of(label), listed.end(), right),),
            write=right,
        )
    new = ' &&' if place.touching else '&&'
    return mistake(
        'comma',
        at,
        at + 1,
        f'{code(place.char)} does not join conditions: write `&&` for and, `||` for or',
        edits=((at, at + 1, new),),
        write='&&',
        safe=False,
    )


def has_compared(place: Place) -> Mistake | None:
    """``has(a) == 'true'``."""
    operator = place.match(r'==?|!=|(?:in|not[ \t]*in)(?=[ \t{])|contains|starts|ends')
    if operator is None or place.last.type != '_CLOSE':
        return None
    label, close = place.before[-2:]
    if label.type != 'LABEL':
        return mistake(
            'all-compared',
            place.at,
            operator.end(),
            f'{code(f"{label})")} has no value: write a label name before {code(operator[0])}',
        )
    right = f'{label} {operator[0]} …'
    return mistake(
        'has-compared',
        place.at,
        operator.end(),
        f'{code(f"has({label})")} has no value: write {code(right)}',
        edits=((start_of(place.before[-3]), end_of(close), label.value),),
        write=right,
        safe=False,
    )


def no_joint(place: Place) -> Mistake | None:
    if not place.match(rf'[!("\']|{LETTER}'):
        return None
    return mistake(
        'missing-operator',
        place.at,
        place.at + 1,
        'there is no operator between two conditions: write `&&` for and, `||` for or',
    )
