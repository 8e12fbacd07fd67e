"""A Kubernetes NetworkPolicy looks for the name of a namespace in a label of somebody's own.

Kubernetes gives every namespace `kubernetes.io/metadata.name`. A label `name` is there only where
somebody has written it, and a peer that asks for it fits nothing elsewhere.

To silence it, write `kubernetes.io/metadata.name`, or have a Namespace with the label in the root.

```yaml bad root --profile strict
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {name: ingress}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: partners, labels: {partner: bank}}
spec: {nets: [198.51.100.0/24]}
```

```yaml good root --profile strict
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: partners, labels: {partner: bank}}
spec: {nets: [198.51.100.0/24]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.effort import spend
from linter.policy.view import RootFinding, RootView

GROUP = 'kubernetes'
PROFILE = 'strict'
READS = ('NetworkPolicy', 'Namespace')
NEEDS = ('kubernetes',)

_NAMES = ('name', 'namespace', 'ns')


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    given = {key for namespace in view.namespaces for key, _ in namespace.labels}
    for policy, _, rules in view.written_rules():
        for one in rules:
            for peer in one.peers:
                spend(len(peer.labels))
                for key, start, end in peer.labels:
                    if key in _NAMES and key not in given:
                        yield RootFinding(
                            'knp-namespace-name', policy.kind, policy.place, start, end,
                            f'no namespace has a label {key} unless somebody gave it one: write '
                            'kubernetes.io/metadata.name',
                        )  # fmt: skip
