"""The settings of a file: what the configuration and the command line say, layer upon layer."""

from __future__ import annotations

from linter.text.errors import Fatal

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from typing: importing that would double the time that a run without policies takes.
    from collections.abc import Iterable

    from linter.calico.target import Target, Version
    from linter.workspace.config import Config, Layer
    from linter.workspace.options import Options

_NONE: frozenset[str] = frozenset()
PASSED: dict[str, frozenset[str]] = {
    'open-source': _NONE,
    'enterprise': frozenset(('enterprise-field', 'enterprise-value')),
}
"""The facts that do not hold for an edition of Calico."""


class Settings:
    """What holds for a file. Groups are unfolded; no ``select``: every rule of the ``profile``.

    ``severity`` has only the rules whose severity is another than their own. ``tiers``,
    ``namespaces``, ``labels``, ``sets`` and ``service_accounts`` are known to live elsewhere.
    ``source`` is the path of the configuration file, ``origins`` says where each setting comes
    from.
    """

    __slots__ = (
        '_target',
        'admission',
        'dataplane',
        'datastore',
        'edition',
        'embedded',
        'ignore',
        'labels',
        'markdown',
        'namespaces',
        'origins',
        'profile',
        'require_reason',
        'select',
        'service_accounts',
        'sets',
        'severity',
        'source',
        'tiers',
        'version',
    )

    def __init__(self, source: str | None = None) -> None:
        self.source = source
        self.version: Version | None = None
        self.admission = 'api'
        self.datastore: str | None = None
        self.edition = 'open-source'
        self.dataplane = 'iptables'
        self.profile = 'default'
        self.select = _NONE
        self.ignore = _NONE
        self.severity: dict[str, str] = {}
        self.require_reason = False
        self.embedded = False
        self.markdown = False
        self.tiers = _NONE
        self.namespaces = _NONE
        self.labels = _NONE
        self.sets = _NONE
        self.service_accounts = _NONE
        self.origins: dict[str, list[str]] = {}
        self._target: Target | None = None

    @property
    def target(self) -> Target:
        """Which Calico is asked; Fatal where file and command line together name none."""
        if self._target is None:
            from linter.calico.target import DEFAULT_VERSION, make_target, version_text

            version = version_text(self.version or DEFAULT_VERSION)
            try:
                self._target = make_target(version, self.admission, self.datastore, self.dataplane)
            except Fatal as error:
                if self.source is None:
                    raise
                raise Fatal(f'together with {self.source}: {error}') from None
        return self._target

    @property
    def passes(self) -> frozenset[str]:
        """The facts that the edition makes pass."""
        return PASSED[self.edition]

    def wants(self, rule: str) -> bool:
        """Whether findings of a rule are to be reported."""
        return (not self.select or rule in self.select) and rule not in self.ignore


def merged(config: Config | None, layers: Iterable[Layer], options: Options) -> Settings:
    """Layer upon layer, the command line last; a ``select`` starts anew, an ``ignore`` adds."""
    settings = Settings(None if config is None else config.path)
    origins = settings.origins
    if config is not None:
        settings.require_reason = config.require_reason
        settings.embedded = config.embedded
        settings.tiers = config.tiers
        settings.namespaces = config.namespaces
        settings.labels = config.labels
        settings.sets = config.sets
        settings.service_accounts = config.service_accounts
    for layer in layers:
        _lay(settings, layer)
        if layer.select is not None:
            settings.select, settings.ignore = layer.select, _NONE
            origins.pop('ignore', None)
        settings.ignore |= layer.ignore
        settings.severity = {**settings.severity, **layer.severity}
        for key, line in layer.lines.items():
            kept = origins.get(key, []) if key in ('ignore', 'severity') else []
            origins[key] = [*kept, f'{settings.source}:{line}']
    _lay(settings, options)
    said = ['the command line']
    for key, value in (
        ('calico-version', options.version),
        ('admission', options.admission),
        ('datastore', options.datastore),
        ('edition', options.edition),
        ('dataplane', options.dataplane),
        ('profile', options.profile),
    ):
        if value is not None:
            origins[key] = said
    if options.embedded:
        settings.embedded = True
        origins['embedded'] = said
    settings.markdown = options.markdown
    if options.exclude:
        origins['exclude'] = [*origins.get('exclude', []), *said]
    if options.select is not None:
        settings.select, settings.ignore = options.select, _NONE
        origins['select'] = said
        origins.pop('ignore', None)
    if options.ignore:
        settings.ignore |= options.ignore
        origins['ignore'] = [*origins.get('ignore', []), *said]
    return settings


def _lay(settings: Settings, layer: Layer | Options) -> None:
    if layer.version is not None:
        settings.version = layer.version
    if layer.admission is not None:
        settings.admission = layer.admission
    if layer.datastore is not None:
        settings.datastore = layer.datastore
    if layer.edition is not None:
        settings.edition = layer.edition
    settings.dataplane = layer.dataplane or settings.dataplane
    settings.profile = layer.profile or settings.profile
