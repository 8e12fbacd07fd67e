"""What a look at the bytes finds out: never no where there is something."""

from __future__ import annotations

import everything as engine
import pytest

from linter.calico.kinds import KINDS
from linter.calico.prefilter import documents_in, may_be_calico, may_be_json_patch
from linter.calico.target import Target

OPERATION = b'op: add\n  path: /spec/order\n  value: 1\n'


@pytest.mark.parametrize(
    'before', [b'', b'---\n', b'# why\n', b'\xef\xbb\xbf', b'%YAML 1.1\n---\n', b'&a ', b'\n' * 99]
)
def test_a_list_of_operations_may_begin_in_many_ways(before: bytes) -> None:
    assert may_be_json_patch(before + b'- ' + OPERATION)


@pytest.mark.parametrize('start', [b'a: 1\n', b'{"op": 1, ', b'"a": 1\n', b"'a': 1\n"])
def test_a_mapping_is_no_list_of_operations(start: bytes) -> None:
    assert not may_be_json_patch(start + OPERATION)


@pytest.mark.parametrize(
    ('text', 'is_ours'),
    [
        (b'{"kind": {"type": "string"}, "spec": {"policy": 1}}', False),
        (b'{"kind": ["policy"]}', False),
        (b'{"kind": "Deployment", "policy": 1}', False),
        (b'{"kind": {"a": 1}, "b": {"kind": "policy", "apiVersion": "v1"}}', True),
        (b'kind: {}\n---\napiVersion: v1\nkind: policy\n', True),
        (b'x: &a kind\napiVersion: v1\n*a : policy\n', True),
        (b'&a kind: Foo\nb: {apiVersion: v1, *a : policy}\n', True),
        (b'apiVersion: v1\nkind: &a\n  policy\n', True),
        (b'apiVersion: v1\nkind: policyList\n', True),
        (b'apiVersion: v1\nkind: policy-report\n', False),
        (b'kind: policy\n', False),
        (b'apiVersion: v1\nkind: ""policy"\n', True),
        (b'{"apiVersion": "v1", "kind": "Report", "items": [{"kind": "node"}]', True),
        (b'{"apiVersion": "v1", "items": [{"kind": "node", "apiVersion": "v1"}]}', True),
        (b'{"apiVersion": "v1", "kind": "Report", "a": "b", "kind": "node"}', True),
    ],
)
def test_a_kind_of_v1_is_a_word_and_no_mapping(text: bytes, is_ours: bool) -> None:
    assert may_be_calico(text) is is_ours
    # Behind very many other kinds it is seen, too.
    assert may_be_calico(b'- kind: {}\n' * 500 + text) is is_ours


def test_json_is_read_where_its_kinds_might_be_those_of_v1() -> None:
    text = b'{"apiVersion": "v1", "kind": "Report", "items": [{"kind": "node"}, {"kind": "tier"}]}'
    assert not may_be_calico(text)
    assert may_be_calico(text.replace(b'}]', b', "apiVersion": "v1"}]'))


# Small ones are looked at in another way than large ones, and so are those of many dots.
SMALL = b'a: b. c-d\n' * 60
DOTTED = b'a: b. c-d\n' * 600
JSON = b'{"kind": {"a": 1}, "b": ["kind"]}\n---\n'
LARGE = b'a: this is what it is for\n' * 200
DENSE = b'kind: Deployment\n---\n' * 300


@pytest.mark.parametrize(
    'text',
    [
        b'apiVersion: projectcalico.org/v3',
        b'apiVersion: ProjectCalico.Org/v3',
        b'apiVersion: crd.PROJECTCALICO.ORG/v1',
        b'apiVersion: projectCALICO.oRG',
        b'{"kind":"NetworkPolicy"}',
        b'{"kind": "GlobalNetworkPolicyList"}',
        b'kind: StagedKubernetesNetworkPolicy',
        b"kind: 'HostEndpoint'",
        b'kind:   NetworkSet',
        b'kind:\n  NetworkSet',
        b'kind: # why\n  NetworkSet',
        b'kind : NetworkSet',
        b'kind\t: NetworkSet',
        b'"kind"\n: NetworkSet',
        b'kind: !!str NetworkSet',
        b'kind: &a NetworkSet',
        b'kind: >-\n  NetworkSet',
        b'? kind\n: NetworkSet',
        b'? kind # why\n: NetworkSet',
        b'&a kind: Foo\nb: {*a : NetworkSet}',
        b'a: &a kind\n*a : NetworkSet',
        b'"k\\x69nd": NetworkSet',
        b'kind: "Network\\x53et"',
        b'kind: "Net\\\n  workSet"',
        b'kind: !!binary TmV0d29ya1NldA==',
        # A slip in the group is told from another one by the kind.
        b'apiVersion: projetcalico.org/v3\nkind: Tier',
        b'apiVersion: ProjectCalico/v3\nkind: IPPool',
    ],
)
@pytest.mark.parametrize(
    'before',
    [b'', SMALL, DOTTED, LARGE, LARGE + b'kind: Deployment\n---\n', DENSE, JSON],
)
def test_what_is_ours_is_found_however_it_is_written(text: bytes, before: bytes) -> None:
    assert may_be_calico(before + text + b'\n')


@pytest.mark.parametrize('kind', KINDS)
def test_every_kind_is_found_beside_a_slip_in_the_group(kind: str) -> None:
    """The look at large files knows kinds by their first letters."""
    text = f'apiVersion: projetcalico.org/v3\nkind: {kind}\n'.encode()
    assert may_be_calico(text)
    assert may_be_calico(LARGE + text)


@pytest.mark.parametrize('before', [b'', b'a: 1\nkind: Foo\n---\n', LARGE])
@pytest.mark.parametrize('codec', ['utf-16', 'utf-16-be', 'utf-32-le'])
def test_what_is_added_in_wide_characters_is_found(before: bytes, codec: str) -> None:
    text = 'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'.encode(codec)
    assert may_be_calico(before + text)
    assert engine.check('x.yaml', before + text, Target()).diagnostics


@pytest.mark.parametrize(
    'text',
    [
        b'kind: Deployment',
        b'{"kind":"Service"}',
        b'description: what kind of thing, or kinds; some kind.',
        b'{"properties": {"kind": {"type": "string"}, "apiVersion": {"type": "string"}}}',
    ],
)
def test_what_others_write_needs_no_parser(text: bytes) -> None:
    for before in (SMALL, DOTTED, LARGE, DENSE):
        assert not may_be_calico(before + text + b'\n')


@pytest.mark.parametrize(
    'text', [b'{}', b'[\n-1]', b'{"a-b": "\n---"}', b'{a: -\n---}', b'a: 1', b'---\n---\na: 1']
)
@pytest.mark.parametrize('times', [0, 1, 2, 9])
@pytest.mark.parametrize('between', [b'\n---\n', b'\n----\n', b' - ' * 99, b'x' * 9999])
def test_documents_are_counted(text: bytes, times: int, between: bytes) -> None:
    data = text + (between + text) * times
    assert documents_in(data) == data.count(b'\n---') + (not data.startswith(b'---\n---'))
