"""From v1 and v2 to v3: what each part becomes, what stands in the way, and that it means the same.

The long examples are files, ``fixtures/fixes/migrate-*``.
"""

from __future__ import annotations

import hashlib
import ipaddress
import itertools
import json
import re
from pathlib import Path
from typing import Any

import everything as check
import pytest
import yaml
from conftest import ORACLE, documents, some_slow
from everything import fix_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_fix import decoded
from test_properties import changed_policies, well_placed
from test_styles import rewritten

from linter.calico.selector.accept import V2
from linter.calico.selector.meaning import evaluate, parse
from linter.calico.target import Target
from linter.cli.main import main
from linter.diagnostic import Diagnostic
from linter.migrate import migration
from linter.migrate.selectors import parted
from linter.migrate.table import new_name, new_net, upgrade_name

VERSIONS = [Target((3, 26)), Target((3, 32)), Target((3, 33))]
GRAVE = ('refused', 'dropped')


def only(found: list[Diagnostic]) -> list[Diagnostic]:
    return [one for one in found if one.rule == 'legacy-api']


def migrated(text: str, where: Target = Target()) -> str:  # noqa: B008
    """The text after the migration and nothing else."""
    result = fix_text('policy.yaml', text.encode(), where, unsafe=True, asked_for=only)
    assert result.dropped == [], 'the migration is not as clean as it thinks'
    return result.data.decode()


def obstacles(text: str) -> list[str]:
    """``line:column: message`` of all that stands in the way."""
    (found,) = only(check.check('policy.yaml', text.encode(), Target()).diagnostics)
    assert found.fix is None
    assert migrated(text) == text
    places = [(found.source.position(span.start), message) for span, message in found.related]
    return [f'{line}:{column}: {message}' for (line, column), message in places]


HEADS = {
    'v1': 'apiVersion: v1\nkind: policy\n',
    'np': 'apiVersion: projectcalico.org/v2\nkind: NetworkPolicy\n',
    'gnp': 'apiVersion: projectcalico.org/v2\nkind: GlobalNetworkPolicy\n',
}
NEW_HEADS = {
    'v1': 'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n',
    'np': 'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n',
    'gnp': 'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n',
}
ALL = ('v1', 'np', 'gnp')
V2_KINDS = ('np', 'gnp')


def indented(text: str, width: int) -> str:
    return ''.join(f'{" " * width}{line}' for line in text.splitlines(keepends=True))


def policy(spec: str, head: str) -> str:
    return f'{head}metadata:\n  name: web\nspec:\n{indented(spec, 2)}\n'


def rule(body: str) -> str:
    return f'ingress:\n- action: Deny\n{indented(body, 2)}'


def source(body: str) -> str:
    return rule(f'source:\n{indented(body, 2)}')


# ---- Row by row ----------------------------------------------------------------------------------

SPECS: list[tuple[tuple[str, ...], str, str]] = [
    # order, selector
    (ALL, "order: 10.5\nselector: a == 'b'", "order: 10.5\nselector: a == 'b'"),
    (('v1',), "selector: calico/k8s_ns == 'calico/k8s_ns' && has(calico/k8s_ns) && has(x)",
     "selector: projectcalico.org/namespace == 'calico/k8s_ns' && has(projectcalico.org/namespace)"
     ' && has(x)'),
    (('v1',), source("notSelector: calico/k8s_ns in {'a'} # x"),
     source("notSelector: projectcalico.org/namespace in {'a'} # x")),
    (('v1',), "selector: k8s_ns/label/a.b/c == 'k8s_ns/label/x' && !has(k8s_ns/label/d)",
     "selector: pcns.a.b/c == 'k8s_ns/label/x' && !has(pcns.d)"),
    (('v1',), source('notSelector: has(k8s_ns/label/x)\nnotTag: t'),
     source("notSelector: (has(pcns.x)) || t == ''")),
    (V2_KINDS, "selector: calico/k8s_ns == 'a'", "selector: calico/k8s_ns == 'a'"),
    (('gnp',), "selector: projectcalico.org/namespace == 'a' && pcns.x == 'y'",
     "selector: projectcalico.org/namespace == 'a' && pcns.x == 'y'"),
    (ALL, "selector: |\n  a == 'b'", "selector: |-\n  a == 'b'"),
    (ALL, "selector: in == 'x' || a contains 'b'", "selector: in == 'x' || a contains 'b'"),
    # types
    (ALL, 'types: [ingress, egress]', 'types: [Ingress, Egress]'),
    (ALL, 'types:\n- egress  # all\n- EGRESS\n- ingress\n- Egress',
     'types:\n- Egress  # all\n- Ingress'),
    (ALL, 'types: ["ingress", \'ingress\']', 'types: ["Ingress"]'),
    (ALL, 'egress:\n- action: allow', 'egress:\n- action: Allow'),
    (ALL, 'types: []', 'types: []'),
    # the flags
    (('np',), 'doNotTrack: false\norder: 1\npreDNAT: no  # never\napplyOnForward:',
     'order: 1\n# never'),
    (('v1', 'gnp'), 'doNotTrack: true\ningress: []',
     'doNotTrack: true\napplyOnForward: true\ningress: []'),
    (('v1', 'gnp'), 'preDNAT: true # first\napplyOnForward: false\ntypes: [ingress]',
     'preDNAT: true # first\napplyOnForward: true\ntypes: [Ingress]'),
    (('v1', 'gnp'), 'order: 1\n# why\npreDNAT: yes  # too',
     'order: 1\n# why\npreDNAT: yes  # too\napplyOnForward: true\ntypes: [Ingress]'),
    (('v1', 'gnp'), 'applyOnForward:\npreDNAT: true\ntypes:\norder: 1',
     'preDNAT: true\napplyOnForward: true\ntypes: [Ingress]\norder: 1'),
    (('v1', 'gnp'), 'applyOnForward: true', 'applyOnForward: true'),
    (('v1', 'gnp'), 'preDNAT: false', 'preDNAT: false'),
    # action
    *((ALL, f'ingress:\n- action: {old}', f'ingress:\n- action: {new}') for old, new in (
        ('allow', 'Allow'), ('deny', 'Deny'), ('log', 'Log'), ('pass', 'Pass'), ('PASS', 'Pass'),
        ('next-tier', 'Pass'), ('Allow', 'Allow'), ('"deny"', '"Deny"'), ("'log' # x", "'Log' # x"),
    )),
    # protocol, ipVersion, icmp
    *((ALL, rule(f'{field}: {old}'), rule(f'{field}: {new}'))
      for field in ('protocol', 'notProtocol') for old, new in (
        ('tcp', 'TCP'), ('udp', 'UDP'), ('icmp', 'ICMP'), ('icmpv6', 'ICMPv6'), ('sctp', 'SCTP'),
        ('udplite', 'UDPLite'), ('UDP', 'UDP'), ('"icmpV6"', '"ICMPv6"'), ('6', '6'), ('"6"', '6'),
        ("'017'", '17'), ('255', '255'),
    )),
    (ALL, rule('ipVersion: 4\nprotocol: icmp\nicmp:\n  type: 0\n  code: 0'),
     rule('ipVersion: 4\nprotocol: ICMP\nicmp:\n  type: 0\n  code: 0')),
    (ALL, rule('protocol: icmp\nnotICMP: {type: 8}'), rule('protocol: ICMP\nnotICMP: {type: 8}')),
    # ports
    (ALL, rule("protocol: tcp\ndestination:\n  ports: [80, '90:100', http]\n  notPorts: [1]"),
     rule("protocol: TCP\ndestination:\n  ports: [80, '90:100', http]\n  notPorts: [1]")),
    # nets
    (ALL, source("nets: [10.1.2.3/8, 1.2.3.4, '10.0.0.0/16']"),
     source("nets: [10.0.0.0/8, 1.2.3.4/32, '10.0.0.0/16']")),
    (ALL, source('notNets:\n- fd00::1/8 # x\n- ::1'),
     source('notNets:\n- fd00::/8 # x\n- \'::1/128\'')),
    (ALL, source('nets: [10.0.0.0/8, 10.1.0.0/8]'), source('nets: [10.0.0.0/8]')),
    # net
    (ALL, source('net: 10.1.2.3/8'), source('nets: [10.0.0.0/8]')),
    (ALL, source('notNet: "1.2.3.4"  # it'), source('notNets: ["1.2.3.4/32"]  # it')),
    (ALL, source('net: ::/0'), source("nets: ['::/0']")),
    (ALL, source('net: 10.0.0.0/8\nnets: [30.0.0.3/24, 40.0.0.4/24] # x'),
     source('nets: [30.0.0.0/24, 40.0.0.0/24, 10.0.0.0/8] # x')),
    (ALL, source("notNets:\n  - '1.1.1.1/32' # a\nnotNet: 2.2.2.2/32"),
     source("notNets:\n  - '1.1.1.1/32' # a\n  - '2.2.2.2/32'")),
    (ALL, source('nets: [1.0.0.0/8, 1.1.1.1/8]\nnet: 2.2.2.2/32'),
     source('nets: [1.0.0.0/8, 2.2.2.2/32]')),
    (ALL, source('nets:\n- >-\n  1.1.1.1/8\nnet: >- \n  2.2.2.2/32\nports: []'),
     source('nets:\n- >-\n  1.0.0.0/8\n- 2.2.2.2/32\nports: []')),
    (ALL, source('nets: []\nnet: 2.2.2.2/32'), source('nets: [2.2.2.2/32]')),
    (ALL, source('net: 1.1.1.1/32\nnets: [1.1.1.1/32]'), source('nets: [1.1.1.1/32]')),
    (ALL, source("net:\nselector: a == 'b'"), source("selector: a == 'b'")),
    # tags
    (ALL, source('tag: front.end'), source("selector: front.end == ''")),
    (ALL, source("notTag: 'x' # why"), source('notSelector: "x == \'\'" # why')),
    (ALL, source('tag: in'), source("selector: in == ''")),
    (ALL, source('tag: 123'), source("selector: 123 == ''")),
    (ALL, source("tag: t\nselector: a == 'b' || c == 'd'"),
     source("selector: (a == 'b' || c == 'd') && t == ''")),
    (ALL, source('notSelector: "!has(a)"\nnotTag: t'),
     source('notSelector: "(!has(a)) || t == \'\'"')),
    (ALL, source("selector: ''\ntag: t"), source("selector: t == ''")),
    (ALL, source("selector: >\n  a ==\n  'b'\ntag: t"),
     source("selector: >-\n  (a ==\n  'b') && t == ''")),
    (ALL, source("tag:\nselector: a == 'b'"), source("selector: a == 'b'")),
    (('v1',), source("selector: calico/k8s_ns == 'a'\ntag: t"),
     source("selector: (projectcalico.org/namespace == 'a') && t == ''")),
    # labels of namespaces
    (V2_KINDS, source("selector: pcns.k == 'v'"), source("namespaceSelector: k == 'v'")),
    (V2_KINDS, source("selector: pcns.k == 'pcns.v' || !has(pcns.l)"),
     source("namespaceSelector: k == 'pcns.v' || !has(l)")),
    (V2_KINDS, source("selector: pcns.k == 'v' && role in {'x'} && has(pcns.l) && b != 'c'"),
     source("selector: role in {'x'} && b != 'c'\nnamespaceSelector: k == 'v' && has(l)")),
    (V2_KINDS, source("selector: >-\n  pcns.k == 'v'\n  && all()"),
     source("namespaceSelector: k == 'v'\nselector: >-\n  all()")),
    (V2_KINDS, source("selector: 'pcns.k == ''v'''"),
     source('namespaceSelector: "k == \'v\'"')),
    (V2_KINDS, source("selector: '!has(pcns.k)' # x"),
     source("namespaceSelector: '!has(k)' # x")),
    (V2_KINDS, source('selector: has(a) && !has(pcns.k)'),
     source("selector: has(a)\nnamespaceSelector: '!has(k)'")),
    (('v1',), source("selector: pcns.k == 'v'"), source("selector: pcns.k == 'v'")),
]  # fmt: skip


