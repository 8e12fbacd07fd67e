"""Is a file, a document, surely clean? The way into this room.

``CALICO_LINT_QUICK=0`` in the environment makes the answer no for everything, for tests and for
whoever suspects that a finding is lost.
"""

from __future__ import annotations

import os

from linter.calico.kinds import KINDS
from linter.calico.prefilter import may_be_calico_text
from linter.calico.schema_files import read_schema
from linter.quick.automaton import Ask, Machine
from linter.quick.conditions import MIRRORED
from linter.quick.nodes import Fields, World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from linter.calico.target import Target

_OFF = ('0', 'off', 'no')

_SCANNED = frozenset(('?many', '?http'))

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

    __slots__ = ('checked', 'documents', 'dormant')

    def __init__(self) -> None:
        self.documents = 0
        self.checked = 0
        self.dormant: set[str] = set()


class Reader:
    """Reads documents for one target. ``index``: the rules of each subject, by their modules."""

    def __init__(self, target: Target, index: dict[str, tuple[str, ...]]) -> None:
        self.target = target
        self.index = index
        self._machines: dict[str, Optional[Machine]] = {}

    def file(self, data: bytes) -> Optional[Clean]:
        """What a file holds, if nothing in it is to be said; None: ask the engine."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return None
        # A suppression may be one too many, and it may be meant for a fact that nobody minds.
        if 'lint' in text.lower():
            return None
        if '\r' in text:
            text = text.replace('\r\n', '\n')
        # UTF-16 without a mark has them, and else nobody.
        if '\0' in text:
            return None
        # What a directive is for, and where its document begins, is for the engine.
        if text[:1] in ('%', '\ufeff') or '\n%' in text:
            return None
        result = Clean()
        begin = 0
        size = len(text)
        while begin < size or begin == 0:
            end = text.find('\n---', begin)
            if end == -1:
                end = behind = size
            else:
                behind = text.find('\n', end + 4)
                behind = size if behind == -1 else behind + 1
                if text[end + 4 : behind].strip(' \n'):
                    return None
            result.documents += 1
            if not may_be_calico_text(text, begin, end):
                if _is_empty(text[begin:end]):
                    return None
            else:
                dormant = self.document(text[begin:end])
                if dormant is None:
                    return None
                result.checked += 1
                result.dormant |= dormant
            begin = behind
        return result

    def document(self, text: str) -> Optional[frozenset[str]]:
        """The facts of a clean document that the target does not mind; None: ask the engine."""
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
        if '?many' in facts:
            most = len(lines) if is_set else MOST_OF_HTTP if '?http' in facts else MOST_ITEMS
            if _is_odd_list(lines, most):
                return None
            facts -= _SCANNED
        return facts

    def _machine(self, kind: str) -> Optional[Machine]:
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
            if not world.undecided('document') and not world.undecided(kind):
                machine = Machine(Fields(schema, 'document', world))
        self._machines[kind] = machine
        return machine

    def _minds(self, fact: str, kind: str) -> bool:
        from linter.catalogue import facts

        return facts.load().find(fact, kind, self.target.admission, self.target) is not None

    def _undecided(self, subject: str, kind: str) -> bool:
        """Whether some rule looks at a subject that has no mirror of it here."""
        for name in (subject, f'{subject}@{kind}', f'{subject}@v3'):
            if not set(self.index.get(name, ())) <= set(MIRRORED.get(name, ())):
                return True
        return False


_KIND = ('kind:', '"kind":', "'kind':")


def _kind(lines: list[str]) -> Optional[str]:
    """The kind of a document; whether it is well written, the tables say."""
    for line in lines:
        if line.startswith(_KIND):
            return line.partition(':')[2].partition(' #')[0].strip(' \'"')
    return None


def _is_empty(text: str) -> bool:
    """Whether a document may be nothing but blanks and comments."""
    for line in text.split('\n'):
        body = line.lstrip(' ')
        if body and body[0] != '#' and body[:3] != '---':
            return False
    return True


def _is_odd_list(lines: list[str], most: int) -> bool:
    """Whether a list with an item on each line repeats a scalar or has more items than these."""
    seen: set[str] = set()
    indent = -1
    count = 0
    for line in lines:
        body = line.lstrip(' ')
        if body[:2] == '- ':
            at = len(line) - len(body)
            if at != indent:
                seen.clear()
                indent, count = at, 0
            count += 1
            text = body[2:].partition(' #')[0].strip(' ')
            item = text.strip('\'"')
            if item in seen and ': ' not in text and text[-1:] != ':':
                return True
            seen.add(item)
            if count > most:
                return True
        elif body and body[0] != '#':
            indent = -1
    return False


_readers: dict[Target, Optional[Reader]] = {}


def reader(target: Target) -> Optional[Reader]:
    """What reads for a target, and remembers what it read; None where nothing is to be read so."""
    if target not in _readers:
        _readers[target] = None if os.environ.get('CALICO_LINT_QUICK') in _OFF else make(target)
    return _readers[target]


def make(target: Target) -> Optional[Reader]:
    """A reader of one's own, whatever the environment says."""
    from linter.catalogue.index import INDEX, MODULES

    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'rules')
    names = sorted(name[:-3] for name in os.listdir(folder) if name.endswith('.py'))
    # A rule that nobody has put into the index may look at anything.
    if tuple(name for name in names if not name.startswith('_')) != MODULES:
        return None
    return Reader(target, INDEX)
