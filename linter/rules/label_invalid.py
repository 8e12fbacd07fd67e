"""The key or value of a label is not one that Kubernetes and Calico accept.

Both refuse the whole object. A key is a name of at most 63 letters, digits, `-`, `_` and `.`, with
an optional domain in front (`example.com/name`); a value is empty or of the same characters.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  labels:
    app: my app
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
    app: my-app
    example.com/team: ''
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import names
from linter.calico.document import Document
from linter.calico.values import Leaf, Object, Value
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding

GROUP = 'names'


@rule('Metadata')
def check(metadata: Object, document: Document) -> Iterator[Finding]:
    labels = metadata.object('labels')
    if labels is not None and metadata.parent is document.root and document.api == 'v3':
        yield from _check(labels, 'label-syntax')


@rule('Spec')
def check_profile(spec: Object, document: Document) -> Iterator[Finding]:
    labels = spec.object('labelsToApply')
    if labels is not None:
        yield from _check(labels, 'profile-label')


def _check(labels: Object, fact: str) -> Iterator[Finding]:
    every: dict[str, Value] = {**labels.fields, **labels.nulls}
    for key, value in every.items():
        wrong = names.qualified_problem(key)
        if wrong is not None:
            yield finding_at_key(fact, value, f'{wrong}: rename the label')
            continue
        if isinstance(value, Leaf) and value.ok:
            wrong = names.label_value_problem(value.text)
            if wrong is not None:
                yield finding_at(fact, value, f'{wrong}: change it')
