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
from linter.calico.lost_dash import fragment
from linter.calico.misplaced import absorbs, missing, owner_name
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
    same = absorbs(problem, document)
    if same is not None:
        if same.kind == 'unknown' and same.key is not None:
            # Where Kubernetes' fields are dropped in silence, what is refused is that this is gone.
            yield Finding(
                fact,
                Span(same.key.start, same.key.end),
                f"{quoted(same.name)} is a field of Kubernetes' NetworkPolicy, and "
                f'{owner_name(owner, document)} of Calico has {problem.name}: write it, and the '
                'fields of Calico, or else apiVersion: networking.k8s.io/v1',
                yaml_path=same.value.yaml_path if same.value is not None else None,
                same_mistake=('kubernetes', document.root.span.start),
                about=owner.yaml_path,
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
        part = fragment(owner, document) if problem.name == 'action' else None
        if part is not None:
            advice = 'take away its `- ` if it belongs to the rule above, else give it an action'
        yield finding_at_key(
            fact,
            owner,
            f'{owner_name(owner, document)} has no {problem.name}: {advice}',
            same_mistake=missing(owner, problem.name, document) or part,
        )._replace(is_root=part is not None)


@rule('problem:absent')
def check_parts(problem: Problem, document: Document) -> Iterator[Finding]:
    fact = f'{problem.name}-missing'
    # What name-missing says of a document without metadata is the same mistake.
    same = 'name' if problem.name == 'metadata' else problem.name, document.root.span.start
    if problem.value is not None:
        yield finding_at(
            fact, problem.value, f'{problem.name} is empty: fill it in', same_mistake=same
        )
    else:
        message = f'{document.kind} has no {problem.name}: add it'
        yield finding_at_key(fact, document.root, message, same_mistake=same)
