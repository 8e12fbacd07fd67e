"""The page of a rule: its own text, and where and since when it holds."""

from __future__ import annotations

from linter import facts
from linter.facts import Row
from linter.rule import Rule
from linter.target import version_text


def page(rule: Rule) -> str:
    """A rule's page in Markdown: its docstring, then the rows of its facts."""
    rows = [row for row in facts.load().rows() if row.rule == rule.id]
    parts = [f'# {rule.id}', rule.doc.strip(), '## Where it holds']
    table = [
        '| fact | lanes | Calico | kinds | effect | severity | source |',
        '| --- | --- | --- | --- | --- | --- | --- |',
    ]
    table += [_line(row) for row in rows]
    parts.append('\n'.join(table))
    parts.append(f'Group: `{rule.group}`.')
    return '\n\n'.join(parts)


def _line(row: Row) -> str:
    effect = row.effect or 'note'
    if row.refused_by is not None and row.refused_by != 'calico':
        effect += f' by {row.refused_by}'
    kinds = ', '.join(row.kinds) if row.kinds else 'all'
    return (
        f'| {row.fact} | {", ".join(row.lanes)} | {_versions(row)} | {kinds} | {effect} '
        f'| {row.severity} | {row.source or "–"} |'
    )


def _versions(row: Row) -> str:
    if row.since is None and row.until is None:
        return 'all'
    if row.until is None:
        assert row.since is not None
        return f'{version_text(row.since)} and newer'
    if row.since is None:
        return f'up to {version_text(row.until)}'
    return f'{version_text(row.since)} to {version_text(row.until)}'
