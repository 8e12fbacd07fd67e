"""A baseline: what is known stays known, what is new is reported, what is cured is named."""

from __future__ import annotations

import io
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, documents, golden_cases, some_slow
from everything import Options, check_parsed, conditions
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import Draft202012Validator
from test_styles import YAML_RULES, Writer

from linter.calico.parsed_file import parse_bytes
from linter.calico.target import Target
from linter.cli.main import main
from linter.diagnostic import Diagnostic
from linter.engine.outcome import Outcome
from linter.run import baseline, baseline_file
from linter.run.baseline import Baseline, Scope, read
from linter.run.run import run
from linter.yaml.compose import compose
from linter.yaml.documents import split
from linter.yaml.errors import YamlError
from linter.yaml.nodes import (
    MappingNode,
    Node,
    Scalar,
    SequenceNode,
)

SCHEMA = json.loads(
    (Path(__file__).parent.parent / 'schemas' / 'baseline.schema.json').read_bytes()
)

POLICY = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role = 'web'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    source: {nets: [10.0.0.1/33]}
  - action: Allow
    protocol: TCP
    source: {nets: [10.0.0.2/33, 10.0.0.3/33]}
"""
CLEAN = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: clean, namespace: shop}
spec:
  selector: role == 'web'
  types: [Ingress]
"""
OTHER = CLEAN.replace('==', '=').replace('clean', 'other')
BROKEN = 'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nspec: [\n'

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('NO_COLOR', '1')
    return tmp_path


def write(*words: str) -> int:
    return main(['check', '--write-baseline', 'b.json', *words])


def known(*words: str) -> int:
    return main(['check', '--baseline', 'b.json', *words])


def entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path('b.json').read_text())['findings']
    return found


def baselined(text: str) -> None:
    """A baseline of one file with this text."""
    Path('x.yaml').write_text(text)
    assert write('x.yaml') == 0


# --- the same finding ---


@pytest.mark.parametrize(
    'text',
    [
        POLICY,
        '# more\n\n' + POLICY,
        CLEAN + '---\n' + POLICY,
        POLICY.replace('\n', '\r\n'),
        POLICY.replace("role = 'web'", '"role = \'web\'"  # why'),
        POLICY.replace("selector: role = 'web'", "selector: >-\n    role =\n    'web'"),
        POLICY.replace('{nets: [10.0.0.1/33]}', "\n      nets:\n      - '10.0.0.1/33'"),
        POLICY.replace('  ingress:\n', '  ingress:\n  - action: Deny\n'),
        POLICY.replace('[10.0.0.2/33, ', '[10.1.0.0/16, 10.0.0.2/33, '),
        POLICY.replace('projectcalico.org/v3', 'projectcalico.org/v3  # still'),
        'apiVersion: projectcalico.org/v3\nkind: NetworkPolicyList\nitems:\n- '
        + POLICY.strip().replace('\n', '\n  ')
        + '\n',
    ],
)
def test_it_stays_known(text: str, capsys: Capture) -> None:
    baselined(POLICY)
    Path('x.yaml').write_text(text, newline='')
    assert known('x.yaml') == 0
    out, err = capsys.readouterr()
    assert out == ''
    assert 'cured' not in err.splitlines()[-1]
    assert err.endswith('; 4 in the baseline\n')


@pytest.mark.parametrize(
    ('text', 'new'),
    [
        (POLICY.replace("'web'", "'db'"), 'x.yaml:7:'),
        (POLICY.replace('name: web', 'name: db'), 'x.yaml:7:'),
        (POLICY.replace('namespace: shop', 'namespace: bar'), 'x.yaml:7:'),
        (POLICY.replace('10.0.0.1/33', '10.0.0.9/33'), 'x.yaml:12:'),
        (POLICY.replace('10.0.0.1/33', '10.0.0.1/33, 10.0.0.1/33'), 'x.yaml:12:'),
        (POLICY.replace('source: {nets: [10.0.0.1', 'source: {notNets: [10.0.0.1'), 'x.yaml:12:'),
        (POLICY + '---\n' + POLICY, 'x.yaml:23:'),
    ],
)
def test_it_is_another_one(text: str, new: str, capsys: Capture) -> None:
    baselined(POLICY)
    Path('x.yaml').write_text(text)
    assert known('x.yaml') == 1
    assert capsys.readouterr().out.startswith(new)