@pytest.mark.parametrize(
    ('api', 'old', 'new'),
    [(api, old, new) for apis, old, new in SPECS for api in apis],
    ids=lambda value: None if '\n' in value else value,
)
def test_row(api: str, old: str, new: str) -> None:
    text = policy(old, HEADS[api])
    result = migrated(text)
    assert result == policy(new, NEW_HEADS[api])
    assert migrated(result) == result
    # So in JSON, where the same means the same.
    as_json = json.dumps(yaml.safe_load(text)) + '\n'
    if 'yes' not in text and ': no ' not in text:
        assert [*decoded(migrated(as_json).encode(), Target())] == [
            *decoded(result.encode(), Target())
        ]
        json.loads(migrated(as_json))
    assert migrated(text.replace('\n', '\r\n')) == result.replace('\n', '\r\n')


@pytest.mark.parametrize(('old', 'new'), [
    ('status: {}\n', ''),
    ('Status: {a: b}\n', ''),
    ('metadata: {uid: x, name: web, resourceVersion: "1"}\n', 'metadata: {name: web}\n'),
    ('metadata:\n  selfLink: a\n  name: web\n  creationTimestamp: null\n',
     'metadata:\n  name: web\n'),
    ('metadata:\n  name: Web  # x\n  annotations: {a: B}\n  labels: {c: D}\n',
     'metadata:\n  name: web-00d5e3a9  # x\n  annotations: {a: B}\n  labels: {c: D}\n'),
])  # fmt: skip
@pytest.mark.parametrize('api', ALL)
def test_metadata(api: str, old: str, new: str) -> None:
    if 'metadata' not in old:
        old, new = f'metadata: {{name: web}}\n{old}', f'metadata: {{name: web}}\n{new}'
    name = re.sub('web-.{8}', upgrade_name('Web'), new)
    assert migrated(f'{HEADS[api]}{old}') == f'{NEW_HEADS[api]}{name}'


def test_a_namespace_stays_where_there_are_namespaces() -> None:
    text = 'metadata: {name: web, namespace: shop}\n'
    assert migrated(HEADS['np'] + text) == NEW_HEADS['np'] + text
    assert migrated(HEADS['v1'] + text) == NEW_HEADS['v1'] + 'metadata: {name: web}\n'
    assert obstacles(HEADS['gnp'] + text) != []


# ---- Vectors: what the code of the pre-release said of values ------------------------------------

VECTORS = json.loads((ORACLE / 'v2-vectors.json').read_text())
PORT_NAME = re.compile('(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*')


def value_after(spec: str, *path: Any) -> Any:
    """A value in the migrated document; None where it stays."""
    text = policy(spec, HEADS['gnp'])
    new = migrated(text)
    if new == text:
        assert obstacles(text) != []
        return None
    ((_, value),) = decoded(new.encode(), Target())
    for step in path:
        value = value[step]
    return value


