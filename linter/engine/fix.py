"""Fixes put into effect: edits of a text, and what must hold of the text that comes out.

A round applies all fixes whose edits do not overlap; what waits comes next. After a round the text
is checked anew. It must parse, all that no edit touched must be read as before, JSON must still be
JSON, and nothing may be refused or dropped now that was not before. Safe fixes alone leave every
document that was accepted with the meaning that it had. A fix that breaks one of these rules is
left out; a file of which something is unclear is not touched at all. Opens nothing.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from linter.calico.parsed_file import ParsedFile, parse_bytes
from linter.calico.target import Target
from linter.catalogue.catalogue import Catalogue
from linter.diagnostic import Diagnostic
from linter.engine.check import check_parsed
from linter.engine.conditions import conditions
from linter.engine.outcome import Outcome
from linter.engine.same_meaning import means_alike
from linter.engine.unharmed import (
    harm_done,
    is_applicable,
    is_unclear,
    reads_alike,
    suspects,
)
from linter.text.edit import Edit
from linter.text.source import Span, overlap
from linter.yaml.encoding import BadEncoding, decode_bytes

ROUNDS = 10
# How many characters to check in search of the fixes that do harm; what is left is left out.
PATIENCE = 1_000_000

Check = Callable[[ParsedFile], Outcome]
AskedFor = Callable[[list[Diagnostic]], Iterable[Diagnostic]]


class Applied(NamedTuple):
    """One round: the new text, whose fixes went into it, and whose overlapped with those."""

    text: str
    applied: list[Diagnostic]
    skipped: list[Diagnostic]


class Fixed(NamedTuple):
    """``data`` is the file as it should be: the very object that came in where nothing was applied.

    ``remaining`` are the findings in the fixed file, and ``dropped`` those of them whose fixes
    would have done harm; ``cause`` says of one of those which, for which it has to be tried again.
    ``before`` and ``after`` are the results of checking the two files.
    ``is_unclear``: there was something to fix, but part of the file cannot be read.
    """

    data: bytes
    rounds: int
    applied: list[Diagnostic]
    remaining: list[Diagnostic]
    dropped: list[Diagnostic]
    before: Outcome
    after: Outcome
    is_unclear: bool = False
    cause: Callable[[Diagnostic], str] = lambda _: 'another fix would undo it'


def apply(text: str, diagnostics: Iterable[Diagnostic], unsafe: bool) -> Applied:
    """One round: the edits of a fix are made together or not at all, and never overlap."""
    taken: list[Edit] = []
    spans: list[Span] = []
    applied: list[Diagnostic] = []
    skipped: list[Diagnostic] = []
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is None or not is_applicable(fix, unsafe):
            continue
        edits = sorted(fix.edits, key=lambda edit: edit.span)
        if _is_sound(edits, len(text)) and not any(_is_taken(edit.span, spans) for edit in edits):
            for edit in edits:
                insort(spans, edit.span)
            taken += edits
            applied.append(diagnostic)
        else:
            skipped.append(diagnostic)
    return Applied(edited(text, taken), applied, skipped)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap."""
    parts: list[str] = []
    at = 0
    for span, new in sorted(edits, key=lambda edit: edit.span):
        parts += (text[at : span.start], new)
        at = span.end
    return ''.join((*parts, text[at:]))


def _is_sound(edits: Sequence[Edit], size: int) -> bool:
    at = 0
    for edit in edits:
        if not at <= edit.span.start <= edit.span.end <= size:
            return False
        at = edit.span.end
    return True


def _is_taken(span: Span, taken: list[Span]) -> bool:
    """Whether a span overlaps with one of those taken, which are in order and do not overlap."""
    at = bisect_right(taken, span)
    while at < len(taken) and taken[at].start <= span.end:
        if overlap(span, taken[at]):
            return True
        at += 1
    before = bisect_right(taken, span) - 1
    return any(overlap(span, one) for one in taken[max(0, before - 1) : before + 1])


