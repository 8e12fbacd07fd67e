"""How a document is written changes neither the verdict nor any rule outside the group ``yaml``."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from pathlib import Path

import pytest
from everything import check

from linter.calico.target import Target
from linter.catalogue.catalogue import standard
from linter.engine.outcome import Outcome
from linter.yaml.aliases import is_merge
from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.errors import YamlError
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)
from linter.yaml.scalars import BadTag, resolve

ORACLE = Path(__file__).parent.parent / 'fixtures' / 'oracle'
YAML_RULES = {id for id, known in standard().rules().items() if known.group == 'yaml'}
PLAIN = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./')


class Writer:
    """Writes a tree in a style chosen at random, with the same meaning."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.step = self.random.choice((1, 2, 4, 7))
        self.comments = self.random.random() < 0.5
        self.as_json = self.random.random() < 0.2
        self.newline = self.random.choice(('\n', '\n', '\r\n'))

    def document(self, root: Node) -> str:
        if self.as_json:
            return self.flow(root) + self.newline
        lines = self.block(root, 0)
        if self.random.random() < 0.3:
            lines.insert(0, '---')
        if self.comments:
            lines = [line for text in lines for line in self._with_comment(text)]
        return self.newline.join(lines) + self.newline

    def _with_comment(self, line: str) -> list[str]:
        # Only where a comment cannot become part of a block scalar.
        if self.random.random() < 0.2 and line.rstrip().endswith(':') and '|' not in line:
            return [line + '   # why', '']
        return [line]

    def scalar(self, node: Scalar, flow: bool) -> str:
        """In flow style everywhere, since block scalars are written by ``block``."""
        try:
            value = resolve(node)
        except BadTag:
            value = node.value
        if node.tag is not None or not isinstance(value, str):
            tag = '' if node.tag is None else self._tag(node.tag)
            if value is None and not node.value:
                return f'{tag}null'  # an empty value cannot stand everywhere
            return f'{tag}{node.value}' if node.style == '' else f'{tag}{json.dumps(node.value)}'
        styles = ['"']
        if '\n' not in value and value.isprintable():
            styles.append("'")
        plain = Scalar(value, '', None, 0, 1, 0)
        if value and set(value) <= PLAIN and value[0].isalpha() and isinstance(resolve(plain), str):
            styles += ['', '']
        style = '"' if self.as_json else self.random.choice(styles)
        if style == '"':
            return json.dumps(value, ensure_ascii=self.random.random() < 0.5)
        if style == "'":
            return "'" + value.replace("'", "''") + "'"
        return value

    @staticmethod
    def _tag(tag: str) -> str:
        return tag.replace('tag:yaml.org,2002:', '!!') + ' '

    def flow(self, node: Node) -> str:
        if isinstance(node, Scalar):
            return self.scalar(node, flow=True)
        blank = self.random.choice(('', ' '))
        if isinstance(node, SequenceNode):
            return f'[{blank}' + ', '.join(self.flow(item) for item in node.items) + f'{blank}]'
        pairs = (f'{self.key(key)}: {self.flow(value)}' for key, value in node.entries)
        return f'{{{blank}' + ', '.join(pairs) + f'{blank}}}'

    def key(self, node: Node) -> str:
        assert isinstance(node, Scalar)
        if is_merge(node):
            return node.value  # in quotes it would be a key like any other
        return self.scalar(node, flow=True)

    def block(self, node: Node, indent: int) -> list[str]:
        """The lines of a node at an indentation."""
        margin = ' ' * indent
        if isinstance(node, MappingNode) and node.entries and self._stays_block(indent):
            lines: list[str] = []
            for key, value in node.entries:
                head = f'{margin}{self.key(key)}:'
                nested = self.nested(value, indent)
                if len(nested) == 1 and not nested[0].startswith(' ' * (indent + 1)):
                    lines.append(f'{head} {nested[0]}'.rstrip())
                else:
                    lines += [f'{head} {nested[0]}'.rstrip(), *nested[1:]]
            return lines
        if isinstance(node, SequenceNode) and node.items and self._stays_block(indent):
            lines = []
            for item in node.items:
                nested = self.nested(item, indent)
                lines += [f'{margin}- {nested[0]}'.rstrip(), *nested[1:]]
            return lines
        return [margin + self.flow(node)]

    def _stays_block(self, indent: int) -> bool:
        return indent == 0 or self.random.random() < 0.8

    def nested(self, node: Node, indent: int) -> list[str]:
        """A value behind its key or dash: first what stands on that line, then the others."""
        if isinstance(node, Scalar):
            literal = self._literal(node, indent)
            return literal or [self.scalar(node, flow=False)]
        if (
            isinstance(node, (MappingNode, SequenceNode))
            and self._children(node)
            and (self.random.random() < 0.8)
        ):
            return ['', *self.block(node, indent + self.step)]
        return [self.flow(node)]

    @staticmethod
    def _children(node: MappingNode | SequenceNode) -> bool:
        return bool(node.entries if isinstance(node, MappingNode) else node.items)

    def _literal(self, node: Scalar, indent: int) -> list[str] | None:
        if node.tag is not None or self.random.random() > 0.2:
            return None
        try:
            value = resolve(node)
        except BadTag:
            return None
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            return None
        if value != value.strip():
            return None
        style = self.random.choice('|>')
        return [f'{style}-', ' ' * (indent + self.step) + value]


def documents() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in ('handmade', 'generated'):
        with gzip.open(ORACLE / f'{name}.jsonl.gz', 'rt', encoding='utf-8') as file:
            rows = [json.loads(line) for line in file]
        if name == 'generated':
            rows = rows[::5]
        found += [(row['id'], row['yaml']) for row in rows]
    return found


def said(result: Outcome) -> Counter[tuple[str, str | None]]:
    """Rule and path of what is said, without what the style itself is to blame for."""
    return Counter(
        (diagnostic.rule, diagnostic.yaml_path)
        for diagnostic in result.diagnostics
        if diagnostic.rule not in YAML_RULES
    )


def rewritten(text: str, seed: int) -> str | None:
    """The first document of a stream in another style; None where it has no tree to rewrite."""
    chunks = list(split(text))
    try:
        root = compose(text, chunks[-1]) if len(chunks) == 1 else None
    except YamlError:
        return None
    if root is None or isinstance(root, Scalar):
        return None
    return Writer(seed).document(root)


@pytest.mark.parametrize(
    ('target', 'seeds'),
    [
        (Target(), 1),
        pytest.param(Target(), 2, marks=pytest.mark.slow),
        pytest.param(Target((3, 33), 'native'), 2, marks=pytest.mark.slow),
    ],
    ids=['api', 'api-at-length', 'native'],
)
def test_another_style_says_the_same(target: Target, seeds: int) -> None:
    compared = 0
    for number, (id, text) in enumerate(documents()):
        for seed in range(seeds):
            other = rewritten(text, number * 10 + seed)
            if other is None or '\0' in text:
                continue
            before, after = (
                check('x.yaml', version.encode('utf-8', 'surrogatepass'), target)
                for version in (text, other)
            )
            compared += 1
            message = f'{id}\n{text}\n--- as\n{other}'
            assert said(before) == said(after), message
            assert any(d.refused_by == 'calico' for d in before.diagnostics) == any(
                d.refused_by == 'calico' for d in after.diagnostics
            ), message
    assert compared > 1000 * seeds
