"""What must hold, whatever comes: one function for each part of the fuzzer."""

from __future__ import annotations

import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from typing import Any
from unicodedata import category
from unittest.mock import patch
from xml.dom import minidom

import growth
from fuzz_inputs import BASELINES, FORMATS, PATHS, PATTERNS, SETTINGS, WORDS, restyled

from linter.calico import prefilter
from linter.calico.lists import owned
from linter.calico.parsed_file import parse_bytes
from linter.calico.selector import meaning
from linter.calico.selector.accept import V2, V3, V3_LENIENT, accepts
from linter.calico.selector.explainer import explain
from linter.calico.target import NATIVE_SINCE, VERSIONS, Target
from linter.catalogue.catalogue import standard
from linter.cli import main
from linter.diagnostic import Diagnostic
from linter.engine import check, judge
from linter.engine.conditions import conditions
from linter.engine.fix import fix_text
from linter.engine.outcome import Outcome
from linter.engine.settle import settled
from linter.policy.load import records
from linter.policy.model import Place
from linter.policy.semantics import Semantics
from linter.quick.read import Reader, make
from linter.report.formats import write
from linter.run.baseline import Baseline, Scope
from linter.run.baseline_file import (
    _parsed,
    dumped,
)
from linter.text.source import Source
from linter.workspace import config, discover, patterns
from linter.workspace.atomic_write import unified_diff
from linter.workspace.options import Options
from linter.yaml import compose
from linter.yaml.aliases import expanded_sizes
from linter.yaml.documents import DocumentSlice, split
from linter.yaml.encoding import BadEncoding, decode_bytes
from linter.yaml.errors import YamlError
from linter.yaml.line_reader import read
from linter.yaml.nodes import MappingNode, Node, Scalar

Random = random.Random
STYLE = {rule.id for rule in standard().rules().values() if rule.group == 'yaml'}
ANYWHERE = Scope(Options(catalogue=standard), Outcome())
os.environ['CALICO_LINT_QUICK'] = '0'  # the engine is to look at everything itself
TARGETS = [
    Target(version, admission, store)
    for version in VERSIONS
    for admission in ('api', 'native')
    for store in (None, 'etcdv3')
    if admission == 'api' or version >= NATIVE_SINCE
]
GRAVE = ('refused', 'dropped')
NAMES = ['a.yaml', "a b'c.yml", '##[x]::y.yaml', 'é\u202e.yaml', '<&">.json', '%41.yaml', '-x.yml']


def text_of(data: bytes) -> str:
    try:
        return decode_bytes(data)
    except BadEncoding as error:
        return error.text


def picture(node: Node | None) -> Any:
    """All that is known of a tree."""
    if node is None or isinstance(node, Scalar):
        return node and (node.value, node.style, node.tag, node.start, node.end, node.outer)
    inside = node.entries if isinstance(node, MappingNode) else [(item,) for item in node.items]
    about = (type(node), node.flow, node.tag, node.start, node.end, node.outer)
    return *about, [[picture(child) for child in entry] for entry in inside]


def composed(text: str, chunk: DocumentSlice, reader: str = 'auto') -> Node | type | None:
    try:
        return compose.compose(text, chunk, reader)
    except YamlError as error:
        if not chunk.start <= error.offset <= chunk.end:
            raise ValueError('an error outside of its document') from error
        return type(error)


def read_twice(data: bytes, rnd: Random) -> None:
    """All readers see the same tree, or refuse alike."""
    text = text_of(data)
    for chunk in split(text):
        if not text[chunk.start : chunk.end].isascii() and re.search('[\ud800-\udfff]', text):
            continue  # nobody composes what is no text
        one, other = (composed(text, chunk, reader) for reader in ('libyaml', 'pure'))
        plain = read(text[chunk.start : chunk.end], chunk.start)
        if plain is not None:
            assert not isinstance(one, type), f'lines read what libyaml refuses: {one}'
            assert picture(plain) == picture(one), 'the tree of the lines differs'
        if isinstance(one, type) or isinstance(other, type):
            assert one is other, f'libyaml {one}, pure {other}'
        elif '*' not in text[chunk.start : chunk.end]:
            assert picture(one) == picture(other), 'the trees differ'
        elif one is not None and other is not None:
            assert expanded_sizes(one)[1][id(one)] == expanded_sizes(other)[1][id(other)], (
                'the sizes differ'
            )


