"""What in a document is Calico's: itself, the items of a sequence, the items of a List."""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decode import Compiler
from linter.calico.decoded import Decode, Decoded, Problem
from linter.calico.kinds import API_VERSIONS, KINDS, UNMISTAKABLE, V1_KINDS
from linter.calico.ownership import (
    CalicoObject,
    classify,
    field,
    first_span,
    folded_field,
    in_group,
    span_of,
    text_of,
    value_span,
)
from linter.calico.schema_files import Schema
from linter.calico.target import DEFAULT_VERSION, LANES
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.start import remembered
from linter.text.suggest import nearest, quoted
from linter.yaml.nodes import MappingNode, Node, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class ListFinding(NamedTuple):
    """A finding about the list that holds the items, not about one of them."""

    node: MappingNode
    finding: Finding
    api: str = 'v3'


UNRELEASED = (
    'projectcalico.org/v2 was never released, and no cluster serves it: write projectcalico.org/v3'
)


_TEXT: Schema = {'type': 'string'}
# A typed list as Kubernetes' ListMeta has it; the items are read one by one.
_LIST: Schema = {
    'properties': {
        'apiVersion': _TEXT,
        'kind': _TEXT,
        'metadata': {
            'type': 'object',
            'title': 'ListMeta',
            'properties': {
                'selfLink': _TEXT,
                'resourceVersion': _TEXT,
                'continue': _TEXT,
                'remainingItemCount': {'type': 'integer'},
            },
        },
        'items': {'type': 'array'},
    }
}
_FACTS = {
    'unknown': 'list-field',
    'type': 'list-type',
    'duplicate': 'duplicate-key',
    'merge-override': 'merge-override',
    'case-duplicate': 'case-duplicate',
    'case': 'field-case',
    'merge': 'merge-value',
    'key': 'yaml-key',
    'infinite': 'yaml-value',
    'bad-tag': 'yaml-value',
}


def owned(root: Node) -> Iterator[CalicoObject | ListFinding]:
    """What is Calico's in a document: itself, the items of a sequence, the items of a List."""
    if isinstance(root, SequenceNode):
        yield from _sequence(root)
    elif isinstance(root, MappingNode):
        yield from owned_mapping(root)


def _sequence(root: SequenceNode) -> Iterator[CalicoObject | ListFinding]:
    """A list of documents, which only calicoctl reads: if one item is Calico's, all have to be."""
    found = [
        (item, list(owned_mapping(item, in_sequence=True)) if isinstance(item, MappingNode) else [])
        for item in root.items
    ]
    if not any(results for _, results in found):
        return
    for item, results in found:
        for result in results:
            if isinstance(result, CalicoObject):
                result = result._replace(in_sequence=True)
            yield result
        if not results:
            yield _not_an_object(item)


def _not_an_object(item: Node) -> ListFinding:
    if isinstance(item, MappingNode):
        kind = text_of(field(item, 'kind'))
        version = text_of(field(item, 'apiVersion'))
        what = f'{kind} of {version or "no apiVersion"} is none' if kind else 'this one has no kind'
        message = f'{_EACH}, and {what}: {_ELSEWHERE}'
        finding = Finding('sequence-item', first_span(item), message, about='')
        return ListFinding(item, finding)
    node = MappingNode(True, None, item.start, item.start)
    node.end = item.end
    what = 'a list' if isinstance(item, SequenceNode) else 'a scalar'
    finding = Finding('sequence-item', span_of(item), f'{_EACH}, and {what} is none: remove it')
    return ListFinding(node, finding)


_EACH = 'calicoctl reads each item of this list of documents as an object of Calico'
_ELSEWHERE = 'write it as a document of its own'


