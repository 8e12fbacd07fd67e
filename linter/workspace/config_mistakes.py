"""What is said about a configuration that cannot be followed: a sentence for each mistake."""

from __future__ import annotations

from typing import Any

from linter.calico import target
from linter.calico.decoded import Problem
from linter.calico.target import VERSIONS, numbers_in, version_text
from linter.calico.values import Leaf, Object, Value
from linter.diagnostic import Diagnostic
from linter.text.source import Source, Span
from linter.text.suggest import listing, nearest, quoted
from linter.workspace.config import FACT, RULE, diagnostic
from linter.workspace.config_terms import rules_and_groups, schema
from linter.workspace.patterns import Pattern, parse
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode

# What people call it elsewhere, or how it is called inside of something else.
_MEANT = {
    'version': 'calico-version',
    'enable': 'select',
    'disable': 'ignore',
    'skip': 'ignore',
    'files': 'paths',
    'overrides': 'per-path',
    'per-file-ignores': 'per-path',
    'fail-level': 'fail-on',
}
_MEANT_VALUES = {
    'cloud': 'enterprise',
    'oss': 'open-source',
    'opensource': 'open-source',
    'etcd': 'etcdv3',
    'none': 'never',
}
_OFF = frozenset(('off', 'none', 'never', 'no', 'false', 'disabled', 'ignore', 'ignored'))
_MOST_GUESSES = 25
"""Each guess compares a word with every rule; whoever has more unknown ones reads the list."""


class Mistakes:
    """The mistakes found in one file. ``bad`` are the ids of the values that are part of one."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.bad: set[int] = set()
        self._tags: set[Span] = set()
        self._guesses = 0

    def say(
        self,
        span: Span,
        message: str,
        value: Value | None = None,
        related: tuple[tuple[Span, str], ...] = (),
    ) -> None:
        if value is not None:
            self.bad.add(id(value))
        path = value.yaml_path if value is not None else None
        self.found.append(diagnostic(self.source, span, message, None, related, path))

    def problem(self, problem: Problem) -> None:
        """What does not fit the schema."""
        value = problem.value
        if value is not None:
            self.bad.add(id(value))
        if problem.kind == 'unknown' and problem.key is not None:
            self.say(token(problem.key), self._unknown(problem), value)
        elif problem.kind == 'duplicate' and problem.key is not None:
            first = problem.first
            self.say(
                token(problem.key),
                f'{quoted(problem.name)} is set twice, and only the last one counts: '
                'merge the two or remove one',
                related=((token(first), 'the other one'),) if first is not None else (),
            )
        elif problem.kind == 'missing' and isinstance(problem.owner, Object):
            if self._is_misspelt(problem.owner, problem.name):
                self.bad.add(id(problem.owner))
                return
            empty = problem.owner.nulls.get(problem.name)
            self.say(
                (empty or problem.owner).key_span,
                f'this entry does not say which files it is about: add {problem.name}',
                problem.owner,
            )
        elif problem.kind == 'key' and problem.key is not None:
            self.say(token(problem.key), 'a key must be text: remove it or put quotes around it')
        elif isinstance(value, Leaf):
            self._leaf(problem, value)

    def _is_misspelt(self, owner: Object, name: str) -> bool:
        """Whether another key was meant to be what is missing: that is said where it stands."""
        return isinstance(owner.node, MappingNode) and any(
            key.value not in owner.fields and self._guess(key.value, {name: None}) == name
            for key, _ in owner.node.entries
        )

    def _leaf(self, problem: Problem, leaf: Leaf) -> None:
        """A value of the wrong type, or none of those that are accepted."""
        name = leaf.name if leaf.index < 0 else f'an item of {leaf.name}'
        wanted = problem.schema
        is_severity = is_severity_schema(wanted)
        if is_severity:
            name = f'the severity of {leaf.name}'
        if problem.kind == 'null-item':
            self.say(leaf.span, f'{name} is empty: remove it or fill it in', leaf)
        elif problem.kind == 'bad-tag':
            self._tags.add(leaf.span)
            self.say(leaf.span, 'the value is not of the type that its YAML tag says', leaf)
        elif problem.kind == 'type':
            if leaf.span in self._tags:
                return
            advice = _advice(leaf, wanted)
            message = f'{name} is {_wanted(wanted)}, not {given(leaf)}'
            self.say(leaf.span, f'{message}: {advice}' if advice else message, leaf)
        elif 'x-calico-lint-groups' in wanted:
            self.say(leaf.span, self.no_rule(leaf.text), leaf)
        elif problem.kind == 'value':
            text = leaf.text.lower()
            near = nearest(text, wanted['enum']) or next(
                (word for word in wanted['enum'] if len(text) > 2 and word.startswith(text)), None
            )
            if _MEANT_VALUES.get(text) in wanted['enum']:
                near = _MEANT_VALUES[text]
            advice = f'did you mean {near}?' if near else f'write {listing(wanted["enum"])}'
            if is_severity and text in _OFF:
                advice = 'to switch a rule off, put it under ignore'
            what = 'a severity' if is_severity else f'a value of {name}'
            self.say(leaf.span, f'{quoted(leaf.text)} is not {what}: {advice}', leaf)

    def _unknown(self, problem: Problem) -> str:
        known = problem.schema['properties']
        name = problem.name
        top = schema()['properties']
        owner = problem.owner
        what = f'there is no setting {quoted(name)}'
        plain = name.replace('_', '-').lower()
        near = self._guess(plain, known) or _MEANT.get(plain)
        if near in known:
            return f'{what}: did you mean {near}?'
        if isinstance(owner, Object) and owner.type != 'Config' and plain in top:
            return f'{plain} is for the whole file, not for a part of it: write it at the top level'
        for key, place in (('per-path', 'PathSettings'), ('external', 'External')):
            if plain in schema()['$defs'][place]['properties']:
                return f'{what} here: {plain} stands under {key}'
        return f'{what}: there are {listing(known, "and")}'

    def no_rule(self, word: str) -> str:
        """That a word is no rule."""
        if word in (RULE, FACT):
            return 'a mistake in the configuration is always an error: remove this entry'
        near = self._guess(word.replace('_', '-'), rules_and_groups()['enum'])
        advice = f'did you mean {near}?' if near else 'see calico-lint rules'
        return f'there is no rule or group {quoted(word)}: {advice}'

    def _guess(self, word: str, known: Any) -> str | None:
        self._guesses += 1
        return nearest(word, known) if self._guesses <= _MOST_GUESSES else None

    def pattern(self, leaf: Leaf) -> Pattern | None:
        """A pattern as git reads it; None where it is none, and that is said."""
        text = leaf.text
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
        else:
            pattern = parse(text)
            if pattern is not None:
                return pattern
            self.say(leaf.span, f'{quoted(text)} is not a pattern, and matches nothing', leaf)
        return None

    def name(self, leaf: Leaf) -> None:
        """What is to be the name of something in a cluster, and cannot be."""
        from linter.calico.names import LABEL

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


def token(node: Node) -> Span:
    """Where a node stands."""
    return Span(node.start, node.end)


def severities() -> str:
    """The severities, for a sentence."""
    return listing(schema()['$defs']['Severity']['enum'])


def is_severity_schema(wanted: dict[str, Any]) -> bool:
    """Whether a schema is that of a rule's severity."""
    return bool(wanted.get('enum') == schema()['$defs']['Severity']['enum'])


