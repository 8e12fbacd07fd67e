"""The flags doNotTrack, preDNAT and applyOnForward do not fit together.

Calico refuses the policy. At most one of `doNotTrack` and `preDNAT` may be true, either needs
`applyOnForward: true`, and a preDNAT policy has neither egress rules nor the type `Egress`. Where
kubectl writes CRDs without these checks, nobody says what the data plane makes of it.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: hosts
spec:
  preDNAT: true
  types: [Ingress]
  ingress:
  - action: Deny
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: hosts
spec:
  preDNAT: true
  applyOnForward: true
  types: [Ingress]
  ingress:
  - action: Deny
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Array, Leaf, Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'types'


@rule('Spec')
def check(spec: Object, document: Document) -> Iterator[Finding]:
    untracked, pre = spec.leaf('doNotTrack'), spec.leaf('preDNAT')
    flags = [flag for flag in (untracked, pre) if flag is not None and flag.value is True]
    if not flags or not document.is_policy:
        return
    flags.sort(key=lambda flag: flag.span.start)
    if len(flags) == 2:
        yield finding_at(
            'prednat-with-donottrack',
            flags[1],
            'doNotTrack and preDNAT cannot both be true: set one to false',
            related=((flags[0].span, 'the other one'),),
            about=spec,
        )
    forward = spec.fields.get('applyOnForward')
    if forward is None or (isinstance(forward, Leaf) and forward.value is False):
        first = flags[0]
        message = f'{first.name} needs applyOnForward: add applyOnForward: true'
        yield finding_at('host-flags-need-applyonforward', first, message, about=spec)
    if pre is None or pre.value is not True:
        return
    egress = spec.fields.get('egress')
    if isinstance(egress, Array) and egress.items:
        yield finding_at_key(
            'prednat-with-egress-rules',
            egress,
            'a preDNAT policy has no egress rules: write them in a policy of their own',
            related=((pre.key_span, 'preDNAT'),),
        )
    for item in spec.leaves('types'):
        if item.text.lower() == 'egress':
            yield finding_at(
                'prednat-with-egress-type',
                item,
                'a preDNAT policy governs ingress only: write types: [Ingress], and a policy of '
                'its own for egress',
                related=((pre.key_span, 'preDNAT'),),
            )
