"""The blocks of YAML in a Markdown file, each a file of its own at its place in it.

https://spec.commonmark.org/0.31.2/#fenced-code-blocks
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from linter.calico.prefilter import NOT_CALICO
from linter.engine.check import FileCheck
from linter.engine.conditions import Conditions
from linter.engine.inner import InnerText, judge_text
from linter.engine.outcome import Outcome
from linter.text.lazy_regex import lazy
from linter.text.source import Source
from linter.yaml.encoding import BadEncoding, decode_bytes

_OPENS = lazy(r'(?P<indent>[ ]*(?:>[ ]*)*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<word>[\w.+-]*)')
_LANGUAGES = ('yaml', 'yml', 'json')


def check_markdown(path: str, data: bytes, conditions: Conditions) -> Outcome:
    """Check the blocks of a file; each counts as a document."""
    file = FileCheck(path, conditions)
    try:
        text = decode_bytes(data)
    except BadEncoding as error:
        text = error.text
    source = Source(path, text)
    for number, block in enumerate(blocks(source)):
        file.outcome.documents += 1
        before = file.outcome.checked
        judge_text(file, source, block, number, conditions.surroundings)
        if file.outcome.checked == before:
            file.outcome.skip(NOT_CALICO)
    file.ours += file.outcome.checked
    return file.finish()


def blocks(source: Source) -> Iterator[InnerText]:
    """The blocks of YAML, without the indentation or the quote signs before their lines."""
    starts = source.line_starts
    text = source.text
    number = 0
    while number < len(starts):
        opened = _OPENS.match(text, starts[number])
        number += 1
        if opened is None:
            continue
        indent, fence = opened['indent'], opened['fence']
        lines: list[tuple[int, int]] = []
        while number < len(starts):
            begin = starts[number]
            end = starts[number + 1] if number + 1 < len(starts) else len(text)
            number += 1
            begin += _strip(text, begin, end, indent)
            line = text[begin:end].strip()
            if line.startswith(fence) and not line.strip(fence[0]):
                break
            lines.append((begin, end))
        if opened['word'].lower() in _LANGUAGES and lines:
            yield _block(text, lines)


def _strip(text: str, begin: int, end: int, indent: str) -> int:
    """How much of a line is there for Markdown: as much of the indentation as it has."""
    length = 0
    for char in indent:
        if begin + length < end and text[begin + length] == char:
            length += 1
        elif char == '>':
            break
    return length


def _block(text: str, lines: list[tuple[int, int]]) -> InnerText:
    inner: list[int] = []
    at = 0
    for begin, end in lines:
        inner.append(at)
        at += end - begin

    def offset(index: int) -> int:
        line = max(0, bisect_right(inner, index) - 1)
        begin, end = lines[line]
        return min(begin + index - inner[line], end)

    # Fixes are proved by reading the file again, which Markdown is not made for.
    return InnerText(''.join(text[begin:end] for begin, end in lines), offset, False)
