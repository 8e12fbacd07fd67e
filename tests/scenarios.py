"""Clusters whose verdicts Calico's own code has labelled, as the tests read them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from linter.calico.parsed_file import parse_text
from linter.calico.target import Target
from linter.policy.cluster import Cluster, Endpoint
from linter.policy.evaluate import PROFILE_TIER, Evaluator, Step, Verdict
from linter.policy.load import records
from linter.policy.match import Packet
from linter.policy.model import NamedPort, Namespace, Policy, Record, ServiceAccount, Tier, Unusable
from linter.policy.order import default_action, is_of_class
from linter.policy.read import PROTOCOL_NUMBERS, address_of
from linter.policy.semantics import IPTABLES, Semantics
from linter.text.source import Source

FOLDER = Path(__file__).resolve().parent.parent / 'fixtures' / 'scenarios'
_NUMBERS = {name.lower(): number for name, number in PROTOCOL_NUMBERS.items()}


@cache
def scenarios(name: str) -> list[dict[str, Any]]:
    with gzip.open(FOLDER / f'{name}.jsonl.gz', 'rt', encoding='utf-8') as file:
        return [json.loads(line) for line in file]


def cluster(scenario: dict[str, Any], version: tuple[int, int], dataplane: str) -> Cluster:
    """The cluster of a scenario."""
    semantics = Semantics(version, dataplane)
    target = Target(version, scenario.get('lane', 'api'))
    found: list[Record] = []
    parsed = parse_text(Source('scenario.yaml', scenario['resources']))
    for record in records(parsed, target, semantics):
        assert not isinstance(record, Unusable), record
        found.append(record)
    for name, labels in scenario['namespaces'].items():
        found.append(Namespace(name, tuple(sorted(labels.items()))))
    for name, labels in scenario.get('serviceaccounts', {}).items():
        namespace, _, account = name.partition('/')
        found.append(ServiceAccount(namespace, account, tuple(sorted(labels.items()))))
    return Cluster(found, map(endpoint, scenario['endpoints']), semantics)


def endpoint(raw: dict[str, Any]) -> Endpoint:
    ips = [address_of(ip) for ip in raw['ips']]
    profiles = raw.get('profiles')
    return Endpoint(
        raw['name'],
        raw.get('namespace', ''),
        tuple(ip for ip in ips if ip is not None),
        tuple(sorted(raw.get('labels', {}).items())),
        raw.get('serviceaccount', ''),
        tuple(NamedPort(p['name'], p['protocol'], p['port']) for p in raw.get('ports', ())),
        None if profiles is None else tuple(profiles),
        raw.get('interface', ''),
    )


def packet(request: dict[str, Any]) -> Packet:
    source, destination = address_of(request['src']), address_of(request['dst'])
    assert source is not None
    assert destination is not None
    protocol = request['proto']
    icmp = request.get('icmp')
    return Packet(
        (source.family, source.first),
        (destination.family, destination.first),
        protocol if isinstance(protocol, int) else _NUMBERS[protocol],
        request['sport'],
        request['dport'],
        None if icmp is None else (icmp['type'], icmp['code']),
    )


def written(step: Step) -> str:
    """A step as the labels have it."""
    if step.tier == PROFILE_TIER:
        name = PROFILE_TIER if step.by is None else step.by.name
        return f'Profile /{name} tier={PROFILE_TIER} rule={step.rule} {step.action}'
    assert isinstance(step.by, Policy)
    owner = f'{step.by.kind} {step.by.namespace or ""}/{step.by.name}'
    return f'{owner} tier={step.tier} rule={step.rule} {step.action}'


def said(verdict: Verdict) -> dict[str, Any]:
    """A verdict on a pod as the labels have it."""
    trace = [written(step) for step in verdict.steps]
    if verdict.broken is not None:
        trace = ['error polprog panics: empty action label (Log rule in a profile)']
    return {
        'endpoint': verdict.endpoint.shown,
        'allow': verdict.action == 'allow',
        'trace': trace,
    }


def said_by_host(verdict: Verdict) -> dict[str, Any]:
    """A verdict of a stage of a host endpoint as the labels have it."""
    found: dict[str, Any] = {
        'endpoint': verdict.endpoint.name,
        'stage': verdict.stage,
        'verdict': verdict.action or 'none',
        'trace': [written(step) for step in verdict.steps],
    }
    if verdict.failsafe:
        found['trace'] = ['failsafe']
    return found


def differences(scenario: dict[str, Any], dataplane: str = IPTABLES) -> Iterator[str]:
    """Where the evaluator and the labels of a scenario are not of one mind."""
    evaluator = Evaluator(cluster(scenario, (3, 33), dataplane))
    owners = evaluator.cluster.owners
    for number, (request, result) in enumerate(
        zip(scenario['requests'], scenario['results'], strict=True)
    ):
        one = packet(request)
        where = f'{scenario["id"]}[{number}] {request}'
        for direction, address in (('egress', one.source), ('ingress', one.destination)):
            owner = owners.get(address)
            wanted = result.get(direction)
            found: dict[str, Any] | None = None
            if owner is not None and not owner.is_host:
                found = said(evaluator.pod(owner, direction, one))
            if dataplane != IPTABLES and wanted is not None and found is not None:
                # The trace is labelled where the verdict differs from that of iptables.
                other = result.get('bpf', {}).get(direction)
                wanted = {**found, 'allow': wanted['allow'], **(other or {})}
            if found != wanted:
                yield f'{where}: {direction}\n  is    {found}\n  wants {wanted}'
        if dataplane != IPTABLES:
            continue
        way = evaluator.way(one, request.get('in'), request.get('out'))
        if way.allow != result['allow']:
            yield f'{where}: allow is {way.allow}, wants {result["allow"]}'
        stages = [said_by_host(v) for v in way.verdicts if v.endpoint.is_host]
        if stages != result.get('host', []):
            yield f'{where}: host\n  is    {stages}\n  wants {result.get("host", [])}'


def order_differences(scenario: dict[str, Any]) -> Iterator[str]:
    """Where the order of a set of policies is not that of its labels, by version."""
    for version, wanted in scenario['order'].items():
        major, minor = version.split('.')
        one = cluster(scenario, (int(major), int(minor)), IPTABLES)
        for endpoint in one.endpoints:
            shown = f'host:{endpoint.name}' if endpoint.is_host else endpoint.shown
            for of, groups in wanted.get(shown, {}).items():
                found = _order(one, endpoint, of)
                if found != groups:
                    where = f'{scenario["id"]} {version} {shown} {of}'
                    yield f'{where}\n  is    {found}\n  wants {groups}'


def _order(one: Cluster, endpoint: Endpoint, of: str) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for governed in one.governing(endpoint):
        policy = governed.policy
        if not is_of_class(policy, of):
            continue
        action = default_action(one.tiers.get(policy.tier) or Tier(policy.tier, None, ''), of)
        group = found.setdefault(
            policy.tier,
            {'tier': policy.tier, 'defaultAction': action, 'ingress': [], 'egress': []},
        )
        for direction in policy.directions:
            group[direction].append(f'{policy.kind} {policy.namespace or ""}/{policy.name}')
    return list(found.values())
