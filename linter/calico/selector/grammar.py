"""The grammar of selectors, read by Lark: the specification of what the quick readers do.

The only module that imports Lark.
"""

from __future__ import annotations

import os
from functools import cache

import lark
from lark import Lark, UnexpectedCharacters, UnexpectedToken

from linter.calico.selector.accept import V2, V3, V3_LENIENT
from linter.calico.selector.place import Place, Token

_LENIENT = (('BLANK: /[ \\t]/', 'BLANK: /[ \\t\\n\\f\\r]/'),)
# How selector.lark, which is V3, is changed for each dialect.
DIALECTS: dict[str, tuple[tuple[str, str], ...]] = {
    V3: (),
    V3_LENIENT: _LENIENT,
    V2: (
        *_LENIENT,
        ('    | _GLOBAL _CLOSE', '//'),
        (' | CONTAINS | STARTS_WITH | ENDS_WITH', ''),
        # `in` and `not in` are tried before labels, but has() reads its label itself.
        ('KEY: NAME', r'KEY: /(?!(not[ \t\n\f\r]*)?in(?![A-Za-z0-9_]))/ NAME'),
    ),
}


@cache
def parser(dialect: str) -> Lark:
    # Not through importlib.resources, which takes 20 ms to import.
    with open(os.path.join(os.path.dirname(__file__), 'selector.lark'), encoding='utf-8') as file:
        grammar = file.read()
    for old, new in DIALECTS[dialect]:
        assert grammar.count(old) == 1, old
        grammar = grammar.replace(old, new)
    return Lark(grammar, parser='lalr', lexer='contextual')


# One of the expected terminals tells the kinds of places apart. The order matters: the brace that
# closes a set is expected together with a value, and with a comma.
_SLOTS = (
    ('KEY', 'condition'), ('EQ', 'operator'), ('_LBRACE', 'set'), ('LABEL', 'label'),
    ('_COMMA', 'comma'), ('_RBRACE', 'item'), ('STRING', 'value'), ('_CLOSE', 'close'),
)  # fmt: skip


def locate(text: str, dialect: str) -> Place | None:
    """The first token that Lark does not take, or None."""
    reader = parser(dialect).parse_interactive(text)
    before: list[lark.Token] = []
    try:
        for token in reader.iter_parse():
            before.append(token)
        reader.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedCharacters as error:
        at, expected = error.pos_in_stream or 0, error.allowed
    except UnexpectedToken as error:
        at, expected = error.token.start_pos or 0, error.expected
        if error.token.type == '$END':  # it carries no place of its own
            at = len(text)
        elif before and before[-1] is error.token:
            before.pop()
    else:
        return None
    slot = next((slot for name, slot in _SLOTS if name in (expected or ())), 'joint')
    seen = [Token.made(token.type, str(token), token.start_pos or 0) for token in before]
    return Place(text, at, slot, seen, dialect)
