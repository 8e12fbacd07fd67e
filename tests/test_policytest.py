"""calico-lint test, order and explain-flow: what they say, and their exit status."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from linter.cli.main import main
from linter.policytest.fit import schema

Capture = pytest.CaptureFixture[str]

DB = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: deny
  namespace: shop
spec:
  order: 1000
  types: [Ingress]
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  order: 100
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    source:
      selector: app == 'api'
    destination:
      ports: [5432]
"""
CLUSTER = """\
version: 1
policies: [policies/*.yaml]
endpoints:
- {name: api, namespace: shop, ips: [10.0.1.1], labels: {app: api}}
- {name: web, namespace: shop, ips: [10.0.1.2], labels: {app: web}}
- {name: db, namespace: shop, ips: [10.0.1.3], labels: {app: db}}
"""
GOOD = '- {name: good, from: shop/api, to: shop/db, protocol: TCP, port: 5432, verdict: allow}\n'
WRONG = '- {name: wrong, from: shop/api, to: shop/db, protocol: TCP, port: 5433, verdict: allow}\n'
END = 'default/NetworkPolicy/shop/db[end]'
WHY = (
    'denied by end of tier default: NetworkPolicy shop/db selects shop/db for ingress and no rule '
    'takes TCP 5433 (policies/db.yaml:13)'
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('NO_COLOR', '1')
    (tmp_path / 'policies').mkdir()
    (tmp_path / 'policies' / 'db.yaml').write_text(DB)
    return tmp_path


def run(text: str, *words: str) -> int:
    Path('t.yaml').write_text(text)
    return main(['test', 't.yaml', *words])


def found(capsys: Capture) -> dict[str, Any]:
    result = json.loads(capsys.readouterr().out)
    assert isinstance(result, dict)
    return result


def test_what_passes(capsys: Capture) -> None:
    assert run(CLUSTER + 'tests:\n' + GOOD) == 0
    assert capsys.readouterr().out == 'ok    good\n1 test: 1 passed, 0 failed\n'


def test_what_fails_shows_its_path(capsys: Capture) -> None:
    assert run(CLUSTER + 'tests:\n' + WRONG) == 1
    assert (
        capsys.readouterr().out
        == f"""\
FAIL  t.yaml:8: wrong
      expected allow, but it is denied
      shop/api (10.0.1.1) to shop/db (10.0.1.3), TCP 5433
      egress of shop/api: allowed by profile kns.shop: no policy selects shop/api for egress
        profile  Profile/kns.shop[0]  allow
      ingress of shop/db: {WHY}
        default  NetworkPolicy/shop/db[end]  deny  policies/db.yaml:13
1 test: 0 passed, 1 failed
"""
    )


def test_json(capsys: Capture) -> None:
    assert run(CLUSTER + 'tests:\n' + GOOD + WRONG, '--output-format', 'json') == 1
    result = found(capsys)
    assert result['version'] == 1
    assert [one['passed'] for one in result['tests']] == [True, False]
    assert result['tests'][1] == {
        'file': 't.yaml',
        'line': 9,
        'name': 'wrong',
        'passed': False,
        'expected': 'allow',
        'verdict': 'deny',
        'by': END,
        'message': f'expected allow, but it is {WHY}',
        'steps': [
            {
                'direction': 'egress',
                'tier': 'profile',
                'policy': 'Profile/kns.shop',
                'rule': 0,
                'action': 'allow',
                'path': None,
                'line': None,
            },
            {
                'direction': 'ingress',
                'tier': 'default',
                'policy': 'NetworkPolicy/shop/db',
                'rule': 'end',
                'action': 'deny',
                'path': 'policies/db.yaml',
                'line': 13,
            },
        ],
    }
    assert result['claims'] == []
    assert result['summary'] == {'tests': 2, 'claims': 0, 'passed': 1, 'failed': 1}


def test_junit(capsys: Capture) -> None:
    assert run(CLUSTER + 'tests:\n' + GOOD + WRONG, '--output-format', 'junit') == 1
    root = ElementTree.fromstring(capsys.readouterr().out)
    assert root.attrib['tests'], root.attrib['failures'] == ('2', '1')
    names = [case.attrib['name'] for case in root.iter('testcase')]
    assert names == ['good', 'wrong']
    (failure,) = root.iter('failure')
    assert failure.attrib['message'] == f'expected allow, but it is {WHY}'


def test_github(capsys: Capture) -> None:
    assert run(CLUSTER + 'tests:\n' + GOOD + WRONG, '--output-format', 'github') == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first == (
        f'::error file=t.yaml,line=9,title=calico-lint test::wrong: expected allow, but it is {WHY}'
    )


def test_a_name_is_no_command(capsys: Capture) -> None:
    text = WRONG.replace('name: wrong', r'name: "x\n::error::y%"')
    run(CLUSTER + 'tests:\n' + text, '--output-format', 'github')
    assert '\n::error::' not in capsys.readouterr().out
    run(CLUSTER + 'tests:\n' + text)
    assert r'x\n::error::y%' in capsys.readouterr().out


def test_frames(capsys: Capture) -> None:
    assert run(CLUSTER + 'tests:\n' + GOOD + WRONG, '--color', 'always') == 1
    out = capsys.readouterr().out
    assert '\x1b[32m●\x1b[0m good' in out
    assert '\x1b[31m╭─' in out


@pytest.mark.parametrize(
    ('by', 'passes'),
    [
        ('default/NetworkPolicy/shop/db[0]', True),
        (END, False),
        ('profile', False),
    ],
)
def test_by(by: str, passes: bool, capsys: Capture) -> None:
    text = GOOD.replace('verdict: allow', f"verdict: allow, by: '{by}'")
    assert run(CLUSTER + 'tests:\n' + text) == (0 if passes else 1)
    if not passes:
        assert f'expected to be decided by {by}, but it is by default/' in capsys.readouterr().out


def test_who_decides_a_connection_that_is_allowed_is_asked_last() -> None:
    text = (
        'tests:\n- {from: shop/db, to: 8.8.8.8, protocol: UDP, port: 53, verdict: allow, by: '
        'profile}\n'
        '- {from: 8.8.8.8, to: shop/web, port: 80, verdict: deny, '
        "by: 'default/NetworkPolicy/shop/deny[end]'}\n"
    )
    assert run(CLUSTER + text) == 0


def test_one_direction() -> None:
    text = (
        'tests:\n- {from: shop/api, to: shop/db, port: 5433, direction: egress, verdict: allow}\n'
        '- {from: shop/api, to: shop/db, port: 5433, direction: ingress, verdict: deny}\n'
    )
    assert run(CLUSTER + text) == 0


CLAIMS = """\
claims:
- {name: only api, to: {selector: app == 'db', namespace: shop}, from: {notSelector: app == 'api'},
   protocol: TCP, port: 5432, verdict: deny}
- {name: closed, to: {selector: app == 'db', namespace: shop}, verdict: deny}
"""


def test_claims(capsys: Capture) -> None:
    assert run('version: 1\npolicies: [policies]\n' + CLAIMS) == 1
    assert (
        capsys.readouterr().out
        == """\
ok    only api
FAIL  t.yaml:6: closed
      not all of it is denied: allowed by ingress rule 0 of NetworkPolicy shop/db in tier default \
(policies/db.yaml:20)
      TCP to port 5432 from endpoints with app == 'api' in namespace shop to pods with app == 'db' \
in namespace shop
      for example TCP 5432 from a pod of namespace shop with app=api (198.51.100.1) to a pod of \
namespace shop with app=db (192.0.2.1)
        default  NetworkPolicy/shop/db[0]  allow  policies/db.yaml:20
2 claims: 1 passed, 1 failed
"""
    )


def test_a_mistake_breaks_a_claim() -> None:
    claims = CLAIMS.partition('- {name: closed')[0]
    assert run('version: 1\npolicies: [policies]\n' + claims) == 0
    Path('policies/db.yaml').write_text(DB.replace("selector: app == 'api'", 'nets: [10.0.0.0/8]'))
    assert run('version: 1\npolicies: [policies]\n' + claims) == 1


def test_coverage(capsys: Capture) -> None:
    assert run(CLUSTER + 'tests:\n' + WRONG, '--coverage') == 1
    lines = capsys.readouterr().out.splitlines()
    assert '0 of 1 rule decided a test' in lines
    assert 'policies/db.yaml:20: ingress rule 0 of NetworkPolicy/shop/db decided no test' in lines
    assert run(CLUSTER + 'tests:\n' + GOOD, '--coverage', '--output-format', 'json') == 0
    assert found(capsys)['coverage'] == {'rules': 1, 'decided': 1, 'undecided': []}


def by(name: str) -> str:
    return CLUSTER + 'tests:\n' + GOOD.replace('verdict', f"by: '{name}', verdict")


@pytest.mark.parametrize(
    ('text', 'at', 'message'),
    [
        ('version: 2\npolicies: [policies]\n', '2', "'2' is not a value of version: did you mean"),
        (
            'version: 1\npolices: [policies]\n',
            'polices',
            "there is no field 'polices' here: did you mean policies?",
        ),
        ('version: 1\n', 'version', 'the file has no policies: add policies: [../policies/**/*'),
        (
            'version: 1\npolicies: [no/*.yaml]\n',
            'no/',
            'no file is named no/*.yaml, seen from this one: mend the pattern',
        ),
        (
            CLUSTER + 'tests:\n' + GOOD.replace('shop/api', 'shop/apj'),
            'shop/apj',
            "there is no endpoint 'shop/apj': did you mean shop/api?",
        ),
        (
            CLUSTER + 'tests:\n' + GOOD.replace('shop/api', 'api'),
            'api, to',
            "there is no endpoint 'api': did you mean shop/api?",
        ),
        (
            CLUSTER + 'tests:\n' + GOOD.replace('TCP', 'TPC'),
            'TPC',
            "'TPC' is not a protocol: did you mean TCP?",
        ),
        (
            CLUSTER + 'tests:\n' + GOOD.replace('allow', 'Allow'),
            'Allow',
            "'Allow' is not a value of verdict: did you mean allow?",
        ),
        (
            CLUSTER + 'tests:\n' + GOOD.replace('5432', "'5432'"),
            "'5432'",
            "port is a number, not the text '5432': write 5432, without quotes",
        ),
        (
            by('default/NetworkPolicy/shop/dc[0]'),
            "'default/",
            "there is no policy 'default/NetworkPolicy/shop/dc': did you mean default/NetworkP",
        ),
        (
            by('default/NetworkPolicy/shop/db[1]'),
            "'default/",
            'NetworkPolicy shop/db has no rule 1: they count from 0, and it has 1',
        ),
        (by('shop/db'), "'shop/db'", "'shop/db' names nobody who decides: write profile, or"),
        (
            CLUSTER + "claims:\n- {to: {selector: a = 'b'}, verdict: deny}\n",
            'a = ',
            'selector is not a selector: a single `=` is not an operator: write `==`',
        ),
        (
            CLUSTER.replace('10.0.1.3', '10.0.1.1 '),
            '10.0.1.1 ',
            'shop/api has the address 10.0.1.1 already',
        ),
        ('- 1\n', '-', 'a file of policy tests is a mapping: it begins with version: 1'),
    ],
)
def test_a_wrong_file_is_said_where(text: str, at: str, message: str, capsys: Capture) -> None:
    assert run(text) == 2
    out, err = capsys.readouterr()
    assert out == ''
    before = text[: text.index(at)]
    line, column = before.count('\n') + 1, len(before) - before.rfind('\n')
    assert err.startswith(f't.yaml:{line}:{column}: {message}')
    assert err.count('\n') == 1


def test_no_yaml_at_all(capsys: Capture) -> None:
    assert run('a: [\n') == 2
    assert capsys.readouterr().err.startswith('t.yaml:1:4: ')


def test_all_mistakes_of_a_file_at_once(capsys: Capture) -> None:
    text = GOOD.replace('shop/api', 'shop/apj').replace('5432', '70000')
    assert run(CLUSTER + 'tests:\n' + text + text) == 2
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_policies_that_calico_refuses_are_no_ground_to_stand_on(capsys: Capture) -> None:
    Path('policies/db.yaml').write_text(DB.replace('ports: [5432]', 'ports: [80-90]'))
    assert run(CLUSTER + 'tests:\n' + GOOD) == 2
    err = capsys.readouterr().err
    assert err.startswith('policies/db.yaml:13:1: NetworkPolicy shop/db is refused by Calico (line')


def test_one_cluster_has_a_policy_once(capsys: Capture) -> None:
    Path('policies/again.yaml').write_text(DB)
    assert run(CLUSTER + 'tests:\n' + GOOD) == 2
    assert 'NetworkPolicy shop/db is in policies/again.yaml:13, too' in capsys.readouterr().err


def test_the_schema_takes_the_examples() -> None:
    import yaml

    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())
    for text in (CLUSTER + 'tests:\n' + GOOD + WRONG + CLAIMS, 'version: 1\npolicies: [a]\n'):
        assert list(validator.iter_errors(yaml.safe_load(text))) == []


