"""A policy with `applyOnForward` allows some traffic, so that all other forwarded one is denied.

Hosts forward the traffic of their pods freely while no policy with `applyOnForward` selects the
host endpoint. The first one brings the end of the tier along, which denies what no rule allows,
and no failsafe port is let through there. Nothing is said where a rule allows all traffic of a
network that may be that of the pods.

```yaml bad --profile strict
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: hosts
spec:
  selector: role == 'gateway'
  applyOnForward: true
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [22]
```

```yaml good --profile strict
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: hosts
spec:
  selector: role == 'gateway'
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [22]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.traffic import direction_lists, networks
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding
from linter.policy.gate import is_unconditional

GROUP = 'strict'
PROFILE = 'strict'


@rule('Spec', kinds=('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'))
def check(spec: Object, document: Document) -> Iterator[Finding]:
    flags = {
        name
        for name in ('applyOnForward', 'preDNAT', 'doNotTrack')
        if (leaf := spec.leaf(name)) is not None and leaf.value is True
    }
    if flags != {'applyOnForward'}:
        return
    closed = [
        rules.name
        for rules, items in direction_lists(spec)
        # Who writes a Deny for the rest means it.
        if not any(
            (item.text('action') in ('Allow', 'Pass', 'Deny') and is_unconditional(item))
            or (item.text('action') in ('Allow', 'Pass') and _may_be_for_pods(item))
            for item in items
        )
    ]
    if closed:
        yield finding_at_key(
            'aof-drops-forwarded',
            spec.fields['applyOnForward'],
            f'applyOnForward denies all forwarded traffic that no {" or ".join(closed)} rule '
            'allows, that of the pods of the host among it: remove it, or end with a rule that '
            'allows or passes on the rest',
        )


_NOTHING_ELSE = frozenset(('action', 'ipVersion', 'metadata', 'source', 'destination'))
_WIDEST = {4: 20, 6: 64}
"""So long is the prefix of a network that may be that of all pods."""


def _may_be_for_pods(item: Object) -> bool:
    """Whether a rule is about all traffic of networks that may be those of the pods."""
    sides = [side for name in ('source', 'destination') if (side := item.object(name)) is not None]
    return (
        _NOTHING_ELSE.issuperset(item.fields)
        and all(not side.fields or set(side.fields) == {'nets'} for side in sides)
        and any((net.prefix or 0) <= _WIDEST[net.family] for _, net in networks(item))
    )
