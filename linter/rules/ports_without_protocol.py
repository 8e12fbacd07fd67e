"""A rule matches ports, but its protocol has none.

Only TCP, UDP and SCTP (6, 17, 132) have ports that a rule can match. Without `protocol` a
number says nothing, so Calico refuses the rule; where kubectl writes CRDs, Felix drops the
whole policy. Since Calico 3.32 a rule whose ports are all names may leave the protocol out,
since the pods that define the names define their protocol too.

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
    destination:
      ports: [80]
```

```yaml bad --calico-version 3.31
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    destination:
      ports: [http]
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
    protocol: TCP
    destination:
      ports: [80]
  - action: Allow
    destination:
      ports: [http]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import ports, protocols
from linter.calico.document import Document
from linter.calico.lost_dash import fragment
from linter.calico.misplaced import missing
from linter.calico.right_value import protocol_of_port
from linter.calico.values import Array, Leaf, Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import listing, quoted

GROUP = 'ports'


@rule('Rule')
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    lists: list[Array] = []
    for side in ('source', 'destination'):
        entity = traffic.object(side)
        if entity is not None:
            for name in ('ports', 'notPorts'):
                value = entity.fields.get(name)
                if isinstance(value, Array) and value.items:
                    lists.append(value)
    if not lists:
        return
    protocol = traffic.fields.get('protocol')
    if protocol is None:
        if any(map(protocol_of_port, _leaves(lists))):
            return  # wrong-type says where it belongs
        lists.sort(key=_place)
        numeric = [value for value in lists if _has_number(value)]
        first = numeric[0] if numeric else lists[0]
        fact = 'ports-need-protocol' if numeric else 'named-ports-need-protocol'
        also: tuple[tuple[Span, str], ...] = tuple(
            (value.key_span, 'these ports need it too')
            for value in (numeric or lists)
            if value is not first
        )
        yield finding_at_key(
            fact,
            first,
            f'a rule with {first.name} needs a protocol that has ports: add protocol: '
            f'{listing(protocols.with_ports(document.api))}',
            related=also,
            about=traffic,
            same_mistake=missing(traffic, 'protocol', document) or fragment(traffic, document),
        )
    elif isinstance(protocol, Leaf) and protocol.ok:
        read = protocols.parse(protocol.value, document.api)
        if read.problem is None and not protocols.has_ports(read.name, document.api):
            lists.sort(key=_place)
            shown = quoted(str(protocol.value))
            wanted = listing(protocols.with_ports(document.api))
            yield finding_at_key(
                'protocol-without-ports',
                lists[0],
                f'protocol {shown} has no ports that a rule can match: write protocol: {wanted}; '
                f'without {lists[0].name} the rule would match more',
                related=((protocol.span, 'the protocol'),),
                about=traffic,
            )


def _place(value: Array) -> int:
    return value.key_span.start


def _has_number(value: Array) -> bool:
    return any(
        isinstance(item, Leaf) and (not item.ok or ports.parse(item.value).is_number)
        for item in value.items
    )


def _leaves(lists: list[Array]) -> Iterator[Leaf]:
    for value in lists:
        yield from (item for item in value.items if isinstance(item, Leaf))