@pytest.mark.parametrize('vector', VECTORS['selectors'], ids=lambda vector: repr(vector['in']))
def test_selector_vector(vector: dict[str, Any]) -> None:
    text = vector['in']
    new = value_after(f'selector: {json.dumps(text)}', 'spec', 'selector')
    if vector['error'] is None:
        assert new == text
    else:
        # What it could not read v3 can, or nobody; the text stays what it was.
        text = text.rstrip('\n')
        is_one = parse(text) is not None and text != 'global()'  # v3: in a namespaceSelector only
        assert new == (text if is_one else None)


@pytest.mark.parametrize('vector', VECTORS['ports'], ids=lambda vector: repr(vector['in'])[:20])
def test_port_vector(vector: dict[str, Any]) -> None:
    port = vector['in']
    spec = rule(f'protocol: tcp\ndestination: {{ports: [{json.dumps(port)}]}}')
    is_name = isinstance(port, str) and not re.fullmatch('[0-9:]+', port)
    legal = not is_name or (PORT_NAME.fullmatch(port) and len(port) < 16)
    wanted = port if vector['validate_error'] is None and legal else None
    path = ('spec', 'ingress', 0, 'destination', 'ports', 0)
    assert str(value_after(spec, *path)) == str(wanted)


@pytest.mark.parametrize('vector', VECTORS['protocols'], ids=lambda vector: repr(vector['in']))
def test_protocol_vector(vector: dict[str, Any]) -> None:
    protocol = vector['in']
    new = value_after(rule(f'protocol: {json.dumps(protocol)}'), 'spec', 'ingress', 0, 'protocol')
    if vector['v2_error'] is None:
        assert str(new).lower() == str(protocol)
    else:
        # Another letter case is all that may be wrong with it.
        right = [one for one in PROTOCOLS if one.lower() == str(protocol).lower()]
        assert new == (right[0] if right else None)


# ---- Names, by vectors ---------------------------------------------------------------------------

NAMES = VECTORS['names']


@pytest.mark.parametrize('vector', NAMES, ids=lambda vector: vector['in'][:40] or 'empty')
def test_name(vector: dict[str, Any]) -> None:
    name, wanted = vector['in'], vector['upgrade_name']
    text = f'{HEADS["np"]}metadata: {{name: {json.dumps(name)}}}\nspec: {{}}\n'
    if not name or len(name) > 253:
        assert len(obstacles(text)) == 1
        return
    assert upgrade_name(name) == wanted
    if wanted.startswith('-'):
        # Calico's upgrade goes no further with these.
        wanted = f'policy{wanted}'
    assert re.search('name: "?([^"}]*)', migrated(text))[1] == wanted  # type: ignore[index]


CLASH = 'this would become the {} {}, as would that on line {}: rename or remove one of the two'


def test_names_that_become_one() -> None:
    taken = upgrade_name('A')
    one, other = (
        f'{HEADS["np"]}metadata: {{name: {name}, namespace: {space}}}\nspec: {{}}\n'
        for name, space in (('A', 'default'), (taken, 'default'))
    )
    text = f'{one}---\n{other}'
    found = only(check.check('policy.yaml', text.encode(), Target()).diagnostics)
    assert [one.related[0][1] for one in found] == [
        CLASH.format('NetworkPolicy', taken, 8), CLASH.format('NetworkPolicy', taken, 3),
    ]  # fmt: skip
    assert migrated(text) == text
    # In another namespace, or as another kind, it is another policy.
    assert 'v2' not in migrated(
        text.replace(f'{taken}, namespace: default', f'{taken}, namespace: b')
    )
    assert 'v2' not in migrated(
        f'{one}---\n{HEADS["gnp"]}metadata: {{name: {taken}}}\nspec: {{}}\n'
    )


def test_a_policy_that_was_brought_over_before_and_kept() -> None:
    body = 'metadata: {name: web}\nspec: {}\n'
    text = f'{HEADS["v1"]}{body}---\n{NEW_HEADS["v1"]}{body}'
    assert obstacles(text) == ['3:18: ' + CLASH.format('GlobalNetworkPolicy', 'web', 8)]
    assert obstacles(f'{NEW_HEADS["v1"]}{body}---\n{HEADS["v1"]}{body}') == [
        '8:18: ' + CLASH.format('GlobalNetworkPolicy', 'web', 3)
    ]


# ---- Obstacles -----------------------------------------------------------------------------------

BY_HAND = 'how this is written leaves no room for a change: write it for v3 by hand'
OBSTACLES: list[tuple[tuple[str, ...], str, str]] = [
    (ALL, 'ingress:\n- protocol: tcp', '7:5: a rule without an action was once read as allow'),
    (ALL, 'ingress:\n- action:\n  protocol: tcp', '7:5: a rule without an action'),
    (ALL, "ingress:\n- {action: '', protocol: tcp}", '7:14: a rule without an action'),
    (ALL, 'ingress:\n- action: allow\n-', '8:4: an empty rule once allowed everything'),
    (ALL, 'ingress:\n- action: accept', "7:13: 'accept'"),
    (('np',), 'preDNAT: true', '6:12: preDNAT is for host endpoints'),
    (('np',), 'applyOnForward: yes', '6:19: applyOnForward is for host endpoints'),
    (('gnp', 'v1'), 'preDNAT: true\ndoNotTrack: true\ntypes: [ingress]', '7:15: '),
    (('gnp', 'v1'), 'preDNAT: true\negress:\n- action: allow', '7:3: '),
    (('gnp', 'v1'), 'preDNAT: true\ntypes: [egress]', '7:11: '),
    (ALL, 'types: [both]', "6:11: 'both'"),
    (ALL, rule('protocol: igmp'), "8:15: 'igmp'"),
    (ALL, rule('protocol: 0'), '8:15: '),
    (ALL, rule('protocol: icmp\nicmp: {code: 1}'), '9:18: '),
    (ALL, rule('protocol: icmp\nicmp: {type: 255}'), '9:18: '),
    (ALL, rule('protocol: tcp\nsource: {ports: [80-90]}'), "9:22: '80-90'"),
    (ALL, rule('protocol: tcp\nsource: {ports: [HTTP]}'), "9:22: 'HTTP'"),
    (ALL, rule('source: {ports: [80]}'), '8:14: '),
    (ALL, source('nets: [10.0.0.0/33]'), "9:14: '10.0.0.0/33'"),
    (ALL, source('net: abc'), "9:12: 'abc'"),
    (ALL, source('nets: [10.0.0.0/8, fd00::/8]'), "9:26: 'fd00::/8' is IPv6"),
    (ALL, source('nets: [10.0.0.0/8]\nnet: fd00::/8'), "10:12: 'fd00::/8' is IPv6"),
    (ALL, source('notNets: [0.0.0.0/0]'), '9:17: '),
    (ALL, rule('ipVersion: 6\nsource: {nets: [10.0.0.0/8]}'), '8:16: '),
    (ALL, source('tag: -x'), '9:12: a tag becomes a label of the endpoints, and '),
    (ALL, source(f'tag: {"x" * 64}'), '9:12: a tag becomes a label of the endpoints, and '),
    (ALL, source("tag: t\nselector: a == 'b') || (c == 'd'"), '10:17: this selector is none: '),
    (ALL, source("selector: a = 'b'"), '9:19: '),
    (V2_KINDS, source("selector: pcns.k == 'v' || a == 'b'"), '9:17: what pcns. says'),
    (V2_KINDS, source("selector: pcns.k == 'v' && a == 'b' || c == 'd'"), '9:17: what pcns. says'),
    (V2_KINDS, source("selector: (pcns.k == 'v' && a == 'b')"), '9:17: what pcns. says'),
    (V2_KINDS, source("notSelector: pcns.k == 'v'"), '9:20: what pcns. says'),
    (V2_KINDS, source("selector: pcns.k == 'v'\ntag: t"), '9:17: what pcns. says'),
    (V2_KINDS, source("selector: pcns.k == 'v'\nnamespaceSelector: has(b)"), '9:17: what pcns.'),
    (('np',), source("selector: k == 'pcns.v'"), '9:17: what pcns. says'),
    (ALL, 'tier: [x]', '6:9: '),
    (('np',), 'doNotTrack: false', '6:3: v3 has no place for doNotTrack: remove it by hand'),
    (ALL, 'unknown: x', "6:3: 'unknown'"),
    (ALL, 'types: [!!str ingress, !x egress]', f'6:29: {BY_HAND}'),
]  # fmt: skip


