"""Policies inside something else, and in Markdown: found where they are wanted, at their places."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from linter.cli.main import main

Capture = pytest.CaptureFixture[str]
WRONG = """\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: all}
spec:
  types: [ingress]
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / '.git').mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('NO_COLOR', '1')
    return tmp_path


def indented(text: str, width: int) -> str:
    return ''.join(' ' * width + line for line in text.splitlines(keepends=True))


def found(capsys: Capture, *words: str) -> list[str]:
    main(['check', *(words or ('.', '--embedded'))])
    return [':'.join(line.split(' ')[0].split(':')[1:3]) + ' ' + line.split(' ')[1]
            for line in capsys.readouterr().out.splitlines()]  # fmt: skip


IN_NODES = {
    'HelmRelease': 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n'
    '    extraObjects:\n    -\n',
    'ApplicationSet': 'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n  template:\n'
    '    spec:\n      source:\n        helm:\n          valuesObject:\n            policies:\n'
    '              web:\n',
    'Ansible tasks': '- kubernetes.core.k8s:\n    state: present\n    definition:\n',
    'Ansible play': '- hosts: all\n  tasks:\n  - block:\n    - k8s:\n        definition:\n'
    '        -\n',
    'Crossplane': 'apiVersion: kubernetes.crossplane.io/v1alpha2\nkind: Object\nspec:\n'
    '  forProvider:\n    manifest:\n',
    'ManifestWork': 'apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nspec:\n'
    '  workload:\n    manifests:\n    -\n',
    'ManifestWorkReplicaSet': 'apiVersion: work.open-cluster-management.io/v1alpha1\n'
    'kind: ManifestWorkReplicaSet\nspec:\n  manifestWorkTemplate:\n    workload:\n'
    '      manifests:\n      -\n',
    'ClusterResourceSet': 'apiVersion: addons.cluster.x-k8s.io/v1beta1\nkind: ClusterResourceSet\n'
    'spec:\n  resources:\n  -\n',
    'in a List': 'apiVersion: v1\nkind: List\nitems:\n- kind: Object\n  spec:\n    forProvider:\n'
    '      manifest:\n',
}
IN_TEXT = {
    'ConfigMap': 'apiVersion: v1\nkind: ConfigMap\ndata:\n  other: "1"\n  policy.yaml: |\n',
    'Secret': 'apiVersion: v1\nkind: Secret\nstringData:\n  policy: |-\n',
    'resource set': 'apiVersion: v1\nkind: Secret\ntype: addons.cluster.x-k8s.io/resource-set\n'
    'stringData:\n  p.yaml: |\n',
    'HelmRelease': 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n'
    '    raw:\n    - |\n',
    'Application': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n'
    '    helm:\n      values: |\n',
    'ApplicationSet': 'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n  template:\n'
    '    spec:\n      sources:\n      - helm:\n          values: |\n',
    'Ansible': '- k8s:\n    definition: |\n',
    'k3s': 'apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n  valuesContent: |-\n',
}


@pytest.mark.parametrize('host', [*IN_NODES, *(f'text in {name}' for name in IN_TEXT)])
def test_where_policies_are_found(host: str, capsys: Capture) -> None:
    head = IN_NODES.get(host) or IN_TEXT[host.removeprefix('text in ')]
    Path('a.yaml').write_text(head + indented(WRONG, 20))
    assert found(capsys, '.') == [], 'nobody asked'
    assert found(capsys) == [f'{head.count(chr(10)) + 5}:31 error[value-case]']
    # What is found there can be fixed there.
    main(['check', '.', '--embedded', '--fix'])
    assert Path('a.yaml').read_text() == head + indented(WRONG.replace('[i', '[I'), 20)


@pytest.mark.parametrize(
    'host',
    [
        'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n  template:\n    spec:\n'
        '      source:\n        helm:\n          values: |\n',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: values}\ndata:\n  values.yaml: |\n',
    ],
)
def test_values_that_are_a_text(host: str, capsys: Capture) -> None:
    """The objects among them are at any depth."""
    values = 'replicas: 3\nextra:\n  policies:\n  -\n' + indented(WRONG, 4)
    Path('a.yaml').write_text(host + indented(values, 12), encoding='utf-8')
    row = host.count('\n') + 4 + 5
    assert found(capsys) == [f'{row}:27 error[value-case]']


def test_the_configuration_asks_for_it(capsys: Capture) -> None:
    Path('a.yaml').write_text(IN_TEXT['ConfigMap'] + indented(WRONG, 4))
    Path('.calico-lint.yaml').write_text('embedded: true\n')
    assert found(capsys, '.') == ['10:15 error[value-case]']
    assert main(['check', '--show-settings', '--embedded', '.']) == 0
    assert 'embedded: true  # the command line' in capsys.readouterr().out


def test_several_documents_in_a_text_and_what_is_not_calicos(capsys: Capture) -> None:
    text = f'kind: Service\n---\n{WRONG}---\nkind: Job\n---\n{WRONG}'
    Path('a.yaml').write_text(IN_TEXT['ConfigMap'] + indented(text, 4))
    assert found(capsys) == ['12:15 error[value-case]', '20:15 error[value-case]']


def test_a_break_in_a_text_is_at_its_place(capsys: Capture) -> None:
    text = WRONG.replace('[ingress]', '[Ingress')
    Path('a.yaml').write_text(IN_TEXT['ConfigMap'] + indented(text, 4))
    (line,) = found(capsys)
    assert line.endswith(' error[yaml-syntax]')
    assert line.startswith(('10:', '11:'))


