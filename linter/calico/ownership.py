"""Whose document is it? What in a YAML document is Calico's, and under which API."""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.kinds import (
    ALIASES,
    API_VERSIONS,
    KINDS,
    OTHER_KINDS,
    UNMISTAKABLE,
    V1_KINDS,
    V2_KINDS,
)
from linter.diagnostic import Finding
from linter.text.edit import Fix
from linter.text.source import Span
from linter.text.suggest import listing, nearest, quoted
from linter.yaml.aliases import is_merge
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)
from linter.yaml.scalars import BadTag, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple, Optional, TypeGuard
else:
    from linter.text.records import NamedTuple

_GROUPS = ('projectcalico.org', 'crd.projectcalico.org')
_CALICO_SPEC = frozenset(('selector', 'types', 'tier', 'order'))
_NULLS = frozenset(('~', 'null', 'Null', 'NULL'))


class CalicoObject(NamedTuple):
    """A document, or an item of a list, that is Calico's.

    ``api`` is ``v3``, ``v2`` or ``raw``. ``kind`` is the kind to judge it as, or None where it is
    passed over (``skipped`` says why) or has no kind that could be judged.
    """

    node: MappingNode
    api: str
    kind: Optional[str]
    skipped: Optional[str]
    findings: tuple[Finding, ...]
    version_key: Optional[Scalar]
    """The key ``apiVersion``, where there is one."""


def field(node: MappingNode, name: str) -> Optional[tuple[Scalar, Node]]:
    """The last entry under a key: of duplicates, be they merged, the last one counts."""
    found: Optional[tuple[Scalar, Node]] = None
    for key, value in node.entries:
        if isinstance(key, Scalar):
            if key.value == name:
                found = key, value
            elif key.value == '<<' and is_merge(key):
                found = _merged(value, name) or found
    return found


def _merged(value: Node, name: str) -> Optional[tuple[Scalar, Node]]:
    """What a merge brings in under a key; of several mappings the first one counts."""
    for source in value.items if isinstance(value, SequenceNode) else (value,):
        found = field(source, name) if isinstance(source, MappingNode) else None
        if found is not None:
            return found
    return None


def _folded(node: MappingNode, name: str) -> Optional[tuple[Scalar, Node]]:
    for key, value in node.entries:
        if isinstance(key, Scalar) and key.value.lower() == name.lower():
            return key, value
    return None


def text_of(entry: Optional[tuple[Scalar, Node]]) -> str:
    """The text of a scalar, ``''`` for anything else; what no tag can hold is as it is written."""
    if entry is None or not isinstance(entry[1], Scalar):
        return ''
    node = entry[1]
    if node.tag is not None:
        try:
            value = resolve(node)
        except BadTag:
            return node.value
        return '' if value is None else value if isinstance(value, str) else node.value
    return '' if node.value in _NULLS and not node.style else node.value


def span_of(node: Node) -> Span:
    return Span(node.start, node.end)


def value_span(entry: tuple[Scalar, Node]) -> Span:
    """The value's token, or of an empty value its key."""
    key, value = entry
    return span_of(value) if value.end > value.start else span_of(key)


def first_span(node: MappingNode) -> Span:
    """The first key of a mapping."""
    return span_of(node.entries[0][0]) if node.entries else span_of(node)


class ListFinding(NamedTuple):
    """A finding about the list that holds the items, not about one of them."""

    node: MappingNode
    finding: Finding
    api: str = 'v3'


V1_API = 'v1 API'
"""Why an object of the API before 3.0 is passed over."""

UNRELEASED = (
    'projectcalico.org/v2 was never released, and no cluster serves it: write projectcalico.org/v3'
)


def owned(root: Node) -> Iterator[CalicoObject | ListFinding]:
    """What is Calico's in a document: itself, the items of a sequence, the items of a List."""
    if isinstance(root, SequenceNode):
        for item in root.items:
            if isinstance(item, MappingNode):
                yield from owned_mapping(item, in_sequence=True)
    elif isinstance(root, MappingNode):
        yield from owned_mapping(root)


