"""A selector fits everything, though it looks as if it chose.

`!=`, `not in` and `!has()` hold for whatever does not have the label, and two of them joined by
`||` hold for everything there is, host endpoints included. What is meant is usually `&&`, or one
`not in`. Write `all()` where everything is meant.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  selector: env != 'prod' || env != 'stage'
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  selector: env not in {'prod', 'stage'}
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.policy.one import OnePolicy
from linter.policy.rule_checks import tautologies
from linter.text.suggest import quoted

GROUP = 'hazards'


@rule('policy')
def check(one: OnePolicy, document: Document) -> Iterator[Finding]:
    for found in tautologies(one.policy):
        at = one.part(found.spot.direction, found.spot.number, found.spot.field)
        what = 'excludes everything' if 'notSelector' in found.spot.field else 'fits everything'
        yield finding_at(
            'selector-tautology',
            at,
            f'{quoted(found.text)} {what}, with the label or without: join the conditions with &&, '
            'or write all()',
            about=at,
        )
