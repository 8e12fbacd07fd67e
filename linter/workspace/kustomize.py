"""Whether a kustomization above a file sets the namespace of what it holds."""

from __future__ import annotations

import os
from typing import Optional

_NAMES = ('kustomization.yaml', 'kustomization.yml', 'Kustomization')
_known: dict[str, bool] = {}


def sets_namespace(path: str) -> bool:
    """Whether a kustomization in the file's folder or above, in its repository, sets one."""
    return _folder_sets_namespace(os.path.dirname(os.path.abspath(path)))


def _folder_sets_namespace(folder: str) -> bool:
    visited: list[str] = []
    result = False
    while True:
        if folder in _known:
            result = _known[folder]
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
        _known[name] = result
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


def _read(path: str) -> Optional[str]:
    try:
        with open(path, encoding='utf-8', errors='replace') as file:
            return file.read(1 << 20)
    except OSError:
        return None
