"""A Calico policy is written with the fields of Kubernetes' NetworkPolicy.

The two APIs share the kind's name and nothing else. Calico has `selector` for `podSelector`,
`types` for `policyTypes`, `source` and `destination` for `from` and `to`, and its rules have an
`action`. Calico refuses the document; where kubectl drops unknown fields, the policy selects
everything and its rules match anything. One finding speaks for all such fields of a document.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      role: web
  policyTypes: [Ingress]
  ingress:
  - from:
    - podSelector: {}
    ports:
    - port: 80
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
    source:
      selector: all()
    destination:
      ports: [80]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.kinds import KUBERNETES_FIELDS
from linter.calico.misplaced import is_label_selector, kubernetes_problems
from linter.calico.rendered import LONGEST, as_selector
from linter.calico.values import Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.source import Span
from linter.text.suggest import quoted

GROUP = 'fields'


@rule('problem:unknown')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    mine = kubernetes_problems(document)
    if not mine or mine[0] is not problem:
        return  # the first one speaks for all
    first = next((problem for problem in mine if problem.name in KUBERNETES_FIELDS), mine[0])
    assert first.key is not None
    advice = f'write {_advice(first)}'
    if document.kind == 'NetworkPolicy' and not _is_mixed(document):
        advice = f'write apiVersion: networking.k8s.io/v1, or {_advice(first)}'
    also = tuple(
        (Span(problem.key.start, problem.key.end), f'{problem.name} is of Kubernetes too')
        for problem in mine
        if problem is not first and problem.key is not None
    )
    yield Finding(
        'kubernetes-field',
        Span(first.key.start, first.key.end),
        f"{quoted(first.name)} is a field of Kubernetes' NetworkPolicy, not of Calico's: "
        f'{advice}' + (', and the same for the other fields of Kubernetes below' if also else ''),
        'or keep these fields and write apiVersion: networking.k8s.io/v1',
        also,
        yaml_path=first.value.yaml_path if first.value is not None else None,
        same_mistake=('kubernetes', document.root.span.start),
        is_root=True,
        about='',
    )


@rule('problem:type')
def check_selector(problem: Problem, document: Document) -> Iterator[Finding]:
    if problem.value is not None and is_label_selector(problem):
        yield finding_at(
            'kubernetes-selector',
            problem.value,
            f'{problem.value.name} is a label selector of Kubernetes, not of Calico: '
            f'write {_selector(problem)}',
        )


def _selector(problem: Problem) -> str:
    text = as_selector(problem.value.node) if problem.value is not None else None
    if text is None or len(text) > LONGEST:
        return "a selector such as role == 'web' && tier in {'a', 'b'}"
    return text


def _advice(problem: Problem) -> str:
    """What stands for a field of Kubernetes in Calico's policy."""
    wanted = KUBERNETES_FIELDS.get(problem.name, 'destination: {ports: […]}')
    owner = problem.owner
    if problem.name == 'policyTypes' and isinstance(owner, Object) and owner.type != 'Spec':
        return 'it as types in spec'
    if problem.name == 'podSelector' and problem.value is not None:
        text = as_selector(problem.value.node)
        if text is not None and len(text) <= LONGEST:
            return f'selector: {text}'
    return wanted


def _is_mixed(document: Document) -> bool:
    """Whether a policy has fields that only Calico knows, too."""
    spec = document.spec
    if spec is None:
        return False
    rules = [*spec.items('ingress'), *spec.items('egress')]
    return bool({'selector', 'types', 'order', 'tier'} & set(spec.fields)) or any(
        isinstance(rule, Object) and 'action' in rule.fields for rule in rules
    )
