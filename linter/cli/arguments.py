"""The words of the command line and what they mean. The only owner of argparse."""

from __future__ import annotations

import os

from linter.text.errors import Fatal
from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

COMMANDS = ('check', 'explain', 'explain-flow', 'init', 'order', 'rules', 'schema', 'test')


def read(words: Sequence[str]) -> argparse.Namespace:
    """The words as argparse understands them; Fatal for a wrong one."""
    _check_command(words)
    for word, following in zip(words, [*words[1:], ''], strict=True):
        is_path = not following or following.startswith('-') or os.path.lexists(following)
        if word == '--add-ignore' and not is_path:
            raise Fatal(
                f'no such file or directory: {following} (a reason is written --add-ignore=REASON)'
            )
    # Its value is optional, and what follows it is a path.
    return _parser().parse_args(
        ['--add-ignore=' if word == '--add-ignore' else word for word in words]
    )


def _check_command(words: Sequence[str]) -> None:
    """Fatal where the command is missing or unknown."""
    from linter.text.suggest import listing, nearest

    first = words[0] if words else ''
    if first in COMMANDS or first in ('-h', '--help', '-V', '--version'):
        return
    known = f'there are {listing(COMMANDS, "and")} (see calico-lint --help)'
    if not words:
        raise Fatal(f'the command is missing: {known}')
    if first.startswith('-'):
        raise Fatal(f'the command is missing: write calico-lint check {_joined(words)}')
    if os.path.exists(first):
        raise Fatal(f'{first!r} is no command: write calico-lint check {_joined(words)}')
    near = nearest(first, COMMANDS)
    raise Fatal(f'there is no command {first!r}: {f"did you mean {near}?" if near else known}')


def _joined(words: Sequence[str]) -> str:
    """Words as they are typed into a shell, as far as they fit into a sentence."""
    from shlex import join

    shown = list(words[:5])
    return f'{join(shown)} …' if len(words) > len(shown) else join(shown)


