"""The configuration file: reading it, and saying at which place of it something is wrong.

It is read like any document, by the loader and a decoder made of its generated schema
(``schemas/config.schema.json``). An entry that cannot be followed is a diagnostic, and counts as if
it were not there.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any, NamedTuple, Optional

from linter.calico.decode import Compiler
from linter.calico.decoded import Decoded, Problem
from linter.calico.schema_files import Schema, schema_path
from linter.calico.target import (
    DEFAULT_VERSION,
    NATIVE_SINCE,
    VERSIONS,
    Lane,
    Version,
    parse_version,
    version_text,
)
from linter.calico.values import (
    Array,
    Leaf,
    Object,
    Value,
)
from linter.diagnostic import Diagnostic, url_of
from linter.text.errors import Fatal
from linter.text.source import Source, Span
from linter.text.suggest import listing, nearest, quoted
from linter.yaml.compose import compose
from linter.yaml.documents import is_empty, split, unread
from linter.yaml.encoding import BadEncoding, decode_bytes
from linter.yaml.errors import YamlError
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Imported where there are patterns: it brings pathspec along.
    from linter.workspace.gitignore import Rules

NAME = '.calico-lint.yaml'
RULE = 'invalid-configuration'
FACT = 'configuration'

_LANE = Lane('configuration', folds_case=False, coerces=False, null_items=False, prunes=False)
# What people call it elsewhere, or how it is called inside of something else.
_MEANT = {
    'version': 'calico-version',
    'enable': 'select',
    'disable': 'ignore',
    'skip': 'ignore',
    'files': 'paths',
    'overrides': 'per-path',
    'per-file-ignores': 'per-path',
}
_OFF = frozenset(('off', 'none', 'never', 'no', 'false', 'disabled', 'ignore', 'ignored'))


class Layer(NamedTuple):
    """What the file as a whole, or one entry of ``per-path``, says; None: nothing.

    ``paths`` are the files it is about (None: all), ``lines`` the lines on which its keys stand.
    Groups are unfolded.
    """

    paths: Optional[Rules]
    version: Optional[Version]
    admission: Optional[str]
    datastore: Optional[str]
    dataplane: Optional[str]
    select: Optional[frozenset[str]]
    ignore: frozenset[str]
    severity: dict[str, str]
    lines: dict[str, int]


_NOTHING = Layer(None, None, None, None, None, None, frozenset(), {}, {})


class Config(NamedTuple):
    """A configuration file: ``layers`` are the file's own settings and those of ``per-path``."""

    path: str
    layers: tuple[Layer, ...]
    exclude: Optional[Rules]
    patterns: tuple[str, ...]
    tiers: frozenset[str]
    namespaces: frozenset[str]
    require_reason: bool
    diagnostics: list[Diagnostic]


def hits(rules: Rules, path: str, skip: int = 0) -> bool:
    """Whether patterns match a file or a folder in which it lies.

    The path is seen from the folder of the patterns; ``skip`` is the length of the part of it whose
    folders shall not count. A path that ends with a slash is a folder.
    """
    from linter.workspace.gitignore import END

    at = path.find('/')
    while at != -1:
        if at > skip and rules.verdict(path[:at] + END, True):
            return True
        at = path.find('/', at + 1)
    return path[-1:] not in ('', '/') and bool(rules.verdict(path + END, False))


def read(path: str) -> Config:
    """Read a configuration file; whatever is wrong with it is in ``diagnostics``."""
    if not os.path.isfile(path):
        # Opening a pipe would wait for ever.
        kind = 'a folder' if os.path.isdir(path) else 'a link to nothing, or no ordinary file'
        return _unread(Source(path, ''), 0, f'{NAME} is {kind}')
    try:
        with open(path, 'rb') as file:
            data = file.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return _unread(Source(path, ''), 0, f'{NAME} cannot be read: {reason}')
    try:
        text = decode_bytes(data)
    except BadEncoding as error:
        return _unread(Source(path, error.text), error.offset, f'{error.message}: save it as UTF-8')
    return parse(Source(path, text))


def parse(source: Source) -> Config:
    """The text of a configuration file."""
    return _Reader(source).read()


def misnamed(path: str) -> Diagnostic:
    """The finding about a file that only looks like a configuration file."""
    message = f'calico-lint reads {NAME} only, and nothing of this file: rename it'
    return _diagnostic(Source(path, ''), Span(0, 0), message)


