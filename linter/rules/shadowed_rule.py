"""A rule is never reached, because rules before it decide otherwise about all that it matches.

The first rule that matches decides. Here everything that the rule would allow is denied before it,
or some of what it would deny is allowed before it and nothing is left for it. calico-lint has
proved that from the rules themselves, whatever else is in the cluster: no packet reaches the rule.

```yaml bad
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Deny
    protocol: TCP
    source:
      nets: [0.0.0.0/0]
  - action: Allow
    protocol: TCP
    source:
      nets: [10.0.0.0/8]
    destination:
      ports: [443]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    source:
      nets: [10.0.0.0/8]
    destination:
      ports: [443]
  - action: Deny
    protocol: TCP
    source:
      nets: [0.0.0.0/0]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding
from linter.policy.dead_rule import WARNING, DeadRule, asks_nothing
from linter.policy.model import Rule
from linter.policy.one import OnePolicy
from linter.text.suggest import listing

GROUP = 'hazards'
ALSO = ('unreachable-rule', 'redundant-rule', 'duplicate-rule')

_DONE = {'Allow': 'allowed', 'Deny': 'denied', 'Pass': 'passed on'}
_DOES = {'Allow': 'allows', 'Deny': 'denies', 'Pass': 'passes on', 'Log': 'logs'}


@rule('policy')
def check(one: OnePolicy, document: Document) -> Iterator[Finding]:
    for dead in one.dead:
        at = one.rule(dead.direction, dead.number)
        numbers = sorted({taker.number for taker in dead.takers})
        takers = [one.policy.rules(dead.direction)[number] for number in numbers]
        names = listing([f'{dead.direction}[{number}]' for number in numbers], 'and')
        fact, message = _said(dead, takers, names)
        related = tuple(
            (one.rule(dead.direction, number).key_span, f'this rule {_DOES[taker.action]} it first')
            for number, taker in zip(numbers, takers, strict=True)
        )
        yield finding_at_key(fact, at, message, related=related, about=at)


def _said(dead: DeadRule, takers: list[Rule], names: str) -> tuple[str, str]:
    """The fact of a dead rule, and a sentence."""
    action = dead.rule.action
    is_turned = dead.severity == WARNING
    done = _DONE[takers[0].action]
    if len({taker.action for taker in takers}) > 1:
        done = 'decided'
    if len(takers) == 1 and asks_nothing(takers[0]) and (is_turned or action == 'Log'):
        return (
            'rule-unreachable',
            f'this rule is never reached, because {names} matches everything: put it before that '
            'rule, or remove it',
        )
    if is_turned:
        return (
            'rule-shadowed',
            f'this rule never {_DOES[action]} anything, because all that it matches is {done} by '
            f'{names} before it: put it before, or remove it',
        )
    if any(taker.bare == dead.rule.bare for taker in takers):
        return 'rule-repeated', f'this rule says what {names} says already: remove it'
    if dead.is_final_deny:
        return (
            'rule-redundant',
            f'this rule is never reached, because everything is {done} by {names} before it: '
            'remove it',
        )
    return (
        'rule-redundant',
        f'this rule changes nothing, because all that it matches is {done} by {names} before it: '
        'remove it',
    )
