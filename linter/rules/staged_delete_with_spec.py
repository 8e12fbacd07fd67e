"""A staged policy that announces a deletion says more than that.

With `stagedAction: Delete` the only other field of `spec` is `tier`: everything else must be
absent, even an empty list of rules. calicoctl and the API server refuse the rest; where kubectl
writes CRDs it has no effect.

```yaml bad
apiVersion: projectcalico.org/v3
kind: StagedNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  stagedAction: Delete
  selector: role == 'web'
```

```yaml good
apiVersion: projectcalico.org/v3
kind: StagedNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  tier: default
  stagedAction: Delete
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import (
    Array,
    Leaf,
    Object,
    Value,
)
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'types'


@rule(
    'Spec',
    kinds=('StagedNetworkPolicy', 'StagedGlobalNetworkPolicy', 'StagedKubernetesNetworkPolicy'),
)
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if spec.text('stagedAction') != 'Delete':
        return
    kubernetes = document.kind == 'StagedKubernetesNetworkPolicy'
    # Calico's client clears types before it validates.
    allowed = {'stagedAction'} if kubernetes else {'stagedAction', 'tier', 'types'}
    extra = [
        value for name, value in spec.fields.items() if name not in allowed and not _is_zero(value)
    ]
    if not extra:
        return
    extra.sort(key=lambda value: value.key_span.start)
    fact = 'staged-kubernetes-delete-with-fields' if kubernetes else 'staged-delete-with-fields'
    others = tuple((value.key_span, f'so is {value.name}') for value in extra[1:])
    rest = '' if kubernetes else ' and tier'
    message = (
        f'with stagedAction: Delete, {extra[0].name} is out of place: remove every field of '
        f'spec but stagedAction{rest}'
    )
    same = ('staged-delete', extra[0].key_span.start)
    yield finding_at_key(fact, extra[0], message, related=others, same_mistake=same, about=spec)
    yield finding_at_key(
        'staged-delete-fields-unchecked', extra[0], message, related=others, same_mistake=same
    )


def _is_zero(value: Value) -> bool:
    if isinstance(value, Leaf):
        return value.ok and value.name != 'order' and value.value in ('', False)
    if isinstance(value, Array):
        return False
    return isinstance(value, Object) and not value.fields
