"""A tier that Calico makes itself is given another order or default action.

`default` has the order 1,000,000 and denies; `kube-admin` (1,000) and `kube-baseline`
(10,000,000) pass since Calico 3.32; `adminnetworkpolicy` and `baselineadminnetworkpolicy` stood
for them before.

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

GROUP = 'types'

_ORDERS = {
    'default': (1000000, 'R-603-default'),
    'adminnetworkpolicy': (1000, 'R-603-anp'),
    'baselineadminnetworkpolicy': (10000000, 'R-603-banp'),
    'kube-admin': (1000, 'R-603-kube'),
    'kube-baseline': (10000000, 'R-603-kube'),
}
_ACTIONS = {'default': 'Deny', 'kube-admin': 'Pass', 'kube-baseline': 'Pass'}


@rule('document', kinds=('Tier',))
def check(document: Document, _: Document) -> Iterator[Finding]:
    metadata = document.metadata
    name = metadata.text('name') if metadata is not None else ''
    if name not in _ORDERS:
        return
    spec = document.spec
    wanted, fact = _ORDERS[name]
    order = spec.fields.get('order') if spec is not None else None
    holder = spec if spec is not None else document.root
    if isinstance(order, Leaf):
        if order.ok and order.value != wanted:
            yield at(fact, order, f'the order of tier {name} is {wanted}: write {wanted}')
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
                'R-602', action, f'the default action of tier {name} is {right}: write {right}'
            )
    elif right != 'Deny':
        yield at_key(
            'R-602',
            holder,
            f'tier {name} says no defaultAction, and gets Deny, which is '
            f'refused: add defaultAction: {right}',
        )
