"""Partial documents: kustomize's strategic merge patches, and lists of JSON patch operations.

https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/
strategic-merge-patch.md, https://www.rfc-editor.org/rfc/rfc6902
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from linter.calico.kinds import API_VERSIONS, KINDS, UNMISTAKABLE
from linter.calico.ownership import field, is_calico_network_policy, text_of
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

OF_ABSENCE = frozenset((
    'action-missing', 'default-tier-order-omitted', 'hep-node', 'hep-target',
    'host-flags-need-applyonforward', 'http-needs-tcp', 'icmp-code-without-type',
    'icmp-needs-protocol', 'kind-missing', 'metadata-missing', 'name-required',
    'named-ports-need-protocol', 'namespace-omitted', 'pool-cidr-missing', 'ports-need-protocol',
    'required', 'services-name-missing', 'services-namespace-missing', 'spec-missing',
    'tier-order-omitted', 'tier-prefix-required', 'tier-prefix-stored', 'types-by-presence',
    'types-omitted',
))  # fmt: skip
"""Facts of what a document does not say, which a patch leaves to what it is applied to."""

_DIRECTIVES = ('$patch', '$retainKeys')
_DIRECTIVE_PREFIXES = ('$deleteFromPrimitiveList/', '$setElementOrder/')
# What changes the value at a path; `test` only looks at it, and the others have none.
_WRITING = ('add', 'replace')
# Steps of a path that are looked at; no field lies half as deep.
_DEEPEST = 30


class PatchTarget(NamedTuple):
    """The objects that a JSON patch is for.

    A NetworkPolicy without a group is only ``maybe`` Calico's: Kubernetes has that kind, too.
    ``name`` is that of the object, '' where there may be several.
    """

    api_version: str
    kind: str
    maybe: bool = False
    name: str = ''


def target_of(node: Node | None) -> PatchTarget | None:
    """The target of a patch in a kustomization, None where it need not be Calico's."""
    if not isinstance(node, MappingNode):
        return None
    group, kind = text_of(field(node, 'group')), text_of(field(node, 'kind'))
    version, name = text_of(field(node, 'version')), text_of(field(node, 'name'))
    if not name.replace('-', '').isalnum():
        name = ''  # an expression, or nothing
    if kind not in KINDS:
        return None
    if group.startswith('crd.'):
        default = API_VERSIONS['raw']
    elif group == 'projectcalico.org' or (not group and kind in UNMISTAKABLE):
        default = API_VERSIONS['v3']
    elif not group and kind == 'NetworkPolicy':
        return PatchTarget(API_VERSIONS['v3'], kind, version != 'v3', name)
    else:
        return None
    group, _, known = default.partition('/')
    return PatchTarget(f'{group}/{version or known}', kind, name=name)


def has_directives(node: MappingNode) -> bool:
    """Whether a document says itself that it is a strategic merge patch."""
    return any(
        key.value == '$patch'
        for one in walk(node)
        if isinstance(one, MappingNode)
        for key, _ in one.entries
    )


def without_directives(node: MappingNode) -> MappingNode:
    """What a strategic merge patch says, without the words to the one who merges it."""
    return _Strip().mapping(node, is_top=True)


class _Strip:
    """Copies a tree; what is reached on several ways is copied once."""

    def __init__(self) -> None:
        self.known: dict[int, Node] = {}

    def node(self, node: Node) -> Node:
        if isinstance(node, Scalar):
            return node
        done = self.known.get(id(node))
        if done is None:
            done = self.mapping(node) if isinstance(node, MappingNode) else self.sequence(node)
        return done

    def mapping(self, node: MappingNode, is_top: bool = False) -> MappingNode:
        copy = MappingNode(node.flow, node.tag, node.start, node.outer)
        copy.end = node.end
        self.known[id(node)] = copy
        for key, value in node.entries:
            if key.value in _DIRECTIVES or key.value.startswith(_DIRECTIVE_PREFIXES):
                continue
            if isinstance(value, MappingNode) and _directive(value) == 'delete':
                continue
            copy.entries.append((key, self.node(value)))
        return copy

    def sequence(self, node: SequenceNode) -> SequenceNode:
        copy = SequenceNode(node.flow, node.tag, node.start, node.outer)
        copy.end = node.end
        self.known[id(node)] = copy
        for item in node.items:
            # Such an item names what is to go, or says that the list replaces the other one.
            if not (isinstance(item, MappingNode) and _directive(item)):
                copy.items.append(self.node(item))
            elif _directive(item) == 'merge' and isinstance(item, MappingNode):
                copy.items.append(self.mapping(item))
        return copy