def looked_at(data: bytes, rnd: Random) -> None:
    """The look at the bytes passes nothing over; a file in parts says what it says as a whole."""
    text, target = text_of(data), rnd.choice(TARGETS)
    size = rnd.randrange(1, rnd.choice((20, 300, 3000)))
    for chunk in split(text):
        root = composed(text, chunk)
        if not isinstance(root, type) and root is not None and any(True for _ in owned(root)):
            assert prefilter.may_be_calico_text(text, chunk.start, chunk.end), (
                'passed over a document'
            )
            assert prefilter.may_be_calico(data), 'passed over a file'
    terms = conditions(target, standard())
    whole = settled(check.check_parts('x.yaml', (data,), terms), terms)
    parts = list(discover.parts(io.BytesIO(data), size))
    assert b''.join(parts) == data, 'parts that are not the whole'
    # What seems to be UTF-16 without a mark is one document, in whatever parts it comes.
    if b'\0' not in data[:4] and not any(d.rule == 'yaml-encoding' for d in whole.diagnostics):
        again = settled(check.check_parts('x.yaml', iter(parts), terms), terms)
        assert said(again) == said(whole), 'parts differ'


def said(result: Outcome) -> Any:
    """What a result says, wherever its sources begin."""
    places = [
        (*map(one.source.position, one.span), one.rule, one.message, one.object)
        for one in result.diagnostics
    ]
    return places, result.documents, result.checked, result.skipped, result.templates


@cache
def quick_reader(target: Target) -> Reader:
    found = make(target)
    assert found is not None, 'the index of rules is out of date'
    return found


def surely_clean(data: bytes, rnd: Random) -> None:
    """Where the quick reader says clean, the engine has nothing to say, and counts alike.

    The engine asks every rule about what a policy means, though nothing says that it may speak.
    """
    target = rnd.choice(TARGETS)
    found = quick_reader(target).parts([data]) if prefilter.may_be_calico(data) else None
    if found is None:
        return
    with patch.object(judge, 'may_speak', lambda document: True):
        result = check.check('x.yaml', data, target, standard())
    assert not result.diagnostics, f'lost: {result.diagnostics[0].rule}'
    assert not result.errors, result.errors[0]
    assert (found.documents, found.checked) == (result.documents, result.checked), 'other counts'
    text = text_of(data).replace('\r\n', '\n')
    if found.documents == 1 and rnd.random() < 0.1:
        semantics = Semantics(target.version)
        record = quick_reader(target).record(text, 'x.yaml', semantics)
        whole = list(records(parse_bytes('x.yaml', data), target, semantics))
        assert record is None or [placeless(record)] == list(map(placeless, whole)), 'other record'


def placeless(value: Any) -> Any:
    """A record of the meaning core without its places."""
    if isinstance(value, Place):
        return None
    if isinstance(value, tuple):
        names = getattr(value, '_fields', ())
        left = [
            placeless(each)
            for number, each in enumerate(value)
            if not names or names[number] not in ('parts', 'line', 'start', 'end')
        ]
        return type(value), left
    return value


def explained(data: bytes, rnd: Random) -> None:
    """A mistake is found exactly where a selector is refused, within it, and its repair repairs."""
    text, dialect = data.decode('utf-8', 'surrogatepass'), rnd.choice((V3, V3_LENIENT, V2))
    try:
        found = explain(text, dialect)
    except ValueError:
        found = None
    taken = accepts(text, dialect)
    assert taken == (found is None), 'accepts and explain disagree'
    assert taken == (meaning.parse(text, dialect) is not None), 'accepts and parse disagree'
    if found is not None:
        assert 0 <= found.start <= found.end <= len(text), 'a mistake outside of the selector'
        at = 0
        pieces: list[str] = []
        for start, end, new in found.edits:
            assert at <= start <= end <= len(text), 'edits that overlap'
            pieces += (text[at:start], new)
            at = end
        repaired = ''.join((*pieces, text[at:]))
        assert not found.edits or accepts(repaired, dialect), 'a repair that is refused'


