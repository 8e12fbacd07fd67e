"""Paths as a CI system knows them: from the root of the repository, wherever the run started."""

from __future__ import annotations

import os
from collections.abc import Mapping

from linter.diagnostic import Diagnostic
from linter.engine.outcome import Outcome
from linter.text.source import Source

FORMATS = frozenset(('github', 'gitlab', 'junit', 'markdown', 'sarif'))
"""The formats whose readers look for files from the root; reviewdog does so from where it runs."""

# https://docs.github.com/actions/reference/workflows-and-actions/variables and
# https://docs.gitlab.com/ci/variables/predefined_variables/
_VARIABLES = ('GITHUB_WORKSPACE', 'CI_PROJECT_DIR')


def root(environ: Mapping[str, str] = os.environ) -> str:
    """The repository that holds the working directory, as CI says, or else as Git does.

    Where nobody says, the working directory itself.
    """
    here = os.getcwd()
    for name in _VARIABLES:
        said = environ.get(name)
        if said and os.path.isabs(said) and _below(here, os.path.realpath(said)) is not None:
            return os.path.realpath(said)
    folder = here
    while not os.path.lexists(os.path.join(folder, '.git')):
        parent = os.path.dirname(folder)
        if parent == folder:
            return here
        folder = parent
    return folder


def from_root(outcome: Outcome, root: str) -> Outcome:
    """What came of a run, with the paths of its files from there."""
    known: dict[int, Source] = {}

    def moved(source: Source) -> Source:
        found = known.get(id(source))
        if found is None:
            found = known[id(source)] = source.renamed(path_from(source.path, root))
        return found

    def placed(one: Diagnostic) -> Diagnostic:
        elsewhere = tuple(place._replace(source=moved(place.source)) for place in one.elsewhere)
        return one._replace(source=moved(one.source), elsewhere=elsewhere)

    return outcome.replaced(
        list(map(placed, outcome.diagnostics)),
        [(placed(one), suppression) for one, suppression in outcome.suppressed],
        None if outcome.known is None else list(map(placed, outcome.known)),
    )


def path_from(path: str, root: str) -> str:
    """A path of a run as seen from a folder; outside of it, an absolute one."""
    if path.startswith('<') and not os.path.lexists(path):
        return path  # standard input, and other things that are no file
    whole = os.path.abspath(path)
    for one in (whole, os.path.realpath(whole)):
        inside = _below(one, root)
        if inside is not None:
            return inside
    return whole


def _below(path: str, folder: str) -> str | None:
    """The way from a folder down to a path, or None where there is none."""
    top = folder if folder.endswith(os.sep) else folder + os.sep
    if path == folder:
        return os.curdir
    return path[len(top) :] if path.startswith(top) else None
