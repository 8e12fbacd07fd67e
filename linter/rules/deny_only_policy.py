"""A policy that only denies some traffic denies all the rest, too.

As soon as a policy selects an endpoint for a direction, what no rule of the tier decides is denied
at the end of the tier. A policy that says "deny this" and allows or passes nothing so isolates all
that it selects, unless another policy of the tier lets the rest through.

It is said of roots alone that the configuration calls `closed: true`, since that other policy may
be applied elsewhere; not of policies beside which another one denies everything as it is. To
silence it, end the policy with `action: Pass`, or `Allow` in the tier `default`, or write the
policy that allows the rest.

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

from linter.catalogue.rule import rule
from linter.policy.dead_rule import asks_nothing
from linter.policy.effort import spend
from linter.policy.model import DIRECTIONS, Policy
from linter.policy.selecting import is_normal, may_share
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('NetworkPolicy',)
NEEDS = ('is_whole',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    passing = {tier.name for tier in view.tiers if tier.default_action == 'Pass'}
    passing |= {tier.name for tier in view.semantics.tiers if tier.default_action == 'Pass'}
    enforced = [one for one in view.policies if is_normal(one)]
    for direction in DIRECTIONS:
        members: dict[str, list[Policy]] = {}
        for one in enforced:
            if direction in one.directions and not _only_denies_some(one, direction):
                members.setdefault(one.tier, []).append(one)
        for policy in enforced:
            if (
                policy.written is not None
                or policy.tier in passing
                or policy.tier not in view.tier_names
                or policy.tier in view.external.tiers
                or direction not in policy.directions
                or not _only_denies_some(policy, direction)
            ):
                continue
            # Who allows the rest, or denies everything because that is meant.
            spend(2 * len(members.get(policy.tier, ())))
            if any(may_share(policy, one) for one in members.get(policy.tier, ())):
                continue
            first = policy.rules(direction)[0]
            yield RootFinding(
                'deny-only', policy.kind, policy.place, first.start, first.start + 1,
                f'no rule of tier {policy.tier} allows any {direction} of what this policy '
                'selects, so that not only this is denied but all of it: end the policy with '
                'action: Pass if the rest is meant to go on',
                None, (), f'{direction}:',
            )  # fmt: skip


def _only_denies_some(policy: Policy, direction: str) -> bool:
    """Whether all rules deny or log, and none denies everything."""
    rules = policy.rules(direction)
    return bool(rules) and all(
        one.action == 'Log' or (one.action == 'Deny' and not asks_nothing(one)) for one in rules
    )
