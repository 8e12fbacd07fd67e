"""The words of the command line and what they mean. The only owner of argparse."""

from __future__ import annotations

from linter.errors import Fatal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from typing import Any

    from linter.run import Options

COMMANDS = ('check', 'explain', 'init', 'rules', 'schema')


def read(words: Sequence[str]) -> argparse.Namespace:
    """The words as argparse understands them; Fatal for a wrong one."""
    return _parser().parse_args(words)


def _parser() -> argparse.ArgumentParser:
    import argparse

    from linter import __version__

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> Any:
            raise Fatal(f'{message[:1].lower()}{message[1:]} (see {self.prog} --help)')

    parser = Parser(
        prog='calico-lint', description='Check Calico network policy YAML before it is applied.'
    )
    parser.add_argument('-V', '--version', action='version', version=f'calico-lint {__version__}')
    commands = parser.add_subparsers(dest='command', metavar='COMMAND', required=True)
    check = commands.add_parser(
        'check',
        help='check files',
        description='Check files, folders (default: .) or - for '
        'standard input. Exit status: 0 clean or infos only, 1 errors or warnings, 2 bad usage or '
        'a run that could not finish.',
    )
    check.add_argument('paths', nargs='*', metavar='PATH')
    check.add_argument(
        '--calico-version',
        metavar='VERSION',
        help='the Calico that must accept the files, 3.26 to 3.33 (default: 3.32)',
    )
    check.add_argument(
        '--admission',
        choices=('api', 'native'),
        help='api: calicoctl and the Calico API server (default); '
        'native: kubectl against native v3 CRDs',
    )
    check.add_argument(
        '--datastore',
        choices=('kubernetes', 'etcdv3'),
        help="Calico's datastore (default: kubernetes)",
    )
    check.add_argument(
        '--output-format',
        metavar='FORMAT[:FILE]',
        action='append',
        default=[],
        help='text (default), concise, json, sarif, github, gitlab, junit, rdjson or markdown, to '
        'standard output or to a file; may be repeated',
    )
    check.add_argument(
        '--statistics',
        action='store_true',
        help='count the findings of each rule instead of listing them; beside a format other than '
        'text, on standard error',
    )
    check.add_argument(
        '-q', '--quiet', action='store_true', help='print findings, but no summary and no progress'
    )
    check.add_argument(
        '--color',
        choices=('auto', 'always', 'never'),
        default='auto',
        help='whether findings are shown in colour (default: on a terminal, unless NO_COLOR is '
        'set, or where FORCE_COLOR is)',
    )
    check.add_argument(
        '--select',
        metavar='RULES',
        action='append',
        default=[],
        help='report only these rules or groups, separated by commas',
    )
    check.add_argument(
        '--ignore',
        metavar='RULES',
        action='append',
        default=[],
        help='do not report these rules or groups, separated by commas',
    )
    check.add_argument(
        '--stdin-filename', metavar='PATH', help='the name of what is read from standard input'
    )
    check.add_argument(
        '--jobs',
        metavar='N',
        type=int,
        default=0,
        help='processes that share a long run (default: one for each core, when it pays)',
    )
    check.add_argument(
        '--force-exclude',
        action='store_true',
        help='leave out what the configuration excludes even where it is named',
    )
    check.add_argument(
        '--fail-on',
        choices=('error', 'warning', 'info', 'never'),
        default='warning',
        help='the lowest severity that makes the exit status 1 (default: warning)',
    )
    check.add_argument(
        '--exit-zero', action='store_true', help='exit with 0 whatever is found; --fail-on never'
    )
    check.add_argument(
        '--require-policies',
        action='store_true',
        help='exit with 1 where no Calico document was checked',
    )
    check.add_argument(
        '--fix', action='store_true', help='apply the safe fixes to the files, then report the rest'
    )
    check.add_argument(
        '--unsafe-fixes',
        action='store_true',
        help='apply the fixes that may change what is meant, too',
    )
    check.add_argument(
        '--diff', action='store_true', help='print what the fixes would change, and write nothing'
    )
    check.add_argument(
        '--no-ignore',
        action='store_true',
        help='report what comments and annotations in the files suppress, too',
    )
    check.add_argument(
        '--add-ignore',
        metavar='REASON',
        help='write a suppression for every finding into the files, then report what is left; '
        'the reason may be left out',
    )
    check.add_argument(
        '--baseline',
        metavar='FILE',
        help='do not report the findings in this file, which --write-baseline has written',
    )
    check.add_argument(
        '--write-baseline',
        metavar='FILE',
        help='write what is found into a new file, to be named by --baseline; take what is cured '
        'out of an existing one',
    )
    check.add_argument(
        '--allow-growth',
        action='store_true',
        help='let --write-baseline add new findings to an existing file',
    )
    check.add_argument(
        '--show-settings', action='store_true', help='print what holds for each PATH, and why'
    )
    check.add_argument(
        '--show-files', action='store_true', help='print the files that would be checked'
    )
    init = commands.add_parser('init', help='write a commented .calico-lint.yaml')
    init.add_argument('directory', nargs='?', default='.', metavar='FOLDER')
    explain = commands.add_parser('explain', help='explain a rule')
    explain.add_argument('rule', metavar='RULE')
    rules = commands.add_parser('rules', help='list the rules')
    rules.add_argument(
        '--output-format',
        choices=('text', 'json'),
        default='text',
        help='text, by group (default), or json, with all that is known of each rule',
    )
    schema = commands.add_parser('schema', help='print the JSON Schema of a kind')
    schema.add_argument('kind', metavar='KIND')
    schema.add_argument('--api', choices=('v3', 'v2'), default='v3')
    schema.add_argument('--calico-version', metavar='VERSION')
    return parser


def options(namespace: argparse.Namespace) -> Options:
    """What `check` is to do; Fatal for words that contradict one another."""
    from linter.run import Options, cores
    from linter.settings import Overrides
    from linter.target import make_target, parse_version

    if '-' in namespace.paths and len(namespace.paths) > 1:
        raise Fatal('- stands for standard input and cannot be mixed with other paths')
    if namespace.stdin_filename is not None and namespace.paths != ['-']:
        raise Fatal('--stdin-filename goes with - (standard input): calico-lint check -')
    fixes = namespace.fix or namespace.unsafe_fixes or namespace.diff
    if fixes and namespace.add_ignore is not None:
        raise Fatal('--add-ignore and fixes exclude each other: fix first, then suppress the rest')
    if namespace.jobs < 0:
        raise Fatal('--jobs is a number of processes, 1 or more')
    _check_baseline(namespace)
    version = namespace.calico_version
    if version is not None and namespace.admission is not None:
        make_target(version, namespace.admission, None)  # better said before the run
    overrides = Overrides(
        None if version is None else parse_version(version),
        namespace.admission,
        namespace.datastore,
        _rule_ids(namespace.select) or None,
        _rule_ids(namespace.ignore),
        namespace.force_exclude,
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


def _rule_ids(words: Iterable[str]) -> frozenset[str]:
    """Ids of rules, groups unfolded; Fatal names the nearest of an unknown one."""
    names = [name.strip() for word in words for name in word.split(',') if name.strip()]
    if not names:
        return frozenset()
    from linter.rule import load
    from linter.words import nearest

    rules = load()
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
