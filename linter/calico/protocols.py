"""Protocols as ``api/pkg/lib/numorstring`` decodes them."""

from __future__ import annotations

from linter.calico.kinds import PROTOCOLS
from linter.text.start import remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_BY_NUMBER = {protocol.number: protocol for protocol in PROTOCOLS}
_NAMES = {
    'v3': {protocol.name: protocol for protocol in PROTOCOLS},
    'v2': {protocol.name_v2: protocol for protocol in PROTOCOLS},
}
_FOLDED = {api: {name.lower(): name for name in names} for api, names in _NAMES.items()}


class Protocol(NamedTuple):
    """A protocol value: ``name`` is the v3 name where it has one, by name or by number.

    ``written`` says how: ``name``, ``number`` or ``text`` (a number in quotes). ``problem`` is
    None, ``decode`` (a number outside 0…255), ``case`` or ``unknown``.
    """

    name: str | None
    written: str
    problem: str | None
    right: str | None = None


@remembered(256)
def parse(value: int | str, api: str) -> Protocol:
    """Read a protocol value of a document of an API."""
    if isinstance(value, str):
        known = _NAMES[api].get(value)
        if known is not None:
            return Protocol(known.name, 'name', None)
        number = _decimal(value)
        if number is None:
            right = _FOLDED[api].get(value.lower())
            return Protocol(None, 'name', 'case' if right else 'unknown', right)
        written = 'text'
    else:
        number, written = value, 'number'
        if not 0 <= number <= 255:
            return Protocol(None, written, 'decode')
    if number == 0:
        return Protocol(None, written, 'unknown')
    known = _BY_NUMBER.get(number)
    return Protocol(known.name if known else None, written, None)


def _decimal(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= 255:
        return int(text)
    return None


def with_ports(api: str) -> list[str]:
    """The names of the protocols whose ports a rule may match."""
    if api == 'v2':
        return [protocol.name_v2 for protocol in PROTOCOLS if protocol.ports_v2]
    return [protocol.name for protocol in PROTOCOLS if protocol.ports]


def has_ports(name: str | None, api: str) -> bool:
    """Whether the protocol of a v3 name has ports, for a document of an API."""
    known = _NAMES['v3'].get(name or '')
    return known is not None and (known.ports_v2 if api == 'v2' else known.ports)


def names(api: str) -> list[str]:
    return list(_NAMES[api])
