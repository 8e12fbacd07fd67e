"""The policies of a run: which files they are in, and whether they can be reasoned from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from linter.calico.parsed_file import ParsedFile, parse_bytes
from linter.calico.prefilter import may_be_calico
from linter.calico.target import Target
from linter.catalogue.catalogue import Catalogue
from linter.engine.check import check_parsed
from linter.engine.conditions import conditions
from linter.policy.load import records
from linter.policy.model import Policy, Record, Service, Unusable
from linter.policy.semantics import Semantics
from linter.policytest.model import CaseFile, Mistake, Mistakes
from linter.text.errors import Fatal
from linter.workspace.discover import STDIN, Unreadable, find, read, relative

SUFFIXES = ('.yaml', '.yml', '.json')


class Loaded(NamedTuple):
    """What the files hold: ``unusable`` may not be reasoned from, ``doubles`` occur twice."""

    records: tuple[Record, ...]
    unusable: tuple[Unusable, ...]
    doubles: tuple[tuple[Record, Record], ...]

    @property
    def policies(self) -> Iterator[Policy]:
        return (record for record in self.records if isinstance(record, Policy))


class Loader:
    """Reads files of policies, each once."""

    def __init__(self, target: Target, catalogue: Catalogue, semantics: Semantics) -> None:
        self.target = target
        self.semantics = semantics
        self.conditions = conditions(target, catalogue, suppress=False)
        self._known: dict[str, tuple[Record | Unusable, ...]] = {}

    def load(self, paths: Iterable[str]) -> Loaded:
        """The summaries of some files."""
        found: list[Record] = []
        unusable: list[Unusable] = []
        doubles: list[tuple[Record, Record]] = []
        seen: dict[tuple[str, str | None, str], Record] = {}
        for path in paths:
            for record in self._file(path):
                if isinstance(record, Unusable):
                    unusable.append(record)
                    continue
                identity = _identity(record)
                other = seen.setdefault(identity, record) if identity is not None else record
                if other is not record:
                    doubles.append((other, record))
                found.append(record)
        return Loaded(tuple(found), tuple(unusable), tuple(doubles))

    def _file(self, path: str) -> tuple[Record | Unusable, ...]:
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = tuple(self._read(path))
        return known

    def _read(self, path: str) -> Iterator[Record | Unusable]:
        try:
            data = b''.join(read(path))
        except Unreadable as error:
            raise Fatal(str(error)) from None
        is_calico = may_be_calico(data)
        if not is_calico and b'apiVersion' not in data:
            return
        parsed = parse_bytes(path, data)
        refused = self._refused(parsed) if is_calico else {}
        yield from records(parsed, self.target, self.semantics, refused)

    def _refused(self, parsed: ParsedFile) -> dict[int, str]:
        """Why Calico refuses documents of a file, by their number."""
        found: dict[int, str] = {}
        for diagnostic in check_parsed(parsed, self.conditions).diagnostics:
            if diagnostic.effect == 'refused' and diagnostic.object is not None:
                line, _ = diagnostic.source.position(diagnostic.span.start)
                why = f'is refused by Calico (line {line}: {diagnostic.message})'
                found.setdefault(diagnostic.object.document_index, why)
        return found


def _identity(record: Record) -> tuple[str, str | None, str] | None:
    kind = getattr(record, 'kind', type(record).__name__)
    name = getattr(record, 'name', None)
    if name is None or isinstance(record, Service):
        return None
    namespace: str | None = getattr(record, 'namespace', '')
    return kind, namespace, name


def files_of(case_file: CaseFile) -> list[str]:
    """The files that the patterns of a file of tests name; raises Mistakes."""
    folder = os.path.dirname(case_file.path)
    own = os.path.realpath(case_file.path)
    found: dict[str, None] = {}
    mistakes = []
    for pattern in case_file.policies:
        some = list(_matching(folder, pattern.text))
        if not some:
            message = f'no file is named {pattern.text}, seen from this one: mend the pattern'
            mistakes.append(Mistake(case_file.path, pattern.line, pattern.column, message))
        for path in some:
            if os.path.realpath(path) != own:
                found[relative(path)] = None
    if mistakes:
        raise Mistakes(mistakes)
    return list(found)


def _matching(folder: str, text: str) -> Iterator[str]:
    path = os.path.join(folder, text) if text else folder
    if os.path.isdir(path):
        yield from _walk(path)
    elif os.path.exists(path):
        yield path
    elif any(sign in text for sign in '*?['):
        from glob import glob

        for one in sorted(glob(path, recursive=True)):
            if os.path.isfile(one) and one.lower().endswith(SUFFIXES):
                yield one


def _walk(folder: str) -> Iterator[str]:
    for entry in find((folder,)):
        if isinstance(entry, Unreadable):
            raise Fatal(str(entry))
        if entry != STDIN:
            yield entry


def require_usable(loaded: Loaded) -> None:
    """Raise Mistakes for what would make every verdict doubtful."""
    found = [
        Mistake(one.place.path, one.place.line, 1, f'{shown(one)} {one.why}')
        for one in loaded.unusable
    ]
    for first, second in loaded.doubles:
        place, other = getattr(second, 'place', None), getattr(first, 'place', None)
        if place is not None and other is not None:
            message = (
                f'{shown_record(second)} is in {other.path}:{other.line}, too, and a cluster has '
                'but one: name the files of one cluster'
            )
            found.append(Mistake(place.path, place.line, 1, message))
    for policy in loaded.policies:
        if policy.namespace is None:
            message = f'{policy.shown} names no namespace, so nobody knows whom it is about'
            found.append(Mistake(policy.place.path, policy.place.line, 1, message))
    if found:
        raise Mistakes(found)


def shown(one: Unusable) -> str:
    """``NetworkPolicy shop/db``."""
    if not one.name:
        return f'a {one.kind}' if one.kind != 'document' else 'a document'
    return f'{one.kind} {one.namespace}/{one.name}' if one.namespace else f'{one.kind} {one.name}'


def shown_record(record: Record) -> str:
    if isinstance(record, Policy):
        return record.shown
    kind = getattr(record, 'kind', type(record).__name__)
    namespace = getattr(record, 'namespace', '')
    name = getattr(record, 'name', '')
    return f'{kind} {namespace}/{name}' if namespace else f'{kind} {name}'


def files_in(paths: Iterable[str]) -> Iterator[str]:
    """The files that the paths of a command line name, each once."""
    for entry in find(list(paths)):
        if isinstance(entry, Unreadable):
            raise Fatal(str(entry))
        if entry == STDIN:
            raise Fatal('policies are read from files: name them, or a folder')
        yield entry
