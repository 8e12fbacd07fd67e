"""A rule asks of its own side what none of the endpoints of the policy is.

The destination of an ingress rule, and the source of an egress rule, is an endpoint that the policy
selects. A selector there that fits none of them never matches; usually the other side is meant.
Policies with `applyOnForward` are left out, because they see the traffic of other endpoints.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  selector: app == 'a'
  types: [Ingress]
  ingress:
  - action: Allow
    destination:
      selector: app == 'b'
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  selector: app == 'a'
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      selector: app == 'b'
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.policy.one import OnePolicy
from linter.policy.rule_checks import own_side_disjoint

GROUP = 'hazards'


@rule('policy')
def check(one: OnePolicy, document: Document) -> Iterator[Finding]:
    policy = one.policy
    if policy.apply_on_forward or policy.pre_dnat or policy.do_not_track:
        return
    for found in own_side_disjoint(policy):
        at = one.part(found.direction, found.number, found.field)
        side = found.field.partition('.')[0]
        other = 'destination' if side == 'source' else 'source'
        yield finding_at(
            'own-side-disjoint',
            at,
            f'the {side} of an {found.direction} rule is an endpoint of this policy, and this fits '
            f'none of them, so the rule never matches: write it under {other}, or correct it',
            about=at,
        )
