"""Advice put into effect, and what must hold of the document that comes out.

What a rule says is followed to the letter: its fix where there is one, else what its message quotes
(``write X`` in the place of the value, or of the whole entry; ``remove it``). A document may lose
nothing thereby that limits what it matches, and no negation may turn into its opposite. The
comparison knows no meaning of selectors: it counts, and is satisfied only where nothing can have
grown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from linter.calico import nets
from linter.calico.misplaced import is_negation
from linter.diagnostic import Diagnostic
from linter.engine.fix import edited
from linter.text.edit import Edit
from linter.text.source import Span
from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.edit import entry_spans, item_span
from linter.yaml.errors import YamlError
from linter.yaml.nodes import MappingNode, Node, Scalar, SequenceNode

# Keys of a rule that limit nothing: an action, whatever it is called.
_NEUTRAL = frozenset(('action', 'metadata', 'allow', 'acton', 'atcion', 'verdict', 'jump'))
_RULE_LISTS = frozenset(('ingress', 'egress'))
_HOLDERS = frozenset(
    ('source', 'destination', 'icmp', 'notICMP', 'http', 'serviceAccounts', 'services')
)
# What people write about a rule or a policy, which limits nothing either.
_REMARKS = frozenset(('description', 'comment', 'name', 'labels', 'annotations', 'priority'))


class Weight(NamedTuple):
    """What limits a document: how many rules, limits and negations it has, and what it selects."""

    rules: int
    limits: int
    negations: int
    scopes: int
    types: frozenset[str]


def roots(text: str) -> list[Node]:
    """The documents of a text that can be read."""
    found: list[Node] = []
    for chunk in split(text):
        try:
            root = compose(text, chunk)
        except YamlError:
            continue
        if root is not None:
            found.append(root)
    return found


def weight(text: str) -> Weight:
    """Count what limits a text."""
    rules = limits = negations = scopes = 0
    types: set[str] = set()
    for spec, is_policy in _specs(roots(text)):
        for key, value in spec.entries:
            if key.value in _RULE_LISTS:
                for rule in _items(value):
                    rules += 1
                    for name, _ in _limits(rule):
                        limits += 1
                        negations += is_negation(name) or name.lower().startswith(
                            ('except', 'exclude')
                        )
            elif not is_policy:
                continue
            elif 'elector' in key.value or key.value in ('podLabels', 'appliedTo'):
                scopes += 1
                negations += is_negation(key.value)
            elif key.value == 'types':
                types |= {item.value.title() for item in _items(value) if isinstance(item, Scalar)}
    return Weight(rules, limits, negations, scopes, frozenset(types))


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, SequenceNode) else [node]


def _specs(waiting: list[Node]) -> Iterator[tuple[MappingNode, bool]]:
    for root in waiting:
        if isinstance(root, SequenceNode):
            yield from _specs(root.items)
        elif isinstance(root, MappingNode):
            kinds = [value for key, value in root.entries if key.value == 'kind']
            is_policy = any(isinstance(kind, Scalar) and 'olic' in kind.value for kind in kinds)
            for key, value in root.entries:
                if key.value == 'spec' and isinstance(value, MappingNode):
                    yield value, is_policy
                elif key.value == 'items' and isinstance(value, SequenceNode):
                    yield from _specs(value.items)


def _limits(rule: Node) -> Iterator[tuple[str, Node]]:
    """The entries of a rule that limit it, whatever they are called, at their innermost."""
    if not isinstance(rule, MappingNode):
        return
    is_rule = any(key.value == 'action' or key.value in _HOLDERS for key, _ in rule.entries)
    for key, value in rule.entries:
        if key.value.lower() in _NEUTRAL or (is_rule and key.value.lower() in _REMARKS):
            continue
        if isinstance(value, SequenceNode) and not value.items:
            continue  # Calico takes an empty list for none
        if key.value in _HOLDERS and isinstance(value, MappingNode):
            inner = list(_limits(value))
            yield from (
                ((f'not-{name}', one) for name, one in inner) if is_negation(key.value) else inner
            )
        else:
            yield key.value, value


def followed(found: Diagnostic) -> Iterator[tuple[str, str]]:
    """Each text that comes of following a finding's advice, with the words that were followed."""
    text = found.source.text
    if found.fix is not None:
        yield edited(text, found.fix.edits), f'fix: {found.fix.title}'
        return
    node = _at(roots(text), found.span)
    if node is None:
        return
    for words in _quoted(found.message):
        if words.startswith('projectcalico.org/') and found.fact != 'api-version':
            continue  # that is for the whole document
        if words.startswith('apiVersion: networking'):
            continue  # then it is no document of Calico's any more
        if found.fact in _ENTRIES or not _ENTRY.match(words):
            after = _followed(
                text, _item(text, found, node) if words == 'remove it' else node, words
            )
        else:
            is_item = (found.yaml_path or '').endswith(']')
            after = _set(text, found.span, words, is_item)
        if after is not None:
            yield after, words


