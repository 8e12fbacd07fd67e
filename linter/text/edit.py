"""Edits of a text, and repairs made of them."""

from __future__ import annotations

from linter.text.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class Edit(NamedTuple):
    """Replace the text of a span."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A repair: ``applicability`` is ``safe``, ``narrowing`` or ``unsafe``.

    ``safe``: the decoded document provably means the same, or the wrong token has one possible
    right form. ``narrowing``: it matches less than before. ``unsafe``: it changes what is meant.
    """

    title: str
    applicability: str
    edits: tuple[Edit, ...]
