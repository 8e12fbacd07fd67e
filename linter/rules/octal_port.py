"""A port has a leading zero, and YAML reads it as an octal number.

`010` is 8 in the YAML that Kubernetes and calicoctl read, and `0o17` is 15: the policy is
accepted and opens another port than the one you see.

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
    protocol: TCP
    destination:
      ports: [010]
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
    protocol: TCP
    destination:
      ports: [8, '010', 080]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.yaml.nodes import Scalar

GROUP = 'yaml'


@rule('calico-port')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    node = leaf.node
    if not isinstance(leaf.value, int) or not isinstance(node, Scalar) or node.style:
        return
    if node.value[:1] in '123456789':
        return  # as nearly every port
    text = node.value.replace('_', '').lstrip('+')
    octal = text[:1] == '0' and text[1:2] in 'o01234567' and len(text) > 1
    digits = text[2:] if text[:2] == '0o' else text.lstrip('0')
    if octal and digits.isdigit() and int(digits) != leaf.value:
        yield finding_at(
            'port-octal',
            leaf,
            f'YAML reads {node.value} as the octal number {leaf.value}: write {leaf.value}, '
            f'or {int(digits)} if you mean that port',
        )
