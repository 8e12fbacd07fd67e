"""Other policies do to all of a rule's traffic what the rule says, before it is reached.

Policies of a tier are asked by their order, and a packet that one of them allows or denies is done
with. A rule of which every packet has been decided that way can be removed. Some people keep such
rules, to be sure, so this is looked for with `--profile strict`, or where the rule is selected.

Rules that are dead within their own policy are not looked at here.

```yaml bad root --select covered-rule
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: office, namespace: shop}
spec:
  order: 10
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {action: Allow, source: {nets: [10.0.0.0/8]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: lab, namespace: shop}
spec:
  order: 20
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, source: {nets: [10.9.0.0/16]}}
```

```yaml good root --select covered-rule
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: office, namespace: shop}
spec:
  order: 10
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {action: Allow, source: {nets: [10.0.0.0/9]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: lab, namespace: shop}
spec:
  order: 20
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, source: {nets: [10.200.0.0/16]}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.dead import advice, hint_of, related, sentence
from linter.policy.dead_rule import INFO
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
PROFILE = 'strict'
READS = ('NetworkPolicy',)
NEEDS = ('dead',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for dead in view.dead:
        if dead.severity == INFO:
            policy, start = dead.policy, dead.rule.start
            yield RootFinding(
                'dead-redundant', policy.kind, policy.place, start, start + 1,
                f'{sentence(dead)}: {advice(dead)}',
                hint_of(dead), tuple(related(dead)),
            )  # fmt: skip
