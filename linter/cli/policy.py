"""The words of the commands ``test``, ``order`` and ``explain-flow``, and what they set going."""

from __future__ import annotations

import os
import sys

from linter.text.errors import Fatal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from typing import Any

    from linter.policytest.commands import Output, World

MARK = 'policy-tests'
"""What is in the name of a file of tests that is looked for in a folder."""

COMMANDS = ('explain-flow', 'order', 'test')


def add_parsers(commands: Any) -> None:
    """Add the commands to those of the command line."""
    test = commands.add_parser(
        'test',
        help='test what policies do',
        usage='calico-lint test [OPTION ...] FILE ...',
        description='Run tests and claims about policies, without a cluster. Exit status: 0 when '
        'all passed, 1 when one did not, 2 for a file that cannot be followed.',
    )
    test.add_argument(
        'files', nargs='*', metavar='FILE', help='files of tests, or folders of policy-tests*.yaml'
    )
    test.add_argument(
        '--output-format',
        choices=('text', 'json', 'junit', 'github'),
        default='text',
        help='how results are written (default: text)',
    )
    test.add_argument(
        '--coverage', action='store_true', help='list the rules that decided no test, too'
    )
    test.add_argument(
        '--init',
        metavar='FOLDER',
        help='write an example for the policies of a folder into it, and run nothing',
    )
    _add_world(test)
    order = commands.add_parser(
        'order',
        help='show in which order policies are asked',
        usage='calico-lint order [OPTION ...] [PATH ...]',
        description='Show the order in which Felix asks policies, by direction and tier.',
    )
    _add_paths(order)
    order.add_argument(
        '--endpoint',
        metavar='LABELS',
        help="only the policies that select a pod with these labels, such as 'app=api,env=prod'",
    )
    order.add_argument('--namespace', metavar='NAME', help='the namespace of that pod')
    order.add_argument('--service-account', metavar='NAME', help='its service account')
    order.add_argument(
        '--direction',
        choices=('ingress', 'egress', 'both'),
        default='both',
        help='which direction (default: both)',
    )
    order.add_argument(
        '--output-format', choices=('text', 'json'), default='text', help='text (default) or json'
    )
    _add_world(order)
    flow = commands.add_parser(
        'explain-flow',
        help='explain what becomes of a connection',
        usage='calico-lint explain-flow --from WHO --to WHO [OPTION ...] [PATH ...]',
        description='Show the verdict on a connection, and the path to it. WHO is an address, or '
        "labels of a pod such as 'app=api'; with --tests also the name of an endpoint there.",
    )
    _add_paths(flow)
    flow.add_argument('--tests', metavar='FILE', help='a file of tests that describes the cluster')
    for side, what in (('from', 'who sends'), ('to', 'who receives')):
        group = flow.add_argument_group(what)
        group.add_argument(f'--{side}', metavar='WHO', required=True, help=what)
        group.add_argument(f'--{side}-namespace', metavar='NAME', help='the namespace of the pod')
        group.add_argument(f'--{side}-service-account', metavar='NAME', help='its service account')
        group.add_argument(f'--{side}-ip', metavar='ADDRESS', help='its address')
    group = flow.add_argument_group('what is sent')
    group.add_argument('--protocol', default='TCP', help='a name or a number (default: TCP)')
    group.add_argument('--port', type=int, help='the destination port')
    group.add_argument('--source-port', type=int, metavar='PORT', help='the source port')
    group.add_argument(
        '--icmp', metavar='TYPE[/CODE]', help='type and code (default: an echo request)'
    )
    group.add_argument(
        '--in', dest='interface_in', metavar='INTERFACE', help='where it comes in from outside'
    )
    group.add_argument(
        '--out', dest='interface_out', metavar='INTERFACE', help='where it leaves the host'
    )
    flow.add_argument(
        '--direction',
        choices=('ingress', 'egress', 'both'),
        default='both',
        help='judge one direction alone (default: both)',
    )
    flow.add_argument(
        '--output-format', choices=('text', 'json'), default='text', help='text (default) or json'
    )
    _add_world(flow)


def _add_paths(parser: Any) -> None:
    parser.add_argument(
        'paths', nargs='*', metavar='PATH', help='files and folders of policies (default: .)'
    )


def _add_world(parser: Any) -> None:
    group = parser.add_argument_group('how Calico is run')
    group.add_argument(
        '--calico-version', metavar='VERSION', help='the Calico that reads the policies'
    )
    group.add_argument(
        '--admission',
        choices=('api', 'native'),
        help='api: calicoctl and the Calico API server; native: kubectl against native v3 CRDs',
    )
    group.add_argument(
        '--dataplane',
        choices=('iptables', 'nftables', 'ebpf'),
        help='what enforces the policies: ebpf reads some rules otherwise (default: iptables)',
    )
    parser.add_argument(
        '--color', choices=('auto', 'always', 'never'), default='auto', help='whether to use colour'
    )


def run(namespace: argparse.Namespace) -> int:
    """Run one of the commands; the exit status."""
    from linter.policytest.model import Mistakes

    command = {'test': _test, 'order': _order, 'explain-flow': _explain_flow}[namespace.command]
    try:
        return command(namespace)
    except Mistakes as error:
        _say(map(str, error.found))
        return 2


