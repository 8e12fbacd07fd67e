"""The words of the command line and what they mean. The only owner of argparse."""

from __future__ import annotations

import os

from linter.text.errors import Fatal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from typing import Any

    from linter.run.run import Options

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


def _parser() -> argparse.ArgumentParser:
    import argparse

    from linter import __version__
    from linter.calico.target import (
        DEFAULT_VERSION,
        NATIVE_SINCE,
        VERSIONS,
        version_text,
    )
    from linter.text.suggest import nearest

    class Formatter(argparse.HelpFormatter):
        """A little wider than usual, and with the one optional value as it is written."""

        def __init__(self, prog: str) -> None:
            super().__init__(prog, max_help_position=29)

        def _format_action_invocation(self, action: argparse.Action) -> str:
            if action.option_strings == ['--add-ignore']:
                return '--add-ignore[=REASON]'
            return super()._format_action_invocation(action)

    class Parser(argparse.ArgumentParser):
        def __init__(self, **words: Any) -> None:
            # A shortened --unsafe-fixes would write files without having been asked to.
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
    parser.add_argument('-V', '--version', action='version', version=f'calico-lint {__version__}')
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
        choices=('error', 'warning', 'info', 'never'),
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
        help='apply the fixes that may change what is meant, too',
    )
    group.add_argument(
        '--diff',
        action='store_true',
        help='print what --fix would change (or --unsafe-fixes, if given), and write nothing',
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


def options(namespace: argparse.Namespace) -> Options:
    """What `check` is to do; Fatal for words that contradict one another."""
    from linter.calico.target import make_target, parse_version
    from linter.run.run import Options, cores
    from linter.workspace.settings import Overrides

    if '-' in namespace.paths and len(namespace.paths) > 1:
        raise Fatal('- stands for standard input and cannot be mixed with other paths')
    if namespace.stdin_filename is not None and namespace.paths != ['-']:
        raise Fatal('--stdin-filename goes with - (standard input): calico-lint check -')
    fixes = namespace.fix or namespace.unsafe_fixes or namespace.diff
    if fixes and namespace.add_ignore is not None:
        raise Fatal('--add-ignore and fixes exclude each other: fix first, then suppress the rest')
    if namespace.config is not None and namespace.no_config:
        raise Fatal('--config and --no-config exclude each other: name one of them')
    if namespace.config == '':
        raise Fatal('--config names no file (an unset variable in a script?)')
    _check_patterns(namespace.exclude)
    if namespace.jobs is not None and namespace.jobs < 1:
        raise Fatal('--jobs is a number of processes, 1 or more')
    _check_showing(namespace)
    _check_baseline(namespace)
    version = namespace.calico_version
    if version is not None and namespace.admission is not None:
        make_target(version, namespace.admission, None)  # better said before the run
    overrides = Overrides(
        None if version is None else parse_version(version),
        namespace.admission,
        namespace.datastore,
        _rule_ids('--select', namespace.select) or None,
        _rule_ids('--ignore', namespace.ignore),
        namespace.force_exclude,
        namespace.edition,
        tuple(namespace.exclude),
        namespace.config,
        namespace.no_config,
        namespace.profile,
        namespace.dataplane,
    )
    return Options(
        tuple(namespace.paths) or ('.',),
        overrides,
        namespace.stdin_filename,
        namespace.jobs or cores(),
        not namespace.no_ignore,
        'never' if namespace.exit_zero else namespace.fail_on,
        namespace.require_policies,
        baseline=namespace.write_baseline or namespace.baseline,
        write_baseline=namespace.write_baseline is not None,
        allow_growth=namespace.allow_growth,
        statistics=namespace.statistics,
        quiet=namespace.quiet,
        color=namespace.color,
    )


def _check_patterns(patterns: Iterable[str]) -> None:
    """Fatal for one that would exclude nothing."""
    for pattern in patterns:
        from linter.workspace.patterns import parse

        steps = pattern.split('/')
        if parse(pattern) is None or '\n' in pattern or '.' in steps or '..' in steps:
            raise Fatal(
                f'--exclude {pattern!r} matches nothing: write a pattern as in a .gitignore, seen '
                'from the working directory'
            )


def _check_showing(namespace: argparse.Namespace) -> None:
    """Fatal for options that would be left without effect: nothing is checked."""
    if not (namespace.show_settings or namespace.show_files):
        return
    shown = '--show-settings' if namespace.show_settings else '--show-files'
    others = {
        '--show-files': namespace.show_settings and namespace.show_files,
        '--fix': namespace.fix,
        '--unsafe-fixes': namespace.unsafe_fixes,
        '--diff': namespace.diff,
        '--add-ignore': namespace.add_ignore is not None,
        '--write-baseline': namespace.write_baseline is not None,
        '--output-format': namespace.output_format,
        '--statistics': namespace.statistics,
    }
    for other, is_there in others.items():
        if is_there:
            raise Fatal(f'{shown} checks nothing, so {other} has no effect: leave out one of them')


def _check_baseline(namespace: argparse.Namespace) -> None:
    """Fatal for words about the baseline that make no sense together."""
    reading, writing = namespace.baseline, namespace.write_baseline
    if '' in (reading, writing):
        raise Fatal('the baseline has no name (an unset variable in a script?)')
    if writing is not None and (namespace.fix or namespace.unsafe_fixes or namespace.diff):
        raise Fatal('--write-baseline and fixes exclude each other: fix first, then write the rest')
    if reading is not None and writing is not None:
        raise Fatal('--write-baseline reads its file itself: leave out --baseline')
    if namespace.allow_growth and writing is None:
        raise Fatal('--allow-growth goes with --write-baseline')
    if namespace.add_ignore is not None and (reading or writing):
        raise Fatal('a baseline and --add-ignore exclude each other: name one of them')


def _rule_ids(option: str, words: Iterable[str]) -> frozenset[str]:
    """Ids of rules, groups unfolded; Fatal names the nearest of an unknown one."""
    if not all(word.strip(', ') for word in words):
        raise Fatal(f'{option} names no rule (an unset variable in a script?)')
    names = [name.strip() for word in words for name in word.split(',') if name.strip()]
    if not names:
        return frozenset()
    from linter.catalogue.catalogue import standard
    from linter.text.suggest import nearest

    rules = standard().rules()
    groups: dict[str, set[str]] = {}
    for rule in rules.values():
        groups.setdefault(rule.group, set()).add(rule.id)
    found: set[str] = set()
    for name in names:
        if name in rules:
            found.add(name)
        elif name in groups:
            found |= groups[name]
        else:
            near = nearest(name, [*rules, *groups])
            advice = f'did you mean {near}?' if near else 'see calico-lint rules'
            raise Fatal(f'there is no rule or group {name!r}: {advice}')
    return frozenset(found)
