"""Where a selector stops being one: what ``grammar`` says of it, without Lark.

Tests hold the two against each other. Lark takes sixty milliseconds to import and to make its
tables, for the first mistake of every run.
"""

from __future__ import annotations

from linter.calico.selector.accept import LETTER, LITERAL, LONGEST_LABEL, V2, V3
from linter.calico.selector.place import Place, Token
from linter.text.lazy_regex import lazy
from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re


# What may stand in each slot, in the order in which it is tried, and the slot behind it.
_SLOTS = {
    'condition': {
        '_HAS': 'label', '_ALL': 'close', '_GLOBAL': 'close', 'NOT': 'condition',
        '_LPAR': 'condition', 'KEY': 'operator',
    },
    'operator': {
        'EQ': 'value', 'NE': 'value', 'CONTAINS': 'value', 'STARTS_WITH': 'value',
        'ENDS_WITH': 'value', 'IN': 'set', 'NOT_IN': 'set',
    },
    'value': {'STRING': 'joint'},
    'set': {'_LBRACE': 'item'},
    'item': {'STRING': 'comma', '_RBRACE': 'joint'},
    'comma': {'_COMMA': 'item', '_RBRACE': 'joint'},
    'label': {'LABEL': 'close'},
    'close': {'_CLOSE': 'joint'},
    'joint': {'_AND': 'condition', '_OR': 'condition', '_RPAR': 'joint'},
}  # fmt: skip
_NOT_IN_V2 = ('_GLOBAL', 'CONTAINS', 'STARTS_WITH', 'ENDS_WITH')


@remembered()
def _patterns(dialect: str) -> dict[str, re.Pattern[str]]:
    """What each kind of token looks like, as ``selector.lark`` has it."""
    blank = r'[ \t]*' if dialect == V3 else r'[ \t\n\f\r]*'
    name = rf'{LETTER}{{1,{LONGEST_LABEL}}}(?!{LETTER})'
    reserved = rf'(?!(?:not{blank})?in(?![A-Za-z0-9_]))' if dialect == V2 else ''
    texts = {
        '_HAS': rf'has\({blank}',
        '_ALL': rf'all\({blank}',
        '_GLOBAL': rf'global\({blank}',
        'NOT': r'!(?!=)',
        '_LPAR': r'\(',
        '_RPAR': r'\)',
        'KEY': reserved + name,
        'LABEL': name,
        'EQ': '==',
        'NE': '!=',
        'CONTAINS': rf'contains(?!{LETTER})',
        'STARTS_WITH': rf'starts{blank}with(?!{LETTER})',
        'ENDS_WITH': rf'ends{blank}with(?!{LETTER})',
        'IN': rf'in(?!{LETTER})',
        'NOT_IN': rf'not{blank}in(?!{LETTER})',
        'STRING': LITERAL,
        '_LBRACE': r'\{',
        '_RBRACE': r'\}',
        '_COMMA': ',',
        '_CLOSE': rf'{blank}\)',
        '_AND': '&&',
        '_OR': r'\|\|',
    }
    return {type: lazy(text) for type, text in texts.items()}


def locate(text: str, dialect: str) -> Place | None:
    """The first token that cannot stand where it does; None where all can."""
    patterns = _patterns(dialect)
    before: list[Token] = []
    slot, at, depth, size = 'condition', 0, 0, len(text)
    while True:
        if slot != 'close':
            while at < size and text[at] in ' \t':
                at += 1
        for type in _SLOTS[slot]:
            if (type == '_RPAR' and not depth) or (dialect == V2 and type in _NOT_IN_V2):
                continue
            found = patterns[type].match(text, at)
            if found is not None:
                break
        else:
            while at < size and text[at] in ' \t':
                at += 1
            is_right = at == size and not depth and (slot == 'joint' or not before)
            return None if is_right else Place(text, at, slot, before, dialect)
        depth += (type == '_LPAR') - (type == '_RPAR')
        before.append(Token.made(type, found[0], at))
        at = found.end()
        slot = _SLOTS[slot][type]