def owned_mapping(
    node: MappingNode, in_sequence: bool = False
) -> Iterator[CalicoObject | ListFinding]:
    kind_entry = field(node, 'kind')
    kind = text_of(kind_entry)
    version = text_of(field(node, 'apiVersion'))
    if kind.endswith('List') and kind[:-4] not in KINDS and kind != 'List' and kind not in V1_KINDS:
        near = nearest(kind[:-4], KINDS)
        if near is None or not _in_group(version):
            return
    if kind == 'List' or (kind.endswith('List') and kind[:-4] in KINDS):
        item_kind = kind[:-4]
        if item_kind and not _in_group(version) and item_kind not in UNMISTAKABLE:
            return
        items = field(node, 'items')
        found = False
        if in_sequence and item_kind and kind_entry is not None:
            yield ListFinding(
                node,
                Finding(
                    'list-in-sequence',
                    value_span(kind_entry),
                    f'calicoctl does not read a {kind} inside a list of documents: '
                    'write its items there',
                ),
            )
        version_entry = field(node, 'apiVersion')
        if items is not None and isinstance(items[1], SequenceNode):
            if version_entry is not None and version == API_VERSIONS['v2']:
                yield from _unreleased(node, version_entry, items[1])
            for item in items[1].items:
                if isinstance(item, MappingNode):
                    for result in _item(item, version, item_kind):
                        found = True
                        yield result
        if not item_kind and (found or _in_group(version)) and kind_entry is not None:
            yield ListFinding(
                node,
                Finding(
                    'list-kind',
                    value_span(kind_entry),
                    "'List' is not a kind to calicoctl: use separate documents, or a typed list "
                    'such as NetworkPolicyList',
                ),
            )
        return
    items = field(node, 'items')
    if not kind and version and items is not None and isinstance(items[1], SequenceNode):
        mappings = [item for item in items[1].items if isinstance(item, MappingNode)]
        ours = [one for one in map(classify, mappings) if one is not None]
        if ours:
            kinds = {one.kind for one in ours}
            advice = 'write each item as a document of its own'
            if len(kinds) == 1 and len(ours) == len(items[1].items) and None not in kinds:
                advice = f'write apiVersion: {API_VERSIONS["v3"]} and kind: {ours[0].kind}List'
            message = f'the document has items and no kind: {advice}'
            yield ListFinding(node, Finding('kind-missing', first_span(node), message))
            yield from ours
            return
    found_one = classify(node)
    if found_one is not None:
        yield found_one


def _unreleased(
    node: MappingNode, version: tuple[Scalar, Node], items: SequenceNode
) -> Iterator[ListFinding]:
    """Items that leave their API to the list have no other place to hear of it."""
    if any(isinstance(item, MappingNode) and not field(item, 'apiVersion') for item in items.items):
        yield ListFinding(node, Finding('v2-unreleased', value_span(version), UNRELEASED), api='v2')


def _item(item: MappingNode, version: str, kind: str) -> Iterator[CalicoObject | ListFinding]:
    """An item of a list; of a typed list it may leave out apiVersion and kind."""
    if not kind:
        yield from owned_mapping(item)
        return
    result = classify(item, version, kind)
    if result is not None:
        yield result


def _in_group(version: str) -> bool:
    return version.lower().partition('/')[0] in _GROUPS


def _is_as_written(node: Node, text: str) -> TypeGuard[Scalar]:
    """Whether a scalar's text can be replaced; of base64 the tag would have to go, too."""
    return isinstance(node, Scalar) and node.value == text


def _write(node: Scalar, right: str, applicability: str = 'safe') -> Fix:
    from linter.yaml.edit import write_word

    return write_word(node, right, applicability)


