"""A policy without order contradicts one that has an order, and is asked after it.

A policy without `order` is asked last in its tier. Many expect the opposite: that what has no order
comes first, or that a higher number counts more.

The message names a packet that was tried. Rules that are for everything are left out, since such a
rule is usually meant to come last. To silence it, give the policy an order.

```yaml bad root --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: allow, namespace: app}
spec:
  order: 100
  selector: all()
  types: [Ingress]
  ingress:
  - action: Allow
    source: {nets: [10.0.0.0/8]}
    protocol: TCP
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: deny, namespace: app}
spec:
  selector: all()
  types: [Ingress]
  ingress:
  - action: Deny
    source: {nets: [10.9.0.0/16]}
```

```yaml good root --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: allow, namespace: app}
spec:
  order: 100
  selector: all()
  types: [Ingress]
  ingress:
  - action: Allow
    source: {nets: [10.0.0.0/8]}
    protocol: TCP
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: deny, namespace: app}
spec:
  order: 50
  selector: all()
  types: [Ingress]
  ingress:
  - action: Deny
    source: {nets: [10.9.0.0/16]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.describe import packet
from linter.policy.precedence import unordered
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
PROFILE = 'strict'
READS = ('NetworkPolicy',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    dead = {(id(one.policy), one.direction, one.number) for one in view.dead}
    for one in unordered(view.root):
        policy, rule_ = one.later, one.rule
        if (id(policy), one.direction, one.number) in dead:
            continue
        order = one.earlier.order
        assert order is not None
        yield RootFinding(
            'order-missing', policy.kind, policy.place, rule_.start, rule_.start + 1,
            f'this {rule_.action} comes after {one.earlier.shown}, which has the order {order:g} '
            f'where this policy has none, and which decides otherwise about {packet(one.point)}: '
            f'give this policy an order, below {order:g} if it is meant to decide',
            None, ((one.earlier.place, 'asked first'),),
        )  # fmt: skip