# What is found at the key of an entry that is to be written anew.
_ENTRIES = frozenset(
    ('unknown-field', 'unknown-metadata', 'v1-field', 'v2-tag', 'kubernetes-field')
)
_WRITE = re.compile(r'\b(?:write|add) ')
_VALUE = re.compile(
    r"""(?: '[^'…]*' | "[^"…]*" | \[[^]…]*\] | \{[^…]*\} | (?:-[ ])?[\w./:!-]+ )\Z""", re.VERBOSE
)
_ENTRY = re.compile(r'[A-Za-z]+: [^…]+\Z')
# Words that go on in prose.
_PROSE = frozenset(
    (
        'that', 'it', 'a', 'an', 'one', 'two', 'the', 'rules', 'its', 'each', 'them', 'this',
        'what', 'kind', 'another', 'exact', 'such', 'in',
    )
)  # fmt: skip


def _quoted(message: str) -> Iterator[str]:
    if re.search(r': remove it(?:\Z|;)', message):
        yield 'remove it'
    for found in _WRITE.finditer(message):
        words = _until_prose(message[found.end() :])
        if words.split(' ', 1)[0] in _PROSE:
            continue
        if words == 'namespaceSelector' or (found[0] == 'add ' and not _ENTRY.match(words)):
            continue  # which value it gets is for the author to say
        if _VALUE.match(words) or _ENTRY.match(words):
            yield words


_STOP = re.compile(r'[,;]| (?:or|and|for|in|under|above|instead|one) | \(')


def _until_prose(text: str) -> str:
    """The words up to a comma, ``or`` or the end, brackets and quotes kept whole."""
    depth = 0
    quote = ''
    for at, char in enumerate(text):
        if quote:
            quote = '' if char == quote else quote
        elif char in '\'"`':
            quote = char
        elif char in '[{(':
            depth += 1
        elif char in ']})':
            depth -= 1
        elif not depth and _STOP.match(text, at):
            return text[:at]
    return text


class _Found(NamedTuple):
    node: Node
    parent: Node | None
    index: int
    is_key: bool


def _at(waiting: list[Node], span: Span) -> _Found | None:
    """The node that starts where a finding is."""
    todo: list[_Found] = [_Found(node, None, 0, False) for node in waiting]
    while todo:
        found = todo.pop()
        node = found.node
        if node.start == span.start and (not isinstance(node, MappingNode) or node.flow):
            return found
        if isinstance(node, MappingNode):
            for index, (key, value) in enumerate(node.entries):
                todo += (_Found(key, node, index, True), _Found(value, node, index, False))
        elif isinstance(node, SequenceNode):
            todo += [_Found(item, node, index, False) for index, item in enumerate(node.items)]
    return None


def _item(text: str, found: Diagnostic, key: _Found) -> _Found:
    """The whole item of a list where a finding is about that, and stands at its first key."""
    if not (found.yaml_path or '').endswith(']'):
        return key
    todo = roots(text)
    while todo:
        node = todo.pop()
        if isinstance(node, MappingNode):
            todo += [value for _, value in node.entries]
        elif isinstance(node, SequenceNode):
            for index, item in enumerate(node.items):
                if item is not key.node and item.start == found.span.start:
                    return _Found(item, node, index, False)
            todo += node.items
    return key


def _set(text: str, span: Span, words: str, is_item: bool) -> str | None:
    """Set a field in the nearest mapping around a place that has it, or else may have it."""
    name = words.partition(':')[0]
    around = [
        mapping
        for mapping in _mappings(roots(text))
        if mapping.start <= span.start < max(mapping.end, mapping.start + 1)
    ]
    around.sort(key=lambda mapping: mapping.start, reverse=True)
    for mapping in around:
        keys = {key.value for key, _ in mapping.entries}
        if name in ('kind', 'apiVersion') and 'metadata' not in keys and mapping is not around[-1]:
            continue
        for key, value in mapping.entries:
            if key.value == name:
                if not isinstance(value, Scalar) and not value.flow:
                    return None
                return edited(text, [Edit(Span(key.start, max(key.end, value.end)), words)])
        needed = {'protocol': {'action'}, 'types': {'ingress', 'egress', 'selector', 'types'}}
        if name in needed and not needed[name] & keys:
            continue
        if name == 'protocol':
            return _before_first(text, mapping, words)
        return _inserted(text, mapping, span, words, is_item)
    return None


