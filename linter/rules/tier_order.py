"""Two tiers have the same order, so that their names decide which comes first.

Tiers are asked by their order, and those of one order by their names. A tier without an order gets
1000000 from the API, which is that of the tier `default`: `alpha` is asked before it then, and
`zeta` after it. Where policies of both tiers select the same endpoints, and one of them allows
something, a new name turns round what becomes of their packets. Tiers that only deny and pass on
come to the same in either order.

It is an info that a tier comes after `default`, by its order or by its name: what policies of
`default` decide never gets there.
Names that say so (`baseline`, `fallback`) are taken for meant. To silence it, give each tier an
order of its own.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: platform}
spec: {order: 100, defaultAction: Pass}
---
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100, defaultAction: Pass}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: platform.open}
spec:
  tier: platform
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: security.no-telnet}
spec:
  tier: security
  types: [Egress]
  egress:
  - action: Deny
    protocol: TCP
    destination: {ports: [23]}
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: platform}
spec: {order: 200, defaultAction: Pass}
---
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100, defaultAction: Pass}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.effort import spend
from linter.policy.model import Tier
from linter.policy.selecting import may_share
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('NetworkPolicy',)
NEEDS = ('tiers',)

_MEANT = ('base', 'fallback', 'last', 'final', 'default', 'catch')
_MOST_PAIRS = 10_000


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    own = {tier.name: tier for tier in view.tiers}
    tiers = [*own.values(), *(one for one in view.semantics.tiers if one.name not in own)]
    last = next((tier.order for tier in tiers if tier.name == 'default'), None)
    for tier in sorted(own.values(), key=lambda one: one.name):
        if tier.place is None:
            continue
        start, end = tier.place.start, tier.place.end
        # Of two that are written, the one that is asked later.
        other = next(
            (
                one
                for one in tiers
                if one is not tier
                and one.order == tier.order
                and (one.name < tier.name or one.place is None)
                and _meet(view, one, tier)
            ),
            None,
        )
        if other is not None:
            first, second = sorted((tier.name, other.name))
            order = 'no order' if tier.order is None else f'the order {tier.order:.15g}'
            yield RootFinding(
                'tier-tie', 'Tier', tier.place, start, end,
                f'tiers {first} and {second} have {order}, and policies of both select the same '
                f'endpoints, so that their names decide: {first} is asked first. Give {tier.name} '
                'another order',
                None, () if other.place is None else ((other.place, f'tier {other.name}'),),
            )  # fmt: skip
        elif _is_after(tier, last) and not any(word in tier.name for word in _MEANT):
            yield RootFinding(
                'tier-after-default', 'Tier', tier.place, start, end,
                f'tier {tier.name} is asked after tier default, and never about what policies of '
                'default decide: give it an order below 1000000 if it is to come first',
            )  # fmt: skip


def _is_after(tier: Tier, last: float | None) -> bool:
    # Of one that has none where nothing fills it in, another rule speaks.
    if last is None or tier.order is None:
        return False
    return (tier.order, tier.name) > (last, 'default')


def _meet(view: RootView, one: Tier, other: Tier) -> bool:
    """Whether policies of both tiers select the same endpoints, and one of them allows something.

    Tiers that only deny and pass on come to the same in either order.
    """
    members: list[list[int]] = [
        [at for at, policy in enumerate(view.policies) if policy.tier == tier.name]
        for tier in (one, other)
    ]
    spend(len(view.policies))
    pairs = ((first, second) for first in members[0] for second in members[1])
    for count, (first, second) in enumerate(pairs):
        spend(2)
        ours, theirs = view.policies[first], view.policies[second]
        if count >= _MOST_PAIRS:
            return False
        if ours.staged or theirs.staged:
            continue
        if not any(
            one.action == 'Allow'
            for direction in set(ours.directions) & set(theirs.directions)
            for one in (*ours.rules(direction), *theirs.rules(direction))
        ):
            continue
        if may_share(ours, theirs):
            return True
    return False
