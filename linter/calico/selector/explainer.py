"""Why a selector is refused: first where it goes wrong, then the words for it, from the hints."""

from __future__ import annotations

import re

from linter.calico.selector.accept import (
    LETTER,
    LITERAL,
    V3,
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
    unclosed,
    unexpected,
)
from linter.calico.selector.walk import locate as walk
from linter.text.lazy_regex import lazy

# Up to here the whole selector is read; in a longer one only the condition that is wrong.
LONG = 4096
# A fix may have to repair several mistakes. More than this, and the author should look.
ROUNDS = 16

_KUBERNETES = lazy(
    rf"""
    [ \t]*
    (?: (?:(?P<not>!)[ \t]*)?(?P<exists>{LETTER}+)
    |   (?P<label>{LETTER}+)[ \t]*(?P<operator>==?|!=)(?:[ \t]*(?P<value>{LETTER}+))?
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
    if ',' not in text and '(' not in text:
        return None
    terms = []
    at, sure = 0, False
    while at < len(text):
        found = _KUBERNETES.match(text, at)
        if found is None:
            return None
        if found['exists']:
            terms.append(f'{found["not"] or ""}has({found["exists"]})')
        elif found['label']:
            operator = '!=' if found['operator'] == '!=' else '=='
            terms.append(f"{found['label']} {operator} '{found['value'] or ''}'")
        else:
            sure = True
            operator = 'in' if found['member'] == 'in' else 'not in'
            values = "', '".join(WORD.findall(found['values']))
            terms.append(f"{found['key']} {operator} {{'{values}'}}")
        at = found.end()
    return ' && '.join(terms) if sure or len(terms) > 1 else None


def locate(text: str, dialect: str) -> Place | None:
    """The first token that cannot stand where it does, or None."""
    found = walk(text, dialect)
    if found is None:
        # Only if the quick readers do not agree: the grammar has the last word.
        from linter.calico.selector import grammar

        found = grammar.locate(text, dialect)
    return found


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
        # `role\n`: the line break is where reading stopped, and not what is wrong.
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


_SIGNS = lazy(r'[!( \t]*')
_ITEMS = lazy(rf'{LETTER}+[ \t]*(?:not[ \t]*)?in[ \t]*\{{((?:[ \t]*{LITERAL}[ \t]*,)+)')


def _find_far(text: str, dialect: str) -> Mistake:
    """The mistake in a very long selector: only the condition that is wrong is read."""
    stop = scan(text, dialect)
    assert isinstance(stop, Stop)
    if stop.reason == 'unclosed':
        return unclosed('(', stop.offset)
    if stop.reason == 'stray':
        found = stray(Place(text, stop.offset, 'joint', [], dialect))
        assert found is not None
        return found
    # What is read: as many of the open parentheses as may be closed behind, the last good
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
        if len(text) > 4 * LONG or rounds == ROUNDS:
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
