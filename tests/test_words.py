"""The table of the words of other systems: it holds together, and is what the linter reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linter.calico.misplaced import is_negation, resembled
from tools import generate_words
from tools.messages import BadTable

HEAD = """\
| Place | Words | Write | Value | Advice |
|---|---|---|---|---|
"""


def test_the_words_are_current() -> None:
    assert generate_words.main(['--check']) == 0


@pytest.mark.parametrize(
    ('row', 'said'),
    [
        ('| entitty | a | nets | nets | |', "there is no place 'entitty': did you mean entity?"),
        ('| entity | a | nets | netts | |', "there is no value 'netts': did you mean nets?"),
        ('| entity | a | netts | nets | |', "there is no field 'netts': did you mean nets?"),
        ('| entity | a | nets | | |', 'a row has a field and a value, or an advice'),
        ('| entity | a | nets | nets | do it |', 'a row has a field and a value, or an advice'),
        ('| entity | a, A | nets | nets | |', "'A' is there already"),
        ('| entity | ports | nets | nets | |', "'ports' is a field of a entity"),
        ('| policy | a | ../x | same | |', 'nothing is above a policy'),
    ],
)
def test_a_bad_row_is_refused(row: str, said: str, tmp_path: Path) -> None:
    table = tmp_path / 'words.md'
    table.write_text(f'{HEAD}{row}\n', encoding='utf-8')
    with pytest.raises(BadTable) as stop:
        generate_words.words(str(table))
    assert f'words.md:3: {said}' in str(stop.value)


def test_no_word_means_its_opposite() -> None:
    """A word that negates stands for a field that negates, and the other way round."""
    for place, entries in generate_words.words().items():
        for word, (field, _, _) in entries.items():
            if place in ('entity', 'rule') and field:
                negates = word.startswith(('not', 'except', 'exclude'))
                assert any(map(is_negation, re.split(r'[./]+', field))) == negates, (word, field)


FIELDS = ('nets', 'selector', 'namespaceSelector', 'ports', 'notNets', 'notSelector', 'notPorts')


@pytest.mark.parametrize(
    ('word', 'field'),
    [
        ('slector', 'selector'),
        ('prots', 'ports'),
        ('notPort', 'notPorts'),
        ('noPorts', 'notPorts'),
        ('notSelectr', 'notSelector'),
        ('!ports', 'notPorts'),
        ('podselector', None),
        ('otSelector', None),
        ('dstPorts', None),
        ('hosts', None),
        ('netSelector', None),
    ],
)
def test_a_suggestion_never_crosses_a_negation(word: str, field: str | None) -> None:
    assert resembled(word, FIELDS) == field
