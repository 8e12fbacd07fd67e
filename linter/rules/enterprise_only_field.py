"""A field, or a value of one, exists only in Calico Enterprise and Calico Cloud.

Open-source Calico refuses it. Where kubectl drops unknown fields the match disappears: an `Allow`
to some domains becomes an `Allow` to everywhere.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Egress]
  egress:
  - action: Allow
    destination:
      domains: [example.com]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Egress]
  egress:
  - action: Allow
    destination:
      nets: [203.0.113.0/24]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.kinds import ENTERPRISE_FIELDS, ENTERPRISE_VALUES
from linter.calico.misplaced import neighbour
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import quoted

GROUP = 'fields'


@rule('problem:unknown')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    if problem.key is not None and neighbour(problem, document) == 'enterprise':
        yield Finding(
            'enterprise-field',
            Span(problem.key.start, problem.key.end),
            f'{quoted(problem.name)} exists only in Calico Enterprise and Calico Cloud: '
            f'{ENTERPRISE_FIELDS[problem.name]}',
            yaml_path=problem.value.yaml_path if problem.value is not None else None,
        )


@rule('problem:value')
def check_value(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if not isinstance(leaf, Leaf):
        return
    advice = ENTERPRISE_VALUES.get(leaf.name, {}).get(leaf.text)
    if advice is not None:
        yield finding_at(
            'enterprise-value',
            leaf,
            f'{quoted(leaf.text)} exists only in Calico Enterprise and Calico Cloud: {advice}',
        )
