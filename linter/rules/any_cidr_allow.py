"""An Allow names every address by its network.

`0.0.0.0/0` is meant to say "the internet", and it is the pods, the nodes and the metadata service
of the cloud as well. Exclude what is not meant with `notNets`.

```yaml bad --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Egress]
  egress:
  - action: Allow
    destination:
      nets: [0.0.0.0/0]
```

```yaml good --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Egress]
  egress:
  - action: Allow
    destination:
      nets: [0.0.0.0/0]
      notNets: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'strict'
PROFILE = 'strict'

_PEER = {'ingress': 'source', 'egress': 'destination'}


@rule('EntityRule')
def check(entity: Object, document: Document) -> Iterator[Finding]:
    traffic = entity.parent
    if 'nets' not in entity.fields or entity.items('notNets') or not isinstance(traffic, Object):
        return
    if traffic.text('action') != 'Allow' or _PEER.get(traffic.name) != entity.name:
        return
    if not document.is_policy:
        return
    for leaf in entity.leaves('nets'):
        if leaf.text in ('0.0.0.0/0', '::/0', '0.0.0.0/1', '::/1'):
            yield finding_at(
                'any-cidr',
                leaf,
                f'{quoted(leaf.text)} is the pods, the nodes and link-local addresses, too: '
                'exclude with notNets what is not meant',
            )
