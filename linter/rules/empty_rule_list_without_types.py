"""An empty list of rules without `types` means something else on each way into the cluster.

For `egress: []` alone, calicoctl and the Calico API server fill in `types: [Ingress]`, because
they look at the rules that are there, so a policy meant to deny egress denies ingress. Native
v3 CRDs look at the keys and fill in `[Egress]`. `crd.projectcalico.org/v1` gets both. Write
`types`, and the policy means the same everywhere: with `[Ingress, Egress]` nothing opens that was
closed, with `[Egress]` ingress stays open.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  egress: []
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress, Egress]
  egress: []
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Array, Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'types'


@rule('Spec')
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if not document.is_policy or document.api != 'v3':
        return
    types = spec.fields.get('types')
    if types is not None and not (isinstance(types, Array) and not types.items):
        return
    egress = spec.fields.get('egress')
    # Only an empty egress is read differently from what it says.
    if isinstance(egress, Array) and not egress.items:
        # Ingress is governed as it is, and would be open without it in types.
        yield finding_at_key(
            'types-by-presence',
            egress,
            'without types, this empty egress is the same as none, and the policy governs '
            'ingress only: write types: [Ingress, Egress]',
        )
