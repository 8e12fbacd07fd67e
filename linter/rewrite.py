"""Writes suppressions into the files of a run, in place of every finding that it reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linter.add_ignore import add_ignore, encoded
from linter.diagnostic import Diagnostic
from linter.discover import Unreadable, read
from linter.engine import check
from linter.loader import BadEncoding, decode_bytes
from linter.replace import Unwritable, replace
from linter.source import Source
from linter.work import Options, wanted


def add_ignores(
    diagnostics: Iterable[Diagnostic], options: Options, reason: str
) -> tuple[Sequence[str], Sequence[str]]:
    """Suppress these findings in their files: which files were written, and why others were not.

    Configuration files have no suppressions, so theirs stay as they are.
    """
    lookup = options.lookup()
    names = dict.fromkeys(
        diagnostic.source.path
        for diagnostic in diagnostics
        if diagnostic.rule != 'invalid-configuration'
    )
    written: list[str] = []
    errors: list[str] = []
    for path in names:
        try:
            data = b''.join(read(path))
            text = decode_bytes(data)
        except BadEncoding:
            continue
        except Unreadable as error:
            errors.append(str(error))
            continue
        settings = lookup.settings_for(path)
        # Once more and as a whole: places in a file that was read in parts are those in a part.
        result = check(path, data, settings.target, require_reason=settings.require_reason)
        found = wanted(result.diagnostics, path, settings)
        after = encoded(add_ignore(Source(path, text), found, reason).text, data)
        if after == data:
            continue
        try:
            replace(path, data, after)
        except Unwritable as error:
            errors.append(str(error))
        else:
            written.append(path)
    return written, errors