def names(word: str) -> Optional[frozenset[str]]:
    """The rules that an id or the name of a group stands for, or None."""
    known = _rules()
    if word in known['x-calico-lint-groups']:
        return frozenset(known['x-calico-lint-groups'][word])
    return frozenset((word,)) if word in known['enum'] else None


@cache
def _schema() -> Schema:
    with open(schema_path('config.schema.json'), encoding='utf-8') as file:
        schema: Schema = json.load(file)
    return schema


def _rules() -> Schema:
    found: Schema = _schema()['$defs']['RuleOrGroup']
    return found


def _diagnostic(
    source: Source,
    span: Span,
    message: str,
    hint: Optional[str] = None,
    related: tuple[tuple[Span, str], ...] = (),
    yaml_path: Optional[str] = None,
) -> Diagnostic:
    return Diagnostic(
        source,
        span,
        RULE,
        'error',
        None,
        None,
        message,
        hint,
        url_of(RULE),
        related,
        None,
        None,
        yaml_path or None,
        FACT,
    )


def _config(source: Source, diagnostics: list[Diagnostic]) -> Config:
    nothing: frozenset[str] = frozenset()
    return Config(source.path, (_NOTHING,), None, (), nothing, nothing, False, diagnostics)


def _unread(source: Source, offset: int, message: str, hint: Optional[str] = None) -> Config:
    """The configuration of a file of which nothing can be used."""
    end = max(offset, min(offset + 1, len(source.text)))
    message = f'{message}; none of its settings counts'
    return _config(source, [_diagnostic(source, Span(offset, end), message, hint)])


