"""Pods may send to names or services, and to no DNS server.

A policy that governs egress denies all that it does not allow, the question to DNS included. What
then fails is the name, and it looks as if nothing worked.

It is said of roots alone that the configuration calls `closed: true`, where no policy that may be
for the same pods allows or passes UDP to port 53. Policies whose rules name addresses alone are
left out. To silence it, allow DNS.

```yaml bad root closed --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: api, namespace: app}
spec:
  selector: app == 'api'
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
    destination: {selector: app == 'db', ports: [5432]}
```

```yaml good root closed --profile strict
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: api, namespace: app}
spec:
  selector: app == 'api'
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
    destination: {selector: app == 'db', ports: [5432]}
  - action: Allow
    destination: {services: {name: kube-dns, namespace: kube-system}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.effort import spend
from linter.policy.model import EGRESS, Rule
from linter.policy.selecting import fits, is_normal, may_share
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
PROFILE = 'strict'
READS = ('NetworkPolicy',)
NEEDS = ('is_whole',)

_UDP = ('UDP', 17, None)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    governing = [one for one in view.policies if is_normal(one) and EGRESS in one.directions]
    asking = [one for one in governing if any(map(_may_be_dns, one.egress))]
    for policy in governing:
        wanted = next((one for one in policy.egress if _is_for_names(one)), None)
        if wanted is None or not (policy.namespace or policy.namespace_selector):
            continue
        spend(2 * len(asking))
        if any(may_share(policy, one) for one in asking):
            continue
        yield RootFinding(
            'no-dns', policy.kind, policy.place, policy.place.start, policy.place.end,
            'no policy allows what this selects to ask DNS, so that no name is found: allow UDP '
            'and TCP to port 53 of kube-dns',
            'if a policy that is not here allows it, the root is not closed: remove closed: true',
            (), 'egress:',
        )  # fmt: skip


def _is_for_names(rule_: Rule) -> bool:
    """Whether it allows what people call by its name."""
    side = rule_.destination
    return rule_.action == 'Allow' and bool(
        side.selector or side.namespace_selector or side.service or side.service_accounts
    )


def _may_be_dns(rule_: Rule) -> bool:
    """Whether it may let a question to DNS through, or leave it to others."""
    if rule_.action not in ('Allow', 'Pass') or rule_.protocol not in _UDP:
        return False
    side = rule_.destination
    if not side.ports:
        # Labels of somebody else are not those of DNS.
        is_other = side.selector and 'dns' not in side.selector.lower()
        return not (is_other and not fits(side.selector, {}))
    return any(isinstance(port, str) or port[0] <= 53 <= port[1] for port in side.ports)
