"""A suppression does not say why.

Whoever reads the suppression later cannot tell whether it is still needed. It is reported only
where the configuration has `require-reason: true`. The reason stands behind the closing bracket:
`# calico-lint: ignore[selector-syntax] filled in by the operator`; in an annotation
behind a colon, where it is also that of the ids before it that have none: `"selector-syntax;
invalid-port: filled in"`. A suppression that is unused is only reported as such.

There is no fix: only you know the reason.

```yaml bad require-reason
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role = 'web'  # calico-lint: ignore[selector-syntax]
  types: [Ingress]
```

```yaml good require-reason
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role = 'web'  # calico-lint: ignore[selector-syntax] filled in by the operator
  types: [Ingress]
```
"""

GROUP = 'suppressions'
