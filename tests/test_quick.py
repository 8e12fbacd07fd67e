"""The quick reader: what it calls surely clean is clean, and it calls so nearly all that is.

A document that it wrongly calls clean is a lost finding, the worst that can happen. The fuzzer
(``bench/fuzz.py --only quick``) looks further than there is time for here.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import everything as check
import pytest
from conftest import (
    FIXTURES,
    LANES,
    ORACLE,
    ROOT,
    blocks,
    documents,
    golden_cases,
    lane_target,
    some_slow,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from test_styles import rewritten

from linter.calico import names, nets, ports
from linter.calico.parsed_file import parse_bytes
from linter.calico.prefilter import may_be_calico
from linter.calico.selector import accept, plain
from linter.calico.target import Target
from linter.catalogue.catalogue import standard
from linter.catalogue.index import INDEX, PROFILES
from linter.engine import judge
from linter.engine.conditions import Conditions
from linter.policy.load import records
from linter.policy.model import Place, Policy, Profile, Rule
from linter.policy.semantics import Semantics
from linter.quick.conditions import MIRRORED
from linter.quick.read import Reader, make, reader
from linter.text.start import read_json

TARGETS = [lane_target(lane) for lane in LANES if not lane.startswith('crd1')]
NAMES = [lane for lane in LANES if not lane.startswith('crd1')]
# Those that are asked before every commit; the other lanes in the slow tier.
AT_ONCE = [lane_target(lane) for lane in ('api-3.32', 'crd3-3.33')]


@pytest.fixture(autouse=True)
def the_engine_looks_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks every rule about what a policy means, too, though nothing says that it may speak."""
    monkeypatch.setenv('CALICO_LINT_QUICK', '0')
    monkeypatch.setattr(judge, 'may_speak', lambda document: True)


@cache
def quick(target: Target, profile: str = 'default') -> Reader:
    usual = profile == 'default'
    catalogue = None if usual else standard().selecting(frozenset(), frozenset(), profile)
    made = make(target, catalogue)
    assert made is not None
    return made


@cache
def everything() -> list[bytes]:
    """Every fixture, every example of every page, every labelled document."""
    return [
        *(path.read_bytes() for path in golden_cases()),
        *(block.text.encode() for rule in standard().rules().values() for block in blocks(rule)),
        *(document.text.encode('utf-8', 'surrogatepass') for document in documents()),
    ]


def agrees(data: bytes, target: Target, profile: str = 'default') -> bool:
    """Whether a file is called clean; that it is, is asserted."""
    found = quick(target, profile).parts([data]) if may_be_calico(data) else None
    if found is None:
        return False
    result = check.check('x.yaml', data, target, profile=profile)
    assert result.diagnostics == [], data.decode()
    assert (found.documents, found.checked) == (result.documents, result.checked), data.decode()
    return True


@pytest.mark.parametrize('target', some_slow(TARGETS, *AT_ONCE), ids=NAMES)
def test_what_is_called_clean_is_clean(target: Target) -> None:
    assert sum(agrees(data, target) for data in everything()) > 300


@pytest.mark.parametrize('profile', ['strict', 'security'])
def test_what_is_called_clean_is_clean_in_every_profile(profile: str) -> None:
    assert sum(agrees(data, Target(), profile) for data in everything()) > 5


@pytest.mark.parametrize(
    ('rule', 'is_known'),
    [('duplicate-rule', False), ('redundant-rule', False), ('selector-contradiction', True)],
)
def test_what_is_called_clean_is_clean_where_one_rule_is_asked_for(
    rule: str, is_known: bool
) -> None:
    """Modules may speak for several rules, of which the default profile has not all."""
    catalogue = standard().selecting(frozenset((rule,)), frozenset())
    made = make(Target(), catalogue)
    assert made is not None
    count = 0
    for data in everything():
        if may_be_calico(data) and made.parts([data]) is not None:
            count += b'Policy' in data
            found = check.check_parts('x.yaml', [data], Conditions(Target(), catalogue))
            said = [one for file in found.found for one in file.diagnostics]
            assert not [one for one in said if catalogue.runs(one.rule)], data.decode()
    assert (count > 300) is is_known


