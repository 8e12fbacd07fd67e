"""A name or label is reserved for what Calico makes itself.

Policies named `knp.default.…` are views of Kubernetes NetworkPolicies, so calicoctl refuses to
write them; the label `projectcalico.org/namespace` of a network set is set by Calico, and the
profile `projectcalico-default-allow` is there already.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: knp.default.web
  namespace: shop
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'names'


@rule('Metadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    leaf = metadata.leaf('name')
    if leaf is not None and leaf.text.startswith('knp.default.'):
        rest = leaf.text.removeprefix('knp.default.').replace('.', '-')
        fact = 'v2-name-reserved' if document.api == 'v2' else 'name-of-kubernetes-policy'
        yield finding_at(
            fact,
            leaf,
            f'{quoted(leaf.text)} is reserved for what Calico makes of Kubernetes '
            f'NetworkPolicies: write {quoted(rest or "web")}, or a Kubernetes NetworkPolicy',
            same_mistake=('name', leaf.node.start),
        )
    if leaf is not None and leaf.text == 'projectcalico-default-allow':
        yield finding_at(
            'name-of-default-profile',
            leaf,
            'Calico has a profile of this name, which allows everything: write another name',
            same_mistake=('name', leaf.node.start),
        )
    labels = metadata.object('labels')
    if labels is not None and 'projectcalico.org/namespace' in labels.fields:
        yield finding_at_key(
            'namespace-label-reserved',
            labels.fields['projectcalico.org/namespace'],
            'projectcalico.org/namespace is a label that Calico sets itself: remove it',
        )
