"""The endpoints of a file of tests, by all the names that a test may call them."""

from __future__ import annotations

from linter.policy.cluster import Endpoint
from linter.text.suggest import listing, nearest, quoted


class Book:
    """The endpoints of a file, by all the names that a test may call them."""

    def __init__(self) -> None:
        self.by_name: dict[str, Endpoint] = {}
        self.by_address: dict[tuple[int, int], Endpoint] = {}
        self.interfaces: dict[str, Endpoint] = {}

    def add(self, endpoint: Endpoint) -> None:
        self.by_name[endpoint.shown] = endpoint
        for net in endpoint.ips:
            self.by_address.setdefault((net.family, net.first), endpoint)
        if endpoint.is_host:
            self.interfaces[endpoint.interface] = endpoint

    def unknown(self, name: str) -> str:
        """What to say of a name that no endpoint has."""
        near = nearest(name, self.by_name)
        if near is None and '/' not in name:
            near = next((one for one in self.by_name if one.endswith(f'/{name}')), None)
        if near is not None:
            return f'there is no endpoint {quoted(name)}: did you mean {near}?'
        if not self.by_name:
            return f'there is no endpoint {quoted(name)}: the file has no endpoints'
        some = list(self.by_name)[:8]
        return f'there is no endpoint {quoted(name)}: there are {listing(some, "and")}'
