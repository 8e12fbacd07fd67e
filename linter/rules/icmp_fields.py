"""An ICMP match does not fit its rule.

Calico refuses the policy. `icmp` needs `protocol: ICMP` or `ICMPv6` in the same rule (their
numbers 1 and 58 count since Calico 3.33), and a `code` needs a `type`. Where kubectl writes CRDs
without these checks, a code without a type has no effect, and the rule matches more than it says.

Calico accepts an echo of the other family: ping is type 8 and its answer type 0 of ICMP, and types
128 and 129 of ICMPv6, where 8 and 0 are no messages. Such a rule matches nothing. A `notICMP`
without a protocol is accepted, too: the rule is for ICMP alone all the same, and iptables asks for
the protocol beside it.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: ping
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    icmp:
      type: 8
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: ping
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: ICMP
    icmp:
      code: 1
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: ping
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: ICMPv6
    icmp:
      type: 8
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: ping
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: ICMP
    icmp:
      type: 8
      code: 0
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import protocols
from linter.calico.document import Document
from linter.calico.misplaced import missing
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import quoted

GROUP = 'ports'

_ECHOES = {'ICMP': {128: 8, 129: 0}, 'ICMPv6': {8: 128, 0: 129}}
"""Echoes of the other family, which are no messages of this one, and what they are called here."""


@rule('Rule')
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    icmp = traffic.object('icmp')
    if icmp is None or document.api == 'v2':
        return
    protocol = traffic.fields.get('protocol')
    related: tuple[tuple[Span, str], ...] = ()
    if protocol is None:
        yield finding_at_key(
            'icmp-needs-protocol',
            icmp,
            'an icmp match needs its protocol: add protocol: ICMP or ICMPv6',
            same_mistake=missing(traffic, 'protocol', document),
        )
    elif isinstance(protocol, Leaf) and protocol.ok:
        read = protocols.parse(protocol.value, document.api)
        if read.problem is not None:
            yield finding_at(
                'icmp-protocol-unknown',
                protocol,
                f'an icmp match needs protocol ICMP or ICMPv6, not {quoted(str(protocol.value))}: '
                'change the protocol, or remove icmp',
                same_mistake=('protocol', protocol.span.start),
            )
            return
        related = ((protocol.span, 'the protocol'),)
        shown = quoted(str(protocol.value))
        if read.name not in ('ICMP', 'ICMPv6'):
            yield finding_at_key(
                'icmp-needs-protocol',
                icmp,
                f'an icmp match needs protocol ICMP or ICMPv6, not {shown}: '
                'write protocol: ICMP, or ICMPv6; without icmp the rule would match more',
                related=related,
            )
        elif read.written != 'name':
            fact = 'icmp-protocol-number' if read.written == 'number' else 'icmp-protocol-text'
            yield finding_at(
                fact,
                protocol,
                f'with an icmp match the protocol goes by its name: write {read.name} for {shown}',
            )


@rule('Rule')
def check_accepted(traffic: Object, document: Document) -> Iterator[Finding]:
    """What Calico accepts."""
    fields = traffic.fields
    if ('icmp' not in fields and 'notICMP' not in fields) or document.api == 'v2':
        return  # as of nearly every rule
    matches = [one for name in ('icmp', 'notICMP') if (one := traffic.object(name)) is not None]
    if not matches:
        return
    protocol = traffic.fields.get('protocol')
    if protocol is None:
        if matches[0].name == 'notICMP' and matches[0].fields:
            yield finding_at_key(
                'icmp-negated-without-protocol',
                matches[0],
                'with notICMP this rule is for ICMP alone, whatever it excludes: add protocol: '
                'ICMP or ICMPv6, and a rule of their own for other protocols',
            )
        return
    if not isinstance(protocol, Leaf) or not protocol.ok:
        return
    name = protocols.parse(protocol.value, document.api).name
    for one in matches:
        type = one.leaf('type')
        right = None if type is None else _ECHOES.get(name or '', {}).get(type.value)
        if type is not None and right is not None:
            yield finding_at(
                'icmp-echo-of-other-family',
                type,
                f'{name} has no messages of type {type.value}, which is an echo of the other '
                f'family: write {right}',
                related=((protocol.span, 'the protocol'),),
            )


@rule('ICMP')
def check_icmp(icmp: Object, document: Document) -> Iterator[Finding]:
    code = icmp.leaf('code')
    type = icmp.fields.get('type')
    if code is not None and type is None:
        yield finding_at(
            'icmp-code-without-type', code, f'{icmp.name} has a code without a type: add type'
        )
    if document.api == 'v2':
        for leaf in (icmp.leaf('type'), code):
            if leaf is not None and leaf.value == 0:
                yield finding_at(
                    'v2-icmp-zero',
                    leaf,
                    f'the v2 page says 1 to 255, and its pre-release dropped a policy with '
                    f'{leaf.name} 0: write projectcalico.org/v3',
                )
        if isinstance(type, Leaf) and type.value == 255:
            yield finding_at(
                'v2-icmp-255',
                type,
                'type 255 is on the v2 page, but no kernel matches it and v3 refuses it: '
                'write a type up to 254',
            )
