"""No run is silent about a policy that cannot be read.

Whatever is broken in it: as long as one of its lines, read alone, names Calico's group, something
is said. Only what a template engine is still to render is passed over, and listed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from conftest import documents, golden_cases, some_slow
from everything import check

from linter.calico.target import Target
from linter.engine.outcome import Outcome
from linter.yaml.compose import compose
from linter.yaml.documents import DocumentSlice, split
from linter.yaml.encoding import BadEncoding, decode_bytes
from linter.yaml.errors import YamlError
from linter.yaml.nodes import MappingNode, Scalar

BREAKS = (
    b': b: c', b'"', b"'", b'[', b'{', b'}', b']', b'\t', b'\0', b'\xfc', b'\xff', b'\xef\xbb\xbf',
    b'& ', b'*x', b'! ', b'!x!y ', b'%', b'@', b'`', b'- ', b'? ', b': ', b'|', b'>-\n', b',',
    b'\\',
    b'\n \t', b'\n@', b'\n]', b'\n...\n[', b'"\\q"', b'&a [*a]', b'# "', b'\x1b', b'\xc2\x85\x07',
)  # fmt: skip
BOMB = 'x: &a0 [x, x, x, x, x, x, x, x, x, x]\n' + ''.join(
    f'x{n}: &a{n} [{", ".join([f"*a{n - 1}"] * 10)}]\n' for n in range(1, 7)
)


def names_calico(line: str) -> bool:
    """Whether a line is a key of Calico's group when nothing else is there."""
    line = line.strip(' \t\ufeff').lstrip('- ').rstrip(',')
    try:
        root = compose(line, DocumentSlice(0, 0, len(line)))
    except YamlError:
        return False
    return isinstance(root, MappingNode) and any(
        key.value == 'apiVersion'
        and isinstance(value, Scalar)
        and value.value.partition('/')[0] in ('projectcalico.org', 'crd.projectcalico.org')
        for key, value in root.entries
        if isinstance(key, Scalar)
    )


def is_unreadable_and_ours(data: bytes) -> bool:
    """Whether a document of the file does not parse, and has such a line."""
    bad = None
    try:
        text = decode_bytes(data)
    except BadEncoding as error:
        text, bad = error.text, error
    for chunk in split(text):
        try:
            if bad is not None:
                bad.check(chunk)
            compose(text, chunk)
        except YamlError:
            part = text[chunk.start : chunk.end]
            if '{{' not in part and '{%' not in part and any(map(names_calico, part.splitlines())):
                return True
    return False


def says_something(result: Outcome) -> bool:
    # A placeholder at the very break is said to be one.
    rules = [one.rule for one in result.diagnostics]
    return any(rule.startswith('yaml-') or rule == 'template-placeholder' for rule in rules)


def valid() -> list[tuple[str, bytes]]:
    found = [(path.name, path.read_bytes()) for path in golden_cases()]
    found += [(one.id, one.text.encode()) for one in documents('handmade')[::7]]
    return [(name, data) for name, data in found if 50 < len(data) < 6000]


