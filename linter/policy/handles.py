"""Labels by which what a selector selects can be looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from linter.calico.selector.meaning import And, Compare, Has, Member, Or, Selector
from linter.policy.effective import NAMESPACE, ORCHESTRATOR, policy_selector, read
from linter.policy.model import Policy

# Labels by which nearly every policy can be found, and so none quickly.
_COMMON = frozenset((NAMESPACE, ORCHESTRATOR))
Handles = list[tuple[str, str | None]]
_MANY = 64
_DEEP = 16


class Handled:
    """Policies, to be looked up by the labels of an endpoint."""

    __slots__ = ('_found', 'policies')

    def __init__(self, policies: Iterable[Policy]) -> None:
        self.policies = tuple(policies)
        self._found: dict[tuple[str, str, str | None], list[Policy]] = {}
        for policy in self.policies:
            text = policy_selector(policy)
            handles = _handles(text) if text else None
            for key, value in handles or (('', None),):
                self._found.setdefault((policy.namespace or '', key, value), []).append(policy)

    def candidates(self, namespace: str, labels: Mapping[str, str]) -> Iterator[Policy]:
        """Policies that may govern an endpoint; all that do are among them, some twice."""
        for scope in {namespace, ''}:
            yield from self._found.get((scope, '', None), ())
            for key, value in labels.items():
                yield from self._found.get((scope, key, value), ())
                yield from self._found.get((scope, key, None), ())


class Texts:
    """Selectors, to be looked up by labels that they may take."""

    __slots__ = ('_found',)

    def __init__(self, texts: Iterable[str]) -> None:
        self._found: dict[tuple[str, str | None], list[str]] = {}
        for text in texts:
            for handle in (_handles(text) if text else None) or (('', None),):
                self._found.setdefault(handle, []).append(text)

    def candidates(self, labels: Mapping[str, str]) -> Iterator[str]:
        """Selectors that may take the labels; all that do are among them, some twice."""
        yield from self._found.get(('', None), ())
        for key, value in labels.items():
            yield from self._found.get((key, value), ())
            yield from self._found.get((key, None), ())


@lru_cache(maxsize=1 << 14)
def _handles(text: str) -> Handles | None:
    return handles_of(read(text))


def handles_of(selector: Selector, depth: int = 0) -> Handles | None:
    """Labels of which whatever is selected has one: (key, value), or (key, None) for any value.

    None where no such labels are to be had, or only by looking deep into parentheses.
    """
    if depth > _DEEP:
        return None
    if isinstance(selector, Compare):
        if selector.operator == '!=' or selector.key in _COMMON:
            return None
        return [(selector.key, selector.value if selector.operator == '==' else None)]
    if isinstance(selector, Has):
        return None if selector.key in _COMMON else [(selector.key, None)]
    if isinstance(selector, Member):
        if selector.negated or selector.key in _COMMON or len(selector.values) > _MANY:
            return None
        return [(selector.key, value) for value in selector.values]
    if isinstance(selector, And):
        best: Handles | None = None
        for operand in selector.operands:
            found = handles_of(operand, depth + 1)
            if found is not None and (best is None or _cost(found) < _cost(best)):
                best = found
        return best
    if isinstance(selector, Or):
        every: Handles = []
        for operand in selector.operands:
            found = handles_of(operand, depth + 1)
            if found is None or len(every) + len(found) > _MANY:
                return None
            every += found
        return every
    return None


def _cost(handles: Handles) -> tuple[bool, int]:
    return any(value is None for _, value in handles), len(handles)
