"""A Deny comes after Kubernetes' policies, which have allowed the traffic.

Kubernetes' NetworkPolicies are policies of the tier `default` with the order 1000. A policy of
Calico's in that tier with a higher order, or none, is asked after them, and what they have allowed
it cannot deny any more.

It is reported where a policy of Kubernetes, all of whose pods the policy selects, allows all that
the rule denies. To silence it, give the policy an order below 1000, or put it into a tier before
`default`. Where the policy also allows or passes on everything else, only the tier helps: with an
order below 1000 it would take the rest from the policies of Kubernetes, too.

```yaml bad root
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - {}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: no-metadata}
spec:
  types: [Egress]
  egress:
  - action: Deny
    destination: {nets: [169.254.169.254/32]}
  - action: Pass
```

```yaml good root
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - {}
---
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: no-metadata}
spec:
  tier: security
  types: [Egress]
  egress:
  - action: Deny
    destination: {nets: [169.254.169.254/32]}
  - action: Pass
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.dead_rule import asks_nothing
from linter.policy.describe import packet
from linter.policy.precedence import denies_behind
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('NetworkPolicy',)
NEEDS = ('kubernetes',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    dead = {(id(one.policy), one.direction, one.number) for one in view.dead}
    for one in denies_behind(view.root):
        policy, start = one.later, one.rule.start
        if (id(policy), one.direction, one.number) in dead:
            continue
        order = 'has no order' if policy.order is None else f'has the order {policy.order:g}'
        takes_all = any(
            rule.action in ('Allow', 'Pass') and asks_nothing(rule)
            for direction in policy.directions
            for rule in policy.rules(direction)
        )
        advice = (
            'Put the policy into a tier before default, and pass the rest on there'
            if takes_all
            else f'The policy {order}: give it one below 1000'
        )
        yield RootFinding(
            'deny-behind-kubernetes', policy.kind, policy.place, start, start + 1,
            f'this denies nothing of what pods of {one.earlier.shown} do, which has the order 1000 '
            f'and allows it first: {packet(one.point)} is allowed. {advice}',
            None, ((one.earlier.place, 'allowed here'),),
        )  # fmt: skip
