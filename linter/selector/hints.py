"""What people write in a selector, and what they should: one function for each mistake.

A hint looks at the place where the grammar stopped and returns a Mistake, or None where it is not
the mistake that it knows. HINTS says which are asked at which kind of place, and in what order.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Optional

from linter.selector import LETTER, LITERAL, LONGEST_LABEL, V2, V3, V3_LENIENT, Mistake, accepts

if TYPE_CHECKING:
    from lark import Token

WORD = re.compile(f'{LETTER}+')
# What somebody writes who forgets the quotes: web, 10.0.0.1, web-*, ${NAME}.
BARE = r"""(?:(?:\$\{[^{}]*\}|[^\s'"“”‘’`(){}\[\],;&|!=<>])+)"""
VALUE = f'(?:{LITERAL}|{BARE})'
_NUMBER_OR_BOOLEAN = re.compile(r'[-+]?[0-9.]+|true|false|yes|no|null', re.IGNORECASE)

# Opening and closing forms alike, for people mix them; the first of each family is the right one.
_DOUBLE_QUOTES = '"“”„‟«»″＂'
_SINGLE_QUOTES = "'‘’‚‛‹›′＇`´"
_EVERYTHING = ('any', 'anything', 'every', 'everything')

Edits = tuple[tuple[int, int, str], ...]


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


Hint = Callable[[Place], Optional[Mistake]]


def start_of(token: Token) -> int:
    assert token.start_pos is not None
    return token.start_pos


def end_of(token: Token) -> int:
    return start_of(token) + len(token)


def code(text: str) -> str:
    """A piece of a selector as it stands in a sentence."""
    text = text if len(text) <= 60 else f'{text[:59]}…'
    text = ''.join(c if c.isprintable() else c.encode('unicode_escape').decode() for c in text)
    return f'`{text}`'


def _quoted(value: str) -> str:
    if value[0] in '"\'…':
        return value
    return f'"{value}"' if "'" in value else f"'{value}'"


def _set(items: str) -> str:
    """What stands in braces or should, with quotes around every item."""
    return f'{{{re.sub(VALUE, lambda item: _quoted(item[0]), items)}}}'


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


# Anywhere


def _line_break(place: Place) -> Mistake | None:
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


def _odd_blank(place: Place) -> Mistake | None:
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
    return _DOUBLE_QUOTES if char in _DOUBLE_QUOTES else _SINGLE_QUOTES


def _first_of(characters: str, text: str, at: int) -> int | None:
    return next((i for i in range(at, len(text)) if text[i] in characters), None)


def _curly_quotes(place: Place) -> Mistake | None:
    char, at, text = place.char, place.at, place.text
    if not char or char in '"\'' or char not in _DOUBLE_QUOTES + _SINGLE_QUOTES:
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


def _unterminated(place: Place) -> Mistake | None:
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


def _single_sign(place: Place) -> Mistake | None:
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


def _comment(place: Place) -> Mistake | None:
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


def _label_character(place: Place) -> Mistake | None:
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


# A condition should come


def _quoted_twice(place: Place) -> Mistake | None:
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


def _no_condition(place: Place) -> Mistake | None:
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


def _no_label(place: Place) -> Mistake | None:
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


def _asterisk(place: Place) -> Mistake | None:
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


def _long_label(place: Place) -> Mistake | None:
    word = WORD.match(place.text, place.at)
    if word is None or len(word[0]) <= LONGEST_LABEL:
        return None
    return mistake(
        'label-too-long',
        place.at,
        word.end(),
        f'this label name has {len(word[0])} bytes, and Calico takes at most {LONGEST_LABEL}',
    )


def _reserved(place: Place) -> Mistake | None:
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


# An operator should come, for there was a label


def _not_word(place: Place) -> Mistake | None:
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


def _has_word(place: Place) -> Mistake | None:
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


def _newer(start: int, end: int, name: str) -> Mistake:
    return mistake(
        'v3-operator',
        start,
        end,
        f'{code(name)} came with v3: a v2 selector has only '
        '`==`, `!=`, `in`, `not in`, `has()` and `all()`',
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


def _operator_without_label(name: str, at: int) -> Mistake:
    return mistake(
        'missing-label',
        at,
        at + len(name),
        f'there is no label name before the operator {code(name)}: write {code(f"label {name} …")}',
    )


def _call(place: Place) -> Mistake | None:
    """``all ()``, ``HAS(a)``, ``any()``: a label name with a parenthesis behind it."""
    if place.char != '(':
        return None
    name, start, end = place.last, start_of(place.last), end_of(place.last)
    lower = name.lower()
    closed = place.match(rf'\([ \t]*({LETTER}*)[ \t]*\)')
    if lower == 'global' and place.dialect == V2:
        return _newer(start, end, 'global()')
    if lower in ('has', 'all', 'global'):
        right = f'{lower}({closed[1]})' if closed else f'{lower}('
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
    if lower in _EVERYTHING and closed and not closed[1]:
        return _not_everything(name, start, closed.end())
    known = ['has', 'all'] if place.dialect == V2 else ['has', 'all', 'global']
    near = ['has'] if 'exist' in lower else difflib.get_close_matches(lower, known, 1)
    if not near and _operator_of(lower):
        return _operator_without_label(name, start)
    return mistake(
        'unknown-function',
        start,
        end,
        f'Calico has no {code(f"{name}()")}: '
        + (
            f'did you mean {code(f"{near[0]}()")}?'
            if near
            else f'write {" or ".join(code(f"{word}()") for word in known)}'
        ),
    )


def _bare_label(place: Place) -> Mistake | None:
    """A label of which nothing is said: for Kubernetes, that it must be there."""
    if not place.match(rf'&&|\|\||[),;]|(?i:and|or)(?!{LETTER})|\Z'):
        return None
    name, start, end = place.last, start_of(place.last), end_of(place.last)
    lower = name.lower()
    if lower == 'global' and place.dialect == V2:
        return _newer(start, end, 'global()')
    if lower in ('all', 'global'):
        return mistake(
            'all-without-parentheses',
            start,
            end,
            f'{code(name)} without parentheses is a label name: write {code(f"{lower}()")}',
            edits=((start, end, f'{lower}()'),),
            write=f'{lower}()',
        )
    if lower in _EVERYTHING:
        return _not_everything(name, start, end)
    if lower == 'has':
        return mistake(
            'has-without-parentheses',
            start,
            end,
            f'{code(name)} needs a label name in parentheses: write `has(label)`',
        )
    if _NUMBER_OR_BOOLEAN.fullmatch(name):
        right = f"label == '{name}'"
        return mistake(
            'not-a-condition',
            start,
            end,
            f'{code(name)} is not a condition: write one, such as {code(right)}',
            'what selects everything is `all()`',
        )
    if _operator_of(lower) and len(place.before) == 1:
        return _operator_without_label(name, start)
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


def _no_patterns(place: Place, end: int) -> Mistake:
    return mistake(
        'unknown-operator',
        place.at,
        end,
        f'Calico has no {code(place.text[place.at : end])} and no patterns: write '
        + ('`==` or `in`' if place.dialect == V2 else '`contains`, `starts with` or `ends with`'),
    )


def _sign(place: Place) -> Mistake | None:
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
        right = f'{label} == {_quoted(value[1])}'
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
        return _no_patterns(place, end)
    return mistake(
        'unknown-operator',
        at,
        end,
        f'Calico has no {code(sign)}, for label values are text: write {_expected(place)}',
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


def _operator_of(phrase: str) -> str | None:
    return _OPERATORS.get(re.sub('[-_ \t]', '', phrase.lower()))


def _word_operator(place: Place) -> Mistake | None:
    """``IN``, ``startsWith``, ``is``, ``matches``, ``exists``: words for an operator."""
    at, label = place.at, place.last
    start = start_of(label)
    for words in (3, 2, 1):
        found = place.match(rf'{LETTER}{{1,99}}(?:[ \t]+{LETTER}{{1,99}}){{{words - 1}}}')
        operator = _operator_of(found[0]) if found else None
        if found and operator:
            break
    else:
        return None
    phrase, end = found[0], found.end()
    if place.dialect == V2 and operator.lstrip('!') in ('contains', 'starts with', 'ends with'):
        return _newer(at, end, phrase)
    if operator == '~':
        return _no_patterns(place, end)
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
        return _negation(place, 'contains', end)
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


def _negation(place: Place, operator: str, end: int) -> Mistake:
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


def _exclamation_mark(place: Place) -> Mistake | None:
    """``a !in {…}``, ``a !contains '…'``."""
    found = place.match(r'![ \t]*(in(?=[ \t{])|contains|starts[ \t]*with|ends[ \t]*with)')
    if found is None:
        return None
    if found[1] != 'in':
        return _negation(place, found[1], found.end())
    return mistake(
        'word-operator',
        place.at,
        found.end(),
        '`!in` is not an operator: write `not in`',
        edits=((place.at, found.end(), 'not in'),),
        write='not in',
    )


def _no_operator(place: Place) -> Mistake | None:
    at, label = place.at, place.last
    start = start_of(label)
    value = place.match(LITERAL)
    if (value or place.char == '{') and _operator_of(label):
        return _operator_without_label(label, start)
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
        f'write {_expected(place)}',
    )


# A value should come, or a set; place.before ends with the label and the operator


def _no_value(place: Place) -> Mistake | None:
    if not place.match(r'&&|\|\||[)\]},;]|\Z'):
        return None
    label, operator = place.before[-2:]
    value = '{…}' if place.slot == 'set' else "'…'"
    return mistake(
        'missing-value',
        start_of(operator),
        end_of(operator),
        f'there is no value after {code(operator)}: write {code(f"{label} {operator} {value}")}',
    )


def _more_equals(place: Place) -> Mistake | None:
    if place.char != '=':
        return None
    operator, end = place.last, place.at + 1
    kind = 'triple-equals' if operator == '==' and place.touching else 'extra-operator'
    return mistake(
        kind,
        place.at,
        end,
        f'this `=` is one too many: write {code(operator)}',
        edits=((end_of(operator), end, ''),),
        write=str(operator),
    )


def _set_as_value(place: Place) -> Mistake | None:
    if place.char != '{' or place.text.startswith('{{', place.at):
        return None
    label, operator = place.before[-2:]
    items = place.match(r'\{([^{}]*)\}')
    right = {'EQ': 'in', 'NE': 'not in'}.get(operator.type)
    if right is None:
        return mistake(
            'set-as-value',
            place.at,
            place.at + 1,
            f'{code(operator)} takes one value and no set: '
            'write a condition for each value and join them with `||`',
        )
    start = start_of(operator)
    glue = ' ' if start == end_of(label) else ''
    shown = f'{label} {right} {_set(items[1] if items else "…")}'
    return mistake(
        'set-as-value',
        place.at,
        place.at + 1,
        f'{code(operator)} takes one value and no set: write {code(shown)}',
        edits=((start, end_of(operator), glue + right),),
        write=shown,
    )


def _bracketed_value(place: Place) -> Mistake | None:
    inside = place.match(rf'[(\[][ \t]*({VALUE})[ \t]*[)\]]')
    if place.char not in ('(', '['):
        return None
    label, operator = place.before[-2:]
    value = _quoted(inside[1] if inside else '…')
    right = f'{label} {operator} {value}'
    new = f' {value}' if place.touching else value
    return mistake(
        'bracketed-value',
        place.at,
        place.at + 1,
        f'a value takes no brackets: write {code(right)}',
        edits=((place.at, inside.end(), new),) if inside else (),
        write=right,
    )


def _escaped_quotes(place: Place) -> Mistake | None:
    r"""``a == \'b\'``."""
    found = place.match(r"""\\(['"])([^'"\\]*)\\\1""")
    if found is None:
        return None
    right = f'{found[1]}{found[2]}{found[1]}'
    return mistake(
        'backslash',
        place.at,
        place.at + 1,
        f'a backslash escapes nothing in a selector: write {code(right)}',
        edits=((place.at, found.end(), right),),
        write=right,
    )


def _negated_value(place: Place) -> Mistake | None:
    found = place.match(rf'![ \t]*({VALUE})')
    label, operator = place.before[-2:]
    if found is None or operator != '==':
        return None
    right = f'{label} != {_quoted(found[1])}'
    return mistake(
        'negated-value',
        place.at,
        place.at + 1,
        f'`!` cannot stand before a value: write {code(right)}',
        edits=((start_of(operator), end_of(operator), '!='), (place.at, found.start(1), '')),
        write=right,
    )


def _unquoted_value(place: Place) -> Mistake | None:
    value = place.match(BARE)
    if value is None:
        return None
    label, operator = place.before[-2:]
    hint = None
    if '*' in value[0]:
        hint = '`*` is no wildcard in a selector'
        if place.dialect != V2:
            hint += ': see `starts with`, `ends with` and `contains`'
    elif _NUMBER_OR_BOOLEAN.fullmatch(value[0]):
        hint = 'the value of a label is text, also where it looks like a number or a boolean'
    right = _quoted(value[0])
    return mistake(
        'unquoted-value',
        place.at,
        value.end(),
        f'the value {code(value[0])} must be in quotes: '
        f'write {code(f"{label} {operator} {right}")}',
        hint,
        edits=((place.at, value.end(), right),),
        write=right,
    )


def _wrong_brackets(place: Place) -> Mistake | None:
    """``a in (…)``, which is Kubernetes', and ``a in […]``, which is YAML's."""
    if place.char not in ('(', '['):
        return None
    label, operator = place.before[-2:]
    inside = place.match(rf"""[(\[]((?:{LITERAL}|[^'"()\[\]{{}}])*)[)\]]""")
    edits: Edits = ()
    if inside:
        edits = (place.at, place.at + 1, '{'), (inside.end() - 1, inside.end(), '}')
    right = f'{label} {operator} {_set(inside[1] if inside else "…")}'
    return mistake(
        'kubernetes-form' if place.char == '(' else 'wrong-brackets',
        place.at,
        place.at + 1,
        f'a set is written in braces: write {code(right)}',
        edits=edits,
        write=right,
    )


def _set_without_braces(place: Place) -> Mistake | None:
    items = place.match(rf'{VALUE}(?:[ \t]*,[ \t]*{VALUE})*')
    if items is None:
        return None
    label, operator = place.before[-2:]
    right = f'{label} {operator} {_set(items[0])}'
    glue = ' ' if place.touching else ''
    return mistake(
        'set-without-braces',
        place.at,
        items.end(),
        f'a set is written in braces: write {code(right)}',
        edits=((place.at, place.at, f'{glue}{{'), (items.end(), items.end(), '}')),
        write=right,
    )


# Inside a set


def _set_not_closed(place: Place) -> Mistake | None:
    """The selector ends, goes on, or closes with the wrong bracket inside a set."""
    at = place.at
    if place.char in (')', ']'):
        return mistake(
            'wrong-brackets',
            at,
            at + 1,
            f'the set opens with `{{` and closes with {code(place.char)}: write `}}`',
            edits=((at, at + 1, '}'),),
            write='}',
        )
    if not place.match(r'&&|\|\||\Z'):
        return None
    brace = next(token for token in reversed(place.before) if token.type == '_LBRACE')
    end = end_of(place.last)
    # Nobody means the empty set, which matches nothing.
    edits: Edits = ((end, end, '}'),) if place.last.type != '_LBRACE' else ()
    return unclosed('{', start_of(brace), edits=edits, write='}')


def _extra_comma(place: Place) -> Mistake | None:
    if place.char != ',':
        return None
    return mistake(
        'extra-comma',
        place.at,
        place.at + 1,
        'there is no value before this comma: write one, or remove the comma',
        edits=((place.at, place.at + 1, ''),),
        safe=place.last.type == '_COMMA' or place.match(rf'[ \t,]*{VALUE}') is not None,
    )


def _unquoted_items(place: Place) -> Mistake | None:
    first = place.match(BARE)
    if first is None:
        return None
    # All of them at once: a set of a hundred bare words is one mistake.
    edits = []
    item = re.compile(rf'({BARE})|{LITERAL}|[ \t,]+')
    at = place.at
    while found := item.match(place.text, at):
        if found[1]:
            edits.append((at, found.end(), _quoted(found[1])))
        at = found.end()
    right = _set(place.text[place.at : at].rstrip(' \t'))
    if place.last.type != '_LBRACE':
        right = _quoted(first[0])
    return mistake(
        'unquoted-value',
        place.at,
        first.end(),
        f'the value {code(first[0])} must be in quotes: write {code(right)}',
        edits=tuple(edits),
        write=right,
    )


def _no_comma(place: Place) -> Mistake | None:
    other = place.match(r"""(?:[;:]|\|\|?)(?=[ \t]*['"])""")
    if other:
        return mistake(
            'missing-comma',
            place.at,
            other.end(),
            f'{code(other[0])} does not separate the values of a set: write a comma',
            edits=((place.at, other.end(), ','),),
            write=',',
        )
    if not place.match(VALUE):
        return None
    end = end_of(place.last)
    return mistake(
        'missing-comma',
        place.at,
        place.at + 1,
        f'there is no comma between two values: write {code(f"{place.last},")}',
        edits=((end, end, ','),),
        write=f'{place.last},',
    )


# Behind a value


def _swallowed(place: Place) -> Mistake | None:
    """``a == 'b && c == 'd'``: a quote was forgotten, and the string ran up to the next one."""
    if not place.touching or place.last.type != 'STRING':
        return None
    if not re.search(r'[\s=,{(]\Z|&&|\|\|', place.last[1:-1]):
        return None
    start = start_of(place.last)
    return mistake(
        'unterminated-string',
        start,
        start + 1,
        f'the quote {place.last[0]} that opens here is closed only before '
        f'{code(place.text[place.at : place.at + 10])}: close it after its value',
    )


def _quote_in_value(place: Place) -> Mistake | None:
    r"""``'it\'s'``, ``'it''s'``, ``'it's'``: what ends a string without being meant to."""
    if not place.touching or place.last.type != 'STRING':
        return None
    literal, start = place.last, start_of(place.last)
    q = literal[0]
    other = '"' if q == "'" else "'"
    if literal[-2] == '\\' and len(literal) > 2:
        kind, at = 'backslash', place.at - 2
        what = 'a backslash escapes nothing in a selector'
        pattern = rf'{q}((?:[^{q}\\]|\\.)*){q}'
    elif literal == q * 2:
        kind, at = 'doubled-quote', start
        what = f'two {q} do not make one quote in a selector'
        pattern = rf'{q}{q}([^{q}]*){q}{q}'
    elif place.char == q:
        kind, at = 'doubled-quote', place.at - 1
        what = f'a doubled {q} does not stand for one in a selector'
        pattern = rf'{q}((?:[^{q}]|{q}{q})*){q}'
    else:
        kind, at = 'quote-in-value', place.at - 1
        what = f'this {q} ends the value'
        pattern = rf'{q}([^{q}]*{q}[^{q}\s&|,)}}][^{q}=&|]*){q}(?=[ \t]*(?:[&|,)}}]|\Z))'
    whole = re.compile(pattern).match(place.text, start)
    if whole is None and kind == 'quote-in-value':
        return None
    value = whole[1] if whole else q + other
    if kind == 'backslash':
        value = re.sub(r'\\(.)', r'\1', value)
    elif kind == 'doubled-quote':
        value = value.replace(q * 2, q)
    if whole is None or (q in value and other in value):
        return mistake(
            kind,
            at,
            at + 1,
            f'{what}: write the value without it',
            'a value that holds both kinds of quotes cannot be written in a selector',
        )
    right = f'{other}{value}{other}' if q in value else f'{q}{value}{q}'
    return mistake(
        kind,
        at,
        at + 1,
        f'{what}: write {code(right)}',
        edits=((start, whole.end(), right),),
        write=right,
        # A value that looks like conditions may be two values and what joins them.
        safe=not re.search('&&|[|][|]|==|!=', value),
    )


# In the parentheses of has(), all() and global()


def _call_not_closed(place: Place) -> Mistake | None:
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


def _not_a_label(place: Place) -> Mistake | None:
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


def _more_in_has(place: Place) -> Mistake | None:
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
        right += value if value[0] == '{' else _quoted(value)
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


def _more_in_all(place: Place) -> Mistake | None:
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


# A joint or the end should come, for there was a condition


def _open_parenthesis(place: Place) -> Mistake | None:
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


def _and_or(place: Place) -> Mistake | None:
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


def _separator(place: Place) -> Mistake | None:
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


def _has_compared(place: Place) -> Mistake | None:
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


def _no_joint(place: Place) -> Mistake | None:
    if not place.match(rf'[!("\']|{LETTER}'):
        return None
    return mistake(
        'missing-operator',
        place.at,
        place.at + 1,
        'there is no operator between two conditions: write `&&` for and, `||` for or',
    )


# Nobody knows better


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


def _expected(place: Place) -> str:
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
            f'the selector ends too early: write {_expected(place)}',
        )
    shown = code(char) if char.isprintable() else f'the control character U+{ord(char):04X}'
    return mistake(
        'unexpected',
        place.at,
        place.at + 1,
        f'{shown} cannot stand here: write {_expected(place)}',
    )


_BLANKS_AND_QUOTES = (_line_break, _odd_blank, _curly_quotes)

HINTS: dict[str, tuple[Hint, ...]] = {
    slot: (*_BLANKS_AND_QUOTES, *hints)
    for slot, hints in {
        'condition': (
            _quoted_twice, _unterminated, _no_condition, _single_sign, _no_label, _asterisk,
            _comment, _reserved, _long_label, stray, _label_character,
        ),
        'operator': (
            _single_sign, _not_word, _has_word, _call, _bare_label, _sign, _comment,
            _label_character, _exclamation_mark, _word_operator, _unterminated, _no_operator,
            stray,
        ),
        'value': (
            _unterminated, _no_value, _more_equals, _set_as_value, _bracketed_value,
            _escaped_quotes, _negated_value, _unquoted_value,
        ),
        'set': (_unterminated, _no_value, _more_equals, _wrong_brackets, _set_without_braces),
        'item': (_unterminated, _set_not_closed, _extra_comma, _escaped_quotes, _unquoted_items),
        'comma': (_swallowed, _quote_in_value, _unterminated, _no_comma, _set_not_closed),
        'label': (_unterminated, _call_not_closed, _not_a_label, _long_label, _label_character),
        'close': (_call_not_closed, _label_character, _more_in_has, _more_in_all),
        'joint': (
            _swallowed, _quote_in_value, _open_parenthesis, stray, _single_sign, _and_or,
            _separator, _comment, _has_compared, _unterminated, _no_joint,
        ),
    }.items()
}  # fmt: skip
