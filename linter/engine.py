"""The middle: a source in, sorted diagnostics out. Opens nothing, prints nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Optional

from linter import facts as fact_table
from linter import rule as rules
from linter.decode import decode
from linter.diagnostic import Diagnostic, Finding, ObjectRef
from linter.document import Document
from linter.facts import Row
from linter.loader import (
    BadEncoding,
    Chunk,
    TooDeep,
    YamlError,
    compose,
    decode_bytes,
    excessive_aliasing,
    is_empty,
    split,
    unread,
)
from linter.ownership import ListFinding, Owned, field, owned, span_of, text_of
from linter.pattern import lazy
from linter.scan import NOT_CALICO, documents_in, may_be_calico, may_be_calico_text
from linter.source import Source, Span
from linter.target import Lane, Target, version_text
from linter.tree import Mapping, Node, Scalar, Sequence
from linter.vocabulary import KINDS

URL = 'https://github.com/calico-lint/calico-lint/blob/main/linter/rules/'
_GRAVITY = {'refused': 0, 'dropped': 1, 'ignored': 2, 'hazard': 3, None: 4}
_PLACEHOLDER = lazy(r'\$\{[^}]*\}|<[A-Za-z][\w .:/-]*>|\{\{.*?\}\}|\{%')
_TEMPLATE = lazy(r'\{\{|\{%')


class Result(NamedTuple):
    """What came of one file. ``skipped`` counts documents by reason.

    ``errors`` are bugs of ours: which rule broke on which file, with the traceback. They hide
    nothing else.
    """

    diagnostics: list[Diagnostic]
    documents: int
    checked: int
    skipped: dict[str, int]
    templates: tuple[str, ...]
    errors: tuple[str, ...] = ()


TEMPLATE = 'templates'


class _Run:
    """The state of checking one file."""

    def __init__(self, source: Source, target: Target) -> None:
        self.source = source
        self.target = target
        self.found: list[Diagnostic] = []
        self.documents = 0
        self.checked = 0
        self.skipped: dict[str, int] = {}
        self.templates: list[str] = []
        self.raw_reported = False
        self.empty: list[Chunk] = []
        self.calico_chunks = 0
        self.errors: list[str] = []

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
            f'{URL}{row.rule.replace("-", "_")}.py',
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

    def chunk(self, chunk: Chunk) -> None:
        text = self.source.text
        self.documents += 1
        if not may_be_calico_text(text, chunk.start, chunk.end):
            if is_empty(text, chunk):
                self.empty.append(chunk)
            self.skip(NOT_CALICO)
            return
        try:
            root = compose(text, chunk)
        except YamlError as error:
            self.broken(chunk, error)
            return
        if root is None:
            self.skip(NOT_CALICO)
            return
        if _is_template(text, chunk) and _has_odd_key(root):
            self.template(chunk)
            return
        results = list(owned(root))
        if not results:
            rest = unread(text, chunk, root)
            if rest is not None and _apparent_group(text, Chunk(0, rest, chunk.end)):
                self.checked += 1
                self.unread(chunk, root)
            else:
                self.skip(NOT_CALICO)
            return
        self.calico_chunks += 1
        # An alias is written with a star: without one there is nothing to unfold.
        starred = text.find('*', chunk.start, chunk.end) != -1
        swollen = excessive_aliasing(root) if starred else None
        if swollen is not None:
            self.report(
                Finding(
                    'yaml-aliases',
                    span_of(swollen),
                    'the document unfolds its aliases too many times: write the repeated parts out',
                ),
                None,
                self.target.lane('v3').name,
                None,
            )
            return
        self.unread(chunk, root)
        for result in results:
            if isinstance(result, ListFinding):
                self.report(
                    result.finding,
                    'List',
                    self.target.admission,
                    _reference(result.node, chunk.index),
                )
            else:
                self.judge(result, chunk)

    def unread(self, chunk: Chunk, root: Node) -> None:
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

    def template(self, chunk: Chunk) -> None:
        self.skip(TEMPLATE)
        start = chunk.start
        text = self.source.text
        while start < chunk.end and text[start] in ' \t\r\n':
            start += 1
        self.templates.append(f'{self.source.path}:{self.source.position(start)[0]}')

    def broken(self, chunk: Chunk, error: YamlError) -> None:
        text = self.source.text
        if _is_template(text, chunk):
            self.template(chunk)
            return
        group = _apparent_group(text, chunk)
        if group is None:
            self.skip(NOT_CALICO)
            return
        self.calico_chunks += 1
        self.checked += 1
        fact = 'yaml-depth' if isinstance(error, TooDeep) else 'yaml-syntax'
        message = f'{error.message}: {error.hint}' if error.hint else error.message
        end = min(error.offset + 1, max(chunk.end, error.offset))
        self.report(
            Finding(fact, Span(error.offset, max(end, error.offset)), message),
            None,
            self.target.lane(group).name,
            ObjectRef(None, None, None, None, chunk.index),
        )

    def judge(self, owned: Owned, chunk: Chunk) -> None:
        lane = self.target.lane(owned.api)
        reference = _reference(owned.node, chunk.index)
        kind = owned.kind
        for finding in owned.findings:
            self.report(finding, kind, lane.name, reference)
        self.note_api(owned, lane, reference)
        if kind is None:
            if owned.skipped is not None and not owned.findings:
                self.skip(owned.skipped)
            else:
                self.checked += 1
            return
        self.checked += 1
        if self.is_unknown(owned, kind, lane, reference):
            return
        api = 'v2' if owned.api == 'v2' else 'v3'
        decoded = decode(owned.node, api, kind, self.target.version, lane)
        document = Document(self.source, owned.node, api, kind, decoded)
        self.settle(self.apply(document), kind, lane, reference, owned.node)

    def note_api(self, owned: Owned, lane: Lane, reference: ObjectRef) -> None:
        """What is worth knowing about the API itself."""
        entry = field(owned.node, 'apiVersion')
        if entry is None:
            return
        place = span_of(entry[1])
        if owned.api == 'raw' and owned.kind is not None and not self.raw_reported:
            self.raw_reported = True
            self.report(
                Finding(
                    'raw-crd',
                    place,
                    'crd.projectcalico.org/v1 is the private store of Calico, where most of its '
                    'checks do not run: write projectcalico.org/v3',
                ),
                owned.kind,
                lane.name,
                reference,
            )
        if owned.api == 'v2':
            self.report(
                Finding(
                    'v2-unreleased',
                    place,
                    'projectcalico.org/v2 was never released, and no cluster serves it: '
                    'write projectcalico.org/v3',
                ),
                owned.kind,
                lane.name,
                reference,
            )

    def is_unknown(
        self,
        owned: Owned,
        kind: str,
        lane: Lane,
        reference: ObjectRef,
    ) -> bool:
        """Whether this version or lane does not know the kind at all."""
        known = KINDS[kind]
        entry = field(owned.node, 'kind')
        place = span_of(entry[1]) if entry is not None else span_of(owned.node)
        if lane.name == 'page':
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
        """Every check of a subject on every value; a rule that breaks hides no other's findings."""
        checks = rules.checks(subject)
        for special in (document.kind, document.api):
            more = rules.checks(f'{subject}@{special}')
            if more:
                checks = checks + more
        for name, check in checks:
            try:
                for value in values:
                    found += check(value, document)
            except Exception:
                import traceback

                self.errors.append(
                    f'{self.source.path}: rule {name} broke, which is a bug of calico-lint:\n'
                    f'{traceback.format_exc()}'
                )

    def settle(
        self,
        findings: Iterable[Finding],
        kind: str,
        lane: Lane,
        reference: ObjectRef,
        node: Mapping,
    ) -> None:
        """Keep what the target minds, and of each group the gravest."""
        kept: list[tuple[Finding, Row]] = []
        groups: dict[int, int] = {}
        for finding in findings:
            row = fact_table.load().find(finding.fact, kind, lane.name, self.target)
            if row is None:
                continue
            if finding.group is not None:
                other = groups.get(finding.group)
                if other is not None:
                    if _GRAVITY[row.effect] < _GRAVITY[kept[other][1].effect]:
                        kept[other] = (finding, row)
                    continue
                groups[finding.group] = len(kept)
            kept.append((finding, row))
        if not kept:
            return
        holes = _placeholders(self.source.text, node)
        filled: set[int] = set()
        for finding, row in kept:
            hole = next(
                (hole for hole in holes if hole.start <= finding.span.start < hole.end), None
            )
            if hole is None:
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
            for chunk in self.empty:
                self.report(
                    Finding(
                        'empty-document',
                        Span(chunk.start, chunk.start),
                        'calicoctl 3.32 and newer refuse an empty document in a stream: '
                        'remove the extra --- line',
                    ),
                    None,
                    self.target.admission,
                    ObjectRef(None, None, None, None, chunk.index),
                )
        unique = dict.fromkeys(
            sorted(self.found, key=lambda d: (d.span.start, d.span.end, d.rule, d.message))
        )
        seen: set[tuple[Span, str, str]] = set()
        diagnostics: list[Diagnostic] = []
        for diagnostic in unique:
            key = (diagnostic.span, diagnostic.rule, diagnostic.message)
            if key not in seen:
                seen.add(key)
                diagnostics.append(diagnostic)
        return Result(
            diagnostics,
            self.documents,
            self.checked,
            self.skipped,
            tuple(self.templates),
            tuple(self.errors),
        )


