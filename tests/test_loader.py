"""Reading YAML: cutting a stream, building trees, and refusing what Calico's parser refuses."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import some_slow
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linter.yaml.aliases import excessive_aliasing, expanded_sizes, is_merge
from linter.yaml.compose import MAX_DEPTH, compose
from linter.yaml.documents import (
    DocumentSlice,
    is_empty,
    split,
    unread,
)
from linter.yaml.encoding import BadEncoding, decode_bytes
from linter.yaml.errors import TooDeep, YamlError
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)

HANDMADE = Path(__file__).parent.parent / 'fixtures' / 'oracle' / 'handmade.jsonl.gz'
READERS = ('libyaml', 'pure')
HEAD = 'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nspec:\n'


def whole(text: str) -> DocumentSlice:
    return DocumentSlice(0, 0, len(text))


def read(text: str, reader: str = 'auto') -> Node | None:
    return compose(text, next(iter(split(text))), reader)


def plain(node: Node | None) -> Any:
    """A tree as Python values: its shape and its texts."""
    if isinstance(node, MappingNode):
        return {plain(key): plain(value) for key, value in node.entries}
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return None if node is None else node.value


def picture(node: Node | None) -> Any:
    """All that is known of a tree."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        return node.value, node.style, node.tag, node.start, node.end, node.outer
    inside = (
        [(picture(key), picture(value)) for key, value in node.entries]
        if isinstance(node, MappingNode)
        else [picture(item) for item in node.items]
    )
    return (type(node).__name__, node.flow, node.tag, node.start, node.end, node.outer, inside)


def verdict(text: str, reader: str) -> Any:
    try:
        return picture(read(text, reader))
    except YamlError as error:
        return type(error).__name__


def refusal(text: str, chunk: DocumentSlice) -> YamlError | None:
    try:
        compose(text, chunk)
    except YamlError as error:
        return error
    return None


def nodes(root: Node) -> Iterator[Node]:
    todo = [root]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, MappingNode):
            todo.extend(child for entry in node.entries for child in entry)
        elif isinstance(node, SequenceNode):
            todo.extend(node.items)


def handmade() -> list[tuple[str, str]]:
    with gzip.open(HANDMADE, 'rt', encoding='utf-8') as lines:
        return [(one['id'], one['yaml']) for one in map(json.loads, lines)]


# Bytes


@pytest.mark.parametrize(
    ('data', 'text'),
    [
        (b'', ''),
        (b'a: b', 'a: b'),
        (b'\xef\xbb\xbfa: b', 'a: b'),
        ('a: é😀'.encode(), 'a: é😀'),
        ('a: é😀'.encode('utf-16'), 'a: é😀'),
        (b'\xfe\xff' + 'a: é😀'.encode('utf-16-be'), 'a: é😀'),
    ],
)
def test_decode(data: bytes, text: str) -> None:
    assert decode_bytes(data) == text


@pytest.mark.parametrize(
    ('data', 'offset', 'text'),
    [
        (b'a: \xff', 3, 'a: \udcff'),
        ('é: '.encode() + b'\xc3', 3, 'é: \udcc3'),
        (b'\xef\xbb\xbfa: \xe4b', 3, 'a: \udce4b'),
        (b'a: \xed\xa0\x80', 3, 'a: \udced\udca0\udc80'),
        (b'\xff\xfea\0b', 1, 'a\ufffd'),
    ],
)
def test_bad_encoding(data: bytes, offset: int, text: str) -> None:
    with pytest.raises(BadEncoding) as caught:
        decode_bytes(data)
    assert (caught.value.offset, caught.value.text) == (offset, text)


@pytest.mark.parametrize('codec', ['utf-16-le', 'utf-16-be', 'utf-32-le', 'utf-32-be'])
def test_a_wide_encoding_needs_its_mark(codec: str) -> None:
    with pytest.raises(BadEncoding, match=codec[:6].upper()) as caught:
        decode_bytes('a: é'.encode(codec))
    assert (caught.value.offset, caught.value.text) == (0, 'a: é')


@pytest.mark.parametrize(
    'data', ['a: é'.encode('utf-32'), b'\0\0\xfe\xff' + 'a: é'.encode('utf-32-be')]
)
def test_nobody_reads_utf_32(data: bytes) -> None:
    """go-yaml knows the marks of UTF-8 and UTF-16 alone."""
    with pytest.raises(BadEncoding, match='UTF-32') as caught:
        decode_bytes(data)
    assert (caught.value.offset, caught.value.text) == (0, 'a: é')


