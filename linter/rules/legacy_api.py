"""A document is written for an API that no cluster serves.

`apiVersion: v1` with `kind: policy` is the API of Calico 2; `projectcalico.org/v2` was the
pre-release of v3 and was never released. Today's API is `projectcalico.org/v3`. A v2 document
is judged by its own page, so that it can be brought over mistake by mistake.

```yaml bad
apiVersion: v1
kind: policy
metadata:
  name: web
spec:
  selector: role == 'web'
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  selector: role == 'web'
```
"""

GROUP = 'document'
