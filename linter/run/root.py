"""What the policies of a root mean together: the rules of the subject ``root``, at a run's end."""

from __future__ import annotations

import os
from collections import Counter

from linter.engine.outcome import Outcome
from linter.engine.summaries import semantics_of
from linter.policy.effort import (
    FOR_ROOT,
    Effort,
    TooComplex,
    for_policies,
    within,
)
from linter.policy.model import PATCH, Record, Unusable
from linter.policy.view import MOST_POLICIES, External, RootFinding, RootView
from linter.run.clusters import Clusters, Records, RootFolder, Unit, path_of
from linter.run.one_file import check, conditions_of, settle
from linter.workspace import discover
from linter.workspace.lookup import NAME
from linter.workspace.roots import LOOKS_AHEAD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linter.catalogue.catalogue import Catalogue, RootRule
    from linter.diagnostic import Diagnostic
    from linter.run.root_findings import RootFindings
    from linter.run.sources import Sources
    from linter.workspace.options import Options


def judge(outcome: Outcome, options: Options) -> None:
    """Add what the rules of a root find to the findings of the files."""
    around = Outcome()
    if options.context is not None and (outcome.records or outcome.kubernetes):
        # A run that met nothing of Calico's need not look any further.
        around = _context(options.context, outcome, options)
    records = (*outcome.records, *around.records)
    is_wanted = any(not isinstance(record, Unusable) for record in records)
    if is_wanted or (outcome.kubernetes and _reads_kubernetes(outcome.kubernetes[0], options)):
        _Run(outcome, options, outcome.texts, around).run()
    outcome.records = []


def _reads_kubernetes(path: str, options: Options) -> bool:
    """Whether policies of Kubernetes' own are to be looked at where none of Calico's is in view."""
    home = options.lookup().home_of(path)
    return home is not None and home.config.kubernetes


def _context(folder: str, outcome: Outcome, options: Options) -> Outcome:
    """What the files of a folder mean that were not to be checked."""
    # One file may have several names.
    named = {os.path.abspath(path) for path in outcome.paths}
    named |= {os.path.realpath(path) for path in outcome.paths}
    found = Outcome()
    for entry in discover.find((folder,), options.lookup().is_excluded):
        if isinstance(entry, str) and os.path.abspath(entry) not in named:
            check(entry, options, found)
    return found


def alone(path: str, data: bytes, options: Options, is_closed: bool = False) -> list[Diagnostic]:
    """What is found in a file that is a root by itself, whatever its path holds.

    The options have a ``context``, so that what the documents mean is noted.
    """
    from linter.engine.check import check_parts

    outcome = check_parts(path, [data], conditions_of(path, options))
    outcome.kubernetes.append(path)
    run = _Run(outcome, options, {path: data})
    folder = os.path.dirname(os.path.abspath(path))
    run.clusters.roots[folder] = RootFolder(folder, is_closed, is_closed)
    run.run()
    settle(outcome, options)
    assert not outcome.errors, outcome.errors
    return outcome.diagnostics


