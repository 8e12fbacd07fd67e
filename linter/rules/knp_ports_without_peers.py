"""A rule of a Kubernetes NetworkPolicy without peers is for everybody.

A rule that has no `from` or `to` lets everybody in, or out to everywhere; so does one whose list is
empty, `from: []`, which is what a template often leaves. If another rule of the policy limits the
same ports to some peers, that rule has no effect: its dash usually split one rule into two.

To silence it, write the peers and the ports into one rule, or remove the rule that has no effect.
It is looked for in a root that has something of Calico's in it, or with `kubernetes: true` in
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
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
  - ports: [{port: 8080}]
  - from: [{podSelector: {matchLabels: {app: proxy}}}]
    ports: [{port: 8080}]
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
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
  - ports: [{port: 9090}]
  - from: [{podSelector: {matchLabels: {app: proxy}}}]
    ports: [{port: 8080}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.effort import spend
from linter.policy.model import EGRESS, Place
from linter.policy.view import RootFinding, RootView
from linter.policy.written import ports_within

GROUP = 'kubernetes'
READS = ('NetworkPolicy',)
NEEDS = ('kubernetes',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for policy, direction, rules in view.written_rules():
        key, who = ('to', 'to everywhere') if direction == EGRESS else ('from', 'from everybody')
        for one in rules:
            if one.peers:
                continue
            place = policy.place
            spend(2 * len(rules))
            vain = [other for other in rules if other.peers and ports_within(other, one)]
            start, end = one.empty or (one.start, one.start + 1)
            if vain:
                what = 'the same ports' if one.ports else 'all ports'
                yield RootFinding(
                    'knp-peers-in-vain', policy.kind, place, start, end,
                    f'this rule allows {what} {who}, so that the rule for some peers on line '
                    f'{vain[0].line} has no effect: write both as one rule, or remove one',
                    None, tuple(
                        (Place(place.path, other.line, other.start, other.start + 1), 'in vain')
                        for other in vain[:3]
                    ),
                )  # fmt: skip
            elif one.empty is not None:
                yield RootFinding(
                    'knp-peers-empty', policy.kind, place, start, end,
                    f'an empty list of peers is not nobody: it allows this {who}. Remove {key} '
                    'if that is meant, or name the peers',
                )  # fmt: skip
