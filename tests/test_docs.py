"""The docs cannot lie: what is generated is current, and what is written by hand is tried out."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import everything as check
import pytest
import yaml

from linter import __version__
from linter.calico.target import Target
from linter.catalogue import page_places, pages
from linter.catalogue.catalogue import standard
from linter.cli import arguments, check_options, explain
from linter.cli.main import main
from linter.report.formats import formats
from linter.text.source import Source
from linter.workspace import config
from tools import generate_docs

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / 'docs'
WRITTEN = [*sorted(DOCS.glob('*.md')), ROOT / 'README.md', ROOT / 'CONTRIBUTING.md']
PAGES = [*WRITTEN, *sorted((DOCS / 'rules').glob('*.md'))]
HOME = 'https://github.com/calico-lint/calico-lint/'
RAW = 'https://raw.githubusercontent.com/calico-lint/calico-lint/'
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / '.pre-commit-hooks.yaml').read_text())


class Fence(NamedTuple):
    """A fenced block, with the words behind its language."""

    page: Path
    line: int
    language: str
    words: str
    text: str


FENCE = re.compile(r'^```(\w+) ?([^\n`]*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def fences(*languages: str, of: list[Path] = WRITTEN) -> list[Any]:
    found = []
    for page in of:
        text = page.read_text(encoding='utf-8')
        for match in FENCE.finditer(text):
            if match[1] in languages:
                fence = Fence(page, text.count('\n', 0, match.start()) + 1, *match.groups())
                found.append(pytest.param(fence, id=f'{page.name}:{fence.line}'))
    return found


def prose(page: Path) -> str:
    """A page without its blocks."""
    return FENCE.sub('', page.read_text(encoding='utf-8'))


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


# --- what is generated ---


def test_everything_generated_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    status = generate_docs.main(['--check'])
    assert (status, capsys.readouterr().err) == (0, '')


def test_the_generator_repairs_what_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tmp_path / 'docs'
    (docs / 'rules').mkdir(parents=True)
    (docs / 'rules' / 'of-old.md').write_text('# of-old\n')
    (docs / 'a.md').write_text('# A\n\n<!-- generated: groups -->\nold\n<!-- /generated -->\n')
    monkeypatch.setattr(generate_docs, 'ROOT', tmp_path)
    monkeypatch.setattr(generate_docs, 'DOCS', docs)
    monkeypatch.setattr(generate_docs, 'rule_pages', lambda: iter([('x.md', '# x\n')]))
    assert generate_docs.main(['--check']) == 1
    said = capsys.readouterr().err
    assert all(name in said for name in ('docs/rules/of-old.md', 'docs/rules/x.md', 'docs/a.md'))
    assert generate_docs.main([]) == 0
    assert generate_docs.main(['--check']) == 0
    assert sorted(path.name for path in (docs / 'rules').iterdir()) == ['x.md']
    assert 'old' not in (docs / 'a.md').read_text()


def test_links_of_the_readme_work_on_a_package_index_too() -> None:
    targets = re.findall(r'\]\(([^)\s]+)\)', prose(ROOT / 'README.md'))
    assert targets
    assert all(one.startswith(('https://', '#')) for one in targets)


def test_every_rule_is_in_a_group_with_a_sentence() -> None:
    assert {rule.group for rule in standard().rules().values()} == set(pages.GROUPS)
    assert all(sentence.endswith('.') for sentence in pages.GROUPS.values())


def test_every_format_has_a_section() -> None:
    text = (DOCS / 'outputs.md').read_text(encoding='utf-8')
    assert set(formats()) <= set(re.findall(r'^## (\S+)$', text, re.MULTILINE))


def test_the_readme_shows_what_is_printed() -> None:
    file = generate_docs._FILE.search((DOCS / 'outputs.md').read_text(encoding='utf-8'))
    assert file is not None
    text = generate_docs.File(file[2])
    text.path = file[1]
    assert generate_docs.output('text', text) in (ROOT / 'README.md').read_text(encoding='utf-8')


# --- the pages of rules ---


@pytest.mark.parametrize('rule', standard().rules().values(), ids=standard().rules())
def test_a_page_has_all_its_parts(rule: Any) -> None:
    page = explain.page(rule)
    heads = re.findall(r'^## (.*)$', FENCE.sub('', page), re.MULTILINE)
    examples = {example.word: example for example in pages.read(rule.doc).examples}
    wanted = ['Why', *(['Bad', 'Good'] if examples else []), 'Fix', 'Where it holds']
    wanted += ['How to suppress it']
    assert heads[: len(wanted)] == wanted
    assert page.count('calico-lint reports:') == sum(
        example.word == 'bad' for example in pages.read(rule.doc).examples
    )
    assert '```text\n```' not in page
    # Words of ours that nobody else knows.
    assert not re.search(r'\blanes?\b|\bfacts?\b|\bprun|\bR-\d', FENCE.sub('', rule.doc))


@pytest.mark.parametrize('rule', standard().rules().values(), ids=standard().rules())
def test_a_fix_that_is_described_is_offered(rule: Any) -> None:
    told = [part for part in pages.read(rule.doc).fix if part.startswith('The fix')]
    offered = explain.fixable(rule)
    assert not told or offered
    for applicability in pages.FIXES:
        if any(part.startswith(f'The fix is {applicability}') for part in told):
            assert applicability in offered


@pytest.mark.parametrize('rule', standard().rules().values(), ids=standard().rules())
def test_no_page_denies_a_fix_that_there_is(rule: Any) -> None:
    """A fix of one of the rule's cases is one of its own examples, too, and described."""
    offered = {
        found.fix.applicability
        for case in sorted((ROOT / 'fixtures' / 'cases' / rule.id).glob('*.yaml'))
        for found in check.check(case.name, case.read_bytes(), Target()).diagnostics
        if found.rule == rule.id and found.fix is not None
    }
    assert bool(offered) <= bool(explain.fixable(rule))
    if explain.fixable(rule):
        assert pages.read(rule.doc).fix


