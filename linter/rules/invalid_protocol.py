"""A protocol is neither one of the names that Calico knows nor a number from 1 to 255.

The names are TCP, UDP, ICMP, ICMPv6, SCTP and UDPLite; every other protocol goes by its IANA
number. Leave the field out to match every protocol. Where kubectl writes CRDs, Felix drops the
whole policy instead, and a number over 255 stops the policy updates of the whole cluster.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: tunnel
  namespace: net
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: GRE
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: tunnel
  namespace: net
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: 47
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import protocols
from linter.calico.document import Document
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import listing, quoted

GROUP = 'ports'

_NUMBERS = {
    'gre': 47,
    'esp': 50,
    'ah': 51,
    'igmp': 2,
    'ospf': 89,
    'ipip': 4,
    'ipencap': 4,
    'vrrp': 112,
    'pim': 103,
    'icmp6': 58,
    'ipv6-icmp': 58,
    'udp-lite': 136,
    'dccp': 33,
    'egp': 8,
    'l2tp': 115,
    'ipv6': 41,
}


@rule('calico-protocol')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    protocol = protocols.parse(leaf.value, document.api)
    if protocol.problem is None or protocol.problem == 'case':
        return
    fact = 'protocol-undecodable' if protocol.problem == 'decode' else 'protocol'
    text = leaf.text.strip()
    if isinstance(leaf.value, int) or text.lstrip('-').isdigit():
        advice = 'protocol numbers are from 1 to 255, and no protocol field matches every protocol'
    elif text.lower() in ('any', 'all', '*', ''):
        advice = 'leave the field out to match every protocol'
    elif text.lower() in _NUMBERS:
        advice = f'write {_NUMBERS[text.lower()]}, its number'
    elif text != leaf.text and not protocols.parse(text, document.api).problem:
        advice = f'write {text}, without blanks'
    else:
        advice = f'write {listing(protocols.names(document.api))}, or a number from 1 to 255'
    shown = quoted(leaf.text) if isinstance(leaf.value, str) else str(leaf.value)
    yield finding_at(
        fact,
        leaf,
        f'{shown} is not a protocol: {advice}',
        same_mistake=('protocol', leaf.span.start),
    )


@rule('EndpointPort')
def check_endpoint_port(port: Object, document: Document) -> Iterator[Finding]:
    leaf = port.leaf('protocol')
    if leaf is None:
        return
    protocol = protocols.parse(leaf.value, document.api)
    if protocol.problem is None and not protocols.has_ports(protocol.name, document.api):
        yield finding_at(
            'hep-protocol',
            leaf,
            f'{quoted(str(leaf.value))} has no ports: '
            f'write {listing(protocols.with_ports(document.api))}',
        )
