"""Several processes say what a single one says, and none of them dies unheard."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from everything import Options
from test_run import place, policy

from linter.engine.outcome import Outcome
from linter.run import one_file, parallel
from linter.text.errors import Fatal
from linter.workspace.lookup import Lookup

ROOT = Path(__file__).resolve().parent.parent
COUNT = 40

pytestmark = pytest.mark.skipif(not hasattr(os, 'fork'), reason='nothing is shared here')


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(parallel, 'BATCH', 3)
    names = [f'{number:03}.yaml' for number in range(COUNT)]
    for number, name in enumerate(names):
        Path(name).write_text(policy(number), encoding='utf-8')
    Path(names[4]).write_text('a: 1\n---\nb: 2\n', encoding='utf-8')
    Path(names[5]).write_text('kind: NetworkSet\na: {{ b }}\n', encoding='utf-8')
    names.insert(7, 'nowhere.yaml')
    return names


@pytest.fixture(autouse=True)
def nobody_is_left() -> Any:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def share(files: list[str], jobs: int = 3) -> Outcome:
    outcome, options = Outcome(), Options((), jobs=jobs)
    parallel.share(files, options, outcome)
    one_file.settle(outcome, options)
    return outcome


def alone(files: list[str]) -> Outcome:
    outcome, options = Outcome(), Options(())
    for name in files:
        one_file.check(name, options, outcome)
    one_file.settle(outcome, options)
    return outcome


def said(outcome: Outcome) -> tuple[object, ...]:
    return (
        [(one.source.path, *place(one)) for one in outcome.diagnostics],
        outcome.files,
        outcome.documents,
        outcome.checked,
        outcome.skipped,
        outcome.templates,
        outcome.errors,
    )


Check = Callable[[Any, Options, Lookup, Outcome], None]


def instead(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object]) -> None:
    """Something happens to the process that checks a file."""
    check = one_file.check

    def replaced(entry: Any, options: Options, outcome: Outcome) -> None:
        if entry == name:
            act()
        check(entry, options, outcome)

    monkeypatch.setattr(parallel, 'check', replaced)


@pytest.mark.parametrize('jobs', [1, 2, 3, 50])
def test_it_says_what_one_process_says(files: list[str], jobs: int) -> None:
    expected = said(alone(files))
    assert len(expected[0]) == 6  # type: ignore[arg-type]
    assert said(share(files, jobs)) == expected


def test_a_long_message_arrives(files: list[str]) -> None:
    Path(files[3]).write_text(policy(7) * 2 + '# ' + 'x' * 1_000_000, encoding='utf-8')
    assert said(share(files)) == said(alone(files))


def test_there_are_never_more_batches_than_the_pipe_holds(
    files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, '_MOST_BATCHES', 2)
    assert said(share(files)) == said(alone(files))


@pytest.mark.parametrize(
    ('act', 'how'),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), 'signal 9'),
        (lambda: os._exit(7), 'exit status 7'),
    ],
)
def test_a_process_that_dies_is_named_with_what_it_leaves_undone(
    files: list[str], monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], how: str
) -> None:
    instead(monkeypatch, files[10], act)
    outcome = share(files)
    # Batches are of three files.
    assert said(outcome) == said_with(
        alone(files[:9] + files[12:]),
        f'{files[9]} to {files[11]}: 3 files were not checked, because the process that had them '
        f'in hand ended early ({how}): run it again with --jobs 1',
    )


def said_with(outcome: Outcome, error: str) -> tuple[object, ...]:
    outcome.errors.append(error)
    return said(outcome)


def test_when_all_die_nothing_was_checked(
    files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, 'check', lambda *_: os._exit(1))
    outcome = share(files)
    assert outcome.files == 0
    assert len(outcome.errors) == -(-len(files) // 3)


@pytest.mark.parametrize('error', [Fatal('so it is'), ValueError('a bug')])
def test_what_is_raised_there_is_raised_here(
    files: list[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def act() -> None:
        raise error

    instead(monkeypatch, files[10], act)
    with pytest.raises(type(error), match=str(error)) as caught:
        share(files)
    assert 'in replaced' in str(caught.value.__cause__)


def test_what_cannot_be_sent_is_told(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Local(Exception):
        pass

    def act() -> None:
        raise Local('far away')

    instead(monkeypatch, files[10], act)
    with pytest.raises(RuntimeError, match='Local: far away'):
        share(files)


def test_ctrl_c_ends_them_all(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(select, 'poll', interrupt)
    with pytest.raises(KeyboardInterrupt):
        share(files)


def test_without_fork_one_process_does_it(
    files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, 'fork')
    assert said(share(files)) == said(alone(files))


@pytest.mark.parametrize('most', [0, 1])
def test_where_there_are_no_more_processes(
    files: list[str], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    fork = os.fork
    left = [None] * most

    def limited() -> int:
        if not left:
            raise BlockingIOError(11, 'Resource temporarily unavailable')
        left.pop()
        return fork()

    monkeypatch.setattr(os, 'fork', limited)
    assert said(share(files)) == said(alone(files))


def test_a_shared_run_imports_nothing_that_opens_connections(tmp_path: Path) -> None:
    for number in range(700):
        (tmp_path / f'{number:03}.yaml').write_text(policy(number), encoding='utf-8')
    code = (
        f'import sys; sys.path.insert(0, {str(ROOT)!r})\n'
        'from linter.cli.main import main\n'
        "status = main(['check', '--jobs', '2', '.'])\n"
        'print(*sys.modules, file=sys.stderr); sys.exit(status)'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert len(done.stdout.splitlines()) == 100
    modules = set(done.stderr.split())
    assert 'linter.run.parallel' in modules
    assert not modules & {'socket', '_socket', 'multiprocessing', 'asyncio', 'ssl', '_ssl'}


# Ends -------------------------------------------------------------------------------------------

linux = pytest.mark.skipif(sys.platform != 'linux', reason='/proc')


def begun(folder: Path, *options: str) -> tuple[subprocess.Popen[bytes], list[int]]:
    """A run that shares its work, and the processes that have some of it in hand."""
    for number in range(800):
        (folder / f'{number}.yaml').write_text(
            '---\n'.join([policy(number)] * 12), encoding='utf-8'
        )
    process = subprocess.Popen(
        [sys.executable, '-m', 'linter', 'check', '--jobs', '2', *options, '.'], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        env={**os.environ, 'PYTHONPATH': str(ROOT)},
    )  # fmt: skip
    children = Path(f'/proc/{process.pid}/task/{process.pid}/children')
    workers: list[int] = []
    while len(workers) < 2:
        assert process.poll() is None, 'it was done too soon'
        workers = [int(word) for word in children.read_text().split()]
        time.sleep(0.01)
    return process, workers


def is_alive(pid: int) -> bool:
    try:
        state = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    # Whoever inherits the process has yet to take notice.
    return state != 'Z'


@linux
@pytest.mark.parametrize('sign', [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_process_outlives_the_first_one(tmp_path: Path, sign: signal.Signals) -> None:
    process, workers = begun(tmp_path)
    process.send_signal(sign)
    assert process.wait(60) == -sign
    end = time.monotonic() + 60
    while any(map(is_alive, workers)):
        assert time.monotonic() < end, 'somebody is still at work'
        time.sleep(0.02)


@linux
def test_a_process_that_waits_for_the_first_one_does_not_outlive_it(tmp_path: Path) -> None:
    """Its pipe is full, and nobody will ever read from it."""
    process, workers = begun(tmp_path)
    process.send_signal(signal.SIGSTOP)
    wait = Path(f'/proc/{workers[0]}/wchan')
    end = time.monotonic() + 60
    while is_alive(workers[0]) and 'pipe' not in wait.read_text() and time.monotonic() < end:
        time.sleep(0.02)
    process.kill()
    process.wait(60)
    while any(map(is_alive, workers)):
        assert time.monotonic() < end, 'somebody is still at work'
        time.sleep(0.02)


@linux
def test_many_open_descriptors_are_no_obstacle(
    files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2000:
        pytest.skip('there cannot be so many')
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    kept = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        assert said(share(files)) == said(alone(files))
    finally:
        for descriptor in kept:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
