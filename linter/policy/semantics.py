"""How a Calico reads what is stored: the rows of ``schemas/spec/meaning.md`` that hold for it."""

from __future__ import annotations

from functools import lru_cache

from linter.calico.schema_files import schema_path
from linter.calico.target import DEFAULT_VERSION, Target, Version, read_version
from linter.policy.model import Tier
from linter.policy.read import PROTOCOL_NUMBERS
from linter.text.start import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

IPTABLES = 'iptables'
EBPF = 'ebpf'
"""``iptables`` stands for nftables, too: the rules are the same, only the text differs."""


class _Row(NamedTuple):
    fact: str
    value: str
    lanes: tuple[str, ...] | None
    since: Version | None
    until: Version | None


def _version(text: str | None) -> Version | None:
    return None if text is None else read_version(text)


@lru_cache(maxsize=1)
def _rows() -> tuple[_Row, ...]:
    with open(schema_path('meaning.json'), encoding='utf-8') as file:
        return tuple(
            _Row(
                raw['fact'],
                raw['value'],
                tuple(raw['lanes']) if raw['lanes'] else None,
                _version(raw['since']),
                _version(raw['until']),
            )
            for raw in read_json(file.read())
        )


class Semantics:
    """What holds in a version on a dataplane.

    ``failsafes`` are the (protocol number, port) that are let through by direction;
    ``unknown_protocols`` the names that a rule cannot match, ``port_protocols`` the numbers whose
    members a set with ports can have (None: all).
    """

    __slots__ = (
        '_rows', 'dataplane', 'endpoint_to_host', 'failsafes', 'port_protocols', 'tie',
        'tiers', 'unknown_protocols', 'version',
    )  # fmt: skip

    def __init__(self, version: Version = DEFAULT_VERSION, dataplane: str = IPTABLES) -> None:
        self.version = version
        self.dataplane = dataplane
        self._rows = [
            row
            for row in _rows()
            if (row.since is None or version >= row.since)
            and (row.until is None or version <= row.until)
        ]
        self.tie = self._value('tie')
        self.endpoint_to_host = self._value('endpoint-to-host')
        self.tiers = tuple(
            Tier(name, float(order), action)
            for name, order, action in (value.split() for value in self._values('tier'))
        )
        self.failsafes = {
            direction: frozenset(
                (PROTOCOL_NUMBERS[protocol.upper()], int(port))
                for protocol, port in (
                    value.split() for value in self._values(f'failsafe-{direction}')
                )
            )
            for direction in ('ingress', 'egress')
        }
        self.unknown_protocols: frozenset[str] = frozenset()
        self.port_protocols: frozenset[int] | None = None
        if dataplane == EBPF:
            self.unknown_protocols = frozenset(self._values('ebpf-unknown-protocol'))
            self.port_protocols = frozenset(
                PROTOCOL_NUMBERS[name] for name in self._values('ebpf-port-protocol')
            )

    @property
    def is_ebpf(self) -> bool:
        return self.dataplane == EBPF

    def _values(self, fact: str, lane: str | None = None) -> list[str]:
        found = [
            row.value
            for row in self._rows
            if row.fact == fact and (lane is None or row.lanes is None or lane in row.lanes)
        ]
        if not found and not any(row.fact == fact for row in _rows()):
            raise KeyError(fact)
        return found

    def _value(self, fact: str, lane: str | None = None) -> str:
        return self._values(fact, lane)[0]

    def setting(self, fact: str) -> tuple[str, tuple[str, ...], str]:
        """The field of another kind that says something: its kind, its path, and the value that
        says so, '' for any."""
        kind, path, *values = self._value(fact).split()
        return kind, tuple(path.split('.')), ''.join(values)

    def fills_in_types(self, lane: str) -> bool:
        """Whether a policy without ``types`` gets them before it is stored."""
        return self._value('types-filled-in', lane) == 'yes'

    def prefixes_names(self, lane: str) -> bool:
        """Whether a policy is stored with the name of the default tier before its own."""
        return self._value('stored-name', lane) == 'prefixed'

    def tier_order(self, lane: str) -> float | None:
        """The order of a tier that gives none; None comes after every number."""
        value = self._value('tier-order', lane)
        return None if value == 'nil' else float(value)


@lru_cache(maxsize=32)
def semantics_of(target: Target) -> Semantics:
    """What holds for a target."""
    return Semantics(target.version, EBPF if target.dataplane == EBPF else IPTABLES)
