"""A global Allow trusts a label that any pod of any namespace can have.

Calico does not ask whether a label is that of a network set or of a pod. Whoever may label pods in
some namespace joins the partners that the rule trusts. Say with `namespaceSelector` which
namespaces are trusted: `global()` where network sets and host endpoints are meant.

```yaml bad --profile security
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: pay
spec:
  selector: app == 'pay'
  types: [Egress]
  egress:
  - action: Allow
    destination:
      selector: partner == 'bank'
```

```yaml good --profile security
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: pay
spec:
  selector: app == 'pay'
  types: [Egress]
  egress:
  - action: Allow
    destination:
      namespaceSelector: global()
      selector: partner == 'bank'
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.selector.labels import fits_unlabelled
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding

GROUP = 'security'
PROFILE = 'security'

_PEER = {'ingress': 'source', 'egress': 'destination'}


@rule('EntityRule', kinds=('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'))
def check(entity: Object, document: Document) -> Iterator[Finding]:
    selector = entity.leaf('selector') if 'selector' in entity.fields else None
    traffic = entity.parent
    if selector is None or not isinstance(traffic, Object) or 'nets' in entity.fields:
        return
    if traffic.text('action') != 'Allow' or _PEER.get(traffic.name) != entity.name:
        return
    if entity.text('namespaceSelector') or 'serviceAccounts' in entity.fields:
        return
    text = selector.text
    if text in ('', 'all()') or 'projectcalico.org/' in text or fits_unlabelled(text):
        return
    yield finding_at(
        'label-spoof',
        selector,
        'any pod of any namespace may have this label: add namespaceSelector, global() where '
        'network sets and hosts are meant',
    )
