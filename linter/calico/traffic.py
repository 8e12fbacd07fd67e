"""Parts of a traffic rule that several lint rules look at."""

from __future__ import annotations

from collections.abc import Iterator

from linter.calico import nets
from linter.calico.values import Leaf, Object

LISTS = ('nets', 'notNets')


def networks(traffic: Object) -> Iterator[tuple[Leaf, nets.Net]]:
    """The CIDRs of a rule that parse, in source order, with the scalars that hold them."""
    leaves: list[Leaf] = []
    for side in ('source', 'destination'):
        entity = traffic.object(side)
        if entity is None:
            continue
        for name in LISTS:
            if name in entity.fields:
                leaves += entity.leaves(name)
    if len(leaves) > 1:
        # Neither their order nor an alias's place is that of the source.
        leaves.sort(key=lambda leaf: leaf.node.start)
    for leaf in leaves:
        net = nets.parse(leaf.text)
        if net is not None and net.prefix is not None:
            yield leaf, net
