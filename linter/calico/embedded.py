"""Calico's objects inside documents that are somebody else's, and where they are in them.

A kustomization may hold a patch. Whoever asks for it gets what other objects bring into a cluster,
too: a ConfigMap with a policy in it, a HelmRelease with one among its values, an Ansible task.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.calico.lists import ListFinding, owned_mapping
from linter.calico.ownership import CalicoObject, field, text_of
from linter.calico.patches import PatchTarget, target_of
from linter.calico.prefilter import mentions
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from linter.yaml.scalars import BadTag, resolve


class Inner(NamedTuple):
    """Something of Calico's: objects, or the text of documents, in a document of another kind.

    ``path`` is where in that document. ``target`` is what a patch is for, where that is said;
    ``is_base64``: the text is base64, as the data of a Secret are.
    """

    path: str
    objects: tuple[CalicoObject | ListFinding, ...] = ()
    text: Scalar | None = None
    operations: SequenceNode | None = None
    is_patch: bool = False
    target: PatchTarget | None = None
    is_base64: bool = False


_Way = tuple[str, ...]
# Where patches are written: `*` is any item or key. The last step but one holds the target.
_PATCHES: dict[str, tuple[_Way, ...]] = {
    # Kustomize's own file need not say its kind.
    '': (
        ('patches', '*', 'patch'),
        ('patchesStrategicMerge', '*'),
        ('patchesJson6902', '*', 'patch'),
    ),
    # Flux: https://fluxcd.io/flux/components/kustomize/kustomizations/
    'kustomize.toolkit.fluxcd.io': (
        ('spec', 'patches', '*', 'patch'),
        ('spec', 'patchesStrategicMerge', '*'),
        ('spec', 'patchesJson6902', '*', 'patch'),
    ),
    # Argo CD: https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/
    'argoproj.io': (
        ('spec', 'source', 'kustomize', 'patches', '*', 'patch'),
        ('spec', 'sources', '*', 'kustomize', 'patches', '*', 'patch'),
        ('spec', 'template', 'spec', 'source', 'kustomize', 'patches', '*', 'patch'),
    ),
}
_KUSTOMIZE = ('kustomize.config.k8s.io', '')
_KUSTOMIZE_KINDS = ('', 'Kustomization', 'Component')

# What holds whole objects, by kind; `**` is anything at any depth.
_HOSTS: dict[str, tuple[_Way, ...]] = {
    'ConfigMap': (('data', '*'),),
    'Secret': (('stringData', '*'), ('data', '*')),
    # Helm's values, as Flux, k3s and Argo CD take them.
    'HelmRelease': (('spec', 'values', '**'),),
    'HelmChart': (('spec', 'valuesContent'), ('spec', 'values', '**')),
    'HelmChartConfig': (('spec', 'valuesContent'),),
    'Application': (
        ('spec', 'source', 'helm', 'values'),
        ('spec', 'source', 'helm', 'valuesObject', '**'),
        ('spec', 'sources', '*', 'helm', 'values'),
        ('spec', 'sources', '*', 'helm', 'valuesObject', '**'),
    ),
    'ApplicationSet': (
        ('spec', 'template', 'spec', 'source', 'helm', 'values'),
        ('spec', 'template', 'spec', 'source', 'helm', 'valuesObject', '**'),
        ('spec', 'template', 'spec', 'sources', '*', 'helm', 'values'),
        ('spec', 'template', 'spec', 'sources', '*', 'helm', 'valuesObject', '**'),
        ('spec', 'templatePatch'),
    ),
    # Crossplane: https://github.com/crossplane-contrib/provider-kubernetes
    'Object': (('spec', 'forProvider', 'manifest'),),
    'Composition': (('spec', 'resources', '*', 'base', '**'), ('spec', 'pipeline', '**')),
    # Open Cluster Management: https://open-cluster-management.io/docs/concepts/work-distribution/
    'ManifestWork': (('spec', 'workload', 'manifests', '*'),),
    'ManifestWorkReplicaSet': (('spec', 'manifestWorkTemplate', 'workload', 'manifests', '*'),),
    'Policy': (('spec', 'policy-templates', '**'),),
    # Cluster API refers to ConfigMaps and Secrets; some write the objects there themselves.
    'ClusterResourceSet': (('spec', 'resources', '**'),),
}
_SECRET_WAY: _Way = ('data', '*')
# kubernetes.core.k8s and its relatives: the objects of a task.
_ANSIBLE = ('definition', 'resource_definition')
_DEEPEST = 60


def patches_in(root: Node) -> list[Inner]:
    """The patches that a kustomization has in its own text."""
    if not isinstance(root, MappingNode):
        return []
    group = text_of(field(root, 'apiVersion')).partition('/')[0]
    kind = text_of(field(root, 'kind'))
    if group in _KUSTOMIZE and kind in _KUSTOMIZE_KINDS:
        group = ''
    elif group not in _PATCHES or not group:
        return []
    found: list[Inner] = []
    for way in _PATCHES[group]:
        for path, node, above in _along(root, way):
            target = field(above, 'target') if isinstance(above, MappingNode) else None
            found += _patch(path, node, None if target is None else target_of(target[1]))
    return found


def _patch(path: str, node: Node, target: PatchTarget | None) -> Iterator[Inner]:
    if isinstance(node, Scalar):
        # A name of a file is one line.
        if '\n' in node.value.strip() or node.value.lstrip().startswith(('{', '[')):
            yield Inner(path, text=node, is_patch=True, target=target)
    elif isinstance(node, SequenceNode):
        if target is not None:
            yield Inner(path, operations=node, is_patch=True, target=target)
    else:
        objects = tuple(owned_mapping(node))
        if objects:
            yield Inner(path, objects=objects, is_patch=True)


def objects_in(root: Node) -> list[Inner]:
    """What of Calico's objects another object, or a list of Ansible's tasks, brings along."""
    found: list[Inner] = []
    if isinstance(root, SequenceNode):
        for path, node in _tasks(root):
            found += _whole(path, node)
        return found
    if not isinstance(root, MappingNode):
        return []
    kind = text_of(field(root, 'kind'))
    if kind == 'List' or (kind.endswith('List') and kind[:-4] in _HOSTS):
        items = field(root, 'items')
        for number, item in enumerate(_children(None if items is None else items[1])):
            found += (one._replace(path=f'items[{number}].{one.path}') for one in objects_in(item))
        return found
    for way in _HOSTS.get(kind, ()):
        for path, node, _ in _along(root, way):
            if kind == 'Secret' and way == _SECRET_WAY:
                if isinstance(node, Scalar) and node.value:
                    found.append(Inner(path, text=node, is_base64=True))
            else:
                found += _whole(path, node)
    return found


def objects_in_values(root: Node | None) -> Iterator[CalicoObject | ListFinding]:
    """The objects in a text that is no object itself, as Helm's values are."""
    if isinstance(root, MappingNode) and not any(True for _ in owned_mapping(root)):
        for _, node, _ in _below('', root, None):
            if isinstance(node, MappingNode):
                yield from owned_mapping(node)


