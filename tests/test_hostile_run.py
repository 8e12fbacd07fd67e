"""Paths, streams and signals that mean harm or are merely strange, and bugs of our own.

A run ends in an orderly way, with the status that is true, and has done nothing but read.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import everything as engine
import pytest
from command import (
    BAD,
    CLEAN,
    HEAD,
    LIMIT,
    Ran,
    assert_harmless,
    assert_orderly,
    call,
    environment,
    words,
)
from conftest import FIXTURES, ROOT, check_in_parts
from everything import Options

from linter.calico import parsed_file
from linter.calico.target import Target
from linter.catalogue.catalogue import Catalogue
from linter.catalogue.rule import Check
from linter.cli import main
from linter.quick.read import Reader
from linter.quick.records import Summaries
from linter.run import run
from linter.workspace import discover

posix = pytest.mark.skipif(os.name != 'posix', reason='POSIX files, signals and streams')
# More than a pipe holds.
MANY = f'---\n{BAD}' * 600


# --- What a path may be -----------------------------------------------------------------------


@posix
@pytest.mark.parametrize('name', ['-rf', '-rf.yaml', '--help.yaml', '--', ' ', '-', 'a\'b"c.yaml'])
def test_a_file_named_like_an_option(here: Path, name: str) -> None:
    (here / name).write_text(BAD, encoding='utf-8')
    assert call(here, 'check', '--', f'./{name}').status == 1
    ran = call(here, 'check', '.')
    assert ran.status == (1 if name.endswith('.yaml') else 0)


STRANGE = (
    b'a\nb.yaml', b'\n::error::x.yaml', b'\x1b[31m.yaml', b'\xff\xfe.yaml', b'\r.yaml', b'\t.yaml',
    'é\u202e.yaml'.encode(), b'::error::.yaml', b' ::error::.yaml', b'##[error].yaml',
    b'##vso[task.complete].yaml',
)  # fmt: skip


@posix
@pytest.mark.parametrize('output', ['text', 'concise', 'json'])
def test_files_with_strange_names(here: Path, output: str) -> None:
    names = []
    for name in STRANGE:
        try:
            (here / os.fsdecode(name)).write_text(BAD, encoding='utf-8')
        except OSError:
            continue  # this file system has no such names
        names.append(name)
    for paths in ((b'.',), names):
        ran = call(here, 'check', '--output-format', output, *paths)
        assert ran.status == 1
        assert ran.out.count(b'selector-syntax') >= len(names)


@posix
def test_strange_names_on_standard_error(here: Path) -> None:
    for number, name in enumerate(STRANGE):
        folder = here / str(number)
        folder.mkdir()
        (folder / 'bad.yaml').write_text(HEAD + '  x: {{ a\n', encoding='utf-8')
        os.symlink(folder, os.fsencode(here) + b'/' + name)
        os.mkfifo(os.fsencode(here) + b'/x' + name)

    def named(name: bytes) -> Ran:
        return call(here, 'check', os.path.join(name, b'bad.yaml'), b'x' + name)

    # All at once: for the writer of a pipe the command waits.
    with ThreadPoolExecutor(len(STRANGE)) as threads:
        for ran in threads.map(named, STRANGE):
            assert ran.status == 2
            assert b'is a pipe' in ran.err
            assert b'skipped as templates' in ran.err
    for option in ('--show-files', '--show-settings'):
        ran = call(here, 'check', option, *STRANGE)
        assert ran.status == 0
        assert ran.out.count(b'\n') >= len(STRANGE)


@posix
def test_frames_are_harmless(here: Path) -> None:
    """Where colour is forced, as many CI systems do, the log has the lines of the policy."""
    path = str(FIXTURES / 'hostile')
    result = subprocess.run(
        words(here, 'check', path), capture_output=True, env=environment(FORCE_COLOR='1')
    )
    assert b'task.complete' in result.stdout
    assert_harmless(re.sub(rb'\x1b\[[\d;]*m', b'', result.stdout))


@posix
def test_a_missing_file_with_a_strange_name(here: Path) -> None:
    ran = call(here, 'check', b'\x1b[2J\n::error::x.yaml\xff')
    assert ran.status == 2
    assert b'no such file' in ran.err
    assert call(here, 'check', '##[error]x').status == 2


@posix
def test_what_is_no_file(here: Path) -> None:
    """Named, each is a message and status 2; found in a directory, none is opened."""
    (here / 'clean.yaml').write_text(CLEAN, encoding='utf-8')
    (here / 'bad.yaml').write_text(BAD, encoding='utf-8')
    os.mkfifo('fifo.yaml')
    (here / 'loop.yaml').symlink_to('loop.yaml')
    (here / 'there.yaml').symlink_to('back.yaml')
    (here / 'back.yaml').symlink_to('there.yaml')
    (here / 'nowhere.yaml').symlink_to('missing.yaml')
    (here / 'device.yaml').symlink_to('/dev/zero')
    (here / 'folder.yaml').mkdir()
    (here / 'folder.yaml' / 'bad.yaml').write_text(BAD, encoding='utf-8')
    (here / 'folder.yaml' / 'up.yaml').symlink_to('..')
    (here / 'folder.yaml' / 'self').symlink_to('.')
    with socket.socket(socket.AF_UNIX) as server:
        server.bind('socket.yaml')
        ran = call(here, 'check', '.')
        assert ran.status == 1
        assert ran.paths == {'bad.yaml', 'folder.yaml/bad.yaml'}
        for name in ('fifo.yaml', 'socket.yaml', 'device.yaml', 'loop.yaml', 'there.yaml'):
            ran = call(here, 'check', name, 'bad.yaml')
            assert ran.status == 2, name
            assert name.encode() in ran.err
            assert ran.paths == {'bad.yaml'}, name
    assert call(here, 'check', 'folder.yaml').paths == {'folder.yaml/bad.yaml'}


@posix
def test_a_pipe_on_standard_input_may_be_slow(here: Path) -> None:
    process = subprocess.Popen(
        words(here, 'check', '-'), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert process.stdin is not None
    for piece in (BAD[:20], BAD[20:50], BAD[50:]):
        process.stdin.write(piece.encode())
        process.stdin.flush()
        time.sleep(0.05)
    out, err = process.communicate(timeout=LIMIT)
    assert_orderly(err)
    assert process.returncode == 1
    assert out.startswith(b'<stdin>:')


@posix
@pytest.mark.skipif(os.name == 'posix' and os.geteuid() == 0, reason='root may read everything')
def test_what_may_not_be_read(here: Path) -> None:
    (here / 'secret.yaml').write_text(BAD, encoding='utf-8')
    (here / 'secret.yaml').chmod(0)
    (here / 'closed').mkdir()
    (here / 'closed').chmod(0)
    (here / 'bad.yaml').write_text(BAD, encoding='utf-8')
    try:
        ran = call(here, 'check', '.')
    finally:
        (here / 'closed').chmod(0o700)
    assert ran.status == 2
    assert b'secret.yaml' in ran.err
    assert b'closed' in ran.err
    assert ran.paths == {'bad.yaml'}


@pytest.mark.parametrize('error', [PermissionError(13, 'Permission denied'), OSError(5, 'I/O')])
def test_a_read_that_fails(here: Path, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    """The same as the superuser, whom no mode stops, and for a disk that breaks."""
    for name in ('a.yaml', 'b.yaml', 'c.yaml'):
        (here / name).write_text(BAD, encoding='utf-8')

    def failing(path: str, *rest: Any, **more: Any) -> Any:
        if str(path).endswith('b.yaml'):
            raise error
        return real(path, *rest, **more)

    real = os.open
    monkeypatch.setattr(discover.os, 'open', failing)
    outcome = run.run(Options(('.',)))
    assert {found.source.path for found in outcome.diagnostics} == {'a.yaml', 'c.yaml'}
    assert [message.partition(':')[0] for message in outcome.errors] == ['b.yaml']
    assert run.status(outcome) == 2


@pytest.mark.parametrize('becomes', ['nothing', 'a directory', 'a dangling link', 'another file'])
def test_a_file_that_changes_before_it_is_read(
    here: Path, monkeypatch: pytest.MonkeyPatch, becomes: str
) -> None:
    for name in ('a.yaml', 'b.yaml', 'c.yaml'):
        (here / name).write_text(BAD, encoding='utf-8')
    find = discover.find

    def racing(*arguments: Any, **more: Any) -> Iterator[Any]:
        for entry in find(*arguments, **more):
            if entry == 'b.yaml':
                (here / 'b.yaml').unlink()
                if becomes == 'a directory':
                    (here / 'b.yaml').mkdir()
                elif becomes == 'a dangling link':
                    (here / 'b.yaml').symlink_to('missing')
                elif becomes == 'another file':
                    (here / 'b.yaml').write_text(CLEAN, encoding='utf-8')
            yield entry

    monkeypatch.setattr(discover, 'find', racing)
    outcome = run.run(Options(('.',)))
    assert {found.source.path for found in outcome.diagnostics} == {'a.yaml', 'c.yaml'}
    assert len(outcome.errors) == (becomes != 'another file')


def test_a_file_that_shrinks_while_it_is_read(here: Path) -> None:
    (here / 'x.yaml').write_text(f'---\n{BAD}' * 200, encoding='utf-8')
    with open('x.yaml', 'rb') as file:
        parts = discover.parts(file, 5000)

        def shrinking() -> Iterator[bytes]:
            yield next(parts)
            (here / 'x.yaml').write_text('---\n', encoding='utf-8')
            yield from parts

        result = check_in_parts('x.yaml', shrinking(), Target())
    assert not result.errors
    assert result.diagnostics


# --- The streams and signals of the process ---------------------------------------------------


def shell(here: Path, line: str) -> tuple[int, str, str]:
    """A command line in which LINT stands for the command, with the shell's plumbing."""
    lint = ' '.join(f"'{word!s}'" for word in words(here))
    result = subprocess.run(
        ['sh', '-c', line.replace('LINT', lint)], capture_output=True, text=True, timeout=LIMIT,
        env=environment(), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert_orderly(result.stderr.encode())
    return result.returncode, result.stdout, result.stderr


@pytest.fixture
def policies(here: Path) -> Path:
    """A working directory with a policy, and one with many."""
    (here / 'bad.yaml').write_text(BAD, encoding='utf-8')
    (here / 'many.yaml').write_text(MANY, encoding='utf-8')
    return here


TALK = ['check bad.yaml', 'check many.yaml', 'check --output-format json many.yaml', 'rules',
        'explain selector-syntax', 'schema NetworkPolicy', '--version', '--help', 'check --help',
        'check --show-settings .', 'check --show-files .']  # fmt: skip


@posix
@pytest.mark.parametrize('line', TALK[1:6])
def test_a_closed_pipe(policies: Path, line: str) -> None:
    status, out, err = shell(policies, f'LINT {line} | head -n 1')
    assert status == 0
    assert len(out.splitlines()) == 1
    assert 'BrokenPipe' not in err


@posix
@pytest.mark.parametrize('line', TALK)
def test_a_reader_that_is_gone_already(policies: Path, line: str) -> None:
    out, into = os.pipe()
    os.close(out)
    result = subprocess.run(
        words(policies, *line.split()), stdout=into, stderr=subprocess.PIPE, timeout=LIMIT,
        env=environment(),
    )  # fmt: skip
    os.close(into)
    assert (result.returncode, result.stderr) == (2, b'')


@posix
@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='no /dev/full')
@pytest.mark.parametrize('line', TALK)
def test_a_full_disk(policies: Path, line: str) -> None:
    """Findings that nobody got to see are no findings: status 2, and a sentence."""
    status, _, err = shell(policies, f'LINT {line} >/dev/full')
    assert (status, err) == (
        2, 'calico-lint: the output cannot be written: No space left on device\n',
    )  # fmt: skip


