"""What the kustomizations around a file say about what it holds.

A kustomization takes files from its own folder and those below, and whole folders from anywhere:
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from linter.calico.ownership import field, text_of
from linter.calico.patches import PatchTarget, target_of
from linter.calico.surroundings import ALONE, Place, Surroundings
from linter.text.source import Source, Span
from linter.workspace.discover import relative
from linter.workspace.files import SMALL_FILE, read_whole
from linter.workspace.lookup import KUSTOMIZATIONS
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from linter.workspace.files import Files
else:
    from linter.text.records import NamedTuple


class Kustomization(NamedTuple):
    """One of them: ``folder`` is where it is; the paths that it names are absolute.

    ``patches`` are the files of patches, with what they are for where that is said; ``resources``
    the other files and folders that it takes.
    """

    folder: str
    source: Source
    namespace: Span | None
    is_component: bool
    patches: dict[str, PatchTarget | None]
    resources: frozenset[str]


class Kustomizations:
    """The kustomizations of a run; each folder is looked at once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._above: dict[str, tuple[Kustomization, ...]] = {}
        self._own: dict[str, Kustomization | None] = {}
        # Folders, as paths name them, without any.
        self._alone: set[str] = set()

    def of(self, folder: str) -> Kustomization | None:
        """The one in a folder, by its absolute path."""
        if folder not in self._own:
            self._own[folder] = read(folder, self._files)
        return self._own[folder]

    def around(self, path: str) -> Surroundings:
        """What those in the file's folder or above, in its repository, say about a file."""
        head = os.path.dirname(path)
        if head in self._alone:
            return ALONE
        whole = os.path.abspath(path)
        above = self.above(os.path.dirname(whole))
        if not above:
            self._alone.add(head)
            return ALONE
        sets_namespace = is_patch = False
        target: PatchTarget | None = None
        place: Place | None = None
        taken = {whole}
        for one in above:
            if whole in one.patches:
                is_patch = True
                target = target or one.patches[whole]
            if not taken.isdisjoint(one.resources):
                taken.add(one.folder)
                # In a component nothing is whole: it is there to change what others have.
                is_patch = is_patch or (one.is_component and whole in one.resources)
                if one.namespace is not None and place is None:
                    place = Place(one.source, one.namespace)
            sets_namespace = sets_namespace or one.namespace is not None
        return Surroundings(sets_namespace, is_patch, target, None if is_patch else place)

    def above(self, folder: str) -> tuple[Kustomization, ...]:
        """Those of a folder and of the folders above it, in its repository; the nearest first."""
        waiting: list[str] = []
        found: tuple[Kustomization, ...] = ()
        at = folder
        while True:
            known = self._above.get(at)
            if known is not None:
                found = known
                break
            waiting.append(at)
            parent = os.path.dirname(at)
            if parent == at or self._files.exists(os.path.join(at, '.git')):
                break
            at = parent
        for one in reversed(waiting):
            own = self.of(one)
            found = found if own is None else (own, *found)
            self._above[one] = found
        return found


def read(folder: str, files: Files) -> Kustomization | None:
    """The kustomization in a folder, None where there is none that can be read."""
    for name in KUSTOMIZATIONS:
        path = os.path.join(folder, name)
        text = _read(path, files)
        if text is not None:
            return parse(Source(relative(path), text), folder)
    return None


def parse(source: Source, folder: str) -> Kustomization | None:
    """A kustomization of its text; ``folder`` is what its paths are relative to."""
    # Imported lazily: most folders have none.
    from linter.calico.parsed_file import parse_text

    root = parse_text(source).documents[0].root
    if not isinstance(root, MappingNode):
        return None
    namespace = field(root, 'namespace')
    span = None
    if namespace is not None and text_of(namespace):
        span = Span(namespace[1].start, namespace[1].end)
    patches: dict[str, PatchTarget | None] = {}
    for name in ('patches', 'patchesStrategicMerge', 'patchesJson6902'):
        for item in _items(root, name):
            patch: Node | None = item
            target = None
            if isinstance(item, MappingNode):
                entry, aim = field(item, 'path'), field(item, 'target')
                patch = None if entry is None else entry[1]
                target = None if aim is None else target_of(aim[1])
            for path in _paths(patch, folder):
                patches[path] = target
    resources = frozenset(
        path
        for name in ('resources', 'bases', 'components')
        for item in _items(root, name)
        for path in _paths(item, folder)
    )
    is_component = text_of(field(root, 'kind')) == 'Component'
    return Kustomization(folder, source, span, is_component, patches, resources)


def _items(root: MappingNode, name: str) -> list[Node]:
    entry = field(root, name)
    return entry[1].items if entry is not None and isinstance(entry[1], SequenceNode) else []


def _paths(node: Node | None, folder: str) -> Iterator[str]:
    """The path that a scalar is; a patch may also be written there itself."""
    if isinstance(node, Scalar) and node.value.strip() and '\n' not in node.value:
        yield os.path.normpath(os.path.join(folder, node.value))


def _read(path: str, files: Files) -> str | None:
    try:
        return read_whole(files, path, SMALL_FILE).decode('utf-8', 'replace')
    except OSError:
        return None
