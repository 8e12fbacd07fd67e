"""No rule can find a network set, or none does.

Rules find network sets by their labels and by nothing else, least of all by their names. A set
without labels is found only by a selector that fits everything, or what lacks a label.

In a root that the configuration calls `closed: true` it is reported of every set that no rule
selects. To silence it, give the set a label, name the set under `external: {sets: […]}`, or remove
it.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: NetworkSet
metadata: {name: partners, namespace: app}
spec: {nets: [198.51.100.0/24]}
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: NetworkSet
metadata: {name: partners, namespace: app, labels: {partner: bank}}
spec: {nets: [198.51.100.0/24]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.effort import spend
from linter.policy.handles import Texts
from linter.policy.selecting import fits, labels_of_set, peers
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
NEEDS = ('sets',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    unlabelled = [one for one in view.sets if not one.labels]
    candidates = view.sets if view.is_whole else unlabelled
    candidates = [
        one
        for one in candidates
        if one.name not in view.external.sets and one.namespace is not None
    ]
    if not candidates:
        return
    texts = Texts(peers(view.policies))
    for one in candidates:
        labels = labels_of_set(one)
        asked = list(texts.candidates(labels))
        spend(3 * len(asked))
        if any(fits(text, labels) for text in asked):
            continue
        place = one.place
        if not one.labels:
            yield RootFinding(
                'set-without-labels', one.kind, place, place.start, place.end,
                'this set has no labels, and rules find sets by labels alone: give it one, and '
                'select it',
            )  # fmt: skip
        else:
            yield RootFinding(
                'set-not-selected', one.kind, place, place.start, place.end,
                'no rule of the root selects this set: correct the selector or the labels, remove '
                'the set, or list it under external: sets in the configuration',
            )  # fmt: skip