def test_a_nul_makes_no_wide_encoding() -> None:
    assert decode_bytes(b'a\0: b') == 'a\0: b'
    assert decode_bytes(b'\0\0\0\0') == '\0\0\0\0'


# Cutting


@pytest.mark.parametrize(
    ('text', 'parts'),
    [
        ('', ['']),
        ('a: b', ['a: b']),
        ('a: b\n', ['a: b\n']),
        ('a\n---\nb\n', ['a', 'b\n']),
        ('---\na\n---\nb', ['---\na', 'b']),
        ('--- {a: b}\n', ['--- {a: b}\n']),
        ('a\n---', ['a']),
        ('a\n---\n', ['a']),
        ('a\n--- {b: c}\nd', ['a', 'd']),
        ('a\n----\nb', ['a', 'b']),
        ('a\n---b\nc', ['a', 'c']),
        ('a\n ---\nb', ['a\n ---\nb']),
        ('a\n---\n---\nb', ['a', '---\nb']),
        ('a\n---\n\n---\nb', ['a', '', 'b']),
        ('# c\n---\na', ['# c', 'a']),
        ('\n---\na', ['', 'a']),
        ('a\r\n---\r\nb\r\n', ['a\r', 'b\r\n']),
        ('a\r---\rb\r--- c\rd', ['a', 'b', 'd']),
        ('a\r---\r\nb\n---\r\nc', ['a', 'b', 'c']),
        ('a\n...\nb\n---\nc', ['a\n...\nb', 'c']),
        ('a: |\n  b\n---\nc', ['a: |\n  b', 'c']),
        ('a: "\n---\n"', ['a: "', '"']),
        ('%YAML 1.1\n---\na\n---\nb', ['%YAML 1.1\n---\na', 'b']),
        ('# c\n\n%TAG ! x\n--- \na', ['# c\n\n%TAG ! x\n--- \na']),
        ('a\n---\n%YAML 1.1\n---\nb', ['a', '%YAML 1.1\n---\nb']),
        ('a\u2028---\nb', ['a\u2028---\nb']),
    ],
)
def test_split(text: str, parts: list[str]) -> None:
    chunks = list(split(text))
    assert [text[chunk.start : chunk.end] for chunk in chunks] == parts
    assert [chunk.index for chunk in chunks] == list(range(len(parts)))


def calicoctl(text: str) -> list[str]:
    """What calicoctl's splitter makes of a text, but for the end of one without a line end."""
    parts = []
    while text:
        at = text.find('\n---')
        if at == -1:
            return [*parts, text]
        parts.append(text[:at])
        after = text.find('\n', at + 4)
        text = text[after + 1 :] if after != -1 else ''
    return parts


@given(st.lists(st.sampled_from(['a', '\n', '---', '-', ' ', '#', '\r\n', '...'])).map(''.join))
@settings(deadline=None)
def test_split_like_calicoctl(text: str) -> None:
    # A file that is empty has one empty document here, and none there.
    assert [text[chunk.start : chunk.end] for chunk in split(text)] == (calicoctl(text) or [''])


def test_split_is_lazy_and_fast() -> None:
    text = '\n---\n'.join(['kind: Foo\nspec: {}\n# c\n'] * 200_000)
    assert next(iter(split(text))).index == 0
    assert sum(1 for _ in split(text)) == 200_000


@pytest.mark.parametrize(
    ('text', 'empty'),
    [
        ('', True),
        (' \n\t\n', True),
        ('# c', True),
        ('---', True),
        ('---\n', True),
        ('--- # c\n# d\r\n', True),
        ('\r\n', True),
        ('# c\n a', False),
        ('---a', False),
        ('# c\u2028a', False),
        ('\x85', True),
        ('null', False),
        ('...', False),
        ('----', False),
        ('--- a', False),
        ('%YAML 1.1', False),
    ],
)
def test_is_empty(text: str, empty: bool) -> None:
    assert is_empty(text, whole(text)) is empty
    assert is_empty('a\n---\n' + text + 'b', DocumentSlice(1, 6, 6 + len(text))) is empty


