"""DNS is allowed over UDP and not over TCP.

Long answers are cut over UDP and asked for again over TCP, and some resolvers use TCP from the
start. Whether that happens is up to the names that are resolved. Nothing is said where some rule
allows TCP to the port, to whatever servers: DNS is named in many ways.

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
    protocol: UDP
    destination:
      ports: [53]
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
    protocol: UDP
    destination:
      ports: [53]
  - action: Allow
    protocol: TCP
    destination:
      ports: [53]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.traffic import direction_lists
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'


@rule('Spec')
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if not document.is_policy:
        return
    for _, items in direction_lists(spec):
        udp: list[Leaf] = []
        for item in items:
            if item.text('action') not in ('Allow', 'Pass'):
                continue
            protocol = item.leaf('protocol')
            destination = item.object('destination')
            ports = [] if destination is None else list(destination.leaves('ports'))
            dns = [leaf for leaf in ports if str(leaf.value) in ('53', 'dns')]
            if protocol is not None and protocol.value in ('UDP', 17):
                udp += [protocol] if dns else []
            elif protocol is not None and protocol.value not in ('TCP', 6):
                continue
            elif not ports or dns or any(':' in str(leaf.value) for leaf in ports):
                # It lets TCP to the port through, or may do so.
                udp = []
                break
        for leaf in udp:
            yield finding_at(
                'dns-udp-only',
                leaf,
                'DNS is allowed over UDP only, and long answers come over TCP: add the same rule '
                'with protocol: TCP',
            )
