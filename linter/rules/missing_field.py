"""A required field is missing.

The document is refused. Every rule of a policy needs an `action`. CRDs also require `spec` and
`metadata`, which calicoctl does without.

The fix is safe: it writes `kind` where the key is there in another letter case. What is missing
altogether only you can add.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - protocol: TCP
```

```yaml bad
apiVersion: projectcalico.org/v3
Kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
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
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.misplaced import absorbs, mistake_of, neighbour, owner_name
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, finding_at_key, rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import listing, quoted

GROUP = 'fields'


@rule('problem:missing')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    owner = problem.owner
    if not isinstance(owner, Object) or owner.parent is None or owner.type == 'Metadata':
        return  # name-missing
    fact = 'action-missing' if problem.name == 'action' else 'required'
    misspelt = absorbs(problem, document)
    if misspelt is not None:
        # Where a lane drops the misspelt key in silence, what it refuses is that this one is gone.
        if misspelt.kind == 'unknown' and misspelt.key is not None:
            message = (
                f'{quoted(misspelt.name)} is not {problem.name}, without which '
                f'{owner_name(owner, document)} is refused: write {problem.name}'
            )
            if neighbour(misspelt, document) == 'kubernetes':
                message = (
                    f"{quoted(misspelt.name)} is a field of Kubernetes' NetworkPolicy, and a rule "
                    'of Calico has an action: write the rules as Calico has them, or apiVersion: '
                    'networking.k8s.io/v1'
                )
            yield Finding(
                fact,
                Span(misspelt.key.start, misspelt.key.end),
                message,
                yaml_path=misspelt.value.yaml_path if misspelt.value is not None else None,
                same_mistake=mistake_of(misspelt, document),
            )
        return
    empty = owner.nulls.get(problem.name)
    values = problem.schema['properties'].get(problem.name, {}).get('enum')
    advice = f'write {problem.name}: {listing(values)}' if values else f'add {problem.name}'
    if empty is not None:
        yield Finding(
            fact, empty.span, f'{problem.name} is empty: {advice}', yaml_path=empty.yaml_path
        )
    else:
        yield finding_at_key(
            fact, owner, f'{owner_name(owner, document)} has no {problem.name}: {advice}'
        )


@rule('problem:absent')
def check_parts(problem: Problem, document: Document) -> Iterator[Finding]:
    fact = f'{problem.name}-missing'
    # What name-missing says of a document without metadata is the same mistake.
    # So is what a host endpoint or a pool needs in its spec.
    name = 'name' if problem.name == 'metadata' else problem.name
    same = (name, document.root.span.start)
    if problem.value is not None:
        yield finding_at(
            fact, problem.value, f'{problem.name} is empty: fill it in', same_mistake=same
        )
    else:
        message = f'{document.kind} has no {problem.name}: add it'
        yield finding_at_key(fact, document.root, message, same_mistake=same)
