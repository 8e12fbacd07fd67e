"""Text in the file is never read.

calicoctl and kubectl cut a file at lines that begin with `---`, throw away the rest of such a
line, and read one document of each piece. What follows `...` or a complete JSON object, and what
stands behind `---` on its line, is lost without a word. Where a comment at the top lost its `#`,
that text is all they read, and they refuse the file.

The fix is unsafe: it makes a comment of a text at the top.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
...
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
```

```yaml bad
10250 is for the kubelet
# and 443 for everybody
apiVersion: projectcalico.org/v3
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
--- # the data base
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  types: [Ingress]
```
"""

GROUP = 'yaml'
