"""What is wrong with a policy by itself: selectors that nothing or everything fits, rules that
never match, rules that are there twice.

All of it is proved from the policy alone, so that nothing else in a cluster can undo it.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico.selector.meaning import (
    All,
    And,
    Compare,
    Global,
    Has,
    Member,
    Not,
    Selector,
    canonical,
)
from linter.policy.effective import (
    ACCOUNT_PREFIX,
    entity_selectors,
    policy_selector,
    read,
)
from linter.policy.effort import TooComplex
from linter.policy.model import INGRESS, Entity, Policy, Rule
from linter.policy.point import HOSTS, PODS
from linter.policy.rule_boxes import traffic
from linter.policy.selector_sets import (
    EVERYTHING,
    KUBERNETES,
    NAMESPACE_PREFIX,
    Cubes,
    selected,
)
from linter.policy.semantics import Semantics
from linter.policy.space import meet_labels, unselected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_MOST_CONDITIONS = 40


class Spot(NamedTuple):
    """A selector of a policy: ``field`` is the name of its part, ``selector`` or
    ``source.notSelector``; ``direction`` and ``number`` are those of its rule, or None."""

    field: str
    direction: str | None
    number: int | None


class Contradiction(NamedTuple):
    """A selector that no labels fit.

    ``text`` is what is written. ``clash`` are the one or two conditions that already exclude each
    other, as Calico prints them; empty where it takes more to see it. ``alone``: the text is so by
    itself; else it is so together with the others of its place.
    """

    spot: Spot
    text: str
    clash: tuple[str, ...]
    alone: bool


class Tautology(NamedTuple):
    """A selector that all labels fit, though it is not written as ``all()``."""

    spot: Spot
    text: str


class Disjoint(NamedTuple):
    """A rule whose selector for its own side fits none of the endpoints that the policy selects."""

    direction: str
    number: int
    field: str


class Duplicate(NamedTuple):
    """A rule that says what an earlier one says."""

    direction: str
    first: int
    number: int


def clash(text: str) -> tuple[str, ...]:
    """The one or two conditions of a conjunction that no labels fit together."""
    conditions = _conjunction(read(text))
    if len(conditions) > _MOST_CONDITIONS:
        return ()
    for one in conditions:
        if KUBERNETES.satisfiable(one) is False:
            return (canonical(one),)
    for at, one in enumerate(conditions):
        for other in conditions[at + 1 :]:
            if KUBERNETES.disjoint(one, other) is True:
                return canonical(one), canonical(other)
    return ()


def _conjunction(selector: Selector) -> list[Selector]:
    found: list[Selector] = []
    todo = [selector]
    while todo:
        node = todo.pop()
        if isinstance(node, And):
            todo += reversed(node.operands)
        else:
            found.append(node)
    return found


def contradictions(policy: Policy) -> Iterator[Contradiction]:
    """The selectors of a policy and its rules that no labels fit."""
    alone = False
    for found in _alone(policy, _written(policy)):
        alone = True
        yield found
    if not alone and policy.namespace is not None and _is_empty(policy_selector(policy)):
        yield Contradiction(
            Spot('selector', None, None), policy.selector, clash(policy_selector(policy)), False
        )
    for direction in policy.directions:
        for number, rule in enumerate(policy.rules(direction)):
            for side, entity in (('source', rule.source), ('destination', rule.destination)):
                spot = Spot(f'{side}.selector', direction, number)
                found_alone = list(_alone(policy, _of_entity(entity, side, direction, number)))
                yield from found_alone
                positive = entity_selectors(entity, policy.namespace).positive
                if policy.namespace is None and not entity.namespace_selector:
                    # What is joined to it is the namespace, which is not known.
                    continue
                if positive and not found_alone and _is_empty(positive):
                    if not entity.selector:
                        spot = spot._replace(field=f'{side}.notSelector')
                    text = entity.selector or entity.not_selector
                    yield Contradiction(spot, text, clash(positive), False)


def _written(policy: Policy) -> Iterator[tuple[Spot, str, str]]:
    """Selectors of a policy itself, with the prefix that their labels get."""
    is_rewritten = policy.namespace == '' and bool(
        policy.namespace_selector or policy.service_account_selector
    )
    # Beside others, Calico writes something else over these.
    if not (is_rewritten and any(word in policy.selector for word in ('all()', 'global()'))):
        yield Spot('selector', None, None), policy.selector, ''
    yield Spot('namespaceSelector', None, None), policy.namespace_selector, NAMESPACE_PREFIX
    yield (
        Spot('serviceAccountSelector', None, None),
        policy.service_account_selector,
        ACCOUNT_PREFIX,
    )


def _of_entity(
    entity: Entity, side: str, direction: str, number: int
) -> Iterator[tuple[Spot, str, str]]:
    for field, text, prefix in (
        ('selector', entity.selector, ''),
        ('namespaceSelector', entity.namespace_selector, NAMESPACE_PREFIX),
        ('serviceAccounts.selector', entity.service_account_selector, ACCOUNT_PREFIX),
        ('notSelector', entity.not_selector, ''),
    ):
        yield Spot(f'{side}.{field}', direction, number), text, prefix


def _alone(policy: Policy, written: Iterator[tuple[Spot, str, str]]) -> Iterator[Contradiction]:
    for spot, text, prefix in written:
        if not text:
            continue
        if KUBERNETES.satisfiable(_prefixed(text, prefix)) is False:
            yield Contradiction(spot, text, clash(text), True)


def _prefixed(text: str, prefix: str) -> Selector:
    return read(canonical(read(text), prefix)) if prefix else read(text)


def _is_empty(text: str) -> bool:
    return bool(text) and KUBERNETES.satisfiable(read(text)) is False


def tautologies(policy: Policy) -> Iterator[Tautology]:
    """The selectors of a policy and its rules that all labels fit, unless they say ``all()``."""
    written = list(_written(policy))
    for direction in policy.directions:
        for number, rule in enumerate(policy.rules(direction)):
            written += _of_entity(rule.source, 'source', direction, number)
            written += _of_entity(rule.destination, 'destination', direction, number)
    for spot, text, prefix in written:
        if not text:
            continue
        tree = read(text)
        if isinstance(tree, (All, Global, Has, Compare, Member)) or (
            isinstance(tree, Not) and isinstance(tree.operand, (All, Global, Has, Member))
        ):
            continue
        if KUBERNETES.implies(All((0, 0)), _prefixed(text, prefix)) is True:
            yield Tautology(spot, text)


def own_side_disjoint(policy: Policy) -> Iterator[Disjoint]:
    """The rules that ask of their own side what no endpoint of the policy has."""
    try:
        text = policy_selector(policy)
        own = selected(text) if text else EVERYTHING
    except TooComplex:
        return
    if not own or policy.namespace is None:
        # Where the policy will be, its endpoints may have any namespace.
        return
    for direction in policy.directions:
        side = 'destination' if direction == INGRESS else 'source'
        for number, rule in enumerate(policy.rules(direction)):
            entity = rule.destination if direction == INGRESS else rule.source
            sides = entity_selectors(entity, policy.namespace)
            try:
                if sides.positive and _misses(own, selected(sides.positive)):
                    field = 'selector' if entity.selector else 'namespaceSelector'
                    if not entity.selector and not entity.namespace_selector:
                        field = 'notSelector' if entity.not_selector else 'serviceAccounts'
                    yield Disjoint(direction, number, f'{side}.{field}')
                elif sides.negative and _misses(own, unselected(sides.negative)):
                    yield Disjoint(direction, number, f'{side}.notSelector')
            except TooComplex:
                continue


def _misses(own: Cubes, asked: Cubes) -> bool:
    """Whether no pod and no host endpoint of the first labels has the second, too."""
    return bool(asked) and not any(
        meet_labels(meet_labels(own, asked), things) for things in (PODS, HOSTS)
    )


def never_matches(policy: Policy, direction: str, number: int, semantics: Semantics) -> str | None:
    """Why no packet at all can match a rule, whatever its selectors take; None: some can.

    ``service``: a service is named without a namespace, where Felix finds none. ``dataplane``: it
    does not know the protocol or the port by that name. ``family``: the networks, the protocol and
    ``ipVersion`` are of different families. ``nets``: ``notNets`` takes all of ``nets``. ``ports``:
    ``notPorts`` takes all of ``ports``.
    """
    rule = policy.rules(direction)[number]
    for entity in (rule.source, rule.destination):
        if entity.service is not None and not entity.service[0]:
            return 'service'
    if rule.protocol in semantics.unknown_protocols:
        return 'dataplane'
    bare = rule._replace(
        source=_without_labels(rule.source), destination=_without_labels(rule.destination)
    )
    if _matches(bare, direction, semantics):
        return None
    if semantics.is_ebpf and _matches(bare, direction, Semantics(semantics.version)):
        return 'dataplane'
    loose = bare._replace(
        source=bare.source._replace(ports=(), not_ports=()),
        destination=bare.destination._replace(ports=(), not_ports=()),
    )
    if _matches(loose, direction, semantics):
        return 'ports'
    looser = loose._replace(
        source=loose.source._replace(not_nets=()),
        destination=loose.destination._replace(not_nets=()),
    )
    return 'nets' if _matches(looser, direction, semantics) else 'family'


def _without_labels(entity: Entity) -> Entity:
    return entity._replace(
        selector='',
        not_selector='',
        namespace_selector='',
        service_accounts=(),
        service_account_selector='',
    )


def _matches(rule: Rule, direction: str, semantics: Semantics) -> bool:
    found = traffic(rule, '', direction, semantics)
    return found is None or bool(found.boxes)


def duplicates(policy: Policy) -> Iterator[Duplicate]:
    """The rules that say word for word what an earlier rule of their direction says."""
    for direction in policy.directions:
        seen: dict[Rule, int] = {}
        for number, rule in enumerate(policy.rules(direction)):
            first = seen.setdefault(rule.bare, number)
            if first != number:
                yield Duplicate(direction, first, number)
