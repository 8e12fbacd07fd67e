"""What takes packets from a rule for certain, however many objects an address belongs to.

A positive selector matches if one object with the address does, so whatever holds for an address
of one object holds for each of its objects in turn. What is asked of *no* object is a condition
that the rule in question has to ask, too. And a rule that passes packets on may do so because of
another object with the same address, which only a network set can be.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.policy import ranges
from linter.policy.effective import read
from linter.policy.effort import TooComplex
from linter.policy.index import END, PASS, Decision, Entry, Sequence
from linter.policy.model import NetworkSet
from linter.policy.rule_boxes import on_line
from linter.policy.selector_sets import (
    EVERYTHING,
    KUBERNETES,
    NAMESPACE_KEY,
    NAMESPACE_PREFIX,
    Cube,
    Cubes,
)
from linter.policy.space import (
    ALL_ADDRESSES,
    ANY_PACKET,
    KNOWN,
    Box,
    Boxes,
    Condition,
    covered,
    meet,
    meet_labels,
    subtract,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

MOST_PASSES = 64


class Cover(NamedTuple):
    """Who takes packets, and which."""

    decision: Decision
    boxes: Boxes


def taken_by(decision: Decision, target: Entry, sequence: Sequence, packets: Boxes) -> Boxes:
    """The packets that never get past a decision, if an address belongs to one object at most."""
    entry, number = decision.entry, decision.number
    if number == END:
        boxes: Boxes = (ANY_PACKET._replace(own=entry.own),)
    else:
        boxes = entry.boxes(number)
    if entry.tier == target.tier:
        return boxes
    # What passes on elsewhere does not matter.
    boxes = _common(boxes, packets)
    passes = [box for one, n in passing(decision, sequence, boxes) for box in one.boxes(n)]
    return subtract(boxes, passes)


def _common(boxes: Boxes, others: Boxes) -> Boxes:
    met = (meet(box, other) for box in boxes for other in others)
    return tuple(box for box in met if box is not None)


def passing(decision: Decision, sequence: Sequence, packets: Boxes) -> Iterator[tuple[Entry, int]]:
    """The rules that may pass some of the packets on before the decision is made."""
    tier, place = decision.entry.tier, (decision.entry.rank, decision.number)
    found: dict[int, Entry] = {}
    for entry in sequence.passing(tier, tuple(cube for box in packets for cube in box.own)):
        if len(found) > 4 * MOST_PASSES:
            raise TooComplex
        if decision.number == END or entry.rank <= place[0]:
            found[entry.rank] = entry
    count = 0
    for entry in found.values():
        if not any(meet_labels(box.own, entry.own) for box in packets):
            continue
        for number, rule in enumerate(entry.rules):
            if rule.action == PASS and (decision.number == END or (entry.rank, number) < place):
                count += 1
                if count > MOST_PASSES:
                    raise TooComplex
                yield entry, number


def is_proved(
    target: Entry,
    number: int,
    own: Cubes,
    covers: list[Cover],
    sequence: Sequence,
    sets: tuple[NetworkSet, ...] | None,
) -> bool:
    """Whether the covers take all packets of a rule of a policy for certain.

    ``sets`` are the network sets that there can be; None: any.
    """
    wanted = target.traffic(number)
    packets = wanted.at_most(own)
    required: set[Condition] = set()
    certain: list[Box] = []
    for cover in covers:
        decision = cover.decision
        entry = decision.entry
        if decision.number == END:
            boxes: Boxes = (ANY_PACKET._replace(own=entry.own),)
        else:
            boxes = entry.traffic(decision.number).at_least(entry.own)
        if entry.tier != target.tier:
            boxes = _common(boxes, packets)
            passes = [
                box
                for one, n in passing(decision, sequence, boxes)
                for box in _may_pass(one, n, sequence, sets)
            ]
            boxes = subtract(boxes, passes)
        for box in boxes:
            required |= box.conditions
        certain += boxes
    known = {
        condition
        for condition in required
        if any(_follows(condition, given) for given in wanted.negatives)
    }
    packets = tuple(box._replace(conditions=box.conditions | known) for box in packets)
    return covered(packets, certain)


def _follows(condition: Condition, given: Condition) -> bool:
    """Whether no object matches a selector because none matches a wider one."""
    if condition == given:
        return True
    if condition[:2] != given[:2] or condition[0] != 'no':
        return False
    return KUBERNETES.implies(read(condition[2]), read(given[2])) is True


def _may_pass(
    entry: Entry, number: int, sequence: Sequence, sets: tuple[NetworkSet, ...] | None
) -> Iterator[Box]:
    """All packets that a rule might match, whatever else has the address."""
    traffic = entry.traffic(number)
    for box in traffic.boxes:
        box = box._replace(own=meet_labels(entry.own, traffic.own), conditions=frozenset())
        if not box.own:
            continue
        if box.peer == EVERYTHING or any(KNOWN in cube and cube[KNOWN].absent for cube in box.peer):
            # A network set more can only keep packets from it.
            yield box
        elif sets is None:
            yield box._replace(peer=EVERYTHING)
        else:
            yield box
            for one in sets:
                if any(_may_have(one, cube) for cube in box.peer):
                    yield from _of_set(box, one, sequence)


def _may_have(one: NetworkSet, cube: Cube) -> bool:
    """Whether a network set may have labels of a cube; those of its namespace are not known."""
    labels = dict(one.labels)
    if one.namespace:
        labels[NAMESPACE_KEY] = one.namespace
    return all(
        key == KNOWN
        or (one.namespace != '' and key.startswith(NAMESPACE_PREFIX))
        or (one.namespace is None and key == NAMESPACE_KEY)
        or values.takes(labels.get(key))
        for key, values in cube.items()
    )


def _of_set(box: Box, one: NetworkSet, sequence: Sequence) -> Iterator[Box]:
    addresses = ranges.union(map(on_line, one.nets))
    line = box.destination if sequence.own_is_source else box.source
    both = addresses if line == ALL_ADDRESSES else ranges.intersect(line, addresses)
    if both:
        box = box._replace(peer=EVERYTHING)
        yield (
            box._replace(destination=both) if sequence.own_is_source else box._replace(source=both)
        )
