"""The command line: words in, exit status and output out."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import some_slow
from jsonschema.validators import Draft202012Validator

from linter import __version__
from linter.calico.target import RELEASES, VERSIONS, releases_text
from linter.catalogue.catalogue import standard
from linter.catalogue.pages import GROUPS
from linter.cli.main import main
from linter.diagnostic import url_of
from linter.report.formats import formats

ROOT = Path(__file__).parent.parent

CLEAN = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  selector: role == 'web'
  types: [Ingress]
"""
RULES = list(standard().rules())
ERROR = CLEAN.replace('==', '=')
WARNING = CLEAN.replace('selector', 'Selector')
INFO = CLEAN.replace('  namespace: shop\n', '')
NAMED_PORTS = CLEAN + '  ingress:\n  - action: Allow\n    destination: {ports: [http]}\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('NO_COLOR', '1')
    monkeypatch.delenv('PRE_COMMIT', raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ('text', 'status'), [(CLEAN, 0), (INFO, 0), (WARNING, 1), (ERROR, 1), ('a: [', 0), ('', 0)]
)
def test_exit_status(text: str, status: int) -> None:
    Path('x.yaml').write_text(text)
    assert main(['check', 'x.yaml']) == status
    assert main(['check']) == status


@pytest.mark.parametrize(
    ('fail_on', 'failing'),
    [('error', 1), ('warning', 2), ('info', 3), ('never', 0), (None, 2)],
)
def test_fail_on(fail_on: str | None, failing: int) -> None:
    words = [] if fail_on is None else ['--fail-on', fail_on]
    for number, text in enumerate((ERROR, WARNING, INFO, CLEAN)):
        Path('x.yaml').write_text(text)
        assert main(['check', *words]) == int(number < failing)
        assert main(['check', '--exit-zero', *words]) == 0


def test_what_could_not_be_checked_fails_in_any_case() -> None:
    assert main(['check', '--exit-zero', 'absent.yaml']) == 2


def test_require_policies(capsys: pytest.CaptureFixture[str]) -> None:
    Path('x.yaml').write_text('a: b')
    assert main(['check', '--require-policies']) == 1
    assert 'no Calico document was found' in capsys.readouterr().err
    Path('x.yaml').write_text(CLEAN)
    assert main(['check', '--require-policies']) == 0


def test_a_file_that_cannot_be_written_does_not_keep_others_from_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path('x.yaml').write_text(CLEAN)
    words = ['--output-format=json:no/such/x', '--output-format=sarif:y', '--exit-zero']
    assert main(['check', 'x.yaml', *words]) == 2
    assert capsys.readouterr().err.startswith('calico-lint: no/such/x cannot be written: ')
    assert json.loads(Path('y').read_text())['version'] == '2.1.0'


def test_a_shortened_option_writes_nothing() -> None:
    Path('x.yaml').write_text(ERROR)
    assert main(['check', '--fi']) == main(['check', '--add-ig']) == 2
    assert Path('x.yaml').read_text() == ERROR


def test_what_standard_input_is_called_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['check', '-', '--show-files']) == 0
    assert main(['check', '-', '--show-files', '--stdin-filename', './a/x.yaml']) == 0
    assert capsys.readouterr().out == '<stdin>\na/x.yaml\n'
    assert main(['check', '-', '--show-settings']) == 0
    assert capsys.readouterr().out.startswith('# <stdin>\n')


@pytest.mark.parametrize('command', ['check', 'init', 'explain', 'rules', 'schema'])
def test_help_explains_every_word(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, '--help'])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    lines = text.splitlines()
    if command == 'check':
        assert all(name in text for name in (*formats(), '--add-ignore[=REASON]'))
    assert all(len(line) <= 80 for line in lines)
    for line, following in zip(lines, [*lines[1:], ''], strict=True):
        if line.startswith('  ') and line[2] in '-ABCDEFGHIJKLMNOPQRSTUVWXYZ':
            # What it means stands beside it or, if that is long, below.
            assert '  ' in line.strip() or following.startswith(' ' * 20), line


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    Path('x.yaml').write_text(ERROR)
    main(['check'])
    out, err = capsys.readouterr()
    assert out.startswith('x.yaml:7:18: error[selector-syntax] ')
    assert out.count('\n') == 1
    assert '1 error in 1 file (1 document, 1 checked)' in err


