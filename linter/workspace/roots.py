"""Whether a file may be in a root: a folder whose policies are looked at together."""

from __future__ import annotations

import os

from linter.workspace.files import DISK, is_folder
from linter.workspace.lookup import NAME

LOOKS_AHEAD = 'log-without-verdict'
"""The rule of one document whose findings other policies of the root may answer."""

ANSWERED = (LOOKS_AHEAD, 'deny-on-failsafe-port')
"""The rules of one document whose findings are withdrawn where the root is looked at and knows
better. For the sake of the second alone it is not."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from typing: importing that would double the time that a run without policies takes.
    from linter.workspace.files import Files
    from linter.workspace.lookup import Lookup
    from linter.workspace.options import Options


def are_wanted(options: Options, files: Files = DISK) -> bool:
    """Whether rules are to run that look at all the policies of a folder together."""
    if options.context is None and not any(is_folder(path, files) for path in options.paths):
        return False
    if not (options.select or options.ignore):
        return True
    select, profile = options.select or frozenset(), options.profile or 'default'
    running = options.catalogue().selecting(select, options.ignore, profile)
    return bool(running.modules_of('root')) or running.runs(LOOKS_AHEAD)


def is_marked(folder: str, lookup: Lookup) -> bool:
    """Whether a folder that is checked is known to be a whole repository."""
    exists = lookup.files.exists
    if exists(os.path.join(folder, '.git')) or exists(os.path.join(folder, NAME)):
        return True
    return lookup.options.config is not None and folder == os.getcwd()


class Roots:
    """What a run knows of its roots before it has read a file."""

    __slots__ = ('_has_root', '_is_wanted', '_lookup')

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        options = lookup.options
        self._is_wanted = are_wanted(options, lookup.files)
        self._has_root = self._is_wanted and (
            options.context is not None
            or any(
                is_marked(os.path.abspath(folder), lookup)
                for folder in options.paths
                if is_folder(folder, lookup.files)
            )
        )

    def may_hold(self, path: str) -> bool:
        """Whether a file may be in one, so that what its documents mean has to be noted."""
        if self._has_root or not self._is_wanted:
            return self._has_root
        home = self._lookup.home_of(path)
        return home is not None and bool(home.config.roots)
