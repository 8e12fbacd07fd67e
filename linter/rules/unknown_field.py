"""A key is not a field of the object in which it stands.

calicoctl and the Calico API server refuse the document. Where kubectl writes CRDs without strict
validation, the key vanishes without a word, and what it limited is no longer limited: a rule that
loses its `ports` allows every port. The message names the field that was probably meant, or where
the field belongs.

The fix is unsafe: it writes the field that was probably meant, and another one may have been.

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
    ports: [80]
```

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  slector: role == 'web'
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [80]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.misplaced import (
    in_metadata,
    meant,
    mistake_of,
    neighbour,
    owner_name,
    right_place,
)
from linter.calico.values import Object
from linter.catalogue.rule import rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import quoted
from linter.yaml.edit import SAFE, UNSAFE, write_word

GROUP = 'fields'


@rule('problem:unknown')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    if neighbour(problem, document) is not None or problem.key is None:
        return
    if _is_told_by_the_reader(problem):
        return
    key = problem.key
    place = right_place(problem, document)
    near = meant(problem)
    fix = None
    message = f'{quoted(problem.name)} is not a field of {owner_name(problem.owner, document)}'
    if near is not None and (place is None or near.lower() == problem.name.lower()):
        message += f': write {near}'
        # Only a difference in letter case leaves no doubt.
        fix = write_word(key, near, SAFE if near.lower() == problem.name.lower() else UNSAFE)
    elif place is not None:
        message += f': {place}'
    else:
        message += ': remove it'
    path = problem.value.yaml_path if problem.value is not None else None
    fact = (
        'unknown-metadata'
        if problem.value is not None and in_metadata(problem.value)
        else 'unknown-field'
    )
    yield Finding(
        fact,
        Span(key.start, key.end),
        message,
        fix=fix,
        yaml_path=path,
        same_mistake=mistake_of(problem, document),
    )


def _is_told_by_the_reader(problem: Problem) -> bool:
    """apiVersion or kind in another letter case: without them the document has neither."""
    owner = problem.owner
    return (
        isinstance(owner, Object)
        and owner.parent is None
        and any(
            problem.name.lower() == name.lower() and name not in owner.fields
            for name in ('apiVersion', 'kind')
        )
    )
