"""Namespaces whose labels are known, so that no other labels of theirs are thought up."""

from __future__ import annotations

import re
from collections.abc import Iterable

from linter.policy.effective import entity_selectors, policy_selector
from linter.policy.label_values import ABSENT, PRESENT, Values
from linter.policy.model import Namespace, Policy, Rule
from linter.policy.selector_sets import NAMESPACE_KEY, NAMESPACE_PREFIX, Cube, Cubes
from linter.policy.space import KNOWN, UNKNOWN_PEER

_LABEL = re.compile(re.escape(NAMESPACE_PREFIX) + r'[A-Za-z0-9_./-]+')
_NAMES = frozenset(
    f'{NAMESPACE_PREFIX}{name}'
    for name in ('projectcalico.org/name', 'kubernetes.io/metadata.name')
)


def labels_of_namespaces(policies: Iterable[Policy], rules: Iterable[Rule]) -> frozenset[str]:
    """The labels of namespaces, their names aside, for which policies and global rules ask."""
    texts: set[str] = set()
    for policy in policies:
        texts.add(policy_selector(policy))
        for rule in (*policy.ingress, *policy.egress):
            for entity in (rule.source, rule.destination):
                texts |= {*entity_selectors(entity, policy.namespace)}
    for rule in rules:
        for entity in (rule.source, rule.destination):
            texts |= {*entity_selectors(entity, '')}
    found = {label for text in texts for label in _LABEL.findall(text)}
    return frozenset(found - _NAMES)


def split(namespaces: Iterable[Namespace], labels: frozenset[str]) -> Cubes:
    """All endpoints, cut by what those labels are in the namespaces that are known.

    The last cube is everything else: a namespace that is not known may have any labels.
    """
    alike: dict[tuple[tuple[str, str | None], ...], set[str]] = {}
    names: set[str] = set()
    for namespace in namespaces:
        own = {NAMESPACE_PREFIX + key: value for key, value in namespace.labels}
        values = tuple((label, own.get(label)) for label in sorted(labels))
        alike.setdefault(values, set()).add(namespace.name)
        names.add(namespace.name)
    if not names or not labels:
        return ({},)
    cubes: list[Cube] = []
    for values, some in alike.items():
        cube = {NAMESPACE_KEY: Values(False, frozenset(some))}
        for label, value in values:
            cube[label] = ABSENT if value is None else Values(False, frozenset((value,)))
        cubes.append(cube)
    cubes.append({NAMESPACE_KEY: Values(True, None, frozenset(names))})
    return tuple(cubes)


def split_peers(namespaces: Iterable[Namespace], labels: frozenset[str]) -> Cubes:
    """The same of the other side of a packet, which Calico may not know."""
    cubes = split(namespaces, labels)
    if cubes == ({},):
        return cubes
    return (*UNKNOWN_PEER, *({KNOWN: PRESENT, **cube} for cube in cubes))
