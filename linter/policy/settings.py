"""What objects of Calico's other kinds say that the rules about policies want to know.

Which fields those are, the rows ``setting-…`` of ``schemas/spec/meaning.md`` say.
"""

from __future__ import annotations

from linter.calico.ownership import field, text_of
from linter.policy.model import DIRECTIONS, FailsafePorts, HostMaker, Place
from linter.yaml.nodes import MappingNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.policy.semantics import Semantics
    from linter.yaml.nodes import Node, Scalar

    Entry = tuple[Scalar, Node]


def setting(
    node: MappingNode, semantics: Semantics, place: Place
) -> HostMaker | FailsafePorts | None:
    """What an object says; None: nothing that anybody wants to know."""
    kind = text_of(field(node, 'kind'))
    maker, path, wanted = semantics.setting('setting-host-maker')
    if kind == maker:
        return HostMaker(place) if text_of(_field_at(node, path)) == wanted else None
    found = []
    for direction in DIRECTIONS:
        owner, path, _ = semantics.setting(f'setting-failsafe-{direction}')
        if kind == owner and _field_at(node, path) is not None:
            found.append(direction)
    return FailsafePorts(tuple(found), place) if found else None


def _field_at(node: MappingNode, path: tuple[str, ...]) -> Entry | None:
    """A field deep inside an object."""
    entry: Entry | None = None
    value: Node = node
    for name in path:
        entry = field(value, name) if isinstance(value, MappingNode) else None
        if entry is None:
            return None
        value = entry[1]
    return entry
