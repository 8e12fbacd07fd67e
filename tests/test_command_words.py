"""The words of the command line that are files, and those that are about a run as a whole."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from command import BAD, CLEAN, HEAD, environment, inside, words

from linter.catalogue.catalogue import standard
from linter.cli.main import main
from linter.cli.words import resolved
from linter.workspace.lookup import NAME
from linter.workspace.settings import PASSED

ROOT = Path(__file__).resolve().parent.parent
HOOKS = yaml.safe_load((ROOT / '.pre-commit-hooks.yaml').read_text(encoding='utf-8'))
ENTERPRISE = (
    HEAD + '  types: [Egress]\n  egress: [{action: Allow, destination: {domains: [a.io]}}]\n'
)


def write(here: Path, **files: str) -> None:
    for name, text in files.items():
        (here / f'{name}.yaml').write_text(text, encoding='utf-8')


# Files that are called like options -------------------------------------------------------------

ENTRIES = [
    ['check'],
    *(hook['entry'].split()[1:] for hook in HOOKS if ' check ' in hook['entry']),
]
NAMES = ['--write-baseline=b.json', '--baseline=c.json', '--output-format=json:p.yaml',
         '--add-ignore=x.yaml', '--fix', '--exit-zero', '-q', '--exclude=*', '--config=p.yaml',
         '--select=ports', '--fail-on=never', '--no-config', '--help', '-V']  # fmt: skip


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('entry', ENTRIES)
def test_a_file_that_is_called_like_an_option_is_a_file(
    here: Path, name: str, entry: list[str]
) -> None:
    path = here / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(BAD, encoding='utf-8')
    (here / 'c.json').write_text('{"version": 1, "findings": []}\n')
    write(here, p=BAD.replace('order: x', 'order: 1'))
    before = {one: one.read_bytes() for one in here.iterdir()}
    ran = inside(*entry, name, 'p.yaml')
    assert ran.status == 1
    if 'all' not in ' '.join(entry) and '.' not in entry:
        assert any(line.startswith(f'{name}:') for line in ran.lines)
    assert 'p.yaml' in ran.paths or '--fix' in entry
    assert {one.name for one in here.iterdir()} == {one.name for one in before}
    if '--fix' not in entry:
        assert {one: one.read_bytes() for one in here.iterdir()} == before


@pytest.mark.parametrize('hook', [hook for hook in HOOKS if hook.get('pass_filenames', True)])
def test_the_entries_of_hooks_end_options_and_take_those_of_their_users(
    here: Path, hook: dict[str, str]
) -> None:
    assert hook['entry'].endswith(' --')
    write(here, p=BAD)
    entry = shlex.split(hook['entry'])[1:]
    assert inside(*entry, 'p.yaml').status == 1
    assert inside(*entry, '--exit-zero', '--calico-version', '3.31', 'p.yaml').status == 0


@pytest.mark.parametrize(
    ('given', 'meant'),
    [
        (['check', '--force-exclude', '--', 'a.yaml'], ['check', '--force-exclude', 'a.yaml']),
        (['check', '--', 'a.yaml'], ['check', 'a.yaml']),
        (['check', '--', '--fix'], ['check', '--', '--fix']),
        (['check', '--', '-x.yaml'], ['check', './-x.yaml']),
        (['check', '-x.yaml', '-'], ['check', './-x.yaml', '-']),
        (['check', '--select', '--', 'a.yaml'], ['check', '--select', '--', 'a.yaml']),
        (['check', '--force-exclude', '--', '-q', '--', '-x.yaml'],
         ['check', '--force-exclude', '-q', '--', './-x.yaml']),
        (['-x.yaml'], ['-x.yaml']),
    ],
)  # fmt: skip
def test_words(here: Path, given: list[str], meant: list[str]) -> None:
    (here / '-x.yaml').touch()
    assert resolved(given) == meant


def test_a_folder_in_place_of_the_command_is_told_what_to_write(here: Path) -> None:
    (here / 'policies').mkdir()
    ran = inside('policies/')
    assert ran.status == 2
    assert b'write calico-lint check policies/' in ran.err
    write(here, p=CLEAN)
    assert b'write calico-lint check --fix p.yaml' in inside('--fix', 'p.yaml').err
    assert b'write calico-lint check policies/ --fix' in inside('policies/', '--fix').err
    assert b'there is no command' in inside('polices/').err


# Pipes ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not os.path.exists('/dev/fd'), reason='no such pipes')
def test_what_a_shell_passes_as_a_pipe_is_read(here: Path) -> None:
    (here / 'bad').write_text(BAD, encoding='utf-8')
    write(here, other=CLEAN)
    (here / NAME).write_text('ignore: [selector-syntax]\n')
    lint = shlex.join(str(word) for word in words(here))
    for line in (f'{lint} check other.yaml <(sleep 0.2; cat bad)', f'{lint} check <(cat bad bad)'):
        ran = subprocess.run(
            ['bash', '-c', line], capture_output=True, text=True, env=environment(), timeout=60
        )
        assert ran.returncode == 1, ran.stderr
        assert 'wrong-type' in ran.stdout
        assert 'selector-syntax' not in ran.stdout
        assert ran.stdout.startswith('/dev/fd/')
    empty = subprocess.run(
        ['bash', '-c', f'{lint} check <(true)'], capture_output=True, env=environment(), timeout=60
    )
    assert empty.returncode == 0, empty.stderr


@pytest.mark.skipif(os.name != 'posix', reason='POSIX pipes')
def test_a_pipe_with_a_name_is_read_and_never_written(here: Path) -> None:
    os.mkfifo(here / 'pipe.yaml')
    for options in ((), ('--fix',)):
        process = subprocess.Popen(
            words(here, 'check', *options, 'pipe.yaml'),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
        )  # fmt: skip
        with open(here / 'pipe.yaml', 'w', encoding='utf-8') as pipe:
            pipe.write(BAD)
        out, err = process.communicate(timeout=60)
        assert process.returncode == (2 if options else 1), err
        assert b'wrong-type' in out
        assert (b'pipe.yaml: not changed' in err) == bool(options)
    ran = inside('check', '--add-ignore', 'pipe.yaml')
    assert b'pipe.yaml is a pipe' in ran.err


@pytest.mark.skipif(os.name != 'posix', reason='POSIX pipes')
def test_a_pipe_without_a_writer_and_links_do_not_make_anybody_wait(here: Path) -> None:
    os.mkfifo(here / 'pipe.yaml')
    (here / 'link.yaml').symlink_to('pipe.yaml')
    (here / 'stdin.yaml').symlink_to('/dev/stdin')
    (here / 'pagemap.yaml').symlink_to('/proc/self/pagemap')
    for name in ('kustomization.yaml', NAME):
        (here / name).symlink_to('/dev/stdin')
    write(here, p=CLEAN)
    reading, writing = os.pipe()
    try:
        ran = subprocess.run(
            words(here, 'check', 'pipe.yaml', 'link.yaml', 'stdin.yaml', 'pagemap.yaml', 'p.yaml'),
            stdin=reading, capture_output=True, text=True, env=environment(), timeout=60,
        )  # fmt: skip
        assert ran.returncode == 2
        for name in ('pipe', 'link', 'stdin', 'pagemap'):
            assert f'calico-lint: {name}.yaml: is ' in ran.stderr
        ran = subprocess.run(
            words(here, 'check', '--no-config', '.'),
            stdin=reading, capture_output=True, text=True, env=environment(), timeout=60,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
    finally:
        os.close(reading)
        os.close(writing)


# What counts for the run ------------------------------------------------------------------------


def test_fail_on_and_baseline_of_the_configuration(here: Path) -> None:
    write(here, p=BAD)
    (here / NAME).write_text('fail-on: never\n')
    assert inside('check', '.').status == 0
    assert inside('check', '--fail-on', 'warning', '.').status == 1
    assert inside('check', '--no-config', '.').status == 1
    (here / NAME).write_text('baseline: known.json\n')
    ran = inside('check', '.')
    assert ran.status == 2
    assert b'there is no baseline known.json' in ran.err
    assert inside('check', '--write-baseline', 'known.json', '.').status == 0
    assert inside('check', '.').status == 0
    assert inside('check', '--add-ignore', '.').status == 2
    (here / 'sub').mkdir()
    (here / 'sub' / 'p.yaml').write_text(BAD)
    os.chdir(here / 'sub')
    # From below, the same file counts.
    assert inside('check', '../p.yaml').status == 0
    assert inside('check', 'p.yaml').status == 1


def test_what_counts_for_a_run_is_not_taken_from_elsewhere_in_silence(here: Path) -> None:
    (here / 'sub').mkdir()
    (here / 'sub' / 'p.yaml').write_text(BAD)
    (here / 'sub' / NAME).write_text('fail-on: never\nbaseline: b.json\n')
    ran = inside('check', '.')
    assert ran.status == 1
    assert b'sub/.calico-lint.yaml: baseline and fail-on are left without effect' in ran.err
    os.chdir(here / 'sub')
    assert b'without effect' not in inside('check', '.', '--baseline', 'b.json').err


def test_an_entry_that_matches_nothing_is_said(here: Path) -> None:
    (here / 'apps').mkdir()
    (here / 'apps' / 'p.yaml').write_text(CLEAN)
    (here / 'apps' / 'gone.yml').write_text(CLEAN)
    (here / NAME).write_text(
        'exclude: [gone.yml]\nper-path:\n- paths: [apps/]\n  ignore: [ports]\n'
        '- paths:\n  - clusters/old/\n  - clusters/odd/\n  ignore: [ports]\n'
        '- paths: [gone.yml]\n  ignore: [ports]\n'
    )
    ran = inside('check', '.')
    said = [line for line in ran.err.decode().splitlines() if 'per-path' in line]
    assert [line.split()[1].rstrip(':') for line in said] == [f'{NAME}:6', f'{NAME}:9']
    assert "'clusters/old/' or 'clusters/odd/'" in said[0]
    # Where only a part was looked at, nobody knows.
    assert b'per-path' not in inside('check', 'apps').err
    assert b'per-path' not in inside('check', 'apps/p.yaml').err
    assert b'per-path' not in inside('check', '-q', '.').err


def test_the_edition(here: Path) -> None:
    write(here, p=ENTERPRISE, q=ENTERPRISE)
    assert inside('check', '.').status == 1
    ran = inside('check', '--edition', 'enterprise', '.')
    assert ran.status == 0, ran.out
    assert ran.err.count(b'Calico Enterprise') == 1
    assert b'2 fields of Calico Enterprise are passed and not judged' in ran.err
    (here / NAME).write_text('per-path: [{paths: [p.yaml], edition: enterprise}]\n')
    assert inside('check', '.').paths == {'q.yaml'}
    assert inside('check', '--edition', 'open-source', '.').paths == {'p.yaml', 'q.yaml'}
    # The rest of such a document is judged.
    write(here, p=ENTERPRISE.replace('[Egress]', '[Exgress]'))
    (here / NAME).write_text('edition: enterprise\n')
    assert inside('check', '.').paths == {'p.yaml'}


def test_facts_of_editions_exist() -> None:
    known = {row.fact for row in standard().facts.rows()}
    assert frozenset().union(*PASSED.values()) <= known


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--config', 'a', '--no-config'], 'exclude each other'),
        (['--config', ''], '--config names no file'),
        (['--config', 'nowhere.yaml'], 'there is no configuration nowhere.yaml'),
        (['--exclude', './a'], "--exclude './a' matches nothing"),
        (['--exclude', '[a'], "--exclude '[a' matches nothing"),
    ],
)
def test_bad_usage(here: Path, options: list[str], message: str) -> None:
    ran = inside('check', *options, '.')
    assert ran.status == 2
    assert message in ran.err.decode()


def test_exclude_and_config(here: Path) -> None:
    (here / 'vendor').mkdir()
    write(here, p=BAD)
    (here / 'vendor' / 'p.yaml').write_text(BAD)
    assert inside('check', '--exclude', 'vendor/', '.').paths == {'p.yaml'}
    named = ('check', '--exclude', 'vendor/', 'vendor/p.yaml')
    assert inside(*named).status == 1
    assert inside(*named, '--force-exclude').status == 0
    (here / 'strict.yaml').write_text('ignore: [wrong-type]\n')
    ran = inside('check', '--config', 'strict.yaml', '--output-format', 'json', 'p.yaml')
    assert {one['rule'] for one in json.loads(ran.out)['diagnostics']} == {'selector-syntax'}


# init -------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != 'posix', reason='names of POSIX')
@pytest.mark.parametrize('name', [b'a\x1b[31m\n::error::x', b'\xff\xfe', '\u202eé'.encode()])
def test_init_in_a_folder_with_an_odd_name(here: Path, name: bytes) -> None:
    folder = here / os.fsdecode(name)
    try:
        folder.mkdir()
    except OSError:
        pytest.skip('not a name on this file system')
    ran = inside('init', name)
    assert ran.status == 0
    assert ran.out.startswith(b'wrote ')
    assert ran.out.count(b'\n') == 1
    assert (folder / NAME).is_file()
    ran = inside('init', name)
    assert ran.status == 2
    assert b'exists already' in ran.err


def test_init_leaves_nothing_where_it_fails(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, 'No space left on device')

    from linter.workspace import atomic_write

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(atomic_write.os, 'fsync', fail)
        assert main(['init']) == 2
    assert 'cannot be written: no space left on device' in capsys.readouterr().err
    assert list(here.iterdir()) == []
    (here / NAME).symlink_to('nowhere')
    assert main(['init']) == 2
    assert not (here / 'nowhere').exists()
