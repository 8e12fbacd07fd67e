"""The kind is not one of Calico.

The document is refused. Kinds are case-sensitive, and the short names of calicoctl and kubectl
(`np`, `gnp`, `pol`) are for their command lines only.

The fix is safe where the kind is a short name or differs in letter case: it has one right form.

```yaml bad
apiVersion: projectcalico.org/v3
kind: np
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```
"""

GROUP = 'document'
