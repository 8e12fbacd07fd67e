"""A port of a Kubernetes NetworkPolicy without `protocol` is one of TCP alone.

DNS, NTP, DHCP, SNMP, IPsec and VXLAN talk over UDP. A port of theirs that is written without
`protocol` allows TCP only, and the packets that matter stay blocked.

It is reported where no rule of the direction allows that port over UDP. To silence it, write the
protocol. It is looked for in a root that has something of Calico's in it, or with
`kubernetes: true` in `.calico-lint.yaml`.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: dns, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - ports: [{port: 53}]
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: dns, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - ports: [{port: 53, protocol: UDP}, {port: 53}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.as_written import WrittenRule
from linter.policy.effort import spend
from linter.policy.view import RootFinding, RootView

GROUP = 'kubernetes'
READS = ('NetworkPolicy',)
NEEDS = ('kubernetes',)

# https://www.iana.org/assignments/service-names-port-numbers: services that talk over UDP.
_NAMES = {
    53: 'DNS', 67: 'DHCP', 68: 'DHCP', 69: 'TFTP', 123: 'NTP', 161: 'SNMP', 500: 'IPsec',
    4500: 'IPsec', 4789: 'VXLAN', 51820: 'WireGuard',
}  # fmt: skip


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for policy, _, rules in view.written_rules():
        for one in rules:
            for port in one.ports:
                number = port.port
                if port.protocol or not isinstance(number, tuple) or number[0] != number[1]:
                    continue
                name = _NAMES.get(number[0])
                spend(len(rules))
                if name is None or _has_udp(rules, number[0]):
                    continue
                yield RootFinding(
                    'knp-port-tcp', policy.kind, policy.place, port.start, port.end,
                    f'{name} talks over UDP, and a port without protocol is one of TCP alone: '
                    f'write protocol: UDP, and for both an item for each',
                )  # fmt: skip


def _has_udp(rules: tuple[WrittenRule, ...], number: int) -> bool:
    """Whether some rule allows the port over UDP."""
    for one in rules:
        if not one.ports:
            return True
        for port in one.ports:
            if port.protocol != 'UDP':
                continue
            if not isinstance(port.port, tuple) or port.port[0] <= number <= port.port[1]:
                return True
    return False
