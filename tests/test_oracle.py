"""Parity with Calico: documents and values that its own code has labelled.

``pytest -s tests/test_oracle.py`` prints the tables.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import everything as check
import pytest
from conftest import (
    FIRST_LANES,
    LANES,
    ORACLE,
    Document,
    Lanes,
    disagreements,
    documents,
    lane_target,
    printed,
)

from linter.calico import ports
from linter.calico.decode import decode
from linter.calico.decoded import Decoded
from linter.calico.lists import owned
from linter.calico.ownership import CalicoObject
from linter.calico.target import Target
from linter.calico.values import plain
from linter.diagnostic import Diagnostic
from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.errors import YamlError

# ---- Verdicts ------------------------------------------------------------------------------------

# Where a label and the linter differ on purpose.
NOT_CALICOS = {
    'b9: empty doc': 'nothing in it says that it is meant for Calico',
    'b9: comment only doc': 'nothing in it says that it is meant for Calico',
    'b9: null doc': 'nothing in it says that it is meant for Calico',
    'b9: scalar doc': 'nothing in it says that it is meant for Calico',
    'b9: no apiVersion': 'a NetworkPolicy of nobody: its spec is empty',
    'b9: apiVersion v1': 'a NetworkPolicy of nobody: its spec is empty',
    'b10: CRD v1 raw': 'judged in the raw lane, whatever lane it is labelled for',
}
# calicoctl answers "unknown resource type (List) and/or version (v1)" (RM, its table of kinds), but
# kubectl unfolds a List on the client and applies what is in it, and the API server never sees it.
# So the target does not refuse the document, one of its two clients does: `refused_by: calicoctl`.
CALICOCTL_ONLY = {'b9: kind List', 'b9: kind List v3'}
# The labels of the crd lanes say what the CRD makes of the object. How kubectl finds the CRD by the
# document's own apiVersion was not part of it.
CRD_ONLY = {
    'b9: case APIVersion': 'kubectl sees no apiVersion, and sends nothing',
    'b9: apiVersion v3 upper': 'no API server serves projectcalico.org/V3',
}


def is_exempt(identifier: str, lane: str) -> bool:
    return (
        identifier in NOT_CALICOS
        or (lane.startswith('api') and identifier in CALICOCTL_ONLY)
        or (lane.startswith('crd') and identifier in CRD_ONLY)
    )


@pytest.mark.parametrize('lane', FIRST_LANES)
def test_parity_of_some(lane: str, lanes: Lanes) -> None:
    """Half of the documents that were made by hand, and a third of the others."""
    part = FIRST_LANES.index(lane)
    chosen = [*documents('handmade')[part % 2 :: 2], *documents('generated')[part % 3 :: 3]]
    is_refused = {one.id: lanes.is_refused(one, lane) for one in chosen if lane in one.labels}
    agree(lane, is_refused)


@pytest.mark.slow
@pytest.mark.parametrize('lane', LANES)
def test_parity(lane: str, lanes: Lanes) -> None:
    agree(lane, lanes.refused(lane))


def agree(lane: str, refused: dict[str, bool]) -> None:
    """Documents are refused where Calico's own code refuses them."""
    counted = [d for d in documents() if d.id in refused and not is_exempt(d.id, lane)]
    wrong = [_told(d, lane) for d in counted if refused[d.id] != d.is_refused(lane)]
    right, rejects = len(counted) - len(wrong), sum(d.is_refused(lane) for d in counted)
    print(f'\n{lane:9} {right} of {len(counted)} agree, {rejects} refused', end='')
    assert wrong == []


def test_exceptions_are_needed(lanes: Lanes) -> None:
    """An exception that agrees in every lane is none."""
    for names, kind in ((NOT_CALICOS, ''), (CALICOCTL_ONLY, 'api'), (CRD_ONLY, 'crd')):
        for name in names:
            document = next(one for one in documents('handmade') if one.id == name)
            assert any(
                lanes.is_refused(document, lane) != document.is_refused(lane)
                for lane in document.labels
                if lane.startswith(kind)
            ), name


def _told(document: Document, lane: str) -> str:
    found = check.check('policy.yaml', document.in_lane(lane), lane_target(lane)).diagnostics
    shown = [(one.rule, one.effect, one.refused_by, one.message) for one in found]
    return f'{document.id}: {document.labels[lane]}, found {shown}'


# ---- Variations ----------------------------------------------------------------------------------

# Systematic variations of every field, and combinations of rules. A template that is no YAML before
# it is rendered is passed over on purpose, and labelled as calicoctl takes it.
VARIED = (
    *(f'api-{version}' for version in ('3.28', '3.30', '3.31', '3.32', '3.33')),
    *(f'crd3-{version}' for version in ('3.32', '3.33')),
    *(f'crd1-{version}' for version in ('3.31', '3.32', '3.33')),
)


