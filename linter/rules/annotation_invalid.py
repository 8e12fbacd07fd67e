"""The key of an annotation is not legal, or the annotations are too big.

Calico and Kubernetes refuse the whole object. Keys follow the rules of label keys, letter case
aside; all keys and values together have at most 262,144 bytes. The same holds for the annotations
of a rule's `metadata`.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  annotations:
    who wrote this: me
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  annotations:
    Example.COM/Author: who wrote this
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import names
from linter.calico.document import Document
from linter.calico.values import Leaf, Object, Value
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'names'


@rule('Metadata', 'RuleMetadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    annotations = metadata.object('annotations')
    if annotations is None or document.api == 'v2':
        return
    if metadata.type == 'Metadata' and metadata.parent is not document.root:
        return
    prefix = 'rule-' if metadata.type == 'RuleMetadata' else ''
    total = 0
    every: dict[str, Value] = {**annotations.fields, **annotations.nulls}
    for key, value in every.items():
        total += names.size(key) + (names.size(value.text) if isinstance(value, Leaf) else 0)
        wrong = names.qualified_problem(key.lower())
        if wrong is not None:
            yield finding_at_key(
                f'{prefix}annotation-key', value, f'{wrong}: rename the annotation'
            )
    excess = total - names.MOST_ANNOTATION_BYTES
    if excess > 0:
        yield finding_at_key(
            f'{prefix}annotations-too-large',
            annotations,
            f'the annotations are {excess} bytes too big: keys and values have at most '
            f'{names.MOST_ANNOTATION_BYTES} bytes together',
        )
