"""What the questions about all packets cost: dead rules of a root, a claim, a difference.

    python bench/meaning_sets.py            the table, in half a minute
    python bench/meaning_sets.py --quick    everything once, small: does it still run?

CPU time of this process, the best of three; the policies are made in memory, from a fixed seed.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import time
from collections.abc import Callable

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from linter.policy.covers import Root
from linter.policy.difference import difference
from linter.policy.model import (
    ANYTHING,
    GLOBAL_NETWORK_POLICY,
    NETWORK_POLICY,
    Entity,
    Place,
    Policy,
    Rule,
    Tier,
)
from linter.policy.read import net_of
from linter.policy.semantics import Semantics
from linter.policy.ties import ties

NOWHERE = Place('bench.yaml', 1, 0, 0)
TIERS = [Tier('security', 100.0, 'Deny'), Tier('platform', 200.0, 'Pass')]
PARTS = ('api', 'web', 'db', 'cache', 'queue', 'jobs', 'auth', 'mail', 'search', 'proxy')


def _policy(
    namespace: str,
    name: str,
    selector: str,
    ingress: tuple[Rule, ...],
    egress: tuple[Rule, ...] = (),
    order: float | None = None,
    tier: str = 'default',
    namespace_selector: str = '',
) -> Policy:
    kind = NETWORK_POLICY if namespace else GLOBAL_NETWORK_POLICY
    directions = ('ingress',) * bool(ingress) + ('egress',) * bool(egress)
    return Policy(
        kind, namespace, name, tier, order, False, directions, selector, namespace_selector, '',
        False, False, False, ingress, egress, 'api', NOWHERE,
    )  # fmt: skip


def _net(text: str) -> Entity:
    net = net_of(text)
    assert net is not None
    return Entity(nets=(net,))


def realistic(count: int) -> list[Policy]:
    """Namespaces of ten applications each, with a default deny, and a few policies for all."""
    chance = random.Random(1)
    dns = Rule('Allow', destination=Entity(selector="k8s-app == 'kube-dns'", ports=((53, 53),)))
    found = [
        _policy('', 'metadata', 'all()', (), (
            Rule('Deny', destination=_net('169.254.169.254/32'), protocol='TCP'), Rule('Pass'),
        ), 10, 'security'),
        _policy('', 'dns', 'all()', (), (dns._replace(protocol='UDP'),
                dns._replace(protocol='TCP')), 10, 'platform', 'all()'),
        _policy('', 'monitoring', 'all()', (
            Rule('Allow', Entity(namespace_selector="team == 'monitoring'"),
                 Entity(ports=((9090, 9100),)), 'TCP'), Rule('Pass'),
        ), (), 20, 'security', 'all()'),
    ]  # fmt: skip
    number = 0
    while len(found) < count:
        namespace = f'team-{number}'
        number += 1
        found.append(_policy(namespace, 'default-deny', 'all()', (), (Rule('Deny'),), 1000))
        for part in PARTS:
            peers = chance.sample(PARTS, 2)
            port = chance.choice((80, 443, 5432, 6379, 8080))
            ingress = [
                Rule('Allow', Entity(selector=f"app == '{peer}'"),
                     Entity(ports=((port, port),)), 'TCP')
                for peer in peers
            ]  # fmt: skip
            if chance.random() < 0.2:
                ingress.append(Rule('Allow', _net('10.0.0.0/8'), ANYTHING, 'TCP'))
            egress = (Rule('Allow', ANYTHING, Entity(selector=f"app == '{peers[0]}'"), 'TCP'),)
            found.append(_policy(namespace, part, f"app == '{part}'", tuple(ingress), egress, 100))
    return found[:count]


def different(count: int) -> list[Policy]:
    """Policies of which no two are alike, many of them global and beside each other."""
    chance = random.Random(2)
    found = []
    for number in range(count):
        rules = []
        for part in range(chance.randrange(1, 5)):
            low = chance.randrange(1, 60000)
            peer = Entity(selector=chance.choice((
                f"app == 'a{chance.randrange(count)}'", f"has(l{chance.randrange(60)})",
                f"env != 'e{number}-{part}'", f"role starts with 'r{chance.randrange(90)}'",
            )))  # fmt: skip
            if chance.random() < 0.3:
                peer = _net(f'10.{chance.randrange(256)}.{chance.randrange(256)}.0/24')
            action = chance.choice(('Allow', 'Allow', 'Deny', 'Pass'))
            ports = Entity(ports=((low, low + chance.randrange(900)),))
            rules.append(Rule(action, peer, ports, chance.choice(('TCP', 'UDP'))))
        selector = chance.choice((
            f"app == 'a{number}'", f"app in {{'a{number}', 'b{number % 97}'}}",
            f"app == 'a{number}' && env != 'e{number % 7}'", f"has(l{number})",
        ))  # fmt: skip
        namespace = '' if chance.random() < 0.3 else f'n{chance.randrange(1 + count // 20)}'
        found.append(
            _policy(namespace, f'p{number}', selector, tuple(rules), (), chance.randrange(1000),
                    chance.choice(('default', 'default', 'security', 'platform')))
        )  # fmt: skip
    return found


def best(function: Callable[[], object], rounds: int) -> float:
    """The CPU seconds of a call, the best of some."""
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def dead(make: Callable[[int], list[Policy]], count: int, rounds: int) -> tuple[float, str]:
    """Milliseconds a policy for all dead rules of a root."""
    policies = make(count)
    report = Root(policies, TIERS, Semantics(), ()).dead_rules()
    spent = best(lambda: Root(policies, TIERS, Semantics(), ()).dead_rules(), rounds)
    note = f'{report.rules} rules, {len(report.dead)} dead, {report.given_up} given up'
    return spent * 1000 / count, note


def _with_rule(policy: Policy) -> Policy:
    return policy._replace(ingress=(*policy.ingress, Rule('Allow', ANYTHING, ANYTHING, 'UDP')))


def _changes(before: list[Policy], after: list[Policy]) -> str:
    """How much a change of the policies changes."""
    semantics = Semantics()
    found = difference(Root(before, TIERS, semantics), Root(after, TIERS, semantics))
    return f'{len(found.changes)} changes, {found.given_up} given up'


def _ties(policies: list[Policy]) -> str:
    found = ties(Root(policies, TIERS, Semantics()))
    return f'{len(found.ties)} ties, {found.given_up} given up'


def main() -> int:
    quick = '--quick' in sys.argv
    rounds, size = (1, 100) if quick else (3, 1000)
    rows = []
    for name, make, bar in (('realistic', realistic, 0.3), ('no two alike', different, 1.0)):
        for factor in (1, 2, 4):
            value, note = dead(make, size * factor, rounds)
            rows.append((f'dead rules, {name}, {size * factor}', value, bar, note))
    value, note = dead(realistic, size * 10, 1)
    rows.append((f'dead rules, realistic, {size * 10}', value, 0.6, note))
    for what, value, bar, note in rows:
        verdict = 'ok' if value <= bar else 'MISS'
        print(f'{what:36} {value:8.3f} ms a policy (at most {bar:g})  {verdict:4} {note}')
    policies = realistic(size)
    changed = [_with_rule(policies[-1]), *policies[:-1]]
    narrower = [policies[0], *(p for p in policies[1:] if p.name != 'monitoring')]
    for what, call in (
        ('ties', lambda: _ties(policies)),
        ('difference, one rule', lambda: _changes(policies, changed)),
        ('difference, a global policy gone', lambda: _changes(policies, narrower)),
    ):
        found = call()
        print(f'{what:36} {best(call, rounds) * 1000:8.1f} ms for {size} policies   {found}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