RENDERED = f"""\
---
# Source: cart/templates/policy.yaml
{ERROR}---
# Source: cart/charts/db/templates/tier.yaml
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {{name: A b}}
---
# a comment
{ERROR}"""


@pytest.mark.parametrize('ending', ['\n', '\r\n'])
def test_rendered_input_says_which_object_and_template(
    ending: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = RENDERED.replace('\n', ending).encode()
    origins = [
        'NetworkPolicy shop/web, cart/templates/policy.yaml',
        'Tier A b, cart/charts/db/templates/tier.yaml',
        'NetworkPolicy shop/web',
    ]
    for fmt in ('text', 'concise'):
        monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(data)))
        assert main(['check', '-', '--output-format', fmt]) == 1
        lines = capsys.readouterr().out.splitlines()
        assert [line[line.rindex('(') + 1 : -1] for line in lines] == origins
    monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(data)))
    assert main(['check', '-', '--color=always']) == 1
    plain = re.sub('\x1b\\[[0-9;]*m', '', capsys.readouterr().out)
    assert [line.split('from: ')[1] for line in plain.splitlines() if 'from: ' in line] == origins
    # An editor sends a file, whose lines are where they are.
    monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(data)))
    assert main(['check', '-', '--stdin-filename=x.yaml']) == 1
    assert 'cart/templates' not in capsys.readouterr().out


@pytest.mark.parametrize('is_hook', [False, True])
def test_silence_does_not_look_like_approval(
    is_hook: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path('x.yaml').write_text('kind: Service\n')
    said = "calico-lint: nothing to check in 1 file (1 document; skipped: 1 not Calico's)\n"
    if is_hook:
        monkeypatch.setenv('PRE_COMMIT', '1')
    assert main(['check', 'x.yaml']) == 0
    assert capsys.readouterr() == ('', '' if is_hook else said)
    assert main(['check', '--force-exclude', 'x.yaml']) == 0
    assert capsys.readouterr() == ('', '')
    assert main(['check', '-q', 'x.yaml']) == 0
    assert capsys.readouterr() == ('', '')
    assert main(['check', '.']) == 0
    assert capsys.readouterr() == ('', said)


def test_a_mistake_in_the_configuration_is_none_in_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path('x.yaml').write_text(CLEAN)
    Path('.calico-lint.yaml').write_text('exclud: [x]\n')
    assert main(['check', 'x.yaml']) == 1
    assert capsys.readouterr().err == (
        'calico-lint: 1 error in the configuration; no findings in 1 file (1 document, 1 checked)\n'
    )


def test_rules_in_colour(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(['rules']) == 0
    plain = capsys.readouterr().out
    monkeypatch.delenv('NO_COLOR')
    monkeypatch.setenv('FORCE_COLOR', '1')
    assert main(['rules']) == 0
    colored = capsys.readouterr().out
    assert '\x1b[1;31m  error  \x1b[0m' in colored
    assert re.sub('\x1b\\[[0-9;]*m', '', colored) == plain


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    Path('x.yaml').write_text(ERROR + '---\n' + INFO)
    assert main(['check', '--output-format', 'json', '.']) == 1
    report = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / 'schemas' / 'diagnostics.schema.json').read_text())
    Draft202012Validator(schema).validate(report)
    first, second = report['diagnostics']
    assert (first['path'], first['line'], first['column']) == ('x.yaml', 7, 18)
    assert (first['rule'], first['severity']) == ('selector-syntax', 'error')
    assert (first['effect'], first['refused_by']) == ('refused', 'calico')
    assert first['yaml_path'] == 'spec.selector'
    assert first['object'] == {
        'api_version': 'projectcalico.org/v3',
        'kind': 'NetworkPolicy',
        'namespace': 'shop',
        'name': 'web',
        'document_index': 0,
    }
    assert second['rule'] == 'namespace-missing'
    assert second['object']['document_index'] == 1
    assert report['summary']['by_severity'] == {'error': 1, 'warning': 0, 'info': 1}


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['chek'], "there is no command 'chek': did you mean check?"),
        (['x.yaml'], "'x.yaml' is no command: write calico-lint check x.yaml"),
        (['check', 'missing.yaml'], 'no such file or directory: missing.yaml'),
        (['check', '--calico-version', '3.25'], 'use --calico-version 3.26'),
        (['check', '--calico-version', '4.0'], 'use --calico-version 3.33'),
        (['check', '--calico-version', 'latest'], 'write it like 3.32'),
        (['check', '--admission', 'native', '--calico-version', '3.31'], 'use --admission api'),
        (
            ['check', '--output-format', 'xml'],
            "no output format 'xml': there are concise, ",
        ),
        (['check', '--output-format', 'json:'], 'names no file'),
        (['check', '--output-format', 'json', '--output-format', 'text'], 'write FORMAT:FILE'),
        (['check', 'x.yaml', '--output-format', 'json:./x.yaml'], './x.yaml is to be checked'),
        (['check', '--select', 'invalid-prt'], 'did you mean invalid-port?'),
        (['check', '--output-format', 'jsno'], 'did you mean json?'),
        (['check', '--output-format=json:a', '--output-format=sarif:./a'], 'can go to a'),
        (['check', '--colour'], 'unrecognized arguments: --colour: did you mean --color?'),
        (['check', '-V'], 'unrecognized arguments: -V (see calico-lint check --help)'),
        (['explain', 'ports'], 'ports is a group of rules: write icmp-fields, invalid-port, '),
        (['check', '--frobnicate'], 'unrecognized arguments: --frobnicate (see calico-lint check'),
        (['check', '--unsafe'], 'unrecognized arguments: --unsafe: did you mean --unsafe-fixes?'),
        (['check', '--select='], '--select names no rule'),
        (['check', '--ignore', ' , '], '--ignore names no rule'),
        (['check', '--jobs', '0'], '--jobs is a number of processes, 1 or more'),
        (['check', '--color', 'x'], "--color: invalid choice: 'x'"),
        (['check', '--show-files', '--fix'], 'so --fix has no effect'),
        (['check', '--show-settings', '--show-files'], 'so --show-files has no effect'),
        (['check', '--show-settings', '--add-ignore'], 'so --add-ignore has no effect'),
        (['check', '--add-ignore', 'old', '.'], 'a reason is written --add-ignore=REASON'),
        ([], 'the command is missing: there are check, '),
        (['--fix'], 'the command is missing: write calico-lint check --fix'),
        (['frobnicate'], "there is no command 'frobnicate': there are check, "),
        (['check', '--stdin-filename', 'a.yaml'], '--stdin-filename goes with -'),
        (['check', '-', 'x.yaml'], 'cannot be mixed'),
        (['explain', 'invalid-prt'], 'did you mean invalid-port?'),
        (['schema', 'Pod'], "there is no schema of kind 'Pod'"),
        (['schema', 'Tier', '--calico-version', '3.28'], 'Calico 3.28 has no kind Tier'),
    ],
)
def test_bad_usage_is_one_sentence_and_status_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path('x.yaml').write_text(CLEAN)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ''
    assert err.startswith('calico-lint: ')
    assert err.count('\n') == 1
    assert message in err


