"""Whatever text is given, a run ends with findings that lie where they say, or with none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from everything import check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linter.calico.target import Target
from linter.diagnostic import Diagnostic
from linter.yaml.documents import split

ORACLE = Path(__file__).parent.parent / 'fixtures' / 'oracle'
with gzip.open(ORACLE / 'generated.jsonl.gz', 'rt', encoding='utf-8') as file:
    POLICIES = [json.loads(line)['yaml'] for line in file][::20]
PIECES = (
    *'{}[]:,-#&*!|>\'"%@`\n\r\t \\a019$<=~\x00\x1b\x85\u2028\ufeffé😀',
    '---\n', '...\n', '- ', ': ', ' #', '<<: *a', '&a ', '*a', '!!int ', '!!binary ', '${X}', '{{',
    'global(', "'a' && ", '\r\n', '%YAML 1.2\n', 'apiVersion: projectcalico.org/v3\n',
)  # fmt: skip
TARGETS = st.sampled_from(
    [Target(), Target((3, 26)), Target((3, 33), 'native'), Target((3, 31), 'api', 'etcdv3')]
)
THOROUGH = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@st.composite
def changed_policies(draw: st.DrawFn) -> str:
    """A policy with a few pieces put in, taken out or moved."""
    text = draw(st.sampled_from(POLICIES))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(text)))
        width = draw(st.integers(0, 12))
        piece = draw(st.sampled_from((*PIECES, text[:at][-30:])))
        text = text[:at] + piece + text[at + width :]
    return text


def judge(text: str, target: Target) -> None:
    result = check('x.yaml', text.encode('utf-8', 'surrogatepass'), target)
    assert result.errors == []
    for diagnostic in result.diagnostics:
        well_placed(diagnostic)


def well_placed(diagnostic: Diagnostic) -> None:
    source, span = diagnostic.source, diagnostic.span
    assert 0 <= span.start <= span.end <= len(source.text)
    line, column = source.position(span.start)
    assert 1 <= line <= len(source.line_starts)
    assert column >= 1
    assert (line, column) <= source.position(span.end)
    if diagnostic.object is not None:
        chunk = list(split(source.text))[diagnostic.object.document_index]
        if diagnostic.rule != 'unread-text':  # what stands behind the marker of its document
            assert chunk.start <= span.start <= chunk.end
        for place, _ in diagnostic.related:
            assert chunk.start <= place.start <= place.end <= len(source.text)
    for edit in diagnostic.fix.edits if diagnostic.fix is not None else ():
        assert 0 <= edit.span.start <= edit.span.end <= len(source.text)
    assert diagnostic.message.strip() == diagnostic.message != ''
    assert '\n' not in diagnostic.message


@THOROUGH
@given(changed_policies(), TARGETS)
def test_a_changed_policy(text: str, target: Target) -> None:
    judge(text, target)


@THOROUGH
@given(st.text(max_size=200), TARGETS)
def test_any_text(text: str, target: Target) -> None:
    judge(text, target)
    judge(f'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n{text}', target)
    judge(f'apiVersion: crd.projectcalico.org/v1\nkind: Tier\nspec: {text}', target)


@THOROUGH
@given(st.binary(max_size=200), TARGETS)
def test_any_bytes(data: bytes, target: Target) -> None:
    for start in (b'', b'kind: GlobalNetworkPolicy\nspec: '):
        result = check('x.yaml', start + data, target)
        assert result.errors == []
        for diagnostic in result.diagnostics:
            well_placed(diagnostic)


@THOROUGH
@given(st.text(max_size=60))
def test_any_value_of_a_field(value: str) -> None:
    """As a selector, a name, a port, a protocol, a network."""
    quoted = json.dumps(value)
    judge(
        f'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
        f'metadata: {{name: {quoted}, labels: {{{quoted}: {quoted}}}}}\n'
        f'spec:\n  selector: {quoted}\n  types: [{quoted}]\n  ingress:\n'
        f'  - action: {quoted}\n    protocol: {quoted}\n'
        f'    source: {{nets: [{quoted}], ports: [{quoted}], '
        f'serviceAccounts: {{names: [{quoted}]}}}}\n',
        Target(),
    )
