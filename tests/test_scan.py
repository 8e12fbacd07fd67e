"""The look at the bytes: what a parser finds to be Calico's, it never passes over."""

from __future__ import annotations

import base64

import pytest
from everything import check
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_properties import changed_policies

from linter.calico.lists import owned
from linter.calico.ownership import CalicoObject
from linter.calico.prefilter import may_be_calico, may_be_calico_text
from linter.calico.target import Target
from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.errors import YamlError

THOROUGH = settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
GROUPS = (
    'projectcalico.org/v3', 'crd.projectcalico.org/v1', 'ProjectCalico.org/v3', 'v1', 'apps/v1',
    'networking.k8s.io/v1',
)  # fmt: skip
NAMES = (
    'NetworkPolicy', 'GlobalNetworkSet', 'HostEndpoint', 'StagedNetworkPolicy', 'List',
    'NetworkSetList', 'policy', 'hostEndpoint', 'node', 'profileList', 'Deployment', 'Secret',
)  # fmt: skip
FILLERS = (
    '', '# a comment\n', 'metadata: {name: projectcalico}\n', '\n', '---\n', '...\n',
    'a: "x\\u0041"\n', "'q': 1\n", 'kind: Secret\n', 'apiVersion: v1\n', 'a: [\n,\n]\n',
    'a: |\n  kind: policy \\\n  go\n', '# networkpolicy, calico\n', 'labels: {a: networkset}\n',
    'b: \\x\n', 'a: 100%\n', 'b: !c d\n',
)  # fmt: skip


@st.composite
def scalars(draw: st.DrawFn, text: str, is_key: bool = False) -> str:
    """A way to write a text."""
    styles = ('plain', 'plain', 'single', 'double', 'escaped', 'escaped', 'tagged', 'anchored')
    style = draw(st.sampled_from(styles if is_key else (*styles, 'block', 'folded', 'base64')))
    blanks = draw(st.sampled_from(('', ' ', '   ')))
    if style == 'single':
        return f"'{text}'{blanks}"
    if style == 'double':
        return f'"{text}"{blanks}'
    if style == 'escaped':
        return f'"{"".join(draw(escapes(char, is_key)) for char in text)}"{blanks}'
    if style == 'tagged':
        return f'{draw(st.sampled_from(("!!str", "!", "!<tag:yaml.org,2002:str>")))} {text}'
    if style == 'anchored':
        return f'&a {text}'
    if style == 'block':
        return f'|-\n    {text}'
    if style == 'folded':
        return f'\n    {text}'
    if style == 'base64':
        coded = base64.b64encode(text.encode()).decode()
        return f'{draw(st.sampled_from(("!!binary", "!!b%69nary")))} {coded}'
    return text + blanks


@st.composite
def escapes(draw: st.DrawFn, char: str, is_key: bool) -> str:
    """A way to write a character in double quotes."""
    code = ord(char)
    ways = [char, char, char, f'\\x{code:02x}', f'\\u{code:04X}', f'\\U{code:08x}']
    if char == '/':
        ways.append('\\/')
    if not is_key:
        ways += [f'\\\n    {char}', f'\\\r\n\t {char}', f'\\\r  {char}']
    return draw(st.sampled_from(ways))


@st.composite
def documents(draw: st.DrawFn) -> str:
    """An object, Calico's or not, in all the ways in which YAML may write it."""
    parts = {}
    for key, values in (('apiVersion', GROUPS), ('kind', NAMES)):
        name = draw(scalars(key, is_key=True))
        parts[key] = f'{name}: {draw(scalars(draw(st.sampled_from(values))))}\n'
        if draw(st.integers(0, 7)) == 0:
            parts[key] = f'? {name}\n: {draw(scalars(draw(st.sampled_from(values))))}\n'
    body = ''.join(draw(st.permutations(list(parts.values()))))
    fillers = st.sampled_from(FILLERS)
    body = draw(fillers) + body + draw(fillers)
    spec = draw(
        st.sampled_from(
            ('', 'spec: {selector: a}\n', 'spec: {tier}\n', 'spec:\n  "\\x6frder"  : 1\n')
        )
    )
    match draw(st.integers(0, 6)):
        case 0:
            lines = body.replace('\r', '\n').split('\n')
            return '- ' + '\n  '.join(lines) + '\n'
        case 1:
            lines = body.replace('\r', '\n').split('\n')
            return 'base: &base\n  ' + '\n  '.join(lines) + '\n<<: *base\n' + spec
        case 2:
            lines = body.replace('\r', '\n').split('\n')
            return 'kind: List\nitems:\n- ' + '\n  '.join(lines) + '\n'
        case 3:
            return '{' + ','.join(parts.values()) + '}'
        case 4:
            return draw(fillers) + '---\n' + body + spec + '---\n' + draw(fillers)
    return body + spec


def holds(text: str) -> list[bool]:
    """Of every document: whether the parser finds something of Calico's in it."""
    found = []
    for chunk in split(text):
        try:
            root = compose(text, chunk)
        except YamlError:
            found.append(False)
        else:
            found.append(root is not None and any(True for _ in owned(root)))
    return found


def never_missed(text: str) -> None:
    chunks = list(split(text))
    found = holds(text)
    for chunk, is_ours in zip(chunks, found, strict=True):
        if is_ours:
            assert may_be_calico_text(text, chunk.start, chunk.end)
    if any(found):
        assert may_be_calico(text.encode('utf-8', 'surrogatepass'))