def classify(
    node: MappingNode,
    list_version: str = '',
    list_kind: str = '',
) -> Optional[CalicoObject]:
    """Whether a mapping is Calico's, by its own apiVersion and kind."""
    version_entry = field(node, 'apiVersion')
    kind_entry = field(node, 'kind')
    version = text_of(version_entry) or ('' if version_entry else list_version)
    kind = text_of(kind_entry) or ('' if kind_entry else list_kind)
    findings: list[Finding] = []
    misspelt_version = None
    if version_entry is None and not list_version:
        misspelt_version = _folded(node, 'apiVersion')
        if misspelt_version is not None:
            version = text_of(misspelt_version)
    group, _, number = version.partition('/')
    is_v1 = version == 'v1' and kind in V1_KINDS
    if is_v1:
        version_entry = version_entry or misspelt_version
        assert version_entry is not None
        return CalicoObject(
            node,
            'v3',
            None,
            V1_API,
            (
                Finding(
                    'legacy-v1',
                    value_span(version_entry),
                    f'{quoted(kind)} of apiVersion v1 is the API of Calico before 3.0, which no '
                    'cluster serves any more: write apiVersion projectcalico.org/v3 and '
                    f'kind {V1_KINDS[kind]}',
                ),
            ),
            version_entry[0],
        )
    if not _in_group(version):
        if kind not in UNMISTAKABLE and not _is_calico_network_policy(node, kind, version):
            return None
        api = 'v3'
        wanted = API_VERSIONS['v3']
        if version_entry is None:
            findings.append(
                Finding(
                    'api-version',
                    first_span(node),
                    f'{kind} has no apiVersion: write apiVersion: {wanted}',
                    about='',
                )
            )
        else:
            findings.append(
                Finding(
                    'api-version',
                    value_span(version_entry),
                    f'{quoted(version)} has no kind {kind} of Calico: write apiVersion: {wanted}'
                    if version
                    else f'apiVersion is empty: write apiVersion: {wanted}',
                )
            )
    else:
        api = 'raw' if group.lower() == _GROUPS[1] else 'v3'
        known = {'v1': 'raw'} if api == 'raw' else {'v3': 'v3', 'v2': 'v2'}
        if misspelt_version is not None:
            findings.append(
                Finding(
                    'api-version',
                    span_of(misspelt_version[0]),
                    f'{quoted(misspelt_version[0].value)} is not read as apiVersion: '
                    'write apiVersion',
                    fix=_write(misspelt_version[0], 'apiVersion'),
                )
            )
            api = known.get(number.lower(), api)
        elif number in known and group in _GROUPS:
            api = known[number]
        else:
            assert version_entry is not None or list_version
            entry = version_entry
            api = known.get(number.lower(), api)
            wanted = API_VERSIONS[api]
            if entry is not None:
                message = f'{quoted(version)} is not an API of Calico: write {wanted}'
                if group.lower() == _GROUPS[1] and number.lower() in ('v2', 'v3'):
                    message = f'{quoted(version)} does not exist: write {API_VERSIONS["v3"]}'
                value = entry[1]
                fix = (
                    _write(value, wanted)
                    if version.lower() == wanted and _is_as_written(value, version)
                    else None
                )
                findings.append(Finding('api-version', value_span(entry), message, fix=fix))
    version_key = version_entry[0] if version_entry else None
    if not kind:
        wrong_case = _folded(node, 'kind')
        place = (
            span_of(wrong_case[0])
            if wrong_case
            else (value_span(kind_entry) if kind_entry else first_span(node))
        )
        fix = None
        if wrong_case and not kind_entry:
            message = f'{quoted(wrong_case[0].value)} is not read as kind: write kind'
            fix = _write(wrong_case[0], 'kind')
        else:
            message = 'the document has no kind: write kind: NetworkPolicy, for example'
        about = None if wrong_case or kind_entry else ''
        findings.append(Finding('kind-missing', place, message, fix=fix, about=about))
        kind = text_of(wrong_case)
        if kind not in KINDS:
            return CalicoObject(node, api, None, None, tuple(findings), version_key)
    if api == 'v2' and kind not in V2_KINDS and kind in KINDS:
        return CalicoObject(
            node,
            api,
            None,
            'kinds of projectcalico.org/v2 that are not judged',
            tuple(findings),
            version_key,
        )
    if kind in KINDS:
        return CalicoObject(node, api, kind, None, tuple(findings), version_key)
    if kind in OTHER_KINDS or (kind.endswith('List') and kind[:-4] in OTHER_KINDS):
        return CalicoObject(node, api, None, 'other Calico kinds', tuple(findings), version_key)
    meant = ALIASES.get(kind.lower()) or nearest(kind, KINDS)
    assert kind_entry is not None or list_kind
    if kind_entry is not None:
        fix = None
        if meant is not None:
            what = (
                'is what calicoctl accepts on its command line, not a kind'
                if kind.lower() in ALIASES
                else 'is not a kind of Calico'
            )
            if kind.lower() == meant.lower():
                what = 'is not spelt as Calico spells it'
            message = f'{quoted(kind)} {what}: write {meant}'
            # A guess from the letters may be another kind than was meant.
            is_sure = kind.lower() in ALIASES or kind.lower() == meant.lower()
            if _is_as_written(kind_entry[1], kind):
                fix = _write(kind_entry[1], meant, 'safe' if is_sure else 'unsafe')
        else:
            message = f'{quoted(kind)} is not a kind of Calico: it has {listing(KINDS, "and")}'
        findings.append(Finding('kind-unknown', value_span(kind_entry), message, fix=fix))
    if api == 'v2' and meant not in V2_KINDS:
        meant = None  # that API has no page for it
    return CalicoObject(node, api, meant, None, tuple(findings), version_key)


def _is_calico_network_policy(node: MappingNode, kind: str, version: str) -> bool:
    """A NetworkPolicy under a missing or wrong apiVersion whose spec is written for Calico."""
    if kind != 'NetworkPolicy':
        return False
    group = version.lower().partition('/')[0]
    if '.' in group and not group.endswith('k8s.io') and 'calico' not in group:
        return False  # another project's NetworkPolicy, such as Antrea's
    spec = field(node, 'spec')
    if spec is None or not isinstance(spec[1], MappingNode):
        return False
    for key, value in spec[1].entries:
        if not isinstance(key, Scalar):
            continue
        if key.value in _CALICO_SPEC:
            return True
        if key.value in ('ingress', 'egress') and isinstance(value, SequenceNode):
            for item in value.items:
                if isinstance(item, MappingNode) and field(item, 'action') is not None:
                    return True
    return False
