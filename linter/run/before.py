"""What a root meant before the change that is being committed: what is not new is no news."""

from __future__ import annotations

import os

from linter.engine.outcome import Outcome
from linter.run.clusters import path_of
from linter.run.one_file import check_parts
from linter.workspace import discover
from linter.workspace.committed import committed, is_hook, names_in
from linter.workspace.options import Options


def before(
    outcome: Outcome, around: Outcome, options: Options
) -> tuple[Outcome, dict[str, bytes]] | None:
    """The same run before the change: what came of all its files, and texts that were others.

    None where that is not known, or where nothing has changed: then somebody asks about files as
    they are.
    """
    changed = _changed(outcome, outcome.paths)
    if not changed:
        return None
    changed |= committed(_gone(options)) or {}
    earlier = Outcome()
    earlier.paths = outcome.paths
    earlier.placeless = [path for path in outcome.placeless if path not in changed]
    earlier.records = [one for one in outcome.records if path_of(one) not in changed]
    earlier.kubernetes = [path for path in outcome.kubernetes if path not in changed]
    earlier.others = [path for path in outcome.others if path not in changed]
    earlier.namespaces = [path for path in outcome.namespaces if path not in changed]
    found = Outcome()
    for path, text in changed.items():
        if text is not None:
            check_parts(path, iter((text,)), options, found)
    earlier.records += found.records
    earlier.kubernetes += found.kubernetes
    earlier.others += found.others
    earlier.namespaces += found.namespaces
    return earlier, {path: text or b'' for path, text in changed.items()}


def told_elsewhere(outcome: Outcome, paths: list[str]) -> set[str]:
    """Those of some files that are not checked here of which pre-commit has it told elsewhere.

    What a line of a shell cannot hold it gives to several processes, and each of them is to tell of
    its own files: of all that change, or, where none does, of all that were asked for.
    """
    if not is_hook():
        return set()
    changed = _changed(outcome, [*outcome.paths, *paths])
    if changed is None:
        return set()
    return set(paths).intersection(paths if changed.keys().isdisjoint(outcome.paths) else changed)


def _changed(outcome: Outcome, paths: list[str]) -> dict[str, bytes | None] | None:
    """The texts that files had before the change, where they were others."""
    texts = committed(paths)
    if texts is None:
        return None
    return {
        path: text
        for path, text in texts.items()
        if _lines(text) != _lines(outcome.texts.get(path) or _now(path))
    }


def _gone(options: Options) -> list[str]:
    """The files of the context that were there before the change, and are not any more."""
    suffixes, lookup = options.suffixes(), options.lookup()
    return [
        path
        for path in names_in(options.context or '.')
        if path.lower().endswith(suffixes)
        and not os.path.lexists(path)
        and not lookup.is_excluded(path)
    ]


def _lines(text: bytes | None) -> bytes | None:
    """A text with the line ends that git holds, whatever it makes of them in a checkout."""
    return None if text is None else text.replace(b'\r\n', b'\n')


def _now(path: str) -> bytes | None:
    try:
        return b''.join(discover.read(path))
    except discover.Unreadable:
        return None
