"""What a Kubernetes NetworkPolicy excepts from a block is allowed by another of its rules.

`except` takes addresses out of one block and denies nothing: what another peer or rule of the
policy allows is allowed. It is reported where that is the whole of what is excepted, so that the
exception has no effect.

To silence it, except the addresses there, too, or remove the exception. It is looked for in a root
that has something of Calico's in it, or with `kubernetes: true` in `.calico-lint.yaml`.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.9.0.0/16]}}]
  - to: [{ipBlock: {cidr: 10.0.0.0/8}}]
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.9.0.0/16]}}]
  - to: [{ipBlock: {cidr: 10.9.1.0/24}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.as_written import WrittenPeer, WrittenRule
from linter.policy.effort import spend
from linter.policy.model import Net, Place
from linter.policy.read import show_net
from linter.policy.view import RootFinding, RootView
from linter.policy.written import is_net_within, overlap, ports_within

GROUP = 'kubernetes'
READS = ('NetworkPolicy',)
NEEDS = ('kubernetes',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for policy, _, rules in view.written_rules():
        for one in rules:
            for peer in one.peers:
                for excepted in peer.excepted:
                    found = _allowed(one, peer, excepted, rules)
                    if found is None:
                        continue
                    place = policy.place
                    at = Place(place.path, place.line, found, found + 1)
                    yield RootFinding(
                        'knp-except-in-vain', policy.kind, place, peer.start, peer.start + 7,
                        f'except denies nothing, and another peer of the policy allows all of '
                        f'{show_net(excepted)}: except it there, too, or remove the exception',
                        None, ((at, 'allowed here'),),
                    )  # fmt: skip


def _allowed(
    one: WrittenRule, peer: WrittenPeer, excepted: Net, rules: tuple[WrittenRule, ...]
) -> int | None:
    """Where all of what a peer excepts is allowed by another one, on all of its ports."""
    for outer in rules:
        spend(1 + len(outer.peers))
        if not ports_within(one, outer):
            continue
        if not outer.peers:
            return outer.start
        for other in outer.peers:
            if (
                other is not peer
                and other.net is not None
                and is_net_within(excepted, other.net)
                and not any(overlap(excepted, net) for net in other.excepted)
            ):
                return other.start
    return None
