"""The field tables, the generator that reads them, and the schemas that come out."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from linter.calico import schema_versions as versions
from tools import cells, generate_schemas, pages

ROOT = Path(__file__).resolve().parent.parent

TABLES = ROOT / 'fixtures' / 'tables'
SPEC = ROOT / 'schemas' / 'spec'
FILES = sorted((ROOT / 'schemas' / 'annotated').glob('v[23]/*.schema.json'))
V3_KINDS = (
    'GlobalNetworkPolicy',
    'GlobalNetworkSet',
    'HostEndpoint',
    'IPPool',
    'NetworkPolicy',
    'NetworkSet',
    'Profile',
    'StagedGlobalNetworkPolicy',
    'StagedKubernetesNetworkPolicy',
    'StagedNetworkPolicy',
    'Tier',
)

Json = dict[str, Any]


def load(path: Path) -> Json:
    return json.loads(path.read_text(encoding='utf-8'))


def schema(epoch: str, kind: str) -> Json:
    return load(ROOT / 'schemas' / 'annotated' / epoch / f'{kind.lower()}.schema.json')


def errors(schema: Json, text: str) -> list[str]:
    found = Draft202012Validator(schema).iter_errors(yaml.safe_load(text))
    return sorted('.'.join(map(str, e.absolute_path)) + ': ' + e.message for e in found)


def nodes(part: object) -> list[Json]:
    """Every schema inside a schema (and every mapping that holds some)."""
    if isinstance(part, dict):
        return [part, *(node for value in part.values() for node in nodes(value))]
    if isinstance(part, list):
        return [node for item in part for node in nodes(item)]
    return []


# The files ------------------------------------------------------------------------------------


def test_fresh() -> None:
    assert generate_schemas.write_schemas(check=True) == 0


def test_check_names_the_stale_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / 'schemas', tmp_path / 'schemas')
    here = tmp_path / 'schemas'
    monkeypatch.setattr(generate_schemas, 'HERE', here)
    (here / 'v3' / 'tier.schema.json').write_text('{}')
    (here / 'v3' / 'gone.schema.json').write_text('{}')
    (here / 'v2' / 'networkpolicy.schema.json').unlink()
    assert generate_schemas.write_schemas(check=True) == 1
    out = capsys.readouterr().out
    assert [line.partition(':')[0] for line in out.splitlines()] == [
        'schemas/v2/networkpolicy.schema.json',
        'schemas/v3/gone.schema.json',
        'schemas/v3/tier.schema.json',
    ]
    assert (here / 'v3' / 'gone.schema.json').is_file()
    assert generate_schemas.write_schemas(check=False) == 0
    assert generate_schemas.write_schemas(check=True) == 0
    assert not (here / 'v3' / 'gone.schema.json').exists()


def test_a_broken_page_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for epoch in generate_schemas.EPOCHS:
        (tmp_path / 'spec' / epoch).mkdir(parents=True)
    shutil.copy(ROOT / 'tests' / 'spec' / 'unknown-schema.md', tmp_path / 'spec' / 'v3')
    monkeypatch.setattr(generate_schemas, 'HERE', tmp_path)
    assert generate_schemas.write_schemas(check=False) == 1
    assert capsys.readouterr().err.startswith('unknown-schema.md:10: unknown shape')


def test_without_pages_nothing_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / 'schemas' / 'v2', tmp_path / 'v2')
    monkeypatch.setattr(generate_schemas, 'HERE', tmp_path)
    assert generate_schemas.write_schemas(check=False) == 1
    assert capsys.readouterr().err.startswith('no field tables')
    assert (tmp_path / 'v2' / 'networkpolicy.schema.json').is_file()


def test_kinds() -> None:
    assert [load(path)['title'] for path in FILES if path.parent.name == 'v3'] == list(V3_KINDS)
    names = [path.name for path in FILES if path.parent.name == 'v2']
    assert names == ['globalnetworkpolicy.schema.json', 'networkpolicy.schema.json']


@pytest.mark.parametrize('path', FILES, ids=lambda path: f'{path.parent.name}-{path.stem}')
def test_schema_is_sound(path: Path) -> None:
    made = load(path)
    Draft202012Validator.check_schema(made)
    assert made['$schema'] == generate_schemas.DIALECT
    assert made['required'][:2] == ['apiVersion', 'kind']
    assert made['properties']['kind']['const'] == made['title']
    assert path.name == made['title'].lower() + '.schema.json'
    assert versions.references(made) == made['$defs'].keys()  # none missing, none left over
    facts = {row['fact'] for row in json.loads((ROOT / 'schemas' / 'facts.json').read_text())}
    for node in nodes(made):
        if 'properties' in node and 'title' in node:
            assert node['additionalProperties'] is False
            assert set(node.get('required', ())) <= node['properties'].keys()
        if isinstance(node.get('x-calico-fact'), str):
            assert node['x-calico-fact'] in facts


def test_nothing_but_names_and_actions_is_required_of_a_policy() -> None:
    made = schema('v3', 'NetworkPolicy')
    assert {name: d['required'] for name, d in made['$defs'].items() if 'required' in d} == {
        'Rule': ['action']
    }


def test_shapes_of_the_values() -> None:
    made = schema('v3', 'GlobalNetworkPolicy')
    spec, entity = (made['$defs'][name]['properties'] for name in ('Spec', 'EntityRule'))
    rule, icmp = (made['$defs'][name]['properties'] for name in ('Rule', 'ICMP'))

    def bare(node: Json) -> Json:
        return {key: value for key, value in node.items() if key not in ('description', 'default')}

    assert bare(spec['selector']) == {
        'type': 'string',
        'format': 'calico-selector',
        'x-calico-fact': 'selector',
    }
    assert spec['selector']['default'] == 'all()'
    assert spec['doNotTrack']['default'] is False
    assert spec['types']['items'] == {
        'type': 'string',
        'enum': ['Ingress', 'Egress'],
        'x-calico-fact': 'policy-type',
    }
    assert bare(spec['order']) == {'type': 'number'}
    assert bare(spec['tier']) == {'type': 'string', 'x-calico-since': '3.29'}
    assert spec['performanceHints']['x-calico-since'] == '3.27'
    assert entity['nets']['items'] == {
        'type': 'string',
        'format': 'calico-cidr',
        'x-calico-fact': 'cidr',
    }
    assert entity['ports']['items'] == {
        'anyOf': [{'type': 'integer', 'minimum': 1, 'maximum': 65535}, {'type': 'string'}],
        'format': 'calico-port',
    }
    assert bare(rule['protocol']) == {
        'anyOf': [
            {'enum': ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite']},
            {'type': 'integer', 'minimum': 1, 'maximum': 255},
            {
                'type': 'string',
                'pattern': '^0*([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$',
            },
        ],
        'format': 'calico-protocol',
        'x-calico-fact': 'protocol',
    }
    assert bare(rule['source']) == {'$ref': '#/$defs/EntityRule'}
    assert bare(icmp['type']) == {
        'type': 'integer',
        'minimum': 0,
        'maximum': 254,
        'x-calico-fact': 'icmp-range',
    }
    metadata = made['$defs']['Metadata']['properties']
    assert metadata['labels']['additionalProperties'] == {'type': 'string'}
    assert metadata['creationTimestamp']['format'] == 'date-time'
    assert bare(made['$defs']['ManagedFieldsEntry']['properties']['fieldsV1']) == {}
    port = schema('v3', 'StagedKubernetesNetworkPolicy')['$defs']['Port']['properties']['port']
    assert port['format'] == 'int-or-string'
    assert schema('v3', 'Tier')['$defs']['Spec']['properties']['order']['default'] == 1_000_000
    pool = schema('v3', 'IPPool')['$defs']['Spec']['properties']
    assert pool['cidr']['format'] == 'calico-pool-cidr'
    assert pool['nat-outgoing']['deprecated'] is True
    assert pool['nat-outgoing']['x-calico-until'] == '3.31'
    nets = schema('v3', 'NetworkSet')['$defs']['Spec']['properties']['nets']
    assert nets['items']['format'] == 'calico-net'
    endpoint = schema('v3', 'HostEndpoint')['$defs']['Spec']['properties']
    assert endpoint['expectedIPs']['items']['format'] == 'ip'


def test_protocol_numbers_in_quotes() -> None:
    protocol = schema('v3', 'NetworkPolicy')['$defs']['Rule']['properties']['protocol']
    pattern = re.compile(protocol['anyOf'][2]['pattern'])
    accepted = [number for number in range(1000) if pattern.match(str(number))]
    assert accepted == list(range(1, 256))
    assert pattern.match('0047')
    assert not pattern.match('000')


# The language -----------------------------------------------------------------------------------


BROKEN = sorted((ROOT / 'tests' / 'spec').glob('*.md'))


@pytest.mark.parametrize('page', BROKEN, ids=lambda page: page.stem)
def test_broken_page(page: Path, tmp_path: Path) -> None:
    shutil.copy(page, tmp_path)
    found = re.search(r'<!-- expected: (.*) -->', page.read_text(encoding='utf-8'))
    assert found is not None
    with pytest.raises(pages.PageError) as stop:
        generate_schemas.generate(tmp_path)
    assert str(stop.value) == found[1]


HEAD = '| Field | Description | Accepted Values | Schema | Default |\n|---|---|---|---|---|\n'
KIND = '| kind | Required. | `Thing` | [kind](#supported-kinds) | |\n'


def book(folder: Path, **texts: str) -> generate_schemas.Book:
    for name, text in texts.items():
        (folder / f'{name}.md').write_text(text, encoding='utf-8')
    return generate_schemas.Book(folder)


def fields(folder: Path, rows: str) -> Json:
    made = book(folder, thing=f'# Thing\n\n{HEAD}{KIND}{rows}').schema('thing')
    return made['properties']


def test_two_objects_of_one_name(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        thing=f'# Thing\n\n{HEAD}{KIND}'
        '| a | | | [Part](#part) | |\n| b | | | [Part](other.md#part) | |\n\n'
        f'## Part\n\n{HEAD}| x | | | string | |\n',
        other=f'## Part\n\n{HEAD}| y | | | string | |\n',
    )
    with pytest.raises(pages.PageError, match=r'thing\.md:7: two objects are called Part'):
        found.schema('thing')


def test_objects_may_contain_each_other(tmp_path: Path) -> None:
    made = book(
        tmp_path,
        thing=f'# Thing\n\n{HEAD}{KIND}| part | | | [Part](#part) | |\n\n'
        f'## Part\n\n{HEAD}| parts | | | list of [Parts](#part) | |\n',
    ).schema('thing')
    assert made['$defs']['Part']['properties']['parts']['items'] == {'$ref': '#/$defs/Part'}


def test_irregular_rows(tmp_path: Path) -> None:
    made = fields(
        tmp_path,
        '| doNotTrack\\*\\* | | true, false | boolean | false\n'
        '| tags (deprecated) | | | list of strings |\n'
        '| egress  (deprecated) | | | list of strings |\n'
        '| protocol | | `TCP`, `1`-`255` | string|integer | |\n'
        'Text right below a table.\n',
    )
    assert made['doNotTrack'] == {'type': 'boolean', 'default': False}
    assert made['tags']['deprecated'] is True
    assert made['egress']['deprecated'] is True
    assert made['protocol']['format'] == 'calico-protocol'


def test_bare_reference(tmp_path: Path) -> None:
    made = book(
        tmp_path,
        thing=f'# Thing\n\n{HEAD}{KIND}| http | | | HTTPMatch | |\n\n'
        f'## HTTPMatch\n\n{HEAD}| methods | | | list of strings | |\n',
    ).schema('thing')
    assert made['properties']['http'] == {'$ref': '#/$defs/HTTPMatch'}


def test_required_is_a_word(tmp_path: Path) -> None:
    made = book(
        tmp_path,
        thing=f'# Thing\n\n{HEAD}{KIND}'
        '| a | An a. Required. | | string | |\n| b | Required with a | | string | |\n'
        '| c | NotRequired. | | string | |\n',
    ).schema('thing')
    assert made['required'] == ['kind', 'a']


def test_mdx_page(tmp_path: Path) -> None:
    """The form of the pages since 2023: https://github.com/tigera/docs."""
    (tmp_path / '_part.mdx').write_text(f'{HEAD}| size | Of $[prodname]. | | int | |\n')
    page = tmp_path / 'thing.mdx'
    page.write_text(
        "---\ndescription: A thing.\n---\n\nimport Part from '@site/calico/_includes/content/"
        f"_part.mdx';\n\n# Thing\n\n### Part\n\n<Part />\n\n> {HEAD.splitlines()[0]}\n"
        f'> {HEAD.splitlines()[1]}\n> | order | | | float | |\n'
    )
    first, second = pages.read_tables(page)
    assert (first.heading, second.heading) == ('Part', 'Part')
    assert cells.read_field(first.rows[0]).schema == {
        'type': 'integer',
        'description': 'Of Calico.',
    }
    assert [row.get('Field') for row in second.rows] == ['order']


