"""Rules of a root: folders of ``fixtures/roots``, and beside each in ``.out`` what is printed.

``RULE/bad`` has findings of the rule, everything else but ``good`` may have infos and others.
"""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import everything as check
import pytest
import yaml
from conftest import FIXTURES, printed
from everything import Options
from test_fixtures import compare

from linter.catalogue.catalogue import standard
from linter.cli.main import main
from linter.engine import check as engine
from linter.policy.effort import Effort
from linter.policy.semantics import Semantics
from linter.policy.view import RootView
from linter.run import parallel, root
from linter.run import run as running
from linter.run.run import Outcome, run
from linter.workspace import discover
from linter.workspace.roots import are_wanted

ROOTS = sorted(path for path in (FIXTURES / 'roots').glob('*/*') if path.is_dir())
OF_ROOT = [rule for rule in standard().ids() if standard().is_of_root(rule)]


def name_of(path: Path) -> str:
    return str(path.relative_to(FIXTURES / 'roots'))


def shown(outcome: Outcome) -> str:
    assert outcome.errors == []
    text = printed(outcome.diagnostics).replace(os.sep, '/')
    places = [
        f'    {place.source.path}:{place.source.position(place.span.start)[0]}: {place.message}\n'
        for one in outcome.diagnostics
        for place in one.elsewhere
    ]
    return text + ''.join(places)


