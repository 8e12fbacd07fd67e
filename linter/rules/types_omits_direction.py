"""A policy has rules for a direction that its `types` leave out.

Only the directions in `types` are enforced. The rules of the other one are stored and never apply:
a `Deny` among them denies nothing.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
  egress:
  - action: Deny
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress, Egress]
  ingress:
  - action: Allow
  egress:
  - action: Deny
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Array, Leaf, Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'types'


@rule('Spec')
def check(spec: Object, document: Document) -> Iterator[Finding]:
    types = spec.fields.get('types')
    if not document.is_policy or not isinstance(types, Array) or not types.items:
        return
    named: set[str] = set()
    for item in types.items:
        if (
            not isinstance(item, Leaf)
            or not item.ok
            or item.text.lower() not in ('ingress', 'egress')
        ):
            return  # it may have been meant to be there
        named.add(item.text.lower())
    for name in ('ingress', 'egress'):
        rules = spec.fields.get(name)
        if isinstance(rules, Array) and rules.items and name not in named:
            word = name if document.api == 'v2' else name.capitalize()
            yield finding_at_key(
                'direction-not-in-types',
                rules,
                f'these {name} rules never apply, because types leaves out {word}: '
                f'add {word} to types, or remove the rules',
                related=((types.key_span, 'types'),),
            )
