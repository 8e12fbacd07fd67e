"""What is found in a root becomes findings of its files: placed, stamped, suppressed."""

from __future__ import annotations

from bisect import insort

from linter.diagnostic import Diagnostic, Finding, Place
from linter.engine.judge import reference_of
from linter.engine.outcome import FileFindings, Outcome
from linter.engine.stamp import Stamp
from linter.policy.kubernetes import objects
from linter.policy.view import RootFinding
from linter.run.one_file import conditions_of
from linter.run.sources import Owner, Sources, known
from linter.text.source import Span
from linter.workspace.options import Options
from linter.workspace.roots import LOOKS_AHEAD

_SAYS_MORE = {'deny-only': LOOKS_AHEAD}
"""Facts of a root, each with what is said of the same mistake where the document stands alone."""


class RootFindings:
    """The findings about one run's roots, as those of the run's files.

    ``around`` is what came of files that are only looked at for what they mean; ``named`` are the
    files that are to be checked, None where all are.
    """

    def __init__(
        self,
        outcome: Outcome,
        options: Options,
        sources: Sources,
        around: Outcome,
        named: set[str] | None,
    ) -> None:
        self._outcome = outcome
        self._options = options
        self._lookup = options.lookup()
        self._sources = sources
        self._files = {file.path: file for file in outcome.found}
        self._around = {file.path: file for file in around.found}
        self._named = named
        self._heard: set[str] = set()
        self._sorted: set[str] = set()

    def add(self, finding: RootFinding) -> None:
        """Add a finding to those of its file, at its token, unless it concerns nobody here."""
        path = finding.place.path
        sufferer: Diagnostic | None = None
        if self._named is not None and path not in self._named:
            moved = self._moved(finding, self._named)
            if moved is None:
                return
            finding, sufferer = moved
            path = finding.place.path
        file = self._files.get(path)
        owner = self._sources.owner(finding.place, finding.start)
        if file is None:
            file = FileFindings(path)
            file.is_in_root = True
        if finding.token and owner is not None:
            finding = self._at_token(finding, owner)
        if owner is not None and not owner.is_ours and path not in self._heard:
            self._heard.add(path)
            self._hear(file)
        diagnostic = self._diagnostic(finding, file)
        if diagnostic is None:
            return
        if sufferer is not None:
            diagnostic = diagnostic._replace(
                severity=sufferer.severity,
                identity=sufferer.identity,
                suffers=sufferer.source.path,
            )
        weaker = _SAYS_MORE.get(finding.fact)
        if weaker is not None:
            file.diagnostics = [
                one
                for one in file.diagnostics
                if one.fact != weaker or one.span.start != diagnostic.span.start
            ]
        if path not in self._files:
            self._files[path] = file
            self._outcome.found.append(file)
        if path not in self._sorted:
            self._sorted.add(path)
            file.diagnostics.sort(key=_position)
        insort(file.diagnostics, diagnostic, key=_position)

    def _at_token(self, finding: RootFinding, owner: Owner) -> RootFinding:
        """The finding at its token, where the object has it."""
        source = self._sources.source(finding.place)
        if source is None:
            return finding
        is_key = finding.token.endswith(':')
        begin = finding.place.start if is_key else finding.start
        at = _find_word(source.text, finding.token, begin, owner.node.end)
        if at == -1:
            return finding
        return finding._replace(start=at, end=at + len(finding.token))

    def _hear(self, file: FileFindings) -> None:
        """Find the suppressions in documents of Kubernetes' own, which nobody has looked for."""
        terms = conditions_of(file.path, self._options)
        if not terms.suppress:
            return
        from linter.suppress.find import find

        heard = {(one.source.first_line, one.span) for one in file.suppressions}
        for part in self._sources.parts(file.path):
            if 'lint' not in part.source.text.lower():
                continue
            source = known(part.source, file)
            for document in part.documents:
                root = document.root
                document.is_host |= root is not None and bool(objects(root))
            file.suppressions += [
                one._replace(source=source)
                for one in find(part, terms.catalogue)
                if (source.first_line, one.span) not in heard
            ]

    def _moved(
        self, finding: RootFinding, named: set[str]
    ) -> tuple[RootFinding, Diagnostic] | None:
        """A finding in a file that is not checked, at what makes it so in one that is.

        With it comes the finding as it is in its own file, whose settings hold. None: it is not
        wanted there, or nothing here makes it so.
        """
        cause = next((place for place, _ in finding.elsewhere if place.path in named), None)
        owner = None if cause is None else self._sources.owner(cause, cause.start)
        if cause is None or owner is None:
            return None
        sufferer = self._as_wanted(finding)
        if sufferer is None:
            return None
        place = finding.place._replace(start=finding.start, end=finding.end)
        source = self._sources.source(place)
        line = finding.place.line if source is None else source.position(finding.start)[0]
        moved = RootFinding(
            finding.fact,
            owner.kind,
            cause,
            cause.start,
            cause.end,
            f'this concerns {place.path}:{line}, too: {finding.message}',
            finding.hint,
            ((place, 'here'),),
        )
        return moved, sufferer

    def _as_wanted(self, finding: RootFinding) -> Diagnostic | None:
        """A finding as its own file's settings have it; None: it is not wanted there."""
        path = finding.place.path
        file = self._around.get(path)
        owner = self._sources.owner(finding.place, finding.start)
        if finding.token and owner is not None:
            finding = self._at_token(finding, owner)
        found = self._diagnostic(finding, file)
        settings = self._lookup.settings_for(path)
        if found is None or not settings.wants(found.rule) or found.fact in settings.passes:
            return None
        for one in () if file is None else file.suppressions:
            is_named = any(name.id == found.rule for name in one.names)
            if is_named and one.covers(found.source, found.span.start):
                return None
        severity = settings.severity.get(found.rule)
        return found if severity is None else found._replace(severity=severity)

    def _diagnostic(self, finding: RootFinding, file: FileFindings | None) -> Diagnostic | None:
        path = finding.place.path
        settings = self._lookup.settings_for(path)
        terms = conditions_of(path, self._options)
        source = self._sources.source(finding.place, file)
        owner: Owner | None = self._sources.owner(finding.place, finding.start)
        if source is None or owner is None:
            return None
        span = Span(finding.start, finding.end)
        lane = settings.target.lane(owner.api).name
        own: list[tuple[Span, str]] = []
        others: list[Place] = []
        for place, message in finding.elsewhere:
            there = self._sources.source(place, file if place.path == path else None)
            if there is None:
                continue
            if there is source:
                own.append((Span(place.start, place.end), message))
            else:
                others.append(Place(there, Span(place.start, place.end), message))
        found = Stamp(terms.catalogue, settings.target).diagnostic(
            source,
            Finding(finding.fact, span, finding.message, finding.hint, tuple(own)),
            finding.kind,
            lane,
            reference_of(owner.node, owner.number),
        )
        if found is None:
            return None
        found = found._replace(elsewhere=tuple(others))
        if terms.identify:
            from linter.engine.identity import identified_later

            (found,) = identified_later((found,))
        return found


def _find_word(text: str, word: str, start: int, end: int) -> int:
    """Where a word stands that is not a part of a longer one; -1: nowhere."""
    at = text.find(word, start, end)
    while at != -1:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not (_is_inner(before) or before == '/' or _is_inner(after)):
            return at
        at = text.find(word, at + 1, end)
    return -1


def _is_inner(char: str) -> bool:
    return char.isalnum() or char in ('.', ':', '_')


def _position(one: Diagnostic) -> tuple[tuple[int, int], int, str, str]:
    return one.source.position(one.span.start), one.span.end, one.rule, one.message