@pytest.mark.parametrize('rule', standard().rules().values(), ids=standard().rules())
def test_the_way_to_suppress_works(rule: Any) -> None:
    """The comment of the page, at the end of the line, hides the finding of the first example."""
    if rule.group in ('configuration', 'suppressions'):
        assert f'ignore[{rule.id}]' not in explain.page(rule)
        return
    assert f'# calico-lint: ignore[{rule.id}] reason' in explain.page(rule)
    for example in pages.read(rule.doc).examples:
        if example.word != 'bad':
            continue
        (found,) = (one for one in explain.check(example) if one.rule == rule.id)
        row, _ = found.source.position(found.span.start)
        lines = example.text.splitlines()
        block = re.search(r'[|>][-+]?$', lines[row - 1])
        if found.source.position(found.span.end)[0] > row and not block:
            row = found.source.position(found.span.end)[0]
        indent = lines[row - 1][: len(lines[row - 1]) - len(lines[row - 1].lstrip())]
        comment = f'# calico-lint: ignore[{rule.id}] reason'
        behind = [*lines[: row - 1], f'{lines[row - 1]}  {comment}', *lines[row:]]
        above = [*lines[: row - 1], f'{indent}{comment}', *lines[row - 1 :]]
        left = [
            rule.id
            in {one.rule for one in explain.check(example._replace(text='\n'.join(text) + '\n'))}
            for text in (behind, above)
        ]
        assert left == [False, False], (behind, above)


@pytest.mark.parametrize(
    ('source', 'shown'),
    [
        ('', []),
        ('ours', []),
        ('go-yaml v2 resolve.go', ['go-yaml v2 resolve.go']),
        ('calico#6412', ['[calico#6412](https://github.com/projectcalico/calico/issues/6412)']),
        (
            'commit 635c320cc2',
            ['[commit 635c320cc2](https://github.com/projectcalico/calico/commit/635c320cc2)'],
        ),
        (
            'felix/calc/a.go:76,1356-8 at v3.31.7, hostendpoint.go',
            [
                '[felix/calc/a.go:76,1356-8 at v3.31.7]'
                '(https://github.com/projectcalico/calico/blob/v3.31.7/felix/calc/a.go#L76)',
                'hostendpoint.go',
            ],
        ),
        (
            'libcalico-go/lib/selector/tokenizer',
            [
                '[libcalico-go/lib/selector/tokenizer](https://github.com/projectcalico/calico/'
                'tree/87c15906f2/libcalico-go/lib/selector/tokenizer)'
            ],
        ),
        ('page', ['the NetworkPolicy page of `projectcalico.org/v2`']),
    ],
)
def test_sources_are_links(source: str, shown: list[str]) -> None:
    assert page_places.links(source) == shown


def test_versions_in_words() -> None:
    assert page_places.versions(None, None) == 'every version'
    assert page_places.versions((3, 29), None) == 'Calico 3.29 and newer'
    assert page_places.versions(None, (3, 31)) == 'Calico up to 3.31'
    assert page_places.versions((3, 29), (3, 31)) == 'Calico 3.29 to 3.31'
    assert page_places.versions((3, 31), (3, 31)) == 'Calico 3.31'


# --- links ---


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r'^#+ (.*)$', prose(page), re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', head.lower()).replace(' ', '-') for head in heads}


def links(page: Path) -> Iterator[str]:
    text = re.sub(r'`[^`\n]*`', '', prose(page))
    yield from re.findall(r'\]\(([^()\s]+)\)', text)


