"""What a template engine still has to fill in: documents that are none yet, and scalars."""

from __future__ import annotations

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
    pass

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
