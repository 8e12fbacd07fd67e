"""What the files around a document say about it: kustomizations, so far."""

from __future__ import annotations

from linter.text.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from linter.calico.patches import PatchTarget
else:
    from linter.text.records import NamedTuple


class Place(NamedTuple):
    """Where something stands in another file."""

    source: Source
    span: Span


class Surroundings(NamedTuple):
    """``sets_namespace``: a kustomization writes the namespace into every object of the file.

    ``is_patch``: the file is a patch, a partial document: what it does not say is said elsewhere.
    ``patch_target`` is what a list of JSON patch operations in it is for. ``namespace`` is where
    the namespace is set that goes into objects of this very file, which a kustomization names.
    """

    sets_namespace: bool = False
    is_patch: bool = False
    patch_target: PatchTarget | None = None
    namespace: Place | None = None


ALONE = Surroundings()
"""What holds where nothing around a file is known."""
