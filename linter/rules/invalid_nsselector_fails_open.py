"""A broken namespace or service account selector of a policy widens what it selects.

Where kubectl writes CRDs nobody checks selectors. Felix leaves out a policy-level
`namespaceSelector` or `serviceAccountSelector` that it cannot read, so the policy selects all
that its other selectors allow. calicoctl and the Calico API server refuse the document (rule
`selector-syntax`).

The fix is the one of `selector-syntax`, safe where the wrong token has one possible right form.

```yaml bad --admission native
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  namespaceSelector: team = 'a'
  types: [Ingress]
```

```yaml good --admission native
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  namespaceSelector: team == 'a'
  types: [Ingress]
```
"""

GROUP = 'selectors'
