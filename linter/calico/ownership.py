"""Whose document is it? What in a YAML document is Calico's, and under which API."""

from __future__ import annotations

from linter.calico.kinds import (
    ALIASES,
    API_VERSIONS,
    KINDS,
    OTHER_KINDS,
    UNMISTAKABLE,
    V1_KINDS,
    V2_KINDS,
)
from linter.diagnostic import Finding
from linter.text.edit import Fix
from linter.text.source import Span
from linter.text.suggest import listing, nearest, quoted
from linter.yaml.aliases import is_merge
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)
from linter.yaml.scalars import BadTag, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple, TypeGuard

else:
    from linter.text.records import NamedTuple

_GROUPS = ('projectcalico.org', 'crd.projectcalico.org')
_CALICO_SPEC = frozenset(('selector', 'types', 'tier', 'order'))
_NULLS = frozenset(('~', 'null', 'Null', 'NULL'))


class CalicoObject(NamedTuple):
    """A document, or an item of a list, that is Calico's.

    ``api`` is ``v3``, ``v2`` or ``raw``. ``kind`` is the kind to judge it as, or None where it is
    passed over (``skipped`` says why) or has no kind that could be judged.
    """

    node: MappingNode
    api: str
    kind: str | None
    skipped: str | None
    findings: tuple[Finding, ...]
    version_key: Scalar | None
    """The key ``apiVersion``, where there is one."""
    in_sequence: bool = False
    """An item of a top-level sequence, whose values calicoctl does not turn into text."""


def field(node: MappingNode, name: str) -> tuple[Scalar, Node] | None:
    """The last entry under a key: of duplicates, be they merged, the last one counts."""
    found: tuple[Scalar, Node] | None = None
    for entry in node.entries:
        key = entry[0].value
        if key == name:
            found = entry
        elif key == '<<' and is_merge(entry[0]):
            found = _merged(entry[1], name) or found
    return found


def _merged(value: Node, name: str) -> tuple[Scalar, Node] | None:
    """What a merge brings in under a key; of several mappings the first one counts."""
    for source in value.items if isinstance(value, SequenceNode) else (value,):
        found = field(source, name) if isinstance(source, MappingNode) else None
        if found is not None:
            return found
    return None


def folded_field(node: MappingNode, name: str) -> tuple[Scalar, Node] | None:
    for key, value in node.entries:
        if isinstance(key, Scalar) and key.value.lower() == name.lower():
            return key, value
    return None


def text_of(entry: tuple[Scalar, Node] | None) -> str:
    """The text of a scalar, ``''`` for anything else; what no tag can hold is as it is written."""
    if entry is None or not isinstance(entry[1], Scalar):
        return ''
    node = entry[1]
    if node.tag is not None:
        try:
            value = resolve(node)
        except BadTag:
            return node.value
        return '' if value is None else value if isinstance(value, str) else node.value
    return '' if node.value in _NULLS and not node.style else node.value


def is_null(node: Scalar) -> bool:
    """Whether a scalar is null; what no tag can hold is not."""
    try:
        return resolve(node) is None
    except BadTag:
        return False


def span_of(node: Node) -> Span:
    return Span(node.start, node.end)


def value_span(entry: tuple[Scalar, Node]) -> Span:
    """The value's token, or of an empty value its key."""
    key, value = entry
    return span_of(value) if value.end > value.start else span_of(key)


def first_span(node: MappingNode) -> Span:
    """The first key of a mapping."""
    return span_of(node.entries[0][0]) if node.entries else span_of(node)


V1_API = 'v1 API'
"""Why an object of the API before 3.0 is passed over."""


def in_group(version: str) -> bool:
    return version.lower().partition('/')[0] in _GROUPS


def _misspelt_version(node: MappingNode) -> tuple[Scalar, Node] | None:
    """The entry of a key such as ``apiVersoin`` that has a version of Calico's."""
    for key, value in node.entries:
        if (
            isinstance(key, Scalar)
            and in_group(text_of((key, value)))
            and nearest(key.value, ('apiVersion',)) is not None
        ):
            return key, value
    return None


