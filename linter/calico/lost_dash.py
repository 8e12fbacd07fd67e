"""Rules and documents that lost their dashes: their keys stand in the one before."""

from __future__ import annotations

from linter.calico import rewrite
from linter.calico.decoded import Problem
from linter.calico.document import Document, once
from linter.calico.misplaced import is_kubernetes
from linter.calico.values import Array, Object
from linter.diagnostic import MistakeKey
from linter.text.edit import Edit, Fix
from linter.text.source import Span, line_start
from linter.yaml.edit import UNSAFE
from linter.yaml.nodes import MappingNode, SequenceNode

RULE_KEYS = frozenset(
    (
        'action',
        'protocol',
        'notProtocol',
        'source',
        'destination',
        'icmp',
        'notICMP',
        'ipVersion',
        'http',
    )
)


@once
def rule_keys_in_spec(document: Document) -> tuple[Problem, ...]:
    """The keys in the spec of a policy that make a rule together, action among them; or none."""
    spec = document.spec
    if spec is None or not document.is_policy or is_kubernetes(document):
        return ()
    found = [
        problem
        for problem in document.problems
        if problem.kind == 'unknown'
        and problem.owner is spec
        and problem.key is not None
        and problem.name in RULE_KEYS
    ]
    if len(found) < 2 or not any(problem.name == 'action' for problem in found):
        return ()
    return tuple(sorted(found, key=lambda problem: problem.key.start if problem.key else 0))


def fix_in_spec(document: Document, stray: tuple[Problem, ...]) -> tuple[Fix | None, str | None]:
    """Give a rule that stands in spec its dash; and the list before it, to which it belongs."""
    spec = document.spec
    node = spec.node if spec is not None else None
    if spec is None or not isinstance(node, MappingNode) or node.flow:
        return None, None
    keys = [problem.key for problem in stray]
    indices = [i for i, (key, _) in enumerate(node.entries) if any(key is one for one in keys)]
    first, last = indices[0], indices[-1]
    if first == 0:
        return None, None
    name = node.entries[first - 1][0].value
    rules = node.entries[first - 1][1]
    if name not in ('ingress', 'egress'):
        return None, None
    text = document.source.text
    column = node.entries[first][0].start - line_start(text, node.entries[first][0].start)
    dash = column
    if isinstance(rules, SequenceNode):
        if rules.flow or not rules.items:
            return None, name
        dash = rules.start - line_start(text, rules.start)
    elif rules.start != rules.end:
        return None, name
    if len(indices) != last - first + 1 or dash < column:
        return None, name
    extra = ' ' * (dash - column)
    start, end = node.entries[first][0].start, rewrite.end_of(text, node.entries[last][1])
    edits = rewrite.indented(text, start, end, f'{extra}- ', f'{extra}  ')
    return Fix('Make a rule of it', UNSAFE, edits), name


def fix_of_mapping(document: Document, node: MappingNode) -> Fix | None:
    """Make a list with one item of a mapping."""
    if not node.entries:
        return None
    text = document.source.text
    if node.flow:
        edits: tuple[Edit, ...] = (
            Edit(_at(node.start), '['),
            Edit(_at(node.end), ']'),
        )
    else:
        start, end = node.entries[0][0].outer, rewrite.end_of(text, node)
        if text[line_start(text, start) : start].strip(' '):
            return None
        edits = rewrite.indented(text, start, end, '- ', '  ')
    return Fix('Make a list of it', UNSAFE, edits)


def _at(offset: int) -> Span:
    return Span(offset, offset)


def repeated_keys(document: Document, problem: Problem) -> list[Problem]:
    """The keys that are set again, beside the key of a problem, where they make another rule."""
    return _repeated(document).get(id(problem.key), []) if problem.kind == 'duplicate' else []


@once
def _repeated(document: Document) -> dict[int, list[Problem]]:
    """By the identity of a key the keys of its rule, for each rule that has no dash of its own."""
    owners: dict[int, list[Problem]] = {}
    for problem in document.problems:
        owner = problem.owner
        if (
            problem.kind == 'duplicate'
            and problem.key is not None
            and isinstance(owner, Object)
            and owner.type == 'Rule'
            and isinstance(owner.parent, Array)
        ):
            owners.setdefault(id(owner), []).append(problem)
    found: dict[int, list[Problem]] = {}
    for problems in owners.values():
        problems.sort(key=lambda problem: problem.key.start if problem.key else 0)
        group: list[Problem] = []
        groups = [group]
        for problem in problems:
            if any(problem.name == one.name for one in group):
                group = []
                groups.append(group)
            group.append(problem)
        for group in groups:
            # Whoever writes a key twice by mistake writes one; a rule has its action again.
            if len(group) > 1 and any(one.name == 'action' for one in group):
                found.update((id(one.key), group) for one in group)
    return found


def fix_of_repeated(document: Document, first: Problem) -> Fix | None:
    """Give the second rule its dash."""
    rule = first.owner
    node = rule.node if rule is not None else None
    if not isinstance(node, MappingNode) or node.flow or first.key is None:
        return None
    text = document.source.text
    begin = line_start(text, node.start)
    column = node.start - begin
    dash = text[begin : node.start].rfind('-')
    line = line_start(text, first.key.start)
    if dash < 0 or text[line : first.key.start] != ' ' * column:
        return None
    replaced = f'{" " * dash}-{" " * (column - dash - 1)}'
    return Fix('Begin a new rule', UNSAFE, (Edit(Span(line, first.key.start), replaced),))


@once
def joined_documents(document: Document) -> dict[int, tuple[Problem, ...]]:
    """By the identity of a key the top-level keys of its document, where --- is missing above it.

    Whoever writes a key twice by mistake writes one; a document has its apiVersion and kind again.
    """
    found = [
        problem
        for problem in document.problems
        if problem.kind == 'duplicate' and problem.owner is document.root and problem.key
    ]
    found.sort(key=lambda problem: problem.key.start if problem.key else 0)
    groups: list[list[Problem]] = []
    names: set[str] = set()
    for problem in found:
        if not groups or problem.name in names:
            groups.append([])
            names = set()
        groups[-1].append(problem)
        names.add(problem.name)
    joined = [tuple(one) for one in groups if {'apiVersion', 'kind'} <= {key.name for key in one}]
    return {id(key.key): group for group in joined for key in group}


def fragment(rule: Object, document: Document) -> MistakeKey | None:
    """The mistake that dashes part what is one rule, for the second part of it and those behind."""
    return _fragments(document).get(id(rule))


@once
def _fragments(document: Document) -> dict[int, MistakeKey]:
    """By the identity of a rule without an action the rule above that it may be a part of."""
    found: dict[int, MistakeKey] = {}
    spec = document.spec
    for direction in ('ingress', 'egress') if spec is not None else ():
        said: set[str] = set()
        head: Object | None = None
        for item in spec.items(direction) if spec is not None else ():
            keys = set(item.fields) | set(item.nulls) if isinstance(item, Object) else set()
            if not isinstance(item, Object) or 'action' in keys or not keys <= RULE_KEYS:
                head = item if isinstance(item, Object) and 'action' in keys else None
                said = keys
            elif head is not None and keys and not keys & said:
                found[id(item)] = ('parts of one rule', head.node.start)
                said = said | keys
            else:
                head = None
    return found
