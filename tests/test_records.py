"""The named tuples of ``linter.text.records`` behave as those of ``typing``."""

from __future__ import annotations

import pickle
import typing

import pytest

from linter.text import records


class Ours(records.NamedTuple):
    """A record."""

    first: int
    second: str = 'x'
    third: int | None = None

    @property
    def double(self) -> int:
        return self.first * 2


class Theirs(typing.NamedTuple):
    """A record."""

    first: int
    second: str = 'x'
    third: int | None = None

    @property
    def double(self) -> int:
        return self.first * 2


ARGUMENTS: list[tuple[tuple[typing.Any, ...], dict[str, typing.Any]]] = [
    ((1,), {}),
    ((1, 'y', 3), {}),
    ((1,), {'third': 4}),
    ((), {'first': 1, 'second': 'z'}),
]


@pytest.mark.parametrize(('values', 'named'), ARGUMENTS)
def test_a_record_is_what_it_is_in_typing(
    values: tuple[typing.Any, ...], named: dict[str, typing.Any]
) -> None:
    ours, theirs = Ours(*values, **named), Theirs(*values, **named)
    assert tuple(ours) == tuple(theirs)
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace('Theirs', 'Ours')
    assert ours.double == theirs.double
    assert ours._asdict() == theirs._asdict()
    assert tuple(ours._replace(second='q')) == tuple(theirs._replace(second='q'))
    assert pickle.loads(pickle.dumps(ours)) == ours
    assert type(pickle.loads(pickle.dumps(ours))) is Ours
    assert not hasattr(ours, '__dict__')


def test_a_class_says_the_same_of_itself() -> None:
    assert Ours._fields == Theirs._fields == Ours.__match_args__
    assert Ours._field_defaults == Theirs._field_defaults
    assert tuple(Ours._make((1, 'a', None))) == (1, 'a', None)
    assert Ours.__doc__ == Theirs.__doc__


@pytest.mark.parametrize(
    ('values', 'named'),
    [((), {}), ((1, 'a', 2, 3), {}), ((1,), {'first': 2}), ((1,), {'other': 2})],
)
def test_what_does_not_fit_is_refused(
    values: tuple[typing.Any, ...], named: dict[str, typing.Any]
) -> None:
    for made in (Ours, Theirs):
        with pytest.raises(TypeError):
            made(*values, **named)


def test_no_field_can_be_written() -> None:
    with pytest.raises(AttributeError):
        Ours(1).first = 2  # type: ignore[misc]