def fix_text(
    path: str,
    data: bytes,
    target: Target,
    catalogue: Catalogue,
    *,
    unsafe: bool = False,
    check: Check | None = None,
    asked_for: AskedFor = list,
) -> Fixed:
    """Fix a file as far as it goes.

    ``check`` finds what is wrong in it, every rule where it is not given; ``asked_for`` says for
    which of these findings the user asks. What no fix may bring about is looked for among all.
    """
    if check is None:
        check = partial(check_parsed, conditions=conditions(target, catalogue))
    parsed = parse_bytes(path, data)
    before = check(parsed)
    unreadable = catalogue.facts.unreadable
    file = _File(data, parsed, before, target, unreadable, unsafe, check, asked_for)
    fixed = file.fix(before, strict=False)
    if fixed.rounds and harm_done(before, fixed.after, unreadable):
        # What was revealed on the way could not be fixed in turn.
        fixed = file.fix(before, strict=True)
    return fixed


def encoded(text: str, data: bytes) -> bytes:
    """The text in the encoding, and with the byte order mark, of a file's old bytes."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return mark + text.encode(codec)
    return text.encode()


_MARKS = (
    (b'\xef\xbb\xbf', 'utf-8'),
    (b'\xff\xfe', 'utf-16-le'),
    (b'\xfe\xff', 'utf-16-be'),
)

_SUPPRESSION = 'suppression-unknown'


class _State(NamedTuple):
    """The file after some rounds."""

    parsed: ParsedFile
    data: bytes
    result: Outcome

    @property
    def text(self) -> str:
        return self.parsed.source.text


class _File:
    def __init__(
        self,
        data: bytes,
        parsed: ParsedFile,
        before: Outcome,
        target: Target,
        unreadable: frozenset[str],
        unsafe: bool,
        check: Check,
        asked_for: AskedFor,
    ) -> None:
        self.data = data
        self.parsed = parsed
        self.before = before
        self.target = target
        self.unreadable = unreadable
        self.unsafe = unsafe
        self.check = check
        self.asked_for = asked_for
        self.patience = 0

    def fix(self, before: Outcome, strict: bool) -> Fixed:
        applied: list[Diagnostic] = []
        rounds = 0
        self.patience = PATIENCE
        text = self.parsed.source.text
        candidates = self.candidates(before)
        if not candidates:
            return self.untouched(before, [])
        if not self.is_text() or is_unclear(before, self.unreadable, candidates):
            return self.untouched(before, [])._replace(is_unclear=True)
        state = _State(self.parsed, self.data, before)
        seen = {text}
        while rounds < ROUNDS:
            good, after = self.round(state, strict)
            if after is None:
                break
            if after.text in seen:
                # Two fixes undo each other: neither is right.
                return self.untouched(before, self.candidates(before))
            seen.add(after.text)
            state = after
            applied += good
            rounds += 1
        return Fixed(
            state.data,
            rounds,
            applied,
            list(self.asked_for(state.result.diagnostics)),
            self.candidates(state.result),
            before,
            state.result,
            cause=lambda one: self.cause(state, one, strict),
        )

    def cause(self, state: _State, one: Diagnostic, strict: bool) -> str:
        """Why a fix is left out, as the end of a sentence."""
        if self.patience <= 0:
            return 'it takes too long to see what it would do'
        after = self.attempt(state, [one], strict)
        if isinstance(after, _State):
            return 'it does not go together with the others'
        if not after:
            return 'it would change how other parts of the file are read'
        harm = after[0]
        line, column = harm.source.position(harm.span.start)
        verb = 'dropped' if harm.effect == 'dropped' else 'refused'
        return f'line {line}, column {column} would then be {verb} ({harm.rule}: {harm.message})'

    def untouched(self, result: Outcome, dropped: list[Diagnostic]) -> Fixed:
        remaining = list(self.asked_for(result.diagnostics))
        return Fixed(self.data, 0, [], remaining, dropped, result, result)

    def is_text(self) -> bool:
        """Whether the text can be written back as the very bytes that were read."""
        try:
            text = decode_bytes(self.data)
        except BadEncoding:
            return False
        return encoded(text, self.data) == self.data

    def candidates(self, result: Outcome) -> list[Diagnostic]:
        """The findings whose fixes are to be applied."""
        return [d for d in self.asked_for(result.diagnostics) if is_applicable(d.fix, self.unsafe)]

    def is_fixable(self, diagnostic: Diagnostic) -> bool:
        return is_applicable(diagnostic.fix, self.unsafe)

    def round(self, state: _State, strict: bool) -> tuple[list[Diagnostic], _State | None]:
        """All fixes that can be applied at once, and the file after them."""
        fixes = self.candidates(state.result)
        spelling = [one for one in fixes if one.fact == _SUPPRESSION]
        if spelling:
            # Once it is spelt right, what it is there for is hidden, and so not to be fixed.
            good, after = self.together(state, spelling, strict)
            if after is not None:
                return good, after
        return self.together(state, fixes, strict)

    def together(
        self, state: _State, fixes: list[Diagnostic], strict: bool
    ) -> tuple[list[Diagnostic], _State | None]:
        """Those of the fixes that can be applied at once, and the file after them."""
        while True:
            chosen = apply(state.text, fixes, self.unsafe).applied
            if not chosen:
                return chosen, None
            after = self.attempt(state, chosen, strict)
            if isinstance(after, _State):
                return chosen, after
            good = self.good(state, chosen, strict)
            harmful = {id(one) for one in chosen} - {id(one) for one in good}
            # What overlapped with a fix that does harm gets its chance.
            fixes = [one for one in fixes if id(one) not in harmful]

    def good(self, state: _State, fixes: list[Diagnostic], strict: bool) -> list[Diagnostic]:
        """Those of the fixes that can be applied together, as far as patience goes."""
        found = fixes
        doubtful: list[Diagnostic] = []
        for _ in range(ROUNDS):
            after = self.attempt(state, found, strict) if found else None
            if isinstance(after, _State):
                break
            guilty, near = suspects(found, after or ())
            if not guilty and not near:
                doubtful += found
                found = []
                break
            doubtful += [one for one in found if id(one) in near]
            found = [one for one in found if id(one) not in guilty and id(one) not in near]
        else:
            doubtful += found
            found = []
        return found + self.bisect(state, doubtful, found, strict)

    def bisect(
        self,
        state: _State,
        fixes: list[Diagnostic],
        others: list[Diagnostic],
        strict: bool,
    ) -> list[Diagnostic]:
        """Those of the fixes that can be applied together with others that can."""
        half = len(fixes) // 2
        found: list[Diagnostic] = []
        for part in (fixes[:half], fixes[half:]):
            if not part or self.patience <= 0:
                continue
            after = self.attempt(state, [*others, *found, *part], strict)
            if isinstance(after, _State):
                found += part
            elif len(part) > 1:
                found += self.bisect(state, part, [*others, *found], strict)
        return found

    def attempt(
        self, state: _State, fixes: list[Diagnostic], strict: bool
    ) -> _State | list[Diagnostic] | None:
        """The file after these fixes; or the harm they do, None where that is not known."""
        edits = [edit for one in fixes if one.fix is not None for edit in one.fix.edits]
        text = edited(state.text, edits)
        try:
            data = encoded(text, self.data)
            if text == state.text or decode_bytes(data) != text:
                return None
        except (UnicodeEncodeError, BadEncoding):
            return None
        self.patience -= len(text)
        parsed = parse_bytes(self.parsed.source.path, data)
        if not reads_alike(state.parsed, parsed, edits):
            return None
        if not self.unsafe and not means_alike(state.parsed, self.before, parsed, self.target):
            return None
        result = self.check(parsed)
        if result.errors:
            return None
        forgiven = None if strict else self.is_fixable
        return harm_done(state.result, result, self.unreadable, forgiven) or _State(
            parsed, data, result
        )
