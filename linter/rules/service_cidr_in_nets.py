"""A rule names the address of a Service, which no policy of a pod ever sees.

Policies of pods see packets after the address of a Service has been replaced by that of one of its
pods. An egress rule for the `clusterIP`, the `loadBalancerIP` or an external address of a Service
matches nothing, and neither does an ingress rule for the `clusterIP`, from which no packet comes.
To silence it, write `services` with the name of the Service, or a selector for its pods.

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
from linter.policy.model import DIRECTIONS, EGRESS, Net, Service
from linter.policy.order import NORMAL, is_of_class
from linter.policy.read import show_net
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('Service',)
NEEDS = ('services',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    owners: dict[Net, Service] = {ip: one for one in view.services for ip in one.ips}
    if not owners:
        return
    inside = {ip for one in view.services for ip in one.cluster_ips}
    for policy in view.policies:
        if policy.written is not None or policy.apply_on_forward:
            continue
        if not is_of_class(policy, NORMAL):
            continue
        for direction in DIRECTIONS:
            is_egress = direction == EGRESS
            for one in policy.rules(direction):
                nets = one.destination.nets if is_egress else one.source.nets
                net = next((net for net in nets if net in (owners if is_egress else inside)), None)
                if net is None:
                    continue
                service = owners[net]
                match = f'services: {{name: {service.name}, namespace: {service.namespace}}}'
                where = 'in the place of nets and ports' if is_egress else 'in the place of nets'
                if len(nets) > 1:
                    where = 'in a rule of its own' + (' without ports' if is_egress else '')
                start, end = one.part('destination.nets' if is_egress else 'source.nets')
                yield RootFinding(
                    'service-address', policy.kind, policy.place, start, end,
                    f'{show_net(net)} is the address of Service '
                    f'{service.namespace}/{service.name}, and a policy sees that of a pod behind '
                    f'it: write {match} {where}, or select its pods, with namespaceSelector where '
                    'they are in another namespace',
                    None, () if service.place is None else ((service.place, 'the Service'),),
                    show_net(net),
                )  # fmt: skip
