"""Advice never opens, inverts or widens: every message of every bad example, case and label.

What a message says is followed to the letter, the file is checked again, and the two are compared:
see ``advice.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from advice import followed, grown
from conftest import (
    FIXTURES,
    blocks,
    documents,
    golden_cases,
    lane_target,
    printed,
    target,
)

from linter.calico.decode import decode
from linter.calico.document import Document
from linter.calico.ownership import CalicoObject, owned
from linter.calico.target import Target
from linter.calico.values import Array, Leaf, Object, Value
from linter.catalogue.catalogue import standard
from linter.diagnostic import Diagnostic
from linter.engine import check as engine
from linter.engine.fix import edited
from linter.text.source import Source
from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.edit import SAFE
from linter.yaml.errors import YamlError

CASES = [path for path in golden_cases() if path.stat().st_size < 60_000]
RULES = standard().rules()
# Where the advice is to write something else altogether, and what it says is one part of that.
PARTIAL = frozenset(
    (
        'suppression-unknown',
        'suppression-unused',
        'suppression-malformed',
        # The v1 API is migrated as a whole, and held to its own proof.
        'legacy-v1',
        'v2-unreleased',
    )
)
# What stands behind these was not looked at before.
UNREAD = frozenset(('raw-crd', 'kind-missing', 'kind-unknown', 'api-version', 'yaml-syntax', 'stray-text'))
# Directions that nothing governs before the destination is translated.
NOTHING_OPENS = frozenset(('prednat-with-egress-type',))


def _token(found: Diagnostic) -> tuple[str, str]:
    """The rule, and the text at which it finds something."""
    return found.rule, found.source.text[found.span.start : found.span.end]


def wrong(text: str, where: Target, found: Iterable[Diagnostic]) -> list[str]:
    """What goes wrong when advice is followed."""
    problems: list[str] = []
    known = {_token(one) for one in found}
    for one in found:
        if one.fact in PARTIAL:
            continue
        for after, words in followed(one):
            reason = None if one.fact in NOTHING_OPENS else grown(text, after)
            then = engine.check('policy.yaml', after.encode(), where).diagnostics
            if reason is None and one.fact not in UNREAD:
                new = [other for other in then if other.effect == 'refused']
                new = [other for other in new if _token(other) not in known]
                reason = f'refused: {new[0].message}' if new else None
            if reason is None and one.fix is None and one.fact != 'kind-missing' and any(
                (other.rule, other.message, other.span.start)
                == (one.rule, one.message, one.span.start)
                for other in then
            ):
                reason = 'the same finding again'
            if reason is not None:
                problems.append(f'{one.rule} at {one.yaml_path}: {words!r}: {reason}\n{one.message}')
    return problems


@pytest.mark.parametrize('rule', RULES.values(), ids=RULES)
def test_advice_of_the_pages(rule: Any) -> None:
    for block in blocks(rule):
        if block.word == 'bad':
            where = target(block.example.flags)
            assert wrong(block.text, where, block.check()) == []


@pytest.mark.parametrize('path', CASES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_advice_of_the_cases(path: Any) -> None:
    data = path.read_bytes()
    flags = re.match(rb'# flags: (.*)', data)
    where = target(flags[1].decode().split() if flags else [])
    found = engine.check(path.name, data, where).diagnostics
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    assert wrong(text, where, found) == [], printed(found)