@pytest.mark.parametrize(
    ('api', 'spec', 'wanted'),
    [(api, spec, wanted) for apis, spec, wanted in OBSTACLES for api in apis],
    ids=lambda value: None if '\n' in value else value,
)
def test_obstacle(api: str, spec: str, wanted: str) -> None:
    found = obstacles(policy(spec, HEADS[api]))
    assert len(found) == 1, found
    assert found[0].startswith(wanted), found


def test_every_obstacle_is_said() -> None:
    spec = 'types: [both]\ningress:\n- {}\n- action: accept\n  source: {nets: [a, b], tag: -x}'
    assert [one.partition(': ')[0] for one in obstacles(policy(spec, HEADS['gnp']))] == [
        '6:11', '8:5', '9:13', '10:21', '10:24', '10:33',
    ]  # fmt: skip


def test_a_template_is_left_where_it_would_change() -> None:
    text = policy('selector: a == "${A}"\ningress: [{action: "${B}"}]', HEADS['np'])
    assert obstacles(text) != []
    text = policy('ingress: [{action: allow}]', HEADS['np'])
    assert obstacles(text.replace('web', '${NAME}')) == [
        '4:9: this is filled in later: migrate the document that comes of it'
    ]
    annotated = text.replace('name: web', 'name: web\n  annotations: {a: "${B}"}')
    assert 'annotations: {a: "${B}"}' in migrated(annotated)
    assert 'action: Allow' in migrated(annotated)


# ---- Anchors and aliases -------------------------------------------------------------------------

ALIAS = 'an alias refers to this for something that stays as it is: write it out'


def test_aliases_of_one_meaning() -> None:
    spec = (
        'ingress: &rules\n- action: &a allow\n  source: &e {net: 1.2.3.4, tag: t}\n'
        '  destination: *e\n- action: *a\n  protocol: tcp\negress: *rules'
    )
    assert migrated(policy(spec, HEADS['gnp'])) == policy(
        'ingress: &rules\n- action: &a Allow\n  source: &e {nets: [1.2.3.4/32], '
        "selector: t == ''}\n  destination: *e\n- action: *a\n  protocol: TCP\negress: *rules",
        NEW_HEADS['gnp'],
    )


def test_merge_keys() -> None:
    spec = 'ingress:\n- &r {action: allow, protocol: tcp}\n- <<: *r\n  source: {net: 1.2.3.4}'
    assert migrated(policy(spec, HEADS['gnp'])) == policy(
        'ingress:\n- &r {action: Allow, protocol: TCP}\n- <<: *r\n  source: {nets: [1.2.3.4/32]}',
        NEW_HEADS['gnp'],
    )
    spec = 'ingress:\n- &r {action: allow, protocol: tcp}\n- <<: *r\n  protocol: udp'
    first, second = obstacles(policy(spec, HEADS['gnp']))
    assert first == f'7:34: {ALIAS}'
    assert second.startswith("9:5: 'protocol' is also set by a merge key")


def test_an_alias_that_stays() -> None:
    text = (
        f'{HEADS["np"]}metadata: {{name: web, labels: {{a: &a allow}}}}\n'
        'spec: {ingress: [{action: *a}]}\n'
    )
    assert obstacles(text) == [f'3:38: {ALIAS}']


@pytest.mark.parametrize(
    'spec',
    [
        # What one use of a text needs, another does not: it would have said something else there.
        'selector: &s a == "b"\n' + rule('source:\n  selector: *s\n  tag: t'),
        rule('source:\n  selector: &s a == "b"\n  tag: t\ndestination:\n  selector: *s'),
        rule('source:\n  notSelector: &s a == "b"\n  notTag: t\n'
             'destination:\n  notSelector: *s'),
        rule('source:\n  nets: &n\n  - 10.0.0.0/8\n  net: 11.0.0.0/8\n'
             'destination:\n  nets: *n'),
        rule('source:\n  notNets: &n [10.0.0.0/8]\n  notNet: 11.0.0.0/8\n'
             'destination:\n  nets: *n'),
        rule('source: &e\n  ports: [80]\n  tag: t\ndestination:\n  <<: *e\n  selector: has(x)'),
        rule('source: &e\n  ports: [80]\n  selector: has(x)\ndestination:\n  <<: *e\n  tag: t'),
        rule('source: &e\n  ports: [80]\n  net: 10.0.0.0/8\n'
             'destination:\n  <<: *e\n  nets: [11.0.0.0/8]'),
    ],
)  # fmt: skip
def test_an_alias_that_would_change_alone(spec: str) -> None:
    spec = spec.replace('action: Deny', 'action: Deny\n  protocol: TCP')
    assert any('alias' in one for one in obstacles(policy(spec, HEADS['v1'])))


def test_an_alias_from_another_document_of_the_list() -> None:
    item = (
        '- apiVersion: {}\n  kind: {}\n  metadata: {{name: {}}}\n'
        '  spec: {{ingress: [{{action: {}}}]}}\n'
    )
    v2 = ('projectcalico.org/v2', 'GlobalNetworkPolicy')
    other = 'apiVersion: other/v1\n  kind: Thing\n  action: *x\n'
    text = item.format(*v2, 'a', '&x allow') + item.format(*v2, 'b', 'deny')
    assert 'v2' not in migrated(text)
    assert obstacles(item.format(*v2, 'a', '&x allow') + f'- {other}') == [f'4:32: {ALIAS}']
    # A document whose aliases lead out of it.
    text = f'- {other}'.replace('*x', '&x Allow') + item.format(*v2, 'b', '*x')
    assert migrated(text) == text.replace('org/v2', 'org/v3')


# ---- Lists ---------------------------------------------------------------------------------------


def test_a_typed_list_is_brought_over_as_a_whole() -> None:
    text = (
        'apiVersion: projectcalico.org/v2\nkind: NetworkPolicyList\nitems:\n'
        '- metadata: {name: A, namespace: b}\n  spec: {types: [ingress]}\n'
        '- apiVersion: projectcalico.org/v2\n  kind: NetworkPolicy\n'
        '  metadata: {name: b, namespace: b}\n  spec: {types: [egress]}\n'
    )
    assert migrated(text) == (
        'apiVersion: projectcalico.org/v3\nkind: NetworkPolicyList\nitems:\n'
        f'- metadata: {{name: {new_name("A")}, namespace: b}}\n'
        '  apiVersion: projectcalico.org/v3\n  kind: NetworkPolicy\n  spec: {types: [Ingress]}\n'
        '- apiVersion: projectcalico.org/v3\n  kind: NetworkPolicy\n'
        '  metadata: {name: b, namespace: b}\n  spec: {types: [Egress]}\n'
    )
    assert migrated(text.replace('egress', 'both')) == text.replace('egress', 'both')


