"""Calico's label selectors: does Calico take them, and if not, why?

``accepts`` answers for every selector of every file, so it is a quick look, and else one regular
expression and a counter; only a selector that it cannot read goes to ``explain``. ``selector.lark``
is the specification, and ``meaning`` reads, prints and evaluates; tests hold all of them against
each other. Nothing here recurses: a selector may be nested as deep as it is long.

https://docs.tigera.io/calico/latest/reference/resources/networkpolicy#selector
"""

from __future__ import annotations

from linter.calico.selector.plain import is_plain
from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

# Calico wrote its tokenizer anew for 3.30. The regular expressions that it replaced took a line
# break for a blank inside has( ), all( ), global( ), `not in`, `starts with` and `ends with`.
# https://github.com/projectcalico/calico/blob/master/libcalico-go/lib/selector/tokenizer/tokenizer.go
V3 = 'v3'
V3_LENIENT = 'v3-before-3.30'
# No contains, starts with, ends with or global(), and `in` is an operator wherever a label starts.
V2 = 'v2'

LONGEST_LABEL = 512


class Mistake(NamedTuple):
    """Why Calico refuses a selector; offsets count code points of the selector's text.

    ``edits`` (start, end, replacement) repair all of it, not this mistake alone, or are empty.
    ``kind`` names the mistake for programs. The edits never touch a line break: that is a matter
    of how the YAML is written.
    """

    start: int
    end: int
    message: str
    hint: str | None
    edits: tuple[tuple[int, int, str], ...]
    applicability: str | None
    fix_title: str | None
    kind: str


LETTER = '[A-Za-z0-9_./-]'
LITERAL = '(?:"[^"]*"|\'[^\']*\')'
# How a v2 label may not begin, `not\s*in\b|in\b` in Go, whose \b and \s know ASCII only.
# https://github.com/projectcalico/libcalico-go/blob/master/lib/selector/tokenizer/tokenizer.go
_V2_RESERVED = r'(?!(?:not[ \t\n\f\r]*)?in(?![A-Za-z0-9_]))'


@remembered()
def condition(dialect: str) -> Callable[[str, int], re.Match[str] | None]:
    """Match one condition with all signs before it, and what closes and joins it after it."""
    return pattern(dialect).match


def pattern(dialect: str) -> re.Pattern[str]:
    """The expression by which a condition is read; tests look at how long it may take."""
    import re

    inner = r'[ \t]*' if dialect == V3 else r'[ \t\n\f\r]*'
    if dialect == V2:
        words, operators, reserved = 'all', '==|!=', _V2_RESERVED
    else:
        words, reserved = 'all|global', ''
        operators = f'==|!=|contains|starts{inner}with|ends{inner}with'
    label = f'{LETTER}{{1,{LONGEST_LABEL}}}'
    # No two neighbours match the same character, but for the label, where the lookahead
    # ends the matter; so the time is linear in the text.
    return re.compile(
        rf"""
        ([!( \t]*)
        (?: has\({inner}({label}){inner}\)
        |   ({words})\({inner}\)
        |   {reserved}({label})(?!{LETTER})[ \t]*
            (?: ({operators})[ \t]*({LITERAL})
            |   (in|not{inner}in)[ \t]*
                \{{[ \t]*((?:{LITERAL}[ \t]*(?:,[ \t]*{LITERAL}[ \t]*)*(?:,[ \t]*)?)?)\}}
            )
        )
        ([) \t]*)
        (&&|\|\||\Z)
        """,
        re.VERBOSE,
    )


def _accepts(text: str, dialect: str) -> bool:
    if not text.strip(' \t'):
        return True
    return (dialect != V2 and is_plain(text)) or matches(text, dialect)


def matches(text: str, dialect: str) -> bool:
    """Whether Calico takes a selector that is not blank, by a regular expression."""
    match = condition(dialect)
    at = depth = 0
    while True:
        found = match(text, at)
        if found is None:
            return False
        signs, closing, joint = found.group(1, 9, 10)
        if '(' in signs:
            depth += signs.count('(')
        if ')' in closing:
            depth -= closing.count(')')
            if depth < 0:
                return False
        if not joint:
            return depth == 0
        at = found.end()


# Repositories repeat their selectors, but not the very long ones.
_accepted = remembered(1024)(_accepts)


def accepts(text: str, dialect: str = V3) -> bool:
    """Whether Calico takes the selector; ``''`` is ``all()``."""
    return _accepted(text, dialect) if len(text) <= 1024 else _accepts(text, dialect)


@remembered(64)
def explain(text: str, dialect: str = V3) -> Mistake:
    """Why ``accepts`` says no. Aliases and copies bring the same selector again and again."""
    from linter.calico.selector import explainer

    return explainer.explain(text, dialect)
