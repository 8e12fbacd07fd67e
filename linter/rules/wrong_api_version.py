"""The apiVersion is missing, misspelt, or not one of Calico.

Calico's kinds live in `projectcalico.org/v3`, and an apiVersion is case-sensitive. With another one
the document is refused, or taken for an object of another API.

The fix writes the one that was meant. It is safe where only letter case, or the spelling of the key
`apiVersion`, is wrong; of another version nobody knows what was meant.

```yaml bad
apiVersion: projectcalico.org/v4
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```

```yaml bad
apiVersion: projectcalico.org/V3
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
