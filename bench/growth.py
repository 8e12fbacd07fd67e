"""How the time grows with the size, shape by shape: linear, or somebody can hang a hook.

    python bench/growth.py
    python bench/growth.py --only alias,selector --size 100000

A shape is a file that grows in one respect. Each is checked, fixed or looked at with about a
quarter of ``--size`` bytes and with all of them, in CPU time of this process; four times as much
may take five times as long, and 100 kB two seconds. Exit status 1 where one takes longer.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from linter.calico.parsed_file import parse_text  # noqa: E402
from linter.calico.prefilter import may_be_calico  # noqa: E402
from linter.calico.selector.accept import explain  # noqa: E402
from linter.calico.target import Target  # noqa: E402
from linter.catalogue.catalogue import standard  # noqa: E402
from linter.engine import check as engine  # noqa: E402
from linter.engine.fix import fix_text  # noqa: E402
from linter.quick.read import _readers  # noqa: E402
from linter.report.formats import write  # noqa: E402
from linter.run.root import alone  # noqa: E402
from linter.suppress.add import add_ignore  # noqa: E402
from linter.text.source import Source  # noqa: E402
from linter.text.suggest import _nearest  # noqa: E402
from linter.workspace.atomic_write import unified_diff  # noqa: E402
from linter.workspace.options import Options  # noqa: E402
from linter.yaml.encoding import decode_bytes  # noqa: E402

HEAD = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: a
  namespace: b
spec:
"""
CLEAN = HEAD + '  selector: all()\n'
LIST = 'apiVersion: v1\nkind: List\nitems:\n'
TYPED = 'apiVersion: projectcalico.org/v3\nkind: NetworkPolicyList\n'
ITEM = '- {apiVersion: projectcalico.org/v3, kind: NetworkPolicy}\n'
TARGET = Target()
LIMIT_RATIO = 5.0
LIMIT_SECONDS = 2.0
PATIENCE = 8.0
NOISE = 0.3
"""Seconds below which a ratio says nothing."""


def checked(data: bytes) -> None:
    engine.check('x.yaml', data, TARGET, standard())


def fixed(data: bytes) -> None:
    fix_text('x.yaml', data, TARGET, standard(), unsafe=True)


def shown(data: bytes) -> None:
    unified_diff('x.yaml', data, fix_text('x.yaml', data, TARGET, standard(), unsafe=True).data)


def suppressed(data: bytes) -> None:
    found = engine.check('x.yaml', data, TARGET, standard()).diagnostics
    add_ignore(parse_text(Source('x.yaml', decode_bytes(data))), found, 'why')


def rooted(data: bytes) -> None:
    options = Options(('x.yaml',), no_config=True, context='.', catalogue=standard)
    alone('x.yaml', data, options)


def looked_at(data: bytes) -> None:
    may_be_calico(data)


def printed(data: bytes) -> None:
    outcome = engine.check('x.yaml', data, TARGET, standard())
    for name in ('text', 'json', 'markdown', 'github', 'junit', 'gitlab', 'rdjson'):
        out = io.TextIOWrapper(io.BytesIO(), 'utf-8')
        write(outcome, name, out)


