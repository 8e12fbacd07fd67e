"""A namespace is not one that Kubernetes can have.

No such namespace exists, so the object cannot be created or selects nothing. Calico itself does not
check the name, but Kubernetes namespaces are DNS labels: a-z, 0-9 and `-`, at most 63 characters.

```yaml bad --admission native
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: Shop_1
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop-1
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import names
from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'names'


@rule('Metadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    leaf = metadata.leaf('namespace')
    if (
        leaf is None
        or not leaf.text
        or not document.is_namespaced
        or metadata.parent is not document.root
    ):
        return
    if len(leaf.text) > 63 or not names.is_label(leaf.text):
        better = names.suggestion(leaf.text.replace('.', '-'))
        advice = f', such as {quoted(better)}' if better and len(better) < 64 else ''
        yield finding_at(
            'namespace-syntax',
            leaf,
            f'{quoted(leaf.text)} is not a namespace that Kubernetes can have: it consists of '
            f"a-z, 0-9 and '-', and has at most 63 characters{advice}",
        )