def test_a_list_of_v1() -> None:
    text = (
        'apiVersion: v1\nkind: policyList\nitems:\n- apiVersion: v1\n  kind: policy\n'
        '  metadata: {name: a}\n  spec: {types: [ingress]}\n- metadata: {name: b}\n  spec: {}\n'
    )
    (found,) = only(check.check('policy.yaml', text.encode(), Target()).diagnostics)
    assert found.message.endswith('and kind GlobalNetworkPolicyList')
    assert migrated(text) == (
        'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicyList\nitems:\n'
        '- apiVersion: projectcalico.org/v3\n  kind: GlobalNetworkPolicy\n'
        '  metadata: {name: a}\n  spec: {types: [Ingress]}\n- metadata: {name: b}\n'
        '  apiVersion: projectcalico.org/v3\n  kind: GlobalNetworkPolicy\n  spec: {}\n'
    )


def test_items_of_a_kubernetes_list_are_documents() -> None:
    text = (
        'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: policy\n'
        '  metadata: {name: a}\n  spec: {types: [ingress]}\n- apiVersion: projectcalico.org/v2\n'
        '  kind: NetworkPolicy\n  metadata: {name: b}\n  spec: {types: [both]}\n'
    )
    new = 'projectcalico.org/v3\n  kind: GlobalNetworkPolicy'
    assert migrated(text) == text.replace('v1\n  kind: policy', new).replace('ingress', 'Ingress')


def test_an_item_of_a_list_of_v3_leaves_its_kind_to_the_list() -> None:
    text = (
        'apiVersion: projectcalico.org/v3\nkind: NetworkPolicyList\nitems:\n'
        '- apiVersion: projectcalico.org/v2\n  metadata: {name: a, namespace: b}\n'
        '  spec: {types: [ingress]}\n- metadata: {name: c, namespace: b}\n'
    )
    assert migrated(text) == text.replace('/v2', '/v3').replace('ingress', 'Ingress')
    assert obstacles(text.replace('ingress', 'both'))[0].startswith("6:18: 'both' is not")
    clash = text.replace('name: a', 'name: C').replace('name: c', f'name: {new_name("C")}')
    assert 'as would that on line 7' in obstacles(clash)[0]


def test_what_is_no_policy_is_left() -> None:
    for head in (
        'apiVersion: v1\nkind: ipPool',
        'apiVersion: projectcalico.org/v2\nkind: Profile',
    ):
        assert obstacles(f'{head}\nmetadata: {{name: a}}\nspec: {{}}\n') == []


def test_a_break_in_the_migration_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError('broken')

    monkeypatch.setattr(migration, 'migrate', broken)
    result = check.check('a.yaml', policy('types: [both]', HEADS['np']).encode(), Target())
    assert [one.rule for one in result.diagnostics if one.severity != 'info'] == ['invalid-value']
    assert len(result.errors) == 1
    assert 'a.yaml: the migration broke' in result.errors[0]


# ---- Host endpoints, profiles and tiers ----------------------------------------------------------

V1 = 'apiVersion: v1\nkind: {}\n'
V3 = 'apiVersion: projectcalico.org/v3\nkind: {}\n'
OTHERS = [
    ('hostEndpoint', 'HostEndpoint',
     """metadata:
  name: eth0
  node: Node_1.example.com
  labels: {type: production}
spec:
  interfaceName: eth0  # the uplink
  expectedIPs: [192.0.2.1]
  profiles: [k8s_ns.default, plain, Odd]
  ports:
  - {name: ssh, protocol: tcp, port: 22}
""",
     """metadata:
  name: node-1.example.com.eth0
  labels: {type: production}
spec:
  interfaceName: eth0  # the uplink
  node: node-1.example.com
  expectedIPs: [192.0.2.1]
  profiles: [kns.default, plain, odd-dc28f5f3]
  ports:
  - {name: ssh, protocol: TCP, port: 22}
"""),
    ('profile', 'Profile',
     """metadata:
  name: nameyMcProfileName
  labels:
    role: db
    "1": "2"
  tags: [web, 3]
spec:
  ingress:
  - action: deny
    source: {net: 10.0.20.1/24, tag: web}
  egress:
  - action: allow
""",
     """metadata:
  name: nameymcprofilename-9740ed19
spec:
  labelsToApply: {role: db, '1': '2', web: '', '3': ''}
  ingress:
  - action: Deny
    source: {nets: [10.0.20.0/24], selector: web == ''}
  egress:
  - action: Allow
"""),
    ('profile', 'Profile', 'metadata:\n  name: a\n  tags:\n  - web\n',
     "spec: {labelsToApply: {web: ''}}\nmetadata:\n  name: a\n"),
    ('profile', 'Profile', 'metadata: {name: a, tags: [web]}\nspec: {}\n',
     "metadata: {name: a}\nspec: {labelsToApply: {web: ''}}\n"),
    ('profile', 'Profile', 'metadata: {name: "k8s_ns.FlUx-.-CaPaCiToR$$"}\nspec: {}\n',
     'metadata: {name: "kns.flux.capacitor-a9ad9f16"}\nspec: {}\n'),
    ('tier', 'Tier', 'metadata: {name: dev}\nspec: {order: 10}\n',
     'metadata: {name: dev}\nspec: {order: 10}\n'),
]  # fmt: skip


@pytest.mark.parametrize(('old_kind', 'kind', 'old', 'new'), OTHERS)
def test_other_kinds_of_v1(old_kind: str, kind: str, old: str, new: str) -> None:
    text = V1.format(old_kind) + old
    result = migrated(text)
    assert result == V3.format(kind) + new
    assert migrated(result) == result
    as_json = json.dumps(yaml.safe_load(text)) + '\n'
    assert [*decoded(migrated(as_json).encode(), Target())] == [*decoded(result.encode(), Target())]


@pytest.mark.parametrize(('kind', 'body', 'wanted'), [
    ('hostEndpoint', 'metadata: {name: eth0}\nspec: {interfaceName: eth0}\n',
     '3:18: a host endpoint of v1 names its node in metadata'),
    ('profile', 'metadata: {name: a, labels: {b: c}, tags: [b]}\nspec: {}\n',
     "3:44: a tag becomes a label, and 'b' is one already"),
    ('profile', 'metadata: {name: a, labels: {b: [c]}}\nspec: {}\n',
     '3:29: labels are text: write each of them out'),
    ('profile', 'metadata:\n  name: a\n  labels:\n    b: c  # why\n    d: e\nspec: {}\n',
     '5:3: this goes into spec.labelsToApply, and the comment in it would be lost'),
    ('profile', 'metadata: {name: a}\nspec:\n  ingress:\n  - protocol: tcp\n',
     '6:5: a rule without an action'),
])  # fmt: skip
def test_obstacle_in_other_kinds(kind: str, body: str, wanted: str) -> None:
    found = obstacles(V1.format(kind) + body)
    assert found
    assert found[0].startswith(wanted)


