"""The modules of ``linter.rules``: which there are, what each looks at, loaded on demand."""

from __future__ import annotations

import os
from collections.abc import Iterator

from linter.catalogue.rule import SUBJECTS, Check, Rule

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'rules')


class Library:
    """Rules by the names of their modules; each is imported when it is first asked for."""

    def __init__(self, folder: str = FOLDER, package: str = 'linter.rules') -> None:
        self._folder = folder
        self._package = package
        self._rules: dict[str, Rule] = {}
        self._names: list[str] | None = None
        self._index: dict[str, tuple[str, ...]] | None = None
        self._also: dict[str, tuple[str, ...]] = {}
        self._profiles: dict[str, str] = {}
        self._reads: dict[str, tuple[str, ...]] = {}
        self._needs: dict[str, tuple[str, ...]] = {}

    def names(self) -> list[str]:
        """The names of the modules that are rules."""
        if self._names is None:
            # An installation may be without sources, to be small.
            self._names = sorted(
                {
                    name.rpartition('.')[0]
                    for name in os.listdir(self._folder)
                    if name.endswith(('.py', '.pyc')) and not name.startswith('_')
                }
            )
        return self._names

    def load(self, name: str) -> Rule:
        """The rule in a module."""
        rule = self._rules.get(name)
        if rule is None:
            module = __import__(f'{self._package}.{name}', fromlist=('GROUP',))
            checks: list[tuple[str, Check]] = [
                (subject, value)
                for value in vars(module).values()
                for subject in getattr(value, SUBJECTS, ())
            ]
            rule = self._rules[name] = Rule(
                name.replace('_', '-'),
                module.GROUP,
                module.__doc__ or '',
                tuple(checks),
                getattr(module, 'ALSO', ()),
                getattr(module, 'PROFILE', 'default'),
                getattr(module, 'READS', ()),
                getattr(module, 'NEEDS', ()),
            )
        return rule

    def speaks_for(self, name: str) -> tuple[str, ...]:
        """The ids of all rules that a finding of a module may be."""
        self.of_subject('')
        also = self._also.get(name)
        if also is None:
            also = self.load(name).also
        return (name.replace('_', '-'), *also)

    def reads(self, name: str) -> tuple[str, ...]:
        """The kinds of Kubernetes' own for which a module of rules of a root asks."""
        self.of_subject('')
        return self._reads.get(name, ())

    def needs(self, name: str) -> tuple[str, ...]:
        """What a view must have for a module of rules of a root to find anything."""
        self.of_subject('')
        return self._needs.get(name, ())

    def profile(self, id: str) -> str:
        """The profile from which on a rule runs."""
        self.of_subject('')
        return self._profiles.get(id.replace('-', '_'), 'default')

    def of_subject(self, subject: str) -> tuple[str, ...]:
        """The modules that look at a subject, by the generated index.

        The index spares a run the import of all the others. Where rules may have changed since it
        was made, which is in a checkout only, they are asked themselves.
        """
        if self._index is None:
            self._index = self._read_index()
        return self._index.get(subject, ())

    def _read_index(self) -> dict[str, tuple[str, ...]]:
        if self._folder == FOLDER:
            from linter.catalogue.index import ALSO, INDEX, MODULES, NEEDS, PROFILES, READS

            if _is_installed() or self.checksums() == MODULES:
                self._also = {name: ALSO.get(name, ()) for name in MODULES}
                self._profiles = PROFILES
                self._reads = READS
                self._needs = NEEDS
                return INDEX
        self._profiles = {
            name: rule.profile for name, rule in self._loaded() if rule.profile != 'default'
        }
        self._reads = {name: rule.reads for name, rule in self._loaded() if rule.reads}
        self._needs = {name: rule.needs for name, rule in self._loaded() if rule.needs}
        return self.index()

    def _loaded(self) -> Iterator[tuple[str, Rule]]:
        for name in self.names():
            yield name, self.load(name)

    def checksums(self) -> dict[str, int]:
        """A number for what each module says of its subjects, which changes with that."""
        from zlib import crc32

        found = {}
        for name in self.names():
            path = os.path.join(self._folder, f'{name}.py')
            with open(path, encoding='utf-8') as file:
                lines = file.read().split('\n')
            said = []
            inside = False
            for line in lines:
                inside = (inside or line.startswith('@rule(')) and not line.startswith('def ')
                if inside or (line[:1].isupper() and ' = ' in line):
                    said.append(line)
            found[name] = crc32('\n'.join(said).encode())
        return found

    def index(self) -> dict[str, tuple[str, ...]]:
        """Which modules look at which subject, from the rules themselves."""
        found: dict[str, list[str]] = {}
        for name in self.names():
            for subject in dict.fromkeys(subject for subject, _ in self.load(name).checks):
                found.setdefault(subject, []).append(name)
        return {subject: tuple(found[subject]) for subject in sorted(found)}


def _is_installed() -> bool:
    """Whether this is no checkout, in which schemas lie beside the package."""
    return os.path.isdir(os.path.join(os.path.dirname(FOLDER), 'schemas'))
