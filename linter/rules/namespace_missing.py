"""A namespaced object says no namespace.

calicoctl then puts it into `default` (or what `-n` says) and kubectl into the current namespace,
and its selectors choose among the endpoints of that namespace only. Who applies the file decides
what it protects. Nothing is reported where a kustomization sets `namespace:` for the file.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'names'


@rule('Metadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    if not document.is_namespaced or metadata.parent is not document.root:
        return
    if document.surroundings.sets_namespace:
        return
    message = (
        f"{document.kind} has no namespace: it goes to 'default' or to the client's own, "
        'so add namespace'
    )
    namespace = metadata.fields.get('namespace')
    if namespace is None:
        blank = metadata.nulls.get('namespace')
        if blank is not None:
            yield finding_at('namespace-omitted', blank, message)
        else:
            yield finding_at_key('namespace-omitted', metadata, message)
    elif isinstance(namespace, Leaf) and namespace.ok and not namespace.text:
        yield finding_at('namespace-omitted', namespace, message)
