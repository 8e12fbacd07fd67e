"""An Allow is for everything that lacks a label.

`!=`, `not in` and `!has()` hold for whatever does not have the label: unlabelled pods, the
addresses of network sets, in a global policy host endpoints. "All but test" is more than it sounds
like.

```yaml bad --profile security
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: db
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      selector: env != 'test'
```

```yaml good --profile security
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: db
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      namespaceSelector: all()
      selector: has(env) && env != 'test'
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


@rule('EntityRule')
def check(entity: Object, document: Document) -> Iterator[Finding]:
    selector = entity.leaf('selector') if 'selector' in entity.fields else None
    traffic = entity.parent
    if selector is None or not isinstance(traffic, Object) or not document.is_policy:
        return
    if traffic.text('action') != 'Allow' or _PEER.get(traffic.name) != entity.name:
        return
    if selector.text and fits_unlabelled(selector.text):
        # Beside !has() of a label its has() would fit nothing.
        is_absent = '!has' in selector.text.replace(' ', '').replace('(', '')
        advice = 'name' if is_absent or '||' in selector.text else 'add has() of the label, or name'
        yield finding_at(
            'negative-peer',
            selector,
            f'this allows whatever lacks the label, too: {advice} what is meant',
        )
