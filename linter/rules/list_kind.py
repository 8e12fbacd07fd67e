"""`kind: List` is not read by calicoctl.

kubectl does, and so its items are judged like any others. For calicoctl use separate documents,
or a typed list such as NetworkPolicyList.

```yaml bad
apiVersion: v1
kind: List
items:
- apiVersion: projectcalico.org/v3
  kind: NetworkPolicy
  metadata:
    name: web
    namespace: shop
  spec:
    types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicyList
items:
- apiVersion: projectcalico.org/v3
  kind: NetworkPolicy
  metadata:
    name: web
    namespace: shop
  spec:
    types: [Ingress]
```
"""

GROUP = 'document'