def _whole(path: str, node: Node) -> Iterator[Inner]:
    """The objects in a node, or the text of some."""
    if isinstance(node, Scalar):
        is_long = '\n' in node.value or node.value.lstrip().startswith(('{', '['))
        if is_long and mentions(node.value) and _is_text(node):
            yield Inner(path, text=node)
    elif isinstance(node, MappingNode):
        objects = tuple(owned_mapping(node))
        if objects:
            yield Inner(path, objects=objects)
    else:
        for number, item in enumerate(node.items):
            yield from _whole(f'{path}[{number}]', item)


def _is_text(node: Scalar) -> bool:
    try:
        return isinstance(resolve(node), str)
    except BadTag:
        return False


def _along(root: Node, way: _Way) -> Iterator[tuple[str, Node, Node | None]]:
    """The nodes at the end of a way, with their paths, and what holds each of them."""
    waiting: list[tuple[str, Node, Node | None, int]] = [('', root, None, 0)]
    while waiting:
        path, node, above, step = waiting.pop()
        if step == len(way):
            yield path, node, above
            continue
        word = way[step]
        if word == '**':
            yield from _below(path, node, above)
            continue
        for name, child in reversed(list(_named(node))):
            if word in ('*', name):
                inside = name if name.startswith('[') else f'.{name}'
                waiting.append((f'{path}{inside}'.lstrip('.'), child, node, step + 1))


def _below(path: str, node: Node, above: Node | None) -> Iterator[tuple[str, Node, Node | None]]:
    """A node and all that it holds, but for what is in objects of Calico's; each once."""
    waiting: list[tuple[str, Node, Node | None, int]] = [(path, node, above, 0)]
    seen: set[int] = set()
    while waiting:
        at, one, holder, depth = waiting.pop()
        if id(one) in seen or depth > _DEEPEST:
            continue
        seen.add(id(one))
        if isinstance(one, SequenceNode):
            pass
        elif isinstance(one, Scalar) or any(True for _ in owned_mapping(one)):
            yield at, one, holder
            continue
        for name, child in reversed(list(_named(one))):
            inside = name if name.startswith('[') else f'.{name}'
            waiting.append((f'{at}{inside}', child, one, depth + 1))


def _named(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MappingNode):
        yield from ((key.value, value) for key, value in node.entries)
    elif isinstance(node, SequenceNode):
        yield from ((f'[{number}]', item) for number, item in enumerate(node.items))


def _children(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, SequenceNode) else []


def _tasks(root: SequenceNode) -> Iterator[tuple[str, Node]]:
    """The definitions of objects in plays and tasks."""
    waiting: list[tuple[str, Node, int]] = [('', root, 0)]
    seen: set[int] = set()
    while waiting:
        path, node, depth = waiting.pop()
        if id(node) in seen or depth > _DEEPEST or isinstance(node, Scalar):
            continue
        seen.add(id(node))
        for name, child in reversed(list(_named(node))):
            inside = (path + (name if name.startswith('[') else f'.{name}')).lstrip('.')
            if name in _ANSIBLE:
                yield inside, child
            else:
                waiting.append((inside, child, depth + 1))