def test_the_schema_is_served(capsys: Capture) -> None:
    assert main(['schema', 'policy-tests']) == 0
    assert found(capsys) == schema()


def test_an_example_passes(capsys: Capture) -> None:
    assert main(['test', '--init', 'policies']) == 0
    assert capsys.readouterr().out == 'wrote policies/policy-tests.yaml\n'
    assert main(['test', 'policies']) == 0
    out = capsys.readouterr().out
    assert 'ok    api-3 to db-2, TCP 5432' in out
    assert main(['test', '--init', 'policies']) == 2
    assert 'exists already' in capsys.readouterr().err


HOSTS = """\
version: 1
policies: [policies]
endpoints:
- {name: node1, kind: host, interface: eth0, ips: [192.0.2.1], labels: {role: worker}}
- {name: web, namespace: shop, ips: [10.0.1.2], labels: {app: web}}
tests:
- {from: 8.8.8.8, to: node1, port: 22, verdict: allow}
- {from: 8.8.8.8, to: node1, port: 80, verdict: deny, by: profile}
- {from: shop/web, to: 8.8.8.8, out: eth0, port: 80, verdict: allow}
- {from: shop/web, to: node1, port: 80, verdict: deny}
"""


def test_host_endpoints() -> None:
    assert run(HOSTS) == 0


