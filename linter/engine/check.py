"""The middle: a source in, sorted diagnostics out. Opens nothing, prints nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Optional

from linter.calico.decode import decode
from linter.calico.document import Document
from linter.calico.kinds import API_VERSIONS, KINDS
from linter.calico.ownership import (
    UNRELEASED,
    CalicoObject,
    ListFinding,
    field,
    owned,
    span_of,
    text_of,
)
from linter.calico.prefilter import (
    NOT_CALICO,
    documents_in,
    may_be_calico,
    may_be_calico_text,
)
from linter.calico.target import Lane, Target, version_text
from linter.calico.templates import apparent_group, is_template, placeholders
from linter.catalogue import facts as fact_table
from linter.catalogue import rule as rules
from linter.catalogue.facts import Row
from linter.diagnostic import (
    Diagnostic,
    Finding,
    MistakeKey,
    ObjectRef,
    url_of,
)
from linter.engine.result import Result
from linter.text.edit import Edit, Fix
from linter.text.errors import shown_path
from linter.text.source import Source, Span
from linter.yaml.compose import compose
from linter.yaml.documents import (
    DocumentSlice,
    is_empty,
    split,
    unread,
)
from linter.yaml.encoding import BadEncoding, decode_bytes
from linter.yaml.errors import (
    BadBytes,
    TooDeep,
    TooManyAliases,
    YamlError,
)
from linter.yaml.nodes import MappingNode, Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.suppress.model import Suppression

_FACTS = {TooDeep: 'yaml-depth', TooManyAliases: 'yaml-aliases', BadBytes: 'yaml-encoding'}
_GRAVITY = {'refused': 0, 'dropped': 1, 'ignored': 2, 'hazard': 3, None: 4}


TEMPLATE = 'templates'
OLD_API = ('v2-unreleased', 'legacy-v1')
"""The facts of the finding that a document gets for its API alone."""
# How a suppression starts, and how it is misspelt.
_MARKS = ('calico-lint', 'calicolint', 'calico_lint', 'calico lint')


class _Run:
    """The state of checking one file."""

    def __init__(
        self,
        path: str,
        target: Target,
        suppress: bool = True,
        require_reason: bool = False,
    ) -> None:
        self.path = path
        self.suppress = suppress
        self.require_reason = require_reason
        # The documents of the part in hand, and those of them that were not judged to the end.
        self.trees: list[tuple[DocumentSlice, Optional[Node]]] = []
        self.partial: set[int] = set()
        self.is_whole = True
        self.suppressions: list[Suppression] = []
        # Facts that this target does not mind, and where.
        self.dormant: list[tuple[str, Source, int]] = []
        self.source = Source(path, '')
        self.target = target
        self.line: Optional[int] = None
        self.found: list[Diagnostic] = []
        self.documents = 0
        self.checked = 0
        self.skipped: dict[str, int] = {}
        self.templates: list[str] = []
        # The one finding about raw resources, and what would make v3 of all of them.
        self.raw: Optional[Source] = None
        self.raw_edits: list[Edit] = []
        self.empty: list[Diagnostic] = []
        self.calico_chunks = 0
        self.errors: list[str] = []
        self.bugs: set[str] = set()

    def skip(self, reason: str) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def stamp(
        self,
        finding: Finding,
        row: Row,
        object: Optional[ObjectRef],
    ) -> Diagnostic:
        message = finding.message
        if row.consequence is not None:
            message = f'{message}; {row.consequence}'
        return Diagnostic(
            self.source,
            finding.span,
            row.rule,
            row.severity,
            row.effect,
            row.refused_by,
            message,
            finding.hint,
            url_of(row.rule),
            finding.related,
            finding.fix,
            object,
            finding.yaml_path,
            finding.fact,
        )

    def report(
        self,
        finding: Finding,
        kind: Optional[str],
        lane: str,
        object: Optional[ObjectRef],
    ) -> None:
        """A finding of the engine's own, whose rule is the one that its fact's row names."""
        row = fact_table.load().find(finding.fact, kind, lane, self.target)
        if row is not None:
            self.found.append(self.stamp(finding, row, object))

    def part(self, data: bytes, last: bool) -> None:
        """The next part of the file."""
        continued = self.line is not None
        first_line = self.line or 1
        self.line = first_line + data.count(b'\n') + data.count(b'\r') - data.count(b'\r\n')
        bad: Optional[BadEncoding] = None
        try:
            text = decode_bytes(data)
        except BadEncoding as error:
            bad = error
            text = error.text
        self.source = Source(self.path, text, first_line)
        base = self.documents
        if bad is not None and not bad.has_documents:
            self.chunk(DocumentSlice(base, 0, len(text)), bad)
            self.find_suppressions(last)
            return
        # The marker with which the next part begins ends the last document of this one.
        for chunk in split(text if last else text + '\n---'):
            if not continued:
                self.chunk(DocumentSlice(base + chunk.index, chunk.start, chunk.end), bad)
            elif chunk.index:
                # What stands before the marker belongs to the part before.
                self.chunk(DocumentSlice(base + chunk.index - 1, chunk.start, chunk.end), bad)
        self.migrate()
        self.find_suppressions(last)

    def migrate(self) -> None:
        """Add to the finding about an old API what makes v3 of the document, or stands in the way.

        When the part is judged, for a name may clash with one further down.
        """
        places = {
            one.span: number
            for number, one in enumerate(self.found)
            if one.fact in OLD_API and one.source is self.source
        }
        if not places:
            return
        from linter.migrate.migration import migrate

        try:
            for migration in migrate(self.source, self.trees, self.target):
                number = next((places[span] for span in migration.places if span in places), None)
                if number is not None:
                    self.found[number] = self.found[number]._replace(
                        fix=migration.fix, related=migration.obstacles
                    )
        except Exception:
            self.broke('the migration')

    def find_suppressions(self, last: bool) -> None:
        """Those of the part that was just judged."""
        folded = self.source.text.lower() if self.suppress else ''
        if 'lint' in folded and any(mark in folded for mark in _MARKS):
            # Most files suppress nothing, and need not wait for what knows how.
            from linter.suppress import find

            known = {name.replace('_', '-') for name in rules.modules()}
            self.suppressions += find.find(
                self.source, self.trees, known, partial=self.partial, more=not last
            )
        self.is_whole &= not self.partial and all(root is not None for _, root in self.trees)
        self.trees, self.partial = [], set()

    def apply_suppressions(
        self, diagnostics: list[Diagnostic]
    ) -> tuple[list[Diagnostic], tuple[tuple[Diagnostic, Suppression], ...]]:
        if not self.suppressions or not (self.calico_chunks or self.checked):
            return diagnostics, ()
        from linter.suppress import apply as apply_

        rows = fact_table.load().rows() if self.dormant else []
        applied = apply_.apply(
            diagnostics,
            self.suppressions,
            require_reason=self.require_reason,
            dormant=[
                (row.rule, source, start)
                for fact, source, start in self.dormant
                for row in rows
                if row.fact == fact
            ],
            is_whole=self.is_whole,
        )
        self.found = []
        for source, finding in applied.extra:
            self.source = source
            self.report(finding, None, self.target.admission, None)
        kept = [*applied.kept, *self.found]
        kept.sort(key=lambda d: (d.source.position(d.span.start), d.span.end, d.rule, d.message))
        return kept, tuple(applied.suppressed)

    def chunk(self, chunk: DocumentSlice, bad: Optional[BadEncoding] = None) -> None:
        """Judge a document; ``bad`` says which bytes of the part are no text."""
        text = self.source.text
        self.documents += 1
        if not may_be_calico_text(text, chunk.start, chunk.end):
            if is_empty(text, chunk):
                self.note_empty(chunk)
            self.skip(NOT_CALICO)
            return
        try:
            if bad is not None:
                bad.check(chunk)
            root = compose(text, chunk)
        except YamlError as error:
            self.broken(chunk, error)
            return
        if root is None:
            self.skip(NOT_CALICO)
            return
        results = list(owned(root))
        if not results:
            rest = unread(text, chunk, root)
            if rest is not None and apparent_group(text, DocumentSlice(0, rest, chunk.end)):
                self.checked += 1
                self.trees.append((chunk, root))
                self.unread(chunk, root)
            else:
                self.skip(NOT_CALICO)
            return
        self.calico_chunks += 1
        self.trees.append((chunk, root))
        self.unread(chunk, root)
        for result in results:
            if isinstance(result, ListFinding):
                self.report(
                    result.finding,
                    'List',
                    self.target.lane(result.api).name,
                    _reference(result.node, chunk.index),
                )
            else:
                self.judge(result, chunk)

    def unread(self, chunk: DocumentSlice, root: Node) -> None:
        """Text that no reader of Calico ever sees."""
        text = self.source.text
        reference = ObjectRef(None, None, None, None, chunk.index)
        rest = unread(text, chunk, root)
        if rest is not None:
            self.report(
                Finding(
                    'unread-rest',
                    Span(rest, rest + 1),
                    'Calico reads one document up to here and nothing after it: '
                    'write --- on a line of its own between documents',
                ),
                None,
                self.target.admission,
                reference,
            )
        if chunk.start:
            begin = text.rfind('---', 0, chunk.start)
            line = text[begin : chunk.start]
            content = line.lstrip('-').strip()
            if content and not content.startswith(('#', '%')):
                at = begin + line.index(content[0], 3)
                self.report(
                    Finding(
                        'unread-marker',
                        Span(at, at + len(content)),
                        'calicoctl and kubectl throw away what stands behind --- on its line: '
                        'write it on the next line',
                    ),
                    None,
                    self.target.admission,
                    reference,
                )

    def note_empty(self, chunk: DocumentSlice) -> None:
        finding = Finding(
            'empty-document',
            Span(chunk.start, chunk.start),
            'this document of the stream is empty: remove the extra ---',
        )
        row = fact_table.load().find(finding.fact, None, self.target.admission, self.target)
        if row is not None:
            reference = ObjectRef(None, None, None, None, chunk.index)
            self.empty.append(self.stamp(finding, row, reference))

    def template(self, chunk: DocumentSlice) -> None:
        self.skip(TEMPLATE)
        self.trees.append((chunk, None))
        start = chunk.start
        text = self.source.text
        while start < chunk.end and text[start] in ' \t\r\n':
            start += 1
        self.templates.append(f'{self.source.path}:{self.source.position(start)[0]}')

    def broken(self, chunk: DocumentSlice, error: YamlError) -> None:
        text = self.source.text
        if is_template(text, chunk):
            self.template(chunk)
            return
        group = apparent_group(text, chunk)
        if group is None:
            self.skip(NOT_CALICO)
            return
        self.calico_chunks += 1
        self.checked += 1
        self.trees.append((chunk, None))
        fact = _FACTS.get(type(error), 'yaml-syntax')
        message = f'{error.message}: {error.hint}' if error.hint else error.message
        end = min(error.offset + 1, max(chunk.end, error.offset))
        fix = None
        if fact == 'yaml-syntax':
            from linter.calico.repair import quote_selectors

            fix = quote_selectors(text, chunk)
        self.report(
            Finding(fact, Span(error.offset, max(end, error.offset)), message, fix=fix),
            None,
            self.target.lane(group).name,
            ObjectRef(None, None, None, None, chunk.index),
        )

    def judge(self, owned: CalicoObject, chunk: DocumentSlice) -> None:
        lane = self.target.lane(owned.api)
        reference = _reference(owned.node, chunk.index)
        kind = owned.kind
        for finding in owned.findings:
            self.report(finding, kind, lane.name, reference)
        self.note_api(owned, lane, reference)
        if kind is None:
            self.partial.add(chunk.index)
            if owned.skipped is not None and not owned.findings:
                self.skip(owned.skipped)
            else:
                self.checked += 1
            return
        self.checked += 1
        if self.is_unknown(owned, kind, lane, reference):
            self.partial.add(chunk.index)
            return
        api = 'v2' if owned.api == 'v2' else 'v3'
        decoded = decode(owned.node, api, kind, self.target.version, lane)
        document = Document(self.source, owned.node, api, kind, decoded)
        self.settle(self.apply(document), kind, lane, reference, owned.node)

    def note_api(self, owned: CalicoObject, lane: Lane, reference: ObjectRef) -> None:
        """What is worth knowing about the API itself."""
        entry = field(owned.node, 'apiVersion')
        if entry is None:
            return
        place = span_of(entry[1])
        if owned.api == 'raw' and owned.kind is not None:
            self.note_raw(owned.kind, entry[1], lane, reference)
        if owned.api == 'v2':
            self.report(
                Finding(
                    'v2-unreleased',
                    place,
                    UNRELEASED,
                ),
                owned.kind,
                lane.name,
                reference,
            )

    def note_raw(self, kind: str, version: Node, lane: Lane, reference: ObjectRef) -> None:
        """Once a file that the store is written to; the fix is one for all of its documents."""
        if KINDS[kind].has_crd and isinstance(version, Scalar) and self.raw in (None, self.source):
            from linter.yaml.edit import write_word

            self.raw_edits += write_word(version, API_VERSIONS['v3']).edits
        if self.raw is None:
            self.raw = self.source
            self.report(
                Finding(
                    'raw-crd',
                    span_of(version),
                    'crd.projectcalico.org/v1 is the private store of Calico, where most of its '
                    'checks do not run: write projectcalico.org/v3',
                ),
                kind,
                lane.name,
                reference,
            )

    def is_unknown(
        self,
        owned: CalicoObject,
        kind: str,
        lane: Lane,
        reference: ObjectRef,
    ) -> bool:
        """Whether this version or lane does not know the kind at all."""
        known = KINDS[kind]
        entry = field(owned.node, 'kind')
        place = span_of(entry[1]) if entry is not None else span_of(owned.node)
        if lane.name == 'v2':
            return False
        if known.since is not None and self.target.version < known.since:
            self.report(
                Finding(
                    'kind-since',
                    place,
                    f'Calico {version_text(self.target.version)} has no kind {kind}: '
                    f'it exists since {version_text(known.since)}',
                ),
                kind,
                lane.name,
                reference,
            )
            return True
        if not known.has_crd and lane.prunes:
            self.report(
                Finding(
                    'kind-no-crd',
                    place,
                    f'there is no CRD for kind {kind}: kubectl cannot apply it, '
                    'and Calico makes it from namespaces and service accounts',
                ),
                kind,
                lane.name,
                reference,
            )
            return True
        return False

    def apply(self, document: Document) -> list[Finding]:
        """Every finding of every rule."""
        found: list[Finding] = []
        decoded = document.decoded
        self.call('document', (document,), document, found)
        for subject, values in decoded.subjects.items():
            self.call(subject, values, document, found)
        for problem in decoded.problems:
            self.call(f'problem:{problem.kind}', (problem,), document, found)
        if decoded.tagged:
            self.call('tagged', decoded.tagged, document, found)
        return found

    def call(
        self,
        subject: str,
        values: Iterable[object],
        document: Document,
        found: list[Finding],
    ) -> None:
        """Every check of a subject on every value; one that breaks hides nothing else.

        All of a value's checks come together, so that what they share of it (``nets.parse``) is
        still at hand.
        """
        checks = rules.checks_of(subject, document.kind, document.api)
        for value in values:
            for name, check in checks:
                try:
                    found += check(value, document)
                except MemoryError:
                    raise
                except Exception:
                    self.broke(f'rule {name}')

    def broke(self, what: str) -> None:
        """Note the exception in hand, once for what broke: further ones are likely the same."""
        if what in self.bugs:
            return
        self.bugs.add(what)
        import traceback

        self.errors.append(
            f'{shown_path(self.source.path)}: {what} broke, which is a bug of calico-lint:\n'
            f'{traceback.format_exc()}'
        )

    def settle(
        self,
        findings: Iterable[Finding],
        kind: str,
        lane: Lane,
        reference: ObjectRef,
        node: MappingNode,
    ) -> None:
        """Keep what the target minds, and of each mistake the gravest side."""
        kept: list[tuple[Finding, Row]] = []
        mistakes: dict[MistakeKey, int] = {}
        for finding in findings:
            row = fact_table.load().find(finding.fact, kind, lane.name, self.target)
            if row is None:
                self.dormant.append((finding.fact, self.source, finding.span.start))
                continue
            if finding.same_mistake is not None:
                other = mistakes.get(finding.same_mistake)
                if other is not None:
                    if _gravity(row) < _gravity(kept[other][1]):
                        kept[other] = (finding, row)
                    continue
                mistakes[finding.same_mistake] = len(kept)
            kept.append((finding, row))
        if not kept:
            return
        # Scalars lie behind one another, so that at most the nearest one before a place holds it.
        holes = sorted(placeholders(self.source.text, node), key=_start)
        filled: set[int] = set()
        for finding, row in kept:
            at = bisect_right(holes, finding.span.start, key=_start)
            hole = holes[at - 1] if at else None
            if hole is None or finding.span.start >= hole.end:
                self.found.append(self.stamp(finding, row, reference))
            elif row.severity != 'info' and hole.start not in filled:
                filled.add(hole.start)
                self.report(
                    Finding(
                        'placeholder' if row.effect == 'refused' else 'placeholder-unjudged',
                        span_of(hole),
                        'this looks like a placeholder that is filled in later, and Calico does '
                        'not accept it as it stands: check the rendered document',
                        yaml_path=finding.yaml_path,
                    ),
                    kind,
                    lane.name,
                    reference,
                )

    def finish(self) -> Result:
        if self.calico_chunks and self.documents > 1:
            # Alone, or among other people's documents, an empty one is nobody's mistake.
            self.found += self.empty
        seen: set[tuple[tuple[int, int], Span, str, str]] = set()
        diagnostics: list[Diagnostic] = []
        for place, diagnostic in sorted(
            ((d.source.position(d.span.start), d) for d in self.found),
            key=lambda pair: (pair[0], pair[1].span.end, pair[1].rule, pair[1].message),
        ):
            # What is reached through several aliases is written once.
            key = (place, diagnostic.span, diagnostic.rule, diagnostic.message)
            if key not in seen:
                seen.add(key)
                diagnostics.append(diagnostic)
        diagnostics, suppressed = self.apply_suppressions(diagnostics)
        if self.raw_edits:
            title = f'Write {API_VERSIONS["v3"]}, which Calico checks'
            fix = Fix(title, 'unsafe', tuple(dict.fromkeys(self.raw_edits)))
            diagnostics = [
                one._replace(fix=fix) if one.fact == 'raw-crd' else one for one in diagnostics
            ]
        fixable = {one.source for one in diagnostics if one.fix is not None}
        if any('*' in source.text for source in fixable):
            from linter.engine.shared_anchors import demoted

            diagnostics = demoted(diagnostics)
        return Result(
            diagnostics,
            self.documents,
            self.checked,
            self.skipped,
            tuple(self.templates),
            tuple(self.errors),
            suppressed,
        )


def _start(node: Node) -> int:
    return node.start


def _gravity(row: Row) -> tuple[int, bool]:
    """Less is graver; of two refusals, Calico's own."""
    return _GRAVITY[row.effect], row.refused_by != 'calico'