@pytest.mark.parametrize(
    ('text', 'rest'),
    [
        ('a: b\n', None),
        ('a: b\n...\n', None),
        ('a: b\n...\n# c\n\n', None),
        ('a: b\n... # c\nd: e\n', 'd: e\n'),
        ('{"a": 1}\n{"b": 2}\n', '{"b": 2}\n'),
        ('a: |\n  b\n', None),
        ('# c\n', None),
        ('---\n...\na', 'a'),
    ],
)
def test_unread(text: str, rest: str | None) -> None:
    at = unread(text, whole(text), read(text))
    assert (None if at is None else text[at:]) == rest


# Trees


@pytest.mark.parametrize('reader', READERS)
@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('', None),
        ('# c', None),
        ('---\n', None),
        ('--- # c\n', None),
        ('null', 'null'),
        ('a', 'a'),
        ('{}', {}),
        ('[]', []),
        ('a:\nb: ', {'a': '', 'b': ''}),
        ('--- {a: b}', {'a': 'b'}),
        ('a: b\n...\nc: d', {'a': 'b'}),
        ('{"a":1,"b":[2,]}', {'a': '1', 'b': ['2']}),
        ('a: &x {b: c}\nd: *x', {'a': {'b': 'c'}, 'd': {'b': 'c'}}),
        ('a: &x b\nc: &x d\ne: *x', {'a': 'b', 'c': 'd', 'e': 'd'}),
        ('a: [10:20, http://x]', {'a': ['10:20', 'http://x']}),
        ('a: b\tc\t\nd:\te', {'a': 'b\tc', 'd': 'e'}),
        ('a: >-\n  b\n  c\n\n  d', {'a': 'b c\nd'}),
        ('a: !has(a)\nb: ! has(a)', {'a': '', 'b': 'has(a)'}),
        # Where libyaml 0.2.5 reads something else than go-yaml v2, or nothing.
        ('[a:,b]', ['a:', 'b']),
        ('[80:]', ['80:']),
        ('{a:}', {'a:': ''}),
        ('[!foo, b]', ['b']),
        ('a: !has(a)[0] b', {'a': 'b'}),
        ('a: !example.com,2002/type b', {'a': 'b'}),
        (r'"it\'s"', "it's"),
    ],
)
def test_values(text: str, value: Any, reader: str) -> None:
    assert plain(read(text, reader)) == value


@pytest.mark.parametrize('reader', READERS)
@pytest.mark.parametrize(
    'text',
    [
        '[a?b]',
        '[a ?b]',
        '{a: b?}',
        r'{"a": "\/"}',
        r'"\'' + r'\/"',
        '{selector: !has(a), order: 1}',
        '[!<x>,a]',
        '[!x]',
        '%YAML 1.2\n---\na',
        '%YAML 1.1\n---\na',
        '%TAG ! x\n---\na',
        '%FOO\n---\na',
        '...',
        '{[a]: b}',
        '? [a]\n: b',
        'a: {{ b }}',
        'a: &x [*x]',
        'a: &x {b: [*x]}',
        '*x',
    ],
)
def test_refused_by_both(text: str, reader: str) -> None:
    with pytest.raises(YamlError):
        read(text, reader)


