"""A look at the bytes before any parsing: can this file, this document, be Calico's at all?

Nearly every file that a hook is given is not, so this decides what a run costs. It may say yes too
often, never no too often.
"""

from __future__ import annotations

from linter.text.lazy_regex import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

# The kinds of the v1 API are told from Kubernetes' by their letter case.
_V1_KINDS = (
    b'policy',
    b'profile',
    b'tier',
    b'hostEndpoint',
    b'ipPool',
    b'bgpPeer',
    b'node',
    b'workloadEndpoint',
)
_WIDE = (b'\xff\xfe', b'\xfe\xff', b'\0\0\xfe\xff')
_BLANKS = r'(?:\s|\xc2\x85|\xe2\x80[\xa8\xa9])*'
# The key of such a kind and its value; ``odd`` is an anchor, an alias, a block, an explicit key or
# a comment between the two, behind which anything may come. A mapping or a list is no kind.
_V1_KIND = lazy(
    rf'kind["\']?{_BLANKS}(?:\#|:{_BLANKS}'
    r'(?:["\']*(?P<v1>(?:policy|profile|tier|hostEndpoint|ipPool|bgpPeer|node|workloadEndpoint)'
    r'(?:List)?(?![\w./-]))|[&*!|>#?]))'.encode()
)
# What stands between the key of that API's version and its value, or something odd.
_V1_VERSION = lazy(rf'["\']?{_BLANKS}(?:\#|:{_BLANKS}(?:["\']*v1(?![\w./-])|[&*!|>#?]))'.encode())
# A key that comes back through an alias.
_NAMED_KEY = lazy(rb'&[^\s&]+\s+(?:!\S*\s+)?["\']?kind')
_TAG = lazy(rb'!\S*')
# Escapes that a mark can hide behind: of letters and digits, and of a line end that is no part of
# the value. Nobody else writes those; `\n` and `\u003c` are in every other JSON.
_HIDING = lazy(
    r'\\(?:(?:x|u00|U000000)(?:[2-7][0-9A-Fa-f])|\r|\n|\xc2\x85|\xe2\x80[\xa8\xa9])'.encode(
        'latin-1'
    )
)
_ESCAPE = lazy(
    r'\\(?:\\|x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})'
    r'|(?:\r\n?|\n|\xc2\x85|\xe2\x80[\xa8\xa9])[ \t]*)'.encode('latin-1')
)
# What a line of a mapping written the plain way does not start with.
_ODD_STARTS = tuple('\n' + sign for sign in '"\'{[?<*&!')

_LETTERS = b'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
_OPENING = (b'{', b'[')
_MAPPINGS = frozenset((b'": {', b'": ['))
# Behind ``kind``: what stands between a key and its value, as nearly everybody writes it, by where
# the value begins; 0: at the fourth character, or behind it if that is a quote.
_BETWEEN = {
    **{b': ' + bytes((letter,)): 2 for letter in _LETTERS},
    b': "': 3,
    b'": ': 0,
    b'":"': 3,
}
# What makes a longer word of it, or the start of a sentence.
_LONGER = _LETTERS + b'0123456789_-./'
# What the kinds begin with that count whatever the apiVersion is, or where it is misspelt.
_BEGINNINGS = frozenset(
    (b'Netw', b'Glob', b'Host', b'Stag', b'Tier', b'Prof', b'IPPo', *(v1[:4] for v1 in _V1_KINDS))
)
_ORG = frozenset((b'org', b'Org', b'oRg', b'orG', b'ORg', b'OrG', b'oRG', b'ORG'))
# Bytes between two dots, dashes or kinds from which on looking at each is quicker than a search
# through all of a file.
_RARE = 250
_FEW = 20
_SMALL = 3000
_MANY = -1

NOT_CALICO = "not Calico's"
"""Why a document was passed over, in the summary."""


def documents_in(data: bytes) -> int:
    """About how many documents a stream has that is not worth a parser."""
    first = int(not data.startswith(b'---\n---'))
    if len(data) < _SMALL or data[:1] not in _OPENING:
        return data.count(b'\n---') + first
    # JSON, in which there may be no dash at all: to look for one character is quick.
    found = first
    for at in _places(data, b'-'):
        if at == _MANY:
            return data.count(b'\n---') + first
        found += data[at - 1 : at + 3] == b'\n---'
    return found


def _places(data: bytes, word: bytes) -> Iterator[int]:
    """Where a rare word stands; at last ``_MANY``, where one search through all is quicker."""
    at = data.find(word)
    number = 0
    while at != -1:
        if number > _FEW and number * _RARE > at:
            yield _MANY
            return
        yield at
        number += 1
        at = data.find(word, at + len(word))


