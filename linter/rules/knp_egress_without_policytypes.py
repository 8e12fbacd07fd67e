"""A Kubernetes NetworkPolicy without `policyTypes` governs other directions than its rules name.

Where `policyTypes` is missing, Kubernetes always governs ingress, and egress only if there are
egress rules. So a policy that has egress rules alone lets nothing in to its pods, and one with an
empty list, `egress: []`, does not keep its pods from sending. Calico's own policies are filled in
the other way round: from egress rules alone follows `types: [Egress]`.

To silence it, write `policyTypes`. It is looked for in a root that has something of Calico's in it,
or with `kubernetes: true` in `.calico-lint.yaml`.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: to-bank, namespace: shop}
spec:
  podSelector: {matchLabels: {app: checkout}}
  egress:
  - to: [{ipBlock: {cidr: 198.51.100.0/24}}]
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: to-bank, namespace: shop}
spec:
  podSelector: {matchLabels: {app: checkout}}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 198.51.100.0/24}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.view import RootFinding, RootView

GROUP = 'kubernetes'
READS = ('NetworkPolicy',)
NEEDS = ('kubernetes',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for policy in view.kubernetes:
        written = policy.written
        if written is None or written.has_types or written.egress is None:
            continue
        assert written.egress_key is not None
        start, end = written.egress_key
        if not written.egress:
            yield RootFinding(
                'knp-egress-empty', policy.kind, policy.place, start, end,
                'an empty egress without policyTypes limits nothing that the pods send: write '
                'policyTypes: [Ingress, Egress] to deny it, or remove egress',
            )  # fmt: skip
        elif written.ingress is None:
            yield RootFinding(
                'knp-egress-isolates-ingress', policy.kind, policy.place, start, end,
                'without policyTypes this policy governs ingress, too, and lets nothing in to its '
                'pods: write policyTypes: [Ingress, Egress] if that is meant, else [Egress]',
            )  # fmt: skip
