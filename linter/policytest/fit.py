"""Whether a file of tests has the shape of its schema, and what to say where it has not."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from linter.calico.decode import Compiler
from linter.calico.decoded import Decoded, Problem
from linter.calico.parsed_file import only_document
from linter.calico.schema_files import Schema, schema_path
from linter.calico.target import DEFAULT_VERSION, Lane
from linter.calico.values import Leaf, Object, Value
from linter.policytest.model import Mistake, Mistakes
from linter.text.source import Source
from linter.text.suggest import listing, nearest, quoted
from linter.workspace.config_mistakes import given
from linter.yaml.encoding import BadEncoding, decode_bytes
from linter.yaml.errors import YamlError
from linter.yaml.nodes import MappingNode, Node, Scalar

_LANE = Lane('policy-tests', folds_case=False, coerces=False, null_items=False, prunes=False)

# What people call it elsewhere.
_MEANT = {
    'source': 'from',
    'src': 'from',
    'destination': 'to',
    'dst': 'to',
    'expect': 'verdict',
    'expected': 'verdict',
    'action': 'verdict',
    'dport': 'port',
    'sport': 'sourcePort',
    'podselector': 'selector',
    'ip': 'ips',
    'files': 'policies',
    'pods': 'endpoints',
    'sa': 'serviceAccount',
    'proto': 'protocol',
}


@cache
def schema() -> Schema:
    with open(schema_path('policy-tests.schema.json'), encoding='utf-8') as file:
        found: Schema = json.load(file)
    return found


class Fit:
    """The values of a file, and what cannot be followed."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []

    def say(self, at: int, message: str) -> None:
        line, column = self.source.position(at)
        self.mistakes.append(Mistake(self.source.path, line, column, message))

    def line(self, value: Value) -> int:
        """The line of a value."""
        return self.source.position(value.span.start)[0]

    def wrong(self, value: Value, message: str) -> None:
        """Say something about a value."""
        self.say(value.span.start, message)

    def read(self) -> Object:
        """The values; raises Mistakes where there is nothing to read."""
        root = self._document()
        if not isinstance(root, MappingNode):
            at = 0 if root is None else root.start
            self.say(at, 'a file of policy tests is a mapping: it begins with version: 1')
            raise Mistakes(self.mistakes)
        context = Decoded(_LANE)
        decode = Compiler(schema(), DEFAULT_VERSION, _LANE).root('PolicyTests')
        found = decode(context, root, (None, None, 'the file', -1))
        assert isinstance(found, Object)
        # What is misspelt is missing under its right name, which need not be said, too.
        misspelt = {
            (id(problem.owner), _meant(problem))
            for problem in context.problems
            if problem.kind == 'unknown'
        }
        for problem in context.problems:
            if problem.kind != 'missing' or (id(problem.owner), problem.name) not in misspelt:
                self._problem(problem)
        return found

    def _document(self) -> Node | None:
        try:
            root, at = only_document(self.source)
        except YamlError as error:
            advice = f': {error.hint}' if error.hint else ''
            self.say(error.offset, f'{error.message}{advice}')
            raise Mistakes(self.mistakes) from None
        if at is not None:
            self.say(at, 'a file of policy tests is one document: what follows is lost')
        return root

    def _problem(self, problem: Problem) -> None:
        key, value = problem.key, problem.value
        if problem.kind == 'unknown' and key is not None:
            self.say(key.start, _unknown(problem))
        elif problem.kind == 'duplicate' and key is not None:
            self.say(key.start, f'{quoted(problem.name)} is set twice: remove one of the two')
        elif problem.kind == 'missing' and isinstance(problem.owner, Object):
            self.say(problem.owner.key_span.start, _missing(problem))
        elif problem.kind == 'key' and key is not None:
            self.say(key.start, 'a key must be text: put quotes around it')
        elif isinstance(value, Leaf):
            self.wrong(value, _leaf(problem, value))