def test_of_two_findings_that_agree_one_is_known(capsys: Capture) -> None:
    text = POLICY.replace('10.0.0.2/33, 10.0.0.3', '10.0.0.1')
    baselined(text)
    [twice] = [entry for entry in entries() if entry['count'] == 2]
    assert twice['content'] == '10.0.0.1/33'
    Path('x.yaml').write_text(text + '  - {action: Allow, source: {nets: [10.0.0.1/33]}}\n')
    assert known('x.yaml') == 1
    out = capsys.readouterr().out
    assert out.startswith('x.yaml:16:')
    assert out.count('\n') == 1


def test_a_file_may_be_renamed() -> None:
    baselined(POLICY)
    Path('a/b').mkdir(parents=True)
    Path('x.yaml').rename('a/b/y.yaml')
    assert known('a/b/y.yaml') == 0
    assert known('.') == 0
    assert write('.') == 0
    assert {entry['path'] for entry in entries()} == {'a/b/y.yaml'}


def test_a_document_may_move_to_another_file() -> None:
    baselined(CLEAN + '---\n' + POLICY)
    Path('x.yaml').write_text(CLEAN)
    Path('y.yaml').write_text(POLICY)
    assert known('x.yaml', 'y.yaml') == 0


def test_a_copy_is_not_known(capsys: Capture) -> None:
    baselined(POLICY)
    Path('y.yaml').write_text(POLICY)
    assert known('.') == 1
    assert {line[:7] for line in capsys.readouterr().out.splitlines()} == {'y.yaml:'}
    assert known('y.yaml') == 1


def test_a_syntax_error_is_known_by_its_file_and_line(capsys: Capture) -> None:
    baselined(BROKEN)
    assert known('x.yaml') == 0
    Path('x.yaml').write_text(CLEAN + '---\n' + BROKEN)
    assert known('x.yaml') == 0
    Path('y.yaml').write_text(BROKEN)
    assert known('.') == 1
    Path('x.yaml').write_text(CLEAN)
    assert known('.') == 1
    Path('x.yaml').unlink()
    assert known('.') == 0


def test_other_things_outside_of_objects() -> None:
    text = CLEAN.replace("'web'", "'web'  # calico-lint: ignore[selector-sintax]")
    text += '--- {kind: lost}\n' + OTHER + '---\n# nothing\n---\n' + CLEAN.replace('clean', 'last')
    baselined(text)
    rules = {entry['rule'] for entry in entries()}
    assert {'unknown-suppression', 'unread-text', 'empty-document'} <= rules
    Path('x.yaml').write_text('# more\n' + text)
    assert known('x.yaml') == 0


def test_json_files() -> None:
    document = {
        'apiVersion': 'projectcalico.org/v3',
        'kind': 'NetworkPolicy',
        'metadata': {'name': 'web', 'namespace': 'shop'},
        'spec': {'selector': "role = 'web'", 'types': ['Ingress']},
    }
    Path('x.json').write_text(json.dumps(document))
    assert write('.') == 0
    Path('x.json').write_text(json.dumps(document, indent=2))
    assert known('.') == 0


