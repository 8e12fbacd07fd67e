"""What an unknown key was meant to be: another API's field, a near miss, or a field elsewhere."""

from __future__ import annotations

from functools import lru_cache
from typing import Optional

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.kinds import ENTERPRISE_FIELDS, KUBERNETES_FIELDS, V1_FIELDS
from linter.calico.values import Container, Object, Value
from linter.diagnostic import MistakeKey
from linter.text.suggest import nearest
from linter.yaml.nodes import MappingNode, Scalar

# An anchored rule may stand in both directions, an entity on both sides: one name for both.
_NAMES = {
    'Rule': 'a rule',
    'EntityRule': 'a source or destination',
    'Metadata': 'metadata',
    'ICMP': 'an icmp match',
    'HTTPMatch': 'an http match',
    'HTTPPath': 'an http path',
    'ServiceMatch': 'a services match',
    'ServiceAccountMatch': 'a serviceAccounts match',
    'RuleMetadata': "a rule's metadata",
    'EndpointPort': 'an endpoint port',
}


def owner_name(owner: Optional[Container], document: Document) -> str:
    """What a user calls the object in which a key stands."""
    if not isinstance(owner, Object) or owner.parent is None:
        return document.kind
    if owner.type == 'Spec':
        article = 'an' if document.kind == 'IPPool' else 'a'
        return f'the spec of {article} {document.kind}'
    return _NAMES.get(owner.type, owner.name)


def in_metadata(value: Value) -> bool:
    """Whether a value is part of the document's own metadata, which is Kubernetes' ObjectMeta."""
    at: Optional[Value] = value
    while at is not None and at.parent is not None:
        if at.name == 'metadata' and at.parent.parent is None:
            # The metadata itself must be a mapping for Calico's schema too.
            return at is not value
        at = at.parent
    return False


def neighbour(problem: Problem, document: Document) -> Optional[str]:
    """Whose field an unknown key is: ``kubernetes``, ``enterprise``, ``v1``, or nobody's."""
    name = problem.name
    owner = problem.owner
    if not isinstance(owner, Object):
        return None
    if owner.type in ('Spec', 'Rule', 'EntityRule') and document.is_policy:
        if name in KUBERNETES_FIELDS:
            return 'kubernetes'
        if (
            name == 'ports'
            and owner.type == 'Rule'
            and not {'source', 'destination'} & set(owner.fields)
            and is_kubernetes(document)
        ):
            return 'kubernetes'
    if name in V1_FIELDS and owner.type == 'EntityRule':
        return 'v1'
    if name in ENTERPRISE_FIELDS and owner.type in ('Spec', 'EntityRule', 'HTTPMatch'):
        return 'enterprise'
    return None


# A document may have as many problems as it has lines, and a rule is called with each of them: so
# what is asked about all of them is found out once. Documents are judged one after another.
_once = lru_cache(maxsize=1)


@_once
def is_kubernetes(document: Document) -> bool:
    """Whether a policy is written with fields of Kubernetes' NetworkPolicy."""
    return any(
        problem.kind == 'unknown' and problem.name in KUBERNETES_FIELDS
        for problem in document.problems
    )


@_once
def kubernetes_problems(document: Document) -> tuple[Problem, ...]:
    """The unknown keys that are fields of Kubernetes' NetworkPolicy, in their order."""
    found = [
        problem
        for problem in document.problems
        if problem.kind == 'unknown'
        and problem.key is not None
        and neighbour(problem, document) == 'kubernetes'
    ]
    return tuple(sorted(found, key=lambda problem: problem.key.start if problem.key else 0))


@_once
def _problems_by_owner(document: Document) -> dict[int, list[Problem]]:
    """What does not fit in each object, by the object's identity."""
    found: dict[int, list[Problem]] = {}
    for problem in document.problems:
        found.setdefault(id(problem.owner), []).append(problem)
    return found


