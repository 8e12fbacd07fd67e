"""What several tests share: labelled documents, lanes, examples, golden files."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import everything as engine
import pytest
from everything import conditions, write
from hypothesis import settings

from linter.calico.target import Target, parse_version
from linter.catalogue import pages
from linter.catalogue.catalogue import standard
from linter.catalogue.pages import Example
from linter.catalogue.rule import Rule
from linter.cli import arguments, check_options, explain
from linter.diagnostic import Diagnostic
from linter.engine.check import check_parts
from linter.engine.outcome import Outcome
from linter.engine.settle import settled

# A change is judged by the same examples every time; HYPOTHESIS_PROFILE=random looks further.
settings.register_profile('steady', derandomize=True)
settings.register_profile('random', print_blob=True)
settings.load_profile(os.environ.get('HYPOTHESIS_PROFILE', 'steady'))

# Under nohup, or in the background of a script, signals are ignored, and so they would be in the
# processes that tests send them to.
for number, action in (
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGINT, signal.default_int_handler),
):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, action)

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / 'fixtures'
ORACLE = FIXTURES / 'oracle'

VERSIONS = [f'3.{minor}' for minor in range(26, 34)]
LANES = [
    *(f'api-{version}' for version in VERSIONS),
    *(f'crd3-{version}' for version in VERSIONS[-2:]),
    *(f'crd1-{version}' for version in VERSIONS),
]
FIRST_LANES = ('api-3.28', 'api-3.31', 'api-3.32', 'api-3.33', 'crd3-3.33', 'crd1-3.31')
"""Those in which labelled documents are judged before every commit, one for each way in which the
fact table tells versions and ways into a cluster apart; the others belong to the slow tier."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption('--update', action='store_true', help='rewrite the golden files')


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption('--update'))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory for the command, which lies beside it."""
    from command import SCRIPT

    (tmp_path / 'work').mkdir()
    monkeypatch.chdir(tmp_path / 'work')
    (tmp_path / 'calico-lint').write_text(SCRIPT, encoding='utf-8')
    return tmp_path / 'work'


def target(flags: Sequence[str]) -> Target:
    """The target that these words of the command line ask for."""
    return _target(tuple(flags))


@cache
def _target(flags: tuple[str, ...]) -> Target:
    return check_options.options(arguments.read(['check', *flags])).lookup().default.target


class Block(NamedTuple):
    """An example of a rule's page."""

    rule: str
    example: Example

    @property
    def word(self) -> str:
        return self.example.word

    @property
    def text(self) -> str:
        return self.example.text

    def check(self) -> list[Diagnostic]:
        return explain.check(self.example)


def blocks(rule: Rule) -> Iterator[Block]:
    for example in pages.read(rule.doc).examples:
        yield Block(rule.id, example)


def flags_of(data: bytes) -> list[str]:
    """The words of the command line in the first line of a fixture: ``# flags: ...``."""
    flags = re.match(rb'# flags: (.*)', data)
    return flags[1].decode().split() if flags else []


def check_file(path: Path) -> list[Diagnostic]:
    """What is found in a file, whose first line may say ``# flags: --calico-version 3.31``."""
    data = path.read_bytes()
    words = flags_of(data)
    profile = words[words.index('--profile') + 1] if '--profile' in words else 'default'
    result = engine.check(path.name, data, target(words), profile=profile)
    assert not result.errors, result.errors
    return result.diagnostics


def some_slow(values: Iterable[Any], *quick: Any) -> list[Any]:
    """Parameters of a test, of which all but those named belong to the slow tier."""
    return [one if one in quick else pytest.param(one, marks=pytest.mark.slow) for one in values]


def outcome_of(
    diagnostics: Iterable[Diagnostic] = (),
    files: int = 1,
    documents: int = 1,
    checked: int = 1,
    skipped: Mapping[str, int] | None = None,
    templates: Iterable[str] = (),
) -> Outcome:
    """What came of a run that has found this and seen so much."""
    outcome = Outcome()
    outcome.diagnostics = list(diagnostics)
    outcome.files, outcome.documents, outcome.checked = files, documents, checked
    outcome.skipped = dict(skipped or {})
    outcome.templates = list(templates)
    return outcome


