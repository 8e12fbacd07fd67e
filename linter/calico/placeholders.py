"""What something else fills in before a document reaches Calico, by the looks of it."""

from __future__ import annotations

from collections.abc import Iterator

from linter.text.lazy_regex import lazy
from linter.text.source import Span
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from linter.text.records import NamedTuple

_PLACEHOLDER = lazy(
    r'\$\{[^{}]*\}'  # shells, envsubst, Flux
    r'|<[A-Za-z][\w .:/-]*>'  # a reader of documentation
    r'|<path:[^<>]*>'  # argocd-vault-plugin
    r'|\$\([A-Za-z_][\w.-]*\)'  # kustomize's vars, Make, OpenShift
    r'|(?<![A-Za-z0-9])__[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*__(?![A-Za-z0-9])'
    r'|@@[\w.-]+@@'
    r'|%[A-Za-z_][\w.-]*%'
    r'|#\{[^{}\r\n]+\}'  # Azure DevOps, Octopus
    r'|\[\[[^\[\]]*\]\]'
    r'|\(\([ \t]*[\w.!/:|"$-]+(?:[ \t]+[\w.!/:|"$-]+)*[ \t]*\)\)'  # spruce, Concourse
    r'|\{%'
)
_ENCRYPTED = lazy(r'ENC\[[A-Z0-9_]+,[^\[\]]*\]')
SIGNS = ('${', '<', '{{', '$(', '__', '@@', '%', '#{', '[[', '((', 'ENC[')
"""What a document holds that holds a placeholder, wherever it stands."""
_BY_LAST = {last: tuple(sign for sign in SIGNS if sign[-1] == last) for last in '{<(_@%['}
# A hash starts a comment, so that of the value nothing is left.
_COMMENT = lazy(r':?[ \t]*(?P<sign>#\{[^{}\r\n]+\}#?)')
# With these signs no plain scalar can begin, so that YAML ends there.
_BREAKING = lazy(r'@@[\w.-]+@@|%[A-Za-z_][\w.-]*%')


class Hole(NamedTuple):
    """What is wrong within ``span`` is owed to what is at ``place``, which is filled in later."""

    span: Span
    place: Span


def may_hold(text: str) -> bool:
    """Whether a text has any of the signs of placeholders."""
    for last, signs in _BY_LAST.items():
        # One character is found far more quickly than two.
        if last in text and any(sign in text for sign in signs):
            return True
    return False


def placeholders(text: str, root: MappingNode) -> list[Hole]:
    """The parts of a document that look like something a template engine fills in."""
    part = text[root.start : root.end + 200]
    if not may_hold(part):
        return []
    is_encrypted = 'ENC[' in part and metadata_of_sops(text, root) is not None
    has_comments = '#{' in part
    found: list[Hole] = []
    waiting: list[Node] = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            if is_placeholder(node.value) or (is_encrypted and _ENCRYPTED.search(node.value)):
                found.append(_whole(node))
        elif isinstance(node, SequenceNode):
            if _is_bracketed(text, node):
                found.append(_whole(node))
            else:
                waiting += node.items
                if has_comments:
                    found += _emptied(text, node)
        else:
            for key, value in node.entries:
                waiting += (key, value)
                if has_comments and _is_empty(value):
                    comment = _COMMENT.match(text, key.end)
                    if comment is not None:
                        place = Span(comment.start('sign'), comment.end())
                        found.append(Hole(Span(key.start, comment.end()), place))
    return found


def _whole(node: Node) -> Hole:
    span = Span(node.start, node.end)
    return Hole(span, span)


def metadata_of_sops(text: str, root: MappingNode) -> Span | None:
    """The part of an encrypted document that is gone once it is decrypted: https://getsops.io."""
    if 'sops' not in text[root.start : root.end]:
        return None
    # Imported lazily: hardly any text has the word.
    from linter.calico.ownership import field

    entry = field(root, 'sops')
    if entry is None or not isinstance(entry[1], MappingNode):
        return None
    return Span(entry[0].start, entry[1].end)


def is_placeholder(text: str) -> bool:
    """Whether there is something to be filled in in a value."""
    if not may_hold(text):
        return False
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


def placeholder_at(text: str, offset: int) -> Span | None:
    """The placeholder at a place where YAML cannot go on."""
    found = _BREAKING.match(text, offset)
    return None if found is None else Span(*found.span())


def _is_bracketed(text: str, node: SequenceNode) -> bool:
    """``[[ .x ]]`` without quotes, which YAML takes for a list in a list.

    A number or a quoted text in two lists is a mistake of the author's: ``ports: [[80]]``.
    """
    if not node.flow or len(node.items) != 1 or not text.startswith('[[', node.start):
        return False
    inner = node.items[0]
    if not isinstance(inner, SequenceNode) or len(inner.items) != 1:
        return False
    name = inner.items[0]
    return (
        isinstance(name, Scalar)
        and not name.style
        and (name.value[:1] in ('.', '$', '_') or name.value[:1].isalpha())
        and text.startswith(']]', node.end - 2)
    )


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.value and not node.style


def _emptied(text: str, node: SequenceNode) -> Iterator[Hole]:
    """Items of which a comment is left: ``- #{CIDR}#``."""
    for item in node.items:
        if _is_empty(item):
            dash = text.rfind('-', node.start, item.start + 1)
            comment = _COMMENT.match(text, dash + 1) if dash != -1 else None
            if comment is not None:
                place = Span(comment.start('sign'), comment.end())
                yield Hole(Span(dash, comment.end()), place)
