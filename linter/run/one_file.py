"""One file after another: what to do, what came of it."""

from __future__ import annotations

import os
import sys

from linter.calico.prefilter import (
    NOT_CALICO,
    documents_in,
    may_be_calico,
    may_be_json_patch,
    may_hold_calico,
)
from linter.engine.outcome import Outcome
from linter.text.errors import Fatal
from linter.workspace import discover
from linter.workspace.lookup import KUSTOMIZATIONS, NAME, Lookup

STDIN_NAME = '<stdin>'
"""What standard input is called where nothing says what it is."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from linter.diagnostic import Diagnostic
    from linter.engine.conditions import Conditions
    from linter.suppress.model import Suppression
    from linter.workspace.settings import Overrides, Settings


class Options:
    """What the command line asks for.

    ``overrides`` are the settings that it gives itself; ``jobs`` is how many processes may share
    the work; 1 means that nothing is shared. ``suppress`` False: what suppressions hide
    is reported, too. ``fail_on`` is the lowest severity that makes the exit status 1, or ``never``,
    None: what the configuration says, or ``warning``;
    ``require_policies``: so does a run that checked nothing. ``baseline`` is the file whose
    findings are known; ``write_baseline``: it is written, too, with new ones only where
    ``allow_growth`` says so. ``statistics``: text is the counts of each rule; ``quiet``: no summary
    and no progress; ``color`` is ``always``, ``never`` or ``auto``. ``context`` is a folder whose
    policies are looked at, too, for what they mean together with those of the paths.
    """

    __slots__ = (
        '_has_root', '_lookup', '_summarise', 'allow_growth', 'baseline', 'color', 'context',
        'fail_on', 'jobs',
        'overrides', 'paths', 'quiet', 'require_policies', 'statistics', 'stdin_filename',
        'suppress', 'write_baseline',
    )  # fmt: skip

    def __init__(
        self,
        paths: Sequence[str] = ('.',),
        overrides: Overrides | None = None,
        stdin_filename: str | None = None,
        jobs: int = 1,
        suppress: bool = True,
        fail_on: str | None = None,
        require_policies: bool = False,
        baseline: str | None = None,
        write_baseline: bool = False,
        allow_growth: bool = False,
        statistics: bool = False,
        quiet: bool = False,
        color: str = 'auto',
        context: str | None = None,
    ) -> None:
        self.paths = paths
        self.overrides = overrides
        self.stdin_filename = stdin_filename
        self.jobs = jobs
        self.suppress = suppress
        self.fail_on = fail_on
        self.require_policies = require_policies
        self.baseline = baseline
        self.write_baseline = write_baseline
        self.allow_growth = allow_growth
        self.statistics = statistics
        self.quiet = quiet
        self.color = color
        self.context = context
        self._lookup: Lookup | None = None
        self._summarise: bool | None = None
        self._has_root: bool | None = None

    def lookup(self) -> Lookup:
        """The settings of the files of a run; what standard input is called is named, too."""
        if self._lookup is None:
            name = self.stdin_filename
            paths = self.paths if name is None else (*self.paths, name)
            self._lookup = Lookup(self.overrides, paths)
        return self._lookup

    @property
    def summarise(self) -> bool:
        """Whether rules are to run that look at all the policies of a folder together."""
        if self._summarise is None:
            is_wanted = self.context is not None or any(map(os.path.isdir, self.paths))
            said = self.overrides
            if is_wanted and said is not None and (said.select or said.ignore):
                from linter.catalogue.catalogue import standard

                catalogue = standard().selecting(said.select or frozenset(), said.ignore)
                is_wanted = bool(catalogue.modules_of('root'))
            self._summarise = is_wanted
        return self._summarise

    def may_be_in_root(self, path: str, lookup: Lookup) -> bool:
        """Whether a file may be in a root, so that what its documents mean has to be noted."""
        if not self.summarise:
            return False
        if self._has_root is None:
            self._has_root = self.context is not None or any(
                is_root_marked(os.path.abspath(folder), self.overrides, lookup.files.exists)
                for folder in self.paths
                if os.path.isdir(folder)
            )
        if self._has_root:
            return True
        home = lookup.home_of(path)
        return home is not None and bool(home.config.roots)

    def require_context(self) -> None:
        """Raise Fatal where the context is no folder."""
        if self.context is not None and not os.path.isdir(self.context):
            from linter.text.errors import shown_path

            where = shown_path(self.context) if self.context else 'nothing'
            raise Fatal(f'--context names a folder, such as the whole repository, and not {where}')

    def follow_configuration(self) -> None:
        """Take what the configuration says about the run as a whole, and nobody else says."""
        found = self.lookup().run_config()
        if found is None:
            return
        folder, config = found
        if self.fail_on is None:
            self.fail_on = config.fail_on
        if self.baseline is None and config.baseline is not None:
            self.baseline = discover.relative(os.path.join(folder, config.baseline))

    def suffixes(self) -> tuple[str, ...]:
        """How the names of files end that are read in directories."""
        is_wanted = self.overrides is not None and self.overrides.markdown
        return discover.WITH_MARKDOWN if is_wanted else discover.SUFFIXES

    def stdin_path(self) -> str:
        """The path of what is read from standard input."""
        name = self.stdin_filename
        return discover.relative(name) if name else STDIN_NAME


def is_root_marked(folder: str, overrides: Overrides | None, exists: Callable[[str], bool]) -> bool:
    """Whether a folder that is checked is known to be a whole repository."""
    if exists(os.path.join(folder, '.git')) or exists(os.path.join(folder, NAME)):
        return True
    return overrides is not None and overrides.config is not None and folder == os.getcwd()


def check(
    entry: str | discover.Unreadable, options: Options, lookup: Lookup, outcome: Outcome
) -> None:
    """Check one file that ``discover.find`` named; whatever goes wrong with it stays with it."""
    if isinstance(entry, discover.Unreadable):
        outcome.errors.append(str(entry))
        return
    try:
        if entry == discover.STDIN:
            path = options.stdin_path()
            if not (options.stdin_filename and lookup.is_excluded(path)):
                settings = lookup.settings_for(path)
                check_parts(path, standard_input(path), settings, options, lookup, outcome)
        elif not lookup.is_excluded(entry):
            settings = lookup.settings_for(entry)
            parts = discover.read(entry)
            check_parts(entry, parts, settings, options, lookup, outcome, again=discover.read)
    except Fatal:
        raise
    except Exception as error:
        outcome.errors.append(failure_message(entry, error))


def failure_message(path: str, error: Exception) -> str:
    """Why nothing came of a file, of an exception in hand; a run goes on with the next one."""
    if isinstance(error, discover.Unreadable):
        return str(error)
    if isinstance(error, MemoryError):
        # What it took is free again, and the next file may be smaller.
        return str(discover.Unreadable(path, 'there is not enough memory for it'))
    import traceback

    reason = f'this is a bug of calico-lint:\n{traceback.format_exc()}'
    return str(discover.Unreadable(path, reason))


def standard_input(path: str) -> Iterator[bytes]:
    """What it holds, in parts; raises Unreadable."""
    stream = sys.stdin
    if stream is None:
        raise discover.Unreadable(path, 'standard input is closed')
    try:
        yield from discover.parts(stream.buffer)
    except OSError as error:
        reason = f'standard input cannot be read: {error.strerror or error}'
        raise discover.Unreadable(path, reason) from None


def check_parts(
    path: str,
    parts: Iterator[bytes],
    settings: Settings,
    options: Options,
    lookup: Lookup,
    outcome: Outcome,
    again: Callable[[str], Iterator[bytes]] | None = None,
) -> None:
    """Check a file of which these are the parts, whatever its path holds now.

    ``again`` reads a large file once more: only what can be read again is looked at quickly first.
    """
    first = next(parts)
    second = next(parts, None)
    outcome.files += 1
    if b'namespace' in first and path.endswith(KUSTOMIZATIONS):
        from linter.run.kustomized import note_namespace

        note_namespace(path, conditions_of(path, settings, options, lookup), lookup, outcome)
    if second is None and not may_be_calico(first) and not _may_hold(first, path, settings, lookup):
        # Nearly every file ends here, before the engine is even imported.
        count = documents_in(first)
        outcome.documents += count
        outcome.skip(NOT_CALICO, count)
        return
    from itertools import chain

    from linter.quick.read import reader

    in_root = options.may_be_in_root(path, lookup)
    if in_root and (second is not None or b'networking.k8s.io' in first):
        outcome.kubernetes.append(path)
    # What is surely clean is so for the default profile alone, and what a clean document means is
    # known only once it is read.
    is_usual = settings.profile == 'default' and not settings.select
    is_quick = is_usual and not in_root and (second is None or again is not None)
    quick = reader(settings.target) if is_quick else None
    if _needs_a_closer_look(first, path, settings, lookup):
        quick = None
    if quick is not None:
        clean = quick.parts((first,) if second is None else chain((first, second), parts))
        if clean is not None:
            outcome.documents += clean.documents
            outcome.checked += clean.checked
            if clean.documents > clean.checked:
                outcome.skip(NOT_CALICO, clean.documents - clean.checked)
            return
        if second is not None and again is not None:
            parts = again(path)
            first, second = next(parts), None

    from linter.engine.check import check_parts as check_all

    found = check_all(
        path,
        chain((first,) if second is None else (first, second), parts),
        conditions_of(path, settings, options, lookup),
    )
    found.files = 0
    outcome.add(found)


_GLOBAL = (b'Global', b'HostEndpoint', b'IPPool', b'Profile', b'Tier')


def _needs_a_closer_look(data: bytes, path: str, settings: Settings, lookup: Lookup) -> bool:
    """Whether what is around a file, or inside its documents, may be worth a word."""
    return (
        settings.embedded
        or settings.markdown
        or b'patch' in data
        or may_be_json_patch(data)
        # Into objects without a namespace kustomize might write one.
        or (any(kind in data for kind in _GLOBAL) and lookup.has_kustomization(path))
    )


def _may_hold(data: bytes, path: str, settings: Settings, lookup: Lookup) -> bool:
    """Whether something of Calico's may be in a file that does not look like it."""
    if settings.embedded and may_hold_calico(data):
        return True
    return may_be_json_patch(data) and lookup.surroundings_of(path).patch_target is not None