@pytest.mark.parametrize('target', some_slow(TARGETS[-4:], AT_ONCE[-1]), ids=NAMES[-4:])
def test_what_is_called_clean_in_another_style_is_clean(target: Target) -> None:
    count = 0
    for number, document in enumerate(documents()):
        text = rewritten(document.text, number) if '\0' not in document.text else None
        if text is not None:
            count += agrees(text.encode('utf-8', 'surrogatepass'), target)
    assert count > 350


# What a value is replaced by: whatever some reader of YAML, or of Calico, has an opinion about.
ODD = [
    '', '~', 'null', 'true', 'yes', 'No', '0', '-1', '010', '0o17', '0x1F', '1_0', '1e3', '.5',
    '1:30', '22:23', '80:90', '90:80', "'80:90'", '65536', '+80', '+010', '4.0', '6', 'tcp', 'TCP',
    'ICMP', 'ICMPv6', "'6'", '58', 'Allow', 'allow', 'Deny', 'Pass', 'Ingress', 'ingress',
    '[Ingress]', '[]', '{}', '[Ingress, Ingress]', '[Egress]', '10.0.0.0/8', '10.0.0.1/8',
    '10.0.0.1', "'fd00::/8'", '::/0', '0.0.0.0/0', '1.2.3.4/032', 'all()', 'global()',
    "role == 'global()'", "a = 'b'", '!has(a)', '"a == \\"b\\""', "'it''s'", '"\\x41"', '>-', '|',
    '|-', '>', '&a x', '*a', '!!str 1', '- 8080', '-: 8080', '? a', 'a: b', 'a #b', "'a' b",
    'projectcalico.org/v3', 'projectcalico.org/v2', 'NetworkPolicy', 'GlobalNetworkPolicy', 'Tier',
    'default', 'a.b', 'knp.default.x', 'A', 'x' * 64, '${X}', '{{ x }}', '<x>', '%', '@',
    '2024-01-21T12:00:00Z', '2024-13-21T12:00:00Z', '2024-02-30T12:00:00Z',
    '2024-01-21T24:00:00Z', '2024-01-21T12:60:00Z', '2024-01-21T12:00:60.5Z', 'é', '\t',
]  # fmt: skip

KEYS = [
    'apiVersion', 'kind', 'metadata', 'spec', 'name', 'namespace', 'labels', 'annotations', 'tier',
    'order', 'selector', 'namespaceSelector', 'serviceAccountSelector', 'types', 'ingress',
    'egress', 'doNotTrack', 'preDNAT', 'applyOnForward', 'action', 'protocol', 'notProtocol',
    'ipVersion', 'icmp', 'notICMP', 'type', 'code', 'source', 'destination', 'nets', 'notNets',
    'ports', 'notPorts', 'services', 'serviceAccounts', 'names', 'http', 'methods', 'paths',
    'exact', 'prefix', 'stagedAction', 'performanceHints', 'Order', 'podSelector', '<<', "'order'",
    '"spec"',
]  # fmt: skip


@cache
def seeds() -> list[str]:
    """Clean documents in many styles."""
    texts = [
        document.text
        for document in documents()
        if '\0' not in document.text and agrees(document.text.encode('utf-8', 'replace'), Target())
    ]
    other = (rewritten(text, number) for number, text in enumerate(texts))
    return [*texts, *(text for text in other if text is not None)]


