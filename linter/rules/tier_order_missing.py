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

from linter.diagnostic import Finding
from linter.document import Document
from linter.rule import at_key, rule
from linter.values import Object
from linter.vocabulary import TIER_ORDERS

GROUP = 'types'


@rule('Spec', kinds=('Tier',))
def check(spec: Object, document: Document) -> Iterator[Finding]:
    metadata = document.metadata
    name = metadata.text('name') if metadata is not None else ''
    if 'order' not in spec.fields and name not in TIER_ORDERS:
        yield at_key('F-12', spec, 'the tier says no order: add order')
