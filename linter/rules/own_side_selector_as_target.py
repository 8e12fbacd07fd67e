"""A rule names on its own side what it is for, and the policy selects more.

A policy isolates everything that its `selector` fits. The destination of an ingress rule, or the
source of an egress rule, limits that rule alone: what the policy selects and no rule names gets
nothing. Put the selector into `spec.selector` if it says for whom the policy is.

```yaml bad --profile strict
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: plugin
spec:
  selector: has(app)
  types: [Egress]
  egress:
  - action: Allow
    source:
      selector: app == 'plugin'
```

```yaml good --profile strict
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: plugin
spec:
  selector: app == 'plugin'
  types: [Egress]
  egress:
  - action: Allow
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.traffic import direction_lists
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'

_OWN = {'ingress': 'destination', 'egress': 'source'}
_SELECTORS = ('selector', 'namespaceSelector', 'serviceAccounts')


@rule('Spec')
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if not document.is_policy:
        return
    flag = spec.leaf('applyOnForward')
    if flag is not None and flag.value is True:
        return
    for rules, items in direction_lists(spec):
        side = _OWN[rules.name]
        named = [
            (entity, name)
            for item in items
            if (entity := item.object(side)) is not None
            for name in _SELECTORS
            if name in entity.fields and (name == 'serviceAccounts' or entity.text(name))
        ]
        # Where every rule names its own side, nothing is left for the others that are selected.
        if named and len({id(entity) for entity, _ in named}) == len(items):
            entity, name = named[0]
            if entity.text(name) and entity.text(name) == spec.text(name):
                continue
            yield finding_at_key(
                'own-side-target',
                entity.fields[name],
                f'the {side} of an {rules.name} rule limits this rule only, and whatever else the '
                f'policy selects is isolated: write it in spec.selector if the policy is for these',
            )
