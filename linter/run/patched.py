"""What the patches of a root change: nothing is known of it."""

from __future__ import annotations

from collections.abc import Iterable

from linter.policy.model import (
    PATCH,
    HostEndpoint,
    NetworkSet,
    Policy,
    Record,
    Tier,
    Unusable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.run.clusters import RootFolder

    InRoot = tuple[RootFolder, Record | Unusable]


def unpatched(records: Iterable[InRoot]) -> list[InRoot]:
    """The records with their roots; in the place of each that a patch changes, that it does."""
    records = list(records)
    patched = {
        (root, one.kind, one.name)
        for root, one in records
        if isinstance(one, Unusable) and one.reason == PATCH
    }
    return [
        (root, changed(one) if patched & {(root, *key) for key in _keys_of(one)} else one)
        for root, one in records
    ]


def changed(record: Record | Unusable) -> Record | Unusable:
    """What is left of a record that a patch changes; what no rule reasons from stays as it is."""
    if not isinstance(record, (Policy, NetworkSet, Tier, HostEndpoint)):
        return record
    assert record.place is not None
    kind, namespace = (
        getattr(record, 'kind', type(record).__name__),
        getattr(record, 'namespace', ''),
    )
    return Unusable(kind, namespace, record.name, PATCH, 'is changed by a patch', record.place)


def _keys_of(record: Record | Unusable) -> tuple[tuple[str, str], ...]:
    """The kinds and names by which a patch is for an object; none of what no rule reasons from."""
    if not isinstance(record, (Policy, NetworkSet, Tier, HostEndpoint)):
        return ()
    kind = getattr(record, 'kind', type(record).__name__)
    return (kind, record.name), (kind, '')
