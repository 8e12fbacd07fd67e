"""A rule's `nets` holds an address without a prefix length.

Rules take CIDRs only, network sets take both. The Calico API refuses the policy. Where kubectl
writes CRDs the policy gets through, and Felix, Calico's agent on each node, reads the address as a
network of one.

The fix writes `/32` or `/128`, the one network that consists of this address. It is safe unless the
address ends in zero, such as `10.0.0.0`, which looks like a network that lost its prefix length, or
is IPv4 written as IPv6, such as `::ffff:10.1.2.3`, where either family may be meant.

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
      nets: [10.1.2.3]
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
      nets: [10.1.2.3/32]
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
from linter.yaml.edit import SAFE, UNSAFE

GROUP = 'nets'


@rule('calico-cidr')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    net = nets.parse(leaf.text)
    if net is not None and net.prefix is None:
        right = f'{leaf.text}/{net.bits}'
        message = f'{quoted(leaf.text)} is an address, not a network: write {right}'
        is_sure = net.address & (0xFF if net.bits == 32 else 0xFFFF) != 0
        if not net.address:
            message += f'; all addresses are {leaf.text}/0'
        elif not is_sure:
            message += ', or the prefix length that is missing'
        is_sure = is_sure and not ('.' in leaf.text and ':' in leaf.text)
        yield finding_at(
            'cidr-bare-address',
            leaf,
            message,
            fix=write(document.source.text, leaf, right, SAFE if is_sure else UNSAFE),
        )
