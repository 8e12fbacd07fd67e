"""A policy is for hosts, and there is no host endpoint.

Calico enforces nothing on a node until there is a host endpoint for it. A policy with `preDNAT`,
`doNotTrack` or `applyOnForward`, or one that selects by the labels of nodes, does nothing before.

Host endpoints are often made elsewhere, or by Calico itself (`autoCreate: Enabled` of the
KubeControllersConfiguration), so it is looked for with `--profile strict` alone. To silence it, add
one of them to the root.

```yaml bad root --profile strict
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: node}
spec:
  selector: kubernetes.io/hostname == 'n1'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
```

```yaml good root --profile strict
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: node}
spec:
  selector: kubernetes.io/hostname == 'n1'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
---
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1-eth0, labels: {kubernetes.io/hostname: n1}}
spec:
  node: n1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.model import HostEndpoint, Policy
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
PROFILE = 'strict'

_OF_NODES = ('kubernetes.io/hostname', 'node-role.kubernetes.io/', 'kubernetes-host')


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    if any(isinstance(one, HostEndpoint) for one in view.records) or view.makers or view.unusable:
        return
    for policy in view.policies:
        if not policy.is_global or policy.written is not None or not _is_for_hosts(policy):
            continue
        start, end = policy.part('selector')
        yield RootFinding(
            'no-host-endpoint', policy.kind, policy.place, start, end,
            'this policy is for hosts, and there is no host endpoint here: unless there is one '
            'elsewhere it does nothing, so add a HostEndpoint, or the KubeControllersConfiguration '
            'that has autoCreate: Enabled',
        )  # fmt: skip


def _is_for_hosts(policy: Policy) -> bool:
    if policy.pre_dnat or policy.do_not_track or policy.apply_on_forward:
        return True
    return any(label in policy.selector for label in _OF_NODES)
