"""A rule has IPv4 and IPv6 networks.

Calico refuses the policy: all `nets` and `notNets` of a rule, those of its source and those of its
destination, are of one family. Where kubectl writes CRDs nothing checks it. Write two rules.

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
      nets: [10.0.0.0/8, 'fd00::/8']
```

```yaml good
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
      nets: [10.0.0.0/8]
  - action: Allow
    source:
      nets: ['fd00::/8']
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.traffic import networks
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'nets'


@rule('Rule')
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    first = None
    for leaf, net in networks(traffic):
        if first is None:
            first = leaf, net
        elif net.family != first[1].family:
            yield finding_at(
                'nets-of-both-families',
                leaf,
                f'{quoted(leaf.text)} is IPv{net.family}, but {quoted(first[0].text)} of the '
                f'same rule is IPv{first[1].family}: write two rules',
                related=((first[0].span, 'the other family'),),
                about=traffic,
            )
            return
