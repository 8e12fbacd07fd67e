"""What is wrong with a document that cannot be read, in the user's words.

A parser says what it expected, and where it was at its wits' end. What somebody did, and what to
write instead, is told from that and from the text around.
"""

from __future__ import annotations

import re

from linter.text.lazy_regex import lazy
from linter.text.source import line_start
from linter.yaml.breaks import BLANKS, BREAKS
from linter.yaml.errors import YamlError
from linter.yaml.nodes import Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_QUESTION = 'a value in `{…}` or `[…]` cannot contain `?` without quotes'


class Problem(NamedTuple):
    """What a parser says, in libyaml's words; ``start`` is where the construct in hand began."""

    what: str
    offset: int
    context: str
    start: int | None


def explained(
    problem: Problem, part: str, base: int, last: Node | None, flow: Sequence[int]
) -> YamlError:
    """The error for a problem in a document, whose text starts at an offset of the source.

    ``last`` is the last node that was read to its end, ``flow`` where the brackets around the place
    begin, both as far as reading came.
    """
    return _Explanation(part, base, last, flow).error(problem)


class _Explanation:
    def __init__(self, part: str, base: int, last: Node | None, flow: Sequence[int]) -> None:
        self.part = part
        self.base = base
        self.last = last
        self.flow = flow

    def error(self, problem: Problem) -> YamlError:
        """A parser's complaint in the user's words, at the character where reading broke off."""
        what, at, context, start = problem
        part = self.part
        at = min(at, len(part))
        char = part[at : at + 1]
        begin = line_start(part, at)
        ahead = part[begin:at].strip(BLANKS)
        opened = self._unclosed(problem)
        hint: str | None = None
        if opened is not None:
            at = opened
            message = f'the `{part[at : at + 1]}` opened here is never closed'
        elif what in ('found unexpected end of stream', 'found unexpected document indicator'):
            at = at if start is None else start
            message = f'the `{part[at : at + 1]}` opened here is never closed'
        elif what == 'control characters are not allowed':
            message = f'the control character U+{ord(char or " "):04X} is not allowed in YAML'
        elif 'found a tab character' in what or (char == '\t' and 'cannot start any' in what):
            message = 'a tab cannot indent YAML' if not ahead else 'a tab cannot stand here'
            hint = 'use spaces'
        elif 'cannot start any token' in what:
            message = f'a value cannot start with {_shown(char)}'
            hint = 'put quotes around it'
        elif what == 'mapping values are not allowed in this context':
            if re.search(r':[ \t]', part[begin:at]):
                message = 'a value without quotes cannot contain a colon and a blank'
                hint = 'put quotes around the whole value'
            else:
                above = self._keyless(begin)
                if above is not None:
                    return self.error(Problem("could not find expected ':'", above, '', above))
                message = 'this line is indented as if it went on with the value above'
                hint = 'line its key up with the keys beside it'
        elif what == "could not find expected ':'":
            at = at if start is None else start
            word = re.split(r'[\r\n]', part[at : at + 40])[0].strip()
            message = f'`{word}` is no key, since no colon and blank follow it'
            if re.match(r'[\w./-]+:[^\s]', word):
                hint = 'put a blank after the colon'
        elif what == 'did not find expected alphabetic or numeric character':
            at = at if start is None else start
            char = part[at : at + 1]
            message = f'a value cannot start with `{char}`'
            if char in ('*', '&'):
                kind = 'alias' if char == '*' else 'anchor'
                message = f'`{char}` starts a YAML {kind} here, and no name follows'
            hint = 'put quotes around the whole value'
        elif context == 'while scanning a tag' or ' tag' in what or 'URI' in what:
            if start is not None and 'expected whitespace' not in what:
                at = start
            message = '`!` starts a YAML tag here, and this one cannot be read'
            hint = 'put quotes around a value that starts with `!`'
        elif context == 'while scanning a block scalar':
            if 'comment or line break' in what:
                sign = '|' if start is None else part[start : start + 1]
                message = f'only a comment may follow `{sign}` on its line'
                hint = 'start the text on the next line, or put it in quotes'
            else:
                message = 'the indentation after `|` or `>` is a digit from 1 to 9'
        elif what == 'found unknown escape character':
            message = f'`{part[at : at + 2]}` is no escape in double quotes'
            hint = 'double the backslash, or use single quotes'
        elif 'hexdecimal' in what or 'Unicode character escape' in what:
            message = 'this is not the code of a character'
            hint = 'double the backslash, or use single quotes'
        elif what == 'block sequence entries are not allowed in this context':
            message = 'a list item cannot start on the line of its key'
            hint = 'start it on a line of its own'
        elif 'expected key' in what or "'-' indicator" in what:
            message, hint = self._misplaced(at, ahead, 'key' in what)
        elif "',' or" in what and char == '?':
            message = _QUESTION
            hint = 'put quotes around it'
        elif "',' or" in what:
            sign = '}' if '}' in what else ']'
            message = f'`,` or `{sign}` should stand here'
            if char.strip(BLANKS):
                message += f' instead of `{char}`'
            hint = (
                'a comma may be missing before this key'
                if char == ':'
                else 'put quotes around a value that has `{`, `}`, `[`, `]` or `,` in it'
            )
        elif 'expected node content' in what:
            message = f'a value cannot start with `{char}`' if char else 'a value is missing here'
            hint = 'put quotes around the whole value' if char == ':' else hint
        else:
            message = what
        if at >= len(part):
            at = max(0, len(part.rstrip(BLANKS)) - 1)
        return YamlError(self.base + at, message, hint)

    def _keyless(self, begin: int) -> int | None:
        """Where a line starts that is no key, though it lines up with the key on the next one."""
        lines = re.split(r'(?<=\n)|(?<=\r)(?!\n)', self.part[max(0, begin - 4000) : begin])
        lines.pop()
        found = re.compile(r'[ ]*').match(self.part, begin)
        indent = 0 if found is None else len(found[0])
        above = None
        for line in reversed(lines):
            begin -= len(line)
            words = line.strip()
            if (
                line[:indent].strip(' ')
                or line[indent : indent + 1] in ('', ' ', *BREAKS)
                or (re.search(r':(?:\s|\Z)', words))
            ):
                break
            above = begin + indent
        return above

    def _misplaced(self, at: int, ahead: str, in_mapping: bool) -> tuple[str, str | None]:
        """The words for something that stands where a key or a list item should."""
        part = self.part
        char = part[at : at + 1]
        if char and char in ']}':
            return f'this `{char}` closes nothing', None
        if ahead and char == ',':
            return 'a comma cannot stand here', 'commas separate only what is in `[…]` or `{…}`'
        if ahead:
            last = self.last
            if last is not None and last.__class__ is Scalar and last.style:
                begin, end = last.start - self.base, last.end - self.base
                if re.search(r'[\r\n]', part[begin:end]):
                    return (
                        'nothing may follow a closing quote',
                        'this quote closes a value that started on an earlier line: '
                        'its own closing quote may be missing',
                    )
            if ahead[-1] in '\'"':
                return (
                    'nothing may follow a closing quote',
                    'put the whole value in the other kind of quotes',
                )
            if ahead[-1] in ']}':
                return (
                    f'nothing may follow the closing `{ahead[-1]}`',
                    'put quotes around the whole value',
                )
            return 'this cannot stand here', None
        if in_mapping and char == '-' and part[at + 1 : at + 2].strip(BLANKS) == '':
            return (
                'a list item cannot stand among the keys of a mapping',
                'indent it like the list that it belongs to',
            )
        if not in_mapping:
            return (
                'only list items can stand at this indentation',
                'indent it like the keys of the item above, or less than the list',
            )
        return 'the indentation of this line fits none of the lines above', None

    def _unclosed(self, problem: Problem) -> int | None:
        """The bracket that is never closed, if that is what stopped the parser."""
        what, _at, context, start = problem
        if 'did not find expected' not in what and "expected ':'" not in what:
            return None
        brackets = list(self.flow)
        if start is not None and context.startswith(('while parsing a flow', 'while scanning a s')):
            brackets.append(start)
        brackets = [at for at in brackets if self.part[at : at + 1] in ('[', '{')]
        if not brackets:
            return None
        # One look from the outermost bracket on, however many there are.
        opened: list[int] = []
        closed: set[int] = set()
        for found in _BRACKET.finditer(self.part, min(brackets)):
            if found[0] in ('[', '{'):
                opened.append(found.start())
            elif found[0] in (']', '}'):
                closed.add(opened.pop())
                if not opened:
                    break
        return next((at for at in reversed(brackets) if at not in closed), None)


def _shown(char: str) -> str:
    return 'a backtick' if char == '`' else f'`{char}`'


# Brackets that count: not those in quotes, nor in comments.
_BRACKET = lazy(
    r"""(?<![^\s,\[{:])"(?:[^"\\]|\\.)*"|(?<![^\s,\[{:])'[^']*'|(?<=\s)\#[^\r\n]*|[\[\]{}]""",
    re.DOTALL | re.VERBOSE,
)


def refused_directive(part: str, at: int, base: int) -> YamlError:
    """Why a document cannot start with a directive."""
    line = re.split(r'[\r\n]', part[at : at + 80])[0]
    if re.match(r'%YAML\s+1\.1(?!\d)|%TAG\s', line):
        # calicoctl and kubectl hand the directive to the parser without what follows the `---`.
        message = "a directive cannot stand before `---`, where Calico's tools cut the file"
    elif line.startswith('%YAML'):
        message = 'Calico reads YAML 1.1 and refuses a document that declares another version'
    else:
        return YamlError(base + at, 'a value cannot start with `%`', 'put quotes around it')
    return YamlError(base + at, message, 'remove this line')
