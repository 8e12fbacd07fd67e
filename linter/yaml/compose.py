"""Bytes to trees: decoding, cutting a stream into documents, and reading one of them.

The truth is what Calico's own reader, go-yaml v2, takes a document to be. PyYAML's libyaml is its
twin but for a few corners, which are evened out here; ruamel.yaml's pure parser stands in where
PyYAML has no libyaml. The environment variable ``CALICO_LINT_YAML`` (``libyaml`` or ``pure``)
forces one of them. Neither is imported before a document is read.
https://github.com/go-yaml/yaml/blob/v2.4.0/decode.go
"""

from __future__ import annotations

import os
import re

from linter.text.lazy_regex import lazy
from linter.yaml.aliases import excessive_aliasing
from linter.yaml.breaks import BLANKS, BREAKS, COMMENT
from linter.yaml.documents import AFTER, DIRECTIVE, DocumentSlice
from linter.yaml.errors import (
    SAVE_AS_UTF8,
    BadBytes,
    TooDeep,
    TooManyAliases,
    YamlError,
)
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple, Optional
else:
    from linter.text.records import NamedTuple

# Nothing in Calico's API is deeper than 15; go-yaml itself gives up at 10,000.
MAX_DEPTH = 200


def compose(text: str, chunk: DocumentSlice, reader: str = 'auto') -> Optional[Node]:
    """The tree of the first YAML document of a chunk, None where there is no node.

    Offsets in it are offsets into the whole text. An alias is its anchor's very node. Raises
    YamlError for what go-yaml refuses, and TooDeep.
    """
    module = _reader(reader)
    base = chunk.start
    # A byte order mark that `cat` left: every parser drops it here, and libyaml does not count it.
    while base < chunk.end and text[base] == '\ufeff':
        base += 1
    part = text[base : chunk.end]
    found = DIRECTIVE.match(part)
    if found is not None:
        raise _directive(part, found.end() - 1, base)
    try:
        return _Document(part, base, module).build()
    except _Differs:
        return _Document(part, base, _reader('pure')).build()
    except UnicodeEncodeError as error:
        # libyaml reads UTF-8, in which there are no surrogates.
        raise BadBytes(base + error.start, 'this is no character of UTF-8', SAVE_AS_UTF8) from None


def _reader(name: str) -> Any:
    if name == 'auto':
        name = os.environ.get('CALICO_LINT_YAML') or name
    if name != 'pure':
        try:
            from linter.yaml import libyaml_reader
        except ImportError:
            if name == 'libyaml':
                raise
        else:
            return libyaml_reader
    from linter.yaml import pure_reader

    return pure_reader


# What the readers' KINDS say an event is.
_SCALAR, _MAPPING, _SEQUENCE, _END, _ALIAS, _DOCUMENT_END = range(6)

_QUESTION = 'a value in `{…}` or `[…]` cannot contain `?` without quotes'

_ANCHOR = lazy(r'&[\w-]*', re.ASCII)
_TAG = lazy(r"!(?:<[^>]*>|[\w;/?:@&=+$,.!~*'()\[\]%-]*)", re.ASCII)
_COLON = lazy(rf'(?:[{BLANKS}]|{COMMENT})*:')


class _Problem(NamedTuple):
    """What a parser says, in libyaml's words; ``start`` is where the construct in hand began."""

    what: str
    offset: int
    context: str
    start: Optional[int]


class _Differs(Exception):
    """The reader in hand may not agree with go-yaml here."""


