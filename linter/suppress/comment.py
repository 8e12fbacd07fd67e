"""Comments of a document that are meant for us: where they are, and how to take them out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from linter.text.edit import Edit, Fix
from linter.text.source import Span
from linter.yaml.breaks import BREAK
from linter.yaml.layout import SPACES, DocumentLines

HEAD = re.compile(r'(?<!#)#+[ \t]*(?=calico[-_ ]?lint)', re.IGNORECASE)
"""How such a comment starts, though perhaps inside a scalar."""

ID = re.compile(r'[^\s,;]+')
"""An id in a list of them."""

_EXACT = re.compile(r'calico-lint:[ \t]*(?P<word>ignore(?:-file)?)\[(?P<ids>[^\[\]\r\n]*)\]')
_NEXT = re.compile(r'(?<=[ \t])##*[ \t]*[A-Za-z]')


class Comment(NamedTuple):
    """A comment that is meant for us; offsets into the text.

    ``hash`` is its ``#``, ``start`` its text and ``end`` its end, which is not the line's where
    another comment follows. ``is_alone``: nothing but comments stands on its line.
    """

    hash: int
    start: int
    end: int
    line: int
    column: int
    is_alone: bool


def comments(page: DocumentLines, begin: int, end: int) -> Iterator[Comment]:
    """The comments for us between two offsets, outside of the page's scalars."""
    text = page.source.text
    line, start, first, stop = -1, 0, 0, -1
    for found in HEAD.finditer(text, begin, end):
        at = found.start()
        if line < 0 or at >= page.next_of(line):
            line = page.line(at)
            start = first = page.start_of(line)
            while text[first] in SPACES:
                first += 1
        if (at > start and text[at - 1] not in SPACES) or page.is_masked(at):
            continue
        if stop < at:
            ending = BREAK.search(text, at)
            stop = len(text) if ending is None else ending.start()
        last = stop
        following = _NEXT.search(text, found.end(), stop)
        if following is not None:
            last = found.end() + len(text[found.end() : following.start()].rstrip(' \t'))
        yield Comment(
            at,
            found.end(),
            last,
            line,
            first - start - text.count('\ufeff', start, first),
            text[first] == '#',
        )


def exact(text: str, comment: Comment) -> re.Match[str] | None:
    """The comment as it should be written, with groups ``word`` and ``ids``."""
    return _EXACT.match(text, comment.start, comment.end)


def ids_in(words: str) -> list[str]:
    """The ids between brackets."""
    return ID.findall(words)


def without_comment(page: DocumentLines, comment: Comment) -> Fix:
    """Take a comment out: its line where it is alone, else with the blanks before it."""
    text = page.source.text
    begin, end = page.start_of(comment.line), page.end_of(comment.line)
    before, behind = comment.hash, comment.end
    while before > begin and text[before - 1] in SPACES:
        before -= 1
    while behind < end and text[behind] in SPACES:
        behind += 1
    if behind < end:
        span = Span(comment.hash, behind)
    elif before > begin:
        blanks = comment.hash
        while text[blanks - 1] in ' \t':
            blanks -= 1
        span = Span(blanks, end)
    else:
        span = Span(begin, min(page.next_of(comment.line), len(text)))
        if page.holds_back(comment.line):
            return Fix('Remove the suppression', 'unsafe', (Edit(span, ''),))
    return Fix('Remove the suppression', 'safe', (Edit(span, ''),))