class Shape(NamedTuple):
    """``make(n)`` is a file of about ``n * each`` bytes.

    ``unfolds``: its aliases unfold to n times n values, until go-yaml refuses them; only the
    seconds count. So they do where the shape ``is_budgeted``: what costs more than a budget that
    grows with the file is given up, and a small file has it all.
    """

    make: Callable[[int], str]
    each: int
    run: Callable[[bytes], None] = checked
    unfolds: bool = False
    is_budgeted: bool = False

    def data(self, size: int) -> bytes:
        return self.make(max(2, size // self.each)).encode('utf-8', 'surrogateescape')


def selector(text: str) -> str:
    return HEAD + f'  selector: {json.dumps(text)}\n'


def rules(lines: str) -> str:
    return f'{HEAD}  ingress:\n{lines}'


def annotated(value: str) -> str:
    return CLEAN.replace(
        '  name: a\n', f'  name: a\n  annotations:\n    calico-lint/ignore: "{value}"\n'
    )


def selectors(n: int, text: str) -> str:
    """Rules with a selector each, in which ``%d`` is its number."""
    return rules(many(n, f'  - {{action: Allow, source: {{selector: {text}}}}}\n'))


def many(n: int, text: str) -> str:
    """A text many times, in which ``%d`` is how many were before."""
    return ''.join(text.replace('%d', str(number)) for number in range(n))


def aliased(text: str, n: int) -> str:
    rule = f'  - &a {{action: Allow, source: {{selector: {json.dumps(text)}}}}}\n'
    return rules(rule + '  - *a\n' * n)


def globally(selector: str, lines: str) -> str:
    """A global policy with these ingress rules."""
    return (
        'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: a}\nspec:\n'
        f'  selector: {json.dumps(selector)}\n  ingress:\n{lines}'
    )


def in_order(action: str, conditions: str) -> str:
    """A policy that comes by its number, in which ``%d`` is that number, with one rule."""
    return (
        'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
        f'metadata: {{name: {action.lower()}%d, namespace: b}}\nspec:\n  order: %d\n'
        '  selector: a == "b"\n  types: [Ingress]\n  ingress:\n'
        f'  - {conditions.replace("{", f"{{action: {action}, ", 1).replace(", }", "}", 1)}\n---\n'
    )


def in_set(namespace: str) -> str:
    """A network set of a namespace."""
    return (
        'apiVersion: projectcalico.org/v3\nkind: NetworkSet\n'
        f'metadata: {{name: s, namespace: {namespace}}}\nspec: {{nets: [203.0.113.0/24]}}\n---\n'
    )


def from_namespace(namespace: str, n: int = 1) -> str:
    """A policy with rules that allow what is in a namespace, one for each port."""
    rule = (
        '  - {action: Allow, protocol: TCP, destination: {ports: [1%d]}, source: '
        f"{{namespaceSelector: projectcalico.org/name == '{namespace}'}}}}\n"
    )
    return (
        'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n'
        f'metadata: {{name: p, namespace: {namespace}}}\nspec:\n  selector: a == "b"\n'
        f'  types: [Ingress]\n  ingress:\n{many(n, rule)}---\n'
    )


ALTERNATIVES = ' && '.join(f'(has(a{number}) || b{number} != "x")' for number in range(6))
BAD = "a == 'b' && " * 300 + "c = 'd' && " * 20 + 'all()'


def cased(word: str, n: int) -> str:
    return ''.join(c.upper() if (n >> bit) & 1 else c for bit, c in enumerate(word))


def unknown_id(number: int) -> str:
    return ''.join(chr(97 + number // 26**place % 26) for place in range(16))


SHAPES: dict[str, Shape] = {
    # --- regular expressions, and what is read again and again
    'CRLF header': Shape(lambda n: '# Copyright\r\n' * n + CLEAN.replace('\n', '\r\n'), 13),
    'CRLF blank lines': Shape(lambda n: '\r\n' * n + CLEAN.replace('\n', '\r\n'), 2),
    'CRLF header before a directive': Shape(
        lambda n: '# x\r\n' * n + '%TAG ! a\r\n---\r\n' + CLEAN, 5),
    'hashes behind a key without a value': Shape(
        lambda n: f'{HEAD}  ? selector\n  {"# " * n}\n  ? types\n', 2),
    'hashes behind a flow key': Shape(
        lambda n: f'{HEAD.rstrip()} {{selector\n {"# " * n}\n }}\n', 2),
    'comment lines behind a key without a value': Shape(
        lambda n: f'{HEAD}  ? selector\n' + '  # a: b\n' * n + '  ? types\n', 9),
    'kind': Shape(lambda n: 'kind\n' * n + 'policy', 5, looked_at),
    'kind of a mapping': Shape(
        lambda n: '[' + '{"kind": {"a": "node"}},\n' * n + '1]', 25, looked_at),
    'kind of a mapping, checked': Shape(
        lambda n: '[' + '{"kind": {"a": "node"}},\n' * n + '1]', 25),
    'kind with an anchor': Shape(lambda n: 'kind: &a node\n' * n, 14),
    'exclamation marks': Shape(lambda n: '! ' * n + 'binary', 2, looked_at),
    'exclamation marks in a row': Shape(lambda n: '!' * n + 'binary', 1, looked_at),
    'escapes that hide': Shape(lambda n: '"\\x70\\\\"' * n, 8, looked_at),
    'opening braces in a value': Shape(lambda n: selector('{{ ' * n), 3),
    'dollars and braces in a value': Shape(lambda n: selector('${' * n), 2),
    'braces that close on another line': Shape(
        lambda n: HEAD + '  selector: |\n' + '    {{\n' * n + '    }}\n', 7),
    'placeholders': Shape(lambda n: selector('${a} ' * n), 5),
    'angles in a value': Shape(lambda n: selector('<a ' * n), 3),
    'a selector that needs quotes, with blanks': Shape(
        lambda n: f'{HEAD}  selector: a{" " * n}b: c\n', 1),
    'a selector that needs quotes, with hashes': Shape(
        lambda n: f"{HEAD}  selector: a == 'x: y' && c {'# ' * n}\n", 2),
    'a long selector that needs quotes, with hashes': Shape(
        lambda n: f"{HEAD}  selector: a == 'x: y' && " + "a == 'b' && " * (n // 6) + 'c '
        + '# ' * n + '\n', 4),
    'selectors that need quotes': Shape(
        lambda n: rules("  - {action: Allow}\n    source:\n      selector: a == 'x: y'\n" * n), 60),
    'blanks in a Kubernetes selector': Shape(lambda n: selector('a' + ' ' * n + 'b,'), 1),
    'blanks in has()': Shape(lambda n: selector('HAS(' + ' ' * n), 1),
    # --- a selector: explained in the time of a document, however often it stands there
    'a bad selector through aliases': Shape(lambda n: aliased(BAD, n), 7),
    'a selector of blanks through aliases': Shape(lambda n: aliased(' ' * 3700 + '1', n), 7),
    'bad selectors': Shape(
        lambda n: selectors(n, "a%d = 'b'"), 55),
    'bad selectors of 4 kB': Shape(
        lambda n: selectors(n, f'"x%d == {chr(39)}a{chr(39)} && {BAD[:3900]} z"'), 4000),
    'selectors of 4 kB of blanks': Shape(
        lambda n: selectors(n, f'"{" " * 3900}%d"'), 4000),
    'selectors of 4 kB of exclamation marks': Shape(
        lambda n: selectors(n, f'"{"!" * 3900}%d"'), 4000),
    'selectors of 4 kB of parentheses': Shape(
        lambda n: selectors(n, f'"{"(" * 3900}%d"'), 4000),
    'selectors of 4 kB of single signs': Shape(
        lambda n: selectors(n, f'"a%d {"& " * 1900}"'), 4000),
    'selectors of 4 kB of bare words': Shape(
        lambda n: selectors(n, f'"a%d in {{{"b, " * 1200}"'), 4000),
    'selectors of 4 kB of words': Shape(
        lambda n: selectors(n, f'"a%d {"and b " * 600}"'), 4000),
    'selectors of 4 kB of curly quotes': Shape(
        lambda n: selectors(n, f'"a%d == {"“b" * 1900}"'), 4000),
    'one selector of blanks': Shape(lambda n: selector(' ' * n + '1'), 1),
    'one selector of exclamation marks': Shape(lambda n: selector('!' * n + '1'), 1),
    'one selector of single equals': Shape(lambda n: selector("a = 'b' && " * n), 11),
    'one selector of hashes': Shape(lambda n: selector('a #' + ' #' * n), 2),
    'one selector of line breaks': Shape(lambda n: HEAD + '  selector: |\n' + '    a ==\n' * n, 9),
    'selectors with many mistakes': Shape(
        lambda n: selectors(n, f'"{"a = b && " * 100}x%d"'), 950),
    'selectors with fifteen mistakes': Shape(
        lambda n: selectors(n, f'"{"a = b && " * 15}x%d == b"'), 190),
    'selectors with fifteen mistakes at the end': Shape(
        lambda n: selectors(n, f'"{"has(a) && " * 380}{"a = b && " * 14}x%d == b"'), 4000),
    # --- rules
    'rules that nothing reaches': Shape(
        lambda n: 'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: a}'
        '\nspec:\n  selector: a != "b" || has(c)\n  namespaceSelector: has(d)\n  ingress:\n'
        '  - {action: Deny, protocol: ICMP}\n' + '  - {action: Allow}\n' * n, 20),
    'rules that others shadow': Shape(
        lambda n: globally('a != "b" || has(c)', many(
            n, '  - {action: Deny, source: {selector: has(x%d)}}\n'
            '  - {action: Allow, source: {selector: has(x%d), nets: [10.0.0.0/8]}}\n')),
        110, is_budgeted=True),
    'rules for some of the endpoints': Shape(
        lambda n: globally('all()', many(
            n, '  - {action: Allow, destination: {selector: a == "x%d"}}\n')),
        59, is_budgeted=True),
    'rules that others come before': Shape(
        lambda n: globally('all()', many(
            n, '  - {action: Deny, source: {selector: has(x%d)}}\n'
            '  - {action: Allow, source: {selector: has(y%d)}}\n')), 96, is_budgeted=True),
    'rules behind one that denies': Shape(
        lambda n: globally('all()', '  - {action: Deny, protocol: ICMP}\n' + many(
            n, '  - {action: Allow, source: {selector: has(y%d)}}\n')), 52, is_budgeted=True),
    'ports that are denied before': Shape(
        lambda n: globally('all()', ''.join(
            f'  - {{action: {action}, protocol: TCP, destination: {{ports: ['
            + ', '.join(str(2 * m + 1) for m in range(min(n, 30_000))) + ']}}\n'
            for action in ('Deny', 'Allow'))), 12, is_budgeted=True),
    'policies of many alternatives': Shape(
        lambda n: many(n, globally(
            ALTERNATIVES, '  - {action: Allow}\n  - {action: Deny}\n') + '---\n'),
        360, is_budgeted=True),
    'rules of many alternatives': Shape(
        lambda n: globally('all()', many(
            n, '  - {action: Deny, destination: {selector: has(x%d)}}\n'
            f'  - {{action: Allow, source: {{selector: {json.dumps(ALTERNATIVES)}}}}}\n')),
        320, is_budgeted=True),
    'selectors of many conditions': Shape(
        lambda n: many(n, globally(
            ' && '.join(f'a{m} != "x"' for m in range(38)) + ' && a0 == "x"',
            '  - {action: Allow}\n') + '---\n'), 700, is_budgeted=True),
    'selectors of many parts of words': Shape(
        lambda n: many(n, globally(
            ' && '.join(f'a contains "{chr(97 + m)}%d"' for m in range(14)),
            '  - {action: Allow}\n') + '---\n'), 430, is_budgeted=True),
    # --- a root: many policies for the same endpoints
    'policies that one comes before': Shape(
        lambda n: many(1, in_order('Allow', '{protocol: TCP}')) + many(
            n, in_order('Deny', '{protocol: TCP, source: {selector: a == "%d"}}')),
        200, rooted),
    'policies that each come before the next': Shape(
        lambda n: in_order('Allow', '{protocol: UDP}').replace('%d', '0') + many(
            n, in_order('Allow', '{}') + in_order('Deny', '{}').replace('order: %d', 'order: %d.5')
        ), 380, rooted),
    'policies of one port each': Shape(
        lambda n: in_order('Allow', '{protocol: TCP}').replace('%d', '0') + many(
            min(n, 60_000), in_order('Deny', '{protocol: TCP, source: {ports: [%d]}}')),
        200, rooted),
    'policies that nothing but names put in order': Shape(
        lambda n: (
            in_order('Allow', '{protocol: TCP}')
            + many(n, in_order('Deny', '{source: {selector: a == "%d"}}'))
        ).replace('order: ', 'order: 0 #'),
        200, rooted, is_budgeted=True),
    'namespaces with a network set each': Shape(
        lambda n: many(n, in_set('n%d') + from_namespace('n%d')), 400, rooted),
    'network sets of one namespace': Shape(
        lambda n: many(n, in_set('shop').replace('name: s', 'name: s%d')) + from_namespace('shop'),
        135, rooted),
    'rules for the namespace of a network set': Shape(
        lambda n: in_set('shop') + from_namespace('shop', n), 126, rooted),
    # --- suppressions
    'ids in an annotation': Shape(lambda n: annotated('; '.join('a' for _ in range(n))), 3),
    'unknown ids in an annotation': Shape(
        lambda n: annotated('; '.join(unknown_id(i) for i in range(n))), 18),
    'known ids in an annotation': Shape(
        lambda n: annotated('; '.join('value-case' for _ in range(n))), 12),
    'reasons in an annotation': Shape(lambda n: annotated('value-case: x; ' * n), 15),
    'escapes in an annotation': Shape(lambda n: annotated('\\x61; ' * n), 6),
    'blanks in an annotation': Shape(lambda n: annotated('a' + ' ' * n + 'b'), 1),
    'commas in an annotation': Shape(lambda n: annotated('a , ' * n), 4),
    'ids in a comment': Shape(
        lambda n: f'{CLEAN}  types: [Ingress]  # calico-lint: ignore[{",".join("a" * n)}]\n', 2),
    'unknown ids in a comment': Shape(
        lambda n: f'{CLEAN}  # calico-lint: ignore[{",".join(map(unknown_id, range(n)))}]\n', 17),
    'ids in a malformed comment': Shape(
        lambda n: f'{CLEAN}  # calico-lint: ignor ' + 'value-case,' * n + '\n', 11),
    'marks on one line': Shape(lambda n: f'{HEAD}  selector: all() {"#calicolint " * n}\n', 12),
    'malformed suppressions on one line': Shape(
        lambda n: f'{HEAD}  selector: all() {"# calico-lint: ignore value-case " * n}\n', 33),
    'suppressions on one line': Shape(
        lambda n: f'{HEAD}  selector: all() {"# calico-lint: ignore[value-case] " * n}\n', 34),
    'suppressions in a row': Shape(
        lambda n: HEAD + '  # calico-lint: ignore[value-case]\n\n' * n + '  selector: all()\n', 37),
    'suppressions of documents in a row': Shape(
        lambda n: '# calico-lint: ignore[value-case]\n' * n + CLEAN, 34),
    'suppressions on lines': Shape(
        lambda n: rules('  - {action: allow}  # calico-lint: ignore[value-case] x\n' * n), 56),
    'unused suppressions': Shape(
        lambda n: rules('  - {action: Allow}  # calico-lint: ignore[value-case] x\n' * n), 56),
    'ignore-file': Shape(
        lambda n: rules('  - {action: allow}  # calico-lint: ignore-file[value-case] x\n' * n), 61),
    'suppressions above nodes inside of nodes': Shape(
        lambda n: HEAD + '  x:\n' + ''.join(
            f'{"  " * (i % 90)}    # calico-lint: ignore[value-case]\n{"  " * (i % 90)}    a{i}:\n'
            for i in range(n)), 130),
    'suppressions in a broken document': Shape(
        lambda n: HEAD + '  # calico-lint: ignore[value-case]\n' * n + '  a: b: c\n', 36),
    'suppressions of empty documents': Shape(
        lambda n: '# calico-lint: ignore[value-case]\n---\n' * n + CLEAN, 38),
    'suppressions beside a policy': Shape(
        lambda n: CLEAN + '---\n' + '# calico-lint: ignore[]\n' * n + 'a: 1\n', 25),
    'hashes before a mark': Shape(
        lambda n: f'{CLEAN}  {"#" * n} calico-lint: ignore[value-case]\n', 1),
    # --- places
    'one CR among LF': Shape(lambda n: HEAD + '  x: 1 # é€\n' + '#\n' * n + '\r\n', 2),
    'one LF among CR': Shape(
        lambda n: HEAD.replace('\n', '\r') + '  x: 1 # é€\r' + '#\r' * n + '\n', 2),
    'comments before a broken document': Shape(lambda n: '# é€\n' * n + HEAD + '  x: [\n', 8),
    'comments before an odd document': Shape(lambda n: '# é€\n' * n + HEAD + '  x: "\x01"\n', 8),
    'lines without a colon before a break': Shape(lambda n: HEAD + '  x\n' * n + '  a: b\n', 4),
    'brackets that are never closed': Shape(lambda n: HEAD + '  x: [' + '[a], ' * n, 5),
    'brackets inside of brackets that are never closed': Shape(
        lambda n: HEAD + '  x: ' + '[' * 150 + '[a], ' * n, 5),
    'quotes that are never closed': Shape(lambda n: HEAD + '  x: ["' + ' "a' * n, 3),
    'a long line': Shape(
        lambda n: HEAD + '  x: {' + ', '.join(f'a{i}: 1' for i in range(n)) + '}\n', 10),
    'a plain scalar of lines': Shape(lambda n: HEAD + '  x:\n' + '    a b\n' * n, 8),
    'a quoted scalar of lines': Shape(lambda n: HEAD + '  x: "\n' + '    a\\\n' * n + '  "\n', 7),
    'a block scalar of lines': Shape(
        lambda n: HEAD + '  selector: >\n' + "    a == 'b' &&\n" * n, 16),
    'a block scalar of an indentation given': Shape(
        lambda n: HEAD + '  selector: |1\n' + "    a == 'b' &&\n" * n, 16),
    'a block scalar of deep blank lines': Shape(
        lambda n: HEAD + '  selector: |1\n' + (' ' * 400 + '\n') * n + "   a = 'b'\n", 401),
    # --- mappings and aliases
    'keys that differ by case': Shape(
        lambda n: HEAD + ''.join(
            f'  {cased("serviceaccountselector", i)}: x\n' for i in range(n)), 28),
    'mappings whose keys differ by case': Shape(
        lambda n: rules('  - action: Allow\n' + ''.join(
            f'    {cased("destination", m)}: {{a{m}: b}}\n' for m in range(min(n, 2048)))), 48),
    'the same key': Shape(lambda n: HEAD + '  order: 1\n' * n, 11),
    'unknown keys': Shape(lambda n: HEAD + ''.join(f'  field{i}: 1\n' for i in range(n)), 14),
    'keys merged often': Shape(
        lambda n: 'x: &x {' + ', '.join(f'a{i}: 1' for i in range(n)) + '}\n' + CLEAN
        + ''.join(f'y{i}: {{<<: *x}}\n' for i in range(n // 2)), 20),
    'keys merged into rules': Shape(
        lambda n: 'x: &x {' + ', '.join(f'a{i}: 1' for i in range(n)) + '}\n'
        + rules('  - {<<: *x, action: Allow}\n' * n), 36, unfolds=True),
    'merges in a mapping': Shape(
        lambda n: 'x: &x {action: Allow}\n'
        + rules('  - {' + '<<: *x, ' * n + 'action: Allow}\n'), 8),
    'merges of one another': Shape(
        lambda n: 'x: &x0 {a: 1}\n' + ''.join(
            f'x{i}: &x{i} {{<<: [*x{i - 1}, *x{max(0, i - 2)}]}}\n'
            for i in range(1, n)) + CLEAN, 35),
    'aliases': Shape(lambda n: HEAD + '  x:\n   - &a x\n' + '   - *a\n' * n, 8),
    'aliases of a long list': Shape(
        lambda n: 'x: &x [' + '10.0.0.0/33, ' * n + ']\n' + rules(
            '  - {action: Allow, source: {nets: *x}}\n' * min(n, 50)), 13),
    'aliases of a long list of different nets': Shape(
        lambda n: 'x: &x [' + ', '.join(f'10.{i // 250}.{i % 250}.1/24' for i in range(n)) + ']\n'
        + rules('  - {action: Allow, source: {nets: *x, notNets: *x}}\n' * min(n, 50)), 15),
    'aliases of a long list of ports': Shape(
        lambda n: 'x: &x [' + ', '.join(f'{i % 65535}' for i in range(n)) + ']\n'
        + rules('  - {action: Allow, source: {ports: *x, notPorts: *x}}\n' * min(n, 50)), 6),
    'aliases of rules': Shape(
        lambda n: rules('  - &a {acton: allow, source: {nets: [x, x], ports: [x]}}\n'
                        + '  - *a\n' * n), 7),
    'tags': Shape(lambda n: rules('  - {action: !x, source: {nets: !y {}}}\n' * n), 43),
    'aliases of a list of rules': Shape(
        lambda n: HEAD + '  ingress: &x\n' + '  - {action: allow}\n' * n + '  egress: *x\n', 22),
    # --- lists
    'equal nets': Shape(
        lambda n: rules('  - action: Allow\n    source:\n      nets:\n'
                        + '      - 10.0.0.0/8\n' * n), 19),
    'nets': Shape(lambda n: rules('  - action: Allow\n    source:\n      nets:\n' + ''.join(
        f'      - 10.{i >> 16}.{i >> 8 & 255}.{i & 255}/32\n' for i in range(n))), 22),
    'bad nets': Shape(lambda n: rules('  - action: Allow\n    source:\n      nets:\n' + ''.join(
        f'      - 10.{i}.0.0/8\n' for i in range(300, 300 + n))), 22),
    'bare addresses': Shape(
        lambda n: rules('  - action: Allow\n    source:\n      nets:\n' + ''.join(
        f'      - 10.{i >> 16}.{i >> 8 & 255}.{i & 255}\n' for i in range(n))), 20),
    'ports': Shape(
        lambda n: rules('  - action: Allow\n    protocol: TCP\n    destination:\n      ports: ['
                                   + ', '.join(str(i % 65535 + 1) for i in range(n)) + ']\n'), 7),
    'types': Shape(lambda n: HEAD + '  types:\n' + '  - Ingres\n' * n, 11),
    'labels': Shape(
        lambda n: CLEAN.replace('spec:', f'  labels:\n{many(n, "    k%d: v" + chr(10))}spec:'), 12),
    'bad labels': Shape(
        lambda n: CLEAN.replace(
            'spec:', f'  labels:\n{many(n, "    k%d: v v" + chr(10))}spec:'), 13),
    'items of a List': Shape(
        lambda n: LIST + ITEM * n, 56),
    'the same key of a typed List': Shape(lambda n: TYPED + 'items:\n' * n + 'items: []\n', 7),
    'unknown keys of a typed List': Shape(
        lambda n: TYPED + many(n, 'k%d: v' + chr(10)) + 'items: []\n', 10),
    'items of a typed List that are no object': Shape(
        lambda n: TYPED + 'items:\n' + '- a\n' * n, 4),
    'the same key of a document': Shape(lambda n: CLEAN + 'metadata: {name: a}\n' * n, 20),
    'the same key of metadata': Shape(
        lambda n: CLEAN.replace('spec:', '  labels: {a: b}\n' * n + 'spec:'), 17),
    'items of a List that cannot be read': Shape(
        lambda n: LIST + ITEM * n + '- [', 56),
    # --- documents
    'documents': Shape(lambda n: f'{CLEAN}---\n' * n, 120),
    'documents that take two readers': Shape(
        lambda n: HEAD + '\n---\n' + '"\\/"\n--- x\n' * n, 12),
    'documents that cannot be read': Shape(lambda n: f'{HEAD}  a: b: c\n---\n' * n, 110),
    'documents of raw resources': Shape(
        lambda n: (CLEAN.replace('projectcalico.org/v3', 'crd.projectcalico.org/v1') + '---\n')
        * n, 120),
    'documents of v1': Shape(
        lambda n: 'apiVersion: v1\nkind: policy\nmetadata: {name: a}\nspec: {}\n---\n' * n, 70),
    'documents of v2': Shape(lambda n: (CLEAN.replace('/v3', '/v2') + '---\n') * n, 120),
    'empty documents': Shape(lambda n: '---\n' * n + CLEAN, 4),
    'comments in empty documents': Shape(lambda n: '# a\n' * n + '---\n' + CLEAN, 4),
    'dots after a document': Shape(lambda n: CLEAN + '...\n' * n, 4),
    'dots in a comment after a document': Shape(lambda n: CLEAN + '# ' + '...' * n, 3),
    'text behind markers': Shape(lambda n: f'{CLEAN}--- a\n' * n, 120),
    'anchors that cannot be read': Shape(lambda n: 'apiVersion: &a ' * n + '[', 15),
    'keys of a policy that cannot be read': Shape(
        lambda n: 'kind: NetworkPolicy\n' + 'selector ' * n + '\n[', 9),
    'hashes and quotes that cannot be read': Shape(lambda n: 'kind: "' + ' #"' * n + '\n[', 3),
    'tags that cannot be read': Shape(lambda n: 'kind: ' + '!binary ' * n + 'projectcalico', 8),
    # --- what is written
    'fixes': Shape(lambda n: rules(''.join(
        f'  - action: allow\n    protocol: TCP\n    destination:\n      ports: [{i % 60000 + 1}]\n'
        for i in range(n))), 70, fixed),
    'fixes of selectors': Shape(lambda n: '# é€\n' + rules(''.join(
        f'  - {{action: Allow, source: {{selector: "a{i} = {chr(39)}b{chr(39)}"}}}}\n'
        for i in range(n))), 55, fixed),
    'fixes in one line': Shape(
        lambda n: HEAD + '  ingress: [' + '{action: allow}, ' * n + ']\n', 17, fixed),
    'fixes of documents': Shape(lambda n: f'{HEAD}  types: [ingress]\n---\n' * n, 115, fixed),
    'documents that nothing parts': Shape(lambda n: CLEAN * n, 115),
    'fixes of documents that nothing parts': Shape(lambda n: CLEAN * n, 115, fixed),
    'fixes that overlap': Shape(lambda n: HEAD + '  types: [' + 'ingress, ' * n + ']\n', 9, fixed),
    'differences': Shape(lambda n: rules('  - action: allow\n    protocol: TCP\n' * n), 38, shown),
    'differences of migrated documents': Shape(
        lambda n: (CLEAN.replace('/v3', '/v2') + '---\n') * n, 120, shown),
    'suppressing': Shape(lambda n: rules('  - {action: allow}\n' * n), 22, suppressed),
    'suppressing on one line': Shape(
        lambda n: HEAD + '  ingress: [' + '{action: allow}, ' * n + ']\n', 17, suppressed),
    'suppressing in lines that scalars join': Shape(
        lambda n: HEAD + '  types: [' + '"ingr\n   ess", ' * n + ']\n', 15, suppressed),
    'suppressing in JSON': Shape(
        lambda n: '{"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy", "metadata": '
        '{"name": "a", "namespace": "b"}, "spec": {"ingress": [' + '{"action": "allow"}, ' * n
        + '{"action": "Allow"}]}}', 21, suppressed),
    'printing': Shape(lambda n: rules('  - {action: allow}\n' * n), 22, printed),
    'printing long names': Shape(lambda n: HEAD + f'  {"`" * n}: 1\n', 1, printed),
    'printing one line': Shape(
        lambda n: HEAD + '  ingress: [' + '{action: allow}, ' * n + ']\n', 17, printed),
}  # fmt: skip


class TooLong(BaseException):
    pass


def stop(*_: object) -> None:
    raise TooLong


def forget() -> None:
    """What another run has found out is not to be had in the next one."""
    explain.cache_clear()  # type: ignore[attr-defined]
    _nearest.cache_clear()  # type: ignore[attr-defined]
    _readers.clear()
    for name, module in list(sys.modules.items()):
        if name.startswith('linter.policy.'):
            for thing in list(vars(module).values()):
                clear = getattr(thing, 'cache_clear', None)
                if clear is not None:
                    clear()


def seconds(shape: Shape, size: int) -> float:
    data = shape.data(size)
    forget()
    gc.collect()
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        shape.run(data)
    except TooLong:
        pass
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n')[0])
    parser.add_argument('--size', type=int, default=100_000, help='bytes of the large file')
    parser.add_argument('--only', default='', help='parts of the names of shapes, with commas')
    arguments = parser.parse_args()
    words = arguments.only.split(',')
    signal.signal(signal.SIGPROF, stop)
    gc.set_threshold(10_000, 10, 10)  # as the command has it
    for run in (checked, fixed, suppressed, printed):
        run((HEAD + '  ingress: [{action: allow}]\n').encode())
    print('| shape | n | 4 n | times | |\n| --- | ---: | ---: | ---: | --- |')
    wrong = 0
    for name, shape in SHAPES.items():
        if not any(word in name for word in words):
            continue
        few = min(seconds(shape, arguments.size // 4) for _ in range(2))
        many = seconds(shape, arguments.size)
        if many > NOISE:
            many = min(many, seconds(shape, arguments.size))
        is_slow = many > LIMIT_SECONDS * arguments.size / 100_000
        grows = many > NOISE and many > LIMIT_RATIO * few and not shape.unfolds
        wrong += is_slow or grows
        mark = ' '.join(('slow',) * is_slow + ('grows',) * grows)
        times = f'{many / few:.1f}' if many > NOISE else ''
        print(f'| {name} | {few:.3f} s | {many:.3f} s | {times} | {mark} |', flush=True)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