def read_source(path: str) -> Source:
    """The text of a file; raises Mistakes."""
    try:
        with open(path, 'rb') as file:
            data = file.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Mistakes([Mistake(path, 1, 1, f'the file cannot be read: {reason}')]) from None
    try:
        return Source(path, decode_bytes(data))
    except BadEncoding as error:
        line, column = Source(path, error.text).position(error.offset)
        message = f'{error.message}: save it as UTF-8'
        raise Mistakes([Mistake(path, line, column, message)]) from None


def _meant(problem: Problem) -> str | None:
    """The field that was probably meant by one that there is not."""
    known = problem.schema['properties']
    near = nearest(problem.name, known)
    if near is None:
        near = _MEANT.get(problem.name.lower().replace('-', '').replace('_', ''))
    return near if near in known else None


def _unknown(problem: Problem) -> str:
    near = _meant(problem)
    what = f'there is no field {quoted(problem.name)} here'
    if near:
        return f'{what}: did you mean {near}?'
    return f'{what}: there are {listing(problem.schema["properties"], "and")}'


_OWNERS = {
    'PolicyTests': 'the file',
    'Test': 'this test',
    'Claim': 'this claim',
    'Endpoint': 'this endpoint',
    'NamedPort': 'this port',
    'Icmp': 'icmp',
}


def _missing(problem: Problem) -> str:
    assert isinstance(problem.owner, Object)
    owner = _OWNERS.get(problem.owner.type, 'this')
    example = _EXAMPLES.get(problem.name)
    advice = f'add {problem.name}: {example}' if example else f'add {problem.name}'
    return f'{owner} has no {problem.name}: {advice}'


_EXAMPLES = {
    'version': '1',
    'verdict': 'allow or deny',
    'policies': '[../policies/**/*.yaml], for example',
    'from': 'NAMESPACE/NAME or an address',
    'to': 'NAMESPACE/NAME or an address',
}


def _leaf(problem: Problem, leaf: Leaf) -> str:
    wanted = problem.schema
    name = leaf.name if leaf.index < 0 else f'an item of {leaf.name}'
    if problem.kind == 'null-item':
        return f'{name} is empty: remove it or fill it in'
    if problem.kind == 'bad-tag':
        return 'the value is not of the type that its YAML tag says'
    if problem.kind == 'value':
        return _not_accepted(leaf, wanted, name)
    got = given(leaf)
    text = leaf.node.value if isinstance(leaf.node, Scalar) else ''
    message = f'{name} is {_wanted(wanted)}, not {got}'
    if text and wanted.get('type') == 'string':
        return f'{message}: write {quoted(text)}, in quotes'
    if text and wanted.get('type') == 'array':
        return f'{message}: write [{text}]'
    if text.isdigit() and wanted.get('type') == 'integer':
        return f'{message}: write {text}, without quotes'
    return message


def _not_accepted(leaf: Leaf, wanted: dict[str, Any], name: str) -> str:
    if 'enum' in wanted:
        words = [str(word) for word in wanted['enum']]
        shown = quoted(str(leaf.value))
        near = nearest(str(leaf.value), words) or _VERDICTS.get(str(leaf.value).lower())
        advice = f'did you mean {near}?' if near in words else f'write {listing(words)}'
        return f'{shown} is not a value of {name}: {advice}'
    low, high = wanted.get('minimum'), wanted.get('maximum')
    return f'{name} is a number from {low} to {high}, not {leaf.value}'


_VERDICTS = {
    'accept': 'allow',
    'allowed': 'allow',
    'pass': 'allow',
    'yes': 'allow',
    'drop': 'deny',
    'denied': 'deny',
    'reject': 'deny',
    'block': 'deny',
    'no': 'deny',
}


def _wanted(wanted: dict[str, Any]) -> str:
    if 'enum' in wanted:
        return listing([str(word) for word in wanted['enum']])
    words = {
        'object': 'a mapping',
        'array': 'a list',
        'integer': 'a number',
        'boolean': 'a boolean',
    }
    if 'anyOf' in wanted:
        return 'a number or text'
    return words.get(wanted.get('type', ''), 'text')
