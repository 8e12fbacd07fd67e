"""The reference page of the v2 API says that this datastore cannot create the object.

The table "Supported operations" of the NetworkPolicy page of `projectcalico.org/v2` lists
create and update as not supported with the Kubernetes datastore. It is a note for `--datastore
kubernetes` only: the code of that pre-release could do it all the same.

```yaml bad --datastore kubernetes
apiVersion: projectcalico.org/v2
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [ingress]
```

```yaml good --datastore etcdv3
apiVersion: projectcalico.org/v2
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.catalogue.rule import rule
from linter.diagnostic import Finding
from linter.text.source import Span

GROUP = 'document'


@rule('document', kinds=('v2',))
def check(document: Document, _: Document) -> Iterator[Finding]:
    kind = document.root.fields.get('kind')
    if kind is not None:
        span: Span = kind.span
        yield Finding(
            'v2-datastore',
            span,
            f'the v2 page says that the Kubernetes datastore neither creates nor updates a '
            f'{document.kind}: use etcdv3, or projectcalico.org/v3',
        )
