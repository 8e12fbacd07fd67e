"""Schemas for editors: what every validator knows, and nothing refused that Calico accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import documents, some_slow
from jsonschema import Draft202012Validator

from linter.calico.kinds import KINDS
from linter.cli.main import main

SCHEMAS = Path(__file__).resolve().parent.parent / 'schemas'
FILES = sorted(SCHEMAS.glob('v[23]/*.schema.json'))
ALL = json.loads((SCHEMAS / 'v3' / 'all.schema.json').read_text(encoding='utf-8'))
# The core, applicator, validation and metadata vocabularies of draft 2020-12, as far as needed.
KNOWN = frozenset((
    '$schema', '$id', '$ref', '$defs', 'title', 'description', 'default', 'type', 'const', 'enum',
    'properties', 'additionalProperties', 'propertyNames', 'required', 'items', 'pattern',
    'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems',
    'maxProperties', 'minProperties', 'anyOf', 'allOf', 'if', 'then', 'format', 'deprecated',
))  # fmt: skip
HEAD = {
    'apiVersion': 'projectcalico.org/v3', 'kind': 'NetworkPolicy',
    'metadata': {'name': 'web', 'namespace': 'shop'},
}  # fmt: skip


def keywords(node: Any, is_schema: bool = True) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(keywords, node))
    if not isinstance(node, dict):
        return set()
    found = set(node) if is_schema else set()
    for key, value in node.items():
        if key not in ('default', 'const', 'enum'):
            found |= keywords(value, not is_schema or key not in ('properties', '$defs'))
    return found


def formats(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(formats, node))
    if not isinstance(node, dict):
        return set()
    own = {node['format']} if isinstance(node.get('format'), str) else set()
    return own.union(*map(formats, node.values()))


@pytest.mark.parametrize('path', FILES, ids=lambda path: f'{path.parent.name}/{path.name}')
def test_there_is_nothing_that_a_strict_validator_does_not_know(path: Path) -> None:
    schema = json.loads(path.read_text(encoding='utf-8'))
    Draft202012Validator.check_schema(schema)
    assert keywords(schema) <= KNOWN
    assert formats(schema) <= {'date-time'}


def test_the_command_prints_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['schema', 'NetworkPolicy']) == 0
    path = SCHEMAS / 'v3' / 'networkpolicy.schema.json'
    assert capsys.readouterr().out == path.read_text(encoding='utf-8')
    assert main(['schema', 'Tier', '--calico-version', '3.31']) == 0
    assert 'x-calico' not in capsys.readouterr().out


def mistakes(document: Any) -> list[str]:
    found = Draft202012Validator(ALL).iter_errors(document)
    return ['/'.join(map(str, one.absolute_path)) for one in found]


@pytest.mark.parametrize(('entity', 'is_right'), [
    ({'nets': ['10.0.0.0/8', '::1/128', 'fd00::/8']}, True),
    ({'nets': ['10.0.0.1']}, False),
    ({'nets': ['10.0.0.0/33']}, False),
    ({'notNets': ['example.org']}, False),
    ({'ports': [80, '80:90', 'http', 'a.b-c_d', '80']}, True),
    ({'ports': ['80-90']}, False),
    ({'ports': ['80..90']}, False),
    ({'ports': ['80, 90']}, False),
    ({'ports': [0]}, False),
])  # fmt: skip
def test_what_a_pattern_can_catch(entity: dict[str, Any], is_right: bool) -> None:
    rule = {'action': 'Allow', 'protocol': 'TCP', 'destination': entity}
    found = mistakes({**HEAD, 'spec': {'types': ['Ingress'], 'ingress': [rule]}})
    assert (found == []) is is_right


def test_a_set_takes_addresses() -> None:
    head = {**HEAD, 'kind': 'NetworkSet'}
    assert mistakes({**head, 'spec': {'nets': ['10.0.0.1', '::1', '10.0.0.0/8']}}) == []
    assert mistakes({**head, 'spec': {'nets': ['nowhere']}}) == ['spec/nets/0']


def test_each_kind_is_judged_by_its_own_schema() -> None:
    assert mistakes({'apiVersion': 'apps/v1', 'kind': 'Deployment', 'spec': {'x': 1}}) == []
    knp = {
        'apiVersion': 'networking.k8s.io/v1',
        'kind': 'NetworkPolicy',
        'spec': {'podSelector': 1},
    }
    assert mistakes(knp) == []
    for kind in KINDS:
        assert mistakes({**HEAD, 'kind': kind, 'spek': 1}) != []
    assert mistakes({**HEAD, 'kind': 'NetworkPolice'}) == ['kind']
    assert mistakes({**HEAD, 'kind': 'BGPPeer', 'spec': {'x': 1}}) == []


@pytest.mark.parametrize('step', some_slow([4, 1], 4))
def test_no_pattern_refuses_what_calico_accepts(step: int) -> None:
    patterned, bare = Draft202012Validator(ALL), Draft202012Validator(_without_patterns(ALL))
    wrong = []
    count = 0
    for document in documents('handmade', 'generated')[::step]:
        label = document.labels.get('api-3.33')
        if not label or label['verdict'] == 'reject':
            continue
        try:
            parsed = list(yaml.safe_load_all(document.text))
        except (yaml.YAMLError, ValueError):
            continue
        if len(parsed) == 1 and bare.is_valid(parsed[0]):
            count += 1
            if not patterned.is_valid(parsed[0]):
                wrong.append(document.id)
    assert count > 500 // step
    assert wrong == []


def _without_patterns(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_patterns(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _without_patterns(value) for key, value in node.items() if key != 'pattern'}
