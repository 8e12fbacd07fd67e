"""What a run is asked to do: every word of ``calico-lint check`` as one value."""

from __future__ import annotations

import os

from linter.text.errors import Fatal, shown_path
from linter.workspace.files import is_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from typing: importing that would double the time that a run without policies takes.
    from collections.abc import Callable, Sequence

    from linter.calico.target import Version
    from linter.catalogue.catalogue import Catalogue
    from linter.workspace.lookup import Lookup

STDIN_NAME = '<stdin>'
"""What standard input is called where nothing says what it is."""

_NONE: frozenset[str] = frozenset()


class Options:
    """What the command line asks for; the words of the command are listed by ``--help``.

    ``catalogue`` makes the rules and facts, when they are needed: most runs find nothing.

    None in ``version``, ``admission``, ``datastore``, ``edition``, ``dataplane``, ``profile`` and
    ``select``: nothing was said, so that the configuration's word counts. ``select`` and ``ignore``
    are ids of rules, groups unfolded. ``exclude`` are patterns seen from the working directory,
    and so are those of ``config``, a file that counts instead of every other; ``no_config``: no
    such file is read. ``context`` is a folder whose policies are looked at, too, for what they
    mean together with those of the paths.

    ``jobs`` is how many processes may share the work; 1 means that nothing is shared. ``suppress``
    False: what suppressions hide is reported, too. ``formats`` are written FORMAT or FORMAT:FILE;
    ``statistics``: text is the counts of each rule; ``quiet``: no summary and no progress;
    ``color`` is ``always``, ``never`` or ``auto``. ``fail_on`` is the lowest severity that makes
    the exit status 1, or ``never``; None: what the configuration says, or ``warning``.
    ``require_policies``: so does a run that checked nothing.

    ``fix``: fixes are applied, or shown where ``diff`` says so, the unsafe ones only where
    ``unsafe`` does. ``add_ignore`` is the reason of the suppressions to write; None: none are
    written. ``baseline`` is the file whose findings are known; ``write_baseline``: it is written,
    too, with new ones only where ``allow_growth`` says so.
    """

    __slots__ = (
        '_lookup', 'add_ignore', 'admission', 'allow_growth', 'baseline', 'catalogue', 'color',
        'config', 'context', 'dataplane', 'datastore', 'diff', 'edition', 'embedded', 'exclude',
        'fail_on', 'fix', 'force_exclude', 'formats', 'ignore', 'jobs', 'markdown', 'no_config',
        'paths', 'profile', 'quiet', 'require_policies', 'select', 'statistics', 'stdin_filename',
        'suppress', 'unsafe', 'version', 'write_baseline',
    )  # fmt: skip

    def __init__(
        self,
        paths: Sequence[str] = ('.',),
        *,
        catalogue: Callable[[], Catalogue],
        stdin_filename: str | None = None,
        version: Version | None = None,
        admission: str | None = None,
        datastore: str | None = None,
        edition: str | None = None,
        dataplane: str | None = None,
        profile: str | None = None,
        select: frozenset[str] | None = None,
        ignore: frozenset[str] = _NONE,
        embedded: bool = False,
        markdown: bool = False,
        exclude: tuple[str, ...] = (),
        force_exclude: bool = False,
        config: str | None = None,
        no_config: bool = False,
        context: str | None = None,
        jobs: int = 1,
        suppress: bool = True,
        formats: Sequence[str] = (),
        statistics: bool = False,
        quiet: bool = False,
        color: str = 'auto',
        fail_on: str | None = None,
        require_policies: bool = False,
        fix: bool = False,
        unsafe: bool = False,
        diff: bool = False,
        add_ignore: str | None = None,
        baseline: str | None = None,
        write_baseline: bool = False,
        allow_growth: bool = False,
    ) -> None:
        self.paths = paths
        self.catalogue = catalogue
        self.stdin_filename = stdin_filename
        self.version = version
        self.admission = admission
        self.datastore = datastore
        self.edition = edition
        self.dataplane = dataplane
        self.profile = profile
        self.select = select
        self.ignore = ignore
        self.embedded = embedded
        self.markdown = markdown
        self.exclude = exclude
        self.force_exclude = force_exclude
        self.config = config
        self.no_config = no_config
        self.context = context
        self.jobs = jobs
        self.suppress = suppress
        self.formats = formats
        self.statistics = statistics
        self.quiet = quiet
        self.color = color
        self.fail_on = fail_on
        self.require_policies = require_policies
        self.fix = fix
        self.unsafe = unsafe
        self.diff = diff
        self.add_ignore = add_ignore
        self.baseline = baseline
        self.write_baseline = write_baseline
        self.allow_growth = allow_growth
        self._lookup: Lookup | None = None

    def lookup(self) -> Lookup:
        """The settings of the files of the run, each folder looked up once."""
        if self._lookup is None:
            from linter.workspace.lookup import Lookup

            self._lookup = Lookup(self)
        return self._lookup

    def require_context(self) -> None:
        """Raise Fatal where the context is no folder."""
        if self.context is not None and not is_folder(self.context):
            where = shown_path(self.context) if self.context else 'nothing'
            raise Fatal(f'--context names a folder, such as the whole repository, and not {where}')

    def follow_configuration(self) -> None:
        """Take what the configuration says about the run as a whole, and nobody else says."""
        found = self.lookup().run_config()
        if found is None:
            return
        from linter.workspace.discover import relative

        folder, config = found
        if self.fail_on is None:
            self.fail_on = config.fail_on
        if self.baseline is None and config.baseline is not None:
            self.baseline = relative(os.path.join(folder, config.baseline))

    def named(self) -> Sequence[str]:
        """The paths, and what standard input is called."""
        name = self.stdin_filename
        return self.paths if name is None else (*self.paths, name)

    def suffixes(self) -> tuple[str, ...]:
        """How the names of files end that are read in directories."""
        from linter.workspace.discover import SUFFIXES, WITH_MARKDOWN

        return WITH_MARKDOWN if self.markdown else SUFFIXES

    def stdin_path(self) -> str:
        """The path of what is read from standard input."""
        from linter.workspace.discover import relative

        return relative(self.stdin_filename) if self.stdin_filename else STDIN_NAME
