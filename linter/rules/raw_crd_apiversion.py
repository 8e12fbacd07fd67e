"""A document is written for the private store of Calico.

`crd.projectcalico.org/v1` is how Calico stores its objects. kubectl can write it, past most of
Calico's checks and defaults: what the API would refuse is then dropped without a word. It is
reported once for each file.

The fix is unsafe: it writes `projectcalico.org/v3`, where Calico checks and completes more than in
its store, and the same file may be refused.

```yaml bad
apiVersion: crd.projectcalico.org/v1
kind: NetworkPolicy
metadata:
  name: default.web
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
