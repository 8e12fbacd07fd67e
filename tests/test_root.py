"""The formats for CI systems name files from the root of the repository, wherever a run starts."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from linter.cli.main import main
from linter.report._root import path_from, root

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

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Git repository with two services; the run starts in one of them."""
    for name in ('GITHUB_WORKSPACE', 'CI_PROJECT_DIR'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('NO_COLOR', '1')
    top = tmp_path.resolve() / 'repository'
    (top / 'services' / 'cart').mkdir(parents=True)
    (top / 'services' / 'web').mkdir()
    (top / '.git').mkdir()
    (top / 'services' / 'cart' / 'policy.yaml').write_text(POLICY)
    (top / 'services' / 'web' / 'a policy.yaml').write_text(POLICY)
    monkeypatch.chdir(top / 'services' / 'web')
    return top


def github(text: str) -> list[str]:
    return re.findall('file=(.*?),', text)


def gitlab(text: str) -> list[str]:
    return [one['location']['path'] for one in json.loads(text)]


def junit(text: str) -> list[str]:
    return re.findall('file="(.*?)"', text)


def markdown(text: str) -> list[str]:
    return re.findall(r'\| `(.*?):7:18` \|', text)


def sarif(text: str) -> list[str]:
    results = json.loads(text)['runs'][0]['results']
    return [
        one['locations'][0]['physicalLocation']['artifactLocation']['uri'].replace('%20', ' ')
        for one in results
    ]


READERS: dict[str, Callable[[str], list[str]]] = {
    'github': github, 'gitlab': gitlab, 'junit': junit, 'markdown': markdown, 'sarif': sarif,
}  # fmt: skip
EXPECTED = ['services/cart/policy.yaml', 'services/web/a policy.yaml']


@pytest.mark.parametrize('fmt', READERS)
def test_from_the_root_of_git(fmt: str, capsys: Capture) -> None:
    assert main(['check', '.', '../cart', '--output-format', fmt]) == 1
    assert READERS[fmt](capsys.readouterr().out) == EXPECTED


@pytest.mark.parametrize('variable', ['GITHUB_WORKSPACE', 'CI_PROJECT_DIR'])
def test_from_where_ci_says(
    variable: str, repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(repository / 'services'))
    assert main(['check', '.', '../cart', '--output-format', 'sarif']) == 1
    assert sarif(capsys.readouterr().out) == ['cart/policy.yaml', 'web/a policy.yaml']
    # Of another job, or of nowhere.
    monkeypatch.setenv(variable, str(repository / 'services' / 'cart'))
    assert main(['check', '.', '../cart', '--output-format', 'sarif']) == 1
    assert sarif(capsys.readouterr().out) == EXPECTED


def test_the_same_finding_has_the_same_fingerprint(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(['check', '.', '../cart', '--output-format', 'gitlab']) == 1
    here = capsys.readouterr().out
    monkeypatch.chdir(repository)
    assert main(['check', '--output-format', 'gitlab']) == 1
    assert capsys.readouterr().out == here


def test_text_and_json_name_files_from_the_working_directory(capsys: Capture) -> None:
    assert main(['check', '../cart', '--output-format', 'json']) == 1
    (one,) = json.loads(capsys.readouterr().out)['diagnostics']
    assert one['path'] == '../cart/policy.yaml'
    for fmt in ('text', 'concise'):
        assert main(['check', '../cart', '--output-format', fmt]) == 1
        assert capsys.readouterr().out.startswith('../cart/policy.yaml:7:18: ')
    assert main(['check', '../cart', '--output-format', 'rdjson']) == 1
    assert '"path": "../cart/policy.yaml"' in capsys.readouterr().out


def test_no_uri_leads_out_of_the_repository(
    repository: Path, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / 'other.yaml').write_text(POLICY)
    assert main(['check', '../../../other.yaml', '--output-format', 'sarif']) == 1
    (uri,) = sarif(capsys.readouterr().out)
    assert uri == f'file://{repository.parent.as_posix()}/other.yaml'


@pytest.mark.skipif(os.name == 'nt', reason='symbolic links')
def test_by_a_way_round(repository: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / 'link').symlink_to(repository)
    assert main(['check', str(tmp_path / 'link' / 'services'), '--output-format', 'gitlab']) == 1
    assert gitlab(capsys.readouterr().out) == EXPECTED


def test_hidden_findings_too(capsys: Capture) -> None:
    Path('a policy.yaml').write_text(
        POLICY.replace("'web'\n", "'web'  # calico-lint: ignore[selector-syntax] why\n")
    )
    assert main(['check', '.', '../cart', '--output-format', 'sarif']) == 1
    assert sarif(capsys.readouterr().out) == EXPECTED


def test_standard_input_is_no_file(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert path_from('<stdin>', str(repository)) == '<stdin>'
    assert path_from('policy.yaml', str(repository)) == os.path.join(
        'services', 'web', 'policy.yaml'
    )


def test_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert root({}) in (str(tmp_path.resolve()), *map(str, tmp_path.resolve().parents))
    assert root({'GITHUB_WORKSPACE': 'relative'}) == root({})


def test_a_worktree_is_a_repository(repository: Path) -> None:
    (repository / '.git').rmdir()
    (repository / '.git').write_text('gitdir: elsewhere\n')
    assert root({}) == str(repository)
