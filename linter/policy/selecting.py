"""Which endpoints and sets the policies of a root select, as their labels are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from linter.calico.selector.labels import conditions
from linter.calico.selector.meaning import evaluate
from linter.policy.effective import NAMESPACE, entity_selectors, policy_selector, read
from linter.policy.effort import Exhausted, TooComplex
from linter.policy.model import Entity, NetworkSet, Policy
from linter.policy.order import NORMAL, is_of_class
from linter.policy.selector_sets import EVERYTHING, KUBERNETES, selected
from linter.policy.space import meet_labels


def fits(text: str, labels: Mapping[str, str]) -> bool:
    """Whether a selector takes these labels; ``''`` takes all."""
    return not text or evaluate(read(text), labels)


@lru_cache(maxsize=1 << 12)
def keys_of(text: str) -> frozenset[str]:
    """The labels of which a selector asks something."""
    return frozenset(one.key for one in conditions(text))


def may_share(one: Policy, other: Policy) -> bool:
    """Whether there may be an endpoint that both policies select."""
    if one.namespace and other.namespace and one.namespace != other.namespace:
        return False
    return _may_share(policy_selector(one), policy_selector(other))


@lru_cache(maxsize=1 << 14)
def _may_share(one: str, other: str) -> bool:
    if not one or not other:
        return True
    try:
        return bool(meet_labels(selected(one), selected(other)))
    except Exhausted:
        raise
    except TooComplex:
        return True


def selects_all_of(policy: Policy, other: Policy) -> bool:
    """Whether a policy surely selects whatever another one selects."""
    text = policy_selector(policy)
    if not text:
        return True
    try:
        inner = policy_selector(other)
        theirs = selected(inner) if inner else EVERYTHING
        return not KUBERNETES.subtract(theirs, selected(text))
    except Exhausted:
        raise
    except TooComplex:
        return False


def labels_of_set(one: NetworkSet) -> dict[str, str]:
    """The labels by which a rule sees a network set, as far as the files know them."""
    found = dict(one.labels)
    if one.namespace:
        found[NAMESPACE] = one.namespace
        found = KUBERNETES.completed(found)
    return found


def peers(policies: Iterable[Policy]) -> frozenset[str]:
    """The selectors by which rules look for their peers, and for what is none, each once.

    They are as Felix has them, but that what a ``notSelector`` takes away is selected here.
    """
    return frozenset(
        text
        for policy in policies
        for rule in (*policy.ingress, *policy.egress)
        for side in (rule.source, rule.destination)
        for entity in (side, _excluded(side))
        if entity is not None
        for text in entity_selectors(entity, policy.namespace)
        if text
    )


def _excluded(side: Entity) -> Entity | None:
    """What a side of a rule takes away, as if it asked for it."""
    if not side.not_selector:
        return None
    return side._replace(selector=side.not_selector, not_selector='')


def is_normal(policy: Policy) -> bool:
    """Whether a policy is enforced, and is asked about normal traffic."""
    return not policy.staged and is_of_class(policy, NORMAL)