class _Run:
    """One run's look at its roots."""

    def __init__(
        self,
        outcome: Outcome,
        options: Options,
        texts: dict[str, bytes] | None = None,
        around: Outcome | None = None,
    ) -> None:
        self.outcome = outcome
        self.options = options
        self.lookup = options.lookup()
        self._texts = texts
        self._sources: Sources | None = None
        self._findings: RootFindings | None = None
        self.around = around or Outcome()
        self._named = None if around is None or options.context is None else set(outcome.paths)
        checked = (*options.paths, *([options.context] if options.context else ()))
        folders = [os.path.abspath(path) for path in checked if os.path.isdir(path)]
        self.clusters = Clusters(self.lookup, folders)
        self._broken: set[str] = set()
        self._is_spent = False
        self._untracked: set[str] | None = None
        # The files of roots that were not looked at to the end.
        self._left: set[str] = set()
        # What is found in files that are not checked, and in one that is has its cause.
        self._moved: list[RootFinding] = []
        self._placeless = {*outcome.placeless, *self.around.placeless}

    @property
    def sources(self) -> Sources:
        """The texts of files, once more."""
        if self._sources is None:
            # Imported lazily: in most runs nothing is read twice.
            from linter.run.sources import Sources

            self._sources = Sources(self._texts)
        return self._sources

    @property
    def findings(self) -> RootFindings:
        """Where findings go to."""
        if self._findings is None:
            # Imported lazily: most runs find nothing.
            from linter.run.root_findings import RootFindings

            self._findings = RootFindings(
                self.outcome, self.options, self.sources, self.around, self._named
            )
        return self._findings

    def run(self) -> None:
        catalogues: dict[int, Catalogue] = {}
        groups: dict[tuple[RootFolder, object], Records] = {}
        every = [*self.outcome.records, *self.around.records, *self._kubernetes()]
        in_roots = [
            (root, one)
            for one in every
            if (root := self.clusters.root_of(path_of(one))) is not None
        ]
        if any(map(_is_patch, every)):
            # Imported lazily: most roots have none.
            from linter.run.patched import unpatched

            in_roots = unpatched(in_roots)
        for root, record in in_roots:
            path = path_of(record)
            settings = self.lookup.settings_for(path)
            if id(settings) not in catalogues:
                catalogues[id(settings)] = conditions_of(path, self.options).catalogue
            key = settings.target.version, settings.dataplane
            groups.setdefault((root, key), []).append(record)
        rules = {
            rule.id: rule for catalogue in catalogues.values() for rule in catalogue.root_rules()
        }
        if not rules and not any(one.runs(LOOKS_AHEAD) for one in catalogues.values()):
            return
        number = len(self.outcome.found)
        parts = Counter(root for root, _ in groups)
        are_read = not (self.outcome.errors or self.around.errors)
        for (root, _), records in groups.items():
            for unit in self.clusters.units(root, records):
                # What is judged by another version or dataplane is not in view, nor is a file that
                # nobody can read.
                is_closed = unit.is_closed and are_read and parts[root] == 1
                self._judge(unit._replace(is_closed=is_closed), rules)
        for finding in self._news():
            self.findings.add(finding)
        for file in self.outcome.found:
            file.is_in_root = self._is_judged(file.path, are_read)
        if len(self.outcome.found) != number:
            places = {path: at for at, path in enumerate(self.outcome.paths)}
            self.outcome.found.sort(key=lambda file: places.get(file.path, len(places)))

    def _kubernetes(self) -> Iterator[Record | Unusable]:
        """Kubernetes' own policies of the roots, and what else of its the rules ask for."""
        runs = self.outcome, self.around
        if any(one.kubernetes or one.others or one.namespaces for one in runs):
            # Imported lazily: not everybody has policies of both.
            from linter.run.kubernetes_files import KubernetesFiles

            files = KubernetesFiles(*runs, self.lookup, self.clusters, self.sources)
            yield from files.records()

    def _view(self, unit: Unit) -> RootView:
        settings = self.lookup.settings_for(path_of(unit.records[0]))
        external = External(
            settings.tiers,
            settings.namespaces,
            settings.labels,
            settings.sets,
            settings.service_accounts,
        )
        return RootView(
            unit.records,
            semantics_of(settings.target.version, settings.dataplane),
            unit.is_closed,
            external,
            unit.is_named,
            unit.are_variants,
        )

    def _judge(self, unit: Unit, rules: Mapping[str, RootRule]) -> None:
        view = self._view(unit)
        if len(view.policies) > MOST_POLICIES:
            self._leave(unit)
            self.outcome.notes.append(
                f'{len(view.policies)} policies are too many to be looked at together, so what '
                f'needs that is not looked for: name smaller roots under roots: in {NAME}'
            )
            return
        if self.outcome.found:
            # Imported lazily: most runs find nothing.
            from linter.run.withdrawn import withdraw

            withdraw(self.outcome.found, view)
        found, is_spent = self._ask(view, rules)
        if found and (strangers := self._strangers(unit)):
            tracked = [one for one in unit.records if path_of(one) not in strangers]
            unit = unit._replace(records=tracked)
            view = self._view(unit)
            found, is_spent = self._ask(view, rules)
            self._leave(unit)
        if is_spent:
            self._leave(unit)
        if is_spent and not self._is_spent:
            self._is_spent = True
            self.outcome.notes.append(
                f'what {len(view.policies)} policies mean together was not looked at to the end, '
                f'as it would take too long: name smaller roots under roots: in {NAME}'
            )
        while paths := self._placeless.intersection(_paths(found)):
            # Most documents have no part in any finding, and were read without places.
            unit = unit._replace(records=self._with_places(unit.records, paths))
            again = rules if is_spent else {rule: rules[rule] for rule in found}
            view = view.with_places(unit.records)
            found, _ = self._ask(view, again)
        for findings in found.values():
            for finding in findings:
                self._take(finding)

    def _strangers(self, unit: Unit) -> set[str]:
        """The files around those of a commit that are in none, where this is its hook."""
        if not self.around.records or self.options.context is None:
            return set()
        # Imported lazily: few runs are hooks that find something.
        from linter.workspace.committed import is_hook, untracked_in

        if not is_hook():
            return set()
        if self._untracked is None:
            self._untracked = set(map(os.path.abspath, untracked_in(self.options.context)))
        paths = {path_of(one) for one in unit.records} - (self._named or set())
        return {path for path in paths if os.path.abspath(path) in self._untracked}

    def _leave(self, unit: Unit) -> None:
        """Nobody knows what suppressions of a root's findings would hide."""
        self._left |= {path_of(record) for record in unit.records}

    def _is_judged(self, path: str, are_read: bool) -> bool:
        """Whether all is known that the rules of a root have to say of a file."""
        root = self.clusters.root_of(path)
        return root is not None and root.is_seen and are_read and path not in self._left

    def _take(self, finding: RootFinding) -> None:
        if self._named is None or finding.place.path in self._named:
            self.findings.add(finding)
        elif any(place.path in self._named for place, _ in finding.elsewhere):
            self._moved.append(finding)

    def _news(self) -> list[RootFinding]:
        """The findings in files that are not checked which were none before the change."""
        if not self._moved:
            return []
        # Imported lazily: it is rare that a change does harm elsewhere.
        from linter.run.before import before, told_elsewhere

        told = told_elsewhere(self.outcome, [one.place.path for one in self._moved])
        moved = [one for one in self._moved if one.place.path not in told]
        known = before(self.outcome, self.around, self.options) if moved else None
        if known is None:
            return moved
        earlier = _Earlier(known[0], self.options, known[1], self.around)
        earlier.run()
        self.outcome.errors += earlier.outcome.errors
        return [one for one in moved if _identity(one) not in earlier.found]

    def _ask(
        self, view: RootView, rules: Mapping[str, RootRule]
    ) -> tuple[dict[str, list[RootFinding]], bool]:
        """What each rule finds that finds anything; whether there was too much to reckon."""
        found: dict[str, list[RootFinding]] = {}
        effort = _effort(view)
        with within(effort):
            for id, rule in rules.items():
                try:
                    for finding in rule.ask(view):
                        found.setdefault(id, []).append(finding)
                except TooComplex:
                    continue
                except MemoryError:
                    raise
                except Exception as error:
                    self._broke(id, error)
        return found, effort.left <= 0

    def _with_places(self, records: Records, paths: set[str]) -> Records:
        """The same records, those of some files with their places."""
        # Imported lazily, as where findings go to.
        from linter.engine.check import check_parts

        self._placeless -= paths
        read: dict[str, Iterator[Record | Unusable]] = {}
        for path in paths:
            try:
                parts = discover.read(path)
                read[path] = iter(
                    check_parts(path, parts, conditions_of(path, self.options)).records
                )
            except discover.Unreadable:
                read[path] = iter(())
        return [
            _placed(one, next(read[path_of(one)], one))
            if path_of(one) in read and _is_placeless(one)
            else one
            for one in records
        ]

    def _broke(self, rule: str, error: Exception) -> None:
        if rule in self._broken:
            return
        self._broken.add(rule)
        import traceback

        self.outcome.errors.append(
            f'rule {rule} broke, which is a bug of calico-lint:\n'
            f'{"".join(traceback.format_exception(error))}'
        )