def test_a_host_endpoint_needs_an_interface(capsys: Capture) -> None:
    assert run(HOSTS.replace('interface: eth0, ', '')) == 2
    assert 'the host endpoint node1 has no interface' in capsys.readouterr().err


ICMP = """\
version: 1
policies: [p.yaml]
endpoints:
- {name: a, namespace: shop, ips: [10.0.0.1, 'fd00::1']}
- {name: b, namespace: shop, ips: [10.0.0.2, 'fd00::2']}
tests:
- {from: shop/a, to: shop/b, protocol: ICMPv6, verdict: allow}
- {from: shop/a, to: shop/b, protocol: ICMP, verdict: allow}
- {from: shop/a, to: shop/b, protocol: ICMP, icmp: {type: 3}, verdict: deny}
- {from: shop/a, to: shop/b, protocol: 47, verdict: deny}
"""


def test_icmp_and_the_ebpf_dataplane() -> None:
    rule = '{action: Allow, protocol: ICMP, icmp: {type: 8}}, {action: Allow, protocol: ICMPv6}'
    Path('p.yaml').write_text(
        'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: p}\n'
        f'spec: {{types: [Ingress], ingress: [{rule}]}}\n'
    )
    assert run(ICMP) == 0
    assert run(ICMP, '--dataplane', 'ebpf') == 1