def wrongly_judged(chosen: Sequence[Document], lane: str) -> list[str]:
    """Which of these documents Calico's code or the linter refuses, and the other one accepts."""
    wrong = []
    for document in chosen:
        if lane not in document.labels:
            continue
        found = check.check('policy.yaml', document.in_lane(lane), lane_target(lane))
        refused = any(one.refused_by == 'calico' for one in found.diagnostics)
        if refused != document.is_refused(lane) and not found.templates:
            wrong.append(_told(document, lane))
    return wrong


@pytest.mark.parametrize('lane', VARIED)
def test_variations(lane: str) -> None:
    assert wrongly_judged(documents('variations')[::20], lane) == []


@pytest.mark.slow
@pytest.mark.parametrize('lane', VARIED)
def test_all_variations(lane: str) -> None:
    assert wrongly_judged(documents('variations'), lane) == []


@pytest.mark.parametrize('cause', disagreements())
def test_disagreements(cause: str) -> None:
    wrong = []
    for row in disagreements()[cause]:
        found = check.check('policy.yaml', row['yaml'].encode(), lane_target(row['lane']))
        if any(one.refused_by == 'calico' for one in found.diagnostics) != (
            row['calico'] == 'reject'
        ):
            wrong.append((row['lane'], row['yaml'], row['why'], printed(found.diagnostics)))
    assert wrong == []


# ---- Places --------------------------------------------------------------------------------------

# One fault, refused in api-3.32, and no finding where it was planted: the lane accepts the planted
# value, and refuses the document for something that the generator wrote beside it.
ACCEPTED = {
    'dev1-81': 'ipVersion 6; refused: http with UDPLite, an address in nets',
    'dev1-107': 'port 080 is 80; refused: the line break at the end of a selector',
    'dev1-216': 'namespace a.b, which Calico does not check; refused: http with UDP',
    'dev1-533': 'tier kube-admin exists; refused: the line break at the end of a selector',
    'dev1-542': 'order 1e3; refused: the line break at the end of selectors',
    'dev1-610': 'protocol 6.0 is 6; refused: the line break at the end of a selector',
    'dev1-693': 'ipVersion 4.0 is 4; refused: an address in nets',
    'dev1-706': '10.0.0.0/08 is read as /8; refused: http with UDPLite',
    'dev1-751': 'tier kube-admin exists; refused: http with ICMP',
    'dev1-850': 'ipVersion null is none; refused: the line break at the end of selectors',
    'dev1-973': 'name 123 is the text 123; refused: the line break at the end of a selector',
    'dev1-1286': 'port 8080:8090; refused: the line break at the end of a selector',
    'dev1-1318': 'protocol 255; refused: http with UDPLite',
    'dev1-1424': 'namespace prod_1, which Calico does not check; refused: selectors',
    'dev1-1682': 'ICMP type null is none; refused: icmp with TCP',
    'dev1-1697': 'name ossg.default.x; refused: the line break at the end of a selector',
    'dev1-1714': 'protocol 255; refused: the line break at the end of selectors',
    'dev1-1735': 'net 2001:DB8::/32; refused: the line break at the end of a selector',
    'dev1-1978': 'ICMP type null is none; refused: icmp with a protocol number, a selector',
    'dev1-2016': 'notProtocol null is none; refused: the line break at the end of a selector',
    'dev1-2082': 'tier 5 is the text 5; refused: the line break at the end of a selector',
    'dev1-2153': 'tier kube-admin exists; refused: the line break at the end of selectors',
    'dev1-2387': 'net 2001:DB8::/32; refused: ipVersion 4 beside it, whose place is its value',
}
LANE = 'api-3.32'


@cache
def single_faults() -> list[tuple[Document, list[Diagnostic]]]:
    """Documents with one fault that are refused, and what is refused in them."""
    faulty = []
    for document in documents('generated'):
        if len(document.faults) == 1 and document.is_refused(LANE):
            found = check.check('policy.yaml', document.text.encode(), lane_target(LANE))
            refused = [one for one in found.diagnostics if one.effect == 'refused']
            faulty.append((document, refused))
    return faulty


def test_places() -> None:
    """Some refused finding starts at the mark, or at the key of the marked value."""
    missed: dict[str, str] = {}
    marked = 0
    for document, refused in single_faults():
        if document.marks:
            marked += 1
            places = {one.source.position(one.span.start) for one in refused}
            if not places & set(_targets(document)):
                missed[document.id] = f'{document.marks} {sorted(places)}'
    counted = marked - len(ACCEPTED)
    print(
        f'\n{counted - len(missed.keys() - ACCEPTED)} of {counted} at the mark; '
        f'{len(ACCEPTED)} more have a mark that {LANE} accepts'
    )
    assert missed.keys() == ACCEPTED.keys(), {
        name: missed.get(name) for name in missed.keys() ^ ACCEPTED.keys()
    }


