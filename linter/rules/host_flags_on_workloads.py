"""A policy has a flag for hosts, and its selector fits no host.

`applyOnForward`, `preDNAT` and `doNotTrack` are about host endpoints. A selector that asks for a
namespace, a service account or `projectcalico.org/orchestrator` fits pods alone: with `preDNAT` or
`doNotTrack` the policy then does nothing at all, with `applyOnForward` the flag does nothing.

```yaml bad
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  namespaceSelector: projectcalico.org/name == 'shop'
  applyOnForward: true
  preDNAT: true
  types: [Ingress]
  ingress:
  - action: Allow
```

```yaml good
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: web
spec:
  namespaceSelector: projectcalico.org/name == 'shop'
  types: [Ingress]
  ingress:
  - action: Allow
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.document import Document
from linter.catalogue.rule import finding_at_key, rule
from linter.diagnostic import Finding
from linter.policy.effective import policy_selector
from linter.policy.effort import TooComplex
from linter.policy.label_values import Values
from linter.policy.one import OnePolicy
from linter.policy.point import HOSTS, ORCHESTRATOR
from linter.policy.selector_sets import selected
from linter.policy.space import meet_labels
from linter.text.suggest import listing

GROUP = 'hazards'

# Nobody gives a host endpoint the label by which pods are told from all else.
_HOSTS = ({**HOSTS[0], ORCHESTRATOR: Values(True, frozenset())},)


@rule('policy', kinds=('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy'))
def check(one: OnePolicy, document: Document) -> Iterator[Finding]:
    policy = one.policy
    flags = [
        name
        for name, is_set in (
            ('preDNAT', policy.pre_dnat),
            ('doNotTrack', policy.do_not_track),
            ('applyOnForward', policy.apply_on_forward),
        )
        if is_set
    ]
    text = policy_selector(policy)
    if not flags or not text:
        return
    try:
        fits = selected(text)
    except TooComplex:
        return
    if not fits or meet_labels(fits, _HOSTS):
        return
    at = one.part(None, None, flags[0])
    alone = len(flags) == 1
    verb, them = ('is', 'it') if alone else ('are', 'them')
    if flags == ['applyOnForward']:
        effect, advice = 'does nothing', 'remove it, or select host endpoints'
    else:
        effect = f'{"makes" if alone else "make"} this policy do nothing'
        advice = f'select host endpoints, or remove {them}, and it governs what it selects'
    yield finding_at_key(
        'host-flags-on-workloads',
        at,
        f'{listing(flags, "and")} {verb} about host endpoints, of which this policy selects none, '
        f'so {"it" if alone else "they"} {effect}: {advice}',
    )