class _Reader:
    """The reading of one file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        # The values about which something has been said.
        self.bad: set[int] = set()
        # Each pattern that is one, compiled, by the id of its value.
        self.patterns: dict[int, Rules] = {}

    def say(
        self,
        span: Span,
        message: str,
        value: Optional[Value] = None,
        related: tuple[tuple[Span, str], ...] = (),
    ) -> None:
        if value is not None:
            self.bad.add(id(value))
        path = value.yaml_path if value is not None else None
        self.found.append(_diagnostic(self.source, span, message, None, related, path))

    def read(self) -> Config:
        try:
            root = self.document()
        except YamlError as error:
            return _unread(self.source, error.offset, error.message, error.hint)
        if root is None:
            return _config(self.source, self.found)
        context = Decoded(_LANE)
        decode = Compiler(_schema(), DEFAULT_VERSION, _LANE).root('Config')
        config = decode(context, root, (None, None, 'the configuration', -1))
        for problem in context.problems:
            self.problem(problem)
        for leaf in context.subjects.get('gitignore-pattern', ()):
            self.pattern(leaf)
        for leaf in context.subjects.get('dns-label', ()):
            self.name(leaf)
        result = self.result(config) if isinstance(config, Object) else _config(self.source, [])
        self.found.sort(key=lambda one: (one.span, one.message))
        # A value that is reached through an alias, too, is wrong but once.
        unique = {(one.span, one.message): one for one in self.found}
        return result._replace(diagnostics=list(unique.values()))

    def document(self) -> Optional[Node]:
        """The file's only document."""
        text = self.source.text
        root: Optional[Node] = None
        seen = False
        for chunk in split(text):
            if is_empty(text, chunk):
                continue
            at: Optional[int] = chunk.start
            if not seen:
                seen = True
                root = compose(text, chunk)
                at = unread(text, chunk, root)
            if at is not None:
                while text[at] in ' \t\r\n':
                    at += 1
                self.say(Span(at, at + 1), 'a configuration is one document: what follows is lost')
                break
        return root

    # What does not fit the schema

    def problem(self, problem: Problem) -> None:
        value = problem.value
        if value is not None:
            self.bad.add(id(value))
        if problem.kind == 'unknown' and problem.key is not None:
            self.say(_token(problem.key), self.unknown(problem), value)
        elif problem.kind == 'duplicate' and problem.key is not None:
            first = problem.first
            self.say(
                _token(problem.key),
                f'{quoted(problem.name)} is set twice, and only the last one counts: '
                'merge the two or remove one',
                related=((_token(first), 'the other one'),) if first is not None else (),
            )
        elif problem.kind == 'missing' and isinstance(problem.owner, Object):
            empty = problem.owner.nulls.get(problem.name)
            self.say(
                (empty or problem.owner).key_span,
                f'this entry does not say which files it is about: add {problem.name}',
                problem.owner,
            )
        elif problem.kind == 'key' and problem.key is not None:
            self.say(_token(problem.key), 'a key must be text: remove it or put quotes around it')
        elif isinstance(value, Leaf):
            self.leaf(problem, value)

    def leaf(self, problem: Problem, leaf: Leaf) -> None:
        """A value of the wrong type, or none of those that are accepted."""
        name = leaf.name if leaf.index < 0 else f'an item of {leaf.name}'
        schema = problem.schema
        is_severity = 'error' in schema.get('enum', ())
        if is_severity:
            name = f'the severity of {leaf.name}'
        if problem.kind == 'null-item':
            self.say(leaf.span, f'{name} is empty: remove it or fill it in', leaf)
        elif problem.kind == 'bad-tag':
            self.say(leaf.span, 'the value is not of the type that its YAML tag says', leaf)
        elif problem.kind == 'type':
            if any(one.span == leaf.span for one in self.found):
                return  # of a bad tag
            advice = _advice(leaf, schema)
            message = f'{name} is {_wanted(schema)}, not {_given(leaf)}'
            self.say(leaf.span, f'{message}: {advice}' if advice else message, leaf)
        elif 'x-calico-lint-groups' in schema:
            self.say(leaf.span, _no_rule(leaf.text), leaf)
        elif problem.kind == 'value':
            text = leaf.text.lower()
            near = nearest(text, schema['enum']) or next(
                (word for word in schema['enum'] if len(text) > 2 and word.startswith(text)), None
            )
            advice = f'did you mean {near}?' if near else f'write {listing(schema["enum"])}'
            if is_severity and text in _OFF:
                advice = 'to switch a rule off, put it under ignore'
            what = 'a severity' if is_severity else f'a value of {name}'
            self.say(leaf.span, f'{quoted(leaf.text)} is not {what}: {advice}', leaf)

    def unknown(self, problem: Problem) -> str:
        known = problem.schema['properties']
        name = problem.name
        top = _schema()['properties']
        owner = problem.owner
        what = f'there is no setting {quoted(name)}'
        plain = name.replace('_', '-').lower()
        near = nearest(plain, known) or _MEANT.get(plain)
        if near in known:
            return f'{what}: did you mean {near}?'
        if isinstance(owner, Object) and owner.type != 'Config' and plain in top:
            return f'{plain} is for the whole file, not for a part of it: write it at the top level'
        for key, place in (('per-path', 'PathSettings'), ('external', 'External')):
            if plain in _schema()['$defs'][place]['properties']:
                return f'{what} here: {plain} stands under {key}'
        return f'{what}: there are {listing(known, "and")}'

    # What a schema cannot say

    def pattern(self, leaf: Value) -> None:
        from linter.workspace.gitignore import rules

        if not isinstance(leaf, Leaf) or id(leaf) in self.bad or id(leaf) in self.patterns:
            return
        text = leaf.text
        compiled = rules([text], 0)
        steps = text.removeprefix('!').split('/')
        if leaf.scalar.tag is not None and not text:
            message = '! starts a YAML tag here: put quotes around the whole pattern'
            self.say(Span(leaf.scalar.outer, leaf.scalar.end), message, leaf)
        elif '\n' in text or '\r' in text:
            self.say(leaf.span, 'a pattern is one line: make a list of them', leaf)
        elif text.startswith('#'):
            self.say(
                leaf.span, 'a pattern that starts with # is a comment: write \\# for the sign', leaf
            )
        elif '..' in steps or '.' in steps:
            right = [step for step in steps if step not in ('.', '..')]
            sign = '!/' if text.startswith('!') else '/'
            advice = f': write {sign}{"/".join(right)}' if ''.join(right) else ''
            self.say(
                leaf.span,
                f'{quoted(text)} matches nothing: a pattern is seen from the folder of this file, '
                f'without . and ..{advice if ".." not in steps else ""}',
                leaf,
            )
        elif compiled is None or not compiled.patterns:
            self.say(leaf.span, f'{quoted(text)} is not a pattern, and matches nothing', leaf)
        else:
            self.patterns[id(leaf)] = compiled

    def name(self, leaf: Value) -> None:
        from linter.calico.names import LABEL

        if not isinstance(leaf, Leaf) or id(leaf) in self.bad:
            return
        what = leaf.name.removesuffix('s')
        if not LABEL.match(leaf.text):
            self.say(
                leaf.span,
                f'{quoted(leaf.text)} is not the name of a {what}: it consists of lower-case '
                "letters, digits and '-', and starts and ends with a letter or digit",
                leaf,
            )
        elif len(leaf.text) > 63:
            self.say(leaf.span, f'the name of a {what} has at most 63 characters', leaf)

    # What is left

    def result(self, root: Object) -> Config:
        top = self.combined(root, self.layer(root, None), _NOTHING)
        layers = [top]
        for item in root.items('per-path'):
            # An entry without paths would be for every file, which nobody asked for.
            if isinstance(item, Object):
                paths = self.compiled(item, 'paths')
                layer = self.combined(item, self.layer(item, paths), top)
                if paths is not None:
                    layers.append(layer)
        external = root.object('external')
        reason = root.leaf('require-reason')
        return Config(
            self.source.path,
            tuple(layers),
            self.compiled(root, 'exclude'),
            tuple(leaf.text for leaf in root.leaves('exclude') if id(leaf) in self.patterns),
            self.words(external, 'tiers'),
            self.words(external, 'namespaces'),
            bool(reason is not None and reason.value is True),
            [],
        )

    def layer(self, owner: Object, paths: Optional[Rules]) -> Layer:
        select = self.rules(owner, 'select')
        chosen = owner.fields.get('select')
        if isinstance(chosen, Array) and not chosen.items and not _has_items(chosen):
            self.say(chosen.span, 'this selects no rule at all: remove it, or name rules', chosen)
        version = owner.fields.get('calico-version')
        # Of names that are all unknown nothing is left, and then everything is reported.
        layer = Layer(
            paths,
            self.version(version) if isinstance(version, Leaf) else None,
            self.word(owner, 'admission'),
            self.word(owner, 'datastore'),
            self.word(owner, 'dataplane'),
            select or None,
            self.rules(owner, 'ignore') or frozenset(),
            self.severities(owner),
            {},
        )
        for name, value in owner.fields.items():
            if id(value) not in self.bad and (name != 'select' or layer.select):
                layer.lines[name] = self.source.position(value.key_span.start)[0]
        return layer

    def combined(self, owner: Object, layer: Layer, top: Layer) -> Layer:
        """Without a lane that its version does not have."""
        version = layer.version or top.version or DEFAULT_VERSION
        if (layer.admission or top.admission) != 'native' or version >= NATIVE_SINCE:
            return layer
        if layer is not top and layer.admission is None and layer.version is None:
            return layer
        key = 'admission' if layer.admission is not None else 'calico-version'
        value = owner.fields[key]
        self.say(
            value.span,
            f'Calico {version_text(version)} has no native v3 CRDs: write admission: api, '
            f'or calico-version: {version_text(NATIVE_SINCE)} or newer',
            value,
        )
        del layer.lines[key]
        if layer.admission is not None:
            return layer._replace(admission=None)
        return layer._replace(version=None)

    def version(self, leaf: Leaf) -> Optional[Version]:
        # YAML takes 3.30 for the number 3.3, so what counts is what is written.
        node = leaf.node
        if not isinstance(node, Scalar) or isinstance(leaf.value, bool):
            what = _given(leaf)
            self.say(leaf.span, f'calico-version is a version such as 3.32, not {what}', leaf)
            return None
        try:
            return parse_version(node.value)
        except (Fatal, ValueError):  # more digits than Python likes
            known = f'{version_text(VERSIONS[0])} to {version_text(VERSIONS[-1])} are known'
            near = _nearest_version(node.value)
            what = f'there is no Calico {node.value.strip().lstrip("vV")} here: write {near}'
            if near is None:
                example = version_text(DEFAULT_VERSION)
                what = f'{quoted(node.value)} is not a version of Calico: write one like {example}'
            self.say(leaf.span, f'{what} ({known})', leaf)
            return None

    def word(self, owner: Object, key: str) -> Optional[str]:
        leaf = owner.leaf(key)
        return leaf.text if leaf is not None and id(leaf) not in self.bad else None

    def words(self, owner: Optional[Object], key: str) -> frozenset[str]:
        if owner is None:
            return frozenset()
        return frozenset(leaf.text for leaf in owner.leaves(key) if id(leaf) not in self.bad)

    def rules(self, owner: Object, key: str) -> Optional[frozenset[str]]:
        """The ids in a list of rules and groups; None where there is no such list."""
        if not isinstance(owner.fields.get(key), Array):
            return None
        return frozenset(
            rule for word in self.words(owner, key) for rule in names(word) or frozenset()
        )

    def severities(self, owner: Object) -> dict[str, str]:
        table = owner.object('severity')
        if table is None:
            return {}
        groups: dict[str, str] = {}
        ids: dict[str, str] = {}
        for name, value in {**table.fields, **table.nulls}.items():
            meant = names(name)
            if meant is None:
                self.say(value.key_span, _no_rule(name), value)
            elif name in table.nulls:
                self.say(value.key_span, f'{name} has no severity: write {_severities()}', value)
            elif isinstance(value, Leaf) and value.ok and id(value) not in self.bad:
                chosen = ids if meant == {name} else groups
                chosen.update(dict.fromkeys(meant, value.text))
        return {**groups, **ids}

    def compiled(self, owner: Object, key: str) -> Optional[Rules]:
        """The patterns of a list, None where no pattern is left."""
        value = owner.fields.get(key)
        if key == 'paths' and isinstance(value, Array) and not _has_items(value):
            self.say(value.span, 'this entry is about no file at all: name some', value)
        each = [self.patterns[id(leaf)] for leaf in owner.leaves(key) if id(leaf) in self.patterns]
        if not each:
            return None
        # In them the last pattern comes first, as in all of them together.
        return each[0]._replace(
            patterns=tuple(one for rules in reversed(each) for one in rules.patterns)
        )


