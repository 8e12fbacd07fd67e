"""How many findings of each rule there are, one line a rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from linter.diagnostic import SEVERITIES, Diagnostic
from linter.report.pieces import STYLES, Line, Piece, plain
from linter.text.escape import emit, escape

_MARKS = {0: '[ ]', 1: '[-]', 2: '[*]'}
"""Whether none, some or all of a rule's findings have a safe fix."""


def write(diagnostics: Iterable[Diagnostic], out: TextIO, color: bool = False) -> None:
    """Count, severity, mark and rule; the most frequent first, equally frequent ones by name.

    The severity is the gravest that the rule's findings have here.
    """
    rules: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        rules.setdefault(diagnostic.rule, []).append(diagnostic)
    ranking = sorted(rules.items(), key=lambda item: (-len(item[1]), item[0]))
    width = len(str(len(ranking[0][1]))) if ranking else 0
    lines: list[Line] = []
    for rule, found in ranking:
        severity = min((one.severity for one in found), key=SEVERITIES.index)
        safe = [one.fix is not None and one.fix.applicability == 'safe' for one in found]
        mark = _MARKS[any(safe) + all(safe)]
        lines.append(
            [
                Piece(f'{len(found):>{width}}  ', 'bold'),
                Piece(f'{severity:7}', STYLES[severity]),
                Piece(f'  {mark}  {escape(rule)}'),
            ]
        )
    if color:
        from linter.report.terminal import write_pieces

        write_pieces(lines, out, color)
        return
    for line in lines:
        emit(out, f'{plain(line)}\n')
