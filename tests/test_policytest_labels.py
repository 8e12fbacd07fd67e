"""calico-lint test on clusters that Calico's own code has labelled: verdicts, and who decides."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from scenarios import scenarios

from linter.calico.target import Target
from linter.catalogue.catalogue import standard
from linter.policytest.commands import Output, World, run_tests

ENTRY = ('untracked-ingress', 'pre-dnat', 'forward-ingress', 'normal-ingress')


def endpoints(scenario: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for raw in scenario['endpoints']:
        one = {'name': raw['name'], 'ips': raw['ips'], 'labels': raw.get('labels', {})}
        if raw.get('kind') == 'host':
            one |= {'kind': 'host', 'interface': raw['interface']}
        else:
            one['namespace'] = raw['namespace']
        if raw.get('serviceaccount'):
            one['serviceAccount'] = raw['serviceaccount']
        yield one | {key: raw[key] for key in ('profiles', 'ports') if key in raw}


def cases(scenario: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for request, result in zip(scenario['requests'], scenario['results'], strict=True):
        one = {
            'from': request['src'],
            'to': request['dst'],
            'protocol': request['proto'],
            'verdict': 'allow' if result['allow'] else 'deny',
        }
        if request['dport']:
            one |= {'port': request['dport'], 'sourcePort': request['sport']}
        yield one | {key: request[key] for key in ('in', 'out', 'icmp') if key in request}


def stages(request: dict[str, Any], result: dict[str, Any], hosts: set[str]) -> list[Any]:
    """What is asked on the way, in order: the verdict and the trace of each."""
    if request['src'] in hosts and 'ingress' in result:
        return []  # nothing stands between a host and its pods
    host = result.get('host', [])
    return [
        *([result['egress']] if 'egress' in result else []),
        *(one for one in host if one['stage'] in ENTRY),
        *([result['ingress']] if 'ingress' in result else []),
        *(one for one in host if one['stage'] not in ENTRY),
    ]


def decider(asked: list[Any]) -> str | None:
    """Who decides: the first that denies, or the last that says anything."""
    for one in asked:
        if one.get('verdict', 'deny') == 'deny' and not one.get('allow', False):
            return name(one['trace'])
    return next((name(one['trace']) for one in reversed(asked) if one['trace']), None)


def name(trace: list[str]) -> str | None:
    """The last step of a trace as the field ``by`` has it."""
    if not trace or trace[-1] == 'failsafe':
        return None
    kind, full, tier, rule, _ = trace[-1].split()
    if kind == 'Profile':
        return 'profile'
    number = rule.removeprefix('rule=').replace('-1', 'end')
    return f'{tier.removeprefix("tier=")}/{kind}/{full.lstrip("/")}[{number}]'


def wrong(scenario: dict[str, Any]) -> list[str]:
    Path('p.yaml').write_text(scenario['resources'], encoding='utf-8')
    whole = {
        'version': 1,
        'policies': ['p.yaml'],
        'namespaces': scenario['namespaces'],
        'serviceAccounts': scenario.get('serviceaccounts', {}),
        'endpoints': list(endpoints(scenario)),
        'tests': list(cases(scenario)),
    }
    Path('t.yaml').write_text(json.dumps(whole), encoding='utf-8')
    out = io.StringIO()
    run_tests(['t.yaml'], World(Target((3, 33)), standard()), Output('json', out, False))
    hosts = {ip for one in scenario['endpoints'] if one.get('kind') == 'host' for ip in one['ips']}
    found = []
    for request, result, one in zip(
        scenario['requests'], scenario['results'], json.loads(out.getvalue())['tests'], strict=True
    ):
        wanted = decider(stages(request, result, hosts))
        if not one['passed'] or one['by'] != wanted:
            found.append(f'{scenario["id"]} {request}: {one["verdict"]} by {one["by"]}, {wanted}')
    return found


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def some(name: str, step: int) -> list[dict[str, Any]]:
    """The clusters that the API server has let in: the raw ones no file of ours can say."""
    return [one for one in islice(scenarios(name), 0, None, step) if 'lane' not in one]


@pytest.mark.parametrize(
    ('name', 'step'), [('scenarios-minimal', 1), ('scenarios', 40), ('scenarios2', 20)]
)
def test_a_sample(name: str, step: int) -> None:
    assert [line for one in some(name, step) for line in wrong(one)] == []


@pytest.mark.slow
@pytest.mark.parametrize('name', ['scenarios', 'scenarios2'])
def test_every_connection(name: str) -> None:
    assert [line for one in some(name, 1) for line in wrong(one)] == []
