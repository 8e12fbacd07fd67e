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


class _Maker(type):
    """Turns the annotations of a class into its fields."""

    def __new__(cls, name: str, bases: tuple[type, ...], content: dict[str, Any]) -> Any:
        names = tuple(content.get('__annotations__', ())) if bases != (tuple,) else ()
        content['__slots__'] = ()
        content['_field_defaults'] = {each: content[each] for each in names if each in content}
        content['_fields'] = content['__match_args__'] = names
        for number, each in enumerate(names):
            content[each] = _tuplegetter(number, '')
        return super().__new__(cls, name, bases, content)


class NamedTuple(tuple, metaclass=_Maker):  # type: ignore[type-arg]
    """A tuple whose items have the names, in their order, that its class annotates."""

    _fields: tuple[str, ...]
    _field_defaults: dict[str, Any]

    def __new__(cls, *values: Any, **named: Any) -> Any:
        names = cls._fields
        if named or len(values) != len(names):
            defaults = cls._field_defaults
            rest = names[len(values) :]
            given = {**defaults, **named}
            if (
                len(values) > len(names)
                or not named.keys() <= set(rest)
                or not all(name in given for name in rest)
            ):
                raise TypeError(f'{cls.__name__} has {", ".join(names)}')
            values = (*values, *[given[name] for name in rest])
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
        values = {**self._asdict(), **named}
        return type(self)(**values)
