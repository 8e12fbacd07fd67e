"""Repairs of decoded values: the characters to write instead, in the style in which they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linter.calico.parsed_file import ParsedDocument
from linter.calico.selector.accept import accepts
from linter.calico.values import Array, Leaf, Value
from linter.text.edit import Edit, Fix
from linter.text.lazy_regex import lazy
from linter.text.source import Source, Span, line_start
from linter.yaml.documents import DocumentSlice
from linter.yaml.edit import (
    SAFE,
    Context,
    edited,
    has_bare_header,
    in_quotes,
    item_span,
    quotes_for,
    written,
)
from linter.yaml.nodes import (
    Scalar,
    SequenceNode,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def context_of(value: Value) -> Context:
    flow, root = False, value
    while root.parent is not None:
        root = root.parent
        flow = flow or (not isinstance(root.node, Scalar) and root.node.flow)
    return Context(flow, quotes_for(root.node))


def right_case(text: str, schema: dict[str, Any]) -> str | None:
    """The accepted value that differs from the text only in letter case."""
    return next(
        (
            value
            for value in schema.get('enum', ())
            if isinstance(value, str) and value.lower() == text.lower()
        ),
        None,
    )


def write(
    text: str,
    leaf: Leaf,
    right: str,
    applicability: str = SAFE,
    *,
    title: str | None = None,
    quoted: bool = False,
) -> Fix | None:
    """Replace a scalar's value, keeping its quotes; ``quoted``: plain text gets some."""
    node = leaf.node
    if not isinstance(node, Scalar):
        return None
    edits = written(text, node, context_of(leaf), right, quoted=quoted)
    return None if edits is None else Fix(title or f'Write {right}', applicability, edits)


def unquote(text: str, leaf: Leaf, right: str) -> Fix | None:
    """Write a quoted scalar, or a block, as what it would be without quotes."""
    node = leaf.node
    if not isinstance(node, Scalar) or not node.style:
        return None
    if node.style in ('|', '>') and not has_bare_header(text, node):
        return None  # a comment follows the header
    return Fix('Remove the quotes', SAFE, (Edit(Span(node.start, node.end), right),))


def edit_value(
    text: str,
    leaf: Leaf,
    edits: Iterable[tuple[int, int, str]],
) -> tuple[Edit, ...] | None:
    """Edits of a scalar's value (start, end, replacement) as edits of the source text.

    The characters beside them stay as they are written. A plain scalar whose new value cannot be
    plain gets quotes. What comes out is read once more: it must be the new value.
    """
    node = leaf.node
    if not isinstance(node, Scalar) or node.value != leaf.value:
        return None
    return edited(text, node, context_of(leaf), edits)


def remove_item(text: str, leaf: Leaf, title: str, applicability: str = SAFE) -> Fix | None:
    """Take an item out of a list in which one is before it; a comment behind it stays."""
    array = leaf.parent
    if not isinstance(array, Array) or not isinstance(array.node, SequenceNode):
        return None
    span = item_span(text, array.node, leaf.index)
    return None if span is None else Fix(title, applicability, (Edit(span, ''),))


def replace_item(
    text: str, leaf: Leaf, items: Sequence[str], title: str, applicability: str
) -> Fix | None:
    """Write several items, each as YAML has it, in the place of one."""
    array, node = leaf.parent, leaf.node
    if not isinstance(array, Array) or not isinstance(array.node, SequenceNode):
        return None
    if not isinstance(node, Scalar) or node.style in ('|', '>') or node.outer != node.start:
        return None
    if not array.node.start < node.start <= node.end <= array.node.end:
        return None  # an alias
    gap = ', '
    if not array.node.flow:
        begin = line_start(text, node.start)
        dash = text[begin : node.start]
        if not _DASH.match(dash):
            return None
        end = text.find('\n', node.end)
        gap = f'{"" if end < 1 or text[end - 1] != chr(13) else chr(13)}\n{dash}'
    return Fix(title, applicability, (Edit(Span(node.start, node.end), gap.join(items)),))


_DASH = lazy(r'[ ]*-[ ]+\Z')

_SELECTOR = lazy(r'[ ]*(?:-[ ]+)*["\']?\w*[sS]elector["\']?:[ \t]+(?P<value>\S[^\r\n]*)')


def quote_selectors(text: str, extent: DocumentSlice) -> Fix | None:
    """Put quotes around the selectors for want of which a document does not parse.

    Such a selector starts with ``!`` or a quote, or has a colon in it.
    """
    edits: list[Edit] = []
    current, end, moved = text, extent.end, 0
    for _ in range(16):
        error = ParsedDocument(Source('', current), extent._replace(end=end)).error
        if error is not None:
            found = _SELECTOR.match(current, line_start(current, error.offset), end)
            selector = None if found is None else _whole_selector(found['value'].rstrip(' \t'))
            if found is None or selector is None:
                return None
            at, quoted = found.start('value'), in_quotes(selector, "'")
            if edits and at - moved < edits[-1].span.end:
                return None
            edits.append(Edit(Span(at - moved, at - moved + len(selector)), quoted))
            current = current[:at] + quoted + current[at + len(selector) :]
            end += len(quoted) - len(selector)
            moved += len(quoted) - len(selector)
        else:
            return Fix('Put it in quotes', SAFE, tuple(edits)) if edits else None
    return None


_HASH = lazy(r'"[^"]*"|\'[^\']*\'|#')


def _whole_selector(text: str) -> str | None:
    """The selector that a line holds, without the comment behind it."""
    # A selector has no `#` outside of its quotes.
    comment = next((at.start() for at in _HASH.finditer(text) if at[0] == '#'), None)
    if comment is not None:
        if comment < 1 or text[comment - 1] not in ' \t':
            return None
        text = text[:comment].rstrip(' \t')
    return text if text and accepts(text) else None