def nudged(text: str, random: random.Random) -> str:
    """The text with a line or two that are others."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        lines = text.split('\n')
        at, other = random.randrange(len(lines)), random.randrange(len(lines))
        line = lines[at]
        indent = line[: len(line) - len(line.lstrip(' '))]
        head, colon, _ = line.partition(': ')
        match random.randrange(9):
            case 0 | 1:
                lines[at] = f'{head}{colon or " "}{random.choice(ODD)}'
            case 2:
                lines[at] = f'{indent}- {random.choice(ODD)}'
            case 3:
                lines.insert(at, f'{indent}{random.choice(KEYS)}: {random.choice(ODD)}')
            case 4:
                behind = random.choice(('', ' #', ' # a: b'))
                lines.insert(random.choice((at, other)), lines[other] + behind)
            case 5:
                del lines[at]
            case 6:
                lines[at] = random.choice(
                    (line[1:], f' {line}', f'  {line}', f'{line} ', f'{line} #')
                )
            case 7:
                where = random.randrange(len(line) + 1)
                lines[at] = line[:where] + random.choice('\'"#:,-[]{}&*!|> %\t') + line[where:]
            case 8:
                lines.insert(at, random.choice(random.choice(seeds()).split('\n')))
        text = '\n'.join(lines)
    return text


@settings(max_examples=600, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(TARGETS))
def test_a_mutant_that_is_called_clean_is_clean(random: random.Random, target: Target) -> None:
    text = nudged(random.choice(seeds()), random)
    agrees(text.encode('utf-8', 'surrogatepass'), target)


@pytest.mark.slow
@settings(max_examples=4000, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(TARGETS))
def test_many_mutants_that_are_called_clean_are(random: random.Random, target: Target) -> None:
    text = nudged(random.choice(seeds()), random)
    agrees(text.encode('utf-8', 'surrogatepass'), target)


STYLES = {
    'quotes': """
'apiVersion': "projectcalico.org/v3"
"kind": 'NetworkPolicy'
metadata: {name: web, namespace: 'shop', labels: {app: "web", 'a.b/c': ''}}
spec:
  order: 10.5
  selector: "role == \\"web\\" && has(x)"  # quotes within quotes
  types: [ Ingress, "Egress" ]
  ingress:
  - {action: Allow, protocol: TCP, destination: {ports: [80, '8080:8090', http]}}
  egress:
    -   action: Allow
        destination: {}
""",
    'blocks': """
---
# A comment, then a marker, and an annotation of several lines.
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  annotations:
    description: |
      Anything: [goes

        here
  name: hosts
spec:
  selector: >-
    role == 'web' &&
    has(tier)
  namespaceSelector: |-
    all()
  preDNAT: false
  applyOnForward: false
  types:
  - Ingress
  ingress:
  - action: Deny
    source:
      nets:
        # private
        - 10.0.0.0/8
        - 192.168.0.0/16

""",
    'host endpoint': """
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata:
  name: node-1-eth0
  creationTimestamp: null
  labels:
    role: node
spec:
  interfaceName: eth0
  node: node-1
  expectedIPs: ["192.0.2.1"]
  profiles:
    - profile-1
  ports:
    - {name: http, protocol: TCP, port: 80}
""",
    'pool': """
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pool}
spec:
  cidr: 10.1.0.0/16
  ipipMode: CrossSubnet
  natOutgoing: true
  nodeSelector: zone == 'west'
""",
    'set': """
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata:
  name: blocked
  labels: {role: blocked}
spec:
  nets: [198.51.100.48/28, 203.0.113.7, 'fd00::1/64']
""",
    'profile': """
apiVersion: projectcalico.org/v3
kind: Profile
metadata: {name: profile-1}
spec:
  ingress: [{action: Deny, source: {nets: [10.0.20.0/24]}}, {action: Allow}]
  labelsToApply: {stage: production}
""",
    'tier': """
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: security}
spec: {order: 100, defaultAction: Pass}
""",
    'untracked': """
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: security.untracked}
spec:
  tier: security
  doNotTrack: true
  applyOnForward: true
  ingress:
  - action: Allow
    protocol: 17
    source: {services: {name: dns, namespace: kube-system}}
  - action: Allow
    protocol: ICMP
    icmp: {type: 8, code: 0}
  egress:
  - action: Pass
    destination:
      namespaceSelector: global()
  - action: Allow
    destination:
      serviceAccounts:
        names: [a, b]
        selector: x == 'y'
