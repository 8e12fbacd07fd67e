"""A value that Calico would refuse looks like a placeholder.

`${NAMESPACE}` and `<your-name>` are filled in by something else before the file reaches Calico, so
this is an info only. If nothing fills them in, Calico refuses the document: check the rendered file
too. The same goes for `$(NAME)`, `__NAME__`, `@@NAME@@`, `%NAME%`, `#{NAME}#`, `[[ .name ]]`,
`(( grab name ))`, `<path:secret/data/x#key>` of the Vault plugin for Argo CD, and `ENC[…]` where
SOPS has encrypted the document.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: ${APP}-web
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
  selector: role == '${ROLE}'
  types: [Ingress]
```
"""

GROUP = 'yaml'