def shuffled(node: Node, source: random.Random) -> None:
    """Put the keys of mappings in another order."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, SequenceNode):
            waiting += one.items
        elif isinstance(one, MappingNode):
            source.shuffle(one.entries)
            waiting += [value for _, value in one.entries]


def diagnose(text: str) -> list[Diagnostic]:
    """Style is the very subject of the rules of the group yaml."""
    terms = conditions(Target((3, 33)))._replace(identify=True)
    result = check_parsed(parse_bytes('x.yaml', text.encode('utf-8', 'surrogatepass')), terms)
    return [one for one in result.diagnostics if one.rule not in YAML_RULES]


def rewritable(text: str) -> Node | None:
    """The only document of a file, where keys may be put in any order and nothing is shared."""
    if any(word in text for word in ('&', '<<', '\0', 'calico-lint: ')):
        return None  # suppressions are comments, which would be lost
    chunks = list(split(text))
    try:
        root = compose(text, chunks[0]) if len(chunks) == 1 else None
    except YamlError:
        return None
    waiting = [] if root is None else [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, SequenceNode):
            waiting += one.items
        elif isinstance(one, MappingNode):
            keys = [key.value.lower() for key, _ in one.entries if isinstance(key, Scalar)]
            if len(set(keys)) < len(one.entries):
                return None
            waiting += [value for _, value in one.entries]
    return root if isinstance(root, MappingNode) else None


TEXTS = [
    text
    for text in (
        *(document.text for document in documents()),
        *(path.read_text(encoding='utf-8', errors='replace') for path in golden_cases()),
    )
    if 'metadata' in text and rewritable(text) is not None
]


@settings(max_examples=400, deadline=None)
@given(text=st.sampled_from(TEXTS), seed=st.integers(0, 2**32), lines=st.integers(0, 3))
def test_another_style_keeps_everything_known(text: str, seed: int, lines: int) -> None:
    before = diagnose(text)
    root = rewritable(text)
    assert root is not None
    shuffled(root, random.Random(seed))
    other = '# more\n' * lines + Writer(seed).document(root)
    after = diagnose(other)
    written = Baseline('b.json', Baseline('b.json').entries(before))
    found = written.split(after, Scope(Options(), Outcome()))
    assert found.new == [], f'{text}\n--- as\n{other}'
    assert len(found.known) == len(before), f'{text}\n--- as\n{other}'


@settings(max_examples=100, deadline=None)
@given(chosen=st.lists(st.sampled_from(TEXTS), min_size=2, max_size=4), data=st.data())
def test_documents_may_change_places(chosen: list[str], data: st.DataObject) -> None:
    texts = [text if text.endswith('\n') else text + '\n' for text in chosen]
    if any(text.startswith('---') or '\r' in text for text in texts):
        return
    moved = data.draw(st.permutations(texts))
    before, after = diagnose('---\n'.join(texts)), diagnose('---\n'.join(moved))
    written = Baseline('b.json', Baseline('b.json').entries(before))
    assert written.split(after, Scope(Options(), Outcome())).new == []


# --- the file ---


def test_the_file(update: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The baseline of the GitOps repository, as it was."""
    golden = FIXTURES / 'baseline' / 'gitops.json'
    monkeypatch.chdir(FIXTURES / 'gitops')
    target = tmp_path / 'b.json'
    # Its paths are those from here; where the file itself goes is another matter.
    entries = Baseline('b.json').entries(run(Options(baseline='b.json')).diagnostics)
    Baseline(str(target)).write(entries)
    if update:
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(target.read_bytes())
    assert target.read_bytes() == golden.read_bytes()
    Draft202012Validator(SCHEMA).validate(json.loads(golden.read_bytes()))
    lines = golden.read_text(encoding='utf-8').splitlines()
    assert len(lines) == len(json.loads(golden.read_bytes())['findings']) + 2


@pytest.mark.parametrize('step', some_slow([4, 1], 4))
def test_the_schema_describes_every_entry(step: int) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    validator = Draft202012Validator(SCHEMA)
    for number, path in enumerate(golden_cases()[::step]):
        Path(f'{number}{path.suffix}').write_bytes(path.read_bytes())
    assert write('.') in (0, 1)
    document = json.loads(Path('b.json').read_bytes())
    validator.validate(document)
    assert len(document['findings']) > 300 // step
    assert known('.') == 0
    # Once more by the same run: nothing changes, down to the last byte.
    before = Path('b.json').stat()
    assert write('.') == 0
    assert Path('b.json').stat() == before
    assert json.loads(Path('b.json').read_bytes()) == document


def test_names_that_are_no_utf_8_and_text_that_turns_around() -> None:
    name = os.fsdecode(b'\xff.yaml')
    Path(name).write_text(OTHER.replace("'web'", "'we\u202eb'"))
    assert write('.') == 0
    assert '\u202e' not in Path('b.json').read_text('utf-8')
    assert known('.') == 0


