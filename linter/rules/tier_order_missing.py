"""A tier says no order where nothing fills it in.

calicoctl and the Calico API server set 1,000,000. With CRDs nothing is set, and a tier without an
order comes after all others: their verdicts come first.

```yaml bad --admission native
apiVersion: projectcalico.org/v3
kind: Tier
metadata:
  name: security
spec:
  defaultAction: Pass
```

```yaml good --admission native
apiVersion: projectcalico.org/v3
kind: Tier
metadata:
  name: security
spec:
  order: 100
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.kinds import TIER_ORDERS
from linter.calico.misplaced import missing
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'types'


@rule('Spec', kinds=('Tier',))
def check(spec: Object, document: Document) -> Iterator[Finding]:
    metadata = document.metadata
    name = metadata.text('name') if metadata is not None else ''
    if 'order' not in spec.fields and name not in TIER_ORDERS:
        yield finding_at_key(
            'tier-order-omitted',
            spec,
            'the tier says no order: add order',
            same_mistake=missing(spec, 'order', document),
        )
