"""A rule names the address of a Service, which no policy of a pod ever sees.

Policies of pods see packets after the address of a Service has been replaced by that of one of its
pods. A rule for the `clusterIP`, the `loadBalancerIP` or an external address of a Service matches
nothing. To silence it, write `services` with the name of the Service, or a selector for its pods.

```yaml bad root
apiVersion: v1
kind: Service
metadata: {name: db, namespace: lab}
spec:
  clusterIP: 10.96.7.7
  selector: {app: db}
  ports: [{port: 5432}]
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-db, namespace: lab}
spec:
  selector: app == 'backend'
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
    destination: {nets: [10.96.7.7/32], ports: [5432]}
```

```yaml good root
apiVersion: v1
kind: Service
metadata: {name: db, namespace: lab}
spec:
  clusterIP: 10.96.7.7
  selector: {app: db}
  ports: [{port: 5432}]
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-db, namespace: lab}
spec:
  selector: app == 'backend'
  types: [Egress]
  egress:
  - action: Allow
    destination: {services: {name: db, namespace: lab}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.model import Net, Service
from linter.policy.read import show_net
from linter.policy.selecting import is_normal
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('Service',)
NEEDS = ('services',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    owners: dict[Net, Service] = {ip: one for one in view.services for ip in one.ips}
    if not owners:
        return
    for policy in view.policies:
        if policy.written is not None or not is_normal(policy) or policy.apply_on_forward:
            continue
        for one in policy.egress:
            net = next((net for net in one.destination.nets if net in owners), None)
            if net is None:
                continue
            service = owners[net]
            match = f'services: {{name: {service.name}, namespace: {service.namespace}}}'
            where = 'in the place of nets and ports'
            if len(one.destination.nets) > 1:
                where = 'in a rule of its own without ports'
            start, end = one.part('destination.nets')
            yield RootFinding(
                'service-address', policy.kind, policy.place, start, end,
                f'{show_net(net)} is the address of Service {service.namespace}/{service.name}, '
                f'and a policy sees that of a pod behind it: write {match} {where}, or select its '
                'pods, with namespaceSelector where they are in another namespace',
                None, () if service.place is None else ((service.place, 'the Service'),),
                show_net(net),
            )  # fmt: skip
