"""A rule says the same as an earlier one.

The second of them never decides anything. It costs the dataplane a rule, and it is mended in one
place and forgotten in the other.

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
  - action: Allow
    protocol: TCP
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
```
"""

from __future__ import annotations

GROUP = 'strict'
PROFILE = 'strict'
# What it finds is found by shadowed-rule, which looks at all rules that are never reached.
