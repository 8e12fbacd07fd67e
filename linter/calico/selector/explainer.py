"""Why a selector is refused: Lark finds the first mistake, the hints have the words for it.

The only module that imports Lark.
"""

from __future__ import annotations

import os
import re
from functools import cache

from lark import Lark, Token, UnexpectedCharacters, UnexpectedToken

from linter.calico.selector.accept import (
    LETTER,
    LITERAL,
    V2,
    V3,
    V3_LENIENT,
    Mistake,
    accepts,
)
from linter.calico.selector.hint_anywhere import stray
from linter.calico.selector.hints import HINTS
from linter.calico.selector.meaning import Stop, scan
from linter.calico.selector.place import (
    WORD,
    Edits,
    Place,
    code,
    mistake,
    start_of,
    unclosed,
    unexpected,
)

# Up to here Lark reads the whole selector; in a longer one only the condition that is wrong.
LONG = 4096
# A fix may have to repair several mistakes. More than this, and the author should look.
ROUNDS = 16

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
    before: list[Token] = []
    try:
        for token in reader.iter_parse():
            before.append(token)
        reader.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedCharacters as error:
        at, expected = error.pos_in_stream or 0, error.allowed
    except UnexpectedToken as error:
        at, expected = start_of(error.token), error.expected
        if error.token.type == '$END':  # it carries no place of its own
            at = len(text)
        elif before and before[-1] is error.token:
            before.pop()
    else:
        return None
    slot = next((slot for name, slot in _SLOTS if name in (expected or ())), 'joint')
    return Place(text, at, slot, before, dialect)


_KUBERNETES = re.compile(
    rf"""
    [ \t]*
    (?: (?P<not>!?)[ \t]*(?P<exists>{LETTER}+)
    |   (?P<label>{LETTER}+)[ \t]*(?P<operator>==?|!=)[ \t]*(?P<value>{LETTER}*)
    |   (?P<key>{LETTER}+)[ \t]+(?P<member>in|notin)[ \t]*
        \([ \t]*(?P<values>{LETTER}+[ \t]*(?:,[ \t]*{LETTER}+[ \t]*)*)\)
    )
    [ \t]*(?:,|\Z)
    """,
    re.VERBOSE,
)


def _translated(text: str) -> str | None:
    """A Kubernetes label selector in Calico's words, if it is one beyond doubt.

    That is: with a set in parentheses, or with a comma, which means `and` there. Names alone with
    commas between them may be anything.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
    """
    terms = []
    at, sure = 0, False
    while at < len(text):
        found = _KUBERNETES.match(text, at)
        if found is None:
            return None
        if found['exists']:
            terms.append(f'{found["not"]}has({found["exists"]})')
        elif found['label']:
            operator = '!=' if found['operator'] == '!=' else '=='
            terms.append(f"{found['label']} {operator} '{found['value']}'")
        else:
            sure = True
            operator = 'in' if found['member'] == 'in' else 'not in'
            values = "', '".join(WORD.findall(found['values']))
            terms.append(f"{found['key']} {operator} {{'{values}'}}")
        at = found.end()
    return ' && '.join(terms) if sure or len(terms) > 1 else None


def _first(place: Place) -> Mistake:
    for hint in HINTS[place.slot]:
        found = hint(place)
        if found is not None:
            return found
    return unexpected(place)


def _find(text: str, dialect: str) -> Mistake:
    if len(text) > LONG:
        return _find_far(text, dialect)
    place = locate(text, dialect)
    if place is None:
        return _unreadable(text, 0)
    found = _first(place)
    if found.kind == 'trailing-newline' and not accepts(text[: found.start], dialect):
        # `role\n`: the line break is where Lark stopped, and not what is wrong.
        return _find(text[: found.start], dialect)
    translated = _translated(text)
    if translated is not None and accepts(translated, dialect):
        return mistake(
            'kubernetes-form',
            found.start,
            found.end,
            f'this is the syntax of a Kubernetes label selector: write {code(translated)}',
            edits=((0, len(text), translated),),
            write=translated,
            safe=re.search('==|!=| in ', translated) is not None,
        )
    return found


