"""One file in, as bytes: its findings and its suppressions. Opens nothing, prints nothing."""

from __future__ import annotations

from collections.abc import Iterable

from linter.calico.lists import ListFinding
from linter.calico.parsed_file import (
    BROKEN,
    FOREIGN,
    OURS,
    RUNS_ON,
    TEMPLATE,
    ParsedDocument,
    ParsedFile,
    parse_bytes,
)
from linter.calico.placeholders import placeholder_at
from linter.calico.prefilter import NOT_CALICO, documents_in, may_be_calico
from linter.calico.target import Target
from linter.calico.templates import is_template, may_hold_kinds
from linter.catalogue.catalogue import Catalogue
from linter.diagnostic import Diagnostic, Finding, ObjectRef
from linter.engine.conditions import Conditions
from linter.engine.conditions import conditions as of_target
from linter.engine.judge import Judge, reference_of
from linter.engine.outcome import FileFindings, Outcome
from linter.engine.settle import ordered, settled
from linter.engine.stamp import Stamp, placeholder
from linter.quick.read import Reader, reader
from linter.text.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.yaml.nodes import MappingNode

TEMPLATES = 'templates'
"""Why a document was passed over that only parses once it is rendered, in the summary."""
MARKDOWN = ('.md', '.markdown')
"""How the names of files end that hold YAML in blocks."""
OLD_API = ('v2-unreleased', 'legacy-v1')
"""The facts of the finding that a document gets for its API alone."""
# How a suppression starts, and how it is misspelt.
_MARKS = ('calico-lint', 'calicolint', 'calico_lint', 'calico lint')


