"""The name of a service account is not one, and breaks the match.

Calico pastes the names into a selector. A name with a quote makes that selector unreadable, and
Felix then drops the whole `serviceAccounts` match: the rule applies to every account. No reader
checks it.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      serviceAccounts:
        names: ["web'"]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      serviceAccounts:
        names: [web]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'selectors'


@rule('ServiceAccountMatch')
def check(match: Object, document: Document) -> Iterator[Finding]:
    for leaf in match.leaves('names'):
        if "'" in leaf.text:
            yield finding_at(
                'serviceaccount-name-pasted',
                leaf,
                f'{quoted(leaf.text)} is not the name of a service account: '
                'write it without quotes inside',
            )
