"""A policy for everything undoes what Kubernetes' policies deny.

Kubernetes' NetworkPolicies are policies of the tier `default` with the order 1000, and they only
allow: what they do not allow is denied at the end of the tier. A policy of Calico's in that tier
that allows everything, or passes everything on, is asked before that end, whatever its order. The
pods are open.

Behind them such a policy is usually to allow what no policy of Kubernetes governs. Before them it
is often one that denies something and lets "the rest" go on: in the tier `default` that is not to
the next policy, but past all of them.

The message names a packet that was tried. To silence it, put a policy that only allows the rest
into a tier behind `default`: pods that no policy of Kubernetes selects get there, and the others do
not. Put one that denies something into a tier before `default`, where `Pass` leads to the policies
of Kubernetes. If it has rules for the other direction that do not decide everything, only those
of this direction belong there.

```yaml bad root
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: proxy}}}]
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: allow-all}
spec:
  order: 5000
  types: [Ingress]
  ingress:
  - action: Allow
```

```yaml bad root
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to: [{podSelector: {matchLabels: {app: db}}}]
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: no-metadata}
spec:
  order: 10
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
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: proxy}}}]
---
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: baseline}
spec: {order: 2000000, defaultAction: Pass}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: baseline.allow-all}
spec:
  tier: baseline
  order: 5000
  types: [Ingress]
  ingress:
  - action: Allow
```

```yaml good root
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to: [{podSelector: {matchLabels: {app: db}}}]
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
  order: 10
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
from linter.policy.model import Policy
from linter.policy.precedence import undoing_kubernetes
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('NetworkPolicy',)
NEEDS = ('kubernetes',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for one in undoing_kubernetes(view.root):
        policy, start = one.policy, one.rule.start
        becomes = 'passed on, and no later tier here denies it'
        if one.rule.action == 'Allow':
            becomes = 'allowed'
        what = 'is not asked about the rest' if one.is_before else 'its end is never reached'
        what_to_move = 'the policy'
        moving = policy.directions
        if not _decides_all(policy, one.direction):
            # In another tier what these do not decide would be denied, or come too late.
            what_to_move = f'its {one.direction} rules, as a policy of their own,'
            moving = (one.direction,)
        has_denies = any(
            other.action == 'Deny' for direction in moving for other in policy.rules(direction)
        )
        advice = (
            f'Put {what_to_move} into a tier before default, and pass this on there'
            if one.is_before or has_denies
            else f'Put {what_to_move} into a tier behind default'
        )
        yield RootFinding(
            'allow-behind-kubernetes', policy.kind, policy.place, start, start + 1,
            f'{one.kubernetes.shown} allows less, and {what}, because this comes before it: '
            f'{packet(one.point)} is {becomes}. {advice}',
            None, ((one.kubernetes.place, 'what it does not allow was to be denied'),),
        )  # fmt: skip


def _decides_all(policy: Policy, but: str) -> bool:
    """Whether all directions but one end with a rule for everything."""
    return all(
        any(one.action != 'Log' and asks_nothing(one) for one in policy.rules(direction))
        for direction in policy.directions
        if direction != but
    )
