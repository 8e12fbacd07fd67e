"""Events from libyaml through PyYAML: the fast reader, and the only owner of ``yaml``.

A reader module offers ``events``, ``KINDS`` (what an event is, by its class), ``SCALAR`` (the most
frequent class), ``ERRORS`` (what ``events`` may raise), ``problem`` (what such an error says, and
where) and ``EXACT`` (whether it agrees with go-yaml in every corner). Importing this module fails
with ImportError where PyYAML was built without libyaml.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# From these the extension takes the class of an error, with marks or without, and nothing else:
# to import all that is in them takes as long as to check twenty policies.
# https://github.com/yaml/pyyaml/blob/6.0.2/yaml/_yaml.pyx
_MARKED = ('scanner', 'parser', 'composer', 'constructor')
_PLAIN = ('reader', 'emitter', 'serializer', 'representer')
# These it needs as they are.
_WHOLE = ('error', 'tokens', 'events', 'nodes')


def _extension() -> Any:
    """``yaml._yaml``, alone if that is possible; who imports ``yaml`` later gets all of it."""
    spec = None if 'yaml' in sys.modules else PathFinder.find_spec('yaml')
    if spec is not None and spec.submodule_search_locations:
        extension = _alone(spec.submodule_search_locations)
        if extension is not None:
            return extension
    import yaml._yaml

    return yaml._yaml


def _alone(folders: Sequence[str]) -> Any:
    """The extension without the rest of its package; None where it asks for more."""
    package = ModuleType('yaml')
    package.__path__ = list(folders)
    extension: Any = None
    sys.modules['yaml'] = package
    try:
        for name in _WHOLE:
            import_module(f'yaml.{name}')
        errors = sys.modules['yaml.error']
        for name in (*_MARKED, *_PLAIN):
            base = errors.MarkedYAMLError if name in _MARKED else errors.YAMLError
            error = type(_error(name), (base,), {'__init__': _remember} if name == 'reader' else {})
            stand_in = ModuleType(f'yaml.{name}')
            setattr(stand_in, error.__name__, error)
            setattr(package, name, stand_in)
            sys.modules[stand_in.__name__] = stand_in
        found: Any = import_module('yaml._yaml')
        if found.ScalarEvent is sys.modules['yaml.events'].ScalarEvent and callable(found.CParser):
            extension = found
    except Exception:
        # Another PyYAML: the ordinary import comes next, and gives it more or says what is wrong.
        extension = None
    finally:
        # As if nobody had imported the package, so that it is whole for whoever does.
        for name in ('yaml', *(name for name in sys.modules if name.startswith('yaml.'))):
            if extension is None or name[5:] not in _WHOLE:
                del sys.modules[name]
    if extension is not None:
        sys.meta_path.insert(0, _Reunion(extension))
    return extension


def _error(name: str) -> str:
    return f'{name.capitalize()}Error'


def _remember(
    self: Any, name: object, position: int, character: object, encoding: object, reason: str
) -> None:
    self.position = position
    self.reason = reason


class _Reunion:
    """Hands the extension, already loaded, to the package that asks for it.

    An extension cannot be loaded twice, and this one is to raise the package's own errors.
    """

    def __init__(self, extension: ModuleType) -> None:
        self._extension = extension

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != 'yaml._yaml':
            return None
        # importlib.abc, where what a loader has to be is said, is slow to import.
        return ModuleSpec(name, self)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._extension

    def exec_module(self, module: ModuleType) -> None:
        package: Any = sys.modules['yaml']
        for name in _WHOLE:
            setattr(package, name, sys.modules[f'yaml.{name}'])
        for name in (*_MARKED, *_PLAIN):
            whole = import_module(f'yaml.{name}')
            setattr(module, _error(name), getattr(whole, _error(name)))
        module.yaml = package  # type: ignore[attr-defined]
        sys.meta_path.remove(self)


_yaml = _extension()
_events: Any = sys.modules['yaml.events']
_errors: Any = sys.modules['yaml.error']

KINDS: dict[type, int] = {
    _events.ScalarEvent: 0,
    _events.MappingStartEvent: 1,
    _events.SequenceStartEvent: 2,
    _events.MappingEndEvent: 3,
    _events.SequenceEndEvent: 3,
    _events.AliasEvent: 4,
    _events.DocumentEndEvent: 5,
    _events.DocumentStartEvent: 6,
    _events.StreamStartEvent: 6,
    _events.StreamEndEvent: 6,
}

EXACT = False

SCALAR: type = _events.ScalarEvent

ERRORS: tuple[type[Exception], ...] = (_errors.YAMLError,)


def events(text: str) -> Iterator[Any]:
    """The events of a text, one by one: nothing is parsed before it is asked for."""
    return iter(_yaml.CParser(text).get_event, None)


def problem(error: Any, text: str) -> tuple[str, int, str, int | None]:
    """What an error says: problem, its offset, context, and the context's offset."""
    if isinstance(error, _yaml.ReaderError):
        # libyaml counts bytes here, and code points everywhere else.
        ahead = text.encode()[: error.position]
        return error.reason, len(ahead.decode(errors='ignore')), '', None
    if isinstance(error, _errors.MarkedYAMLError):
        mark, context = error.problem_mark, error.context_mark
        if mark is None:
            mark = context
        return (
            error.problem or '',
            len(text) if mark is None else mark.index,
            error.context or '',
            None if context is None else context.index,
        )
    return str(error), 0, '', None
