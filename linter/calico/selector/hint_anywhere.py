"""Mistakes that may be anywhere in a selector: blanks, quotes, comments, stray characters."""

from __future__ import annotations

import re
import unicodedata

from linter.calico.selector.accept import (
    V3,
    V3_LENIENT,
    Mistake,
    accepts,
)
from linter.calico.selector.place import (
    BARE,
    DOUBLE_QUOTES,
    SINGLE_QUOTES,
    WORD,
    Place,
    code,
    mistake,
)


def line_break(place: Place) -> Mistake | None:
    text, start = place.text, place.at
    if place.slot == 'operator' and (broken := place.match(r'(?:starts|ends|not)[ \t]*[\r\n]')):
        start = broken.end() - 1
    elif place.char not in ('\r', '\n'):
        return None
    if not text[start:].strip(' \t\r\n'):
        return mistake(
            'trailing-newline',
            start,
            len(text),
            'the selector ends in a line break, which Calico refuses: '
            'begin the block with `|-` or `>-`, not with `|` or `>`',
        )
    hint = 'YAML folds a block that begins with `>-` into one line'
    if place.dialect == V3 and accepts(text, V3_LENIENT):
        hint += '; up to 3.29 Calico took this line break for a blank'
    return mistake(
        'newline',
        start,
        start + (2 if text.startswith('\r\n', start) else 1),
        'Calico refuses this line break in the selector: write it all on one line',
        hint,
    )


def odd_blank(place: Place) -> Mistake | None:
    char, end = place.char, place.at + 1
    if not char or not (char.isspace() or unicodedata.category(char) == 'Cf'):
        return None
    while place.text[end : end + 1] == char:
        end += 1
    new = ' ' if char.isspace() else ''
    name = unicodedata.name(char, 'control character').lower()
    return mistake(
        'odd-blank',
        place.at,
        end,
        f'Calico refuses this invisible U+{ord(char):04X} ({name}): '
        + ('write a plain space' if new else 'remove it'),
        edits=((place.at, end, new),),
        write=new,
    )


def _family(char: str) -> str:
    return DOUBLE_QUOTES if char in DOUBLE_QUOTES else SINGLE_QUOTES


def _first_of(characters: str, text: str, at: int) -> int | None:
    return next((i for i in range(at, len(text)) if text[i] in characters), None)


def curly_quotes(place: Place) -> Mistake | None:
    char, at, text = place.char, place.at, place.text
    if not char or char in '"\'' or char not in DOUBLE_QUOTES + SINGLE_QUOTES:
        return None
    quote = _family(char)[0]
    end = _first_of(_family(char), text, at + 1)
    if end is None or place.slot == 'joint':
        return mistake(
            'curly-quotes',
            at,
            at + 1,
            f'{char} is not a quote to Calico: write the straight quote {quote}',
        )
    value = text[at + 1 : end]
    if quote in value:
        quote = '"' if quote == "'" else "'"
    right = f'{quote}{value}{quote}'
    return mistake(
        'curly-quotes',
        at,
        at + 1,
        f'{char} is not a quote to Calico: write {code(right)} with straight quotes',
        edits=((at, at + 1, quote), (end, end + 1, quote)) if quote not in value else (),
        write=right,
    )


def unterminated(place: Place) -> Mistake | None:
    quote, at, text = place.char, place.at, place.text
    if quote not in ('"', "'") or quote in text[at + 1 :]:
        return None
    curly = _first_of(_family(quote)[1:], text, at + 1)
    if curly is not None:
        return mistake(
            'curly-quotes',
            curly,
            curly + 1,
            f'{text[curly]} does not close the quote {quote}: write the straight quote {quote}',
            edits=((curly, curly + 1, quote),),
            write=quote,
        )
    other = '"' if quote == "'" else "'"
    end = text.find(other, at + 1)
    if end != -1:
        right = f'{quote}{text[at + 1 : end]}{quote}'
        return mistake(
            'unterminated-string',
            at,
            end + 1,
            f'the value opens with {quote} and closes with {other}: write {code(right)}',
            edits=((end, end + 1, quote),),
            write=right,
        )
    word = re.compile(BARE).match(text, at + 1)
    end = word.end() if word else at + 1
    rest = text[end:].strip(' \t')
    sure = not rest or rest[0] in '&|)},'
    right = text[at:end] + quote
    return mistake(
        'unterminated-string',
        at,
        at + 1,
        f'the quote {quote} that opens here is never closed'
        + (f': write {code(right)}' if sure else ': close it after its value'),
        edits=((end, end, quote),) if sure else (),
        write=right,
        safe=not rest,
    )


def single_sign(place: Place) -> Mistake | None:
    """One ``&`` or ``|`` where Calico wants two."""
    sign, at = place.char, place.at
    if sign not in ('&', '|') or place.text.startswith(sign * 2, at):
        return None
    if place.slot == 'condition' and place.touching:
        return mistake(
            'extra-operator',
            at,
            at + 1,
            f'this {sign} is one too many: write {code(sign * 2)}',
            edits=((at, at + 1, ''),),
        )
    return mistake(
        'single-ampersand' if sign == '&' else 'single-bar',
        at,
        at + 1,
        f'a single {sign} is not an operator: write {code(sign * 2)}',
        edits=((at, at + 1, sign * 2),),
        write=sign * 2,
    )


def comment(place: Place) -> Mistake | None:
    if not place.match('#|//') or (place.char == '#' and place.touching):
        return None
    end = place.text.find('\n', place.at)
    end = len(place.text) if end == -1 else end
    start = len(place.text[: place.at].rstrip(' \t'))
    return mistake(
        'comment',
        place.at,
        end,
        'this comment is part of the selector, which cannot hold one: move it out',
        'inside quotes and in a block scalar, YAML has no comments',
        edits=((start, end, ''),),
    )


def stray(place: Place) -> Mistake | None:
    opening = {')': '(', '}': '{', ']': '['}.get(place.char)
    if opening is None:
        return None
    return mistake(
        'stray-parenthesis' if opening == '(' else 'stray-bracket',
        place.at,
        place.at + 1,
        f'there is no {code(opening)} for this {code(place.char)}: remove it',
        edits=((place.at, place.at + 1, ''),),
        safe=False,
    )


def label_character(place: Place) -> Mistake | None:
    """A character that a label name may not have, touching the name or where one should be."""
    char = place.char
    if not char or WORD.match(char) or char in '"\'(){},;&|!=<>' or not char.isprintable():
        return None
    within = place.touching and place.last.type in ('KEY', 'LABEL')
    if not within and not char.isalnum() and not WORD.match(place.text, place.at + 1):
        return None
    return mistake(
        'label-character',
        place.at,
        place.at + 1,
        f'{code(char)} cannot be part of a label name: '
        'Calico takes only A-Z, a-z, 0-9, `_`, `.`, `/` and `-`',
    )
