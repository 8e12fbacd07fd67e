"""A protocol is neither one of the names that Calico knows nor a number from 1 to 255.

The names are TCP, UDP, ICMP, ICMPv6, SCTP and UDPLite; every other protocol goes by its IANA
number. Leave the field out to match every protocol. Where kubectl writes CRDs, Felix drops the
whole policy instead, and a number over 255 stops the policy updates of the whole cluster. A rule
has one protocol: for two of them write two rules.

The fix is safe for the name of a protocol in another spelling, and unsafe where words behind the
protocol become a comment.

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
    protocol: IPv6-ICMP
```

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
    protocol: TCP  for the web
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
from linter.calico.lost_hash import lost_comment
from linter.calico.repair import write
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.lazy_regex import lazy
from linter.text.suggest import listing, quoted

GROUP = 'ports'

_NAMES = {
    'icmp6': 'ICMPv6',
    'icmp-v6': 'ICMPv6',
    'icmpv4': 'ICMP',
    'icmp4': 'ICMP',
    'ipv6-icmp': 'ICMPv6',
    'udp-lite': 'UDPLite',
    'udplite4': 'UDPLite',
}
_BETWEEN = lazy(r'[\s,;/|&+-]+(?:(?:and|or)\s+)?')

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
    fix = None
    lost = lost_comment(leaf, lambda value: not protocols.parse(value, document.api).problem)
    several = _several(text, document)
    if isinstance(leaf.value, int) or text.lstrip('-').isdigit():
        advice = (
            'write a protocol number from 1 to 255, because without the field the rule matches '
            'every protocol'
        )
    elif text.lower() in ('any', 'all', '*', ''):
        advice = 'leave the field out to match every protocol'
    elif text.lower() in _NAMES:
        meant = _NAMES[text.lower()]
        meant = meant.lower() if document.api == 'v2' else meant
        advice = f'write {meant}'
        fix = write(document.source.text, leaf, meant)
    elif several:
        advice = f'write one rule for each of {listing(several, "and")}'
    elif lost is not None:
        advice, fix = lost.advice, lost.fix
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
        fix=fix,
        same_mistake=('protocol', leaf.span.start),
    )


def _several(text: str, document: Document) -> list[str]:
    """The protocols that a text names, where they are more than one."""
    words = [word for word in _BETWEEN.split(text) if word] if len(text) < 100 else []
    found = [protocols.parse(word, document.api) for word in words]
    if len(words) < 2 or any(one.problem not in (None, 'case') for one in found):
        return []
    return [one.right or word for one, word in zip(found, words, strict=True)]


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
