"""Parts of tokens, as libyaml and go-yaml scan them, for the pure reader."""

from __future__ import annotations

import re

from linter.yaml.breaks import BREAK, BREAKS, READ_BREAKS
from linter.yaml.escapes import CODES, ESCAPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The reader puts a NUL after the text.
END = BREAKS + '\0'
BLANKS_OR_END = f' \t{END}'

SPACES = re.compile(r' *')
BLANK_RUN = re.compile(r'[ \t]*')
_DOUBLE = re.compile(rf'[^"\\{BLANKS_OR_END}]*')
_DIGITS = re.compile('[0-9A-Fa-f]+')


class TokenParts:
    """Moves ``reader``, which knows where it is in the text, over parts of tokens."""

    reader: Any

    def _fail(self, context: str, start: Any, what: str) -> Exception:
        """The error of a scanner at the place where it is."""
        raise NotImplementedError

    def _skip(self, pattern: re.Pattern[str]) -> str:
        reader = self.reader
        found = pattern.match(reader.buffer, reader.pointer)
        passed: str = '' if found is None else found[0]
        if passed:
            reader.forward(len(passed))
        return passed

    def _line_break(self) -> str:
        """Pass a line break, and say what a scalar takes it for."""
        passed = self._skip(BREAK)
        return passed if passed in READ_BREAKS else '\n'

    def _at_document_mark(self) -> bool:
        reader = self.reader
        return bool(
            reader.column == 0
            and reader.prefix(3) in ('---', '...')
            and reader.peek(3) in BLANKS_OR_END
        )

    def _double(self, value: list[str], start: Any) -> bool:
        """Take what has no blanks in it; whether an escaped line break ended it."""
        reader = self.reader
        context = 'while parsing a quoted scalar'
        while True:
            value.append(self._skip(_DOUBLE))
            if reader.peek() != '\\':
                return False
            char = reader.peek(1)
            if char in BREAKS:
                reader.forward()
                self._line_break()
                return True
            length = CODES.get(char, 0)
            if length:
                reader.forward(2)
                digits = reader.prefix(length)
                if len(digits) < length or not _DIGITS.fullmatch(digits):
                    raise self._fail(context, start, 'did not find expected hexdecimal number')
                code = int(digits, 16)
                if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
                    raise self._fail(context, start, 'found invalid Unicode character escape code')
                value.append(chr(code))
                reader.forward(length)
            elif char in ESCAPES:
                value.append(ESCAPES[char])
                reader.forward(2)
            else:
                raise self._fail(context, start, 'found unknown escape character')

    def _fold(self, folded: bool) -> str:
        """Pass blanks and line breaks, and say what a quoted scalar takes them for."""
        blanks = self._skip(BLANK_RUN)
        leading = '' if folded else self._line_break()
        if not leading and not folded:
            return blanks
        breaks: list[str] = []
        while True:
            self._skip(BLANK_RUN)
            passed = self._line_break()
            if not passed:
                break
            breaks.append(passed)
        if leading == '\n':
            return ''.join(breaks) or ' '
        return leading + ''.join(breaks)

    def _peek_blanks(self, indent: int) -> str:
        """Move to the first tab of the indentation, if there is one, and say what is there."""
        reader = self.reader
        found = SPACES.match(reader.buffer, reader.pointer)
        spaces = 0 if found is None else len(found[0])
        if reader.column + spaces < indent and reader.peek(spaces) == '\t':
            reader.forward(spaces)
            return '\t'
        return ''
