"""A selector uses a name by which Calico knows labels inside, or an old one that is gone.

Calico stores the labels of namespaces with `pcns.` before them and those of service accounts with
`pcsa.`. In a `selector` that works by accident; in a `namespaceSelector` the prefix is added once
more, and nothing fits. `calico/k8s_ns` and `k8s_ns/label/…` are labels of Calico 2, which nothing
has any more.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  selector: pcns.team == 'a'
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  namespaceSelector: team == 'a'
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.names import INTERNAL_LABELS
from linter.calico.selector.labels import conditions
from linter.calico.values import Leaf
from linter.catalogue.rule import rule
from linter.diagnostic import Finding

GROUP = 'hazards'

_INSTEAD = {
    'pcns.': 'write it in namespaceSelector, without the prefix',
    'pcsa.': 'write it in serviceAccountSelector, or serviceAccounts, without the prefix',
    'calico/k8s_ns': 'write projectcalico.org/namespace',
    'k8s_ns/label/': 'write the label in namespaceSelector',
}


_OF_NAMESPACES = ('pcns.', 'k8s_ns/label/')
_OWN = 'write a label of the pods, since the policy is for one namespace alone'


@rule('calico-selector')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    text = leaf.text
    if 'pc' not in text and 'k8s_ns' not in text:
        return
    # The spec of a NetworkPolicy has no namespaceSelector.
    is_own = document.is_namespaced and leaf.parent is document.spec
    for found in conditions(text):
        for prefix in INTERNAL_LABELS:
            if found.key.startswith(prefix):
                yield Finding(
                    'internal-label',
                    document.inside(leaf, found.start, found.start + len(found.key)),
                    f'{found.key} is a name that Calico uses inside, or did: '
                    f'{_OWN if is_own and prefix in _OF_NAMESPACES else _INSTEAD[prefix]}',
                    yaml_path=leaf.yaml_path,
                )
