"""A GlobalNetworkPolicy isolates everything: all namespaces, and all host endpoints.

Without a selector a global policy is for the pods of `kube-system` and of Calico itself, and for
host endpoints. What no rule allows is denied for all of them.

```yaml bad --profile security
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: default-deny
spec:
  selector: all()
  types: [Ingress]
```

```yaml good --profile security
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: default-deny
spec:
  namespaceSelector: has(team)
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.misplaced import missing
from linter.calico.traffic import types_of
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding
from linter.policy.gate import is_unconditional
from linter.policy.model import DIRECTIONS

GROUP = 'security'
PROFILE = 'security'


@rule('Spec', kinds=('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'))
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if spec.text('selector') not in ('', 'all()'):
        return
    if not document.is_understood:
        return
    if spec.text('namespaceSelector') or spec.text('serviceAccountSelector'):
        return
    for flag in ('doNotTrack', 'preDNAT'):
        leaf = spec.leaf(flag)
        if leaf is not None and leaf.value is True:
            return
    types = {leaf.text for leaf in spec.leaves('types')} or types_of(spec)
    closed = [
        direction
        for direction in DIRECTIONS
        if direction.title() in types
        and not any(
            item.text('action') in ('Allow', 'Pass') and is_unconditional(item)
            for item in spec.items(direction)
            if isinstance(item, Object)
        )
    ]
    if closed:
        selector = spec.fields.get('selector')
        make = finding_at if selector is not None else finding_at_key
        yield make(
            'selects-everything',
            selector or spec,
            f'this policy isolates the {" and ".join(closed)} of every namespace, those of the '
            'system among them, and of every host endpoint: select with namespaceSelector what is '
            'meant',
            same_mistake=missing(spec, 'selector', document),
        )