def owned_mapping(
    node: MappingNode, in_sequence: bool = False
) -> Iterator[CalicoObject | ListFinding]:
    kind = text_of(field(node, 'kind'))
    version = text_of(field(node, 'apiVersion'))
    if kind == 'List':
        yield from _untyped(node, version)
    elif kind.endswith('List') and kind[:-4] in KINDS:
        yield from _typed(node, kind, version, in_sequence)
    elif (
        kind.endswith('List')
        and kind not in V1_KINDS
        and (nearest(kind[:-4], KINDS) is None or not in_group(version))
    ):
        return
    else:
        found = [] if kind or not version else list(_kindless(node))
        one = classify(node) if not found else None
        yield from found
        if one is not None:
            yield one


def _kindless(node: MappingNode) -> Iterator[CalicoObject | ListFinding]:
    """A list that does not say that it is one."""
    items = field(node, 'items')
    if items is None or not isinstance(items[1], SequenceNode):
        return
    mappings = [item for item in items[1].items if isinstance(item, MappingNode)]
    ours = [one for one in map(classify, mappings) if one is not None]
    if ours:
        kinds = {one.kind for one in ours}
        advice = 'write each item as a document of its own'
        if len(kinds) == 1 and len(ours) == len(items[1].items) and None not in kinds:
            advice = f'write apiVersion: {API_VERSIONS["v3"]} and kind: {ours[0].kind}List'
        message = f'the document has items and no kind: {advice}'
        yield ListFinding(node, Finding('kind-missing', first_span(node), message, about=''))
        yield from ours


def _untyped(node: MappingNode, version: str) -> Iterator[CalicoObject | ListFinding]:
    """A List of Kubernetes, whose items may be anybody's."""
    found = in_group(version)
    for item in _items(node):
        for result in owned_mapping(item) if isinstance(item, MappingNode) else ():
            found = True
            yield result
    kind = field(node, 'kind')
    if found and kind is not None:
        yield ListFinding(
            node,
            Finding(
                'list-kind',
                value_span(kind),
                "'List' is not a kind to calicoctl: use separate documents, or a typed list "
                'such as NetworkPolicyList',
            ),
        )


def _typed(
    node: MappingNode, kind: str, version: str, in_sequence: bool
) -> Iterator[CalicoObject | ListFinding]:
    """A list of one kind, such as NetworkPolicyList."""
    item_kind = kind[:-4]
    items = list(_items(node))
    is_calicos = in_group(version)
    if (
        not is_calicos
        and item_kind not in UNMISTAKABLE
        and not any(_is_of_the_group(item) for item in items)
    ):
        return
    kind_entry, version_entry = field(node, 'kind'), field(node, 'apiVersion')
    if in_sequence and kind_entry is not None:
        yield ListFinding(
            node,
            Finding(
                'list-in-sequence',
                value_span(kind_entry),
                f'calicoctl does not read a {kind} inside a list of documents: '
                'write its items there',
            ),
        )
    api = {known: api for api, known in API_VERSIONS.items()}.get(version)
    if api is None:
        yield _wrong_version(node, kind, version)
    elif api == 'v2':
        assert version_entry is not None
        # Items that leave their API to the list have no other place to hear of it.
        if any(isinstance(item, MappingNode) and not field(item, 'apiVersion') for item in items):
            finding = Finding('v2-unreleased', value_span(version_entry), UNRELEASED)
            yield ListFinding(node, finding, api='v2')
    elif api == 'v3':
        yield from _misfits(node, kind)
    if not items and api == 'v3' and kind_entry is not None:
        message = f'calicoctl finds nothing in this {kind}: write its items, or remove it'
        yield ListFinding(node, Finding('list-empty', value_span(kind_entry), message))
    for item in items:
        if not isinstance(item, MappingNode):
            if api == 'v3':
                message = f'an item of a {kind} is a {item_kind}: write one, or remove it'
                yield ListFinding(node, Finding('list-type', span_of(item), message))
            continue
        result = classify(item, version if is_calicos else API_VERSIONS['v3'], item_kind)
        if result is not None:
            yield result
            if api == 'v3':
                yield from _nameless(item, kind)


