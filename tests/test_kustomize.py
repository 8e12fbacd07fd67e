"""Files that a kustomization names: patches are partial, and a namespace goes everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linter.calico.patches import OF_ABSENCE, PatchTarget
from linter.catalogue.catalogue import standard
from linter.cli.main import main
from linter.text.source import Source
from linter.workspace.kustomize import parse

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / '.git').mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('NO_COLOR', '1')
    return tmp_path


def write(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace('__', '/').replace('_yaml', '.yaml'))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')


def found(capsys: Capture, *words: str) -> list[str]:
    """Place, severity and rule of what is found, and what is quoted."""
    main(['check', *(words or ('.',))])
    return [
        f'{line.split(":", 3)[0]}:{":".join(line.split(":", 3)[1:3])} {line.split()[1]}'
        for line in capsys.readouterr().out.splitlines()
    ]


HEAD = 'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: web}\n'
PATCH = (
    HEAD
    + """\
spec:
  order:
  selector: role = 'x'
  ingress:
  - destination:
      ports: [80-90]
      typo: 1
  - $patch: delete
    what: ever
  - $patch: replace
  $retainKeys: [order]
  egress:
    $patch: delete
    what: ever
  $setElementOrder/types: [Ingress]
"""
)
WRONG = [
    'patch.yaml:6:18 error[selector-syntax]',
    'patch.yaml:9:15 error[port-range-dash]',
    'patch.yaml:10:7 error[unknown-field]',
]


@pytest.mark.parametrize('kustomization', [
    'patches:\n- path: patch.yaml\n',
    'patches:\n- path: ./patch.yaml\n  target: {kind: NetworkPolicy}\n',
    '{"patches": [{"path": "patch.yaml"}]}\n',
    'patchesStrategicMerge: [patch.yaml]\n',
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [path: patch.yaml]\n',
    'kind: Component\nresources: [patch.yaml]\n',
])  # fmt: skip
@pytest.mark.parametrize('name', ['kustomization.yaml', 'kustomization.yml', 'Kustomization'])
def test_a_patch_is_a_partial_document(kustomization: str, name: str, capsys: Capture) -> None:
    write(**{name: kustomization}, patch_yaml=PATCH)
    assert found(capsys, 'patch.yaml') == WRONG


def test_a_folder_below_the_kustomization(capsys: Capture) -> None:
    write(overlay__kustomization_yaml='patches: [{path: a/patch.yaml}]\n')
    write(overlay__a__patch_yaml=PATCH, overlay__a__other_yaml=PATCH.replace('$', 'x'))
    assert found(capsys, 'overlay/a/patch.yaml') == [f'overlay/a/{line}' for line in WRONG]
    assert len(found(capsys, 'overlay/a/other.yaml')) > len(WRONG)


def test_a_patch_says_so_itself(capsys: Capture) -> None:
    """Without the kustomization at hand, too."""
    write(
        a_yaml='apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata:\n'
        '  name: old\n$patch: delete\n',
        patch_yaml=PATCH,
    )
    assert found(capsys) == WRONG


def test_nothing_that_is_absent_is_missed(capsys: Capture) -> None:
    write(kustomization_yaml='patches: [{path: p.yaml}]\n')
    for kind, spec in (
        ('NetworkPolicy', 'ingress: [{destination: {ports: [80]}}, {icmp: {code: 1}}]'),
        ('GlobalNetworkPolicy', 'preDNAT: true'),
        ('HostEndpoint', 'node: a'),
        ('HostEndpoint', 'interfaceName: eth0'),
        ('IPPool', 'natOutgoing: true'),
        ('Tier', '{}'),
        ('NetworkPolicy', 'egress: []'),
    ):
        for api in ('projectcalico.org/v3', 'crd.projectcalico.org/v1'):
            write(p_yaml=f'apiVersion: {api}\nkind: {kind}\nspec:\n  {spec}\n')
            for words in ((), ('--calico-version=3.33',), ('--admission=native',)):
                kinds = {line.split()[1] for line in found(capsys, '.', *words)}
                assert kinds <= {'warning[raw-crd-apiversion]'}, (kind, spec, words)


def test_every_fact_of_absence_is_one() -> None:
    assert {row.fact for row in standard().facts.rows()} >= OF_ABSENCE


OPERATIONS = """\
- op: replace
  path: /spec/selector
  value: a = 'b'
- {op: test, path: /spec/order, value: x}
- op: add
  path: /spec/egress/-
  value: {action: allow}
- op: add
  path: /metadata/labels/a~1b
  value: c d
- op: remove
  path: /spec/types/0
- op: remove
  path: "/spec/typos"
- op: add
  path: /spec
  value: {order: high}
