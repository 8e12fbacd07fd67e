"""What an unknown key was meant to be: another API's field, a near miss, or a field elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from linter.calico.decoded import Problem
from linter.calico.document import Document, once
from linter.calico.kinds import ENTERPRISE_FIELDS, KUBERNETES_FIELDS, V1_FIELDS
from linter.calico.values import Container, Object, Value
from linter.calico.words import look_up
from linter.diagnostic import MistakeKey
from linter.text.lazy_regex import lazy
from linter.text.suggest import distance, nearest
from linter.yaml.nodes import MappingNode, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

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


def owner_name(owner: Container | None, document: Document) -> str:
    """What a user calls the object in which a key stands."""
    if not isinstance(owner, Object) or owner.parent is None:
        return document.kind
    if owner.type == 'Spec':
        article = 'an' if document.kind == 'IPPool' else 'a'
        return f'the spec of {article} {document.kind}'
    return _NAMES.get(owner.type, owner.name)


def in_metadata(value: Value) -> bool:
    """Whether a value is part of the document's own metadata, which is Kubernetes' ObjectMeta."""
    at: Value | None = value
    while at is not None and at.parent is not None:
        if at.name == 'metadata' and at.parent.parent is None:
            # The metadata itself must be a mapping for Calico's schema too.
            return at is not value
        at = at.parent
    return False


def neighbour(problem: Problem, document: Document) -> str | None:
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


@once
def is_kubernetes(document: Document) -> bool:
    """Whether a policy is written with fields of Kubernetes' NetworkPolicy."""
    return any(
        problem.kind == 'unknown' and problem.name in KUBERNETES_FIELDS
        for problem in document.problems
    )


@once
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


@once
def _problems_by_owner(document: Document) -> dict[int, list[Problem]]:
    """What does not fit in each object, by the object's identity."""
    found: dict[int, list[Problem]] = {}
    for problem in document.problems:
        found.setdefault(id(problem.owner), []).append(problem)
    return found


class Meaning(NamedTuple):
    """What an unknown key was meant to be.

    ``field`` is the path of a field from the object in which the key stands (``selector``,
    ``serviceAccounts.selector``, ``../protocol``, ``/metadata.name``), or ``''`` where ``advice``
    says what to do instead. ``value`` is one of ``linter.calico.words.VALUES``. ``is_case``: the
    key differs from the field in letter case alone.
    """

    field: str
    value: str
    advice: str = ''
    is_case: bool = False


def meaning(problem: Problem, document: Document) -> Meaning | None:
    """What an unknown key was meant to be: a word of another system, or a misspelt field."""
    owner = problem.owner
    if not isinstance(owner, Object):
        return None
    properties = problem.schema.get('properties', {})
    name = problem.name
    for field in properties:
        if field.lower() == name.lower() and field not in owner.fields:
            return Meaning(field, 'same', is_case=True)
    word = look_up(name, owner, document.kind)
    if word is not None:
        first = word.write.partition('.')[0]
        if not word.write or first in properties or word.write.startswith(('../', '/')):
            return Meaning(word.write, word.value, word.advice)
    # A field that is there already is looked at, too: it may be the one that is resembled.
    if owner is document.metadata:
        properties = [field for field in properties if field not in _WRITTEN_BY_THE_CLUSTER]
    field = resembled(name, properties)
    return None if field is None else Meaning(field, 'same')


# Nobody who writes a file means these.
_WRITTEN_BY_THE_CLUSTER = frozenset(
    (
        'creationTimestamp',
        'deletionGracePeriodSeconds',
        'deletionTimestamp',
        'generation',
        'managedFields',
        'resourceVersion',
        'selfLink',
        'uid',
    )
)


