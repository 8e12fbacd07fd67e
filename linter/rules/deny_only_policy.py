"""A policy that only denies some traffic denies all the rest, too.

As soon as a policy selects an endpoint for a direction, what no rule of the tier decides is denied
at the end of the tier. A policy that says "deny this" and allows or passes nothing so isolates all
that it selects, unless another policy of the tier lets the rest through.

It is said of roots alone that the configuration calls `closed: true`, since that other policy may
be applied elsewhere; not of policies beside which another one denies everything as it is. Where
other policies are for some of the endpoints only, it is said if the pods of `kube-system` are left
alone with it. To silence it, end the policy with `action: Pass`, or `Allow` in the tier `default`;
where several such policies are for the same endpoints, write a last one that does, so that the
Denies of all are asked before.

```yaml bad root closed
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: block-icmp}
spec:
  selector: all()
  types: [Egress]
  egress:
  - action: Deny
    protocol: ICMP
```

```yaml good root closed
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: block-icmp}
spec:
  selector: all()
  types: [Egress]
  egress:
  - action: Deny
    protocol: ICMP
  - action: Allow
```
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from linter.catalogue.rule import rule
from linter.policy.dead_rule import asks_nothing
from linter.policy.effort import spend
from linter.policy.model import DEFAULT_TIER, DIRECTIONS, NETWORK_POLICY, Policy
from linter.policy.order import policy_key, tier_key
from linter.policy.selecting import is_normal, may_share, selects_all_of
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('NetworkPolicy',)
NEEDS = ('is_whole',)

_SYSTEM = 'kube-system'
_OWN = 'what this policy selects'


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    passing = {tier.name for tier in view.tiers if tier.default_action == 'Pass'}
    passing |= {tier.name for tier in view.semantics.tiers if tier.default_action == 'Pass'}
    keys = {one.name: tier_key(one, True) for one in (*view.semantics.tiers, *view.tiers)}
    enforced = [one for one in view.policies if is_normal(one)]
    for direction in DIRECTIONS:
        members: dict[str, list[Policy]] = {}
        closers: dict[str, list[Policy]] = {}
        for one in enforced:
            if direction in one.directions:
                some = closers if _only_denies_some(one, direction) else members
                some.setdefault(one.tier, []).append(one)
        for tier, policies in closers.items():
            if tier in passing or tier not in view.tier_names or tier in view.external.tiers:
                continue
            policies.sort(key=lambda one: policy_key(one, view.semantics))
            alone = {id(one) for one in policies}
            here = keys.get(tier, (False, 0.0, b''))
            before = [
                one
                for one in enforced
                if keys.get(one.tier, here) < here and _decides_all(one, direction)
            ]
            near: dict[str | None, list[tuple[int, Policy]]] = {}
            for number, policy in enumerate(policies):
                near.setdefault(policy.namespace, []).append((number, policy))
            for number, policy in enumerate(policies):
                spend(2 * len(before))
                if policy.written is not None or any(selects_all_of(one, policy) for one in before):
                    continue
                # Who allows the rest, or denies everything because that is meant.
                others = members.get(tier, [])
                spend(2 * len(others))
                whom = _OWN
                if any(may_share(policy, one) for one in others):
                    # Those of a namespace that every cluster has may be left alone with it.
                    system = _everything_of(_SYSTEM, policy)
                    if not selects_all_of(policy, system):
                        continue
                    spend(2 * len(enforced))
                    if any(
                        id(one) not in alone and may_share(system, one)
                        for one in enforced
                        if direction in one.directions
                    ):
                        continue
                    whom = f'the pods of {_SYSTEM}, which this policy selects'
                last = _last(number, policy, policies, near)
                if whom != _OWN:
                    last = last or policy
                first = policy.rules(direction)[0]
                yield RootFinding(
                    'deny-only', policy.kind, policy.place, first.start, first.start + 1,
                    f'no rule of tier {tier} allows any {direction} of {whom}, so that '
                    f'{_what(policy, direction)}: {_advice(tier, last, whom != _OWN)} if the rest '
                    'is meant to go on',
                    'if a policy that is not here lets the rest through, the root is not closed: '
                    'remove closed: true',
                    (), f'{direction}:',
                )  # fmt: skip


def _everything_of(namespace: str, policy: Policy) -> Policy:
    """A policy for all pods of a namespace."""
    return policy._replace(
        kind=NETWORK_POLICY,
        namespace=namespace,
        selector='',
        namespace_selector='',
        service_account_selector='',
    )


def _last(
    number: int,
    policy: Policy,
    policies: list[Policy],
    near: dict[str | None, list[tuple[int, Policy]]],
) -> Policy | None:
    """The last of the policies that come after this one and may be for the same endpoints."""
    others = list(enumerate(policies))
    if policy.namespace:
        others = sorted(near[policy.namespace] + near.get('', []), key=itemgetter(0))
    for at, other in reversed(others):
        if at <= number:
            break
        spend(2)
        if may_share(policy, other):
            return other
    return None


def _what(policy: Policy, direction: str) -> str:
    if all(one.action == 'Log' for one in policy.rules(direction)):
        return 'all of it is denied, and not only logged'
    return 'not only this is denied but all of it'


def _advice(tier: str, last: Policy | None, is_of_system: bool) -> str:
    """What lets the rest go on. ``last``: whose Denies are the last ones."""
    # Behind the tier default there is usually nothing to pass it on to.
    if last is None:
        return f'end the policy with action: {"Allow" if tier == DEFAULT_TIER else "Pass"}'
    what = 'allows everything' if tier == DEFAULT_TIER else 'passes everything on'
    whom = f'those of {_SYSTEM}' if is_of_system else 'the same endpoints'
    return f'write one for {whom}, to be asked after {last.shown}, that {what}'


def _decides_all(policy: Policy, direction: str) -> bool:
    """Whether no packet of what it selects gets behind its tier."""
    return any(
        one.action in ('Allow', 'Deny') and asks_nothing(one) for one in policy.rules(direction)
    )


def _only_denies_some(policy: Policy, direction: str) -> bool:
    """Whether all rules deny or log, and none denies everything."""
    rules = policy.rules(direction)
    return bool(rules) and all(
        one.action == 'Log' or (one.action == 'Deny' and not asks_nothing(one)) for one in rules
    )
