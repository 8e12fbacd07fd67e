"""`ipVersion` contradicts the protocol or the networks of its rule.

Such a rule matches nothing. ICMP is IPv4 and ICMPv6 is IPv6, and `nets` and `notNets` are of the
family that `ipVersion` names. Calico refuses the policy; where kubectl writes CRDs without this
check, the rule is there and has no effect.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    ipVersion: 6
    source:
      nets: [10.0.0.0/8]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    ipVersion: 4
    source:
      nets: [10.0.0.0/8]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import protocols
from linter.calico.document import Document
from linter.calico.traffic import networks
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'nets'

_FAMILY = {'ICMP': 4, 'ICMPv6': 6}


@rule('Rule')
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    version = traffic.leaf('ipVersion')
    if version is None or version.value not in (4, 6):
        return
    if document.api == 'v3':
        for field in ('protocol', 'notProtocol'):
            protocol = traffic.leaf(field)
            read = protocols.parse(protocol.value, 'v3') if protocol is not None else None
            family = _FAMILY.get((read.name if read is not None else None) or '')
            if read is None or protocol is None or family is None or family == version.value:
                continue
            fact = {
                'name': 'icmp-ip-version',
                'number': 'icmp-ip-version-number',
                'text': 'icmp-ip-version-text',
            }[read.written]
            yield _at(
                fact,
                version,
                f'{field} {protocol.value} is {_name(read)}IPv{family}, but ipVersion is '
                f'{version.value}: {_advice(traffic, field, version.value)}',
                protocol,
            )
    other = next((leaf for leaf, net in networks(traffic) if net.family != version.value), None)
    if other is not None:
        yield _at(
            'nets-against-ip-version',
            version,
            f'ipVersion is {version.value}, but {quoted(other.text)} is '
            f'IPv{10 - version.value}: {_advice(traffic, "nets", version.value)}',
            other,
        )


def _advice(traffic: Object, field: str, version: int) -> str:
    """What to write where a field is of the other IP version."""
    if field == 'notProtocol':
        return f'write notProtocol: {"ICMP" if version == 4 else "ICMPv6"}'
    families = {net.family for _, net in networks(traffic)}
    protocol = traffic.leaf('protocol')
    read = protocols.parse(protocol.value, 'v3') if protocol is not None else None
    family = _FAMILY.get((read.name if read is not None else None) or '')
    if len(families | {family or 10 - version}) > 1:
        return 'no traffic is of both versions, so write two rules'
    return f'write ipVersion: {10 - version}'


def _at(fact: str, version: Leaf, message: str, cause: Leaf) -> Finding:
    return finding_at(
        fact,
        version,
        message,
        related=((cause.span, 'this one'),),
        same_mistake=('ip-version', version.span.start),
    )


def _name(read: protocols.Protocol) -> str:
    return '' if read.written == 'name' else f'{read.name}, which is '
