"""A rule changes nothing, because rules before it decide the same about all that it matches.

Nothing is wrong with the traffic. But who changes the rule one day changes nothing, and looks for
the reason. A last `Deny` of everything is among these where nothing is left for it.

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
    protocol: TCP
    destination:
      ports: ['8000:9000']
  - action: Allow
    protocol: TCP
    destination:
      ports: [8080]
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
    destination:
      ports: ['8000:9000']
```
"""

from __future__ import annotations

GROUP = 'strict'
PROFILE = 'strict'
# What it finds is found by shadowed-rule, which looks at all rules that are never reached.
