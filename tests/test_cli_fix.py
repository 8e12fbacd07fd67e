"""Fixes from the command line: what is written, shown and said, and the exit status."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from linter.cli.main import main
from linter.run import fix_files
from linter.workspace.discover import PART

RIGHT = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop  # mine
spec:
  selector: role == 'web'
  types: [Ingress]
"""
POLICY = RIGHT.replace(' == ', ' = ')
UNSAFE = RIGHT.replace("role == 'web'", '!has(a)')
UNSAFE_RIGHT = RIGHT.replace("role == 'web'", "'!has(a)'")
NO_FIX = RIGHT.replace('Ingress', 'Inbound')

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('NO_COLOR', '1')
    monkeypatch.delenv('PRE_COMMIT', raising=False)
    return tmp_path


def listing() -> dict[str, str]:
    return {path.name: path.read_text() for path in Path().iterdir()}


def test_safe_fixes(capsys: Capture) -> None:
    Path('a.yaml').write_text(POLICY)
    Path('b.yaml').write_text(UNSAFE)
    before = Path('b.yaml').stat()
    assert main(['check', '--fix']) == 1
    assert listing() == {'a.yaml': RIGHT, 'b.yaml': UNSAFE}
    after = Path('b.yaml').stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    out, err = capsys.readouterr()
    assert out.startswith('b.yaml:7:13: warning[yaml-tag-swallows-value] ')
    assert out.count('\n') == 1
    assert err == (
        'calico-lint: a.yaml: 1 fix applied (1 selector-syntax)\n'
        'calico-lint: 1 warning in 2 files (2 documents, 2 checked)\n'
        'fixable: 1 with --unsafe-fixes\n'
    )


def test_unsafe_fixes(capsys: Capture) -> None:
    options = ['--fix', '--unsafe-fixes']
    Path('a.yaml').write_text(POLICY)
    Path('b.yaml').write_text(UNSAFE)
    assert main(['check', *options, 'a.yaml', 'b.yaml']) == 0
    assert listing() == {'a.yaml': RIGHT, 'b.yaml': UNSAFE_RIGHT}
    assert capsys.readouterr().out == ''
    assert main(['check', *options, 'a.yaml', 'b.yaml']) == 0
    assert 'applied' not in capsys.readouterr().err


def test_unsafe_fixes_alone_write_nothing(capsys: Capture) -> None:
    before = {'a.yaml': POLICY, 'b.yaml': UNSAFE}
    for name, text in before.items():
        Path(name).write_text(text)
    assert main(['check', '--unsafe-fixes']) == 1
    assert listing() == before
    out, err = capsys.readouterr()
    assert main(['check']) == 1
    assert capsys.readouterr().out == out
    assert 'nothing was written: add --fix to write, or --diff to see what would change' in err
    assert main(['check', '--unsafe-fixes', '--quiet']) == 1
    assert capsys.readouterr().err == ''
    Path('a.yaml').write_text(RIGHT)
    Path('b.yaml').write_text(RIGHT)
    assert main(['check', '--unsafe-fixes']) == 0
    assert 'nothing was written' not in capsys.readouterr().err
    done = run(['-', '--unsafe-fixes', '--stdin-filename=x.yaml'], POLICY.encode())
    assert done.stdout.startswith(b'x.yaml:7:18: error[selector-syntax] ')


def test_a_run_says_what_can_be_fixed(capsys: Capture) -> None:
    Path('a.yaml').write_text(POLICY)
    Path('b.yaml').write_text(UNSAFE)
    Path('c.yaml').write_text(NO_FIX)
    assert main(['check']) == 1
    assert capsys.readouterr().err.endswith('\nfixable: 1 with --fix, 1 more with --unsafe-fixes\n')


@pytest.mark.parametrize('options', [['--diff'], ['--diff', '--fix'], ['--diff', '--jobs=1']])
def test_a_difference_is_shown_and_nothing_written(options: list[str], here: Path) -> None:
    Path('a.yaml').write_text(POLICY)
    Path('b.yaml').write_text(UNSAFE)
    done = run(options)
    assert done.returncode == 1
    assert listing() == {'a.yaml': POLICY, 'b.yaml': UNSAFE}
    assert done.stderr.decode().startswith(
        'calico-lint: a.yaml: 1 fix would be applied (1 selector-syntax)\n'
    )
    subprocess.run(['git', 'apply', '-'], input=done.stdout, cwd=here, check=True)
    assert listing() == {'a.yaml': RIGHT, 'b.yaml': UNSAFE}
    assert run([*options, 'a.yaml']).returncode == 0


