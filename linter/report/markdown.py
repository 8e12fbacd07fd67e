"""A Markdown summary, for a comment on a pull request or ``$GITHUB_STEP_SUMMARY``.

It quotes policies, so nothing in it may become markup, a link, or a mention that notifies someone.
The comment in its first line lets a bot find it again and edit it instead of adding another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TextIO

from linter.diagnostic import SEVERITIES, Diagnostic
from linter.engine.outcome import Outcome
from linter.report._common import headline
from linter.report._encode import ordered
from linter.report.summary import sentence
from linter.text.escape import emit, escape

# A comment on GitHub has room for 65,536 characters.
_ROOM = 60_000
_HEAD = '| severity | where | rule | what |\n| --- | --- | --- | --- |\n'
# What Markdown gives a meaning to, and `$`, which starts a formula on GitHub.
_MARKUP = re.compile(r'[\\`*_\[\]<>&|~$#]')
# Code as the messages mark it, and words.
_WORD = re.compile(r'`([^`]+)`|[^\s`]+')
# What GitHub brings to life even where it is escaped: mentions, issues, commits, links, and emoji,
# as which also `:100:` in an address counts. Code spans are inert.
# https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/
# autolinked-references-and-urls
_ALIVE = re.compile(
    r'[@#]\w|:[\w+-]+:|://|www\.|(?<![a-z])gh-[0-9]|(?<![0-9a-z])[0-9a-f]{7}', re.IGNORECASE
)


def write(outcome: Outcome, out: TextIO) -> None:
    found = sorted(ordered(outcome.diagnostics), key=lambda one: SEVERITIES.index(one.severity))
    emit(out, f'<!-- calico-lint -->\n### calico-lint\n\n{_sentence(found, outcome)}\n')
    if not found:
        return
    rows = []
    room = _ROOM
    for diagnostic in found:
        row = _row(diagnostic)
        room -= len(row)
        if room < 0:
            break
        rows.append(row)
    emit(out, f'\n{_HEAD}{"".join(rows)}')
    if len(rows) < len(found):
        emit(out, f'\nand {len(found) - len(rows)} more\n')


def _sentence(diagnostics: Iterable[Diagnostic], outcome: Outcome) -> str:
    counts = dict.fromkeys(SEVERITIES, 0)
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
    return prose(sentence(outcome, counts))


def _row(diagnostic: Diagnostic) -> str:
    place, severity, rule, message = headline(diagnostic)
    what = prose(message)
    if diagnostic.hint:
        what += f'<br>{prose(escape(diagnostic.hint))}'
    name = code(rule)
    if diagnostic.url:
        name = f'[{name}]({_url(diagnostic.url)})'
    return f'| {severity} | {code(place)} | {name} | {what} |\n'


def prose(text: str) -> str:
    """A message that reads as it is written, its code set as such."""
    parts = []
    at = 0
    for match in _WORD.finditer(text):
        if match[1] or _ALIVE.search(match[0]):
            parts += [_plain(text[at : match.start()]), code(match[1] or match[0])]
            at = match.end()
    return ''.join([*parts, _plain(text[at:])])


def _plain(text: str) -> str:
    return _MARKUP.sub(r'\\\g<0>', text)


def code(text: str) -> str:
    """A code span in a table, in a fence of more backticks than are in it."""
    if '\\|' in text:
        # A table unescapes the one and not the other: only HTML can say this.
        inside = re.sub('[^ 0-9A-Za-z]', lambda match: f'&#{ord(match[0])};', text)
        return f'<code>{inside}</code>'
    fence = '`' * (1 + max(map(len, re.findall('`+', text)), default=0))
    pad = ' ' if text[:1] in ('`', ' ') or text[-1:] in ('`', ' ') else ''
    return f'{fence}{pad}{text}{pad}{fence}'.replace('|', r'\|')


def _url(text: str) -> str:
    return re.sub(r'[()<>|\\\s]', lambda match: f'%{ord(match[0]):02X}', text)
