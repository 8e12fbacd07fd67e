"""What a line that breaks a document was meant to be: a value without its key, a comment."""

from __future__ import annotations

from linter.calico import nets
from linter.calico.lost_dash import RULE_KEYS
from linter.calico.selector.accept import accepts
from linter.text.lazy_regex import lazy
from linter.text.source import line_end, line_start
from linter.yaml.documents import DocumentSlice
from linter.yaml.errors import YamlError

_OPERATOR = lazy(r'==|!=|\bhas\(|\ball\(\)|\bin[ \t]*\{|&&|\|\|')
_KEY = lazy(r'[ \t]*(?:-[ \t]+)?([A-Za-z]+):(?:[ \t]|\Z)')
_CONFLICT = ('<<<<<<<', '=======', '>>>>>>>')
_GLUED = lazy(r'[ \t]*-[A-Za-z]+:')
_ENTITY_KEYS = frozenset(
    (
        'selector',
        'notSelector',
        'namespaceSelector',
        'nets',
        'notNets',
        'ports',
        'notPorts',
        'serviceAccounts',
        'services',
    )
)

_KNOWN_KEYS = (
    RULE_KEYS
    | _ENTITY_KEYS
    | frozenset(
        (
            'apiVersion',
            'kind',
            'metadata',
            'name',
            'namespace',
            'labels',
            'annotations',
            'spec',
            'order',
            'tier',
            'types',
            'ingress',
            'egress',
        )
    )
)


def hint(text: str, slice: DocumentSlice, error: YamlError) -> str | None:
    """What to do about a line at which a document of Calico's breaks; None: as YAML says."""
    begin = line_start(text, error.offset)
    line = text[begin : min(line_end(text, error.offset), begin + 2000)]
    words = line.strip()
    if error.message.endswith('since no colon and blank follow it') and error.hint is None:
        if _OPERATOR.search(words) and accepts(words):
            return f'write selector: {words}' if len(words) <= 100 else 'write selector: before it'
        if words.startswith('-') and words[1:2] not in ('', ' ', '-'):
            return 'write a blank behind the dash'
        if nets.parse(words) is not None:
            return f'write - {words} under nets:'
        if words in _KNOWN_KEYS:
            return f'write a colon after {words}'
        if ' ' not in words:
            return None
        if words.startswith(_CONFLICT):
            return 'choose one side of the merge conflict'
        first = words.split()[0].removeprefix('-').strip()
        if first in _KNOWN_KEYS:
            return f'write a colon after {first}, or # before it if it is a comment'
        return 'write # before it if it is a comment'
    key = _KEY.match(line)
    name = key[1] if key is not None else ''
    if error.message.startswith('a list item cannot stand among') and name in RULE_KEYS:
        return _list_above(text, slice)
    if error.message.startswith('this line is indented as if'):
        if name in RULE_KEYS and words.startswith('- '):
            return _list_above(text, slice)
        above = text[line_start(text, max(0, begin - 2)) : begin]
        if _GLUED.match(above):
            return 'write a blank behind the dash of the line above'
        if name in _ENTITY_KEYS:
            return 'write source: or destination: above it, in line with action'
    return None


_LIST = lazy(r'(?m)^[ ]*(ingress|egress):')
_TYPE = lazy(r'\b(Ingress|Egress)\b')


def _list_above(text: str, slice: DocumentSlice) -> str | None:
    part = text[slice.start : slice.end]
    there = {found[1] for found in _LIST.finditer(part)}
    named = {found[1].lower() for found in _TYPE.finditer(part)}
    wanted = sorted(named - there)
    if len(wanted) == 1:
        return f'write {wanted[0]}: above the rule'
    # Where a list is there, the item may belong to it.
    return None if there else 'write ingress: or egress: above the rule'
