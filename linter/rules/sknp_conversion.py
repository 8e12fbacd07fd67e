"""A staged Kubernetes policy cannot be converted to a Calico policy.

Calico converts it to check it, and refuses what it cannot convert: numeric ports are from 0 to
65535, the name of a port is not empty and has no odd characters, and `endPort` is not below `port`,
which is a number then.

```yaml bad
apiVersion: projectcalico.org/v3
kind: StagedKubernetesNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  ingress:
  - ports:
    - protocol: TCP
      port: 70000
```

```yaml good
apiVersion: projectcalico.org/v3
kind: StagedKubernetesNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  ingress:
  - ports:
    - protocol: TCP
      port: 8000
      endPort: 9000
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import ports
from linter.calico.document import Document
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'types'

_INT32 = range(-(1 << 31), 1 << 31)


@rule('Port')
def check(port: Object, document: Document) -> Iterator[Finding]:
    spec = document.spec
    if spec is None or spec.text('stagedAction') == 'Delete':
        return
    first, last = port.leaf('port'), port.leaf('endPort')
    for leaf in (first, last):
        if leaf is not None and isinstance(leaf.value, int) and leaf.value not in _INT32:
            yield finding_at('kubernetes-conversion', leaf, _not_a_port(leaf))
            return
    if first is None:
        return
    # Calico writes the two as the text of a port of its own, and reads that.
    if last is None:
        if ports.parse(str(first.value)).problem == 'decode' and first.value != -1:
            yield finding_at('kubernetes-conversion', first, _not_a_port(first))
    elif not str(first.value).isdecimal():
        yield finding_at(
            'kubernetes-conversion',
            last,
            f'endPort is for a port that is a number, not for {quoted(str(first.value))}: '
            'remove it, or write a number as port',
        )
    elif ports.parse(f'{first.value}:{last.value}').problem == 'decode':
        low, high = int(first.value), last.value
        if 0 <= high < low <= 65535:
            message = f'endPort {high} is below port {low}: write the higher number as endPort'
            yield finding_at('kubernetes-conversion', last, message)
        else:
            wrong = first if low > 65535 else last
            yield finding_at('kubernetes-conversion', wrong, _not_a_port(wrong))


def _not_a_port(leaf: Leaf) -> str:
    shown = quoted(leaf.text) if isinstance(leaf.value, str) else str(leaf.value)
    return f'{shown} is not a port: write a number from 1 to 65535, or the name of a port'