def test_several_outputs_in_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path('x.yaml').write_text(ERROR)
    outputs = ('text', 'json:a.json', 'sarif:b.sarif')
    arguments = [word for output in outputs for word in ('--output-format', output)]
    assert main(['check', *arguments, 'x.yaml']) == 1
    assert capsys.readouterr().out.startswith('x.yaml:7:18: ')
    assert json.loads(Path('a.json').read_text())['diagnostics'][0]['column'] == 18
    result = json.loads(Path('b.sarif').read_text())['runs'][0]['results'][0]
    assert result['ruleId'] == 'selector-syntax'


def test_versions_and_lanes() -> None:
    Path('x.yaml').write_text(NAMED_PORTS)
    assert main(['check']) == 0
    assert main(['check', '--calico-version', 'v3.31.7']) == 1
    assert main(['check', '--calico-version', '3.32.1', '--admission', 'native']) == 0


def test_select_and_ignore(capsys: pytest.CaptureFixture[str]) -> None:
    Path('x.yaml').write_text(ERROR.replace('name: web', 'name: Web'))
    assert main(['check', '--ignore', 'selector-syntax,name-invalid']) == 0
    assert main(['check', '--select', 'names']) == 1
    assert 'selector-syntax' not in capsys.readouterr().out
    assert main(['check', '--select', 'ports', '--select', 'nets']) == 0


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stdin(text: str) -> None:
        monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(text.encode())))

    stdin(ERROR)
    assert main(['check', '-']) == 1
    assert capsys.readouterr().out.startswith('<stdin>:7:18: ')
    stdin(ERROR)
    assert main(['check', '-', '--stdin-filename', './apps/x.yaml']) == 1
    assert capsys.readouterr().out.startswith('apps/x.yaml:7:18: ')


