"""The modules of this package, found where they are.

Python asks several finders for each module, and lists folders. A run with a finding imports more
than a hundred modules, all of this package, for which that takes a tenth of its time.
"""

from __future__ import annotations

import os
import sys

import linter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

_PREFIX = f'{linter.__name__}.'


class _Finder:
    """Says where a module or package is; of what is no source file here, others are asked.

    Specs and loaders are those that the package itself came with, and do all that they do.
    """

    def __init__(self, spec: ModuleSpec, loader: Any, folder: str) -> None:
        self._folder = folder
        self._spec = type(spec)
        self._loader: Callable[[str, str], Any] = type(loader)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(_PREFIX):
            return None
        place = f'{self._folder}{os.sep}{name[len(_PREFIX) :].replace(".", os.sep)}'
        is_package = False
        file = f'{place}.py'
        if not os.path.isfile(file):
            file = f'{place}{os.sep}__init__.py'
            if not os.path.isfile(file):
                return None
            is_package = True
        spec = self._spec(name, self._loader(name, file), origin=file, is_package=is_package)
        if is_package:
            spec.submodule_search_locations = [place]
        spec.has_location = True
        return spec


def install() -> None:
    """Find the modules of this package so from now on, where it is a folder of source files."""
    spec = linter.__spec__
    if spec is None or not spec.origin or type(spec.loader).__name__ != 'SourceFileLoader':
        return
    if not isinstance(sys.meta_path[0], _Finder):
        sys.meta_path.insert(0, _Finder(spec, spec.loader, os.path.dirname(spec.origin)))