def _unreadable(text: str, at: int) -> Mistake:
    """Only if the quick reader and the grammar did not agree."""
    return mistake('unexpected', at, len(text), 'Calico cannot read this selector')


_SIGNS = re.compile(r'[!( \t]*')
_ITEMS = re.compile(rf'{LETTER}+[ \t]*(?:not[ \t]*)?in[ \t]*\{{((?:[ \t]*{LITERAL}[ \t]*,)+)')


def _find_far(text: str, dialect: str) -> Mistake:
    """The mistake in a very long selector: Lark reads only the condition that is wrong."""
    stop = scan(text, dialect)
    assert isinstance(stop, Stop)
    if stop.reason == 'unclosed':
        return unclosed('(', stop.offset)
    if stop.reason == 'stray':
        found = stray(Place(text, stop.offset, 'joint', [], dialect))
        assert found is not None
        return found
    # What Lark reads: as many of the open parentheses as may be closed behind, the last good
    # condition, and all from the joint behind it, but not the values of a set that are right.
    signs = _SIGNS.match(text, stop.offset)
    assert signs is not None
    depth = min(stop.depth, text.count(')', signs.end()))
    head = '(' * depth + text[slice(*stop.last)]
    start = max(0, stop.offset - len('&&'))
    items = _ITEMS.match(text, signs.end())
    cut, resume = items.span(1) if items else (signs.end(), signs.end())
    place = locate(head + text[start:cut] + text[resume:], dialect)
    if place is None:
        return _unreadable(text, start)

    def moved(offset: int) -> int:
        offset = max(start, offset - len(head) + start)
        return offset if offset < cut else offset - cut + resume

    def span(begin: int, end: int) -> tuple[int, int]:
        return moved(begin), moved(end - 1) + 1 if end > begin else moved(begin)

    found = _first(place)
    begin, end = span(found.start, found.end)
    edits = tuple((*span(*where), new) for *where, new in found.edits)
    return found._replace(start=begin, end=end, edits=edits)


def apply(text: str, edits: Edits) -> str:
    parts: list[str] = []
    at = 0
    for start, end, new in sorted(edits):
        parts += text[at:start], new
        at = end
    return ''.join(parts) + text[at:]


def _compose(text: str, first: Edits, second: Edits) -> Edits:
    """The edits that do to ``text`` at once what the two do one after the other."""
    characters: list[tuple[int | None, str]] = list(enumerate(text))
    for edits in (first, second):
        for start, end, new in sorted(edits, reverse=True):
            characters[start:end] = [(None, char) for char in new]
    composed: list[tuple[int, int, str]] = []
    at, new = 0, ''
    for origin, char in [*characters, (len(text), '')]:
        if origin is None:
            new += char
            continue
        if new or origin > at:
            composed.append((at, origin, new))
        at, new = origin + 1, ''
    return tuple(composed)


def _repaired(text: str, found: Mistake, dialect: str) -> Mistake:
    """The mistake with edits after which the whole selector is right, or with none."""
    edits, safe, rounds = found.edits, found.applicability == 'safe', 1
    current = apply(text, edits)
    while edits and not accepts(current, dialect):
        if len(text) > LONG or rounds == ROUNDS:
            edits = ()
            break
        following = _find(current, dialect)
        edits = _compose(text, edits, following.edits) if following.edits else ()
        safe = safe and following.applicability == 'safe'
        current = apply(text, edits)
        rounds += 1
    # What is left when all is taken away selects everything.
    if not edits or not current.strip():
        return found._replace(edits=(), applicability=None, fix_title=None)
    return found._replace(
        edits=edits,
        applicability='safe' if safe else 'unsafe',
        fix_title=found.fix_title if rounds == 1 else f'write {code(current)}',
    )


def explain(text: str, dialect: str = V3) -> Mistake:
    if accepts(text, dialect):
        raise ValueError('there is no mistake in this selector')
    return _repaired(text, _find(text, dialect), dialect)
