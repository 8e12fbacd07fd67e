"""What to write for a key that is no field, as text for a message and as a fix."""

from __future__ import annotations

from linter.calico import rewrite
from linter.calico.decoded import Problem
from linter.calico.document import Document
from linter.calico.misplaced import Meaning
from linter.calico.rendered import LONGEST, Data, as_nets, rendered, written
from linter.calico.values import Object
from linter.text.edit import Edit, Fix
from linter.yaml.edit import SAFE, UNSAFE, write_word
from linter.yaml.nodes import MappingNode, Node, Scalar

_LISTS = frozenset(
    ('nets', 'notNets', 'ports', 'notPorts', 'names', 'methods', 'paths', 'expectedIPs', 'profiles')
)
_OBJECTS = {'services': '{name: …}', 'serviceAccounts': '{names: […]}'}


def shown(problem: Problem, document: Document, field: str, how: str) -> str:
    """The entry to write, for a message: the field alone where its value stays as it is."""
    data = _data(problem, document, field, how)
    steps = field.split('.')
    if how in ('same', 'protocol') and len(steps) == 1:
        return field
    last = steps[-1]
    text: str | None = None
    if data is not None:
        text = written(data, flow=len(steps) > 1)
    if text is None or len(text) > LONGEST:
        text = _OBJECTS.get(last) or ('[…]' if last in _LISTS else '…')
    for step in reversed(steps[1:]):
        text = f'{{{step}: {text}}}'
    return f'{steps[0]}: {text}'


def fix_of(problem: Problem, document: Document, meant: Meaning) -> Fix | None:
    """The entry written anew where it belongs; None where that is not certain to be readable.

    Safe where a key differs in letter case alone; else unsafe, because another field may be meant.
    """
    owner, key = problem.owner, problem.key
    if not isinstance(owner, Object) or key is None or not meant.field:
        return None
    if meant.is_case:
        return write_word(key, meant.field, SAFE)
    node = owner.node
    if meant.field.startswith('/') or not isinstance(node, MappingNode):
        return None
    field, above = meant.field, owner
    if field.startswith('../'):
        field = field[3:]
        if not isinstance(owner.parent, Object):
            return None
        above = owner.parent
    steps = field.split('.')
    if meant.value == 'same' and len(steps) == 1 and above is owner:
        if field in owner.fields:
            return None
        return write_word(key, field, UNSAFE)
    text = document.source.text
    index = rewrite.entry_index(node, key)
    if index is None:
        return None
    data = _data(problem, document, field, meant.value)
    if data is None:
        return None
    edits = _edits(text, owner, above, index, steps, data)
    if edits is None:
        return None
    return Fix(f'Write {shown(problem, document, field, meant.value)}', UNSAFE, edits)


def _edits(
    text: str, owner: Object, above: Object, index: int, steps: list[str], data: Data
) -> tuple[Edit, ...] | None:
    """Write data under the last step of a path, whose beginning may be there already."""
    node, into = owner.node, above.node
    assert isinstance(node, MappingNode)
    if not isinstance(into, MappingNode):
        return None
    first = steps[0]
    holder = above.fields.get(first)
    if holder is None and first in above.nulls:
        return None
    if holder is not None:
        if len(steps) == 1 or not isinstance(holder, Object) or holder is owner:
            return None
        if not isinstance(holder.node, MappingNode) or not holder.node.entries:
            return None
        if steps[1] in holder.fields or steps[1] in holder.nulls:
            return None
        anchor = holder.node.entries[0][0]
        entry = _entry(steps[1:], data, holder.node, node.entries[index][0])
        if entry is None:
            return None
        return rewrite.moved(text, node, index, holder.node, anchor, entry)
    entry = _entry(steps, data, into, node.entries[index][0])
    if entry is None:
        return None
    if above is owner:
        return rewrite.in_place(text, node, index, entry)
    key = owner.key
    at = rewrite.entry_index(into, key) if key is not None else None
    if key is None or at is None:
        return None
    if len(node.entries) == 1:
        # Nothing else is in it, and without this nothing would be.
        return rewrite.in_place(text, into, at, entry)
    return rewrite.moved(text, node, index, into, key, entry)


def _entry(steps: list[str], data: Data, node: MappingNode, key: Scalar) -> str | None:
    quote = '"' if node.flow and key.style == '"' else "'"
    for step in reversed(steps[1:]):
        data = {step: data}
    text = written(data, quote, flow=node.flow)
    if text is None:
        return None
    first = f'"{steps[0]}"' if quote == '"' else steps[0]
    return f'{first}: {text}'


def _data(problem: Problem, document: Document, field: str, how: str) -> Data | None:
    node: Node | None = problem.value.node if problem.value is not None else None
    if node is None:
        return None
    if how == 'nets' and document.kind.endswith('Set'):
        return as_nets(node, is_set=True)
    if how == 'path' and field == 'exact':
        paths = rendered(node, how)
        first = paths[0] if isinstance(paths, list) and len(paths) == 1 else None
        return first.get('exact') if isinstance(first, dict) else None
    if how == 'service' and isinstance(node, Scalar) and not document.is_namespaced:
        return None  # a global policy has to name the namespace, too
    return rendered(node, how)
