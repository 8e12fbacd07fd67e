"""A kind is newer than the Calico version that you target.

No client and no API server of that version knows it, so the object cannot be created. Give the
version of your cluster as `--calico-version`, or in `.calico-lint.yaml`.

```yaml bad --calico-version 3.29
apiVersion: projectcalico.org/v3
kind: StagedNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```

```yaml good --calico-version 3.29
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
