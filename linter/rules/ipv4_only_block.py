"""A Deny holds for IPv4 only, and what follows lets IPv6 through.

A rule with IPv4 networks does not exist for IPv6, and `protocol: ICMP` is one of IPv4. Where pods
have IPv6 addresses, a Deny of `0.0.0.0/0` before an Allow of everything leaves IPv6 open. So does a
Deny of everything but some IPv4 networks in `notNets`.

```yaml bad --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Egress]
  egress:
  - action: Deny
    protocol: TCP
    destination:
      nets: [0.0.0.0/0]
  - action: Allow
```

```yaml good --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Egress]
  egress:
  - action: Deny
    protocol: TCP
  - action: Allow
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.traffic import direction_lists, networks
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'


@rule('Spec')
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if not document.is_policy:
        return
    for _, items in direction_lists(spec):
        if any(net.family == 6 for item in items for _, net in networks(item)):
            continue
        for number, item in enumerate(items):
            if item.text('action') != 'Deny':
                continue
            everything = [
                leaf for leaf, net in networks(item) if net.prefix == 0 and net.family == 4
            ]
            open_later = [
                later for later in items[number + 1 :] if later.text('action') in ('Allow', 'Pass')
            ]
            but = not everything and _is_all_but(item)
            if but and any(map(_is_for_ipv6, items)):
                continue
            for later in open_later:
                if (everything or but) and not any(True for _ in networks(later)):
                    advice = (
                        'add one with ipVersion: 6, and without notNets'
                        if but
                        else "add one with '::/0', or leave out nets where everything is meant"
                    )
                    yield finding_at_key(
                        'ipv4-only-block',
                        item,
                        f'this Deny is for IPv4 only, and a later rule lets IPv6 through: {advice}',
                        related=((later.key_span, 'what lets IPv6 through'),),
                    )
                    break


def _is_for_ipv6(item: Object) -> bool:
    version = item.leaf('ipVersion')
    return version is not None and version.value == 6


def _is_all_but(item: Object) -> bool:
    """Whether a rule is for all addresses but those of some networks."""
    sides = [side for side in map(item.object, ('source', 'destination')) if side is not None]
    return any('notNets' in side.fields for side in sides) and not any(
        field in side.fields
        for side in sides
        for field in ('nets', 'selector', 'notSelector', 'namespaceSelector', 'serviceAccounts')
    )
