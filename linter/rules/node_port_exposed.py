"""A policy for hosts lets everybody reach node ports.

Services of type NodePort listen on ports 30000 to 32767 of every node. A rule that allows these
from anywhere opens each service that will ever have such a port.

```yaml bad --profile security
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: nodeports
spec:
  selector: has(kubernetes-host)
  preDNAT: true
  applyOnForward: true
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    destination:
      ports: ['30000:32767']
```

```yaml good --profile security
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: nodeports
spec:
  selector: has(kubernetes-host)
  preDNAT: true
  applyOnForward: true
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    source:
      nets: [203.0.113.0/24]
    destination:
      ports: ['30000:32767']
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.ports import parse
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding

GROUP = 'security'
PROFILE = 'security'

_FIRST, _LAST = 30000, 32767


@rule('Rule', kinds=('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'))
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    destination, source = traffic.object('destination'), traffic.object('source')
    if traffic.text('action') != 'Allow' or traffic.name != 'ingress' or destination is None:
        return
    if source is not None and source.fields:
        return
    for leaf in destination.leaves('ports'):
        port = parse(leaf.value)
        if port.is_number and port.low <= _LAST and port.high >= _FIRST:
            yield finding_at(
                'node-port',
                leaf,
                'this lets everybody reach node ports: say with source who may',
            )
