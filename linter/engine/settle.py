"""Suppressions, applied to the findings of files once all of them are known."""

from __future__ import annotations

from linter.diagnostic import Diagnostic
from linter.engine.conditions import Conditions
from linter.engine.outcome import FileFindings, Outcome
from linter.engine.stamp import Stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.suppress.model import Suppression
    from linter.text.source import Span


def settled(outcome: Outcome, conditions: Conditions) -> Outcome:
    """The outcome, with the findings of its files parted by their suppressions."""
    for file in outcome.found:
        kept, suppressed = settle(file, conditions)
        outcome.diagnostics += kept
        outcome.suppressed += suppressed
    outcome.found = []
    return outcome


def settle(
    file: FileFindings, conditions: Conditions
) -> tuple[list[Diagnostic], list[tuple[Diagnostic, Suppression]]]:
    """What is to be reported of a file, and what its suppressions hide.

    A suppression that hides nothing is a finding itself, unless its rule does not run.
    """
    if not file.suppressions:
        return file.diagnostics, []
    from linter.suppress.apply import apply

    catalogue, target = conditions.catalogue, conditions.target
    rows = catalogue.facts.rows() if file.dormant else []
    # What another file suffers is suppressed there.
    own = [one for one in file.diagnostics if not one.suffers]
    others = [one for one in file.diagnostics if one.suffers]
    applied = apply(
        own,
        file.suppressions,
        runs=lambda rule: (
            catalogue.runs(rule) and (file.is_in_root or not catalogue.is_of_root(rule))
        ),
        require_reason=conditions.require_reason,
        dormant=[
            (row.rule, source, start)
            for fact, source, start in file.dormant
            for row in rows
            if row.fact == fact
        ],
        is_whole=file.is_whole,
    )
    stamp = Stamp(catalogue, target)
    stamped = (
        stamp.diagnostic(source, finding, None, target.admission, None)
        for source, finding in applied.extra
    )
    extra = [one for one in stamped if one is not None]
    if conditions.identify and extra:
        from linter.engine.identity import identified_later

        extra = identified_later(extra)
    return sorted([*applied.kept, *others, *extra], key=_place), list(applied.suppressed)


def _place(one: Diagnostic) -> tuple[tuple[int, int], int, str, str]:
    return one.source.position(one.span.start), one.span.end, one.rule, one.message


def ordered(found: list[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics by their places; what is reached through several aliases is written once."""
    if len(found) < 2:
        return found
    seen: set[tuple[tuple[int, int], Span, str, str]] = set()
    diagnostics: list[Diagnostic] = []
    for place, diagnostic in sorted(
        ((one.source.position(one.span.start), one) for one in found),
        key=lambda pair: (pair[0], pair[1].span.end, pair[1].rule, pair[1].message),
    ):
        key = (place, diagnostic.span, diagnostic.rule, diagnostic.message)
        if key not in seen:
            seen.add(key)
            diagnostics.append(diagnostic)
    return diagnostics
