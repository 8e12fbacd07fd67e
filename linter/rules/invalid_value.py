"""A value is not among those that the field accepts.

Calico refuses the document. Where kubectl writes CRDs without these checks, Felix drops the policy
or does something else than it says. The accepted values and ranges are those of Calico's reference
page of the kind; the message names them, and the one that was probably meant.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Accept
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
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.json_schema import reasons
from linter.calico.repair import right_case
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import listing, nearest, quoted

GROUP = 'fields'

_MEANT = {
    'accept': 'Allow',
    'permit': 'Allow',
    'drop': 'Deny',
    'reject': 'Deny',
    'block': 'Deny',
    'next': 'Pass',
    'next-tier': 'Pass',
    'nexttier': 'Pass',
    'both': 'Ingress and Egress',
    'inbound': 'Ingress',
    'outbound': 'Egress',
}

# Facts of which the empty text is another one.
_EMPTY = ('action', 'staged-action', 'pool-mode')


@rule('problem:value')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if not isinstance(leaf, Leaf):
        return
    fact = problem.schema.get('x-calico-fact', 'wrong-type')
    if (
        leaf.text
        and right_case(leaf.text, problem.schema) is not None
        and 'x-calico-fact' in problem.schema
    ):
        return  # value-case
    shown = quoted(leaf.text) if isinstance(leaf.value, str) else str(leaf.value)
    for reason in reasons(problem.schema, leaf.value):
        if reason.keyword == 'enum':
            values = [str(value) for value in reason.limit]
            meant = _MEANT.get(leaf.text.lower()) or (
                nearest(leaf.text, values) if leaf.text else None
            )
            if document.api == 'v2' and meant is not None:
                meant = meant.lower()
            choice = listing(values)
            advice = (
                f'write {meant} ({choice} are accepted)'
                if meant and len(values) > 1
                else f'write {choice}'
            )
            if not leaf.text and isinstance(leaf.value, str):
                shown = 'the empty text'
                fact = f'{fact}-empty' if fact in _EMPTY else fact
        elif reason.keyword in ('minimum', 'maximum'):
            low, high = problem.schema.get('minimum'), problem.schema.get('maximum')
            advice = f'write a number from {low} to {high}'
        else:
            advice = reason.message
        yield finding_at(fact, leaf, f'{shown} is not a value of {_field(leaf)}: {advice}')
        return


def _field(leaf: Leaf) -> str:
    """The field as a user knows it: ``type`` alone says too little."""
    parent = leaf.parent
    if isinstance(parent, Object) and parent.type == 'ICMP':
        return f'{parent.name}.{leaf.name}'
    return leaf.name