def nearest_version(text: str) -> str | None:
    """The version that was probably meant, None where a text is like none."""
    version = numbers_in(text)
    if version is None:
        return None
    major, minor = version
    if (major, minor * 10) in VERSIONS:
        # 3.3, where 3.30 went through something that takes it for a number.
        minor *= 10
    return version_text(target.nearest_version((major, minor)))


def _wanted(wanted: dict[str, Any]) -> str:
    if 'x-calico-lint-groups' in wanted:
        return 'the name of a rule or group'
    if 'enum' in wanted:
        return listing(wanted['enum'])
    if wanted.get('format') == 'gitignore-pattern':
        return 'a pattern'
    words = {'object': 'a mapping', 'array': 'a list', 'boolean': 'true or false'}
    return words.get(wanted['type'], 'text')


def given(leaf: Leaf) -> str:
    """What a value is, for a sentence."""
    if isinstance(leaf.node, MappingNode):
        return 'a mapping'
    if isinstance(leaf.node, SequenceNode):
        return 'a list'
    if isinstance(leaf.value, bool):
        return f'the boolean {leaf.scalar.value}'
    if isinstance(leaf.value, (int, float)):
        return f'the number {leaf.scalar.value}'
    return f'the text {quoted(leaf.text)}'


def _advice(leaf: Leaf, wanted: dict[str, Any]) -> str:
    """What to write instead of a value of the wrong type; '' where nobody can say."""
    if isinstance(leaf.node, MappingNode) and leaf.name == 'per-path' and leaf.index < 0:
        return 'put a - in front of its first key'
    text = leaf.node.value if isinstance(leaf.node, Scalar) else ''
    if not text:
        return ''
    if is_severity_schema(wanted):
        return 'to switch a rule off, put it under ignore' if text.lower() in _OFF else ''
    if wanted['type'] == 'array' and len(text) <= 60 and text.isprintable():
        plain = text.replace('-', '').replace('/', '').replace('.', '').isalnum()
        return f'write [{text}]' if plain else f'write [{quoted(text)}]'
    if wanted['type'] == 'boolean' and text in ('true', 'false'):
        return f'write {text}, without quotes'
    if wanted['type'] == 'string' and 'enum' not in wanted:
        return f'write {quoted(text)}, in quotes'
    return ''
