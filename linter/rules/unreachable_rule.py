"""A rule stands behind one that matches everything, so it is never reached.

The first rule that matches decides, and a rule without any condition matches every packet. Only
`Log` lets the next rule go on. A rule of another action behind it never decides, and a `Log` behind
it never logs.

```yaml bad
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
  - action: Deny
    source:
      nets: [10.9.0.0/16]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Deny
    source:
      nets: [10.9.0.0/16]
  - action: Allow
```
"""

from __future__ import annotations

GROUP = 'hazards'
# What it finds is found by shadowed-rule, which looks at all rules that are never reached.