def meant(problem: Problem) -> Optional[str]:
    """The field of the same object that an unknown key resembles."""
    properties = problem.schema.get('properties', {})
    taken = problem.owner.fields if isinstance(problem.owner, Object) else {}
    free = [name for name in properties if name not in taken]
    if problem.name.startswith('!'):
        # The first Calico wrote its negations so; the field that looks like it is the opposite.
        negated = f'not{problem.name[1:]}'.lower()
        return next((name for name in free if name.lower() == negated), None)
    return nearest(problem.name, free)


def right_place(problem: Problem, document: Document) -> Optional[str]:
    """Where a field belongs that stands one level off; a half sentence for the user."""
    name, owner = problem.name, problem.owner
    if not isinstance(owner, Object):
        return None
    if owner.type == 'Rule':
        if name in ('ports', 'notPorts'):
            return f'write it under destination (or source): destination: {{{name}: …}}'
        if name in (
            'nets',
            'notNets',
            'selector',
            'notSelector',
            'namespaceSelector',
            'services',
            'serviceAccounts',
        ):
            side = 'source' if owner.name == 'ingress' else 'destination'
            return f'write it under source or destination, here probably {side}'
        if name in ('types', 'order', 'tier', 'ingress', 'egress'):
            return 'write it one level up, in spec'
    if owner.type == 'EntityRule' and name in (
        'protocol',
        'notProtocol',
        'action',
        'icmp',
        'notICMP',
        'ipVersion',
        'http',
    ):
        return 'write it one level up, in the rule itself'
    if owner.type == 'Spec':
        if (
            name in ('namespaceSelector', 'doNotTrack', 'preDNAT', 'applyOnForward')
            and document.is_policy
        ):
            return 'only a GlobalNetworkPolicy has it, so remove it or change the kind'
        if name == 'stagedAction' and document.is_policy:
            return 'only staged policies have it, so remove it or change the kind'
        if name in ('name', 'namespace', 'labels', 'annotations'):
            return 'write it in metadata'
        if name in ('action', 'source', 'destination', 'protocol') and document.is_policy:
            return 'write it in a rule, under ingress or egress'
    if owner.parent is None:
        if name in ('name', 'namespace', 'labels', 'annotations'):
            return 'write it in metadata'
        if name in ('selector', 'types', 'ingress', 'egress', 'order', 'tier', 'nets'):
            return 'write it in spec'
        if name == 'status':
            return 'the cluster writes it, so remove it'
        if name.startswith('x-'):
            return 'Calico allows no fields of your own, so put the anchor where it is first used'
    if owner.type == 'Metadata' and name in ('selector', 'types', 'order', 'tier'):
        return 'write it in spec'
    return None


def absorbs(problem: Problem, document: Document) -> Optional[Problem]:
    """What a missing field is the same mistake as: an unknown key, or a value that is none."""
    for other in _problems_by_owner(document)[id(problem.owner)]:
        if other.kind == 'unknown':
            near = nearest(other.name, (problem.name,))
            if near is not None or neighbour(other, document) == 'kubernetes':
                return other
        elif other.kind == 'value' and other.name == problem.name:
            return other
    return None


def absorbs_name(document: Document) -> Optional[Problem]:
    """The unknown key of the metadata that is a misspelt ``name``."""
    for problem in _problems_by_owner(document).get(id(document.metadata), ()):
        if problem.kind == 'unknown' and nearest(problem.name, ('name',)) is not None:
            return problem
    return None


def mistake_of(problem: Problem, document: Document) -> MistakeKey:
    """What two findings have in common that are about the same unknown key."""
    if neighbour(problem, document) == 'kubernetes':
        return ('kubernetes', document.root.span.start)  # one finding speaks for all of them
    return ('key', problem.key.start if problem.key is not None else -1)


def is_label_selector(problem: Problem) -> bool:
    """Whether a mapping that stands for a selector is Kubernetes' own kind of selector."""
    node = problem.value.node if problem.value is not None else None
    return (
        problem.schema.get('format') == 'calico-selector'
        and isinstance(node, MappingNode)
        and any(
            isinstance(key, Scalar) and key.value in ('matchLabels', 'matchExpressions')
            for key, _ in node.entries
        )
    )
