"""What a file of policy tests holds."""

from __future__ import annotations

from typing import NamedTuple

from linter.policy.claim import Claim
from linter.policy.cluster import Endpoint
from linter.policy.match import Packet
from linter.policy.model import Namespace, ServiceAccount


class Mistake(NamedTuple):
    """Something in a file that cannot be followed; line and column count from 1."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f'{self.path}:{self.line}:{self.column}: {self.message}'


class Mistakes(Exception):
    """A run cannot go on: the files say what cannot be followed."""

    def __init__(self, found: list[Mistake]) -> None:
        super().__init__(found)
        self.found = sorted(set(found))


class Named(NamedTuple):
    """A text of the file, and where it stands."""

    text: str
    line: int
    column: int


class Case(NamedTuple):
    """A connection, and what shall become of it.

    ``source`` and ``destination`` are endpoints, or None where the address is outside. ``by`` is
    None where nothing is said, ``profile``, or a policy's rule. ``interfaces`` are those by which
    outside addresses are reached.
    """

    name: str
    line: int
    source: Endpoint | None
    destination: Endpoint | None
    packet: Packet
    verdict: str
    direction: str
    by: Named | None
    interfaces: tuple[str | None, str | None]


class ClaimCase(NamedTuple):
    """A claim, and where it stands."""

    line: int
    claim: Claim


class CaseFile(NamedTuple):
    """A file of tests."""

    path: str
    policies: tuple[Named, ...]
    namespaces: tuple[Namespace, ...]
    accounts: tuple[ServiceAccount, ...]
    endpoints: tuple[Endpoint, ...]
    tests: tuple[Case, ...]
    claims: tuple[ClaimCase, ...]