@pytest.mark.parametrize('page', PAGES, ids=name_of)
def test_every_link_resolves(page: Path) -> None:
    for link in links(page):
        address, _, anchor = link.partition('#')
        if address.startswith(('http://', 'https://')):
            if not address.startswith(HOME):
                continue
            kind, _, rest = address.removeprefix(HOME).partition('/main/')
            assert kind == 'blob', link
            target = ROOT / rest
        else:
            target = (page.parent / address).resolve() if address else page
        assert target.exists(), link
        assert target == ROOT or ROOT in target.parents, link
        if anchor:
            assert anchor in anchors(target), link


def test_every_finding_links_to_a_page_that_is_there() -> None:
    from linter.diagnostic import url_of

    for id in standard().rules():
        assert (ROOT / url_of(id).removeprefix(f'{HOME}blob/main/')).is_file()


def test_links_to_released_files_resolve() -> None:
    for page in PAGES:
        for version, path in re.findall(
            rf'{re.escape(RAW)}([^/\s]+)/([\w./-]+)', page.read_text(encoding='utf-8')
        ):
            assert version in ('main', f'v{__version__}'), page
            assert (ROOT / path).is_file(), f'{page}: {path}'


# --- commands ---


def commands(text: str) -> Iterator[list[str]]:
    """The words of each call of calico-lint in a script, up to where the shell takes over."""
    text = re.sub(r'\\\n', ' ', text)
    for found in re.finditer(r'(?:^|[$;&|] |\bbin/|- )calico-lint (?!\()(.*)$', text, re.MULTILINE):
        words = shlex.split(found[1], comments=True)
        stop = next((i for i, word in enumerate(words) if word in ('|', '>', '>>', '&&')), None)
        yield words[:stop]


def tried(words: list[str]) -> None:
    """Fatal or SystemExit where the command line does not know the words."""
    if words[:1] in (['--version'], ['-V'], ['--help']):
        return
    namespace = arguments.read(words)
    if namespace.command == 'check':
        check_options.options(namespace)
        for name in namespace.output_format:
            assert name.partition(':')[0] in formats()
    if namespace.command == 'explain' and namespace.rule != 'RULE':
        assert namespace.rule in standard().rules()


@pytest.mark.parametrize('fence', fences('sh', 'console'))
def test_commands_use_options_that_exist(fence: Fence) -> None:
    for words in commands(fence.text):
        tried(words)


@pytest.mark.parametrize('page', WRITTEN, ids=name_of)
def test_commands_in_the_text_use_options_that_exist(page: Path) -> None:
    for code in re.findall(r'`([^`\n]+)`', prose(page)):
        if code.startswith('calico-lint ') and '…' not in code:
            tried(shlex.split(code)[1:])


@pytest.mark.parametrize('page', WRITTEN, ids=name_of)
def test_options_in_the_text_exist(page: Path) -> None:
    known = set()
    for action in arguments._parser()._subparsers._group_actions[0].choices.values():  # type: ignore[union-attr, attr-defined]
        known |= set(action._option_string_actions)
    for code in re.findall(r'`(--[a-z][a-z-]*)[^`\n]*`', prose(page)):
        assert code in known | {'--version', '--update', '--check', '--quiet'}, code


def test_the_commands_are_found() -> None:
    assert list(commands('$ calico-lint check a | jq .\nx; calico-lint rules\n')) == [
        ['check', 'a'],
        ['rules'],
    ]
    assert list(commands('calico-lint check \\\n  --x y > z')) == [['check', '--x', 'y']]


# --- YAML, workflows and settings ---


# What their examples show is that it is no YAML.
UNREADABLE = ('yaml-syntax.md', 'yaml-alias-bomb.md', 'unread-text.md', 'invalid-key.md')


def test_yaml_parses() -> None:
    for page in PAGES:
        for language, _, text in FENCE.findall(page.read_text(encoding='utf-8')):
            if language == 'yaml' and page.name not in UNREADABLE:
                assert list(yaml.compose_all(text)) != [] or 'yaml-language-server' in text, page


@pytest.mark.parametrize('fence', fences('yaml'))
def test_what_is_marked_good_is_clean(fence: Fence) -> None:
    if fence.words not in ('good', 'bad'):
        assert 'projectcalico.org/v3\nkind' not in fence.text, 'mark it good or bad'
        return
    found = check.check('policy.yaml', fence.text.encode(), Target())
    assert bool(found.diagnostics) == (fence.words == 'bad')
    assert found.checked


def parsed(fence: Fence) -> dict[str, Any]:
    value = yaml.load(fence.text, yaml.BaseLoader)
    return value if isinstance(value, dict) else {}