@posix
@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='no /dev/full')
def test_a_full_disk_under_a_report_or_standard_error(policies: Path) -> None:
    status, _, err = shell(policies, 'LINT check --output-format json:/dev/full bad.yaml')
    assert status == 2
    assert 'No space left' in err
    assert shell(policies, 'LINT check bad.yaml 2>/dev/full')[0] == 2


@posix
@pytest.mark.parametrize(
    ('line', 'sentence'),
    [
        ('LINT check bad.yaml >&-', 'standard output is closed'),
        ('LINT rules >&-', 'standard output is closed'),
        ('LINT --version >&-', 'standard output is closed'),
        ('LINT check - <&-', 'standard input is closed'),
        ('LINT check - 0>written', 'standard input cannot be read'),
    ],
)
def test_a_stream_that_is_closed_from_the_start(policies: Path, line: str, sentence: str) -> None:
    status, _, err = shell(policies, line)
    assert status == 2
    assert sentence in err.splitlines()[0]


@posix
def test_a_closed_standard_error(policies: Path) -> None:
    status, out, _ = shell(policies, 'LINT check --output-format json . 2>&-')
    assert status == 1
    assert json.loads(out)['summary']['files'] == 2


@posix
@pytest.mark.parametrize('encoding', ['ascii', 'latin-1', 'utf-8'])
def test_an_output_that_lacks_characters(here: Path, encoding: str) -> None:
    (here / 'ü€.yaml').write_text(CLEAN.replace('all()', '"ü == \'€😀\'"'), encoding='utf-8')
    for output in ('text', 'json'):
        result = subprocess.run(
            words(here, 'check', '--output-format', output, 'ü€.yaml'), capture_output=True,
            timeout=LIMIT, env=environment(PYTHONIOENCODING=encoding, PYTHONUTF8='0'),
        )  # fmt: skip
        assert_orderly(result.stderr)
        assert result.returncode == 1
        result.stdout.decode(encoding)


