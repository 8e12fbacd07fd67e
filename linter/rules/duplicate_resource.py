"""Two documents define the same object, and one of them overwrites the other.

A cluster has one object of a kind, namespace and name: what is applied last replaces what was
there, rules and all. Which one that is depends on the order in which files are applied.

It is a warning in one file, and in a root that `roots:` in the configuration names; between two
files of a folder, which may be two variants of one, it is an info. What is in different folders, or
under different kustomizations, is taken for several clusters. To silence it, rename or remove one.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, destination: {ports: [80]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, destination: {ports: [443]}}
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, destination: {ports: [80]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web-tls, namespace: shop}
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, destination: {ports: [443]}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.model import (
    KUBERNETES_NETWORK_POLICY,
    NetworkSet,
    Policy,
    Record,
    Unusable,
)
from linter.policy.view import Identity, RootFinding, RootView, identity_of

GROUP = 'root'
NEEDS = ('copies',)


_CLUSTERS = 'if they are of two clusters, name the folder of each under roots: in the configuration'


def _folder(path: str) -> str:
    return path.replace('\\', '/').rpartition('/')[0]


def _shown(record: Record | Unusable) -> Identity:
    if isinstance(record, (Policy, NetworkSet)):
        return record.kind, record.namespace, record.name
    return identity_of(record) or ('', '', '')


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    said = False
    for first, *more in view.copies:
        kind, namespace, name = _shown(first)
        if kind == KUBERNETES_NETWORK_POLICY:
            continue
        shown = f'{kind} {namespace}/{name}' if namespace else f'{kind} {name}'
        for record in more:
            one, other = record.place, first.place
            assert one is not None
            assert other is not None
            if one.path == other.path:
                yield RootFinding(
                    'duplicate-in-file', kind, one, one.start, one.end,
                    f'{shown} is defined on line {other.line}, too, and the one that is applied '
                    'last replaces the other: rename or remove one of them',
                    None, ((other, 'the first one'),),
                )  # fmt: skip
                continue
            if said and not view.is_named:
                # Files that are variants of one another are one mistake, or none.
                continue
            said = True
            finding = RootFinding(
                'duplicate-in-folder', kind, one, one.start, one.end,
                f'{shown} is defined in {other.path}:{other.line}, too, and in one cluster the one '
                'that is applied last replaces the other: rename or remove one of them',
                _CLUSTERS if _folder(other.path) != _folder(one.path) else None,
                ((other, 'the first one'),),
            )  # fmt: skip
            yield finding._replace(fact='duplicate-in-cluster') if view.is_named else finding