def run(options: list[str], data: bytes = b'') -> subprocess.CompletedProcess[bytes]:
    root = Path(__file__).parent.parent
    return subprocess.run(
        [sys.executable, '-m', 'linter', 'check', *options],
        input=data,
        capture_output=True,
        env={**os.environ, 'PYTHONPATH': str(root), 'GIT_CEILING_DIRECTORIES': str(root)},
        check=False,
    )


def test_a_difference_is_no_failure_if_nothing_is_to_fail(capsys: Capture) -> None:
    Path('a.yaml').write_text(POLICY)
    assert run(['--diff', '--exit-zero']).returncode == 0
    assert run(['--diff', '--fail-on=never']).returncode == 0


def test_standard_input_is_fixed_on_standard_output() -> None:
    done = run(['-', '--fix', '--stdin-filename=x.yaml'], (POLICY + '---\n' + UNSAFE).encode())
    assert done.stdout.decode() == RIGHT + '---\n' + UNSAFE
    assert done.returncode == 1
    assert b'x.yaml:16:13: warning[yaml-tag-swallows-value] ' in done.stderr
    done = run(['-', '--fix'], b'a: 1\r\n')
    assert (done.returncode, done.stdout) == (0, b'a: 1\r\n')
    done = run(['-', '--diff'], POLICY.encode())
    assert done.returncode == 1
    assert done.stdout.startswith(b'--- a/<stdin>\n+++ b/<stdin>\n@@ ')


def test_an_excluded_name_passes_through() -> None:
    Path('.calico-lint.yaml').write_text('exclude: [x.yaml]\n')
    done = run(['-', '--fix', '--force-exclude', '--stdin-filename=x.yaml'], POLICY.encode())
    assert (done.returncode, done.stdout.decode()) == (0, POLICY)


def test_only_what_is_asked_for_is_fixed(capsys: Capture) -> None:
    text = POLICY.replace('Ingress', 'ingress')
    Path('a.yaml').write_text(text)
    assert main(['check', '--fix', '--select=value-case']) == 0
    assert Path('a.yaml').read_text() == POLICY
    Path('.calico-lint.yaml').write_text('ignore: [selector-syntax]\n')
    assert main(['check', '--fix', 'a.yaml']) == 0
    assert Path('a.yaml').read_text() == POLICY


def test_what_is_suppressed_stays_and_unused_suppressions_go(capsys: Capture) -> None:
    suppressed = POLICY.replace("'web'\n", "'web'  # calico-lint: ignore[selector-syntax] why\n")
    Path('a.yaml').write_text(suppressed)
    Path('b.yaml').write_text(suppressed.replace(' = ', ' == '))
    assert main(['check', '--fix']) == 0
    assert listing() == {'a.yaml': suppressed, 'b.yaml': RIGHT}


def test_every_output_has_what_is_left(capsys: Capture) -> None:
    Path('a.yaml').write_text(POLICY.replace('Ingress', 'Inbound'))
    assert main(['check', '--fix', '--output-format=json']) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one['rule'] for one in found['diagnostics']] == ['invalid-value']


def test_a_file_that_is_not_clear_is_left_alone(capsys: Capture) -> None:
    text = POLICY + '---\n' + RIGHT.replace('[Ingress]', '[Ingress')
    Path('a.yaml').write_text(text)
    assert main(['check', '--fix']) == 1
    assert Path('a.yaml').read_text() == text
    out, err = capsys.readouterr()
    assert [line.split()[1] for line in out.splitlines()] == [
        'error[selector-syntax]', 'error[yaml-syntax]',
    ]  # fmt: skip
    assert 'a.yaml: not changed, because a part of it cannot be read\n' in err