@posix
def test_an_interrupt(here: Path) -> None:
    """Ctrl-C while it waits for input: quiet, and the shell sees why it ended."""
    process = subprocess.Popen(
        words(here, 'check', '-'), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(BAD.encode())
    process.stdin.flush()
    # It has begun once it has taken what it was given.
    wait_until(lambda: pending(process.stdin) == 0)
    process.send_signal(signal.SIGINT)
    # Standard input stays open: it is the signal that ends it.
    deadline = time.monotonic() + LIMIT
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.stdin.close()
    assert process.stdout is not None
    assert process.stderr is not None
    err = process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    assert_orderly(err)
    assert process.wait(LIMIT) in (130, -signal.SIGINT)
    assert len(err.splitlines()) <= 1


def pending(pipe: Any) -> int:
    """How many bytes of a pipe nobody has read yet."""
    import fcntl
    import termios

    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != 'linux', reason='/proc')
def test_an_interrupt_of_processes_that_share_the_work(here: Path) -> None:
    for number in range(700):
        (here / f'{number}.yaml').write_text(f'---\n{BAD}' * 9, encoding='utf-8')
    process = subprocess.Popen(
        words(here, 'check', '--jobs', '2', '.'), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(), start_new_session=True,
    )  # fmt: skip
    children = Path(f'/proc/{process.pid}/task/{process.pid}/children')
    wait_until(lambda: process.poll() is not None or len(children.read_text().split()) == 2)
    time.sleep(0.1)  # for them to begin
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, err) == (130, b'calico-lint: interrupted\n')