def _directive(node: MappingNode) -> str:
    return text_of(field(node, '$patch'))


def is_json_patch(root: Node | None) -> bool:
    """Whether this is a list of operations on paths."""
    return (
        isinstance(root, SequenceNode)
        and bool(root.items)
        and all(
            isinstance(item, MappingNode)
            and field(item, 'op') is not None
            and field(item, 'path') is not None
            for item in root.items
        )
    )


def is_for_calico(root: SequenceNode, target: PatchTarget) -> bool:
    """Whether operations change an object of Calico's, by its target or by what they write."""
    return not target.maybe or any(
        is_calico_network_policy(node, target.kind, '') or _has_sides(node)
        for node in json_patched(root, target)
    )


def _has_sides(node: MappingNode) -> bool:
    """Whether a rule of a partial policy has a source or a destination, as Kubernetes' have not."""
    spec = field(node, 'spec')
    if spec is None or not isinstance(spec[1], MappingNode):
        return False
    return any(
        isinstance(rule, MappingNode) and field(rule, side) is not None
        for key, rules in spec[1].entries
        if key.value in ('ingress', 'egress') and isinstance(rules, SequenceNode)
        for rule in rules.items
        for side in ('source', 'destination')
    )


def json_patched(root: SequenceNode, target: PatchTarget) -> Iterator[MappingNode]:
    """For each operation the partial document that has what it writes, at its path.

    The names in the path are keys at their places in it.
    """
    for item in root.items:
        if not isinstance(item, MappingNode):
            continue
        path, op = field(item, 'path'), text_of(field(item, 'op'))
        place = None if path is None else path[1]
        if not isinstance(place, Scalar) or not place.value.startswith('/'):
            continue
        value = field(item, 'value')
        written = value[1] if op in _WRITING and value is not None else None
        yield _document(place, written, target)


def _document(place: Scalar, value: Node | None, target: PatchTarget) -> MappingNode:
    names = list(islice(_names(place), _DEEPEST))
    if value is None:
        while names and _is_index(names[-1].value):
            names.pop()
    node: Node = (
        value if value is not None else Scalar('', '', None, place.end, place.end, place.end)
    )
    for name in reversed(names):
        if _is_index(name.value):
            items = SequenceNode(True, None, place.start, place.outer)
            items.items.append(node)
            items.end = place.end
            node = items
        else:
            node = _mapping(place, [(name, node)])
    root = node if isinstance(node, MappingNode) else _mapping(place, [])
    said = {key.value for key, _ in root.entries}
    for key, text in (('apiVersion', target.api_version), ('kind', target.kind)):
        if key not in said:
            word = Scalar(key, '', None, place.start, place.end, place.outer)
            right = Scalar(text, '"', None, place.start, place.end, place.outer)
            root.entries.append((word, right))
    return root


def _mapping(place: Scalar, entries: list[tuple[Scalar, Node]]) -> MappingNode:
    node = MappingNode(False, None, place.start, place.outer)
    node.entries = entries
    node.end = place.end
    return node


def _names(place: Scalar) -> Iterator[Scalar]:
    """The steps of a path; where it is written plainly, each stands at its own place."""
    is_plain = place.end - place.start - 2 * bool(place.style) == len(place.value)
    at = place.start + bool(place.style) + 1
    for step in place.value[1:].split('/'):
        start, end = (at, at + len(step)) if is_plain else (place.start, place.end)
        at += len(step) + 1
        name = step.replace('~1', '/').replace('~0', '~')
        yield Scalar(name, '"', None, start, max(end, start), start)


def _is_index(name: str) -> bool:
    return name == '-' or (name.isascii() and name.isdigit())
