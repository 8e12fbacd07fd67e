"""Network sets that a rule allows with their namespace: there is always a packet that shows it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from everything import Options
from policy_worlds import Maker, net, world

from linter.calico.parsed_file import ParsedFile
from linter.policy.cluster import Cluster
from linter.policy.effort import FOR_ROOT, Effort, within
from linter.policy.match import Matcher, Packet
from linter.policy.model import ANYTHING, INGRESS, Entity, NetworkSet, Place, Policy
from linter.policy.semantics import Semantics
from linter.policy.view import RootFinding, RootView
from linter.rules.nsselector_includes_networksets import check
from linter.run.run import run
from linter.run.sources import Sources

SEMANTICS = Semantics()
PORTS = (0, 1, 80, 443, 1024, 1025, 8000, 9001, 65535)
MESSAGES = ((8, 0), (8, 1), (0, 0), (3, 0))
OF_NAMESPACES = (
    "projectcalico.org/name == 'shop'", "kubernetes.io/metadata.name in {'ops', 'shop'}",
    "team == 'a'", "team != 'b' && projectcalico.org/name == 'shop'", 'has(team)', 'all()',
    "projectcalico.org/name != 'ops'", "tier != 'x' && projectcalico.org/name == 'shop'",
)  # fmt: skip


class _Maker(Maker):
    """Rules whose peers are often of a namespace, and that ask nothing of their own side."""

    def entity(self, with_ports: bool, is_own: bool) -> Entity:
        if is_own:
            return ANYTHING
        found = super().entity(with_ports, is_own)
        return (
            found._replace(namespace_selector=self.pick(*OF_NAMESPACES), service_accounts=())
            if self.maybe(0.6)
            else found
        )


def placed(number: int, policy: Policy) -> Policy:
    """A policy in which every rule has a place of its own."""
    return policy._replace(
        place=Place('p.yaml', number, 0, 1),
        ingress=tuple(one._replace(start=2 * at) for at, one in enumerate(policy.ingress)),
        egress=tuple(one._replace(start=2 * at + 1) for at, one in enumerate(policy.egress)),
    )


def packets(address: tuple[int, int], is_source: bool) -> list[Packet]:
    family = address[0]
    own = net('192.0.2.99' if family == 4 else '2001:db8:ffff::1')
    sides = (address, (family, own.first)) if is_source else ((family, own.first), address)
    found = [Packet(*sides, 47), *(Packet(*sides, 1, icmp=one) for one in MESSAGES)]
    found += [Packet(*sides, 58, icmp=one) for one in MESSAGES]
    for protocol, source, destination in itertools.product((6, 17, 132), PORTS, PORTS):
        found.append(Packet(*sides, protocol, source, destination))
    return found


def allows(policy: Policy, finding: RootFinding, cluster: Cluster) -> bool:
    """Whether the rule that is named is the first to match a packet of the set."""
    rules = policy.egress if finding.start % 2 else policy.ingress
    number = finding.start // 2
    shown = re.match(r'this allows (\S+), too: ', finding.message)
    assert shown is not None
    network = net(shown[1])
    matchers = [Matcher(one, policy.namespace, cluster) for one in rules]
    for packet in packets((network.family, network.first), not finding.start % 2):
        first = next(
            (
                at
                for at, one in enumerate(matchers)
                if one.rule.action != 'Log' and one.matches(packet)
            ),
            None,
        )
        if first == number:
            return True
    return False


def test_what_is_said_to_be_allowed_is_allowed() -> None:
    count = 0
    for seed in range(150):
        maker = _Maker(seed)
        policies = [placed(at, one) for at, one in enumerate(maker.policies(8, []))]
        about = world(maker)
        # Pods have addresses of the sets, and labels of their own.
        cluster = Cluster([*policies, *about.records], [], SEMANTICS)
        with within(Effort(10 * FOR_ROOT)):
            found = list(check(RootView([*policies, *about.records], SEMANTICS)))
        for finding in found:
            policy = policies[finding.place.line]
            assert allows(policy, finding, cluster), (seed, policy, finding)
        count += len(found)
    assert count > 30


def test_nothing_is_reckoned_where_no_set_is_in_a_namespace() -> None:
    maker = _Maker(1)
    policies = maker.policies(50, [])
    records = [one for one in world(maker).records if not isinstance(one, NetworkSet)]
    with within(Effort(0)):
        assert not list(check(RootView([*policies, *records], SEMANTICS)))


@pytest.mark.parametrize('direction', ['ingress', 'egress'])
def test_many_sets_are_named_at_one_place(direction: str) -> None:
    sets = [
        NetworkSet(
            'NetworkSet', 'shop', f's{at}', (), (net('203.0.113.0/24'),), Place('s', at, 0, 0)
        )
        for at in range(9)
    ]
    peer = Entity(namespace_selector="projectcalico.org/name == 'shop'")
    policy = next(
        one._replace(directions=(direction,), ingress=(rule,), egress=(rule,))
        for one in _Maker(0).policies(9, [])
        for rule in (*one.ingress, *one.egress)
        if one.written is None and one.kind == 'NetworkPolicy'
    )
    sides = (peer, ANYTHING) if direction == INGRESS else (ANYTHING, peer)
    rule = policy.ingress[0]._replace(action='Allow', source=sides[0], destination=sides[1])
    rule = rule._replace(protocol=None, not_protocol=None, ip_version=None, icmp=None)
    policy = policy._replace(ingress=(rule,), egress=(rule,))
    (found,) = check(RootView([policy, *sets], SEMANTICS))
    assert ', and 8 more like it' in found.message
    assert len(found.elsewhere) == 5


def test_namespaces_are_read_where_something_inherits_their_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / '.calico-lint.yaml').write_text('roots: [{path: .}]\n', encoding='utf-8')
    (tmp_path / 'a.yaml').write_text(
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}}\n',
        encoding='utf-8',
    )
    (tmp_path / 'b.yaml').write_text(
        'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
        'metadata: {name: p, namespace: web}\n'
        "spec: {selector: app == 'x', types: [Ingress], ingress: [{action: Allow, "
        "source: {namespaceSelector: team == 'a'}}]}\n",
        encoding='utf-8',
    )
    read: list[str] = []
    parts = Sources.parts

    def counted(sources: Sources, path: str) -> list[ParsedFile]:
        read.append(path)
        return parts(sources, path)

    monkeypatch.setattr(Sources, 'parts', counted)
    assert run(Options()).diagnostics == []
    assert read == []
    (tmp_path / 'c.yaml').write_text(
        'apiVersion: projectcalico.org/v3\nkind: NetworkSet\n'
        'metadata: {name: s, namespace: shop, labels: {a: b}}\nspec: {nets: [203.0.113.0/24]}\n',
        encoding='utf-8',
    )
    assert [one.rule for one in run(Options()).diagnostics] == ['nsselector-includes-networksets']
    assert read.count('a.yaml') == 1
    (tmp_path / 'a.yaml').write_text(
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: "{{ team }}"}}\n',
        encoding='utf-8',
    )
    assert run(Options()).diagnostics == []
