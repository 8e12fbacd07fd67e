"""`notNets` excludes every address.

A rule with `notNets: [0.0.0.0/0]` or `::/0` matches nothing, so the rule as a whole can go; without
its `notNets` it would match everything. Calico refuses it since 3.29.6, 3.30.3 and 3.31.0. Before
these releases Felix rendered such a rule, and calico-node has crashed on it (calico#9211).

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
    source:
      notNets: [0.0.0.0/0]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress: []
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import nets
from linter.calico.document import Document
from linter.calico.traffic import types_of
from linter.calico.values import Array, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'nets'


@rule('EntityRule')
def check(entity: Object, document: Document) -> Iterator[Finding]:
    first = False
    for leaf in entity.leaves('notNets'):
        net = nets.parse(leaf.text)
        if net is None or net.prefix != 0 or not net.masked:
            continue
        # Calico compares the text of an IPv4 network, and of an IPv6 network what it means.
        if net.bits == 128 or leaf.text == '0.0.0.0/0':
            array, first = (None if first else leaf.parent), True
            yield finding_at(
                'notnets-catch-all',
                leaf,
                f'{quoted(leaf.text)} in notNets excludes every address, so the '
                f'rule matches nothing: {_advice(entity, document)}',
                # That the rule never matches follows from the first of them.
                same_mistake=('never', array.node.start) if array is not None else None,
                is_root=True,
            )


def _advice(entity: Object, document: Document) -> str:
    rules = entity.up('Rule')
    array = rules.parent if rules is not None else None
    spec = document.spec
    if isinstance(array, Array) and len(array.items) == 1 and spec is not None:
        if 'types' not in spec.fields:
            # What remains has to keep the direction isolated.
            return f'write {array.name}: [] and types: [{types_of(spec)}] instead of the rule'
        return f'write {array.name}: [] instead of the rule'
    return 'remove the whole rule'
