"""What the documents of a file mean, noted for the rules that look at more than one file."""

from __future__ import annotations

from functools import lru_cache

from linter.calico.kinds import KINDS
from linter.policy.model import (
    PATCH,
    NetworkSet,
    Policy,
    Record,
    Unusable,
)
from linter.policy.semantics import Semantics
from linter.text.lazy_regex import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from linter.calico.document import Document
    from linter.calico.ownership import CalicoObject
    from linter.calico.parsed_file import ParsedDocument
    from linter.calico.patches import PatchTarget
    from linter.calico.surroundings import Surroundings
    from linter.calico.target import Target, Version
    from linter.diagnostic import Diagnostic
    from linter.engine.outcome import Outcome
    from linter.text.source import Source
    from linter.yaml.nodes import MappingNode

_REFUSED = frozenset(('refused', 'dropped', 'ignored'))
# What the summary itself does not take for something that is filled in later.
_FILLED_IN = lazy(
    r'\$\(\w+\)|__[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*__|@@\w+@@|%[A-Z]\w*%'
    r'|#\{[^{}\n]*\}#|\[\[ *\w|\(\( +\w|\bENC\['
)
_SIGNS = ('$(', '__', '@@', '%', '#{', '[[', '((', 'ENC[')


@lru_cache(maxsize=16)
def semantics_of(version: Version, dataplane: str) -> Semantics:
    """What holds for the policies of a file."""
    return Semantics(version, dataplane)


def is_filled_in(text: str, start: int, end: int) -> bool:
    """Whether there is something that programs fill in, and that no rule takes for that."""
    # Looking for each sign is quicker than for all that they may begin.
    return (
        any(text.find(sign, start, end) != -1 for sign in _SIGNS)
        and _FILLED_IN.search(text, start, end) is not None
    )


def placed(record: Record | Unusable, around: Surroundings) -> Record | Unusable:
    """A record without the namespace where a kustomization writes another one over it."""
    is_set = around.sets_namespace or around.namespace is not None
    if is_set and isinstance(record, (Policy, NetworkSet, Unusable)):
        return record._replace(namespace=None) if record.namespace else record
    return record


_KIND = lazy(r"""\bkind["']?[ \t]*:[ \t]*["']?(\w*)""")


def kinds_in(text: str) -> list[str]:
    """The kinds of which a text that cannot be read may define objects, as far as it names them."""
    named = dict.fromkeys(found[1] for found in _KIND.finditer(text))
    known = [kind for kind in named if kind in KINDS]
    return known if known and '' not in named else ['document']


class Summaries:
    """The records of one file, which go to its outcome."""

    def __init__(
        self, outcome: Outcome, target: Target, dataplane: str, surroundings: Surroundings
    ) -> None:
        self.outcome = outcome
        self.semantics = semantics_of(target.version, dataplane)
        self.surroundings = surroundings

    def judged(
        self,
        source: Source,
        owned: CalicoObject,
        document: Document | None,
        found: Iterable[Diagnostic],
    ) -> None:
        """Note an object with these findings; ``document`` None: nothing could be made of it."""
        # Imported lazily: what is clean is noted by the quick reader.
        from linter.calico.ownership import span_of
        from linter.policy.summarise import summarise

        if document is None or owned.api == 'v2':
            if owned.skipped is None:
                span = span_of(owned.node)
                reason = ('kind', 'is not of a kind that Calico has now')
                self._unusable(source, owned.kind or 'document', reason, span.start, span.end)
            else:
                self._settings(source, owned.node)
            return
        why = self._why_not(source, owned, found)
        if document.surroundings.is_patch:
            self.patch(source, owned.node, document.surroundings.patch_target)
            return
        record = summarise(document, self.semantics, why)
        if record is not None:
            self.outcome.records.append(placed(record, self.surroundings))

    def patch(self, source: Source, node: MappingNode | None, target: PatchTarget | None) -> None:
        """Note which objects a patch changes: those of its target, or the one that it names."""
        # Imported lazily: few documents are patches.
        from linter.engine.judge import reference_of
        from linter.policy.parts import place_of

        kind, name = ('', '') if target is None else (target.kind, target.name)
        if target is None and node is not None:
            owner = reference_of(node, 0)
            kind, name = owner.kind or '', owner.name or ''
        place = place_of(source, 0, 0) if node is None else place_of(source, node.start, node.start)
        why = 'is a part of a document'
        self.outcome.records.append(Unusable(kind or 'document', None, name, PATCH, why, place))

    def broken(self, document: ParsedDocument) -> None:
        """Note a document of Calico's that cannot be read."""
        self._unread(document, ('refused', 'is no YAML'))

    def template(self, document: ParsedDocument) -> None:
        """Note a document that becomes one or more of Calico's when it is rendered."""
        self._unread(document, ('template', 'is a template, which is rendered later'))

    def inner(self, document: ParsedDocument) -> None:
        """Note a document of somebody else's that has some of Calico's inside: who may apply it."""
        self._unread(document, ('kind', 'is inside another object'))

    def _unread(self, document: ParsedDocument, reason: tuple[str, str]) -> None:
        start, end = document.slice.start, document.slice.end
        for kind in kinds_in(document.source.text[start:end]):
            self._unusable(document.source, kind, reason, start, start + 1)

    def _settings(self, source: Source, node: MappingNode) -> None:
        # Imported lazily, as above.
        from linter.calico.ownership import span_of
        from linter.policy.parts import place_of
        from linter.policy.settings import setting

        span = span_of(node)
        found = setting(node, self.semantics, place_of(source, span.start, span.end))
        if found is not None:
            self.outcome.records.append(found)

    def _unusable(
        self, source: Source, kind: str, reason: tuple[str, str], start: int, end: int
    ) -> None:
        # Imported lazily, as above.
        from linter.policy.parts import place_of

        place = place_of(source, start, end)
        self.outcome.records.append(Unusable(kind, '', '', *reason, place))

    def _why_not(
        self, source: Source, owned: CalicoObject, found: Iterable[Diagnostic]
    ) -> str | None:
        """Why an object may not be reasoned from, as far as rules or the files around it know."""
        for one in found:
            if one.effect in _REFUSED and one.refused_by != 'calicoctl':
                return f'is not what Calico takes: {one.message}'
            if one.fact.startswith('placeholder'):
                return 'has a placeholder, which is filled in later'
        if is_filled_in(source.text, owned.node.start, owned.node.end):
            return 'has a placeholder, which is filled in later'
        return None