def conditions_of(path: str, settings: Settings, options: Options, lookup: Lookup) -> Conditions:
    """What a file of a run is checked by."""
    from linter.catalogue.catalogue import standard
    from linter.engine.conditions import Conditions

    return Conditions(
        settings.target,
        standard().selecting(settings.select, settings.ignore, settings.profile),
        lookup.surroundings_of(path),
        options.suppress,
        settings.require_reason,
        identify=options.baseline is not None,
        embedded=settings.embedded,
        markdown=settings.markdown,
        summarise=options.may_be_in_root(path, lookup),
        dataplane=settings.dataplane,
    )


def settle(outcome: Outcome, options: Options, lookup: Lookup) -> None:
    """Apply suppressions and settings, now that all findings of all files are known."""
    if not outcome.found:
        return
    from linter.engine.settle import settle as settle_file

    for file in outcome.found:
        settings = lookup.settings_for(file.path)
        terms = conditions_of(file.path, settings, options, lookup)
        kept, suppressed = settle_file(file, terms)
        if settings.passes:
            outcome.passed += sum(one.fact in settings.passes for one in kept)
        outcome.diagnostics += apply_settings(kept, settings)
        keep_suppressed(outcome, suppressed, settings)
    outcome.found = []


def keep_suppressed(
    outcome: Outcome, suppressed: Iterable[tuple[Diagnostic, Suppression]], settings: Settings
) -> None:
    """Keep what suppressions hide, as far as anybody wanted to know of it."""
    for diagnostic, suppression in suppressed:
        for one in apply_settings((diagnostic,), settings):
            outcome.suppressed.append((one, suppression))


def apply_settings(diagnostics: Iterable[Diagnostic], settings: Settings) -> Iterator[Diagnostic]:
    """The findings that a user selected, with the severities that the user wants."""
    for diagnostic in diagnostics:
        if settings.wants(diagnostic.rule) and diagnostic.fact not in settings.passes:
            severity = settings.severity.get(diagnostic.rule)
            yield diagnostic if severity is None else diagnostic._replace(severity=severity)
