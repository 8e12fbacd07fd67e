"""A repository as a platform team keeps it: policies of 40 namespaces in three tiers, sets, hosts.

People write such policies from templates: the same few selectors, ports and rules come again with
other names. That is what the rules of a root meet, so here things do repeat.
"""

from __future__ import annotations

import os
import random

SEED = 20261
_NAMESPACES = 40
_SERVICES = (
    'api', 'auth', 'billing', 'cart', 'catalog', 'gateway', 'mail', 'orders', 'search', 'web',
    'worker', 'reports',
)  # fmt: skip
_STORES = (('postgres', 5432), ('redis', 6379), ('kafka', 9092))
_TIERS = (('security', 100), ('platform', 500))
_V3 = 'apiVersion: projectcalico.org/v3\n'


def write(folder: str, count: int = 1000, is_marked: bool = True) -> str:
    """Write the repository; ``is_marked``: it is one of git's, so that it is a root."""
    pick = random.Random(SEED)
    os.makedirs(os.path.join(folder, '.git') if is_marked else folder)
    _write(folder, 'global/tiers.yaml', [_tier(*tier) for tier in _TIERS])
    _write(folder, 'global/sets.yaml', [_set(number) for number in range(6)])
    _write(folder, 'global/hosts.yaml', [_host(number) for number in range(4)])
    shared = _global_policies()
    for name, text in shared:
        _write(folder, f'global/{name}.yaml', [text])
    left = count - len(shared)
    for number in range(_NAMESPACES):
        namespace = f'{pick.choice(("shop", "data", "crm", "erp"))}-{number:02}'
        share = left // (_NAMESPACES - number)
        left -= share
        _write(folder, f'{namespace}/sets.yaml', [_office(namespace, number)])
        for name, text in _policies(namespace, share, pick):
            _write(folder, f'{namespace}/{name}.yaml', [text])
    return folder


def _write(folder: str, name: str, documents: list[str]) -> None:
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write('---\n'.join(documents))


def _tier(name: str, order: int) -> str:
    return f'{_V3}kind: Tier\nmetadata:\n  name: {name}\nspec:\n  order: {order}\n'


def _set(number: int) -> str:
    nets = ''.join(f'  - 203.0.{number * 20 + at}.0/24\n' for at in range(12))
    return (
        f'{_V3}kind: GlobalNetworkSet\nmetadata:\n  name: feed-{number}\n'
        f'  labels:\n    feed: list-{number}\nspec:\n  nets:\n{nets}'
    )


def _office(namespace: str, number: int) -> str:
    return (
        f'{_V3}kind: NetworkSet\nmetadata:\n  name: office\n  namespace: {namespace}\n'
        f'  labels:\n    role: office\nspec:\n  nets:\n  - 198.51.100.{number}/32\n'
    )


def _host(number: int) -> str:
    return (
        f'{_V3}kind: HostEndpoint\nmetadata:\n  name: node-{number}-eth0\n'
        f'  labels:\n    host-role: worker\nspec:\n  node: node-{number}\n'
        f'  interfaceName: eth0\n  expectedIPs:\n  - 192.0.2.{number + 10}\n'
    )