def test_long_content_is_shortened_and_still_told_apart() -> None:
    long = ' || '.join(f"role == 'role-{number}'" for number in range(30))
    baselined(CLEAN.replace("role == 'web'", f"{long} || a = 'b'"))
    [entry] = entries()
    assert len(entry['content']) < 120
    Path('x.yaml').write_text(CLEAN.replace("role == 'web'", f"{long} || a = 'c'"))
    assert known('x.yaml') == 1


def test_paths_are_those_from_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path('apps').mkdir()
    Path('apps/x.yaml').write_text(POLICY)
    assert main(['check', '--write-baseline', 'b.json', 'apps']) == 0
    assert {entry['path'] for entry in entries()} == {'apps/x.yaml'}
    Path('copy.yaml').write_text(POLICY)
    monkeypatch.chdir('apps')
    assert main(['check', '--baseline', '../b.json', 'x.yaml']) == 0
    assert main(['check', '--baseline', '../b.json', '../copy.yaml']) == 1


@pytest.mark.skipif(os.name == 'nt', reason='links need a privilege there')
def test_a_folder_may_be_a_link() -> None:
    Path('apps/deep').mkdir(parents=True)
    Path('x.yaml').write_text(POLICY)
    Path('link').symlink_to('apps/deep', target_is_directory=True)
    assert main(['check', '--write-baseline', 'link/b.json', 'x.yaml']) == 0
    assert '"path": "../../x.yaml"' in Path('apps/deep/b.json').read_text()
    Path('copy.yaml').write_text(POLICY)
    assert main(['check', '--baseline', 'apps/deep/b.json', 'x.yaml']) == 0
    assert main(['check', '--baseline', 'link/b.json', 'copy.yaml']) == 1


def test_what_has_no_end_is_not_read(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(baseline_file, '_LARGEST', 2**20)
    Path('b.json').write_text('{"version": 1, "findings": []}' + ' ' * 2**20)
    assert known('.') == 2
    assert capsys.readouterr().err == (
        'calico-lint: the baseline b.json cannot be read: it has more than 1 MB\n'
    )


def entry(**more: object) -> str:
    """The text of a baseline with one entry."""
    one = {'path': 'x.yaml', 'rule': 'value-case', 'object': None, 'yaml_path': None,
           'content': '', 'count': 1}  # fmt: skip
    return json.dumps({'version': 1, 'findings': [{**one, **more}]})


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'b.json is no baseline (Expecting value'),
        ('[\n<<<<<<< HEAD\n', 'b.json has a merge conflict: keep the entries of both sides'),
        ('[\r\n>>>>>>>\r\n', 'b.json has a merge conflict'),
        ('[]', 'it says no version'),
        ('{"version": true}', 'it says no version'),
        ('{"version": 2}', 'is of version 2, and this calico-lint reads version 1'),
        ('{"version": 1}', 'findings is not a list'),
        ('{"version": 1, "findings": [1]}', 'findings[0] is not an object'),
        ('{"version": 1, "findings": [{"object": []}]}', 'findings[0].object is not an object'),
        ('{"version": 1, "findings": [{"count": 0}]}', 'findings[0].count is not a number'),
        ('{"version": 1, "findings": [{"count": 1}]}', 'findings[0] has no path'),
        ('{"version": 1, "findings": [{"count": 1, "path": 1}]}', 'findings[0]: path is not text'),
        ('\udcff', 'is no baseline'),
        (entry(path='a\0/../b'), 'findings[0].path is not a path'),
        (entry(path='a\ud800'), 'findings[0].path is not a path'),
        (entry(path=''), 'findings[0].path is not a path'),
        (entry(count=10**4299), 'findings[0].count is not a number from 1 to'),
        (entry(count=10**9 + 1), 'findings[0].count is not a number from 1 to'),
        ('[' * 100_000, 'is no baseline'),
    ],
)
@pytest.mark.parametrize('option', ['--baseline', '--write-baseline'])
def test_a_broken_file_is_one_sentence(
    text: str, message: str, option: str, capsys: Capture
) -> None:
    Path('x.yaml').write_text(POLICY)
    Path('b.json').write_bytes(text.encode('utf-8', 'surrogateescape'))
    assert main(['check', option, 'b.json', 'x.yaml']) == 2
    out, err = capsys.readouterr()
    assert out == ''
    assert message in err
    assert err.startswith('calico-lint: ')
    assert err.count('\n') == 1


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['--baseline', 'b.json'], 'there is no baseline b.json: write one with --write-baseline'),
        (['--baseline', '.'], 'cannot be read'),
        (['--baseline='], 'the baseline has no name'),
        (['--baseline', 'b.json', '--write-baseline', 'b.json'], 'leave out --baseline'),
        (['--allow-growth'], '--allow-growth goes with --write-baseline'),
        (['--add-ignore', '--write-baseline', 'b.json'], 'exclude each other'),
        (['--add-ignore', '--baseline', 'b.json'], 'exclude each other'),
    ],
)
def test_bad_usage(words: list[str], message: str, capsys: Capture) -> None:
    Path('x.yaml').write_text(POLICY)
    assert main(['check', *words]) == 2
    out, err = capsys.readouterr()
    assert out == ''
    assert message in err
    assert err.count('\n') == 1


