"""The same findings from wheel, sdist and checkout, with each reader, and with old dependencies."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
FORMATS = ('json', 'sarif', 'github', 'markdown')

# The oldest of each that pyproject.toml allows and this Python can install.
OLDEST = {
    'PyYAML': '6.0.1' if sys.version_info < (3, 13) else '6.0.2',
    'jsonschema': '4.18.0',
    'lark': '1.1.8',
    'rich': '13.0.0',
    'ruamel.yaml': '0.18.0',
}


def python(
    *arguments: str, path: str, cwd: Path, check: bool = True
) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(('PYTHON', 'CALICO_LINT', 'FORCE_COLOR'))
    }
    environment['PYTHONPATH'] = path
    return subprocess.run(
        (sys.executable, *arguments),
        cwd=cwd,
        env=environment,
        check=check,
        capture_output=True,
        text=True,
        encoding='utf-8',
    )


def everything(path: str, cwd: Path, prefix: str = '') -> dict[str, str]:
    """What every command prints, and the outputs of a run over the fixtures."""
    found = {}
    run = f'{prefix}\nimport sys\nfrom linter.__main__ import run\nsys.exit(run())'
    for arguments in (
        ['check', '.', *(f'--output-format={name}:{name}.out' for name in FORMATS)],
        ['check', '.', '--diff', '--unsafe-fixes'],
        ['explain', 'selector-syntax'],
        ['rules'],
        ['schema', 'NetworkPolicy', '--calico-version', '3.28'],
        ['schema', 'NetworkPolicy', '--api', 'v2'],
        ['--version'],
    ):
        done = python('-c', run, *arguments, path=path, cwd=cwd, check=False)
        assert 'Traceback' not in done.stderr, done.stderr
        assert done.returncode == (1 if arguments[0] == 'check' else 0), done.stderr
        found[' '.join(arguments[:2])] = done.stdout + done.stderr
    for name in FORMATS:
        found[name] = (cwd / f'{name}.out').read_text(encoding='utf-8')
    return found


@pytest.fixture(scope='module')
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Policies to check, with fixes to make."""
    folder = tmp_path_factory.mktemp('repository')
    for name in ('gitops', 'fixes', 'cases'):
        shutil.copytree(ROOT / 'fixtures' / name, folder / name)
    return folder


@pytest.fixture(scope='module')
def expected(repository: Path) -> dict[str, str]:
    """What the checkout says."""
    found = everything(str(ROOT), repository)
    assert found['json'].count('"rule"') > 300
    return found


@pytest.fixture(scope='module')
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from an sdist made from what git knows of this tree, and both beside it."""
    folder = tmp_path_factory.mktemp('dist')
    source = folder / 'source'
    listed = subprocess.run(
        ('git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'),
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for name in listed.split('\0'):
        if name and not name.startswith(('fixtures/', 'tests/')) and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    python('-m', 'pip', 'wheel', '-q', '--no-deps', '-w', '../wheel', '.', path='', cwd=source)
    # The wheel that this makes comes from its sdist.
    python('-m', 'build', '--outdir', '../from-sdist', path='', cwd=source)
    return folder


@pytest.mark.parametrize('kind', ['wheel', 'from-sdist'])
def test_installed(
    kind: str,
    distributions: Path,
    repository: Path,
    expected: dict[str, str],
    tmp_path: Path,
) -> None:
    wheel = next((distributions / kind).glob('*.whl'))
    python('-m', 'pip', 'install', '-q', '--no-deps', '--target', 'site', str(wheel),
           path='', cwd=tmp_path)  # fmt: skip
    site = tmp_path / 'site'
    where = python('-c', 'import linter; print(linter.__file__)', path=str(site), cwd=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(site.resolve())
    assert everything(str(site), repository) == expected


def test_installed_without_sources(
    distributions: Path, repository: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    wheel = next((distributions / 'wheel').glob('*.whl'))
    python('-m', 'pip', 'install', '-q', '--no-deps', '--no-compile', '--target', 'site',
           str(wheel), path='', cwd=tmp_path)  # fmt: skip
    python('-m', 'compileall', '-q', '-b', 'site/linter', path='', cwd=tmp_path)
    for source in (tmp_path / 'site' / 'linter').rglob('*.py'):
        source.unlink()
    assert everything(str(tmp_path / 'site'), repository) == expected


READERS = {
    'PyYAML without libyaml': "import sys; sys.modules['yaml._yaml'] = None",
    'no PyYAML': "import sys; sys.modules['yaml'] = sys.modules['yaml._yaml'] = None",
}


@pytest.mark.parametrize('without', READERS)
def test_without_the_c_parser(without: str, repository: Path, expected: dict[str, str]) -> None:
    assert everything(str(ROOT), repository, READERS[without]) == expected


def test_oldest_dependencies(repository: Path, expected: dict[str, str], tmp_path: Path) -> None:
    allowed = (ROOT / 'pyproject.toml').read_text(encoding='utf-8')
    for name, version in OLDEST.items():
        assert re.search(rf'"{name}>={version[: version.index(".", 2)]}', allowed), name
    wanted = [f'{name}=={version}' for name, version in OLDEST.items()]
    python('-m', 'pip', 'install', '-q', '--target', 'site', *wanted, path='', cwd=tmp_path)
    path = os.pathsep.join((str(ROOT), str(tmp_path / 'site')))
    assert everything(path, repository) == expected
