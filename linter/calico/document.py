"""A Calico document as the rules see it."""

from __future__ import annotations

from linter.calico.decoded import Decoded, Problem
from linter.calico.kinds import KINDS, POLICY_KINDS
from linter.calico.surroundings import ALONE, Surroundings
from linter.calico.values import Leaf, Object
from linter.text.source import Source, Span
from linter.yaml.nodes import MappingNode, Node, Scalar

# Ingress and egress: source and destination are places of two kinds already.
_ENOUGH = 2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any, TypeVar

    T = TypeVar('T')


class Document:
    """A document of a checked kind; ``api`` is ``v3`` (so too of the raw CRDs) or ``v2``."""

    __slots__ = (
        '_judged', '_nodes', 'answers', 'api', 'decoded', 'has_aliases', 'kind', 'node', 'root',
        'source', 'surroundings',
    )  # fmt: skip

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
        self.has_aliases = source.text.find('*', node.start, node.end) != -1
        self._judged: dict[Hashable, int] = {}
        self._nodes: set[tuple[str, int]] | None = None
        # Of the questions that are asked of all its problems, by the question.
        self.answers: dict[Any, Any] = {}

    @property
    def metadata(self) -> Object | None:
        return self.root.object('metadata')

    @property
    def spec(self) -> Object | None:
        return self.root.object('spec')

    @property
    def problems(self) -> list[Problem]:
        return self.decoded.problems

    @property
    def is_understood(self) -> bool:
        """Whether all of its fields are known, so that nothing else may limit what it does."""
        return all(problem.kind not in ('unknown', 'later') for problem in self.problems)

    def is_judged(self, what: Hashable) -> bool:
        """Whether something was judged often enough already; each call counts.

        Few bytes with aliases unfold to hundreds of thousands of values, and what is said of one
        node is said once. In how many kinds of places it stands makes a difference, but in how
        many places it does not.
        """
        if not self.has_aliases:
            return False
        count = self._judged[what] = self._judged.get(what, 0) + 1
        return count > _ENOUGH

    def has_problem(self, kind: str, node: Node) -> bool:
        """Whether there is a problem of a kind with a key or a value; quick, however many are."""
        if self._nodes is None:
            self._nodes = {
                (one.kind, id(what))
                for one in self.problems
                for what in (one.key, one.first, None if one.value is None else one.value.node)
            }
        return (kind, id(node)) in self._nodes

    @property
    def is_policy(self) -> bool:
        return self.kind in POLICY_KINDS

    @property
    def is_namespaced(self) -> bool:
        return KINDS[self.kind].namespaced

    def inside(self, leaf: Leaf, start: int, end: int | None = None) -> Span:
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


def once(ask: Callable[[Document], T]) -> Callable[[Document], T]:
    """A question that a document is asked once, however often somebody wants to know.

    It may have as many problems as it has lines, and a rule is called with each of them.
    """

    def answer(document: Document) -> T:
        if ask not in document.answers:
            document.answers[ask] = ask(document)
        found: T = document.answers[ask]
        return found

    return answer
