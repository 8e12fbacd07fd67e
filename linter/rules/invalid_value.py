"""A value is not among those that the field accepts.

Calico refuses the document. Where kubectl writes CRDs without these checks, Felix drops the policy
or does something else than it says. The accepted values and ranges are those of Calico's reference
page of the kind; the message names them, and the one that was probably meant.

The fix is unsafe: words behind a value, which lost their `#`, become a comment again.

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

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: Allow  the office
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
from linter.calico.kinds import ENTERPRISE_VALUES
from linter.calico.lost_hash import lost_comment
from linter.calico.repair import right_case
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.edit import Fix
from linter.text.suggest import distance, listing, nearest, quoted
from linter.yaml.nodes import Scalar

GROUP = 'fields'

_MEANT = {
    'accept': 'Allow',
    'permit': 'Allow',
    'allowed': 'Allow',
    'drop': 'Deny',
    'reject': 'Deny',
    'block': 'Deny',
    'next': 'Pass',
    'next-tier': 'Pass',
    'nexttier': 'Pass',
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
    if leaf.text in ENTERPRISE_VALUES.get(leaf.name, ()):
        return  # enterprise-only-field
    fact = problem.schema.get('x-calico-fact', 'wrong-type')
    if (
        leaf.text
        and right_case(leaf.text, problem.schema) is not None
        and 'x-calico-fact' in problem.schema
    ):
        return  # value-case
    shown = quoted(leaf.text) if isinstance(leaf.value, str) else str(leaf.value)
    fix: Fix | None = None
    # Imported lazily: jsonschema is needed for what is no misspelt word.
    from linter.calico.json_schema import reasons

    for reason in reasons(problem.schema, leaf.value):
        if reason.keyword == 'enum':
            values = [str(value) for value in reason.limit]
            meant = _meant(leaf, values)
            if document.api == 'v2' and meant is not None:
                meant = meant.lower()
            choice = listing(values)
            advice = (
                f'write {meant} ({choice} are accepted)'
                if meant and len(values) > 1
                else f'write {choice}'
            )
            lost = lost_comment(leaf, values.__contains__)
            if lost is not None:
                advice, fix = lost.advice, lost.fix
            elif leaf.text.lower() == 'both':
                advice = 'write Ingress and Egress as items of their own'
            if not leaf.text and isinstance(leaf.value, str):
                shown = 'the empty text'
                fact = f'{fact}-empty' if fact in _EMPTY else fact
        elif reason.keyword in ('minimum', 'maximum'):
            low, high = problem.schema.get('minimum'), problem.schema.get('maximum')
            advice = f'write a number from {low} to {high}'
        else:
            advice = reason.message
        same = None
        node = leaf.node
        is_text = isinstance(leaf.value, str) and isinstance(node, Scalar) and not node.style
        if is_text and isinstance(node, Scalar) and node.value != leaf.value:
            # label-value-type has nothing to add: the word in quotes would be refused, too.
            same = ('coerced', node.start)
            shown = f'{node.value}, which YAML reads as {leaf.value},'
        yield finding_at(
            fact,
            leaf,
            f'{shown} is not a value of {_field(leaf)}: {advice}',
            fix=fix,
            same_mistake=same,
        )
        return


def _meant(leaf: Leaf, values: list[str]) -> str | None:
    """The value that was probably meant; None where two resemble the word alike."""
    word = leaf.text.lower()
    if leaf.name == 'defaultAction' and word in ('accept', 'allow', 'permit', 'continue', 'none'):
        # A tier that does not deny hands over to the next one.
        return 'Pass'
    known = _MEANT.get(word, '').lower()
    folded = [value for value in values if value.lower() == known]
    if folded:
        return folded[0]
    near = nearest(leaf.text, values) if leaf.text else None
    if near is None:
        return None
    edits = distance(word, near.casefold(), 2)
    rivals = [one for one in values if distance(word, one.casefold(), 2) == edits]
    return near if len(rivals) == 1 else None


def _field(leaf: Leaf) -> str:
    """The field as a user knows it: ``type`` alone says too little."""
    parent = leaf.parent
    if isinstance(parent, Object) and parent.type == 'ICMP':
        return f'{parent.name}.{leaf.name}'
    return leaf.name
