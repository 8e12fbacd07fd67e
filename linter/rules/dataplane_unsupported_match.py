"""The dataplane does not know what a rule asks for.

With `--dataplane ebpf`, or `dataplane: ebpf` in the configuration. The eBPF programs know the
names `TCP`, `UDP`, `ICMP` and `SCTP`: a rule for `ICMPv6` or `UDPLite` never matches, and
`notProtocol` with one of these always does. Their numbers work. Named ports of SCTP are never
found. A `Log` rule in a Profile stops the dataplane.

```yaml bad --dataplane ebpf
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: ICMPv6
```

```yaml good --dataplane ebpf
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: 58
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'hazards'

_NUMBERS = {'ICMPv6': 58, 'UDPLite': 136}


@rule('Rule')
def check(traffic: Object, document: Document) -> Iterator[Finding]:
    fields = traffic.fields
    for field in ('protocol', 'notProtocol'):
        leaf = traffic.leaf(field) if field in fields else None
        number = None if leaf is None else _NUMBERS.get(leaf.text)
        if leaf is not None and number is not None:
            effect = 'never matches' if field == 'protocol' else 'excludes nothing'
            yield finding_at(
                'ebpf-protocol-name',
                leaf,
                f'the eBPF dataplane does not know {leaf.text} by name, so this {effect}: write '
                f'{number}',
                same_mistake=('protocol-name', leaf.node.start),
            )
    if document.kind == 'Profile' and traffic.text('action') == 'Log':
        yield finding_at_key(
            'ebpf-profile-log',
            fields['action'],
            'the eBPF dataplane stops at a Log rule in a Profile: remove it',
        )
    if document.kind == 'Profile' and traffic.text('action') == 'Pass':
        yield finding_at_key(
            'ebpf-profile-pass',
            fields['action'],
            'the eBPF dataplane denies at a Pass in a Profile, where others ask the next profile: '
            'write action: Deny, or leave the traffic to the next profile by no rule',
        )
    if traffic.text('protocol') != 'SCTP':
        return
    for side in ('source', 'destination'):
        entity = traffic.object(side)
        for leaf in () if entity is None else entity.leaves('ports'):
            if leaf.text[:1].isalpha():
                yield finding_at(
                    'ebpf-sctp-named-port',
                    leaf,
                    f'the eBPF dataplane does not find named ports of SCTP, so {leaf.text} matches '
                    'nothing: write the number',
                )