"""
IN_OPERATIONS = [
    '3:12 error[selector-syntax]', '7:19 error[value-case]', '10:10 error[label-invalid]',
    '14:16 error[unknown-field]', '17:18 error[wrong-type]',
]  # fmt: skip
TARGET = '  target: {group: projectcalico.org, version: v3, kind: NetworkPolicy, name: web}\n'


@pytest.mark.parametrize('field', ['patches', 'patchesJson6902'])
def test_a_list_of_operations(field: str, capsys: Capture) -> None:
    write(kustomization_yaml=f'{field}:\n- path: ops.yaml\n{TARGET}', ops_yaml=OPERATIONS)
    assert found(capsys) == [f'ops.yaml:{line}' for line in IN_OPERATIONS]
    write(kustomization_yaml=f'{field}:\n- path: ops.yaml\n  target: {{kind: NetworkPolicy}}\n')
    assert found(capsys) == [f'ops.yaml:{line}' for line in IN_OPERATIONS], 'it says selector'
    write(ops_yaml='- op: nothing\n', kustomization_yaml=f'{field}:\n- path: ops.yaml\n{TARGET}')
    assert found(capsys) == []


@pytest.mark.parametrize(
    ('operation', 'is_calicos'),
    [
        ('{op: add, path: /spec/types, value: [ingress]}', True),
        ('{op: add, path: /spec/ingress/-, value: {action: allow}}', True),
        ('{op: add, path: /spec/ingress/0/source/nets/-, value: x}', True),
        ('{op: add, path: /spec/policyTypes, value: [ingress]}', False),
        ('{op: add, path: /spec/ingress/0/from/-, value: {slector: x}}', False),
        ('{op: add, path: /spec/podSelector, value: x}', False),
        ('{op: add, path: /metadata/labels/a, value: "b c"}', False),
    ],
)
def test_a_network_policy_of_no_group(operation: str, is_calicos: bool, capsys: Capture) -> None:
    """It is Calico's where an operation writes what only Calico's has."""
    write(
        kustomization_yaml='patches:\n- path: ops.yaml\n  target: {kind: NetworkPolicy}\n',
        ops_yaml=f'- {operation}\n',
    )
    assert bool(found(capsys)) == is_calicos
    write(
        kustomization_yaml='patches:\n- path: ops.yaml\n  target: {kind: NetworkPolicy, '
        'group: networking.k8s.io}\n',
    )
    assert found(capsys) == []


def test_operations_that_cannot_be_read_are_not_passed_over(capsys: Capture) -> None:
    """They name nothing of Calico's; the kustomization does."""
    broken = '- {op: add, path: /spec/types, value: [ingress}\n'
    write(kustomization_yaml=f'patches:\n- path: ops.yaml\n{TARGET}', ops_yaml=broken)
    assert found(capsys) == ['ops.yaml:1:3 error[yaml-syntax]']
    write(ops_yaml='{{ if x }}\n' + broken)
    assert found(capsys) == []
    write(kustomization_yaml=f'patches:\n- path: ops.yaml\n{TARGET}'.replace('Network', 'Pod'))
    write(ops_yaml=broken)
    assert found(capsys) == []


def test_a_path_of_any_length(capsys: Capture) -> None:
    write(kustomization_yaml=f'patches:\n- path: ops.yaml\n{TARGET}')
    for path in ('/spec' + '/a' * 20_000, '/spec/ingress' + '/0' * 20_000):
        write(ops_yaml=f'- {{op: add, path: {path}, value: 1}}\n')
        assert len(found(capsys)) == 1, path[:20]


def test_patches_in_the_kustomization_itself(capsys: Capture) -> None:
    def indented(text: str, width: int) -> str:
        return ''.join(' ' * width + line for line in text.splitlines(keepends=True))

    write(
        kustomization_yaml='patches:\n- patch: |-\n'
        + indented(PATCH, 4)
        + '- patch: |\n'
        + indented(OPERATIONS, 4)
        + TARGET
        + 'patchesStrategicMerge:\n- |\n'
        + indented(PATCH, 2)
    )
    first, second = 2, 2 + PATCH.count('\n') + 1
    third = second + OPERATIONS.count('\n') + 3
    places = [
        *((line[11:], first, 4) for line in WRONG),
        *((line, second, 4) for line in IN_OPERATIONS),
        *((line[11:], third, 2) for line in WRONG),
    ]
    expected = []
    for line, down, right in places:
        row, column = line.split()[0].split(':')
        place = f'kustomization.yaml:{int(row) + down}:{int(column) + right}'
        expected.append(f'{place} {line.split()[1]}')
    assert found(capsys) == expected


def test_patches_of_flux_and_argo(capsys: Capture) -> None:
    write(
        flux_yaml='apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n'
        f'  patches:\n  - patch: |\n      - op: add\n        path: /spec/typo\n        value: 1\n'
        f'  {TARGET}',
        argo_yaml='apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n'
        '    kustomize:\n      patches:\n      - patch: |\n'
        '          apiVersion: projectcalico.org/v3\n          kind: NetworkPolicy\n'
        '          spec: {order: x}\n',
    )
    assert found(capsys) == [
        'argo.yaml:10:25 error[wrong-type]', 'flux.yaml:7:21 error[unknown-field]',
    ]  # fmt: skip


