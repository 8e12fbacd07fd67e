"""In which order Felix asks tiers and policies.

Source: felix/calc/policy_sorter.go, and the rows of ``schemas/spec/meaning.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

from linter.policy.model import KUBERNETES_NETWORK_POLICY, Policy, Tier
from linter.policy.semantics import Semantics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class Group(NamedTuple):
    """A tier and its policies, in the order in which they are asked.

    A tier that nobody has defined has no default action, ``''``, which denies.
    """

    tier: Tier
    policies: tuple[Policy, ...]


def all_tiers(tiers: Iterable[Tier], semantics: Semantics) -> dict[str, Tier]:
    """The tiers that are there by name: those that Calico makes, and those of documents."""
    found = {tier.name: tier for tier in semantics.tiers}
    for tier in tiers:
        found[tier.name] = tier
    return found


def tier_key(tier: Tier, is_defined: bool) -> tuple[bool, float, bytes]:
    """What tiers are sorted by: undefined ones last, then by order, then by name."""
    return not is_defined, inf if tier.order is None else tier.order, tier.name.encode()


def tie_key(policy: Policy, semantics: Semantics) -> bytes:
    """What decides between policies of one order, as bytes."""
    namespace = policy.namespace or ''
    if semantics.tie == 'name':
        return f'{policy.name}/{namespace}/{policy.kind}'.encode()
    name = policy.name
    if '.' not in name and semantics.prefixes_names(policy.lane):
        name = f'default.{name}'
    if policy.kind in (KUBERNETES_NETWORK_POLICY, 'StagedKubernetesNetworkPolicy'):
        name = f'knp.default.{policy.name}'
    if policy.staged:
        name = f'staged:{name}'
    return (f'{namespace}/{name}' if namespace else name).encode()


def policy_key(policy: Policy, semantics: Semantics) -> tuple[float, bytes]:
    """What the policies of a tier are sorted by."""
    return inf if policy.order is None else policy.order, tie_key(policy, semantics)


def ordered(policies: Iterable[Policy], tiers: Iterable[Tier], semantics: Semantics) -> list[Group]:
    """All policies, by tier, in order; tiers without any are left out."""
    known = all_tiers(tiers, semantics)
    groups: dict[str, list[Policy]] = {}
    for policy in policies:
        groups.setdefault(policy.tier, []).append(policy)
    found = []
    for name, members in groups.items():
        members.sort(key=lambda policy: policy_key(policy, semantics))
        found.append(Group(known.get(name) or Tier(name, None, ''), tuple(members)))
    found.sort(key=lambda group: tier_key(group.tier, group.tier.name in known))
    return found


NORMAL = 'normal'
FORWARD = 'forward'
PRE_DNAT = 'preDNAT'
UNTRACKED = 'untracked'
CLASSES = (NORMAL, FORWARD, PRE_DNAT, UNTRACKED)
"""What a host endpoint asks policies about; a pod asks the normal ones alone."""


def is_of_class(policy: Policy, name: str) -> bool:
    """Whether a policy belongs to a class: traffic of the host itself, or what it forwards.

    Source: felix/calc/event_sequencer.go ``tierInfoToProtoTierInfo``.
    """
    if policy.do_not_track:
        return name == UNTRACKED
    if policy.pre_dnat:
        return name == PRE_DNAT
    return name == NORMAL or (name == FORWARD and policy.apply_on_forward)


def default_action(tier: Tier, name: str) -> str:
    """What becomes of a packet that no policy of the tier decides, in a class.

    Before routing there is no end of a tier: what no policy decides goes on.
    """
    return 'Pass' if name in (PRE_DNAT, UNTRACKED) else tier.default_action


def ties(policies: Sequence[Policy]) -> list[bool]:
    """Of ordered policies of a tier: whether the name alone decides against a neighbour."""
    return [
        (at > 0 and policies[at - 1].order == policy.order)
        or (at + 1 < len(policies) and policies[at + 1].order == policy.order)
        for at, policy in enumerate(policies)
    ]
