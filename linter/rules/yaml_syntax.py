"""A Calico document is not YAML that can be read.

Nothing of the document reaches the cluster. The place is where the reader gave up; the cause is
often a little earlier: an indentation, a tab, a missing quote. The documents before it are still
checked.

The fix puts selectors in quotes where they lack them and nothing else is wrong, as in
`selector: !has(a) && has(b)`. It is safe: the text is a selector, and nothing was accepted before.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: 'role' == 'web'
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: !has(a) && has(b)
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: "role == 'web'"
  types: [Ingress]
```
"""

GROUP = 'yaml'
