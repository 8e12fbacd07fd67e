"""Where reading a selector stopped, and how to put it into words."""

from __future__ import annotations

import re
from collections.abc import Callable

from linter.calico.selector.accept import (
    LETTER,
    LITERAL,
    V2,
    Mistake,
)
from linter.text.escape import printable
from linter.text.lazy_regex import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

WORD = lazy(f'{LETTER}+')
# What somebody writes who forgets the quotes: web, 10.0.0.1, web-*, ${NAME}.
BARE = r"""(?:(?:\$\{[^{}]*\}|[^\s'"“”‘’`(){}\[\],;&|!=<>])+)"""
VALUE = f'(?:{LITERAL}|{BARE})'
NUMBER_OR_BOOLEAN = lazy(r'[-+]?[0-9.]+|true|false|yes|no|null', re.IGNORECASE)

# Opening and closing forms alike, because people mix them; of each family the first is right.
DOUBLE_QUOTES = '"“”„‟«»″＂'
SINGLE_QUOTES = "'‘’‚‛‹›′＇`´"
EVERYTHING = ('any', 'anything', 'every', 'everything')

Edits = tuple[tuple[int, int, str], ...]


class Token(str):
    """A word or sign of a selector; ``type`` is what the grammar calls it."""

    __slots__ = ('start_pos', 'type')

    start_pos: int
    type: str

    @classmethod
    def made(cls, type: str, text: str, start: int) -> Token:
        token = cls(text)
        token.type = type
        token.start_pos = start
        return token

    @property
    def value(self) -> str:
        return str(self)


class Place(NamedTuple):
    """The first token that cannot stand where it does; ``before`` are those that can.

    ``slot`` is what should come there: a condition, the operator after a label, a value, a set,
    an item of a set, the comma after an item, the label in has(), the parenthesis that closes
    has(), all() or global(), or the joint between two conditions.
    """

    text: str
    at: int
    slot: str
    before: list[Token]
    dialect: str

    @property
    def char(self) -> str:
        """The character at the place; ``''`` at the end of the selector."""
        return self.text[self.at : self.at + 1]

    @property
    def last(self) -> Token:
        return self.before[-1]

    @property
    def touching(self) -> bool:
        """No blank stands between the place and the token before it."""
        return bool(self.before) and end_of(self.last) == self.at

    def match(self, pattern: str) -> re.Match[str] | None:
        return re.compile(pattern).match(self.text, self.at)


Hint = Callable[[Place], Mistake | None]


def start_of(token: Token) -> int:
    return token.start_pos


def end_of(token: Token) -> int:
    return start_of(token) + len(token)


def code(text: str) -> str:
    """A piece of a selector as it stands in a sentence."""
    text = text if len(text) <= 60 else f'{text[:59]}…'
    return f'`{printable(text)}`'


def quoted(value: str) -> str:
    if value[0] in '"\'…':
        return value
    return f'"{value}"' if "'" in value else f"'{value}'"


def in_braces(items: str) -> str:
    """What stands in braces or should, with quotes around every item."""
    return f'{{{re.sub(VALUE, lambda item: quoted(item[0]), items)}}}'


def mistake(
    kind: str,
    start: int,
    end: int,
    message: str,
    hint: str | None = None,
    *,
    edits: Edits = (),
    write: str = '',
    safe: bool = True,
) -> Mistake:
    """``write`` is what the edits write; ``safe`` says that nothing else can have been meant."""
    if not edits:
        return Mistake(start, end, message, hint, (), None, None, kind)
    title = 'write a plain space' if write == ' ' else f'write {code(write)}'
    applicability = 'safe' if safe else 'unsafe'
    return Mistake(
        start, end, message, hint, edits, applicability, title if write else 'Remove it', kind
    )


def unclosed(
    opening: str, at: int, edits: Edits = (), write: str = '', safe: bool = True
) -> Mistake:
    closing = ')' if opening == '(' else '}'
    return mistake(
        'unclosed',
        at,
        at + 1,
        f'the {code(opening)} that opens here is never closed: write the {code(closing)}',
        edits=edits,
        write=write,
        safe=safe,
    )


def dangling(sign: str, at: int) -> Mistake:
    if sign == '!':
        message = '`!` needs a condition after it: write one, or remove it'
    else:
        message = f'{code(sign)} needs a condition on both sides: write one, or remove it'
    return mistake('dangling-operator', at, at + len(sign), message)


_EXPECTED = {
    'condition': "a condition such as `label == 'value'` or `has(label)`",
    'value': 'a value in quotes',
    'set': "a set such as `{'a', 'b'}`",
    'item': 'a value in quotes, or `}`',
    'comma': 'a comma or `}`',
    'label': 'a label name',
    'close': '`)`',
    'joint': '`&&` or `||`',
}


def expected(place: Place) -> str:
    if place.slot != 'operator':
        return _EXPECTED[place.slot]
    if place.dialect == V2:
        return '`==`, `!=`, `in` or `not in`'
    return '`==`, `!=`, `in`, `not in`, `contains`, `starts with` or `ends with`'


def unexpected(place: Place) -> Mistake:
    char = place.char
    if not char:
        return mistake(
            'unexpected',
            place.at,
            place.at,
            f'the selector ends too early: write {expected(place)}',
        )
    shown = code(char) if char.isprintable() else f'the control character U+{ord(char):04X}'
    return mistake(
        'unexpected',
        place.at,
        place.at + 1,
        f'{shown} cannot stand here: write {expected(place)}',
    )
