"""A rule denies a port that hosts let through before any policy is asked.

Felix has failsafe ports, so that no policy locks an administrator or the cluster out of a host:
SSH, DHCP, BGP, etcd, Typha and the API server. On the host itself they are accepted first, and a
Deny for them does nothing. Which they are is a setting of Felix (`failsafeInboundHostPorts`,
`failsafeOutboundHostPorts`); these are its defaults. Nothing is said where a FelixConfiguration of
the root lists those of the direction. Where that is applied from elsewhere, suppress the finding.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: etcd
spec:
  selector: has(kubernetes-host)
  types: [Ingress]
  ingress:
  - action: Deny
    protocol: TCP
    destination:
      ports: [2379]
  - action: Allow
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: etcd
spec:
  selector: has(kubernetes-host)
  types: [Ingress]
  ingress:
  - action: Deny
    protocol: TCP
    destination:
      ports: [2381]
  - action: Allow
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding

GROUP = 'hazards'

_HOSTS = ('kubernetes-host', 'node-role', 'kubernetes.io/hostname', 'k8s-node', 'host-endpoint')


@rule('Rule', kinds=('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'))
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    if traffic.text('action') != 'Deny' or 'destination' not in traffic.fields:
        return
    destination, protocol = traffic.object('destination'), traffic.leaf('protocol')
    spec = document.spec
    if destination is None or protocol is None or spec is None or not _is_about_hosts(spec):
        return
    ports = list(destination.leaves('ports'))
    if not ports:
        return
    # Imported lazily: few rules come as far as this.
    from linter.policy.model import DIRECTIONS
    from linter.policy.read import number_of, port_of, protocol_of
    from linter.policy.semantics import Semantics

    named = protocol_of(protocol.value)
    if traffic.name not in DIRECTIONS or named is None:
        return
    failsafes = Semantics().failsafes[traffic.name]
    for leaf in ports:
        port = port_of(leaf.value)
        if not isinstance(port, tuple) or port[1] - port[0] > 10:
            continue
        if all((number_of(named), one) in failsafes for one in range(port[0], port[1] + 1)):
            yield finding_at(
                'deny-failsafe',
                leaf,
                f'port {leaf.value} is a failsafe port, which Felix lets through to and from hosts '
                'before it asks any policy: change the failsafe ports of FelixConfiguration '
                'instead, if it is to be closed',
            )


def _is_about_hosts(spec: Object) -> bool:
    if spec.text('namespaceSelector') or spec.text('serviceAccountSelector'):
        return False
    flag = spec.leaf('applyOnForward')
    if flag is not None and flag.value is True:
        return True
    return any(word in spec.text('selector') for word in _HOSTS)
