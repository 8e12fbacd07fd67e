"""A policy that allows everything undoes what Kubernetes' policies before it deny.

Kubernetes' NetworkPolicies are policies of the tier `default` with the order 1000, and they only
allow: what they do not allow is denied at the end of the tier. A policy of Calico's behind them,
with a higher order or none, that allows everything, is asked before that end. The pods are open.

The message names a packet that was tried. To silence it, put the policy into a tier behind
`default`: pods that no policy of Kubernetes selects get there, and the others do not.

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
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.describe import packet
from linter.policy.precedence import allows_behind
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('NetworkPolicy',)
NEEDS = ('kubernetes',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for one in allows_behind(view.root):
        policy, start = one.later, one.rule.start
        yield RootFinding(
            'allow-behind-kubernetes', policy.kind, policy.place, start, start + 1,
            f'{one.earlier.shown} allows less, and its end is never reached, because this comes '
            f'before it: {packet(one.point)} is allowed. Put the policy into a tier behind default',
            None, ((one.earlier.place, 'what it does not allow was to be denied'),),
        )  # fmt: skip
