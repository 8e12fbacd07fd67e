"""The label `projectcalico.org/tier` says another tier than `spec.tier`.

Calico 3.32 and newer set this label to the tier of the policy, whatever the file says. What selects
policies by the label, and tools that compare the file with the cluster, see another value than the
file has.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  labels:
    projectcalico.org/tier: security
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  labels:
    projectcalico.org/tier: default
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'names'


@rule('Metadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    labels = metadata.object('labels')
    label = labels.fields.get('projectcalico.org/tier') if labels is not None else None
    if not isinstance(label, Leaf) or not document.is_policy:
        return
    spec = document.spec
    tier = (spec.text('tier') if spec is not None else '') or 'default'
    if label.text != tier:
        yield finding_at(
            'tier-label-differs',
            label,
            f'Calico sets this label to the tier of the policy, {quoted(tier)}: '
            f'remove it, or write tier: {label.text} in spec',
        )
