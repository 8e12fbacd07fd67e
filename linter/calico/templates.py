"""What a document is by the looks of it, where nothing better is to be had."""

from __future__ import annotations

from linter.calico.kinds import UNMISTAKABLE
from linter.text.lazy_regex import lazy
from linter.yaml.documents import DocumentSlice
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_PLACEHOLDER = lazy(r'\$\{[^{}]*\}|<[A-Za-z][\w .:/-]*>|\{%')
_TEMPLATE = lazy(r'\{\{|\{%')
_LINE_END = lazy(r'[\r\n]')


def is_template(text: str, chunk: DocumentSlice) -> bool:
    """Whether ``{{`` or ``{%`` stands in the document outside comments."""
    at = chunk.start
    while match := _TEMPLATE.search(text, at, chunk.end):
        begin = max(text.rfind(end, at, match.start()) for end in '\n\r') + 1 or at
        before = text[begin : match.start()]
        if not before.lstrip().startswith('#') and ' #' not in before:
            return True
        # The rest of the line is the same comment.
        end = _LINE_END.search(text, match.end(), chunk.end)
        if end is None:
            break
        at = end.end()
    return False


_APPARENT = lazy(
    r"""(?:(?<=\n)|(?<=\r)|\A)(?P<indent>[ ]*(?:-[ ]+)?)["']?(?P<key>apiVersion|kind)["']?"""
    r"""[ \t]*:[ \t]*["']?(?P<value>[\w./-]+)"""
)
_FLOW = lazy(r"""["']?apiVersion["']?\s*:\s*["']?(?P<value>[\w./-]+)""")


def apparent_group(text: str, chunk: DocumentSlice) -> Optional[str]:
    """The API of a document that does not parse, by the looks of it; None: not Calico's."""
    part = text[chunk.start : chunk.end]
    body = part.lstrip(' \t\r\n')
    while body.startswith(('#', '---')):
        body = body.partition('\n')[2].lstrip(' \t\r\n')
    values: list[str] = []
    if body[:1] in ('{', '['):
        values = [match['value'] for match in _FLOW.finditer(part)][:1]
    else:
        indents: dict[str, int] = {}
        for match in _APPARENT.finditer(part):
            indents.setdefault(match['value'], len(match['indent']))
        least = min(indents.values(), default=0)
        values = [value for value, indent in indents.items() if indent == least]
    for value in values:
        folded = value.lower()
        if folded.partition('/')[0] in ('projectcalico.org', 'crd.projectcalico.org'):
            if folded.startswith('crd.'):
                return 'raw'
            return 'v2' if folded.endswith('/v2') else 'v3'
    return 'v3' if any(value in UNMISTAKABLE for value in values) else None


def placeholders(text: str, root: MappingNode) -> list[Scalar]:
    """The scalars of a document that look like something a template engine fills in."""
    part = text[root.start : root.end]
    if '${' not in part and '<' not in part and '{{' not in part:
        return []
    found: list[Scalar] = []
    waiting: list[Node] = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            if _is_placeholder(node.value):
                found.append(node)
        elif isinstance(node, SequenceNode):
            waiting += node.items
        else:
            for key, value in node.entries:
                waiting += (key, value)
    return found


def _is_placeholder(text: str) -> bool:
    if _PLACEHOLDER.search(text):
        return True
    # On one line, and without going on from every `{{` to the end.
    begins = text.find('{{')
    ends = text.find('}}', begins + 2) if begins != -1 else -1
    while ends != -1:
        line = text.rfind('\n', begins, ends)
        if line == -1:
            return True
        begins = text.find('{{', line)
        if begins == -1:
            return False
        if ends < begins + 2:
            ends = text.find('}}', begins + 2)
    return False
