"""Words of other systems, and what they are called here: the table ``schemas/spec/words.md``."""

from __future__ import annotations

from linter.calico.kinds import KINDS, POLICY_KINDS
from linter.calico.schema_files import schema_path
from linter.calico.values import Object
from linter.text.start import read_json, remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_POLICIES = tuple(sorted(POLICY_KINDS))

PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    'document': ('Document', tuple(sorted(KINDS))),
    'entity': ('EntityRule', _POLICIES),
    'rule': ('Rule', _POLICIES),
    'policy': ('Spec', _POLICIES),
    'namespaced policy': ('Spec', ('NetworkPolicy', 'StagedNetworkPolicy')),
    'global policy': ('Spec', ('GlobalNetworkPolicy', 'StagedGlobalNetworkPolicy')),
    'enforced policy': ('Spec', ('NetworkPolicy', 'GlobalNetworkPolicy')),
    'kubernetes policy': ('Spec', ('StagedKubernetesNetworkPolicy',)),
    'kubernetes rule': ('IngressRule', ('StagedKubernetesNetworkPolicy',)),
    'kubernetes peer': ('Peer', ('StagedKubernetesNetworkPolicy',)),
    'set': ('Spec', ('NetworkSet', 'GlobalNetworkSet')),
    'tier': ('Spec', ('Tier',)),
    'host endpoint': ('Spec', ('HostEndpoint',)),
    'pool': ('Spec', ('IPPool',)),
    'profile': ('Spec', ('Profile',)),
    'icmp': ('ICMP', _POLICIES),
    'http': ('HTTPMatch', _POLICIES),
    'http path': ('HTTPPath', _POLICIES),
    'service accounts': ('ServiceAccountMatch', _POLICIES),
    'service': ('ServiceMatch', _POLICIES),
    'endpoint port': ('EndpointPort', ('HostEndpoint',)),
    'metadata': ('Metadata', _POLICIES),
}
"""The places of the table: the type of an object, and for a ``Spec`` the kinds that have it.

The type ``Document`` is a document as a whole.
"""

VALUES = frozenset(
    (
        'same',
        'nets',
        'ports',
        'selector',
        'namespace',
        'names',
        'accounts',
        'service',
        'family',
        'types',
        'item',
        'path',
        'protocol',
        'one',
        'action',
    )
)
"""What may become of a value: see the table."""


class Word(NamedTuple):
    """What a word means: a field and a way to write its value, or an advice alone."""

    write: str
    value: str
    advice: str


def folded(word: str) -> str:
    """A word without what people spell differently: letter case, ``-`` and ``_``."""
    return word.casefold().replace('-', '').replace('_', '')


def look_up(name: str, owner: Object, kind: str) -> Word | None:
    """What a key means in an object of a document of a kind; None: the table does not say.

    ``side`` in the field is already the side that it stands for.
    """
    owner_type = 'Document' if owner.parent is None else owner.type
    for place, (type, kinds) in PLACES.items():
        if type == owner_type and (type != 'Spec' or kind in kinds):
            row = _table()[place].get(folded(name))
            if row is not None:
                return Word(_resolved(row[0], owner), row[1], row[2])
    return None


def _resolved(write: str, owner: Object) -> str:
    if write.startswith('side.'):
        side = 'source' if owner.name == 'ingress' else 'destination'
        return f'{side}{write[4:]}'
    here = f'../{owner.name}.'
    # A source's own ports need no way up and down again.
    return write.removeprefix(here) if owner.type == 'EntityRule' else write


@remembered()
def _table() -> dict[str, dict[str, list[str]]]:
    with open(schema_path('words.json'), encoding='utf-8') as file:
        table: dict[str, dict[str, list[str]]] = read_json(file.read())
    return table
