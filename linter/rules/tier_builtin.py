"""A tier that Calico makes itself is given another order or default action.

Calico refuses it. `default` has the order 1,000,000 and denies; `kube-admin` (1,000) and
`kube-baseline` (10,000,000) pass since Calico 3.32; `adminnetworkpolicy` and
`baselineadminnetworkpolicy` stood for them before.

```yaml bad
apiVersion: projectcalico.org/v3
kind: Tier
metadata:
  name: default
spec:
  order: 100
```

```yaml good
apiVersion: projectcalico.org/v3
kind: Tier
metadata:
  name: default
spec:
  order: 1000000
  defaultAction: Deny
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.diagnostic import Finding
from linter.document import Document
from linter.rule import at, at_key, rule
from linter.values import Leaf
from linter.vocabulary import TIER_ORDERS

GROUP = 'types'

_FACTS = {
    'default': 'R-603-default',
    'adminnetworkpolicy': 'R-603-anp',
    'baselineadminnetworkpolicy': 'R-603-banp',
    'kube-admin': 'R-603-kube',
    'kube-baseline': 'R-603-kube',
}
_ACTIONS = {'default': 'Deny', 'kube-admin': 'Pass', 'kube-baseline': 'Pass'}


@rule('document', kinds=('Tier',))
def check(document: Document, _: Document) -> Iterator[Finding]:
    metadata = document.metadata
    name = metadata.text('name') if metadata is not None else ''
    if name not in TIER_ORDERS:
        return
    spec = document.spec
    wanted, fact = TIER_ORDERS[name], _FACTS[name]
    order = spec.fields.get('order') if spec is not None else None
    holder = spec if spec is not None else document.root
    if isinstance(order, Leaf):
        if order.ok and order.value != wanted:
            yield at(
                fact,
                order,
                f'tier {name} has the fixed order {wanted}, not {order.value}: write {wanted}',
            )
    elif name == 'default':
        yield at_key(
            'R-603-default-omitted', holder, f'tier {name} says no order: add order: {wanted}'
        )
    else:
        yield at_key(
            fact,
            holder,
            f'tier {name} says no order, and gets one that is refused: add order: {wanted}',
        )
    if name not in _ACTIONS:
        return
    action = spec.fields.get('defaultAction') if spec is not None else None
    right = _ACTIONS[name]
    if isinstance(action, Leaf):
        if action.ok and action.text in ('Deny', 'Pass') and action.text != right:
            yield at(
                'R-602', action, f'tier {name} has the fixed default action {right}: write {right}'
            )
    elif right != 'Deny':
        yield at_key(
            'R-602',
            holder,
            f'tier {name} says no defaultAction, and gets Deny, which is '
            f'refused: add defaultAction: {right}',
        )