def test_fixes_and_suppressions_in_a_patch(capsys: Capture) -> None:
    text = (
        'patches:\n- patch: |\n    apiVersion: projectcalico.org/v3\n    kind: NetworkPolicy\n'
        "    metadata: {name: web}\n    spec:\n      selector: a = 'b'\n"
        '      order: x  # calico-lint: ignore[wrong-type] later\n'
        '      tier: sec  # calico-lint: ignore[wrong-type] nothing is wrong\n'
    )
    write(kustomization_yaml=text)
    assert found(capsys) == [
        'kustomization.yaml:7:19 error[selector-syntax]',
        'kustomization.yaml:9:40 warning[unused-suppression]',
    ]
    main(['check', '--fix', '--select=selector-syntax', '.'])
    assert Path('kustomization.yaml').read_text() == text.replace(' = ', ' == ')


# ---- The namespace -------------------------------------------------------------------------------

GLOBAL = """\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: all}
spec: {types: [Ingress]}
"""


def test_a_namespace_for_what_has_none_is_said_once(capsys: Capture) -> None:
    write(
        kustomization_yaml='namespace: shop\nresources: [base]\n',
        base__kustomization_yaml='resources:\n- a.yaml\n- b.yaml\n',
        base__a_yaml=GLOBAL + '---\n' + GLOBAL.replace('all', 'more'),
        base__b_yaml=GLOBAL.replace('all', 'other') + '---\n' + HEAD + 'spec: {types: [Ingress]}\n',
    )
    expected = ['kustomization.yaml:1:12 warning[namespace-on-global]']
    assert found(capsys) == expected
    assert found(capsys, 'base/a.yaml') == expected
    assert found(capsys, '.', '--ignore=namespace-on-global') == []
    text = Path('kustomization.yaml').read_text()
    Path('kustomization.yaml').write_text(
        text.replace('shop\n', 'shop  # calico-lint: ignore[namespace-on-global] as it is\n')
    )
    assert found(capsys) == []
    Path('kustomization.yaml').write_text('namespace: shop\n')
    assert found(capsys) == [], 'it does not take these files'


def test_an_overlay_that_takes_a_folder_beside_it(capsys: Capture) -> None:
    write(
        overlays__prod__kustomization_yaml='resources: [../../base]\nnamespace: shop\n',
        overlays__dev__kustomization_yaml='resources: [../../base, ../prod, ../dev]\n',
        base__kustomization_yaml='resources: [a.yaml, nowhere.yaml, "https://x"]\n',
        base__a_yaml=GLOBAL,
    )
    line = 'overlays/prod/kustomization.yaml:2:12 warning[namespace-on-global]'
    assert found(capsys) == [line]
    write(overlays__dev__kustomization_yaml='namespace: a\nresources: [../prod, ../dev]\n')
    assert sorted(found(capsys)) == [line.replace('prod', 'dev').replace('2:', '1:'), line]
    write(base__a_yaml=HEAD + 'spec: {types: [Ingress]}\n')
    assert {one.split()[1] for one in found(capsys)} <= {'info[namespace-missing]'}


def test_it_is_no_finding_in_a_file_that_was_checked(capsys: Capture) -> None:
    write(kustomization_yaml='namespace: shop\nresources: [a.yaml]\n', a_yaml=GLOBAL)
    assert main(['check', '--output-format=json', 'a.yaml']) == 1
    out = capsys.readouterr().out
    (one,) = json.loads(out)['diagnostics']
    assert (one['path'], one['severity'], one['effect']) == (
        'kustomization.yaml', 'warning', 'hazard',
    )  # fmt: skip
    assert main(['check', '--write-baseline=known.json', '.']) == 0
    assert main(['check', '--baseline=known.json', '.']) == 0


@pytest.mark.parametrize(
    'text', ['', 'a', '- a\n', 'patches: x\nresources: {a: b}\n', 'a: [', '---\n']
)
def test_whatever_a_kustomization_holds(text: str, capsys: Capture) -> None:
    write(kustomization_yaml=text, a_yaml=GLOBAL)
    assert found(capsys) == []


def test_what_a_kustomization_names() -> None:
    source = Source(
        'kustomization.yaml',
        'namespace: x\nresources: [a.yaml, ../b, "https://x/y"]\nbases: [c]\n'
        'patches:\n- path: p.yaml\n  target: {kind: NetworkSet}\n- patch: "a: b"\n'
        'patchesStrategicMerge: ["a: |\\n  b"]\n',
    )
    one = parse(source, '/r/o')
    assert one is not None
    assert one.namespace is not None
    assert source.text[one.namespace.start : one.namespace.end] == 'x'
    assert one.patches == {'/r/o/p.yaml': PatchTarget('projectcalico.org/v3', 'NetworkSet')}
    assert {'/r/o/a.yaml', '/r/b', '/r/o/c'} <= one.resources