def broken(data: bytes, rnd: random.Random) -> Iterator[bytes]:
    for _ in range(6):
        at = rnd.randrange(len(data) + 1)
        yield data[:at] + rnd.choice(BREAKS) + data[at + rnd.choice((0, 0, 1, 3)) :]
    lines = data.split(b'\n')
    number = rnd.randrange(len(lines))
    yield b'\n'.join((*lines[:number], b'   ' + lines[number], *lines[number + 1 :]))
    yield b'\n'.join((*lines[:number], lines[number].replace(b': ', b' ', 1), *lines[number + 1 :]))
    yield (
        data.replace(b'apiVersion: ', rnd.choice((b'apiVersion: &v ', b'apiVersion: !!str ')))[
            : rnd.randrange(len(data) // 2, len(data))
        ]
        + b'\n"'
    )
    yield data.rstrip() + b'\n' + BOMB.encode()


@pytest.mark.parametrize('part', some_slow(range(8), 0, 4))
def test_a_policy_that_is_broken_at_random(part: int) -> None:
    tried = 0
    for name, data in valid()[part::8]:
        rnd = random.Random(f'{part} {name}')
        for case in broken(data, rnd):
            if is_unreadable_and_ours(case):
                tried += 1
                assert says_something(check('x.yaml', case, Target())), case
    assert tried > 100


HEAD = 'metadata:\n  name: a\nspec:\n  selector: a: b: c\n'
GROUP = 'projectcalico.org/v3'


@pytest.mark.parametrize(
    'head',
    [
        f'apiVersion: &v {GROUP}\nkind: Tier\n',
        f'apiVersion: !!str {GROUP}\nkind: Tier\n',
        f'apiVersion: !<tag:yaml.org,2002:str> {GROUP}\nkind: Tier\n',
        f'apiVersion: >-\n  {GROUP}\nkind: Tier\n',
        f'apiVersion: |\n\n  {GROUP}\nkind: Tier\n',
        f'apiVersion:\n  # why\n  {GROUP}\nkind: Tier\n',
        f'? apiVersion\n: {GROUP}\nkind: Tier\n',
        f'? apiVersion # why\n: {GROUP}\nkind: Tier\n',
        f'\ufeffapiVersion: {GROUP}\nkind: Tier\n',
        f'\tapiVersion: {GROUP}\nkind: Tier\n',
        f'apiVersion:{GROUP}\nkind: Tier\n',
        f'apiVersion {GROUP}\nkind: Tier\n',
        f"'apiVersion' : '{GROUP}'\nkind: Tier\n",
        f'"api\\x56ersion": "{GROUP}"\nkind: Tier\n',
        'apiVersion: "projectcalico\\u002Eorg/v3"\nkind: Tier\n',
        'apiVersion: "project\\\n  calico.org/v3"\nkind: Tier\n',
        'apiVersion: !!binary cHJvamVjdGNhbGljby5vcmcvdjM=\nkind: Tier\n',
        'apiVersion: ProjectCalico.org/V3\nkind: Tier\n',
        'apiVersion: projectcalico.org\nkind: Tier\n',
        'apiVersion: crd.projectcalico.org/v1\nkind: Tier\n',
        f'{{"apiVersion": "{GROUP}", "kind": "Tier", "a": "b" "c"}}\n',
        f'{{"apiVersion":"v1","kind":"List","items":[{{"apiVersion":"{GROUP}" "kind"',
        f'apiVersion: v1\nkind: List\nitems:\n- apiVersion: {GROUP}\n  kind: Tier\n  a: b: c\n',
        f'apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- apiVersion: {GROUP}\n',
        f'apiVersion: v1\nkind: Namespace\n--\napiVersion: {GROUP}\nkind: Tier\n',
        f'{BOMB}apiVersion: {GROUP}\nkind: Tier\n',
        'apiVersion: v1\nkind: policy\n',
        'apiVersion: v1\nkind: &k hostEndpoint\n',
        'kind: NetworkPolicy\n',
        'kind: NetworkPolicyList\n',
        'apiVersion: v1\nkind: NetworkPolicy\n',
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n',
        'kind: GlobalNetworkPolicy\n',
        'apiVersion: x/v1\nkind: StagedNetworkPolicyList\n',
        'apiVersion: v1\nkind: List\nitems:\n- kind: GlobalNetworkSet\n',
    ],
)
def test_what_looks_like_calico_anywhere_is_calico(head: str) -> None:
    found = check('x.yaml', (head + HEAD).encode(), Target())
    assert says_something(found), found
    assert len(found.diagnostics) == 1


@pytest.mark.parametrize(
    'text',
    [
        f'# apiVersion: {GROUP}\nkind: ConfigMap\n',
        f'apiVersion: v1\nkind: ConfigMap # as in {GROUP}\n',
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\napiGroups: [projectcalico.org]\n',
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n'
        'a:\n  kind: GlobalNetworkPolicy\n',
        'apiVersion: v1\nkind: Pod\na: {projectcalico.org/orchestrator: k8s}\n',
        'apiVersion: v1\nkind: Pod\na: https://docs.projectcalico.org/v3.10/reference\n',
        'apiVersion: crd.antrea.io/v1\nkind: NetworkPolicy\n',
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {labels: {tier: a}}\n',
    ],
)
def test_a_mention_is_none(text: str) -> None:
    broken = text + 'podSelector: a: b: c\n'
    assert not check('x.yaml', broken.encode(), Target()).diagnostics


@pytest.mark.parametrize('before', [f'apiVersion: {GROUP}\nkind: Tier\n', 'a: 1\n', '{a: 1}\n'])
@pytest.mark.parametrize('end', ['', '\n', '\r\n', '\n# comment\n'])
def test_what_is_thrown_away_on_the_last_line(before: str, end: str) -> None:
    """As `yaml.dump_all` writes short documents."""
    lost = f'{{apiVersion: {GROUP}, kind: GlobalNetworkPolicy, metadata: {{name: a}}}}'
    found = check('x.yaml', f'{before}--- {lost}{end}'.encode(), Target()).diagnostics
    line = before.count('\n') + 1
    assert ('unread-text', (line, 5)) in [
        (one.rule, one.source.position(one.span.start)) for one in found
    ]


@pytest.mark.parametrize('lost', ['# the end', '-', '{a: b}', '%YAML 1.1', '--- ', ' '])
def test_the_last_marker_is_no_document(lost: str) -> None:
    text = f'apiVersion: {GROUP}\nkind: GlobalNetworkSet\nmetadata:\n  name: a\n---{lost}\n'
    assert not check('x.yaml', text.encode(), Target()).diagnostics


def test_what_is_thrown_away_behind_a_marker() -> None:
    text = f'a: 1\n--- apiVersion: {GROUP}\nkind: Tier\n--- b: 2\nc: 3\n'
    (found,) = check('x.yaml', text.encode(), Target()).diagnostics
    assert (found.rule, found.source.position(found.span.start)) == ('unread-text', (2, 5))
