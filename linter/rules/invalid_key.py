"""A mapping key is null, a list or a mapping, which JSON cannot hold.

Everything that goes to Calico becomes JSON on its way, and there a key is text. calicoctl and
kubectl refuse the document. In quotes `null` is a key like any other.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  labels:
    null: a
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  labels:
    'null': a
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.catalogue.rule import rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import quoted

GROUP = 'yaml'


@rule('problem:key')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    key = problem.key
    if key is None:
        return
    start, text = key.start, document.source.text
    if key.value:
        message = f"{quoted(key.value)} is read as null, not as text: write '{key.value}'"
    else:
        message = 'a key must be text: write the name of a field, in quotes if need be'
        # YAML readers differ on which side of the blanks an empty key is.
        while text.startswith((' ', '\t'), start):
            start += 1
    yield Finding('yaml-key', Span(start, max(start, key.end)), message)
