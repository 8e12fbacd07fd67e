"""Which findings the suppressions of a file hide, and which suppressions hide nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from collections.abc import Sequence as SequenceOf
from heapq import heappop, heappush
from typing import NamedTuple

from linter.diagnostic import Diagnostic, Finding
from linter.suppress.model import (
    _UNUSED,
    ANNOTATION_FORM,
    OWN_RULES,
    RULES,
    Named,
    Suppression,
)
from linter.text.source import Source
from linter.text.suggest import quoted


def _every(_rule: str) -> bool:
    return True


class Applied(NamedTuple):
    """``extra`` are findings about suppressions; ``hidden`` those that an ``ignore-file`` names."""

    kept: list[Diagnostic]
    suppressed: list[tuple[Diagnostic, Suppression]]
    extra: list[tuple[Source, Finding]]
    hidden: list[tuple[Finding, Suppression]]


_WHERE = {
    'line': 'starts on this line',
    'node': 'starts in the node below',
    'document': 'starts in this document',
    'file': 'starts in this file',
    'object': 'starts in this object',
}


_NARROWEST = {'line': 0, 'node': 1, 'object': 2, 'document': 3, 'file': 4}


def apply(
    diagnostics: Iterable[Diagnostic],
    suppressions: SequenceOf[Suppression],
    *,
    runs: Callable[[str], bool] = _every,
    require_reason: bool = False,
    dormant: Iterable[tuple[str, Source, int]] = (),
    is_whole: bool = True,
) -> Applied:
    """Part the findings of a file, and find what is wrong with its suppressions.

    ``dormant`` are rule and place of what another version or lane would mind: a suppression of
    that is not reported as unused, since the same file may be checked for several; neither is one
    of a rule that does not run, of which ``runs`` knows. ``is_whole``:
    no document of the file was left out, as a template or a broken one is, so that an
    ``ignore-file`` can be unused.
    """
    return _Application(suppressions, runs, require_reason, is_whole).run(diagnostics, dormant)


class _Application:
    def __init__(
        self,
        suppressions: SequenceOf[Suppression],
        runs: Callable[[str], bool],
        require_reason: bool,
        is_whole: bool,
    ) -> None:
        self.suppressions = suppressions
        self.runs = runs
        self.require_reason = require_reason
        self.is_whole = is_whole
        self.applied = Applied([], [], [], [])
        # Those of a rule in a source; of `file`, those of a rule.
        self.near: dict[tuple[str, int], list[Suppression]] = {}
        self.whole: dict[str, Suppression] = {}
        # Where all findings of a rule are, dormant ones too; which rules have any at all.
        self.starts: dict[tuple[str, int], list[int]] = {}
        self.rules: set[str] = set()
        # Where findings of a rule are that are reported, by line.
        self.lines: dict[str, list[int]] = {}
        for suppression in sorted(suppressions, key=_breadth):
            for name in suppression.names:
                if not name.is_repeated and (
                    name.id not in OWN_RULES or suppression.scope == 'file'
                ):
                    if suppression.scope == 'file':
                        self.whole.setdefault(name.id, suppression)
                    else:
                        key = name.id, id(suppression.source)
                        self.near.setdefault(key, []).append(suppression)

    def run(
        self,
        diagnostics: Iterable[Diagnostic],
        dormant: Iterable[tuple[str, Source, int]],
    ) -> Applied:
        applied = self.applied
        every = list(diagnostics)
        for rule, source, start in (
            *((one.rule, one.source, one.span.start) for one in every),
            *dormant,
        ):
            self.rules.add(rule)
            self.starts.setdefault((rule, id(source)), []).append(start)
        hiding: dict[tuple[str, int], dict[int, Suppression]] = {}
        for key, starts in self.starts.items():
            starts.sort()
            if key in self.near:
                hiding[key] = _narrowest(self.near[key], starts)
        for diagnostic in every:
            rule, start = diagnostic.rule, diagnostic.span.start
            found = hiding.get((rule, id(diagnostic.source)), {}).get(start) or self.whole.get(rule)
            if found is None:
                applied.kept.append(diagnostic)
                line = diagnostic.source.position(start)[0]
                self.lines.setdefault(rule, []).append(line)
            else:
                applied.suppressed.append((diagnostic, found))
        for lines in self.lines.values():
            lines.sort()
        of_own_rules: list[tuple[Suppression, Named]] = []
        for suppression in self.suppressions:
            self.judge(suppression, of_own_rules)
        # Whether these are used is known only now; that of unused-suppression itself last of all.
        for suppression, name in sorted(of_own_rules, key=lambda pair: pair[1].id == _UNUSED):
            if self.is_unused(suppression, name):
                finding = self.unused(suppression, name)
                if name.id == _UNUSED:
                    applied.extra.append((suppression.source, finding))
                else:
                    self.report(suppression, finding)
        return applied._replace(
            extra=list(
                dict.fromkeys(
                    sorted(
                        applied.extra,
                        key=lambda pair: (pair[0].position(pair[1].span.start), pair[1].fact),
                    )
                )
            )
        )

    def is_used(self, suppression: Suppression, rule: str) -> bool:
        """Whether a finding of the rule starts in what the suppression covers."""
        if suppression.scope == 'file':
            return rule in self.rules
        starts = self.starts.get((rule, id(suppression.source)), ())
        at = bisect_left(starts, suppression.reach.start)
        return at < len(starts) and starts[at] < suppression.reach.end

    def is_unused(self, suppression: Suppression, name: Named) -> bool:
        return (
            suppression.is_settled
            and self.runs(name.id)
            and (self.is_whole or suppression.scope != 'file')
            and not self.is_used(suppression, name.id)
        )

    def judge(
        self,
        suppression: Suppression,
        of_own_rules: list[tuple[Suppression, Named]],
    ) -> None:
        """What is wrong with a suppression; set aside what cannot be known yet."""
        for problem in suppression.problems:
            self.report(suppression, problem)
        unused = 0
        for name in suppression.names:
            if name.is_repeated or (name.id in OWN_RULES and suppression.scope != 'file'):
                wrong = True
            elif name.id in OWN_RULES:
                of_own_rules.append((suppression, name))
                wrong = False
            else:
                wrong = self.is_unused(suppression, name)
            if wrong:
                unused += 1
                self.report(suppression, self.unused(suppression, name))
        if self.require_reason and not suppression.reason and len(suppression.names) > unused:
            self.report(suppression, _reasonless(suppression))

    def unused(self, suppression: Suppression, name: Named) -> Finding:
        hint = None
        if name.is_repeated:
            message = f'{quoted(name.id)} is named twice here'
        elif name.id in OWN_RULES and suppression.scope != 'file':
            message = (
                f'{name.id} is about suppressions, and only ignore-file[{name.id}] holds for it'
            )
        elif suppression.reach.end <= suppression.reach.start:
            message = 'this stands above nothing, or is indented more than what it stands above'
            hint = (
                'indent it like the line below, or write it at the end of the line that it is about'
            )
        else:
            message = f'no finding of {name.id} {_WHERE[suppression.scope]}'
            line = suppression.source.position(name.span.start)[0]
            lines = self.lines.get(name.id, [])
            at = bisect_right(lines, line)
            near = min(lines[max(0, at - 1) : at + 1], key=lambda one: abs(one - line), default=0)
            if near:
                hint = f'one starts on line {near}'
        message += ': remove it'
        return Finding('suppression-unused', name.span, message, hint, fix=name.removal)

    def report(self, suppression: Suppression, finding: Finding) -> None:
        # Only ignore-file holds for what is said about suppressions.
        rule = RULES[finding.fact]
        self.rules.add(rule)
        found = self.whole.get(rule)
        if found is None:
            self.applied.extra.append((suppression.source, finding))
        else:
            self.applied.hidden.append((finding, found))


def _narrowest(suppressions: list[Suppression], starts: list[int]) -> dict[int, Suppression]:
    """The narrowest suppression of each place that has one; places are in order."""
    found: dict[int, Suppression] = {}
    by_start = sorted(range(len(suppressions)), key=lambda number: suppressions[number].reach.start)
    # They come narrowest first, so that a smaller number is a narrower one.
    holding: list[int] = []
    following = 0
    for start in starts:
        while following < len(by_start):
            number = by_start[following]
            if suppressions[number].reach.start > start:
                break
            heappush(holding, number)
            following += 1
        while holding and suppressions[holding[0]].reach.end <= start:
            heappop(holding)
        if holding:
            found[start] = suppressions[holding[0]]
    return found


def _breadth(suppression: Suppression) -> tuple[int, int]:
    reach = suppression.reach
    return _NARROWEST[suppression.scope], reach.end - reach.start


def _reasonless(suppression: Suppression) -> Finding:
    if suppression.scope == 'object':
        message = f'this suppression gives no reason: write {ANNOTATION_FORM}'
    else:
        message = 'this suppression gives no reason: write it behind the closing bracket'
    return Finding('suppression-reason', suppression.span, message)
