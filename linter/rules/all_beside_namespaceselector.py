"""A global policy asks for host endpoints, and an `all()` in its selector leaves them out.

Beside a `namespaceSelector` or `serviceAccountSelector` Calico writes
`has(projectcalico.org/namespace)` over every `all()` in the `selector` of a GlobalNetworkPolicy,
wherever it stands. Host endpoints have no such label. So a selector that would take some of them
takes none.

To silence it, leave the `all()` out, which changes nothing else; or, if only pods are meant, write
`has(projectcalico.org/namespace)` in its place.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: not-in-team-a}
spec:
  selector: all() && role == 'worker'
  namespaceSelector: team != 'a'
  types: [Ingress]
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: not-in-team-a}
spec:
  selector: role == 'worker'
  namespaceSelector: team != 'a'
  types: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.catalogue.rule import finding_at, rule
from linter.diagnostic import Finding
from linter.policy.effective import policy_selector
from linter.policy.effort import TooComplex
from linter.policy.one import OnePolicy
from linter.policy.point import HOSTS
from linter.policy.selector_sets import selected
from linter.policy.space import meet_labels

GROUP = 'hazards'

_ALL = 'all()'
# Which Calico reads as the same, and does not look for.
_UNSEEN = 'all( )'


@rule('policy', kinds=('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'))
def check(one: OnePolicy, document: Document) -> Iterator[Finding]:
    policy = one.policy
    text = policy.selector
    if not (policy.namespace_selector or policy.service_account_selector):
        return
    # Alone it says nothing of hosts; with the flags of host policies there is more to be said.
    if _ALL not in text or text.strip() == _ALL:
        return
    if policy.apply_on_forward or policy.pre_dnat or policy.do_not_track:
        return
    without = policy_selector(policy._replace(selector=text.replace(_ALL, _UNSEEN)))
    try:
        before = meet_labels(selected(without), HOSTS)
        chosen = selected(policy_selector(policy))
        after = meet_labels(chosen, HOSTS)
    except TooComplex:
        return
    # Of a policy that selects nothing at all selector-contradiction says so.
    if before and chosen and not after:
        yield finding_at(
            'all-means-pods',
            one.part(None, None, 'selector'),
            'beside a namespaceSelector or serviceAccountSelector Calico takes all() for '
            'has(projectcalico.org/namespace), so this selects no host endpoint: leave all() out',
        )
