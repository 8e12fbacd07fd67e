"""Which settings hold for which file, and which files are excluded.

A run without a configuration file pays for looking whether there is one, a few times for each
folder, and for nothing else: what reads such files is imported when there is one.
"""

from __future__ import annotations

import os

from linter.workspace.files import DISK
from linter.workspace.settings import merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from typing: importing that would double the time that a run without policies takes.
    from collections.abc import Sequence

    from linter.calico.surroundings import Surroundings
    from linter.diagnostic import Diagnostic
    from linter.workspace.config import Config
    from linter.workspace.files import Files
    from linter.workspace.kustomize import Kustomizations
    from linter.workspace.options import Options
    from linter.workspace.patterns import Rules
    from linter.workspace.roots import Roots
    from linter.workspace.settings import Settings

# As in linter.workspace.config, which is not worth importing for it.
NAME = '.calico-lint.yaml'
MISNAMED = '.calico-lint.yml'
KUSTOMIZATIONS = ('kustomization.yaml', 'kustomization.yml', 'Kustomization')
"""What kustomize calls its own file."""
_DOTLESS = ('calico-lint.yaml', 'calico-lint.yml')
# Where the pipes of a shell's `<(command)` are; their settings are those of the working directory.
_STREAMS = ('/dev', '/dev/fd', '/proc/self/fd')


class Home:
    """A folder with a configuration file; ``known`` are settings by the layers they are made of.

    ``is_fixed``: the command line names the file, and its patterns are seen from the working
    directory, which then is the folder.
    """

    __slots__ = ('config', 'folder', 'is_fixed', 'known', 'outer')

    def __init__(self, folder: str, config: Config, is_fixed: bool = False) -> None:
        self.folder = folder
        self.config = config
        self.is_fixed = is_fixed
        self.known: dict[tuple[int, ...], Settings] = {}
        # Patterns of configurations further up that are about this folder, and how they see it.
        self.outer: list[tuple[Rules, str, str]] | None = None


class _Folder:
    """A folder with files: its configuration, and how the patterns there see the folder.

    ``layers`` are the numbers of the layers that hold for everything in it.
    """

    __slots__ = ('excludes', 'home', 'inside', 'is_excluded', 'layers')

    def __init__(
        self, home: Home | None, inside: str, excludes: list[tuple[Rules, str, str]]
    ) -> None:
        self.home = home
        self.inside = inside
        # Each: patterns, the folder from which they are seen, and this folder seen from there.
        self.excludes = excludes
        self.is_excluded = any(rules.covers(seen) for rules, _, seen in excludes)
        self.layers: tuple[int, ...] = (0,)
        paths = None if home is None else home.config.paths
        if paths is not None:
            from linter.workspace.patterns import by_bytes

            matched = set()
            path = by_bytes(inside)
            at = path.find('/')
            while at != -1:
                matched |= paths.who_matches(path[:at], True)
                at = path.find('/', at + 1)
            self.layers = (0, *sorted(matched))


