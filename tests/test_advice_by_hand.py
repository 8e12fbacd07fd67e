"""Advice that leaves something to people to say, and that of the rules of a root.

It is followed by hand and to the letter, and the example is looked at again: the finding is gone,
nothing new is found at a warning or above, and no packet gets through that did not before, unless
the advice is to let more through.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from advice import followed as followed_by_machine
from conftest import Block, blocks

from linter.calico.parsed_file import parse_bytes
from linter.calico.target import Target
from linter.catalogue.catalogue import standard
from linter.diagnostic import Diagnostic
from linter.policy.covers import Root
from linter.policy.difference import difference
from linter.policy.load import records
from linter.policy.model import NetworkSet, Policy, Tier
from linter.policy.semantics import Semantics

RULES = standard().rules()
# What is changed elsewhere, is no mistake, or is about more than one field.
ELSEWHERE = frozenset(('deny-on-failsafe-port', 'http-match-fail-open', 'unsupported-operation'))
OF_ROOT = [rule for rule in standard().ids() if standard().is_of_root(rule)]


class Advice(NamedTuple):
    """What a message tells people to write: texts to be replaced, in the example of so many.

    ``words`` stand in the message. ``opens``: that lets more through, which is what it says.
    """

    words: str
    edits: tuple[tuple[str, str], ...]
    example: int = 0
    opens: bool = False


POOL = 'destination: {nets: [192.168.20.17/32]}'
TIER = (
    '---\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: %s}\nspec: {order: %s}\n'
)
FOLLOWED: dict[str, tuple[Advice, ...]] = {
    'address-in-ip-pool': (
        Advice(
            'Select the pods by their labels',
            ((POOL, "destination: {selector: app == 'x'}"),),
            opens=True,
        ),
        Advice('make the pool smaller', (('192.168.0.0/16,', '192.168.64.0/18,'),)),
    ),
    'covered-rule': (
        Advice(
            'remove the rule',
            (
                (
                    '  ingress:\n'
                    '  - {action: Allow, protocol: TCP, source: {nets: [10.9.0.0/16]}}\n',
                    '',
                ),
            ),
        ),
    ),
    'dangling-selector': (Advice('write frontend', (("'fronted'", "'frontend'"),), opens=True),),
    'dead-rule': (
        Advice('give NetworkPolicy shop/guard-db an order below 10', (('order: 20', 'order: 9'),)),
        Advice(
            'remove the rule',
            (
                (
                    '  ingress:\n  - action: Deny\n    protocol: TCP\n    source:\n'
                    "      selector: role == 'guest'\n",
                    '',
                ),
            ),
        ),
    ),
    'deny-only-policy': (
        Advice(
            'end the policy with action: Allow',
            (('    protocol: ICMP\n', '    protocol: ICMP\n  - action: Allow\n'),),
            opens=True,
        ),
    ),
    'duplicate-expected-ips': (
        Advice(
            'write the address of n2',
            (
                (
                    'node: n2\n  interfaceName: eth0\n  expectedIPs: [192.0.2.1]',
                    'node: n2\n  interfaceName: eth0\n  expectedIPs: [192.0.2.2]',
                ),
            ),
        ),
    ),
    'duplicate-resource': (
        Advice(
            'rename',
            (
                (
                    '---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
                    'metadata: {name: web,',
                    '---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
                    'metadata: {name: web-2,',
                ),
            ),
        ),
    ),
    'egress-no-dns': (
        Advice(
            'allow UDP and TCP to port 53 of kube-dns',
            (
                (
                    '  egress:\n',
                    '  egress:\n'
                    + ''.join(
                        f'  - action: Allow\n    protocol: {protocol}\n    destination:\n'
                        "      selector: k8s-app == 'kube-dns'\n"
                        "      namespaceSelector: projectcalico.org/name == 'kube-system'\n"
                        '      ports: [53]\n'
                        for protocol in ('UDP', 'TCP')
                    ),
                ),
            ),
            opens=True,
        ),
    ),
    'globalnetworkset-from-np': (
        Advice(
            'write namespaceSelector: global() beside it',
            (
                (
                    "{selector: role == 'ext-db'}",
                    "{selector: role == 'ext-db', namespaceSelector: global()}",
                ),
            ),
            opens=True,
        ),
    ),
    'hep-default-deny': (
        Advice(
            'give it a profile',
            (
                (
                    'expectedIPs: [192.0.2.1]\n',
                    'expectedIPs: [192.0.2.1]\n  profiles: [projectcalico-default-allow]\n',
                ),
            ),
        ),
    ),
    'host-policy-without-hep': (
        Advice(
            'add a HostEndpoint',
            (
                (
                    'apiVersion',
                    'apiVersion: projectcalico.org/v3\nkind: HostEndpoint\n'
                    'metadata: {name: n1-eth0, labels: {kubernetes.io/hostname: n1}}\n'
                    'spec: {node: n1, interfaceName: eth0, expectedIPs: [192.0.2.1]}\n---\n'
                    'apiVersion',
                ),
            ),
        ),
        Advice(
            'the KubeControllersConfiguration that has autoCreate: Enabled',
            (
                (
                    'apiVersion',
                    'apiVersion: projectcalico.org/v3\nkind: KubeControllersConfiguration\n'
                    'metadata: {name: default}\n'
                    'spec: {controllers: {node: {hostEndpoint: {autoCreate: Enabled}}}}\n'
                    '---\napiVersion',
                ),
            ),
        ),
    ),
    'knp-egress-without-policytypes': (
        Advice(
            'write policyTypes: [Ingress, Egress]',
            (('  egress:\n', '  policyTypes: [Ingress, Egress]\n  egress:\n'),),
        ),
        Advice(
            'else [Egress]', (('  egress:\n', '  policyTypes: [Egress]\n  egress:\n'),), opens=True
        ),
    ),
    'knp-except-is-not-deny': (
        Advice(
            'except it there, too',
            (('cidr: 10.0.0.0/8}', 'cidr: 10.0.0.0/8, except: [10.9.0.0/16]}'),),
        ),
        Advice('remove the exception', ((', except: [10.9.0.0/16]', ''),)),
    ),
    'knp-namespace-name-label': (
        Advice(
            'write kubernetes.io/metadata.name',
            (('{name: ingress}', '{kubernetes.io/metadata.name: ingress}'),),
            opens=True,
        ),
    ),
    'knp-order-1000-overlap': (
        Advice(
            'Put the policy into a tier before default, and pass the rest on there',
            (
                ('---\napi', TIER % ('first', '100') + '---\napi'),
                ('spec:\n  types', 'spec:\n  tier: first\n  types'),
            ),
        ),
    ),
    'knp-peer-dash': (
        Advice('remove the dash before it', (('    - podSelector', '      podSelector'),)),
    ),
    'knp-port-protocol-default': (
        Advice('write protocol: UDP', (('{port: 53}', '{port: 53, protocol: UDP}'),), opens=True),
        Advice(
            'for both an item for each',
            (('{port: 53}', '{port: 53, protocol: UDP}, {port: 53, protocol: TCP}'),),
            opens=True,
        ),
    ),
    'knp-ports-without-peers': (
        Advice('write both as one rule', (('  - ports: [{port: 8080}]\n', ''),)),
    ),
    'negative-selector-matches-hosts': (
        Advice(
            'begin it with has(projectcalico.org/name) &&',
            (('namespaceSelector: ', 'namespaceSelector: has(projectcalico.org/name) && '),),
        ),
    ),
    'networkset-unusable': (
        Advice(
            'give it one, and select it',
            (
                ('namespace: app}', 'namespace: app, labels: {partner: bank}}'),
                (
                    'spec: {nets: [198.51.100.0/24]}\n',
                    'spec: {nets: [198.51.100.0/24]}\n---\napiVersion: projectcalico.org/v3\n'
                    'kind: NetworkPolicy\nmetadata: {name: to-bank, namespace: app}\n'
                    "spec:\n  selector: app == 'api'\n  types: [Egress]\n  egress:\n"
                    "  - {action: Allow, destination: {selector: partner == 'bank'}}\n",
                ),
            ),
        ),
    ),
    'nodeport-or-service-port': (
        Advice('write 8080', (('ports: [80]}', 'ports: [8080]}'),), opens=True),
    ),
    'nsselector-includes-networksets': (
        Advice(
            'add has(projectcalico.org/orchestrator) to the selector',
            (
                (
                    '    source:\n',
                    '    source:\n      selector: has(projectcalico.org/orchestrator)\n',
                ),
            ),
        ),
    ),
    'order-missing-mixed': (
        Advice(
            'give this policy an order, below 100',
            (
                (
                    'namespace: app}\nspec:\n  selector: all()\n  types: [Ingress]\n'
                    '  ingress:\n  - action: Deny',
                    'namespace: app}\nspec:\n  order: 90\n  selector: all()\n'
                    '  types: [Ingress]\n  ingress:\n  - action: Deny',
                ),
            ),
        ),
    ),
    'order-tie-conflict': (
        Advice(
            'give a lower order to the one that is meant to decide',
            (
                (
                    'deny-lab, namespace: shop}\nspec:\n  order: 100',
                    'deny-lab, namespace: shop}\nspec:\n  order: 90',
                ),
            ),
        ),
    ),
    'profile-undefined': (
        Advice('write projectcalico-default-allow', (('default-alow', 'default-allow'),)),
    ),
    'service-cidr-in-nets': (
        Advice(
            'write services: {name: db, namespace: lab} in the place of nets and ports',
            (('{nets: [10.96.7.7/32], ports: [5432]}', '{services: {name: db, namespace: lab}}'),),
            opens=True,
        ),
        Advice('select its pods', (('nets: [10.96.7.7/32]', "selector: app == 'db'"),), opens=True),
    ),
    'services-of-sctp': (
        Advice(
            'write selector and ports in its place',
            (
                (
                    '    destination:\n      services: {name: signalling, namespace: core}\n',
                    '    protocol: SCTP\n'
                    "    destination: {selector: app == 'signalling', ports: [3868]}\n",
                ),
            ),
            opens=True,
        ),
    ),
    'tier-order': (
        Advice(
            'Give security another order',
            (('{name: security}\nspec: {order: 100', '{name: security}\nspec: {order: 90'),),
        ),
        Advice(
            'Give security another order',
            (('{name: security}\nspec: {order: 100', '{name: security}\nspec: {order: 110'),),
        ),
    ),
    'tier-undefined': (Advice('write security', (('secruity', 'security'),)),),
    'trailing-allow-defeats-knp': (
        Advice(
            'Put the policy into a tier behind default',
            (
                ('---\napi', TIER % ('later', '2000000, defaultAction: Pass') + '---\napi'),
                ('  order: 5000', '  tier: later\n  order: 5000'),
            ),
        ),
        Advice(
            'Put the policy into a tier before default, and pass this on there',
            (
                ('---\napi', TIER % ('first', '100') + '---\napi'),
                ('  order: 10\n', '  tier: first\n  order: 10\n'),
            ),
            example=1,
        ),
    ),
}


RULE = '  - action: Allow\n'
WRITTEN: dict[str, tuple[Advice, ...]] = {
    'all-beside-namespaceselector': (Advice('leave all() out', (('all() && ', ''),)),),
    'any-cidr-allow': (
        Advice(
            'exclude with notNets what is not meant',
            (('nets: [0.0.0.0/0]', 'nets: [0.0.0.0/0]\n      notNets: [10.0.0.0/8]'),),
        ),
    ),
    'aof-drops-forwarded': (
        Advice('remove it', (('  applyOnForward: true\n', ''),), opens=True),
        Advice(
            'end with a rule that allows', (('ports: [22]\n', f'ports: [22]\n{RULE}'),), opens=True
        ),
        Advice(
            'or passes on the rest',
            (('ports: [22]\n', 'ports: [22]\n  - action: Pass\n'),),
            opens=True,
        ),
    ),
    'dns-udp-only': (
        Advice(
            'add the same rule with protocol: TCP',
            (
                (
                    'egress:\n',
                    'egress:\n  - action: Allow\n    protocol: TCP\n'
                    '    destination: {ports: [53]}\n',
                ),
            ),
            opens=True,
        ),
    ),
    'donottrack-asymmetric': (
        Advice(
            'add Egress to types, and egress rules with source and destination exchanged',
            (
                ('types: [Ingress]', 'types: [Ingress, Egress]'),
                (
                    '  ingress:\n',
                    '  egress:\n  - {action: Allow, protocol: TCP, source: {ports: [11211]}}\n'
                    '  ingress:\n',
                ),
            ),
        ),
    ),
    'empty-match-fails-open': (
        Advice('list the networks', (('nets: []', 'nets: [10.1.0.0/16]'),)),
        Advice('remove it', (('    source:\n      nets: []\n', ''),)),
    ),
    'exported-fields': (
        Advice(
            'remove them',
            (
                ('  resourceVersion: "4711"\n', ''),
                ('  uid: 6f0c1a2e-5fb0-11eb-a33e-525400ae723d\n', ''),
            ),
        ),
    ),
    'gnp-selects-everything': (
        Advice(
            'select with namespaceSelector what is meant',
            (('selector: all()', "namespaceSelector: env == 'prod'"),),
            opens=True,
        ),
    ),
    'hep-missing-expected-ips': (
        Advice(
            'add expectedIPs',
            (('interfaceName: eth0', 'interfaceName: eth0\n  expectedIPs: [192.0.2.1]'),),
        ),
    ),
    'host-flags-on-workloads': (
        Advice(
            'select host endpoints',
            (
                (
                    "namespaceSelector: projectcalico.org/name == 'shop'",
                    "selector: role == 'worker'",
                ),
            ),
        ),
        Advice('or remove them', (('  applyOnForward: true\n  preDNAT: true\n', ''),)),
    ),
    'internal-label-prefix': (
        Advice(
            'write it in namespaceSelector, without the prefix',
            (('selector: pcns.team', 'namespaceSelector: team'),),
        ),
    ),
    'ipv4-only-block': (
        Advice(
            "add one with '::/0'",
            (
                (
                    '  - action: Allow',
                    '  - action: Deny\n    protocol: TCP\n'
                    "    destination: {nets: ['::/0']}\n  - action: Allow",
                ),
            ),
        ),
        Advice(
            'leave out nets where everything is meant',
            (('    destination:\n      nets: [0.0.0.0/0]\n', ''),),
        ),
    ),
    'log-without-verdict': (
        Advice(
            'add a rule that allows',
            (('  - action: Log\n', f'  - action: Log\n{RULE}'),),
            opens=True,
        ),
    ),
    'metadata-endpoint-exposed': (
        Advice(
            'deny it in a rule before',
            ((RULE, f'  - {{action: Deny, destination: {{nets: [169.254.169.254/32]}}}}\n{RULE}'),),
        ),
        Advice(
            'exclude it with notNets',
            ((RULE, f'{RULE}    destination: {{notNets: [169.254.169.254/32]}}\n'),),
        ),
    ),
    'name-label-in-selector': (
        Advice(
            'write it in namespaceSelector', (('  selector', '  namespaceSelector'),), opens=True
        ),
        Advice(
            'write projectcalico.org/namespace',
            (('projectcalico.org/name =', 'projectcalico.org/namespace ='),),
            opens=True,
        ),
    ),
    'namespace-label-in-namespaceselector': (
        Advice(
            'write projectcalico.org/name',
            (('projectcalico.org/namespace', 'projectcalico.org/name'),),
            opens=True,
        ),
    ),
    'namespace-missing': (
        Advice('add namespace', (('name: web', 'name: web\n  namespace: shop'),)),
    ),
    'namespace-name-label': (
        Advice(
            'write projectcalico.org/name',
            (('namespaceSelector: name', 'namespaceSelector: projectcalico.org/name'),),
            opens=True,
        ),
    ),
    'narrow-allow-broad-selector': (
        Advice('select what is meant', (('selector: all()', 'selector: has(dns)'),), opens=True),
        Advice(
            'put it into a tier before default, and pass the rest on there',
            (
                ('spec:\n', 'spec:\n  tier: platform\n'),
                ('ports: [53]\n', 'ports: [53]\n  - action: Pass\n'),
            ),
            opens=True,
        ),
    ),
    'negative-selector-in-allow': (
        Advice('add has() of the label', (('env !=', 'has(env) && env !='),)),
        Advice('name what is meant', (("env != 'test'", "env == 'prod'"),), opens=False),
    ),
    'network-set-stops-nftables': (
        Advice('remove it', (('  nets: [0.0.0.0/0]\n', '  nets: []\n'),)),
    ),
    'networkset-label-spoof': (
        Advice(
            'add namespaceSelector, global()',
            (("== 'bank'", "== 'bank'\n      namespaceSelector: global()"),),
        ),
    ),
    'node-port-exposed': (
        Advice(
            'say with source who may',
            (('    destination:', '    source: {nets: [192.0.2.0/24]}\n    destination:'),),
        ),
    ),
    'notnets-only-allow': (
        Advice(
            'say with nets which are meant',
            (('      notNets', '      nets: [198.51.100.0/24]\n      notNets'),),
        ),
    ),
    'np-notselector-own-namespace': (
        Advice(
            'in a rule for what is to be let through and one for the rest',
            (
                (
                    "  - action: Deny\n    source:\n      notSelector: metrics == 'true'\n"
                    '  - action: Allow\n',
                    "  - action: Allow\n    source:\n      selector: metrics == 'true'\n"
                    '      namespaceSelector: all()\n  - action: Deny\n',
                ),
            ),
        ),
    ),
    'np-system-label-without-namespace': (
        Advice(
            "add namespaceSelector: projectcalico.org/name == 'kube-system'",
            (
                (
                    '      selector: k8s',
                    "      namespaceSelector: projectcalico.org/name == 'kube-system'\n"
                    '      selector: k8s',
                ),
            ),
            opens=True,
        ),
    ),
    'own-side-disjoint': (
        Advice('write it under source', (('    destination:', '    source:'),), opens=True),
    ),
    'own-side-selector-as-target': (
        Advice(
            'write it in spec.selector',
            (('selector: has(app)', "selector: app == 'plugin'"),),
            opens=True,
        ),
    ),
    'rule-negative-nsselector-global': (
        Advice(
            'begin it with has(projectcalico.org/name) &&',
            (('namespaceSelector: ', 'namespaceSelector: has(projectcalico.org/name) && '),),
        ),
    ),
    'rule-never-matches': (
        Advice('write one of them for the family of the other', (('ICMPv6', 'ICMP'),), opens=True),
    ),
    'selector-contradiction': (
        Advice('join them with ||', (('&&', '||'),)),
        Advice(
            "write one condition with in {'…', '…'}",
            (("tier == 'web' && tier == 'api'", "tier in {'web', 'api'}"),),
        ),
    ),
    'selector-tautology': (
        Advice('join the conditions with &&', (('||', '&&'),), opens=True),
        Advice('write all()', (("env != 'prod' || env != 'stage'", 'all()'),)),
    ),
    'serviceaccount-name-label': (
        Advice(
            'write projectcalico.org/name',
            (('selector: name', 'selector: projectcalico.org/name'),),
            opens=True,
        ),
    ),
    'shadowed-rule': (
        Advice(
            'remove it',
            (
                (
                    '  - action: Allow\n    protocol: TCP\n    source:\n'
                    '      nets: [10.0.0.0/8]\n    destination:\n      ports: [443]\n',
                    '',
                ),
            ),
        ),
        Advice(
            'put it before',
            (
                (
                    '  - action: Allow\n    protocol: TCP\n    source:\n'
                    '      nets: [10.0.0.0/8]\n    destination:\n      ports: [443]\n',
                    '',
                ),
                (
                    'ingress:\n',
                    'ingress:\n'
                    '  - {action: Allow, protocol: TCP, source: {nets: [10.0.0.0/8]}, '
                    'destination: {ports: [443]}}\n',
                ),
            ),
            opens=True,
        ),
    ),
    'source-port-match': (
        Advice('write it under destination', (('source:', 'destination:'),), opens=True),
    ),
    'tier-order-missing': (Advice('add order', (('spec:\n', 'spec:\n  order: 100\n'),)),),
    'types-omitted': (
        Advice(
            'write types: [Ingress, Egress]', (('spec:\n', 'spec:\n  types: [Ingress, Egress]\n'),)
        ),
    ),
    'unreachable-rule': (
        Advice('remove it', (('  - action: Deny\n    source:\n      nets: [10.9.0.0/16]\n', ''),)),
        Advice(
            'put it before that rule', ((RULE, ''), ('[10.9.0.0/16]\n', f'[10.9.0.0/16]\n{RULE}'))
        ),
    ),
}


def bad(rule: str) -> list[Block]:
    return [block for block in blocks(RULES[rule]) if block.word == 'bad']


def followed(block: Block, advice: Advice) -> Block:
    text = block.text
    for old, new in advice.edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return block._replace(example=block.example._replace(text=text))


def root_of(block: Block) -> Root:
    """The policies of an example, network sets among them where they are all there are."""
    semantics = Semantics(dataplane='ebpf' if 'ebpf' in block.example.flags else 'iptables')
    parsed = parse_bytes('x.yaml', block.text.encode())
    found = list(records(parsed, Target(), semantics))
    return Root(
        [one for one in found if isinstance(one, Policy)],
        [one for one in found if isinstance(one, Tier)],
        semantics,
        [one for one in found if isinstance(one, NetworkSet)] if block.example.is_closed else None,
    )


def is_grave(found: Diagnostic) -> bool:
    return found.severity != 'info'


CASES = [
    pytest.param(rule, advice, id=f'{rule}-{at}')
    for rule, some in {**FOLLOWED, **WRITTEN}.items()
    for at, advice in enumerate(some)
]


def test_every_rule_of_a_root_has_its_advice_followed() -> None:
    assert set(OF_ROOT) == FOLLOWED.keys()


def test_advice_of_every_hazard_is_followed_by_hand_or_by_the_machine() -> None:
    """The machine is that of ``advice.py``, which does what messages quote."""
    for rule in standard().ids():
        if standard().is_of_root(rule) or rule in ELSEWHERE:
            continue
        hazards = [
            one
            for block in bad(rule)
            if block.example.file is None
            for one in block.check()
            if one.rule == rule and one.effect == 'hazard'
        ]
        if not all(any(followed_by_machine(one)) for one in hazards):
            assert rule in WRITTEN, rule


@pytest.mark.parametrize(('rule', 'advice'), CASES)
def test_advice_that_is_followed_by_hand(rule: str, advice: Advice) -> None:
    block = bad(rule)[advice.example]
    before = block.check()
    said = ' '.join(one.message for one in before if one.rule == rule)
    assert advice.words in said, said
    after = followed(block, advice).check()
    assert rule not in {one.rule for one in after}, [one.message for one in after]
    known = {one.rule for one in before if is_grave(one)}
    assert {one.rule for one in after if is_grave(one)} <= known, [one.message for one in after]


def opened(block: Block, advice: Advice) -> Iterator[str]:
    """What gets through that did not before."""
    found = difference(root_of(block), root_of(followed(block, advice)))
    assert not found.given_up
    for change in found.changes:
        if not change.after.says('deny') and change.before.says('deny'):
            yield f'{change.direction} {change.before} {change.after}'


@pytest.mark.parametrize(('rule', 'advice'), CASES)
def test_advice_that_is_followed_by_hand_lets_no_more_through(rule: str, advice: Advice) -> None:
    block = bad(rule)[advice.example]
    more = list(opened(block, advice))
    assert advice.opens == bool(more), more
