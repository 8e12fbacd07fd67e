"""A rule that allows a namespace allows the network sets that are in it, too.

A NetworkSet has the labels of its namespace, as pods have. A rule whose peer is given by a
`namespaceSelector` and no more, or with `selector: all()`, so takes every address of every
NetworkSet there: networks outside of the cluster, which nobody thought of.

It is reported where a NetworkSet of the root is in a namespace that the `namespaceSelector` names,
by its name or by labels of a Namespace of the root. It is not where the selector asks for labels of
the set, and not where another rule of the policy allows the set or an earlier one denies it. Of
rules of a policy that have the same peer, the first is named.

To silence it, add `has(projectcalico.org/orchestrator)` to the `selector`: pods have that label,
and network sets do not. Where the networks are meant, allow them in a rule of their own.

```yaml bad root
apiVersion: projectcalico.org/v3
kind: NetworkSet
metadata: {name: partners, namespace: shop, labels: {partner: bank}}
spec: {nets: [203.0.113.0/24]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: from-shop, namespace: shop}
spec:
  selector: app == 'api'
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      namespaceSelector: projectcalico.org/name == 'shop'
```

```yaml good root
apiVersion: projectcalico.org/v3
kind: NetworkSet
metadata: {name: partners, namespace: shop, labels: {partner: bank}}
spec: {nets: [203.0.113.0/24]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: from-shop, namespace: shop}
spec:
  selector: app == 'api'
  types: [Ingress]
  ingress:
  - action: Allow
    source:
      namespaceSelector: projectcalico.org/name == 'shop'
      selector: has(projectcalico.org/orchestrator)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalogue.rule import rule
from linter.policy.effective import (
    NAMESPACE,
    NAMESPACE_PREFIX,
    ORCHESTRATOR,
    SERVICE_ACCOUNT,
    entity_selectors,
    policy_selector,
)
from linter.policy.effort import (
    FOR_ROOT,
    Effort,
    Exhausted,
    TooComplex,
    for_policies,
    spend,
    within,
)
from linter.policy.model import INGRESS, Entity, Namespace, NetworkSet, Policy, Rule
from linter.policy.ranges import Ranges, intersect
from linter.policy.rule_boxes import traffic
from linter.policy.selecting import fits, labels_of_set
from linter.policy.selector_sets import EVERYTHING, KUBERNETES, Cubes, selected
from linter.policy.set_traffic import Labels, addresses_of, cut, network_in, peer_of, takes
from linter.policy.space import KNOWN, Box, Boxes, subtract
from linter.policy.view import RootFinding, RootView

GROUP = 'root'
READS = ('Namespace',)
NEEDS = ('sets',)

_MOST_SHOWN = 5
_UNHEARD_OF = '?'


@rule('root')
def check(view: RootView) -> Iterator[RootFinding]:
    sets = [one for one in view.sets if one.namespace and one.nets]
    if not sets:
        return
    found: list[RootFinding] = []
    # Other rules are to have something left where there are very many sets or rules.
    effort = Effort((FOR_ROOT + for_policies(view.policies)) // 2)
    try:
        with within(effort):
            for finding in _found(view, _Reader(view, sets)):
                found.append(finding)
    except Exhausted:
        pass
    yield from found


def _found(view: RootView, reader: _Reader) -> Iterator[RootFinding]:
    for policy in view.policies:
        # Calico adds to Kubernetes' own policies that they are about pods.
        if policy.written is not None:
            continue
        for direction in policy.directions:
            said: set[tuple[str, str]] = set()
            is_in = direction == INGRESS
            for number, one in enumerate(policy.rules(direction)):
                # Most rules end here.
                if not (one.source if is_in else one.destination).namespace_selector:
                    continue
                peer = _asked_of(policy, direction, one)
                if peer is None or peer in said:
                    continue
                let_in = reader.let_in(policy, direction, number)
                if not let_in:
                    continue
                said.add(peer)
                first, networks = let_in[0]
                more = f', and {len(let_in) - 1} more like it' if len(let_in) > 1 else ''
                start, end = one.part(f'{peer_of(direction)}.namespaceSelector')
                yield RootFinding(
                    'sets-of-namespace', policy.kind, policy.place, start, end,
                    f'this allows {networks}, too: NetworkSet '
                    f'{first.namespace}/{first.name} has the labels of its namespace{more}: if '
                    'pods are meant, add has(projectcalico.org/orchestrator) to the selector',
                    None,
                    tuple(
                        (other.place, f'NetworkSet {other.namespace}/{other.name}')
                        for other, _ in let_in[:_MOST_SHOWN]
                    ),
                )  # fmt: skip


def _asked_of(policy: Policy, direction: str, one: Rule) -> tuple[str, str] | None:
    """What a rule that allows a namespace asks of its peer: of the namespace, and all in all."""
    entity = one.source if direction == INGRESS else one.destination
    if one.action != 'Allow' or not entity.namespace_selector:
        return None
    return entity.namespace_selector, entity_selectors(entity, policy.namespace).positive


class _Reader:
    """Which rules take network sets for their namespace alone."""

    def __init__(self, view: RootView, sets: list[NetworkSet]) -> None:
        self.semantics = view.semantics
        self.inherited = _labels_of(view.namespaces)
        self.sets = sets
        self.by_namespace: dict[str, list[NetworkSet]] = {}
        for one in sets:
            self.by_namespace.setdefault(one.namespace or '', []).append(one)
        self.every = [one for one in view.sets if one.nets]
        # What rules may match of a set's packets: of the policy and direction that come last.
        self._of: object = None
        self._may: dict[int, list[tuple[int, Boxes, bool]]] = {}
        self._asked: dict[tuple[str, str], list[NetworkSet]] = {}
        self._shared: dict[int, list[tuple[Labels, Ranges]]] = {}

    def unasked(self, policy: Policy, direction: str, one: Rule) -> list[NetworkSet]:
        """The sets that a rule allows as it allows any pod of their namespace."""
        key = _asked_of(policy, direction, one)
        if key is None:
            return []
        if key not in self._asked:
            self._asked[key] = self._taken(*key)
        return self._asked[key]

    def _taken(self, namespace_selector: str, text: str) -> list[NetworkSet]:
        of_namespace = entity_selectors(Entity(namespace_selector=namespace_selector), '').positive
        if fits(of_namespace, _named(_UNHEARD_OF)):
            # What takes a namespace that nobody has heard of names none.
            return []
        try:
            cubes = selected(text)
        except Exhausted:
            raise
        except TooComplex:
            return []
        names = _namespaces_of(cubes)
        sets = (
            self.sets
            if names is None
            else [one for name in sorted(names) for one in self.by_namespace.get(name, ())]
        )
        spend(4 + 8 * len(sets))
        found = []
        for one in sets:
            bare = self._of_namespace(one)
            labels = self._labels(one)
            pod = {**bare, ORCHESTRATOR: 'k8s', SERVICE_ACCOUNT: 'default'}
            if all(takes(cubes, some, is_sure=True) for some in (labels, bare, pod)):
                found.append(one)
        return found

    def _of_namespace(self, one: NetworkSet) -> dict[str, str]:
        """The labels of everything in the namespace of a set, as far as the files know them."""
        namespace = one.namespace or ''
        return {**self.inherited.get(namespace, {}), **_named(namespace)}

    def _labels(self, one: NetworkSet) -> Labels:
        """The labels of a set, which Calico knows."""
        inherited = self._of_namespace(one) if one.namespace else {}
        return {**inherited, **labels_of_set(one), KNOWN: ''}

    def let_in(self, policy: Policy, direction: str, number: int) -> list[tuple[NetworkSet, str]]:
        """The sets of which a rule allows something, and what.

        That is what no earlier rule takes, and no later one allows on purpose.
        """
        one_rule = policy.rules(direction)[number]
        found = []
        for one in self.unasked(policy, direction, one_rule):
            try:
                left = self._surely(policy, direction, one_rule, one)
                if left and len(policy.rules(direction)) > 1:
                    left = self._rest(left, policy, direction, number, one)
            except Exhausted:
                raise
            except TooComplex:
                continue
            side = peer_of(direction)
            shown = network_in(one, [getattr(box, side) for box in left])
            if shown is not None:
                found.append((one, shown))
        return found

    def _rest(
        self, left: Boxes, policy: Policy, direction: str, number: int, one: NetworkSet
    ) -> Boxes:
        for at, theirs, is_meant in self._others(policy, direction, one):
            if at == number or (at > number and not is_meant):
                continue
            spend(len(left) * len(theirs))
            near = [other for other in theirs if any(_may_meet(box, other) for box in left)]
            if near:
                left = subtract(left, near)
                if not left:
                    break
        return left

    def _surely(self, policy: Policy, direction: str, one_rule: Rule, one: NetworkSet) -> Boxes:
        """What a rule surely matches of the packets of a set."""
        found = traffic(one_rule, policy.namespace, direction, self.semantics)
        if found is None:
            # HTTP has a say in it.
            return ()
        text = policy_selector(policy)
        boxes = found.exact(selected(text) if text else EVERYTHING)
        # Which addresses a service has is not known.
        service = ('service', peer_of(direction))
        boxes = tuple(
            box for box in boxes if all(condition[:2] != service for condition in box.conditions)
        )
        return cut(boxes, direction, self._labels(one), addresses_of(one), is_sure=True)

    def _others(
        self, policy: Policy, direction: str, one: NetworkSet
    ) -> list[tuple[int, Boxes, bool]]:
        """What rules may match of the packets of a set, each with its number, and whether it allows
        them on purpose."""
        key = id(policy), direction
        if self._of != key:
            self._of = key
            self._may.clear()
        if id(one) not in self._may:
            things = [(self._labels(one), addresses_of(one)), *self._sharing(one)]
            self._may[id(one)] = [
                (
                    at,
                    boxes,
                    other.action == 'Allow' and one not in self.unasked(policy, direction, other),
                )
                for at, other in enumerate(policy.rules(direction))
                if other.action != 'Log'
                and (boxes := self._perhaps(policy, direction, other, things))
            ]
        return self._may[id(one)]

    def _perhaps(
        self, policy: Policy, direction: str, other: Rule, things: list[tuple[Labels, Ranges]]
    ) -> Boxes:
        spend(4)
        found = traffic(other, policy.namespace, direction, self.semantics)
        if found is None:
            return (Box(),)
        boxes: Boxes = ()
        for labels, addresses in things:
            boxes += tuple(
                box._replace(own=EVERYTHING, conditions=frozenset())
                for box in cut(found.boxes, direction, labels, addresses, is_sure=False)
            )
        return boxes

    def _sharing(self, one: NetworkSet) -> list[tuple[Labels, Ranges]]:
        """What else of the root has addresses of a set: its labels, and those addresses."""
        found = self._shared.get(id(one))
        if found is None:
            mine = addresses_of(one)
            spend(2 * len(self.every))
            found = self._shared[id(one)] = [
                (self._labels(other), common)
                for other in self.every
                if other is not one and (common := intersect(mine, addresses_of(other)))
            ]
        return found


def _namespaces_of(cubes: Cubes) -> set[str] | None:
    """The namespaces of all that is selected, or None where it may be of any."""
    found: set[str] = set()
    for cube in cubes:
        values = cube.get(NAMESPACE)
        if values is None or values.inside is None:
            return None
        found |= values.inside
    return found


def _may_meet(one: Box, other: Box) -> bool:
    """Whether one of the ports, where each has few, is of both: most rules differ in them."""
    mine, theirs = one.destination_port, other.destination_port
    if len(mine) > 1 or len(theirs) > 1 or not (mine and theirs):
        return True
    return mine[0][0] <= theirs[0][1] and theirs[0][0] <= mine[0][1]


def _named(namespace: str) -> dict[str, str]:
    """The labels of everything in a namespace that its name gives."""
    return KUBERNETES.completed({NAMESPACE: namespace})


def _labels_of(namespaces: list[Namespace]) -> dict[str, dict[str, str]]:
    """What is inherited of namespaces; of one with several definitions, what all of them say."""
    found: dict[str, dict[str, str]] = {}
    for one in namespaces:
        labels = {NAMESPACE_PREFIX + key: value for key, value in one.labels}
        before = found.get(one.name, labels)
        found[one.name] = dict(before.items() & labels.items())
    return found
