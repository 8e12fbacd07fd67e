"""Scalars to values: as go-yaml v2 does it, and as sigs.k8s.io/yaml writes them into strings."""

from __future__ import annotations

import gzip
import json
import math
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.errors import YamlError
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)
from linter.yaml.scalars import (
    BadTag,
    Value,
    go_string,
    resolve,
)

HANDMADE = Path(__file__).parent.parent / 'fixtures' / 'oracle' / 'handmade.jsonl.gz'


def scalar(text: str, style: str = '', tag: str | None = None) -> Scalar:
    return Scalar(text, style, tag, 0, len(text), 0)


def core(name: str) -> str:
    return 'tag:yaml.org,2002:' + name


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('', None),
        ('~', None),
        ('null', None),
        ('Null', None),
        ('NULL', None),
        ('nULL', 'nULL'),
        ('y', True),
        ('Y', True),
        ('yes', True),
        ('Yes', True),
        ('YES', True),
        ('yEs', 'yEs'),
        ('on', True),
        ('On', True),
        ('ON', True),
        ('true', True),
        ('True', True),
        ('TRUE', True),
        ('n', False),
        ('N', False),
        ('no', False),
        ('No', False),
        ('NO', False),
        ('nO', 'nO'),
        ('off', False),
        ('Off', False),
        ('OFF', False),
        ('false', False),
        ('FALSE', False),
        ('0', 0),
        ('80', 80),
        ('+80', 80),
        ('-80', -80),
        ('-0', 0),
        ('00', 0),
        ('1_000', 1000),
        ('1__0', 10),
        ('1_', 1),
        ('_1', '_1'),
        ('-_1', -1),
        ('010', 8),
        ('-010', -8),
        ('0755', 493),
        ('0_7', 7),
        ('0o17', 15),
        ('0O17', 15),
        ('0o', '0o'),
        ('080', 80.0),
        ('019', 19.0),
        ('-09', -9.0),
        ('0o8', '0o8'),
        ('0x1F', 31),
        ('0X1f', 31),
        ('-0x10', -16),
        ('0x', '0x'),
        ('0xg', '0xg'),
        ('00x1', '00x1'),
        ('0b11', 3),
        ('-0b11', -3),
        ('0b2', '0b2'),
        ('0b-101', -5),
        ('0b+1', 1),
        ('-0b-1', '-0b-1'),
        ('9223372036854775807', 9223372036854775807),
        ('18446744073709551615', 18446744073709551615),
        ('18446744073709551616', 18446744073709551616.0),
        ('+18446744073709551615', 18446744073709551615.0),
        ('-9223372036854775808', -9223372036854775808),
        ('-9223372036854775809', -9223372036854775809.0),
        ('0xFFFFFFFFFFFFFFFF', 0xFFFFFFFFFFFFFFFF),
        ('0xFFFFFFFFFFFFFFFFF', '0xFFFFFFFFFFFFFFFFF'),
        ('0x' + '0' * 100 + '1', 1),
        ('1' * 5000, '1' * 5000),
        ('1.10', 1.1),
        ('1.', 1.0),
        ('-1.5', -1.5),
        ('1e3', 1000.0),
        ('1E+3', 1000.0),
        ('1e', '1e'),
        ('1.5e-3', 0.0015),
        ('12e03', 12000.0),
        ('1e400', '1e400'),
        ('1e-400', 0.0),
        ('08.5', 8.5),
        ('1_0.5', 10.5),
        ('1.2.3', '1.2.3'),
        ('1,5', '1,5'),
        ('0x1p4', '0x1p4'),
        ('.5', 0.5),
        ('.5e1', 5.0),
        ('.5_0', 0.5),
        ('._5', '._5'),
        ('.', '.'),
        ('..', '..'),
        ('+.5', 0.5),
        ('-.5', -0.5),
        ('.e1', '.e1'),
        ('.inf', math.inf),
        ('.Inf', math.inf),
        ('+.INF', math.inf),
        ('-.inf', -math.inf),
        ('.iNF', '.iNF'),
        ('inf', 'inf'),
        ('nan', 'nan'),
        ('Infinity', 'Infinity'),
        ('+', '+'),
        ('-', '-'),
        ('--', '--'),
        ('+a', '+a'),
        ('-a', '-a'),
        ('1-2', '1-2'),
        ('10:20', '10:20'),
        ('190:20:30.15', '190:20:30.15'),
        ('80:90', '80:90'),
        ('2001-01-01', '2001-01-01'),
        ('2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'),
        ('<<', '<<'),
        ('=', '='),
        ('a', 'a'),
        ('all()', 'all()'),
        ('٣', '٣'),
        ('1٣', '1٣'),
        ('²', '²'),
    ],
)
def test_plain(text: str, value: Value) -> None:
    seen = resolve(scalar(text))
    assert (type(seen), seen) == (type(value), value)


