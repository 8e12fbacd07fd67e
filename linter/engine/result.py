"""What came of one file."""

from __future__ import annotations

from typing import NamedTuple

from linter.diagnostic import (
    Diagnostic,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.suppress.model import Suppression


class Result(NamedTuple):
    """What came of one file. ``skipped`` counts documents by reason.

    ``errors`` are bugs of ours: which rule broke on which file, with the traceback. They hide
    nothing else.
    """

    diagnostics: list[Diagnostic]
    documents: int
    checked: int
    skipped: dict[str, int]
    templates: tuple[str, ...]
    errors: tuple[str, ...] = ()
    suppressed: tuple[tuple[Diagnostic, Suppression], ...] = ()
