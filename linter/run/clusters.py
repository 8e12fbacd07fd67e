"""Which files are of one cluster: the folders of roots, and the clusters that are in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from linter.policy.model import Record, Unusable
from linter.policy.view import doubles, has_doubles
from linter.workspace.lookup import KUSTOMIZATIONS, Lookup
from linter.workspace.roots import is_marked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

Records = list[Record | Unusable]


class RootFolder(NamedTuple):
    """The folder of a root. ``is_named``: the configuration says that it is one; ``is_seen``: all
    of it is looked at."""

    folder: str
    is_closed: bool = False
    is_named: bool = False
    is_seen: bool = True


class Unit(NamedTuple):
    """The records of one cluster; the rest as in ``RootView``."""

    records: Records
    is_closed: bool = False
    is_named: bool = False
    are_variants: bool = False


class Clusters:
    """The roots of one run, by the folders that are checked and by the configuration."""

    def __init__(self, lookup: Lookup, folders: Iterable[str]) -> None:
        self._lookup = lookup
        self._checked = list(folders)
        self.roots: dict[str, RootFolder | None] = {}
        # The same by the folder as paths name it.
        self._heads: dict[str, RootFolder | None] = {}
        self._kustomized: dict[str, str | None] = {}

    def root_of(self, path: str) -> RootFolder | None:
        """The root in which a file is, if it is in any."""
        head = self._lookup.folder_of(path)
        if head not in self._heads:
            folder = os.path.dirname(os.path.abspath(path))
            if folder not in self.roots:
                self.roots[folder] = self._find_root(path, folder)
            self._heads[head] = self.roots[folder]
        return self._heads[head]

    def _find_root(self, path: str, folder: str) -> RootFolder | None:
        home = self._lookup.home_of(path)
        named: list[RootFolder] = []
        for one in home.config.roots if home is not None else ():
            assert home is not None
            base = os.path.normpath(os.path.join(home.folder, one.path))
            if _is_below(folder, base):
                is_seen = self._is_seen(base)
                named.append(RootFolder(base, one.is_closed and is_seen, True, is_seen))
        if named:
            return max(named, key=lambda one: len(one.folder))
        found = [
            RootFolder(base)
            for base in self._checked
            if _is_below(folder, base) and is_marked(base, self._lookup)
        ]
        whole = min(found, key=lambda one: len(one.folder), default=None)
        return None if whole is None else self._own_of(folder, whole)

    def _is_seen(self, base: str) -> bool:
        """Whether all of a folder is looked at, but for what the configuration excludes."""
        whole = any(_is_below(base, folder) for folder in self._checked)
        return whole and not self._lookup.options.exclude

    def _own_of(self, folder: str, whole: RootFolder) -> RootFolder:
        """The root of a repository inside another one, as a submodule is, or the outer one."""
        while folder != whole.folder:
            if self._lookup.files.exists(os.path.join(folder, '.git')):
                return RootFolder(folder)
            folder = os.path.dirname(folder)
        return whole

    def units(self, root: RootFolder, records: Records) -> Iterator[Unit]:
        """The records of one cluster each: what occurs twice is of two, or is there by mistake.

        Where one folder holds variants of the same objects, its repository is a collection of
        samples or tests, and no folder of it is taken for a cluster.
        """
        if root.is_named and has_doubles(records):
            records = _without_links(records)
        if root.is_named or not has_doubles(records):
            yield Unit(records, root.is_closed, root.is_named)
            return
        groups: dict[str | None, Records] = {}
        for record in records:
            groups.setdefault(self._kustomization_of(path_of(record), root.folder), []).append(
                record
            )
        units: list[Records] = []
        for some in groups.values():
            if not has_doubles(some):
                units.append(some)
                continue
            folders: dict[str, Records] = {}
            for record in some:
                folders.setdefault(os.path.dirname(path_of(record)), []).append(record)
            units += map(_without_links, folders.values())
        is_collection = any(map(_are_variants, units))
        for unit in units:
            yield Unit(unit, are_variants=is_collection)

    def _kustomization_of(self, path: str, top: str) -> str | None:
        """The nearest folder with a kustomization, from a file's up to that of the root."""
        folder = os.path.dirname(os.path.abspath(path))
        passed = []
        found: str | None = None
        while _is_below(folder, top):
            if folder in self._kustomized:
                found = self._kustomized[folder]
                break
            passed.append(folder)
            if any(
                self._lookup.files.exists(os.path.join(folder, name)) for name in KUSTOMIZATIONS
            ):
                found = folder
                break
            folder = os.path.dirname(folder)
        for one in passed:
            self._kustomized[one] = found
        return found


def _without_links(records: Records) -> Records:
    """The records but those of files that are other names of one among them."""
    names = dict.fromkeys(path_of(record) for group in doubles(records) for record in group)
    known: set[str] = set()
    links: set[str] = set()
    for path in sorted(names, key=os.path.islink):
        real = os.path.realpath(path)
        if real in known:
            links.add(path)
        known.add(real)
    return [record for record in records if path_of(record) not in links]


def _are_variants(records: Records) -> bool:
    """Whether one object is defined in several files."""
    return any(len({path_of(record) for record in group}) > 1 for group in doubles(records))


def path_of(record: Record | Unusable) -> str:
    """The file in which a record's document is."""
    place = record.place
    assert place is not None
    return place.path


def _is_below(folder: str, base: str) -> bool:
    return folder == base or folder.startswith(os.path.join(base, ''))
