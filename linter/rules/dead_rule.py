"""No packet reaches a rule: other policies take all of its traffic first.

Policies of a tier are asked by their order, and a packet that one of them allows or denies is done
with. A rule whose whole traffic is decided before it is reached has no effect, whatever it says;
where it says the opposite of what becomes of that traffic, somebody is protected or connected on
paper only.

The claim is proved for every packet that the rule could match, and a policy that is added to the
cluster cannot undo it. What rests on an earlier tier, a policy that passes packets on could undo:
that is said only of a root that the configuration calls `closed: true`. Rules that are dead within
their own policy are not looked at here.

Only rules are reported whose traffic meets the opposite of what they say; for those that are merely
too many there is `covered-rule`. Where nothing but names puts the policies in order, see
`order-tie-conflict`. To silence it, remove the rule, or give its policy a lower order than those
that come first.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: open-db, namespace: shop}
spec:
  order: 10
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: guard-db, namespace: shop}
spec:
  order: 20
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Deny
    protocol: TCP
    source:
      selector: role == 'guest'
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: open-db, namespace: shop}
spec:
  order: 20
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: guard-db, namespace: shop}
spec:
  order: 10
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Deny
    protocol: TCP
    source:
      selector: role == 'guest'
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.dead import advice, hint_of, related, sentence
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('NetworkPolicy',)
NEEDS = ('turned',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for dead in view.turned:
        policy, start = dead.policy, dead.rule.start
        yield RootFinding(
            'dead-turned', policy.kind, policy.place, start, start + 1,
            f'{sentence(dead)}: {advice(dead)}',
            hint_of(dead), tuple(related(dead)),
        )  # fmt: skip
