"""The apiVersion is missing, misspelt, or not one of Calico.

Calico's kinds live in `projectcalico.org/v3`. An apiVersion is case-sensitive.

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
