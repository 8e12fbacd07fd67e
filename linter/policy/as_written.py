"""Policies of Kubernetes' own as their files have them, before defaults are filled in.

As all summaries they hold numbers, texts and tuples; offsets count code points of the file.
"""

from __future__ import annotations

from linter.policy.model import INGRESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from linter.policy.model import Net, Port
else:
    from linter.text.records import NamedTuple


class WrittenPort(NamedTuple):
    """A port of a Kubernetes NetworkPolicy; ``protocol`` is ``''`` and ``port`` None where the file
    has none."""

    protocol: str
    port: Port | None
    start: int
    end: int


class WrittenPeer(NamedTuple):
    """A peer of a Kubernetes NetworkPolicy.

    ``namespaces`` and ``pods`` are selectors as texts, ``''`` of one that selects everything, and
    None where there is none. ``labels`` are the keys that the namespaces are asked for, each with
    its place.
    """

    namespaces: str | None
    pods: str | None
    net: Net | None
    excepted: tuple[Net, ...]
    start: int
    end: int
    labels: tuple[tuple[str, int, int], ...] = ()


class WrittenRule(NamedTuple):
    """A rule of a Kubernetes NetworkPolicy; ``empty`` is where a list of peers has none."""

    peers: tuple[WrittenPeer, ...]
    ports: tuple[WrittenPort, ...]
    empty: tuple[int, int] | None
    line: int
    start: int
    end: int


class Written(NamedTuple):
    """A Kubernetes NetworkPolicy as it is written, before defaults are filled in.

    ``ingress`` and ``egress`` are None where the key is missing, and ``egress_key`` is where that
    of the egress rules stands. ``has_types``: it says ``policyTypes``.
    """

    has_types: bool
    ingress: tuple[WrittenRule, ...] | None
    egress: tuple[WrittenRule, ...] | None
    egress_key: tuple[int, int] | None

    def rules(self, direction: str) -> tuple[WrittenRule, ...]:
        return (self.ingress if direction == INGRESS else self.egress) or ()
