"""How fast is calico-lint? Ratios, from interleaved runs of whole processes on one core.

    python bench/run.py            the table, in a few minutes
    python bench/run.py --quick    everything once, small: does it still run?
    python bench/run.py --peers    with yamllint and check-jsonschema beside it
                                   (pip install -r bench/requirements.txt)
    python bench/run.py --against v0.1.0
                                   and what has changed since that tag or commit

Milliseconds differ from machine to machine and from minute to minute; ratios of runs that take
turns hardly do. A figure is the median over rounds of the CPU time (user and system) of one process
divided by that of another in the same round. The inputs are made in a temporary directory, from a
fixed seed. What is measured is a copy of this checkout, laid out and compiled as if installed;
so is the other commit.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import inputs
import roots
import styles

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MB = 1_000_000

# As pip writes them for [project.scripts]; the same form for everybody, for fairness.
_SCRIPT = 'import sys\n{path}from {module} import {function}\nsys.exit({function}())\n'
_SCRIPTS = {
    'calico-lint': ('linter.__main__', 'console'),
    'yamllint': ('yamllint.cli', 'run'),
    'check-jsonschema': ('check_jsonschema', 'main'),
}


class Usage(NamedTuple):
    """What one process used: CPU seconds, seconds on the clock, bytes of memory at most."""

    cpu: float
    wall: float
    memory: int


class Command(NamedTuple):
    """A command line and the exit statuses that it may have."""

    words: tuple[str, ...]
    statuses: Sequence[int] = (0,)


class Figure(NamedTuple):
    """A line of the table. ``bar`` None: no target, just good to know."""

    what: str
    value: float
    unit: str
    bar: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ''
        reached = self.value >= self.bar if self.at_least else self.value <= self.bar
        return 'ok' if reached else 'MISS'


def spend(command: Command) -> Usage:
    """Run a command to its end, throwing its output away."""
    nothing = os.open(os.devnull, os.O_RDWR)
    start = time.perf_counter()
    # The parent stays small: a child's peak counts from what it is born with.
    process = os.posix_spawn(
        command.words[0],
        command.words,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, nothing, stream) for stream in (0, 1, 2)],
    )
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - start
    os.close(nothing)
    code = os.waitstatus_to_exitcode(status)
    if code not in command.statuses:
        raise SystemExit(f'exit status {code} of {" ".join(command.words)[:300]}\n{say(command)}')
    unit = 1 if sys.platform == 'darwin' else 1024
    return Usage(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * unit)


def together(command: Command, count: int) -> float:
    """Seconds on the clock until several runs of a command that start at once have ended."""
    start = time.perf_counter()
    running = [
        subprocess.Popen(command.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(count)
    ]
    for process in running:
        process.wait()
    return time.perf_counter() - start


def say(command: Command) -> str:
    """What the command has to say for itself."""
    result = subprocess.run(command.words, capture_output=True, text=True, errors='replace')
    return (result.stdout + result.stderr)[-2000:]


def measure(commands: Sequence[Command], rounds: int) -> list[list[Usage]]:
    """Every command ``rounds`` times, taking turns, after one run each that does not count."""
    for command in commands:
        spend(command)
    found: list[list[Usage]] = [[] for _ in commands]
    for _ in range(rounds):
        for usages, command in zip(found, commands, strict=True):
            usages.append(spend(command))
    return found


def ratio(one: Iterable[Usage], other: Iterable[Usage]) -> float:
    return statistics.median(a.cpu / b.cpu for a, b in zip(one, other, strict=True))


def cpu(usages: Iterable[Usage]) -> float:
    return statistics.median(usage.cpu for usage in usages)


def memory(usages: Iterable[Usage]) -> float:
    return max(usage.memory for usage in usages) / MB


READING = """\
import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(folder, name), 'rb') as file:
            os.fstat(file.fileno())
            file.read()
