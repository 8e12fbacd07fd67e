"""An egress rule allows the metadata service of the cloud.

At 169.254.169.254 clouds give credentials to whoever asks. An Allow that is for every address is
for this one, too, unless a rule before it denies it.

```yaml bad --profile security
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Egress]
  egress:
  - action: Allow
```

```yaml good --profile security
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
    destination:
      nets: [169.254.169.254/32]
  - action: Allow
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import nets
from linter.calico.document import Document
from linter.calico.ports import parse as parse_port
from linter.calico.traffic import direction_lists
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'security'
PROFILE = 'security'

_METADATA = 0xA9FEA9FE


@rule('Spec')
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if not (document.is_policy and document.is_understood):
        return
    for rules, items in direction_lists(spec):
        if rules.name != 'egress':
            continue
        for item in items:
            destination = item.object('destination')
            if destination is not None and any(
                name in destination.fields
                for name in ('selector', 'namespaceSelector', 'serviceAccounts', 'services')
            ):
                continue
            covers = _covers(destination, 'nets', True)
            excludes = _covers(destination, 'notNets', False)
            if not covers or excludes or not _is_http(item):
                continue
            if item.text('action') == 'Deny':
                break
            if item.text('action') == 'Allow':
                yield finding_at_key(
                    'metadata-exposed',
                    item,
                    'this allows 169.254.169.254, where clouds hand out credentials: deny it in a '
                    'rule before, or exclude it with notNets',
                )
                break


def _covers(entity: Object | None, field: str, otherwise: bool) -> bool:
    """Whether a list of networks has the address; ``otherwise`` where there is none."""
    leaves = [] if entity is None else list(entity.leaves(field))
    if not leaves:
        return otherwise
    for leaf in leaves:
        net = nets.parse(leaf.text)
        if net is not None and net.family == 4 and net.prefix is not None:
            rest = 32 - net.prefix
            if net.address >> rest == _METADATA >> rest:
                return True
    return False


def _is_http(traffic: Object) -> bool:
    """Whether TCP to port 80 is among the packets of a rule, as far as its protocol and ports."""
    protocol = traffic.leaf('protocol')
    destination = traffic.object('destination')
    if protocol is not None and protocol.value not in ('TCP', 6):
        return False
    ports = [] if destination is None else list(destination.leaves('ports'))
    return not ports or any(
        port.low <= 80 <= port.high
        for port in (parse_port(leaf.value) for leaf in ports)
        if port.is_number
    )