def may_be_calico(data: bytes) -> bool:
    """Whether a file can hold a Calico document."""
    return (
        _is_found(data, _is_ours)
        or data.startswith(_WIDE)
        # UTF-16 without a byte order mark, or added to a file of UTF-8, which is worth saying.
        or (b'\0' in data and _is_found(data.replace(b'\0', b''), _is_ours))
    )


def mentions(text: str) -> bool:
    """Whether a text names something of Calico's, whatever it is itself."""
    return _mentions(text.encode('utf-8', 'surrogatepass'))


# "projectcalico" as base64 has it, by where in a group of three characters it begins.
_BASE64 = (b'cHJvamVjdGNhbGlj', b'b2plY3RjYWxp', b'cm9qZWN0Y2FsaWNv')


def may_hold_calico(data: bytes) -> bool:
    """Whether a file that is somebody else's can have a Calico document inside."""
    return _mentions(data) or (b'Secret' in data and any(mark in data for mark in _BASE64))


def may_be_json_patch(data: bytes) -> bool:
    """Whether a file can be a list of operations on the fields of an object."""
    start = data[:1]
    if not start.isalnum():
        start = data[:64].lstrip()[:1]
    if start.isalnum() or (start and start in b'{"\''):
        return False  # a mapping, or a scalar, and no list
    return b'op' in data and b'path' in data and (b'/spec' in data or b'/metadata' in data)


def may_be_calico_text(text: str, start: int, end: int) -> bool:
    """Whether a document of a stream can be Calico's."""
    part = text[start:end]
    if '\0' in part:
        part = part.replace('\0', '')
    # Nearly always a name that is written as it is everywhere says so.
    is_named = 'calico' in part or _mentions(part.encode('utf-8', 'surrogatepass'))
    return is_named and not _is_plainly_foreign(part)


def unescaped(data: bytes) -> bytes:
    """A text as it is once the escapes of double quotes are read, which may stand anywhere."""
    return _ESCAPE.sub(_character, data) if _HIDING.search(data) else data


def _character(found: re.Match[bytes]) -> bytes:
    digits = found['x'] or found['u'] or found['U']
    if digits is None:
        # Two backslashes stand for one, and what follows them is as it looks.
        return found[0] if found[0] == b'\\\\' else b''
    code = int(digits, 16)
    return bytes((code,)) if code < 128 else b'?'


def _mentions(data: bytes) -> bool:
    return _is_found(data, _is_marked)


def _is_found(data: bytes, look: Callable[[bytes], bool]) -> bool:
    """Whether something is in a text, or may be behind what escapes or base64 hide."""
    if look(data):
        return True
    if b'\\' in data:
        shown = unescaped(data)
        if shown is not data and look(shown):
            return True
    # A tag may say that the text is base64; and escapes in a tag may hide which tag it is.
    return b'!' in data and (b'binary' in data or b'%' in data) and _is_tagged(data)


def _is_ours(data: bytes) -> bool:
    """Whether a file may have an apiVersion or a kind of Calico's.

    Nearly every file has none and ends here. Of a large one, this looks for what is long or rare:
    each search for a short word takes twice as long as reading it.
    """
    if len(data) < _SMALL:
        return _is_marked(data)
    return (
        b'projectcalico' in data
        or _names_group(data)
        or (not _has_plain_kinds(data) and _is_marked(data))
    )


def _names_group(data: bytes) -> bool:
    """Whether the group is there in another letter case."""
    for at in _places(data, b'.'):
        if at == _MANY:
            return b'calico.org' in data.lower()
        if data[at + 1 : at + 4] in _ORG and data[max(at - 6, 0) : at].lower() == b'calico':
            return True
    return False


def _is_marked(data: bytes) -> bool:
    # Lower case: the group is recognised in any letter case.
    folded = data.lower()
    # Written out, since a loop over a table takes five times as long, for every file there is.
    return (
        b'calico' in folded
        or (b'network' in folded and (b'networkpolic' in folded or b'networkset' in folded))
        or b'hostendpoint' in folded
        or (not _has_plain_kinds(data) and _has_v1(folded) and _may_be_v1(data))
    )


def _has_plain_kinds(data: bytes) -> bool:
    """Whether each ``kind`` leads to a kind of others, ``kind: Deployment`` or ``"kind": {``.

    Nothing is found out about a kind that comes back through an alias, or is written oddly, nor
    where there are very many.
    """
    for at in _places(data, b'kind'):
        if at == _MANY:
            return False
        at += 4
        after = data[at : at + 4]
        if after in _MAPPINGS:
            continue
        begin = _BETWEEN.get(after[:3])
        if begin is not None:
            if not begin:
                begin = 4 if after[3:] == b'"' else 3
            value = data[at + begin : at + begin + 4]
            if value in _BEGINNINGS or not value[:1].isalnum():
                return False
        elif after[:1] not in _LONGER and (after[:1] != b' ' or after[1:2] not in _LETTERS):
            return False
    return b'&' not in data or _NAMED_KEY.search(data) is None


