"""Which files an output may go to: none that a run reads, and none behind a link."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from command import BAD, CLEAN, call, inside

from linter.report.formats import formats

posix = pytest.mark.skipif(os.name != 'posix', reason='links of POSIX')


@pytest.fixture
def policy(here: Path) -> Path:
    path = here / 'policies' / 'p.yaml'
    path.parent.mkdir()
    path.write_text(BAD, encoding='utf-8')
    return path


def refused(here: Path, file: str, *paths: str, options: tuple[str, ...] = ()) -> str:
    """Why nothing is written to a file, by a run that changes no file at all."""
    before = {path: path.read_bytes() for path in here.rglob('*') if path.is_file()}
    ran = inside('check', '--output-format', f'json:{file}', *options, *paths)
    assert ran.status == 2, ran.out
    assert ran.out == b''
    assert {path: path.read_bytes() for path in here.rglob('*') if path.is_file()} == before
    return ran.err.decode()


def test_no_output_goes_to_what_is_checked(here: Path, policy: Path) -> None:
    for paths in (('policies/p.yaml',), ('policies',), ('.',), ('policies/../policies',)):
        assert 'is to be checked, and not to be written' in refused(here, 'policies/p.yaml', *paths)
    assert 'is to be checked' in refused(here, str(policy), '.')
    # What is Calico's in JSON is no report, whatever it quotes.
    (here / 'p.json').write_text('{"kind": "NetworkPolicy", "metadata": {"name": "calico-lint"}}')
    assert 'is to be checked' in refused(here, 'p.json', '.')


def test_no_output_goes_to_a_configuration_or_a_baseline(here: Path, policy: Path) -> None:
    assert 'is a configuration' in refused(here, '.calico-lint.yaml', 'policies')
    (here / 'strict.yaml').write_text('ignore: []\n')
    why = refused(here, 'strict.yaml', 'policies', options=('--config', 'strict.yaml'))
    assert 'is a configuration' in why
    inside('check', '--write-baseline', 'b.json', 'policies')
    assert 'is the baseline' in refused(
        here, 'b.json', 'policies', options=('--baseline', 'b.json')
    )
    (here / '.calico-lint.yaml').write_text('baseline: b.json\n')
    assert 'is the baseline' in refused(here, 'b.json', 'policies')


@posix
def test_no_output_goes_through_a_link(here: Path, policy: Path) -> None:
    (here / 'out.json').symlink_to('elsewhere.json')
    (here / 'folder').symlink_to(here.parent)
    os.link(policy, here / 'hard.json')
    assert 'is a link' in refused(here, 'out.json', 'policies')
    assert 'is a link' in refused(here, 'folder/x.json', 'policies')
    assert 'a hard link' in refused(here, 'hard.json', 'policies')
    os.mkfifo(here / 'pipe.json')
    assert 'is no file' in refused(here, 'pipe.json', 'policies')


@pytest.mark.parametrize('text', [BAD, CLEAN])
@pytest.mark.parametrize('name', formats())
def test_a_report_is_written_over_the_one_before(here: Path, name: str, text: str) -> None:
    """Also where it lies below what is checked, with the suffix of a checked file."""
    (here / 'p.yaml').write_text(text, encoding='utf-8')
    suffix = 'json' if name in ('json', 'sarif', 'gitlab', 'rdjson') else 'out'
    (here / f'report.{suffix}').touch()
    for _ in range(2):
        ran = inside('check', '--output-format', f'{name}:report.{suffix}', '.')
        assert ran.status == (text == BAD), ran.err


@posix
def test_a_device_is_written(here: Path) -> None:
    (here / 'p.yaml').write_text(BAD, encoding='utf-8')
    ran = call(here, 'check', '--output-format', 'json:/dev/stdout', '.')
    assert ran.status == 1
    assert json.loads(ran.out)['diagnostics']


def test_no_output_goes_to_what_is_read_beside_what_is_checked(here: Path, policy: Path) -> None:
    """A kustomization, the ignore files of git, a context, a page of Markdown, and other JSON."""
    (here / '.git' / 'info').mkdir(parents=True)
    for name in ('policies/kustomization.yaml', 'other.yaml', 'package.json'):
        (here / name).write_text('a: 1\n')
        assert 'is no report' in refused(here, name, 'policies/p.yaml')
    assert 'is no report' in refused(
        here, 'other.yaml', 'policies/p.yaml', options=('--context', '.')
    )
    for name in ('policies/Kustomization', '.gitignore', '.git/info/exclude'):
        (here / name).write_text('a\n')
        assert 'is read by git or kustomize' in refused(here, name, 'policies')
    (here / 'README.md').write_text('# A page\n')
    assert 'is to be checked' in refused(here, 'README.md', '.', options=('--markdown',))
    # What the run has nothing to do with is for whoever names it.
    assert inside('check', '--output-format', 'markdown:README.md', 'policies').status == 1
