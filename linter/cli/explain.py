"""The pages of the rules, with what the linter itself says of their examples; and their list."""

from __future__ import annotations

import io
import json
from typing import Any

from linter.calico.target import Target, make_target, version_text
from linter.catalogue import pages
from linter.catalogue.facts import Row
from linter.catalogue.pages import FIXES, Example, Report
from linter.catalogue.rule import Rule
from linter.cli import arguments, check_options
from linter.cli.catalogue import catalogue
from linter.diagnostic import DOCS, Diagnostic, url_of
from linter.engine import check as engine
from linter.engine.outcome import Outcome
from linter.report.formats import write
from linter.report.pieces import STYLES, Line, Piece, plain
from linter.text.source import Source
from linter.workspace import config

FILE = 'policy.yaml'
# Columns beside a rule's name that are worth writing into.
_NARROWEST = 30


def check(example: Example) -> list[Diagnostic]:
    """What is found in an example."""
    if example.file is not None:
        return config.parse(Source(example.file, example.text)).diagnostics
    if example.is_root:
        from linter.run.root import alone

        words = arguments.read(['check', *example.options, '--no-config', '--context', '.', FILE])
        options = check_options.options(words)
        return alone(FILE, example.text.encode(), options, example.is_closed)
    words = arguments.read(['check', *example.options])
    target = make_target(
        words.calico_version,
        words.admission or 'api',
        words.datastore,
        words.dataplane or 'iptables',
    )
    result = engine.check(
        FILE,
        example.text.encode(),
        target,
        catalogue(),
        require_reason=example.require_reason,
        profile=words.profile or 'default',
    )
    assert not result.errors, result.errors
    return result.diagnostics


def reported(example: Example) -> Report:
    """What is found in an example, for its page."""
    found = check(example)
    outcome, out = Outcome(), io.StringIO()
    outcome.diagnostics = found
    write(outcome, 'text', out)
    fixes = tuple((one.rule, one.fix.applicability) for one in found if one.fix)
    return Report(out.getvalue(), fixes)


def page(rule: Rule, docs: str = DOCS) -> str:
    """A rule's page, with what is reported for its bad examples."""
    return pages.page(rule, catalogue(), reported, docs)


def fixable(rule: Rule) -> list[str]:
    """The applicabilities of the fixes that the bad examples of a rule are offered."""
    examples = [one for one in pages.read(rule.doc).examples if one.word == 'bad']
    found = {name for example in examples for name in reported(example).applicabilities(rule.id)}
    return [name for name in FIXES if name in found]


def usual(rule: Rule) -> list[Row]:
    """The rows of a rule that hold where no option is given; all of them where none does."""
    rows = catalogue().rows_of(rule.id)
    target = Target()
    held = [row for row in rows if row.covers(row.kinds[0] if row.kinds else None, 'api', target)]
    return held or rows


def listing(width: int | None = None) -> list[Line]:
    """The rules by group, with severity and summary; wrapped to a terminal's width."""
    groups = pages.by_group(catalogue())
    longest = max(len(rule.id) for rules in groups.values() for rule in rules)
    lines: list[Line] = []
    for group, rules in groups.items():
        about = pages.GROUPS[group].replace('`', '')
        first, *words = _wrapped(f'{group}: {about}', width)
        lines += [[], [Piece(group, 'bold'), Piece(first.removeprefix(group))]]
        lines += [[Piece(f'    {line}')] for line in words]
        for rule in rules:
            severity = pages.severities(usual(rule))[0]
            head = [Piece(f'  {severity:7}', STYLES[severity]), Piece(f'  {rule.id:{longest}}  ')]
            used = len(plain(head))
            if width is not None and width - used < _NARROWEST:
                # Below the name there is more room than beside it.
                used = 11
                lines.append([Piece(piece.text.rstrip(), piece.style) for piece in head])
                words = _wrapped(rule.summary, width - used)
            else:
                first, *words = _wrapped(rule.summary, None if width is None else width - used)
                lines.append([*head, Piece(first)])
            lines += [[Piece(' ' * used + line)] for line in words]
    return lines[1:]


def _wrapped(text: str, room: int | None) -> list[str]:
    from textwrap import wrap

    return [text] if room is None else wrap(text, max(room, _NARROWEST), break_on_hyphens=False)


def as_json() -> str:
    """The rules in JSON, version 1: schemas/rules.schema.json describes it; a line for each."""
    rules = [_entry(rule) for found in pages.by_group(catalogue()).values() for rule in found]
    lines = ',\n'.join(json.dumps(one) for one in sorted(rules, key=_id))
    return f'{{"version": 1, "rules": [\n{lines}\n]}}'


def _id(entry: dict[str, Any]) -> str:
    return str(entry['id'])


def _entry(rule: Rule) -> dict[str, Any]:
    return {
        'id': rule.id,
        'group': rule.group,
        'profile': rule.profile,
        'summary': rule.summary,
        'url': url_of(rule.id),
        'fixable': fixable(rule),
        'facts': [
            {
                'fact': row.fact,
                'lanes': list(row.lanes),
                'since': row.since and version_text(row.since),
                'until': row.until and version_text(row.until),
                'kinds': row.kinds and list(row.kinds),
                'effect': row.effect,
                'severity': row.severity,
                'refused_by': row.refused_by,
                'confidence': row.confidence,
                'source': row.source or None,
            }
            for row in catalogue().rows_of(rule.id)
        ],
    }