def test_a_file_named_like_an_option_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path('-rf.yaml').write_text(ERROR)
    assert main(['check', '-rf.yaml']) == 1
    assert capsys.readouterr().out.startswith('-rf.yaml:7:18: ')


def test_an_unreadable_file_is_said_and_the_others_are_still_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    os.mkfifo('pipe.yaml')
    Path('x.yaml').write_text(ERROR)
    assert main(['check', 'pipe.yaml', 'x.yaml']) == 2
    out, err = capsys.readouterr()
    assert 'x.yaml:7:18' in out
    assert 'pipe.yaml' in err


def test_a_rule_that_breaks_is_named_and_hides_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from linter.rules import name_invalid

    def broken(*_: object) -> None:
        raise RuntimeError('oops')

    monkeypatch.setattr(name_invalid.names, 'size', broken)
    Path('x.yaml').write_text(ERROR)
    assert main(['check']) == 2
    out, err = capsys.readouterr()
    assert 'error[selector-syntax]' in out
    assert 'x.yaml: rule name-invalid broke' in err
    assert 'RuntimeError: oops' in err


def test_a_kustomization_that_sets_the_namespace_silences_the_note(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path('overlay').mkdir()
    Path('overlay', 'x.yaml').write_text(INFO)
    Path('overlay', 'kustomization.yaml').write_text('resources: [x.yaml]\n')
    main(['check'])
    assert 'namespace-missing' in capsys.readouterr().out
    Path('overlay', 'kustomization.yaml').write_text('namespace: shop\nresources: [x.yaml]\n')
    main(['check'])
    assert 'namespace-missing' not in capsys.readouterr().out


def test_templates_are_listed_not_failed(capsys: pytest.CaptureFixture[str]) -> None:
    Path('x.yaml').write_text(CLEAN.replace('web\n', '{{ .Values.name }}\n', 1))
    assert main(['check']) == 0
    out, err = capsys.readouterr()
    assert out == ''
    assert 'x.yaml:1' in err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(['--version'])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    assert out == f'calico-lint {__version__}\nknows Calico {releases_text()}\n'
    assert list(RELEASES) == list(VERSIONS)


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['explain', 'invalid-port']) == 0
    page = capsys.readouterr().out
    assert page.startswith('# invalid-port\n')
    assert 'policy.yaml:12:15: error[invalid-port] ' in page
    assert 'numorstring/port.go' in page
    assert '\x1b' not in page


@pytest.mark.parametrize('name', some_slow(RULES, *RULES[::8]))
def test_explain_on_a_terminal(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv('NO_COLOR')
    monkeypatch.setenv('FORCE_COLOR', '1')
    monkeypatch.setenv('COLUMNS', '60')
    assert main(['explain', name]) == 0
    shown = capsys.readouterr().out
    # Colour, but no links: OSC 8 sequences hide where they lead.
    assert '\x1b[' in shown
    assert '\x1b]' not in shown
    plain = re.sub(r'\x1b\[[\d;]*m', '', shown)
    assert plain.isprintable() or set(plain) - {'\n'} == set(filter(str.isprintable, plain))
    *lines, url = plain.rstrip('\n').split('\n')
    assert url == url_of(name)
    assert max(map(len, lines)) <= 60
    assert '](' not in plain
    assert '```' not in plain


def test_explain_on_a_terminal_without_colour(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr('sys.stdout.isatty', lambda: True, raising=False)
    assert main(['explain', 'invalid-port']) == 0
    shown = capsys.readouterr().out
    assert '\x1b' not in shown
    assert '## Why' not in shown
    assert 'Why' in shown


@pytest.mark.parametrize('words', [('explain', 'selector-syntax'), ('rules',)])
@pytest.mark.parametrize('forced', ['', '1'])
def test_talk_in_ascii(words: tuple[str, ...], forced: str) -> None:
    environment = {**os.environ, 'PYTHONIOENCODING': 'ascii', 'FORCE_COLOR': forced}
    del environment['NO_COLOR']
    done = subprocess.run(
        [sys.executable, '-m', 'linter', *words], cwd=ROOT, env=environment, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b'')
    assert done.stdout.isascii()


def test_rules(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['rules']) == 0
    listing = capsys.readouterr().out
    for rule in standard().rules().values():
        assert re.search(
            rf'^  (error|warning|info) +{rule.id} +{re.escape(rule.summary)}$', listing, re.M
        )
    heads = [line.partition(':')[0] for line in listing.splitlines() if line[:1].isalpha()]
    assert heads == list(GROUPS)
    monkeypatch.setattr('sys.stdout.isatty', lambda: True, raising=False)
    monkeypatch.setenv('COLUMNS', '72')
    assert main(['rules']) == 0
    wrapped = capsys.readouterr().out
    assert max(len(line) for line in wrapped.splitlines() if line[:1] == ' ') <= 72
    assert wrapped.split() == listing.split()


def test_rules_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['rules', '--output-format', 'json']) == 0
    told = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / 'schemas' / 'rules.schema.json').read_bytes())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(told)
    rules = {rule['id']: rule for rule in told['rules']}
    assert list(rules) == sorted(standard().rules())
    assert rules['port-range-dash']['fixable'] == ['safe']
    assert rules['icmp-fields']['fixable'] == []
    assert sum(len(rule['facts']) for rule in rules.values()) == len(standard().facts.rows())
    (fact, *_) = rules['tier-name-prefix']['facts']
    assert (fact['since'], fact['until'], fact['lanes']) == ('3.29', '3.31', ['api'])


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (['NetworkPolicy'], ['np'], ['NetworkPolicy', '--api', 'v2']):
        assert main(['schema', *arguments]) == 0
        schema = json.loads(capsys.readouterr().out)
        Draft202012Validator.check_schema(schema)
        assert schema['title'] == 'NetworkPolicy'
    assert main(['schema', 'NetworkPolicy', '--calico-version', '3.28']) == 0
    assert 'tier' not in json.loads(capsys.readouterr().out)['$defs']['Spec']['properties']


