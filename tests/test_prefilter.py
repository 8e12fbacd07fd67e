"""What a look at the bytes finds out: never no where there is something."""

from __future__ import annotations

import pytest

from linter.calico.prefilter import may_be_calico, may_be_json_patch

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
        (b'kind: {}\n---\nkind: policy\n', True),
        (b'x: &a kind\n*a : policy\n', True),
        (b'kind: &a\n  policy\n', True),
    ],
)
def test_a_kind_of_v1_is_a_word_and_no_mapping(text: bytes, is_ours: bool) -> None:
    assert may_be_calico(text) is is_ours
    # Behind very many other kinds it is seen, too.
    assert may_be_calico(b'- kind: {}\n' * 500 + text) is is_ours
