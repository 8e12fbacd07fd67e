"""A rule matches HTTP, which only the application layer sees.

Methods and paths are looked at where Envoy with Dikastes is in front of the pod. Everywhere else
Felix leaves the match out of the rule, which then allows all that its addresses and ports allow.

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
    http:
      methods: [GET]
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
    protocol: TCP
    source:
      selector: app == 'fe'
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'


@rule('Rule')
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    match = traffic.fields.get('http')
    if match is None or not document.is_policy:
        return
    yield finding_at_key(
        'http-fail-open',
        match,
        'only application layer policy looks at http, and without it the rule allows all that its '
        'other conditions match: add those that are to hold without it',
    )