class Lookup:
    """The settings of every file of one run: each folder is looked up, and each file read, once.

    Excludes do not concern what is ``named`` (None: what the ``options`` name), unless
    ``force_exclude`` says that they do. What is wrong with configuration files gathers in
    ``mistakes``, by the path of the file: processes that share a run read the same file each.
    ``default`` are the settings where there is no such file. ``is_shared``: other processes asked
    theirs about some of the files.
    """

    __slots__ = (
        '_alone', '_excludes', '_fixed', '_folders', '_homes', '_kustomizations', '_kustomized',
        '_last', '_named', '_names', '_reads', '_roots', 'default', 'files', 'is_shared',
        'mistakes', 'options',
    )  # fmt: skip

    def __init__(
        self, options: Options, files: Files = DISK, named: Sequence[str] | None = None
    ) -> None:
        self.options = options
        self.files = files
        self.is_shared = False
        self.mistakes: dict[str, list[Diagnostic]] = {}
        self._roots: Roots | None = None
        self._reads: dict[tuple[int, str], frozenset[str]] = {}
        self._names = named
        self._named: set[str] | None = None
        # By the folder as it is written, and by its absolute path; None: no configuration.
        self._folders: dict[str, _Folder | None] = {}
        # The last path, its folder as it is known and as it is written, and its name.
        self._last: tuple[str, _Folder | None, str, str] = ('\0', None, '', '')
        self._homes: dict[str, Home | None] = {}
        self._fixed: Home | None = None
        self._excludes: Rules | None = None
        self._kustomizations: Kustomizations | None = None
        self._alone: Surroundings | None = None
        # By the folder as it is written, and by its absolute path.
        self._kustomized: dict[str, bool] = {}
        if self.options.exclude:
            from linter.workspace.patterns import rules

            self._excludes = rules(self.options.exclude)
        if self.options.config is not None:
            self._fixed = self._named_home(self.options.config)
        self.default = merged(None, (), self.options)

    def surroundings_of(self, path: str) -> Surroundings:
        """What the files around a file say about it."""
        if self._alone is None:
            # Imported lazily: a run without policies asks nobody.
            from linter.calico.surroundings import ALONE

            self._alone = ALONE
        return self.kustomizations.around(path) if self.has_kustomization(path) else self._alone

    def has_kustomization(self, path: str) -> bool:
        """Whether there is one in a file's folder or above, in its repository."""
        head = self._last[2] if self._last[0] == path else os.path.dirname(path)
        known = self._kustomized.get(head)
        if known is not None:
            return known
        folder = os.path.abspath(head)
        passed = [head]
        while folder not in self._kustomized:
            passed.append(folder)
            found = any(self.files.exists(os.path.join(folder, name)) for name in KUSTOMIZATIONS)
            parent = os.path.dirname(folder)
            if found or parent == folder or self.files.exists(os.path.join(folder, '.git')):
                break
            folder = parent
        else:
            found = self._kustomized[folder]
        self._kustomized.update(dict.fromkeys(passed, found))
        return found

    def folder_of(self, path: str) -> str:
        """The folder of a file, as its path is written; quicker where the file is asked about."""
        return (self._last if self._last[0] == path else self._look(path))[2]

    def may_be_in_root(self, path: str) -> bool:
        """Whether a file may be in a root, so that what its documents mean has to be noted."""
        if self._roots is None:
            from linter.workspace.roots import Roots

            self._roots = Roots(self)
        return self._roots.may_hold(path)

    def reads(self, path: str, part: str = '') -> frozenset[str]:
        """The kinds of Kubernetes' own that rules of a root ask for; ``part``: if they need it."""
        settings = self.settings_for(path)
        found = self._reads.get((id(settings), part))
        if found is None:
            running = self.options.catalogue().selecting(
                settings.select, settings.ignore, settings.profile
            )
            found = self._reads[id(settings), part] = running.reads(part)
        return found

    @property
    def kustomizations(self) -> Kustomizations:
        """Those of the run."""
        if self._kustomizations is None:
            from linter.workspace.kustomize import Kustomizations

            self._kustomizations = Kustomizations(self.files)
        return self._kustomizations

    def settings_for(self, path: str) -> Settings:
        """The settings of a file, or of a folder whose path ends with a slash."""
        _, folder, _, name = self._last if self._last[0] == path else self._look(path)
        if folder is None or folder.home is None:
            return self.default
        home = folder.home
        layers = self._layers_of(folder, name)
        settings = home.known.get(layers)
        if settings is None:
            chosen = tuple(home.config.layers[number] for number in layers)
            settings = home.known[layers] = merged(home.config, chosen, self.options)
        return settings

    def is_excluded(self, path: str) -> bool:
        """Whether a file, or a folder whose path ends with a slash, is not to be checked."""
        _, folder, _, name = self._last if self._last[0] == path else self._look(path)
        if folder is None or not folder.excludes:
            return False
        if not folder.is_excluded and not (
            name and any(rules.covers(seen + name, len(seen)) for rules, _, seen in folder.excludes)
        ):
            return False
        return self.options.force_exclude or self._is_excluded_below(folder, name)

    def _look(self, path: str) -> tuple[str, _Folder | None, str, str]:
        """A path, its folder as it is known and as it is written, and its name."""
        head, slash, name = path.rpartition('/')
        if not slash or head[-1:] in ('', '/') or os.sep != '/':
            head, name = os.path.split(path)
        try:
            folder = self._folders[head]
        except KeyError:
            folder = self._folders[head] = self._folder(head)
        self._last = path, folder, head, name
        return self._last

    def config_for(self, folder: str) -> Config | None:
        """The configuration that holds in a folder, as far as there is one."""
        home = self._home(os.path.abspath(folder))
        return None if home is None else home.config

    def run_config(self) -> tuple[str, Config] | None:
        """What counts for the run as a whole, and the folder from which it sees files."""
        home = self._home(os.getcwd())
        return None if home is None else (home.folder, home.config)

    def homes(self) -> list[Home]:
        """The configurations that were met, each once."""
        every = [self._fixed, *self._homes.values()]
        found = {id(home): home for home in every if home is not None}
        return list(found.values())

    @property
    def has_configurations(self) -> bool:
        """Whether any configuration was met."""
        return self._fixed is not None or any(self._homes.values())

    def home_of(self, path: str) -> Home | None:
        """The folder whose configuration holds for a file."""
        _, folder, _, _ = self._last if self._last[0] == path else self._look(path)
        return None if folder is None else folder.home

    def layers_of(self, path: str) -> tuple[int, ...]:
        """The numbers of the layers that hold for a file for which a configuration holds."""
        _, folder, _, name = self._last if self._last[0] == path else self._look(path)
        return () if folder is None or folder.home is None else self._layers_of(folder, name)

    def _is_excluded_below(self, folder: _Folder, name: str) -> bool:
        """Whether something is excluded for itself, or for a folder below what was named."""
        if self._named is None:
            from linter.workspace.discover import relative

            names = self.options.named() if self._names is None else self._names
            self._named = {os.path.abspath(relative(path)) for path in names}
        _, base, seen = folder.excludes[0]
        top = whole = os.path.normpath(os.path.join(base, *(seen + name).split('/')))
        while top not in self._named:
            parent = os.path.dirname(top)
            if parent == top:
                return True
            top = parent
        if top == whole:
            return False
        for rules, base, seen in folder.excludes:
            # Which folders lie between the patterns and what was named; it may lie above them.
            skip = len(os.path.relpath(top, base)) if len(top) > len(base) else 0
            if rules.covers(seen + name, skip):
                return True
        return False

    def _layers_of(self, folder: _Folder, name: str) -> tuple[int, ...]:
        assert folder.home is not None
        paths = folder.home.config.paths
        if paths is None or not name:
            return folder.layers
        from linter.workspace.patterns import by_bytes

        more = paths.who_matches(by_bytes(folder.inside + name), False)
        return tuple(sorted(more.union(folder.layers))) if more else folder.layers

    def _folder(self, path: str) -> _Folder | None:
        folder = os.getcwd() if path in _STREAMS else os.path.abspath(path)
        home = self._home(folder)
        excludes = self._excludes_of(folder)
        if home is None and not excludes:
            return None
        return _Folder(home, '' if home is None else _seen(folder, home.folder), excludes)

    def _excludes_of(self, folder: str) -> list[tuple[Rules, str, str]]:
        """The patterns that may exclude what is in a folder: each, whence, and how seen there.

        A configuration does not say what holds below another one, but what is not looked into.
        """
        found = []
        home = self._home(folder)
        if home is not None:
            if home.config.exclude is not None:
                found.append((home.config.exclude, home.folder, _seen(folder, home.folder)))
            if home.outer is None:
                parent = os.path.dirname(home.folder)
                is_top = parent == home.folder or self.files.exists(
                    os.path.join(home.folder, '.git')
                )
                home.outer = [] if is_top or home.is_fixed else self._file_excludes(parent)
            found += [(rules, base, _seen(folder, base)) for rules, base, _ in home.outer]
        if self._excludes is not None:
            here = os.getcwd()
            found.append((self._excludes, here, _seen(folder, here)))
        return found

    def _file_excludes(self, folder: str) -> list[tuple[Rules, str, str]]:
        return [one for one in self._excludes_of(folder) if one[0] is not self._excludes]

    def _home(self, folder: str) -> Home | None:
        """The nearest configuration file, from a folder up to the root of its repository."""
        if self._fixed is not None or self.options.no_config:
            return self._fixed
        exists = self.files.exists
        passed = []
        home = None
        while folder not in self._homes:
            passed.append(folder)
            if exists(os.path.join(folder, NAME)):
                home = self._read(folder)
                break
            if exists(os.path.join(folder, MISNAMED)):
                self._misnamed(folder, MISNAMED)
            parent = os.path.dirname(folder)
            if parent == folder or exists(os.path.join(folder, '.git')):
                self._look_for_dotless(folder)
                break
            folder = parent
        else:
            home = self._homes[folder]
        for name in passed:
            self._homes[name] = home
        return home

    def _misnamed(self, folder: str, name: str) -> None:
        from linter.workspace.config import misnamed

        shown = _shown(folder, name)
        self.mistakes[shown] = [misnamed(shown)]

    def _look_for_dotless(self, folder: str) -> None:
        """Say so where a repository has a configuration whose name lacks its first character.

        Other files are called so, too, such as a workflow that runs the linter.
        """
        for name in _DOTLESS:
            path = os.path.join(folder, name)
            if self.files.exists(path):
                from linter.workspace.config import looks_like_one

                if looks_like_one(path, self.files):
                    self._misnamed(folder, name)

    def _named_home(self, path: str) -> Home:
        from linter.workspace.config import read_named

        config = read_named(path, self.files)
        if config.diagnostics:
            self.mistakes[config.path] = config.diagnostics
        return Home(os.getcwd(), config, is_fixed=True)

    def _read(self, folder: str) -> Home:
        from linter.workspace.config import read

        config = read(_shown(folder, NAME), self.files)
        if config.diagnostics:
            self.mistakes[config.path] = config.diagnostics
        return Home(folder, config)


def _seen(folder: str, base: str) -> str:
    """A folder as patterns in another one see it: '' is that one itself, else a slash ends it."""
    try:
        inside = os.path.relpath(folder, base)
    except ValueError:  # another drive
        inside = folder
    return '' if inside == os.curdir else inside.replace(os.sep, '/') + '/'


def _shown(folder: str, name: str) -> str:
    from linter.workspace.discover import relative

    return relative(os.path.join(folder, name))
