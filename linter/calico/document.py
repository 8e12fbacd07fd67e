"""A Calico document as the rules see it."""

from __future__ import annotations

from linter.calico.decoded import Decoded, Problem
from linter.calico.kinds import KINDS, POLICY_KINDS
from linter.calico.surroundings import ALONE, Surroundings
from linter.calico.values import Leaf, Object
from linter.text.source import Source, Span
from linter.yaml.nodes import MappingNode, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


class Document:
    """A document of a checked kind; ``api`` is ``v3`` (so too of the raw CRDs) or ``v2``."""

    __slots__ = ('api', 'decoded', 'kind', 'node', 'root', 'source', 'surroundings')

    def __init__(
        self,
        source: Source,
        node: MappingNode,
        api: str,
        kind: str,
        decoded: Decoded,
        surroundings: Surroundings = ALONE,
    ) -> None:
        self.source = source
        self.node = node
        self.api = api
        self.kind = kind
        self.decoded = decoded
        self.surroundings = surroundings
        assert decoded.root is not None
        self.root: Object = decoded.root

    @property
    def metadata(self) -> Optional[Object]:
        return self.root.object('metadata')

    @property
    def spec(self) -> Optional[Object]:
        return self.root.object('spec')

    @property
    def problems(self) -> list[Problem]:
        return self.decoded.problems

    @property
    def is_policy(self) -> bool:
        return self.kind in POLICY_KINDS

    @property
    def is_namespaced(self) -> bool:
        return KINDS[self.kind].namespaced

    def inside(self, leaf: Leaf, start: int, end: Optional[int] = None) -> Span:
        """Characters ``start`` to ``end`` of a scalar's value, as a place in the source."""
        node = leaf.node
        if (
            not isinstance(node, Scalar)
            or not isinstance(leaf.value, str)
            or leaf.value != node.value
        ):
            return leaf.span
        from linter.yaml.positions import offset_in_source

        begin = offset_in_source(self.source.text, node, start)
        if end is None or end <= start + 1:
            return Span(begin, min(begin + 1, max(node.end, begin + 1)))
        last = offset_in_source(self.source.text, node, end - 1)
        return Span(begin, max(last, begin) + 1)
