"""A negative namespaceSelector of an Allow fits what is in no namespace, too.

`!=`, `not in` and `!has()` hold for whatever lacks the label: host endpoints and global network
sets, which have no namespace. In a NetworkPolicy it lifts the restriction to the own namespace
besides.

```yaml bad --profile strict
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
      namespaceSelector: projectcalico.org/name != 'dev'
```

```yaml good --profile strict
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
      namespaceSelector: has(projectcalico.org/name) && projectcalico.org/name != 'dev'
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.selector.labels import fits_unlabelled
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'


@rule('EntityRule')
def check(entity: Object, document: Document) -> Iterator[Finding]:
    selector = entity.leaf('namespaceSelector') if 'namespaceSelector' in entity.fields else None
    traffic = entity.parent
    if selector is None or not isinstance(traffic, Object) or traffic.text('action') != 'Allow':
        return
    if document.is_policy and selector.text and fits_unlabelled(selector.text):
        brackets = 'put it in brackets, and ' if '||' in selector.text else ''
        yield finding_at(
            'negative-namespace',
            selector,
            'this fits host endpoints and global network sets, too, because they have no labels of '
            f'a namespace: {brackets}begin it with has(projectcalico.org/name) &&',
        )