""",
}


@pytest.mark.parametrize('ending', ['\n', '\r\n'])
@pytest.mark.parametrize('name', STYLES)
def test_the_styles_of_real_documents_are_read(name: str, ending: str) -> None:
    text = STYLES[name].lstrip('\n').replace('\n', ending)
    assert agrees(text.encode(), Target())


@pytest.mark.parametrize('dash', ['- ', "- '", '-\n      ', '-   ', '- # a\n      '])
def test_what_repeats_is_not_called_clean(dash: str) -> None:
    net = f'    {dash}198.51.100.48/28{dash.strip(" -")[:1] if dash[-1:] == chr(39) else ""}\n'
    head = STYLES['set'].lstrip('\n').partition('  nets:')[0]
    for other in (
        '198.51.100.48/28',
        "'198.51.100.48/28'",
        '"198.51.100.48/28" # b',
        '198.51.100.48/28 # b: c',
    ):
        text = f'{head}  nets:\n{net}    - {other}\n'
        assert not agrees(text.encode(), Target()), text
        assert check.check('x.yaml', text.encode(), Target()).diagnostics


def test_a_stream_with_documents_of_others_is_read() -> None:
    own = STYLES['set'].lstrip('\n')
    other = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n'
    assert agrees(f'{own}---\n{other}---\n{own}'.encode(), Target())


def test_nearly_all_clean_documents_are_read() -> None:
    texts = [
        document.text.encode()
        for document in documents('generated')
        if not document.is_refused('api-3.32')
    ]
    clean = [text for text in texts if not check.check('x.yaml', text, Target()).diagnostics]
    assert sum(agrees(text, Target()) for text in clean) >= 0.95 * len(clean)


@pytest.mark.parametrize(
    ('old', 'new'),
    [
        ('# A comment', '# calico-lint: ignore-file[value-case] why:'),
        ('projectcalico.org/v3', 'projectcalico.org/v2'),
        ('projectcalico.org/v3', 'crd.projectcalico.org/v1'),
        ('kind: Global', 'kind: Staged\nkind: Global'),
        ('---\n', '%YAML 1.1\n---\n'),
        ('---\n', '\ufeff---\n'),
        ('---\n', '--- {}\n---\n'),
        ('has(tier)', 'has(tier)\n\n    && all()'),
        ('metadata:', 'metadata: &a'),
    ],
)
def test_what_is_not_plain_is_for_the_engine(old: str, new: str) -> None:
    text = STYLES['blocks'].lstrip('\n')
    assert old in text
    assert quick(Target()).parts([text.replace(old, new, 1).encode()]) is None


@pytest.mark.parametrize('behind', ['-', '- -', 'x', 'x ---', 'x: ---', '---', '--- -'])
@pytest.mark.parametrize('end', ['\n', '\r\n', '\r'])
def test_what_is_lost_behind_a_marker_is_not_passed_over(behind: str, end: str) -> None:
    """Dashes, too, by which a marker is looked for."""
    text = STYLES['blocks'].lstrip('\n').removesuffix('\n')
    document = text.partition('---\n')[2]
    lines = f'{document}\n---  {behind}\n{document}\n'
    data = lines.replace('\n', end).encode()
    (found,) = check.check('x.yaml', data, Target()).diagnostics
    assert found.fact == 'unread-marker'
    assert found.source.text[found.span.start : found.span.end] == behind


# ---- Rules ---------------------------------------------------------------------------------------

# What no document is that is read here: a problem, a tag, a document of v2.
ELSEWHERE = ('problem:', 'root', 'tagged')


def test_every_rule_is_mirrored_here_or_its_subject_is_for_the_engine() -> None:
    """The rules that send what they look at to the engine, which is never wrong, only slow."""
    asked = {
        f'{subject}: {name}'
        for subject, names in INDEX.items()
        if not subject.startswith(ELSEWHERE) and not subject.endswith('@v2')
        for name in names
        if name not in MIRRORED.get(subject, ()) and name not in PROFILES
    }
    assert asked == set()


def test_nothing_is_mirrored_that_is_not_there() -> None:
    for subject, mirrored in MIRRORED.items():
        assert set(mirrored) <= set(INDEX.get(subject, ())), subject


@pytest.mark.parametrize(
    ('subject', 'is_read'),
    [
        ('Rule', False),
        ('calico-cidr', False),
        ('Spec', False),
        ('Spec@GlobalNetworkPolicy', False),
        ('Spec@Tier', True),
        ('document', False),
        ('document@NetworkPolicy', True),
        ('Metadata@v3', False),
        ('HTTPMatch', True),
        ('calico-port', True),
        ('policy', False),
        ('policy@GlobalNetworkPolicy', False),
        ('policy@NetworkPolicy', True),
        ('calico-selector', False),
        ('Metadata', False),
    ],
)
def test_a_rule_that_nobody_mirrors_sends_its_subject_to_the_engine(
    subject: str, is_read: bool
) -> None:
    text = STYLES['blocks'].lstrip('\n').encode()
    index = {
        name: [rule for rule in rules if rule not in PROFILES] for name, rules in INDEX.items()
    }
    index[subject] = [*index.get(subject, ()), 'a_new_rule']
    assert (Reader(Target(), lambda name: index.get(name, ())).parts([text]) is not None) is is_read


def test_with_rules_that_are_not_in_the_index_nothing_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr('linter.catalogue.index.MODULES', {})
    assert make(Target()) is None


# ---- The switch ----------------------------------------------------------------------------------


@pytest.mark.parametrize('value', ['0', 'off'])
def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv('CALICO_LINT_QUICK', value)
    assert reader(Target((3, 26))) is None


def _output(words: tuple[str, ...], switch: str) -> tuple[int, bytes, bytes]:
    environment = {**os.environ, 'CALICO_LINT_QUICK': switch, 'PYTHONPATH': str(ROOT)}
    command = [sys.executable, '-m', 'linter', 'check', *words, '.']
    result = subprocess.run(command, cwd=FIXTURES, env=environment, capture_output=True)
    return result.returncode, result.stdout, result.stderr


@pytest.mark.parametrize(
    'words',
    some_slow(
        [
            ('--output-format', 'json', '--jobs', '1'),
            ('--jobs', '1'),
            ('--output-format', 'json', '--jobs', '1', '--calico-version', '3.29'),
            ('--output-format', 'json', '--jobs', '1', '--admission', 'native'),
        ],
        ('--output-format', 'json', '--jobs', '1'),
    ),
)
def test_with_and_without_it_a_run_says_the_same(words: tuple[str, ...]) -> None:
    with_it, without = _output(words, ''), _output(words, '0')
    assert with_it == without
    assert with_it[0] in (1, 2)
    assert Path(FIXTURES, 'clean').is_dir()


# ---- What is read without regular expressions ----------------------------------------------------

PIECES = [
    *'()!{},\'" \tab./-_\n#',
    *('has(', 'all()', 'global( )', '==', '!=', ' in ', 'not in', 'contains', 'starts with'),
    *('&&', '||', "'x'", '"y"', 'with', 'ends', "{'a', }", 'role', 'é', 'a' * 511),
]  # fmt: skip


@settings(max_examples=800, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(''.join))
def test_what_is_plainly_a_selector_is_one(text: str) -> None:
    is_one_if_plain(text)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(''.join))
def test_what_is_plainly_a_selector_is_one_at_length(text: str) -> None:
    is_one_if_plain(text)


def is_one_if_plain(text: str) -> None:
    if plain.is_plain(text):
        assert all(accept.matches(text, dialect) for dialect in (accept.V3, accept.V3_LENIENT))


def test_nearly_every_selector_is_plain() -> None:
    with gzip.open(ORACLE / 'selectors-generated.jsonl.gz', 'rt', encoding='utf-8') as file:
        texts = [json.loads(line)['selector'] for line in file]
    right = [text for text in texts if text.strip() and accept.matches(text, accept.V3)]
    assert all(map(plain.is_plain, right))
    assert len(right) > 300


NAMES_AND_MORE = st.text(alphabet='aZ09-._:é\n/', max_size=20)


@given(NAMES_AND_MORE)
def test_names_are_as_their_patterns_say(text: str) -> None:
    assert names.is_label(text) is bool(names.LABEL.match(text))
    assert names.is_subdomain(text) is bool(names.SUBDOMAIN.match(text))
    pattern = r'[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?\Z'
    assert (names.label_value_problem(text) is None) is bool(not text or re.match(pattern, text))


@given(NAMES_AND_MORE)
def test_ports_are_as_their_patterns_say(text: str) -> None:
    name = r'(?=[a-z0-9-]{1,15}\Z)(?=[^a-z]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*\Z'
    port = ports.parse(text)
    assert (port.problem is None and port.name is not None) is bool(re.match(name, text))
    if port.problem is None and port.name is None:
        assert re.match(r'[0-9]+(:[0-9]+)?\Z', text)


@given(st.from_regex(r'[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{0,3})?\Z') | NAMES_AND_MORE)
def test_networks_are_as_they_are_parsed(text: str) -> None:
    net = nets.parse(text)
    is_one = net is not None and net.bits == 32 and net.prefix is not None and net.masked
    if is_one and net is not None and text.partition('/')[2] == str(net.prefix):
        assert nets.prefix_of_v4(text) == net.prefix
    else:
        assert nets.prefix_of_v4(text) is None


@pytest.mark.parametrize(
    'path', sorted((ROOT / 'schemas').rglob('*.json')), ids=lambda path: path.name
)
def test_tables_are_read_as_json_reads_them(path: Path) -> None:
    text = path.read_text(encoding='utf-8')
    assert read_json(text) == json.loads(text)


# ---- Records ------------------------------------------------------------------------------------


def placeless(value: object) -> object:
    """A record without its places."""
    if isinstance(value, Place):
        return None
    if isinstance(value, Policy | Rule | Profile):
        left = value._asdict()
        for name in ('place', 'parts', 'line', 'start', 'end'):
            left.pop(name, None)
        return type(value), {name: placeless(each) for name, each in left.items()}
    if isinstance(value, tuple):
        return type(value), [placeless(each) for each in value]
    return value


@pytest.mark.parametrize(
    ('target', 'step'),
    [
        (Target(), 3),
        *(
            pytest.param(target, 1, marks=pytest.mark.slow)
            for target in (Target(), Target((3, 29)), Target((3, 33), 'native'))
        ),
    ],
)
def test_what_is_clean_has_the_record_that_it_has_when_it_is_parsed(
    target: Target, step: int
) -> None:
    semantics = Semantics(target.version)
    texts = [document.text for document in documents()[::step] if '\0' not in document.text]
    other = [rewritten(text, number) or '' for number, text in enumerate(texts)]
    styles = [text.lstrip('\n') for text in STYLES.values()]
    count = 0
    for text in (*texts, *other, *styles):
        text = text.replace('\r\n', '\n')
        if '\n---' in text or '\r' in text:
            continue
        found = quick(target).record(text, 'x.yaml', semantics)
        if found is not None:
            whole = list(records(parse_bytes('x.yaml', text.encode()), target, semantics))
            assert [placeless(found)] == [placeless(one) for one in whole], text
            count += 1
    assert count > 500 // step


@pytest.mark.parametrize('field', ['creationTimestamp', 'deletionTimestamp'])
@pytest.mark.parametrize('value', [value for value in ODD if value.startswith('2024')])
def test_what_is_called_a_time_is_one(field: str, value: str) -> None:
    metadata = f'{{name: pool, {field}: "{value}"}}'
    text = STYLES['pool'].lstrip('\n').replace('{name: pool}', metadata)
    agrees(text.encode(), Target())


ASKED = [
    '', 'protocol: TCP', 'protocol: ICMP', 'protocol: 6', 'protocol: 253', 'notProtocol: UDP',
    'protocol: ICMPv6', 'protocol: ICMP, icmp: {type: 8}', 'ipVersion: 4', 'metadata: {}',
    'protocol: TCP, destination: {ports: [80]}', 'destination: {ports: [http]}',
    'protocol: UDP, destination: {notPorts: [53]}', 'source: {nets: [10.0.0.0/8]}',
    "source: {nets: ['::/0']}", 'source: {selector: all()}', "source: {selector: a == 'b'}",
    'destination: {services: {name: a, namespace: b}}', 'source: {notNets: [10.0.0.0/8]}',
    "source: {namespaceSelector: projectcalico.org/name == 'b'}",
    'source: {serviceAccounts: {names: [a]}}',
]  # fmt: skip
DOES = [
    ('Allow', 'Deny', ''), ('Deny', 'Allow', ''), ('Deny', 'Pass', '  - {action: Deny}\n'),
    ('Allow', 'Deny', '  - {action: Deny, source: {nets: [10.0.0.0/9]}}\n'),
    ('Deny', 'Deny', '  - {action: Allow, metadata: {}}\n  - {action: Log}\n'),
]  # fmt: skip


@pytest.mark.parametrize('one', ASKED)
@pytest.mark.parametrize('direction', ['ingress', 'egress'])
def test_rules_that_come_before_others(one: str, direction: str) -> None:
    """Of every two, with others behind them, of which one may keep packets from the next."""
    head = STYLES['profile'].lstrip('\n').partition('kind')[0]
    head += 'kind: GlobalNetworkPolicy\nmetadata: {name: a}\nspec:\n  selector: has(x)\n'
    head += f'  types: [{direction.title()}]\n  {direction}:\n'
    count = 0
    for other in ASKED:
        for before, behind, last in DOES:
            rules = ((before, one), (behind, other))
            made = ''.join(
                f'  - {{action: {action}{", " * bool(asked)}{asked}}}\n' for action, asked in rules
            )
            count += agrees(f'{head}{made}{last}'.encode(), Target())
    assert count > 0 or 'services' in one or 'http' in one


@pytest.mark.parametrize('first', ['  # a', '      # a', '#', '  ', '      ', ' ', ''])
def test_what_stands_before_the_first_field_is_no_matter(first: str) -> None:
    head, _, body = STYLES['untracked'].lstrip('\n').partition('spec:\n')
    body = ''.join(f'  {line}' for line in body.splitlines(True))
    semantics = Semantics(Target().version)
    found = [
        quick(Target()).record(f'{head}spec:\n{before}{body}', 'x.yaml', semantics)
        for before in ('', f'{first}\n')
    ]
    assert found[0] is not None
    assert placeless(found[0]) == placeless(found[1])


NAMED = """\
metadata:
  labels:
    name: other
    namespace: another
  name: own
  annotations:
    text: |
      name: of text