def well_placed(found: list[Diagnostic]) -> None:
    """Findings are in order, each once, and within their files."""
    keys = []
    for one in found:
        spans = [one.span, *(span for span, _ in one.related)]
        spans += [edit.span for edit in one.fix.edits] if one.fix else []
        for start, end in spans:
            assert 0 <= start <= end <= len(one.source.text), f'{one.rule} is outside of the file'
        position = one.source.position
        keys.append((position(one.span.start), one.span.end, one.rule, one.message))
    assert keys == sorted(keys), 'findings are not in order'
    assert len(set(keys)) == len(keys), 'a finding twice'


def judged(data: bytes, rnd: Random) -> None:
    """No rule breaks; places are right; both readers say the same; every output can be read."""
    target, path = rnd.choice(TARGETS), rnd.choice(NAMES)
    options = (rnd.random() < 0.8, rnd.random() < 0.2)
    results = []
    for reader in ('libyaml', 'pure'):
        os.environ['CALICO_LINT_YAML'] = reader
        results.append(check.check(path, data, target, standard(), *options))
    del os.environ['CALICO_LINT_YAML']
    result = results[0]
    assert not result.errors, result.errors[0]
    well_placed(result.diagnostics)
    # Which character a syntax error is at, and in which words, is the parser's own affair.
    one, other = (
        [(d.span, d.message) if d.rule != 'yaml-syntax' else d.object for d in each.diagnostics]
        for each in results
    )
    assert Counter(one) == Counter(other), 'the readers say different things'
    name = rnd.choices(FORMATS, (9, 1, *[4] * 7))[0]  # SARIF takes its time
    file = io.TextIOWrapper(io.BytesIO(), rnd.choice(('utf-8', 'ascii')), newline='\n')
    known = rnd.choice((None, result.diagnostics[:1]))
    done = result.replaced(result.diagnostics, result.suppressed, known)
    write(done, name, file, catalogue=standard())
    file.seek(0)
    out = file.read()
    if name in FORMATS[:4]:
        loaded = json.loads(out)
        if name == 'json':
            paths = {found['path'] for found in loaded['diagnostics']}
            assert paths <= {path}, 'the path is another one'
    elif name == 'junit':
        minidom.parseString(out.encode(file.encoding))
    for line in out.split('\n'):
        assert name == 'github' or not line.startswith('::'), 'a command in the log'
        # Formats for programs may hold what a terminal has no picture of, but nothing it acts on.
        odd = {category(char) for char in line if not char.isprintable()}
        assert name == 'github' or odd <= {'Co', 'Cn', 'Zs'}, f'{name}: a control character'


def configured(data: bytes, rnd: Random) -> None:
    """Every mistake in a configuration has a place; what is left of it can be asked anything."""
    source = Source(config.NAME, text_of(data))
    found = config.parse(source)
    for one in found.diagnostics:
        assert 0 <= one.span.start <= one.span.end <= len(source.text), 'outside of the file'
    lines = ''.join(rnd.choices(PATTERNS, k=rnd.randrange(12))).split('\n')
    for rules in (found.exclude, found.paths, patterns.rules(lines)):
        if rules is not None:
            for path in ('a.yaml', 'sub/', 'sub/b c.yml', 'x/y/z', '-', '\udcff'):
                rules.covers(path)


