"""A CIDR of a rule has host bits set.

`10.1.2.3/8` may mean the network `10.0.0.0/8` or the address `10.1.2.3/32`. In a rule Calico
refuses it, in a network set it does not. Where kubectl writes CRDs, Felix reads it as the whole
network, which may match far more than the one address that was meant.

The fix is unsafe: it writes the network, and the address may have been meant.

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
      nets: [10.1.2.3/8]
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
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import nets
from linter.calico.document import Document
from linter.calico.repair import write
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted
from linter.yaml.edit import UNSAFE

GROUP = 'nets'


@rule('calico-cidr')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    net = nets.parse(leaf.text)
    if net is not None and net.prefix is not None and not net.masked:
        address = leaf.text.partition('/')[0]
        yield finding_at(
            'cidr-host-bits',
            leaf,
            f'{quoted(leaf.text)} has host bits set: write {net.network} for the network, or '
            f'{address}/{net.bits} for the address',
            fix=write(document.source.text, leaf, net.network, UNSAFE),
        )