def test_two_host_endpoints_of_one_name_on_two_nodes() -> None:
    one = V1.format('hostEndpoint') + (
        'metadata: {name: eth0, node: a}\nspec: {interfaceName: eth0}\n'
    )
    text = f'{one}---\n{one.replace("node: a", "node: b")}'
    assert [line for line in migrated(text).splitlines() if 'name: ' in line] == [
        'metadata: {name: a.eth0}', 'metadata: {name: b.eth0}',
    ]  # fmt: skip
    clash = (
        'apiVersion: v1\nkind: hostEndpointList\nitems:\n'
        '- metadata: {name: eth0, node: a}\n  spec: {interfaceName: eth0}\n'
        '- metadata: {name: eth0, node: A}\n  spec: {interfaceName: eth0}\n'
    )
    assert obstacles(clash) == [
        '4:20: ' + CLASH.format('HostEndpoint', 'a.eth0', 6),
        '6:20: ' + CLASH.format('HostEndpoint', 'a.eth0', 4),
    ]


def test_many_documents_take_their_time_each() -> None:
    """Of a list of documents each is judged alone, not the list once for each."""
    item = f'- {indented(policy("types: [ingress]", HEADS["gnp"]), 2).strip()}\n'
    text = ''.join(item.replace('web', f'web-{number}') for number in range(400))
    assert 'v2' not in migrated(text)


def test_many_rules_take_their_time_each() -> None:
    """What is taken out of one entity is not looked for in all the others."""
    body = "- action: allow\n  source: {tag: t, selector: a == 'b'}\n"
    text = policy(f'ingress:\n{body * 4000}'.rstrip(), HEADS['v1'])
    (found,) = only(check.check('policy.yaml', text.encode(), Target()).diagnostics)
    assert found.fix is not None


# ---- Meaning: a model that works on data ---------------------------------------------------------


class Undecided(Exception):
    """The owner of the policy has to say what is meant."""


LABEL = re.compile('[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?')
PROTOCOLS = ('TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite')


def model(api: str, policy: dict[str, Any]) -> dict[str, Any]:
    """What calico-v2 means in v3, written down once more and otherwise."""
    is_global = api == 'v1' or policy['kind'] == 'GlobalNetworkPolicy'
    metadata = {k: v for k, v in policy['metadata'].items() if k not in ('uid', 'selfLink')}
    metadata['name'] = model_name(metadata['name'])
    spec = dict(policy['spec'])
    if 'selector' in spec and api == 'v1':
        spec['selector'] = spec['selector'].replace('calico/k8s_ns', 'projectcalico.org/namespace')
    if 'types' in spec:
        spec['types'] = list(dict.fromkeys(word.capitalize() for word in spec['types']))
    on = {flag for flag in ('doNotTrack', 'preDNAT') if spec.get(flag)}
    if not is_global:
        if on or spec.get('applyOnForward'):
            raise Undecided
        if spec and spec.keys() <= {'doNotTrack', 'preDNAT', 'applyOnForward'}:
            raise Undecided  # nothing would be left, and nothing is not always easy to write
        for flag in ('doNotTrack', 'preDNAT', 'applyOnForward'):
            spec.pop(flag, None)
    elif on:
        if len(on) == 2 or (
            'preDNAT' in on and ('Egress' in spec.get('types', ()) or spec.get('egress'))
        ):
            raise Undecided
        spec['applyOnForward'] = True
        if 'preDNAT' in on:
            spec.setdefault('types', ['Ingress'])
    for direction in ('ingress', 'egress'):
        if direction in spec:
            spec[direction] = [model_rule(api, one) for one in spec[direction]]
    return {'metadata': metadata, 'spec': spec}


def model_name(name: str) -> str:
    if re.fullmatch('[a-z0-9]([-a-z0-9]*[a-z0-9])?', name):
        return name
    kept = ''.join(char if char in '.-0123456789abcdefghijklmnopqrstuvwxyz' else '/' if char == '/'
                   else ' ' for char in name.lower())  # fmt: skip
    kept = re.sub(' +', '-', kept).replace('/', '.')
    runs = [('.' if '.' in run else run) if run[0] in '.-' else run
            for run in re.findall(r'[.-]+|[^.-]+', kept)]  # fmt: skip
    kept = ''.join(runs).strip('.-').replace('.', '-')
    mark = hashlib.sha1(name.encode()).hexdigest()[:8]
    return f'{kept or "policy"}-{mark}'


def model_rule(api: str, old: dict[str, Any]) -> dict[str, Any]:
    new = dict(old)
    if not old.get('action'):
        raise Undecided
    new['action'] = 'Pass' if old['action'] == 'next-tier' else old['action'].capitalize()
    for field in ('protocol', 'notProtocol'):
        if field in old:
            value = str(old[field])
            if value.isdigit():
                new[field] = int(value)
            else:
                new[field] = {one.lower(): one for one in PROTOCOLS}[value]
    families = set()
    for side in ('source', 'destination'):
        if side in old:
            new[side] = model_entity(api, old[side])
            for field in ('nets', 'notNets'):
                families |= {':' in net for net in new[side].get(field, ())}
            if new.get('protocol') not in ('TCP', 'UDP', 'SCTP', 6, 17, 132) and (
                new[side].get('ports') or new[side].get('notPorts')
            ):
                raise Undecided
    if len(families) == 2 or (families and old.get('ipVersion') == (4 if True in families else 6)):
        raise Undecided
    return new


def model_entity(api: str, old: dict[str, Any]) -> dict[str, Any]:
    new = {k: v for k, v in old.items() if k not in ('net', 'notNet', 'tag', 'notTag')}
    for no in ('', 'not'):
        nets, net, tag, selector = (
            f'{no}{(word.capitalize() if no else word)}'
            for word in ('nets', 'net', 'tag', 'selector')
        )
        listed = [*old.get(nets, ()), *([old[net]] if net in old else ())]
        if no and any(one.endswith('/0') for one in listed):
            raise Undecided
        if nets in old or net in old:
            new[nets] = list(dict.fromkeys(
                str(ipaddress.ip_network(one, strict=False)) for one in listed
            ))  # fmt: skip
        text = old.get(selector, '')
        if 'pcns.' in text:
            if no or tag in old:
                raise Undecided
            # The samples join either with && alone or with || alone, and have no parentheses.
            terms = re.split(' && ', text)
            if any(('pcns.' in part) != ('pcns.' in terms[0].split(' || ')[0])
                   for part in terms[0].split(' || ')):  # fmt: skip
                raise Undecided
            spaces = [term.replace('pcns.', '') for term in terms if 'pcns.' in term]
            rest = [term for term in terms if 'pcns.' not in term]
            new.pop(selector)
            new['namespaceSelector'] = ' && '.join(spaces)
            if rest:
                new[selector] = ' && '.join(rest)
        elif api == 'v1' and text:
            text = new[selector] = text.replace('calico/k8s_ns', 'projectcalico.org/namespace')
        if tag in old:
            if not LABEL.fullmatch(old[tag]) or len(old[tag]) > 63:
                raise Undecided
            joint = '||' if no else '&&'
            has = f"{old[tag]} == ''"
            new[selector] = f'({text}) {joint} {has}' if text else has
        for port in old.get(f'{no}{"Ports" if no else "ports"}', ()):
            if isinstance(port, str) and ':' not in port and not PORT_NAME.fullmatch(port):
                raise Undecided
    return new


