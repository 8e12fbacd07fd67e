"""The order in which policies are asked, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TextIO

from linter.policy.cluster import Cluster, Endpoint
from linter.policy.effective import policy_selector
from linter.policy.model import DIRECTIONS, Policy, Tier
from linter.policy.order import Group, ordered, ties
from linter.policy.semantics import Semantics
from linter.policytest.policies import Loaded
from linter.text.escape import emit, escape, path_of


class Row(NamedTuple):
    """A policy and its place. ``tie``: its name alone decides against one of the same order."""

    policy: Policy
    tie: bool


class Tiered(NamedTuple):
    """A tier in a direction."""

    tier: Tier
    rows: tuple[Row, ...]


Sequences = dict[str, tuple[Tiered, ...]]
"""The tiers that are asked, by direction."""


def sequences(
    loaded: Loaded,
    semantics: Semantics,
    endpoint: Endpoint | None = None,
    directions: Sequence[str] = DIRECTIONS,
) -> Sequences:
    """In which order the policies are asked: all of them, or those that select an endpoint."""
    if endpoint is not None:
        from linter.policytest.run import implied

        records = [*implied((endpoint,), loaded.records), *loaded.records]
        cluster = Cluster(records, (endpoint,), semantics)
        return {
            direction: _tiered(cluster.sequence(endpoint, direction, staged=True))
            for direction in directions
        }
    tiers = [record for record in loaded.records if isinstance(record, Tier)]
    return {
        direction: _tiered(
            ordered(
                (policy for policy in loaded.policies if direction in policy.directions),
                tiers,
                semantics,
            )
        )
        for direction in directions
    }


def _tiered(groups: Iterable[Group]) -> tuple[Tiered, ...]:
    return tuple(
        Tiered(
            group.tier,
            tuple(
                Row(policy, tie)
                for policy, tie in zip(group.policies, ties(group.policies), strict=True)
            ),
        )
        for group in groups
    )


def write_json(found: Sequences, out: TextIO) -> None:
    """``{"version": 1, "ingress": [{"tier", "order", "defaultAction", "policies"}], …}``."""
    whole: dict[str, object] = {'version': 1}
    for direction, tiers in found.items():
        whole[direction] = [
            {
                'tier': one.tier.name,
                'order': one.tier.order,
                'defaultAction': one.tier.default_action or None,
                'policies': [_policy(row) for row in one.rows],
            }
            for one in tiers
        ]
    out.write(json.dumps(whole, indent=1) + '\n')


def _policy(row: Row) -> dict[str, object]:
    policy = row.policy
    return {
        'order': policy.order,
        'kind': policy.kind,
        'namespace': policy.namespace or None,
        'name': policy.name,
        'selector': policy_selector(policy),
        'staged': policy.staged,
        'doNotTrack': policy.do_not_track,
        'preDNAT': policy.pre_dnat,
        'applyOnForward': policy.apply_on_forward,
        'tie': row.tie,
        'path': path_of(policy.place.path),
        'line': policy.place.line,
    }


def number(order: float | None) -> str:
    """An order as people write it; ``-`` where there is none, which comes last."""
    if order is None:
        return '-'
    return str(int(order)) if order == int(order) else str(order)


HEAD = ('order', 'tier', 'policy', 'selector', 'where')


def lines(found: Sequences) -> list[list[tuple[str, str]]]:
    """The table, aligned, as lines of styled pieces."""
    table: list[tuple[str, tuple[str, ...], bool]] = []
    for tiers in found.values():
        for one in tiers:
            table += [('', _cells(one.tier, row), row.policy.staged) for row in one.rows]
    widths = [max([len(HEAD[at]), *(len(cells[at]) for _, cells, _ in table)]) for at in range(4)]
    widths[3] = min(widths[3], 60)
    shown: list[list[tuple[str, str]]] = []
    for direction, tiers in found.items():
        if shown:
            shown.append([])
        shown.append([('title', direction)])
        if not tiers:
            shown.append([('quiet', '  no policy')])
            continue
        shown.append([('quiet', '  ' + _aligned(HEAD, widths))])
        for one in tiers:
            for row in one.rows:
                style = 'quiet' if row.policy.staged else 'plain'
                shown.append([(style, '  ' + _aligned(_cells(one.tier, row), widths))])
            shown.append([('quiet', f'  {_end(one)}')])
    if any(row.tie for tiers in found.values() for one in tiers for row in one.rows):
        shown += [[], [('quiet', '= the same order as a neighbour: the name decides')]]
    return shown


def _cells(tier: Tier, row: Row) -> tuple[str, ...]:
    policy = row.policy
    order = number(policy.order) + (' =' if row.tie else '')
    marks = [mark for mark, holds in _marks(policy) if holds]
    name = policy.shown + (f' ({", ".join(marks)})' if marks else '')
    place = f'{path_of(policy.place.path)}:{policy.place.line}'
    return order, tier.name, name, policy_selector(policy) or 'all()', place


def _marks(policy: Policy) -> tuple[tuple[str, bool], ...]:
    """What takes a policy out of the row: it is for other traffic, or for none."""
    return (
        ('staged', policy.staged),
        ('untracked', policy.do_not_track),
        ('pre-DNAT', policy.pre_dnat and not policy.do_not_track),
        ('forward', policy.apply_on_forward and not (policy.do_not_track or policy.pre_dnat)),
    )


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [f'{cell:{width}}' for cell, width in zip(cells, widths, strict=False)]
    return '  '.join([*padded, cells[-1]])


def _end(one: Tiered) -> str:
    if all(row.policy.staged for row in one.rows):
        return f'the end of tier {one.tier.name} is never reached: its policies are staged'
    if one.tier.default_action == 'Pass':
        return f'what no policy of tier {one.tier.name} decides, it passes on'
    if not one.tier.default_action:
        return f'nobody defines tier {one.tier.name}: it comes last, and denies'
    return f'what no policy of tier {one.tier.name} decides, it denies'


def write_text(found: Sequences, out: TextIO, color: bool) -> None:
    """The table for a terminal or a file."""
    if color or out.isatty():
        from linter.report.terminal import write_lines

        write_lines(lines(found), out, color)
        return
    for line in lines(found):
        emit(out, escape(''.join(piece for _, piece in line)).rstrip() + '\n')
