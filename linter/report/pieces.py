"""Text in pieces, each in a style: what a terminal paints, and others print as it is."""

from __future__ import annotations

from typing import NamedTuple

STYLES = {'error': 'bold red', 'warning': 'bold yellow', 'info': 'bold cyan'}
"""The styles of the severities, as rich names them."""
# Bright blue, which can be read on black and on white; plain blue cannot on black.
QUIET = 'bold blue'
"""The style of what only leads the eye."""


class Piece(NamedTuple):
    """A text in one style; ``link`` is where it leads, on terminals that can."""

    text: str
    style: str = ''
    link: str | None = None


Line = list[Piece]


def plain(line: Line) -> str:
    """The line as everybody else prints it."""
    return ''.join(piece.text for piece in line)
