"""A rule names UDPLite, where UDP is meant.

UDP-Lite is a protocol of its own (number 136), which hardly anything speaks; a completion of `UDP`
offers it. The rule matches no UDP.

```yaml bad
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
    protocol: UDPLite
```

```yaml good
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
    protocol: UDP
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding

GROUP = 'hazards'


@rule('Rule')
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    protocol = traffic.leaf('protocol')
    if protocol is None or protocol.value != 'UDPLite':
        return
    for side in ('source', 'destination'):
        entity = traffic.object(side)
        if entity is not None and (entity.items('ports') or entity.items('notPorts')):
            # Calico refuses the ports, and says for which protocols there are any.
            return
    yield finding_at(
        'udplite',
        protocol,
        'UDPLite is a protocol of its own, and hardly used: write UDP, with the ports that are '
        'meant',
        same_mistake=('protocol-name', protocol.node.start),
    )