def fixed(data: bytes, rnd: Random) -> None:
    """What is fixed stays fixed, nothing is refused that was not, and git can apply the change."""
    target, unsafe = rnd.choice(TARGETS), rnd.random() < 0.5
    done = fix_text('x.yaml', data, target, standard(), unsafe=unsafe)
    if done.data is data:
        return
    again = fix_text('x.yaml', done.data, target, standard(), unsafe=unsafe)
    assert again.data is done.data, 'a second run changes something'
    before, after = (
        {one.object and one.object.document_index for one in result if one.effect in GRAVE}
        for result in (
            done.before.diagnostics,
            check.check('x.yaml', done.data, target, standard()).diagnostics,
        )
    )
    assert after <= before, 'a document is refused that was not'
    if rnd.random() < 0.1:
        with tempfile.TemporaryDirectory() as folder:
            with open(f'{folder}/x.yaml', 'wb') as file:
                file.write(data)
            diff = unified_diff('x.yaml', data, done.data).encode('utf-8', 'surrogateescape')
            words = ('git', 'apply', '--whitespace=nowarn', '-')
            subprocess.run(words, input=diff, cwd=folder, check=True, capture_output=True)
            with open(f'{folder}/x.yaml', 'rb') as file:
                assert file.read() == done.data, 'git applies another change'


def identified(data: bytes, target: Target) -> list[Diagnostic]:
    """The findings in a file, each with what a baseline knows it by."""
    if not prefilter.may_be_calico(data):
        return []
    terms = conditions(target, standard(), False)._replace(identify=True)
    return check.check_parsed(parse_bytes('x.yaml', data), terms).diagnostics


def known(data: bytes, rnd: Random) -> None:
    """What a baseline holds is known when it is read back, and in another style, too."""
    target, text = rnd.choice(TARGETS), text_of(data)
    found = identified(data, target)
    entries = Baseline('b.json').entries(found)
    read = Baseline('b.json', _parsed(json.loads(dumped(entries))))
    assert not read.split(found, ANYWHERE).new, 'not known when read back'
    chunks = list(split(text))
    root = composed(text, chunks[0])
    # A list in a list is a placeholder where its brackets touch.
    plain = not any(word in text for word in ('&', '<<', '\0', '%', '!', '#{', '[['))
    plain = plain and text.encode('utf-8', 'surrogatepass') == data.removeprefix(b'\xef\xbb\xbf')
    if len(chunks) > 1 or isinstance(root, type | Scalar) or not root or not plain:
        return
    other = restyled(root, rnd).encode('utf-8', 'surrogatepass')
    if b'[[' in other:
        return
    mine, new = (
        [one for one in each if one.rule not in STYLE and one.rule != 'unread-text']
        for each in (found, identified(other, target))
    )
    if isinstance(composed(other.decode(), DocumentSlice(0, 0, len(other.decode()))), type):
        return
    assert not read.split(new, ANYWHERE).new, 'not known in another style'
    assert len(new) == len(mine), 'another style says something else'


def commanded(data: bytes, rnd: Random) -> None:
    """Whatever the words are, the status is 0, 1 or 2 and nothing is a bug of calico-lint."""
    words = ['check'] if rnd.random() < 0.95 else [rnd.choice(('explain', 'schema', 'x', '--fix'))]
    for name in rnd.sample(list(WORDS), rnd.randrange(5)):
        words += [name, rnd.choice(WORDS[name])] if WORDS[name] else [name]
    words += rnd.choices(PATHS, (9, 3, 5, 3, 5, 0.2, 0.2, 0.2, 1, 1, 1), k=rnd.choice((0, 1, 1, 2)))
    here, streams = os.getcwd(), (sys.stdin, sys.stdout, sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f'{folder}/repo/sub')
        os.chdir(f'{folder}/repo')
        for path in ('a.yaml', rnd.choice(('sub/b.yml', '-x.yml'))):
            with open(path, 'wb') as file:
                file.write(data)
        files = {config.NAME: SETTINGS, '.gitignore': PATTERNS, 'b.json': BASELINES}
        for path, pool in files.items():
            if rnd.random() < 0.4:
                with open(path, 'w', encoding='utf-8') as text:
                    text.write(''.join(rnd.choices(pool, k=1 if pool is BASELINES else 3)))
        pipes = [io.TextIOWrapper(io.BytesIO(each), 'utf-8') for each in (data, b'', b'')]
        sys.stdin, sys.stdout, sys.stderr = pipes
        try:
            status = main.main(words)
        except SystemExit as error:
            status = int(error.code or 0)
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
            os.chdir(here)
    pipes[2].seek(0)
    printed = pipes[2].read()
    assert status in (0, 1, 2), f'status {status}: {words}'
    assert 'bug of calico-lint' not in printed, f'{words}\n{printed}'


