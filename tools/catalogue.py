"""The rules and facts that the generators write about: they are made here, and nowhere else."""

from __future__ import annotations

from linter.catalogue.catalogue import Catalogue, standard


def catalogue() -> Catalogue:
    """All that come with calico-lint, as its modules and tables say now."""
    return standard()