@pytest.mark.parametrize('folder', ROOTS, ids=name_of)
def test_root(folder: Path, update: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    outcome = run(Options())
    compare(folder.with_suffix('.out'), shown(outcome), update)
    rules = [one.rule for one in outcome.diagnostics if one.severity != 'info']
    if folder.name == 'bad':
        assert folder.parent.name in {one.rule for one in outcome.diagnostics}
    elif folder.name == 'good':
        assert not set(rules) & set(OF_ROOT)
    elif folder.parent.name == 'quiet':
        assert not rules


@pytest.mark.parametrize('folder', ROOTS, ids=name_of)
def test_a_root_that_is_read_quickly_has_the_same_findings(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    quickly = shown(run(Options()))
    monkeypatch.setattr('linter.quick.read.reader', lambda *_: None)
    assert shown(run(Options())) == quickly


def test_a_clean_document_of_a_root_is_parsed_where_something_is_said_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / '.calico-lint.yaml').touch()
    text = (
        'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
        'metadata: {name: NAME, namespace: shop}\n'
        "spec: {selector: app == 'a', types: [Ingress], ingress: [{action: Allow}]}\n"
    )
    for name in ('one', 'two', 'three'):
        (tmp_path / f'{name}.yaml').write_text(text.replace('NAME', name))
    parsed = []
    real = check.check_parts

    def noted(path: str, *others: Any) -> Outcome:
        parsed.append(path)
        return real(path, *others)

    monkeypatch.setattr(engine, 'check_parts', noted)
    assert run(Options()).diagnostics == []
    assert parsed == []
    (tmp_path / 'three.yaml').write_text(text.replace('NAME', 'one'))
    (found,) = run(Options()).diagnostics
    assert found.rule == 'duplicate-resource'
    assert found.source.position(found.span.start) == (3, 18)
    assert sorted(parsed) == ['one.yaml', 'three.yaml']


def test_every_rule_of_a_root_has_one() -> None:
    assert {folder.parent.name for folder in ROOTS} - {'quiet'} == set(OF_ROOT)
    for rule in OF_ROOT:
        assert {'bad', 'good'} <= {folder.name for folder in ROOTS if folder.parent.name == rule}


@pytest.fixture
def dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(FIXTURES / 'roots' / 'dead-rule' / 'bad', tmp_path / 'work')
    monkeypatch.chdir(tmp_path / 'work')
    return tmp_path / 'work'


def rules(outcome: Outcome) -> list[str]:
    return [one.rule for one in outcome.diagnostics if one.rule in OF_ROOT]


def test_processes_that_share_a_run_find_the_same(
    dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = run(Options())
    monkeypatch.setattr(running, 'WORTH_SHARING', 1)
    monkeypatch.setattr(parallel, 'BATCH', 1)
    shared = run(Options(jobs=3))
    assert shown(shared) == shown(alone)
    assert rules(alone)


def test_a_folder_that_is_no_root_is_not_reasoned_about(dead: Path) -> None:
    (dead / '.calico-lint.yaml').unlink()
    assert rules(run(Options())) == []
    (dead / '.git').mkdir()
    found = rules(run(Options()))
    assert found
    assert found == ['dead-rule'] * len(found)


@pytest.mark.parametrize('roots', ['{}', 'roots: [{path: .}]'])
def test_a_link_to_a_file_defines_nothing_again(roots: str, dead: Path) -> None:
    (dead / '.calico-lint.yaml').write_text(f'{roots}\n')
    (dead / 'beside').mkdir()
    before = {(one.rule, one.source.path) for one in run(Options()).diagnostics}
    assert ('dead-rule', 'lab.yaml') in before
    (dead / 'a-link.yaml').symlink_to('lab.yaml')
    (dead / 'z-link.yaml').symlink_to('lab.yaml')
    assert {(one.rule, one.source.path) for one in run(Options()).diagnostics} == before
    (dead / 'beside/link.yaml').symlink_to('../lab.yaml')
    assert {(one.rule, one.source.path) for one in run(Options()).diagnostics} >= before
    shutil.copy(dead / 'lab.yaml', dead / 'copy.yaml')
    assert 'duplicate-resource' in rules(run(Options()))


@pytest.mark.parametrize('kind', ['folder', 'file'])
def test_a_repository_inside_is_a_root_of_its_own(kind: str, dead: Path) -> None:
    assert 'lab.yaml' in {one.source.path for one in run(Options()).diagnostics}
    (dead / 'module').mkdir()
    (dead / 'lab.yaml').rename(dead / 'module/lab.yaml')
    (dead / '.calico-lint.yaml').write_text('{}\n')
    found = run(Options()).diagnostics
    assert 'module/lab.yaml' in {one.source.path for one in found}
    if kind == 'file':
        (dead / 'module/.git').write_text('gitdir: ../.git/modules/module\n')
    else:
        (dead / 'module/.git').mkdir()
    found = run(Options()).diagnostics
    assert 'module/lab.yaml' not in {one.source.path for one in found}
    (dead / 'module/more').mkdir()
    shutil.copy(dead / 'office.yaml', dead / 'module/more/office.yaml')
    found = run(Options()).diagnostics
    assert 'module/lab.yaml' in {one.source.path for one in found}
    assert 'duplicate-resource' not in rules(run(Options()))
    assert 'dead-rule' in rules(run(Options(('module',))))


def test_named_files_are_not_reasoned_about(dead: Path) -> None:
    assert rules(run(Options(('office.yaml', 'lab.yaml')))) == []


def test_what_rests_on_another_tier_is_said_of_closed_roots_alone(dead: Path) -> None:
    closed = {one.source.path for one in run(Options()).diagnostics}
    (dead / '.calico-lint.yaml').write_text('roots: [{path: .}]\n')
    assert closed - {one.source.path for one in run(Options()).diagnostics} == {'ui.yaml'}


def test_a_suppression_holds_and_is_used(dead: Path) -> None:
    before = rules(run(Options()))
    path = dead / 'lab.yaml'
    text = path.read_text().replace(
        '  - {action: Deny', '  # calico-lint: ignore[dead-rule] known\n  - {action: Deny'
    )
    path.write_text(text)
    outcome = run(Options())
    assert len(rules(outcome)) == len(before) - 1
    assert [one.rule for one, _ in outcome.suppressed] == ['dead-rule']
    assert 'unused-suppression' not in {one.rule for one in outcome.diagnostics}
    # Where no root is looked at, nobody can know whether it is used.
    outcome = run(Options(('lab.yaml',)))
    assert outcome.diagnostics == []


def test_settings_of_a_path_hold(dead: Path) -> None:
    config = dead / '.calico-lint.yaml'
    config.write_text(
        config.read_text() + 'per-path:\n- {paths: [lab.yaml], ignore: [dead-rule]}\n'
        '- {paths: [cache.yaml], severity: {dead-rule: error}}\n'
    )
    found = {one.source.path: one.severity for one in run(Options()).diagnostics}
    assert 'lab.yaml' not in found
    assert found['cache.yaml'] == 'error'


def test_the_command_line_selects(dead: Path) -> None:
    assert rules(run(Options(ignore=frozenset(['dead-rule'])))) == []
    assert rules(run(Options(select=frozenset(['dead-rule']))))
    assert not are_wanted(Options(select=frozenset(['invalid-port'])))
    assert not are_wanted(Options(ignore=frozenset(OF_ROOT)))
    assert are_wanted(Options(select=frozenset(['covered-rule'])))


def test_findings_have_an_identity_and_an_object(dead: Path) -> None:
    outcome = run(Options(baseline='known.json'))
    for one in outcome.diagnostics:
        assert one.identity is not None
        assert one.identity.is_anchored
        assert one.object is not None
        assert one.confidence == 'proved'


def test_a_large_file_that_is_read_in_parts(dead: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from linter.workspace import discover

    text = '---\n'.join(path.read_text() for path in sorted(dead.glob('*.yaml')))
    for path in dead.glob('*.yaml'):
        path.unlink()
    (dead / '.calico-lint.yaml').write_text('roots: [{path: ., closed: true}]\n')
    (dead / 'all.yaml').write_text(text)
    whole = printed(run(Options()).diagnostics)
    assert 'dead-rule' in whole
    monkeypatch.setattr(discover, '_SMALL', 50)
    monkeypatch.setattr(discover, 'PART', 300)
    monkeypatch.setattr(discover.parts, '__defaults__', (300, b''))
    assert printed(run(Options()).diagnostics) == whole


def test_the_context_is_looked_at_for_what_is_named(dead: Path) -> None:
    outcome = run(Options(('lab.yaml',), context='.'))
    assert [(one.source.path, one.rule) for one in outcome.diagnostics] == [
        ('lab.yaml', 'dead-rule')
    ]
    assert outcome.files == 1


@pytest.mark.parametrize(
    ('named', 'context'),
    [
        ('lab.yaml', '..'),
        ('../deep/lab.yaml', '..'),
        ('../link/lab.yaml', '..'),
        ('link.yaml', '..'),
        ('{}/deep/lab.yaml', '..'),
        ('lab.yaml', '{}'),
        ('{}/deep/lab.yaml', '{}'),
    ],
)
def test_the_context_knows_a_named_file_by_its_other_names(
    named: str, context: str, dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dead / 'deep').mkdir()
    (dead / 'lab.yaml').rename(dead / 'deep/lab.yaml')
    (dead / 'link').symlink_to('deep')
    if named == 'link.yaml':
        (dead / 'deep/link.yaml').symlink_to('lab.yaml')
    monkeypatch.chdir(dead / 'deep')
    paths = (named.format(dead),)
    assert rules(run(Options(paths, context=context.format(dead)))) == ['dead-rule']


def test_a_buffer_has_its_findings_where_they_are_in_it(
    dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor hands over a text that the disk does not have yet."""
    text = '# one\n# two\n' + (dead / 'lab.yaml').read_text()
    options = Options(('-',), context='.', stdin_filename='lab.yaml')
    for size in (10_000, 300):
        monkeypatch.setattr(discover.parts, '__defaults__', (size, b''))
        monkeypatch.setattr('sys.stdin', io.TextIOWrapper(io.BytesIO(text.encode())))
        (found,) = run(options).diagnostics
        assert found.rule == 'dead-rule'
        assert found.source.position(found.span.start) == (13, 6)
    monkeypatch.setattr('sys.stdin', io.TextIOWrapper(io.BytesIO(b'a: 1\n')))
    assert run(options).diagnostics == []


def test_what_a_named_file_does_to_others_is_said_there(dead: Path) -> None:
    (found,) = run(Options(('office.yaml',), context='.')).diagnostics
    assert found.source.path == 'office.yaml'
    assert found.source.position(found.span.start)[0] == 11
    assert found.message.startswith('this concerns lab.yaml:11, too: no packet reaches this Deny')
    assert [place.source.path for place in found.elsewhere] == ['lab.yaml']
    path = dead / 'lab.yaml'
    path.write_text('# calico-lint: ignore-file[dead-rule] known\n' + path.read_text())
    assert run(Options(('office.yaml',), context='.')).diagnostics == []


@pytest.mark.parametrize(
    ('setting', 'severities'),
    [
        ('  severity: {dead-rule: info}', ['info']),
        ('  severity: {dead-rule: error}', ['error']),
        ('  ignore: [dead-rule]', []),
    ],
)
def test_the_settings_of_the_file_that_suffers_hold_where_it_is_said(
    dead: Path, setting: str, severities: list[str]
) -> None:
    config = dead / '.calico-lint.yaml'
    config.write_text(f'{config.read_text()}per-path:\n- paths: [lab.yaml]\n{setting}\n')
    found = run(Options(('office.yaml',), context='.')).diagnostics
    assert [one.severity for one in found] == severities
    there = [one for one in run(Options()).diagnostics if one.source.path == 'lab.yaml']
    assert [one.severity for one in there if one.rule == 'dead-rule'] == severities


def test_the_baseline_of_the_file_that_suffers_holds_where_it_is_said(
    dead: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['check', '.', '--write-baseline', 'known.json']) == 0
    words = ['check', '--context', '.', '--baseline', 'known.json', '--', 'office.yaml']
    assert main(words) == 0
    assert '1 in the baseline' in capsys.readouterr().err


def test_what_others_do_to_each_other_is_left_alone(dead: Path) -> None:
    assert run(Options(('tiers.yaml',), context='.')).diagnostics == []


LOG = """\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: log}
spec:
  order: 1000
  selector: has(app)
  types: [Ingress, Egress]
  ingress:
  - action: Log
  egress:
  - action: Log
"""
REST = """\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: rest}
spec:
  order: 2000
  selector: all()
  types: [Ingress]
  ingress:
  - action: ACTION
"""


@pytest.mark.parametrize('action', ['Allow', 'Pass', 'Deny'])
def test_what_decides_behind_a_log_is_looked_for_in_the_tier(here: Path, action: str) -> None:
    options = Options(profile='strict', select=frozenset(['log-without-verdict']))
    (here / '.calico-lint.yaml').touch()
    (here / 'log.yaml').write_text(LOG)
    lines = [one.source.position(one.span.start)[0] for one in run(options).diagnostics]
    assert lines == [8, 10]
    (here / 'rest.yaml').write_text(REST.replace('ACTION', action))
    lines = [one.source.position(one.span.start)[0] for one in run(options).diagnostics]
    assert lines == [10]
    # It has to be asked for all that the other is asked for, and about everything.
    (here / 'rest.yaml').write_text(REST.replace('ACTION', action).replace('all()', 'has(web)'))
    assert len(run(options).diagnostics) == 2
    (here / 'rest.yaml').write_text(REST.replace('ACTION', f'{action}\n    protocol: TCP'))
    assert len(run(options).diagnostics) == 2


def test_a_context_is_a_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / 'a.yaml').write_text('a: 1\n')
    for words in (['--context', 'a.yaml', 'a.yaml'], ['--context=a.yaml', 'a.yaml']):
        assert main(['check', *words]) == 2
        assert '--context names a folder' in capsys.readouterr().err


def test_the_hook_looks_at_the_whole_repository(
    dead: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['check', '--context', '.', '--force-exclude', '--', 'lab.yaml']) == 1
    assert 'lab.yaml:11:6: warning[dead-rule]' in capsys.readouterr().out


PEERS = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector: {}
    - podSelector: {matchLabels: {app: web}}
"""
TIER = """\
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100}
"""


@pytest.fixture
def peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / '.git').mkdir()
    (tmp_path / 'web.yaml').write_text(PEERS)
    (tmp_path / 'tier.yaml').write_text(TIER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_kubernetes_policies_are_looked_at_beside_calico(peers: Path) -> None:
    (found,) = run(Options()).diagnostics
    assert (found.rule, found.severity) == ('knp-peer-dash', 'warning')
    assert found.source.position(found.span.start) == (10, 7)
    assert found.object is not None
    assert (found.object.kind, found.object.name) == ('NetworkPolicy', 'web')
    (peers / 'tier.yaml').unlink()
    assert run(Options()).diagnostics == []
    (peers / '.calico-lint.yaml').write_text('kubernetes: true\n')
    assert rules(run(Options())) == ['knp-peer-dash']


def test_a_staged_kubernetes_policy_has_calico_around_it(peers: Path) -> None:
    assert rules(run(Options(('web.yaml',), context='.'))) == ['knp-peer-dash']
    assert rules(run(Options(('tier.yaml',), context='.'))) == []


@pytest.mark.parametrize(
    'comment',
    [
        '  # calico-lint: ignore[knp-peer-dash] meant',
        '\n# calico-lint: ignore-file[knp-peer-dash] x',
    ],
)
def test_suppressions_hold_in_kubernetes_policies(peers: Path, comment: str) -> None:
    (peers / 'web.yaml').write_text(PEERS.rstrip('\n') + comment + '\n')
    outcome = run(Options())
    assert outcome.diagnostics == []
    assert [one.rule for one, _ in outcome.suppressed] == ['knp-peer-dash']
    # In a file that has something of Calico's, too.
    (peers / 'web.yaml').write_text(f'{TIER}---\n{PEERS.rstrip()}{comment}\n')
    (peers / 'tier.yaml').unlink()
    outcome = run(Options())
    assert outcome.diagnostics == []
    assert [one.rule for one, _ in outcome.suppressed] == ['knp-peer-dash']


def test_settings_and_the_baseline_hold_for_kubernetes_policies(
    peers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = peers / '.calico-lint.yaml'
    config.write_text('per-path: [{paths: [web.yaml], severity: {knp-peer-dash: error}}]\n')
    assert [one.severity for one in run(Options()).diagnostics] == ['error']
    config.write_text('per-path: [{paths: [web.yaml], ignore: [knp-peer-dash]}]\n')
    assert run(Options()).diagnostics == []
    config.unlink()
    assert main(['check', '.', '--write-baseline', 'known.json']) == 0
    capsys.readouterr()
    (peers / 'web.yaml').write_text(f'# moved\n{PEERS}')
    assert main(['check', '.', '--baseline', 'known.json']) == 0
    (peers / 'more.yaml').write_text(PEERS.replace('name: web', 'name: more'))
    assert main(['check', '.', '--baseline', 'known.json']) == 1
    out = capsys.readouterr().out
    assert 'more.yaml' in out
    assert 'web.yaml' not in out


@pytest.mark.parametrize(
    'text',
    [
        PEERS.replace('app: web', 'app: ${APP}'),
        PEERS.replace('app: web', "app: '{{ .Values.app }}'"),
        PEERS.replace('namespaceSelector: {}', 'namespaceSelector: []'),
    ],
)
def test_nothing_is_said_of_kubernetes_policies_that_are_not_complete(
    peers: Path, text: str
) -> None:
    (peers / 'web.yaml').write_text(text)
    assert run(Options()).diagnostics == []


def test_a_kubernetes_patch_is_no_policy(peers: Path) -> None:
    (peers / 'kustomization.yaml').write_text(
        'patches: [{path: web.yaml}]\nresources: [tier.yaml]\n'
    )
    assert run(Options()).diagnostics == []


def test_processes_find_the_same_in_kubernetes_policies(
    peers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ('nodeport-or-service-port', 'trailing-allow-defeats-knp', 'knp-peer-dash'):
        shutil.copytree(FIXTURES / 'roots' / folder / 'bad', peers / folder)
        (peers / folder / '.calico-lint.yaml').unlink()
    alone = run(Options())
    monkeypatch.setattr(running, 'WORTH_SHARING', 1)
    monkeypatch.setattr(parallel, 'BATCH', 1)
    assert shown(run(Options(jobs=3))) == shown(alone)
    assert len(set(rules(alone))) > 3


def test_a_policy_that_only_logs_is_one_mistake(tmp_path: Path) -> None:
    top = tmp_path / 'root'
    shutil.copytree(FIXTURES / 'roots' / 'deny-only-policy' / 'several', top)

    def at_log(profile: str) -> list[str]:
        found = run(Options(paths=(str(top),), profile=profile)).diagnostics
        return [one.rule for one in found if one.source.position(one.span.start)[0] == 34]

    assert at_log('strict') == at_log('default') == ['deny-only-policy']
    # There are others, perhaps.
    (top / '.calico-lint.yaml').write_text('roots: [{path: .}]\n')
    assert at_log('strict') == ['log-without-verdict']


def test_what_a_rule_needs_is_a_part_of_a_view_and_nothing_has_it_by_itself() -> None:
    nothing = RootView([], Semantics())
    needs = {name for rule in standard().rules().values() for name in rule.needs}
    assert len(needs) > 8
    for name in needs:
        assert not getattr(nothing, name), name


def test_services_are_read_only_where_a_rule_asks_for_them(
    peers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FIXTURES / 'roots' / 'nodeport-or-service-port' / 'bad', peers / 'ports')
    (peers / 'ports' / '.calico-lint.yaml').unlink()
    assert 'nodeport-or-service-port' in rules(run(Options()))
    only = frozenset(['knp-peer-dash', 'nodeport-or-service-port'])
    assert Options(select=only).lookup().reads('x.yaml') == {'NetworkPolicy', 'Service'}
    asking = ['nodeport-or-service-port', 'service-cidr-in-nets', 'services-of-sctp']
    off = Options(ignore=frozenset(asking)).lookup()
    assert 'Service' not in off.reads('x.yaml')


def test_a_root_that_takes_too_long_says_so_once(
    dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rules(run(Options()))
    assert run(Options()).notes == []
    monkeypatch.setattr(root, '_effort', lambda _: Effort(50))
    (dead / 'other').mkdir()
    shutil.copytree(FIXTURES / 'roots' / 'order-tie-conflict' / 'bad', dead / 'another')
    (note,) = run(Options()).notes
    assert 'not looked at to the end' in note
    # What would be found is not known, and so not what suppressions are for.
    text = (dead / 'office.yaml').read_text()
    (dead / 'office.yaml').write_text(f'# calico-lint: ignore-file[dead-rule] x\n{text}')
    unused = [one for one in run(Options()).diagnostics if one.rule == 'unused-suppression']
    assert not unused
    monkeypatch.undo()
    monkeypatch.chdir(dead)
    assert 'unused-suppression' in [one.rule for one in run(Options()).diagnostics]
    monkeypatch.setattr(root, 'MOST_POLICIES', 1)
    assert 'unused-suppression' not in [one.rule for one in run(Options()).diagnostics]


def test_the_items_of_a_list_are_policies_of_kubernetes_too(peers: Path) -> None:
    (found,) = run(Options()).diagnostics
    line = found.source.position(found.span.start)[0]
    items = ''.join(f'  {text}' for text in PEERS.splitlines(keepends=True))
    listed = f'apiVersion: v1\nkind: List\nitems:\n- {items[2:]}'
    (peers / 'web.yaml').write_text(listed)
    (inner,) = run(Options()).diagnostics
    assert inner.rule == found.rule
    assert inner.source.position(inner.span.start)[0] == line + 3


def test_a_root_of_kubernetes_policies_has_something_to_check(
    peers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (peers / 'tier.yaml').unlink()
    assert main(['check', '.']) == 0
    assert 'nothing to check' in capsys.readouterr().err
    (peers / '.calico-lint.yaml').write_text('kubernetes: true\n')
    assert main(['check', '.']) == 1
    error = capsys.readouterr().err
    assert 'nothing to check' not in error
    assert '1 checked' in error


MISSED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: other}
spec: {template: {metadata: {labels: {app: fronted}}, spec: {containers: [{image: web}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: another, labels: {app: gatewya}}
"""


@pytest.mark.parametrize(
    'text',
    [
        MISSED,
        MISSED.replace('\n', '\r\n'),
        MISSED.replace('kind: Deployment', 'kind:  "Deployment"').replace('Pod', "'Pod'"),
        MISSED.replace('Deployment\n', 'Deployment  # so\n').replace('Pod\n', 'Pod \n'),
        MISSED.replace('Deployment', '\n  Deployment'),
        '---\n'.join(json.dumps(one) + '\n' for one in yaml.safe_load_all(MISSED)),
        json.dumps({
            'kind': 'List', 'apiVersion': 'v1', 'items': list(yaml.safe_load_all(MISSED)),
        }, separators=(',', ':')),
        MISSED.replace('image: web', 'image: "${REGISTRY}/web"'),
        MISSED.replace('app: fronted', 'app: "${NAME}"'),
        MISSED.replace('app: gatewya', 'app: "{{ name }}"'),
        MISSED.replace('{app: fronted}', '{{ .Values.labels }}'),
        MISSED.replace('{app: gatewya}', '{'),
    ],
    ids=['plain', 'crlf', 'quoted', 'comment', 'below', 'json', 'list', 'image', 'label', 'pod',
         'template', 'broken'],
)  # fmt: skip
def test_no_workload_is_overlooked_in_whatever_way_it_is_written(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FIXTURES / 'roots' / 'dangling-selector' / 'bad', tmp_path / 'work')
    monkeypatch.chdir(tmp_path / 'work')
    assert 'dangling-selector' in rules(run(Options()))
    Path('more.yaml').write_bytes(text.encode())
    assert 'dangling-selector' not in rules(run(Options()))


OF_CALICO = 'apiVersion: projectcalico.org/v3\nkind: KIND\nmetadata: {name: x}\n'
OF_OTHERS = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x}\n'
BEHIND = {
    'broken': 'spec: {\n',
    'template': 'spec:\n{{- if .Values.a }}\n  order: 1\n{{- end }}\n',
    'part': 'spec: ${SPEC}\n',
}


@pytest.mark.parametrize('behind', BEHIND)
@pytest.mark.parametrize(
    ('rule', 'kind'),
    [
        ('deny-only-policy', 'GlobalNetworkPolicy'),
        ('deny-only-policy', 'Kubernetes'),
        ('deny-only-policy', 'Helm'),
        ('egress-no-dns', 'NetworkPolicy'),
        ('egress-no-dns', 'Kubernetes'),
        ('hep-default-deny', 'GlobalNetworkPolicy'),
        ('networkset-unusable', 'NetworkPolicy'),
        ('tier-undefined', 'Tier'),
        ('profile-undefined', 'Profile'),
        ('dangling-selector', 'NetworkSet'),
        ('dangling-selector', 'HostEndpoint'),
        ('host-policy-without-hep', 'HostEndpoint'),
    ],
)
def test_nothing_rests_on_the_absence_of_what_cannot_be_read(
    rule: str, kind: str, behind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FIXTURES / 'roots' / rule / 'bad', tmp_path / 'work')
    monkeypatch.chdir(tmp_path / 'work')

    def said() -> list[str]:
        found = [one for one in run(Options(profile='strict')).diagnostics if one.rule == rule]
        return [one.message for one in found if 'has no labels' not in one.message]

    assert said()
    head = OF_OTHERS if kind in ('Kubernetes', 'Helm') else OF_CALICO.replace('KIND', kind)
    if kind == 'Helm':
        version = '{{ include "api" . }}'
        head = head.replace('networking.k8s.io/v1', version) + f'# {version}\n'
    Path('zz.yaml').write_text(head.replace('name: x', 'name: "${X}"') + BEHIND[behind])
    assert said() == []
    # What is of a kind that has no part in it is no obstacle.
    Path('zz.yaml').write_text(OF_CALICO.replace('KIND', 'IPPool') + BEHIND[behind])
    assert said() or rule == 'host-policy-without-hep'


@pytest.mark.parametrize('kind', ['{{ .Values.kind }}', '', '"{{ $kind }}"'])
def test_a_template_may_be_of_any_kind(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FIXTURES / 'roots' / 'tier-undefined' / 'bad', tmp_path / 'work')
    monkeypatch.chdir(tmp_path / 'work')
    text = OF_CALICO.replace('KIND', kind) + BEHIND['template']
    Path('zz.yaml').write_text(f'{text}---\n{OF_CALICO.replace("KIND", "Profile")}spec: {{\n')
    assert 'tier-undefined' not in rules(run(Options()))


@pytest.mark.parametrize('rule', OF_ROOT)
def test_suppressions_of_findings_of_a_root_are_written(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(FIXTURES / 'roots' / rule / 'bad', tmp_path / 'work')
    monkeypatch.chdir(tmp_path / 'work')
    words = ['check', '.', '--profile', 'strict', '--output-format', 'concise']
    main([*words, '--select', rule])
    assert f'[{rule}]' in capsys.readouterr().out
    main([*words, '--select', rule, '--add-ignore=known'])
    assert f'[{rule}]' not in capsys.readouterr().out
    main(words)
    out = capsys.readouterr().out
    assert f'[{rule}]' not in out
    assert 'suppression]' not in out


def test_suppressions_in_a_large_file_stand_where_the_findings_are(
    dead: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '---\n'.join(path.read_text() for path in sorted(dead.glob('*.yaml')))
    for path in dead.glob('*.yaml'):
        path.unlink()
    (dead / '.calico-lint.yaml').write_text('roots: [{path: ., closed: true}]\n')
    (dead / 'all.yaml').write_text(text)
    monkeypatch.setattr(discover, '_SMALL', 50)
    monkeypatch.setattr(discover, 'PART', 300)
    monkeypatch.setattr(discover.parts, '__defaults__', (300, b''))
    assert main(['check', '.', '--select', 'dead-rule']) == 1
    assert main(['check', '.', '--select', 'dead-rule', '--add-ignore=known']) == 0
    lines = (dead / 'all.yaml').read_text().splitlines()
    changed = [new for new, old in zip(lines, text.splitlines(), strict=True) if new != old]
    assert len(changed) == 3
    assert all('action:' in line and 'ignore[dead-rule] known' in line for line in changed)


def test_what_is_said_of_another_file_is_suppressed_there(
    dead: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (dead / 'office.yaml').read_text()
    words = ['check', '--context', '.', '--add-ignore', '--', 'office.yaml']
    assert main(words) == 1
    assert 'no suppression of dead-rule: it is one of lab.yaml' in capsys.readouterr().err
    assert (dead / 'office.yaml').read_text() == text


FIXABLE = """\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pool}
spec: {cidr: 172.30.0.0/16, ipipMode: always}
---
"""


@pytest.mark.parametrize('form', ['ignore', 'ignore-file'])
def test_a_suppression_may_be_of_what_only_the_whole_root_tells(
    form: str, dead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dead / 'deep').mkdir()
    text = (dead / 'lab.yaml').read_text().rstrip()
    (dead / 'lab.yaml').unlink()
    (dead / 'deep/lab.yaml').write_text(f'{text}  # calico-lint: {form}[dead-rule] x\n')
    assert 'dead-rule' in [one.rule for one, _ in run(Options()).suppressed]
    for options in (
        Options(('deep',)),
        Options(exclude=('office.yaml',)),
        Options(('deep/lab.yaml',), context='deep'),
    ):
        outcome = run(options)
        assert 'deep/lab.yaml' in outcome.paths
        assert 'unused-suppression' not in [one.rule for one in outcome.diagnostics]
    (dead / 'office.yaml').unlink()
    assert 'unused-suppression' in [one.rule for one in run(Options()).diagnostics]


@pytest.mark.parametrize('form', ['ignore', 'ignore-file'])
def test_a_suppression_holds_for_the_file_that_suffers_alone(form: str, dead: Path) -> None:
    text = (dead / 'office.yaml').read_text().rstrip()
    (dead / 'office.yaml').write_text(f'{text}  # calico-lint: {form}[dead-rule] x\n')
    for paths, context in ((('office.yaml',), '.'), (('.',), None)):
        found = run(Options(paths, context=context)).diagnostics
        # It hides nothing, and is said to.
        assert ('dead-rule', bool(context)) in {(one.rule, bool(one.suffers)) for one in found}
        assert 'unused-suppression' in {one.rule for one in found} or form == 'ignore-file'


@pytest.mark.parametrize('words', [['--fix'], ['--diff']])
def test_a_fix_in_a_file_hides_nothing_of_its_root(
    words: list[str], dead: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (dead / 'lab.yaml').write_text(FIXABLE + (dead / 'lab.yaml').read_text())
    before = rules(run(Options()))
    assert main(['check', '.', *words, '--output-format', 'json:found.json']) == 1
    found = json.loads((dead / 'found.json').read_text())['diagnostics']
    assert [one['rule'] for one in found if one['rule'] == 'dead-rule'] == before
    assert ('Always' in (dead / 'lab.yaml').read_text()) is (words == ['--fix'])


def test_a_fix_may_make_a_rule_of_another_file_dead(
    dead: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (dead / 'office.yaml').read_text()
    (dead / 'office.yaml').write_text(text.replace("app == 'web'", "app = 'web'"))
    assert 'lab.yaml' not in {one.source.path for one in run(Options()).diagnostics}
    assert main(['check', '.', '--fix']) == 1
    assert 'lab.yaml:11:6: warning[dead-rule]' in capsys.readouterr().out


@pytest.mark.parametrize('words', [['--fix'], ['--add-ignore']])
def test_what_the_root_withdraws_is_not_said_again(
    words: list[str], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / '.calico-lint.yaml').write_text('profile: strict\n')
    (here / 'log.yaml').write_text(FIXABLE + LOG)
    (here / 'rest.yaml').write_text(REST.replace('ACTION', 'Allow'))
    text = REST.replace('ACTION', 'Allow').replace('rest', 'out')
    (here / 'out.yaml').write_text(text.replace('Ingress', 'Egress').replace('ingress', 'egress'))
    assert 'log-without-verdict' not in {one.rule for one in run(Options()).diagnostics}
    main(['check', '.', *words])
    assert 'log-without-verdict' not in capsys.readouterr().out
    assert 'log-without-verdict' not in (here / 'log.yaml').read_text()


def test_what_is_inside_other_objects_may_be_applied_by_somebody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FIXTURES / 'roots' / 'deny-only-policy' / 'bad', tmp_path / 'work')
    monkeypatch.chdir(tmp_path / 'work')
    text = ''.join(f'    {line}' for line in REST.replace('ACTION', 'Allow').splitlines(True))
    Path('zz.yaml').write_text(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a.yaml: |\n' + text
    )
    assert 'deny-only-policy' in rules(run(Options()))
    assert 'deny-only-policy' not in rules(run(Options(embedded=True)))


@pytest.mark.parametrize('rule', ['deny-only-policy', 'tier-undefined', 'profile-undefined'])
def test_what_is_judged_by_another_version_may_be_what_is_missing(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FIXTURES / 'roots' / rule / 'bad', tmp_path / 'work')
    monkeypatch.chdir(tmp_path / 'work')
    Path('.calico-lint.yaml').write_text(
        'roots: [{path: ., closed: true}]\n'
        'per-path: [{paths: [old.yaml], calico-version: "3.29"}]\n'
    )
    Path('old.yaml').write_text(TIER.replace('security', 'other'))
    closed = [one.message for one in run(Options()).diagnostics if one.rule == rule]
    Path('.calico-lint.yaml').write_text('roots: [{path: ., closed: true}]\n')
    whole = [one.message for one in run(Options()).diagnostics if one.rule == rule]
    Path('.calico-lint.yaml').write_text('roots: [{path: .}]\n')
    Path('old.yaml').unlink()
    assert closed == [one.message for one in run(Options()).diagnostics if one.rule == rule]
    assert len(closed) < len(whole) or rule == 'tier-undefined'


CHANGE = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: lab, namespace: shop}
spec: {order: 5}
"""
IN_KUSTOMIZATION = {
    'a file': 'patches: [{path: patch.yaml}]\n',
    'a file of old': 'patchesStrategicMerge: [patch.yaml]\n',
    'inline': 'patches:\n- patch: |\n' + ''.join(f'    {one}' for one in CHANGE.splitlines(True)),
    'operations': 'patches:\n- target: {group: projectcalico.org, kind: NetworkPolicy, name: lab}\n'
    '  patch: |\n    - {op: replace, path: /spec/order, value: 5}\n',
    'operations without a group': 'patchesJson6902:\n- target: {kind: NetworkPolicy, name: lab}\n'
    '  patch: |\n    - {op: replace, path: /spec/order, value: 5}\n',
    'operations for many': 'patches:\n- target: {kind: NetworkPolicy, name: "la.*"}\n'
    '  path: operations.yaml\n',
}


@pytest.mark.parametrize('roots', ['{}', 'roots: [{path: .}]'])
@pytest.mark.parametrize('patch', IN_KUSTOMIZATION)
def test_what_a_patch_changes_is_not_reasoned_from(patch: str, roots: str, dead: Path) -> None:
    (dead / '.calico-lint.yaml').write_text(f'{roots}\n')
    (dead / 'base').mkdir()
    for path in ('lab.yaml', 'office.yaml'):
        (dead / path).rename(dead / 'base' / path)
    (dead / 'base/kustomization.yaml').write_text('resources: [lab.yaml, office.yaml]\n')

    def said() -> list[str]:
        return [
            one.rule
            for one in run(Options()).diagnostics
            if one.source.path == 'base/lab.yaml' or one.rule == 'duplicate-resource'
        ]

    assert said() == ['dead-rule']
    (dead / 'overlay').mkdir()
    (dead / 'overlay/operations.yaml').write_text('- {op: replace, path: /spec/order, value: 5}\n')
    if 'file' in patch:
        (dead / 'overlay/patch.yaml').write_text(CHANGE)
    text = f'resources: [../base]\n{IN_KUSTOMIZATION[patch]}'
    (dead / 'overlay/kustomization.yaml').write_text(text)
    assert said() == []
    if 'path' not in text and 'file' not in patch:
        # Another one is changed.
        (dead / 'overlay/kustomization.yaml').write_text(text.replace('name: lab', 'name: other'))
        assert said() == ['dead-rule']


def test_what_a_patch_changes_of_kubernetes_is_not_reasoned_from(peers: Path) -> None:
    assert rules(run(Options())) == ['knp-peer-dash']
    (peers / 'overlay').mkdir()
    (peers / 'overlay/patch.yaml').write_text(
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\n'
        'spec: {ingress: []}\n'
    )
    (peers / 'overlay/kustomization.yaml').write_text('patches: [{path: patch.yaml}]\n')
    assert rules(run(Options())) == []


def test_a_root_of_which_a_part_is_checked_is_not_closed(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / '.calico-lint.yaml').write_text('roots: [{path: ., closed: true}]\n')
    shutil.copytree(FIXTURES / 'roots' / 'deny-only-policy' / 'bad', here / 'deny')
    (here / 'deny/.calico-lint.yaml').unlink()
    (here / 'rest').mkdir()
    text = REST.replace('ACTION', 'Allow').replace('rest', 'other')
    (here / 'rest/rest.yaml').write_text(text.replace('all()', 'has(other)'))
    names = tuple(str(path.relative_to(here)) for path in sorted((here / 'deny').glob('*.yaml')))

    def says(**options: Any) -> bool:
        return 'deny-only-policy' in rules(run(Options(**options)))

    assert says()
    assert says(paths=names, context='.')
    assert says(paths=(str(here),))
    for parts in (
        {'paths': ('deny',)},
        {'paths': ('deny', 'rest')},
        {'paths': names, 'context': 'deny'},
        {'exclude': ('rest/',)},
    ):
        assert not says(**parts), parts
    monkeypatch.chdir(here / 'deny')
    assert not says()
    assert says(paths=('..',))
    real = discover.read

    def read(path: str) -> Iterator[bytes]:
        if path.endswith('rest.yaml'):
            raise discover.Unreadable(path, 'so')
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(discover, 'read', read)
        outcome = run(Options(paths=('..',)))
        assert outcome.errors
        assert 'deny-only-policy' not in rules(outcome)
    # What the configuration excludes is not of the cluster.
    (here / '.calico-lint.yaml').write_text('roots: [{path: ., closed: true}]\nexclude: [rest/]\n')
    assert says(paths=('..',))


def test_what_a_patch_changes_stays_so_where_its_file_is_read_again(here: Path) -> None:
    def policy(name: str, order: int, action: str, net: str) -> str:
        head = CHANGE.replace('name: lab', f'name: {name}').replace('{order: 5}', '')
        rule = f'{{action: {action}, source: {{nets: [{net}]}}}}'
        spec = "\n  selector: app == 'web'\n  types: [Ingress]\n"
        return f'{head.rstrip()}{spec}  order: {order}\n  ingress:\n  - {rule}\n'

    texts = [
        policy('lab', 10, 'Allow', '10.0.0.0/8'),
        policy('first', 20, 'Deny', '10.1.0.0/16'),
        policy('second', 30, 'Allow', '192.168.0.0/16'),
        policy('third', 40, 'Deny', '192.168.1.0/24'),
    ]
    (here / '.calico-lint.yaml').touch()
    (here / 'all.yaml').write_text('---\n'.join(texts))
    lines = [one.source.position(one.span.start)[0] for one in run(Options()).diagnostics]
    assert lines == [19, 39]
    (here / 'overlay').mkdir()
    (here / 'overlay/patch.yaml').write_text(CHANGE)
    (here / 'overlay/kustomization.yaml').write_text('patches: [{path: patch.yaml}]\n')
    lines = [one.source.position(one.span.start)[0] for one in run(Options()).diagnostics]
    assert lines == [39]
