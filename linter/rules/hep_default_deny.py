"""No policy and no profile lets anything through to or from a host endpoint.

As soon as there is a host endpoint, its interface denies all traffic of the host that nothing
allows, the failsafe ports aside: SSH, etcd, BGP and the API server stay open, the kubelet, metrics,
node ports and tunnels to other nodes do not. Until a policy selects it, a profile such as
`projectcalico-default-allow` keeps the host reachable.

It is said of roots alone that the configuration calls `closed: true`, since a policy may be applied
elsewhere. To silence it, write a policy that selects the host endpoint, or give it a profile.

```yaml bad root closed
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1-eth0, labels: {role: worker}}
spec:
  node: n1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
```

```yaml good root closed
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1-eth0, labels: {role: worker}}
spec:
  node: n1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
  profiles: [projectcalico-default-allow]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.effective import policy_selector
from linter.policy.effort import spend
from linter.policy.model import DIRECTIONS
from linter.policy.selecting import fits
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
NEEDS = ('is_whole', 'endpoints')


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    # What preDNAT lets through is asked of the others afterwards.
    policies = [
        one for one in view.policies if one.is_global and not one.staged and not one.pre_dnat
    ]
    for endpoint in view.endpoints:
        if endpoint.profiles:
            continue
        labels = dict(endpoint.labels)
        spend(3 * len(policies))
        selecting = [one for one in policies if fits(policy_selector(one), labels)]
        missing = [
            direction
            for direction in DIRECTIONS
            if not any(direction in one.directions for one in selecting)
        ]
        if not missing:
            continue
        place = endpoint.place
        yield RootFinding(
            'hep-denies', 'HostEndpoint', place, place.start, place.end,
            f'no policy governs {" or ".join(missing)} of this host endpoint, and it has no '
            'profile, so that all of it is denied but for the failsafe ports: write a policy that '
            'selects it, or give it a profile',
            'if a policy that is not here selects it, the root is not closed: remove closed: true',
        )  # fmt: skip