def _global_policies() -> list[tuple[str, str]]:
    """Those of the two tiers that come first, which pass on what they do not mind, and of hosts."""
    found = []
    for number in range(6):
        found.append(
            (
                f'security.feed-{number}',
                f'{_V3}kind: GlobalNetworkPolicy\nmetadata:\n  name: security.feed-{number}\n'
                f'spec:\n  tier: security\n  order: {number * 10}\n'
                '  namespaceSelector: has(projectcalico.org/name)\n  types:\n  - Egress\n'
                '  egress:\n  - action: Deny\n    destination:\n'
                f"      selector: feed == 'list-{number}'\n"
                + ('  - action: Pass\n' if number == 5 else ''),
            )
        )
    found.append(
        (
            'platform.dns',
            f'{_V3}kind: GlobalNetworkPolicy\nmetadata:\n  name: platform.dns\nspec:\n'
            '  tier: platform\n  order: 100\n  namespaceSelector: has(projectcalico.org/name)\n'
            '  types:\n  - Egress\n  egress:\n'
            '  - action: Allow\n    protocol: UDP\n    destination:\n'
            "      namespaceSelector: projectcalico.org/name == 'kube-system'\n"
            "      selector: k8s-app == 'kube-dns'\n      ports:\n      - 53\n"
            '  - action: Allow\n    protocol: TCP\n    destination:\n'
            "      namespaceSelector: projectcalico.org/name == 'kube-system'\n"
            "      selector: k8s-app == 'kube-dns'\n      ports:\n      - 53\n"
            '  - action: Pass\n',
        )
    )
    found.append(
        (
            'platform.workers',
            f'{_V3}kind: GlobalNetworkPolicy\nmetadata:\n  name: platform.workers\nspec:\n'
            "  tier: platform\n  order: 200\n  selector: host-role == 'worker'\n"
            '  types:\n  - Ingress\n  ingress:\n  - action: Allow\n    protocol: TCP\n'
            '    source:\n      nets:\n      - 192.0.2.0/24\n    destination:\n      ports:\n'
            '      - 22\n      - 10250\n  - action: Pass\n',
        )
    )
    return found


def _policies(namespace: str, count: int, pick: random.Random) -> list[tuple[str, str]]:
    """Two thirds say who may come in, a third where somebody may go; the first isolates all."""
    found = [
        (
            'default-deny',
            f'{_V3}kind: NetworkPolicy\nmetadata:\n  name: default-deny\n'
            f'  namespace: {namespace}\nspec:\n  order: 2000\n  types:\n  - Ingress\n  - Egress\n',
        )
    ]
    for number in range(count - 1):
        app = f'{pick.choice(_SERVICES)}-{number // 3}'
        team = namespace.partition('-')[0]
        head = (
            f'{_V3}kind: NetworkPolicy\nmetadata:\n  name: NAME\n  namespace: {namespace}\n'
            f'  labels:\n    team: {team}\n    app.kubernetes.io/part-of: {app}\n'
            f"spec:\n  order: {100 + number}\n  selector: app == '{app}'\n"
        )
        if number % 3 == 2:
            name, body = f'{app}-out-{number}', _going_out(pick)
        else:
            name, body = f'{app}-in-{number}', _coming_in(pick)
        found.append((name, head.replace('NAME', name) + body))
    return found


def _coming_in(pick: random.Random) -> str:
    port = pick.choice((8080, 8443, 3000, 9000))
    rules = [
        '  - action: Allow\n    protocol: TCP\n    source:\n'
        f"      selector: app == '{app}-{pick.randrange(8)}'\n"
        f'    destination:\n      ports:\n      - {port}\n'
        for app in pick.sample(_SERVICES, pick.randint(1, 3))
    ]
    if pick.random() < 0.5:
        rules.append(
            '  - action: Allow\n    protocol: TCP\n    source:\n'
            "      namespaceSelector: projectcalico.org/name == 'monitoring'\n"
            "      selector: app == 'prometheus'\n    destination:\n      ports:\n      - 9090\n"
        )
    if pick.random() < 0.2:
        rules.append(
            "  - action: Allow\n    protocol: TCP\n    source:\n      selector: role == 'office'\n"
            f'    destination:\n      ports:\n      - {port}\n'
        )
    return '  types:\n  - Ingress\n  ingress:\n' + ''.join(rules)


def _going_out(pick: random.Random) -> str:
    rules = [
        '  - action: Allow\n    protocol: TCP\n    destination:\n'
        f"      selector: app == '{store}'\n      ports:\n      - {port}\n"
        for store, port in pick.sample(_STORES, pick.randint(1, 2))
    ]
    if pick.random() < 0.3:
        rules.append(
            '  - action: Allow\n    protocol: TCP\n    destination:\n      nets:\n'
            f'      - 10.{pick.randrange(4)}.0.0/16\n      ports:\n      - 443\n'
        )
    return '  types:\n  - Egress\n  egress:\n' + ''.join(rules)
