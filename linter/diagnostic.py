"""What a rule yields and what a reader sees."""

from __future__ import annotations

from linter.text.edit import Fix
from linter.text.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

SEVERITIES = ('error', 'warning', 'info')
"""How grave a finding is, the gravest first."""

DOCS = 'https://github.com/calico-lint/calico-lint/blob/main/docs'


def url_of(rule: str) -> str:
    """The address of a rule's page."""
    return f'{DOCS}/rules/{rule}.md'


MistakeKey = tuple[str, int]
"""What several rules may say at once: a name for it, and the offset at which it is."""


class Finding(NamedTuple):
    """A mistake as a rule sees it. The engine adds severity, effect and consequence.

    ``fact`` names the row of the fact table that says whether the target minds at all. Of several
    findings in a document with the same key ``same_mistake`` only the one with the gravest effect
    is reported: they are one mistake seen from several sides. Of equally grave ones that is the
    root of it (``is_root``), from which the others follow, else the first one. ``about`` is the
    path of what the mistake is about where it stands at the first of several keys, which is a
    matter of style.
    """

    fact: str
    span: Span
    message: str
    hint: str | None = None
    related: tuple[tuple[Span, str], ...] = ()
    fix: Fix | None = None
    yaml_path: str | None = None
    same_mistake: MistakeKey | None = None
    about: str | None = None
    is_root: bool = False


class ObjectRef(NamedTuple):
    """The object in which a finding lies; ``document_index`` counts from 0 in its file."""

    api_version: str | None
    kind: str | None
    namespace: str | None
    name: str | None
    document_index: int


class Identity(NamedTuple):
    """What makes a finding the same finding. Of an object ``''`` stands for what it does not say.

    ``group`` is that of its apiVersion; ``yaml_path`` has ``[]`` for every item of a list;
    ``content`` is the decoded content in one line, shortened to its head and a hash if it is long.
    """

    rule: str
    group: str
    kind: str
    namespace: str
    name: str
    yaml_path: str
    content: str

    @property
    def is_anchored(self) -> bool:
        """Whether it lies in an object that can be told from others."""
        return bool(self.kind and self.name)


class Place(NamedTuple):
    """A related place, and what it has to do with a finding."""

    source: Source
    span: Span
    message: str


class Diagnostic(NamedTuple):
    """A finding, stamped by the engine: everything an output needs.

    ``fact`` is the row of the fact table on which it rests, ``about`` what the finding says;
    ``identity`` is set where a run has a baseline. ``confidence`` in a hazard is ``proved``,
    ``fact`` or ``likely``. ``related`` are places in the same file, ``elsewhere`` those in others.
    ``calico_version`` is the release that was asked (``3.32``), '' where none was; ``origin`` what
    a line of rendered manifests is about, where there is no file to look into. ``suffers`` is the
    path of another file, of which the identity is: it stands here as this is the cause.
    """

    source: Source
    span: Span
    rule: str
    severity: str
    effect: str | None
    refused_by: str | None
    message: str
    hint: str | None
    url: str | None
    related: tuple[tuple[Span, str], ...]
    fix: Fix | None
    object: ObjectRef | None
    yaml_path: str | None
    fact: str = ''
    about: str | None = None
    identity: Identity | None = None
    confidence: str | None = None
    elsewhere: tuple[Place, ...] = ()
    calico_version: str = ''
    origin: str = ''
    suffers: str = ''

    @property
    def places(self) -> tuple[Place, ...]:
        """Every related place, those in the finding's own file first."""
        own = (Place(self.source, span, message) for span, message in self.related)
        return (*own, *self.elsewhere)
