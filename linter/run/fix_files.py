"""Writes into the files of a run what was asked for: fixes, or suppressions of what is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from linter.calico.kinds import API_VERSIONS
from linter.calico.parsed_file import parse_bytes
from linter.diagnostic import Diagnostic
from linter.engine.check import OLD_API, check_parsed
from linter.engine.fix import Fixed, encoded, fix_text
from linter.engine.outcome import Outcome
from linter.engine.unharmed import is_applicable
from linter.run.one_file import (
    apply_settings,
    check_parts,
    conditions_of,
    failure_message,
    keep_suppressed,
    settle,
    standard_input,
)
from linter.suppress.add import add_ignore
from linter.text.errors import Fatal, shown_path
from linter.text.escape import escape
from linter.text.source import Source, Span
from linter.workspace.atomic_write import Unwritable, replace, unified_diff
from linter.workspace.discover import read
from linter.workspace.files import DISK, PIPE
from linter.workspace.options import Options
from linter.workspace.roots import ANSWERED
from linter.yaml.encoding import BadEncoding, decode_bytes


class Rewritten(NamedTuple):
    """What became of the files that were to be fixed, by their paths, and the change to them all,
    where that is only shown.

    ``errors`` say why some could not be read, fixed or written.
    """

    files: dict[str, Fixed]
    diff: str
    errors: list[str]


def fix_files(outcome: Outcome, options: Options) -> Rewritten:
    """Apply the fixes of a run to its files, or show what would change; the rest stays found.

    A file is written as a whole or not at all; one that cannot be does not stop the others.
    """
    done = Rewritten({}, '', [])
    diffs: list[str] = []
    for path in _paths(
        one for one in outcome.diagnostics if is_applicable(one.fix, options.unsafe)
    ):
        try:
            data = _whole(path)
            # Once more and as a whole: places in a file that was read in parts are those in a part.
            fixed = fix(path, data, options)
            if fixed.data is not data and not options.diff:
                replace(path, data, fixed.data)
        except Unwritable as error:
            done.errors.append(str(error))
        except Exception as error:
            done.errors.append(failure_message(path, error))
        else:
            done.files[path] = fixed
            if options.diff:
                diffs.append(unified_diff(path, data, fixed.data))
    lookup = options.lookup()
    written = [path for path, one in done.files.items() if one.rounds]
    if not options.diff and any(map(lookup.may_be_in_root, written)) and not _has_pipe(options):
        # What all of them mean together is another thing now.
        from linter.run.run import run

        again = run(options)
        outcome.diagnostics, outcome.suppressed = again.diagnostics, again.suppressed
        outcome.errors += [error for error in again.errors if error not in outcome.errors]
    else:
        _leave(outcome, done.files, options)
    return done._replace(diff=''.join(diffs))


def _has_pipe(options: Options) -> bool:
    return any(DISK.kind(path) == PIPE for path in options.paths)


def _paths(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """The files with these findings; not those of the configuration, which are only read."""
    return list(
        dict.fromkeys(one.source.path for one in diagnostics if one.rule != 'invalid-configuration')
    )


def _whole(path: str) -> bytes:
    """A file that is to be written; what a pipe held was read already, and is not there again."""
    if DISK.kind(path) == PIPE:
        raise Unwritable(path, 'it is a pipe')
    return b''.join(read(path))


def _leave(outcome: Outcome, files: Mapping[str, Fixed], options: Options) -> None:
    """Put what is left of the findings in a file in the place of those that were there."""
    lookup = options.lookup()
    left: list[Diagnostic] = []
    seen: set[str] = set()
    for diagnostic in outcome.diagnostics:
        path = diagnostic.source.path
        if path in files and path not in seen:
            seen.add(path)
            left += (one for one in files[path].remaining if not _rests_on_root(one, options))
        if path not in files or _rests_on_root(diagnostic, options):
            left.append(diagnostic)
    outcome.diagnostics = left
    outcome.suppressed = [
        pair
        for pair in outcome.suppressed
        if pair[0].source.path not in files or _rests_on_root(pair[0], options)
    ]
    for path, one in files.items():
        suppressed = [pair for pair in one.after.suppressed if not _rests_on_root(pair[0], options)]
        keep_suppressed(outcome, suppressed, lookup.settings_for(path))


def _rests_on_root(one: Diagnostic, options: Options) -> bool:
    """Whether a finding is known of a whole run alone, and not of its file."""
    if one.rule in ANSWERED:
        return options.lookup().may_be_in_root(one.source.path)
    return options.catalogue().is_of_root(one.rule)


def fix_stdin(options: Options) -> tuple[bytes, Outcome, Rewritten]:
    """Standard input as it should be, what is left of its findings, and what was fixed."""
    path = options.stdin_path()
    outcome, lookup = Outcome(), options.lookup()
    done = Rewritten({}, '', [])
    data = b''
    try:
        data = b''.join(standard_input(path))
        if options.stdin_filename and lookup.is_excluded(path):
            return data, outcome, done
        check_parts(path, iter((data,)), options, outcome)
        settle(outcome, options)
        outcome.diagnostics += [one for found in lookup.mistakes.values() for one in found]
        fixed = fix(path, data, options)
    except Fatal:
        raise
    except Exception as error:
        # Whoever reads the right text gets at least what there was.
        done.errors.append(failure_message(path, error))
        return data, outcome, done
    done.files[path] = fixed
    _leave(outcome, done.files, options)
    shown = unified_diff(path, data, fixed.data) if options.diff else ''
    return fixed.data, outcome, done._replace(diff=shown)


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


def sentences(done: Rewritten, left: Iterable[Diagnostic], options: Options) -> Iterator[str]:
    """What was done and what was not, for people, a line each; ``left`` are the findings left."""
    verb = 'would be applied' if options.diff else 'applied'
    for path, fixed in done.files.items():
        count = len(fixed.applied)
        rules = Counter(diagnostic.rule for diagnostic in fixed.applied)
        listed = ', '.join(f'{number} {rule}' for rule, number in rules.most_common())
        if count:
            yield f'{escape(path)}: {count} fix{"es" if count != 1 else ""} {verb} ({listed})'
    for path, fixed in done.files.items():
        if fixed.is_unclear:
            yield f'{escape(path)}: not changed, because a part of it cannot be read'
    if options.unsafe:
        yield from map(escape, obstacles(left))
    yield from _left_out(done)


_SHOWN = 10


def _left_out(done: Rewritten) -> Iterator[str]:
    """The fixes that were not applied: where, and what they would have done."""
    found = [(one, fixed) for fixed in done.files.values() for one in fixed.dropped]
    for one, fixed in found[:_SHOWN]:
        line, column = one.source.position(one.span.start)
        place = f'{escape(one.source.path)}:{line}:{column}'
        cause = escape(fixed.cause(one))
        yield f'{place}: the fix of {one.rule} was left out, since {cause}'
    if len(found) > _SHOWN:
        yield f'{len(found) - _SHOWN} more fixes were left out'


def fix(path: str, data: bytes, options: Options) -> Fixed:
    """What the fixes for which the settings ask make of a file."""
    settings = options.lookup().settings_for(path)
    # What a fix may not bring about is looked for by every rule.
    catalogue = options.catalogue()
    terms = conditions_of(path, options)._replace(catalogue=catalogue, identify=False)
    return fix_text(
        path,
        data,
        settings.target,
        catalogue,
        unsafe=options.unsafe,
        check=lambda parsed: check_parsed(parsed, terms),
        asked_for=lambda found: apply_settings(found, settings),
    )


def add_ignores(
    diagnostics: Sequence[Diagnostic], options: Options
) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Suppress these findings in their files.

    Which files were written, why others could not be, and for which findings nothing can be.

    Configuration files have no suppressions, so theirs stay as they are.
    """
    lookup = options.lookup()
    written: list[str] = []
    errors: list[str] = []
    notes: list[str] = []
    for path in _paths(diagnostics):
        try:
            data = _whole(path)
            decode_bytes(data)
            settings = lookup.settings_for(path)
            # Once more and as a whole: places in a file that was read in parts are those in a part.
            parsed = parse_bytes(path, data)
            terms = conditions_of(path, options)
            found = [
                one
                for one in apply_settings(check_parsed(parsed, terms).diagnostics, settings)
                if not _rests_on_root(one, options)
            ]
            for one in diagnostics:
                if one.source.path != path or not _rests_on_root(one, options):
                    continue
                if one.suffers:
                    notes.append(_unsuppressed(one, f'it is one of {shown_path(one.suffers)}'))
                else:
                    found.append(_within(parsed.source, one))
            added = add_ignore(parsed, found, options.add_ignore or '')
            after = encoded(added.text, data)
            if after != data:
                replace(path, data, after)
                written.append(path)
            notes += (_unsuppressed(*one) for one in added.left)
        except BadEncoding:
            notes.append(
                f'{shown_path(path)}: no suppressions added, because the file is not UTF-8'
            )
        except Unwritable as error:
            errors.append(str(error))
        except Exception as error:
            errors.append(failure_message(path, error))
    return written, errors, notes


def _within(source: Source, one: Diagnostic) -> Diagnostic:
    """A finding that was made in a part of a file, in the whole of it."""
    if one.source.text == source.text:
        return one
    line, column = one.source.position(one.span.start)
    start = source.line_starts[line - 1] + column - 1
    span = Span(start, start + one.span.end - one.span.start)
    return one._replace(source=source, span=span)


def _unsuppressed(one: Diagnostic, why: str) -> str:
    line, column = one.source.position(one.span.start)
    return f'{shown_path(one.source.path)}:{line}:{column}: no suppression of {one.rule}: {why}'
