"""Baseline: a file of findings that are known, so that only new ones are reported.

A finding is known again by its rule, its object, its path within the object without the numbers of
list items, and the decoded content of what it is about. Lines, files and the style of the YAML are
no part of that: what is moved or written otherwise stays known. What agrees in all four is counted.

The file's path is only the place where an entry was last seen. An entry is first spent on findings
there; what is left of it goes to findings elsewhere, if the finding has moved: its file is gone, or
was checked in this run and no longer has it. So a copy of a known mistake is a new one. What
belongs to no object with a name, such as a syntax error, is known in another file only where its
own is gone.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as SequenceOf
from typing import NamedTuple

from linter.diagnostic import Diagnostic, Identity
from linter.engine.outcome import Outcome
from linter.run.baseline_file import Entry, dumped, read_entries
from linter.text.errors import Fatal
from linter.text.escape import escape
from linter.workspace.atomic_write import Unwritable, create, replace
from linter.workspace.discover import relative
from linter.workspace.files import DISK, NOTHING, is_folder
from linter.workspace.lookup import NAME
from linter.workspace.options import STDIN_NAME, Options

_SHOWN = 10


class Split(NamedTuple):
    """Findings that are reported, and those that are not.

    ``cured`` are the entries, and how many of each, that this run looked for in vain. ``kept`` are
    those that still hold, where they hold now, and those that this run had no say in.
    """

    new: list[Diagnostic]
    known: list[Diagnostic]
    cured: list[Entry]
    kept: list[Entry]


class Scope:
    """What a run had a say in. Paths here are relative to the working directory."""

    def __init__(self, options: Options, outcome: Outcome) -> None:
        self._lookup = options.lookup()
        self._met = frozenset(outcome.paths)
        self._unread = {place.rpartition(':')[0] for place in outcome.templates}
        unreadable = options.catalogue().facts.unreadable
        every = (*outcome.diagnostics, *(one for one, _ in outcome.suppressed))
        self._unread.update(one.source.path for one in every if one.fact in unreadable)
        folders = [relative(path) for path in options.paths if is_folder(path, self._lookup.files)]
        self._folders = tuple('' if path == os.curdir else f'{path}/' for path in folders)
        self._is_complete = not outcome.errors

    def judged(self, path: str, rule: str) -> bool:
        """Whether findings of the rule in the file would have been found.

        A file that is gone would have been found where its folder was searched.
        """
        if not self._is_complete or path in self._unread:
            return False
        if path in self._met:
            if self._lookup.is_excluded(path):
                return False
        elif not (self._searched(path) and is_gone(path)):
            return False
        return self._lookup.settings_for(path).wants(rule)

    def _searched(self, path: str) -> bool:
        if path == STDIN_NAME or (path.startswith(os.pardir) and '' in self._folders):
            return False
        return path.startswith(self._folders)


def _path(diagnostic: Diagnostic) -> str:
    """The file of which a finding is known."""
    return diagnostic.suffers or diagnostic.source.path


def is_gone(path: str) -> bool:
    """Whether there is no such file; standard input without a name is nowhere."""
    return not os.path.lexists(path)


class Baseline:
    """The entries of a baseline; ``data`` is what its file holds, None where there is no file."""

    def __init__(self, file: str, entries: Iterable[Entry] = (), data: bytes | None = None) -> None:
        self.file = file
        self.data = data
        # The working directory has no symbolic links in it either.
        self._folder = os.path.realpath(os.path.dirname(os.path.abspath(file)))
        self._counts: dict[Identity, dict[str, int]] = {}
        for path, identity, count in entries:
            places = self._counts.setdefault(identity, {})
            # Twice after a merge, with each side's count: one of them holds, not their sum.
            places[path] = max(count, places.get(path, 0))

    def split(self, diagnostics: Iterable[Diagnostic], scope: Scope) -> Split:
        """Part findings into new and known, each in the order given."""
        every = list(diagnostics)
        names: dict[str, str] = {}
        found: dict[Identity, dict[str, list[int]]] = {}
        for index, identity in _identities(every):
            path = _path(every[index])
            if path not in names:
                names[path] = self._name(path)
            found.setdefault(identity, {}).setdefault(names[path], []).append(index)
        known: set[int] = set()
        kept: Counter[tuple[str, Identity]] = Counter()
        left = {identity: dict(places) for identity, places in self._counts.items()}
        for identity, places in found.items():
            budget = left.get(identity)
            if budget is None:
                continue
            for path, indexes in places.items():
                self._spend(budget, path, indexes, known, kept, (path, identity))
            donors = iter(tuple(budget)) if any(places.values()) else iter(())
            donor = self._next_donor(donors, budget, identity, scope)
            for path, indexes in places.items():
                while indexes and donor is not None:
                    self._spend(budget, donor, indexes, known, kept, (path, identity))
                    if not budget[donor]:
                        donor = self._next_donor(donors, budget, identity, scope)
            self._spend_anywhere(budget, places, known, kept, identity)
        cured = []
        for identity, budget in left.items():
            for path, count in budget.items():
                if count and scope.judged(self._path(path), identity.rule):
                    cured.append(Entry(path, identity, count))
                elif count:
                    kept[path, identity] += count
        return Split(
            [one for index, one in enumerate(every) if index not in known],
            [one for index, one in enumerate(every) if index in known],
            sorted(cured),
            [Entry(path, identity, count) for (path, identity), count in kept.items()],
        )

    def entries(self, diagnostics: SequenceOf[Diagnostic]) -> list[Entry]:
        """What would be written for findings."""
        counts = Counter(
            (self._name(_path(diagnostics[index])), identity)
            for index, identity in _identities(diagnostics)
        )
        return [Entry(path, identity, count) for (path, identity), count in counts.items()]

    def write(self, entries: Iterable[Entry]) -> bool:
        """Put these entries in the file, all or nothing; False where it holds them already.

        Raises replace.Unwritable.
        """
        data = dumped(entries)
        if data == self.data:
            return False
        if self.data is None:
            create(self.file, data)
        else:
            replace(self.file, self.data, data)
        return True

    @staticmethod
    def _spend(
        budget: dict[str, int],
        donor: str,
        indexes: list[int],
        known: set[int],
        kept: Counter[tuple[str, Identity]],
        key: tuple[str, Identity],
    ) -> None:
        """Cover as many findings, the first ones, as an entry has left."""
        number = min(len(indexes), budget.get(donor, 0))
        if number:
            known.update(indexes[:number])
            del indexes[:number]
            budget[donor] -= number
            kept[key] += number

    def _next_donor(
        self, donors: Iterator[str], budget: dict[str, int], identity: Identity, scope: Scope
    ) -> str | None:
        """The next of some files in which an entry has something left that has moved."""
        return next(
            (one for one in donors if budget[one] and self._has_moved(one, identity, scope)), None
        )

    def _has_moved(self, donor: str, identity: Identity, scope: Scope) -> bool:
        """Whether what an entry has left may be somewhere else now."""
        where = self._path(donor)
        return is_gone(where) or (identity.is_anchored and scope.judged(where, identity.rule))

    def _spend_anywhere(
        self,
        budget: dict[str, int],
        places: dict[str, list[int]],
        known: set[int],
        kept: Counter[tuple[str, Identity]],
        identity: Identity,
    ) -> None:
        """Nobody knows which file it is that comes in on standard input without a name."""
        indexes = places.get(STDIN_NAME)
        if indexes and identity.is_anchored:
            for donor in budget:
                self._spend(budget, donor, indexes, known, kept, (STDIN_NAME, identity))

    def _name(self, path: str) -> str:
        """A path of the run as the file has it."""
        if path == STDIN_NAME:
            return path
        try:
            name = os.path.relpath(path, self._folder)
        except ValueError:  # another drive
            name = path
        return name.replace(os.sep, '/') if os.sep != '/' else name

    def _path(self, name: str) -> str:
        """A path of the file as the run has it."""
        return name if name == STDIN_NAME else relative(os.path.join(self._folder, name))


def apply(baseline: Baseline, options: Options, outcome: Outcome) -> list[str]:
    """Take what is known out of a run's findings; what is worth saying about it, line by line.

    Where the options say so the file is written, too; if it cannot or must not be, that is one of
    the outcome's errors.
    """
    found = baseline.split(outcome.diagnostics, Scope(options, outcome))
    outcome.diagnostics, outcome.known = found.new, found.known
    if not options.write_baseline:
        return _cured(found.cured, baseline.file)
    new = [one for one in found.new if one.identity is not None]
    added = baseline.entries(new)
    shown = escape(baseline.file)
    if outcome.errors:
        outcome.errors.append(f'{shown}: not written, because not everything could be checked')
        return []
    if added and baseline.data is not None and not options.allow_growth:
        outcome.errors.append(
            f'{shown}: not changed, because it would grow by {_findings(added)}: mend them, or let '
            'it grow with --allow-growth\n' + '\n'.join(_listed(added))
        )
        return []
    entries = _summed([*found.kept, *added])
    try:
        is_changed = baseline.write(entries)
    except Unwritable as error:
        outcome.errors.append(str(error))
        return []
    outcome.known += new
    outcome.diagnostics = [one for one in found.new if one.identity is None]
    what = f'{_findings(entries)} in the baseline'
    if not is_changed:
        return [f'{shown}: unchanged, {what}']
    return [f'{shown}: written, {what} ({_number(added)} new, {_number(found.cured)} cured)']


def _identities(diagnostics: SequenceOf[Diagnostic]) -> Iterator[tuple[int, Identity]]:
    """Index and identity of every finding that a baseline may hold.

    Configuration is mended, not put up with: with a mistake there, nothing may be as was asked.
    """
    for index, one in enumerate(diagnostics):
        if one.identity is not None:
            yield index, one.identity


def _summed(entries: Iterable[Entry]) -> list[Entry]:
    counts: Counter[tuple[str, Identity]] = Counter()
    for path, identity, count in entries:
        counts[path, identity] += count
    return [Entry(path, identity, count) for (path, identity), count in counts.items()]


def _cured(entries: SequenceOf[Entry], file: str) -> list[str]:
    if not entries:
        return []
    number = _number(entries)
    return [
        f'{_findings(entries)} of the baseline {"is" if number == 1 else "are"} cured: '
        f'--write-baseline {escape(file)} takes {"it" if number == 1 else "them"} out',
        *_listed(entries),
    ]


def _listed(entries: SequenceOf[Entry]) -> list[str]:
    lines = [f'  {entry}' for entry in sorted(entries)[:_SHOWN]]
    return [*lines, f'  and {len(entries) - _SHOWN} more'] if len(entries) > _SHOWN else lines


def _number(entries: Iterable[Entry]) -> int:
    return sum(entry.times for entry in entries)


def _findings(entries: Iterable[Entry]) -> str:
    number = _number(entries)
    return f'{number} finding' if number == 1 else f'{number} findings'


def open_baseline(options: Options) -> Baseline:
    """The baseline that a run asks for, empty where it is to be written for the first time."""
    file = options.baseline or ''
    if options.write_baseline:
        if DISK.is_link(file) and DISK.kind(file) == NOTHING:
            raise Fatal(f'{escape(file)} is a link to nothing: name the file that is meant')
        if os.path.basename(file) == NAME:
            raise Fatal(f'{escape(file)} is a configuration: name another file')
    if options.write_baseline and not DISK.exists(file):
        return Baseline(file)
    return read(file)


def read(file: str) -> Baseline:
    """The baseline in a file; Fatal where there is none, or none that this version can read."""
    return Baseline(file, *read_entries(file))
