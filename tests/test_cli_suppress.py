"""Suppressions from the command line: written into files, obeyed, shown, and asked for reasons."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from linter.cli.main import main
from linter.workspace.discover import PART

POLICY = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role = 'web'
  types: [Ingress]
"""
SUPPRESSED = POLICY.replace("'web'\n", "'web'  # calico-lint: ignore[selector-syntax] legacy\n")

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('NO_COLOR', '1')
    return tmp_path


def test_a_suppressed_finding_is_not_reported(capsys: Capture) -> None:
    Path('x.yaml').write_text(SUPPRESSED)
    assert main(['check', 'x.yaml']) == 0
    assert capsys.readouterr().out == ''
    assert main(['check', '--no-ignore']) == 1
    assert capsys.readouterr().out.startswith('x.yaml:7:18: error[selector-syntax] ')


@pytest.mark.parametrize('reason', ['', 'legacy'])
def test_add_ignore(capsys: Capture, reason: str) -> None:
    Path('x.yaml').write_text(POLICY)
    Path('folder').mkdir()
    Path('folder/y.yaml').write_text(POLICY.replace(' = ', ' == '))
    before = Path('folder/y.yaml').stat()
    option = f'--add-ignore={reason}' if reason else '--add-ignore'
    assert main(['check', option, 'x.yaml', 'folder']) == 0
    out, err = capsys.readouterr()
    assert out == ''
    assert err.startswith('calico-lint: x.yaml: suppressions added\n')
    assert Path('x.yaml').read_text() == SUPPRESSED.replace(' legacy', f' {reason}'.rstrip())
    assert Path('folder/y.yaml').stat() == before
    assert main(['check', option]) == 0
    assert 'added' not in capsys.readouterr().err
    assert {path.name for path in Path().iterdir()} == {'folder', 'x.yaml'}


def test_add_ignore_reports_what_is_left(capsys: Capture) -> None:
    Path('x.json').write_text('{"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy"}')
    text = Path('x.json').read_text()
    assert main(['check', '--add-ignore']) == 1
    out, err = capsys.readouterr()
    assert 'error[' in out
    assert (
        'calico-lint: x.json:1:2: no suppression of name-missing: JSON has no comments, and the '
        'object has no metadata for an annotation\n'
    ) in err
    assert Path('x.json').read_text() == text


def test_add_ignore_writes_annotations_in_json(capsys: Capture) -> None:
    policy = {'apiVersion': 'projectcalico.org/v3', 'kind': 'Tier', 'metadata': {'name': 'A b'}}
    Path('x.json').write_text(json.dumps(policy, indent=2))
    assert main(['check', '--add-ignore=old name']) == 0
    found = json.loads(Path('x.json').read_text())
    assert found['metadata'].pop('annotations') == {'calico-lint/ignore': 'name-invalid: old name'}
    assert found == policy


def test_add_ignore_keeps_encoding_mode_and_line_ends() -> None:
    data = b'\xff\xfe' + POLICY.replace('\n', '\r\n').encode('utf-16-le')
    Path('x.yaml').write_bytes(data)
    Path('x.yaml').chmod(0o640)
    Path('link.yaml').symlink_to('x.yaml')
    assert main(['check', '--add-ignore=legacy', 'link.yaml']) == 0
    expected = SUPPRESSED.replace('\n', '\r\n').encode('utf-16-le')
    assert Path('x.yaml').read_bytes() == b'\xff\xfe' + expected
    assert Path('x.yaml').stat().st_mode & 0o777 == 0o640
    assert Path('link.yaml').is_symlink()


def test_add_ignore_in_a_file_that_is_read_in_parts() -> None:
    clean = POLICY.replace(' = ', ' == ')
    filler = f'---\n{clean}' + f'# {"x" * 97}\n' * 500
    many = filler * (PART // len(filler) + 2)
    Path('x.yaml').write_text(f'{POLICY}{many}---\n{POLICY}')
    assert main(['check', '--add-ignore=legacy', 'x.yaml']) == 0
    assert Path('x.yaml').read_text() == f'{SUPPRESSED}{many}---\n{SUPPRESSED}'


@pytest.mark.skipif(os.name == 'nt', reason='a file mode of POSIX')
def test_add_ignore_leaves_a_write_protected_file_alone(capsys: Capture) -> None:
    Path('x.yaml').write_text(POLICY)
    Path('x.yaml').chmod(0o440)
    assert main(['check', '--add-ignore']) == 2
    assert 'x.yaml: not changed: it is write-protected' in capsys.readouterr().err
    assert Path('x.yaml').read_text() == POLICY


def test_add_ignore_leaves_a_file_with_another_name_alone(capsys: Capture) -> None:
    Path('x.yaml').write_text(POLICY)
    os.link('x.yaml', 'x.txt')
    assert main(['check', '--add-ignore']) == 2
    assert 'not changed: it has another name' in capsys.readouterr().err
    assert Path('x.txt').read_text() == POLICY


def test_add_ignore_knows_no_suppressions_in_the_configuration() -> None:
    Path('.calico-lint.yaml').write_text('calico-versoin: "3.31"\n')
    assert main(['check', '--add-ignore', '.']) == 1
    assert Path('.calico-lint.yaml').read_text() == 'calico-versoin: "3.31"\n'


@pytest.mark.parametrize('words', [['-'], ['--no-ignore', 'x.yaml']])
def test_add_ignore_that_makes_no_sense(capsys: Capture, words: list[str]) -> None:
    Path('x.yaml').write_text(POLICY)
    assert main(['check', '--add-ignore', *words]) == 2
    assert capsys.readouterr().err.startswith('calico-lint: --add-ignore ')
    assert Path('x.yaml').read_text() == POLICY


def test_require_reason(capsys: Capture) -> None:
    Path('.calico-lint.yaml').write_text('require-reason: true\n')
    Path('x.yaml').write_text(SUPPRESSED)
    assert main(['check', 'x.yaml']) == 0
    Path('x.yaml').write_text(SUPPRESSED.replace(' legacy', ''))
    assert main(['check', 'x.yaml']) == 1
    assert capsys.readouterr().out.startswith('x.yaml:7:29: warning[suppression-without-reason] ')


def test_sarif_lists_what_is_suppressed(capsys: Capture) -> None:
    Path('x.yaml').write_text(SUPPRESSED)
    assert main(['check', '--output-format', 'sarif']) == 0
    [result] = json.loads(capsys.readouterr().out)['runs'][0]['results']
    assert result['ruleId'] == 'selector-syntax'
    assert result['suppressions'] == [
        {'kind': 'inSource', 'status': 'accepted', 'justification': 'legacy'}
    ]


def test_what_is_deselected_is_not_listed_as_suppressed(capsys: Capture) -> None:
    Path('x.yaml').write_text(SUPPRESSED)
    main(['check', '--output-format', 'sarif', '--ignore', 'selector-syntax'])
    assert json.loads(capsys.readouterr().out)['runs'][0]['results'] == []