@pytest.mark.parametrize(
    ('cell', 'want'),
    [
        ('', {}),
        ('3.29+', {'x-calico-since': '3.29'}),
        ('up to 3.31', {'x-calico-until': '3.31'}),
        ('3.27-3.31', {'x-calico-since': '3.27', 'x-calico-until': '3.31'}),
    ],
)
def test_versions_column(cell: str, want: Json) -> None:
    assert cells.version_cell(pages.Row(Path('page.md'), 1, {'Versions': cell})) == want


# Errata -----------------------------------------------------------------------------------------


ERRATA = (
    '## thing\n\n| Object.Field | Column | Page says | Override | Reason |\n|---|---|---|---|---|\n'
)


def errata(folder: Path, rows: str) -> Json:
    return book(
        folder,
        errata=ERRATA + rows,
        thing=f'# Thing\n\n{HEAD}{KIND}| part | | | [Part](#part) | |\n\n'
        f'## Part\n\n{HEAD}| size | | | map | "small" |\n| tag | | | string | |\n',
    ).schema('thing')['$defs']['Part']['properties']


def test_errata(tmp_path: Path) -> None:
    assert errata(
        tmp_path,
        '| Part.size | Schema | map | string | a slip |\n'
        '| Part.size | Accepted Values | (empty) | `small`, `large` | |\n'
        '| Part.tag | Field | tag | (removed) | |\n'
        '| Part.new | Schema | (no row) | string \\| integer | |\n'
        '| Part.new | Accepted Values | (no row) | `tcp`, `1`-`255` | |\n',
    ) == {
        'size': {'type': 'string', 'enum': ['small', 'large'], 'default': 'small'},
        'new': {
            'anyOf': [
                {'enum': ['tcp']},
                {'type': 'integer', 'minimum': 1, 'maximum': 255},
                {'type': 'string', 'pattern': cells.digits(cells.Values(low=1, high=255))},
            ],
            'format': 'calico-protocol',
        },
    }