class FileCheck:
    """A file while it is checked, part by part."""

    def __init__(self, path: str, conditions: Conditions, is_inner: bool = False) -> None:
        self.path = path
        self.conditions = conditions
        self.target = conditions.target
        self.outcome = Outcome()
        self.file = FileFindings(path)
        self.stamp = Stamp(conditions.catalogue, conditions.target)
        self.judge = Judge(self.stamp, self.file, self.outcome, conditions.surroundings)
        # Within what is inside another document nothing more is looked for.
        self.looks_inside = not is_inner
        if conditions.summarise and not is_inner:
            from linter.engine.summaries import Summaries

            self.judge.summaries = Summaries(
                self.outcome, self.target, conditions.dataplane, conditions.surroundings
            )
        self.next_line = 1
        self.parts = 0
        # How many documents are Calico's, readable or not, and what is said of those beside them
        # that are nobody's.
        self.ours = 0
        self.empty: list[Diagnostic] = []

    def within(self, conditions: Conditions) -> FileCheck:
        """The check of a text inside the file."""
        inner = FileCheck(self.path, conditions, is_inner=True)
        inner.judge.share(self.judge)
        return inner

    def part(self, data: bytes, last: bool) -> None:
        """Read and judge the next part of the file."""
        line = self.next_line
        self.next_line += data.count(b'\n') + data.count(b'\r') - data.count(b'\r\n')
        self.parts += 1
        parsed = parse_bytes(
            self.path,
            data,
            line,
            first_index=self.outcome.documents,
            continued=self.parts > 1,
            last=last,
        )
        self.parsed(parsed, last)

    def parsed(self, parsed: ParsedFile, last: bool) -> None:
        """Judge a part of the file."""
        partial: set[int] = set()
        found = self.file.diagnostics
        begin = len(found)
        text = parsed.source.text
        # A suppression may be one too many, so with any about every document is judged.
        is_named = self.conditions.surroundings.namespace is not None
        quick = None
        if 'lint' not in text.lower() and not is_named:
            quick = reader(self.target, self.conditions.catalogue)
        for document in parsed.documents:
            self.outcome.documents += 1
            try:
                if quick is not None and self.is_surely_clean(document, quick):
                    continue
                if not self.document(document):
                    partial.add(document.index)
            except MemoryError:
                raise
            except Exception as error:
                # What is found in the other documents is not lost.
                partial.add(document.index)
                self.judge.broke(f'document {document.index + 1}', error)
        found[begin:] = self.completed(parsed, found[begin:])
        self.find_suppressions(parsed, partial, more=not last)

    def is_surely_clean(self, document: ParsedDocument, quick: Reader) -> bool:
        """Whether there is nothing to say about a document, which then is not parsed."""
        text, start = document.source.text, document.slice.start
        if document.may_be_bad:
            return False
        if start and text[text.rfind('\n', 0, start - 1) + 1 : start].rstrip(' \r\n') != '---':
            return False  # text on the line of the marker
        dormant = quick.document(text[start : document.slice.end].replace('\r\n', '\n'))
        if dormant is None:
            return False
        self.ours += 1
        self.outcome.checked += 1
        self.file.dormant += [(fact, document.source, start) for fact in dormant]
        if self.judge.summaries is not None:
            for found in document.objects:
                if not isinstance(found, ListFinding):
                    self.judge.summarise(document.source, found)
        return True

    def completed(self, parsed: ParsedFile, found: list[Diagnostic]) -> list[Diagnostic]:
        """The findings of a part with what takes all of it to know."""
        if any(one.fact in OLD_API for one in found):
            found = self.migrated(parsed, found)
        if '*' in parsed.source.text and any(one.fix is not None for one in found):
            from linter.engine.shared_anchors import demoted

            found = demoted(parsed, found)
        if self.conditions.identify:
            from linter.engine.identity import identified

            found = identified(parsed, found)
        return found

    def document(self, document: ParsedDocument) -> bool:
        """Judge a document; whether all of it that is Calico's could be."""
        whose = document.whose
        if whose == FOREIGN and self.is_broken_patch(document):
            whose = BROKEN
        if whose == TEMPLATE:
            self.note_template(document)
        elif whose == BROKEN:
            self.ours += 1
            self.outcome.checked += 1
            self.note_broken(document)
            if self.judge.summaries is not None:
                self.judge.summaries.broken(document)
        elif whose == RUNS_ON:
            self.outcome.checked += 1
            self.note_unread(document)
        elif whose == OURS:
            self.ours += 1
            self.note_unread(document)
            is_whole = True
            around: MappingNode | None = None
            reference = ObjectRef(None, None, None, None, document.index)
            for found in document.objects:
                if isinstance(found, ListFinding):
                    lane = self.target.lane(found.api).name
                    if found.node is not around:
                        # A List may have as many mistakes as it has fields.
                        around = found.node
                        reference = reference_of(around, document.index)
                    self.judge.report(document.source, found.finding, 'List', lane, reference)
                else:
                    is_whole &= self.judge.object(document.source, found, document.index)
            return is_whole
        elif not self.inner(document):
            self.note_between(document)
            self.outcome.skip(NOT_CALICO)
        return True

    def is_broken_patch(self, document: ParsedDocument) -> bool:
        """Whether it cannot be read, and a kustomization says that it is for an object of ours."""
        target = self.conditions.surroundings.patch_target
        if target is None or target.maybe or document.read()[1] is None:
            return False
        return not is_template(document.source.text, document.slice)

    def inner(self, document: ParsedDocument) -> bool:
        """Judge what of Calico's is inside a document of somebody else's; whether there is any."""
        if not self.looks_inside:
            return False
        # Imported lazily: few files have such documents.
        from linter.engine.inner import judge, may_have

        if not may_have(document, self.conditions):
            return False
        before = self.outcome.checked
        judge(self, document)
        document.is_host = self.outcome.checked > before
        self.ours += document.is_host
        if document.is_host and self.conditions.embedded and self.judge.summaries is not None:
            self.judge.summaries.inner(document)
        return document.is_host

    def report(self, document: ParsedDocument, finding: Finding, lane: str) -> None:
        reference = ObjectRef(None, None, None, None, document.index)
        self.judge.report(document.source, finding, None, lane, reference)

    def note_unread(self, document: ParsedDocument) -> None:
        """Text that no reader of Calico ever sees."""
        if document.rest is not None or document.lost is not None:
            # Imported lazily: most files are one document.
            from linter.engine.around import unread

            for finding in unread(document):
                self.report(document, finding, self.target.admission)

    def note_between(self, document: ParsedDocument) -> None:
        """A document beside those of Calico, on which calicoctl or kubectl may refuse the file."""
        from linter.engine.around import between

        finding = between(document)
        if finding is None:
            return
        reference = ObjectRef(None, None, None, None, document.index)
        found = self.stamp.diagnostic(
            document.source, finding, None, self.target.admission, reference
        )
        if found is not None:
            self.empty.append(found)

    def note_template(self, document: ParsedDocument) -> None:
        self.outcome.skip(TEMPLATES)
        if not may_hold_kinds(document.source.text, document.slice):
            return
        if self.judge.summaries is not None:
            self.judge.summaries.template(document)
        start, end = document.slice.start, document.slice.end
        text = document.source.text
        while start < end and text[start] in ' \t\r\n':
            start += 1
        self.outcome.templates.append(f'{self.path}:{document.source.position(start)[0]}')

    def note_broken(self, document: ParsedDocument) -> None:
        error = document.error
        assert error is not None
        from linter.engine.around import fact_of

        fact = fact_of(error)
        hole = placeholder_at(document.source.text, error.offset)
        if fact == 'yaml-syntax' and hole is not None:
            lane = self.target.lane(document.apparent_api or 'v3').name
            self.report(document, placeholder('placeholder', hole), lane)
            return
        message = f'{error.message}: {error.hint}' if error.hint else error.message
        end = min(error.offset + 1, max(document.slice.end, error.offset))
        fix = None
        if fact == 'yaml-syntax':
            # Imported lazily: few files are broken.
            from linter.calico.lost_line import hint
            from linter.calico.repair import quote_selectors

            fix = quote_selectors(document.source.text, document.slice)
            better = hint(document.source.text, document.slice, error)
            if better is not None:
                message = f'{error.message}: {better}'
        span = Span(error.offset, max(end, error.offset))
        lane = self.target.lane(document.apparent_api or 'v3').name
        self.report(document, Finding(fact, span, message, fix=fix), lane)

    def migrated(self, parsed: ParsedFile, found: list[Diagnostic]) -> list[Diagnostic]:
        """The finding about an old API says what makes v3 of the document, or stands in the way.

        When the part is judged, because a name may clash with one further down.
        """
        places = {one.span: number for number, one in enumerate(found) if one.fact in OLD_API}
        found = list(found)
        # Imported lazily: few files have such documents.
        from linter.migrate.migration import migrate

        try:
            for migration in migrate(parsed, self.target, self.stamp.catalogue.whole):
                number = next((places[span] for span in migration.places if span in places), None)
                if number is not None:
                    found[number] = found[number]._replace(
                        fix=migration.fix, related=migration.obstacles
                    )
        except Exception as error:
            self.judge.broke('the migration', error)
        return found

    def find_suppressions(self, parsed: ParsedFile, partial: set[int], more: bool) -> None:
        """Those of a part that was judged."""
        folded = parsed.source.text.lower() if self.conditions.suppress else ''
        if 'lint' in folded and any(mark in folded for mark in _MARKS):
            # Imported lazily: most files suppress nothing.
            from linter.suppress.find import find

            try:
                self.file.suppressions += find(
                    parsed, self.stamp.catalogue, partial=partial, more=more
                )
            except Exception as error:
                self.judge.broke('the search for suppressions', error)
        self.file.is_whole &= not partial and not any(
            document.whose in (BROKEN, TEMPLATE) for document in parsed.documents
        )

    def finish(self) -> Outcome:
        """What came of the file: findings in order, and suppressions that are not yet applied."""
        found = self.file.diagnostics
        if self.ours and self.outcome.documents > 1:
            # Alone, or among other people's documents, these are no mistake of Calico's.
            empty = self.empty
            if self.conditions.identify and empty:
                from linter.engine.identity import identified_later

                empty = identified_later(empty)
            found += empty
        if self.outcome.documents > 1:
            found = [one for one in found if one.fact != 'list-empty']
        diagnostics = ordered(found)
        if self.judge.raw_edits:
            from linter.engine.raw_types import with_raw_fix

            diagnostics = with_raw_fix(diagnostics, self.judge.raw_edits)
        self.file.diagnostics = diagnostics
        if not (self.ours or self.outcome.checked):
            self.file.suppressions = []
        if diagnostics or self.file.suppressions:
            self.outcome.found.append(self.file)
        self.outcome.files = 1
        return self.outcome


