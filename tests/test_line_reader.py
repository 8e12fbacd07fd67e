"""The reader of plain documents: it makes the trees that the others make, and reads nearly all."""

from __future__ import annotations

import random as randomness
from functools import cache
from typing import Any

import pytest
from conftest import documents, golden_cases
from hypothesis import given, settings
from hypothesis import strategies as st
from test_loader import picture, verdict
from test_styles import rewritten

from linter.yaml.documents import split
from linter.yaml.line_reader import read


@cache
def originals() -> list[str]:
    """Every fixture and labelled document, odd ones among them."""
    return [
        *(path.read_text(encoding='utf-8', errors='replace') for path in golden_cases()),
        *(document.text for document in documents()),
    ]


@cache
def texts() -> list[str]:
    """The same, and each of them as somebody else may write it."""
    found = originals()
    other = (rewritten(text, number) for number, text in enumerate(found) if '\0' not in text)
    return [*found, *(text for text in other if text is not None)]


def tree(text: str) -> Any:
    """What the reader makes of the first document; None: it leaves it to others."""
    chunk = next(iter(split(text)))
    return picture(read(text[chunk.start : chunk.end], chunk.start))


def agrees(text: str, *readers: str) -> bool:
    """Whether a document is read; that others read the same in it, is asserted."""
    found = tree(text)
    if found is None or text[:1] == '\ufeff':
        return False
    for reader in readers:
        assert found == verdict(text, reader), text
    return True


def test_it_reads_what_libyaml_reads() -> None:
    assert sum(agrees(text, 'libyaml') for text in texts()) > 4500


def test_it_reads_nearly_all_there_is() -> None:
    assert sum(tree(text) is not None for text in originals()) > 0.9 * len(originals())


def test_it_reads_what_the_pure_reader_reads() -> None:
    for text in randomness.Random(1).sample(texts(), 150):
        agrees(text, 'pure')


PIECES = (
    ' ', '  ', '- ', '-', ':', ': ', '\n', '\n\n', '\n  ', '\n    - ', '#', ' #', '"', "'", "''",
    '[', ']', '{', '}', ',', '?', '|', '>', '|-', '>-\n', '&a ', '*a', '!', '!!str ', '\t', '\r',
    '\r\n', '\\', '\\"', '\\\\', '/', 'é', '\u2028', '\x85', '\ufeff', '\xa0', '😀', '---', '...',
    '\n---\n', '%', '@', '`', '~', 'null', '<<: ', '- - ', 'key:', 'a: b', '"a": ', '{a: 1}',
)  # fmt: skip


def changed(text: str, random: randomness.Random) -> str:
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(len(text) + 1)
        lines = text.split('\n')
        one, other = random.randrange(len(lines)), random.randrange(len(lines))
        match random.randrange(6):
            case 0 | 1:
                text = text[:at] + random.choice(PIECES) + text[at:]
            case 2:
                text = text[:at] + text[at + random.randint(1, 6) :]
            case 3:
                lines[one] = ' ' * random.randrange(7) + lines[one].lstrip(' ')
                text = '\n'.join(lines)
            case 4:
                lines.insert(one, lines[other])
                text = '\n'.join(lines)
            case 5:
                text = text.replace('\n', '\r\n') if random.random() < 0.2 else text.rstrip('\n')
    return text


@settings(max_examples=1500, deadline=None)
@given(st.randoms(use_true_random=False))
def test_it_reads_mutants_as_libyaml_does(random: randomness.Random) -> None:
    agrees(changed(random.choice(texts()), random), 'libyaml')


@pytest.mark.slow
@settings(max_examples=30_000, deadline=None)
@given(st.randoms(use_true_random=False))
def test_it_reads_many_mutants_as_libyaml_does(random: randomness.Random) -> None:
    agrees(changed(random.choice(texts()), random), 'libyaml')


@pytest.mark.parametrize(
    'text',
    [
        'a: 1',
        'a:\nb:   # nothing\n',
        'a:\n- b\n- c: d\n  e:\nf: g\n',
        "a: 'it''s'\nb: \"x == \\\"y\\\"\" # so\n'c': []\n",
        'a: [b, {c: d, "e": [\'f\', 8080:8090]}, {}]\r\nb: {}\r\n',
        'a: |\n  b\n\n    c \n\n# d\ne: >-\n  f\n  g\n',
        '- a: b\n  c:\n  - d\n',
        '--- \na: b\n',
    ],
)
def test_it_reads(text: str) -> None:
    assert agrees(text, 'libyaml', 'pure')


@pytest.mark.parametrize(
    'text',
    [
        '',
        '# nothing\n',
        'a: b\n c',
        'a: b\n  c: d\n',
        'a: b: c\n',
        'a: b:\n',
        'a:b\n',
        'a: &x b\n',
        'a: *x\n',
        'a: !!str b\n',
        '? a\n',
        'a:\tb\n',
        'a: [b,\n  c]\n',
        'a: [b, ]\n',
        'a: [b: c]\n',
        'a: {b}\n',
        'a: [b?]\n',
        'a: "b\\/c"\n',
        'a: "b\\x63"\n',
        'a: "b\\\\"\n',
        'a: |+\n  b\n',
        'a: |2\n   b\n',
        'a: |\n  b',
        'a: >\n  b\n\n  c\n',
        'a: >-\n  b\n   c\n',
        'a: |-\n\n  b\n',
        '-\n  a: b\n',
        '- - a\n',
        'a: b\n...\n',
        'a: b\rc: d\n',
        'a: b\u2028c: d\n',
        f'a: {"b" * 1000}\n',
    ],
)
def test_it_leaves_to_others(text: str) -> None:
    assert tree(text) is None
