"""A field is right but for its letter case.

calicoctl and the Calico API server read field names in any letter case. kubectl with CRDs does
not: there `notports` or `Selector` is an unknown field that vanishes, and with it the match.
Spell fields as the reference does, and the file means the same everywhere.

The fix is safe: Calico's API reads both spellings alike.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  Selector: role == 'web'
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
from linter.yaml.edit import write_word

GROUP = 'fields'


@rule('problem:case')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    key = problem.key
    if key is None or document.has_problem('case-duplicate', key):
        return
    yield Finding(
        'field-case',
        Span(key.start, key.end),
        f'{quoted(key.value)} is not spelt as Calico spells it, and only calicoctl and the Calico '
        f'API server forgive that: write {problem.name}',
        fix=write_word(key, problem.name),
    )
