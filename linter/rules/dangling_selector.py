"""A selector asks for a label that nothing has, and something has nearly the same one.

A selector that fits nothing is no mistake for Calico: the policy selects no pod, or the rule
matches nobody, and that is all. Most often a label is misspelt.

It is said of roots alone that the configuration calls `closed: true` and that hold workloads which
can all be read, as templates cannot: where no pod, network set or host endpoint has the value, and
another value of that label differs from it by one letter. To silence it, correct the label, or list
its key under `external: {labels: […]}`.

```yaml bad root closed
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: app}
spec:
  selector: app == 'fronted'
  types: [Ingress]
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: app, labels: {app: frontend}}
```

```yaml good root closed
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: app}
spec:
  selector: app == 'frontend'
  types: [Ingress]
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: app, labels: {app: frontend}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.placeholders import may_hold
from linter.calico.selector.meaning import And, Compare, Member, Or, Selector, parse
from linter.catalogue.rule import rule
from linter.policy.effort import spend
from linter.policy.model import HostEndpoint, NetworkSet, Workload
from linter.policy.view import RootFinding, RootView
from linter.text.suggest import distance

GROUP = 'root'
READS = ('NetworkPolicy', 'Workload')
NEEDS = ('is_closed', 'workloads')

_SHORTEST = 5
_MOST_VALUES = 500


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    if view.may_lack('NetworkSet', 'GlobalNetworkSet', 'HostEndpoint'):
        return
    known: dict[str, set[str]] = {}
    every = [
        one.labels for one in view.records if isinstance(one, (Workload, NetworkSet, HostEndpoint))
    ]
    for labels in every:
        for key, value in labels:
            known.setdefault(key, set()).add(value)
    # What several policies ask for is no slip of the hand.
    texts = [policy.selector for policy in view.policies]
    uses: dict[tuple[str, str], int] = {}
    for text in texts:
        for pair in _wanted(text):
            uses[pair] = uses.get(pair, 0) + 1
    for policy in view.policies:
        places = [('selector', policy.selector, policy.part('selector'))]
        for one_rule in (*policy.ingress, *policy.egress):
            for side, entity in (
                ('source', one_rule.source),
                ('destination', one_rule.destination),
            ):
                if entity.selector:
                    name = f'{side}.selector'
                    places.append((name, entity.selector, one_rule.part(name)))
        for _, text, (start, end) in places:
            for key, value in _wanted(text):
                near = _near(key, value, known, view)
                if near is None or uses.get((key, value), 0) > 1:
                    continue
                yield RootFinding(
                    'label-near-miss', policy.kind, policy.place, start, end,
                    f'nothing in this root has the label {key}: {value}, and something has {key}: '
                    f'{near}: write {near}, or list {key} under external: labels in the '
                    'configuration',
                    None, (), value,
                )  # fmt: skip


def _wanted(text: str) -> Iterator[tuple[str, str]]:
    """The labels that a selector asks for, each as it is written."""
    root = parse(text) if text else None
    waiting: list[Selector] = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (And, Or)):
            waiting += node.operands
        elif isinstance(node, Compare) and node.operator == '==':
            yield node.key, node.value
        elif isinstance(node, Member) and not node.negated:
            for value in node.values:
                yield node.key, value


def _near(key: str, value: str, known: dict[str, set[str]], view: RootView) -> str | None:
    """The only known value of a label of which another one surely is a slip of the hand."""
    values = known.get(key)
    if (
        values is None
        or value in values
        or len(value) < _SHORTEST
        or len(values) > _MOST_VALUES
        or key in view.external.labels
        or key.startswith('projectcalico.org/')
        or any(map(may_hold, values))  # one of them is filled in later, and may be this one
    ):
        return None
    spend(4 * len(values))
    near = [
        other
        for other in values
        if distance(value, other, 1) == 1
        and _digits(value) == _digits(other)
        # `web-a` and `web-b` are two names.
        and all(
            min(len(mine), len(theirs)) >= _SHORTEST
            for mine, theirs in zip(_words(value), _words(other), strict=False)
            if mine != theirs
        )
        and len(_words(value)) == len(_words(other))
    ]
    return near[0] if len(near) == 1 else None


def _words(text: str) -> list[str]:
    return text.replace('.', '-').replace('_', '-').split('-')


def _digits(text: str) -> str:
    return ''.join(char for char in text if char.isdigit())