def _targets(document: Document) -> Iterator[tuple[int, int]]:
    lines = document.text.split('\n')
    for line, column in document.marks:
        yield line, column
        ahead = lines[line - 1][: column - 1]
        if ahead.rstrip().endswith(':'):
            yield line, len(ahead) - len(ahead.lstrip(' -{')) + 1


def test_one_mistake_one_finding() -> None:
    """Most documents with one fault have one refused finding; the generator added to the rest."""
    counts = Counter(len(refused) for _, refused in single_faults())
    print(f'\nrefused findings in documents with one fault: {dict(sorted(counts.items()))}')
    assert counts[0] == 0
    assert counts[1] / sum(counts.values()) > 0.8
    assert max(counts) <= 5


# ---- Decoded values ------------------------------------------------------------------------------

NEXT = Target((3, 33))
# calicoctl decoded this text without cutting it into documents first.
UNSPLIT = {'b9: two docs in one (no split)'}


@pytest.mark.parametrize('reader', ['libyaml', 'pure'])
def test_decoded(reader: str) -> None:
    """What the decoder makes of a document is what calicoctl 3.33 makes of it."""
    wrong: list[str] = []
    compared = 0
    for document in documents('handmade'):
        mine = list(_decoded(document.text, reader))
        theirs = [_normal(item) for item in document.decoded]
        if not theirs or document.id in UNSPLIT:
            continue  # refused while decoding, a List, or nothing at all
        compared += 1
        if [_normal(plain(item.root)) for item in mine if item.root] != theirs:
            wrong.append(f'{document.id}: {[plain(i.root) for i in mine if i.root]} {theirs}')
    print(f'\n{compared - len(wrong)} of {compared} decoded alike by {reader}')
    assert wrong == []
    assert compared > 700


def _decoded(text: str, reader: str) -> Iterator[Decoded]:
    for chunk in split(text):
        try:
            root = compose(text, chunk, reader=reader)
        except YamlError:
            continue
        for one in owned(root) if root is not None else ():
            if isinstance(one, CalicoObject) and one.kind is not None:
                yield decode(one.node, 'v3', one.kind, NEXT.version, NEXT.lane('v3'))


def _normal(value: Any, field: str = '') -> Any:
    """Without zero values, and with ports and protocols as numbers where they are numbers."""
    if isinstance(value, dict):
        items = ((name, _normal(item, name)) for name, item in value.items())
        return {name: item for name, item in items if item not in ('', 0, False, None, [], {})}
    if isinstance(value, list):
        return [_normal(item, field) for item in value]
    if field == 'order':
        return float(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, (int, str)) and not isinstance(value, bool):
        if field in ('ports', 'notPorts'):
            port = ports.parse(value)
            return port.name if port.name is not None else (port.low, port.high)
        if field in ('protocol', 'notProtocol') and str(value).isascii() and str(value).isdigit():
            return int(value)
    return value


# ---- The pre-release API v2 ----------------------------------------------------------------------

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (ORACLE / 'v2-vectors.json').read_text(encoding='utf-8')
)
V2_KINDS = ('NetworkPolicy', 'GlobalNetworkPolicy')


@pytest.mark.parametrize('kind', V2_KINDS)
@pytest.mark.parametrize(
    ('table', 'verdict'),
    [
        ('selectors', lambda row: row['error'] is None),
        ('ports', lambda row: row['validate_error'] is None),
        ('protocols', lambda row: row['v2_error'] is None),
        ('names', lambda row: row['page_v2']),
    ],
)
def test_v2(kind: str, table: str, verdict: Any) -> None:
    """A value in a v2 document is refused where the v2 code, or its page, refuses it."""
    wrong = []
    for row in VECTORS[table]:
        found = check.check('policy.json', _v2(kind, table, row['in']), Target()).diagnostics
        refused = [one for one in found if one.refused_by == 'calico']
        if bool(refused) == bool(verdict(row)):
            wrong.append((row, [(one.rule, one.message) for one in refused]))
    assert wrong == []


def _v2(kind: str, table: str, value: Any) -> bytes:
    rule: dict[str, Any] = {'action': 'allow', 'protocol': 'tcp'}
    spec: dict[str, Any] = {'types': ['ingress'], 'ingress': [rule]}
    metadata = {'name': value if table == 'names' else 'web'}
    if kind == 'NetworkPolicy':
        metadata['namespace'] = 'shop'
    if table == 'selectors':
        spec['selector'] = value
    elif table == 'ports':
        rule['destination'] = {'ports': [value]}
    elif table == 'protocols':
        rule['protocol'] = value
    document = {
        'apiVersion': 'projectcalico.org/v2',
        'kind': kind,
        'metadata': metadata,
        'spec': spec,
    }
    return json.dumps(document).encode()
