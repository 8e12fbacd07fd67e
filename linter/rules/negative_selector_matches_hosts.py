"""A policy that excludes some pods or namespaces selects host endpoints, too.

What lacks a label fulfils `!=`, `not in` and `!has()`, and host endpoints have no labels of a
namespace. A GlobalNetworkPolicy for all namespaces but some so selects every node that has a host
endpoint, and isolates it.

It is reported where a host endpoint of the root is selected that way: by no label that it has; and
of a policy that asks for namespaces and service accounts alone where a KubeControllersConfiguration
of the root has `autoCreate: Enabled`, so that every node has one. To silence it, add
`has(projectcalico.org/name)` to the namespaceSelector.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: deny-app}
spec:
  namespaceSelector: kubernetes.io/metadata.name not in {'kube-system', 'calico-system'}
  types: [Ingress, Egress]
---
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1-eth0, labels: {role: worker}}
spec:
  node: n1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: deny-app}
spec:
  namespaceSelector: >-
    has(projectcalico.org/name) &&
    kubernetes.io/metadata.name not in {'kube-system', 'calico-system'}
  types: [Ingress, Egress]
---
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1-eth0, labels: {role: worker}}
spec:
  node: n1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.dead_rule import asks_nothing
from linter.policy.effective import (
    NAMESPACE,
    ORCHESTRATOR,
    SERVICE_ACCOUNT,
    policy_selector,
)
from linter.policy.effort import spend
from linter.policy.model import Policy
from linter.policy.selecting import fits, is_normal, keys_of
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
NEEDS = ('hosts',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    for policy in view.policies:
        text = policy_selector(policy)
        if not (policy.is_global and is_normal(policy) and text) or policy.apply_on_forward:
            continue
        # What everything fulfils that has no labels names no host, and was not meant for any.
        if not fits(text, {}) or _asks_nothing(policy) or _lets_all_through(policy):
            continue
        spend(3 * len(view.endpoints))
        keys = keys_of(text)
        found = [
            one
            for one in view.endpoints
            if fits(text, dict(one.labels)) and keys.isdisjoint(key for key, _ in one.labels)
        ]
        is_of_namespaces = bool(policy.namespace_selector)
        if found:
            more = f' and {len(found) - 1} more' if len(found) > 1 else ''
            who = f'host endpoint {found[0].name}{more} lacks'
            node, place, what = 'the node', found[0].place, f'host endpoint {found[0].name}'
        elif view.makers and all(map(_is_of_pods, keys)):
            who = 'the host endpoints that Calico makes of the nodes here lack'
            node, place, what = 'every node', view.makers[0].place, 'autoCreate is on here'
        else:
            continue
        start, end = policy.part('namespaceSelector' if is_of_namespaces else 'selector')
        advice = 'add namespaceSelector: all()'
        if is_of_namespaces:
            brackets = 'put it in brackets, and ' if '||' in policy.namespace_selector else ''
            advice = f'{brackets}begin it with has(projectcalico.org/name) &&'
        yield RootFinding(
            'hosts-selected', policy.kind, policy.place, start, end,
            f'{who} the labels that this excludes, so that the policy isolates {node}, too: '
            f'{advice} if it is for pods',
            None, ((place, what),),
        )  # fmt: skip


def _is_of_pods(key: str) -> bool:
    """Whether no node has such a label."""
    return key in (NAMESPACE, ORCHESTRATOR, SERVICE_ACCOUNT) or key.startswith(('pcns.', 'pcsa.'))


def _lets_all_through(policy: Policy) -> bool:
    """Whether it isolates nobody: what it does not deny, it allows or passes on."""
    return all(
        any(
            one.action in ('Allow', 'Pass') and asks_nothing(one) for one in policy.rules(direction)
        )
        for direction in policy.directions
    )


def _asks_nothing(policy: Policy) -> bool:
    """Whether the selector is written for everything: that is meant, or another rule's."""
    return policy.selector in ('', 'all()') and not (
        policy.namespace_selector or policy.service_account_selector
    )
