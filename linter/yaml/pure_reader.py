"""Events from ruamel.yaml's pure parser: the only owner of ``ruamel``.

It stands in where PyYAML has no libyaml, and is a second opinion in the tests. ruamel.yaml's own
scanner is neither YAML 1.1 nor 1.2 to the letter (no tab may follow a plain scalar, NEL is half a
line break), so what concerns single tokens is scanned here, as libyaml and go-yaml do it:
https://github.com/go-yaml/yaml/blob/v2.4.0/scannerc.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import ruamel.yaml.events as event_types
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader, ReaderError
from ruamel.yaml.scanner import Scanner, ScannerError
from ruamel.yaml.tokens import DocumentEndToken, ScalarToken, TagToken

from linter.yaml.breaks import BREAK, BREAKS
from linter.yaml.token_parts import BLANK_RUN, BLANKS_OR_END, END, SPACES, TokenParts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KINDS: dict[type, int] = {
    event_types.ScalarEvent: 0,
    event_types.MappingStartEvent: 1,
    event_types.SequenceStartEvent: 2,
    event_types.MappingEndEvent: 3,
    event_types.SequenceEndEvent: 3,
    event_types.AliasEvent: 4,
    event_types.DocumentEndEvent: 5,
    event_types.DocumentStartEvent: 6,
    event_types.StreamStartEvent: 6,
    event_types.StreamEndEvent: 6,
}

EXACT = True

SCALAR: type = event_types.ScalarEvent

ERRORS: tuple[type[Exception], ...] = (YAMLError,)


class _Yaml(YAML):
    def official_plug_ins(self) -> Any:
        """None: looking for them, in folders, takes longer than reading a document."""
        return []


def events(text: str) -> Iterator[Any]:
    """The events of a text, one by one."""
    yaml = _Yaml(typ='safe', pure=True)
    yaml.version = '1.1'
    yaml.Reader, yaml.Scanner, yaml.Parser = _Reader, _Scanner, _Parser
    return iter(yaml.parse(text))


# What the parser says, and what libyaml says instead.
_WORDS = (
    (r'mapping values are not allowed', 'mapping values are not allowed in this context'),
    (r'sequence entries are not allowed', 'block sequence entries are not allowed in this context'),
    (r'mapping keys are not allowed', 'mapping keys are not allowed in this context'),
    (r"expected ',' or '(.)'", r"did not find expected ',' or '\1'"),
    (r'expected the node content', 'did not find expected node content'),
    (r'found character .* that cannot start', 'found character that cannot start any token'),
    (r'found undefined tag handle', 'found undefined tag handle'),
    (r"expected '<document start>'", 'did not find expected <document start>'),
)


def problem(error: Exception, text: str) -> tuple[str, int, str, int | None]:
    """What an error says, in libyaml's words: problem, offset, context, and its offset."""
    if isinstance(error, ReaderError):
        # The position is off by what was already read, and that is nothing.
        found = Reader.NON_PRINTABLE.search(text)
        at = 0 if found is None else found.start()
        return 'control characters are not allowed', at, '', None
    if not isinstance(error, MarkedYAMLError):
        return str(error), 0, '', None
    mark, begin = error.problem_mark or error.context_mark, error.context_mark
    what, context = error.problem or '', error.context or ''
    if what.startswith('expected <block end>'):
        what = 'did not find expected ' + ('key' if 'mapping' in context else "'-' indicator")
    for pattern, words in _WORDS:
        found = re.match(pattern, what, re.DOTALL)
        if found is not None:
            what = found.expand(words)
            break
    return (
        what,
        len(text) if mark is None else mark.index,
        context,
        None if begin is None else begin.index,
    )


