"""A `notSelector` alone in a NetworkPolicy looks at its own namespace only.

One expects `notSelector` to match everything but what it names. In a NetworkPolicy Calico joins it
to the policy's own namespace, so that it matches the other endpoints of that namespace, and
neither other namespaces nor addresses outside of the cluster. A Deny so written lets those through
to the next rules. In a GlobalNetworkPolicy it does what it says.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'metrics'
  types: [Ingress]
  ingress:
  - action: Deny
    source:
      notSelector: metrics == 'true'
  - action: Allow
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'metrics'
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      selector: metrics == 'true'
  - action: Deny
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'hazards'


@rule('EntityRule', kinds=('NetworkPolicy', 'StagedNetworkPolicy'))
def check(entity: Object, document: Document) -> Iterator[Finding]:
    fields = entity.fields
    if 'notSelector' not in fields or not entity.text('notSelector'):
        return
    for other in ('selector', 'namespaceSelector'):
        if entity.text(other):
            return
    if 'serviceAccounts' in fields or 'nets' in fields:
        return
    yield finding_at_key(
        'np-notselector',
        fields['notSelector'],
        "a notSelector alone matches in the policy's own namespace only, and neither other "
        'namespaces nor addresses outside: say what is meant with selector and namespaceSelector, '
        'in a rule for what is to be let through and one for the rest',
    )
