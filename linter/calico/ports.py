"""Ports as ``api/pkg/lib/numorstring/port.go`` decodes them, and what the validator then says."""

from __future__ import annotations

from linter.text.lazy_regex import lazy
from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_NAME = lazy(r'[a-zA-Z0-9_.-]{1,128}\Z')
_DASH = lazy(r'\[?\s*([0-9]+)\s*(?:-|–|—|\.\.)\s*([0-9]+)\s*\]?\Z')
_BETWEEN = lazy(r'\s+(?:[,;|/&]\s*)?|[,;|/&]\s*')


class Port(NamedTuple):
    """A port: a number or range (``low`` to ``high``), or a name.

    ``problem`` is None, ``decode`` (no port at all), ``range`` (outside 1…65535) or ``name`` (not a
    Kubernetes port name); ``why`` is the rest of the sentence for the user.
    """

    low: int
    high: int
    name: str | None
    problem: str | None
    why: str = ''

    @property
    def is_number(self) -> bool:
        return self.name is None


@remembered(4096)
def parse(value: int | str) -> Port:
    """Decode and validate a port, which YAML gave as a number or as text."""
    if isinstance(value, int):
        if 1 <= value <= 65535:
            return Port(value, value, None, None)
        problem = 'range' if value == 0 else 'decode'
        return Port(value, value, None, problem, 'a port is a number from 1 to 65535')
    if value.isascii() and value.isdigit():
        number = _number(value)
        if number > 65535:
            return Port(number, number, None, 'decode', 'a port is a number from 1 to 65535')
        if number == 0:
            return Port(0, 0, None, 'range', 'a port is a number from 1 to 65535')
        return Port(number, number, None, None)
    first, colon, last = value.partition(':')
    if colon and value.isascii() and first.isdigit() and last.isdigit():
        low, high = _number(first), _number(last)
        if low > 65535 or high > 65535:
            return Port(low, high, None, 'decode', 'the ends of a range are from 1 to 65535')
        if low > high:
            return Port(
                low,
                high,
                None,
                'decode',
                f'the first port of a range is the lower one, so write {high}:{low}',
            )
        if low == 0:
            return Port(
                low,
                high,
                None,
                'range',
                'ports start at 1' + (f', so write 1:{high}' if high else ''),
            )
        return Port(low, high, None, None)
    if _is_kubernetes_name(value):
        return Port(0, 0, value, None)
    if value == '*':
        return Port(0, 0, value, 'decode', 'write 1:65535 for every port')
    if not _NAME.match(value):
        return Port(
            0, 0, value, 'decode', 'write a number, a range such as 80:90, or the name of a port'
        )
    return Port(0, 0, value, 'name', _name_advice(value))


def _is_kubernetes_name(text: str) -> bool:
    """At most 15 of a-z, 0-9 and single dashes inside, a letter among them."""
    letters = text.replace('-', '')
    return (
        len(text) <= 15
        and letters.isascii()
        and letters.isalnum()
        and letters == letters.lower()
        and not letters.isdigit()
        and text[0] != '-' != text[-1]
        and '--' not in text
    )


def _number(digits: str) -> int:
    digits = digits.lstrip('0') or '0'
    return int(digits) if len(digits) < 10 else 10**9


def _name_advice(name: str) -> str:
    if len(name) > 15:
        return f'a port name has at most 15 characters, this one {len(name)}'
    if name.lower() != name:
        return 'a port name is in lower case'
    if not any(c.isalpha() for c in name):
        return 'a port name has at least one letter'
    return "a port name consists of a-z, 0-9 and single '-' inside"


def is_name(text: str) -> bool:
    """Whether a text is the name of a port as Kubernetes wants it, not a number or a range."""
    return _is_kubernetes_name(text)


@remembered(1024)
def as_range(text: str) -> tuple[int, int] | None:
    """The range that ``80-90``, ``80 - 90`` or ``80..90`` means."""
    match = _DASH.match(text) if len(text) < 40 else None
    return (_number(match[1]), _number(match[2])) if match else None


@remembered(1024)
def as_list(text: str) -> tuple[int | str, ...]:
    """The ports that a text like ``80,443``, ``80 443`` or ``[80, 90-99]`` names; empty: none."""
    if len(text) >= 400:
        return ()
    found: list[int | str] = []
    for piece in _BETWEEN.split(text.strip('[] \t\r\n')):
        limits = as_range(piece)
        shown = piece if limits is None else f'{min(limits)}:{max(limits)}'
        if not parse(shown).is_number or parse(shown).problem is not None:
            return ()
        found.append(int(shown) if shown.isdigit() else shown)
    return tuple(found) if len(found) > 1 else ()
