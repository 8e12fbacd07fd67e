"""A rule matches a Service by its ports, and the eBPF dataplane knows none of them.

With `dataplane: ebpf` in the configuration. In a rule that names a Service as its destination,
Calico puts the addresses and ports of the Service's pods into a set, and the eBPF dataplane drops
those that are neither TCP nor UDP. So a Service whose ports are all SCTP matches nothing: a rule
that allows it allows nothing, and one that denies it denies nothing.

It is reported where the Service is in the same root. To silence it, write the ports as numbers,
beside a selector or the addresses of the pods.

```yaml bad root --dataplane ebpf
apiVersion: v1
kind: Service
metadata: {name: signalling, namespace: core}
spec:
  selector: {app: signalling}
  ports:
  - port: 3868
    protocol: SCTP
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-signalling, namespace: core}
spec:
  selector: app == 'gateway'
  types: [Egress]
  egress:
  - action: Allow
    destination:
      services: {name: signalling, namespace: core}
```

```yaml good root --dataplane ebpf
apiVersion: v1
kind: Service
metadata: {name: signalling, namespace: core}
spec:
  selector: {app: signalling}
  ports:
  - port: 3868
    protocol: SCTP
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-signalling, namespace: core}
spec:
  selector: app == 'gateway'
  types: [Egress]
  egress:
  - action: Allow
    protocol: SCTP
    destination:
      selector: app == 'signalling'
      ports: [3868]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.model import DIRECTIONS
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('Service',)
NEEDS = ('services',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    if not view.semantics.is_ebpf:
        return
    services: dict[tuple[str, str], list[bool]] = {}
    places = {}
    for one in view.services:
        is_lost = bool(one.selector and one.ports) and all(
            port.protocol == 'SCTP' for port in one.ports
        )
        services.setdefault((one.namespace, one.name), []).append(is_lost)
        places[one.namespace, one.name] = one.place
    for policy in view.policies:
        for direction in DIRECTIONS:
            for one_rule in policy.rules(direction):
                name = one_rule.destination.service
                # One that is defined twice may be any of the two.
                if name is None or not name[0] or services.get(name) != [True]:
                    continue
                start, end = one_rule.part('destination.services')
                place = places[name]
                # Without it a NetworkPolicy looks in its own namespace, and a global one in all.
                is_own = policy.namespace == name[0]
                peers = 'selector' if is_own else 'selector, namespaceSelector'
                yield RootFinding(
                    'ebpf-sctp-service', policy.kind, policy.place, start, end,
                    f'all ports of Service {name[0]}/{name[1]} are of SCTP, which the eBPF '
                    f'dataplane does not find in services, so this matches nothing: write {peers} '
                    'and ports in its place',
                    None, () if place is None else ((place, 'the Service'),),
                )  # fmt: skip
