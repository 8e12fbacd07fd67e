"""What came of a run, or of one file of it: findings, suppressions, and what was seen."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from typing: importing that would double the time that a run without policies takes.

    from linter.diagnostic import Diagnostic
    from linter.policy.model import Record, Unusable
    from linter.suppress.model import Suppression
    from linter.text.source import Source


class FileFindings:
    """What a file yields, in its order: its findings, and what its suppressions say of them.

    ``dormant`` are rule and place of what another version or lane would mind. ``is_whole``: no
    document of the file was left out, as a template or a broken one is. ``is_in_root``: the rules
    of a root have seen it, and had their say.
    """

    __slots__ = (
        'diagnostics', 'dormant', 'is_in_root', 'is_whole', 'path', 'suppressions',
    )  # fmt: skip

    def __init__(self, path: str) -> None:
        self.path = path
        self.diagnostics: list[Diagnostic] = []
        self.suppressions: list[Suppression] = []
        self.dormant: list[tuple[str, Source, int]] = []
        self.is_whole = True
        self.is_in_root = False


class Outcome:
    """One accumulating value for a file, a part of a run, and a run.

    ``found`` are the files that yield anything; ``diagnostics`` what is to be reported, once
    suppressions are applied, and ``suppressed`` what is not, with what hides it. ``skipped`` counts
    documents by reason; ``templates`` are the ``path:line`` of those left out as such. ``errors``
    are files that could not be checked and bugs of ours, which hide nothing else. ``mistakes`` are
    those in configuration files, by the file; ``known`` the findings that the baseline has, None
    where there is no baseline; ``paths`` the files of the whole run, excluded ones too. ``passed``
    counts the findings that do not hold for the edition of Calico; ``notes`` are sentences about
    the run. ``records`` are summaries of documents, where they were asked for, in order, and
    ``placeless`` the files in whose summaries no place is known but the file; ``texts`` are those
    that no disk has. ``kubernetes`` are the files that may hold policies of Kubernetes' own, or
    patches, ``others`` those that may hold other objects of its that a rule of a root asks for, and
    ``namespaces`` those with Namespaces alone.
    """

    __slots__ = (
        'checked', 'diagnostics', 'documents', 'errors', 'files', 'found', 'known', 'kubernetes',
        'mistakes', 'namespaces', 'notes', 'others', 'passed', 'paths', 'placeless', 'records',
        'skipped', 'suppressed', 'templates', 'texts',
    )  # fmt: skip

    def __init__(self) -> None:
        self.found: list[FileFindings] = []
        self.diagnostics: list[Diagnostic] = []
        self.suppressed: list[tuple[Diagnostic, Suppression]] = []
        self.known: list[Diagnostic] | None = None
        self.files = 0
        self.documents = 0
        self.checked = 0
        self.skipped: dict[str, int] = {}
        self.templates: list[str] = []
        self.errors: list[str] = []
        self.mistakes: dict[str, list[Diagnostic]] = {}
        self.paths: list[str] = []
        self.passed = 0
        self.notes: list[str] = []
        self.records: list[Record | Unusable] = []
        self.kubernetes: list[str] = []
        self.others: list[str] = []
        self.namespaces: list[str] = []
        self.placeless: list[str] = []
        self.texts: dict[str, bytes] = {}

    def replaced(
        self,
        diagnostics: list[Diagnostic],
        suppressed: list[tuple[Diagnostic, Suppression]],
        known: list[Diagnostic] | None,
    ) -> Outcome:
        """The same, with these findings in the place of its own."""
        other = Outcome()
        other.add(self)
        other.diagnostics, other.suppressed, other.known = diagnostics, suppressed, known
        return other

    def skip(self, reason: str, count: int = 1) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + count

    def add(self, other: Outcome) -> None:
        """What came of other files, behind what came of these."""
        self.found += other.found
        self.diagnostics += other.diagnostics
        self.suppressed += other.suppressed
        self.files += other.files
        self.documents += other.documents
        self.checked += other.checked
        self.passed += other.passed
        self.notes += other.notes
        self.records += other.records
        self.kubernetes += other.kubernetes
        self.others += other.others
        self.namespaces += other.namespaces
        self.placeless += other.placeless
        self.texts |= other.texts
        self.templates += other.templates
        self.errors += other.errors
        self.mistakes |= other.mistakes
        for reason, count in other.skipped.items():
            self.skip(reason, count)
