"""Reads the text of a configuration file."""

from __future__ import annotations

from linter.calico.decode import Compiler
from linter.calico.decoded import Decoded
from linter.calico.parsed_file import only_document
from linter.calico.target import (
    DEFAULT_VERSION,
    NATIVE_SINCE,
    VERSIONS,
    Lane,
    Version,
    parse_version,
    version_text,
)
from linter.calico.values import Array, Leaf, Object, Value
from linter.text.errors import Fatal
from linter.text.source import Source, Span
from linter.text.suggest import quoted
from linter.workspace.config import NOTHING, Config, Layer, RootEntry, empty, unread
from linter.workspace.config_mistakes import (
    Mistakes,
    given,
    nearest_version,
    severities,
)
from linter.workspace.config_terms import names, schema
from linter.workspace.patterns import Pattern, Rules
from linter.yaml.errors import YamlError
from linter.yaml.nodes import Node, Scalar, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LANE = Lane('configuration', folds_case=False, coerces=False, null_items=False, prunes=False)


class Reader:
    """The reading of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._mistakes = Mistakes(source)
        self._say = self._mistakes.say
        self._bad = self._mistakes.bad
        # Each pattern that is one, by the id of its value.
        self._patterns: dict[int, Pattern] = {}

    def read(self) -> Config:
        """What the file says, and what is wrong with it."""
        mistakes = self._mistakes
        try:
            root = self._document()
        except YamlError as error:
            return unread(self._source, error.offset, error.message, error.hint)
        if root is None:
            return empty(self._source, mistakes.found)
        context = Decoded(_LANE)
        decode = Compiler(schema(), DEFAULT_VERSION, _LANE).root('Config')
        config = decode(context, root, (None, None, 'the configuration', -1))
        for problem in context.problems:
            mistakes.problem(problem)
        for leaf in context.subjects.get('gitignore-pattern', ()):
            if isinstance(leaf, Leaf) and id(leaf) not in self._bad:
                pattern = mistakes.pattern(leaf)
                if pattern is not None:
                    self._patterns[id(leaf)] = pattern
        for leaf in context.subjects.get('dns-label', ()):
            if isinstance(leaf, Leaf) and id(leaf) not in self._bad:
                mistakes.name(leaf)
        result = self._result(config) if isinstance(config, Object) else empty(self._source, [])
        mistakes.found.sort(key=lambda one: (one.span, one.message))
        # A value that is reached through an alias, too, is wrong but once.
        unique = {(one.span, one.message): one for one in mistakes.found}
        return result._replace(diagnostics=list(unique.values()))

    def _document(self) -> Node | None:
        """The file's only document."""
        root, at = only_document(self._source)
        if at is not None:
            self._say(Span(at, at + 1), 'a configuration is one document: what follows is lost')
        return root

    def _result(self, root: Object) -> Config:
        top = self._combined(root, self._layer(root), NOTHING)
        layers = [top]
        patterns: list[Pattern] = []
        owners: list[int] = []
        for item in root.items('per-path'):
            # An entry without paths would be for every file, which nobody asked for.
            if isinstance(item, Object):
                leaves = self._pattern_leaves(item, 'paths')
                layer = self._combined(item, self._layer(item), top)
                if leaves:
                    patterns += [self._patterns[id(leaf)] for leaf in leaves]
                    owners += [len(layers)] * len(leaves)
                    line = self._source.position(leaves[0].span.start)[0]
                    words = tuple(leaf.text for leaf in leaves)
                    layers.append(layer._replace(patterns=words, line=line))
        excluded = self._pattern_leaves(root, 'exclude')
        external = root.object('external')
        kubernetes = root.leaf('kubernetes')
        reason, embedded = root.leaf('require-reason'), root.leaf('embedded')
        return Config(
            self._source.path,
            tuple(layers),
            Rules(patterns, 0, owners) if patterns else None,
            Rules([self._patterns[id(leaf)] for leaf in excluded]) if excluded else None,
            tuple(leaf.text for leaf in excluded),
            self._words(external, 'tiers'),
            self._words(external, 'namespaces'),
            bool(reason is not None and reason.value is True),
            bool(embedded is not None and embedded.value is True),
            self._file(root, 'baseline'),
            self._word(root, 'fail-on'),
            [],
            tuple(self._roots(root)),
            self._words(external, 'labels'),
            self._words(external, 'sets'),
            self._words(external, 'serviceAccounts'),
            bool(kubernetes is not None and kubernetes.value is True),
        )

    def _roots(self, root: Object) -> Iterator[RootEntry]:
        for item in root.items('roots'):
            if not isinstance(item, Object):
                continue
            path = self._file(item, 'path')
            closed = item.leaf('closed')
            if path is not None:
                yield RootEntry(path, bool(closed is not None and closed.value is True))

    def _layer(self, owner: Object) -> Layer:
        select = self._rules(owner, 'select')
        chosen = owner.fields.get('select')
        if isinstance(chosen, Array) and not chosen.items and not _has_items(chosen):
            self._say(chosen.span, 'this selects no rule at all: remove it, or name rules', chosen)
        version = owner.fields.get('calico-version')
        # Of names that are all unknown nothing is left, and then everything is reported.
        layer = Layer(
            self._version(version) if isinstance(version, Leaf) else None,
            self._word(owner, 'admission'),
            self._word(owner, 'datastore'),
            self._word(owner, 'edition'),
            self._word(owner, 'dataplane'),
            self._word(owner, 'profile'),
            select or None,
            self._rules(owner, 'ignore') or frozenset(),
            self._severities(owner),
            {},
        )
        for name, value in owner.fields.items():
            if id(value) not in self._bad and (name != 'select' or layer.select):
                layer.lines[name] = self._source.position(value.key_span.start)[0]
        return layer

    def _combined(self, owner: Object, layer: Layer, top: Layer) -> Layer:
        """Without a lane that its version does not have."""
        version = layer.version or top.version or DEFAULT_VERSION
        if (layer.admission or top.admission) != 'native' or version >= NATIVE_SINCE:
            return layer
        if layer is not top and layer.admission is None and layer.version is None:
            return layer
        key = 'admission' if layer.admission is not None else 'calico-version'
        value = owner.fields[key]
        self._say(
            value.span,
            f'Calico {version_text(version)} has no native v3 CRDs: write admission: api, '
            f'or calico-version: {version_text(NATIVE_SINCE)} or newer',
            value,
        )
        del layer.lines[key]
        if layer.admission is not None:
            return layer._replace(admission=None)
        return layer._replace(version=None)

    def _version(self, leaf: Leaf) -> Version | None:
        # YAML takes 3.30 for the number 3.3, so what counts is what is written.
        node = leaf.node
        if not isinstance(node, Scalar) or isinstance(leaf.value, bool):
            what = given(leaf)
            self._say(leaf.span, f'calico-version is a version such as 3.32, not {what}', leaf)
            return None
        try:
            return parse_version(node.value)
        except (Fatal, ValueError):  # more digits than Python likes
            known = f'{version_text(VERSIONS[0])} to {version_text(VERSIONS[-1])} are known'
            near = nearest_version(node.value)
            what = f'there is no Calico {node.value.strip().lstrip("vV")} here: write {near}'
            if near is None:
                example = version_text(DEFAULT_VERSION)
                what = f'{quoted(node.value)} is not a version of Calico: write one like {example}'
            self._say(leaf.span, f'{what} ({known})', leaf)
            return None

    def _word(self, owner: Object, key: str) -> str | None:
        leaf = owner.leaf(key)
        return leaf.text if leaf is not None and id(leaf) not in self._bad else None

    def _file(self, owner: Object, key: str) -> str | None:
        leaf = owner.leaf(key)
        if leaf is None or id(leaf) in self._bad:
            return None
        if not leaf.text.strip() or '\0' in leaf.text:
            self._say(leaf.span, f'{key} names no file: remove it, or name one', leaf)
            return None
        return leaf.text

    def _words(self, owner: Object | None, key: str) -> frozenset[str]:
        if owner is None:
            return frozenset()
        return frozenset(leaf.text for leaf in owner.leaves(key) if id(leaf) not in self._bad)

    def _rules(self, owner: Object, key: str) -> frozenset[str] | None:
        """The ids in a list of rules and groups; None where there is no such list."""
        if not isinstance(owner.fields.get(key), Array):
            return None
        return frozenset(
            rule for word in self._words(owner, key) for rule in names(word) or frozenset()
        )

    def _severities(self, owner: Object) -> dict[str, str]:
        table = owner.object('severity')
        if table is None:
            return {}
        groups: dict[str, str] = {}
        ids: dict[str, str] = {}
        for name, value in {**table.fields, **table.nulls}.items():
            meant = names(name)
            if meant is None:
                self._say(value.key_span, self._mistakes.no_rule(name), value)
            elif name in table.nulls:
                self._say(value.key_span, f'{name} has no severity: write {severities()}', value)
            elif isinstance(value, Leaf) and value.ok and id(value) not in self._bad:
                chosen = ids if meant == {name} else groups
                chosen.update(dict.fromkeys(meant, value.text))
        return {**groups, **ids}

    def _pattern_leaves(self, owner: Object, key: str) -> list[Leaf]:
        """The items of a list that are patterns."""
        value: Value | None = owner.fields.get(key)
        if key == 'paths' and isinstance(value, Array) and not _has_items(value):
            self._say(value.span, 'this entry is about no file at all: name some', value)
        return [leaf for leaf in owner.leaves(key) if id(leaf) in self._patterns]


def _has_items(value: Array) -> bool:
    return isinstance(value.node, SequenceNode) and bool(value.node.items)