def check_parts(path: str, parts: Iterable[bytes], conditions: Conditions) -> Outcome:
    """Check one file that is read in parts, each but the first beginning with ``\\n---``.

    Its suppressions are found, and not yet applied: see ``settle``.
    """
    if conditions.markdown and path.lower().endswith(MARKDOWN):
        from linter.engine.markdown import check_markdown

        return check_markdown(path, b''.join(parts), conditions)
    file = FileCheck(path, conditions)
    waiting: bytes | None = None
    for part in parts:
        if waiting is not None:
            file.part(waiting, last=False)
        waiting = part
    file.part(waiting or b'', last=True)
    return file.finish()


def check_parsed(parsed: ParsedFile, conditions: Conditions) -> Outcome:
    """Check one file by itself, its suppressions applied."""
    file = FileCheck(parsed.source.path, conditions)
    file.parsed(parsed, last=True)
    return settled(file.finish(), conditions)


def check(
    path: str,
    data: bytes,
    target: Target,
    catalogue: Catalogue,
    suppress: bool = True,
    require_reason: bool = False,
    profile: str = 'default',
) -> Outcome:
    """Check one file by itself with every rule of a profile, its suppressions applied."""
    if not may_be_calico(data):
        outcome = Outcome()
        outcome.files = 1
        outcome.documents = documents_in(data)
        outcome.skip(NOT_CALICO, outcome.documents)
        return outcome
    return check_parsed(
        parse_bytes(path, data), of_target(target, catalogue, suppress, require_reason, profile)
    )
