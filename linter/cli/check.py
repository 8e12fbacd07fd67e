"""``calico-lint check``: run, report, fix, and add suppressions, as the user asks for it."""

from __future__ import annotations

import os
import sys

from linter.cli.console import complain, say
from linter.text.errors import Fatal, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from typing import TextIO

    from linter.catalogue.catalogue import Catalogue
    from linter.diagnostic import Diagnostic
    from linter.run.baseline import Baseline
    from linter.run.run import Outcome
    from linter.workspace.options import Options


def add_ignore(options: Options) -> int:
    """Write suppressions of what is found, then report what is left."""
    if options.baseline is not None:
        raise Fatal('a baseline and --add-ignore exclude each other: name one of them')
    if '-' in options.paths:
        raise Fatal('--add-ignore writes files, and - is standard input: name the files')
    for path in options.paths:
        if _is_pipe(path):
            raise Fatal(f'--add-ignore writes files, and {shown_path(path)} is a pipe')
    if not options.suppress:
        raise Fatal('--add-ignore and --no-ignore exclude each other: name one of them')
    from linter.run.fix_files import add_ignores
    from linter.run.run import run

    written, errors, notes = add_ignores(run(options).diagnostics, options)
    for path in written:
        complain(f'{shown_path(path)}: suppressions added')
    for line in notes:
        complain(line)
    for message in errors:
        complain(message)
    return max(check(options), 2 if errors else 0)


def _is_pipe(path: str) -> bool:
    from linter.workspace.files import DISK, PIPE

    try:
        return DISK.kind(path) == PIPE
    except (OSError, ValueError):
        return False


def check(options: Options) -> int:
    """Check and report, and with --unsafe-fixes say what --fix would write, too."""
    outputs, known = _outputs(options), _known(options)
    outcome = _run(options)
    found = tuple(outcome.diagnostics)
    status = _finish(outcome, options, outputs, known)
    if options.unsafe and not options.quiet:
        from linter.run.fix_files import obstacles

        for line in obstacles(found):
            complain(line)
        if any(one.fix is not None and one.fix.edits for one in found):
            complain('nothing was written: add --fix to write, or --diff to see what would change')
    return status


def _outputs(options: Options) -> list[tuple[str, str | None]]:
    if not options.formats and not options.statistics:
        return [('text', None)]
    from linter.cli.outputs import outputs

    return outputs(options)


def _known(options: Options) -> Baseline | None:
    """The baseline of the run: better read, and found wrong, before it."""
    if options.baseline is None:
        return None
    from linter.run import baseline

    return baseline.open_baseline(options)


def _finish(
    outcome: Outcome,
    options: Options,
    outputs: Sequence[tuple[str, str | None]],
    known: Baseline | None = None,
    out: TextIO | None = None,
    left_out: Sequence[Diagnostic] = (),
) -> int:
    """Report, and the exit status; ``out`` stands for standard output where that is taken.

    ``left_out`` are the findings whose fixes would do harm.
    """
    from linter.run.run import status

    notes: Sequence[str] = ()
    is_rendered = options.stdin_filename is None and any(map(_is_rendered, options.paths))
    if outcome.diagnostics and is_rendered and not left_out:
        from linter.report.origin import with_origin

        outcome.diagnostics = with_origin(outcome.diagnostics)
    if known is not None:
        from linter.run import baseline

        notes = baseline.apply(known, options, outcome)
    summarise = _is_worth_a_summary(outcome, options)
    if outcome.diagnostics or outcome.errors or outputs != [('text', None)]:
        _report(outcome, outputs, options, out or sys.stdout)
    elif summarise and not (outcome.checked or outcome.known) and outcome.skipped:
        summarise = not _is_all_foreign(outcome)
    if summarise:
        _summarise(outcome, options, frozenset(left_out))
    for number, line in enumerate(() if options.quiet else notes):
        say(line if number else f'calico-lint: {line}')
    for line in () if options.quiet else outcome.notes:
        complain(line)
    if options.require_policies and not outcome.checked and not outcome.errors:
        complain('no Calico document was found, and --require-policies asks for one')
        return 1
    return status(outcome, options.fail_on)


def _run(options: Options) -> Outcome:
    """A run, with a progress bar if it lasts and there is a terminal that can show one."""
    from linter.run.run import run

    if options.quiet or options.paths == ('-',) or not sys.stderr.isatty():
        return run(options)
    from linter.report import progress
    from linter.report._common import wants_color

    if not progress.is_welcome(sys.stderr):
        return run(options)
    color = options.color == 'always' or (options.color == 'auto' and wants_color(sys.stderr))
    shown = progress.Progress(sys.stderr, color)
    try:
        return run(options, shown)
    finally:
        shown.close()


