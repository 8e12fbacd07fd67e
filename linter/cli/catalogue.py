"""The rules and facts that the command knows: they are made here, and handed on from here."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.catalogue.catalogue import Catalogue


def catalogue() -> Catalogue:
    """All that come with calico-lint, imported when the first of them is needed."""
    from linter.catalogue.catalogue import standard

    return standard()
