"""No claim holds that a connection breaks which Calico's own code has judged."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from scenarios import cluster, packet, scenarios

from linter.policy.claim import Claim
from linter.policy.cluster import Cluster
from linter.policy.match import Packet
from linter.policy.model import DIRECTIONS, Entity, Namespace, Net, Place, Policy, Rule
from linter.policy.semantics import IPTABLES, Semantics
from linter.policytest.claims import Prover
from linter.policytest.model import ClaimCase
from linter.policytest.policies import Loaded

OPPOSITE = {True: 'deny', False: 'allow'}


def _pod(one: Cluster, address: tuple[int, int], keys: set[str]) -> str:
    """A selector of what looks like a pod; of nobody where the address is outside."""
    labels = one.thing_of(one.owners[address]).labels
    own = [f"{key} == '{labels[key]}'" if key in labels else f'!has({key})' for key in keys]
    return ' && '.join([f"projectcalico.org/namespace == '{one.owners[address].namespace}'", *own])


def _claim(one: Cluster, request: Packet, direction: str, allow: bool, keys: set[str]) -> Claim:
    """That all packets which look like a request get the other verdict."""
    sides = [
        Entity(nets=(Net(family, number, number),))
        for family, number in (request.source, request.destination)
    ]
    at = DIRECTIONS.index(direction)
    own = (request.destination, request.source)[at]
    sides[1 - at] = Entity(selector=_pod(one, own, keys))
    ports = (
        ()
        if request.icmp is not None or not request.destination_port
        else ((request.destination_port, request.destination_port),)
    )
    rule = Rule(
        'Allow',
        sides[0],
        sides[1]._replace(ports=ports),
        request.protocol,
        icmp=request.icmp,
    )
    return Claim('a claim', direction, rule, OPPOSITE[allow])


def _wrong(scenario: dict[str, Any]) -> list[str]:
    one = cluster(scenario, (3, 33), IPTABLES)
    keys = {key for end in scenario['endpoints'] for key in end.get('labels', {})}
    tiers = tuple(tier for tier in one.tiers.values() if tier.place is not None)
    prover = Prover(Loaded((*one.policies, *tiers), (), ()), one.semantics)
    found = []
    for number, (raw, result) in enumerate(
        zip(scenario['requests'], scenario['results'], strict=True)
    ):
        request = packet(raw)
        for direction in DIRECTIONS:
            label = result.get(direction)
            if label is None or request.source == request.destination:
                continue
            if request.icmp is not None and request.protocol != (1, 58)[request.source[0] == 6]:
                continue  # no rule can ask for the ICMP of the other family
            ends = [one.owners.get(end) for end in (request.source, request.destination)]
            if any(end is not None and end.profiles is not None for end in ends):
                continue  # claims are about pods with the profiles that Kubernetes gives them
            if any(len(one.at(end)) > 1 for end in (request.source, request.destination)):
                continue  # and about addresses that belong to one thing
            claim = _claim(one, request, direction, label['allow'], keys)
            if prover.result('t.yaml', ClaimCase(1, claim)).passed:
                found.append(f'{scenario["id"]}[{number}] {direction}: {raw} is {label}')
    return found


@pytest.mark.parametrize('name', ['scenarios', 'scenarios2'])
def test_a_sample_of_claims(name: str) -> None:
    some = islice(scenarios(name), 0, None, 40)
    assert [line for one in some for line in _wrong(one)] == []


@pytest.mark.slow
@pytest.mark.parametrize('name', ['scenarios', 'scenarios2'])
def test_claims_about_every_connection(name: str) -> None:
    assert [line for one in scenarios(name) for line in _wrong(one)] == []


def test_known_namespaces_have_no_other_labels() -> None:
    policy = Policy(
        'NetworkPolicy', 'shop', 'p', 'default', None, False, ('ingress',), 'all()', '', '',
        False, False, False,
        (Rule('Allow', Entity(namespace_selector="projectcalico.org/name == 'front'")),), (),
        'api', Place('p.yaml', 1, 0, 0),
    )  # fmt: skip
    prover = Prover(Loaded((policy,), (), ()), Semantics())
    own = Entity(selector="projectcalico.org/namespace == 'shop'")
    rule = Rule('Allow', Entity(namespace_selector="team != 'a'"), own)
    claim = Claim('only team a', 'ingress', rule, 'deny')
    known = (Namespace('front', (('team', 'a'),)),)
    assert prover.counterexample(claim, known) is None
    assert prover.counterexample(claim) is not None
    assert prover.counterexample(claim, (Namespace('front', (('team', 'b'),)),)) is not None
