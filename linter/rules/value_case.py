"""A value is right but for its letter case.

Actions, types and protocols of `projectcalico.org/v3` are case-sensitive: `Allow`, `Ingress`,
`TCP`. The same file may work where kubectl writes `crd.projectcalico.org/v1` before Calico
3.32, because Felix ignores case, and break on the next upgrade.

The fix is safe: the wrong token has one possible right form.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  types: [Ingress]
  ingress:
  - action: allow
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

from linter.calico import protocols
from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.kinds import PROTOCOLS
from linter.calico.repair import right_case, write
from linter.calico.values import Leaf, Object
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.text.suggest import quoted

GROUP = 'fields'


@rule('problem:value')
def check(problem: Problem, document: Document) -> Iterator[Finding]:
    leaf = problem.value
    if not isinstance(leaf, Leaf) or not leaf.text or 'x-calico-fact' not in problem.schema:
        return
    right = right_case(leaf.text, problem.schema)
    if right is not None:
        fact = f'{problem.schema["x-calico-fact"]}-case'
        yield _finding(fact, leaf, right, right.capitalize(), document)


@rule('calico-protocol')
def check_protocol(leaf: Leaf, document: Document) -> Iterator[Finding]:
    protocol = protocols.parse(leaf.value, document.api)
    if protocol.problem == 'case' and protocol.right is not None:
        new = next((one.name for one in PROTOCOLS if one.name_v2 == protocol.right), protocol.right)
        yield _finding('protocol-case', leaf, protocol.right, new, document)


def _finding(fact: str, leaf: Leaf, right: str, new: str, document: Document) -> Finding:
    """``new`` is how v3 spells it, which the pre-release v2 did in another way.

    There is no fix where bringing the document over to v3 would undo it.
    """
    same = ('protocol', leaf.span.start) if fact == 'protocol-case' else None
    if document.api != 'v2' or new == right:
        message = f'{quoted(leaf.text)} is not spelt as Calico spells it: write {right}'
        return finding_at(
            fact,
            leaf,
            message,
            fix=write(document.source.text, leaf, right),
            same_mistake=same,
        )
    if leaf.text == new:
        message = (
            f'{quoted(leaf.text)} is the spelling of projectcalico.org/v3, and this document is '
            f'projectcalico.org/v2: write {right}, or make v3 of the document'
        )
    else:
        message = (
            f'{quoted(leaf.text)} is not spelt as projectcalico.org/v2 spells it: '
            f'write {right} ({new} in projectcalico.org/v3)'
        )
    return finding_at(fact, leaf, message, same_mistake=same)


@rule('Spec', kinds=('v2',))
def check_v2(spec: Object, document: Document) -> Iterator[Finding]:
    types = [leaf for leaf in spec.leaves('types') if leaf.text]
    title = [leaf for leaf in types if leaf.text in ('Ingress', 'Egress')]
    if title and len(title) < len(types):
        yield finding_at(
            'v2-types-mixed',
            title[0],
            f'types mixes upper and lower case: write {title[0].text.lower()} like the others '
            f'({title[0].text} in projectcalico.org/v3)',
        )
    elif title:
        yield finding_at(
            'v2-types-case',
            title[0],
            f'{quoted(title[0].text)} is the spelling of projectcalico.org/v3, which the v2 '
            f'pre-release happened to accept: write {title[0].text.lower()}, or make v3 of the '
            'document',
        )
    for name in ('ingress', 'egress'):
        for traffic in spec.items(name):
            if isinstance(traffic, Object) and traffic.text('action') == 'pass':
                action = traffic.fields['action']
                yield finding_at(
                    'v2-pass',
                    action,
                    "the v2 pre-release refused 'pass' behind the scenes and dropped the whole "
                    'policy: write projectcalico.org/v3 and Pass',
                )
