"""A kind has no CRD, so kubectl cannot apply it.

Calico makes profiles itself, from namespaces and service accounts. Only calicoctl and the Calico
API server know them as objects.

```yaml bad --admission native
apiVersion: projectcalico.org/v3
kind: Profile
metadata:
  name: web
spec:
  labelsToApply:
    role: web
```

```yaml good --admission native
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata:
  name: web
spec:
  nets: [10.0.0.0/8]
```
"""

GROUP = 'document'