def resembled(name: str, fields: Iterable[str]) -> str | None:
    """The field that a misspelt key resembles.

    Never the opposite of what is written: where the nearest field is negated and the key is not, or
    the other way round, nobody can say what was meant.
    """
    if name.startswith('!'):
        # The first Calico wrote its negations so; the field that looks like it is the opposite.
        negated = f'not{name[1:]}'.lower()
        return next((field for field in fields if field.lower() == negated), None)
    near = nearest(name, fields)
    if near is None or is_negation(near) != is_negation(name):
        return None
    # Two letters of five make another word: hosts are no ports.
    limit = max(1, len(name) // 3)
    return near if distance(name.casefold(), near.casefold(), limit) <= limit else None


_NEGATION = lazy(r'(?:!|[Nn]o(?:t|n)?(?=[A-Z_-])|not|non)')


def is_negation(name: str) -> bool:
    """Whether a key says what does not match."""
    return _NEGATION.match(name) is not None


def right_place(problem: Problem, document: Document) -> str | None:
    """Where a field of the document itself belongs; a half sentence for the user."""
    if problem.owner is not document.root:
        return None
    part = part_of(problem, document)
    if part is not None:
        return f'write it in {part}'
    if problem.name == 'status':
        return 'the cluster writes it, so remove it'
    if problem.name.startswith('x-'):
        return 'Calico allows no fields of your own, so put the anchor where it is first used'
    return None


def part_of(problem: Problem, document: Document) -> str | None:
    """``spec`` or ``metadata``, where an unknown key of the other one, or of neither, belongs."""
    name, owner = problem.name, problem.owner
    is_root = owner is document.root
    if name in _METADATA_FIELDS and (is_root or owner is document.spec):
        return 'metadata'
    if name in _SPEC_FIELDS and (is_root or owner is document.metadata):
        return 'spec'
    return None


@once
def strays(document: Document) -> dict[int, tuple[Problem, ...]]:
    """By the identity of a key all those of its part that stand at the same wrong place."""
    found: dict[tuple[int, str], list[Problem]] = {}
    for problem in document.problems:
        if problem.kind == 'unknown' and problem.key is not None:
            part = part_of(problem, document)
            if part is not None:
                found.setdefault((id(problem.owner), part), []).append(problem)
    together: dict[int, tuple[Problem, ...]] = {}
    for problems in found.values():
        if len(problems) > 1:
            problems.sort(key=lambda problem: problem.key.start if problem.key else 0)
            together.update((id(problem.key), tuple(problems)) for problem in problems)
    return together


_METADATA_FIELDS = frozenset(('name', 'namespace', 'labels', 'annotations'))
_SPEC_FIELDS = frozenset(
    (
        'selector',
        'namespaceSelector',
        'serviceAccountSelector',
        'types',
        'ingress',
        'egress',
        'order',
        'tier',
        'nets',
        'preDNAT',
        'doNotTrack',
        'applyOnForward',
        'defaultAction',
        'interfaceName',
        'expectedIPs',
        'cidr',
    )
)


def absorbs(problem: Problem, document: Document) -> Problem | None:
    """What a missing field is the same mistake as, so that it needs no word of its own."""
    for other in _problems_by_owner(document).get(id(problem.owner), ()):
        if other.kind == 'unknown':
            if neighbour(other, document) == 'kubernetes':
                return other
        elif other.kind == 'value' and other.name == problem.name:
            return other
    return None


def missing(owner: Object, name: str, document: Document) -> MistakeKey | None:
    """The mistake that a field is missing, where an unknown key was meant to be it; else None."""
    return _key_of(owner, name) if is_meant_elsewhere(owner, name, document) else None


def stands_for(problem: Problem, meant: Meaning | None) -> MistakeKey | None:
    """The mistake that a field is missing, for an unknown key that was meant to be the field."""
    owner = problem.owner
    if not isinstance(owner, Object):
        return None
    if owner.type == 'HTTPPath':
        return _key_of(owner, '')
    field = meant.field if meant is not None else ''
    if field.startswith('../') and isinstance(owner.parent, Object):
        owner, field = owner.parent, field[3:]
    field = field.partition('.')[0]
    return _key_of(owner, field) if field in _MISSED else None


def _key_of(owner: Object, name: str) -> MistakeKey:
    return f'missing {name}', owner.node.start


_MISSED = frozenset(
    (
        'action',
        'protocol',
        'name',
        'port',
        'node',
        'cidr',
        'order',
        'interfaceName',
        'expectedIPs',
        'types',
        'selector',
    )
)


def is_meant_elsewhere(owner: Object, name: str, document: Document) -> bool:
    """Whether an unknown key of an object, or of the objects in it, was meant to be its field."""
    found = _problems_by_owner(document)
    inner = [value for value in owner.fields.values() if isinstance(value, Object)]
    for at, path in ((owner, name), *((value, f'../{name}') for value in inner)):
        for other in found.get(id(at), ()):
            if other.kind == 'unknown':
                meant = meaning(other, document)
                field = meant.field if meant is not None else ''
                if path in (field, field.partition('.')[0]):
                    return True
    return False


def is_misspelt(owner: Value, document: Document) -> bool:
    """Whether an object has a key that nobody knows, which may be what it is for."""
    problems = _problems_by_owner(document).get(id(owner), ())
    return any(problem.kind == 'unknown' for problem in problems)


def absorbs_name(document: Document) -> Problem | None:
    """The unknown key of the metadata that is a misspelt ``name``."""
    for problem in _problems_by_owner(document).get(id(document.metadata), ()):
        if problem.kind == 'unknown' and nearest(problem.name, ('name',)) is not None:
            return problem
    return None


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