@pytest.mark.skipif(os.name == 'nt', reason='file modes of POSIX')
def test_the_file_is_written_like_any_other(capsys: Capture) -> None:
    Path('x.yaml').write_text(POLICY)
    before = os.umask(0o027)
    try:
        assert write('.') == 0
    finally:
        os.umask(before)
    assert Path('b.json').stat().st_mode & 0o777 == 0o640
    assert {path.name for path in Path().iterdir()} == {'b.json', 'x.yaml'}
    Path('link.json').symlink_to('b.json')
    Path('x.yaml').write_text(CLEAN)
    assert main(['check', '--write-baseline', 'link.json', '.']) == 0
    assert Path('link.json').is_symlink()
    assert entries() == []
    assert Path('b.json').stat().st_mode & 0o777 == 0o640
    capsys.readouterr()
    assert main(['check', '--write-baseline', 'absent/b.json', '.']) == 2
    assert 'absent/b.json: not written: no such file' in capsys.readouterr().err


def test_the_file_is_not_checked_itself(capsys: Capture) -> None:
    baselined(POLICY)
    assert known('.') == 0
    assert known('x.yaml', 'b.json') == 0
    assert '1 file (1 document' in capsys.readouterr().err


# --- growing and shrinking ---


def test_it_does_not_grow_by_itself(capsys: Capture) -> None:
    baselined(POLICY)
    data = Path('b.json').read_bytes()
    Path('x.yaml').write_text(POLICY.replace("role = 'web'", "role == 'web'"))
    Path('y.yaml').write_text(OTHER)
    capsys.readouterr()
    assert write('.') == 2
    out, err = capsys.readouterr()
    assert out.startswith('y.yaml:5:18: error[selector-syntax] ')
    assert out.count('\n') == 1
    assert 'b.json: not changed, because it would grow by 1 finding' in err
    assert '  selector-syntax NetworkPolicy shop/other spec.selector (y.yaml)\n' in err
    assert Path('b.json').read_bytes() == data
    assert write('.', '--allow-growth') == 0
    assert '(1 new, 1 cured)' in capsys.readouterr().err
    assert known('.') == 0


def test_what_is_cured_is_named_and_taken_out(capsys: Capture) -> None:
    baselined(POLICY)
    Path('x.yaml').write_text(POLICY.replace("role = 'web'", "role == 'web'"))
    capsys.readouterr()
    assert known('.') == 0
    err = capsys.readouterr().err
    assert '1 finding of the baseline is cured: --write-baseline b.json takes it out\n' in err
    assert err.endswith('  selector-syntax NetworkPolicy shop/web spec.selector (x.yaml)\n')
    assert write('.') == 0
    assert {entry['rule'] for entry in entries()} == {'invalid-cidr'}
    capsys.readouterr()
    assert known('.') == 0
    assert 'cured' not in capsys.readouterr().err
    Path('x.yaml').write_text(POLICY)
    assert known('.') == 1


