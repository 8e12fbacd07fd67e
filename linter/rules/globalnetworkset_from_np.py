"""A NetworkPolicy looks for a GlobalNetworkSet in its own namespace.

A selector of a NetworkPolicy's rule sees what is in the policy's namespace, and with a
namespaceSelector what is in the namespaces that fit. A GlobalNetworkSet is in none: only
`namespaceSelector: global()` finds it. Without it the rule matches nothing, and nobody says so.

It is reported where a GlobalNetworkSet of the root has the labels, one of them with the value that
the selector names, no NetworkSet does, and no policy is for endpoints with such a label. To silence
it, write `namespaceSelector: global()`, or list the label under `external: {labels: […]}` if it is
one of workloads.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: db, labels: {role: ext-db}}
spec: {nets: [198.51.100.0/24]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-db, namespace: app}
spec:
  selector: app == 'api'
  types: [Egress]
  egress:
  - action: Allow
    destination: {selector: role == 'ext-db'}
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: db, labels: {role: ext-db}}
spec: {nets: [198.51.100.0/24]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-db, namespace: app}
spec:
  selector: app == 'api'
  types: [Egress]
  egress:
  - action: Allow
    destination: {selector: role == 'ext-db', namespaceSelector: global()}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.selector.labels import conditions
from linter.catalogue.rule import rule
from linter.policy.effective import entity_selectors
from linter.policy.effort import spend
from linter.policy.model import Entity, NetworkSet, Policy
from linter.policy.selecting import fits, keys_of, labels_of_set
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
NEEDS = ('sets',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    everywhere = [one for one in view.sets if one.namespace == '' and one.labels]
    if not everywhere:
        return
    policies = [one for one in view.policies if one.namespace != '' and one.written is None]
    # Most rules ask for the labels of pods, and many for the same.
    texts = {
        entity.selector
        for policy in policies
        for one in (*policy.ingress, *policy.egress)
        for entity in (one.source, one.destination)
    }
    spend(3 * len(everywhere) * len(texts))
    asked = {text: sets for text in texts if (sets := _fitting(text, everywhere))}
    if not asked:
        return
    others = [labels_of_set(one) for one in view.sets if one.namespace != '']
    on_pods = frozenset(
        key for text in {one.selector for one in view.policies} if text for key in keys_of(text)
    )
    for policy in policies:
        for one in (*policy.ingress, *policy.egress):
            for side, entity in (('source', one.source), ('destination', one.destination)):
                fitting = asked.get(entity.selector)
                if fitting is None:
                    continue
                found = _missed(policy, entity, fitting, others, on_pods)
                if found is not None and _key(found, entity) in view.external.labels:
                    continue
                if found is None:
                    continue
                start, end = one.part(f'{side}.selector')
                where = 'in the place of that one' if entity.namespace_selector else 'beside it'
                yield RootFinding(
                    'global-set-missed', policy.kind, policy.place, start, end,
                    f'GlobalNetworkSet {found.name} has these labels, and is in no namespace, so '
                    'that this does not find it: write namespaceSelector: global() '
                    f'{where} if it is meant, else list {_key(found, entity)} under external: '
                    'labels in the configuration',
                    None, ((found.place, f'GlobalNetworkSet {found.name}'),),
                )  # fmt: skip


def _key(found: NetworkSet, entity: Entity) -> str:
    """A label of the set by which it is looked for."""
    keys = keys_of(entity.selector)
    return next((key for key, _ in found.labels if key in keys), '')


def _fitting(text: str, sets: list[NetworkSet]) -> list[NetworkSet]:
    """The sets that a selector finds by the value of a label: others may have such a label, too."""
    if not text or fits(text, {}):
        return []
    named = {
        (one.key, value) for one in conditions(text) if one.is_positive for value in one.values
    }
    return [
        one for one in sets if not named.isdisjoint(one.labels) and fits(text, dict(one.labels))
    ]


def _missed(
    policy: Policy,
    entity: Entity,
    fitting: list[NetworkSet],
    others: list[dict[str, str]],
    on_pods: frozenset[str],
) -> NetworkSet | None:
    """The set that a side of a rule seems to mean, and does not find."""
    spend(3 * (len(fitting) + len(others)))
    text = entity_selectors(entity, policy.namespace).positive
    for one in fitting:
        labels = dict(one.labels)
        if fits(text, labels):
            continue
        asked = keys_of(entity.selector).intersection(labels)
        if any(fits(text, other) for other in others) or not on_pods.isdisjoint(asked):
            continue
        return one
    return None
