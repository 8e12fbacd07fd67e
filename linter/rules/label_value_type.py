"""A label or annotation is not the text that you see.

YAML reads `yes` as a boolean, `010` as 8 and `1.20` as a number. calicoctl turns them into the
text `true`, `8` and `1.2`, so no selector for the text you see matches. kubectl with CRDs
refuses them. Quotes make the text what it looks like.

The fix is unsafe: it puts what you see into quotes, and the label of the live object changes.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  labels:
    release: 1.20
spec:
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  labels:
    release: '1.20'
    revision: 7
spec:
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.decode_scalars import key_text
from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.values import Leaf
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.edit import Edit, Fix
from linter.text.source import Span
from linter.yaml.nodes import Scalar

GROUP = 'yaml'


@rule('problem:coerced')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if (
        isinstance(leaf, Leaf)
        and isinstance(leaf.node, Scalar)
        and not leaf.node.style
        and leaf.node.tag is None
        and leaf.name not in ('selector',)
        # No number is a network: that is the one mistake.
        and problem.schema.get('format') not in ('calico-cidr', 'calico-net')
    ):
        yield finding_at(
            'label-coerced',
            leaf,
            f'YAML reads {leaf.node.value} as {leaf.value}: write "{leaf.node.value}"',
            same_mistake=('coerced', leaf.node.start),
            fix=Fix('Quote it', 'unsafe', (Edit(leaf.span, f'"{leaf.node.value}"'),)),
        )


@rule('problem:coerced-key')
def check_key(problem: Problem, document: Document) -> Iterator[Finding]:
    key = problem.key
    if key is not None and key.tag is None:
        yield Finding(
            'label-coerced',
            Span(key.start, key.end),
            f'YAML reads the key {key.value} as {key_text(key)}: write "{key.value}"',
        )
