"""What a run says besides its findings: a sentence each, for standard error."""

from __future__ import annotations

import os
from collections.abc import Iterator

from linter.engine.outcome import Outcome
from linter.text.suggest import listing, quoted
from linter.workspace.discover import relative
from linter.workspace.lookup import Home, Lookup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.workspace.options import Options

_SHOWN = 3


def notes(outcome: Outcome, options: Options) -> Iterator[str]:
    """About what was passed, and about settings that are without effect."""
    lookup = options.lookup()
    if outcome.passed:
        number = outcome.passed
        what = '1 field' if number == 1 else f'{number} fields'
        verb = 'is' if number == 1 else 'are'
        yield f'{what} of Calico Enterprise {verb} passed and not judged (edition: enterprise)'
    homes = [home for home in lookup.homes() if home.config.baseline or home.config.fail_on]
    run_config = lookup.run_config() if homes else None
    for home in homes:
        config = home.config
        if run_config is None or config is not run_config[1]:
            keys = [key for key in ('baseline', 'fail-on') if key in config.layers[0].lines]
            yield (
                f'{config.path}: {listing(keys, "and")} {"is" if len(keys) == 1 else "are"} left '
                'without effect, because only the configuration of the working directory counts '
                f'for a whole run: run calico-lint in {relative(home.folder)}, or name it '
                'with --config'
            )
    for home in lookup.homes():
        if home.config.paths is not None and _is_searched(home, options):
            yield from _unmatched(home, outcome, lookup)


def _is_searched(home: Home, options: Options) -> bool:
    """Whether a run looked into everything that a configuration is about."""
    folders = [os.path.abspath(path) for path in options.paths if path != '-']
    return any(
        home.folder == folder or home.folder.startswith(os.path.join(folder, ''))
        for folder in folders
    )


def _unmatched(home: Home, outcome: Outcome, lookup: Lookup) -> Iterator[str]:
    """The entries of per-path that are about none of the files of a run."""
    left = set(range(1, len(home.config.layers)))
    left.difference_update(*home.known)
    for path in outcome.paths if lookup.is_shared else ():
        if not left:
            return
        if lookup.home_of(path) is home and not lookup.is_excluded(path):
            left.difference_update(lookup.layers_of(path))
    for number in sorted(left):
        layer = home.config.layers[number]
        shown = [quoted(pattern) for pattern in layer.patterns[:_SHOWN]]
        more = len(layer.patterns) - len(shown)
        which = listing([*shown, f'{more} more'] if more else shown, 'or')
        yield (
            f'{home.config.path}:{layer.line}: this entry of per-path has no effect, because no '
            f'file matches {which}: mend the pattern, or remove the entry'
        )