def check(path: str, data: bytes, target: Target) -> Result:
    """Check one file."""
    if not may_be_calico(data):
        documents = documents_in(data)
        return Result([], documents, 0, {NOT_CALICO: documents}, ())
    try:
        text = decode_bytes(data)
    except BadEncoding as error:
        source = Source(path, error.text)
        run = _Run(source, target)
        run.documents = 1
        if _apparent_group(error.text, Chunk(0, 0, len(error.text))) is None:
            run.skip(NOT_CALICO)
        else:
            run.checked = 1
            run.report(
                Finding(
                    'yaml-encoding',
                    Span(error.offset, error.offset + 1),
                    f'{error.message}: save it as UTF-8',
                ),
                None,
                target.admission,
                ObjectRef(None, None, None, None, 0),
            )
        return run.finish()
    run = _Run(Source(path, text), target)
    for chunk in split(text):
        run.chunk(chunk)
    return run.finish()


def _reference(node: Mapping, index: int) -> ObjectRef:
    metadata = field(node, 'metadata')
    name = namespace = None
    if metadata is not None and isinstance(metadata[1], Mapping):
        name = text_of(field(metadata[1], 'name')) or None
        namespace = text_of(field(metadata[1], 'namespace')) or None
    return ObjectRef(
        text_of(field(node, 'apiVersion')) or None,
        text_of(field(node, 'kind')) or None,
        namespace,
        name,
        index,
    )


