"""Packets from and to the addresses of network sets."""

from __future__ import annotations

from collections.abc import Mapping

from linter.policy.effective import NAMESPACE_PREFIX
from linter.policy.effort import spend
from linter.policy.model import INGRESS, NetworkSet
from linter.policy.ranges import Ranges, intersect, union
from linter.policy.read import show_net
from linter.policy.rule_boxes import on_line
from linter.policy.selector_sets import EVERYTHING, Cubes
from linter.policy.space import Boxes, possible

Labels = Mapping[str, str]


def peer_of(direction: str) -> str:
    """The side of a rule on which its peer is."""
    return 'source' if direction == INGRESS else 'destination'


def addresses_of(one: NetworkSet) -> Ranges:
    """All addresses of a set, on the line that both families share."""
    return union(map(on_line, one.nets))


def cut(boxes: Boxes, direction: str, labels: Labels, addresses: Ranges, is_sure: bool) -> Boxes:
    """What of a rule's packets comes from, or goes to, addresses that have these labels."""
    found = []
    named_port = 'port', peer_of(direction)
    for box in boxes:
        # Sets have no ports with names.
        if any(condition[:2] == named_port for condition in box.conditions):
            continue
        if not takes(box.peer, labels, is_sure):
            continue
        box = box._replace(peer=EVERYTHING)
        if direction == INGRESS:
            box = box._replace(source=intersect(box.source, addresses))
        else:
            box = box._replace(destination=intersect(box.destination, addresses))
        part = possible(box) if box.source and box.destination else None
        if part is not None:
            found.append(part)
    return tuple(found)


def takes(cubes: Cubes, labels: Labels, is_sure: bool) -> bool:
    """Whether labels are taken, surely or perhaps: a namespace may have more than are known."""
    spend(len(cubes))
    return any(
        all(
            not is_sure
            if key not in labels and key.startswith(NAMESPACE_PREFIX)
            else values.takes(labels.get(key))
            for key, values in cube.items()
        )
        for cube in cubes
    )


def network_in(one: NetworkSet, parts: list[Ranges]) -> str | None:
    """The first network of a set that is among these addresses, or an address of it."""
    for net in one.nets:
        whole = on_line(net)
        for part in parts:
            left = intersect(part, (whole,))
            if left:
                first = left[0][0] - whole[0] + net.first
                return show_net(net if left == (whole,) else net._replace(first=first, last=first))
    return None
