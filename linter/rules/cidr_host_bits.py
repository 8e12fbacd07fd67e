"""A CIDR of a rule has host bits set.

`10.1.2.3/8` may mean the network `10.0.0.0/8` or the address `10.1.2.3/32`. In a rule Calico
refuses it, in a network set it does not. Where kubectl writes CRDs, Felix reads it as the whole
network, which may match far more than the one address that was meant.

The fix is unsafe: it writes the address alone with `/32` (`/128` for IPv6), or the network where
the address looks like one (`10.0.0.1/8`, `10.1.0.0/15`), and the other may have been meant.

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
    if net is None or net.prefix is None or net.masked:
        return
    address = f'{leaf.text.partition("/")[0]}/{net.bits}'
    shown = f'{quoted(leaf.text)} has host bits set'
    if _is_network(net):
        right, message = net.network, f'write {net.network} for the network, or {address} for '
        message += 'the address'
    else:
        right, message = address, f'write {address} for the address; its network is {net.network}'
    fix = write(
        document.source.text,
        leaf,
        right,
        UNSAFE,
        title=f'Write {right}, {"the network" if right != address else "the address alone"}',
    )
    yield finding_at('cidr-host-bits', leaf, f'{shown}: {message}', fix=fix)


def _is_network(net: nets.Net) -> bool:
    """Whether a network was meant rather than one address with a slip behind its slash.

    The first or second address of a network, or one that ends in zeros, behind a prefix that ends
    where a number of the address does, is how people write the network that a machine is in.
    """
    assert net.prefix is not None
    step = 8 if net.bits == 32 else 16
    host = net.address & ((1 << net.bits - net.prefix) - 1)
    last = net.address & ((1 << step) - 1)
    return net.prefix >= step and (not last or (net.prefix % step == 0 and host <= 1))
