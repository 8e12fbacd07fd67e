"""What a suppression is, and how one is written."""

from __future__ import annotations

from typing import NamedTuple

from linter.diagnostic import Finding
from linter.text.edit import Fix
from linter.text.source import Source, Span

MARK = 'calico-lint'
"""Where this is nowhere in a file, in any letter case, nothing is suppressed in it."""


FORM = '# calico-lint: ignore[rule-id] reason'


ANNOTATION_FORM = 'calico-lint/ignore: "rule-id: reason"'


RULES = {
    'suppression-unused': 'unused-suppression',
    'suppression-unknown': 'unknown-suppression',
    'suppression-malformed': 'unknown-suppression',
    'suppression-reason': 'suppression-without-reason',
}
"""The facts about suppressions, and their rules. Only ``ignore-file`` suppresses those."""


OWN_RULES = frozenset(RULES.values())


_UNUSED = 'unused-suppression'


class Named(NamedTuple):
    """An id in a suppression. ``is_repeated``: it stands there before; ``removal`` takes it out."""

    id: str
    span: Span
    removal: Fix | None
    is_repeated: bool = False


class Suppression(NamedTuple):
    """A comment, or an entry of an annotation.

    ``scope`` is ``line``, ``node``, ``document``, ``file`` or ``object``; it covers what starts in
    ``reach``. ``names`` are the ids that are ids; ``problems`` is what is wrong with how it is
    written. ``is_settled``: all that it covers was judged, so what it does not find is not there.
    """

    source: Source
    scope: str
    span: Span
    reach: Span
    names: tuple[Named, ...]
    reason: str
    problems: tuple[Finding, ...] = ()
    is_settled: bool = True

    def covers(self, source: Source, start: int) -> bool:
        if self.scope == 'file':
            return True
        return source is self.source and self.reach.start <= start < self.reach.end