def fix(options: Options) -> int:
    """Fix, or show how; then report what is left."""
    outputs, known, diff = _outputs(options), _known(options), options.diff
    is_stdin = '-' in options.paths
    taken = is_stdin or diff
    if taken and options.formats and any(file is None for _, file in outputs):
        what = 'the difference' if diff else 'what is fixed'
        raise Fatal(f'{what} goes to standard output: write --output-format FORMAT:FILE')
    if diff:
        # What is printed is the difference alone; files get all that is left.
        outputs = [output for output in outputs if output[1] is not None]
    out = sys.stderr if taken else sys.stdout
    if not is_stdin:
        outcome = _run(options)
        if not any(one.fix or one.related for one in outcome.diagnostics):
            # Most runs have nothing to fix, nor to say about that, and need not wait.
            return _finish(outcome, options, outputs, known, out)
    from linter.run import fix_files

    if is_stdin:
        data, outcome, done = fix_files.fix_stdin(options)
        shown = done.diff.encode('utf-8', 'surrogateescape') if diff else data
    else:
        done = fix_files.fix_files(outcome, options)
        shown = done.diff.encode('utf-8', 'surrogateescape')
    if diff and shown and (sys.stdout.isatty() or _color(options, sys.stdout)):
        from linter.report.terminal import write_diff

        write_diff(done.diff, sys.stdout, _color(options, sys.stdout))
    elif taken:
        sys.stdout.flush()
        sys.stdout.buffer.write(shown)
        sys.stdout.buffer.flush()
    if not options.quiet:
        for line in fix_files.sentences(done, outcome.diagnostics, options):
            complain(line)
    outcome.errors += done.errors
    dropped = [one for fixed in done.files.values() for one in fixed.dropped]
    result = _finish(outcome, options, outputs, known, out, dropped)
    return max(result, 1) if diff and shown and options.fail_on != 'never' else result


def _report(
    outcome: Outcome,
    outputs: Sequence[tuple[str, str | None]],
    options: Options,
    out: TextIO,
) -> None:
    """Write every format that is wanted, then what could not be checked."""
    from linter.report.formats import DESCRIBING, write

    def catalogue(name: str) -> Catalogue | None:
        return options.catalogue() if name in DESCRIBING else None

    root: str | None = None
    if any(name != 'text' for name, _ in outputs):
        from linter.report._root import root as root_of

        root = root_of()
    for name, file in outputs:
        if file is None:
            write(outcome, name, out, _color(options, out), root=root, catalogue=catalogue(name))
            out.flush()
            continue
        try:
            from linter.cli.outputs import open_output

            with open_output(file) as opened:
                write(outcome, name, opened, root=root, catalogue=catalogue(name))
        except OSError as error:
            # The others can still be written.
            outcome.errors.append(
                f'{shown_path(file)} cannot be written: {error.strerror or error}'
            )
    if options.statistics and all(name != 'statistics' for name, _ in outputs):
        write(outcome, 'statistics', sys.stderr, _color(options, sys.stderr))
    for message in outcome.errors:
        complain(message)


def _is_all_foreign(outcome: Outcome) -> bool:
    """Say that nothing here was Calico's, without what it takes to summarise; False: it was."""
    from linter.calico.prefilter import NOT_CALICO

    if set(outcome.skipped) != {NOT_CALICO} or outcome.skipped[NOT_CALICO] != outcome.documents:
        return False
    files, documents = outcome.files, outcome.documents
    print(
        f'calico-lint: nothing to check in {files} file{"s" if files != 1 else ""} '
        f'({documents} document{"s" if documents != 1 else ""}; skipped: {documents} {NOT_CALICO})',
        file=sys.stderr,
    )
    return True


def _is_rendered(path: str) -> bool:
    """Whether this is what another program writes, and no file."""
    return path == '-' or path.startswith(('/dev/fd/', '/proc/self/fd/'))


def _color(options: Options, out: TextIO) -> bool:
    if options.color != 'auto':
        return options.color == 'always'
    from linter.report._common import wants_color

    return wants_color(out)


def _summarise(outcome: Outcome, options: Options, left_out: Container[Diagnostic]) -> None:
    """The run in a sentence, and what fixes there are."""
    from linter.report.summary import print_summary
    from linter.run.run import counts

    fixable: dict[str, int] = {}
    for diagnostic in outcome.diagnostics:
        fix = diagnostic.fix
        if fix is not None and fix.edits and diagnostic not in left_out:
            fixable[fix.applicability] = fixable.get(fix.applicability, 0) + 1
    of_files: list[Diagnostic] = []
    of_configuration: list[Diagnostic] = []
    for one in outcome.diagnostics:
        (of_configuration if one.rule == 'invalid-configuration' else of_files).append(one)
    print_summary(
        outcome,
        counts(of_files),
        sys.stderr,
        fixable,
        configuration=counts(of_configuration),
        is_dry=options.diff,
        is_hook=_is_hook(options),
    )


def _is_hook(options: Options) -> bool:
    """Whether pre-commit runs this, or what its hooks run: their users pass no options."""
    return bool(os.environ.get('PRE_COMMIT')) or options.force_exclude


def _is_worth_a_summary(outcome: Outcome, options: Options) -> bool:
    """Silence looks like approval; but a hook that met nothing of Calico's has nothing to say."""
    if options.quiet:
        return False
    if outcome.diagnostics or outcome.checked or outcome.templates or sys.stderr.isatty():
        return True
    return any(path == '-' or os.path.isdir(path) for path in options.paths) or not _is_hook(
        options
    )