NAMES_DRAWN = st.sampled_from([one['in'] for one in NAMES if one['in'] and len(one['in']) < 129])
SELECTORS = (
    "a == 'b'",
    'has(a) || c in {\'x\', "y"}',
    "!has(a) && c != 'd'",
    'all()',
    "a == 'it\"s'",
)
NS_SELECTORS = {
    'v1': ("calico/k8s_ns == 'x'", "has(calico/k8s_ns) && a not in {'b'}"),
    'v2': ("pcns.k == 'v'", "pcns.k == 'v' && a == 'b'", "has(pcns.k) && c == 'd' && pcns.l != 'x'",
           "pcns.k == 'v' || has(pcns.l)", "pcns.k == 'v' || a == 'b'"),
}  # fmt: skip
FOUR = st.sampled_from(['10.1.2.3/8', '10.0.0.0/8', '1.2.3.4', '0.0.0.0/0', '192.168.5.5/17'])
SIX = st.sampled_from(['fd00::1/8', '::1', '2001:db8::/32'])


@st.composite
def entities(draw: st.DrawFn, api: str, with_ports: bool) -> dict[str, Any]:
    nets = draw(st.sampled_from([FOUR, FOUR, SIX]))
    texts = st.sampled_from([*SELECTORS, *NS_SELECTORS[api]])
    tags = st.sampled_from(['t', 'front.end', 'in', 'in-x', 'A_b', '-x'] if api == 'v1' else ['t'])
    optional: dict[str, st.SearchStrategy[Any]] = {
        'nets': st.lists(nets, max_size=3), 'notNets': st.lists(nets, max_size=2),
        'selector': texts, 'notSelector': st.sampled_from(SELECTORS), 'tag': tags, 'notTag': tags,
    }  # fmt: skip
    if api == 'v1':
        optional |= {'net': nets, 'notNet': nets}
    if with_ports:
        ports = st.sampled_from([80, 443, '1024:2048', 'http', 'http', 'HTTP', '80-90'])
        optional |= {'ports': st.lists(ports, min_size=1, max_size=3, unique=True),
                     'notPorts': st.lists(ports, max_size=1)}  # fmt: skip
    found = draw(st.fixed_dictionaries({}, optional=optional))
    return dict(draw(st.permutations(list(found.items()))))


@st.composite
def traffic(draw: st.DrawFn, api: str) -> dict[str, Any]:
    protocol = draw(
        st.sampled_from([None, 'tcp', 'tcp', 'udp', 'icmp', 'icmpv6', 'sctp', 6, '17', 99])
    )
    found: dict[str, Any] = {
        'action': draw(
            st.sampled_from(['allow', 'deny', 'log', 'pass', 'allow', 'deny', 'next-tier', ''])
        )
    }
    if protocol is not None:
        found['protocol'] = protocol
    if protocol == 'icmp' and draw(st.booleans()):
        found['icmp'] = draw(st.sampled_from([{'type': 0}, {'type': 8, 'code': 0}]))
    if draw(st.integers(0, 3)) == 0:
        found['notProtocol'] = draw(st.sampled_from(['udplite', 7]))
    if draw(st.integers(0, 5)) == 0 and protocol not in ('icmp', 'icmpv6'):
        found['ipVersion'] = draw(st.sampled_from([4, 6]))
    for side in ('source', 'destination'):
        if draw(st.booleans()):
            found[side] = draw(entities(api, protocol in ('tcp', 'udp', 6, '17')))
    return found