def _token(node: Node) -> Span:
    return Span(node.start, node.end)


def _has_items(value: Array) -> bool:
    return isinstance(value.node, SequenceNode) and bool(value.node.items)


def _severities() -> str:
    return listing(_schema()['$defs']['Severity']['enum'])


def _no_rule(word: str) -> str:
    if word in (RULE, FACT):
        return 'a mistake in the configuration is always an error: remove this entry'
    near = nearest(word.replace('_', '-'), _rules()['enum'])
    advice = f'did you mean {near}?' if near else 'see calico-lint rules'
    return f'there is no rule or group {quoted(word)}: {advice}'


def _nearest_version(text: str) -> Optional[str]:
    parts = text.strip().lower().removeprefix('v').split('.')
    if not 2 <= len(parts) <= 3 or not all(p.isascii() and p.isdigit() for p in parts):
        return None
    if any(len(part) > 9 for part in parts):
        return None
    major, minor = int(parts[0]), int(parts[1])
    if (major, minor * 10) in VERSIONS:
        # 3.3, where 3.30 went through something that takes it for a number.
        minor *= 10
    return version_text(
        min(VERSIONS, key=lambda known: abs((known[0] - major) * 1000 + known[1] - minor))
    )


def _wanted(schema: dict[str, Any]) -> str:
    if 'x-calico-lint-groups' in schema:
        return 'the name of a rule or group'
    if 'enum' in schema:
        return listing(schema['enum'])
    if schema.get('format') == 'gitignore-pattern':
        return 'a pattern'
    words = {'object': 'a mapping', 'array': 'a list', 'boolean': 'true or false'}
    return words.get(schema['type'], 'text')


