"""The progress bar of a long run: on a terminal alone, and gone before anything is said."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip('pty')

ROOT = Path(__file__).resolve().parent.parent
POLICY = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {{name: web-{number}, namespace: shop}}
spec: {{selector: role = 'web', types: [Ingress]}}
"""
# Nobody waits: a bar appears at once and is drawn each time. Few files are enough to be shared.
IMPATIENT = """\
import sys
from linter.run import run
from linter.report import progress
progress.PATIENCE = progress.INTERVAL = 0
run.WORTH_SHARING = 20
from linter.cli.main import main
raise SystemExit(main(sys.argv[1:]))
"""
SHOW_CURSOR = '\x1b[?25h'
FILES = 90


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(ROOT)
    for number in range(FILES):
        Path(f'{number:02}.yaml').write_text(POLICY.format(number=number))
    return tmp_path


def on_terminal(*words: str, code: str = IMPATIENT, **environment: str) -> str:
    """What a terminal gets of both streams."""
    ours, theirs = os.openpty()
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ('CI', 'NO_COLOR', 'FORCE_COLOR')
    }
    with subprocess.Popen(
        [sys.executable, '-c', code, 'check', *words],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**inherited, 'PYTHONPATH': str(ROOT), 'TERM': 'xterm', **environment},
    ) as process:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not part:
                break
            parts.append(part)
    os.close(ours)
    assert process.returncode == 1
    return b''.join(parts).decode()


@pytest.mark.parametrize('jobs', ['1', '2'])
def test_a_bar_is_gone_before_anything_is_said(jobs: str) -> None:
    seen = on_terminal('--jobs', jobs)
    bar, shown, said = seen.rpartition(SHOW_CURSOR)
    assert shown
    plain = re.sub('\x1b.*?[a-zA-Z]', '', bar)
    assert f'{FILES}/{FILES} files' in plain
    assert ' 1/90 files' in plain
    assert 'error' not in bar
    # What was drawn last is erased: up to where nothing stood before.
    assert '\x1b[2K' in said.partition('00.yaml')[0]
    assert said.count('error[selector-syntax]') == FILES
    assert '90 errors in 90 files' in said


@pytest.mark.parametrize('environment', [{'TERM': 'dumb'}, {'CI': 'true'}])
def test_no_bar_where_none_can_be_shown(environment: dict[str, str]) -> None:
    assert SHOW_CURSOR not in on_terminal(**environment)


def test_no_bar_for_the_quiet() -> None:
    assert SHOW_CURSOR not in on_terminal('--quiet')


def test_no_bar_for_a_short_run() -> None:
    patient = IMPATIENT.replace(
        'progress.PATIENCE = progress.INTERVAL = 0', 'progress.PATIENCE = 60'
    )
    assert SHOW_CURSOR not in on_terminal(code=patient)


@pytest.mark.parametrize(('option', 'is_colored'), [('always', True), ('never', False)])
def test_colors(option: str, is_colored: bool) -> None:
    bar = on_terminal('--color', option).rpartition(SHOW_CURSOR)[0]
    assert ('\x1b[3' in bar.replace('\x1b[?', '')) == is_colored


def test_no_bar_in_a_file() -> None:
    result = subprocess.run(
        [sys.executable, '-c', IMPATIENT, 'check'],
        env={**os.environ, 'PYTHONPATH': str(ROOT), 'TERM': 'xterm', 'FORCE_COLOR': '1'},
        capture_output=True,
        text=True,
    )
    assert 'files' in result.stderr
    assert '\x1b[' not in result.stderr


def test_it_goes_when_the_run_breaks_off() -> None:
    broken = IMPATIENT.replace(
        'from linter.cli.main import main',
        'from linter.cli.main import main\nfrom linter.text.errors import Fatal\n'
        'def boom(*_):\n    if _[2].files == 50:\n        raise Fatal("enough")\n'
        '    original(*_)\noriginal = run.check\nrun.check = boom\n',
    ).replace('raise SystemExit(main(sys.argv[1:]))', 'raise SystemExit(main(sys.argv[1:]) - 1)')
    _, shown, said = on_terminal('--jobs', '1', code=broken).rpartition(SHOW_CURSOR)
    assert shown
    assert 'calico-lint: enough' in said
