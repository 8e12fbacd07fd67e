"""Comments of a document that are meant for us: where they are, and how to take them out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, Optional

from linter.text.edit import Edit, Fix
from linter.text.source import Span
from linter.yaml.layout import SPACES, DocumentLines

HEAD = re.compile(r'(?<!#)#+[ \t]*(?=calico[-_ ]?lint)', re.IGNORECASE)
"""How such a comment starts, though perhaps inside a scalar."""

ID = re.compile(r'[^\s,;]+')
"""An id in a list of them."""

_EXACT = re.compile(r'calico-lint:[ \t]*(?P<word>ignore(?:-file)?)\[(?P<ids>[^\[\]\r\n]*)\]')
_NEXT = re.compile(r'(?<=[ \t])##*[ \t]*[A-Za-z]')
_BREAK = re.compile(r'[\r\n\x85\u2028\u2029]|\Z')


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
    for found in HEAD.finditer(text, begin, end):
        at = found.start()
        line = page.line(at)
        lead = text[page.start_of(line) : at]
        if (lead and lead[-1] not in SPACES) or page.is_masked(at):
            continue
        stop = _BREAK.search(text, at)
        last = len(text) if stop is None else stop.start()
        following = _NEXT.search(text, found.end(), last)
        if following is not None:
            last = found.end() + len(text[found.end() : following.start()].rstrip(' \t'))
        ahead = lead.lstrip(SPACES)
        yield Comment(
            at,
            found.end(),
            last,
            line,
            len(lead) - len(ahead) - lead.count('\ufeff'),
            not ahead or ahead[0] == '#',
        )


def exact(text: str, comment: Comment) -> Optional[re.Match[str]]:
    """The comment as it should be written, with groups ``word`` and ``ids``."""
    return _EXACT.match(text, comment.start, comment.end)


def ids_in(words: str) -> list[str]:
    """The ids between brackets."""
    return ID.findall(words)


def without_comment(page: DocumentLines, comment: Comment) -> Fix:
    """Take a comment out: its line where it is alone, else with the blanks before it."""
    text = page.source.text
    begin, end = page.start_of(comment.line), page.end_of(comment.line)
    lead, rest = text[begin : comment.hash], text[comment.end : end]
    if rest.strip(SPACES):
        following = comment.end + len(rest) - len(rest.lstrip(SPACES))
        span = Span(comment.hash, following)
    elif lead.strip(SPACES):
        span = Span(begin + len(lead.rstrip(' \t')), end)
    else:
        span = Span(begin, min(page.next_of(comment.line), len(text)))
        if page.holds_back(comment.line):
            return Fix('Remove the suppression', 'unsafe', (Edit(span, ''),))
    return Fix('Remove the suppression', 'safe', (Edit(span, ''),))
