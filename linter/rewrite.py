"""Writes into the files of a run what was asked for: fixes, or suppressions of what is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from linter import engine
from linter.add_ignore import add_ignore
from linter.diagnostic import Diagnostic
from linter.discover import Unreadable, read
from linter.engine import OLD_API, check
from linter.fix import Fixed, encoded, fix_text, is_applicable
from linter.loader import BadEncoding, decode_bytes
from linter.replace import Unwritable, replace, unified_diff
from linter.report import escape
from linter.settings import Lookup, Settings
from linter.source import Source
from linter.vocabulary import API_VERSIONS
from linter.work import Options, Outcome, check_parts, hide, standard_input, wanted


class Rewritten(NamedTuple):
    """``fixed`` are the files of which something could be fixed, ``diff`` the change to them all.

    ``harmful`` are findings whose fixes were left out, since the file would have been refused or
    dropped for another reason; ``notes`` say why a file was left alone, ``errors`` why it could not
    be read or written. ``left`` says what stands in the way of bringing documents over to v3.
    """

    fixed: dict[str, Fixed]
    diff: str
    harmful: list[Diagnostic]
    notes: list[str]
    errors: list[str]
    left: list[str]


def fix_files(outcome: Outcome, options: Options, *, unsafe: bool, write: bool) -> Rewritten:
    """Apply the fixes of a run to its files, or say what would change; the rest stays found.

    A file is written as a whole or not at all; one that cannot be does not stop the others.
    """
    lookup = options.lookup()
    done = Rewritten({}, '', [], [], [], [])
    diffs: list[str] = []
    for path in dict.fromkeys(
        diagnostic.source.path
        for diagnostic in outcome.diagnostics
        if is_applicable(diagnostic.fix, unsafe) and diagnostic.rule != 'invalid-configuration'
    ):
        try:
            data = b''.join(read(path))
            # Once more and as a whole: places in a file that was read in parts are those in a part.
            fixed = fix(path, data, lookup.settings_for(path), options, unsafe=unsafe)
            if fixed.data is not data and write:
                replace(path, data, fixed.data)
        except (Unreadable, Unwritable) as error:
            done.errors.append(str(error))
            continue
        diffs.append(unified_diff(path, data, fixed.data))
        note(done, path, data, fixed)
    _leave(outcome, done.fixed, lookup)
    if unsafe:
        done.left.extend(obstacles(outcome.diagnostics))
    return done._replace(diff=''.join(diffs))


def note(done: Rewritten, path: str, data: bytes, fixed: Fixed) -> None:
    """Add what became of one file."""
    done.harmful.extend(fixed.dropped)
    if fixed.is_unclear:
        done.notes.append(f'{path}: not changed, for it has a part that cannot be read')
    if fixed.data is not data:
        done.fixed[path] = fixed


def _leave(outcome: Outcome, fixed: Mapping[str, Fixed], lookup: Lookup) -> None:
    """Put what is left of the findings in a file in the place of those that were there."""
    left: list[Diagnostic] = []
    seen: set[str] = set()
    for diagnostic in outcome.diagnostics:
        path = diagnostic.source.path
        if path not in fixed:
            left.append(diagnostic)
        elif path not in seen:
            seen.add(path)
            left += fixed[path].remaining
    outcome.diagnostics = left
    outcome.suppressed = [pair for pair in outcome.suppressed if pair[0].source.path not in fixed]
    for path, one in fixed.items():
        hide(outcome, one.after, path, lookup.settings_for(path))


def fix_stdin(options: Options, *, unsafe: bool) -> tuple[bytes, Outcome, Rewritten]:
    """Standard input as it should be, what is left of its findings, and what was fixed."""
    path = options.stdin_path()
    data = b''.join(standard_input(path))
    outcome, lookup = Outcome(), options.lookup()
    done = Rewritten({}, '', [], [], [], [])
    if options.stdin_filename and lookup.is_excluded(path):
        return data, outcome, done
    settings = lookup.settings_for(path)
    check_parts(path, iter((data,)), settings, options, outcome)
    outcome.diagnostics += [one for found in lookup.mistakes.values() for one in found]
    fixed = fix(path, data, settings, options, unsafe=unsafe)
    note(done, path, data, fixed)
    _leave(outcome, done.fixed, lookup)
    if unsafe:
        done.left.extend(obstacles(outcome.diagnostics))
    return fixed.data, outcome, done._replace(diff=unified_diff(path, data, fixed.data))


def obstacles(diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    """Where a document cannot be brought over to v3, a line for each thing to be decided first."""
    for diagnostic in diagnostics:
        if diagnostic.fact in OLD_API and diagnostic.fix is None:
            source = diagnostic.source
            for span, message in diagnostic.related:
                line, column = source.position(span.start)
                yield (
                    f'{source.path}:{line}:{column}: cannot be carried over to '
                    f'{API_VERSIONS["v3"]}: {message}'
                )


def sentences(done: Rewritten, *, is_dry: bool) -> Iterator[str]:
    """What was done, for people, a line each."""
    verb = 'would be applied' if is_dry else 'applied'
    for path, fixed in done.fixed.items():
        count = len(fixed.applied)
        rules = Counter(diagnostic.rule for diagnostic in fixed.applied)
        listed = ', '.join(f'{number} {rule}' for rule, number in rules.most_common())
        yield f'{escape(path)}: {count} fix{"es" if count != 1 else ""} {verb} ({listed})'
    yield from map(escape, done.notes)
    yield from map(escape, done.left)
    if done.harmful:
        count = len(done.harmful)
        subject = '1 fix was' if count == 1 else f'{count} fixes were'
        yield (
            f'{subject} left out, since the file might then be refused for another reason: '
            'see what is reported, and fix it by hand'
        )


def fix(path: str, data: bytes, settings: Settings, options: Options, *, unsafe: bool) -> Fixed:
    """What the fixes for which the settings ask make of a file."""
    return fix_text(
        path,
        data,
        settings.target,
        unsafe=unsafe,
        check=lambda path, data, target: engine.check(
            path, data, target, options.suppress, settings.require_reason
        ),
        wanted=lambda found: wanted(found, path, settings),
    )


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
