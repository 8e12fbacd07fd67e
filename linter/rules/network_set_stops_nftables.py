"""A network set holds networks on which Felix with nftables has crashed.

A set that covers a whole family, and a set in which one network lies inside another, have stopped
Felix where it programs nftables: calico#13477, calico#12851. To write two halves instead of
`0.0.0.0/0` does not help, because Felix splits it so itself. Leave the condition out of the rule
where every address is meant.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkSet
metadata:
  name: anywhere
  namespace: shop
spec:
  nets: [0.0.0.0/0]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkSet
metadata:
  name: partners
  namespace: shop
spec:
  nets: [203.0.113.0/24]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'hazards'


@rule('Spec', kinds=('NetworkSet', 'GlobalNetworkSet'))
def check(spec: Object, document: Document) -> Iterator[Finding]:
    from linter.policy.read import net_of

    found = []
    for leaf in spec.leaves('nets'):
        net = net_of(leaf.text)
        if net is not None:
            found.append((net, leaf))
            if net.last - net.first == (1 << (32 if net.family == 4 else 128)) - 1:
                yield finding_at(
                    'set-of-everything',
                    leaf,
                    f'{quoted(leaf.text)} is every IPv{net.family} address, and with nftables '
                    'Felix has crashed on such a set: remove it, and in rules that look for it '
                    f'write ipVersion: {net.family} instead of the selector',
                )
    # Networks lie in one another or apart, so the larger one comes right before what it holds.
    found.sort(key=lambda pair: (pair[0].family, pair[0].first, -pair[0].last))
    around = None
    for net, leaf in found:
        if (
            around is not None
            and around[0].family == net.family
            and around[0].last >= net.last
            and around[0] != net
        ):
            yield finding_at(
                'set-overlap',
                leaf,
                f'{quoted(leaf.text)} lies inside {quoted(around[1].text)}, and with nftables '
                'Felix has crashed on such a set: remove it',
                related=((around[1].span, 'the larger network'),),
            )
        else:
            around = net, leaf
