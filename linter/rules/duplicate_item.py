"""A list has an item twice.

`types` and `performanceHints` refuse repeated items. When the datastore is Kubernetes, so do since
Calico 3.32 `nets`, the names of `serviceAccounts`, `expectedIPs` and `profiles` of host endpoints
and `allowedUses` of pools, and since 3.33 `notNets`.

The fix is safe: without the repeated item the list means the same.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress, Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress, Egress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.repair import remove_item
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'fields'

_LISTS = {
    'Spec': (
        ('types', 'policy-type-duplicate'),
        ('performanceHints', 'performance-hint-duplicate'),
        ('nets', 'set-duplicate'),
        ('policyTypes', 'set-duplicate'),
        ('expectedIPs', 'set-duplicate'),
        ('profiles', 'set-duplicate'),
        ('allowedUses', 'set-duplicate'),
    ),
    'EntityRule': (('nets', 'set-duplicate'), ('notNets', 'notnets-duplicate')),
    'ServiceAccountMatch': (('names', 'set-duplicate'),),
}


@rule('Spec', 'EntityRule', 'ServiceAccountMatch')
def check(object: Object, document: Document) -> Iterator[Finding]:
    for name, fact in _LISTS[object.type]:
        found = object.fields.get(name)
        if found is None or document.is_judged((name, id(found.node))):
            continue
        seen: dict[str, Leaf] = {}
        for leaf in object.leaves(name):
            text = str(leaf.value)
            if text in seen:
                yield finding_at(
                    fact,
                    leaf,
                    f'{quoted(text)} is in {name} twice: remove one of them',
                    related=((seen[text].span, 'the first one'),),
                    fix=remove_item(document.source.text, leaf, f'Remove the repeated {text}'),
                )
            else:
                seen[text] = leaf
