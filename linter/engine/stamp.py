"""A finding meets the fact table: rule, severity and effect, or nothing where nobody minds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from linter.calico.placeholders import Hole, metadata_of_sops, placeholders
from linter.calico.target import Target, version_text
from linter.catalogue.catalogue import Catalogue
from linter.catalogue.facts import Row
from linter.diagnostic import Diagnostic, Finding, MistakeKey, ObjectRef, url_of
from linter.text.edit import Fix
from linter.text.source import Source, Span
from linter.yaml.edit import SAFE, UNSAFE
from linter.yaml.nodes import MappingNode

_GRAVITY = {'refused': 0, 'dropped': 1, 'ignored': 2, 'hazard': 3, None: 4}

Said = tuple[str, Finding]
"""The id of a rule, and what it says."""


class UnknownFact(Exception):
    """A rule names a fact that the table does not have."""

    def __init__(self, rule: str, fact: str) -> None:
        super().__init__(f'rule {rule} names the fact {fact!r}, which the table does not have')
        self.rule = rule


class Stamp:
    """Makes diagnostics of the findings in a source."""

    def __init__(self, catalogue: Catalogue, target: Target) -> None:
        self.catalogue = catalogue
        self.target = target

    def row(self, finding: Finding, kind: str | None, lane: str) -> Row | None:
        """The row in force, None where the target does not mind or the rule does not run.

        KeyError: there is no such fact.
        """
        row = self.catalogue.facts.find(finding.fact, kind, lane, self.target)
        return None if row is None or not self.catalogue.runs(row.rule) else row

    def diagnostic(
        self,
        source: Source,
        finding: Finding,
        kind: str | None,
        lane: str,
        object: ObjectRef | None,
    ) -> Diagnostic | None:
        """What becomes of a finding, None where nothing does."""
        row = self.row(finding, kind, lane)
        return None if row is None else self.stamped(source, finding, row, object)

    def settle(
        self,
        source: Source,
        said: Iterable[Said],
        kind: str,
        lane: str,
        object: ObjectRef,
        node: MappingNode,
        dormant: list[tuple[str, Source, int]],
        unknown: list[UnknownFact],
    ) -> Iterator[Diagnostic]:
        """The findings in an object that the target minds, of each mistake the gravest side.

        ``dormant`` gets the facts that another target would mind, ``unknown`` those that are none.
        """
        kept: list[tuple[Finding, Row]] = []
        mistakes: dict[MistakeKey, int] = {}
        for rule, finding in said:
            try:
                row = self.row(finding, kind, lane)
            except KeyError:
                unknown.append(UnknownFact(rule, finding.fact))
                continue
            if row is None:
                dormant.append((finding.fact, source, finding.span.start))
                continue
            if finding.same_mistake is not None:
                other = mistakes.get(finding.same_mistake)
                if other is not None:
                    kept[other] = _gravest(kept[other], (finding, row))
                    continue
                mistakes[finding.same_mistake] = len(kept)
            kept.append((finding, row))
        if kept:
            yield from self._without_holes(source, kept, kind, lane, object, node)

    def _without_holes(
        self,
        source: Source,
        kept: list[tuple[Finding, Row]],
        kind: str,
        lane: str,
        object: ObjectRef,
        node: MappingNode,
    ) -> Iterator[Diagnostic]:
        """What is wrong with a placeholder is said once, and only that it is one."""
        gone = metadata_of_sops(source.text, node)
        # They lie behind one another, so that at most the nearest one before a place holds it.
        holes = sorted(placeholders(source.text, node))
        filled: dict[int, list[tuple[Finding, Row]]] = {}
        for finding, row in kept:
            place = finding.span.start
            if gone is not None and gone.start <= place < gone.end:
                continue
            at = bisect_right(holes, place, key=_start)
            hole = holes[at - 1] if at else None
            if hole is None or place >= hole.span.end:
                yield self.stamped(source, finding, row, object)
            elif row.severity != 'info':
                filled.setdefault(at - 1, []).append((finding, row))
        for number, some in filled.items():
            finding, row = min(some, key=lambda one: _gravity(one[1]))
            fact = 'placeholder-unjudged'
            if row.effect == 'refused':
                is_kubernetes = row.refused_by == 'kubernetes'
                fact = 'placeholder-of-kubernetes' if is_kubernetes else 'placeholder'
            said = placeholder(fact, holes[number].place, finding.yaml_path)
            found = self.diagnostic(source, said, kind, lane, object)
            if found is not None:
                yield found

    def stamped(
        self, source: Source, finding: Finding, row: Row, object: ObjectRef | None
    ) -> Diagnostic:
        """A finding with what its row says."""
        message = finding.message
        if row.consequence is not None:
            message = f'{message}; {row.consequence}'
        return Diagnostic(
            source,
            finding.span,
            row.rule,
            row.severity,
            row.effect,
            row.refused_by,
            message,
            finding.hint,
            url_of(row.rule),
            finding.related,
            weighed(finding.fix, row.effect) if finding.fix is not None else None,
            object,
            finding.yaml_path,
            finding.fact,
            finding.about,
            confidence=row.confidence,
            calico_version=version_text(self.target.version),
        )


def placeholder(fact: str, span: Span, yaml_path: str | None = None) -> Finding:
    """What there is to say of something that is filled in later."""
    message = (
        'this looks like a placeholder that is filled in later, and Calico does not accept it as '
        'it stands: check the rendered document'
    )
    return Finding(fact, span, message, yaml_path=yaml_path)


def _gravest(one: tuple[Finding, Row], other: tuple[Finding, Row]) -> tuple[Finding, Row]:
    """Of two sides of a mistake the graver; of equals its root, else the first.

    A root that is not reported is related to what follows from it.
    """
    ranks = [(_gravity(row), not finding.is_root) for finding, row in (one, other)]
    (finding, row), (left, _) = (other, one) if ranks[1] < ranks[0] else (one, other)
    if left.is_root and left.span != finding.span:
        related = (*finding.related, (left.span, left.message))
        finding = finding._replace(related=related)
    return finding, row


_ADDITIONS = {
    'dropped': ', and enforce the policy, which is dropped today',
    'ignored': ', and give effect to what has none today',
}


def weighed(fix: Fix, effect: str | None) -> Fix:
    """A fix for a finding with this effect: nobody puts a policy in force without being asked.

    What is refused never came to the cluster; what is dropped or ignored is there, and the cluster
    runs as if it were not.
    """
    if effect not in _ADDITIONS:
        return fix
    applicability = UNSAFE if fix.applicability == SAFE else fix.applicability
    return Fix(fix.title + _ADDITIONS[effect], applicability, fix.edits)


def _start(hole: Hole) -> int:
    return hole.span.start


def _gravity(row: Row) -> tuple[int, bool]:
    """Less is graver; of two refusals, Calico's own."""
    return _GRAVITY[row.effect], row.refused_by != 'calico'
