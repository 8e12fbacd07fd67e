"""Whose is a document that cannot be read? The one place that decides it.

It errs towards saying so, since silence about a broken policy is a policy that is not there: any
line or key is Calico's that, read alone, names Calico's group, at whatever depth and in whatever
style; so is a List around it. Only comments do not count.
"""

from __future__ import annotations

from linter.calico.kinds import UNMISTAKABLE, V1_KINDS
from linter.calico.prefilter import unescaped
from linter.text.lazy_regex import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# The group with a version, as no address and no label has it.
_GROUP = lazy(r'(?<![\w./@-])(?P<crd>crd\.)?projectcalico\.org/(?P<version>v\w+)')
# What stands between a key and its value, be it an anchor, a tag, a block or a line end.
_VALUE = lazy(
    r"""["']?\s*(?:\#[^\r\n]*[\r\n]\s*)?:\s*(?:[&!]\S*\s+|[>|]\S*\s+|\#[^\r\n]*[\r\n]\s*|["'])*"""
    r"""(?P<value>[\w./-]+)"""
)
_KEY_END = lazy(r"""["']?\s*:""")
_LINE = lazy(r'[^\r\n]+')
_QUOTE_OR_HASH = lazy('["\'#]')
_TAG = lazy(r'!\S*')
_BASE64 = lazy(r"""[\s"'|>-]*(?P<text>[A-Za-z0-9+/=]+)""")
# As far from its key as a value is looked for, and as much base64 as an apiVersion takes.
_NEAR = 300

_POLICY_FIELDS = ('selector', 'types', 'action', 'tier', 'order')
# Those that no label of a pod has, for a document that says it is Kubernetes' own.
_SURE_FIELDS = ('selector', 'types', 'action')


def apparent_api(text: str, start: int, end: int) -> str | None:
    """The API (``v3``, ``v2`` or ``raw``) of a document by the looks of it; None: not Calico's."""
    part = _shown(text[start:end])
    folded = part.lower()
    found = _GROUP.search(folded)
    if found is not None:
        return _api(found['crd'] or '', found['version'])
    versions = list(_values(folded, 'apiversion'))
    for version in versions:
        group, _, number = version.partition('/')
        if group in ('projectcalico.org', 'crd.projectcalico.org'):
            return _api(group.removesuffix('projectcalico.org'), number)
    kinds = {kind.removesuffix('List') or kind for kind in _values(part, 'kind')}
    if 'CustomResourceDefinition' in kinds:
        return None  # which names the kind that it defines
    if kinds & UNMISTAKABLE or ('v1' in versions and not kinds.isdisjoint(V1_KINDS)):
        return 'v3'
    if 'NetworkPolicy' in kinds and _is_calico_policy(part, versions):
        return 'v3'
    return None


def _api(prefix: str, number: str) -> str:
    return 'raw' if prefix else 'v2' if number == 'v2' else 'v3'


def _is_calico_policy(part: str, versions: list[str]) -> bool:
    """A NetworkPolicy under a missing or wrong apiVersion, written with Calico's own fields."""
    groups = [version.partition('/')[0] for version in versions]
    if any('.' in group and not group.endswith('k8s.io') for group in groups):
        return False  # another project's, such as Antrea's
    fields = _SURE_FIELDS if any('.' in group for group in groups) else _POLICY_FIELDS
    return any(
        _KEY_END.match(part, at + len(field)) for field in fields for at in _words(part, field)
    )


def _shown(part: str) -> str:
    """A text without comments and NULs, its escapes and its base64 read."""
    part = part.replace('\0', '').replace('\ufeff', '')
    if '#' in part:
        part = _LINE.sub(lambda line: _without_comment(line[0]), part)
    if '\\' in part:
        part = unescaped(part.encode('utf-8', 'surrogatepass')).decode('utf-8', 'surrogatepass')
    if '!' not in part or ('binary' not in part and '%' not in part):
        return part
    import base64

    parts: list[str] = []
    at = 0
    for tag in _TAG.finditer(part):
        if 'binary' not in tag[0] and '%' not in tag[0]:
            continue
        coded = _BASE64.match(part, tag.end(), tag.end() + _NEAR)
        if coded is not None and coded.start() >= at:
            words = coded['text']
            try:
                read = base64.b64decode(words + '=' * (-len(words) % 4)).decode('utf-8', 'replace')
            except ValueError:
                continue
            parts += (part[at : coded.start('text')], read)
            at = coded.end()
    return ''.join((*parts, part[at:]))


def _without_comment(line: str) -> str:
    # Inside of quotes it is none; where they are not closed, nobody knows.
    is_open = {'"': False, "'": False}
    for found in _QUOTE_OR_HASH.finditer(line):
        char, at = found[0], found.start()
        if char != '#':
            is_open[char] = not is_open[char]
        elif line[at - 1 : at] in ('', ' ', '\t') and not any(is_open.values()):
            return line[:at]
    return line


def _words(part: str, word: str) -> Iterator[int]:
    """Where a word stands by itself."""
    at = part.find(word)
    while at != -1:
        before = part[at - 1] if at else ' '
        if not (before.isalnum() or before in '_-./'):
            yield at
        at = part.find(word, at + len(word))


def _values(part: str, key: str) -> Iterator[str]:
    """What follows a key wherever it stands, as a word."""
    for at in _words(part, key):
        begin = at + len(key)
        found = _VALUE.match(part, begin, begin + _NEAR)
        if found is not None:
            yield found['value']
