"""An Allow says only which addresses it is not for.

It is for all others then: pods, nodes and link-local addresses such as that of the metadata
service, of the family of the networks alone. Say which addresses it is for, and exclude from
those.

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
  - action: Allow
    destination:
      notNets: [10.0.0.0/8]
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
  - action: Allow
    destination:
      nets: [203.0.113.0/24]
      notNets: [203.0.113.128/25]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'

_PRIVATE = ('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16')
_OTHERS = (
    'nets', 'selector', 'notSelector', 'namespaceSelector', 'serviceAccounts', 'services',
)  # fmt: skip


@rule('EntityRule')
def check(entity: Object, document: Document) -> Iterator[Finding]:
    fields = entity.fields
    if 'notNets' not in fields or not document.is_policy:
        return
    excluded = {leaf.text for leaf in entity.leaves('notNets')}
    if not excluded or any(name in fields for name in _OTHERS) or excluded.issuperset(_PRIVATE):
        return
    traffic = entity.parent
    if isinstance(traffic, Object) and traffic.text('action') == 'Allow':
        yield finding_at_key(
            'notnets-only',
            fields['notNets'],
            'notNets alone allows every other address, pods, nodes and link-local ones among them: '
            'say with nets which are meant',
        )