@settings(THOROUGH, max_examples=150)
@given(documents())
@example('a: {\nkind: Secret\n}\napiVersion: v1\n"kind": "NetworkSet"\n')
@example('kind: Secret\napiVersion: v1\n---\nkind: "policy"  # x\napiVersion: v1\n')
@example('apiVersion: v1\napiVersion : projectcalico.org/v3\nkind : NetworkPolicy\nkind: Secret\n')
def test_an_object_in_any_style(text: str) -> None:
    never_missed(text)


@pytest.mark.slow
@THOROUGH
@given(documents())
def test_an_object_in_any_style_at_length(text: str) -> None:
    never_missed(text)


@THOROUGH
@given(changed_policies())
@example("apiVersion: rojectcalico.org/v3'\nkind: Tier\n")
@example('apiVersion: projecdcalico.org/v3\nkind: NetworkPolicy\n')
@example('apiVersion: projectcailco.org/v3\nkind: NetworkPolicy\n')
def test_a_changed_policy(text: str) -> None:
    never_missed(text)


SPELLINGS = [
    'apiVersion: "projectcalico\\x2eorg/v3"\nkind: "Network\\u0050olicy"',
    'apiVersion: "\\x70rojectcalico.org/v3"\nkind: Tier',
    'apiVersion: "project\\\n  calico.org/v3"\nkind: Tier',
    'apiVersion: "project\\\r\n  calico.org/v3"\r\nkind: Tier',
    'apiVersion: v1\nkind: "Host\\U00000045ndpoint"',
    'apiVersion: !!binary cHJvamVjdGNhbGljby5vcmcvdjM=\nkind: Tier',
    'apiVersion: !!b%69nary cHJvamVjdGNhbGljby5vcmcvdjM=\nkind: Tier',
    'apiVersion: !<tag:yaml.org,2002:binary> cHJvamVjdGNhbGljby5vcmcvdjM=\nkind: Tier',
    'apiVersion: v1\nkind: !!binary cG9saWN5',
    'apiVersion: v1\nkind:   policy',
    'apiVersion: v1\nkind: &k policy',
    'apiVersion: v1\nkind:\n  node',
    'apiVersion: v1\n? kind\n: profile',
    'apiVersion: v1\nmetadata: {name: &n node}\nkind: *n',
    'x: &x {apiVersion: projectcalico.org/v3, kind: Tier}\n<<: *x',
    'x: &x {apiVersion: projectcalico.org/v3, kind: Tier}\n<<: [{}, *x]\nkind: Secret\n<<: *x',
    'kind: Secret\napiVersion: v1\n<<: {kind: Tier, apiVersion: projectcalico.org/v3}',
    'kind: Tier\n<<: {"apiVersio\\x6e": projectcalico.org/v3}',
    'apiVersion: 3\nkind: NetworkPolicy\nspec: {selector}',
    'apiVersion: x/v1\nkind: NetworkPolicy\nspec: {a: b, "order" , c}',
    'apiVersion: x/v1\nkind: NetworkPolicy\nspec: {a: b, tier # c\n }',
]


@pytest.mark.parametrize('text', SPELLINGS)
def test_spellings_that_hide_whose_it_is(text: str) -> None:
    assert holds(text) == [True]
    never_missed(text)
    result = check('x.yaml', text.encode(), Target())
    assert (result.documents, result.checked) == (1, 1)


FOREIGN = [
    'apiVersion: v1\nkind: Node\nmetadata: {name: node-1}',
    'apiVersion: v1\nkind: ConfigMap\ndata:\n  r: |\n    #!/bin/sh\n    go \\\n      -p node 5%',
    'apiVersion: v1\nkind: ConfigMap\ndata: {a: "\\u003chtml\\u003e\\\n  !"}',
    'apiVersion: rbac/v1\nkind: RoleBinding\nroleRef: {kind: Role}\nsubjects: [{"kind": "User"}]',
    '# policies of every kind-of node\nkinds: [node]\nkind-of: policy\nkindly: profile',
]


@pytest.mark.parametrize('text', FOREIGN)
def test_most_files_need_no_parser(text: str) -> None:
    assert not may_be_calico(text.encode())


MENTIONS = [
    'apiVersion: v1\nkind: ConfigMap\ndata: {a: projectcalico.org, b: NetworkPolicy}',
    '# Calico\n---\n\nkind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\n'
    'metadata: {name: tiers.crd.projectcalico.org}\nspec: {a: "!b && \\"c\\""}',
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec:\n  podSelector: {}',
]


@pytest.mark.parametrize('text', MENTIONS)
def test_who_only_mentions_calico_is_not_parsed(text: str) -> None:
    assert may_be_calico(text.encode())
    assert not may_be_calico_text(text, 0, len(text))


def test_of_merged_fields_the_first_mapping_counts_and_the_last_merge() -> None:
    text = (
        'apiVersion: projectcalico.org/v3\n'
        '<<: [{kind: Tier}, {kind: NetworkSet}]\n'
        '<<: {<<: {kind: GlobalNetworkSet}}\n'
        '"<<": {kind: HostEndpoint}\n'
    )
    root = compose(text, next(split(text)))
    assert root is not None
    (found,) = owned(root)
    assert isinstance(found, CalicoObject)
    assert found.kind == 'GlobalNetworkSet'