@remembered()
def _parser() -> argparse.ArgumentParser:
    import argparse

    from linter import __calico__, __version__
    from linter.calico.target import (
        DEFAULT_VERSION,
        NATIVE_SINCE,
        VERSIONS,
        version_text,
    )
    from linter.diagnostic import SEVERITIES
    from linter.text.suggest import nearest

    class Formatter(argparse.HelpFormatter):
        """A little wider than usual, and with the one optional value as it is written."""

        def __init__(self, prog: str) -> None:
            super().__init__(prog, max_help_position=29)

        def _format_action_invocation(self, action: argparse.Action) -> str:
            if action.option_strings == ['--add-ignore']:
                return '--add-ignore[=REASON]'
            return super()._format_action_invocation(action)

    class ShowVersion(argparse.Action):
        """The version, and below it whose facts it knows; other programs read the first line."""

        def __init__(self, **words: Any) -> None:
            super().__init__(nargs=0, default=argparse.SUPPRESS, **words)

        def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
            print(f'calico-lint {__version__}\nknows Calico {__calico__}')
            parser.exit()

    class Parser(argparse.ArgumentParser):
        def __init__(self, **words: Any) -> None:
            # A shortened --unsafe-fixes would widen what --fix writes without having been asked to.
            super().__init__(allow_abbrev=False, formatter_class=Formatter, **words)

        def parse_known_args(self, *words: Any) -> Any:  # type: ignore[override]
            namespace, unknown = super().parse_known_args(*words)
            if unknown:
                near = self._meant(unknown[0].partition('=')[0])
                message = f'unrecognized arguments: {" ".join(unknown)}'
                raise Fatal(
                    f'{message}: did you mean {near}?'
                    if near
                    else f'{message} (see {self.prog} --help)'
                )
            return namespace, unknown

        def _meant(self, word: str) -> str | None:
            options = [option for option in self._option_string_actions if option[2:]]
            longer = [option for option in options if word[2:] and option.startswith(word)]
            return longer[0] if len(longer) == 1 else nearest(word, options)

        def error(self, message: str) -> Any:
            message = message.removeprefix('argument ')
            raise Fatal(f'{message[:1].lower()}{message[1:]} (see {self.prog} --help)')

    parser = Parser(
        prog='calico-lint', description='Check Calico network policy YAML before it is applied.'
    )
    parser.add_argument('-V', '--version', action=ShowVersion, help='show the version and exit')
    commands = parser.add_subparsers(
        dest='command', metavar='COMMAND', required=True, title='commands'
    )
    check = commands.add_parser(
        'check',
        help='check files, and fix them',
        usage='calico-lint check [OPTION ...] [PATH ... | -]',
        description='Check files and folders. Exit status: 0 when nothing at error or warning was '
        'found, 1 otherwise, 2 for bad usage or a run that could not finish.',
    )
    check.add_argument(
        'paths', nargs='*', metavar='PATH', help='files, folders (default: .) or - (standard input)'
    )
    group = check.add_argument_group('how Calico is run')
    group.add_argument(
        '--calico-version',
        metavar='VERSION',
        help='the Calico that must accept the files, '
        f'{version_text(VERSIONS[0])} to {version_text(VERSIONS[-1])} '
        f'(default: {version_text(DEFAULT_VERSION)})',
    )
    group.add_argument(
        '--admission',
        choices=('api', 'native'),
        help='api: calicoctl and the Calico API server (default); native: kubectl against native '
        f'v3 CRDs, from {version_text(NATIVE_SINCE)}',
    )
    group.add_argument(
        '--datastore',
        choices=('kubernetes', 'etcdv3'),
        help="Calico's datastore (default: kubernetes)",
    )
    group.add_argument(
        '--edition',
        choices=('open-source', 'enterprise'),
        help='whose fields are known; enterprise: those of Calico Enterprise and Calico Cloud are '
        'passed, and not judged (default: open-source)',
    )
    group.add_argument(
        '--dataplane',
        choices=('iptables', 'nftables', 'ebpf'),
        help='what enforces the policies (default: iptables)',
    )
    group = check.add_argument_group('what is checked and reported')
    group.add_argument(
        '--profile',
        choices=('default', 'strict', 'security'),
        help='which rules run; strict: what is often not meant, too; security: what an auditor '
        'asks, too (default: default)',
    )
    group.add_argument(
        '--select',
        metavar='RULES',
        action='append',
        default=[],
        help='report only these rules or groups, separated by commas',
    )
    group.add_argument(
        '--ignore',
        metavar='RULES',
        action='append',
        default=[],
        help='do not report these rules or groups, separated by commas',
    )
    group.add_argument(
        '--embedded',
        action='store_true',
        help="look for Calico's objects inside others, too: in ConfigMaps, Helm's values, Ansible "
        'tasks',
    )
    group.add_argument(
        '--markdown', action='store_true', help='check the blocks of YAML in Markdown files, too'
    )
    group.add_argument(
        '--stdin-filename', metavar='PATH', help='the name of what is read from standard input'
    )
    group.add_argument(
        '--exclude',
        metavar='PATTERN',
        action='append',
        default=[],
        help='do not check what a pattern as in a .gitignore matches, seen from here, unless it is '
        'named; may be repeated',
    )
    group.add_argument(
        '--force-exclude',
        action='store_true',
        help='leave out what is excluded even where it is named',
    )
    group.add_argument(
        '--config',
        metavar='FILE',
        help='the configuration, instead of every .calico-lint.yaml; its patterns are seen from '
        'here',
    )
    group.add_argument(
        '--no-config', action='store_true', help='read no configuration, whatever there is'
    )
    group.add_argument(
        '--context',
        metavar='FOLDER',
        help='look at the policies of this folder, too, for what they mean together with those '
        'that are checked',
    )
    group.add_argument(
        '--jobs',
        metavar='N',
        type=int,
        help='processes that share a long run (default: one for each core, when it pays)',
    )
    group = check.add_argument_group('output')
    group.add_argument(
        '--output-format',
        metavar='FORMAT[:FILE]',
        action='append',
        default=[],
        help='text (default), concise, json, sarif, github, gitlab, junit, rdjson or markdown, to '
        'standard output or to a file; may be repeated',
    )
    group.add_argument(
        '--statistics',
        action='store_true',
        help='count the findings of each rule instead of listing them; beside a format other than '
        'text, on standard error',
    )
    group.add_argument(
        '-q', '--quiet', action='store_true', help='print findings, but no summary and no progress'
    )
    group.add_argument(
        '--color',
        choices=('auto', 'always', 'never'),
        default='auto',
        help='whether findings are shown in colour (default: on a terminal, unless NO_COLOR is '
        'set, or where FORCE_COLOR is)',
    )
    group = check.add_argument_group('exit status')
    group.add_argument(
        '--fail-on',
        choices=(*SEVERITIES, 'never'),
        help='the lowest severity that makes the exit status 1 (default: warning)',
    )
    group.add_argument(
        '--exit-zero', action='store_true', help='exit with 0 whatever is found: --fail-on never'
    )
    group.add_argument(
        '--require-policies',
        action='store_true',
        help='exit with 1 where no Calico document was checked',
    )
    group = check.add_argument_group('fixes')
    group.add_argument(
        '--fix', action='store_true', help='apply the safe fixes to the files, then report the rest'
    )
    group.add_argument(
        '--unsafe-fixes',
        action='store_true',
        help='take the fixes that may change what is meant, too; without --fix nothing is written',
    )
    group.add_argument(
        '--diff',
        action='store_true',
        help='print what --fix would change (with --unsafe-fixes all of it), and write nothing',
    )
    group = check.add_argument_group('suppressions and baseline')
    group.add_argument(
        '--no-ignore',
        action='store_true',
        help='report what comments and annotations in the files suppress, too',
    )
    group.add_argument(
        '--add-ignore',
        metavar='REASON',
        help='write a suppression for every finding into the files, then report what is left',
    )
    group.add_argument(
        '--baseline',
        metavar='FILE',
        help='do not report the findings in this file, which --write-baseline has written',
    )
    group.add_argument(
        '--write-baseline',
        metavar='FILE',
        help='write what is found into a new file, to be named by --baseline; take what is cured '
        'out of an existing one',
    )
    group.add_argument(
        '--allow-growth',
        action='store_true',
        help='let --write-baseline add new findings to an existing file',
    )
    group = check.add_argument_group('instead of checking')
    group.add_argument(
        '--show-settings', action='store_true', help='print what holds for each PATH, and why'
    )
    group.add_argument(
        '--show-files', action='store_true', help='print the files that would be checked'
    )
    init = commands.add_parser(
        'init',
        help='write a commented .calico-lint.yaml',
        description='Write a .calico-lint.yaml in which everything is commented out.',
    )
    init.add_argument(
        'directory', nargs='?', default='.', metavar='FOLDER', help='where to (default: .)'
    )
    explain = commands.add_parser(
        'explain',
        help='explain a rule',
        description='Show the page of a rule: why it matters, what is reported, what to write.',
    )
    explain.add_argument('rule', metavar='RULE', help='its id, as calico-lint rules lists it')
    rules = commands.add_parser(
        'rules', help='list the rules', description='List the rules by group, with severities.'
    )
    rules.add_argument(
        '--output-format',
        choices=('text', 'json'),
        default='text',
        help='text, by group (default), or json, with all that is known of each rule',
    )
    schema = commands.add_parser(
        'schema',
        help='print the JSON Schema of a kind',
        description='Print the JSON Schema of a kind, as editors take it.',
    )
    schema.add_argument('kind', metavar='KIND', help='such as NetworkPolicy; or policy-tests')
    schema.add_argument(
        '--api', choices=('v3', 'v2'), default='v3', help='projectcalico.org/… (default: v3)'
    )
    schema.add_argument(
        '--calico-version', metavar='VERSION', help='that of this Calico (default: all together)'
    )
    from linter.cli.policy import add_parsers

    add_parsers(commands)
    return parser
