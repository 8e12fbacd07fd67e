"""The apiVersion is missing, misspelt, or not one of Calico.

Calico's kinds live in `projectcalico.org/v3`, and an apiVersion is case-sensitive. With another one
the document is refused, or taken for an object of another API.

```yaml bad
apiVersion: projectcalico.org/v4
kind: NetworkPolicy
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
