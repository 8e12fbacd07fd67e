"""A v2 NetworkPolicy sets a flag that matters to host endpoints only.

The page of `projectcalico.org/v2` lists doNotTrack, preDNAT and applyOnForward for both kinds,
but a NetworkPolicy selects workloads only, so the flag has no effect. The fields left the API six
days later. Use a GlobalNetworkPolicy for hosts. The fix of `legacy-api`, which is unsafe, removes
flags that are false; one that is true keeps the document from being brought over.

```yaml bad
apiVersion: projectcalico.org/v2
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  applyOnForward: true
  types: [ingress]
```

```yaml good
apiVersion: projectcalico.org/v2
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  applyOnForward: true
  types: [ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'types'


@rule('Spec', kinds=('v2',))
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if document.kind != 'NetworkPolicy':
        return
    for name in ('doNotTrack', 'preDNAT', 'applyOnForward'):
        if name in spec.fields:
            yield finding_at_key(
                'v2-host-flags',
                spec.fields[name],
                f'{name} has no effect on a NetworkPolicy, which selects workloads only: '
                'remove it, since only a GlobalNetworkPolicy selects hosts',
            )
