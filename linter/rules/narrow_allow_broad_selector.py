"""A policy for everything allows little, and isolates everything by that.

To be selected in a direction is what isolates. A policy that allows DNS for all pods, and is meant
as a help, denies every pod of the cluster all other egress, unless a later policy of the tier
allows it. Select the pods that are meant, or put the policy into a tier of its own that ends with
`Pass`.

```yaml bad --profile strict
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: allow-dns
spec:
  selector: all()
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [53]
```

```yaml good --profile strict
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: allow-dns
spec:
  selector: has(dns)
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [53]
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


@rule('Spec', kinds=('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'))
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if spec.text('selector') not in ('', 'all()') or spec.text('serviceAccountSelector'):
        return
    if not document.is_understood:
        return
    if spec.text('namespaceSelector') not in ('', 'all()'):
        return
    for flag in ('doNotTrack', 'preDNAT'):
        leaf = spec.leaf(flag)
        if leaf is not None and leaf.value is True:
            return
    # In the tier default a rule for the rest would take it from all policies behind this one.
    rest = 'end with a rule that passes the rest on'
    if spec.text('tier') in ('', 'default'):
        rest = 'put it into a tier before default, and pass the rest on there'
    for rules, items in direction_lists(spec):
        if items and all(
            item.text('action') == 'Allow'
            and {'protocol', 'destination', 'source'} & set(item.fields)
            for item in items
        ):
            yield finding_at_key(
                'narrow-allow',
                rules,
                f'this policy is for everything, so it denies all {rules.name} that these rules do '
                f'not allow: select what is meant, or {rest}',
            )
