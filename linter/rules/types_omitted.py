"""A policy says no `types` where nothing fills them in.

calicoctl and the Calico API server write `types` from the rules that are present. Nobody does
that for `crd.projectcalico.org/v1`, and for native v3 CRDs only a MutatingAdmissionPolicy does.
A policy that stays without `types` governs both directions, so one with ingress rules only also
cuts off egress.

```yaml bad --admission native
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  ingress:
  - action: Allow
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  ingress:
  - action: Allow
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.misplaced import is_kubernetes, missing
from linter.calico.values import Array, Object
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'types'


@rule('Spec')
def check(spec: Object, document: Document) -> Iterator[Finding]:
    if not document.is_policy or document.api != 'v3' or 'types' in spec.fields:
        return
    if spec.text('stagedAction') == 'Delete' or is_kubernetes(document):
        return  # no types are wanted, or they are written as Kubernetes does
    # Where nothing fills it in, both directions are isolated: what is written keeps that. Only
    # ingress is looked at before the destination is translated.
    pre = spec.leaf('preDNAT')
    wanted = 'Ingress' if pre is not None and pre.value is True else 'Ingress, Egress'
    yield finding_at_key(
        'types-omitted',
        spec,
        f'the policy has no types: write types: [{wanted}]',
        same_mistake=missing(spec, 'types', document),
    )


@rule('Spec')
def check_empty(spec: Object, document: Document) -> Iterator[Finding]:
    types = spec.fields.get('types')
    if document.is_policy and isinstance(types, Array) and not types.items:
        yield finding_at_key(
            'types-empty',
            types,
            'types is an empty list, which CRDs refuse since Calico 3.32: '
            'write types: [Ingress, Egress], or the one that is to be governed',
        )
