"""Which settings hold for which file.

A run without a configuration file pays for looking whether there is one, a few times for each
folder, and for nothing else: what reads such files is imported when there is one.
"""

from __future__ import annotations

import os

from linter.text.errors import Fatal, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from typing: importing that would double the time that a run without policies takes.
    from collections.abc import Sequence

    from linter.calico.surroundings import Surroundings
    from linter.calico.target import Target, Version
    from linter.diagnostic import Diagnostic
    from linter.workspace.config import Config, Layer
    from linter.workspace.kustomize import Kustomizations

# As in linter.config, which is not worth importing for it.
NAME = '.calico-lint.yaml'
MISNAMED = '.calico-lint.yml'
_NONE: frozenset[str] = frozenset()


class Overrides:
    """What the command line says; None: nothing, so that the file's word counts."""

    __slots__ = (
        'admission', 'datastore', 'embedded', 'force_exclude', 'ignore', 'markdown', 'select',
        'version',
    )  # fmt: skip

    def __init__(
        self,
        version: Version | None = None,
        admission: str | None = None,
        datastore: str | None = None,
        select: frozenset[str] | None = None,
        ignore: frozenset[str] = _NONE,
        force_exclude: bool = False,
        embedded: bool = False,
        markdown: bool = False,
    ) -> None:
        self.version = version
        self.admission = admission
        self.datastore = datastore
        self.select = select
        self.ignore = ignore
        self.force_exclude = force_exclude
        self.embedded = embedded
        self.markdown = markdown


class Settings:
    """What holds for a file. Groups are unfolded; no ``select``: every rule.

    ``severity`` has only the rules whose severity is another than their own. ``tiers`` and
    ``namespaces`` are known to live elsewhere. ``embedded``: objects inside others are judged, too;
    ``markdown``: so are blocks of YAML in Markdown. ``source`` is the path of the configuration
    file, ``origins`` says where each setting comes from.
    """

    __slots__ = (
        '_target',
        'admission',
        'dataplane',
        'datastore',
        'embedded',
        'ignore',
        'markdown',
        'namespaces',
        'origins',
        'require_reason',
        'select',
        'severity',
        'source',
        'tiers',
        'version',
    )

    def __init__(self, source: str | None = None) -> None:
        self.source = source
        self.version: Version | None = None
        self.admission = 'api'
        self.dataplane = 'iptables'
        self.datastore: str | None = None
        self.select = _NONE
        self.ignore = _NONE
        self.severity: dict[str, str] = {}
        self.require_reason = False
        self.embedded = False
        self.markdown = False
        self.tiers = _NONE
        self.namespaces = _NONE
        self.origins: dict[str, list[str]] = {}
        self._target: Target | None = None

    @property
    def target(self) -> Target:
        """Which Calico is asked; Fatal where file and command line together name none."""
        if self._target is None:
            from linter.calico.target import DEFAULT_VERSION, make_target, version_text

            version = version_text(self.version or DEFAULT_VERSION)
            try:
                self._target = make_target(version, self.admission, self.datastore)
            except Fatal as error:
                if self.source is None:
                    raise
                raise Fatal(f'together with {self.source}: {error}') from None
        return self._target

    def wants(self, rule: str) -> bool:
        """Whether findings of a rule are to be reported."""
        return (not self.select or rule in self.select) and rule not in self.ignore


class _Home:
    """A folder with a configuration file; ``known`` are settings by the layers they are made of."""

    __slots__ = ('config', 'folder', 'known')

    def __init__(self, folder: str, config: Config) -> None:
        self.folder = folder
        self.config = config
        self.known: dict[tuple[int, ...], Settings] = {}


class _Folder:
    """A folder with files: its configuration, and how the patterns there see the folder.

    ``layers`` are the numbers of the layers that hold for everything in it, ``open`` those whose
    patterns may match single files.
    """

    __slots__ = ('home', 'inside', 'is_excluded', 'layers', 'open')

    def __init__(self, home: _Home, inside: str) -> None:
        from linter.workspace.config import hits

        config = home.config
        self.home = home
        self.inside = inside
        self.is_excluded = config.exclude is not None and hits(config.exclude, inside)
        self.layers: tuple[int, ...] = ()
        self.open: tuple[int, ...] = ()
        for number, layer in enumerate(config.layers):
            if layer.paths is None or hits(layer.paths, inside):
                self.layers += (number,)
            else:
                self.open += (number,)