def _is_patch(record: Record | Unusable) -> bool:
    """Whether a record stands for a patch, or for what a patch changes."""
    return isinstance(record, Unusable) and record.reason == PATCH


def _placed(record: Record | Unusable, again: Record | Unusable) -> Record | Unusable:
    """A record that was read again, with what is known of it."""
    if not _is_patch(record):
        return again
    # Imported lazily, as above.
    from linter.run.patched import changed

    return changed(again)


class _Earlier(_Run):
    """A look at the roots as they were before the change: only which findings there were."""

    found: set[tuple[str, str, int]]

    def run(self) -> None:
        self.found = set()
        super().run()

    def _take(self, finding: RootFinding) -> None:
        self.found.add(_identity(finding))


def _identity(finding: RootFinding) -> tuple[str, str, int]:
    """What makes findings in a file that has not changed the same."""
    return finding.fact, finding.place.path, finding.start


def _paths(found: Mapping[str, list[RootFinding]]) -> set[str]:
    """The files in which findings have a place."""
    return {
        place.path
        for findings in found.values()
        for finding in findings
        for place in (finding.place, *(place for place, _ in finding.elsewhere))
    }


def _is_placeless(record: Record | Unusable) -> bool:
    return record.place is not None and record.place.end == 0


def _effort(view: RootView) -> Effort:
    return Effort(FOR_ROOT + for_policies(view.policies))
