"""A value is of another type than its field.

A list where a mapping is wanted, text where a number is wanted (`order: "100"`), a mapping
where a selector is wanted. The document is refused. calicoctl turns numbers and booleans into text
where text is wanted; kubectl with CRDs does not.

The fix is safe: a number in quotes has one possible right form.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  order: "100"
  types: [Ingress]
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: {role: web}
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  order: 100
  selector: role == 'web'
  types: [Ingress]
```
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from typing import Any, Optional

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.misplaced import in_metadata, is_label_selector
from linter.calico.repair import unquote
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted
from linter.yaml.nodes import MappingNode, Scalar, SequenceNode

GROUP = 'fields'

# A number that is the same in YAML, in JSON and to the eye: not 010, which is 8 in YAML.
_NUMBER = re.compile(r'-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z')
_TIME = re.compile(
    r'([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,][0-9]+)?'
    r'(?:Z|[+-]([0-9]{2}):([0-9]{2}))\Z'
)


@rule('problem:type')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if not isinstance(leaf, Leaf) or is_label_selector(problem):
        return
    fact = 'metadata-type' if in_metadata(leaf) else 'wrong-type'
    if fact == 'metadata-type' and isinstance(leaf.parent, Object):
        if leaf.parent.type == 'map':
            fact = 'label-type'
        elif leaf.parent.type == 'Metadata' and leaf.name == 'name':
            fact = 'name-type'
    elif leaf.name == 'status' and isinstance(leaf.parent, Object) and leaf.parent.parent is None:
        fact = 'status-type'
    wanted = _wanted(problem.schema)
    name = leaf.name if leaf.index < 0 else f'an item of {leaf.name}'
    fix = None
    advice = f'write {wanted}'
    node = leaf.node
    if problem.schema.get('format') == 'calico-selector':
        wanted, advice = 'text', "write a selector such as role == 'web'"
    if isinstance(node, MappingNode) and problem.schema.get('format') == 'calico-selector':
        pairs = [
            (k.value, v.value)
            for k, v in node.entries
            if isinstance(k, Scalar) and isinstance(v, Scalar)
        ]
        if pairs and len(pairs) == len(node.entries) and len(pairs) < 4:
            text = ' && '.join(f"{key} == '{value}'" for key, value in pairs)
            advice = f'write the selector {text}'
    elif isinstance(node, Scalar) and isinstance(leaf.value, str) and node.style:
        plain = leaf.value.rstrip('\n')
        if _fits(plain, problem.schema.get('type')):
            advice = f'write {plain}, without quotes'
            fix = unquote(document.source.text, leaf, plain)
    elif isinstance(node, Scalar) and problem.schema.get('type') == 'array' and node.value:
        advice = f'write [{node.value}]'
    elif (
        isinstance(node, Scalar)
        and problem.schema.get('type') == 'string'
        and node.value
        and problem.schema.get('format') != 'calico-selector'
    ):
        advice = f"write '{node.value}', in quotes"
    yield finding_at(fact, leaf, f'{name} is {wanted}, not {_given(leaf)}: {advice}', fix=fix)


@rule('date-time')
def check_time(leaf: Leaf, document: Document) -> Iterator[Finding]:
    if leaf.text and not _is_time(leaf.text):
        yield finding_at(
            'metadata-type' if in_metadata(leaf) else 'wrong-type',
            leaf,
            f'{quoted(leaf.text)} is not a time: write one such as 2024-01-31T12:00:00Z, '
            'or remove it, since the cluster writes it',
        )


def _is_time(text: str) -> bool:
    """Whether Go's ``time.Parse`` reads a text as RFC 3339, an hour of one digit too."""
    found = _TIME.match(text)
    if found is None:
        return False
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    if int(found[7] or 0) > 24 or int(found[8] or 0) > 59:
        return False
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year or 2000, month)[1]:
        return False  # year 0 exists for Go, and is a leap year like 2000
    return hour < 24 and minute < 60 and second < 60


@rule('problem:null-item')
def check_null(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if isinstance(leaf, Leaf):
        yield finding_at(
            'null-item', leaf, f'an item of {leaf.name} is empty: remove it or fill it in'
        )


@rule('problem:bad-tag')
def check_tag(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if isinstance(leaf, Leaf):
        yield finding_at(
            'yaml-value',
            leaf,
            f'{quoted(leaf.text)} is not of the type that its YAML tag says: remove the tag',
        )


@rule('problem:infinite')
def check_infinite(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if isinstance(leaf, Leaf):
        text = leaf.scalar.value
        yield finding_at(
            'yaml-value',
            leaf,
            f'YAML reads {text} as a number that JSON cannot hold: write "{text}", in quotes',
        )


@rule('problem:merge')
def check_merge(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if isinstance(leaf, Leaf):
        yield finding_at(
            'merge-value',
            leaf,
            'the merge key << takes a mapping, or a list of mappings: '
            'write *name, the alias of one, or remove <<',
        )


def _fits(text: str, type: Optional[str]) -> bool:
    """Whether a text would be of the type if it had no quotes."""
    if type == 'boolean':
        return text in ('true', 'false')
    if type not in ('number', 'integer') or not _NUMBER.match(text):
        return False
    return type == 'number' or float(text).is_integer()


def _wanted(schema: dict[str, Any]) -> str:
    form = schema.get('format')
    if form in ('calico-port', 'int-or-string'):
        return 'a number or a text'
    if form == 'calico-protocol':
        return 'a name or a number'
    return {
        'object': 'a mapping',
        'array': 'a list',
        'string': 'text',
        'integer': 'a whole number',
        'number': 'a number',
        'boolean': 'true or false',
    }.get(schema.get('type', 'string'), 'text')


def _given(leaf: Leaf) -> str:
    if isinstance(leaf.node, MappingNode):
        return 'a mapping'
    if isinstance(leaf.node, SequenceNode):
        return 'a list'
    if isinstance(leaf.value, bool):
        return f'the boolean {str(leaf.value).lower()}'
    if isinstance(leaf.value, float) and leaf.value - leaf.value != 0:
        return f'{quoted(leaf.scalar.value)}, which JSON cannot hold'
    if isinstance(leaf.value, (int, float)):
        return f'the number {leaf.value}'
    return f'the text {quoted(leaf.text)}'
