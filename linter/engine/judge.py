"""One object of Calico's, judged: its API and kind, and what every rule says of it."""

from __future__ import annotations

from linter.calico.decode import decode
from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.kinds import API_VERSIONS, KINDS, POLICY_KINDS
from linter.calico.lists import UNRELEASED
from linter.calico.ownership import V1_API, CalicoObject, field, span_of, text_of
from linter.calico.patches import OF_ABSENCE, has_directives, without_directives
from linter.calico.placeholders import is_placeholder
from linter.calico.surroundings import Place, Surroundings
from linter.calico.target import Lane, version_text
from linter.calico.values import Value
from linter.diagnostic import Finding, ObjectRef
from linter.engine.outcome import FileFindings, Outcome
from linter.engine.stamp import Said, Stamp, UnknownFact, placeholder
from linter.policy.gate import may_speak
from linter.text.edit import Edit
from linter.text.errors import shown_path
from linter.text.source import Source
from linter.yaml.edit import write_word
from linter.yaml.nodes import MappingNode, Node, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.engine.summaries import Summaries
    from linter.policy.effort import Effort


class Judge:
    """Judges the objects of one file; what it finds goes to ``file``."""

    def __init__(
        self, stamp: Stamp, file: FileFindings, outcome: Outcome, surroundings: Surroundings
    ) -> None:
        self.stamp = stamp
        self.target = stamp.target
        self.file = file
        self.outcome = outcome
        self.surroundings = surroundings
        self.summaries: Summaries | None = None
        # The one finding about raw resources, and what would make v3 of all of them.
        self.raw: Source | None = None
        self.raw_edits: list[Edit] = []
        self._bugs: set[str] = set()
        # What may be spent on the meaning of the policies of the file, once one of them is asked,
        # and the last text that added to it.
        self._efforts: list[Effort] = []
        self._granted: Source | None = None

    def share(self, other: Judge) -> None:
        """Spend what the other one has: both judge the same file."""
        self._efforts = other._efforts

    def report(
        self,
        source: Source,
        finding: Finding,
        kind: str | None,
        lane: str,
        object: ObjectRef | None,
    ) -> None:
        """A finding that is no rule's own; which rule it belongs to is for the table to say."""
        found = self.stamp.diagnostic(source, finding, kind, lane, object)
        if found is not None:
            self.file.diagnostics.append(found)

    def object(self, source: Source, owned: CalicoObject, index: int) -> bool:
        """Judge an object of a document; whether that could be done to the end."""
        lane = self.target.lane(owned.api)
        reference = reference_of(owned.node, index)
        kind = owned.kind
        begin = len(self.file.diagnostics)
        surroundings = self.surroundings
        if not surroundings.is_patch and '$patch' in source.text and has_directives(owned.node):
            surroundings = surroundings._replace(is_patch=True, namespace=None)
        for finding in owned.findings:
            if not (surroundings.is_patch and _is_of_absence(finding, owned)):
                if is_placeholder(source.text[finding.span.start : finding.span.end]):
                    finding = placeholder('placeholder', finding.span)
                self.report(source, finding, kind, lane.name, reference)
        self._note_api(source, owned, lane, reference)
        if kind is None:
            if owned.skipped is not None and not owned.findings:
                self.outcome.skip(owned.skipped)
            else:
                self.outcome.checked += 1
            self._summarise(source, owned, None, begin)
            # Of an object of the old API nothing else is ever said.
            return owned.skipped == V1_API
        self.outcome.checked += 1
        if surroundings.namespace is not None and not KINDS[kind].namespaced:
            self.note_namespace(surroundings.namespace, kind, lane)
        unknown = self._unknown_kind(owned, kind, lane)
        if unknown is not None:
            self.report(source, unknown, kind, lane.name, reference)
            self._summarise(source, owned, None, begin)
            return False
        api = 'v2' if owned.api == 'v2' else 'v3'
        if owned.in_sequence:
            lane = lane._replace(coerces=False)
        node = without_directives(owned.node) if surroundings.is_patch else owned.node
        decoded = decode(node, api, kind, self.target.version, lane)
        document = Document(source, node, api, kind, decoded, surroundings)
        if owned.api == 'raw' and self.raw is source:
            from linter.engine.raw_types import raw_types

            self.raw_edits += raw_types(document)
        strange: list[UnknownFact] = []
        self.file.diagnostics += self.stamp.settle(
            source,
            self._meant(document, self._said(document), lane.name),
            kind,
            lane.name,
            reference,
            node,
            self.file.dormant,
            strange,
        )
        for one in strange:
            self.broke(f'rule {one.rule}', one)
        self._summarise(source, owned, document, begin)
        decoded.release()
        return True

    def summarise(self, source: Source, owned: CalicoObject) -> None:
        """Note what an object means of which it is known that it is clean."""
        begin = len(self.file.diagnostics)
        if owned.kind is not None and owned.api != 'v2':
            lane = self.target.lane(owned.api)
            decoded = decode(owned.node, 'v3', owned.kind, self.target.version, lane)
            document = Document(source, owned.node, 'v3', owned.kind, decoded, self.surroundings)
            self._summarise(source, owned, document, begin)
            decoded.release()
        else:
            self._summarise(source, owned, None, begin)

    def _summarise(
        self, source: Source, owned: CalicoObject, document: Document | None, begin: int
    ) -> None:
        if self.summaries is not None:
            self.summaries.judged(source, owned, document, self.file.diagnostics[begin:])

    def _note_api(
        self, source: Source, owned: CalicoObject, lane: Lane, reference: ObjectRef
    ) -> None:
        """What is worth knowing about the API itself."""
        entry = field(owned.node, 'apiVersion')
        if entry is None:
            return
        is_named = not any(finding.fact == 'api-version' for finding in owned.findings)
        if owned.api == 'raw' and owned.kind is not None and is_named:
            self._note_raw(source, owned.kind, entry[1], lane, reference)
        if owned.api == 'v2':
            finding = Finding('v2-unreleased', span_of(entry[1]), UNRELEASED)
            self.report(source, finding, owned.kind, lane.name, reference)

    def _note_raw(
        self, source: Source, kind: str, version: Node, lane: Lane, reference: ObjectRef
    ) -> None:
        """Once a file that the store is written to; the fix is one for all of its documents."""
        if KINDS[kind].has_crd and isinstance(version, Scalar) and self.raw in (None, source):
            self.raw_edits += write_word(version, API_VERSIONS['v3']).edits
        if self.raw is None:
            self.raw = source
            message = (
                'crd.projectcalico.org/v1 is the private store of Calico, where most of its '
                'checks do not run: write projectcalico.org/v3'
            )
            finding = Finding('raw-crd', span_of(version), message)
            self.report(source, finding, kind, lane.name, reference)

    def note_namespace(self, place: Place, kind: str, lane: Lane) -> None:
        """Once a kustomization, which kustomize is not to write a namespace with."""
        source, span = place
        message = (
            f'kustomize writes this namespace into every {kind}, too, which has none: take those '
            'out of this kustomization, or write the namespace into the objects that have one'
        )
        finding = Finding('namespace-by-kustomize', span, message)
        found = self.stamp.diagnostic(source, finding, kind, lane.name, None)
        if found is None or source.path in self.outcome.mistakes:
            return
        from linter.calico.parsed_file import parse_text
        from linter.suppress.find import find

        parsed = parse_text(source)
        for document in parsed.documents:
            document.is_host = True
        for one in find(parsed, self.stamp.catalogue) if 'lint' in source.text else ():
            if one.covers(source, span.start) and any(name.id == found.rule for name in one.names):
                return
        from linter.engine.identity import identified

        self.outcome.mistakes[source.path] = identified(parsed, [found])

    def _unknown_kind(self, owned: CalicoObject, kind: str, lane: Lane) -> Finding | None:
        """Why this version or lane does not know the kind at all."""
        known = KINDS[kind]
        entry = field(owned.node, 'kind')
        place = span_of(entry[1]) if entry is not None else span_of(owned.node)
        if lane.name == 'v2':
            return None
        if known.since is not None and self.target.version < known.since:
            message = (
                f'Calico {version_text(self.target.version)} has no kind {kind}: '
                f'it exists since {version_text(known.since)}'
            )
            return Finding('kind-since', place, message)
        if not known.has_crd and lane.prunes:
            message = (
                f'there is no CRD for kind {kind}: kubectl cannot apply it, '
                'and Calico makes it from namespaces and service accounts'
            )
            return Finding('kind-no-crd', place, message)
        return None

    def _said(self, document: Document) -> list[Said]:
        """What every rule says of a document; one that breaks hides nothing else."""
        found: list[Said] = []
        is_patch = document.surroundings.is_patch
        repeats = document.has_aliases
        for checks, values in self.stamp.catalogue.asks(document):
            if not checks:
                continue
            for value in values:
                if repeats and _is_judged(document, checks, value):
                    continue
                for rule, check in checks:
                    try:
                        for finding in check(value, document):
                            if not (is_patch and finding.fact in OF_ABSENCE):
                                found.append((rule, finding))
                    except MemoryError:
                        raise
                    except Exception as error:
                        self.broke(f'rule {rule}', error)
        return found

    def _meant(self, document: Document, said: list[Said], lane: str) -> list[Said]:
        """What was said, and what rules about the meaning of a policy say besides.

        Nothing is made of what Calico does not take, nor of a part of a document.
        """
        if document.kind not in POLICY_KINDS or document.api != 'v3':
            return said
        catalogue = self.stamp.catalogue
        if document.surroundings.is_patch or not catalogue.modules_of('policy'):
            return said
        for _, finding in said:
            try:
                row = catalogue.facts.find(finding.fact, document.kind, lane, self.target)
            except KeyError:
                continue
            if row is not None and row.effect in ('refused', 'dropped'):
                return said
        if catalogue.is_usual and not may_speak(document):
            return said
        # Imported lazily: most policies mean what they say.
        from linter.policy.effort import TooComplex, within
        from linter.policy.one import one_policy
        from linter.policy.semantics import semantics_of

        try:
            one = one_policy(document, semantics_of(self.target))
        except Exception as error:
            self.broke('the summary of a policy', error)
            return said
        if one is None:
            return said
        found = list(said)
        with within(self._effort(document.source)):
            for rule, check in catalogue.checks('policy', document.kind, document.api):
                try:
                    found += [(rule, finding) for finding in check(one, document)]
                except TooComplex:
                    continue
                except MemoryError:
                    raise
                except Exception as error:
                    self.broke(f'rule {rule}', error)
        return found

    def _effort(self, source: Source) -> Effort:
        """What may be spent on the meaning of policies: the more, the longer the file is."""
        from linter.policy.effort import FOR_BYTE, FOR_FILE, Effort

        if not self._efforts:
            self._efforts.append(Effort(FOR_FILE))
        if source is not self._granted:
            self._granted = source
            self._efforts[0].left += FOR_BYTE * len(source.text)
        return self._efforts[0]

    def broke(self, what: str, error: Exception) -> None:
        """Note an exception, once for what broke: further ones are likely the same."""
        if what in self._bugs:
            return
        self._bugs.add(what)
        import traceback

        self.outcome.errors.append(
            f'{shown_path(self.file.path)}: {what} broke, which is a bug of calico-lint:\n'
            f'{"".join(traceback.format_exception(error))}'
        )


def _is_of_absence(finding: Finding, owned: CalicoObject) -> bool:
    if finding.fact == 'api-version':
        return owned.version_key is None
    return finding.fact in OF_ABSENCE


def _is_judged(document: Document, checks: object, value: object) -> bool:
    """Whether these checks saw a node often enough, in this kind of place."""
    if isinstance(value, Problem):
        place = value.owner
        node: object = value.key or (None if value.value is None else value.value.node)
        name, kind = value.name, value.kind
    elif isinstance(value, Value):
        place, node, name, kind = value.parent, value.node, value.name, ''
    else:
        return False
    where = None if place is None else (place.name, getattr(place, 'type', ''))
    return document.is_judged((id(checks), id(node), name, kind, where))


def reference_of(node: MappingNode, index: int) -> ObjectRef:
    """The object in a mapping of a document."""
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
