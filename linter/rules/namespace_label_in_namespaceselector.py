"""A namespaceSelector asks for a label that only pods have.

`projectcalico.org/namespace` is a label that Calico gives pods. Namespaces have
`projectcalico.org/name`. In a `namespaceSelector` the first one fits no namespace at all, and its
negation fits every one, without any error.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      namespaceSelector: projectcalico.org/namespace == 'ingress'
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      namespaceSelector: projectcalico.org/name == 'ingress'
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.selector.labels import conditions
from linter.calico.values import Leaf
from linter.catalogue.rule import rule
from linter.diagnostic import Finding

GROUP = 'hazards'

_OF_PODS = (
    'projectcalico.org/namespace',
    'projectcalico.org/orchestrator',
    'projectcalico.org/serviceaccount',
)


@rule('calico-selector')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    if leaf.name != 'namespaceSelector' or 'projectcalico.org/' not in leaf.text:
        return
    for found in conditions(leaf.text):
        if found.key in _OF_PODS:
            yield Finding(
                'namespace-label',
                document.inside(leaf, found.start, found.start + len(found.key)),
                f'{found.key} is a label of pods, which no namespace has: write '
                'projectcalico.org/name for the name of a namespace',
                yaml_path=leaf.yaml_path,
            )
