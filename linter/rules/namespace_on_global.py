"""A cluster-scoped object has a namespace.

calicoctl refuses it. The Kubernetes API server drops the field, and what looks confined to a
namespace is cluster-wide: a GlobalNetworkPolicy with `namespace: test` and an `Allow` opens
every namespace.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  namespaceSelector: kubernetes.io/metadata.name == 'shop'
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'names'


@rule('Metadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    if document.is_namespaced or metadata.parent is not document.root:
        return
    namespace = metadata.fields.get('namespace')
    if isinstance(namespace, Leaf) and namespace.ok and namespace.text:
        kind = document.kind.replace('Global', '', 1)
        advice = 'remove namespace'
        if document.is_policy:
            advice = f'write kind: {kind}, or remove namespace if the whole cluster is meant'
        elif kind != document.kind:
            advice = f'remove namespace, or write kind: {kind}'
        yield finding_at_key(
            'namespace-on-global-kind',
            namespace,
            f'{document.kind} is cluster-wide and has no namespace: {advice}',
        )