def test_one_of_two_is_cured(capsys: Capture) -> None:
    text = POLICY.replace('10.0.0.2/33, 10.0.0.3', '10.0.0.1')
    baselined(text)
    Path('x.yaml').write_text(text.replace('10.0.0.1/33', '10.0.0.0/8', 1))
    assert known('.') == 0
    assert '1 finding of the baseline is cured' in capsys.readouterr().err
    assert write('.') == 0
    assert {entry['count'] for entry in entries()} == {1}


def test_what_the_run_did_not_look_at_is_not_cured(capsys: Capture) -> None:
    for name, text in (('x', POLICY), ('y', OTHER)):
        Path(f'{name}.yaml').write_text(text)
    assert write('.') == 0
    before = entries()
    Path('x.yaml').write_text(CLEAN)
    capsys.readouterr()
    for words in (
        ['y.yaml'],
        ['.', '--select', 'unknown-field'],
        ['.', '--ignore', 'selector-syntax,invalid-cidr'],
    ):
        assert known(*words) == 0
        assert 'cured' not in capsys.readouterr().err
        assert write(*words) == 0
        assert entries() == before
        assert 'unchanged, 5 findings' in capsys.readouterr().err
    Path('.calico-lint.yaml').write_text('exclude: [x.yaml]\n')
    assert known('.') == 0
    assert 'cured' not in capsys.readouterr().err
    Path('.calico-lint.yaml').unlink()
    Path('x.yaml').unlink()
    assert known('y.yaml') == 0
    assert 'cured' not in capsys.readouterr().err
    assert known('.') == 0
    assert '4 findings of the baseline are cured' in capsys.readouterr().err


@pytest.mark.parametrize('text', [POLICY + '  [', POLICY.replace('name: web', 'name: {{ web }}')])
def test_what_is_in_a_document_that_cannot_be_read_is_not_cured(text: str, capsys: Capture) -> None:
    baselined(POLICY)
    Path('x.yaml').write_text(text)
    capsys.readouterr()
    known('x.yaml')
    assert 'cured' not in capsys.readouterr().err


def test_a_run_that_could_not_finish_writes_nothing(capsys: Capture) -> None:
    Path('x.yaml').write_text(POLICY)
    os.mkfifo('pipe.yaml')
    assert write('x.yaml', 'pipe.yaml') == 2
    assert not Path('b.json').exists()
    assert 'b.json: not written, because not everything could be checked' in capsys.readouterr().err


def test_both_sides_of_a_merge_count_once() -> None:
    baselined(POLICY)
    lines = Path('b.json').read_text().splitlines()
    lines.insert(1, lines[1].rstrip(',') + ',')
    Path('b.json').write_text('\n'.join(lines))
    assert len(entries()) == 5
    assert known('.') == 0
    assert write('.') == 0
    assert len(entries()) == 4


# --- with the rest of the command ---


def test_configuration_is_mended() -> None:
    Path('.calico-lint.yaml').write_text('calico-versoin: "3.31"\n')
    Path('x.yaml').write_text(POLICY)
    assert write('.') == 1
    assert 'invalid-configuration' not in {entry['rule'] for entry in entries()}
    assert known('.') == 1
    assert write('.') == 1


def test_what_is_suppressed_is_not_written() -> None:
    baselined(POLICY.replace("'web'", "'web'  # calico-lint: ignore[selector-syntax] legacy"))
    assert {entry['rule'] for entry in entries()} == {'invalid-cidr'}
    assert known('.') == 0
    assert known('.', '--no-ignore') == 1


def test_infos_are_in_it() -> None:
    baselined(CLEAN.replace(', namespace: shop', ''))
    assert [entry['rule'] for entry in entries()] == ['namespace-missing']
    assert known('.', '--fail-on', 'info') == 0


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def stdin(text: str) -> None:
        monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(text.encode())))

    baselined(POLICY)
    stdin(POLICY)
    assert known('-', '--stdin-filename', 'x.yaml') == 0
    stdin(POLICY)
    assert known('-') == 0
    stdin(POLICY)
    assert known('-', '--stdin-filename', 'y.yaml') == 1
    Path('b.json').unlink()
    stdin(OTHER)
    assert write('-') == 0
    assert [entry['path'] for entry in entries()] == ['<stdin>']
    stdin(OTHER)
    assert known('-') == 0


