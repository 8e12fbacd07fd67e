"""The command line: words in, exit status out; alone prints, and turns Fatal into status 2."""

from __future__ import annotations

import os
import sys

from linter.errors import Fatal, shown_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional, TextIO

    from linter.baseline import Baseline
    from linter.report import Summary
    from linter.run import Options, Outcome


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command; 0 clean, 1 findings, 2 bad usage or a run that could not finish.

    A run whose output nobody can read has not finished.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if sys.stderr is None:
        # Closed by whoever started us; print() would take standard output instead.
        sys.stderr = open(os.devnull, 'w', encoding='utf-8')  # noqa: SIM115
    try:
        if sys.stdout is None:
            raise Fatal('standard output is closed, and what is found would be lost')
        try:
            return _main(arguments)
        finally:
            # What is still in the buffer must fail here, also what --help leaves behind, and not
            # when the interpreter ends.
            sys.stdout.flush()
    except Fatal as error:
        _complain(str(error))
        return 2
    except BrokenPipeError:
        # The reader went away (`| head`): stop quietly.
        _drop(sys.stdout)
        _drop(sys.stderr)
        return 2
    except OSError as error:
        if error.filename is not None:
            return _broke()
        _drop(sys.stdout)
        _complain(f'the output cannot be written: {error.strerror or error}')
        return 2
    except KeyboardInterrupt:
        _complain('interrupted')
        return 130
    except Exception:
        return _broke()


def _drop(stream: TextIO) -> None:
    """Keep the interpreter's own flush of what could not be written quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _broke() -> int:
    """Say that the exception in hand is a bug; Python's own status for it is that of findings."""
    import traceback

    _complain(f'this is a bug of calico-lint:\n{traceback.format_exc()}')
    return 2


def _complain(message: str) -> None:
    """Say something on standard error."""
    from linter.report import emit, escape_line

    for line in f'calico-lint: {message}'.splitlines():
        try:
            emit(sys.stderr, f'{escape_line(line)}\n')
        except OSError:
            # Nobody is left to be told; the exit status still says it.
            _drop(sys.stderr)
            return


def _main(arguments: list[str]) -> int:
    arguments = [_path_with_dash(word) for word in arguments]
    words = [word for word in arguments if word not in ('--force-exclude', '--fix')]
    if words[:1] == ['check'] and not any(word.startswith('-') for word in words):
        from linter.run import Options, cores
        from linter.settings import Overrides

        # The hooks' calls have no other option: argparse would double the time to start.
        overrides = Overrides(force_exclude='--force-exclude' in arguments)
        plain = Options(tuple(words[1:]) or ('.',), overrides, jobs=cores())
        return _fix(plain, []) if '--fix' in arguments else _check(plain, [])
    from linter.arguments import options, read

    namespace = read(arguments)
    if namespace.command == 'check':
        wanted = options(namespace)
        if namespace.show_settings:
            return _show_settings(wanted)
        if namespace.show_files:
            return _show_files(wanted)
        if namespace.add_ignore is not None:
            return _add_ignore(wanted, namespace.add_ignore, namespace.output_format)
        if namespace.fix or namespace.unsafe_fixes or namespace.diff:
            unsafe, diff = namespace.unsafe_fixes, namespace.diff
            return _fix(wanted, namespace.output_format, unsafe=unsafe, diff=diff)
        return _check(wanted, namespace.output_format)
    if namespace.command == 'init':
        return _init(namespace.directory)
    if namespace.command == 'explain':
        return _explain(namespace.rule)
    if namespace.command == 'rules':
        return _rules(namespace.output_format)
    if namespace.command != 'schema':
        from linter.policytest import cli as policy_commands

        return policy_commands.run(namespace)
    return _schema(namespace.kind, namespace.api, namespace.calico_version)


def _path_with_dash(word: str) -> str:
    """A file named like an option, as a hook may pass it: pre-commit has no ``--`` before names."""
    if (
        word.startswith('-')
        and word.lower().endswith(('.yaml', '.yml', '.json'))
        and '=' not in word
        and os.path.lexists(word)
    ):
        return os.path.join(os.curdir, word)
    return word


def _add_ignore(options: Options, reason: str, output_formats: Sequence[str]) -> int:
    if '-' in options.paths:
        raise Fatal('--add-ignore writes files, and - is standard input: name the files')
    if not options.suppress:
        raise Fatal('--add-ignore and --no-ignore exclude each other: name one of them')
    from linter.rewrite import add_ignores
    from linter.run import run

    written, errors = add_ignores(run(options).diagnostics, options, reason)
    for path in written:
        _complain(f'{shown_path(path)}: suppressions added')
    for message in errors:
        _complain(message)
    return max(_check(options, output_formats), 2 if errors else 0)


def _show_settings(options: Options) -> int:
    from linter.discover import relative
    from linter.report import emit, escape_line
    from linter.settings import show_settings

    paths = [options.stdin_path() if path == '-' else relative(path) for path in options.paths]
    shown = '\n'.join(show_settings(path, options.overrides) for path in paths)
    for line in shown.splitlines():
        emit(sys.stdout, f'{escape_line(line)}\n')
    return 0