"""
"""A program that reads every file below a folder, and nothing else."""


class Bench:
    """Where things are, and how much of everything."""

    def __init__(
        self, folder: str, quick: bool, peers: bool, large: bool, commit: str | None
    ) -> None:
        self.folder = folder
        self.quick = quick
        self.peers = peers
        self.large = large
        self.commit = commit
        self.figures: list[Figure] = []
        # What whoever runs this has set for Python, or for us, is not to count.
        for name in [name for name in os.environ if name.startswith(('PYTHON', 'CALICO_LINT'))]:
            del os.environ[name]
        self._install(ROOT, 'calico-lint', _SCRIPTS['calico-lint'])
        if commit is not None:
            tree = self.path('commit')
            os.mkdir(tree)
            archive = subprocess.run(
                ['git', '-C', ROOT, 'archive', commit, 'linter', 'schemas', 'pyproject.toml'],
                capture_output=True,
                check=True,
            )
            subprocess.run(['tar', '-x', '-C', tree], input=archive.stdout, check=True)
            with open(os.path.join(tree, 'pyproject.toml'), encoding='utf-8') as file:
                entry = re.search(r'^calico-lint = "([\w.]+):(\w+)"', file.read(), re.MULTILINE)
            assert entry is not None, f'{commit} has no command'
            self._install(tree, 'old-calico-lint', (entry[1], entry[2]))
        for name in ('yamllint', 'check-jsonschema'):
            self.write(
                name, _SCRIPT.format(path='', module=_SCRIPTS[name][0], function=_SCRIPTS[name][1])
            )

    def _install(self, tree: str, name: str, entry: tuple[str, str]) -> None:
        """A copy of a tree, as pip would lay it out, and its command."""
        junk = shutil.ignore_patterns('__pycache__')
        site = self.path(f'site-of-{name}')
        package = os.path.join(site, 'linter')
        shutil.copytree(os.path.join(tree, 'linter'), package, ignore=junk)
        shutil.copytree(
            os.path.join(tree, 'schemas'),
            os.path.join(package, 'schemas'),
            ignore=junk,
            dirs_exist_ok=True,
        )
        subprocess.run([sys.executable, '-m', 'compileall', '-q', site], check=True)
        path = f'sys.path[0] = {site!r}\n'
        self.write(name, _SCRIPT.format(path=path, module=entry[0], function=entry[1]))

    def path(self, *names: str) -> str:
        return os.path.join(self.folder, *names)

    def python(self, *words: str) -> Command:
        return Command((sys.executable, *words))

    def ours(self, *words: str, statuses: Sequence[int] = (0,)) -> Command:
        return Command((sys.executable, self.path('calico-lint'), *words), statuses)

    def check(self, *words: str, statuses: Sequence[int] = (0,)) -> Command:
        return self.ours('check', *words, statuses=statuses)

    def old(self, *words: str) -> Command:
        """The same of the other commit, which may find more or less."""
        return Command((sys.executable, self.path('old-calico-lint'), 'check', *words), (0, 1))

    def yamllint(self, *words: str) -> Command:
        return Command((sys.executable, self.path('yamllint'), '-d', 'relaxed', *words), (0, 1))

    def jsonschema(self, *words: str) -> Command:
        schema = os.path.join(ROOT, 'schemas', 'v3', 'networkpolicy.schema.json')
        return Command(
            (sys.executable, self.path('check-jsonschema'), '--schemafile', schema, *words), (0, 1)
        )

    def write(self, name: str, text: str) -> str:
        path = self.path(name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def add(
        self,
        what: str,
        value: float,
        unit: str,
        bar: float | None = None,
        at_least: bool = False,
    ) -> None:
        self.figures.append(Figure(what, value, unit, bar, at_least))

    # What is measured, a method for each part of the table.

    def start_up(self) -> None:
        maker = inputs.Maker()
        foreign = self.write('foreign.yaml', maker.foreign(0))
        clean = self.write('clean.yaml', one(maker.policy, 'selector: ', '||', ' == '))
        faulty = self.write('faulty.yaml', one(maker.faulty_policy, " = '"))
        policy = one(maker.policy, 'namespace: ', 'selector: ')
        finding = self.write('finding.yaml', policy.replace('action: Allow', 'action: allow', 1))
        note = self.write('note.yaml', re.sub(r'\n  namespace: \S+', '', policy))
        commands = [
            self.python('-c', 'pass'),
            self.ours('--version'),
            self.check(foreign),
            self.check(clean),
            self.check(note),
            self.check(finding, statuses=(1,)),
            self.check(faulty, statuses=(1,)),
        ]
        if self.peers:
            commands += [self.yamllint(clean), self.jsonschema(clean)]
        bare, *others = measure(commands, 3 if self.quick else 31)
        lines = (
            ('`--version`', 2.0),
            ('a file without Calico documents', 2.5),
            ('one clean policy with selectors', 2.2),
            ('one policy with a note', 4.0),
            ('one policy with a finding', 4.0),
            ('one policy with a mistake in a selector', 5.0),
            ('yamllint on the clean policy', None),
            ('check-jsonschema on the clean policy', None),
        )
        for (what, bar), usages in zip(lines, others, strict=False):
            self.add(f'start-up: {what}', ratio(usages, bare), '× `python -c pass`', bar)
        self.add('bare interpreter, for orientation', cpu(bare) * 1000, 'ms')

    def throughput(self) -> None:
        count = 100 if self.quick else 1000
        rounds = 1 if self.quick else 5
        clean = inputs.write_files(self.path('clean'), inputs.clean(count))
        faulty = inputs.write_files(self.path('faulty'), inputs.faulty(count))
        first = os.path.join(clean, 'part-000', '000000.yaml')
        commands = [self.check(first), self.check(clean), self.check(faulty, statuses=(1,))]
        if self.peers:
            # check-jsonschema takes files, not folders.
            files = [os.path.join(at, name) for at, _, names in os.walk(clean) for name in names]
            commands += [
                self.yamllint(clean),
                self.yamllint(faulty),
                self.jsonschema(*sorted(files)),
            ]
        start, ours, ours_faulty, *peers = measure(commands, rounds)
        per_policy = statistics.median(
            (many.cpu - few.cpu) / (count - 1) for many, few in zip(ours, start, strict=True)
        )
        self.add('a clean policy in its file, after start-up', per_policy * 1000, 'ms', 0.4)
        self.add(f'{count} clean policies: peak memory', memory(ours), 'MB', 80 + 0.002 * count)
        for name, words in self.others(clean).items():
            found = measure([Command(words, (0, 1)), self.check(clean)], rounds)
            self.add(f'{count} clean policies, one per file: {name} takes', ratio(*found), '×')
        if peers:
            yamllint, yamllint_faulty, jsonschema = peers
            what = f'{count} clean policies, one per file'
            self.add(f'{what}: yamllint takes', ratio(yamllint, ours), '×', 30, True)
            self.add(f'{what}: check-jsonschema takes', ratio(jsonschema, ours), '×')
            self.add(
                f'{count} policies with findings: yamllint takes',
                ratio(yamllint_faulty, ours_faulty),
                '×',
                3,
                True,
            )

    def others(self, folder: str) -> dict[str, tuple[str, ...]]:
        """The commands of the Go tools that are installed."""
        found = {}
        kubeconform, calicoctl = shutil.which('kubeconform'), shutil.which('calicoctl')
        if self.peers and kubeconform is not None:
            schema = os.path.join(ROOT, 'schemas', 'v3', '{{ .ResourceKind }}.schema.json')
            found['kubeconform'] = (kubeconform, '-n', '1', '-schema-location', schema, folder)
        if self.peers and calicoctl is not None:
            found['calicoctl validate'] = (calicoctl, 'validate', '-R', '-f', folder)
        return found

    def styles(self) -> None:
        """Documents as they are in real repositories, clean ones and others."""
        count = 100 if self.quick else 1000
        rounds = 1 if self.quick else 5
        varied = inputs.write_files(self.path('varied'), styles.varied(count))
        mixed = inputs.write_files(self.path('mixed'), styles.mixed(count))
        commands = [self.check(varied), self.check(mixed, statuses=(1,))]
        if self.peers:
            commands += [self.yamllint(varied), self.yamllint(mixed)]
        ours, ours_mixed, *peers = measure(commands, rounds)
        what = f'{count} documents in varied styles'
        self.add(f'{what}: a document', cpu(ours) / count * 1000, 'ms')
        if peers:
            notes, third = f'{what}, 5 % with notes', f'{what}, a third with findings'
            self.add(f'{notes}: yamllint takes', ratio(peers[0], ours), '×', 16, True)
            self.add(f'{third}: yamllint takes', ratio(peers[1], ours_mixed), '×', 10, True)

    def foreign(self) -> None:
        """Large files with nothing of Calico's in them."""
        size = 2 if self.quick else 10
        rounds = 1 if self.quick else 5
        crds = inputs.write_files(self.path('crds'), styles.crds(size))
        kinds = self.write('kinds.json', styles.kinds_in_json(2))
        count = 400 if self.quick else 4000
        schemas = inputs.write_files(self.path('schemas'), styles.schemas(count))
        commands = [self.check(crds), self.check(kinds), self.check(schemas)]
        bare, reading, *found = measure(
            [self.python('-c', 'pass'), self.python('-c', READING, schemas), *commands], rounds
        )
        whats = (f'{size} MB of CRDs', '2 MB of JSON', f'{count} schemas')
        for what, usages in zip(whats, found, strict=True):
            self.add(f'{what}, nothing of Calico in it', ratio(usages, bare), '× `python -c pass`')
        self.add(
            f'{whats[-1]}, nothing of Calico in it', ratio(found[-1], reading), '× reading', 1.5
        )

    def tree(self) -> None:
        count = 300 if self.quick else 3000
        folder = inputs.write_files(self.path('gitops'), inputs.gitops(count))
        commands = [self.check(folder)]
        if self.peers:
            commands.append(self.yamllint(folder))
        ours, *peers = measure(commands, 1 if self.quick else 5)
        what = f'GitOps tree of {count} files, 3 % with policies'
        for usages in peers:
            self.add(f'{what}: yamllint takes', ratio(usages, ours), '×', 95, True)
        self.add(f'{what}: a file', cpu(ours) / count * 1000, 'ms')

    def root(self) -> None:
        """A repository with the rules about policies together, and the same as mere documents."""
        count = 100 if self.quick else 1000
        whole = roots.write(self.path('root'), count)
        parts = roots.write(self.path('no-root'), count, is_marked=False)
        commands = [self.check(whole), self.check(parts)]
        with_rules, without = measure(commands, 3 if self.quick else 11)
        what = f'a root of {count} policies'
        self.add(f'{what}: with repository rules', ratio(with_rules, without), '× without', 2)

    def linearity(self) -> None:
        few, many = (50, 500) if self.quick else (1000, 10_000)
        one_each = [
            inputs.write_files(self.path(f'files-{count}'), inputs.clean(count))
            for count in (few, many)
        ]
        self._grows(f'{few} → {many} policies, one per file', one_each, many, 0)
        bundles = [self.path(f'bundle-{count}.yaml') for count in (few, many)]
        longest = [
            inputs.write_bundle(path, count)
            for path, count in zip(bundles, (few, many), strict=True)
        ]
        self._grows(f'{few} → {many} policies in one file', bundles, many, longest[1])
        bundle = measure([self.check(bundles[1])], 1 if self.quick else 3)[0]
        self.add(f'{many} policies in one file: a policy', cpu(bundle) / many * 1000, 'ms', 0.08)
        self.add(f'{many} policies in one file: peak', memory(bundle), 'MB', 31.5)
        sizes = [2, 20] if self.quick else [10, 100]
        long = [inputs.write_long(self.path(f'long-{size}.yaml'), size) for size in sizes]
        self._grows(f'one foreign document, {sizes[0]} → {sizes[1]} MB', long, 0, sizes[1] * MB)

    def _grows(self, what: str, paths: Sequence[str], count: int, longest: int) -> None:
        few, many = measure([self.check(path) for path in paths], 1 if self.quick else 3)
        self.add(f'{what}: time grows', ratio(many, few), '×', 11)
        self._peak(what, many, count, longest)

    def _peak(self, what: str, usages: Iterable[Usage], count: int, longest: int) -> None:
        self.add(
            f'{what}: peak memory', memory(usages), 'MB', 80 + 20 * longest / MB + 0.002 * count
        )

    def against(self) -> None:
        """What has changed since another commit, which takes turns with this one."""
        if self.commit is None:
            return
        count, rounds = (100, 1) if self.quick else (1000, 5)
        maker = inputs.Maker()
        clean = self.write('one-clean.yaml', one(maker.policy, 'selector: ', '||', ' == '))
        policy = one(maker.policy, 'namespace: ', 'selector: ')
        note = self.write('one-note.yaml', re.sub(r'\n  namespace: \S+', '', policy))
        finding = self.write(
            'one-finding.yaml', policy.replace('action: Allow', 'action: allow', 1)
        )
        selector = self.write('one-selector.yaml', one(maker.faulty_policy, " = '"))
        for what, path in (
            ('one clean policy', clean),
            ('one policy with a note', note),
            ('one policy with a finding', finding),
            ('one policy with a mistake in a selector', selector),
        ):
            commands = [
                self.python('-c', 'pass'),
                self.old(path),
                self.ours('check', path, statuses=(0, 1)),
            ]
            bare, old, new = measure(commands, 3 if self.quick else 21)
            self.add(f'since {self.commit}: {what}, then', ratio(old, bare), '× `python -c pass`')
            self.add(f'since {self.commit}: {what}, now', ratio(new, bare), '× `python -c pass`')
        bundle = self.path('old-bundle.yaml')
        inputs.write_bundle(bundle, count * 10)
        for what, path in (
            (
                f'{count} clean policies',
                inputs.write_files(self.path('old-clean'), inputs.clean(count)),
            ),
            (
                f'{count} documents in varied styles, 5 % with notes',
                inputs.write_files(self.path('old-varied'), styles.varied(count)),
            ),
            (
                f'{count} documents, a third with findings',
                inputs.write_files(self.path('old-mixed'), styles.mixed(count)),
            ),
            (
                f'GitOps tree of {3 * count} files',
                inputs.write_files(self.path('old-gitops'), inputs.gitops(3 * count)),
            ),
        ):
            old, new = measure([self.old(path), self.ours('check', path, statuses=(0, 1))], rounds)
            self.add(f'since {self.commit}: {what}, it took', ratio(old, new), '×')
        commands = [self.old(bundle), self.check(bundle)]
        old, new = measure(commands, 1 if self.quick else 3)
        what = f'since {self.commit}: {count * 10} policies in one file'
        self.add(f'{what}: CPU now ÷ CPU then', ratio(new, old), '', 0.2)
        self.add(f'{what}: peak then', memory(old), 'MB')
        self.add(f'{what}: peak now', memory(new), 'MB', 31.5)

    def large_bundle(self) -> None:
        count = 216_000
        path = self.path('bundle.yaml')
        longest = inputs.write_bundle(path, count)
        usage = spend(self.check(path))
        what = f'a bundle of {os.path.getsize(path) / MB:.0f} MB, {count} policies'
        self.add(f'{what}: CPU time', usage.cpu, 's')
        self._peak(what, [usage], count, longest)

    def jobs(self) -> None:
        """Two processes on two cores, on the clock."""
        if len(CORES) < 2:
            return
        count = 500 if self.quick else 10_000
        folder = inputs.write_files(self.path('jobs'), inputs.clean(count))
        commands = [self.check('--jobs', jobs, folder) for jobs in ('1', '2')]
        os.sched_setaffinity(0, CORES[:2])
        rounds = 1 if self.quick else 3
        single, double = measure(commands, rounds)
        both = [together(commands[0], 2) for _ in range(rounds)]
        os.sched_setaffinity(0, CORES[:1])
        gain = statistics.median(a.wall / b.wall for a, b in zip(single, double, strict=True))
        most = statistics.median(2 * a.wall / b for a, b in zip(single, both, strict=True))
        self.add(f'{count} policies: `--jobs 2` on two cores is faster', gain, '×', 1.7, True)
        self.add('two separate runs at once: what these two cores could give', most, '×')