def _given(leaf: Leaf) -> str:
    if isinstance(leaf.node, MappingNode):
        return 'a mapping'
    if isinstance(leaf.node, SequenceNode):
        return 'a list'
    if isinstance(leaf.value, bool):
        return f'the boolean {leaf.scalar.value}'
    if isinstance(leaf.value, (int, float)):
        return f'the number {leaf.scalar.value}'
    return f'the text {quoted(leaf.text)}'


def _advice(leaf: Leaf, schema: dict[str, Any]) -> str:
    """What to write instead of a value of the wrong type; '' where nobody can say."""
    if isinstance(leaf.node, MappingNode) and leaf.name == 'per-path' and leaf.index < 0:
        return 'put a - in front of its first key'
    text = leaf.node.value if isinstance(leaf.node, Scalar) else ''
    if not text:
        return ''
    if 'error' in schema.get('enum', ()):
        return 'to switch a rule off, put it under ignore' if text.lower() in _OFF else ''
    if schema['type'] == 'array' and len(text) <= 60 and text.isprintable():
        plain = text.replace('-', '').replace('/', '').replace('.', '').isalnum()
        return f'write [{text}]' if plain else f'write [{quoted(text)}]'
    if schema['type'] == 'boolean' and text in ('true', 'false'):
        return f'write {text}, without quotes'
    if schema['type'] == 'string' and 'enum' not in schema:
        return f'write {quoted(text)}, in quotes'
    return ''
