"""An empty list matches everything, not nothing.

Calico reads `nets: []` as no `nets` at all, and so it does a `nets:` with nothing behind it. Where
a template or a generator fills in a list and the list comes out empty, a rule for a few addresses
becomes one for all of them. The same holds of `serviceAccounts: {}` and of `ports: []`. Of
`selector: ''` alone it is an info. `source: {}` alone is a common way to say anything, and is not
reported, nor is null in fields that programs write where they leave them out.

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
      nets:
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
_SELECTORS = ('selector', 'namespaceSelector')
_WIDE = {
    'nets': ('every address', 'list the networks'),
    'ports': ('every port', 'list the ports'),
    'serviceAccounts': ('every account', 'name the accounts'),
}


@rule('EntityRule')
def check(entity: Object, document: Document) -> Iterator[Finding]:
    empty: dict[str, Value] = {
        name: value
        for name, value in entity.fields.items()
        if _is_empty(value) and not is_misspelt(value, document)
    }
    if entity.nulls and entity.nulls.keys() <= _WIDE.keys():
        # Programs write null for every field that they leave out.
        empty.update(entity.nulls)
    blank = [
        leaf
        for name in _SELECTORS
        if name in entity.fields and (leaf := entity.leaf(name)) is not None and not leaf.text
    ]
    if not empty and not blank:
        return
    is_bare = all(
        name in empty or not entity.fields.get(name) or entity.fields[name] in blank
        for name in _PEERS
    )
    if is_bare and not empty:
        yield finding_at_key(
            'empty-selector',
            blank[0],
            f'an empty {blank[0].name} is the same as none, and matches every address: write '
            'all() for what Calico knows, or remove it where everything is meant',
        )
    for name, value in empty.items():
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
