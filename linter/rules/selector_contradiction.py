"""A selector can never match, because its conditions exclude each other.

A policy whose selector fits nothing protects nothing, and a rule whose selector fits nothing never
decides: Calico accepts both without a word. A label has one value, and only the values that
Kubernetes allows. In a NetworkPolicy a rule without `namespaceSelector` looks at the policy's own
namespace alone, so that `projectcalico.org/namespace` cannot name another one.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: tier == 'web' && tier == 'api'
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: tier in {'web', 'api'}
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.policy.effective import ACCOUNT_PREFIX, NAMESPACE_PREFIX
from linter.policy.model import Policy
from linter.policy.one import OnePolicy
from linter.policy.rule_checks import Contradiction, contradictions
from linter.text.suggest import quoted

GROUP = 'hazards'


@rule('policy')
def check(one: OnePolicy, document: Document) -> Iterator[Finding]:
    for found in contradictions(one.policy):
        if not found.text:
            # The names of accounts have a rule of their own.
            continue
        spot = found.spot
        at = one.part(spot.direction, spot.number, spot.field)
        what = 'policy selects nothing' if spot.direction is None else 'rule never matches'
        if 'notSelector' in spot.field and found.alone:
            what = 'condition excludes nothing'
        yield finding_at(
            'selector-contradiction',
            at,
            f'{quoted(found.text)} fits nothing{_why(found)}, so this {what}: '
            f'{_advice(found, one.policy)}',
            about=at,
        )


def _why(found: Contradiction) -> str:
    if len(found.clash) == 2:
        one, other = map(_shown, found.clash)
        return f', because {one} and {other} exclude each other'
    if found.clash:
        return f', because {_shown(found.clash[0])} holds for no label that there can be'
    if found.alone and found.spot.field.endswith('namespaceSelector'):
        return ', because there can be no such namespace'
    if found.alone and 'serviceAccount' in found.spot.field:
        return ', because there can be no such service account'
    return '' if found.alone else ' together with the namespace and the other selectors beside it'


def _shown(condition: str) -> str:
    """A condition as it is written, and where, if Calico has joined it to the others."""
    for prefix, field in (
        (NAMESPACE_PREFIX, 'namespaceSelector'),
        (ACCOUNT_PREFIX, 'the selector of service accounts'),
    ):
        if prefix in condition:
            return f'{quoted(condition.replace(prefix, ""))} of {field}'
    return quoted(condition)


def _advice(found: Contradiction, policy: Policy) -> str:
    is_own = found.spot.direction is None and found.spot.field == 'selector'
    text = found.text.replace(' ', '')
    is_joined = is_own and not found.alone and policy.namespace == ''
    if is_joined and 'all()' in text and '!all()' not in text:
        return 'leave all() out, which beside a namespaceSelector stands for pods alone'
    if len(found.clash) == 2 and found.alone:
        return "join them with ||, or write one condition with in {'…', '…'}"
    if is_joined:
        return 'correct the condition, or remove what it stands in'
    if is_own and any('projectcalico.org/namespace' in part for part in found.clash):
        return 'give the policy that namespace, or correct the condition'
    if any('projectcalico.org/namespace' in part for part in found.clash):
        return "name the other namespace in namespaceSelector: projectcalico.org/name == '…'"
    return 'correct the condition, or remove what it stands in'
