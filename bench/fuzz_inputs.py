"""What the fuzzer feeds: policies, selectors and settings of fixtures/, changed at random."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Iterator, Sequence
from functools import cache

from linter.calico.target import Target
from linter.catalogue.catalogue import standard
from linter.engine.check import check
from linter.yaml.nodes import Node, Scalar, SequenceNode
from linter.yaml.scalars import BadTag, resolve

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
Random = random.Random

# What is put anywhere: pieces of YAML, of Calico, of suppressions, and characters that are trouble.
PIECES = [
    *'{}[]:,#?|>!&*%@`"\'-=<~\\\t\n\r\0\ufeff\x85\u2028\x1b\ud800é😀',
    ': ', '- ', '\n  ', '\r\n', ' #', '---\n', '\n---\n', '\n--- x\n', '\n...\n', '%YAML 1.1\n',
    '&a ', '*a', '<<: ', '<<: *a\n', '? ', '!!str ', '!!binary ', '!!int ', '! ', '!x ', '|-\n    ',
    '>+2\n', '"\\ud800"', '"\\/"', '\\x41', '\\\n', 'null', 'true', 'NO', '0o17', '0x1F', '1:30',
    '1e3', '.inf', '-0', '010', '2001-01-01', '2024-01-21T12:00:00Z', '2024-13-41T25:61:61Z',
    '9' * 25, '${X}', '{{ x }}', '{% x %}', '<name>',
    'all()', 'has(', 'global()', ' in {', ' not in ', ' && ', ' || ', '(', ')', ' = ', ' and ',
    '10.0.0.1/8', '::/0', '1.2.3.4', '65536', '80-90', '90:80', 'tcp', 'TCP', 'ICMPv6', 'allow',
    'apiVersion: ', 'kind: ', 'projectcalico.org/v3', 'projectcalico.org/v2', 'v1', 'policy',
    'crd.projectcalico.org/v1', 'NetworkPolicyList', 'NetworkPolicy', 'GlobalNetworkSet', 'IPPool',
    'List', 'items:\n- ', 'metadata:\n  ', 'spec:\n  ', 'selector: ', 'Selector: ', 'ingress: []\n',
    'ports: [80, 80]', 'order: "1"', 'namespace: x\n', '# calico-lint: ignore', '[selector-syntax]',
    '  # calico-lint: ignore[value-case] why\n', '# calico-lint: ignore-file[field-case]\n',
    'calico-lint/ignore: "value-case; wrong-type: x"\n', '# calico-lint: ignore[]\n', '10.0.0.0/8',
]  # fmt: skip
SETTINGS = [
    'calico-version: "3.30"\n', 'calico-version: 3.3\n', 'admission: native\n', 'datastore: etcd\n',
    'select: [yaml, selector-syntax]\n', 'ignore: value-case\n', 'ignore: [no-such]\n', 'x: 1\n',
    'severity: {value-case: error, yaml: off}\n', 'exclude: ["*.yml", "/sub/**", "!a.yaml"]\n',
    'per-path:\n- paths: ["sub/"]\n  ignore: [yaml]\n', 'per-path: [{paths: []}, 1, null]\n',
    'external: {tiers: [a, "B!"], namespaces: [c]}\n', 'require-reason: yes\n', 'select: *a\n',
]  # fmt: skip
PATTERNS = [*'*?[]!/\\# a', '**', '[!a-', '[[:alpha:]]', 'sub', '.yaml', '\n', '\n!', '/**/', '\\ ']


@cache
def pool() -> list[str]:
    return list(stored())


@cache
def selectors() -> list[str]:
    found = []
    for name in ('selectors', 'selectors-generated'):
        with gzip.open(f'{ROOT}/fixtures/oracle/{name}.jsonl.gz', 'rt', encoding='utf-8') as file:
            found += [json.loads(line)['selector'] for line in file]
    return found


def stored() -> Iterator[str]:
    """Policies of fixtures/: labelled ones, and cases of the rules."""
    for name in ('handmade', 'generated'):
        with gzip.open(f'{ROOT}/fixtures/oracle/{name}.jsonl.gz', 'rt', encoding='utf-8') as file:
            yield from (json.loads(line)['yaml'] for line in file)
    for top, folders, names in os.walk(f'{ROOT}/fixtures'):
        folders.sort()
        for path in (f'{top}/{name}' for name in sorted(names)):
            if path.endswith(('.yaml', '.yml', '.json')) and os.path.getsize(path) < 9000:
                with open(path, encoding='utf-8', errors='surrogateescape') as file:
                    yield file.read()


def changed(text: str, rnd: Random, others: list[str], pieces: list[str] = PIECES) -> str:
    """A text with random changes."""
    for _ in range(rnd.choice((0, 1, 1, 1, 2, 3, 5, 10, 25))):
        at = rnd.randrange(len(text) + 1)
        end = min(len(text), at + int(rnd.expovariate(1 / 6)))
        lines = text.split('\n')
        one, other = rnd.randrange(len(lines)), rnd.randrange(len(lines))
        match rnd.randrange(9):
            case 0:
                text = text[:at] + text[end:]
            case 1:
                text = text[:at] + rnd.choice(pieces) + text[at:]
            case 2:
                text = text[:at] + rnd.choice(pieces) + text[end:]
            case 3:
                text = '\n'.join(lines[:one] + lines[one + 1 :])
            case 4:
                text = '\n'.join([*lines[:one], lines[other], *lines[one:]])
            case 5:
                lines[one] = ' ' * rnd.randrange(5) + lines[one].removeprefix('  ')
                text = '\n'.join(lines)
            case 6:
                head, colon, _ = lines[one].partition(': ')
                value = rnd.choice((rnd.choice(pieces), lines[other].partition(': ')[2]))
                text = '\n'.join([*lines[:one], head + (colon or ' ') + value, *lines[one + 1 :]])
            case 7:
                old, new = rnd.choice("\n :-eN'"), rnd.choice(pieces)
                text = text.replace(old, new, rnd.choice((1, 1, -1)))
            case 8:
                piece = rnd.choice(others)
                at = rnd.randrange(len(piece) + 1)
                text = rnd.choice((text + '\n---\n' + piece, text[:end] + piece[at : at + 200]))
        text = text[:12000]
    return text


def policy(rnd: Random) -> bytes:
    """A file that may be Calico's, in any encoding, or what is left of it."""
    text = changed(rnd.choice(pool()), rnd, pool())
    if rnd.random() < 0.1:
        text = text.replace('\n', rnd.choice(('\r\n', '\r')))
    codec = 'utf-16' if rnd.random() < 0.02 else 'utf-8'
    data = bytearray(text.encode(codec, 'surrogatepass'))
    if data and rnd.random() < 0.03:
        data[rnd.randrange(len(data))] = rnd.randrange(256)
    return bytes(data)