def test_not_a_number() -> None:
    for text in ('.nan', '.NaN', '.NAN'):
        seen = resolve(scalar(text))
        assert isinstance(seen, float)
        assert math.isnan(seen)


@pytest.mark.parametrize('style', ["'", '"', '|', '>'])
@pytest.mark.parametrize('text', ['', '80', 'yes', 'null', '~', '1.5', '0x10'])
def test_quoted(text: str, style: str) -> None:
    assert resolve(scalar(text, style)) == text


@pytest.mark.parametrize(
    ('tag', 'text', 'value'),
    [
        ('!', '80', '80'),
        ('!', '', ''),
        ('!foo', 'yes', 'yes'),
        ('!has(a)', '', ''),
        (core('str'), '80', '80'),
        (core('str'), '~', '~'),
        (core('str'), '', ''),
        (core('int'), '80', 80),
        (core('int'), '0x10', 16),
        (core('int'), '1_0', 10),
        (core('float'), '3', 3.0),
        (core('float'), '1.5', 1.5),
        (core('float'), '.inf', math.inf),
        (core('bool'), 'yes', True),
        (core('bool'), 'off', False),
        (core('null'), '', None),
        (core('null'), '~', None),
        (core('binary'), 'YWxsKCk=', 'all()'),
        (core('binary'), 'YWxs\nKCk=\n', 'all()'),
        (core('binary'), '', ''),
        (core('binary'), 'w6k=', 'é'),
        (core('binary'), '/4D/', '\ufffd' * 3),
        (core('timestamp'), '2001-01-01', '2001-01-01'),
        (core('timestamp'), '2001-1-1T1:2:3.5Z', '2001-1-1T1:2:3.5Z'),
        (core('timestamp'), '2000-02-29 01:02:03', '2000-02-29 01:02:03'),
        (core('merge'), '<<', '<<'),
        (core('map'), '5', '5'),
        (core('foo'), '5', '5'),
    ],
)
def test_tags(tag: str, text: str, value: Value) -> None:
    for style in ('', '"', '|'):
        seen = resolve(scalar(text, style, tag))
        assert (type(seen), seen) == (type(value), value)


