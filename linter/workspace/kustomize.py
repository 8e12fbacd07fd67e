"""What the kustomizations around a file say about what it holds."""

from __future__ import annotations

import os

from linter.calico.surroundings import Surroundings

_NAMES = ('kustomization.yaml', 'kustomization.yml', 'Kustomization')


class Kustomizations:
    """The kustomizations of a run; each folder is looked at once."""

    def __init__(self) -> None:
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
            if _has_namespace(folder):
                result = True
                break
            parent = os.path.dirname(folder)
            if parent == folder or os.path.exists(os.path.join(folder, '.git')):
                break
            folder = parent
        for name in visited:
            self._sets_namespace[name] = result
        return result


def _has_namespace(folder: str) -> bool:
    for name in _NAMES:
        text = _read(os.path.join(folder, name))
        # A top-level key of a block mapping; nothing else of the file matters here.
        if text is not None and any(
            line.startswith('namespace:') and line[10:].split('#')[0].strip(' "\'')
            for line in text.splitlines()
        ):
            return True
    return False


def _read(path: str) -> str | None:
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            return file.read(1 << 20)
    except OSError:
        return None
