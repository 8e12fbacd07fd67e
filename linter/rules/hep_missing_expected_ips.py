"""A host endpoint without `expectedIPs` is found by no selector of a rule.

Policies apply to it all the same. But a rule that names it as its source or destination by its
labels compares addresses, and of this endpoint Calico knows none.

```yaml bad
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata:
  name: node1
  labels:
    role: edge
spec:
  node: node1
  interfaceName: eth0
```

```yaml good
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata:
  name: node1
  labels:
    role: edge
spec:
  node: node1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'hazards'


@rule('Spec', kinds=('HostEndpoint',))
def check(spec: Object, document: Document) -> Iterator[Finding]:
    metadata = document.metadata
    labels = metadata.object('labels') if metadata is not None else None
    if 'interfaceName' not in spec.fields or spec.items('expectedIPs'):
        return
    if labels is None or not labels.fields or document.surroundings.is_patch:
        return
    yield finding_at_key(
        'hep-no-expected-ips',
        spec,
        'this host endpoint has labels and no expectedIPs, so no rule finds it by them as its '
        'source or destination: add expectedIPs',
    )