@st.composite
def old_policies(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    api = draw(st.sampled_from(['v1', 'v2']))
    kind = (
        'policy' if api == 'v1' else draw(st.sampled_from(['NetworkPolicy', 'GlobalNetworkPolicy']))
    )
    metadata: dict[str, Any] = {'name': draw(NAMES_DRAWN)}
    if kind == 'NetworkPolicy':
        metadata['namespace'] = draw(st.sampled_from(['default', 'shop']))
    if draw(st.booleans()):
        metadata['uid'] = 'x'
        metadata['annotations'] = {'a': 'B'}
    rules = st.lists(traffic(api), max_size=2)
    spec = draw(st.fixed_dictionaries({}, optional={
        'order': st.sampled_from([1, -5, 99.5]),
        'selector': st.sampled_from([*SELECTORS, *(NS_SELECTORS['v1'] if api == 'v1' else ())]),
        'types': st.lists(st.sampled_from(['ingress', 'egress']), max_size=3),
        'ingress': rules, 'egress': rules,
    }))  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        flags = ('doNotTrack', 'preDNAT', 'applyOnForward')
        spec |= draw(st.fixed_dictionaries({}, optional=dict.fromkeys(flags, st.booleans())))
    version = 'v1' if api == 'v1' else 'projectcalico.org/v2'
    return api, {'apiVersion': version, 'kind': kind, 'metadata': metadata, 'spec': spec}


THOROUGH = settings(
    max_examples=400, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@settings(THOROUGH, max_examples=80)
@given(old_policies(), st.integers(0, 10**6))
def test_it_means_the_same(drawn: tuple[str, dict[str, Any]], seed: int) -> None:
    keeps_its_meaning(drawn, seed)


@pytest.mark.slow
@THOROUGH
@given(old_policies(), st.integers(0, 10**6))
def test_it_means_the_same_at_length(drawn: tuple[str, dict[str, Any]], seed: int) -> None:
    keeps_its_meaning(drawn, seed)


def keeps_its_meaning(drawn: tuple[str, dict[str, Any]], seed: int) -> None:
    api, old = drawn
    text = yaml.safe_dump(old, sort_keys=False)
    styled = rewritten(text, seed)
    for one in (text, json.dumps(old), styled):
        # What is written `kind: 'policy'`, with no word of Calico in it, is not looked at.
        if one is not None and only(check.check('x.yaml', one.encode(), Target()).diagnostics):
            holds(api, old, one)


def holds(api: str, old: dict[str, Any], text: str) -> None:
    """A text that says what ``old`` does becomes what the model makes of it, or stays."""
    new = migrated(text)
    try:
        wanted = model(api, old)
    except Undecided:
        assert new == text
        assert obstacles(text) != []
        return
    ((_, value),) = decoded(new.encode(), Target())
    assert value == wanted, f'{text}\n--- became\n{new}'
    assert migrated(new) == new
    for where in VERSIONS:
        found = check.check('x.yaml', new.encode(), where).diagnostics
        assert [one for one in found if one.effect in GRAVE] == []


@pytest.mark.parametrize(
    'where', some_slow(VERSIONS, VERSIONS[-2]), ids=lambda where: str(where.version[1])
)
def test_labelled_documents_as_if_of_another_api(where: Target) -> None:
    """Whatever is written, it is clean of refusals once it is brought over, or it stays."""
    moved = left = 0
    for document in documents()[VERSIONS.index(where) :: 7]:
        for old in ('projectcalico.org/v2', 'v1'):
            text = document.text.replace('projectcalico.org/v3', old)
            if old == 'v1':
                text = re.sub(r'kind: (Global)?NetworkPolicy\b', 'kind: policy', text)
            result = check.check('x.yaml', text.encode(), where)
            assert not result.errors, result.errors
            found = only(result.diagnostics)
            for one in found:
                well_placed(one)
                assert not (one.fix and one.related)
            if len(found) != 1:
                continue
            new = migrated(text, where)
            if new == text:
                left += 1
                continue
            moved += 1
            assert migrated(new, where) == new
            after = check.check('x.yaml', new.encode(), where).diagnostics
            grave = [one for one in after if one.effect in GRAVE]
            # Of a List calicoctl alone refuses its kind, which is not the item's affair.
            assert {one.refused_by for one in grave} <= {'calicoctl'}, f'{text}\n{new}'
    assert min(moved, left) > 100


@THOROUGH
@given(changed_policies(), st.sampled_from([('v1', 'policy'), ('projectcalico.org/v2', '')]))
def test_whatever_is_written(text: str, api: tuple[str, str]) -> None:
    """A policy with pieces put in or taken out: nothing breaks, nothing ends worse."""
    version, kind = api
    text = text.replace('projectcalico.org/v3', version).replace('Allow', 'allow')
    if kind:
        text = re.sub(r'kind: (Global)?NetworkPolicy\b', f'kind: {kind}', text)
    data = text.encode('utf-8', 'surrogatepass')
    result = check.check('x.yaml', data, Target())
    assert not result.errors, result.errors[0]
    for one in only(result.diagnostics):
        well_placed(one)
    fixed = fix_text('x.yaml', data, Target(), unsafe=True, asked_for=only)
    again = fix_text('x.yaml', fixed.data, Target(), unsafe=True, asked_for=only)
    assert again.data is fixed.data
    if len(only(result.diagnostics)) == 1 and fixed.rounds:
        grave = [one for one in fixed.after.diagnostics if one.effect in GRAVE]
        assert {one.refused_by for one in grave} <= {'calicoctl', None}, fixed.data.decode()


# ---- Selectors, on labels ------------------------------------------------------------------------

KEYS = ('a', 'c', 't', 'u', 'pcns.k', 'pcns.l')
LABELS = [
    {key: value for key, value in zip(KEYS, values, strict=True) if value is not None}
    for values in itertools.product((None, 'b'), (None, 'x', 'd'), (None, '', 'v'), (None, 'v'),
                                    (None, 'v'), (None, 'x'))
]  # fmt: skip


@pytest.mark.parametrize('selector', SELECTORS)
@pytest.mark.parametrize('not_selector', SELECTORS)
def test_tags_as_felix_read_them(selector: str, not_selector: str) -> None:
    """Not Calico's upgrade, which made of `not S and not T` one that matches more."""
    body = json.dumps(
        {'selector': selector, 'tag': 't', 'notSelector': not_selector, 'notTag': 'u'}
    )
    ((_, new),) = decoded(migrated(policy(source(body), HEADS['v1'])).encode(), Target())
    entity = new['spec']['ingress'][0]['source']
    positive, negative = parse(entity['selector']), parse(entity['notSelector'])
    old, old_not = parse(selector, V2), parse(not_selector, V2)
    assert positive is not None
    assert negative is not None
    assert old is not None
    assert old_not is not None
    for labels in LABELS:
        matched = (evaluate(old, labels) and labels.get('t') == ''
                   and not evaluate(old_not, labels) and labels.get('u') != '')  # fmt: skip
        assert (evaluate(positive, labels) and not evaluate(negative, labels)) is matched


@pytest.mark.parametrize('selector', NS_SELECTORS['v2'])
def test_namespaces_as_the_pre_release_read_them(selector: str) -> None:
    parts = parted(selector)
    old = parse(selector, V2)
    if parts is None:
        assert '||' in selector
        return
    assert old is not None
    terms = [parse(term) for term in (*parts.own, *parts.namespaces)]
    for labels in LABELS:
        new = all(evaluate(term, labels) for term in terms if term is not None)
        assert new is evaluate(old, labels)


@pytest.mark.parametrize(('old', 'new'), [
    ('1.2.3.4', '1.2.3.4/32'), ('::1', '::1/128'), ('10.1.2.3/8', '10.0.0.0/8'),
    ('10.0.0.0/8', '10.0.0.0/8'), ('2001:DB8::/32', '2001:DB8::/32'), ('abc', 'abc'),
    ('10.0.0.0/33', '10.0.0.0/33'),
])  # fmt: skip
def test_net(old: str, new: str) -> None:
    assert new_net(old) == new


# ---- From the command line -----------------------------------------------------------------------

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('NO_COLOR', '1')
    return tmp_path


GOOD = policy('types: [ingress]', HEADS['np'])
LEFT = policy('types: [both]\ningress:\n- action: allow\n- protocol: tcp', HEADS['v1'])
MISTAKE = policy("selector: a = 'b'", NEW_HEADS['np'])


def test_a_whole_repository(here: Path, capsys: Capture) -> None:
    (here / 'a').mkdir()
    for name, text in (('a/good.yaml', GOOD), ('left.yaml', LEFT), ('v3.yaml', MISTAKE)):
        Path(name).write_text(text)
    assert main(['check', '--fix', '--unsafe-fixes', '--select=legacy-api', '.']) == 1
    assert Path('a/good.yaml').read_text() == policy('types: [Ingress]', NEW_HEADS['np'])
    assert Path('left.yaml').read_text() == LEFT
    assert Path('v3.yaml').read_text() == MISTAKE
    out, err = capsys.readouterr()
    assert [line.split()[1] for line in out.splitlines()] == ['error[legacy-api]']
    told = [line for line in err.splitlines() if 'carried' in line]
    assert [line.split(' ')[1] for line in told] == [
        'left.yaml:6:11:', 'left.yaml:9:5:',
    ]  # fmt: skip
    assert told[1] == (
        'calico-lint: left.yaml:9:5: cannot be carried over to projectcalico.org/v3: a rule '
        'without an action was once read as allow: write action: Allow if that is what it is for'
    )
    assert 'a/good.yaml: 1 fix applied (1 legacy-api)' in err


def test_where_nothing_can_be_fixed_it_is_said_all_the_same(here: Path, capsys: Capture) -> None:
    Path('left.yaml').write_text(LEFT)
    assert main(['check', '--fix', '--unsafe-fixes', '--select=legacy-api', '.']) == 1
    assert capsys.readouterr().err.count('left.yaml:6:11: cannot be carried over') == 1
    assert main(['check', '--diff', '--unsafe-fixes', '--select', 'legacy-api', '.']) == 1
    out, err = capsys.readouterr()
    assert out == ''
    assert err.count('left.yaml:6:11: cannot be carried over') == 1


def test_without_unsafe_fixes_nobody_asked(here: Path, capsys: Capture) -> None:
    Path('good.yaml').write_text(GOOD)
    Path('left.yaml').write_text(LEFT)
    main(['check', '--fix', '--select', 'legacy-api', '.'])
    assert Path('good.yaml').read_text() == GOOD
    assert 'carried' not in capsys.readouterr().err


def test_difference(here: Path, capsys: Capture) -> None:
    Path('good.yaml').write_text(GOOD)
    assert main(['check', '--diff', '--unsafe-fixes', '--select', 'legacy-api']) == 1
    out, _ = capsys.readouterr()
    assert '-apiVersion: projectcalico.org/v2\n+apiVersion: projectcalico.org/v3\n' in out
    assert Path('good.yaml').read_text() == GOOD


def test_json(here: Path, capsys: Capture) -> None:
    Path('good.yaml').write_text(GOOD)
    Path('left.yaml').write_text(LEFT)
    main(['check', '--output-format=json', '--select', 'legacy-api'])
    good, left = json.loads(capsys.readouterr().out)['diagnostics']
    assert good['fix']['applicability'] == 'unsafe'
    assert good['fix']['title'] == 'Write projectcalico.org/v3'
    assert good['fix']['edits'] == [
        {'line': 1, 'column': 13, 'end_line': 1, 'end_column': 33, 'text': 'projectcalico.org/v3'},
        {'line': 6, 'column': 11, 'end_line': 6, 'end_column': 18, 'text': 'Ingress'},
    ]
    assert good['related'] == []
    assert left['fix'] is None
    assert [place['line'] for place in left['related']] == [6, 9]
