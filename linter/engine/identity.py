"""What a finding is about, in words that stay when lines move: the key of a baseline."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from linter.calico.parsed_file import ParsedDocument, ParsedFile, parse_text
from linter.diagnostic import Diagnostic, Identity
from linter.text.source import Span
from linter.yaml import nodes
from linter.yaml.scalars import BadTag, go_string, resolve

_LONGEST = 120


_HEAD = 80


_NODES = 10_000
"""So many nodes make the content of a mapping or list; what comes after them does not count."""


_CORE = 'tag:yaml.org,2002:'


_INDEX = re.compile(r'\[\d+\]')


def identified(parsed: ParsedFile, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings in a file, each with its identity; those in a text inside it have theirs."""
    documents = _Documents(parsed)
    return [
        one if one.identity is not None else one._replace(identity=_identity(one, documents))
        for one in found
    ]


def identified_later(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The same for findings of which something is known only once the file is done with."""
    return [identified(parse_text(one.source), (one,))[0] for one in found]


def _identity(diagnostic: Diagnostic, documents: _Documents) -> Identity:
    reference = diagnostic.object
    names: tuple[str | None, ...] = (None,) * 4
    if reference is not None:
        group = (reference.api_version or '').rpartition('/')[0]
        names = (group, reference.kind, reference.namespace, reference.name)
    path, content = documents.about(diagnostic)
    group, kind, namespace, name = (part or '' for part in names)
    return Identity(diagnostic.rule, group, kind, namespace, name, path, _short(content))


def _short(content: str) -> str:
    line = ' '.join(content.split())
    if len(line) <= _LONGEST:
        return line
    digest = sha256(line.encode('utf-8', 'surrogatepass')).hexdigest()
    return f'{line[:_HEAD]}… {digest[:16]}'


class _Documents:
    """The documents of a file, looked into as far as findings are in them."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.source = parsed.source
        self.parsed = parsed
        self.trees: dict[int, _Tree | None] = {}

    def about(self, diagnostic: Diagnostic) -> tuple[str, str]:
        """The path within the object, and the content of what a finding is about."""
        path = diagnostic.yaml_path
        if diagnostic.about is not None:
            return _INDEX.sub('[]', diagnostic.about), ''
        known = None if path is None else _INDEX.sub('[]', path)
        place = self._place(diagnostic.span)
        if place is None:
            return known or '', self._text(diagnostic.span)
        # At a key the path says all, or names what lacks something, wherever that is shown.
        content = '' if place.is_key else content_of(place.node)
        return place.path if known is None else known, content

    def _place(self, span: Span) -> _Place | None:
        document = self.parsed.at(span.start)
        if document is None:
            return None
        number = document.index
        if number not in self.trees:
            root = document.root
            self.trees[number] = None if root is None else _Tree(root, document)
        found = self.trees[number]
        return None if found is None else found.place(span)

    def _text(self, span: Span) -> str:
        """Where nothing is parsed: the words, or of a single character its line."""
        text = self.source.text[span.start : span.end].strip()
        return text if len(text) > 1 else self.source.line(self.source.position(span.start)[0])


class _Place(NamedTuple):
    """What a finding is on; ``path`` is the way to it from its object."""

    node: nodes.Node
    is_key: bool
    path: str


class _Tree:
    """Finds the node at a place of a document."""

    def __init__(self, root: nodes.Node, document: ParsedDocument) -> None:
        self.objects = {id(found.node) for found in document.objects}
        self.above: dict[int, tuple[nodes.Node, str]] = {}
        self.at: dict[int, list[tuple[nodes.Node, bool]]] = {}
        self.scalars: list[tuple[int, int, nodes.Scalar, bool]] = []
        seen: set[int] = set()
        waiting: list[tuple[nodes.Node, bool]] = [(root, False)]
        while waiting:
            node, is_key = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            self.at.setdefault(node.start, []).append((node, is_key))
            if isinstance(node, nodes.Scalar):
                self.scalars.append((node.outer, node.end, node, is_key))
            elif isinstance(node, nodes.SequenceNode):
                for item in node.items:
                    self.above.setdefault(id(item), (node, '[]'))
                    waiting.append((item, False))
            else:
                for key, value in node.entries:
                    step = f'.{key.value}' if isinstance(key, nodes.Scalar) else '.?'
                    self.above.setdefault(id(key), (node, step))
                    self.above.setdefault(id(value), (node, step))
                    waiting += [(key, True), (value, False)]
        self.scalars.sort(key=lambda scalar: scalar[:2])
        self.outers = [outer for outer, *_ in self.scalars]

    def place(self, span: Span) -> _Place | None:
        """The smallest node that begins with a span and holds it, else the scalar around it."""
        here = [
            (node.end - node.start, node, is_key)
            for node, is_key in self.at.get(span.start, ())
            if node.end >= span.end
        ]
        if here:
            _, node, is_key = min(here, key=lambda found: found[0])
            return _Place(node, is_key, self._path(node))
        index = bisect_right(self.outers, span.start) - 1
        if index >= 0:
            _, end, node, is_key = self.scalars[index]
            if span.start <= end:
                return _Place(node, is_key, self._path(node))
        return None

    def _path(self, node: nodes.Node) -> str:
        steps: list[str] = []
        while id(node) not in self.objects and id(node) in self.above:
            node, step = self.above[id(node)]
            steps.append(step)
        return ''.join(reversed(steps)).lstrip('.')


def content_of(node: nodes.Node) -> str:
    """What a node says, in whatever style: scalars as text, mappings and lists as in JSON.

    Of a mapping the order of its keys does not count.
    """
    if isinstance(node, nodes.Scalar):
        return _scalar(node)
    parts: list[str] = []
    waiting: list[nodes.Node | str] = [node]
    budget = _NODES
    while waiting and budget:
        one = waiting.pop()
        if isinstance(one, str):
            parts.append(one)
            continue
        budget -= 1
        if isinstance(one, nodes.Scalar):
            parts.append(json.dumps(_scalar(one), ensure_ascii=False))
        elif isinstance(one, nodes.SequenceNode):
            parts.append('[')
            waiting.append(']')
            for number, item in enumerate(reversed(one.items)):
                waiting += [', ', item] if number else [item]
        else:
            parts.append('{')
            waiting.append('}')
            # Of equal keys the last one counts, so their order does, too: sorting keeps it.
            entries = sorted(one.entries, key=lambda entry: _sort_key(entry[0]))
            for number, (key, value) in enumerate(reversed(entries)):
                waiting += [', ', value] if number else [value]
                waiting += [': ', key]
    return ''.join(parts)


def _sort_key(key: nodes.Node) -> str:
    return key.value if isinstance(key, nodes.Scalar) else ''


def _scalar(node: nodes.Scalar) -> str:
    """The text that Calico sees; a local tag belongs to it, since it has swallowed something."""
    try:
        value = resolve(node)
    except BadTag:
        text = node.value
    else:
        text = '' if value is None else go_string(value)
    if node.tag is None or node.tag.startswith(_CORE) or node.tag == '!':
        return text
    return f'{node.tag} {text}'
