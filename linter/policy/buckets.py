"""Under what the policies of a sequence are looked up: a namespace, and a label with its value."""

from __future__ import annotations

from linter.policy.apart import first_label
from linter.policy.effort import TooComplex
from linter.policy.gate import CALICO
from linter.policy.point import ORCHESTRATOR
from linter.policy.selector_sets import NAMESPACE_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linter.policy.index import Entry
    from linter.policy.model import Policy
    from linter.policy.selector_sets import Cube

    Bucket = tuple[str | None, str | None, str | None]


class Met:
    """The labels by which policies can be looked up, to see whether two may select one endpoint."""

    def __init__(self) -> None:
        # By the namespace, '' for all of them together, and the key of a label.
        self._literals: dict[str | None, dict[str | None, set[str | None]]] = {}

    def may_meet(self, buckets: Iterable[Bucket]) -> bool:
        """Whether one of those that were added may select what these select."""
        for namespace, key, literal in buckets:
            scopes: tuple[str | None, ...] = ('',) if namespace is None else (namespace, None)
            for scope in scopes:
                for other, literals in self._literals.get(scope, {}).items():
                    # Two values of one label are on two endpoints.
                    if other != key or literal is None or literal in literals or None in literals:
                        return True
        return False

    def add(self, buckets: Iterable[Bucket]) -> None:
        """One more policy."""
        for namespace, key, literal in buckets:
            for scope in (namespace, ''):
                self._literals.setdefault(scope, {}).setdefault(key, set()).add(literal)


def buckets_of(entry: Entry) -> set[Bucket]:
    """Under what an endpoint that the policy selects can be looked up."""
    written = _as_written(entry.policy)
    if written is not None:
        return {written}
    try:
        return {bucket for cube in entry.own for bucket in _of_cube(cube)}
    except TooComplex:
        return {(None, None, None)}


def may_meet(buckets: set[Bucket], others: set[Bucket]) -> bool:
    """Whether there may be an endpoint that is found under both."""
    return any(
        (one[0] == other[0] or one[0] is None or other[0] is None)
        and (one[1] != other[1] or one[2] == other[2] or one[2] is None or other[2] is None)
        for one in buckets
        for other in others
    )


def _as_written(policy: Policy) -> Bucket | None:
    """The same where the text of its selector begins with the label, as that of most does."""
    text = policy.selector
    if policy.namespace is None or policy.namespace_selector or policy.service_account_selector:
        return None
    namespace = policy.namespace or None
    if not text:
        return namespace, None, None
    found = first_label(text)
    if found is None or '|' in text or CALICO in text or found[2][:4] not in ('', ' && '):
        return None
    return namespace, found[0], found[1]


def _of_cube(cube: Cube) -> Iterator[Bucket]:
    found = cube.get(NAMESPACE_KEY)
    namespaces: Iterable[str | None] = (None,)
    if found is not None and not found.absent and found.inside is not None:
        namespaces = found.inside
    handle: str | None = None
    literals: Iterable[str | None] = (None,)
    for key, values in cube.items():
        # Every pod has these two.
        if values.absent or key in (NAMESPACE_KEY, ORCHESTRATOR):
            continue
        if values.inside is not None:
            handle, literals = key, values.inside
            break
        if handle is None:
            handle = key
    for namespace in namespaces:
        for literal in literals:
            yield namespace, handle, literal