# --- Bugs of ours -----------------------------------------------------------------------------


def break_rule(monkeypatch: pytest.MonkeyPatch, name: str, after: int) -> None:
    """Let a rule raise, after so many of its findings."""
    checks = Catalogue.checks

    def broken(check: Check) -> Check:
        def raising(*arguments: Any) -> Iterator[Any]:
            for number, finding in enumerate(check(*arguments)):
                if number < after:
                    yield finding
            raise ZeroDivisionError('a bug')

        return raising

    def patched(self: Catalogue, *part: str) -> list[tuple[str, Check]]:
        return [(id, broken(check) if id == name else check) for id, check in checks(self, *part)]

    monkeypatch.setattr(Catalogue, 'checks', patched)


def test_a_rule_that_breaks_goes_on_with_the_next_value(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    selectors = ''.join(
        f"  - {{action: Deny, source: {{selector: a{i} = 'b'}}}}\n" for i in range(9)
    )
    break_rule(monkeypatch, 'selector-syntax', 1)
    result = engine.check('x.yaml', f'{HEAD}  ingress:\n{selectors}'.encode(), Target())
    assert [found.rule for found in result.diagnostics] == ['selector-syntax'] * 9
    assert len(result.errors) == 1


@pytest.mark.parametrize('after', [0, 1])
def test_a_broken_rule_hides_nothing(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    after: int,
) -> None:
    for name in ('a.yaml', 'b.yaml'):
        (here / name).write_text(BAD, encoding='utf-8')
    break_rule(monkeypatch, 'selector-syntax', after)
    status = main.main(['check', 'a.yaml', 'b.yaml'])
    out, err = capsys.readouterr()
    assert status == 2
    for name in ('a.yaml', 'b.yaml'):
        assert re.search(rf'{re.escape(name)}.*selector-syntax|selector-syntax.*{name}', err)
        assert f'{name}:8:10: error[wrong-type]' in out
        assert (f'{name}:7:15: error[selector-syntax]' in out) == bool(after)
    assert 'ZeroDivisionError' in err


@pytest.mark.parametrize('error', [ZeroDivisionError('a bug\n::error::x'), MemoryError()])
def test_what_goes_wrong_elsewhere_costs_one_document_or_file(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    error: Exception,
) -> None:  # fmt: skip
    for name in ('a.yaml', 'b.yaml', 'c.yaml'):
        (here / name).write_text(BAD + f'# {name}\n', encoding='utf-8')
    compose = parsed_file.compose

    def broken(text: str, *rest: Any) -> Any:
        if 'b.yaml' in text:
            raise error
        return compose(text, *rest)

    monkeypatch.setattr(parsed_file, 'compose', broken)
    status = main.main(['check', 'a.yaml', 'b.yaml', 'c.yaml'])
    out, err = capsys.readouterr()
    assert status == 2
    assert err.startswith('calico-lint: b.yaml: ')
    assert ('bug of calico-lint' in err) == isinstance(error, ZeroDivisionError)
    assert_harmless(err.encode())
    assert 'a.yaml:7:15' in out
    assert 'c.yaml:7:15' in out


def test_a_bug_of_the_quick_reader_costs_one_document(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = BAD.replace("a = 'b'", 'has(b)')
    (here / 'a.yaml').write_text(f'# broken\n{clean}---\n{BAD}', encoding='utf-8')
    document = Reader.document

    def broken(self: Reader, text: str) -> Any:
        if 'broken' in text:
            raise ZeroDivisionError
        return document(self, text)

    monkeypatch.setattr(Reader, 'document', broken)
    assert main.main(['check', 'a.yaml']) == 2
    out, err = capsys.readouterr()
    assert err.startswith('calico-lint: a.yaml: document 1 broke, which is a bug of calico-lint')
    assert 'selector-syntax' in out


CLEAN_POLICY = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: app == 'web'
  types:
  - Ingress
"""


def test_a_bug_of_the_quick_summaries_is_told_and_costs_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    (here / '.git').mkdir()
    (here / 'a.yaml').write_text(CLEAN_POLICY, encoding='utf-8')
    (here / 'b.yaml').write_text(BAD, encoding='utf-8')
    monkeypatch.setattr(Summaries, 'policy', broken)
    assert main.main(['check', '.']) == 2
    out, err = capsys.readouterr()
    assert 'a.yaml: this is a bug of calico-lint' in err
    assert 'ZeroDivisionError' in err
    assert 'selector-syntax' in out


# --- What a run must not do -------------------------------------------------------------------

# Raises where the command would use the network, write, or start something.
AUDIT = f"""\
import os, sys
sys.path.insert(0, {str(ROOT)!r})
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
HARM = (
    'socket.', 'os.exec', 'os.posix_spawn', 'os.spawn', 'os.system', 'os.fork', 'subprocess.',
    'os.remove', 'os.rename', 'os.mkdir', 'os.rmdir', 'os.chmod', 'os.chown', 'os.link',
    'os.symlink', 'os.truncate', 'os.utime', 'shutil.', 'tempfile.', 'ftplib.', 'http.', 'urllib.',
)
def watch(event, arguments):
    if event == 'open' and isinstance(arguments[2], int) and arguments[2] & WRITES:
        sys.stderr.write('HARM: ' + repr(arguments) + chr(10))
    if event.startswith(HARM):
        sys.stderr.write('HARM: ' + event + chr(10))
sys.addaudithook(watch)
from linter.__main__ import run
from linter.workspace.options import Options
sys.exit(run())
"""


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b'',
        )
        for path in sorted(folder.rglob('*'))
    }


@pytest.mark.parametrize(
    'arguments',
    [('check', '.'), ('check', '--output-format', 'json', '.'), ('check', '-'), ('rules',),
     ('explain', 'selector-syntax'), ('schema', 'NetworkPolicy'), ('--version',), ('--help',)],
    ids=' '.join,
)  # fmt: skip
def test_a_run_reads_and_nothing_else(here: Path, arguments: tuple[str, ...]) -> None:
    (here / 'bad.yaml').write_text(BAD, encoding='utf-8')
    (here / 'clean.yaml').write_text(CLEAN, encoding='utf-8')
    (here / 'broken.yaml').write_text(HEAD + '  selector: [\n', encoding='utf-8')
    (here / '.gitignore').write_text('build/\n', encoding='utf-8')
    (here / 'kustomization.yaml').write_text(
        'resources: [https://example.com/]\n', encoding='utf-8'
    )
    # None of these may be taken for what the program imports.
    for name in ('linter', 'yaml', 'json', 're', 'lark', 'jsonschema', 'sitecustomize', 'conftest'):
        (here / f'{name}.py').write_text('raise SystemExit("HARM: executed")\n', encoding='utf-8')
    (here.parent / 'calico-lint').write_text(AUDIT, encoding='utf-8')
    before = state(here)
    ran = call(here, *arguments, stdin=BAD.encode(), PYTHONDONTWRITEBYTECODE='1')
    assert b'HARM' not in ran.err + ran.out, ran.err
    assert ran.status == (arguments[0] == 'check')
    assert state(here) == before


def test_a_module_run_imports_nothing_from_where_it_is(here: Path, tmp_path: Path) -> None:
    """``python -m`` would look there first; in a checkout it has to."""
    for name in ('yaml', 'json', 'bisect', 'lark', 'copy'):
        (here / f'{name}.py').write_text('raise SystemExit("HARM: executed")\n', encoding='utf-8')
    (here / 'bad.yaml').write_text(BAD, encoding='utf-8')
    for folder, more in ((here, {'PYTHONPATH': str(ROOT)}), (ROOT, {})):
        result = subprocess.run(
            [sys.executable, '-m', 'linter', 'check', str(here / 'bad.yaml')],
            cwd=folder, capture_output=True, timeout=LIMIT, env=environment(**more),
        )  # fmt: skip
        assert result.returncode == 1, result.stderr
        assert b'selector-syntax' in result.stdout


@posix
@pytest.mark.skipif(os.name == 'posix' and os.geteuid() == 0, reason='root may write everywhere')
def test_a_read_only_tree(here: Path) -> None:
    (here / 'bad.yaml').write_text(BAD, encoding='utf-8')
    here.chmod(0o500)
    try:
        assert call(here, 'check', '.').status == 1
    finally:
        here.chmod(0o700)
