"""A staged Kubernetes policy cannot be converted to a Calico policy.

Calico converts it to check it, and refuses what it cannot convert: numeric ports are from 0 to
65535, and `endPort` is not below `port`.

```yaml bad
apiVersion: projectcalico.org/v3
kind: StagedKubernetesNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  ingress:
  - ports:
    - protocol: TCP
      port: 70000
```

```yaml good
apiVersion: projectcalico.org/v3
kind: StagedKubernetesNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  ingress:
  - ports:
    - protocol: TCP
      port: 8000
      endPort: 9000
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding

GROUP = 'types'


@rule('Port')
def check(port: Object, document: Document) -> Iterator[Finding]:
    spec = document.spec
    if spec is None or spec.text('stagedAction') == 'Delete':
        return
    first, last = port.leaf('port'), port.leaf('endPort')
    if first is not None and isinstance(first.value, int):
        if not 0 <= first.value <= 65535:
            yield finding_at(
                'kubernetes-conversion',
                first,
                f'{first.value} is not a port: a port is a number from 1 to 65535',
            )
        elif last is not None and isinstance(last.value, int):
            if last.value < first.value:
                yield finding_at(
                    'kubernetes-conversion',
                    last,
                    f'endPort {last.value} is below port {first.value}: '
                    'write the higher number as endPort',
                )
            elif last.value > 65535:
                yield finding_at(
                    'kubernetes-conversion',
                    last,
                    f'{last.value} is not a port: a port is a number from 1 to 65535',
                )
