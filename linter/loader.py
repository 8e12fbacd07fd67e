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
from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

from linter.pattern import lazy
from linter.tree import Mapping, Node, Scalar, Sequence

# Nothing in Calico's API is deeper than 15; go-yaml itself gives up at 10,000.
MAX_DEPTH = 200

_MERGE_TAG = 'tag:yaml.org,2002:merge'
# More nodes than this are as good as infinitely many.
_MANY = 1 << 40


class BadEncoding(ValueError):
    """The bytes are not what their byte order mark says, or not UTF-8.

    ``text`` is all the same what can be read of them, and ``offset`` is the first bad place in it.
    Of bad UTF-8 each bad byte is a surrogate in it, and the other documents are what they are
    (``has_documents``); UTF-16 and UTF-32 are one document, since nobody finds a ``---`` in them.
    """

    def __init__(self, offset: int, message: str, text: str, has_documents: bool) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.text = text
        self.has_documents = has_documents

    def check(self, chunk: Chunk) -> None:
        """Raise BadBytes if a document has bytes that are no text."""
        offset = self.offset
        if self.has_documents:
            found = _BAD_BYTE.search(self.text, chunk.start, chunk.end)
            if found is None:
                return
            offset = found.start()
        raise BadBytes(offset, self.message, _SAVE)


_SAVE = 'save it as UTF-8'


class YamlError(ValueError):
    """The document is refused before anything is known of it; ``offset`` is where."""

    def __init__(self, offset: int, message: str, hint: Optional[str] = None) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.hint = hint


class BadBytes(YamlError):
    """A document has bytes that are not in the encoding of its file."""


class TooManyAliases(YamlError):
    """Aliases unfold to more than go-yaml puts up with."""


class TooDeep(YamlError):
    """More than MAX_DEPTH mappings and lists inside one another."""


