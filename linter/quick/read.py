"""Is a file, a document, surely clean? The way into this room.

``CALICO_LINT_QUICK=0`` in the environment makes the answer no for everything, for tests and for
whoever suspects that a finding is lost.
"""

from __future__ import annotations

import os

from linter.calico.kinds import KINDS, POLICY_KINDS
from linter.calico.prefilter import may_be_calico_text
from linter.calico.schema_files import read_schema
from linter.quick.automaton import Machine
from linter.quick.conditions import MIRRORED
from linter.quick.nodes import Fields, World
from linter.quick.repeats import is_odd_list, may_be_odd
from linter.quick.states import Ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linter.calico.document import Document
    from linter.calico.target import Target
    from linter.catalogue.catalogue import Catalogue
    from linter.catalogue.facts import Facts
    from linter.policy.model import Record
    from linter.policy.semantics import Semantics
    from linter.quick.records import Summaries

_SWITCH = 'CALICO_LINT_QUICK'
_OFF = ('0', 'off', 'no')

_SETS = ('NetworkSet', 'GlobalNetworkSet')
_SCANNED = frozenset(('?http', '?means'))

LONGEST = 200_000
"""Bytes of a document that is worth reading here: no annotations are too large in it."""
MOST_LINES = 1000
"""Fewer than a policy may have rules. A set may have any number of nets."""
MOST_ITEMS = 50
MOST_OF_HTTP = 20
"""No list of a rule has a lower limit."""


class Clean:
    """What was read: ``documents`` in all, and how many of them are Calico's.

    ``dormant``: facts that hold, which the target does not mind.
    """

    __slots__ = ('checked', 'documents', 'dormant', 'note')

    def __init__(self, note: Callable[[str], bool] | None = None) -> None:
        self.note = note
        self.documents = 0
        self.checked = 0
        self.dormant: set[str] = set()


