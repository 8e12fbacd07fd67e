"""A rule looks for a workload of the system in the namespace of the policy.

In a NetworkPolicy a selector without `namespaceSelector` fits endpoints of the own namespace only.
The cluster's DNS has the label `k8s-app: kube-dns` and runs in `kube-system`, so such a rule
allows nothing, and names are not resolved.

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
      selector: k8s-app == 'kube-dns'
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
      namespaceSelector: projectcalico.org/name == 'kube-system'
      selector: k8s-app == 'kube-dns'
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.selector.labels import conditions
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding

GROUP = 'strict'
PROFILE = 'strict'

_SYSTEM = {
    ('k8s-app', 'kube-dns'): 'kube-system',
    ('k8s-app', 'metrics-server'): 'kube-system',
    ('k8s-app', 'node-local-dns'): 'kube-system',
    ('app.kubernetes.io/name', 'ingress-nginx'): 'ingress-nginx',
    ('istio', 'pilot'): 'istio-system',
    ('istio', 'ingressgateway'): 'istio-system',
}


@rule('EntityRule', kinds=('NetworkPolicy', 'StagedNetworkPolicy'))
def check(entity: Object, document: Document) -> Iterator[Finding]:
    selector = entity.leaf('selector') if 'selector' in entity.fields else None
    if selector is None or entity.text('namespaceSelector') or document.metadata is None:
        return
    own = document.metadata.text('namespace')
    for found in conditions(selector.text):
        for value in found.values:
            home = _SYSTEM.get((found.key, value))
            if home is not None and found.is_positive and own not in ('', home):
                yield finding_at(
                    'np-system-label',
                    selector,
                    f'without namespaceSelector this looks in {own} only, and {value} runs in '
                    f"{home}: add namespaceSelector: projectcalico.org/name == '{home}'",
                )