def printed(diagnostics: Sequence[Diagnostic]) -> str:
    """Diagnostics as the text format has them."""
    out = io.StringIO()
    write(outcome_of(diagnostics), 'text', out)
    return out.getvalue()


def golden_cases() -> list[Path]:
    """Every input under ``fixtures/cases`` and ``fixtures/clean``."""
    return sorted(
        path
        for folder in ('cases', 'clean')
        for path in (FIXTURES / folder).rglob('*')
        if path.suffix in ('.yaml', '.yml', '.json')
    )


def by_folder(paths: Iterable[Path]) -> Any:
    """Marks a test that looks at all these files of a folder of fixtures in turn."""
    folders: dict[str, list[Path]] = {}
    for path in paths:
        folders.setdefault(str(path.parent.relative_to(FIXTURES)), []).append(path)
    return pytest.mark.parametrize('paths', folders.values(), ids=folders)


class Document(NamedTuple):
    """A document labelled by Calico's own code."""

    id: str
    text: str
    labels: dict[str, Any]
    faults: list[str]
    marks: list[tuple[int, int]]
    decoded: Any

    def in_lane(self, lane: str) -> bytes:
        text = self.text
        if lane.startswith('crd1'):
            text = text.replace('projectcalico.org/v3', 'crd.projectcalico.org/v1')
        return text.encode()

    def is_refused(self, lane: str) -> bool:
        return bool(self.labels[lane]['verdict'] == 'reject')


@cache
def documents(*names: str) -> list[Document]:
    """The documents of ``handmade`` and ``generated``, or of one of them."""
    found: list[Document] = []
    for name in names or ('handmade', 'generated'):
        with gzip.open(ORACLE / f'{name}.jsonl.gz', 'rt', encoding='utf-8') as file:
            for row in map(json.loads, file):
                found.append(
                    Document(
                        row['id'],
                        row['yaml'],
                        row['labels'],
                        row.get('faults', []),
                        [(line, column) for line, column in row.get('marks', [])],
                        row.get('decoded'),
                    )
                )
    return found


def disagreements() -> dict[str, list[dict[str, Any]]]:
    """Documents on which the linter and Calico's code once disagreed, by what it was about."""
    found: dict[str, list[dict[str, Any]]] = {}
    with open(ORACLE / 'disagreements.jsonl', encoding='utf-8') as file:
        for row in map(json.loads, file):
            found.setdefault(row['cause'], []).append(row)
    return found


def lane_target(lane: str) -> Target:
    name, version = lane.split('-')
    return Target(parse_version(version), 'native' if name == 'crd3' else 'api')


class Lanes:
    """The labelled documents through the linter, each lane once a session.

    The rule in a diagnostic is always the one that the rows of its fact name.
    """

    def __init__(self) -> None:
        self._pairs = {(row.fact, row.rule) for row in standard().facts.rows()}
        self._judged: dict[str, dict[str, bool]] = {}

    def refused(self, lane: str) -> dict[str, bool]:
        """By the document's id, whether something in it is refused by Calico."""
        if lane not in self._judged:
            self._judged[lane] = {
                document.id: self.is_refused(document, lane)
                for document in documents()
                if lane in document.labels
            }
        return self._judged[lane]

    def is_refused(self, document: Document, lane: str) -> bool:
        """Whether something in a document is refused by Calico."""
        found = self.check(document.in_lane(lane), lane_target(lane))
        return any(diagnostic.refused_by == 'calico' for diagnostic in found)

    def check(self, data: bytes, where: Target) -> list[Diagnostic]:
        result = engine.check('policy.yaml', data, where)
        assert not result.errors, result.errors
        self.see(result.diagnostics)
        return result.diagnostics

    def see(self, found: Iterable[Diagnostic]) -> None:
        """Findings rest on rows of their rules."""
        assert {(one.fact, one.rule) for one in found} <= self._pairs


@pytest.fixture(scope='session')
def lanes() -> Lanes:
    return Lanes()


def check_in_parts(path: str, parts: Iterable[bytes], target: Target) -> Outcome:
    """What is found in a file that is read in parts, its suppressions applied."""
    terms = conditions(target)
    return settled(check_parts(path, parts, terms), terms)
