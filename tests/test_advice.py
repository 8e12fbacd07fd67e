"""Advice never opens, inverts or widens: every message of every bad example, case and label.

What a message says is followed to the letter, the file is checked again, and the two are compared:
see ``advice.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import everything as engine
import pytest
from advice import followed, grown
from conftest import (
    blocks,
    by_folder,
    documents,
    flags_of,
    golden_cases,
    lane_target,
    printed,
    some_slow,
    target,
)

from linter.calico.decode import decode
from linter.calico.document import Document
from linter.calico.lists import owned
from linter.calico.ownership import CalicoObject
from linter.calico.target import Target
from linter.calico.values import Array, Leaf, Object, Value
from linter.catalogue.catalogue import standard
from linter.diagnostic import Diagnostic
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
UNREAD = frozenset(
    ('raw-crd', 'kind-missing', 'kind-unknown', 'api-version', 'yaml-syntax', 'stray-text')
)
# Directions that nothing governs before the destination is translated.
NOTHING_OPENS = frozenset(('prednat-with-egress-type',))


def _token(found: Diagnostic) -> tuple[str, str]:
    """The rule, and the text at which it finds something."""
    return found.rule, found.source.text[found.span.start : found.span.end]


def wrong(
    text: str, where: Target, found: Iterable[Diagnostic], *, strict: bool = True
) -> list[str]:
    """What goes wrong when advice is followed.

    Not ``strict``: other mistakes of the document may come to light where one is mended.
    """
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
                new = [
                    other
                    for other in new
                    if _token(other) not in known
                    and (strict or other.rule in (one.rule, 'yaml-syntax'))
                    and (strict or other.yaml_path == one.yaml_path)
                ]
                reason = f'refused: {new[0].message}' if new else None
            if (
                reason is None
                and one.fix is None
                and one.fact != 'kind-missing'
                and any(
                    (other.rule, other.message, other.span.start)
                    == (one.rule, one.message, one.span.start)
                    for other in then
                )
            ):
                reason = 'the same finding again'
            if reason is not None:
                problems.append(
                    f'{one.rule} at {one.yaml_path}: {words!r}: {reason}\n{one.message}'
                )
    return problems


@pytest.mark.parametrize('rule', RULES.values(), ids=RULES)
def test_advice_of_the_pages(rule: Any) -> None:
    for block in blocks(rule):
        if block.word == 'bad':
            where = target(block.example.flags)
            assert wrong(block.text, where, block.check()) == []


@by_folder(CASES)
def test_advice_of_the_cases(paths: list[Path]) -> None:
    for path in paths:
        data = path.read_bytes()
        where = target(flags_of(data))
        found = engine.check(path.name, data, where).diagnostics
        try:
            text = data.decode()
        except UnicodeDecodeError:
            continue
        assert wrong(text, where, found) == [], f'{path}\n{printed(found)}'


@pytest.mark.parametrize(
    'lane', some_slow(['api-3.28', 'api-3.32', 'crd1-3.31', 'crd3-3.33'], 'api-3.32')
)
@pytest.mark.parametrize('part', some_slow(range(8), 0))
def test_advice_of_labelled_documents(lane: str, part: int) -> None:
    where = lane_target(lane)
    problems = []
    for document in documents()[part::8]:
        if lane in document.labels:
            text = document.in_lane(lane).decode()
            found = engine.check('policy.yaml', text.encode(), where).diagnostics
            problems += [f'{document.id}: {one}' for one in wrong(text, where, found, strict=False)]
    assert problems == []


# --- what a safe fix may do ---


def meanings(text: str, where: Target) -> list[Any]:
    """What Calico reads in each object of a text, in one spelling."""
    found: list[Any] = []
    for chunk in split(text):
        try:
            root = compose(text, chunk)
        except YamlError:
            found.append(None)
            continue
        for one in () if root is None else owned(root):
            if isinstance(one, CalicoObject) and one.kind is not None:
                api = 'v2' if one.api == 'v2' else 'v3'
                lane = where.lane(one.api)
                decoded = decode(one.node, api, one.kind, where.version, lane)
                document = Document(Source('', text), one.node, api, one.kind, decoded)
                found.append(plain(document.root))
    return found


def plain(value: Value) -> Any:
    """A value as Felix takes it: words in any letter case, one spelling for one network."""
    if isinstance(value, Object):
        fields = {name: plain(field) for name, field in value.fields.items()}
        return {name: field for name, field in fields.items() if field not in (None, {}, '')}
    if isinstance(value, Array):
        items = [plain(item) for item in value.items]
        is_set = value.name in ('types', 'nets', 'notNets')
        return sorted(dict.fromkeys(map(str, items))) if is_set else items
    assert isinstance(value, Leaf)
    if isinstance(value.value, str):
        if value.name in ('nets', 'notNets') and '/' not in value.text:
            return f'{value.text}/{128 if ":" in value.text else 32}'
        if value.name in ('action', 'types', 'protocol', 'notProtocol'):
            return value.text.lower()
    return value.value


@by_folder(CASES)
def test_a_safe_fix_changes_nothing_that_was_accepted(paths: list[Path]) -> None:
    """Safe: the decoded policy is what it was, or the document was refused."""
    for path in paths:
        data = path.read_bytes()
        try:
            text = data.decode()
        except UnicodeDecodeError:
            continue
        for words in (flags_of(data), ['--admission', 'native', '--calico-version', '3.33']):
            try:
                where = target(words)
            except SystemExit:
                continue
            keeps_its_meaning(text, where)
            raw = text.replace('projectcalico.org/v3', 'crd.projectcalico.org/v1')
            keeps_its_meaning(raw, where)


def keeps_its_meaning(text: str, where: Target) -> None:
    found = engine.check('policy.yaml', text.encode(), where).diagnostics
    refused = {one.object.document_index for one in found if one.effect == 'refused' and one.object}
    for one in found:
        if one.fix is None:
            continue
        if one.effect in ('dropped', 'ignored'):
            assert one.fix.applicability != SAFE, text
            assert 'today' in one.fix.title
        index = one.object.document_index if one.object else -1
        if one.fix.applicability == SAFE and index not in refused:
            after = edited(text, one.fix.edits)
            assert meanings(after, where) == meanings(text, where), f'{one.message}\n{text}'
