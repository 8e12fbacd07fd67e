"""The example that ``calico-lint test --init`` writes, made of the policies that it finds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from linter.policy.effective import (
    ACCOUNT_PREFIX,
    METADATA_NAME,
    NAMESPACE,
    NAMESPACE_PREFIX,
    ORCHESTRATOR,
    SERVICE_ACCOUNT,
    entity_selectors,
    policy_selector,
    read,
)
from linter.policy.effective import NAME as NAME_LABEL
from linter.policy.model import INGRESS, Labels, Rule
from linter.policy.selector_sets import KUBERNETES
from linter.policy.semantics import Semantics
from linter.policytest.model import CaseFile
from linter.policytest.policies import Loaded
from linter.policytest.read import parse
from linter.policytest.run import Runner
from linter.text.errors import Fatal
from linter.text.source import Source

NAME = 'policy-tests.yaml'
_MOST = 6
_PORTS = ('TCP', 'UDP', 'SCTP')

_HEAD = """\
# yaml-language-server: $schema=https://raw.githubusercontent.com/calico-lint/calico-lint/main/schemas/policy-tests.schema.json
#
# Tests of the policies in this folder: `calico-lint test {name}` runs them, without a cluster.
# What is written here holds today: write down what you want to hold, and try a mistake.
version: 1
# Files, folders and patterns, seen from this file.
policies: [.]
"""
_TESTS = """\
# Connections, and what shall become of them. `by` may say who decides.
tests:
"""
_CLAIMS = """\
# What holds for every packet, whoever sends it; a claim needs no endpoints.
#claims:
#- {to: {selector: app == 'db', namespace: shop}, from: {notSelector: app == 'api'},
#   protocol: TCP, port: 5432, verdict: deny}
"""


class _Pod(NamedTuple):
    name: str
    namespace: str
    ip: str
    labels: Labels
    service_account: str


class _Question(NamedTuple):
    pod: _Pod
    peer: _Pod
    protocol: str
    port: int


def write(folder: str, loaded: Loaded, semantics: Semantics) -> str:
    """Write the example into a folder, and say where; Fatal where there is one already."""
    path = os.path.normpath(os.path.join(folder, NAME))
    if not any(True for _ in loaded.policies):
        raise Fatal(f'there is no policy in {folder} to write an example for')
    text = example(path, loaded, semantics)
    try:
        with open(path, 'x', encoding='utf-8', newline='\n') as file:
            file.write(text)
    except FileExistsError:
        raise Fatal(f'{path} exists already, and is left as it is') from None
    except OSError as error:
        raise Fatal(f'{path} cannot be written: {(error.strerror or str(error)).lower()}') from None
    return path


def example(path: str, loaded: Loaded, semantics: Semantics) -> str:
    """The text of the example: its tests pass with the policies as they are."""
    questions = list(_questions(loaded))
    pods = list(dict.fromkeys(pod for one in questions for pod in (one.pod, one.peer)))
    namespaces: dict[str, dict[str, str]] = {}
    for pod in pods:
        namespaces.setdefault(pod.namespace, {}).update(_of(pod, NAMESPACE_PREFIX))
    accounts = {
        f'{pod.namespace}/{pod.service_account}': _of(pod, ACCOUNT_PREFIX)
        for pod in pods
        if pod.service_account
    }
    lines = [_HEAD.format(name=NAME)]
    lines.append('# Labels of namespaces; their names are among them anyhow.\n')
    lines.append(f'namespaces: {_flow(namespaces)}\n')
    if accounts:
        lines.append(f'serviceAccounts: {_flow(accounts)}\n')
    lines.append('# Pods: of each policy one that it selects, and one that it lets in, if any.\n')
    lines.append('endpoints:\n')
    lines += [f'- {_flow(_written(pod))}\n' for pod in pods]
    tests = [
        {
            'name': f'{one.peer.name} to {one.pod.name}, {one.protocol} {one.port}',
            'from': f'{one.peer.namespace}/{one.peer.name}',
            'to': f'{one.pod.namespace}/{one.pod.name}',
            'protocol': one.protocol,
            'port': one.port,
        }
        for one in questions
    ]
    lines.append(_TESTS)
    draft = ''.join([*lines, *(f'- {_flow({**test, "verdict": "allow"})}\n' for test in tests)])
    case_file = parse(Source(path, draft))
    for test, verdict, by in zip(tests, *_verdicts(case_file, loaded, semantics), strict=True):
        found = {**test, 'verdict': verdict}
        if by is not None and by != 'profile':
            found['by'] = by
        lines.append(f'- {_flow(found)}\n')
    lines.append(_CLAIMS)
    return ''.join(lines)


def _verdicts(
    case_file: CaseFile, loaded: Loaded, semantics: Semantics
) -> tuple[list[str], list[str | None]]:
    results = Runner(case_file, loaded, semantics).run()
    return [result.verdict for result in results], [result.by for result in results]


def _questions(loaded: Loaded) -> Iterator[_Question]:
    """Who may talk to a pod of each of the first policies: somebody it lets in, and a stranger."""
    known: dict[tuple[tuple[str, str], ...], _Pod] = {}
    stranger = _Pod('stranger', 'elsewhere', '10.0.1.1', (('app', 'stranger'),), '')
    asked = 0
    for policy in loaded.policies:
        if policy.staged or asked == _MOST or INGRESS not in policy.directions:
            continue
        pod = _pod(policy_selector(policy), known)
        if pod is None:
            continue
        asked += 1
        rule = next((rule for rule in policy.ingress if rule.action == 'Allow'), None)
        protocol, port = 'TCP', 80
        if rule is not None:
            protocol, port = _traffic(rule)
            sides = entity_selectors(rule.source, policy.namespace)
            peer = _pod(sides.positive, known) if sides.positive else None
            if peer is not None:
                yield _Question(pod, peer, protocol, port)
        yield _Question(pod, stranger, protocol, port)


def _pod(selector: str, known: dict[tuple[tuple[str, str], ...], _Pod]) -> _Pod | None:
    """The plainest pod that a selector selects; None where it can be none."""
    labels = KUBERNETES.witness(read(selector)) if selector else {NAMESPACE: 'default'}
    if labels is None:
        return None
    key = tuple(sorted(labels.items()))
    found = known.get(key)
    if found is None:
        own = {
            name: value
            for name, value in labels.items()
            if name not in (NAMESPACE, ORCHESTRATOR, SERVICE_ACCOUNT)
        }
        number = len(known) + 1
        word = next((value for name, value in own.items() if '.' not in name), '') or 'pod'
        found = known[key] = _Pod(
            f'{word}-{number}',
            labels.get(NAMESPACE) or 'default',
            f'10.0.0.{number}',
            tuple(own.items()),
            labels.get(SERVICE_ACCOUNT, ''),
        )
    return found


def _traffic(rule: Rule) -> tuple[str, int]:
    protocol = rule.protocol if rule.protocol in _PORTS else 'TCP'
    port = next((port[0] for port in rule.destination.ports if not isinstance(port, str)), 80)
    return str(protocol), port


def _of(pod: _Pod, prefix: str) -> dict[str, str]:
    """Labels that a pod can only inherit, without what stands before them."""
    return {
        key.removeprefix(prefix): value
        for key, value in pod.labels
        if key.startswith(prefix) and key.removeprefix(prefix) not in (NAME_LABEL, METADATA_NAME)
    }


def _written(pod: _Pod) -> dict[str, object]:
    found: dict[str, object] = {
        'name': pod.name,
        'namespace': pod.namespace,
        'ips': [pod.ip],
        'labels': {
            key: value
            for key, value in pod.labels
            if not key.startswith((NAMESPACE_PREFIX, ACCOUNT_PREFIX))
        },
    }
    if pod.service_account:
        found['serviceAccount'] = pod.service_account
    return found


def _flow(value: object) -> str:
    """A value in YAML's flow style, quoted where it has to be."""
    if isinstance(value, dict):
        return '{' + ', '.join(f'{_flow(key)}: {_flow(item)}' for key, item in value.items()) + '}'
    if isinstance(value, list):
        return '[' + ', '.join(map(_flow, value)) + ']'
    if isinstance(value, int):
        return str(value)
    text = str(value)
    first = text[:1]
    plain = text.replace('/', '').replace('-', '').replace('.', '').replace('_', '')
    words = text.lower() in ('y', 'n', 'yes', 'no', 'true', 'false', 'on', 'off', 'null')
    if plain.replace(' ', '').isalnum() and first.isalpha() and not words:
        return text
    return "'" + text.replace("'", "''") + "'"