def _is_template(text: str, chunk: Chunk) -> bool:
    """Whether ``{{`` or ``{%`` stands in the document outside comments."""
    for match in _TEMPLATE.finditer(text, chunk.start, chunk.end):
        begin = max(text.rfind('\n', 0, match.start()), text.rfind('\r', 0, match.start())) + 1
        before = text[begin : match.start()]
        if not before.lstrip().startswith('#') and ' #' not in before:
            return True
    return False


def _has_odd_key(root: Node) -> bool:
    """Whether a mapping or a list serves as a key, which is how ``a: {{ b }}`` parses."""
    waiting: list[Node] = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            for key, value in node.entries:
                if not isinstance(key, Scalar):
                    return True
                waiting.append(value)
    return False


_APPARENT = lazy(
    r"""(?:(?<=\n)|(?<=\r)|\A)(?P<indent>[ ]*(?:-[ ]+)?)["']?(?P<key>apiVersion|kind)["']?"""
    r"""[ \t]*:[ \t]*["']?(?P<value>[\w./-]+)"""
)
_FLOW = lazy(r"""["']?apiVersion["']?\s*:\s*["']?(?P<value>[\w./-]+)""")


def _apparent_group(text: str, chunk: Chunk) -> Optional[str]:
    """The API of a document that does not parse, by the looks of it; None: not Calico's."""
    part = text[chunk.start : chunk.end]
    body = part.lstrip(' \t\r\n')
    while body.startswith(('#', '---')):
        body = body.partition('\n')[2].lstrip(' \t\r\n')
    values: list[str] = []
    if body[:1] in ('{', '['):
        values = [match['value'] for match in _FLOW.finditer(part)][:1]
    else:
        indents: dict[str, int] = {}
        for match in _APPARENT.finditer(part):
            indents.setdefault(match['value'], len(match['indent']))
        least = min(indents.values(), default=0)
        values = [value for value, indent in indents.items() if indent == least]
    for value in values:
        folded = value.lower()
        if folded.partition('/')[0] in ('projectcalico.org', 'crd.projectcalico.org'):
            if folded.startswith('crd.'):
                return 'raw'
            return 'v2' if folded.endswith('/v2') else 'v3'
    from linter.vocabulary import UNMISTAKABLE

    return 'v3' if any(value in UNMISTAKABLE for value in values) else None


def _placeholders(text: str, root: Mapping) -> list[Scalar]:
    """The scalars of a document that look like something a template engine fills in."""
    part = text[root.start : root.end]
    if '${' not in part and '<' not in part and '{{' not in part:
        return []
    found: list[Scalar] = []
    waiting: list[Node] = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            if _PLACEHOLDER.search(node.value):
                found.append(node)
        elif isinstance(node, Sequence):
            waiting += node.items
        else:
            for key, value in node.entries:
                waiting += (key, value)
    return found
