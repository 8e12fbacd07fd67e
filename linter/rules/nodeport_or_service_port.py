"""A rule names the port of a Service, and the pods listen on another one.

Policies of pods see packets after the address and port of a Service have been replaced: what counts
is the `targetPort`. A rule that allows the `port` or the `nodePort` of a Service lets nothing
through, and one that denies it stops nothing.

It is reported where a Service of the root has the port, the labels of its pods fit the rule, none
of its ports leads to that number, and no rule of the policy does the same to the right one. A
`targetPort` that is a name may stand for the very number of the `port`, so that only the `nodePort`
is reported then. To silence it, write the targetPort.

```yaml bad root
apiVersion: v1
kind: Service
metadata: {name: db, namespace: lab}
spec:
  selector: {app: db}
  ports:
  - port: 80
    targetPort: 8080
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-db, namespace: lab}
spec:
  selector: app == 'backend'
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
    destination: {selector: app == 'db', ports: [80]}
```

```yaml good root
apiVersion: v1
kind: Service
metadata: {name: db, namespace: lab}
spec:
  selector: {app: db}
  ports:
  - port: 80
    targetPort: 8080
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: to-db, namespace: lab}
spec:
  selector: app == 'backend'
  types: [Egress]
  egress:
  - action: Allow
    protocol: TCP
    destination: {selector: app == 'db', ports: [8080]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.effective import NAMESPACE, ORCHESTRATOR, entity_selectors, policy_selector
from linter.policy.effort import spend
from linter.policy.model import DIRECTIONS, EGRESS, INGRESS, Policy, Rule, Service
from linter.policy.order import NORMAL, is_of_class
from linter.policy.selecting import fits
from linter.policy.selector_sets import KUBERNETES
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('Service',)
NEEDS = ('services',)


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    services = [(one, _labels(one)) for one in view.services if one.selector and one.ports]
    if not services:
        return
    by_namespace: dict[str | None, list[_Known]] = {}
    for known in services:
        by_namespace.setdefault(known[0].namespace, []).append(known)
    # Numbers that mean something else to the pods than to those who call the service.
    numbers = {
        number
        for one, _ in services
        for port in one.ports
        for number in (port.port, port.node_port)
        if number is not None and number != port.target
    }
    for policy in view.policies:
        if policy.written is not None or policy.apply_on_forward:
            continue
        if not is_of_class(policy, NORMAL):
            continue
        for direction in DIRECTIONS:
            for one in policy.rules(direction):
                if one.action not in ('Allow', 'Deny') or one.not_protocol is not None:
                    continue
                for port in one.destination.ports:
                    if isinstance(port, str) or port[0] != port[1] or port[0] not in numbers:
                        continue
                    is_near = policy.namespace and not (
                        direction == EGRESS and one.destination.namespace_selector
                    )
                    near = by_namespace.get(policy.namespace, []) if is_near else services
                    found = _service(policy, direction, one, port[0], near)
                    if found is None:
                        continue
                    service, right = found
                    start, end = one.part('destination.ports')
                    yield RootFinding(
                        'service-port', policy.kind, policy.place, start, end,
                        f'{port[0]} is a port of Service {service.namespace}/{service.name}, whose '
                        f'pods listen on {right}, and that is what a policy sees: write {right}',
                        None, () if service.place is None else ((service.place, 'the Service'),),
                        str(port[0]),
                    )  # fmt: skip


_Known = tuple[Service, dict[str, str]]


def _labels(service: Service) -> dict[str, str]:
    """What is known of the labels of a service's pods."""
    labels = {**dict(service.selector), NAMESPACE: service.namespace, ORCHESTRATOR: 'k8s'}
    return KUBERNETES.completed(labels)


def _service(
    policy: Policy,
    direction: str,
    rule_: Rule,
    number: int,
    services: list[_Known],
) -> tuple[Service, int | str] | None:
    """The only service whose port a rule names, and the port of its pods."""
    if direction == INGRESS:
        text = policy_selector(policy)
    else:
        side = rule_.destination
        if side.nets or side.not_nets or side.service:
            return None
        text = entity_selectors(side, policy.namespace).positive
    # A selector that fits what has no labels is not about the pods of a service.
    if not text or fits(text, {NAMESPACE: policy.namespace or '', ORCHESTRATOR: 'k8s'}):
        return None
    spend(len(services) + len(policy.rules(direction)))
    named = {
        port
        for one in policy.rules(direction)
        if one.action == rule_.action
        for port in one.destination.ports
    }
    found: tuple[Service, int | str] | None = None
    for service, labels in services:
        if not fits(text, labels):
            continue
        for port in service.ports:
            if port.target == number or (port.port == number and isinstance(port.target, str)):
                # A name may stand for that very number.
                return None
            if number in (port.port, port.node_port):
                right = port.target
                if right in named or (right, right) in named:
                    return None
                if rule_.protocol not in (port.protocol, None):
                    continue
                found = found or (service, right)
    return found
