"""A stream of documents has an empty one.

calicoctl 3.32 and newer refuse the whole file because of it; kubectl skips it. Typical are a
licence comment before the first `---`, and comments after the last one.

```yaml bad
# Policies of the shop
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```

```yaml good
---
# Policies of the shop
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```
"""

GROUP = 'yaml'
