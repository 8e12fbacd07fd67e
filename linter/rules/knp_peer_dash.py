"""A dash too many makes two peers of a Kubernetes NetworkPolicy out of one.

In `from` and `to` each item is a peer of its own, and one that fits is enough. A `podSelector` that
begins with a dash of its own, below a `namespaceSelector`, is not about pods of those namespaces:
it is about pods of the policy's own namespace, and the item above it lets in every pod of the
namespaces that it names.

Where the `namespaceSelector` is empty, the item below it adds nothing, so that it is surely meant
otherwise, and a warning. Else both may be meant, as in the example of Kubernetes' documentation,
and it is an info. To silence it, take the dash away, or put the `podSelector` first. It is looked
for in a root that has something of Calico's in it, or with `kubernetes: true` in
`.calico-lint.yaml`.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector:
        matchLabels: {team: front}
    - podSelector:
        matchLabels: {app: web}
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector:
        matchLabels: {team: front}
      podSelector:
        matchLabels: {app: web}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.as_written import WrittenPeer
from linter.policy.model import Place, Policy
from linter.policy.view import RootFinding, RootView

GROUP = 'kubernetes'
READS = ('NetworkPolicy',)
NEEDS = ('kubernetes',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for policy, _, rules in view.written_rules():
        for one in rules:
            for first, second in zip(one.peers, one.peers[1:], strict=False):
                found = _finding(policy, first, second, len(one.peers))
                if found is not None:
                    yield found


def _finding(
    policy: Policy, first: WrittenPeer, second: WrittenPeer, count: int
) -> RootFinding | None:
    if first.namespaces is None or first.pods is not None:
        return None
    if not second.pods or second.namespaces is not None:
        return None
    place, start = policy.place, second.start
    above = (Place(place.path, place.line, first.start, first.start + 1), 'the peer above it')
    if not first.namespaces:
        return RootFinding(
            'knp-peer-covered', policy.kind, place, start, start + len('podSelector'),
            'this podSelector is a peer of its own and adds nothing, because the one above it is '
            'every pod of every namespace: remove the dash before it to have these pods of all '
            'namespaces only',
            None, (above,),
        )  # fmt: skip
    if count > 2:
        return None
    return RootFinding(
        'knp-peer-dash', policy.kind, place, start, start + len('podSelector'),
        'this podSelector is a peer of its own, pods of the own namespace, and the '
        'namespaceSelector above it is every pod of its namespaces: remove the dash before it if '
        'pods of those namespaces are meant',
        None, (above,),
    )  # fmt: skip
