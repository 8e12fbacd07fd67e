"""The command, as a process of its own or in this one, and what no run may ever write."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from conftest import ROOT

from linter.cli.main import main

LIMIT = 100
"""Seconds for what takes a few: less than anything needs that is not linear."""

HEAD = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: a
  namespace: b
spec:
"""
CLEAN = HEAD + '  selector: all()\n'
BAD = HEAD + '  selector: a = 1\n  order: x\n'

# As pip writes it, so that the working directory is not where modules are looked for.
SCRIPT = f"""\
import sys
sys.path.insert(0, {str(ROOT)!r})
from linter.__main__ import run
sys.exit(run())
"""


class Ran:
    """A run of the command."""

    def __init__(self, status: int, out: bytes, err: bytes) -> None:
        self.status = status
        self.out = out
        self.err = err

    @property
    def lines(self) -> list[str]:
        return self.out.decode().splitlines()

    @property
    def paths(self) -> set[str]:
        """The files that the findings are in."""
        return {line.partition(':')[0] for line in self.lines}


def words(here: Path, *arguments: str | bytes) -> list[str | bytes]:
    """The command line, for a working directory that the fixture ``here`` has made."""
    return [sys.executable, str(here.parent / 'calico-lint'), *arguments]


def environment(**more: str) -> dict[str, str]:
    """Nothing of the developer's own settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(('CALICO_LINT', 'FORCE_COLOR', 'GITHUB_', 'PYTHON'))
    }
    return {**kept, 'PYTHONUTF8': '1', **more}


def call(here: Path, *arguments: str | bytes, stdin: bytes = b'', **more: str) -> Ran:
    """Run the command; whatever it is given, it ends, and in an orderly way."""
    result = subprocess.run(
        words(here, *arguments),
        input=stdin,
        capture_output=True,
        timeout=LIMIT,
        env=environment(**more),
    )
    return orderly(Ran(result.returncode, result.stdout, result.stderr))


def inside(*arguments: str | bytes) -> Ran:
    """Run the command in this process, without another start of Python; nothing is piped into it.

    For what depends on the words, the files and the working directory alone.
    """
    return orderly(run_inside(*arguments))


def run_inside(*arguments: str | bytes) -> Ran:
    """The same, and nothing is held against what it writes."""
    out, err = io.BytesIO(), io.BytesIO()
    with (
        patch.dict(os.environ, environment(), clear=True),
        io.TextIOWrapper(out, 'utf-8', 'surrogateescape') as stdout,
        io.TextIOWrapper(err, 'utf-8', 'backslashreplace') as stderr,
        patch.multiple(sys, stdout=stdout, stderr=stderr),
    ):
        try:
            status = main([os.fsdecode(word) for word in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        stdout.flush()
        stderr.flush()
        return Ran(status, out.getvalue(), err.getvalue())


def orderly(ran: Ran) -> Ran:
    """A run that ended in an orderly way, whatever it was given."""
    assert_orderly(ran.err)
    assert ran.status in (0, 1, 2), ran.err
    assert_harmless(ran.out + ran.err)
    return ran


def assert_orderly(err: bytes) -> None:
    for word in (b'Traceback', b'bug of calico-lint', b'Exception ignored', b'Errno'):
        assert word not in err, err.decode(errors='replace')[-3000:]


def assert_harmless(output: bytes) -> None:
    """Nothing that a terminal or a CI log acts on, and nothing endless."""
    for line in output.decode().split('\n'):
        assert line.isprintable(), repr(line[:300])
        assert not line.lstrip().startswith('::'), line
        assert not re.search(r'##\w*\[', line), line
        assert len(line) < 2000 or line.startswith('{'), line[:300]
