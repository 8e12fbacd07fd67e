"""A file, or a part of a large one, as a value: its documents, and what of them is Calico's.

Whatever looks at a file gets this value: the engine, suppressions, fixes, the baseline, migration.
Nothing in it is read before it is asked for, and nothing twice. New text is a new value.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from linter.calico.lists import ListFinding, has_kind, owned
from linter.calico.ownership import CalicoObject
from linter.calico.prefilter import may_be_calico_text
from linter.calico.templates import is_template
from linter.calico.unreadable import apparent_api
from linter.text.lazy_regex import lazy
from linter.text.source import Source, Span
from linter.yaml.compose import compose
from linter.yaml.documents import DocumentSlice, is_empty, split, unread
from linter.yaml.encoding import BadEncoding, decode_bytes
from linter.yaml.errors import YamlError
from linter.yaml.nodes import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.yaml.layout import DocumentLines

OURS = 'ours'
"""A document with objects of Calico's."""
RUNS_ON = 'runs on'
"""A document that is not Calico's, with text that nobody reads and that looks like Calico's."""
BROKEN = 'broken'
"""A document that cannot be read, and looks like Calico's."""
TEMPLATE = 'template'
"""A document that cannot be read before a template engine has rendered it."""
FOREIGN = 'foreign'
"""Anything else."""

# Where a document says what it is, or seems to.
_KIND = lazy(r"""(?:(?<=\n)|(?<=\r)|\A)["']?kind["']?[ \t]*:|[{,][ \t\r\n]*["']?kind["']?[ \t]*:""")
# What has not been looked at yet.
_UNSEEN = object()


class ParsedDocument:
    """One document of a file; ``slice.index`` counts from the start of the file.

    ``is_host``: it is somebody else's, and Calico's objects in it are judged.
    """

    __slots__ = (
        '_bad', '_lines', '_objects', '_read', '_rest', '_stray', '_whose', 'is_host', 'slice',
        'source',
    )  # fmt: skip

    def __init__(
        self, source: Source, slice: DocumentSlice, bad: BadEncoding | None = None
    ) -> None:
        self.source = source
        self.slice = slice
        self.is_host = False
        self._bad = bad
        self._read: tuple[Node | None, YamlError | None] | None = None
        self._objects: tuple[CalicoObject | ListFinding, ...] | None = None
        self._whose: str | None = None
        self._rest: object = _UNSEEN
        self._stray: bool | None = None
        self._lines: DocumentLines | None = None

    @property
    def index(self) -> int:
        """Its number in the file, from 0."""
        return self.slice.index

    @property
    def may_be_bad(self) -> bool:
        """Whether there are bytes that are no text, in it or elsewhere in its part of the file."""
        return self._bad is not None

    def read(self) -> tuple[Node | None, YamlError | None]:
        """Its tree, or why it cannot be read; neither where it is empty."""
        if self._read is None:
            try:
                if self._bad is not None:
                    self._bad.check(self.slice)
                self._read = compose(self.source.text, self.slice), None
            except YamlError as error:
                self._read = None, error
        return self._read

    @property
    def root(self) -> Node | None:
        return self.read()[0]

    @property
    def error(self) -> YamlError | None:
        return self.read()[1]

    @property
    def objects(self) -> tuple[CalicoObject | ListFinding, ...]:
        """What is Calico's in it: the document itself, or items of a list."""
        if self._objects is None:
            root = self.root
            self._objects = () if root is None else tuple(owned(root))
        return self._objects

    @property
    def rest(self) -> int | None:
        """Where text starts behind its end that no reader of Calico ever sees."""
        if self._rest is _UNSEEN:
            self._rest = unread(self.source.text, self.slice, self.root)
        rest = self._rest
        return rest if isinstance(rest, int) else None

    @property
    def whose(self) -> str:
        """``OURS``, ``RUNS_ON``, ``BROKEN``, ``TEMPLATE`` or ``FOREIGN``."""
        if self._whose is None:
            self._whose = self._decide()
        return self._whose

    @property
    def lost(self) -> Span | None:
        """What stands behind the ``---`` of its own line, which Calico's tools throw away."""
        text, start = self.source.text, self.slice.start
        if not start:
            return None
        end = start - 2 if text[start - 2 : start] == '\r\n' else start - 1
        begin = text.rfind('\n', 0, end) + 1
        begin = max(begin, text.rfind('\r', begin, end) + 1)
        line = text[begin:start]
        content = line.lstrip('-').strip()
        if not line.startswith('---') or not content or content.startswith(('#', '%')):
            return None
        at = start - len(line.lstrip('-').lstrip())
        return Span(at, at + len(content))

    def _decide(self) -> str:
        text, lost = self.source.text, self.lost
        whose = self._owner()
        if whose == FOREIGN and lost is not None and apparent_api(text, *lost) is not None:
            return RUNS_ON
        return whose

    def _owner(self) -> str:
        text, slice = self.source.text, self.slice
        if not may_be_calico_text(text, slice.start, slice.end):
            return FOREIGN
        root, error = self.read()
        if error is not None:
            if is_template(text, slice):
                return TEMPLATE
            return FOREIGN if self.apparent_api is None else BROKEN
        if root is None:
            return FOREIGN
        if self.objects:
            return OURS
        rest = self.rest
        if rest is not None and apparent_api(text, rest, slice.end):
            return RUNS_ON
        return FOREIGN

    @property
    def is_stray(self) -> bool:
        """Whether it is no object of anybody's, as a stream of objects must not have."""
        if self._stray is None:
            self._stray = self._is_stray()
        return self._stray

    def _is_stray(self) -> bool:
        text, (_, start, end) = self.source.text, self.slice
        if self.whose != FOREIGN or _KIND.search(text, start, end) or is_empty(text, self.slice):
            return False  # where it seems to say what it is, it is not worth reading
        root, error = self.read()
        if error is not None:
            return not is_template(text, self.slice)
        return root is not None and not has_kind(root)

    @property
    def apparent_api(self) -> str | None:
        """The API of a document that cannot be read, by the looks of it; None: not Calico's."""
        return apparent_api(self.source.text, self.slice.start, self.slice.end)

    @property
    def lines(self) -> DocumentLines:
        """What stands where in it."""
        if self._lines is None:
            from linter.yaml.layout import DocumentLines

            self._lines = DocumentLines(self.source, self.slice, self.root)
        return self._lines


