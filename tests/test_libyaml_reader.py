"""PyYAML's extension is imported alone, and nobody else can tell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('yaml._yaml')

ROOT = Path(__file__).resolve().parent.parent

# A PyYAML whose extension, unlike today's, has a use for more of its package.
OTHER_EXTENSION = """\
import yaml
from yaml.events import ScalarEvent

Wanted = yaml.scanner.Scanner
class CParser: pass
class CEmitter: pass
"""


def python(code: str, *paths: Path) -> str:
    """What a program prints, run in a process of its own."""
    result = subprocess.run(
        [
            sys.executable,
            '-c',
            f'import sys; sys.path[:0] = {[*map(str, paths), str(ROOT)]}\n{code}',
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_nothing_is_left_behind() -> None:
    code = """
import linter.yaml.libyaml_reader
print(*sorted(name for name in sys.modules if name.partition('.')[0] == 'yaml'))
"""
    assert python(code) == 'yaml.error yaml.events yaml.nodes yaml.tokens'


@pytest.mark.parametrize('first', ['linter.yaml.libyaml_reader', 'yaml'])
def test_the_package_is_whole_for_whoever_imports_it(first: str) -> None:
    """All that it has when it is imported alone, with the same classes in the same places."""
    code = f"""
import {first}
before = len(sys.meta_path)
import linter.yaml.libyaml_reader as reader
import yaml, yaml.scanner
assert yaml.__with_libyaml__
for name in 'error tokens events nodes reader scanner parser composer cyaml'.split():
    assert getattr(yaml, name) is sys.modules['yaml.' + name], name
for loader in yaml.SafeLoader, yaml.CSafeLoader:
    assert yaml.load('a: [1, b]', loader) == {{'a': [1, 'b']}}
for text, error in (
    ('a: [', yaml.parser.ParserError),
    ('a: `', yaml.scanner.ScannerError),
    ('a: \\x01', yaml.reader.ReaderError),
    ('a: *b', yaml.composer.ComposerError),
):
    try:
        yaml.load(text, yaml.CSafeLoader)
    except error as caught:
        str(caught)
    else:
        raise AssertionError(text)
assert yaml.dump({{'a': 1}}, Dumper=yaml.CSafeDumper) == 'a: 1\\n'
assert not any(type(finder).__module__.startswith('linter') for finder in sys.meta_path)
print(*(reader.KINDS[event.__class__] for event in reader.events('a: [*b]')))
for text in 'a: [', 'a: `', 'a: \\x01':
    try:
        list(reader.events(text))
    except reader.ERRORS as caught:
        print(*reader.problem(caught, text)[:2])
"""
    assert python(code).splitlines() == [
        '6 6 1 0 2 4 3 3 5 6',
        'did not find expected node content 4',
        'found character that cannot start any token 3',
        'control characters are not allowed 3',
    ]


def test_before_and_after_it_says_the_same() -> None:
    code = """
import linter.yaml.libyaml_reader as reader
def say(text):
    try:
        list(reader.events(text))
    except reader.ERRORS as error:
        return reader.problem(error, text)
texts = 'a: [', 'a: `', 'a: \\x01', 'a: "\\\\q"', 'é: \\x02', '%YAML 2.0\\n---', '!<', '{b: c: d}'
before = [say(text) for text in texts]
import yaml
assert all(before)
print(before == [say(text) for text in texts])
"""
    assert python(code) == 'True'


def test_another_extension_gets_what_it_asks_for(tmp_path: Path) -> None:
    import yaml

    package = tmp_path / 'yaml'
    package.mkdir()
    for path in Path(yaml.__file__).parent.glob('*.py'):
        (package / path.name).write_bytes(path.read_bytes())
    (package / '_yaml.py').write_text(OTHER_EXTENSION, encoding='utf-8')
    code = """
import linter.yaml.libyaml_reader as reader
import yaml
print(reader._yaml.__file__ == yaml._yaml.__file__ == sys.modules['yaml._yaml'].__file__)
print(reader._yaml.Wanted is yaml.scanner.Scanner, yaml.safe_load('a: 1'))
print(reader.SCALAR is yaml.ScalarEvent)
"""
    assert python(code, tmp_path).splitlines() == ['True', "True {'a': 1}", 'True']


def test_without_an_extension_the_reader_is_not_there(tmp_path: Path) -> None:
    import yaml

    package = tmp_path / 'yaml'
    package.mkdir()
    for path in Path(yaml.__file__).parent.glob('*.py'):
        (package / path.name).write_bytes(path.read_bytes())
    code = """
from linter.yaml import compose as loader
print(loader._reader('auto').__name__)
import yaml
print(yaml.__with_libyaml__, yaml.safe_load('a: 1'))
try:
    loader._reader('libyaml')
except ImportError as error:
    print(error.name)
"""
    assert python(code, tmp_path).splitlines() == [
        'linter.yaml.pure_reader',
        "False {'a': 1}",
        'yaml._yaml',
    ]