def _inserted(text: str, mapping: MappingNode, span: Span, words: str, is_item: bool) -> str | None:
    """Add an entry to the mapping that a finding at one of its keys, or at its own key, means."""
    for key, value in mapping.entries:
        if key.start == span.start:
            into = mapping
            if not is_item and isinstance(value, MappingNode) and value.entries:
                into = value
            if into is mapping and key is not mapping.entries[0][0]:
                return None
            return _before_first(text, into, words)
    return None


def _before_first(text: str, mapping: MappingNode, words: str) -> str:
    first = mapping.entries[0][0]
    begin = max(text.rfind(end, 0, first.outer) for end in '\r\n') + 1
    indent = ' ' * (first.outer - begin)
    gap = ', ' if mapping.flow else f'\n{indent}'
    return edited(text, [Edit(Span(first.outer, first.outer), words + gap)])


def _mappings(waiting: list[Node]) -> Iterator[MappingNode]:
    todo = list(waiting)
    while todo:
        node = todo.pop()
        if isinstance(node, MappingNode):
            yield node
            todo += [value for _, value in node.entries]
        elif isinstance(node, SequenceNode):
            todo += node.items


def _followed(text: str, found: _Found, words: str) -> str | None:
    node, parent = found.node, found.parent
    if words == 'remove it':
        if isinstance(parent, MappingNode) and found.is_key:
            spans = entry_spans(text, parent, [found.index])
            return None if not spans else edited(text, [Edit(span, '') for span in spans])
        if isinstance(parent, SequenceNode):
            span = item_span(text, parent, found.index)
            return None if span is None else edited(text, [Edit(span, '')])
        return None
    if found.is_key and isinstance(parent, MappingNode):
        key, value = parent.entries[found.index]
        if _ENTRY.match(words):
            if not isinstance(value, Scalar) and not value.flow:
                return None
            return edited(text, [Edit(Span(key.start, max(key.end, value.end)), words)])
        if re.fullmatch(r'[A-Za-z]+', words):
            return edited(text, [Edit(Span(key.start, key.end), words)])
        return None
    if isinstance(node, Scalar) and node.style not in ('|', '>') and not _ENTRY.match(words):
        quote = node.style if re.fullmatch(r'[\w./:-]+', words) else ''
        return edited(text, [Edit(Span(node.start, node.end), f'{quote}{words}{quote}')])
    return None


def grown(before: str, after: str) -> str | None:
    """How a document came to match more than was written; None where it did not."""
    old, new = weight(before), weight(after)
    gone = old.rules - new.rules
    if gone <= 0 and new.limits < old.limits:
        return f'{old.limits - new.limits} limits of rules are gone'
    if gone <= 0 and new.negations != old.negations:
        return f'{new.negations} negations instead of {old.negations}'
    if new.scopes < old.scopes:
        return 'the policy selects more'
    if old.types and new.types and not old.types & {'Ingress', 'Egress'} <= new.types:
        return 'a direction is open now'
    return _wider(before, after)


_NET = re.compile(
    r'(?<![\w.:])(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:.]+)(?:/[\d.]+)?(?![\w.])'
)


def _with_length(text: str) -> str:
    """A network with the length of its mask instead of the mask."""
    address, slash, mask = text.partition('/')
    bits = nets.parse_v4(mask)
    return text if bits is None else f'{address}{slash}{bin(bits).count("1")}'


def _networks(text: str) -> list[tuple[int, int, int]]:
    """First and last address of each network that a text names, with their bits."""
    found = []
    for match in _NET.finditer(re.sub(r'(?<![\w.:])0+(?=\d+\.)', '', text)):
        net = nets.parse(_with_length(match[0]))
        if net is not None:
            shift = net.bits - (net.bits if net.prefix is None else net.prefix)
            low = net.address >> shift << shift
            found.append((net.bits, low, low | ((1 << shift) - 1)))
    return found


def _wider(before: str, after: str) -> str | None:
    old = _networks(before)
    for bits, low, high in _networks(after):
        if not any(b == bits and first <= low and high <= last for b, first, last in old):
            return 'it names a network that was not there'
    return None
