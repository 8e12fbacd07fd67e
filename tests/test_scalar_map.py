"""From an index in a scalar's value to the character in the source that it came from."""

from __future__ import annotations

import io
from typing import Any

import pytest
import yaml
from conftest import some_slow
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.errors import YamlError
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)
from linter.yaml.positions import offset_in_source

BREAKS = '\r\n\x85\u2028\u2029'


def scalars(text: str) -> list[Scalar]:
    found: list[Scalar] = []
    for chunk in split(text):
        try:
            root: Node | None = compose(text, chunk)
        except YamlError:
            continue
        todo = [] if root is None else [root]
        while todo:
            node = todo.pop()
            if isinstance(node, Scalar):
                found.append(node)
            elif isinstance(node, MappingNode):
                todo.extend(child for entry in node.entries for child in entry)
            elif isinstance(node, SequenceNode):
                todo.extend(node.items)
    return found


# The mark stands before the character that the `X` of the value came from.
PLACES = [
    ('a: b⟦X', 'bX'),
    ('a: b\n  c ⟦X', 'b c X'),
    ('a: b\n\n\n  c ⟦X', 'b\n\nc X'),
    ('a: b\r\n\r\n \tc ⟦X', 'b\nc X'),
    ('a: b\u2028  ⟦X', 'b\u2028X'),
    ('- é😀⟦X', 'é😀X'),
    ("a: 'it''s ⟦X'", "it's X"),
    ("a: ' b  \n\n  ⟦X'", ' b\nX'),
    ("a: 'b\n  ⟦X '", 'b X '),
    ('a: "b ⟦X"', 'b X'),
    (
        r'a: "\"\\\t\x41\u00e9\U0001F600\N\_\L\P\0\a\b\e\f\n\r\v\ ⟦X"',
        '"\\\tAé😀\x85\xa0\u2028\u2029\0\a\b\x1b\f\n\r\v X',
    ),
    (r'a: "it\'s ⟦X"', "it's X"),
    (r'a: "b⟦\x58"', 'bX'),
    (r'a: "b⟦\u0058c"', 'bXc'),
    ('a: "b \\\n   c\\\n\n  ⟦X"', 'b c\nX'),
    ('a: "b \\\r\n  \\  ⟦X"', 'b   X'),
    ('a: "b\n\n  ⟦X"', 'b\nX'),
    ('a: |\n  b\n  ⟦X\n', 'b\nX\n'),
    ('a: |-  # c\n  b\n\n    c\n  ⟦X', 'b\n\n  c\nX'),
    ('a: |+2\n   b ⟦X\n\n', ' b X\n\n'),
    ('- - |1-\n    b ⟦X\n', ' b X'),
    ('a: |\r\n  b\r\n\r\n  ⟦X\r\n', 'b\n\nX\n'),
    ('a: |\n\n   \n   b⟦X', '\n\nbX'),
    ('a: >\n  b\n  c\n\n  d\n    e\n\n  f\n  ⟦X\n', 'b c\nd\n  e\n\nf X\n'),
    ('a: >-\n\n  b\n\n\n  ⟦X\n', '\nb\n\nX'),
    ('a: >\n  b\u2028  ⟦X\n', 'b\u2028X\n'),
    ('a: !t &x\n  >-\n  b\n  ⟦X', 'b X'),
    ('{a: [b: "c\n  ⟦X"]}', 'c X'),
    ('a: &x\n  # c\n  "b ⟦X"\nc: *x', 'b X'),
]


@pytest.mark.parametrize(('marked', 'value'), PLACES)
@pytest.mark.parametrize('before', ['', 'é: "\\\\"\r\n---\r\n'])
def test_places(marked: str, value: str, before: str) -> None:
    text = before + marked
    offset = text.index('⟦')
    text = text.replace('⟦', '')
    [found] = {id(one): one for one in scalars(text) if one.value == value}.values()
    assert offset_in_source(text, found, value.index('X')) == offset


@pytest.mark.parametrize(
    ('text', 'value', 'offsets'),
    [
        # The end of what is written, and folded spaces at the end of their line.
        ('b c', 'b c', [0, 1, 2, 3]),
        ('b\n c', 'b c', [0, 1, 3, 4]),
        ('b\n\n\n c', 'b\n\nc', [0, 2, 3, 5, 6]),
        ("'b'", 'b', [1, 2]),
        ("''", '', [1]),
        ('""', '', [1]),
        ("''''", "'", [1, 3]),
        (r'"\t"', '\t', [1, 3]),
        # The newlines at the end of a block scalar are at its indicator.
        ('|\n b', 'b', [3, 4]),
        ('|\n b\n', 'b\n', [3, 0, 4]),
        ('|+\n b\n\n', 'b\n\n', [4, 0, 0, 5]),
        ('>\n b\n c\n', 'b c\n', [3, 4, 6, 0, 7]),
        ('|-\n b\n c', 'b\nc', [4, 5, 7, 8]),
        ('|+\n\n', '\n', [0, 0]),
        ('|-\n', '', [0]),
    ],
)
def test_all_offsets(text: str, value: str, offsets: list[int]) -> None:
    [found] = scalars(text)
    assert found.value == value
    assert [offset_in_source(text, found, index) for index in range(len(value) + 1)] == offsets


def test_empty_value() -> None:
    text = 'a:\n'
    empty = next(one for one in scalars(text) if not one.value)
    assert offset_in_source(text, empty, 0) == 2


def test_what_does_not_fit_is_at_its_start() -> None:
    text = 'a: bcd "e" |\n'
    assert offset_in_source(text, Scalar('xyz', '', None, 3, 6, 3), 1) == 3
    assert offset_in_source(text, Scalar('xyz', '"', None, 7, 10, 7), 1) == 7
    assert offset_in_source(text, Scalar('xyz', '|', None, 11, 12, 11), 1) == 11


