"""A policy is in a tier that does not exist.

Calico's API refuses such a policy until the tier is there. Written with kubectl it is stored, and
Felix asks it after all other tiers, where it denies whatever it does not allow.

The tiers of a cluster are often made elsewhere, so an unknown name is reported only where it looks
like one that is known, or in a root that the configuration calls `closed: true`. To silence it,
define the tier, or list it under `external: {tiers: […]}` in `.calico-lint.yaml`.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: no-telnet}
spec:
  tier: secruity
  order: 10
  types: [Egress]
  egress:
  - action: Deny
    protocol: TCP
    destination: {ports: [23]}
  - action: Pass
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: no-telnet}
spec:
  tier: security
  order: 10
  types: [Egress]
  egress:
  - action: Deny
    protocol: TCP
    destination: {ports: [23]}
  - action: Pass
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from linter.catalogue.rule import rule
from linter.policy.model import Unusable
from linter.policy.view import RootFinding, RootView
from linter.text.suggest import distance, listing

GROUP = 'root'

MOST_USES = 2
"""A name that more policies have is no slip of the hand."""
_SHORTEST = 5


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    if view.may_lack() or any(one.kind == 'Tier' and not _is_name(one) for one in view.unusable):
        # It may be any of those that are asked for.
        return
    known = view.tier_names
    uses = Counter(policy.tier for policy in view.written)
    for policy in view.written:
        tier = policy.tier
        if tier in known:
            continue
        start, end = policy.part('tier')
        near = _meant(tier, known) if uses[tier] <= MOST_USES else None
        if near is not None:
            yield RootFinding(
                'tier-near-miss', policy.kind, policy.place, start, end,
                f'there is no tier {tier} here, but one that is called {near}: write {near}, or '
                'list the tier under external: tiers in the configuration',
            )  # fmt: skip
        elif view.is_closed:
            yield RootFinding(
                'tier-unknown', policy.kind, policy.place, start, end,
                f'there is no tier {tier} in this root, which has {listing(sorted(known), "and")}: '
                'define it, or list it under external: tiers in the configuration',
            )  # fmt: skip


def _is_name(one: Unusable) -> bool:
    """Whether it is surely the name that the object will have."""
    return bool(one.name) and all(char.isalnum() or char in '-.' for char in one.name)


def _meant(name: str, known: Iterable[str]) -> str | None:
    """The only tier of which a name surely is a slip of the hand.

    `team-a` and `team-b`, or `zone1` and `zone2`, are two names, however alike they look.
    """
    if len(name) < _SHORTEST:
        return None
    near = [other for other in known if len(other) >= _SHORTEST and _is_slip(name, other)]
    return near[0] if len(near) == 1 else None


def _is_slip(name: str, other: str) -> bool:
    if distance(name, other, 1) > 1:
        return False
    ours, theirs = _words(name), _words(other)
    if len(ours) != len(theirs):
        return False
    pairs = [(one, two) for one, two in zip(ours, theirs, strict=True) if one != two]
    return all(
        min(len(one), len(two)) >= _SHORTEST and _digits(one) == _digits(two) for one, two in pairs
    )


def _words(name: str) -> list[str]:
    return name.replace('.', '-').split('-')


def _digits(word: str) -> str:
    return ''.join(char for char in word if char.isdigit())