class Lookup:
    """The settings of every file of one run: each folder is looked up, and each file read, once.

    ``paths`` are those on the command line, where excludes do not concern what is named, unless
    ``force_exclude`` says that they do. What is wrong with configuration files gathers in
    ``mistakes``, by the path of the file: processes that share a run read the same file each.
    ``default`` are the settings where there is no such file.
    """

    __slots__ = (
        '_folders', '_homes', '_kustomizations', '_named', '_paths', 'default', 'mistakes',
        'overrides',
    )  # fmt: skip

    def __init__(self, overrides: Overrides | None = None, paths: Sequence[str] = ()) -> None:
        self.overrides = overrides or Overrides()
        self.mistakes: dict[str, list[Diagnostic]] = {}
        self._paths = paths
        self._named: set[str] | None = None
        # By the folder as it is written, and by its absolute path; None: no configuration.
        self._folders: dict[str, _Folder | None] = {}
        self._homes: dict[str, _Home | None] = {}
        self.default = _merged(None, (), self.overrides)
        self._kustomizations: Kustomizations | None = None

    def surroundings_of(self, path: str) -> Surroundings:
        """What the files around a file say about it."""
        return self.kustomizations.around(path)

    @property
    def kustomizations(self) -> Kustomizations:
        """Those of the run."""
        if self._kustomizations is None:
            from linter.workspace.kustomize import Kustomizations

            self._kustomizations = Kustomizations()
        return self._kustomizations

    def settings_for(self, path: str) -> Settings:
        """The settings of a file, or of a folder whose path ends with a slash."""
        head, name = os.path.split(path)
        try:
            folder = self._folders[head]
        except KeyError:
            folder = self._folders[head] = self._folder(head)
        if folder is None:
            return self.default
        home = folder.home
        layers = folder.layers
        if folder.open and name:
            layers = self._layers_of(folder, name)
        settings = home.known.get(layers)
        if settings is None:
            chosen = tuple(home.config.layers[number] for number in layers)
            settings = home.known[layers] = _merged(home.config, chosen, self.overrides)
        return settings

    def is_excluded(self, path: str) -> bool:
        """Whether a file is not to be checked."""
        head, name = os.path.split(path)
        try:
            folder = self._folders[head]
        except KeyError:
            folder = self._folders[head] = self._folder(head)
        if folder is None or folder.home.config.exclude is None:
            return False
        from linter.workspace.config import hits

        exclude, inside = folder.home.config.exclude, folder.inside + name
        if not folder.is_excluded and not hits(exclude, inside, len(folder.inside)):
            return False
        return self.overrides.force_exclude or self._is_excluded_below(folder, inside)

    def _is_excluded_below(self, folder: _Folder, inside: str) -> bool:
        """Whether a file is excluded for itself, or for a folder below the one that was named."""
        from linter.workspace.config import hits

        if self._named is None:
            from linter.workspace.discover import relative

            self._named = {os.path.abspath(relative(path)) for path in self._paths}
        home = folder.home
        assert home.config.exclude is not None
        top = whole = os.path.join(home.folder, *inside.split('/'))
        while top not in self._named:
            parent = os.path.dirname(top)
            if parent == top:
                return True
            top = parent
        if top == whole:
            return False
        # Which folders lie between the patterns and what was named; it may lie above the patterns.
        skip = len(os.path.relpath(top, home.folder)) if len(top) > len(home.folder) else 0
        return hits(home.config.exclude, inside, skip)

    def _layers_of(self, folder: _Folder, name: str) -> tuple[int, ...]:
        from linter.workspace.config import hits

        inside = folder.inside + name
        found = [*folder.layers]
        for number in folder.open:
            paths = folder.home.config.layers[number].paths
            if paths is not None and hits(paths, inside, len(folder.inside)):
                found.append(number)
        return tuple(sorted(found))

    def _folder(self, path: str) -> _Folder | None:
        folder = os.path.abspath(path)
        home = self._home(folder)
        if home is None:
            return None
        inside = os.path.relpath(folder, home.folder)
        inside = '' if inside == os.curdir else inside.replace(os.sep, '/') + '/'
        return _Folder(home, inside)

    def _home(self, folder: str) -> _Home | None:
        """The nearest configuration file, from a folder up to the root of its repository."""
        passed = []
        home = None
        while folder not in self._homes:
            passed.append(folder)
            if os.path.lexists(os.path.join(folder, NAME)):
                home = self._read(folder)
                break
            if os.path.lexists(os.path.join(folder, MISNAMED)):
                from linter.workspace.config import misnamed

                shown = _shown(folder, MISNAMED)
                self.mistakes[shown] = [misnamed(shown)]
            parent = os.path.dirname(folder)
            if parent == folder or os.path.lexists(os.path.join(folder, '.git')):
                break
            folder = parent
        else:
            home = self._homes[folder]
        for name in passed:
            self._homes[name] = home
        return home

    def _read(self, folder: str) -> _Home:
        from linter.workspace.config import read

        config = read(_shown(folder, NAME))
        if config.diagnostics:
            self.mistakes[config.path] = config.diagnostics
        return _Home(folder, config)