_COMMENT = re.compile(f'#[^{END}]*')
_LINE = re.compile(f'[^{END}]*')
_DIRECTIVE = re.compile(r'%([0-9A-Za-z_-]*)')
_NAME = re.compile(r'[0-9A-Za-z_-]*')
_HANDLE = re.compile(r'![0-9A-Za-z_-]*!?')
_URI = re.compile(r"(?:[\w;/?:@&=+$,.!~*'()\[\]-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_HEADER = re.compile(r'(?:([+-])([0-9])?|([0-9])([+-])?)?')
_SINGLE = re.compile(f"(?:[^'{BLANKS_OR_END}]|'')*")
_PLAIN = re.compile(f'(?:[^:{BLANKS_OR_END}]|:(?![{BLANKS_OR_END}]))*')
_FLOW_PLAIN = re.compile(rf'(?:[^:,?\[\]{{}}{BLANKS_OR_END}]|:(?![{BLANKS_OR_END}]))*')


class _Reader(Reader):
    def forward(self, length: int = 1) -> None:
        """Move on, counting lines as YAML 1.1 does, and a byte order mark as a column."""
        end = self.pointer + length
        passed = self.buffer[self.pointer : end]
        self.pointer = self.index = end
        last = -1
        for found in BREAK.finditer(passed):
            self.line += 1
            last = found.end()
        self.column = self.column + length if last < 0 else length - last


class _Parser(Parser):
    def parse_node(self, block: bool = False, indentless_sequence: bool = False) -> Any:
        """Let a node start with its tag, also where an anchor follows that."""
        token = self.scanner.peek_token()
        event = super().parse_node(block, indentless_sequence)
        if isinstance(token, TagToken):
            event.start_mark = token.start_mark
        return event

    def process_directives(self) -> Any:
        """Keep the version, which an explicit document without a directive would change."""
        value = super().process_directives()
        self.loader.version = '1.1'
        return value

    def parse_document_end(self) -> Any:
        """As libyaml: without a look at what follows `...`."""
        token = self.scanner.peek_token()
        explicit = self.scanner.check_token(DocumentEndToken)
        if explicit:
            self.scanner.get_token()
        self.state = self.parse_document_start
        return event_types.DocumentEndEvent(token.start_mark, token.start_mark, explicit=explicit)


class _Scanner(TokenParts, Scanner):
    def _fail(self, context: str, start: Any, what: str) -> ScannerError:
        return ScannerError(context, start, what, self.reader.get_mark())

    def scan_to_next_token(self) -> None:
        reader = self.reader
        while True:
            if reader.column == 0 and reader.peek() == '\ufeff':
                reader.forward()
            # A tab may stand before a token only where no key could start.
            self._skip(BLANK_RUN if self.flow_level or not self.allow_simple_key else SPACES)
            self._skip(_COMMENT)
            if not self._line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_directive(self) -> Any:
        start = self.reader.get_mark()
        found = _DIRECTIVE.match(self.reader.buffer, self.reader.pointer)
        if found is None or not found[1]:
            raise self._fail(
                'while scanning a directive', start, 'could not find expected directive name'
            )
        if found[1] not in ('YAML', 'TAG'):
            raise self._fail('while scanning a directive', start, 'found unknown directive name')
        return super().scan_directive()

    def scan_anchor(self, TokenClass: Any) -> Any:
        reader = self.reader
        start = reader.get_mark()
        context = 'while scanning an ' + ('alias' if reader.peek() == '*' else 'anchor')
        reader.forward()
        name = self._skip(_NAME)
        if not name or reader.peek() not in BLANKS_OR_END + '?:,]}%@`':
            raise self._fail(
                context, start, 'did not find expected alphabetic or numeric character'
            )
        return TokenClass(name, start, reader.get_mark())

    def scan_tag(self) -> Any:
        reader = self.reader
        start = reader.get_mark()
        handle: str | None = None
        if reader.peek(1) == '<':
            reader.forward(2)
            suffix = self._skip(_URI)
            if not suffix:
                raise self._fail('while parsing a tag', start, 'did not find expected tag URI')
            if reader.peek() != '>':
                raise self._fail('while scanning a tag', start, "did not find the expected '>'")
            reader.forward()
        else:
            handle = self._skip(_HANDLE)
            suffix = self._skip(_URI)
            if len(handle) > 1 and handle.endswith('!'):
                if not suffix:
                    raise self._fail('while parsing a tag', start, 'did not find expected tag URI')
            else:
                suffix = handle[1:] + suffix
                handle = '!'
                if not suffix:
                    handle, suffix = None, '!'
        if reader.peek() == '%':
            raise self._fail('while parsing a tag', start, 'did not find URI escaped octet')
        if reader.peek() not in BLANKS_OR_END:
            raise self._fail(
                'while scanning a tag', start, 'did not find expected whitespace or line break'
            )
        return TagToken((handle, suffix), start, reader.get_mark())

    def scan_block_scalar(self, style: str, rt: bool | None = False) -> Any:
        reader = self.reader
        start = reader.get_mark()
        reader.forward()
        header = _HEADER.match(reader.buffer, reader.pointer)
        chomping, digit = '', ''
        if header is not None:
            chomping = header[1] or header[4] or ''
            digit = header[2] or header[3] or ''
            if digit == '0':
                raise self._fail(
                    'while scanning a block scalar',
                    start,
                    'found an indentation indicator equal to 0',
                )
            reader.forward(len(header[0]))
        self._skip(BLANK_RUN)
        self._skip(_COMMENT)
        if reader.peek() not in END:
            raise self._fail(
                'while scanning a block scalar',
                start,
                'did not find expected comment or line break',
            )
        self._line_break()
        indent = max(self.indent, 0) + int(digit) if digit else 0
        breaks, indent, end = self._block_breaks(indent, start)
        value: list[str] = []
        leading = ''
        was_blank = False
        while reader.column == indent and reader.peek() != '\0':
            is_blank = reader.peek() in ' \t'
            if style == '>' and leading == '\n' and not was_blank and not is_blank:
                if not breaks:
                    value.append(' ')
            else:
                value.append(leading)
            value.extend(breaks)
            was_blank = is_blank
            value.append(self._skip(_LINE))
            leading = self._line_break()
            breaks, indent, end = self._block_breaks(indent, start)
        if chomping != '-':
            value.append(leading)
        if chomping == '+':
            value.extend(breaks)
        return ScalarToken(''.join(value), False, start, end, style)

    def _block_breaks(self, indent: int, start: Any) -> tuple[list[str], int, Any]:
        """Pass blank lines and the indentation of the next one; find the indentation out."""
        reader = self.reader
        breaks: list[str] = []
        end = reader.get_mark()
        deepest = 0
        while True:
            while (not indent or reader.column < indent) and reader.peek() == ' ':
                reader.forward()
            deepest = max(deepest, reader.column)
            if (not indent or reader.column < indent) and reader.peek() == '\t':
                raise self._fail(
                    'while scanning a block scalar',
                    start,
                    'found a tab character where an indentation space is expected',
                )
            passed = self._line_break()
            if not passed:
                break
            breaks.append(passed)
            end = reader.get_mark()
        return breaks, indent or max(deepest, self.indent + 1, 1), end

    def scan_flow_scalar(self, style: str) -> Any:
        reader = self.reader
        start = reader.get_mark()
        reader.forward()
        value: list[str] = []
        while True:
            if self._at_document_mark():
                raise self._fail(
                    'while scanning a quoted scalar', start, 'found unexpected document indicator'
                )
            if reader.peek() == '\0':
                raise self._fail(
                    'while scanning a quoted scalar', start, 'found unexpected end of stream'
                )
            folded = False
            if style == "'":
                value.append(self._skip(_SINGLE).replace("''", "'"))
            else:
                folded = self._double(value, start)
            if reader.peek() == style:
                break
            value.append(self._fold(folded))
        reader.forward()
        return ScalarToken(''.join(value), False, start, reader.get_mark(), style)

    def scan_plain(self) -> Any:
        reader = self.reader
        start = end = reader.get_mark()
        indent = self.indent + 1
        value: list[str] = []
        between = ''
        multiline = False
        while True:
            if self._at_document_mark() or reader.peek() == '#':
                break
            passed = self._skip(_FLOW_PLAIN if self.flow_level else _PLAIN)
            if passed:
                value.extend((between, passed))
                between = ''
                multiline = False
                end = reader.get_mark()
            if reader.peek() not in ' \t' + BREAKS:
                break
            blanks = self._skip(BLANK_RUN)
            leading = self._line_break()
            if not leading:
                between += blanks
                continue
            breaks: list[str] = []
            while True:
                if reader.column < indent and '\t' in self._peek_blanks(indent):
                    raise self._fail(
                        'while scanning a plain scalar',
                        start,
                        'found a tab character that violates indentation',
                    )
                self._skip(BLANK_RUN)
                more = self._line_break()
                if not more:
                    break
                breaks.append(more)
            multiline = True
            between = ''.join(breaks) or ' ' if leading == '\n' else leading + ''.join(breaks)
            if not self.flow_level and reader.column < indent:
                break
        # The next line may start with a key.
        if multiline:
            self.allow_simple_key = True
        return ScalarToken(''.join(value), True, start, end)
