"""A policy with `doNotTrack` lets packets in one direction only, so that no reply gets through.

Untracked traffic has no connections. What is allowed in has its replies denied as long as no rule
of the other direction allows them, and an untracked policy is the only place for such a rule.
Policies that only deny, which is what most of them are for, are not concerned.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: memcached
spec:
  selector: memcached == 'server'
  applyOnForward: true
  doNotTrack: true
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [11211]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: memcached
spec:
  selector: memcached == 'server'
  applyOnForward: true
  doNotTrack: true
  types: [Ingress, Egress]
  ingress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [11211]
  egress:
  - action: Allow
    protocol: TCP
    source:
      ports: [11211]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'hazards'


@rule('Spec', kinds=('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'))
def check(spec: Object, document: Document) -> Iterator[Finding]:
    flag = spec.leaf('doNotTrack') if 'doNotTrack' in spec.fields else None
    if flag is None or flag.value is not True:
        return
    allows = {
        direction: [
            item
            for item in spec.items(direction)
            if isinstance(item, Object) and item.text('action') in ('Allow', 'Pass')
        ]
        for direction in ('ingress', 'egress')
    }
    for direction, other in (('ingress', 'egress'), ('egress', 'ingress')):
        # The first packet of a reply over UDP is a connection of its own to what tracks it.
        tracked = [item for item in allows[direction] if _has_connections(item)]
        if tracked and not allows[other]:
            named = [leaf.text for leaf in spec.leaves('types')]
            lacks_type = bool(named) and other.title() not in named
            types = f'{other.title()} to types, and ' if lacks_type else ''
            yield finding_at_key(
                'donottrack-asymmetric',
                flag,
                f'untracked packets are allowed by {direction} rules, and no {other} rule allows '
                f'their replies: add {types}{other} rules with source and destination exchanged',
                related=((tracked[0].key_span, 'what is allowed'),),
            )


def _has_connections(traffic: Object) -> bool:
    protocol = traffic.leaf('protocol')
    return protocol is None or protocol.value in ('TCP', 'SCTP', 6, 132, '6', '132')
