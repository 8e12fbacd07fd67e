"""A rule matches the port that the client sends from.

Clients choose a port of their own for each connection, and replies belong to the connection: no
rule is needed for them. So the rule either never matches, or lets in whoever chooses that port.

```yaml bad --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    source:
      ports: [5432]
```

```yaml good --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [5432]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'

_BOTH_WAYS = frozenset(('67', '68', '123', '179', '500', '546', '547', '4500'))
"""The ports that both ends of a protocol use: DHCP, NTP, BGP, IKE."""


@rule('EntityRule')
def check(entity: Object, document: Document) -> Iterator[Finding]:
    if entity.name != 'source' or not document.is_policy:
        return
    spec = document.spec
    untracked = spec.leaf('doNotTrack') if spec is not None else None
    if untracked is not None and untracked.value is True:
        return
    for name in ('ports', 'notPorts'):
        ports = [str(leaf.value) for leaf in entity.leaves(name)] if name in entity.fields else []
        if ports and not _BOTH_WAYS.issuperset(ports):
            yield finding_at_key(
                'source-ports',
                entity.fields[name],
                f'{name} of a source is the port that the client sends from, which it chooses '
                'itself: write it under destination',
            )