class Reader:
    """Reads documents for one target. ``asks`` tells the modules of the rules for a subject."""

    def __init__(self, target: Target, asks: Callable[[str], Iterable[str]]) -> None:
        self.target = target
        self.asks = asks
        self._machines: dict[str, Machine | None] = {}
        self._summaries: dict[str, Summaries] = {}
        self._facts: Facts | None = None
        # The last that was one for the engine, which then asks about it, too.
        self._asked = ''
        # The last that was clean, and its kind.
        self._last: tuple[str, str] = ('', '')

    def parts(
        self, parts: Iterable[bytes], note: Callable[[str], bool] | None = None
    ) -> Clean | None:
        """What a file holds that comes in parts, if there is nothing to say about it; None: ask.

        Each part but the first begins with the line break before a ``---``. ``note`` gets each
        clean document of Calico's, and says whether that can be made use of.
        """
        result = Clean(note)
        waiting: bytes | None = None
        for part in parts:
            if waiting is not None and not self._part(waiting, result, last=False):
                return None
            waiting = part
        return result if self._part(waiting or b'', result, last=True) else None

    def _part(self, data: bytes, result: Clean, last: bool) -> bool:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return False
        # A suppression may be one too many, and it may be meant for a fact that nobody minds.
        if 'lint' in text.lower():
            return False
        # A kustomization may hold patches, whose places are in it.
        if 'patch' in text:
            return False
        if '\r' in text:
            text = text.replace('\r\n', '\n')
        # UTF-16 without a mark has zeros, and else nobody. What a directive is for, and where its
        # document begins, is for the engine.
        if '\0' in text or '\r' in text or text[:1] in ('%', '\ufeff') or '\n%' in text:
            return False
        # What stands before the first marker of a part belongs to the part before.
        is_first = not result.documents
        begin = 0 if is_first else _behind_marker(text, 0)
        while begin != -1:
            end = text.find('\n---', begin)
            if end == -1:
                if begin == len(text) and last and not is_first:
                    return True
                return self._chunk(text, begin, len(text), result)
            if not self._chunk(text, begin, end, result):
                return False
            begin = _behind_marker(text, end)
            is_first = False
        return False

    def _chunk(self, text: str, begin: int, end: int, result: Clean) -> bool:
        result.documents += 1
        part = text[begin:end]
        if not _is_ours(part) and not may_be_calico_text(text, begin, end):
            # An empty document may be one too many, and one without a kind is no object.
            return not _is_empty(part) and (part[:5] == 'kind:' or '\nkind:' in part)
        dormant = self.document(part)
        if dormant is None or (result.note is not None and not result.note(part)):
            return False
        result.checked += 1
        result.dormant |= dormant
        return True

    def document(self, text: str) -> frozenset[str] | None:
        """The facts of a clean document that the target does not mind; None: ask the engine."""
        if text == self._asked:
            return None
        found = self._read(text)
        if found is None:
            self._asked = text
        return found

    def _read(self, text: str) -> frozenset[str] | None:
        lines = text.split('\n')
        if lines[0][:3] == '---':
            if lines[0].rstrip(' ') != '---':
                return None
            del lines[0]
        kind = _kind(lines)
        if kind is None or len(text) > (LONGEST if text.isascii() else LONGEST // 4):
            return None
        is_set = kind.endswith('Set')
        if len(lines) > MOST_LINES and not is_set:
            return None
        machine = self._machines[kind] if kind in self._machines else self._machine(kind)
        if machine is None:
            return None
        state = machine.start
        try:
            for line in lines:
                state = state[line]
            facts = machine.finish(state)
        except Ask:
            return None
        most = len(lines) if is_set else MOST_OF_HTTP if '?http' in facts else MOST_ITEMS
        if may_be_odd(text, lines, most) and is_odd_list(lines, most):
            return None
        if '?means' in facts and kind in POLICY_KINDS:
            # Imported lazily: the facts of most documents tell enough.
            from linter.policy.gate import may_speak

            found = self._decoded(lines, kind, machine, '')
            is_odd = may_speak(found)
            found.decoded.release()
            if is_odd:
                return None
        self._last = text, kind
        return facts - _SCANNED if facts else facts

    def _decoded(self, lines: list[str], kind: str, machine: Machine, path: str) -> Document:
        """A document that the machine took, with all of its places at the start of the file."""
        # Imported lazily: the facts of most documents tell enough.
        from linter.calico.document import Document
        from linter.quick.values import MAPPING, decoded
        from linter.text.source import Source

        found = decoded(lines, kind, machine.root, self.target.lane('v3'))
        return Document(Source(path, ''), MAPPING, 'v3', kind, found)

    def record(self, text: str, path: str, semantics: Semantics) -> Record | None:
        """The summary of a clean document of Calico's, all of whose places are the file's start.

        None: ask the engine, or the document says nothing about traffic.
        """
        return None if self.document(text) is None else self.meaning(text, path, semantics)

    def meaning(self, text: str, path: str, semantics: Semantics) -> Record | None:
        """The same for a document of which it is known that it is clean."""
        lines: list[str] = []
        kind = self._last[1] if self._last[0] is text else None
        if kind is None:
            lines = _lines(text)
            kind = _kind(lines)
        machine = self._machines.get(kind or '')
        if kind is None or machine is None:
            return None
        if kind in POLICY_KINDS:
            known = self._summaries.get(kind) or self._summaries_of(kind, machine, semantics)
            policy = known.policy(text, path)
            if policy is not None:
                return policy
        elif kind in _SETS:
            # Imported lazily, as what it is for.
            from linter.quick.records import network_set

            one = network_set(kind, KINDS[kind].namespaced, text, path)
            if one is not None:
                return one
        # Imported lazily: a run that reports findings has no use for it.
        from linter.calico.placeholders import may_hold
        from linter.policy.model import Unusable
        from linter.policy.summarise import summarise

        if may_hold(text):
            return None  # no summary, if it is a placeholder
        found = self._decoded(lines or _lines(text), kind, machine, path)
        record = summarise(found, semantics)
        found.decoded.release()
        return None if isinstance(record, Unusable) else record

    def _summaries_of(self, kind: str, machine: Machine, semantics: Semantics) -> Summaries:
        """What makes the summaries of policies of a kind, most of them without their values."""
        # Imported lazily, as what it is for.
        from linter.quick.records import Summaries

        spec = machine.root.field('spec')
        assert isinstance(spec, Fields)
        lane = self.target.lane('v3').name
        is_namespaced = KINDS[kind].namespaced
        fills_in = semantics.fills_in_types(lane)
        found = Summaries(kind, is_namespaced, spec, lane, fills_in)
        self._summaries[kind] = found
        return found

    def _machine(self, kind: str) -> Machine | None:
        """The tables of a kind, made when the first document of it comes."""
        known = KINDS.get(kind)
        machine = None
        if (
            known is not None
            and (known.since is None or self.target.version >= known.since)
            and (known.has_crd or self.target.admission == 'api')
        ):
            schema = read_schema('v3', kind)
            world = World(
                kind,
                known.namespaced,
                self.target,
                schema,
                lambda fact: self._minds(fact, kind),
                lambda subject: self._undecided(subject, kind),
            )
            subjects = ('document', kind, 'policy') if kind in POLICY_KINDS else ('document', kind)
            if not any(map(world.undecided, subjects)):
                machine = Machine(Fields(schema, 'document', world))
        self._machines[kind] = machine
        return machine

    def _minds(self, fact: str, kind: str) -> bool:
        if self._facts is None:
            # Imported lazily: most documents raise no such question.
            from linter.catalogue.facts import known_facts

            self._facts = known_facts()
        return self._facts.find(fact, kind, self.target.admission, self.target) is not None

    def _undecided(self, subject: str, kind: str) -> bool:
        """Whether some rule looks at a subject that has no mirror of it here."""
        for name in (subject, f'{subject}@{kind}', f'{subject}@v3'):
            if not set(self.asks(name)) <= set(MIRRORED.get(name, ())):
                return True
        return False


_API = 'apiVersion: projectcalico.org/v3\n'


def _is_ours(part: str) -> bool:
    """Whether a document says so in the way that nearly everybody does; no: look more closely."""
    return part.startswith(_API) or '\n' + _API in part


def _behind_marker(text: str, at: int) -> int:
    """Where the line after the one with a ``---`` starts; -1: the marker is not alone on its line.

    ``at`` is the line break before it.
    """
    end = text.find('\n', at + 4)
    behind = len(text) if end == -1 else end + 1
    return -1 if text[at + 4 : behind].strip(' \n') else behind


_KIND = ('kind:', '"kind":', "'kind':")


def _kind(lines: list[str]) -> str | None:
    """The kind of a document; whether it is well written, the tables say."""
    for number, line in enumerate(lines, 1):
        if line.startswith(_KIND):
            kind = line.partition(':')[2].partition(' #')[0].strip(' \'"')
            if kind in _ON_THE_NEXT and number < len(lines):
                kind = lines[number].strip(' \'"')
            return kind
    return None


def _lines(text: str) -> list[str]:
    """The lines of a clean document, without that of its marker."""
    lines = text.split('\n')
    if lines[0][:3] == '---':
        del lines[0]
    return lines


_ON_THE_NEXT = ('', '|-', '>-')


def _is_empty(text: str) -> bool:
    """Whether a document may be nothing but blanks and comments, by any sign for a line's end."""
    for line in text.split('\n'):
        body = line.lstrip(' ')
        if body and (body[0].isalnum() or body[0] in '"\'{[<-') and body[:3] != '---':
            return False
    return True


_readers: dict[tuple[Target, object], Reader | None] = {}


def reader(target: Target, catalogue: Catalogue | None = None) -> Reader | None:
    """What reads for a target, and remembers what it read; None where nothing is to be read so.

    Without a catalogue there are the rules of the default profile; who brings those gets the same.
    """
    if catalogue is not None and catalogue.is_standard:
        catalogue = None
    # What other dataplanes make of a document is for the engine to say.
    if _is_off() or target.dataplane != 'iptables':
        return None
    key = target, catalogue
    if key not in _readers:
        _readers[key] = make(target, catalogue)
    return _readers[key]


def _is_off() -> bool:
    # To ask for what is not there takes ten times as long as to see that it is not.
    return _SWITCH in os.environ and os.environ[_SWITCH] in _OFF


def make(target: Target, catalogue: Catalogue | None = None) -> Reader | None:
    """A reader of one's own, whatever the environment says."""
    if catalogue is not None:
        rules = catalogue
        return Reader(target, lambda subject: (*rules.modules_of(subject), *rules.beyond(subject)))
    from linter.catalogue.index import INDEX, MODULES, PROFILES

    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'rules')
    files = [name for name in os.listdir(folder) if name.endswith(('.py', '.pyc'))]
    names = sorted({name.rpartition('.')[0] for name in files if not name.startswith('_')})
    # A rule that nobody has put into the index may look at anything.
    if names != list(MODULES):
        return None
    return Reader(
        target, lambda subject: [name for name in INDEX.get(subject, ()) if name not in PROFILES]
    )