def _show_files(options: Options) -> int:
    from linter.discover import STDIN, Unreadable, find
    from linter.report import emit, escape_path

    lookup = options.lookup()
    for entry in find(options.paths):
        if isinstance(entry, Unreadable):
            _complain(str(entry))
            continue
        if entry == STDIN:
            entry = options.stdin_path()
        if not lookup.is_excluded(entry):
            emit(sys.stdout, f'{escape_path(entry)}\n')
    return 0


def _init(directory: str) -> int:
    from linter.config import NAME, init

    init(directory)
    print(f'wrote {os.path.normpath(os.path.join(directory, NAME))}')
    return 0


def _check(options: Options, output_formats: Sequence[str]) -> int:
    outputs, known = _outputs(output_formats, options), _known(options)
    return _finish(_run(options), options, outputs, known)


def _outputs(words: Sequence[str], options: Options) -> list[tuple[str, Optional[str]]]:
    outputs = [_output(word) for word in words] or [('text', None)]
    files = [None if file is None else os.path.realpath(file) for _, file in outputs]
    if files.count(None) > 1:
        raise Fatal('only one output format can go to standard output: write FORMAT:FILE')
    checked = set(map(os.path.realpath, options.paths)) if any(files) else set()
    for (_, file), path in zip(outputs, files, strict=True):
        if files.count(path) > 1:
            raise Fatal(f'only one output format can go to {file}')
        if path in checked:
            raise Fatal(f'{file} is to be checked, and not to be written: name another file')
    if options.statistics:
        outputs = [('statistics' if name == 'text' else name, file) for name, file in outputs]
    return outputs


def _known(options: Options) -> Optional[Baseline]:
    """The baseline of the run: better read, and found wrong, before it."""
    if options.baseline is None:
        return None
    from linter import baseline

    return baseline.wanted(options)


def _finish(
    outcome: Outcome,
    options: Options,
    outputs: Sequence[tuple[str, Optional[str]]],
    known: Optional[Baseline] = None,
    out: Optional[TextIO] = None,
    is_dry: bool = False,
) -> int:
    """Report, and the exit status; ``out`` stands for standard output where that is taken.

    ``is_dry``: the findings are those that a change would leave which was only shown.
    """
    from linter.run import status

    notes: Sequence[str] = ()
    if known is not None:
        from linter import baseline

        notes = baseline.apply(known, options, outcome)
    summarise = _is_worth_a_summary(outcome, options)
    if outcome.diagnostics or outcome.errors or summarise or outputs != [('text', None)]:
        out = out or sys.stdout
        _report(outcome, outputs, options, out)
        if summarise:
            _summarise(outcome, is_dry)
    for number, line in enumerate(() if options.quiet else notes):
        print(line if number else f'calico-lint: {line}', file=sys.stderr)
    if options.require_policies and not outcome.checked and not outcome.errors:
        _complain('no Calico document was found, and --require-policies asks for one')
        return 1
    return status(outcome, options.fail_on)


def _run(options: Options) -> Outcome:
    """A run, with a progress bar if it lasts and there is a terminal that can show one."""
    from linter.run import run

    if options.quiet or options.paths == ('-',) or not sys.stderr.isatty():
        return run(options)
    from linter.report import progress, wants_color

    if not progress.is_welcome(sys.stderr):
        return run(options)
    color = options.color == 'always' or (options.color == 'auto' and wants_color(sys.stderr))
    shown = progress.Progress(sys.stderr, color)
    try:
        return run(options, shown)
    finally:
        shown.close()


def _fix(
    options: Options, output_formats: Sequence[str], *, unsafe: bool = False, diff: bool = False
) -> int:
    """Fix, or show how; then report what is left."""
    outputs, known = _outputs(output_formats, options), _known(options)
    is_stdin = '-' in options.paths
    taken = is_stdin or diff
    if taken and output_formats and any(file is None for _, file in outputs):
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
            return _finish(outcome, options, outputs, known, out, diff)
    from linter import rewrite

    if is_stdin:
        data, outcome, done = rewrite.fix_stdin(options, unsafe=unsafe)
        shown = done.diff.encode('utf-8', 'surrogateescape') if diff else data
    else:
        done = rewrite.fix_files(outcome, options, unsafe=unsafe, write=not diff)
        shown = done.diff.encode('utf-8', 'surrogateescape')
    if taken:
        sys.stdout.flush()
        sys.stdout.buffer.write(shown)
        sys.stdout.buffer.flush()
    if not options.quiet:
        left = outcome.diagnostics
        for line in rewrite.sentences(done, left, unsafe=unsafe, is_dry=diff):
            _complain(line)
    outcome.errors += done.errors
    result = _finish(outcome, options, outputs, known, out, diff)
    return max(result, 1) if diff and shown and options.fail_on != 'never' else result


