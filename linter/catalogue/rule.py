"""What a lint rule is, and how rules are found.

A rule is one module of ``linter.rules``: its docstring is its page, its name with dashes is its
id, ``GROUP`` names the family by which it can be selected, and each function decorated with
``@rule(subject, ...)`` is called for every part of a document of that subject. It yields
findings that name a fact; whether the target minds that fact, and how much, is for the fact
table to say, so no rule ever asks for a lane or a version.

Subjects are

- ``document``: the whole document, once;
- the name of an object in the spec tables: ``Spec``, ``Rule``, ``EntityRule``, ``Metadata``, …;
- a format: ``calico-selector``, ``calico-port``, ``calico-protocol``, ``calico-cidr``, …;
- ``problem:KIND``: what did not fit the schema (``linter.decode.Problem``);
- ``tagged``: a scalar with a YAML tag.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NamedTuple, Optional, TypeVar

from linter.calico.values import Value
from linter.diagnostic import Finding, MistakeKey
from linter.text.edit import Fix
from linter.text.source import Span

Check = Callable[[Any, Any], Iterator[Finding]]
C = TypeVar('C', bound=Callable[..., Iterator[Finding]])


class Rule(NamedTuple):
    """A rule: its id, its group, its page in Markdown, and its checks by subject."""

    id: str
    group: str
    doc: str
    checks: tuple[tuple[str, Check], ...]

    @property
    def summary(self) -> str:
        """The first line of its page."""
        return self.doc.strip().split('\n', 1)[0]


_registered: dict[str, list[tuple[str, Check]]] = {}
_rules: dict[str, Rule] = {}
_subjects: dict[str, list[tuple[str, Check]]] = {}
_of_documents: dict[tuple[str, str, str], list[tuple[str, Check]]] = {}
_index: Optional[dict[str, tuple[str, ...]]] = None
_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'rules')


def rule(*subjects: str, kinds: tuple[str, ...] = ()) -> Callable[[C], C]:
    """Call the function with every value of the subjects, and the document.

    ``kinds``: in documents of these kinds only; ``v2`` stands for every kind of that API.
    """

    def register(check: C) -> C:
        checks = _registered.setdefault(check.__module__, [])
        for subject in subjects:
            checks.extend((f'{subject}@{kind}', check) for kind in kinds)
            if not kinds:
                checks.append((subject, check))
        return check

    return register


def modules() -> list[str]:
    """The names of the modules that are rules."""
    return sorted(
        name[:-3]
        for name in os.listdir(_FOLDER)
        if name.endswith('.py') and not name.startswith('_')
    )


def _load(name: str) -> Rule:
    module = import_module(f'linter.rules.{name}')
    id = name.replace('_', '-')
    if id not in _rules:
        checks = tuple(_registered.get(module.__name__, ()))
        _rules[id] = Rule(id, module.GROUP, module.__doc__ or '', checks)
    return _rules[id]


def load() -> dict[str, Rule]:
    """Every rule by id: every module of ``linter/rules``."""
    return {rule.id: rule for rule in map(_load, modules())}


def checks(subject: str) -> list[tuple[str, Check]]:
    """The checks of a subject, with the ids of their rules; imports those rules only.

    ``rules_index.py`` says which they are, to spare a run the import of all the others. Where it
    does not name the very modules that are there, it is out of date and every rule is imported.
    """
    global _index
    found = _subjects.get(subject)
    if found is None:
        if _index is None:
            _index = _read_index()
        found = _subjects[subject] = [
            (rule.id, check)
            for rule in map(_load, _index[subject] if subject in _index else _index['*'])
            for its_subject, check in rule.checks
            if its_subject == subject
        ]
    return found


def checks_of(subject: str, kind: str, api: str) -> list[tuple[str, Check]]:
    """The checks of a subject in a document of a kind and API."""
    key = subject, kind, api
    found = _of_documents.get(key)
    if found is None:
        found = _of_documents[key] = [
            *checks(subject),
            *checks(f'{subject}@{kind}'),
            *checks(f'{subject}@{api}'),
        ]
    return found


def _read_index() -> dict[str, tuple[str, ...]]:
    from linter.catalogue.index import INDEX, MODULES

    names = modules()
    if tuple(names) == MODULES:
        return {'*': (), **INDEX}
    return {'*': tuple(names)}


def index() -> dict[str, list[str]]:
    """Which modules look at which subject, from the rules themselves."""
    found: dict[str, list[str]] = {}
    for name in modules():
        for subject in dict.fromkeys(subject for subject, _ in _load(name).checks):
            found.setdefault(subject, []).append(name)
    return dict(sorted(found.items()))


def finding_at(
    fact: str,
    value: Value,
    message: str,
    hint: Optional[str] = None,
    *,
    related: tuple[tuple[Span, str], ...] = (),
    fix: Optional[Fix] = None,
    same_mistake: Optional[MistakeKey] = None,
) -> Finding:
    """A finding at a value's own token."""
    return Finding(fact, value.span, message, hint, related, fix, value.yaml_path, same_mistake)


def finding_at_key(
    fact: str,
    value: Value,
    message: str,
    hint: Optional[str] = None,
    *,
    related: tuple[tuple[Span, str], ...] = (),
    fix: Optional[Fix] = None,
    same_mistake: Optional[MistakeKey] = None,
) -> Finding:
    """A finding at a value's key; of a list item, at its first token."""
    return Finding(fact, value.key_span, message, hint, related, fix, value.yaml_path, same_mistake)
