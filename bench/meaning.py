"""What policies mean: what it costs to find out. Summaries, verdicts, tests, claims.

    python bench/meaning.py            the table, in half a minute
    python bench/meaning.py --quick    everything once, small: does it still run?

CPU time of this process, the best of three, but for the line about the command, which is that of a
process of its own. The policies are those of the benchmark of the linter (no two alike), and
clusters as people have them, where a namespace has ten policies.
"""

from __future__ import annotations

import gc
import os
import pickle
import random
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import inputs

from linter.calico.decode import decode
from linter.calico.document import Document
from linter.calico.lists import owned
from linter.calico.ownership import CalicoObject
from linter.calico.parsed_file import parse_text
from linter.calico.target import Target
from linter.policy.load import records
from linter.policy.model import Policy, Record, Unusable
from linter.policy.semantics import Semantics
from linter.policy.summarise import summarise
from linter.policytest.claims import Prover
from linter.policytest.policies import Loaded
from linter.policytest.read import parse
from linter.policytest.run import Runner
from linter.text.source import Source
from linter.yaml.compose import compose
from linter.yaml.documents import split

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = Target()
SEMANTICS = Semantics()


def best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of CPU time, the least of several rounds."""
    found = []
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def say(what: str, value: float, unit: str, bar: float | None = None) -> None:
    verdict = '' if bar is None else 'ok' if value <= bar else 'MISS'
    wanted = '' if bar is None else f'<= {bar:g} {unit}'
    print(f'{what:60} {value:10.3f} {unit:6} {wanted:16} {verdict}')


def different(count: int) -> str:
    maker = inputs.Maker()
    return '---\n'.join(maker.policy(number) for number in range(count))


_PARTS = ('api', 'web', 'db', 'cache', 'queue', 'jobs', 'auth', 'mail', 'search')


def realistic(count: int) -> str:
    """Namespaces with a policy for each of nine applications, and a default deny."""
    return '---\n'.join(_realistic(count))


def _realistic(count: int) -> Iterator[str]:
    chance = random.Random(1)
    for number in range(count):
        namespace, part = f'team-{number // 10}', number % 10
        head = (
            'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
            f'metadata: {{name: p{part}, namespace: {namespace}}}\n'
        )
        if part == 9:
            yield f'{head}spec: {{order: 1000, types: [Ingress, Egress]}}\n'
            continue
        other, port = chance.choice(_PARTS), chance.choice((80, 443, 5432, 8080))
        yield (
            f"{head}spec:\n  order: 100\n  selector: app == '{_PARTS[part]}'\n"
            '  types: [Ingress, Egress]\n  ingress:\n  - action: Allow\n    protocol: TCP\n'
            f"    source: {{selector: app == '{other}'}}\n    destination: {{ports: [{port}]}}\n"
            '  egress:\n  - {action: Allow, destination: {nets: [10.0.0.0/8]}}\n'
        )


def tests(count: int, namespaces: int) -> str:
    """A file of tests: ten pods in each namespace."""
    chance = random.Random(2)
    lines = ['version: 1', 'policies: [p]', 'endpoints:']
    names = []
    for number in range(namespaces * 10):
        namespace, part = f'team-{number // 10}', _PARTS[number % 9]
        names.append(f'{namespace}/pod-{number}')
        address = f'10.{number >> 16}.{number >> 8 & 255}.{number & 255}'
        lines.append(
            f'- {{name: pod-{number}, namespace: {namespace}, ips: [{address}], '
            f'labels: {{app: {part}}}}}'
        )
    lines.append('tests:')
    for _ in range(count):
        one, other = chance.choice(names), chance.choice(names)
        port = chance.choice((80, 443, 5432, 8080))
        lines.append(f'- {{from: {one}, to: {other}, protocol: TCP, port: {port}, verdict: deny}}')
    return '\n'.join(lines) + '\n'


CLAIM = """\
version: 1
policies: [p]
claims:
- {to: {selector: app == 'db', namespace: team-1}, from: {notSelector: app == 'api'},
   protocol: TCP, port: 5432, verdict: deny}
"""


def summaries(text: str) -> tuple[Record, ...]:
    found = []
    for record in records(parse_text(Source('p.yaml', text)), TARGET, SEMANTICS):
        assert not isinstance(record, Unusable), record
        found.append(record)
    return tuple(found)


def documents(text: str) -> list[Document]:
    source = Source('p.yaml', text)
    found = []
    for chunk in split(text):
        root = compose(text, chunk)
        assert root is not None
        for one in owned(root):
            assert isinstance(one, CalicoObject)
            assert one.kind is not None
            lane = TARGET.lane(one.api)
            decoded = decode(one.node, 'v3', one.kind, TARGET.version, lane)
            found.append(Document(source, one.node, 'v3', one.kind, decoded))
    return found


def command(folder: str, count: int) -> float:
    """Seconds of CPU time of a whole run of calico-lint test, with reading and checking."""
    os.makedirs(os.path.join(folder, 'p'), exist_ok=True)
    for number, text in enumerate(realistic(count).split('---\n')):
        with open(os.path.join(folder, 'p', f'{number}.yaml'), 'w', encoding='utf-8') as file:
            file.write(text)
    with open(os.path.join(folder, 't.yaml'), 'w', encoding='utf-8') as file:
        file.write(tests(count, count // 10))
    path = os.path.join(folder, 't.yaml')
    words = (sys.executable, '-m', 'linter', 'test', path)
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), process.returncode
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    quick = '--quick' in sys.argv[1:]
    rounds = 1 if quick else 3
    count = 100 if quick else 1000
    gc.set_threshold(10_000, 10, 10)
    text = different(count)
    read = documents(text)
    per = best(lambda: [summarise(one, SEMANTICS) for one in read], rounds) * 1000 / count
    say('summary of a policy, from the tree', per, 'ms', 0.1)
    found = summaries(text)
    size = sum(len(pickle.dumps(one, pickle.HIGHEST_PROTOCOL)) for one in found) / count
    say('a policy pickled by itself', size / 1000, 'kB', 1)
    data = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    del found
    tracemalloc.start()
    kept = pickle.loads(data)
    say('a policy loaded', tracemalloc.get_traced_memory()[0] / len(kept) / 1000, 'kB', 4)
    tracemalloc.stop()
    for factor in (1, 2, 4):
        size = count * factor
        policies = Loaded(summaries(realistic(size)), (), ())
        file = tests(size, size // 10)
        case_file = parse(Source('t.yaml', file))
        spent = best(lambda: parse(Source('t.yaml', file)), rounds)  # noqa: B023
        say(f'{size} tests read', spent, 's')
        spent = best(lambda: Runner(case_file, policies, SEMANTICS).run(), rounds)  # noqa: B023
        say(f'{size} tests on {size} policies', spent, 's', 1 if factor == 1 else None)
        claims = parse(Source('t.yaml', CLAIM))
        prover = Prover(policies, SEMANTICS)
        prover.sequence('ingress')
        spent = best(lambda: prover.results(claims), rounds) * 1000  # noqa: B023
        say(f'a claim on {size} policies', spent, 'ms', 50)
        with tempfile.TemporaryDirectory() as folder:
            spent = command(folder, size)
            bar = 1 if factor == 1 else None
            say(f'calico-lint test: {size} tests, {size} files of policies', spent, 's', bar)
    assert all(isinstance(one, Policy) for one in kept)


if __name__ == '__main__':
    main()
