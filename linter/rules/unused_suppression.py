"""A suppression suppresses nothing.

What it was about is cured or has moved, and it would hide the next mistake of that kind. A
comment at the end of a line covers the findings that start on this line, where a scalar of
several lines makes one line of all of them. A comment alone on its line covers the node below
it: an entry with its value, an item of a list. Above the first key of a document, above its
`---` or behind that, it covers the whole document. `ignore-file[…]` covers the file, wherever
it stands outside of scalars.

For rendered manifests the object's annotation `calico-lint/ignore: "rule-a; rule-b: reason"`
does the same for the object. That is the only way in JSON, which has no comments.

A suppression of `unused-suppression`, `unknown-suppression` or `suppression-without-reason` is
always unused, except in an `ignore-file[…]`. Nothing is said of documents that were not judged:
templates, those that do not parse, kinds that are skipped. Nor is anything said of a suppression
that another Calico version or another way into the cluster needs.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role == 'web'  # calico-lint: ignore[selector-syntax] migrated by hand
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  # calico-lint: ignore[selector-syntax] filled in by the operator
  selector: role = 'web'
  types: [Ingress]
```

The fix takes the id out, or with the last id the comment. It is safe for a comment. For an
annotation it is unsafe, since the live object changes too.
"""

GROUP = 'suppressions'