def test_statistics(capsys: pytest.CaptureFixture[str]) -> None:
    unfinished = ERROR.replace("= 'web'", '== ')
    Path('x.yaml').write_text('---\n'.join([ERROR, unfinished, INFO, INFO, INFO]))
    Path('y.yaml').write_text(ERROR.replace('Ingress', 'ingress'))
    assert main(['check', '--statistics']) == 1
    assert capsys.readouterr().out.splitlines() == [
        '3  info     [ ]  namespace-missing',
        '3  error    [-]  selector-syntax',
        '1  error    [*]  value-case',
    ]
    assert main(['check', '--statistics', '--select', 'nets']) == 0
    assert capsys.readouterr().out == ''


def test_statistics_beside_another_format(capsys: pytest.CaptureFixture[str]) -> None:
    Path('x.yaml').write_text(ERROR)
    counted = '1  error    [*]  selector-syntax\n'
    assert main(['check', '--statistics', '--output-format', 'json']) == 1
    out, err = capsys.readouterr()
    assert len(json.loads(out)['diagnostics']) == 1
    assert err.startswith(counted)
    words = ('--output-format', 'json:a.json', '--output-format', 'text:b.txt')
    assert main(['check', '--statistics', *words]) == 1
    out, err = capsys.readouterr()
    assert out == ''
    assert counted not in err
    assert Path('b.txt').read_text() == counted


def test_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    Path('x.yaml').write_text(ERROR)
    for option in ('-q', '--quiet'):
        assert main(['check', option, '.']) == 1
        out, err = capsys.readouterr()
        assert out.startswith('x.yaml:7:18: error[selector-syntax] ')
        assert err == ''
    Path('null.yaml').symlink_to(os.devnull)
    assert main(['check', '-q', 'null.yaml', 'x.yaml']) == 2
    assert capsys.readouterr().err == (
        'calico-lint: null.yaml: is a device, not a file; `-` reads standard input\n'
    )
    Path('x.yaml').write_text('')
    assert main(['check', '-q', '--require-policies', 'x.yaml']) == 1
    assert 'no Calico document was found' in capsys.readouterr().err


@pytest.mark.parametrize('environment', [{'NO_COLOR': '1'}, {'FORCE_COLOR': '1'}, {}])
@pytest.mark.parametrize(('option', 'is_colored'), [('always', True), ('never', False)])
def test_color_beats_the_environment(
    environment: dict[str, str],
    option: str,
    is_colored: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path('x.yaml').write_text(ERROR)
    monkeypatch.delenv('NO_COLOR')
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(['check', '--color', option]) == 1
    out = capsys.readouterr().out
    assert ('\x1b[' in out) == is_colored
    assert ('7 |   selector:' in re.sub('\x1b.*?m', '', out)) == is_colored