spec:
"""


@pytest.mark.parametrize('comment', ['# name: old', '   # name: old', '    # a', '', '      '])
@pytest.mark.parametrize('line', range(1, 9))
@pytest.mark.parametrize(
    'kind', ['NetworkPolicy', 'GlobalNetworkPolicy', 'NetworkSet', 'GlobalNetworkSet']
)
def test_no_comment_and_no_label_is_taken_for_a_name(comment: str, line: int, kind: str) -> None:
    is_set, is_global = kind.endswith('Set'), kind.startswith('Global')
    lines = NAMED.replace('own\n', 'own\n' if is_global else 'own\n  namespace: shop\n').split('\n')
    lines.insert(line, comment)
    head = STYLES['untracked'].lstrip('\n').partition('kind')[0]
    spec = '  nets:\n  - 10.0.0.0/8\n' if is_set else '  selector: has(a)\n  types: [Ingress]\n'
    text = f'{head}kind: {kind}\n' + '\n'.join(lines) + spec
    semantics = Semantics(Target().version)
    found = quick(Target()).record(text, 'x.yaml', semantics)
    (whole,) = records(parse_bytes('x.yaml', text.encode()), Target(), semantics)
    assert found is None or placeless(found) == placeless(whole)
    assert found is not None or comment or line > 1
