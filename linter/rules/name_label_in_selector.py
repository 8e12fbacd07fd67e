"""A selector of endpoints asks for the name of a namespace by a label that only namespaces have.

Pods and host endpoints have no label `projectcalico.org/name` or `kubernetes.io/metadata.name`:
namespaces do. A `selector` with one of these fits nothing, unless somebody labels pods or network
sets so by hand.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  selector: projectcalico.org/name == 'shop'
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  namespaceSelector: projectcalico.org/name == 'shop'
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.selector.labels import conditions
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import rule
from linter.diagnostic import Finding

GROUP = 'hazards'

_OF_NAMESPACES = ('projectcalico.org/name', 'kubernetes.io/metadata.name')


@rule('calico-selector')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    if leaf.name not in ('selector', 'notSelector'):
        return
    if not any(label in leaf.text for label in _OF_NAMESPACES):
        return
    owner = leaf.parent
    if isinstance(owner, Object) and owner.type == 'ServiceAccountMatch':
        return
    # The spec of a NetworkPolicy has none.
    is_own = document.is_namespaced and owner is document.spec
    field = '' if is_own else 'it in namespaceSelector, or write '
    for found in conditions(leaf.text):
        if found.key in _OF_NAMESPACES:
            yield Finding(
                'name-label',
                document.inside(leaf, found.start, found.start + len(found.key)),
                f'{found.key} is a label of namespaces, which no endpoint has: write '
                f'{field}projectcalico.org/namespace',
                yaml_path=leaf.yaml_path,
            )
