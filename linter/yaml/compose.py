"""Bytes to trees: decoding, cutting a stream into documents, and reading one of them.

The truth is what Calico's own reader, go-yaml v2, takes a document to be. Most documents are plain,
and ``line_reader`` is enough for them. PyYAML's libyaml is go-yaml's twin but for a few corners,
which are evened out here; ruamel.yaml's pure parser stands in where PyYAML has no libyaml. The
environment variable ``CALICO_LINT_YAML`` (``libyaml`` or ``pure``) forces one of them. Neither is
imported before a document needs it.
https://github.com/go-yaml/yaml/blob/v2.4.0/decode.go
"""

from __future__ import annotations

import os

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
from linter.yaml.line_reader import read
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Nothing in Calico's API is deeper than 15; go-yaml itself gives up at 10,000.
MAX_DEPTH = 200


def compose(text: str, extent: DocumentSlice, reader: str = 'auto') -> Node | None:
    """The tree of the first YAML document of an extent, None where there is no node.

    Offsets in it are offsets into the whole text. An alias is its anchor's very node. Raises
    YamlError for what go-yaml refuses, and TooDeep.
    """
    base = extent.start
    # A byte order mark that `cat` left: every parser drops it here, and libyaml does not count it.
    while base < extent.end and text[base] == '\ufeff':
        base += 1
    part = text[base : extent.end]
    found = DIRECTIVE.match(part) if '%' in part else None
    if found is not None:
        from linter.yaml.syntax_error import refused_directive

        raise refused_directive(part, found.end() - 1, base)
    if reader == 'auto' and 'CALICO_LINT_YAML' not in os.environ:
        plain = read(part, base)
        if plain is not None:
            return plain
    module = _reader(reader)
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

_ANCHOR = lazy(r'(?a)&[\w-]*')
_TAG = lazy(r"(?a)!(?:<[^>]*>|[\w;/?:@&=+$,.!~*'()\[\]%-]*)")
_COLON = lazy(rf'(?:[{BLANKS}]|{COMMENT})*:')


class _Differs(Exception):
    """The reader in hand may not agree with go-yaml here."""


class _Document:
    """One document while it is read."""

    def __init__(self, part: str, base: int, module: Any) -> None:
        self.part = part
        self.base = base
        self.module = module
        # Where reading stopped: the last complete node, and the flow collections around it.
        self.last: Node | None = None
        self.flow: list[int] = []

    def build(self) -> Node | None:
        """Events to nodes: one loop with few calls, since most of a run's time goes here."""
        base, module = self.base, self.module
        kinds: dict[type, int] = module.KINDS
        scalar_event = module.SCALAR
        anchors: dict[str, Node] = {}
        parents: list[Any] = []
        keys: list[Scalar | None] = []
        top: Any = None
        key: Scalar | None = None
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
                        if not module.EXACT and self.part[end - base :].strip(' \t\r\n'):
                            rest = AFTER.match(self.part, end - base)
                            if rest is not None and rest.end() < len(self.part):
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
        root: Node | None = node
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

    def _empty(self, node: Scalar, key: Scalar | None) -> None:
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
        # Imported lazily: nearly every document can be read.
        from linter.yaml.syntax_error import Problem, explained

        problem = Problem(*self.module.problem(error, self.part))
        if not self.module.EXACT and (
            problem.context.endswith(' a tag')
            # go-yaml ends a plain scalar at a colon only before a blank, and knows `\'`.
            or problem.what in ("found unexpected ':'", 'found unknown escape character')
            # libyaml has a limit of its own since 0.2.6, and looks ahead as far as that.
            or problem.what == 'exceeded maximum nesting depth'
        ):
            return _Differs()
        return explained(problem, self.part, self.base, self.last, self.flow)