@cache
def clean_pool() -> list[str]:
    """Those policies of which there is nothing to say."""
    found = []
    for text in pool():
        result = check('x.yaml', text.encode('utf-8', 'surrogateescape'), Target(), standard())
        if result.checked and not result.diagnostics:
            found.append(text)
    return found


@cache
def entries() -> dict[str, list[str]]:
    """What the lines of all policies say behind each key; dashes count as keys."""
    found: dict[str, list[str]] = {}
    for text in pool():
        for line in text.split('\n'):
            key, colon, value = line.strip().partition(':')
            if line.lstrip().startswith('- ') and not colon:
                key, value = '-', line.lstrip()[1:]
            if len(value) < 80:
                found.setdefault(key.removeprefix('- '), []).append(value.strip())
    return found


def nudged(rnd: Random) -> bytes:
    """A file of which a line or two are others: most of it is still as somebody would write it."""
    text = rnd.choice(clean_pool() if rnd.random() < 0.8 else pool())
    for _ in range(rnd.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        lines = text.split('\n')
        one, other = rnd.randrange(len(lines)), rnd.randrange(len(lines))
        line = lines[one]
        head, colon, value = line.partition(':')
        if not colon and line.lstrip().startswith('- '):
            head, colon, value = line.partition('- ')
            head, colon = head + '-', ''
        key = head.strip().removeprefix('- ')
        match rnd.randrange(13):
            case 0 | 1 | 2:
                known = entries().get(key) or ['']
                lines[one] = f'{head}{colon} {rnd.choice(known)}'
            case 3:
                elsewhere = rnd.choice(pool()).split('\n')
                lines.insert(one, rnd.choice(elsewhere))
            case 4:
                key = rnd.choice(list(entries()))
                indent = ' ' * (len(line) - len(line.lstrip(' ')))
                lines.insert(one, f'{indent}{key}: {rnd.choice(entries()[key])}')
            case 5:
                del lines[one]
            case 6:
                behind = rnd.choice(('', '', ' ', ' #', ' # a: b', ' # - a'))
                lines.insert(rnd.choice((one, other)), line + behind)
            case 7:
                step = rnd.choice((-2, -1, 1, 2, 4))
                for at in range(one, min(len(lines), one + rnd.choice((1, 1, 2, 5)))):
                    now = lines[at]
                    lines[at] = now[-step:] if step < 0 else ' ' * step + now
            case 8:
                value = value.strip()
                quote = rnd.choice('\'"')
                bare = value.strip('\'"')
                form = rnd.choice(
                    (
                        '{0}{1}{0}',
                        '{1}',
                        '[{1}]',
                        '{{{1}: {1}}}',
                        '{1} # x',
                        '{1} # x: y',
                        '>-\n    {1}',
                    )
                )
                lines[one] = f'{head}{colon} {form.format(quote, bare)}'
            case 9:
                lines[one] = ''.join(rnd.choice((char, char.swapcase())) for char in line)
            case 10:
                digits = [at for at, char in enumerate(line) if char.isdigit()]
                if digits:
                    at = rnd.choice(digits)
                    lines[one] = line[:at] + rnd.choice('0123456789:/.-_+ex') + line[at + 1 :]
            case 11:
                at = rnd.randrange(len(line) + 1)
                lines[one] = line[:at] + rnd.choice(PIECES) + line[at + rnd.choice((0, 0, 1, 2)) :]
            case 12:
                lines[one], lines[other] = lines[other], line
        text = '\n'.join(lines)
    return text.encode('utf-8', 'surrogatepass')


_SELECTORS = (
    "a == 'x'", "a != 'x'", 'has(a)', '!has(a)', "a in {'x', 'y'}", "a not in {'x'}", "b == 'x'",
    "a starts with 'x'", "a == 'x' && b == 'y'", "a == 'x' || !has(b)", "!(a == 'x') && has(b)",
    'all()', "a == 'é'", "a not in {'é'}", "a contains ''", "a in {'x', 'é'} && a != 'x'",
    "all() && a == 'x'", "(!has(a) || a starts with 'x') && a in {'y', 'xz'}", "''",
    "has(c) || a != 'x'",
    "projectcalico.org/namespace == 'shop'", '!has(projectcalico.org/namespace)',
    "projectcalico.org/namespace == 'data' && a == 'x'", "projectcalico.org/orchestrator == 'k8s'",
    "projectcalico.org/serviceaccount == 'x'",
)  # fmt: skip
_OF_OTHERS = (
    "a == 'x'", "a != 'x'", 'all()', 'has(a)', "projectcalico.org/name == 'shop'", "a not in {'é'}",
    "projectcalico.org/name != 'shop'", "projectcalico.org/name in {'data', 'shop'} && has(a)",
    "kubernetes.io/metadata.name == 'data'", '!has(a) || has(b)', 'has(projectcalico.org/name)',
    "!has(projectcalico.org/name) && a == 'x'", "a == 'x' && a == 'y'", "''",
)  # fmt: skip
_NETS = (
    '10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/9', '10.128.0.0/9', '0.0.0.0/0', '0.0.0.0/1',
    '128.0.0.0/1', '192.0.2.0/24', '"::/0"', '"fd00::/8"', '"fd00::/16"', '10.1.2.3/32',
)  # fmt: skip
_PORTS = (
    '80',
    '443',
    '"1:65535"',
    '"1:100"',
    '"101:65535"',
    'http',
    '"80:443"',
    '"0:65535"',
    '65535',
)


def _listed(values: Sequence[str], rnd: Random) -> str:
    return f'[{", ".join(rnd.sample(values, rnd.choice((1, 1, 2, 3))))}]'


def _side(rnd: Random, is_own: bool) -> list[str]:
    found = []
    for name, chance, value in (
        ('nets', 0.3, _listed(_NETS, rnd)),
        ('notNets', 0.1, _listed(_NETS, rnd)),
        ('ports', 0.3, _listed(_PORTS, rnd)),
        ('notPorts', 0.1, _listed(_PORTS, rnd)),
        ('selector', 0.05 if is_own else 0.4, rnd.choice(_SELECTORS)),
        ('notSelector', 0.02 if is_own else 0.1, rnd.choice(_SELECTORS)),
        ('namespaceSelector', 0.02 if is_own else 0.2, rnd.choice((*_OF_OTHERS, 'global()'))),
        ('serviceAccounts', 0.02 if is_own else 0.1, f'{{selector: {_in_flow(_OF_OTHERS, rnd)}}}'),
        (
            'serviceAccounts',
            0.02 if is_own else 0.1,
            rnd.choice(('{names: [x]}', '{names: [x, y]}')),
        ),
        ('services', 0.01 if is_own else 0.03, '{name: x, namespace: shop}'),
    ):
        if rnd.random() < chance:
            value = value if value[0] not in '!' else f'"{value}"'
            found.append(f'      {name}: {value}')
    return found


def _in_flow(values: Sequence[str], rnd: Random) -> str:
    return f'"{rnd.choice(values)}"' if rnd.random() < 0.9 else "''"


def meant(rnd: Random) -> bytes:
    """A policy that Calico takes, most of the time, and whose rules may have to do with another."""
    is_global = rnd.random() < 0.4
    lines = [
        'apiVersion: projectcalico.org/v3',
        f'kind: {rnd.choice(("", "", "Staged"))}{"Global" * is_global}NetworkPolicy',
        'metadata:',
        '  name: web',
        *([] if is_global else ['  namespace: shop']),
        'spec:',
    ]
    for name, chance, values in (
        ('selector', 0.7, _SELECTORS),
        ('namespaceSelector', 0.2 * is_global, _OF_OTHERS),
        ('serviceAccountSelector', 0.1, _OF_OTHERS),
        ('order', 0.5, ('10', '20.5')),
        ('applyOnForward', 0.1 * is_global, ('true',)),
        ('doNotTrack', 0.05 * is_global, ('true',)),
        ('preDNAT', 0.05 * is_global, ('true',)),
    ):
        if rnd.random() < chance:
            value = rnd.choice(values)
            lines.append(f'  {name}: {value if value[0] != "!" else chr(34) + value + chr(34)}')
    directions = rnd.choice((('ingress',), ('egress',), ('ingress', 'egress')))
    lines.append(f'  types: [{", ".join(map(str.title, directions))}]')
    for direction in directions:
        lines.append(f'  {direction}:')
        for _ in range(rnd.choice((1, 2, 2, 2, 3, 3, 4))):
            lines.append(
                f'  - action: {rnd.choice(("Allow", "Allow", "Deny", "Deny", "Pass", "Log"))}'
            )
            sides = {
                side: _side(rnd, (side == 'source') is (direction == 'egress'))
                if rnd.random() < 0.7
                else []
                for side in ('source', 'destination')
            }
            needs_ports = any('orts:' in line for side in sides.values() for line in side)
            protocols = ('TCP', 'UDP', 'TCP', '6', 'SCTP')
            if needs_ports or rnd.random() < 0.4:
                more = ('ICMP', 'ICMPv6', '"47"', 'UDPLite')
                lines.append(
                    f'    protocol: {rnd.choice(protocols if needs_ports else protocols + more)}'
                )
                if lines[-1].endswith(('ICMP', 'ICMPv6')) and rnd.random() < 0.5:
                    lines.append(f'    icmp: {{type: {rnd.choice((0, 8))}}}')
            elif rnd.random() < 0.1:
                lines.append(f'    notProtocol: {rnd.choice(protocols)}')
            if rnd.random() < 0.05:
                lines.append(f'    ipVersion: {rnd.choice((4, 6))}')
            if rnd.random() < 0.03 and direction == 'ingress':
                lines.append('    http: {methods: [GET]}')
            for side, said in sides.items():
                if said:
                    lines += [
                        f'    {side}:',
                        *{line.split(':')[0]: line for line in said}.values(),
                    ]
    return ('\n'.join(lines) + '\n').encode()


EVIL = (
    '\x1b[2J', '\u202e', '\u061c', '\U000e0001', '\x85', '\u2028', '\n::error::x', '##[error]',
    ' ::', '##vso[task]', '##teamcity[x]', '@everyone', 'GH-1', 'c0ffee1', '`', '|', '<img>',
    '[a](b)', '\x07', '\ufeff', '\U0010ffff', '\r', '%0A::', '\x9b', '\xad', 'a', ' ', '"', "'",
    '\xff', '\\',
)  # fmt: skip


def hostile(rnd: Random) -> bytes:
    """A document in which some scalars hold what may not reach a terminal or a log."""
    text = rnd.choice(pool())
    lines = text.split('\n')
    for number in rnd.sample(range(len(lines)), min(len(lines), rnd.randrange(1, 6))):
        head, colon, tail = lines[number].partition(': ')
        evil = ''.join(rnd.choices(EVIL, k=rnd.randrange(1, 5)))
        shown = '"' + ''.join(f'\\U{ord(char):08x}' for char in evil) + '"'
        blanks = head[: len(head) - len(head.lstrip(' -'))]
        match rnd.randrange(3):
            case 0 if colon:
                lines[number] = f'{head}: {shown}'
            case 1 if colon:
                lines[number] = f'{blanks}{shown}: {tail}'
            case _:
                mark = rnd.choice(('# calico-lint: ignore[x]', '# calico-lint: ignore[value-case]'))
                lines[number] += f'  {mark} {evil}'
    return '\n'.join(lines).encode('utf-8', 'surrogatepass')


def growing(rnd: Random) -> bytes:
    """What comes first, what comes again and again, and what comes last; FF is between them."""
    text = rnd.choice(pool()).replace('\ufffd', '')
    lines = text.split('\n')
    at = rnd.randrange(len(lines))
    pieces = [*PIECES, *EVIL, '- ', '  ', '\n', 'a', '"', "'", '# ', '#calico-lint: ']
    piece = ''.join(rnd.choices(pieces, k=rnd.choice((1, 1, 2, 3, 5))))
    match rnd.randrange(4):
        case 0:
            piece = f'{lines[at]}\n'
        case 1:
            piece = '\n'.join(lines[at : at + rnd.randrange(1, 6)]) + '\n'
        case 2:
            piece = f'{lines[at]}{piece}\n'
    begin = '\n'.join(lines[:at]) + '\n'
    if rnd.random() < 0.3:
        begin += lines[at][: rnd.randrange(len(lines[at]) + 1)]
    end = rnd.choice(('', '\n', rnd.choice(pieces), '\n' + '\n'.join(lines[at:])))
    parts = (part.encode('utf-8', 'surrogatepass') for part in (begin, piece, end))
    return b'\xff'.join(part.replace(b'\xff', b'') for part in parts)


def selector(rnd: Random) -> bytes:
    pieces = [*PIECES[:32], *PIECES[70:90], "'a'", '"b"', 'a.b/c-d', 'in', 'not', 'x' * 513, ' ']
    text = changed(rnd.choice(selectors()), rnd, selectors(), pieces)
    return text.encode('utf-8', 'surrogatepass')


def settings(rnd: Random) -> bytes:
    text = ''.join(rnd.sample(SETTINGS, rnd.randrange(5)))
    return changed(text, rnd, SETTINGS, PIECES[:60] + SETTINGS).encode('utf-8', 'surrogatepass')


def restyled(node: Node, rnd: Random) -> str:
    """A tree as JSON, or nearly: plain scalars that are no text stay as they are."""
    if isinstance(node, Scalar):
        try:
            value = resolve(node)
        except BadTag:
            value = node.value
        if node.tag is None and isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        tag = '' if node.tag is None else f'!<{node.tag}> ' if node.tag != '!' else '! '
        text = json.dumps(node.value, ensure_ascii=False) if node.style else node.value
        return tag + (text or '~')
    blank = rnd.choice((' ', '\n '))
    if isinstance(node, SequenceNode):
        return f'[{blank}' + f',{blank}'.join(restyled(item, rnd) for item in node.items) + ' ]'
    pairs = [f'{restyled(key, rnd)}: {restyled(value, rnd)}' for key, value in node.entries]
    return f'{{{blank}' + f',{blank}'.join(pairs) + ' }'


FORMATS = ('json', 'sarif', 'gitlab', 'rdjson', 'junit', 'text', 'concise', 'github', 'markdown')
WORDS: dict[str, tuple[str, ...]] = {
    '--calico-version': ('3.26', 'v3.33.1', '9', ''), '--admission': ('api', 'native'),
    '--datastore': ('etcdv3', 'kubernetes'), '--diff': (),
    '--select': ('yaml', 'value-case,selector-syntax', 'x'),
    '--output-format': (*FORMATS, 'json:out.json', 'sarif:no/out', 'x', 'text:'), '--fix': (),
    '--ignore': ('yaml', 'selector', ','), '--stdin-filename': ('sub/b.yml', '', '\udcff.yaml'),
    '--jobs': ('1', '2', '0', '-1', 'x'), '--fail-on': ('error', 'info', 'never'),
    '--color': ('always', 'never'), '--add-ignore': ('why', '', 'a\nb'), '--unsafe-fixes': (),
    '--baseline': ('b.json', 'none', ''), '--write-baseline': ('b.json', 'n.json', 'no/n.json'),
    '--statistics': (), '--quiet': (), '--force-exclude': (), '--exit-zero': (), '--no-ignore': (),
    '--require-policies': (), '--allow-growth': (), '--show-settings': (), '--show-files': (),
}  # fmt: skip
PATHS = ('.', 'sub', 'a.yaml', 'sub/b.yml', '-', '', 'none', '\udcff', './a.yaml', '..', '-x.yml')
BASELINES = ('{"version": 1, "findings": []}', '', '[]', '{"version": 2}', '{"version": 1}')