class Chunk(NamedTuple):
    """One document of a stream: its place in the source text, and its number from 0."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody wants here
    start: int
    end: int


def decode_bytes(data: bytes) -> str:
    """The text of a file, without its byte order mark; raises BadEncoding.

    Without a mark, go-yaml takes a file for UTF-8 whatever it is, and stops at the first NUL.
    https://github.com/go-yaml/yaml/blob/v2.4.0/readerc.go#L39
    """
    codec = 'utf-8'
    if data[:3] == b'\xef\xbb\xbf':
        data = data[3:]
    elif data[:4] in (b'\xff\xfe\0\0', b'\0\0\xfe\xff'):
        codec = 'utf-32'
    elif data[:2] in (b'\xff\xfe', b'\xfe\xff'):
        codec = 'utf-16'
    elif b'\0' in data[:4]:
        wide = _wide_codec(data)
        if wide is not None:
            name = wide[:6].upper()
            message = f'the file is {name} without a byte order mark, which Calico takes for UTF-8'
            raise BadEncoding(0, message, data.decode(wide, 'replace'), has_documents=False)
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        has_documents = codec == 'utf-8'
        text = data.decode(codec, 'surrogateescape' if has_documents else 'replace')
        ahead = len(data[: error.start].decode(codec, 'replace'))
        raise BadEncoding(
            min(ahead, max(0, len(text) - 1)),
            f'the file is not valid {codec.upper()}',
            text,
            has_documents,
        ) from None


def _wide_codec(data: bytes) -> Optional[str]:
    """UTF-16 or UTF-32, by the zeros beside the first character, which is ASCII in any manifest."""
    zeros = ''.join('x' if byte else '0' for byte in data[:4])
    codecs = {'x0x0': 'utf-16-le', '0x0x': 'utf-16-be', 'x000': 'utf-32-le', '000x': 'utf-32-be'}
    return codecs.get(zeros)


_BAD_BYTE = lazy('[\udc80-\udcff]')
_LINE_END = lazy(r'\r\n?|\n')
# YAML 1.1 breaks lines, and so ends comments, at these; see Source for what a line is elsewhere.
_COMMENT = r'#[^\r\n\x85\u2028\u2029]*'
_DIRECTIVE = lazy(rf'(?:[ \t]*(?:{_COMMENT})?(?:\r\n?|[\n\x85\u2028\u2029]))*%')
_AFTER = lazy(rf'(?:[ \t\r\n\x85\u2028\u2029]+|{_COMMENT}|\.\.\.(?!\S))*')
_BLANK = lazy(rf'(?:---(?!\S))?(?:[ \t\r\n\x85\u2028\u2029]+|{_COMMENT})*')


def split(text: str) -> Iterator[Chunk]:
    """The documents of a stream, cut where calicoctl and kubectl cut it.

    That is at every line that starts with ``---``, whatever follows on it: the rest of that line
    is lost. Only on the very first line the marker is left to the YAML parser. Unlike them, this
    also cuts after a lone carriage return, and leaves a directive with the document it is for.
    https://github.com/projectcalico/calico/blob/v3.32.1/calicoctl/calicoctl/util/yaml/separator.go
    """
    index = start = 0
    joined = False
    feed, bare = text.find('\n---'), text.find('\r---')
    while feed != -1 or bare != -1:
        mark = feed if bare == -1 or -1 < feed < bare else bare
        found = _LINE_END.search(text, mark + 4)
        at = len(text) if found is None else found.end()
        if -1 < feed < at:
            feed = text.find('\n---', at)
        if -1 < bare < at:
            bare = text.find('\r---', at)
        if not joined and _DIRECTIVE.match(text, start, mark):
            joined = True
            continue
        yield Chunk(index, start, mark)
        index += 1
        start = at
        joined = False
    if start < len(text) or index == 0:
        yield Chunk(index, start, len(text))


def is_empty(text: str, chunk: Chunk) -> bool:
    """Whether a chunk holds blanks and comments only (and the first line's marker)."""
    found = _BLANK.match(text, chunk.start, chunk.end)
    return found is not None and found.end() == chunk.end


def unread(text: str, chunk: Chunk, root: Optional[Node]) -> Optional[int]:
    """Where text starts that no parser of Calico ever sees, or None.

    go-yaml reads one document of a chunk and leaves the rest alone: what follows ``...``, or a
    second JSON object.
    """
    found = _BLANK.match(text, chunk.start, chunk.end) if root is None else None
    at = chunk.start if root is None else root.end
    found = _AFTER.match(text, at if found is None else found.end(), chunk.end)
    end = at if found is None else found.end()
    return end if end < chunk.end else None


def compose(text: str, chunk: Chunk, reader: str = 'auto') -> Optional[Node]:
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
    found = _DIRECTIVE.match(part)
    if found is not None:
        raise _directive(part, found.end() - 1, base)
    try:
        return _Document(part, base, module).build()
    except _Differs:
        return _Document(part, base, _reader('pure')).build()
    except UnicodeEncodeError as error:
        # libyaml reads UTF-8, in which there are no surrogates.
        raise BadBytes(base + error.start, 'this is no character of UTF-8', _SAVE) from None


def is_merge(key: Node) -> bool:
    """Whether a key is the merge key ``<<``, which go-yaml wants plain or tagged as such."""
    return (
        key.__class__ is Scalar
        and key.value == '<<'
        and (not key.style if key.tag is None else key.tag in ('!', _MERGE_TAG))
    )


def expanded_size(node: Node) -> int:
    """How many nodes there are when every alias is written out, up to a bound."""
    return _sizes(node)[1][id(node)]


def excessive_aliasing(node: Node) -> Optional[Node]:
    """The node at whose expansion go-yaml gives up on a document, or None.

    It counts the nodes it decodes, and refuses when too large a share of them are reached through
    aliases: 99% up to 400,000 nodes, 10% from 4,000,000. Here nothing is expanded: within one
    alias the share only grows, so it is enough to look where an alias ends.
    https://github.com/go-yaml/yaml/blob/v2.4.0/decode.go#L275
    """
    order, sizes = _sizes(node)
    decoded, aliased = 1, 0
    for one, is_alias in order:
        decoded += 1
        if is_alias:
            decoded = min(_MANY, decoded + sizes[id(one)])
            aliased = min(_MANY, aliased + sizes[id(one)])
        if aliased > 100 and decoded > 1000:
            share = 0.99 - 0.89 * (min(max(decoded, 400_000), 4_000_000) - 400_000) / 3_600_000
            if aliased / decoded > share:
                return one
    return None


def _sizes(root: Node) -> tuple[list[tuple[Node, bool]], dict[int, int]]:
    """The nodes in document order, each with whether an alias leads there; and their sizes.

    A size counts as go-yaml decodes: an alias costs one step more than its anchor.
    """
    order: list[tuple[Node, bool]] = []
    sizes: dict[int, int] = {}
    extra: dict[int, int] = {}
    todo: list[tuple[Node, Optional[Node], bool]] = [(root, None, False)]
    while todo:
        node, parent, complete = todo.pop()
        if complete:
            size = 1 + extra[id(node)] + sum(sizes[id(child)] for child in _children(node))
            sizes[id(node)] = min(_MANY, size)
            continue
        # Anchors come before their aliases, so that who is met again is met through an alias.
        is_alias = id(node) in extra
        order.append((node, is_alias))
        if not is_alias:
            extra[id(node)] = 0
            todo.append((node, parent, True))
            todo.extend((child, node, False) for child in reversed(_children(node)))
        elif parent is not None:
            extra[id(parent)] += 1
    return order, sizes


def _children(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [child for entry in node.entries for child in entry]
    return node.items if isinstance(node, Sequence) else []


def _reader(name: str) -> Any:
    if name == 'auto':
        name = os.environ.get('CALICO_LINT_YAML') or name
    if name != 'pure':
        try:
            from linter import libyaml_reader
        except ImportError:
            if name == 'libyaml':
                raise
        else:
            return libyaml_reader
    from linter import pure_reader

    return pure_reader


# What the readers' KINDS say an event is.
_SCALAR, _MAPPING, _SEQUENCE, _END, _ALIAS, _DOCUMENT_END = range(6)

_QUESTION = 'a value in `{…}` or `[…]` cannot contain `?` without quotes'

_BREAKS = '\r\n\x85\u2028\u2029'
_BLANKS = ' \t' + _BREAKS
_ANCHOR = lazy(r'&[\w-]*', re.ASCII)
_TAG = lazy(r"!(?:<[^>]*>|[\w;/?:@&=+$,.!~*'()\[\]%-]*)", re.ASCII)
_COLON = lazy(r'(?:[\s\x85]|#.*)*:')


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
                    elif start == end and (key is not None or top.__class__ is Mapping):
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
                        node = (Mapping if kind == _MAPPING else Sequence)(flow, None, start, start)
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
                        rest = _AFTER.match(self.part, end - base)
                        if not module.EXACT and rest is not None and rest.end() < len(self.part):
                            # A parser looks at a token or two after the document.
                            raise _Differs
                        break
                    else:
                        continue
                if top.__class__ is Mapping:
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
                while at < end and part[at] not in _BREAKS:
                    at += 1
            elif char in _BLANKS:
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
            while end > self.base and self.part[end - self.base - 1] in _BLANKS:
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
                while end > start and part[end - 1] in _BREAKS:
                    end -= 1
                blank = end
                while blank > start and part[blank - 1] == ' ':
                    blank -= 1
                if blank == end or part[blank - 1] not in _BREAKS:
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
        ahead = part[begin:at].strip(_BLANKS)
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
            if char.strip(_BLANKS):
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
            at = max(0, len(part.rstrip(_BLANKS)) - 1)
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
                or line[indent : indent + 1] in ('', ' ', *_BREAKS)
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
        if in_mapping and char == '-' and part[at + 1 : at + 2].strip(_BLANKS) == '':
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