def _shown(folder: str, name: str) -> str:
    from linter.workspace.discover import relative

    return relative(os.path.join(folder, name))


def _merged(config: Config | None, layers: Sequence[Layer], overrides: Overrides) -> Settings:
    """Layer upon layer, the command line last; a ``select`` starts anew, an ``ignore`` adds."""
    settings = Settings(None if config is None else config.path)
    origins = settings.origins
    if config is not None:
        settings.require_reason = config.require_reason
        settings.embedded = config.embedded
        settings.tiers = config.tiers
        settings.namespaces = config.namespaces
    for layer in layers:
        _lay(settings, layer.version, layer.admission, layer.datastore)
        settings.dataplane = layer.dataplane or settings.dataplane
        if layer.select is not None:
            settings.select, settings.ignore = layer.select, _NONE
            origins.pop('ignore', None)
        settings.ignore |= layer.ignore
        settings.severity = {**settings.severity, **layer.severity}
        for key, line in layer.lines.items():
            kept = origins.get(key, []) if key in ('ignore', 'severity') else []
            origins[key] = [*kept, f'{settings.source}:{line}']
    _lay(settings, overrides.version, overrides.admission, overrides.datastore)
    said = ['the command line']
    for key, value in (
        ('calico-version', overrides.version),
        ('admission', overrides.admission),
        ('datastore', overrides.datastore),
    ):
        if value is not None:
            origins[key] = said
    if overrides.select is not None:
        settings.select, settings.ignore = overrides.select, _NONE
        origins['select'] = said
        origins.pop('ignore', None)
    if overrides.embedded:
        settings.embedded = True
        origins['embedded'] = said
    settings.markdown = overrides.markdown
    if overrides.ignore:
        settings.ignore |= overrides.ignore
        origins['ignore'] = [*origins.get('ignore', []), *said]
    return settings


def _lay(
    settings: Settings, version: Version | None, admission: str | None, datastore: str | None
) -> None:
    if version is not None:
        settings.version = version
    if admission is not None:
        settings.admission = admission
    if datastore is not None:
        settings.datastore = datastore


def show_settings(path: str, overrides: Overrides | None = None) -> str:
    """The settings of a file or folder, for a person: what holds, and where it is said."""
    from linter.calico.target import version_text
    from linter.text.suggest import listing

    lookup = Lookup(overrides)
    shown = path
    if os.path.isdir(path):
        path = os.path.join(path, '')
    settings = lookup.settings_for(path)
    target = settings.target
    folder = lookup._folders[os.path.split(path)[0]]
    config = None if folder is None else folder.home.config
    patterns = () if config is None else config.patterns
    mistakes = sum(map(len, lookup.mistakes.values()))
    lines = [f'# {shown_path(shown)}', f'# configuration: {settings.source or f"no {NAME}"}']
    if mistakes:
        lines.append(f'# mistakes in it: {mistakes}, named by calico-lint check')
    if folder is not None and (lookup.is_excluded(path) if path == shown else folder.is_excluded):
        lines.append('# excluded: checked only where it is named, and without --force-exclude')
    severities = ', '.join(f'{rule}: {word}' for rule, word in sorted(settings.severity.items()))
    tiers, namespaces = _flow(sorted(settings.tiers)), _flow(sorted(settings.namespaces))
    values = {
        'calico-version': version_text(target.version),
        'admission': target.admission,
        'datastore': target.datastore or 'kubernetes',
        'dataplane': settings.dataplane,
        'select': _flow(sorted(settings.select)) if settings.select else 'every rule',
        'ignore': _flow(sorted(settings.ignore)),
        'severity': f'{{{severities}}}',
        'exclude': _flow(patterns),
        'external': f'{{tiers: {tiers}, namespaces: {namespaces}}}',
        'require-reason': 'true' if settings.require_reason else 'false',
        'embedded': 'true' if settings.embedded else 'false',
    }
    for key, value in values.items():
        origin = listing(settings.origins.get(key, ['default']), 'and')
        lines.append(f'{key}: {value}  # {origin}')
    return '\n'.join(lines) + '\n'


def _flow(words: Sequence[str]) -> str:
    return f'[{", ".join(words)}]'
