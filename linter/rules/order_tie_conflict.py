"""Two policies have the same order and contradict each other, so that their names decide.

Between policies of one tier and order Calico asks the one first whose name comes first. Where they
would decide some packet differently, a new name turns what becomes of it round, and nothing in the
files says which of the two is meant.

The message names such a packet, which was tried with both orders. It is an info where the two ask
for different labels, and nothing that is in view has both; and where one rule names addresses of
its peers and the other labels, so that it takes a pod with such an address. To silence it, give the
two different orders.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: allow-office, namespace: shop}
spec:
  order: 100
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    source: {nets: [10.0.0.0/8]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: deny-lab, namespace: shop}
spec:
  order: 100
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Deny
    source: {nets: [10.9.0.0/16]}
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: allow-office, namespace: shop}
spec:
  order: 100
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    source: {nets: [10.0.0.0/8]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: deny-lab, namespace: shop}
spec:
  order: 90
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Deny
    source: {nets: [10.9.0.0/16]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.describe import packet
from linter.policy.effective import NAMESPACE, ORCHESTRATOR, policy_selector
from linter.policy.effort import Exhausted, TooComplex
from linter.policy.model import Place, Policy, Workload
from linter.policy.selecting import fits, selects_all_of
from linter.policy.selector_sets import KUBERNETES, selected
from linter.policy.ties import Tie
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('NetworkPolicy',)
NEEDS = ('ties',)

_MOST = 4

_VERDICTS = {'Allow': 'allowed', 'Deny': 'denied', 'Pass': 'passed on', '': 'left to profiles'}


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    # Each policy once, however many come before it.
    groups: dict[int, list[Tie]] = {}
    for tie in view.ties:
        groups.setdefault(id(tie.second), []).append(tie)
    for tie, *more in groups.values():
        first, second = tie.first, tie.second
        order = 'no order' if second.order is None else f'the order {second.order:g}'
        place = _place(second)
        others = f' (and {len(more)} more)' if more else ''
        fact = 'order-tie'
        if not any(
            not one.is_thought_up and _is_likely(view, one.first, one.second)
            for one in (tie, *more)
        ):
            fact = 'order-tie-unlikely'
        yield RootFinding(
            fact, second.kind, second.place, place.start, place.end,
            f'{second.shown} and {first.shown}{others} have {order}, so that their names decide: '
            f'{packet(tie.point)} is {_word(tie.now.verdict)} because {first.name} is asked first, '
            f'and would be {_word(tie.otherwise.verdict)}: give a lower order to the one that is '
            'meant to decide',
            None, tuple(
                (_place(one.first), f'{one.first.shown} is asked first')
                for one in (tie, *more)[:_MOST]
            ),
        )  # fmt: skip


def _is_likely(view: RootView, one: Policy, other: Policy) -> bool:
    """Whether there surely is, or easily may be, an endpoint that both policies select.

    Two of which each asks for a label that the other one does not ask for have it by chance
    alone, if nothing here has both.
    """
    if selects_all_of(one, other) or selects_all_of(other, one):
        return True
    texts = policy_selector(one), policy_selector(other)
    try:
        asked = [_asked_for(text) for text in texts]
    except Exhausted:
        raise
    except TooComplex:
        return True
    if not asked[0] or not asked[1] or asked[0] & asked[1]:
        return True
    return any(
        all(fits(text, labels) for text in texts)
        for labels in (
            *(dict(one.labels) for one in view.endpoints),
            *(_labels_of_pod(one) for one in view.workloads),
        )
    )


def _asked_for(text: str) -> frozenset[str]:
    """The labels that whatever a selector selects has, but for those that every pod has."""
    cubes = selected(text) if text else ()
    keys = [frozenset(key for key, values in cube.items() if not values.absent) for cube in cubes]
    common = frozenset.intersection(*keys) if keys else frozenset()
    return common - {NAMESPACE, ORCHESTRATOR}


def _labels_of_pod(one: Workload) -> dict[str, str]:
    labels = dict(one.labels)
    if one.namespace is not None:
        labels[NAMESPACE] = one.namespace
    return KUBERNETES.completed(labels)


def _word(action: str) -> str:
    return _VERDICTS.get(action, action)


def _place(policy: Policy) -> Place:
    start, end = policy.part('order')
    if policy.order is None:
        return policy.place
    return policy.place._replace(start=start, end=end)
