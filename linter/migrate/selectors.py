"""Selectors of the old APIs: labels that changed their names, and those of namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from linter.calico.selector.accept import LETTER, LITERAL
from linter.calico.selector.meaning import (
    And,
    Compare,
    Has,
    Member,
    Not,
    Or,
    Selector,
    parse,
)
from linter.migrate.table import NAMESPACE_PREFIX
from linter.text.lazy_regex import lazy

Change = tuple[int, int, str]
"""Start, end, and what comes in between."""

_TOKEN = lazy(rf'{LITERAL}|(?P<label>{LETTER}+)')
_STRUCTURE = lazy(rf'{LITERAL}|[(){{}}]|&&')


class Parts(NamedTuple):
    """The conditions of a selector that ``&&`` joins: on endpoints, and on their namespaces."""

    own: list[str]
    namespaces: list[str]


def renamed(text: str, names: Mapping[str, str], prefixes: Mapping[str, str]) -> Iterator[Change]:
    """Give labels other names, or names that begin otherwise."""
    for found in _TOKEN.finditer(text):
        label, start = found['label'], found.start()
        if label in names:
            yield *found.span(), names[label]
        elif label:
            for old, new in prefixes.items():
                if label.startswith(old) and label != old:
                    yield start, start + len(old), new


def unprefixed(text: str) -> str:
    """The condition of a namespaceSelector, where the prefix goes without saying."""

    def shorter(found: re.Match[str]) -> str:
        return found[0].removeprefix(NAMESPACE_PREFIX) if found['label'] else found[0]

    return _TOKEN.sub(shorter, text)


def parted(text: str) -> Parts | None:
    """The parts of a selector; None where a condition is about both."""
    # Only if `&&` is what joins it at the top may it be cut there: it binds closer than `||`.
    terms = [*_terms(text)] if isinstance(parse(text), And) else [text.strip()]
    parts = Parts([], [])
    for term in terms:
        tree = parse(term)
        sides = {label.startswith(NAMESPACE_PREFIX) for label in labels(tree)} if tree else {None}
        if len(sides) > 1 or None in sides:
            return None
        (parts.namespaces if True in sides else parts.own).append(term)
    return parts


def _terms(text: str) -> Iterator[str]:
    depth = at = 0
    for found in _STRUCTURE.finditer(text):
        if found[0] in ('(', '{'):
            depth += 1
        elif found[0] in (')', '}'):
            depth -= 1
        elif found[0] == '&&' and not depth:
            yield text[at : found.start()].strip()
            at = found.end()
    yield text[at:].strip()


def labels(tree: Selector) -> Iterator[str]:
    """The labels that a selector asks for."""
    waiting: list[Selector] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Not):
            waiting.append(node.operand)
        elif isinstance(node, (And, Or)):
            waiting += node.operands
        elif isinstance(node, (Has, Compare, Member)):
            yield node.key