def _say(lines: Iterable[str]) -> None:
    from linter.text.escape import emit, escape_line

    for line in lines:
        emit(sys.stderr, f'{escape_line(line)}\n')


def _world(namespace: argparse.Namespace, path: str) -> World:
    """The Calico that the command line or the configuration names for a path."""
    from linter.calico.target import parse_version
    from linter.cli.catalogue import catalogue
    from linter.policytest.commands import World
    from linter.workspace.options import Options

    version = namespace.calico_version
    options = Options(
        (path,),
        catalogue=catalogue,
        version=None if version is None else parse_version(version),
        admission=namespace.admission,
    )
    settings = options.lookup().settings_for(path)
    return World(settings.target, catalogue(), namespace.dataplane or settings.dataplane)


def _output(namespace: argparse.Namespace) -> Output:
    from linter.policytest.commands import Output
    from linter.report._common import wants_color

    color = namespace.color == 'always'
    if namespace.color == 'auto' and namespace.output_format == 'text':
        color = wants_color(sys.stdout)
    return Output(namespace.output_format, sys.stdout, color)


def _test(namespace: argparse.Namespace) -> int:
    from linter.policytest import commands

    if namespace.init is not None:
        if namespace.files:
            raise Fatal('--init writes an example and runs nothing: leave out the files')
        path, notes = commands.init(namespace.init, _world(namespace, namespace.init))
        _say(notes)
        print(f'wrote {path}')
        return 0
    if not namespace.files:
        raise Fatal('no file of tests is named: calico-lint test --init FOLDER writes an example')
    files = _test_files(namespace.files)
    world = _world(namespace, files[0])
    return commands.run_tests(files, world, _output(namespace), namespace.coverage)


def _test_files(paths: list[str]) -> list[str]:
    """The files that are named, and those of folders whose name says that they are tests."""
    from linter.workspace.discover import Unreadable, find, relative

    found: dict[str, None] = {}
    for path in paths:
        if not os.path.isdir(path):
            found[relative(path)] = None
            continue
        some = [
            entry
            for entry in find((path,))
            if not isinstance(entry, Unreadable) and MARK in os.path.basename(entry)
        ]
        if not some:
            raise Fatal(f'no file in {path} has {MARK} in its name: name the files of tests')
        found.update(dict.fromkeys(some))
    return list(found)


def _paths(namespace: argparse.Namespace) -> list[str]:
    return list(namespace.paths) or ['.']


def _order(namespace: argparse.Namespace) -> int:
    from linter.policytest import commands, flow

    endpoint = None
    if namespace.endpoint is not None:
        side = flow.Side(
            'endpoint', namespace.endpoint, namespace.namespace, namespace.service_account, None
        )
        if namespace.namespace is None:
            raise Fatal('--endpoint goes with --namespace, which says where the pod is')
        endpoint = flow.endpoint_of(side, 0, 4)
        if endpoint is None:
            raise Fatal("--endpoint takes labels such as 'app=api', not an address")
    elif namespace.namespace is not None or namespace.service_account is not None:
        raise Fatal("--namespace and --service-account go with --endpoint 'app=api'")
    paths = _paths(namespace)
    directions = ('ingress', 'egress') if namespace.direction == 'both' else (namespace.direction,)
    world = _world(namespace, paths[0])
    _say(commands.order(paths, world, _output(namespace), endpoint, directions))
    return 0


def _explain_flow(namespace: argparse.Namespace) -> int:
    from linter.policytest import commands, flow

    protocol = namespace.protocol
    sides = [
        flow.Side(
            word,
            getattr(namespace, word),
            getattr(namespace, f'{word}_namespace'),
            getattr(namespace, f'{word}_service_account'),
            getattr(namespace, f'{word}_ip'),
        )
        for word in ('from', 'to')
    ]
    if namespace.tests is not None and namespace.paths:
        raise Fatal('the file of --tests names the policies: leave out the paths')
    known = flow.names_in(namespace.tests)
    source, destination, endpoints = flow.pods_of(sides[0], sides[1], protocol, known)
    words = {
        'from': source,
        'to': destination,
        'protocol': protocol,
        'port': namespace.port,
        'sourcePort': namespace.source_port,
        'icmp': _icmp(namespace.icmp),
        'in': namespace.interface_in,
        'out': namespace.interface_out,
        'direction': namespace.direction,
    }
    paths = _paths(namespace)
    world = _world(namespace, namespace.tests or paths[0])
    output = _output(namespace)
    _say(commands.explain_flow(words, endpoints, paths, namespace.tests, world, output))
    return 0


def _icmp(text: str | None) -> dict[str, int] | None:
    if text is None:
        return None
    kind, slash, code = text.partition('/')
    if not kind.isdecimal() or (slash and not code.isdecimal()):
        raise Fatal(f'--icmp {text!r} is not TYPE or TYPE/CODE, such as 8/0')
    return {'type': int(kind), 'code': int(code or 0)}
