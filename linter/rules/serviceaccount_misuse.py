"""A match of service accounts breaks, or can fit none.

Calico pastes the names into a selector. A name with a quote makes that selector unreadable, and
Felix then drops the whole `serviceAccounts` match: the rule applies to every account. No reader
checks it. What is no name of an account at all, such as `system:serviceaccount:shop:web`, never
matches, and neither does one of 63 characters or more: Calico does not label pods with it. A
selector of accounts sees the labels of accounts, and those have no
`projectcalico.org/serviceaccount`.

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
    source:
      serviceAccounts:
        names: ["web'"]
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
    source:
      serviceAccounts:
        names: [web]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.names import is_subdomain
from linter.calico.selector.labels import conditions
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'selectors'


@rule('ServiceAccountMatch')
def check(match: Object, document: Document) -> Iterator[Finding]:
    for leaf in match.leaves('names'):
        if "'" in leaf.text:
            yield finding_at(
                'serviceaccount-name-pasted',
                leaf,
                f'{quoted(leaf.text)} is not the name of a service account: '
                'write it without quotes inside',
            )
        elif leaf.text and not is_subdomain(leaf.text):
            name = leaf.text.replace('/', ':').rpartition(':')[2]
            name = name if is_subdomain(name) else 'its name'
            yield finding_at(
                'serviceaccount-name-impossible',
                leaf,
                f'{quoted(leaf.text)} is the name of no service account, so it never matches: '
                f'write {name} alone, and the namespace in namespaceSelector',
            )
        elif len(leaf.text) >= _LONGEST:
            yield finding_at(
                'serviceaccount-name-impossible',
                leaf,
                f'Calico labels no pod with a service account whose name has {_LONGEST} characters '
                'or more, so this never matches: use serviceAccounts.selector',
            )


_LONGEST = 63
_OF_PODS = ('projectcalico.org/serviceaccount', 'projectcalico.org/namespace')


@rule('calico-selector')
def check_selector(leaf: Leaf, document: Document) -> Iterator[Finding]:
    if 'projectcalico.org/' not in leaf.text:
        return
    owner = leaf.parent
    if leaf.name != 'serviceAccountSelector' and not (
        isinstance(owner, Object) and owner.type == 'ServiceAccountMatch'
    ):
        return
    for found in conditions(leaf.text):
        if found.key in _OF_PODS:
            yield Finding(
                'serviceaccount-label',
                document.inside(leaf, found.start, found.start + len(found.key)),
                f'{found.key} is a label of pods, which no service account has: write '
                'projectcalico.org/name for the name of an account',
                yaml_path=leaf.yaml_path,
            )
