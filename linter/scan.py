"""A look at the bytes before any parsing: can this file, this document, be Calico's at all?

Nearly every file that a hook is given is not, so this decides what a run costs. It may say yes too
often, never no too often.
"""

from __future__ import annotations

# Lower case: apiVersions and kinds are recognised in any letter case.
_MARKS = ('projectcalico', 'networkpolic', 'networkset', 'hostendpoint', 'staged')
_MARK_BYTES = tuple(mark.encode() for mark in _MARKS)
# The kinds of the v1 API are told from Kubernetes' by their letter case.
_V1_MARKS = tuple(
    lead + kind
    for kind in (
        'policy',
        'profile',
        'hostEndpoint',
        'ipPool',
        'bgpPeer',
        'node',
        'workloadEndpoint',
    )
    for lead in ('kind: ', 'kind: "', "kind: '", '"kind": "', '"kind":"')
)
_V1_MARK_BYTES = tuple(mark.encode() for mark in _V1_MARKS)
_WIDE = (b'\xff\xfe', b'\xfe\xff', b'\0\0\xfe\xff')


NOT_CALICO = "not Calico's"
"""Why a document was passed over, in the summary."""


def documents_in(data: bytes) -> int:
    """About how many documents a stream has that is not worth a parser."""
    return data.count(b'\n---') + (not data.startswith(b'---\n---'))


def may_be_calico(data: bytes) -> bool:
    """Whether a file can hold a Calico document."""
    folded = data.lower()
    return (
        any(mark in folded for mark in _MARK_BYTES)
        or any(mark in data for mark in _V1_MARK_BYTES)
        or data.startswith(_WIDE)
        # UTF-16 or UTF-32 without a byte order mark, which is worth saying.
        or (b'\0' in data[:4] and may_be_calico(data.replace(b'\0', b'')))
    )


def may_be_calico_text(text: str, start: int, end: int) -> bool:
    """Whether a document of a stream can be Calico's."""
    part = text[start:end]
    folded = part.lower()
    if not any(mark in folded for mark in _MARKS):
        return any(mark in part for mark in _V1_MARKS)
    return not _is_plainly_foreign(part)


def _is_plainly_foreign(part: str) -> bool:
    """A block mapping whose own apiVersion and kind, written plainly, are somebody else's.

    It only mentions Calico (a label, RBAC, a CRD), so it need not be parsed.
    """
    group = _plain_value(part, 'apiVersion')
    kind = _plain_value(part, 'kind')
    if (
        not group
        or not kind
        or 'projectcalico' in group.lower()
        or (group == 'v1' and (kind[0].islower()))
    ):
        return False
    folded = kind.lower()
    if kind == 'NetworkPolicy':
        return not any(
            _has_key(part, field) for field in ('selector', 'types', 'action', 'tier', 'order')
        )
    return 'list' not in folded and not any(mark in folded for mark in _MARKS[1:])


def _plain_value(part: str, key: str) -> str:
    """The plain value of the only line that begins with the key, or ``''``."""
    lead = key + ':'
    at = 0 if part.startswith(lead) else part.find('\n' + lead) + 1
    if at == 0 and not part.startswith(lead):
        return ''
    begin = at + len(lead)
    if part.find('\n' + lead, begin) != -1:
        return ''
    end = part.find('\n', begin)
    value = part[begin:] if end == -1 else part[begin:end]
    value = value.split(' #', 1)[0].strip()
    plain = value.replace('.', '').replace('/', '').replace('-', '')
    return value if plain.isalnum() else ''


def _has_key(part: str, field: str) -> bool:
    at = part.find(field)
    while at != -1:
        before = part[at - 1] if at else '\n'
        after = part[at + len(field) : at + len(field) + 3].lstrip('"\' \t')
        if not (before.isalnum() or before in '-_./') and after[:1] == ':':
            return True
        at = part.find(field, at + 1)
    return False
