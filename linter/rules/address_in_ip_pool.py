"""A rule or network set names a single address out of an IPPool.

Addresses of an IPPool are those of pods, and a pod gets another one whenever it starts: the rule is
soon about somebody else, or nobody. If the address is that of a machine outside the cluster, the
pool is too large: Calico takes what goes there for traffic between pods, and does not translate it.

To silence it, select the pods by their labels, or give the pool a network that has no other
machines in it. Pools that are not for workloads are left out.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pods}
spec: {cidr: 192.168.0.0/16, natOutgoing: true}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-file-server, namespace: dev}
spec:
  selector: app == 'first'
  types: [Egress]
  egress:
  - action: Allow
    destination: {nets: [192.168.20.17/32]}
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pods}
spec: {cidr: 10.48.0.0/16, natOutgoing: true}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-file-server, namespace: dev}
spec:
  selector: app == 'first'
  types: [Egress]
  egress:
  - action: Allow
    destination: {nets: [192.168.20.17/32]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.effort import spend
from linter.policy.model import Net, Place, Pool
from linter.policy.read import show_net
from linter.policy.view import RootFinding, RootView
from linter.policy.written import is_net_within

GROUP = 'root'
NEEDS = ('pools',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    pools = [pool for pool in view.pools if pool.for_pods]
    if not pools:
        return
    for policy in view.written:
        for rule_ in (*policy.ingress, *policy.egress):
            for side in ('source', 'destination'):
                nets = rule_.source.nets if side == 'source' else rule_.destination.nets
                found = _inside(nets, pools)
                if found is None:
                    continue
                start, end = rule_.part(f'{side}.nets')
                yield _finding(policy.kind, policy.place, start, end, *found)
    for one in view.sets:
        found = _inside(one.nets, pools)
        if found is not None:
            yield _finding(one.kind, one.place, one.place.start, one.place.end, *found)


def _inside(nets: tuple[Net, ...], pools: list[Pool]) -> tuple[Net, Pool] | None:
    for net in nets:
        if net.first == net.last:
            spend(len(pools))
            for pool in pools:
                if is_net_within(net, pool.net):
                    return net, pool
    return None


def _finding(kind: str, place: Place, start: int, end: int, net: Net, pool: Pool) -> RootFinding:
    return RootFinding(
        'address-of-pool', kind, place, start, end,
        f'{show_net(net)} is of IPPool {pool.name} ({show_net(pool.net)}): a pod gets another '
        'address whenever it starts, and a machine outside the cluster is not reached there. '
        'Select the pods by their labels, or make the pool smaller',
        None, ((pool.place, f'IPPool {pool.name}'),), show_net(net),
    )  # fmt: skip