@pytest.mark.parametrize('style', ["'{}'", '"{}"', '>-\n    {}'])
def test_every_style_of_text(style: str, capsys: Capture) -> None:
    policy = {
        'apiVersion': 'projectcalico.org/v3',
        'kind': 'GlobalNetworkPolicy',
        'metadata': {'name': 'all'},
        'spec': {'types': ['ingress']},
    }
    text = json.dumps(policy)
    if style.startswith('"'):
        text = text.replace('"', '\\"')
    Path('a.yaml').write_text(
        f'apiVersion: v1\nkind: ConfigMap\ndata:\n  p.json: {style.format(text)}\n'
    )
    before = Path('a.yaml').read_text()
    last = before.splitlines()[-1]
    column = last.rindex('ingress') - style.startswith('"')
    assert found(capsys) == [f'{before.count(chr(10))}:{column} error[value-case]']
    main(['check', '.', '--embedded', '--fix'])
    assert Path('a.yaml').read_text() == before, 'only a block can be written without a doubt'


def test_the_data_of_a_secret_are_base64(capsys: Capture) -> None:
    for padding in range(3):
        data = base64.b64encode((f'#{"x" * padding}\n' + WRONG).encode()).decode()
        Path('a.yaml').write_text(f'apiVersion: v1\nkind: Secret\ndata:\n  b: {data}\n  c: "%"\n')
        assert found(capsys) == ['4:6 error[value-case]']
        assert found(capsys, '.') == []


def test_suppressions_there(capsys: Capture) -> None:
    text = WRONG.replace('[ingress]', '[ingress]  # calico-lint: ignore[value-case] as it is')
    Path('a.yaml').write_text(IN_TEXT['ConfigMap'] + indented(text, 4))
    assert found(capsys) == []
    Path('a.yaml').write_text(IN_NODES['Crossplane'] + indented(text, 6))
    assert found(capsys) == []
    Path('a.yaml').write_text(IN_NODES['Crossplane'] + indented(text.replace('[in', '[In'), 6))
    (line,) = found(capsys)
    assert line.endswith('warning[unused-suppression]')


def test_a_baseline_knows_them(capsys: Capture) -> None:
    Path('a.yaml').write_text(IN_TEXT['ConfigMap'] + indented(WRONG, 4))
    assert main(['check', '.', '--embedded', '--write-baseline=known.json']) == 0
    Path('a.yaml').write_text('# moved\n' + IN_TEXT['ConfigMap'] + indented(f'{WRONG}#\n', 4))
    assert main(['check', '.', '--embedded', '--baseline=known.json']) == 0


@pytest.mark.parametrize('text', [
    'apiVersion: v1\nkind: ConfigMap\ndata: {a: projectcalico.org, b: [projectcalico.org/v3]}\n',
    'kind: ConfigMap\ndata:\n  notes: |\n    see projectcalico.org/v3\n    for more\n',
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n'
    '  group: crd.projectcalico.org\n',
    'kind: Secret\ndata: {a: cHJvamVjdGNhbGlj, b: 1}\n',
    'kind: HelmRelease\nspec:\n  values: &v\n    a: projectcalico.org\n    b: [*v]\n',
    '- definition: projectcalico.org\n',
])  # fmt: skip
def test_what_only_mentions_calico(text: str, capsys: Capture) -> None:
    Path('a.yaml').write_text(text)
    assert found(capsys) == []


# ---- Markdown ------------------------------------------------------------------------------------

PAGE = f"""\
# Policies

```yaml
{WRONG}```

1. In a list:

   ~~~~ yml title="policy"
{indented(WRONG, 3)}   # ~~~ is not the end
   ~~~~

> ```YAML
> {WRONG.rstrip().replace(chr(10), chr(10) + '> ')}
> ```

```
{WRONG}```

```sh
calico-lint check
```

```yaml
a: {{{{ no policy
```

```json
{{"apiVersion": "projectcalico.org/v3", "kind": "Tier"}}
```
"""


def test_blocks_of_markdown(capsys: Capture) -> None:
    Path('a.md').write_text(PAGE)
    assert found(capsys, 'a.md', '--markdown') == [
        '8:11 error[value-case]', '18:14 error[value-case]', '27:13 error[value-case]',
        '47:2 error[name-missing]',
    ]  # fmt: skip
    main(['check', 'a.md', '--markdown', '--fix'])
    assert Path('a.md').read_text() == PAGE, 'nothing is fixed in a text for people'


def test_markdown_is_no_yaml_otherwise(capsys: Capture) -> None:
    Path('a.md').write_text(PAGE)
    Path('b.yaml').write_text(WRONG)
    assert found(capsys, 'b.yaml', '--markdown') == ['5:11 error[value-case]']
    assert len(found(capsys, '.', '--markdown')) == 5
    assert found(capsys, '.') == ['5:11 error[value-case]']


def test_whatever_markdown_holds(capsys: Capture) -> None:
    for text in (
        '',
        '```yaml',
        '```yaml\n',
        '```yaml\n```',
        '~~~',
        '> ```yaml\n> a\n',
        '\xe9`' * 9,
    ):
        Path('a.md').write_text(text, encoding='utf-8')
        assert found(capsys, 'a.md', '--markdown') == []
    Path('a.md').write_bytes(b'```yaml\n\xff\xfe\n```\n')
    assert found(capsys, 'a.md', '--markdown') == []
