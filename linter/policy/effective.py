"""Selectors as Felix combines them, from the texts of a policy.

Calico puts the parts together as text, and what it does to the text reaches into quotes, too.
Source: libcalico-go/lib/backend/syncersv1/updateprocessors (rules.go, networkpolicyprocessor.go,
globalnetworkpolicyprocessor.go).
"""

from __future__ import annotations

from functools import lru_cache

from linter.calico.selector.meaning import Selector, canonical, parse
from linter.policy.model import Entity, Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

NAMESPACE = 'projectcalico.org/namespace'
SERVICE_ACCOUNT = 'projectcalico.org/serviceaccount'
ORCHESTRATOR = 'projectcalico.org/orchestrator'
"""Labels that Calico gives a pod."""

NAME = 'projectcalico.org/name'
"""The label that a namespace or service account has for its own name."""

METADATA_NAME = 'kubernetes.io/metadata.name'
"""The label that Kubernetes gives every namespace for its name."""

NAMESPACE_PREFIX = 'pcns.'
ACCOUNT_PREFIX = 'pcsa.'
"""What stands before the labels that a pod inherits of its namespace and service account."""

UNKNOWN_NAMESPACE = '?'
"""What stands for the namespace of a policy that names none: no namespace has that name."""

_ALL_NAMESPACES = f'has({NAMESPACE})'
_ALL_ACCOUNTS = f'has({SERVICE_ACCOUNT})'


@lru_cache(maxsize=1 << 16)
def read(text: str) -> Selector:
    """The tree of a selector that is known to be one; equal texts share it."""
    found = parse(text)
    assert found is not None, text
    return found


def prefixed(selector: Selector, prefix: str) -> Selector:
    """The selector with a prefix before every label, as for those of namespaces."""
    return read(canonical(selector, prefix))


@lru_cache(maxsize=4096)
def _with_prefix(text: str, prefix: str) -> str:
    return canonical(read(text), prefix)


def _both(one: str, other: str) -> str:
    return f'({one}) && ({other})' if one and other else one or other


def policy_selector(policy: Policy) -> str:
    """Which endpoints a policy governs; ``''`` is all of them."""
    return _policy_selector(
        policy.namespace,
        policy.selector,
        policy.namespace_selector,
        policy.service_account_selector,
    )


@lru_cache(maxsize=1 << 14)
def _policy_selector(
    namespace: str | None, selector: str, namespace_selector: str, account_selector: str
) -> str:
    if namespace == '':
        if namespace_selector:
            wanted = _with_prefix(namespace_selector, NAMESPACE_PREFIX)
            selector = _both(selector, wanted)
            selector = selector.replace('all()', _ALL_NAMESPACES)
            selector = selector.replace('global()', f'!{_ALL_NAMESPACES}')
        if account_selector:
            selector = _both(selector, _with_prefix(account_selector, ACCOUNT_PREFIX))
            selector = selector.replace('all()', _ALL_ACCOUNTS)
        return selector
    own = f"{NAMESPACE} == '{UNKNOWN_NAMESPACE if namespace is None else namespace}'"
    selector = _both(selector, own)
    if account_selector:
        selector = _both(selector, _with_prefix(account_selector, ACCOUNT_PREFIX))
    return selector


class Sides(NamedTuple):
    """What a side of a rule asks of the labels behind an address; ``''`` asks nothing.

    ``positive``: one object with the address has to match it. ``negative``: none may.
    """

    positive: str
    negative: str


NOTHING = Sides('', '')


def entity_selectors(entity: Entity, namespace: str | None) -> Sides:
    """The selectors of a side of a rule in a policy of a namespace (``''``: a global one)."""
    if not (
        entity.selector
        or entity.not_selector
        or entity.namespace_selector
        or entity.service_accounts
        or entity.service_account_selector
    ):
        return NOTHING
    return _entity_selectors(
        entity.selector,
        entity.not_selector,
        entity.namespace_selector,
        entity.service_accounts,
        entity.service_account_selector,
        namespace,
    )


@lru_cache(maxsize=1 << 14)
def _entity_selectors(
    selector: str,
    not_selector: str,
    namespace_selector: str,
    accounts: tuple[str, ...],
    account_selector: str,
    namespace: str | None,
) -> Sides:
    wanted = ''
    if namespace_selector:
        wanted = _with_prefix(namespace_selector, NAMESPACE_PREFIX)
        wanted = wanted.replace('all()', _ALL_NAMESPACES)
        wanted = wanted.replace('global()', f'!{_ALL_NAMESPACES}')
    elif namespace != '':
        wanted = f"{NAMESPACE} == '{UNKNOWN_NAMESPACE if namespace is None else namespace}'"
    account = _with_prefix(account_selector, ACCOUNT_PREFIX) if account_selector else ''
    if accounts:
        names = "', '".join(accounts)
        account = _both(account, f"{SERVICE_ACCOUNT} in {{'{names}'}}")
    positive = ''
    if account or selector or not_selector or namespace_selector:
        positive = _both(wanted, _both(account, selector))
    if positive and not_selector:
        # Felix joins the two, so that one object has to have both.
        return Sides(f'({positive}) && (!({not_selector}))', '')
    return Sides(positive, not_selector)