def test_processes_that_share_a_run(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    from linter.run import run as running

    monkeypatch.setattr(running, 'WORTH_SHARING', 20)
    for number in range(90):
        Path(f'{number:02}.yaml').write_text(OTHER.replace('other', f'web-{number}'))
    assert write('.', '--jobs', '2') == 0
    assert len(entries()) == 90
    Path('89.yaml').write_text(CLEAN)
    assert known('.', '--jobs', '2') == 0
    assert '1 finding of the baseline is cured' in capsys.readouterr().err


def test_other_formats_leave_out_what_is_known(capsys: Capture) -> None:
    baselined(POLICY)
    Path('y.yaml').write_text(OTHER)
    capsys.readouterr()
    assert known('.', '--output-format', 'json', '--output-format', 'gitlab:g.json') == 1
    [one] = json.loads(capsys.readouterr().out)['diagnostics']
    assert one['path'] == 'y.yaml'
    assert len(json.loads(Path('g.json').read_text())) == 1


def test_sarif_lists_what_is_known(capsys: Capture) -> None:
    baselined(POLICY)
    Path('y.yaml').write_text(OTHER)
    capsys.readouterr()
    assert known('.', '--output-format', 'sarif') == 1
    results = json.loads(capsys.readouterr().out)['runs'][0]['results']
    assert [one['baselineState'] for one in results] == ['unchanged'] * 4 + ['new']
    assert results[0]['suppressions'] == [
        {'kind': 'external', 'status': 'accepted', 'justification': 'baseline'}
    ]
    assert results[-1]['suppressions'] == []


def test_sarif_of_a_run_with_a_baseline_in_which_nothing_is(capsys: Capture) -> None:
    baselined(CLEAN)
    Path('y.yaml').write_text(OTHER)
    capsys.readouterr()
    assert known('.', '--output-format', 'sarif') == 1
    [one] = json.loads(capsys.readouterr().out)['runs'][0]['results']
    assert one['baselineState'] == 'new'
    assert main(['check', '--output-format', 'sarif']) == 1
    [one] = json.loads(capsys.readouterr().out)['runs'][0]['results']
    assert 'baselineState' not in one


def test_a_file_is_read_as_it_was_written() -> None:
    baselined(POLICY)
    data = Path('b.json').read_bytes()
    Path('b.json').write_bytes(b'\xef\xbb\xbf' + data.replace(b'\n', b'\r\n'))
    assert known('.') == 0
    assert read('b.json').data != data


def test_names_that_are_no_utf_8_stay_names() -> None:
    Path('b.json').write_text(entry(path='a\udcff.yaml'))
    ((found,), _) = baseline_file.read_entries('b.json')
    assert os.fsencode(found.path) == b'a\xff.yaml'


def test_moved_findings_are_looked_for_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """n files that are gone and n that are new: each of them is asked about once or twice."""
    number = 200
    for name in range(number):
        Path(f'old-{name}.yaml').write_text(OTHER)
    assert write('.') == 0
    for name in range(number):
        Path(f'old-{name}.yaml').rename(f'new-{name}.yaml')
    asked: list[str] = []
    gone = baseline.is_gone
    monkeypatch.setattr(baseline, 'is_gone', lambda path: asked.append(path) or gone(path))
    assert known('.') == 0
    assert number <= len(asked) <= 3 * number


@pytest.mark.skipif(os.name != 'posix', reason='links')
def test_nothing_is_written_through_a_link_nor_over_a_configuration(capsys: Capture) -> None:
    Path('x.yaml').write_text(OTHER)
    Path('b.json').symlink_to('elsewhere.json')
    assert write('.') == 2
    assert 'b.json is a link to nothing' in capsys.readouterr().err
    assert not Path('elsewhere.json').exists()
    assert main(['check', '--write-baseline', '.calico-lint.yaml', '.']) == 2
    assert not Path('.calico-lint.yaml').exists()
    os.mkfifo('pipe.json')
    assert main(['check', '--baseline', 'pipe.json', '.']) == 2
    assert 'pipe.json cannot be read: it is a pipe' in capsys.readouterr().err
