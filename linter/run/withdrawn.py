"""Findings of one document that the other documents of its root answer.

What a rule says of a document alone, as that nothing decides behind a Log, may be said elsewhere in
the tier; and which ports are failsafe, a FelixConfiguration may say. Where the root is in view, the
finding is withdrawn.
"""

from __future__ import annotations

from linter.policy.dead_rule import asks_nothing
from linter.policy.effort import TooComplex
from linter.policy.index import LOG
from linter.policy.model import DIRECTIONS
from linter.policy.selecting import is_normal, selects_all_of
from linter.run.clusters import path_of
from linter.workspace.roots import LOOKS_AHEAD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from linter.diagnostic import Diagnostic
    from linter.engine.outcome import FileFindings
    from linter.policy.model import Policy
    from linter.policy.view import RootView

_FACT = LOOKS_AHEAD
_FAILSAFE = 'deny-failsafe'


def withdraw(files: Iterable[FileFindings], view: RootView) -> None:
    """Take away the findings of files for which something in the root makes up."""
    policies: dict[tuple[str, str, str | None, str], Policy] | None = None
    failsafes = {f'spec.{name}[' for one in view.failsafes for name in one.directions}
    # There may be several roots.
    paths = {path_of(record) for record in view.records} if failsafes else set()
    for file in files:
        if file.path in paths:
            file.diagnostics = [
                one
                for one in file.diagnostics
                if one.fact != _FAILSAFE or not (one.yaml_path or '').startswith(tuple(failsafes))
            ]
        if not any(one.fact == _FACT for one in file.diagnostics):
            continue
        if policies is None:
            policies = {(one.place.path, *one.identity): one for one in view.written}
        file.diagnostics = [
            one
            for one in file.diagnostics
            if one.fact != _FACT or not _is_answered(one, policies, view)
        ]


def _is_answered(
    found: Diagnostic, policies: dict[tuple[str, str, str | None, str], Policy], view: RootView
) -> bool:
    """Whether another policy of the tier decides whatever is left behind a Log."""
    owner, path = found.object, found.yaml_path or ''
    if owner is None:
        return False
    name = found.source.path, owner.kind or '', owner.namespace or '', owner.name or ''
    policy = policies.get(name)
    direction = next((one for one in DIRECTIONS if path.startswith(f'spec.{one}')), None)
    if policy is None or direction is None:
        return False
    # What is defined several times may be silent as well.
    for other in view.written:
        if other is policy or other.tier != policy.tier or direction not in other.directions:
            continue
        if other.staged or not is_normal(other):
            continue
        if not any(one.action != LOG and asks_nothing(one) for one in other.rules(direction)):
            continue
        try:
            if selects_all_of(other, policy):
                return True
        except TooComplex:
            continue
    return False