def test_a_fix_that_does_harm_is_left_out(capsys: Capture) -> None:
    text = RIGHT + ('  ingress:\n  - action: Allow\n    source:\n      nets: [10.0.0.0/8, "::1"]\n')
    Path('a.yaml').write_text(text)
    assert main(['check', '--fix']) == 1
    assert Path('a.yaml').read_text() == text
    out, err = capsys.readouterr()
    assert 'bare-ip-in-nets' in out
    assert (
        'calico-lint: a.yaml:12:26: the fix of bare-ip-in-nets was left out, since line 12, '
        'column 26 would then be refused (mixed-ip-family: '
    ) in err
    assert 'fixable' not in err
    assert main(['check', '--diff']) == 1
    assert 'fixable' not in capsys.readouterr().err


def test_not_all_that_is_left_out_is_listed(capsys: Capture) -> None:
    rule = '  - action: Allow\n    source:\n      nets: [10.0.0.0/8, "::1"]\n'
    Path('a.yaml').write_text(f'{RIGHT}  ingress:\n{rule * 12}')
    assert main(['check', '--fix']) == 1
    err = capsys.readouterr().err
    assert err.count('was left out, since') == 10
    assert 'calico-lint: 2 more fixes were left out\n' in err


@pytest.mark.skipif(os.name == 'nt', reason='modes')
def test_a_file_that_cannot_be_written_stops_nothing(capsys: Capture) -> None:
    Path('a.yaml').write_text(POLICY)
    Path('b.yaml').write_text(POLICY)
    Path('a.yaml').chmod(0o444)
    assert main(['check', '--fix']) == 2
    assert listing() == {'a.yaml': POLICY, 'b.yaml': RIGHT}
    out, err = capsys.readouterr()
    assert out.startswith('a.yaml:7:18: error[selector-syntax] ')
    assert 'calico-lint: a.yaml: not changed: it is write-protected\n' in err


def test_a_file_that_is_read_in_parts(capsys: Capture) -> None:
    filler = '---\nkind: A\n' + 'a: ' + 'x' * (PART // 4) + '\n'
    text = filler * 3 + '---\n' + POLICY + filler * 4 + '---\n' + POLICY
    Path('a.yaml').write_text(text)
    assert main(['check', '--fix']) == 0
    assert Path('a.yaml').read_text() == text.replace(' = ', ' == ')
    assert '2 fixes applied (2 selector-syntax)' in capsys.readouterr().err


def test_files_shared_among_processes() -> None:
    for number in range(700):
        Path(f'{number:03}.yaml').write_text(POLICY if number % 100 == 99 else RIGHT)
    done = run(['--fix', '--jobs=2'])
    assert (done.returncode, done.stdout) == (0, b'')
    assert set(listing().values()) == {RIGHT}


def test_configuration_is_no_policy(capsys: Capture) -> None:
    Path('.calico-lint.yaml').write_text('exclud: [x]\n')
    Path('a.yaml').write_text(POLICY)
    assert main(['check', '--fix']) == 1
    assert Path('.calico-lint.yaml').read_text() == 'exclud: [x]\n'
    assert Path('a.yaml').read_text() == RIGHT


@pytest.mark.parametrize(('options', 'message'), [
    (['--fix', '--add-ignore=x'], '--add-ignore and fixes exclude each other'),
    (['--diff', '--output-format=json'], 'the difference goes to standard output'),
    (['-', '--fix', '--output-format=json'], 'what is fixed goes to standard output'),
])  # fmt: skip
def test_usage(
    options: list[str], message: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(b'')))
    assert main(['check', *options]) == 2
    assert message in capsys.readouterr().err


def test_a_difference_is_coloured_for_people_alone(capsys: Capture) -> None:
    Path('a.yaml').write_text(POLICY)
    assert main(['check', '--diff', '--color=always']) == 1
    out = capsys.readouterr().out
    assert "\x1b[31m-  selector: role = 'web'\x1b[0m\n" in out
    assert '\x1b' not in run(['--diff']).stdout.decode()