def names_calico(line: str) -> bool:
    """Whether a line is a key of Calico's group when nothing else is there."""
    line = line.strip(' \t\ufeff').lstrip('- ').rstrip(',')
    root = composed(line, DocumentSlice(0, 0, len(line)))
    return isinstance(root, MappingNode) and any(
        key.value == 'apiVersion'
        and isinstance(value, Scalar)
        and value.value.partition('/')[0] in ('projectcalico.org', 'crd.projectcalico.org')
        for key, value in root.entries
    )


def heard(data: bytes, rnd: Random) -> None:
    """No run is silent about a document that cannot be read and has a line of Calico's group."""
    if not data:
        return
    at = rnd.randrange(len(data))
    data = data[:at] + rnd.choice((b'\0', b'\xff', b': b: c', b'"', b'[', b'\t', b'@')) + data[at:]
    try:
        text, bad = decode_bytes(data), None
    except BadEncoding as error:
        text, bad = error.text, error
    result = check.check('x.yaml', data, TARGETS[0], standard())
    # Somebody may have written that it is not to be said.
    every = [*result.diagnostics, *(one for one, _ in result.suppressed)]
    found = {one.object.document_index for one in every if one.object is not None}
    for chunk in split(text) if bad is None or bad.has_documents else ():
        part = text[chunk.start : chunk.end]
        try:
            if bad is not None:
                bad.check(chunk)
            compose.compose(text, chunk)
        except YamlError:
            if '{{' not in part and '{%' not in part and any(map(names_calico, part.splitlines())):
                assert chunk.index in found, 'silence about a document that cannot be read'


def _is_text(data: bytes) -> bool:
    try:
        decode_bytes(data)
    except BadEncoding:
        return False
    return True


def grown(data: bytes, rnd: Random) -> None:
    """Four times as much takes five times as long, or next to no time at all."""
    begin, piece, end = data.split(b'\xff')
    if not _is_text(begin + piece * 2 + end):
        return  # what is no text is not written back
    run = rnd.choice((growth.checked, growth.checked, growth.fixed, growth.suppressed))

    def seconds(size: int) -> float:
        text = begin + piece * (size // max(1, len(piece))) + end
        start = time.process_time()
        run(text)
        return time.process_time() - start

    many = seconds(40_000)
    if many < 0.5:
        return
    few = min(seconds(10_000) for _ in range(2))
    many = min(many, seconds(40_000))
    # Fixing checks the file again, and once more what came of it.
    most = 2.4 if run is growth.fixed else 0.8
    assert many < most, f'{many:.1f} s for 40 kB'
    assert many < 0.8 or many < 6 * few, f'{few:.2f} s, four times as much {many:.2f} s'


def harmless(data: bytes, rnd: Random) -> None:
    """Whatever stands in the fields of a document, no output acts on a terminal or a log."""
    path = rnd.choice((*NAMES, '::error::x.yaml', ' ##[error].yaml', 'a\n::warning::b.yaml'))
    result = check.check(path, data, rnd.choice(TARGETS), standard())
    entries = Baseline('b.json').entries(result.diagnostics)
    words = [dumped(entries).decode(), *map(str, entries)]
    for name in FORMATS:
        file = io.TextIOWrapper(io.BytesIO(), 'utf-8', newline='\n')
        write(result, name, file, catalogue=standard())
        file.seek(0)
        out = file.read()
        if name == 'github':
            pattern = '^::(?:error|warning|notice|group|endgroup)[^:]*::'
            out = re.sub(pattern, '', out, flags=re.MULTILINE)
        words.append(out)
    for line in '\n'.join(words).split('\n'):
        assert line.isprintable(), f'{line[:200]!r} does not print'
        assert not line.lstrip().startswith('::'), f'a command in the log: {line[:200]}'
        assert not re.search(r'##\w*\[', line), f'a command in the log: {line[:200]}'
