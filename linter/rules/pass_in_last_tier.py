"""A rule passes traffic on from the tier `default`, behind which there is usually nothing.

`Pass` skips the rest of the tier: other policies, the policies of Kubernetes, and a default deny
among them. Behind the last tier the profile of the pod decides, and that of a namespace allows
everything. So `Pass` in `default` allows, unless a tier of one's own or `kube-baseline` comes
after it.

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
  - action: Pass
    source:
      selector: app == 'fe'
  - action: Deny
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
      selector: app == 'fe'
  - action: Deny
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'


@rule('Rule')
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    action = traffic.leaf('action')
    if action is None or action.value != 'Pass' or not document.is_policy:
        return
    spec = document.spec
    if spec is not None and spec.text('tier') in ('', 'default'):
        yield finding_at(
            'pass-in-last-tier',
            action,
            'Pass skips the rest of the tier default, behind which the profile of a pod allows '
            'everything: write Allow, or put the policy into a tier before',
        )
