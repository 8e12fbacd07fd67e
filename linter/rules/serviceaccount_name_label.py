"""A selector of service accounts looks for their name in a label of somebody's own.

Calico gives every service account the label `projectcalico.org/name`. A label `name` is there only
where somebody has written it.

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
      serviceAccounts:
        selector: name == 'backend'
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
      serviceAccounts:
        names: [backend]
```
"""

from __future__ import annotations

GROUP = 'strict'
PROFILE = 'strict'
# What it finds is found by namespace-name-label.
