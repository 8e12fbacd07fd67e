"""What the files around a document say about it: kustomizations, so far."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple


class Surroundings(NamedTuple):
    """``sets_namespace``: a kustomization writes the namespace into every object of the file.

    ``is_patch``: the file is a patch, a partial document: what it does not say is said elsewhere.
    """

    sets_namespace: bool = False
    is_patch: bool = False


ALONE = Surroundings()
"""What holds where nothing around a file is known."""
