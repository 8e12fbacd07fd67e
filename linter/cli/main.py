"""The command line: words in, exit status out; alone prints, and turns Fatal into status 2."""

from __future__ import annotations

import os
import sys

from linter.cli.catalogue import catalogue
from linter.cli.check import add_ignore, check, fix
from linter.cli.console import broke, complain, drop
from linter.cli.rules import explain, rules
from linter.cli.show import (
    init,
    schema,
    show_files,
    show_settings,
)
from linter.cli.words import resolved
from linter.text.errors import Fatal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from linter.workspace.options import Options


def main(argv: Sequence[str] | None = None) -> int:
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
        complain(str(error))
        return 2
    except BrokenPipeError:
        # The reader went away (`| head`): stop quietly.
        drop(sys.stdout)
        drop(sys.stderr)
        return 2
    except OSError as error:
        if error.filename is not None:
            return broke()
        drop(sys.stdout)
        complain(f'the output cannot be written: {error.strerror or error}')
        return 2
    except KeyboardInterrupt:
        complain('interrupted')
        return 130
    except Exception:
        return broke()


def _main(arguments: list[str]) -> int:
    arguments = resolved(arguments)
    words = [word for word in arguments if word not in ('--force-exclude', '--fix')]
    context = None
    if words[1:2] == ['--context'] and words[2:3] and not words[2].startswith('-'):
        context = words[2]
        del words[1:3]
    if words[:1] == ['check'] and not any(word.startswith('-') for word in words):
        from linter.run.run import cores
        from linter.workspace.options import Options

        # The hooks' calls have no other option: argparse would double the time to start.
        plain = Options(
            tuple(words[1:]) or ('.',),
            catalogue=catalogue,
            force_exclude='--force-exclude' in arguments,
            fix='--fix' in arguments,
            jobs=cores(),
            context=context,
        )
        plain.require_context()
        return _check(plain)
    from linter.cli.arguments import read
    from linter.cli.check_options import options

    namespace = read(arguments)
    if namespace.command == 'check':
        asked = options(namespace)
        if namespace.show_settings:
            return show_settings(asked)
        if namespace.show_files:
            return show_files(asked)
        return _check(asked)
    if namespace.command == 'init':
        return init(namespace.directory)
    if namespace.command == 'explain':
        return explain(namespace.rule)
    if namespace.command == 'rules':
        return rules(namespace.output_format)
    if namespace.command != 'schema':
        from linter.cli import policy

        return policy.run(namespace)
    return schema(namespace.kind, namespace.api, namespace.calico_version)


def _check(options: Options) -> int:
    options.follow_configuration()
    if options.add_ignore is not None:
        return add_ignore(options)
    return fix(options) if options.fix else check(options)
