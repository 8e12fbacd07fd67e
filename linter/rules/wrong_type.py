"""A value is of another type than its field.

A list where a mapping is wanted, text where a number is wanted (`order: "100"`), a mapping
where a selector is wanted. The document is refused. calicoctl turns numbers and booleans into text
where text is wanted; kubectl with CRDs does not.

A rule that lost its `- ` is a mapping where a list is wanted; words behind a value are a comment
that lost its `#`.

The fix is safe where a value has one possible right form: a number without its quotes, one item as
a list. The fix is unsafe where the value may have meant something else.

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

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document, once
from linter.calico.misplaced import in_metadata, is_label_selector
from linter.calico.repair import unquote
from linter.calico.right_value import right_value
from linter.calico.values import Array, Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.edit import Fix
from linter.text.lazy_regex import lazy
from linter.text.suggest import listing, quoted
from linter.yaml.nodes import MappingNode, Scalar, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GROUP = 'fields'

# A number that is the same in YAML, in JSON and to the eye: not 010, which is 8 in YAML.
_NUMBER = lazy(r'-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z')
_TIME = lazy(
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
    if leaf.name == 'types' and isinstance(leaf.node, MappingNode) and _is_repeated(leaf, document):
        return  # the first one speaks for all the rules that stand there
    wanted = _wanted(problem.schema)
    name = leaf.name if leaf.index < 0 else f'an item of {leaf.name}'
    found = right_value(problem, document)
    advice, fix = found if found is not None else _as_it_is(problem, leaf, document, wanted)
    if problem.schema.get('format') == 'calico-selector':
        wanted = 'text'
    yield finding_at(fact, leaf, f'{name} is {wanted}, not {_given(leaf)}: {advice}', fix=fix)


def _as_it_is(
    problem: Problem, leaf: Leaf, document: Document, wanted: str
) -> tuple[str, Fix | None]:
    """The advice where the value is to be written with other quotes, or nothing is known of it."""
    node = leaf.node
    type = problem.schema.get('type')
    if problem.schema.get('format') == 'calico-selector':
        return "write a selector such as role == 'web'", None
    if isinstance(node, Scalar) and isinstance(leaf.value, str) and node.style:
        plain = leaf.value.rstrip('\n')
        if _fits(plain, type):
            fix = unquote(document.source.text, leaf, plain)
            return f'write {plain}, without quotes', fix
    elif isinstance(node, Scalar) and type == 'string' and 'enum' in problem.schema:
        return f'write {listing(problem.schema["enum"])}', None
    elif isinstance(node, Scalar) and type == 'string' and node.value:
        return f"write '{node.value}', in quotes", None
    return f'write {wanted}', None


def _is_repeated(leaf: Leaf, document: Document) -> bool:
    """Whether an item before this one is a mapping, too."""
    array = leaf.parent
    if not isinstance(array, Array):
        return False
    first = _first_mappings(document)
    if id(array) not in first:
        first[id(array)] = next(
            item.index for item in array.items if isinstance(item.node, MappingNode)
        )
    return first[id(array)] < leaf.index


@once
def _first_mappings(document: Document) -> dict[int, int]:
    """Of the lists that were asked, by identity, the index of the first mapping: see once."""
    return {}


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
    from calendar import monthrange  # hardly ever needed

    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year or 2000, month)[1]:
        return False  # year 0 exists for Go, and is a leap year like 2000
    return hour < 24 and minute < 60 and second < 60


@rule('problem:null-item')
def check_null(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if isinstance(leaf, Leaf):
        yield finding_at(
            'null-item', leaf, f'an item of {leaf.name} is empty: write what is missing'
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


def _fits(text: str, type: str | None) -> bool:
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