def _output(word: str) -> tuple[str, Optional[str]]:
    """FORMAT or FORMAT:FILE; Fatal for a format that does not exist."""
    name, colon, file = word.partition(':')
    if colon and not file:
        raise Fatal(f'{word!r} names no file: write {name} or {name}:FILE')
    if name != 'text':
        from linter.report import require

        require(name)
    return name, file or None


def _report(
    outcome: Outcome,
    outputs: Sequence[tuple[str, Optional[str]]],
    options: Options,
    out: TextIO,
) -> None:
    """Write every format that is wanted, then what could not be checked."""
    from linter import report

    summary = _summary(outcome)
    for name, file in outputs:
        if file is None:
            color = options.color == 'always'
            if options.color == 'auto':
                color = report.wants_color(out)
            report.write(
                outcome.diagnostics,
                summary,
                name,
                out,
                color,
                suppressed=outcome.suppressed,
                known=outcome.known,
            )
            out.flush()
            continue
        try:
            with open(file, 'w', encoding='utf-8', newline='\n') as opened:
                report.write(
                    outcome.diagnostics,
                    summary,
                    name,
                    opened,
                    color=False,
                    suppressed=outcome.suppressed,
                    known=outcome.known,
                )
        except OSError as error:
            # The others can still be written.
            outcome.errors.append(f'{file} cannot be written: {error.strerror or error}')
    if options.statistics and all(name != 'statistics' for name, _ in outputs):
        report.write(outcome.diagnostics, summary, 'statistics', sys.stderr, color=False)
    for message in outcome.errors:
        _complain(message)


def _summary(outcome: Outcome) -> Summary:
    from linter.report import Summary

    return Summary(
        outcome.files,
        outcome.documents,
        outcome.checked,
        outcome.skipped,
        tuple(outcome.templates),
        len(outcome.known or ()),
    )


def _summarise(outcome: Outcome, is_dry: bool) -> None:
    """The run in a sentence, and what fixes there are."""
    from linter.report.summary import print_summary
    from linter.run import counts

    fixable: dict[str, int] = {}
    for diagnostic in outcome.diagnostics:
        if diagnostic.fix is not None and diagnostic.fix.edits:
            kind = diagnostic.fix.applicability
            fixable[kind] = fixable.get(kind, 0) + 1
    found = counts(outcome.diagnostics)
    print_summary(_summary(outcome), found, sys.stderr, fixable, is_dry=is_dry)


def _is_worth_a_summary(outcome: Outcome, options: Options) -> bool:
    """A run that met nothing of Calico's among files named one by one has nothing to say."""
    if options.quiet:
        return False
    if outcome.diagnostics or outcome.checked or outcome.templates or sys.stderr.isatty():
        return True
    return any(path == '-' or os.path.isdir(path) for path in options.paths)


def _explain(name: str) -> int:
    from linter import report
    from linter import rule as rules
    from linter.diagnostic import url_of
    from linter.manual import page
    from linter.words import listing, nearest

    known = rules.load()
    if name not in known:
        group = [rule.id for rule in known.values() if rule.group == name]
        if group:
            raise Fatal(f'{name} is a group of rules: write {listing(group)}')
        near = nearest(name, known)
        advice = f'did you mean {near}?' if near else 'see calico-lint rules'
        raise Fatal(f'there is no rule {name!r}: {advice}')
    if sys.stdout.isatty() or report.wants_color(sys.stdout):
        from linter.report.terminal import write_page

        write_page(page(known[name]), url_of(name), sys.stdout, report.wants_color(sys.stdout))
        return 0
    report.emit(sys.stdout, f'{page(known[name])}\n')
    return 0


def _rules(output_format: str) -> int:
    from linter import manual, report

    if output_format == 'json':
        print(manual.catalogue())
        return 0
    width = None
    if sys.stdout.isatty():
        from shutil import get_terminal_size

        width = get_terminal_size().columns
    report.emit(sys.stdout, f'{manual.listing(width)}\n')
    return 0


def _schema(kind: str, api: str, version: Optional[str]) -> int:
    import json

    from linter.decode import read_schema
    from linter.target import parse_version
    from linter.vocabulary import ALIASES, KINDS, PAGE_KINDS
    from linter.words import listing

    if kind.lower() == 'policy-tests':
        from linter.policytest.fit import schema as schema_of_tests

        print(json.dumps(schema_of_tests(), indent=2, ensure_ascii=False))
        return 0
    kinds = KINDS if api == 'v3' else PAGE_KINDS
    folded = {name.lower(): name for name in kinds}
    wanted = folded.get(ALIASES.get(kind.lower(), kind).lower())
    if wanted is None:
        raise Fatal(f'there is no schema of kind {kind!r} in {api}: write {listing(kinds)}')
    schema = read_schema(api, wanted)
    if version is not None:
        from linter.schema_versions import for_version

        try:
            schema = for_version(schema, parse_version(version))
        except ValueError as error:
            raise Fatal(str(error)) from None
    print(json.dumps(schema, indent=2, ensure_ascii=False))
    return 0
