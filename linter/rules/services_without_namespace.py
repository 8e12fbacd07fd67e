"""A `services` match without a namespace never matches.

The description of the field promises that the namespace of the policy counts where none is named.
Felix looks for a service in no namespace instead, and finds none: an Allow so written allows
nothing, and a Deny denies nothing. It is the same in every version up to 3.33.

```yaml bad
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
    destination:
      services:
        name: db
```

```yaml good
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
    destination:
      services:
        name: db
        namespace: shop
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'hazards'

_SIDES = {'ingress': 'source', 'egress': 'destination'}


@rule('ServiceMatch', kinds=('NetworkPolicy', 'StagedNetworkPolicy'))
def check(services: Object, document: Document) -> Iterator[Finding]:
    namespace = services.fields.get('namespace')
    is_written = namespace is not None and getattr(namespace, 'value', None) != ''
    if not services.text('name') or is_written:
        return
    entity, traffic = services.parent, services.up('Rule')
    side = None if traffic is None else _SIDES.get(traffic.name)
    if entity is None or entity.name != side:
        return
    metadata = document.metadata
    own = metadata.text('namespace') if metadata is not None else ''
    yield finding_at_key(
        'services-own-namespace',
        services,
        'a services match without a namespace never matches, not even in the namespace of the '
        f'policy: add namespace: {own or "…"}',
    )
