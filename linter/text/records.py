"""``typing.NamedTuple`` for start-up's sake: a tenth of the time for each class, and no ``typing``.

A module says to type checkers that it is the real one, as which it behaves::

    TYPE_CHECKING = False
    if TYPE_CHECKING:
        from typing import NamedTuple
    else:
        from linter.text.records import NamedTuple
"""

from __future__ import annotations

try:  # what collections.namedtuple takes for its fields
    from _collections import _tuplegetter  # type: ignore[import-not-found]
except ImportError:
    from operator import itemgetter

    def _tuplegetter(index, doc):  # type: ignore[no-untyped-def]
        return property(itemgetter(index))


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_MISSING = object()
"""Stands for a default where a field has none."""


class _Maker(type):
    """Turns the annotations of a class into its fields."""

    def __new__(cls, name: str, bases: tuple[type, ...], content: dict[str, Any]) -> Any:
        names = tuple(content.get('__annotations__', ())) if bases != (tuple,) else ()
        content['__slots__'] = ()
        content['_fillings'] = tuple(content.get(each, _MISSING) for each in names)
        content['_field_defaults'] = {each: content[each] for each in names if each in content}
        content['_fields'] = content['__match_args__'] = names
        for number, each in enumerate(names):
            content[each] = _tuplegetter(number, '')
        return super().__new__(cls, name, bases, content)


class NamedTuple(tuple, metaclass=_Maker):  # type: ignore[type-arg]
    """A tuple whose items have the names, in their order, that its class annotates."""

    _fields: tuple[str, ...]
    _fillings: tuple[Any, ...]
    _field_defaults: dict[str, Any]

    def __new__(cls, *values: Any, **named: Any) -> Any:
        if len(values) == len(cls._fields) and not named:
            return tuple.__new__(cls, values)
        rest: Any = cls._fillings[len(values) :]
        if named:
            rest = tuple(map(named.pop, cls._fields[len(values) :], rest))
        values += rest
        if named or _MISSING in rest or len(values) != len(cls._fields):
            raise TypeError(f'{cls.__name__} has {", ".join(cls._fields)}')
        return tuple.__new__(cls, values)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

    def __repr__(self) -> str:
        fields = zip(self._fields, self, strict=True)
        return f'{type(self).__name__}({", ".join(f"{name}={value!r}" for name, value in fields)})'

    @classmethod
    def _make(cls, values: Any) -> Any:
        return tuple.__new__(cls, values)

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def _replace(self, **named: Any) -> Any:
        values = tuple.__new__(type(self), map(named.pop, self._fields, self))
        if named:
            raise TypeError(f'{type(self).__name__} has {", ".join(self._fields)}')
        return values
