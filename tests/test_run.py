"""A run over many files, and over files that are read in parts."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import check_in_parts
from everything import Options, check

from linter.calico.target import Target
from linter.diagnostic import Diagnostic
from linter.engine.outcome import Outcome
from linter.run import run
from linter.workspace import discover

POLICY = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web-{number}
  namespace: shop
spec:
  types: [Ingress]
  selector: role {operator} 'web'
"""


def policy(number: int) -> str:
    return POLICY.format(number=number, operator='=' if number % 7 == 0 else '==')


def counted(outcome: Outcome) -> tuple[object, ...]:
    return (
        outcome.documents,
        outcome.checked,
        outcome.skipped,
        outcome.templates,
        outcome.errors,
    )


def place(diagnostic: Diagnostic) -> tuple[object, ...]:
    found = diagnostic.object
    return (
        diagnostic.source.position(diagnostic.span.start),
        diagnostic.rule,
        diagnostic.message,
        found.document_index if found is not None else None,
    )


@pytest.mark.parametrize('end', ['\n', '\r\n', '\r'])
@pytest.mark.parametrize('size', [10, 300, 1000])
def test_a_file_in_parts_gives_what_it_gives_as_a_whole(
    size: int, end: str, tmp_path: Path
) -> None:
    documents = [policy(number) if number % 3 else f'# {number}\na: 1\n' for number in range(40)]
    documents[5] = '\n'
    data = '---\n'.join(documents).replace('\n', end).encode()
    whole = check('x.yaml', data, Target())
    path = tmp_path / 'x.yaml'
    path.write_bytes(data)
    with path.open('rb') as file:
        parted = check_in_parts('x.yaml', list(discover.parts(file, size)), Target())
    assert [place(found) for found in parted.diagnostics] == [
        place(found) for found in whole.diagnostics
    ]
    assert counted(parted) == counted(whole)
    for found in parted.diagnostics:
        line, _ = found.source.position(found.span.start)
        assert found.source.line(line) == data.decode().split(end)[line - 1]


def test_processes_that_share_a_run_say_what_one_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, 'WORTH_SHARING', 20)
    for number in range(90):
        Path(f'{number:03}.yaml').write_text(policy(number))
    Path('020.yaml').write_bytes(b'kind: GlobalNetworkPolicy\n\xff')
    Path('030.yaml').write_text('{{ GlobalNetworkPolicy }}: [\n')
    alone, shared = run.run(Options(('.',))), run.run(Options(('.',), jobs=2))
    assert [place(found) for found in shared.diagnostics] == [
        place(found) for found in alone.diagnostics
    ]
    assert [found.source.path for found in shared.diagnostics] == [
        found.source.path for found in alone.diagnostics
    ]
    for name in ('files', 'documents', 'checked', 'skipped', 'templates', 'errors'):
        assert getattr(shared, name) == getattr(alone, name)
    assert alone.files == 90
    assert len(alone.diagnostics) > 10


@pytest.mark.parametrize('size', [10, 100, 1000])
def test_directives_and_doubled_markers_are_read_in_parts_as_they_are_as_a_whole(
    size: int,
) -> None:
    documents = ['%YAML 1.1\n---\n' + policy(7), '---\n' + policy(14), policy(21), '', '%TAG ! x\n']
    data = '\n---\n'.join(documents * 5).encode()
    whole = check('x.yaml', data, Target())
    parted = check_in_parts('x.yaml', list(discover.parts(io.BytesIO(data), size)), Target())
    assert [place(found) for found in parted.diagnostics] == [
        place(found) for found in whole.diagnostics
    ]
    assert counted(parted) == counted(whole)


def test_policies_behind_a_first_part_without_any_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discover, '_SMALL', 64)
    monkeypatch.setattr(discover.parts, '__defaults__', (100,))
    path = tmp_path / 'bundle.yaml'
    path.write_text('kind: A\n---\n' * 50 + policy(7), encoding='utf-8')
    outcome = run.run(Options((str(path),)))
    assert (outcome.documents, outcome.checked, len(outcome.diagnostics)) == (51, 1, 1)


@pytest.mark.parametrize(
    ('old', 'new'), [('', ''), ('Ingress', 'ingress'), ('10.0.0.0/8', '10.0.0.1/8')]
)
def test_a_judged_document_leaves_no_circles_behind(old: str, new: str) -> None:
    """To find what points at itself, Python looks at everything there is, again and again."""
    text = CIRCLES.replace(old, new) if old else CIRCLES
    # In a process of its own: to look at all that the other tests remember takes its time, too.
    code = (
        'import gc, sys\n'
        'from linter.calico.target import Target\n'
        'from linter.catalogue.catalogue import standard\n'
        'from linter.engine.check import check\n'
        'text = sys.stdin.buffer.read()\n'
        'gc.disable()\n'
        'for _ in range(2):  # what is imported and remembered comes the first time\n'
        '    gc.collect()\n'
        '    check("x.yaml", text, Target(), standard())\n'
        '    found = gc.collect()\n'
        'print(found)\n'
    )
    ran = subprocess.run((sys.executable, '-c', code), input=text.encode(), capture_output=True)
    assert (ran.stdout.split(), ran.stderr) == ([b'0'], b'')


CIRCLES = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop, labels: {app: &app web, other: *app}}
spec:
  types: [Ingress]
  ingress:
  - action: Allow
    source: {nets: [10.0.0.0/8], selector: app == 'web'}
"""