def test_order(capsys: Capture) -> None:
    assert main(['order', 'policies', '--direction', 'ingress']) == 0
    lines = capsys.readouterr().out.splitlines()
    own = "projectcalico.org/namespace == 'shop'"
    assert [line.split() for line in lines[:2]] == [
        ['ingress'],
        ['order', 'tier', 'policy', 'selector', 'where'],
    ]
    assert lines[2].split('  ')[1:] == [
        '100', '', 'default', 'NetworkPolicy shop/db', '', f"(app == 'db') && ({own})",
        'policies/db.yaml:13',
    ]  # fmt: skip
    assert lines[3].index('NetworkPolicy shop/deny') == lines[2].index('NetworkPolicy shop/db')
    assert lines[3].endswith('  policies/db.yaml:4')
    assert lines[4] == '  what no policy of tier default decides, it denies'


def test_order_marks_ties_and_what_is_staged(capsys: Capture) -> None:
    staged = DB.replace('kind: N', 'kind: StagedN')
    Path('policies/more.yaml').write_text(staged.replace('1000', '100'))
    assert main(['order', 'policies', '--output-format', 'json']) == 0
    result = found(capsys)
    (tier,) = result['ingress']
    assert (tier['tier'], tier['order'], tier['defaultAction']) == ('default', 1000000, 'Deny')
    assert [(one['name'], one['kind'], one['staged'], one['tie']) for one in tier['policies']] == [
        ('db', 'NetworkPolicy', False, True),
        ('db', 'StagedNetworkPolicy', True, True),
        ('deny', 'StagedNetworkPolicy', True, True),
        ('deny', 'NetworkPolicy', False, False),
    ]


def test_order_of_an_endpoint(capsys: Capture) -> None:
    words = ['order', 'policies', '--output-format', 'json', '--namespace', 'shop']
    assert main([*words, '--endpoint', 'app=web']) == 0
    assert [one['name'] for one in found(capsys)['ingress'][0]['policies']] == ['deny']
    assert main(['order', '--endpoint', 'app=web']) == 2


def test_explain_flow(capsys: Capture) -> None:
    words = ['explain-flow', '--to', 'app=db', '--to-namespace', 'shop', '--port', '5432']
    assert main([*words, '--from', 'app=api', '--from-namespace', 'shop']) == 0
    out = capsys.readouterr().out
    assert out.startswith('allowed: shop/from (192.0.2.1) to shop/to (192.0.2.2), TCP 5432\n')
    assert 'allowed by ingress rule 0 of NetworkPolicy shop/db in tier default' in out
    assert main([*words, '--from', '8.8.8.8', '--output-format', 'json']) == 0
    result = found(capsys)
    assert (result['verdict'], result['by']) == ('deny', END)
    assert main([*words, '--from', 'app=api']) == 2
    assert 'say in which namespace it is with --from-namespace' in capsys.readouterr().err