def test_a_hook_names_the_hook(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    Path('a.yaml').write_text(POLICY)
    Path('b.yaml').write_text(UNSAFE)
    expected = (
        'fixable: 1 with the hook calico-lint-fix, 1 more with its args: [--unsafe-fixes]\n',
        'fixable: 1 with the hook calico-lint-fix and args: [--unsafe-fixes]\n',
    )
    for names, line in zip((['a.yaml', 'b.yaml'], ['b.yaml']), expected, strict=True):
        assert main(['check', '--force-exclude', *names]) == 1
        assert capsys.readouterr().err.endswith(line)
    monkeypatch.setenv('PRE_COMMIT', '1')
    assert main(['check', '.']) == 1
    assert capsys.readouterr().err.endswith(expected[0])


def test_outputs_to_files_go_together_with_a_difference() -> None:
    Path('a.yaml').write_text(POLICY.replace('Ingress', 'Inbound'))
    done = run(['--diff', '--output-format=json:out.json'])
    assert done.stdout.startswith(b'--- a/a.yaml\n')
    found = json.loads(Path('out.json').read_text())
    assert [one['rule'] for one in found['diagnostics']] == ['invalid-value']


def test_a_misspelt_suppression_is_mended_before_what_it_is_there_for(capsys: Capture) -> None:
    line = "selector: role = 'web'  # calico-lint: ignore[{}] filled in by the operator"
    text = POLICY.replace("selector: role = 'web'", line.format('selector-syntx'))
    Path('a.yaml').write_text(text)
    assert main(['check', '--fix']) == 0
    assert Path('a.yaml').read_text() == text.replace('-syntx', '-syntax')
    assert '1 fix applied (1 unknown-suppression)' in capsys.readouterr().err


def test_the_summary_of_a_difference_is_about_what_it_would_leave(capsys: Capture) -> None:
    Path('a.yaml').write_text(POLICY)
    Path('b.yaml').write_text(NO_FIX)
    assert main(['check', '--diff']) == 1
    assert 'calico-lint: would leave 1 error in 2 files' in capsys.readouterr().err
    assert main(['check', '--diff', 'a.yaml']) == 1
    assert 'calico-lint: would leave no findings in 1 file' in capsys.readouterr().err


def test_known_findings_are_fixed_too_and_the_baseline_says_what_is_cured(capsys: Capture) -> None:
    Path('a.yaml').write_text(POLICY)
    Path('b.yaml').write_text(NO_FIX)
    assert main(['check', '--write-baseline=known.json']) == 0
    capsys.readouterr()
    assert main(['check', '--fix', '--baseline=known.json']) == 0
    assert Path('a.yaml').read_text() == RIGHT
    out, err = capsys.readouterr()
    assert out == ''
    assert 'a.yaml: 1 fix applied (1 selector-syntax)' in err
    assert '1 in the baseline' in err
    assert 'selector-syntax' in err.partition('cured')[2]
    assert main(['check', '--fix', '--write-baseline=known.json']) == 2


def test_a_file_under_two_names_is_fixed_once() -> None:
    Path('a.yaml').write_text(POLICY)
    Path('b.yaml').symlink_to('a.yaml')
    done = run(['--fix'])
    assert (done.returncode, done.stdout) == (0, b'')
    assert done.stderr.count(b'1 fix applied') == 1
    assert Path('a.yaml').read_text() == RIGHT


@pytest.mark.skipif(os.name == 'nt', reason='descriptors')
def test_closed_standard_input_is_said_in_a_sentence() -> None:
    done = subprocess.run(
        ['sh', '-c', '"$0" -m linter check - --fix <&-', sys.executable],
        capture_output=True,
        env={**os.environ, 'PYTHONPATH': str(Path(__file__).parent.parent)},
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b'')
    assert b'standard input is closed' in done.stderr
    assert b'Traceback' not in done.stderr


@pytest.mark.parametrize('option', ['--fix', '--add-ignore'])
def test_a_bug_in_one_file_stops_nothing(
    option: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ('a.yaml', 'b.yaml'):
        Path(name).write_text(POLICY)
    read = fix_files.read

    def broken(path: str) -> Iterator[bytes]:
        if path == 'a.yaml':
            raise ZeroDivisionError('a bug')
        return read(path)

    monkeypatch.setattr(fix_files, 'read', broken)
    assert main(['check', option, 'a.yaml', 'b.yaml']) == 2
    out, err = capsys.readouterr()
    assert out.startswith('a.yaml:7:18: error[selector-syntax] ')
    assert 'a.yaml: this is a bug of calico-lint:' in err
    assert 'ZeroDivisionError: a bug' in err
    assert Path('a.yaml').read_text() == POLICY
    assert Path('b.yaml').read_text() != POLICY