@pytest.mark.parametrize('reader', READERS)
def test_spans(reader: str) -> None:
    text = (
        '# c\r\n'
        'k1: &a !t v1 # c\r'
        '"k2": !!str\n'
        "  'it''s'\u2028"
        '!x k3:\x85'
        '- &b\n'
        '  i: 😀x\n'
        '-\n'
        '- [f, {g: h}, !y [], &z {}]\n'
        'k4: |+ # c\n'
        '  x\n'
        '  \n'
        '\n'
        'k5: # c\n'
        '\n'
        'k6: !u\n'
        '  - m\n'
        '  - *b\n'
        'k7: &e\n'
        '# c\n'
    )
    root = read(text, reader)
    assert isinstance(root, MappingNode)
    spans = [
        (text[node.start : node.end], text[node.outer : node.start])
        for node in nodes(root)
        if isinstance(node, Scalar)
    ]
    assert sorted(spans) == sorted(
        [
            ('k1', ''),
            ('v1', '&a !t '),
            ('"k2"', ''),
            ("'it''s'", '!!str\n  '),
            ('k3', '!x '),
            ('i', ''),
            ('😀x', ''),
            ('', ''),
            ('f', ''),
            ('g', ''),
            ('h', ''),
            ('k4', ''),
            ('|+ # c\n  x', ''),
            ('k5', ''),
            ('', ''),
            ('k6', ''),
            ('m', ''),
            ('k7', ''),
            ('', '&e'),
            # Once through its alias.
            ('i', ''),
            ('😀x', ''),
        ]
    )
    values = [value for _, value in root.entries]
    starts = [text[value.start : value.start + 3] for value in values]
    assert starts == ['v1 ', "'it", '- &', '|+ ', ' # ', '- m', '\n# ']
    assert root.start == text.index('k1')
    assert root.end == text.index('&e') + 2
    listed = values[2]
    assert isinstance(listed, SequenceNode)
    assert text[listed.start : listed.end].endswith('&z {}]')
    assert [text[item.outer : item.end] for item in listed.items] == [
        '&b\n  i: 😀x',
        '',
        '[f, {g: h}, !y [], &z {}]',
    ]
    assert [text[item.start : item.start + 2] for item in listed.items] == ['i:', '\n-', '[f']
    flow = listed.items[2]
    assert isinstance(flow, SequenceNode)
    assert [text[item.start : item.end] for item in flow.items] == ['f', '{g: h}', '[]', '{}']
    assert [node.tag for node in flow.items] == [None, None, '!y', None]
    tagged = values[5]
    assert isinstance(tagged, SequenceNode)
    assert tagged.items[1] is listed.items[0]
    # The list ends with its alias, not with what that stands for.
    assert text[tagged.start : tagged.end] == '- m\n  - *b'


@pytest.mark.parametrize('reader', READERS)
@pytest.mark.parametrize(
    'text',
    [
        'a:\n\nb: 1',
        'a: # c\n# d\nb: 1',
        '- a:\n\n- b',
        '{a: \n, b: 1}',
    ],
)
def test_empty_value_is_on_the_line_of_its_key(text: str, reader: str) -> None:
    root = read(text, reader)
    assert root is not None
    empty = [node for node in nodes(root) if isinstance(node, Scalar) and not node.value]
    assert [node.start for node in empty] == [text.index('a:') + 2]
    assert empty[0].start == empty[0].end


def test_offsets_are_into_the_whole_text() -> None:
    text = 'é😀\n---\n\ufeffa: {b: c}\n---\nd: @'
    chunks = list(split(text))
    root = compose(text, chunks[1])
    assert root is not None
    assert [text[node.start : node.end] for node in nodes(root)] == [
        'a: {b: c}',
        '{b: c}',
        'c',
        'b',
        'a',
    ]
    with pytest.raises(YamlError) as caught:
        compose(text, chunks[2])
    assert caught.value.offset == text.index('@')


def test_merge_key() -> None:
    root = read('<<: a\n"<<": a\n! <<: a\n!!merge <<: a\n!!str <<: a\n<: a')
    assert isinstance(root, MappingNode)
    assert [is_merge(key) for key, _ in root.entries] == [True, False, True, True, False, False]
    assert not is_merge(root)


# Two readers


def test_readers_agree_on_the_labelled_documents() -> None:
    for name, text in handmade():
        for chunk in split(text):
            seen = []
            for reader in READERS:
                try:
                    seen.append(picture(compose(text, chunk, reader)))
                except YamlError as error:
                    seen.append((error.offset, error.message, error.hint))
            assert seen[0] == seen[1], name


PIECES = (
    'a',
    'b',
    'key',
    '"a"',
    "'b'",
    "'it''s'",
    r'"x\n"',
    r'"\u0041"',
    r'"\/"',
    r'"\'"',
    ': ',
    ':',
    ' ',
    '  ',
    '    ',
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    '-',
    '?',
    '? ',
    '[',
    ']',
    '{',
    '}',
    ',',
    ', ',
    '#',
    ' # c',
    '|',
    '>',
    '|-',
    '>-',
    '|2',
    '>+',
    '&a ',
    '*a',
    '!t ',
    '!!str ',
    '!',
    '&',
    '*',
    '\t',
    '\r\n',
    '\x85',
    '\u2028',
    '80',
    '~',
    '%',
    '@',
    '`',
    '()',
    '&&',
    '...',
    '<<',
    '10:20',
    'http://x',
    '😀',
    '\\',
    '"',
    "'",
    'é',
    'k: ',
    '\nk: ',
    '\n- ',
    '\n  k: ',
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(''.join))
@settings(deadline=None, max_examples=500)
@example('{a: [],? :}')
@example('{? \t\n  : b}')
@example('? \n: b')
def test_readers_agree(text: str) -> None:
    one, other = (verdict(text, reader) for reader in READERS)
    assert one == other