def _has_v1(folded: bytes) -> bool:
    """Whether ``v1`` may be the apiVersion of anything."""
    at = folded.find(b'apiversion')
    if b'&' in folded:
        return at != -1  # keys come back through aliases
    while at != -1:
        at += len(b'apiversion')
        if _V1_VERSION.match(folded, at) is not None:
            return True
        at = folded.find(b'apiversion', at)
    return False


def _may_be_v1(data: bytes) -> bool:
    """Whether there may be a kind of the v1 API, a word that is common elsewhere."""
    found = _V1_KIND.search(data)
    if found is not None and found['v1']:
        return data[:1] not in _OPENING or not _is_foreign_json(data)
    is_odd = found is not None or (b'&' in data and _NAMED_KEY.search(data) is not None)
    return is_odd and any(kind in data for kind in _V1_KINDS)


def _is_foreign_json(data: bytes) -> bool:
    """Whether a text is JSON in which no object has both the apiVersion and a kind of that API."""
    # Imported lazily: hardly any file comes so far.
    import json

    kinds = {kind.decode() for kind in _V1_KINDS}
    is_ours = False

    def look(pairs: list[tuple[str, object]]) -> None:
        nonlocal is_ours
        version = kind = False
        for key, value in pairs:
            if isinstance(value, str):
                # Of a key that stands there twice, nobody knows which one counts.
                kind |= key == 'kind' and value.removesuffix('List') in kinds
                version |= value == 'v1' and key.lower() == 'apiversion'
        is_ours |= version and kind

    try:
        json.loads(data, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return False
    return not is_ours


def _is_tagged(data: bytes) -> bool:
    return any(b'binary' in found[0] or b'%' in found[0] for found in _TAG.finditer(data))


def _is_plainly_foreign(part: str) -> bool:
    """A block mapping whose own apiVersion and kind, written plainly, are somebody else's.

    It only mentions Calico (a label, RBAC, a CRD), so it need not be parsed.
    """
    group = _plain_value(part, 'apiVersion')
    if not group or 'calico' in group.lower():
        return False
    if 'projectcalico.org/v' in part.lower():
        # If it cannot be read, that is Calico's, however deep it stands: see unreadable.
        return False
    kind = _plain_value(part, 'kind')
    if not kind or (group == 'v1' and kind[0].islower()) or _is_odd(part):
        return False
    if kind == 'NetworkPolicy':
        return not any(sign in part for sign in '\\&!?') and not any(
            _has_key(part, field) for field in ('selector', 'types', 'action', 'tier', 'order')
        )
    folded = kind.lower()
    return not any(
        mark in folded for mark in ('list', 'networkpolic', 'networkset', 'hostendpoint')
    )


def _is_odd(part: str) -> bool:
    """Whether there may be keys at the top that a look at the starts of lines does not find."""
    if not part.isascii() and any(end in part for end in '\x85\u2028\u2029'):
        return True
    if '\r' in part and part.count('\r') != part.count('\r\n'):
        return True
    at = 0
    while part.startswith(('#', '---', '\n'), at) or not part[at : at + 1].strip():
        end = part.find('\n', at)
        line = part[at:end] if end != -1 else part[at:]
        if end == -1 or line.removeprefix('---').partition('#')[0].strip():
            return True
        at = end + 1
    return not part[at].isalpha() or any(start in part for start in _ODD_STARTS)


def _plain_value(part: str, key: str) -> str:
    """The plain value of the only line that begins with the key, or ``''``."""
    # In whatever way it is written, with a blank before the colon or as the start of another key.
    if part.startswith(key) + part.count('\n' + key) != 1:
        return ''
    begin = (0 if part.startswith(key) else part.find('\n' + key) + 1) + len(key) + 1
    if part[begin - 1 : begin] != ':':
        return ''
    end = part.find('\n', begin)
    value = part[begin:] if end == -1 else part[begin:end]
    value = value.split(' #', 1)[0].strip()
    plain = value.replace('.', '').replace('/', '').replace('-', '')
    return value if plain.isalnum() else ''


def _has_key(part: str, field: str) -> bool:
    """Whether a field is a key, which within braces may stand without a colon."""
    at = part.find(field)
    while at != -1:
        before = part[at - 1] if at else '\n'
        after = part[at + len(field) : at + len(field) + 200].lstrip('"\' \t\r\n')
        if not (before.isalnum() or before in '-_./') and after[:1] in ('', ':', ',', '}', '#'):
            return True
        at = part.find(field, at + 1)
    return False
