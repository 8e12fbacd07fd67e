"""A file holds fields that the cluster wrote.

`resourceVersion`, `uid` and `status` come from `kubectl get -o yaml` or `calicoctl get -o yaml`.
In a file that is kept and applied again they are of no use, and `resourceVersion` does harm: once
somebody has changed the object in the cluster, calicoctl refuses the file because of the old
version. A `status` is refused for kinds that have none.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  resourceVersion: "4711"
  uid: 6f0c1a2e-5fb0-11eb-a33e-525400ae723d
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
from linter.calico.values import Leaf, Object, Value
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.suggest import listing

GROUP = 'names'


@rule('Metadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    if metadata.parent is not document.root:
        return
    found: list[Value] = [
        value
        for name in ('resourceVersion', 'uid')
        if isinstance(value := metadata.fields.get(name), Leaf) and value.text
    ]
    if not found:
        return
    status = document.root.fields.get('status')
    if status is not None:
        found.append(status)
    found.sort(key=lambda value: value.key_span.start)
    words = listing([value.name for value in found], 'and')
    yield finding_at_key(
        'exported-fields',
        found[0],
        f'the cluster writes {words}, which an object in a file does not need: '
        f'remove {"it" if len(found) == 1 else "them"}',
        related=tuple((value.key_span, 'so does it write this') for value in found[1:]),
        same_mistake=('exported', document.root.node.start),
    )
