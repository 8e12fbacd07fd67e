"""Host endpoints of two nodes expect the same address.

By `expectedIPs` a selector of a rule finds the address of a host endpoint. An address that stands
in those of two nodes is that of one at most, unless it moves between them: usually a line was
copied, and the other node is found by no selector.

It is a warning in a root that `roots:` in the configuration names, else an info, because the files
may be of two clusters. To silence it, write the address of the node.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1-eth0, labels: {role: worker}}
spec:
  node: n1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
---
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n2-eth0, labels: {role: worker}}
spec:
  node: n2
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1-eth0, labels: {role: worker}}
spec:
  node: n1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
---
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n2-eth0, labels: {role: worker}}
spec:
  node: n2
  interfaceName: eth0
  expectedIPs: [192.0.2.2]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.model import HostEndpoint, Net
from linter.policy.read import show_net
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
NEEDS = ('endpoints',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    seen: dict[Net, HostEndpoint] = {}
    for endpoint in view.endpoints:
        if not endpoint.node:
            continue
        for address in endpoint.ips:
            first = seen.setdefault(address, endpoint)
            if first.node == endpoint.node:
                continue
            place = endpoint.place
            yield RootFinding(
                'expected-ip-twice' if view.is_named else 'expected-ip-twice-perhaps',
                'HostEndpoint', place, place.start, place.end,
                f'nodes {first.node} and {endpoint.node} cannot both have {show_net(address)}, '
                f'which {first.name} expects, too: write the address of {endpoint.node}',
                None, ((first.place, f'{first.name} of {first.node}'),), show_net(address),
            )  # fmt: skip
            break