def _is_misspelt_group(version: str) -> bool:
    """Whether the group differs from Calico's by a slip, or by what nobody sees.

    It has to name Calico still, which is what a file is picked by: see prefilter.
    """
    if 'calico' not in version.lower():
        return False
    group = ''.join(c for c in version.lower().partition('/')[0] if c.isprintable() and c != ' ')
    return nearest(group, _GROUPS) is not None


def _is_as_written(node: Node, text: str) -> TypeGuard[Scalar]:
    """Whether a scalar's text can be replaced; of base64 the tag would have to go, too."""
    return isinstance(node, Scalar) and node.value == text


def _write(node: Scalar, right: str, applicability: str = 'safe') -> Fix:
    from linter.yaml.edit import write_word

    return write_word(node, right, applicability)


def classify(
    node: MappingNode,
    list_version: str = '',
    list_kind: str = '',
) -> CalicoObject | None:
    """Whether a mapping is Calico's, by its own apiVersion and kind."""
    version_entry = field(node, 'apiVersion')
    kind_entry = field(node, 'kind')
    version = text_of(version_entry) or ('' if version_entry else list_version)
    kind = text_of(kind_entry) or ('' if kind_entry else list_kind)
    findings: list[Finding] = []
    misspelt_version = None
    if version_entry is None and not list_version:
        misspelt_version = folded_field(node, 'apiVersion') or _misspelt_version(node)
        if misspelt_version is not None:
            version = text_of(misspelt_version)
    group, _, number = version.partition('/')
    is_v1 = version == 'v1' and kind in V1_KINDS
    if is_v1:
        version_entry = version_entry or misspelt_version
        assert version_entry is not None
        return CalicoObject(
            node,
            'v3',
            None,
            V1_API,
            (
                Finding(
                    'legacy-v1',
                    value_span(version_entry),
                    f'{quoted(kind)} of apiVersion v1 is the API of Calico before 3.0, which no '
                    'cluster serves any more: write apiVersion projectcalico.org/v3 and '
                    f'kind {V1_KINDS[kind]}',
                ),
            ),
            version_entry[0],
        )
    if in_group(kind) and kind_entry is not None and not in_group(version):
        finding = Finding(
            'kind-unknown',
            value_span(kind_entry),
            f'{quoted(kind)} is an apiVersion, not a kind: write it behind apiVersion, and a kind '
            'such as NetworkPolicy here',
        )
        return CalicoObject(node, 'v3', None, None, (finding,), None)
    if not in_group(version):
        if (
            kind not in UNMISTAKABLE
            and not (kind in KINDS and _is_misspelt_group(version))
            and not is_calico_network_policy(node, kind, version)
        ):
            return None
        api = 'v3'
        wanted = API_VERSIONS['v3']
        if version_entry is None:
            findings.append(
                Finding(
                    'api-version',
                    first_span(node),
                    f'{kind} has no apiVersion: write apiVersion: {wanted}',
                    about='',
                )
            )
        else:
            findings.append(
                Finding(
                    'api-version',
                    value_span(version_entry),
                    f'{quoted(version)} has no kind {kind} of Calico: write apiVersion: {wanted}'
                    if version
                    else f'apiVersion is empty: write apiVersion: {wanted}',
                )
            )
    else:
        api = 'raw' if group.lower() == _GROUPS[1] else 'v3'
        known = {'v1': 'raw'} if api == 'raw' else {'v3': 'v3', 'v2': 'v2'}
        if misspelt_version is not None:
            findings.append(
                Finding(
                    'api-version',
                    span_of(misspelt_version[0]),
                    f'{quoted(misspelt_version[0].value)} is not read as apiVersion: '
                    'write apiVersion',
                    fix=_write(misspelt_version[0], 'apiVersion'),
                )
            )
            api = known.get(number.lower(), api)
        elif number in known and group in _GROUPS:
            api = known[number]
        else:
            assert version_entry is not None or list_version
            entry = version_entry
            api = known.get(number.lower(), api)
            wanted = API_VERSIONS[api]
            if entry is not None:
                message = f'{quoted(version)} is not an API of Calico: write {wanted}'
                if group.lower() == _GROUPS[1] and number.lower() in ('v2', 'v3'):
                    message = f'{quoted(version)} does not exist: write {API_VERSIONS["v3"]}'
                value = entry[1]
                fix = (
                    _write(value, wanted)
                    if version.lower() == wanted and _is_as_written(value, version)
                    else None
                )
                findings.append(Finding('api-version', value_span(entry), message, fix=fix))
    version_key = version_entry[0] if version_entry else None
    if not kind:
        wrong_case = folded_field(node, 'kind')
        place = (
            span_of(wrong_case[0])
            if wrong_case
            else (value_span(kind_entry) if kind_entry else first_span(node))
        )
        fix = None
        if wrong_case and not kind_entry:
            message = f'{quoted(wrong_case[0].value)} is not read as kind: write kind'
            fix = _write(wrong_case[0], 'kind')
        else:
            message = 'the document has no kind: write kind: NetworkPolicy, for example'
        about = None if wrong_case or kind_entry else ''
        findings.append(Finding('kind-missing', place, message, fix=fix, about=about))
        kind = text_of(wrong_case)
        if kind not in KINDS:
            return CalicoObject(node, api, None, None, tuple(findings), version_key)
    if api == 'v2' and kind not in V2_KINDS and kind in KINDS:
        return CalicoObject(
            node,
            api,
            None,
            'kinds of projectcalico.org/v2 that are not judged',
            tuple(findings),
            version_key,
        )
    if kind in KINDS:
        return CalicoObject(node, api, kind, None, tuple(findings), version_key)
    if kind in OTHER_KINDS or (kind.endswith('List') and kind[:-4] in OTHER_KINDS):
        return CalicoObject(node, api, None, 'other Calico kinds', tuple(findings), version_key)
    meant = ALIASES.get(kind.lower()) or nearest(kind, KINDS)
    assert kind_entry is not None or list_kind
    if kind_entry is not None:
        fix = None
        if meant is not None:
            what = (
                'is what calicoctl accepts on its command line, not a kind'
                if kind.lower() in ALIASES
                else 'is not a kind of Calico'
            )
            if kind.lower() == meant.lower():
                what = 'is not spelt as Calico spells it'
            message = f'{quoted(kind)} {what}: write {meant}'
            # A guess from the letters may be another kind than was meant.
            is_sure = kind.lower() in ALIASES or kind.lower() == meant.lower()
            if _is_as_written(kind_entry[1], kind):
                fix = _write(kind_entry[1], meant, 'safe' if is_sure else 'unsafe')
        else:
            message = f'{quoted(kind)} is not a kind of Calico: it has {listing(KINDS, "and")}'
        findings.append(Finding('kind-unknown', value_span(kind_entry), message, fix=fix))
    if api == 'v2' and meant not in V2_KINDS:
        meant = None  # that API has no page for it
    return CalicoObject(node, api, meant, None, tuple(findings), version_key)


def is_calico_network_policy(node: MappingNode, kind: str, version: str) -> bool:
    """A NetworkPolicy under a missing or wrong apiVersion whose spec is written for Calico."""
    if kind != 'NetworkPolicy':
        return False
    group = version.lower().partition('/')[0]
    is_foreign = '.' in group and not group.endswith('k8s.io') and 'calico' not in group
    if is_foreign and nearest(group, _GROUPS) is None:
        return False  # another project's NetworkPolicy, such as Antrea's
    spec = field(node, 'spec')
    if spec is None or not isinstance(spec[1], MappingNode):
        return False
    for key, value in spec[1].entries:
        if not isinstance(key, Scalar):
            continue
        if key.value in _CALICO_SPEC:
            return True
        if key.value in ('ingress', 'egress') and isinstance(value, SequenceNode):
            for item in value.items:
                if isinstance(item, MappingNode) and field(item, 'action') is not None:
                    return True
    return False
