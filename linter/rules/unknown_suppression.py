"""A suppression is misspelt: it names no rule, or is not written as suppressions are.

It suppresses nothing, and neither does a group of rules: it would hide rules that nobody has
met yet. The forms are `# calico-lint: ignore[rule-a, rule-b] reason`, `# calico-lint:
ignore-file[rule-a] reason` and the object's annotation `calico-lint/ignore: "rule-a; rule-b:
reason"`.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]  # calico-lint: ignore[selector-sintax]
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]  # calico-lint: disable=selector-syntax
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  # See the docs of calico-lint for what it ignores.
  selector: role = 'web'  # calico-lint: ignore[selector-syntax]
  types: [Ingress]
```

The fix writes the nearest id, or the right form around the ids. It is unsafe where an id
resembles none closely: then the fix removes it, or writes the only id of which it is a part.
"""

GROUP = 'suppressions'
