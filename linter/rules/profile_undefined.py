"""A host endpoint has a profile that does not exist.

Profiles are asked in their order where no policy decides. One that does not exist denies everything
at its place, and those behind it are not asked. Calico says nothing of it.

Profiles are often made elsewhere, so a name is reported only where it looks like one that is known,
or in a root that the configuration calls `closed: true`. The profiles of namespaces and service
accounts (`kns.`, `ksa.`) and `projectcalico-default-allow` are always there. To silence it, define
the profile, or correct its name.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1-eth0, labels: {role: worker}}
spec:
  node: n1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
  profiles: [projectcalico-default-alow]
```

```yaml good root
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
from linter.policy.view import RootFinding, RootView
from linter.text.suggest import distance

GROUP = 'root'
NEEDS = ('endpoints',)

_ALWAYS = frozenset(('projectcalico-default-allow', 'projectcalico-allow-all'))
_MADE = ('kns.', 'ksa.')
_SHORTEST = 6


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    if view.may_lack('Profile'):
        return
    known = _ALWAYS | {one.name for one in view.profiles}
    for endpoint in view.endpoints:
        place = endpoint.place
        for name in endpoint.profiles:
            if name in known or name.startswith(_MADE):
                continue
            near = [
                other
                for other in known
                if len(name) >= _SHORTEST
                and distance(name, other, 1) == 1
                and _digits(name) == _digits(other)
            ]
            if len(near) == 1:
                yield RootFinding(
                    'profile-near-miss', 'HostEndpoint', place, place.start, place.end,
                    f'there is no profile {name} here, but one that is called {near[0]}, and one '
                    f'that does not exist denies everything: write {near[0]}',
                    None, (), name,
                )  # fmt: skip
            elif view.is_closed:
                yield RootFinding(
                    'profile-unknown', 'HostEndpoint', place, place.start, place.end,
                    f'there is no profile {name} in this root, and one that does not exist denies '
                    'everything at its place: define it, or correct the name',
                    'if the cluster has one all the same, the root is not closed: remove closed: '
                    'true',
                    (), name,
                )  # fmt: skip


def _digits(word: str) -> str:
    return ''.join(char for char in word if char.isdigit())
