"""An unquoted port range is a number to base 60 for other YAML readers.

Calico's own reader takes `22:23` as text. PyYAML, Ruby and Ansible take it as 1343, so a policy
that passes through one of them opens another port. In quotes it is a range for everyone.

The fix is safe: Calico reads the same with and without quotes.

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
      ports:
      - 22:23
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
      ports:
      - '22:23'
      - 8000:8080
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import ports
from linter.calico.document import Document
from linter.calico.repair import write
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.yaml.nodes import Scalar

GROUP = 'yaml'


@rule('calico-port')
def check(leaf: Leaf, document: Document) -> Iterator[Finding]:
    node = leaf.node
    if not leaf.text or not isinstance(node, Scalar) or node.style or ':' not in leaf.text:
        return
    port = ports.parse(leaf.text)
    # The YAML 1.1 form: no leading zero, and every part after the first below 60.
    if (
        port.problem is None
        and leaf.text[0] != '0'
        and port.high < 60
        and len(leaf.text.rpartition(':')[2]) <= 2
    ):
        yield finding_at(
            'sexagesimal',
            leaf,
            f'{leaf.text} without quotes is {port.low * 60 + port.high} for YAML readers '
            f"other than Calico's: write '{leaf.text}'",
            fix=write(
                document.source.text, leaf, leaf.text, title=f"Write '{leaf.text}'", quoted=True
            ),
        )