def check(text: str, found: Scalar) -> None:
    """Every character comes from itself, from an escape, or from a fold; and in order."""
    value = found.value
    last = found.start
    # The newlines that a block scalar ends with have no place of their own, and its token ends
    # before lines that hold nothing but spaces.
    size = len(value.rstrip(' \n\u2028\u2029') if found.style in ('|', '>') else value)
    for index in range(size):
        offset = offset_in_source(text, found, index)
        char = value[index]
        assert found.start <= offset < found.end
        assert offset >= last
        if text[offset] != char:
            assert (
                text[offset] in BREAKS
                if char in ' \n' and text[offset] != '\\'
                else (text[offset] == '\\' and found.style == '"')
            )
        if index:
            assert offset > last
        last = offset


CHARACTERS = st.sampled_from(
    [
        *'abX :#-?!&*|>%@`,[]{}()=\'"\\~0',
        '  ',
        '\n',
        '\n\n',
        '\n  ',
        ' \n',
        '\t',
        'é',
        '😀',
        '\x85',
        '\xa0',
        '\u2028',
        '\ufeff',
        '\x07',
        '&&',
        "a == 'b'",
        'has(a)',
    ]
)
TEXTS = st.lists(CHARACTERS, max_size=20).map(''.join)


@given(TEXTS, st.sampled_from([None, "'", '"', '|', '>']), st.integers(5, 40), st.booleans())
@settings(deadline=None, max_examples=500)
def test_what_pyyaml_writes(value: str, style: Any, width: int, unicode: bool) -> None:
    text = yaml.dump(
        {'k': [{'selector': value}]}, default_style=style, width=width, allow_unicode=unicode
    )
    found = [one for one in scalars(text) if one.value == value]
    # PyYAML writes a few strings that it does not read back, among them those with a tab.
    for one in found:
        check(text, one)


@given(
    TEXTS,
    st.sampled_from(
        [
            SingleQuotedScalarString,
            DoubleQuotedScalarString,
            LiteralScalarString,
            FoldedScalarString,
            str,
        ]
    ),
    st.integers(10, 40),
)
@settings(deadline=None, max_examples=300)
def test_what_ruamel_writes(value: str, style: Any, width: int) -> None:
    # ruamel.yaml marks folds with BEL while it writes.
    assume('\a' not in value)
    writer = YAML()
    writer.width = width
    stream = io.StringIO()
    try:
        writer.dump({'k': [{'selector': style(value)}]}, stream)
    except (AssertionError, IndexError):
        return
    for one in scalars(stream.getvalue()):
        check(stream.getvalue(), one)


WRITTEN = st.lists(
    st.sampled_from(
        [
            'a',
            'b',
            "''",
            "'",
            '"',
            r'\n',
            r'\\',
            r'\"',
            r'\x41',
            r'\u00e9',
            r'\U0001F600',
            '\\\n',
            '\\\r\n  ',
            r'\ ',
            r'\t',
            r'\'',
            '\n',
            '\n\n',
            '\r\n',
            '\r',
            '\n  ',
            '  \n   ',
            ' ',
            '\t',
            '\x85',
            '\u2028',
            'é',
            '😀',
            ':',
            '#',
            '{',
            '[',
            ',',
            '-',
            '|',
        ]
    ),
    max_size=12,
).map(''.join)
FRAMES = st.sampled_from(
    [
        ('k: ', ''),
        ('k: ', '\n'),
        ('- ', '\n- y'),
        ('', ''),
        ('- k: ', '\n  z: 1'),
        ('[', ']'),
        ('{a: ', '}'),
        ('k: !t ', ''),
        ('a:\n  b: ', '\n'),
    ]
)
HEADERS = ('', '-', '+', '1', '2-', '+3', ' # c')
STYLES = st.sampled_from(['', "'", '"', *(kind + header for kind in '|>' for header in HEADERS)])


PEOPLE = (WRITTEN, FRAMES, STYLES, st.sampled_from(['', '  ', '   ', '    ']))


@given(*PEOPLE)
@settings(deadline=None, max_examples=300)
def test_what_people_write(written: str, frame: tuple[str, str], style: str, indent: str) -> None:
    what_people_write(written, frame, style, indent)


@pytest.mark.slow
@given(*PEOPLE)
@settings(deadline=None, max_examples=1500)
def test_what_people_write_at_length(
    written: str, frame: tuple[str, str], style: str, indent: str
) -> None:
    what_people_write(written, frame, style, indent)


def what_people_write(written: str, frame: tuple[str, str], style: str, indent: str) -> None:
    content = written.replace('\n', '\n' + indent)
    if style[:1] in ('|', '>'):
        content = style + '\n' + indent + content
    elif style:
        content = style + content + style
    text = frame[0] + content + frame[1]
    for one in scalars(text):
        check(text, one)


@pytest.mark.parametrize(
    ('start', 'line', 'end'),
    [
        ('a: "', r'xx\n', '"'),
        ('a: ', 'xxx\n  ', 'x'),
        ('a: |\n', '  xxx\n', ''),
        ('a: >-\n', '  xxx\n', ''),
    ],
)
@pytest.mark.parametrize('number', some_slow([25_000, 250_000], 25_000))
def test_large(start: str, line: str, end: str, number: int) -> None:
    text = start + line * number + end
    found = next(one for one in scalars(text) if len(one.value) > 1000)
    index = len(found.value) - 2
    offset = offset_in_source(text, found, index)
    assert offset > 3.6 * number