def check(
    path: str, data: bytes, target: Target, suppress: bool = True, require_reason: bool = False
) -> Result:
    """Check one file."""
    if not may_be_calico(data):
        documents = documents_in(data)
        return Result([], documents, 0, {NOT_CALICO: documents}, ())
    return check_parts(path, (data,), target, suppress, require_reason)


def check_parts(
    path: str,
    parts: Iterable[bytes],
    target: Target,
    suppress: bool = True,
    require_reason: bool = False,
) -> Result:
    """Check one file that is read in parts, each but the first beginning with ``\\n---``."""
    run = _Run(path, target, suppress, require_reason)
    waiting: Optional[bytes] = None
    for part in parts:
        if waiting is not None:
            run.part(waiting, last=False)
        waiting = part
    run.part(waiting or b'', last=True)
    return run.finish()


def _reference(node: MappingNode, index: int) -> ObjectRef:
    metadata = field(node, 'metadata')
    name = namespace = None
    if metadata is not None and isinstance(metadata[1], MappingNode):
        name = text_of(field(metadata[1], 'name')) or None
        namespace = text_of(field(metadata[1], 'namespace')) or None
    return ObjectRef(
        text_of(field(node, 'apiVersion')) or None,
        text_of(field(node, 'kind')) or None,
        namespace,
        name,
        index,
    )