def test_explain_flow_in_a_cluster_of_tests(capsys: Capture) -> None:
    Path('t.yaml').write_text(CLUSTER)
    words = ['explain-flow', '--tests', 't.yaml', '--from', 'shop/api', '--port', '5433']
    assert main([*words, '--to', 'shop/db']) == 0
    assert capsys.readouterr().out.startswith('denied: shop/api (10.0.1.1) to shop/db (10.0.1.3)')
    assert main([*words, '--to', 'shop/bd']) == 2
    assert 'did you mean shop/db?' in capsys.readouterr().err


def test_services_profiles_and_sets_are_read_from_the_files() -> None:
    Path('policies/more.yaml').write_text("""\
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: dns-1, namespace: kube-system, labels: {kubernetes.io/service-name: dns}}
addressType: IPv4
endpoints: [{addresses: [10.96.0.10]}]
ports: [{protocol: UDP, port: 53}]
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: egress}
spec:
  namespaceSelector: team == 'a'
  types: [Egress]
  egress:
  - {action: Allow, destination: {services: {name: dns, namespace: kube-system}}}
  - {action: Allow, destination: {selector: zone == 'out'}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: out, labels: {zone: out}}
spec: {nets: [203.0.113.0/24]}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
""")
    assert (
        run(
            CLUSTER
            + """\
tests:
- {from: shop/web, to: 10.96.0.10, protocol: UDP, port: 53, verdict: allow}
- {from: shop/web, to: 10.96.0.10, protocol: TCP, port: 53, verdict: deny}
- {from: shop/web, to: 203.0.113.9, port: 1, verdict: allow}
- {from: shop/web, to: 203.0.114.9, port: 1, verdict: deny}
"""
        )
        == 0
    )


DOCS = Path(__file__).resolve().parent.parent / 'docs' / 'policy-tests.md'


def test_the_docs_show_what_happens(here: Path, capsys: Capture) -> None:
    Path('policies/db.yaml').unlink()
    blocks = re.findall(
        r'<!-- (file: \S+|run) -->\n```[^\n]*\n(.*?)```\n', DOCS.read_text('utf-8'), re.DOTALL
    )
    assert len(blocks) == 8
    for what, text in blocks:
        if what != 'run':
            Path(what.removeprefix('file: ')).write_text(text, encoding='utf-8')
            continue
        command, _, shown = text.partition('\n')
        main(shlex.split(command.removeprefix('$ calico-lint ')))
        assert capsys.readouterr().out == shown


def test_the_configuration_names_the_dataplane() -> None:
    rule = '{action: Allow, protocol: ICMP, icmp: {type: 8}}, {action: Allow, protocol: ICMPv6}'
    Path('p.yaml').write_text(
        'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: p}\n'
        f'spec: {{types: [Ingress], ingress: [{rule}]}}\n'
    )
    Path('.calico-lint.yaml').write_text('dataplane: ebpf\n')
    assert run(ICMP) == 1
    assert run(ICMP, '--dataplane', 'nftables') == 0


def test_order_says_which_traffic_a_policy_is_for(capsys: Capture) -> None:
    kind = 'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: '
    flags = ('doNotTrack: true, applyOnForward: true', 'applyOnForward: true', 'order: 1')
    Path('policies/db.yaml').write_text(
        '---\n'.join(f'{kind}p{at}}}\nspec: {{{flag}}}\n' for at, flag in enumerate(flags))
    )
    assert main(['order', 'policies']) == 0
    out = capsys.readouterr().out
    assert 'GlobalNetworkPolicy p0 (untracked) ' in out
    assert 'GlobalNetworkPolicy p1 (forward) ' in out
    assert 'GlobalNetworkPolicy p2 ' in out


def test_what_only_http_can_decide_is_not_known(capsys: Capture) -> None:
    rule = '  - {action: Allow, http: {methods: [GET]}, protocol: TCP}\n'
    Path('policies/db.yaml').write_text(DB + rule)
    assert run(CLUSTER + 'tests:\n' + GOOD) == 0
    capsys.readouterr()
    assert run(CLUSTER + 'tests:\n' + WRONG) == 1
    assert 'not known: ingress rule 1 of NetworkPolicy shop/db in tier default matches HTTP' in (
        capsys.readouterr().out
    )
