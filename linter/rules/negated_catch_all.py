"""`notNets` excludes every address.

A rule with `notNets: [0.0.0.0/0]` or `::/0` matches nothing. Calico refuses it since 3.29.6,
3.30.3 and 3.31.0; without that check Felix skips the rule.

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
      notNets: [0.0.0.0/0]
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
      nets: [0.0.0.0/0]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import nets
from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'nets'


@rule('EntityRule')
def check(entity: Object, document: Document) -> Iterator[Finding]:
    for leaf in entity.leaves('notNets'):
        net = nets.parse(leaf.text)
        if net is None or net.prefix != 0 or not net.masked:
            continue
        # Calico compares the text of an IPv4 network, and of an IPv6 network what it means.
        if net.bits == 128 or leaf.text == '0.0.0.0/0':
            yield finding_at(
                'notnets-catch-all',
                leaf,
                f'{quoted(leaf.text)} in notNets excludes every address, so the '
                'rule matches nothing: remove it, or write the rule without notNets',
            )
