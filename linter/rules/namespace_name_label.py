"""A namespaceSelector looks for the name of a namespace in a label of somebody's own.

Kubernetes gives every namespace `kubernetes.io/metadata.name`, and Calico
`projectcalico.org/name`. A label `name` is there only where somebody has written it, and a rule
that asks for it fits nothing elsewhere.

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
      namespaceSelector: name == 'ingress'
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
      namespaceSelector: projectcalico.org/name == 'ingress'
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.selector.labels import conditions
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'

ALSO = ('serviceaccount-name-label',)


@rule('calico-selector')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    owner = leaf.parent
    of_accounts = leaf.name == 'serviceAccountSelector' or (
        isinstance(owner, Object) and owner.type == 'ServiceAccountMatch'
    )
    if not of_accounts and leaf.name != 'namespaceSelector':
        return
    for found in conditions(leaf.text):
        if found.key in (('name',) if of_accounts else ('name', 'namespace', 'ns')):
            what = 'service account' if of_accounts else 'namespace'
            yield Finding(
                'account-name-label' if of_accounts else 'namespace-name-label',
                document.inside(leaf, found.start, found.start + len(found.key)),
                f'no {what} has a label {found.key} unless somebody gave it one: write '
                'projectcalico.org/name',
                yaml_path=leaf.yaml_path,
            )
