"""An empty list matches everything, not nothing.

Calico reads `nets: []` as no `nets` at all. Where a template or a generator fills in a list and the
list comes out empty, a rule for a few addresses becomes one for all of them. The same holds of
`serviceAccounts: {}` and of `ports: []`. `source: {}` alone is a common way to say anything, and is
not reported.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: all()
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      nets: []
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: all()
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      nets: [10.1.0.0/16]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.misplaced import is_misspelt
from linter.calico.values import Array, Object, Value
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'hazards'

_PEERS = (
    'nets', 'notNets', 'selector', 'notSelector', 'namespaceSelector', 'serviceAccounts',
    'services',
)  # fmt: skip
_WIDE = {
    'nets': ('every address', 'list the networks'),
    'ports': ('every port', 'list the ports'),
    'serviceAccounts': ('every account', 'name the accounts'),
}


@rule('EntityRule')
def check(entity: Object, document: Document) -> Iterator[Finding]:
    if not entity.fields:
        return
    empty = [
        name
        for name, value in entity.fields.items()
        if _is_empty(value) and not is_misspelt(value, document)
    ]
    if not empty:
        return
    is_bare = all(name in empty or not entity.fields.get(name) for name in _PEERS)
    for name in empty:
        value = entity.fields[name]
        wide = _WIDE.get(name)
        if wide is None:
            yield finding_at_key(
                'empty-exclusion', value, f'an empty {name} excludes nothing: remove it'
            )
        elif is_bare or name == 'ports':
            yield finding_at_key(
                'empty-match',
                value,
                f'an empty {name} is the same as none, and matches {wide[0]}: {wide[1]}, or remove '
                'it where everything is meant',
            )


def _is_empty(value: Value) -> bool:
    """Whether a list or an object of service accounts asks for nothing."""
    if isinstance(value, Array):
        return not value.items and value.name in ('nets', 'ports', 'notNets', 'notPorts')
    if isinstance(value, Object) and value.name == 'serviceAccounts':
        return not value.text('selector') and not value.items('names')
    return False
