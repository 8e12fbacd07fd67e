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

from linter.calico.document import Document
from linter.calico.kinds import TIER_ORDERS
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'types'

_FACTS = {
    'default': 'default-tier-order',
    'adminnetworkpolicy': 'adminnetworkpolicy-tier-order',
    'baselineadminnetworkpolicy': 'baselineadminnetworkpolicy-tier-order',
    'kube-admin': 'kube-tier-order',
    'kube-baseline': 'kube-tier-order',
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
    add = 'add' if spec is not None else 'add spec with'
    if isinstance(order, Leaf):
        if order.ok and order.value != wanted:
            yield finding_at(
                fact,
                order,
                f'tier {name} has the fixed order {wanted}, not {order.value}: write {wanted}',
            )
    elif name == 'default':
        yield finding_at_key(
            'default-tier-order-omitted',
            holder,
            f'tier {name} says no order: {add} order: {wanted}',
        )
    else:
        yield finding_at_key(
            fact,
            holder,
            f'tier {name} says no order, and gets one that is refused: {add} order: {wanted}',
        )
    if name not in _ACTIONS:
        return
    action = spec.fields.get('defaultAction') if spec is not None else None
    right = _ACTIONS[name]
    if isinstance(action, Leaf):
        if action.ok and action.text in ('Deny', 'Pass') and action.text != right:
            yield finding_at(
                'builtin-tier-default-action',
                action,
                f'tier {name} has the fixed default action {right}: write {right}',
            )
    elif right != 'Deny':
        yield finding_at_key(
            'builtin-tier-default-action',
            holder,
            f'tier {name} says no defaultAction, and gets Deny, which is '
            f'refused: {add} defaultAction: {right}',
        )