class ParsedFile:
    """A source and its documents, in order."""

    __slots__ = ('_starts', 'documents', 'source')

    def __init__(self, source: Source, documents: Iterable[ParsedDocument]) -> None:
        self.source = source
        self.documents = tuple(documents)
        self._starts: list[int] | None = None

    def at(self, offset: int) -> ParsedDocument | None:
        """The last document that starts at or before an offset."""
        if self._starts is None:
            self._starts = [document.slice.start for document in self.documents]
        number = bisect_right(self._starts, offset) - 1
        return None if number < 0 else self.documents[number]


def parse_text(source: Source) -> ParsedFile:
    """The documents of a text that is a whole file."""
    return ParsedFile(source, [ParsedDocument(source, slice) for slice in _slices(source)])


def _slices(source: Source) -> list[DocumentSlice]:
    """The documents of a text, and an empty one behind a last line that loses what is Calico's."""
    text = source.text
    slices = list(split(text))
    if slices[-1].end < len(text):
        behind = DocumentSlice(slices[-1].index + 1, len(text), len(text))
        lost = ParsedDocument(source, behind).lost
        if lost is not None and apparent_api(text, *lost) is not None:
            slices.append(behind)
    return slices


def only_document(source: Source) -> tuple[Node | None, int | None]:
    """The tree of a text that is to be one document, and where anything else in it begins.

    Raises YamlError where that document cannot be read.
    """
    text = source.text
    root: Node | None = None
    seen = False
    for document in parse_text(source).documents:
        if is_empty(text, document.slice):
            continue
        at: int | None = document.slice.start
        if not seen:
            root, error = document.read()
            if error is not None:
                raise error
            seen, at = True, document.rest
        if at is not None:
            while text[at] in ' \t\r\n':
                at += 1
            return root, at
    return root, None


def parse_bytes(
    path: str,
    data: bytes,
    first_line: int = 1,
    *,
    first_index: int = 0,
    continued: bool = False,
    last: bool = True,
) -> ParsedFile:
    """The documents of a file, or of a part of it; bytes that are no text spoil those they are in.

    ``continued``: this part starts with the line break before a ``---``; ``first_line`` and
    ``first_index`` are the line and the number of the document with which it starts. ``last``
    False: the ``---`` with which the next part begins ends it.
    """
    bad: BadEncoding | None = None
    try:
        text = decode_bytes(data)
    except BadEncoding as error:
        bad = error
        text = error.text
    source = Source(path, text, first_line)
    if bad is not None and not bad.has_documents:
        whole = DocumentSlice(first_index, 0, len(text))
        return ParsedFile(source, [ParsedDocument(source, whole, bad)])
    slices = _slices(source) if last else list(split(text + '\n---'))
    if continued:
        # What stands before the first marker belongs to the part before.
        slices = [slice._replace(index=slice.index - 1) for slice in slices[1:]]
    return ParsedFile(
        source,
        [
            ParsedDocument(source, slice._replace(index=first_index + slice.index), bad)
            for slice in slices
        ],
    )
