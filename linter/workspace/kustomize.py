"""What the kustomizations around a file say about what it holds."""

from __future__ import annotations

import os

from linter.calico.surroundings import Surroundings
from linter.workspace.files import SMALL_FILE, read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.workspace.files import Files

_NAMES = ('kustomization.yaml', 'kustomization.yml', 'Kustomization')


class Kustomizations:
    """The kustomizations of a run; each folder is looked at once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._sets_namespace: dict[str, bool] = {}

    def around(self, path: str) -> Surroundings:
        """What those in the file's folder or above, in its repository, say about a file."""
        folder = os.path.dirname(os.path.abspath(path))
        return Surroundings(sets_namespace=self._is_set(folder))

    def _is_set(self, folder: str) -> bool:
        visited: list[str] = []
        result = False
        while True:
            if folder in self._sets_namespace:
                result = self._sets_namespace[folder]
                break
            visited.append(folder)
            if self._has_namespace(folder):
                result = True
                break
            parent = os.path.dirname(folder)
            if parent == folder or self._files.exists(os.path.join(folder, '.git')):
                break
            folder = parent
        for name in visited:
            self._sets_namespace[name] = result
        return result

    def _has_namespace(self, folder: str) -> bool:
        for name in _NAMES:
            # A top-level key of a block mapping; nothing else of the file matters here.
            for line in self._text(os.path.join(folder, name)).splitlines():
                if line.startswith('namespace:') and line[10:].split('#')[0].strip(' "\''):
                    return True
        return False

    def _text(self, path: str) -> str:
        try:
            return read_whole(self._files, path, SMALL_FILE).decode('utf-8', 'replace')
        except OSError:
            return ''