class _Document:
    """One document while it is read."""

    def __init__(self, part: str, base: int, module: Any) -> None:
        self.part = part
        self.base = base
        self.module = module
        # Where reading stopped: the last complete node, and the flow collections around it.
        self.last: Optional[Node] = None
        self.flow: list[int] = []

    def build(self) -> Optional[Node]:
        """Events to nodes: one loop with few calls, since most of a run's time goes here."""
        base, module = self.base, self.module
        kinds: dict[type, int] = module.KINDS
        scalar_event = module.SCALAR
        anchors: dict[str, Node] = {}
        parents: list[Any] = []
        keys: list[Optional[Scalar]] = []
        top: Any = None
        key: Optional[Scalar] = None
        node: Any = None
        flow = False
        aliases = end = 0
        try:
            for event in module.events(self.part):
                if event.__class__ is scalar_event:
                    start = event.start_mark.index + base
                    end = event.end_mark.index + base
                    style = event.style or ''
                    node = Scalar(event.value, style, None, start, end, start)
                    if event.tag is not None or event.anchor is not None:
                        self._properties(node, event)
                        if event.anchor is not None:
                            anchors[event.anchor] = node
                    elif start == end and (key is not None or top.__class__ is MappingNode):
                        self._empty(node, key)
                        end = node.end
                    if style or flow:
                        self._check(node)
                        end = node.end
                else:
                    kind = kinds[event.__class__]
                    if kind <= _SEQUENCE:
                        start = event.start_mark.index + base
                        if len(parents) >= MAX_DEPTH:
                            raise TooDeep(
                                start, f'mappings and lists are nested more than {MAX_DEPTH} deep'
                            )
                        flow = event.flow_style
                        node = (MappingNode if kind == _MAPPING else SequenceNode)(
                            flow, None, start, start
                        )
                        if event.tag is not None or event.anchor is not None:
                            self._properties(node, event)
                            if event.anchor is not None:
                                anchors[event.anchor] = node
                        parents.append(top)
                        keys.append(key)
                        top = node
                        key = None
                        continue
                    if kind == _END:
                        # A block collection ends with what is in it, not before the next token.
                        if event.end_mark.index > event.start_mark.index:
                            end = event.end_mark.index + base
                        node = top
                        node.end = end
                        top = parents.pop()
                        key = keys.pop()
                        flow = top is not None and top.flow
                    elif kind == _ALIAS:
                        end = event.end_mark.index + base
                        node = self._alias(event, anchors, top, parents)
                        aliases += 1
                    elif kind == _DOCUMENT_END:
                        rest = AFTER.match(self.part, end - base)
                        if not module.EXACT and rest is not None and rest.end() < len(self.part):
                            # A parser looks at a token or two after the document.
                            raise _Differs
                        break
                    else:
                        continue
                if top.__class__ is MappingNode:
                    if key is not None:
                        top.entries.append((key, node))
                        key = None
                    elif node.__class__ is Scalar:
                        key = node
                    else:
                        raise YamlError(node.start, 'a mapping or a list cannot be a key')
                elif top is not None:
                    top.items.append(node)
        except module.ERRORS as error:
            self.last = node
            self.flow = [
                one.start - base for one in (*parents, top) if one is not None and one.flow
            ]
            raise self._refusal(error) from None
        if aliases:
            offender = excessive_aliasing(node)
            if offender is not None:
                raise TooManyAliases(
                    offender.start,
                    'the aliases of this document unfold into far too much',
                    'write the repeated parts out',
                )
        if node.__class__ is Scalar and node.start == node.end == node.outer:
            # `---` alone has an empty scalar that nobody wrote.
            return None
        root: Optional[Node] = node
        return root

    def _alias(self, event: Any, anchors: dict[str, Node], top: Any, parents: list[Any]) -> Node:
        start = event.start_mark.index + self.base
        node = anchors.get(event.anchor)
        if node is None:
            raise YamlError(
                start,
                f'`*{event.anchor}` refers to an anchor that is not there before it',
                'put quotes around a value that starts with `*`',
            )
        if node is top or any(node is parent for parent in parents):
            raise YamlError(start, f'the value of anchor `{event.anchor}` contains itself')
        return node

    def _properties(self, node: Any, event: Any) -> None:
        """Give a node its tag, and tell its own token from its anchor and tag."""
        part = self.part
        at = event.start_mark.index
        end = event.end_mark.index
        node.tag = event.tag
        while at < end:
            char = part[at]
            if char == '!':
                at = self._tag(at)
            elif char == '&':
                found = _ANCHOR.match(part, at)
                at = end if found is None else found.end()
            elif char == '#':
                while at < end and part[at] not in BREAKS:
                    at += 1
            elif char in BLANKS:
                at += 1
            else:
                break
        node.start = self.base + min(at, end)
        if node.__class__ is Scalar and not node.value and not node.style:
            node.start = node.end

    def _tag(self, at: int) -> int:
        """The end of the tag at an offset.

        go-yaml lets a tag go on over `,`, `[` and `]`, as YAML 1.1 did; libyaml 0.2.5 does not:
        https://github.com/yaml/libyaml/pull/179
        """
        found = _TAG.match(self.part, at)
        end = at + 1 if found is None else found.end()
        if not self.module.EXACT and (
            self.part.startswith(',', end) or any(char in self.part[at:end] for char in ',[]')
        ):
            raise _Differs
        return end

    def _empty(self, node: Scalar, key: Optional[Scalar]) -> None:
        """Put a value that is not there behind its colon; parsers may put it on a later line.

        A key that is not there comes right behind its ``?``, or what else is before it.
        """
        if key is None:
            end = node.start
            while end > self.base and self.part[end - self.base - 1] in BLANKS:
                end -= 1
        else:
            found = _COLON.match(self.part, key.end - self.base, node.start - self.base)
            end = key.end if found is None else self.base + found.end()
        node.start = node.end = node.outer = end

    def _check(self, node: Scalar) -> None:
        """End a block scalar where its text ends; look for what libyaml lets pass."""
        part = self.part
        start, end = node.start - self.base, node.end - self.base
        style = node.style
        if style in ('', '"'):
            # `?` is an indicator anywhere in flow style: https://github.com/yaml/libyaml/pull/105
            # and JSON's `\/` is no escape.
            odd = '\\/' if style else '?'
            if (
                odd[-1] in node.value
                and not self.module.EXACT
                and (part.find(odd, start, end) != -1)
            ):
                raise _Differs
        elif style != "'":
            # Its token goes on over the blank lines after it.
            while True:
                while end > start and part[end - 1] in BREAKS:
                    end -= 1
                blank = end
                while blank > start and part[blank - 1] == ' ':
                    blank -= 1
                if blank == end or part[blank - 1] not in BREAKS:
                    break
                end = blank
            node.end = self.base + end

    def _refusal(self, error: Exception) -> Exception:
        problem = _Problem(*self.module.problem(error, self.part))
        if not self.module.EXACT and (
            problem.context.endswith(' a tag')
            # go-yaml ends a plain scalar at a colon only before a blank, and knows `\'`.
            or problem.what in ("found unexpected ':'", 'found unknown escape character')
            # libyaml has a limit of its own since 0.2.6, and looks ahead as far as that.
            or problem.what == 'exceeded maximum nesting depth'
        ):
            return _Differs()
        return self._explain(problem)

    def _explain(self, problem: _Problem) -> YamlError:
        """A parser's complaint in the user's words, at the character where reading broke off."""
        what, at, context, start = problem
        part = self.part
        at = min(at, len(part))
        char = part[at : at + 1]
        begin = max(part.rfind('\n', 0, at), part.rfind('\r', 0, at)) + 1
        ahead = part[begin:at].strip(BLANKS)
        opened = self._unclosed(problem)
        hint: Optional[str] = None
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
                    return self._explain(_Problem("could not find expected ':'", above, '', above))
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
        else:
            message = what
        if at >= len(part):
            at = max(0, len(part.rstrip(BLANKS)) - 1)
        return YamlError(self.base + at, message, hint)

    def _keyless(self, begin: int) -> Optional[int]:
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

    def _misplaced(self, at: int, ahead: str, in_mapping: bool) -> tuple[str, Optional[str]]:
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

    def _unclosed(self, problem: _Problem) -> Optional[int]:
        """The bracket that is never closed, if that is what stopped the parser."""
        what, _at, context, start = problem
        if 'did not find expected' not in what and "expected ':'" not in what:
            return None
        brackets = list(self.flow)
        if start is not None and context.startswith(('while parsing a flow', 'while scanning a s')):
            brackets.append(start)
        for at in reversed(brackets):
            if self.part[at : at + 1] in ('[', '{') and not self._closes(at):
                return at
        return None

    def _closes(self, at: int) -> bool:
        depth = 0
        for found in _BRACKET.finditer(self.part, at):
            char = found[0]
            if char in '[{':
                depth += 1
            elif char in ']}':
                depth -= 1
                if not depth:
                    return True
        return False


def _shown(char: str) -> str:
    return 'a backtick' if char == '`' else f'`{char}`'


# Brackets that count: not those in quotes, nor in comments.
_BRACKET = lazy(
    r"""(?<![^\s,\[{:])"(?:[^"\\]|\\.)*"|(?<![^\s,\[{:])'[^']*'|(?<=\s)\#[^\r\n]*|[\[\]{}]""",
    re.DOTALL | re.VERBOSE,
)


def _directive(part: str, at: int, base: int) -> YamlError:
    line = re.split(r'[\r\n]', part[at : at + 80])[0]
    if re.match(r'%YAML\s+1\.1(?!\d)|%TAG\s', line):
        # calicoctl and kubectl hand the directive to the parser without what follows the `---`.
        message = "a directive cannot stand before `---`, where Calico's tools cut the file"
    elif line.startswith('%YAML'):
        message = 'Calico reads YAML 1.1 and refuses a document that declares another version'
    else:
        return YamlError(base + at, 'a value cannot start with `%`', 'put quotes around it')
    return YamlError(base + at, message, 'remove this line')