@pytest.mark.slow
@given(st.lists(st.sampled_from(PIECES), max_size=14).map(''.join))
@settings(deadline=None, max_examples=3000)
def test_readers_agree_at_length(text: str) -> None:
    one, other = (verdict(text, reader) for reader in READERS)
    assert one == other


def test_only_the_reader_in_use_is_imported() -> None:
    code = (
        'import sys, os\n'
        'from linter.yaml import compose as loader\nfrom linter.yaml.documents import split\n'
        'assert not {"yaml.events", "ruamel.yaml"} & set(sys.modules)\n'
        'text = "a: &x b"\n'
        'loader.compose(text, next(iter(split(text))))\n'
        'print(*sorted({"yaml.events", "ruamel.yaml"} & set(sys.modules)))\n'
    )
    for chosen, loaded in (
        ('', 'yaml.events'),
        ('libyaml', 'yaml.events'),
        ('pure', 'ruamel.yaml'),
    ):
        done = subprocess.run(
            [sys.executable, '-c', code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent.parent,
            env={'CALICO_LINT_YAML': chosen},
        )
        assert done.stdout.split() == [loaded]


def test_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'linter.yaml.libyaml_reader', None)
    import linter.yaml

    monkeypatch.delattr(linter.yaml, 'libyaml_reader', raising=False)
    monkeypatch.delenv('CALICO_LINT_YAML', raising=False)
    assert plain(read('a: [b]')) == {'a': ['b']}
    with pytest.raises(ImportError):
        read('a: b', 'libyaml')


# Places: each `⟦` stands before the character at which reading breaks off.