@pytest.mark.parametrize(
    ('tag', 'text'),
    [
        ('int', 'foo'),
        ('int', '1.5'),
        ('int', ''),
        ('int', 'yes'),
        ('int', '080'),
        ('float', 'foo'),
        ('float', ''),
        ('float', '18446744073709551615'),
        ('float', 'true'),
        ('bool', 'foo'),
        ('bool', '1'),
        ('bool', ''),
        ('null', 'foo'),
        ('null', '0'),
        ('binary', 'YQ'),
        ('binary', 'Y Q=='),
        ('binary', '*'),
        ('binary', 'é'),
        ('timestamp', 'foo'),
        ('timestamp', '2001-13-01'),
        ('timestamp', '2001-02-29'),
        ('timestamp', '1.5'),
        ('timestamp', '01-01-01'),
    ],
)
def test_bad_tags(tag: str, text: str) -> None:
    with pytest.raises(BadTag) as caught:
        resolve(scalar(text, '', core(tag)))
    assert f'!!{tag}' in str(caught.value)


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        ('a', 'a'),
        (None, ''),
        (True, 'true'),
        (False, 'false'),
        (0, '0'),
        (-5, '-5'),
        (18446744073709551615, '18446744073709551615'),
        (1.1, '1.1'),
        (1.0, '1'),
        (80.0, '80'),
        (0.5, '0.5'),
        (-0.0, '-0'),
        (1000.0, '1000'),
        (123456.0, '123456'),
        (999999.0, '999999'),
        (1e6, '1e+06'),
        (1234567.0, '1.234567e+06'),
        (1e20, '1e+20'),
        (1e-4, '0.0001'),
        (1e-5, '1e-05'),
        (1.5e-7, '1.5e-07'),
        # Only 32 bits of a float are printed.
        (1.23456789, '1.2345679'),
        (16777217.0, '1.6777216e+07'),
        (3.141592653589793, '3.1415927'),
        (1e39, '+Inf'),
        (-1e39, '-Inf'),
        (math.nan, 'NaN'),
        (1e-50, '0'),
    ],
)
def test_go_string(value: Value, text: str) -> None:
    assert go_string(value) == text


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_go_string_of_a_float_is_that_float(value: float) -> None:
    text = go_string(value)
    assert struct.pack('<f', float(text)) == struct.pack('<f', value)
    if 1e-4 <= abs(value) < 1e6:
        assert 'e' not in text


@given(st.integers(-(1 << 63), (1 << 64) - 1))
def test_integers(value: int) -> None:
    assert resolve(scalar(str(value))) == value
    assert resolve(scalar(hex(value))) == value
    if value >= 0:
        assert resolve(scalar(oct(value))) == value
        assert resolve(scalar(f'0{value:o}')) == value
        assert resolve(scalar(bin(value))) == value


@given(st.text(alphabet='0123456789+-_.eExXoObBaft:', max_size=12))
def test_anything_resolves(text: str) -> None:
    value = resolve(scalar(text))
    assert value is None or isinstance(value, (str, int, float))
    if isinstance(value, str):
        assert value == text


# What calicoctl decodes


# These have types of their own, which rewrite what they hold.
REWRITTEN = ('ports', 'notPorts', 'protocol', 'notProtocol')
# A JSON number is a float64; and of two spellings of a key this is not the one that wins.
EXCEPTIONS = ('b5: order 9007199254740993', 'b9: dup key case variants')


def leaves(node: Node, decoded: Any, found: list[tuple[Scalar, Any]]) -> None:
    if isinstance(node, MappingNode) and isinstance(decoded, dict):
        for key, value in node.entries:
            assert isinstance(key, Scalar)
            name = go_string(resolve(key))
            for other in decoded:
                if other.casefold() == name.casefold() and other not in REWRITTEN:
                    leaves(value, decoded[other], found)
    elif isinstance(node, SequenceNode) and isinstance(decoded, list):
        if len(node.items) == len(decoded):
            for item, other in zip(node.items, decoded, strict=True):
                leaves(item, other, found)
    elif isinstance(node, Scalar) and not isinstance(decoded, (dict, list)):
        found.append((node, decoded))


def test_like_calicoctl() -> None:
    count = 0
    with gzip.open(HANDMADE, 'rt', encoding='utf-8') as lines:
        for one in map(json.loads, lines):
            try:
                roots = [compose(one['yaml'], chunk) for chunk in split(one['yaml'])]
            except YamlError:
                continue
            documents = [root for root in roots if root is not None]
            if len(documents) == 1 and isinstance(documents[0], SequenceNode):
                documents = documents[0].items
            decoded = one.get('decoded') or []
            if len(documents) != len(decoded) or one['id'] in EXCEPTIONS:
                continue
            found: list[tuple[Scalar, Any]] = []
            for document, other in zip(documents, decoded, strict=True):
                leaves(document, other, found)
            for node, expected in found:
                value = resolve(node)
                seen = go_string(value) if isinstance(expected, str) else value
                assert seen == expected, (one['id'], node.value)
            count += len(found)
    assert count > 3000
