"""Which findings the suppressions of a file hide, and which suppressions hide nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Sequence as SequenceOf
from typing import NamedTuple, Optional

from linter.diagnostic import Diagnostic, Finding
from linter.suppress.model import (
    _UNUSED,
    ANNOTATION_FORM,
    OWN_RULES,
    RULES,
    Named,
    Suppression,
)
from linter.text.source import Source, Span
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


# As a power of two: in so much text few suppressions of a rule have room.
_STRETCH = 12


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
        self.used: set[tuple[str, int, Span]] = set()
        # Of a rule and a stretch of text, the narrowest first; of `file` the stretch is None.
        self.index: dict[tuple[str, Optional[tuple[int, int]]], list[Suppression]] = {}
        # Where findings of a rule are that are reported, by line.
        self.lines: dict[str, list[int]] = {}
        for suppression in sorted(suppressions, key=_breadth):
            for name in suppression.names:
                if not name.is_repeated and (
                    name.id not in OWN_RULES or suppression.scope == 'file'
                ):
                    for stretch in _stretches(suppression):
                        self.index.setdefault((name.id, stretch), []).append(suppression)

    def run(
        self,
        diagnostics: Iterable[Diagnostic],
        dormant: Iterable[tuple[str, Source, int]],
    ) -> Applied:
        applied = self.applied
        for diagnostic in diagnostics:
            found = self.covering(diagnostic.rule, diagnostic.source, diagnostic.span.start)
            if found is None:
                applied.kept.append(diagnostic)
                line = diagnostic.source.position(diagnostic.span.start)[0]
                self.lines.setdefault(diagnostic.rule, []).append(line)
            else:
                applied.suppressed.append((diagnostic, found))
        for lines in self.lines.values():
            lines.sort()
        for rule, source, start in dormant:
            self.covering(rule, source, start)
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

    def covering(self, rule: str, source: Source, start: int) -> Optional[Suppression]:
        """The narrowest suppression of a finding; all of them are used."""
        near = (
            *self.index.get((rule, (id(source), start >> _STRETCH)), ()),
            *self.index.get((rule, None), ()),
        )
        found = [one for one in near if one.covers(source, start)]
        self.used.update((rule, id(one.source), one.span) for one in found)
        return found[0] if found else None

    def is_unused(self, suppression: Suppression, name: Named) -> bool:
        return (
            suppression.is_settled
            and self.runs(name.id)
            and (self.is_whole or suppression.scope != 'file')
            and (name.id, id(suppression.source), suppression.span) not in self.used
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
        found = self.covering(RULES[finding.fact], suppression.source, finding.span.start)
        if found is None:
            self.applied.extra.append((suppression.source, finding))
        else:
            self.applied.hidden.append((finding, found))


def _stretches(suppression: Suppression) -> Iterator[Optional[tuple[int, int]]]:
    if suppression.scope == 'file':
        yield None
        return
    reach = suppression.reach
    for number in range(reach.start >> _STRETCH, (reach.end >> _STRETCH) + 1):
        yield id(suppression.source), number


def _breadth(suppression: Suppression) -> tuple[int, int]:
    reach = suppression.reach
    return _NARROWEST[suppression.scope], reach.end - reach.start


def _reasonless(suppression: Suppression) -> Finding:
    if suppression.scope == 'object':
        message = f'this suppression gives no reason: write {ANNOTATION_FORM}'
    else:
        message = 'this suppression gives no reason: write it behind the closing bracket'
    return Finding('suppression-reason', suppression.span, message)
