"""Parts of a traffic rule that several lint rules look at."""

from __future__ import annotations

from collections.abc import Iterator

from linter import nets
from linter.values import Leaf, Object

LISTS = ('nets', 'notNets')


def networks(traffic: Object) -> Iterator[tuple[Leaf, nets.Net]]:
    """The CIDRs of a rule that parse, in source order, with the scalars that hold them."""
    found: list[tuple[Leaf, nets.Net]] = []
    for side in ('source', 'destination'):
        entity = traffic.object(side)
        if entity is None:
            continue
        for name in LISTS:
            for leaf in entity.leaves(name):
                net = nets.parse(leaf.text)
                if net is not None and net.prefix is not None:
                    found.append((leaf, net))
    found.sort(key=lambda pair: pair[0].span.start)
    yield from found