def one(make: Callable[[int], str], *wanted: str) -> str:
    """A document in which all the words occur."""
    return next(
        text
        for text in (make(number) for number in range(10_000))
        if all(word in text for word in wanted)
    )


CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else []


def table(figures: Iterable[Figure]) -> str:
    lines = ['| what | measured | target | |', '| --- | ---: | ---: | --- |']
    for what, value, unit, bar, at_least in figures:
        target = ''
        if bar is not None:
            target = f'{"≥" if at_least else "≤"} {bar:.3g}'
        shown = f'{value:.3f}' if value < 1 else f'{value:.1f}' if value < 100 else f'{value:.0f}'
        verdict = Figure(what, value, unit, bar, at_least).verdict
        lines.append(f'| {what} | {shown} {unit} | {target} | {verdict} |')
    return '\n'.join(lines)


def installed_peers() -> list[str]:
    return [
        name
        for name in ('yamllint', 'check_jsonschema')
        if importlib.util.find_spec(name) is not None
    ]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=(__doc__ or '').split('\n\n')[0], allow_abbrev=False
    )
    parser.add_argument(
        '--quick', action='store_true', help='few rounds, small inputs: a test of the benchmark'
    )
    parser.add_argument(
        '--peers', action='store_true', help='measure yamllint and check-jsonschema as well'
    )
    parser.add_argument(
        '--large', action='store_true', help='add a bundle of 200 MB, which takes a few minutes'
    )
    parser.add_argument(
        '--only',
        action='append',
        metavar='PART',
        choices=PARTS,
        help=f'one part of the table; may be repeated: {", ".join(PARTS)}',
    )
    parser.add_argument(
        '--against', metavar='COMMIT', help='a tag or commit that this checkout is compared with'
    )
    parser.add_argument('--strict', action='store_true', help='exit status 1 if a target is missed')
    options = parser.parse_args()
    if not hasattr(os, 'wait4'):
        parser.error('this needs os.wait4, so not Windows')
    if options.peers and len(installed_peers()) < 2:
        parser.error('the peers are not installed: pip install -r bench/requirements.txt')
    if CORES:
        os.sched_setaffinity(0, CORES[:1])
    with tempfile.TemporaryDirectory(prefix='calico-lint-bench-') as folder:
        bench = Bench(folder, options.quick, options.peers, options.large, options.against)
        for name, part in PARTS.items():
            if name in (options.only or PARTS) and (name != 'large' or options.large):
                print(f'{name} …', file=sys.stderr, flush=True)
                part(bench)
    print(
        f'{platform.python_implementation()} {platform.python_version()}, '
        f'{platform.system()} {platform.machine()}, '
        f'{"one core" if CORES else "no core reserved"}\n'
    )
    print(table(bench.figures))
    missed = sum(figure.verdict == 'MISS' for figure in bench.figures)
    return int(options.strict and missed > 0)


PARTS: dict[str, Callable[[Bench], None]] = {
    'start-up': Bench.start_up,
    'throughput': Bench.throughput,
    'styles': Bench.styles,
    'foreign': Bench.foreign,
    'tree': Bench.tree,
    'root': Bench.root,
    'linearity': Bench.linearity,
    'jobs': Bench.jobs,
    'large': Bench.large_bundle,
    'against': Bench.against,
}


if __name__ == '__main__':
    raise SystemExit(main())