BROKEN = [
    ("  selector: a == 'b⟦: c'\n", 'a value without quotes cannot contain a colon and a blank'),
    ('  a: b⟦: c\n', 'a value without quotes cannot contain a colon and a blank'),
    ('  selector: "a" ⟦== "b"\n', 'nothing may follow a closing quote'),
    ("  selector: 'a' ⟦== 'b'\n", 'nothing may follow a closing quote'),
    ("  x: {selector: a in ⟦{'b'}}\n", '`,` or `}` should stand here instead of `{`'),
    ('  selector: !has(a) ⟦&& has(b)\n', '`&` starts a YAML anchor here, and no name follows'),
    ('  selector: !has(a)⟦{b}\n', '`!` starts a YAML tag here, and this one cannot be read'),
    ('  selector: ⟦!a!b c\n', '`!` starts a YAML tag here, and this one cannot be read'),
    ('  selector: ⟦*x\n', '`*x` refers to an anchor that is not there before it'),
    ('  nets: [⟦*]\n', '`*` starts a YAML alias here, and no name follows'),
    ('  selector: ⟦@foo\n', 'a value cannot start with `@`'),
    ('  selector: ⟦`foo`\n', 'a value cannot start with a backtick'),
    ('  selector: ⟦%foo\n', 'a value cannot start with `%`'),
    ('⟦\torder: 1\n', 'a tab cannot indent YAML'),
    ('  -⟦\torder: 1\n', 'a tab cannot stand here'),
    ('  selector: |\n    a\n⟦\tb\n', 'a tab cannot indent YAML'),
    ('  order: 1\n   types⟦: []\n', 'this line is indented as if it went on with the value above'),
    ('  order: 1\n ⟦types: []\n', 'the indentation of this line fits none of the lines above'),
    ('  order: 1\n  ⟦types\n  - a\n', '`types` is no key, since no colon and blank follow it'),
    ('  ⟦action:Allow\n  x: y\n', '`action:Allow` is no key, since no colon and blank follow it'),
    ('  types: ⟦- Ingress\n', 'a list item cannot start on the line of its key'),
    ('  order: 1\n  ⟦- a\n', 'a list item cannot stand among the keys of a mapping'),
    ('  types:\n    - a\n    ⟦b: 1\n', 'only list items can stand at this indentation'),
    ("  selector: | ⟦a == 'b'\n", 'only a comment may follow `|` on its line'),
    ('  selector: >⟦all()\n', 'only a comment may follow `>` on its line'),
    ('  selector: |⟦0\n    a\n', 'the indentation after `|` or `>` is a digit from 1 to 9'),
    ('  selector: "a⟦\\d"\n', r'`\d` is no escape in double quotes'),
    ('  selector: "a⟦\\/"\n', r'`\/` is no escape in double quotes'),
    ('  selector: "a\\x⟦zz"\n', 'this is not the code of a character'),
    ('  selector: "\\u⟦d800"\n', 'this is not the code of a character'),
    ('  selector: a⟦\x01b\n', 'the control character U+0001 is not allowed in YAML'),
    ('  selector: é😀⟦\0', 'the control character U+0000 is not allowed in YAML'),
    ('  ports: ⟦[80, 443\n  order: 1\n  types: [a]\n', 'the `[` opened here is never closed'),
    ('  a: ⟦{b: c, d\n', 'the `{` opened here is never closed'),
    ('  a: ⟦[\n', 'the `[` opened here is never closed'),
    ('  a: ⟦[b, # ]\n', 'the `[` opened here is never closed'),
    ('  a: "b"\n⟦{\n', 'the `{` opened here is never closed'),
    ('  selector: ⟦\'a == "b"\n  order: 1\n', "the `'` opened here is never closed"),
    ('  selector: ⟦"a\n...\n', 'the `"` opened here is never closed'),
    ("  a: 'b\n  c: '⟦d'\n", 'nothing may follow a closing quote'),
    ('  a: {b: c}⟦}\n', 'this `}` closes nothing'),
    ('  a: [b] ⟦c\n', 'nothing may follow the closing `]`'),
    ('  "a": "b"⟦,\n  c: d\n', 'a comma cannot stand here'),
    ('  {"a": 1\n   "b"⟦: 2}\n', '`,` or `}` should stand here instead of `:`'),
    ('  a: [b⟦?c]\n', 'a value in `{…}` or `[…]` cannot contain `?` without quotes'),
    ('  a: [b, ⟦, c]\n', 'a value cannot start with `,`'),
    ('  a: ⟦}\n', 'a value cannot start with `}`'),
    ('  name: {⟦{ foo }}\n', 'a mapping or a list cannot be a key'),
    ('  a: &x [⟦*x]\n', 'the value of anchor `x` contains itself'),
]


@pytest.mark.parametrize('reader', READERS)
@pytest.mark.parametrize(('marked', 'message'), BROKEN)
def test_places(marked: str, message: str, reader: str) -> None:
    text = 'é: 😀\r\n---\r\n' + HEAD + marked
    offset = text.index('⟦')
    text = text.replace('⟦', '')
    chunk = list(split(text))[1]
    with pytest.raises(YamlError) as caught:
        compose(text, chunk, reader)
    assert (caught.value.offset, caught.value.message) == (offset, message)


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('%YAML 1.2\n---\na', 'Calico reads YAML 1.1'),
        ('# c\n%YAML 1.1\n---\na', 'a directive cannot stand before `---`'),
        ('%TAG !x! y\n---\na', 'a directive cannot stand before `---`'),
        ('%FOO', 'a value cannot start with `%`'),
    ],
)
def test_directives(text: str, message: str) -> None:
    with pytest.raises(YamlError) as caught:
        read(text)
    assert caught.value.offset == text.index('%')
    assert caught.value.message.startswith(message)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(''.join))
@settings(deadline=None, max_examples=500)
def test_places_are_inside_the_chunk(text: str) -> None:
    source = 'x\n---\n' + text + '\n---\ny'
    for chunk in split(source):
        error = refusal(source, chunk)
        if error is not None:
            assert chunk.start <= error.offset < max(chunk.end, chunk.start + 1)
            assert error.message
            assert '\n' not in error.message


# Size


DEEP = {
    'open': '[' * 100_000,
    'closed': '[' * 100_000 + ']' * 100_000,
    'mappings': '{a: ' * 100_000,
    'items': '- ' * 100_000,
    'blocks': ''.join(' ' * depth + 'a:\n' for depth in range(1000)),
    'one': '[' * (MAX_DEPTH + 1) + ']' * (MAX_DEPTH + 1),
}


