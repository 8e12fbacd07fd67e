"""A field is newer than the Calico version that you target.

calicoctl and the API server of that version refuse the document. kubectl with CRDs drops the field
without a word, and what it limited is no longer limited. Give the version of your cluster as
`--calico-version`, or in `.calico-lint.yaml`.

```yaml bad --calico-version 3.28
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  tier: default
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: security.web
  namespace: shop
spec:
  tier: security
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.kinds import V1_POOL_FIELDS
from linter.catalogue.rule import rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import quoted

GROUP = 'fields'

# Without them no rule matches more.
_HARMLESS = frozenset(('performanceHints', 'assignmentMode'))


@rule('problem:later')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    if problem.key is None or problem.name in V1_POOL_FIELDS:
        return  # v1-field
    since = problem.schema.get('x-calico-since')
    until = problem.schema.get('x-calico-until')
    when = f'exists since Calico {since}' if since else f'existed until Calico {until}'
    advice = 'target a version that has it'
    if since:
        advice += f', such as --calico-version {since}'
    if problem.name in _HARMLESS:
        advice += ', or remove it'
    yield Finding(
        'field-since',
        Span(problem.key.start, problem.key.end),
        f'{quoted(problem.name)} {when} only: {advice}',
        yaml_path=problem.value.yaml_path if problem.value is not None else None,
        # That a name has the tier before its dot follows from it.
        same_mistake=('tier', document.root.node.start) if problem.name == 'tier' else None,
        is_root=True,
    )
