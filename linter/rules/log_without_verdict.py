"""All rules of a direction log, and none of them decides.

`Log` lets the next rule go on. Where no rule of the policy decides, the other policies of the tier
are asked, and at the end of the tier stands its default action, which is to deny. A policy that
was meant to look on isolates whatever it selects, unless a later policy of the tier decides. Where
the root is in view, that is looked for, and nothing is said if there is one.

```yaml bad --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Log
```

```yaml good --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Log
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


@rule('Spec')
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if not document.is_policy:
        return
    for flag in ('doNotTrack', 'preDNAT'):
        leaf = spec.leaf(flag)
        if leaf is not None and leaf.value is True:
            return
    for rules, items in direction_lists(spec):
        if items and all(item.text('action') == 'Log' for item in items):
            yield finding_at_key(
                'log-without-verdict',
                rules,
                'Log decides nothing, so at the end of the tier all of it is denied, unless a '
                'later policy decides: add a rule that allows, denies or passes on',
            )