@pytest.mark.parametrize('reader', READERS)
@pytest.mark.parametrize('shape', some_slow(DEEP, 'open', 'mappings', 'items', 'blocks', 'one'))
def test_too_deep(shape: str, reader: str) -> None:
    with pytest.raises(TooDeep) as caught:
        read(DEEP[shape], reader)
    assert caught.value.offset < MAX_DEPTH * MAX_DEPTH


@pytest.mark.parametrize('reader', READERS)
def test_deep_enough(reader: str) -> None:
    assert read('[' * MAX_DEPTH + ']' * MAX_DEPTH, reader) is not None


@pytest.mark.parametrize(
    'text',
    [
        'a: ' + 'x' * 1_000_000,
        'a: "' + r'x\n' * 300_000 + '"',
        'a: |\n' + '  xxxxxxxxx\n' * 100_000,
        'a: ' + '\n  xxx' * 100_000,
        '- a\n' * 300_000,
        '[' + 'a,' * 300_000 + ']',
        'a: "' + r'\' ' * 20_000 + '"',
        '[' + 'a:, !b, c, ' * 2_000 + ']',
    ],
    ids=['plain', 'quoted', 'block', 'folded', 'items', 'flow', 'escapes', 'corners'],
)
def test_large(text: str) -> None:
    assert read(text) is not None


# Aliases


def test_alias_bomb() -> None:
    text = 'a0: &a0 [x,x,x,x,x,x,x,x,x]\n' + ''.join(
        f'a{n}: &a{n} [' + ','.join([f'*a{n - 1}'] * 9) + ']\n' for n in range(1, 40)
    )
    with pytest.raises(YamlError, match='aliases'):
        read(text)


@pytest.mark.parametrize(
    ('text', 'size'),
    [
        ('a', 1),
        ('[]', 1),
        ('[a, b]', 3),
        ('{a: b}', 3),
        ('[&x a, *x]', 4),
        ('[&x [a], *x, *x]', 9),
    ],
)
def test_expanded_size(text: str, size: int) -> None:
    root = read(text)
    assert root is not None
    assert expanded_sizes(root)[1][id(root)] == size
    assert excessive_aliasing(root) is None


def expand(node: Node, seen: set[int], counts: list[int], depth: int) -> bool:
    """go-yaml's own way: whether a document is refused, found by decoding all of it."""
    alias = id(node) in seen
    for inside in (depth > 0, True) if alias else (depth > 0,):
        counts[0] += 1
        counts[1] += inside
        low, high = 400_000, 4_000_000
        share = 0.99 - 0.89 * (min(max(counts[0], low), high) - low) / (high - low)
        if counts[1] > 100 and counts[0] > 1000 and counts[1] / counts[0] > share:
            return True
    children: list[Node] = []
    if isinstance(node, MappingNode):
        children = [child for entry in node.entries for child in entry]
    elif isinstance(node, SequenceNode):
        children = node.items
    # Whatever an alias leads to was met before, and is not an alias once more.
    known = set() if alias else seen
    for child in children:
        if expand(child, known, counts, depth + alias):
            return True
        known.add(id(child))
    seen.add(id(node))
    return False


@pytest.mark.parametrize(
    ('items', 'times'),
    [
        (10, 5),
        (50, 19),
        (50, 21),
        (9, 200),
        (10, 2000),
        (100, 98),
        (100, 150),
        (990, 1),
        (1000, 400),
        (2000, 210),
        (4000, 150),
    ],
)
def test_excessive_aliasing_like_go_yaml(items: int, times: int) -> None:
    text = '- &x [' + 'a,' * items + ']\n' + '- *x\n' * times
    try:
        root = read(text)
        refused = False
    except YamlError:
        refused = True
        root = SequenceNode(False, None, 0, 0)
        anchor = SequenceNode(True, None, 0, 0)
        anchor.items.extend(Scalar('a', '', None, 0, 1, 0) for _ in range(items))
        root.items.extend([anchor] * (times + 1))
        assert excessive_aliasing(root) is anchor
    assert root is not None
    counts = [1, 0]
    assert expand(root, set(), counts, 0) is refused
