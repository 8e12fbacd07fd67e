"""Two policies have the same order and contradict each other, so that their names decide.

Between policies of one tier and order Calico asks the one first whose name comes first. Where they
would decide some packet differently, a new name turns what becomes of it round, and nothing in the
files says which of the two is meant.

The message names such a packet, which was tried with both orders. It is an info where the two ask
for different labels, and nothing that is in view has both; and where one rule names addresses of
its peers and the other labels, or each of them labels of its own, so that it takes a peer that has
both by chance. To silence it, give the two different orders.

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
from linter.policy.effective import NAMESPACE, policy_selector
from linter.policy.model import Place, Policy, Workload
from linter.policy.selecting import fits, selects_all_of
from linter.policy.selector_sets import KUBERNETES
from linter.policy.ties import Tie, asked_for
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
    for group in groups.values():
        tie, *more = sorted(group, key=lambda one: one.is_thought_up)
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
    asked = [asked_for(text) for text in texts]
    if not asked[0] or not asked[1] or asked[0] & asked[1]:
        return True
    return any(
        all(fits(text, labels) for text in texts)
        for labels in (
            *(dict(one.labels) for one in view.endpoints),
            *(_labels_of_pod(one) for one in view.workloads),
        )
    )


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
