"""A document is written for an API that no cluster serves.

`apiVersion: v1` with `kind: policy` is the API of Calico 2; `projectcalico.org/v2` was the
pre-release of v3 and was never released. Neither can be applied: write `projectcalico.org/v3`. A
v2 document is also judged by the reference page of that pre-release, so that its other mistakes can
be found before it is rewritten.

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