@pytest.mark.parametrize(
    ('row', 'message'),
    [
        ('| Part.size | Schema | list | string | |', "Part.size says 'map', not 'list'"),
        ('| Part.weight | Schema | map | string | |', 'Part.weight has no row'),
        ('| Part.size | Schema | (no row) | string | |', 'Part.size has a row'),
        ('| Whole.size | Schema | map | string | |', 'no such object: Whole.size'),
        ('| Part | Schema | map | string | |', 'no such object: Part'),
        ('| Part.size | Scheme | map | string | |', 'no such column: Scheme'),
    ],
)
def test_stale_erratum(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(pages.PageError) as stop:
        errata(tmp_path, row + '\n')
    assert str(stop.value) == f'errata.md:5: {message}'


def test_errata_of_no_page(tmp_path: Path) -> None:
    text = ERRATA.replace('thing', 'nothing') + '| Part.size | Schema | map | string | |\n'
    with pytest.raises(pages.PageError, match='a page that does not exist: nothing'):
        book(tmp_path, errata=text)


# Upstream's own tables --------------------------------------------------------------------------


def markdown(table: Json, full: bool = False) -> str:
    """A table of fixtures/tables as it stands on its page (without the prose columns)."""
    header = table['header']
    lines = ['| ' + ' | '.join(header), '|' + '---|' * len(header)]  # no trailing pipe: as in 2017
    for row in table['rows']:
        cells = [row.get(column, '') for column in header]
        while cells and cells[-1] is None:
            cells.pop()
        lines.append('| ' + ' | '.join(cells) + ' |' * full)
    return '\n'.join(lines) + '\n'


UPSTREAM = [
    (epoch, name, table)
    for epoch in ('v2', 'v3.0', 'today')
    for name, tables in load(TABLES / f'{epoch}.json').items()
    for table in tables
]


@pytest.mark.parametrize('full', [True, False], ids=['pipes', 'no pipes'])
def test_upstream_tables(tmp_path: Path, full: bool) -> None:
    """Every table of three epochs is read, and every cell of them has a known shape."""
    shapes = 0
    for _, name, table in UPSTREAM:
        page = tmp_path / (name.replace('#', '-') + '.md')
        page.write_text(markdown(table, full), encoding='utf-8')
        (read,) = pages.read_tables(page)
        assert read.columns == tuple(table['header'])
        assert len(read.rows) == len(table['rows'])
        if read.is_fields:
            for row in read.rows:
                cells.read_field(row)
                shapes += 1
    assert shapes == sum(len(t['rows']) for _, _, t in UPSTREAM if t['header'][0] == 'Field')
    assert shapes > 200


def seed(folder: Path) -> dict[str, pages.Table]:
    """The NetworkPolicy page of v3.0.0-alpha1 with its includes, as our parser reads it."""
    shutil.copy(TABLES / 'networkpolicy-page.md', folder / 'networkpolicy.md')
    tables = load(TABLES / 'v2.json')
    for name in ('policyspec', 'rule', 'icmp', 'entityrule', 'selectors', 'ports'):
        text = '\n'.join(markdown(table) for table in tables[name])
        (folder / f'{name}.md').write_text(text.rstrip('\n'), encoding='utf-8')
    return generate_schemas.Book(folder).page('networkpolicy')


def test_seed_page(tmp_path: Path) -> None:
    page = seed(tmp_path)
    assert list(page) == ['metadata', 'spec', 'rule', 'icmp', 'entityrule']
    whole = generate_schemas.Book(tmp_path)
    for table in page.values():
        for row in table.rows:
            field = cells.read_field(row)
            if field.ref is not None:
                assert whole.find(table, row, field.ref)


@pytest.mark.parametrize('kind', ['networkpolicy', 'globalnetworkpolicy'])
def test_our_v2_page_says_what_the_seed_page_says(kind: str, tmp_path: Path) -> None:
    shutil.copy(SPEC / 'v2' / f'{kind}.md', tmp_path / 'ours.md')
    ours = generate_schemas.Book(tmp_path).page('ours')
    (tmp_path / 'seed').mkdir()
    theirs = seed(tmp_path / 'seed')
    if kind == 'globalnetworkpolicy':  # its page shares all includes, and links ours
        theirs = {'spec': theirs['spec']}
    for name, table in theirs.items():
        for column in ('Field', 'Accepted Values', 'Schema', 'Default'):
            said = [row.get(column).replace('networkpolicy.md#', '#') for row in ours[name].rows]
            assert said == [row.get(column) for row in table.rows]


SAMPLE = re.search(
    r'```yaml\n(.*?)```', (TABLES / 'networkpolicy-page.md').read_text(encoding='utf-8'), re.DOTALL
)


def test_sample_of_the_seed_page(tmp_path: Path) -> None:
    """It breaks the page's own tables in one cell, and is fine by the corrected ones."""
    assert SAMPLE is not None
    shutil.copy(SPEC / 'v2' / 'networkpolicy.md', tmp_path)
    literal = generate_schemas.Book(tmp_path).schema('networkpolicy')
    assert errors(literal, SAMPLE[1]) == [
        "metadata.namespace: 'production' is not of type 'object'",
    ]
    assert errors(schema('v2', 'NetworkPolicy'), SAMPLE[1]) == []


# Upstream's tables of today, where ours say more or say it otherwise: the field is not on the page.
BEYOND = {
    'networkpolicy': {'tier'},
    'globalnetworkpolicy': {'tier'},
    'stagednetworkpolicy': {'stagedAction'},
    'stagedglobalnetworkpolicy': {'stagedAction'},
}


@pytest.mark.parametrize('kind', [kind.lower() for kind in V3_KINDS if 'Kubernetes' not in kind])
def test_ours_has_the_fields_of_today(kind: str) -> None:
    tables = load(TABLES / 'today.json')
    if f'{kind}#Spec' not in tables:
        assert kind == 'ippool'  # the epoch's tables are those of the policies and their objects
        return
    table = next(t for t in tables[f'{kind}#Spec'] if t['header'][0] == 'Field')
    theirs = {re.split(r'[\\ ]', row['Field'])[0] for row in table['rows']}
    ours = set(schema('v3', kind)['$defs']['Spec']['properties'])
    assert ours - theirs == BEYOND.get(kind, set())
    assert theirs <= ours


@pytest.mark.parametrize(
    ('name', 'object'),
    [
        ('rule', 'Rule'),
        ('rule#RuleMetadata', 'RuleMetadata'),
        ('icmp', 'ICMP'),
        ('entityrule', 'EntityRule'),
        ('httpmatch', 'HTTPMatch'),
        ('serviceaccountmatch', 'ServiceAccountMatch'),
        ('servicematch', 'ServiceMatch'),
    ],
)
def test_ours_has_the_shared_objects_of_today(name: str, object: str) -> None:
    (table,) = load(TABLES / 'today.json')[name]
    ours = schema('v3', 'NetworkPolicy')['$defs'][object]['properties']
    assert {row['Field'] for row in table['rows']} == ours.keys()


# One version --------------------------------------------------------------------------------------


def test_for_version() -> None:
    made = schema('v3', 'NetworkPolicy')
    before = json.dumps(made)
    old = versions.for_version(made, (3, 26))
    assert json.dumps(made) == before
    spec = old['$defs']['Spec']['properties']
    assert not spec.keys() & {'tier', 'performanceHints'}
    assert 'performanceHints' in versions.for_version(made, (3, 27))['$defs']['Spec']['properties']
    assert versions.for_version(made, (3, 29)) == made
    # A string comparison would put 3.4 after 3.29.
    assert 'tier' not in versions.for_version(made, (3, 4))['$defs']['Spec']['properties']
    assert 'tier' in versions.for_version(made, (4, 0))['$defs']['Spec']['properties']


def test_for_version_drops_the_objects_of_dropped_fields() -> None:
    made = schema('v3', 'IPPool')
    assert {'Status', 'Condition', 'IPIP'} <= made['$defs'].keys()
    old = versions.for_version(made, (3, 26))
    assert not {'Status', 'Condition'} & old['$defs'].keys()
    assert 'IPIP' in old['$defs']
    new = versions.for_version(made, (3, 32))
    assert {'Status', 'Condition'} <= new['$defs'].keys()
    assert 'IPIP' not in new['$defs']
    for one in (old, new):
        Draft202012Validator.check_schema(one)
        assert versions.references(one) == one['$defs'].keys()


@pytest.mark.parametrize(
    ('kind', 'since'),
    [
        ('Tier', (3, 29)),
        ('StagedNetworkPolicy', (3, 30)),
        ('StagedGlobalNetworkPolicy', (3, 30)),
        ('StagedKubernetesNetworkPolicy', (3, 30)),
    ],
)
def test_for_version_of_a_kind_to_come(kind: str, since: tuple[int, int]) -> None:
    made = schema('v3', kind)
    assert versions.for_version(made, since)['title'] == kind
    with pytest.raises(ValueError, match=f'has no kind {kind}'):
        versions.for_version(made, (3, since[1] - 1))


def test_for_version_shortens_required() -> None:
    made = {
        'title': 'Thing',
        'properties': {'a': {}, 'b': {'x-calico-until': '3.30'}},
        'required': ['a', 'b'],
    }
    assert versions.for_version(made, (3, 30)) == made
    assert versions.for_version(made, (3, 31)) == {
        'title': 'Thing',
        'properties': {'a': {}},
        'required': ['a'],
    }


# Documents ----------------------------------------------------------------------------------------


RULES = """
  ingress:
  - action: Allow
    metadata: {annotations: {why: because}}
    ipVersion: 4
    protocol: TCP
    source:
      nets: [192.0.2.0/24]
      notNets: [192.0.2.128/25]
      selector: role == 'frontend'
      notSelector: has(broken)
      namespaceSelector: global()
      serviceAccounts: {names: [web], selector: team == 'a'}
    destination:
      ports: [80, '8000:8080', http]
      notPorts: [8001]
    http:
      methods: [GET]
      paths: [{exact: /}, {prefix: /api}]
  - action: Log
    protocol: ICMP
    icmp: {type: 8, code: 0}
    notICMP: {type: 254}
    notProtocol: 17
  egress:
  - action: Pass
    destination:
      services: {name: dns, namespace: kube-system}
  - action: Deny
    protocol: '47'
"""
POLICY = """
  tier: default
  order: 10.5
  selector: role == 'database'
  types: [Ingress, Egress]
  serviceAccountSelector: all()
  performanceHints: [AssumeNeededOnEveryNode]
"""
GLOBAL = """
  namespaceSelector: team == 'a'
  doNotTrack: false
  preDNAT: false
  applyOnForward: true
"""
SPECS = {
    'NetworkPolicy': POLICY + RULES,
    'GlobalNetworkPolicy': POLICY + GLOBAL + RULES,
    'StagedNetworkPolicy': '\n  stagedAction: Set' + POLICY + RULES,
    'StagedGlobalNetworkPolicy': '\n  stagedAction: Learn' + POLICY + GLOBAL + RULES,
    'StagedKubernetesNetworkPolicy': """
  stagedAction: Ignore
  podSelector:
    matchLabels: {role: database}
    matchExpressions: [{key: tier, operator: In, values: [a, b]}]
  policyTypes: [Ingress, Egress]
  ingress:
  - ports: [{protocol: TCP, port: 80, endPort: 90}, {port: http}]
    from:
    - podSelector: {}
      namespaceSelector: {matchLabels: {team: a}}
    - ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}
  egress:
  - to: [{namespaceSelector: {}}]
""",
    'NetworkSet': '\n  nets: [192.0.2.0/24, 192.0.2.1, "2001:db8::/32"]\n',
    'GlobalNetworkSet': '\n  nets: []\n',
    'Tier': '\n  order: 100\n  defaultAction: Pass\n',
    'HostEndpoint': """
  node: worker-1
  interfaceName: eth0
  expectedIPs: [192.0.2.1]
  profiles: [allow-all]
  ports: [{name: ssh, protocol: TCP, port: 22}, {name: dns, protocol: 17, port: 53}]
""",
    'Profile': RULES + '  labelsToApply: {profile: web}\n',
    'IPPool': """
  cidr: 192.0.2.0/24
  ipipMode: Never
  vxlanMode: CrossSubnet
  natOutgoing: true
  disabled: false
  disableBGPExport: false
  blockSize: 26
  nodeSelector: all()
  namespaceSelector: team == 'a'
  allowedUses: [Workload, Tunnel]
  assignmentMode: Automatic
""",
}
METADATA = """
metadata:
  name: sample
  namespace: default
  labels: {a: b}
  annotations: {c: d}
  uid: 5a7b6f0e-0000-4000-8000-000000000000
  resourceVersion: '1'
  generation: 1
  creationTimestamp: '2026-01-01T00:00:00Z'
  ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: '1', controller: true}]
  finalizers: [example.org/wait]
  managedFields: [{manager: kubectl, operation: Apply, fieldsV1: {f:spec: {}}}]
"""


def test_every_kind_has_a_sample() -> None:
    assert sorted(SPECS) == list(V3_KINDS)


@pytest.mark.parametrize('kind', SPECS)
def test_full_document(kind: str) -> None:
    head = f'apiVersion: projectcalico.org/v3\nkind: {kind}'
    assert errors(schema('v3', kind), f'{head}{METADATA}spec:{SPECS[kind]}') == []
    assert errors(schema('v3', kind), head) == []
    assert errors(schema('v3', kind), f'{head}\nspek: {{}}') != []
    assert errors(schema('v3', kind), f'{head}\nspec: {{spek: 1}}') != []
    other = head.replace('v3', 'v2')
    assert errors(schema('v3', kind), other) == [
        "apiVersion: 'projectcalico.org/v3' was expected",
    ]


@pytest.mark.parametrize('kind', [k for k, spec in SPECS.items() if RULES in spec])
@pytest.mark.parametrize(
    ('right', 'wrong', 'place'),
    [
        ('action: Log\n    ', '', 'spec.ingress.1'),
        ('action: Log', 'action: log', 'spec.ingress.1.action'),
        ('ipVersion: 4', 'ipVersion: 5', 'spec.ingress.0.ipVersion'),
        ('protocol: TCP', 'protocol: tcp', 'spec.ingress.0.protocol'),
        ('notProtocol: 17', 'notProtocol: 256', 'spec.ingress.1.notProtocol'),
        ("protocol: '47'", "protocol: '0'", 'spec.egress.1.protocol'),
        ('type: 254', 'type: 255', 'spec.ingress.1.notICMP.type'),
        ('ports: [80', 'ports: [0.5', 'spec.ingress.0.destination.ports.0'),
        ('notNets:', 'notnets:', 'spec.ingress.0.source'),
        ('exact:', 'exakt:', 'spec.ingress.0.http.paths.0'),
    ],
)
def test_one_fault(kind: str, right: str, wrong: str, place: str) -> None:
    text = f'apiVersion: projectcalico.org/v3\nkind: {kind}\nspec:{SPECS[kind]}'
    assert text.count(right) == 1
    found = errors(schema('v3', kind), text.replace(right, wrong))
    assert [error.partition(': ')[0] for error in found] == [place]


@pytest.mark.parametrize(
    ('right', 'wrong', 'place'),
    [
        ('- ingress', '- Ingress', None),
        ('- ingress', '- INGRESS', 'spec.types.0'),
        ('protocol: tcp', 'protocol: 6', None),
        ('protocol: tcp', 'protocol: TCP', 'spec.ingress.0.protocol'),
        ('protocol: tcp', 'ipVersion: 4', None),
        ('protocol: tcp', 'icmp: {type: 0, code: 255}', None),
        ('protocol: tcp', 'icmp: {type: 256}', 'spec.ingress.0.icmp.type'),
        ("selector: role == 'frontend'", 'tag: frontend', 'spec.ingress.0.source'),
        ("selector: role == 'frontend'", 'nets: [192.0.2.0/24]', None),
        ('action: allow', 'action: Allow', 'spec.egress.0.action'),
        ('namespace: production', 'labels: {a: b}', None),
        ('name: allow-tcp-6379', 'name: prod/Allow_TCP.1', None),
        ('name: allow-tcp-6379', 'name: allow tcp', 'metadata.name'),
        ('types:', 'preDNAT: true\n  types:', None),
        ('types:', 'tier: default\n  types:', 'spec'),
    ],
)
def test_v2(right: str, wrong: str, place: str | None) -> None:
    assert SAMPLE is not None
    head, _, tail = SAMPLE[1].rpartition(right)
    found = errors(schema('v2', 'NetworkPolicy'), head + wrong + tail)
    assert [error.partition(': ')[0] for error in found] == ([place] if place else [])


def test_v2_flags_are_deprecated_on_a_networkpolicy_only() -> None:
    for kind in ('NetworkPolicy', 'GlobalNetworkPolicy'):
        spec = schema('v2', kind)['$defs']['Spec']['properties']
        flags = [spec[name] for name in ('doNotTrack', 'preDNAT', 'applyOnForward')]
        assert all(flag.get('deprecated', False) is (kind == 'NetworkPolicy') for flag in flags)


ORACLE = ROOT / 'fixtures' / 'oracle' / 'handmade.jsonl.gz'


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def test_what_calico_decodes_fits() -> None:
    """No document that Calico 3.33 accepts breaks its schema, once decoded."""
    checkers = {
        kind: Draft202012Validator(versions.for_version(schema('v3', kind), (3, 33)))
        for kind in V3_KINDS
    }
    seen, misfits = 0, []
    with gzip.open(ORACLE, 'rt', encoding='utf-8') as file:
        for line in file:
            case = json.loads(line)
            if case['labels'].get('api-3.33', {}).get('verdict') != 'accept':
                continue
            for document in case['decoded'] or ():
                if document.get('kind') in checkers:
                    seen += 1
                    if not checkers[document['kind']].is_valid(without_nulls(document)):
                        misfits.append(case['id'])
    # 3.33 forgot to check what is left of Profile: facts decide there, by version.
    assert misfits == ['b8: Profile bad rule']
    assert seen > 400