def has_kind(root: Node | None) -> bool:
    """Whether a document says what it is, be it Calico's or not."""
    return isinstance(root, MappingNode) and bool(text_of(field(root, 'kind')))


def _items(node: MappingNode) -> list[Node]:
    items = field(node, 'items') or folded_field(node, 'items')
    return items[1].items if items is not None and isinstance(items[1], SequenceNode) else []


def _is_of_the_group(item: Node) -> bool:
    return isinstance(item, MappingNode) and in_group(text_of(field(item, 'apiVersion')))


def _wrong_version(node: MappingNode, kind: str, version: str) -> ListFinding:
    entry = field(node, 'apiVersion')
    wanted = API_VERSIONS['v3']
    if entry is None:
        message = f'{kind} has no apiVersion: write apiVersion: {wanted}'
        return ListFinding(node, Finding('api-version', first_span(node), message, about=''))
    message = f'{quoted(version)} has no kind {kind} of Calico: write apiVersion: {wanted}'
    return ListFinding(node, Finding('api-version', value_span(entry), message))


def _nameless(item: MappingNode, kind: str) -> Iterator[ListFinding]:
    """calicoctl 3.33.0 and older crash on an item that leaves its kind to the list."""
    missing = [name for name in ('apiVersion', 'kind') if field(item, name) is None]
    if missing:
        yield ListFinding(
            item,
            Finding(
                'list-item-kind',
                first_span(item),
                f'calicoctl crashes on an item of a {kind} without {" and ".join(missing)} of its '
                'own: add them',
                about='',
            ),
        )


def _misfits(node: MappingNode, kind: str) -> Iterator[ListFinding]:
    """What is wrong with a typed list around its items."""
    bare = MappingNode(node.flow, node.tag, node.start, node.outer)
    bare.end = node.end
    for key, value in node.entries:
        if isinstance(value, SequenceNode) and key.value.lower() == 'items':
            empty = SequenceNode(value.flow, value.tag, value.start, value.outer)
            empty.end = value.end
            bare.entries.append((key, empty))
        else:
            bare.entries.append((key, value))
    lane = LANES['api']
    context = Decoded(lane)
    _decoder()(context, bare, (None, None, kind, -1))
    for problem in context.problems:
        fact = _FACTS.get(problem.kind)
        if fact is not None:
            yield ListFinding(node, _finding(fact, problem, kind))


@remembered()
def _decoder() -> Decode:
    return Compiler(_LIST, DEFAULT_VERSION, LANES['api']).root('List')


def _finding(fact: str, problem: Problem, kind: str) -> Finding:
    name = quoted(problem.name)
    related: tuple[tuple[Span, str], ...] = ()
    place = problem.key
    if problem.kind in ('type', 'merge', 'infinite', 'bad-tag') and problem.value is not None:
        span = problem.value.span
    else:
        span = span_of(place) if place is not None else Span(0, 0)
    if problem.first is not None:
        related = ((span_of(problem.first), 'the other one'),)
    message = {
        'unknown': f'{name} is not a field of a {kind}: remove it, or write it in an item',
        'type': f'{problem.name} of a {kind} is of another type: '
        + ('write a list of objects' if problem.name == 'items' else 'change or remove it'),
        'duplicate': f'{name} is set twice in this list, and only the last one counts: '
        'merge the two or remove one',
        'merge-override': f'{name} is also set by a merge key (<<), which calicoctl 3.32 and newer '
        'refuse: write the fields out',
        'case-duplicate': f'{name} is there in two letter cases: remove one of them',
        'case': f'this is not spelt as Calico spells it: write {problem.name}',
        'merge': 'the merge key << takes a mapping: remove it',
        'key': 'a key must be text: write the name of a field, in quotes if need be',
        'infinite': 'JSON cannot hold this number: write it in quotes',
        'bad-tag': 'the value is not of the type that its YAML tag says: remove the tag',
    }[problem.kind]
    return Finding(fact, span, message, related=related)