@pytest.mark.parametrize('fence', fences('yaml'))
def test_hooks_exist(fence: Fence) -> None:
    for repository in parsed(fence).get('repos', []):
        assert repository['repo'] == HOME.rstrip('/')
        # A tag, once there is one.
        assert repository['rev'] == 'main'
        for hook in repository['hooks']:
            (entry,) = (one['entry'] for one in HOOKS if one['id'] == hook['id'])
            tried([*shlex.split(entry)[1:], *hook.get('args', [])])


@pytest.mark.parametrize('fence', fences('yaml'))
def test_configurations_are_right(fence: Fence) -> None:
    if not {'calico-version', 'exclude', 'per-path', 'require-reason'} & parsed(fence).keys():
        return
    assert config.parse(Source('.calico-lint.yaml', fence.text)).diagnostics == []


def scripts(value: object) -> Iterator[str]:
    """What a workflow runs."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ('run', 'lint-command') and isinstance(inner, str):
                yield inner
            elif key == 'script' and isinstance(inner, list):
                yield from inner
            else:
                yield from scripts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scripts(inner)


WORKFLOWS = [
    one for one in fences('yaml') if 'jobs' in parsed(one.values[0])
    or 'script' in parsed(one.values[0]).get('calico-lint', {})
]  # fmt: skip


@pytest.mark.parametrize('fence', fences('yaml'))
def test_scripts_use_options_that_exist(fence: Fence) -> None:
    for script in scripts(parsed(fence)):
        for words in commands(script):
            tried(words)


@pytest.mark.parametrize('fence', WORKFLOWS)
def test_workflows_are_complete(fence: Fence) -> None:
    """Each installs the linter, runs it, and sends on only what the run has written."""
    workflow = parsed(fence)
    told = list(scripts(workflow))
    install = f'pip install git+{HOME.rstrip("/")}'
    assert any(install in script for script in told)
    runs = [words for script in told for words in commands(script) if words[0] == 'check']
    (run,) = runs
    written = [word.partition(':')[2] for word in run if ':' in word]
    for file in written:
        assert fence.text.count(file) == 2, f'{file} is written and not used'
    for job in workflow.get('jobs', {}).values():
        assert workflow['permissions'] == {}
        assert job['runs-on']
        for step in job['steps']:
            assert ('uses' in step) != ('run' in step)
            if 'uses' in step:
                assert re.fullmatch(r'[\w-]+/[\w/-]+@[0-9a-f]{40}', step['uses'])
            if 'checkout' in step.get('uses', ''):
                assert step['with'] == {'persist-credentials': 'false'}
        assert job['permissions']['contents'] == 'read'


def test_there_are_workflows() -> None:
    assert len(WORKFLOWS) == 3


@pytest.mark.parametrize('fence', fences('json'))
def test_json_parses(fence: Fence) -> None:
    json.loads(fence.text)


SHOWN = [
    "a.yaml:1:2: {}[invalid-port] '0' is not a port",
    'a b/c-1:2.yaml:10:20: {}[x] a [b] c: d:1:2: e',
    'C:/x y/a.yaml:1:2: {}[x] y',
    '日本/ä.yaml:1:2: {}[x] y',
]


@pytest.mark.parametrize('line', SHOWN)
@pytest.mark.parametrize('severity', ['error', 'warning', 'info'])
def test_the_task_reads_the_text_output(severity: str, line: str) -> None:
    (task,) = (
        json.loads(fence.values[0].text)['tasks'][0]
        for fence in fences('json')
        if '"tasks"' in fence.values[0].text
    )
    pattern = task['problemMatcher']['pattern']
    match = re.search(pattern['regexp'], line.format(severity), re.ASCII)
    assert match is not None
    found = [match[pattern[name]] for name in ('file', 'line', 'column', 'severity', 'code')]
    place, _, rest = line.partition(': {}[')
    assert found[0] + f':{found[1]}:{found[2]}' == place
    assert found[3:] == [severity, rest.partition(']')[0]]
    assert match[pattern['message']] == rest.partition('] ')[2]
    tried(task['args'])


def test_the_matcher_is_where_the_docs_look_for_it() -> None:
    from importlib.resources import files

    assert (files('linter.report') / 'problem-matcher.json').is_file()


def test_suppressed_examples_are_suppressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its comments and annotations each example of the page would be reported."""
    monkeypatch.chdir(tmp_path)
    for fence in (one.values[0] for one in fences('yaml', of=[DOCS / 'suppression.md'])):
        Path('a.yaml').write_text(fence.text)
        assert main(['check', 'a.yaml']) == 0
        assert main(['check', '--no-ignore', 'a.yaml']) == 1
    capsys.readouterr()
